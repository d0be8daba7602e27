//! A rollout plan as text, for a terminal or for a merge request.

use super::markdown::{escape, fenced};
use super::text::{clean, count, wrap};
use super::{FormatError, Palette};
use crate::rollout::{Plan, Stage, StatusDocument};
use std::str::FromStr;
use std::sync::Arc;

/// Columns that a point of a list may take.
const WIDTH: usize = 102;

/// A form in which a plan can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanFormat {
    /// For people.
    Human,
    /// For a merge request.
    Markdown,
    /// For programs.
    Json,
}

impl FromStr for PlanFormat {
    type Err = FormatError;

    fn from_str(word: &str) -> Result<Self, FormatError> {
        match word {
            "human" => Ok(Self::Human),
            "markdown" => Ok(Self::Markdown),
            "json" => Ok(Self::Json),
            _ => Err(FormatError::NoPlan(word.to_owned())),
        }
    }
}

/// The plan in a form.
#[must_use]
pub fn render(format: PlanFormat, plan: &Plan, palette: Palette) -> String {
    match format {
        PlanFormat::Human => human(plan, palette),
        PlanFormat::Markdown => markdown(plan),
        // Strings, numbers and lists alone: serialising them cannot fail.
        PlanFormat::Json => serde_json::to_string_pretty(plan).unwrap_or_default() + "\n",
    }
}

fn title(plan: &Plan) -> String {
    let risk = plan.risk.map_or_else(|| "no findings".to_owned(), |r| format!("gravest finding: {r}"));
    format!("rollout of {} over {}; {risk}", clean(&plan.head), count(plan.hosts, "host"))
}

/// `T+1:30`, `before the merge`
fn time(minutes: Option<u32>) -> String {
    minutes.map_or_else(|| "before the merge".to_owned(), |m| format!("T+{}:{:02}", m / 60, m % 60))
}

fn names(hosts: &[Arc<str>]) -> String {
    let shown: Vec<&str> = hosts.iter().take(5).map(AsRef::as_ref).collect();
    let more = if hosts.len() > shown.len() { ", …" } else { "" };
    clean(&format!("{}: {}{more}", count(hosts.len(), "host"), shown.join(", ")))
}

fn watched(stage: &Stage) -> Vec<String> {
    let row = |w: &crate::rollout::Watch| {
        let rules = if w.rules.is_empty() { String::new() } else { format!(" ({})", w.rules.join(", ")) };
        format!("{}{rules}: {}. First: {}", w.failure_mode, w.symptom, w.first_fix)
    };
    stage.watch.iter().map(row).collect()
}

/// A part of a stage: its name and its points.
type Part = (&'static str, Vec<String>);

/// The parts of the stages, a part that repeats the one before cut short.
fn told(stages: &[Stage]) -> Vec<(&Stage, Vec<Part>)> {
    let mut before: Vec<Part> = Vec::new();
    let mut out = Vec::new();
    for stage in stages {
        let parts = parts(stage).to_vec();
        let again = |part: &Part| !part.1.is_empty() && before.contains(part);
        let cut =
            parts.iter().map(|p| if again(p) { (p.0, vec!["as in the stage before".to_owned()]) } else { p.clone() });
        out.push((stage, cut.collect()));
        before = parts;
    }
    out
}

/// The parts of a stage in their order.
fn parts(stage: &Stage) -> [Part; 5] {
    [
        ("do", stage.actions.clone()),
        ("watch", watched(stage)),
        ("does not speak for", stage.does_not_show.clone()),
        ("stop when", stage.stop_when.clone()),
        ("log", stage.log.clone()),
    ]
}

fn human(plan: &Plan, palette: Palette) -> String {
    let mut out = format!("{}\n", palette.bold(&title(plan)));
    for (stage, parts) in told(&plan.stages) {
        let until = stage.ends.map(|e| format!(" to {}", time(Some(e)))).unwrap_or_default();
        out += &format!("\n{} {}{until}\n", palette.bold(&stage.name), time(stage.begins));
        if !stage.hosts.is_empty() {
            out += &format!("  {}\n", names(&stage.hosts));
        }
        out += &format!("  {}\n", clean(&stage.why));
        for (name, lines) in parts {
            out += &list(name, &lines, palette);
        }
    }
    for (name, lines) in
        [("way back", &plan.way_back), ("tell", &plan.communication), ("not vouched for", &plan.caveats)]
    {
        out += &format!("\n{}", list(name, lines, palette));
    }
    if let Some(document) = &plan.status_document {
        out += &format!("\n{}", status(document));
    }
    out
}

fn list(name: &str, lines: &[String], palette: Palette) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let row = |l: &String| format!("    - {}\n", wrap(&clean(l), WIDTH).join("\n      "));
    let rows: String = lines.iter().map(row).collect();
    format!("  {}\n{rows}", palette.frame(name))
}

fn markdown(plan: &Plan) -> String {
    let mut out = format!("## {}\n", escape(&title(plan)));
    for (stage, parts) in told(&plan.stages) {
        out += &format!("\n### {}, {}\n\n", escape(&stage.name), time(stage.begins));
        if !stage.hosts.is_empty() {
            out += &format!("{}\n\n", escape(&names(&stage.hosts)));
        }
        out += &format!("{}\n", escape(&stage.why));
        for (name, lines) in parts {
            out += &section(name, &lines);
        }
    }
    for (name, lines) in
        [("Way back", &plan.way_back), ("Tell", &plan.communication), ("Not vouched for", &plan.caveats)]
    {
        if !lines.is_empty() {
            out += &format!("\n### {name}\n{}", section("", lines));
        }
    }
    if let Some(document) = &plan.status_document {
        out += &format!("\n{}", status(document));
    }
    out
}

fn section(name: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    if name == "log" {
        let lines: String = lines.iter().map(|l| format!("{}\n", clean(l))).collect();
        return format!("\n{}", fenced("", &lines));
    }
    let head = if name.is_empty() { String::new() } else { format!("\n**{name}**\n") };
    let box_or_dash = if name == "do" { "- [ ]" } else { "-" };
    let rows: String = lines.iter().map(|l| format!("{box_or_dash} {}\n", escape(l))).collect();
    format!("{head}\n{rows}")
}

/// The status document is Markdown in every form for people: it is there to be pasted.
fn status(document: &StatusDocument) -> String {
    let mut out = format!("# Status: {}\n\n", escape(&document.title));
    for (name, text) in [
        ("Current impact", document.current_impact.as_str()),
        ("Coordinator", &document.coordinator),
        ("Last updated (UTC)", &document.last_updated),
    ] {
        out += format!("- {name}: {text}").trim_end();
        out.push('\n');
    }
    out += &format!("\n## What is known\n{}", section("", &document.known));
    out += &format!("\n## Way back\n{}", section("", &document.way_back));
    out += "\n## Timeline (UTC)\n\n| planned | actual | what |\n|---|---|---|\n";
    for row in &document.timeline {
        out += &format!("| {} | | {} |\n", time(row.planned), escape(&row.event));
    }
    out + "\n## To follow up\n\n- \n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Pool;
    use crate::report::sample;
    use crate::rollout::{Settings, plan};

    fn sample_plan() -> Plan {
        let report = sample::report();
        let hosts = report.findings.iter().flat_map(|f| f.hosts.members.clone()).collect();
        let pool = Pool { name: "appserver".into(), hosts, open: false };
        plan(&report.with_fleet(crate::finding::HostSet::default(), vec![pool]), &Settings::default(), true)
    }

    #[test]
    fn reads_from_top_to_bottom() {
        insta::assert_snapshot!(render(PlanFormat::Human, &sample_plan(), Palette::Plain));
    }

    #[test]
    fn can_be_pasted_into_a_merge_request() {
        let text = render(PlanFormat::Markdown, &sample_plan(), Palette::Plain);
        assert!(text.contains("- [ ] merge head-rev"), "{text}");
        assert!(text.contains("```\n!log merged head-rev"), "{text}");
        assert!(text.contains("| T+0:30 | | slice 1 of 5: 20 hosts |"), "{text}");
    }

    #[test]
    fn json_holds_every_host() {
        let text = render(PlanFormat::Json, &sample_plan(), Palette::Plain);
        assert_eq!(
            text.matches("mw10").count(),
            83 + text.matches("on mw10").count() + text.matches("but mw10").count()
        );
    }
}
