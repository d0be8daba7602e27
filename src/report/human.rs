//! For people: the anatomy of a compiler's message, with evidence from both sides.

use super::text::{clean, hosts, place, side, wrap};
use super::{Palette, summary, table};
use crate::finding::{Finding, Location, Report, Role};

/// Columns that the notes under a finding may take.
const WIDTH: usize = 108;

pub(super) fn render(report: &Report, palette: Palette) -> String {
    let mut out = String::new();
    for finding in report.new_findings() {
        out += &self::finding(finding, palette);
        out.push('\n');
    }
    for table in table::tables(report) {
        out += &format!("{}\n", table.plain());
    }
    out += &palette.bold(&summary::findings(report));
    out.push('\n');
    for line in summary::coverage(&report.coverage) {
        out += &format!("{line}\n");
    }
    out
}

fn finding(finding: &Finding, palette: Palette) -> String {
    let numbers = finding.locations.iter().map(|l| l.line).max().unwrap_or(0).to_string();
    let painter = Painter { palette, gutter: numbers.len().max(2) };
    let head = format!("{}[{}]", finding.severity, finding.rule);
    let head = palette.severity(finding.severity, &head);
    let mut out = format!("{head}{}\n", palette.bold(&format!(": {}", clean(&finding.message))));
    for location in &finding.locations {
        out += &painter.location(finding, location);
    }
    for (name, text) in notes(finding) {
        out += &painter.note(name, &text);
    }
    if let Some(patch) = &finding.patch {
        out += &painter.patch(patch);
    }
    out + &painter.note("explain", &format!("holdpoint explain {}", finding.rule))
}

/// The lines under the evidence, in the order in which they are wanted at three in the morning.
fn notes(finding: &Finding) -> Vec<(&'static str, String)> {
    let mut notes = Vec::new();
    if finding.hosts.count > 0 {
        notes.push(("hosts", hosts(&finding.hosts)));
    }
    notes.extend(finding.notes.iter().map(|n| ("note", n.clone())));
    notes.push(("failure mode", format!("{}; watch: {}", finding.failure_mode, finding.watch)));
    notes.push(("if it happens", finding.first_aid.clone()));
    if !finding.remedy.is_empty() {
        notes.push(("remedy", finding.remedy.clone()));
    }
    notes.extend(finding.incidents.iter().map(|i| ("resembles", format!("{} {} {}", i.date, i.title, i.url))));
    notes.push(("confidence", finding.confidence.to_string()));
    notes
}

/// Draws with a gutter as wide as the longest line number.
struct Painter {
    palette: Palette,
    gutter: usize,
}

impl Painter {
    fn location(&self, finding: &Finding, location: &Location) -> String {
        let arrow = if location.role == Role::Primary { "-->" } else { ":::" };
        let pad = " ".repeat(self.gutter);
        let mut out = format!("{pad}{} {}{}", self.palette.frame(arrow), place(location), side(location.side));
        match &location.snippet {
            Some(snippet) if location.line > 0 && !snippet.trim().is_empty() => {
                out.push('\n');
                out += &self.snippet(finding, location, &clean(snippet));
            }
            _ if location.label.is_empty() => out.push('\n'),
            _ => out += &format!("  {}\n", clean(&location.label)),
        }
        out
    }

    fn snippet(&self, finding: &Finding, location: &Location, text: &str) -> String {
        let text = text.trim_end();
        let (start, length) = marked(text, location.mark.as_deref());
        let primary = location.role == Role::Primary;
        let line = if primary { "^" } else { "-" }.repeat(length);
        let label = format!("{line} {}", clean(&location.label));
        let label = label.trim_end();
        let label = if primary { self.palette.severity(finding.severity, label) } else { self.palette.related(label) };
        let bar = self.palette.frame(&format!("{} |", " ".repeat(self.gutter)));
        let numbered = self.palette.frame(&format!("{:>width$} |", location.line, width = self.gutter));
        format!("{bar}\n{numbered} {text}\n{bar} {}{label}\n", " ".repeat(start))
    }

    fn note(&self, name: &str, text: &str) -> String {
        let lead = format!("{} = ", " ".repeat(self.gutter));
        let hang = " ".repeat(lead.len() + 2);
        let text = format!("{name}: {text}");
        let lines: Vec<String> =
            text.lines().flat_map(|line| wrap(&clean(line), WIDTH.saturating_sub(lead.len()))).collect();
        let text = lines.join(&format!("\n{hang}"));
        let (name, rest) = text.split_at(name.len().min(text.len()));
        format!("{}{}{rest}\n", self.palette.frame(&lead), self.palette.bold(name))
    }

    fn patch(&self, patch: &str) -> String {
        let pad = " ".repeat(self.gutter);
        let mut out = format!("{} {}\n", self.palette.frame(&format!("{pad} =")), self.palette.bold("patch:"));
        for line in patch.lines() {
            out += format!("{pad}   {}", self.palette.diff(&clean(line))).trim_end();
            out.push('\n');
        }
        out
    }
}

/// Where the words that matter begin and how long they are, in characters; else the whole line.
fn marked(text: &str, mark: Option<&str>) -> (usize, usize) {
    let mark = mark.map(clean).filter(|m| !m.is_empty());
    let words = mark.as_deref().and_then(|m| text.find(m).map(|at| (at, m)));
    let (at, words) = words.unwrap_or_else(|| (text.len() - text.trim_start().len(), text.trim()));
    (text.get(..at).map_or(0, |t| t.chars().count()), words.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn shows_both_sides_and_what_to_do() {
        insta::assert_snapshot!(render(&sample::report(), Palette::Plain));
    }

    #[test]
    fn colour_changes_nothing_but_the_colour() {
        let coloured = render(&sample::report(), Palette::Colour);
        assert!(coloured.contains("\u{1b}[1;35m"));
        let plain = anstream::adapter::strip_str(&coloured).to_string();
        assert_eq!(plain, render(&sample::report(), Palette::Plain));
    }

    #[test]
    fn underlines_the_words_that_matter() {
        assert_eq!(marked("  a => 'é', b", Some("b")), (12, 1));
        assert_eq!(marked("  whole line", None), (2, 10));
        assert_eq!(marked("  whole line", Some("absent")), (2, 10));
    }
}
