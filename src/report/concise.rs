//! One line a finding, for editors and for `grep`.

use super::text::{clean, count, place};
use super::{Palette, summary};
use crate::finding::{Finding, Report};

pub(super) fn render(report: &Report, palette: Palette) -> String {
    let mut out: String = report.new_findings().map(|f| line(f, palette)).collect();
    out += &format!("{}\n", summary::findings(report));
    if report.coverage.hosts_missing() > 0 || report.coverage.insufficient.is_some() {
        for line in summary::coverage(&report.coverage).iter().filter(|l| !l.starts_with(' ')) {
            out += &format!("{line}\n");
        }
    }
    out
}

fn line(finding: &Finding, palette: Palette) -> String {
    let at = finding.primary().map_or_else(|| "-".to_owned(), place);
    let level = palette.severity(finding.severity, &format!("{}[{}]", finding.severity, finding.rule));
    let hosts = match finding.hosts.count {
        0 => String::new(),
        n => format!("{}, ", count(n, "host")),
    };
    format!("{at}: {level} {} ({hosts}confidence {})\n", clean(&finding.message), finding.confidence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn one_line_a_finding() {
        insta::assert_snapshot!(render(&sample::report(), Palette::Plain));
    }
}
