//! Commands of a GitHub workflow: annotations of lines of the head.
//!
//! A line of standard output that begins with `::error` and the like; text is escaped as the runner's own toolkit does
//! (`%`, line ends; in properties `:` and `,` as well). GitHub shows ten of a kind a step, the gravest first here.

use super::spot::spot;
use super::summary;
use super::text::{clean, on_hosts};
use crate::finding::{Finding, Report, Severity};

pub(super) fn render(report: &Report) -> String {
    let mut out: String = report.new_findings().map(line).collect();
    if let Some(why) = &report.coverage.insufficient {
        out += &format!("::error title=holdpoint::{}\n", data(why));
    }
    out + &format!("::notice title=holdpoint::{}\n", data(&summary::findings(report)))
}

fn line(finding: &Finding) -> String {
    let (path, line) = spot(finding);
    let title = property(&format!("{} ({}, confidence {})", finding.rule, finding.severity, finding.confidence));
    let text = data(&format!("{}{}", finding.message, on_hosts(finding)));
    format!("::{} file={},line={},title={title}::{text}\n", command(finding.severity), property(path), line.max(1))
}

fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "notice",
        Severity::Low | Severity::Medium => "warning",
        Severity::High | Severity::Critical => "error",
    }
}

fn data(text: &str) -> String {
    clean(text).replace('%', "%25")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_command_a_finding() {
        insta::assert_snapshot!(render(&sample::report()));
    }

    #[test]
    fn nothing_ends_a_command_early() {
        let finding = Finding::new("r", "s", "50 %\n::error::x").at(crate::finding::Location::new(
            crate::finding::Side::Head,
            "a,b:c.pp",
            3,
        ));
        let text = line(&finding);
        assert_eq!(text.lines().count(), 1);
        assert!(text.contains("file=a%2Cb%3Ac.pp,line=3") && text.contains("50 %25"), "{text}");
    }
}
