//! Short ways to say where evidence stands.

use crate::finding::Location;
use crate::package::{By, Effect};
use crate::repo::Loc;

/// A line of the head.
pub(crate) fn head(at: &Loc, label: &str) -> Location {
    Location::head(at).label(label)
}

/// A line of the base.
pub(crate) fn base(at: &Loc, label: &str) -> Location {
    Location::base(at).label(label)
}

/// A subject in which the host's own name stands for any host's: what each host has under its own name is one thing.
pub(crate) fn of_any_host(subject: &str, certname: &str) -> String {
    let short = certname.split('.').next().unwrap_or(certname);
    let names = [certname.to_owned(), certname.replace('.', "_"), short.to_owned()];
    // A short word that is no name of a machine in particular stays.
    let telling = names.iter().filter(|n| n.len() >= 4 && n.contains(|c: char| c.is_ascii_digit() || c == '.'));
    telling.fold(subject.to_owned(), |text, name| replace_whole(&text, name))
}

fn replace_whole(text: &str, name: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(name) {
        let (before, after) = (rest.get(..at).unwrap_or(""), rest.get(at + name.len()..).unwrap_or(""));
        let joined = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let whole = !joined(before.chars().next_back().or(out.chars().next_back())) && !joined(after.chars().next());
        out.push_str(before);
        out.push_str(if whole { "<host>" } else { name });
        rest = after;
    }
    out + rest
}

/// A line of a maintainer script.
pub(crate) fn of_script(package: &str, script: &str, line: u32, label: &str) -> Location {
    Location::package(format!("{package} {script}"), line).label(label)
}

/// What does it: the script line, or the package's own data.
pub(crate) fn of_effect(package: &str, effect: &Effect, label: &str) -> Location {
    match &effect.by {
        By::Script { script, line, text } => of_script(package, script, *line, label).snippet(text.clone()),
        By::Tool(_) => Location::package(format!("{package} data"), 0)
            .label(if label.is_empty() { "shipped by the package" } else { label })
            .snippet(effect.subject.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::of_any_host;

    #[test]
    fn the_name_of_the_host_is_nobodys_in_particular() {
        for (subject, expected) in [
            ("File[/etc/ssl/web1.example.org.pem]", "File[/etc/ssl/<host>.pem]"),
            ("File[/etc/ssl/x__web1_example_org.pem]", "File[/etc/ssl/x__<host>.pem]"),
            ("File[/etc/web1.conf]", "File[/etc/<host>.conf]"),
            ("File[/etc/web10.conf]", "File[/etc/web10.conf]"),
            ("File[/etc/a.conf]", "File[/etc/a.conf]"),
        ] {
            assert_eq!(of_any_host(subject, "web1.example.org"), expected);
        }
        assert_eq!(of_any_host("File[/etc/mail.conf]", "mail"), "File[/etc/mail.conf]");
    }
}
