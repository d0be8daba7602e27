//! For a merge request: the findings with their evidence folded away, then what was seen.

use super::summary;
use super::table::{self, Table};
use super::text::{clean, hosts, place, side};
use crate::finding::{Finding, Location, Report};

pub(super) fn render(report: &Report) -> String {
    let mut out = format!("## holdpoint: {}\n\n", summary::findings(report));
    let against = report.base.as_ref().map(|b| format!(" against `{}`", code(b))).unwrap_or_default();
    out += &format!("`{}`{against}\n", code(&report.head));
    out.extend(table::tables(report).iter().map(self::table));
    for finding in report.new_findings() {
        out += &self::finding(finding);
    }
    out += "\n### What was seen\n\n";
    for line in summary::coverage(&report.coverage) {
        let indent = if line.starts_with(' ') { "  " } else { "" };
        out += &format!("{indent}- {}\n", escape(line.trim()));
    }
    out
}

fn table(table: &Table) -> String {
    let line = |cells: &Vec<String>| {
        let cells: Vec<String> = cells.iter().map(|c| escape(c).replace('|', "\\|")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rule = vec!["---".to_owned(); table.columns.len()];
    let body: String = table.rows.iter().map(line).collect();
    format!("\n{}| {} |\n{body}", line(&table.columns), rule.join(" | "))
}

fn finding(finding: &Finding) -> String {
    let mut out = format!("\n### {}: {}\n\n", finding.severity, escape(&finding.message));
    let mut row = |name: &str, text: &str| {
        if !text.is_empty() {
            out += &format!("- **{name}**: {}\n", escape(text));
        }
    };
    row("rule", &format!("{} (confidence {})", finding.rule, finding.confidence));
    row("hosts", &if finding.hosts.count > 0 { hosts(&finding.hosts) } else { String::new() });
    for note in &finding.notes {
        row("note", note);
    }
    row("failure mode", &format!("{}; watch: {}", finding.failure_mode, finding.watch));
    row("if it happens", &finding.first_aid);
    row("remedy", &finding.remedy);
    for incident in &finding.incidents {
        row("resembles", format!("{} {} {}", incident.date, incident.title, incident.url).trim());
    }
    out + &evidence(finding) + &patch(finding)
}

fn evidence(finding: &Finding) -> String {
    if finding.locations.is_empty() {
        return String::new();
    }
    let lines: String = finding.locations.iter().map(location).collect();
    format!("\n<details><summary>Evidence</summary>\n\n{}\n</details>\n", fenced("", &lines))
}

fn location(location: &Location) -> String {
    let label = if location.label.is_empty() { String::new() } else { format!("  {}", clean(&location.label)) };
    let snippet = location.snippet.as_deref().map(|s| format!("    {}\n", clean(s.trim()))).unwrap_or_default();
    format!("{}{}{label}\n{snippet}", place(location), side(location.side))
}

fn patch(finding: &Finding) -> String {
    let Some(patch) = &finding.patch else { return String::new() };
    let lines: String = patch.lines().map(|l| format!("{}\n", clean(l))).collect();
    format!("\n{}", fenced("diff", &lines))
}

/// A fence longer than any run of backticks within.
pub(crate) fn fenced(language: &str, text: &str) -> String {
    let mut fence = "```".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    format!("{fence}{language}\n{text}{fence}\n")
}

/// Text that means itself: no markup, no mention, no reference. What stands in backticks stays code.
pub(crate) fn escape(text: &str) -> String {
    let text = clean(text);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return literal(&text);
    }
    let code = |(i, part): (usize, &&str)| match (i % 2, part.is_empty()) {
        (1, false) => format!("`{part}`"),
        (1, true) => "\\`\\`".to_owned(),
        _ => literal(part),
    };
    parts.iter().enumerate().map(code).collect()
}

fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '[' | ']' | '|' | '~' | '_' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}

fn code(text: &str) -> String {
    clean(text).replace('`', "'")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn reads_as_a_note() {
        insta::assert_snapshot!(render(&sample::report()));
    }

    #[test]
    fn markup_from_the_repository_stays_text() {
        assert_eq!(escape("<b>[x](y)</b> @all"), "&lt;b&gt;\\[x\\](y)&lt;/b&gt; &#64;all");
        assert_eq!(escape("`a_b` c_d `"), "\\`a\\_b\\` c\\_d \\`", "unbalanced: nothing is code");
        assert_eq!(escape("`a_b` <i>"), "`a_b` &lt;i&gt;");
        assert_eq!(fenced("", "a\n```\n"), "````\na\n```\n````\n");
    }
}
