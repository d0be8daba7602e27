//! Test results in the form that JUnit gave its name to: a finding is a test that fails.
//!
//! One that is set aside is skipped, too little coverage for a verdict is an error, and a report without either has
//! one test that passes, since readers take an empty file for a broken one.

use super::spot::spot;
use super::text::{clean, hosts, place};
use crate::finding::{Finding, Report, Status};

pub(super) fn render(report: &Report) -> String {
    let mut cases: Vec<String> = report.findings.iter().map(case).collect();
    cases.extend(report.coverage.insufficient.iter().map(|why| {
        format!(
            "    <testcase classname=\"holdpoint\" name=\"coverage\"><error message=\"{}\"/></testcase>\n",
            escape(why)
        )
    }));
    let (errors, failures) = (usize::from(report.coverage.insufficient.is_some()), report.new_findings().count());
    let skipped = report.findings.len() - failures;
    if cases.is_empty() {
        cases.push("    <testcase classname=\"holdpoint\" name=\"no findings\"/>\n".to_owned());
    }
    let counts = format!("tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"", cases.len());
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"holdpoint\" {counts}>\n  <testsuite name=\"holdpoint\" {counts}>\n{}  </testsuite>\n</testsuites>\n",
        cases.concat()
    )
}

fn case(finding: &Finding) -> String {
    let (path, line) = spot(finding);
    let outcome = match finding.status {
        Status::New => format!(
            "<failure type=\"{}\" message=\"{}\">{}</failure>",
            finding.severity,
            escape(&finding.message),
            escape_lines(&story(finding))
        ),
        Status::Baseline => "<skipped message=\"known already\"/>".to_owned(),
        Status::Suppressed => {
            let reason = finding.suppression.as_ref().map_or("", |s| s.reason.as_str());
            format!("<skipped message=\"{}\"/>", escape(reason))
        }
    };
    format!(
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\">{outcome}</testcase>\n",
        escape(&finding.rule),
        escape(&finding.subject),
        escape(path),
        line.max(1)
    )
}

/// What to know of it without the rest of the report.
fn story(finding: &Finding) -> Vec<String> {
    let mut lines: Vec<String> =
        finding.locations.iter().map(|l| format!("{} {}", place(l), l.label).trim_end().to_owned()).collect();
    lines.push(format!("hosts: {}", hosts(&finding.hosts)));
    lines.push(format!("confidence: {}", finding.confidence));
    if !finding.remedy.is_empty() {
        lines.push(format!("remedy: {}", finding.remedy));
    }
    lines
}

fn escape_lines(lines: &[String]) -> String {
    lines.iter().map(|l| escape(l)).collect::<Vec<_>>().join("\n")
}

fn escape(text: &str) -> String {
    clean(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_test_a_finding() {
        insta::assert_snapshot!(render(&sample::report()));
    }

    #[test]
    fn nothing_found_is_a_test_that_passes() {
        let text = render(&Report::default());
        assert!(text.contains("tests=\"1\" failures=\"0\"") && text.contains("no findings"), "{text}");
    }

    #[test]
    fn text_stays_text() {
        let text = case(&Finding::new("r", "<a href=\"x\">&", "\u{1b}[2J"));
        assert!(text.contains("name=\"&lt;a href=&quot;x&quot;&gt;&amp;\"") && !text.contains('\u{1b}'), "{text}");
    }
}
