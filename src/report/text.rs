//! Small matters of wording shared by the formats for people.

use crate::finding::{Finding, HostSet, Location, Side};

/// Replaces control characters, so that a file in the repository cannot drive the terminal.
pub(crate) fn clean(text: &str) -> String {
    let safe = |c: char| match c {
        '\t' => ' ',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(safe).collect()
}

/// `1 finding`, `2 findings`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// ` (83 hosts)`, or nothing.
pub(crate) fn on_hosts(finding: &Finding) -> String {
    match finding.hosts.count {
        0 => String::new(),
        n => format!(" ({})", count(n, "host")),
    }
}

/// How many roles are named.
const ROLES: usize = 3;

/// `83: mw1017, mw1018, mw1019, …; role: appserver`
pub(crate) fn hosts(set: &HostSet) -> String {
    let mut text = set.count.to_string();
    if !set.sample.is_empty() {
        text += &format!(": {}", set.sample.join(", "));
        text += if set.count > set.sample.len() { ", …" } else { "" };
    }
    if !set.roles.is_empty() {
        let named: Vec<&str> = set.roles.iter().take(ROLES).map(String::as_str).collect();
        text += &format!("; {}: {}", if set.roles.len() == 1 { "role" } else { "roles" }, named.join(", "));
    }
    if let more @ 1.. = set.roles.len().saturating_sub(ROLES) {
        text += &format!(" and {more} more");
    }
    clean(&text)
}

/// `path:line`, without the line where the whole file is meant.
pub(crate) fn place(location: &Location) -> String {
    let path = clean(&location.path);
    if location.line == 0 { path } else { format!("{path}:{}", location.line) }
}

/// Says so where the line is not one of the head.
pub(crate) fn side(side: Side) -> &'static str {
    match side {
        Side::Head => "",
        Side::Base => " (base)",
        Side::Package => " (package)",
    }
}

/// Breaks a text into lines of at most `width` characters at spaces; longer words stand alone.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_line_cannot_drive_the_terminal() {
        assert_eq!(clean("a\u{1b}[2Jb\tc\u{202e}"), "a\u{fffd}[2Jb c\u{fffd}");
    }

    #[test]
    fn wraps_at_spaces() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("incomprehensibilities a", 5), ["incomprehensibilities", "a"]);
        assert_eq!(wrap("", 5), [""]);
    }

    #[test]
    fn names_hosts_with_roles_and_a_few_examples() {
        let many = HostSet::new(["a", "b", "c", "d"], ["web"]);
        assert_eq!(hosts(&many), "4: a, b, c, …; role: web");
        let roles = HostSet::new(["a"], ["p", "q", "r", "s", "t"]);
        assert_eq!(hosts(&roles), "1: a; roles: p, q, r and 2 more");
        assert_eq!(hosts(&HostSet::new(["a"], Vec::<String>::new())), "1: a");
        assert_eq!(hosts(&HostSet::default()), "0");
    }
}
