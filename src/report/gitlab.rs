//! GitLab's Code Quality report: what the widget of a merge request shows.
//!
//! The widget shows neither `check_name` nor anything beyond description and place, so the description
//! opens with the rule. Every entry needs a path in the repository and a line: evidence from the base
//! or from a package is moved to the nearest line of the head.

use super::spot::spot;
use super::text::{clean, on_hosts};
use crate::finding::{Finding, Report, Severity};
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
    clean(&format!("{}: {}{}", finding.rule, finding.message, on_hosts(finding)))
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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn is_the_form_gitlab_reads() {
        insta::assert_snapshot!(render(&sample::report()));
        assert_eq!(render(&Report::default()), "[]\n");
    }
}
