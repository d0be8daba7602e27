//! What a configuration asks the host to have: what the text's own syntax names, and the programs of units
//! and cron tables.

use crate::content::requirements::{self, Kind as Named};
use crate::diff::Line;

/// Something that a line needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Need {
    /// What sort of thing.
    pub(super) kind: Kind,
    /// Path or name.
    pub(super) what: String,
    /// Index of the line.
    pub(super) line: usize,
}

/// Sorts of need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// An extension of an application or an interpreter, by name.
    Extension,
    /// A file that is read along with this one.
    Include,
    /// A program that is run.
    Program,
}

impl Kind {
    /// For a sentence.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Extension => "extension",
            Self::Include => "file",
            Self::Program => "program",
        }
    }
}

/// Places of programs that no package of the distribution fills.
const LOCAL: [&str; 4] = ["/usr/local/bin/", "/usr/local/sbin/", "/usr/local/lib/", "/opt/"];

/// What the file at `path` needs.
pub(super) fn of(path: &str, lines: &[Line]) -> Vec<Need> {
    let text = lines.iter().fold(String::new(), |text, line| text + &line.text + "\n");
    let mut needs: Vec<Need> = requirements::of(path, &text).into_iter().filter_map(named).collect();
    let programs = lines
        .iter()
        .enumerate()
        .filter_map(|(line, l)| Some(Need { kind: Kind::Program, what: program(path, l.text.trim())?, line }));
    needs.extend(programs);
    needs
}

fn named(requirement: requirements::Requirement) -> Option<Need> {
    let kind = match requirement.kind {
        Named::MediawikiExtension | Named::PhpExtension => Kind::Extension,
        Named::File => Kind::Include,
        // Most come with the server itself, and which ones do differs from release to release.
        Named::ApacheModule => return None,
    };
    Some(Need { kind, what: requirement.name, line: usize::try_from(requirement.line).ok()?.checked_sub(1)? })
}

/// The program of a unit or of a cron line.
fn program(path: &str, line: &str) -> Option<String> {
    if line.starts_with(['#', ';']) || line.contains('‹') {
        return None;
    }
    let command = if path.contains("/systemd/system/") {
        let (key, command) = line.split_once('=')?;
        matches!(key.trim(), "ExecStart" | "ExecStartPre" | "ExecReload")
            .then_some(command)?
            .trim_start_matches(['-', '@', '+', '!', ' '])
    } else if path.starts_with("/etc/cron.d/") || path == "/etc/crontab" {
        let fields = if line.starts_with('@') { 3 } else { 7 };
        line.splitn(fields, char::is_whitespace).nth(fields - 1)?
    } else {
        return None;
    };
    let program = command.split_whitespace().next().filter(|p| !p.contains(['*', '$', '%', '{']))?;
    LOCAL.iter().any(|l| program.starts_with(l)).then(|| program.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_that_a_line_runs() {
        for (path, line, expected) in [
            ("/etc/systemd/system/x.service", "ExecStart=-/usr/local/bin/x --y", Some("/usr/local/bin/x")),
            ("/etc/systemd/system/x.service", "ExecStart=/usr/bin/x", None),
            ("/etc/systemd/system/x.service", "ExecStart=/usr/local/bin/${X}", None),
            ("/etc/cron.d/x", "*/5 * * * * root /usr/local/bin/x --quiet", Some("/usr/local/bin/x")),
            ("/etc/cron.d/x", "@reboot root /usr/local/bin/x", Some("/usr/local/bin/x")),
            ("/etc/cron.d/x", "# 0 * * * * root /usr/local/bin/x", None),
            ("/etc/x.conf", "run /usr/local/bin/x", None),
        ] {
            assert_eq!(program(path, line).as_deref(), expected, "{line}");
        }
    }
}
