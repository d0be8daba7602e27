//! GitLab's Code Quality report: what the widget of a merge request shows.
//!
//! The widget shows neither `check_name` nor anything beyond description and place, so the description
//! opens with the rule. Every entry needs a path in the repository and a line: evidence from the base
//! or from a package is moved to the nearest line of the head.

use super::text::{clean, count};
use crate::finding::{Finding, Location, Report, Severity, Side};
use serde::Serialize;

#[derive(Serialize)]
struct Entry<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: &'a str,
    severity: &'static str,
    location: Spot<'a>,
}

#[derive(Serialize)]
struct Spot<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

pub(super) fn render(report: &Report) -> String {
    let entries: Vec<Entry<'_>> = report.new_findings().map(entry).collect();
    // Strings and numbers alone: serialising them cannot fail.
    let mut text = serde_json::to_string_pretty(&entries).unwrap_or_else(|_| "[]".to_owned());
    text.push('\n');
    text
}

fn entry(finding: &Finding) -> Entry<'_> {
    let (path, line) = spot(finding);
    Entry {
        description: description(finding),
        check_name: &finding.rule,
        fingerprint: &finding.fingerprint,
        severity: severity(finding.severity),
        location: Spot { path, lines: Lines { begin: line.max(1) } },
    }
}

fn description(finding: &Finding) -> String {
    let hosts = match finding.hosts.count {
        0 => String::new(),
        n => format!(" ({})", count(n, "host")),
    };
    clean(&format!("{}: {}{hosts}", finding.rule, finding.message))
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Low => "minor",
        Severity::Medium => "major",
        Severity::High => "critical",
        Severity::Critical => "blocker",
    }
}

/// A place in the head if there is any, the gravest evidence first; never an empty path.
fn spot(finding: &Finding) -> (&str, u32) {
    let locations = || finding.primary().into_iter().chain(&finding.locations);
    let head = locations().find(|l| l.side == Side::Head).map(here);
    let nearest = || locations().find_map(|l| l.nearest.as_ref()).map(|p| (p.path.as_str(), p.line));
    let base = || locations().find(|l| l.side == Side::Base).map(here);
    let primary = finding.primary().filter(|l| l.side == Side::Head).map(here);
    let found = primary.or_else(nearest).or(head).or_else(base);
    found.filter(|(path, _)| !path.is_empty()).unwrap_or(("holdpoint.toml", 1))
}

fn here(location: &Location) -> (&str, u32) {
    (&location.path, location.line)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::repo::Loc;
    use crate::report::sample;

    #[test]
    fn is_the_form_gitlab_reads() {
        insta::assert_snapshot!(render(&sample::report()));
        assert_eq!(render(&Report::default()), "[]\n");
    }

    #[test]
    fn always_finds_a_line_of_the_head() {
        let base = || Location::new(Side::Base, "gone.pp", 7);
        let script = || Location::package("postrm", 3);
        let finding = || Finding::new("r", "s", "m");
        for (finding, expected) in [
            (finding().at(base()).also(Location::new(Side::Head, "a.pp", 4)), ("a.pp", 4)),
            (
                finding().at(base().nearest(&Loc::new("b.pp", 9))).also(Location::new(Side::Head, "a.pp", 4)),
                ("b.pp", 9),
            ),
            (finding().at(script()).also(base()), ("gone.pp", 7)),
            (finding().at(script()), ("holdpoint.toml", 1)),
            (finding(), ("holdpoint.toml", 1)),
        ] {
            assert_eq!(spot(&finding), expected);
        }
    }
}
