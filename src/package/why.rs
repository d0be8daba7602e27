//! Why one thing goes: every effect on it with the script around its line, who made it, and the
//! places that name it without doing anything.

use std::fmt::Write;

use super::effect::{By, Effect, Removal};
use super::member::{Package, Script};

/// Lines shown before and after the one that acts.
const AROUND: u32 = 4;

/// The text that answers `--why SUBJECT`.
#[must_use]
pub fn why(package: &Package, removal: &Removal, subject: &str) -> String {
    let mut out = format!("{} {}: {subject}\n", removal.package, removal.version);
    let effects: Vec<&Effect> =
        removal.effects.iter().chain(&removal.other_phases).filter(|e| e.subject == subject).collect();
    if effects.is_empty() {
        let _ = writeln!(out, "  nothing that removal does is known to touch it");
    }
    effects.iter().for_each(|effect| answer(package, effect, &mut out));
    mentions(package, subject, &effects, &mut out);
    out
}

fn answer(package: &Package, effect: &Effect, out: &mut String) {
    let sure = if effect.why.is_empty() { String::new() } else { format!(": {}", effect.why) };
    let _ = writeln!(out, "\non {}: {}, {}{sure}", effect.phase.word(), effect.kind.id(), effect.verdict.word());
    match &effect.by {
        By::Script { script, line, .. } => {
            if let Some(script) = package.script(script) {
                excerpt(script, *line, out);
            }
        }
        By::Tool(_) => out.push_str("  dpkg does it, no script\n"),
    }
}

fn excerpt(script: &Script, line: u32, out: &mut String) {
    let first = line.saturating_sub(AROUND).max(1);
    for (number, text) in (1u32..).zip(script.text.lines()) {
        if (first..=line + AROUND).contains(&number) {
            let mark = if number == line { '>' } else { ' ' };
            let _ = writeln!(out, "  {mark} {}:{number}: {text}", script.name);
        }
    }
}

/// Lines that name the subject and are not shown above.
fn mentions(package: &Package, subject: &str, effects: &[&Effect], out: &mut String) {
    let shown = |name: &str, number: u32| {
        let acts = |e: &&Effect| matches!(&e.by, By::Script { script, line, .. } if script == name && line.abs_diff(number) <= AROUND);
        effects.iter().any(acts)
    };
    let mut lines = Vec::new();
    for script in &package.scripts {
        for (number, text) in (1u32..).zip(script.text.lines()) {
            if names(text, subject) && !shown(&script.name, number) {
                lines.push(format!("  {}:{number}: {}\n", script.name, text.trim()));
            }
        }
    }
    if !lines.is_empty() {
        out.push_str("\nalso named here\n");
        out.extend(lines.into_iter().take(30));
    }
}

/// Does the line hold the subject as a word of its own?
fn names(line: &str, subject: &str) -> bool {
    let of_name = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    line.match_indices(subject).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(of_name);
        let after = line[at + subject.len()..].chars().next().is_some_and(of_name);
        !subject.is_empty() && !before && !after
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use crate::package::{DebBuilder, Limits, analyse_phases, read_bytes, why};

    #[test]
    fn it_shows_the_line_that_acts_and_the_ones_that_only_name_it() {
        let deb = DebBuilder::new("app", "1").script("postinst", "#!/bin/sh\nadduser --system worker\n");
        let deb = deb.script("postrm", "#!/bin/sh\n# co-worker stays\nif [ $1 = purge ]; then\n  userdel worker\nfi\n");
        let package = read_bytes("app.deb", &deb.build().unwrap(), &Limits::default()).unwrap();
        let text = why(&package, &analyse_phases(&package), "worker");
        assert!(
            text.contains("on purge: user-deleted, certain") && text.contains("> postrm:4:   userdel worker"),
            "{text}"
        );
        assert!(text.contains("also named here\n  postinst:2: adduser --system worker"), "{text}");
        assert!(why(&package, &analyse_phases(&package), "nobody").contains("nothing that removal does"));
    }
}
