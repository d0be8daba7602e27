//! Runs the gate over labelled changes of a real repository, and says how often it is right.
//!
//! `cargo run --release --example score_cases -- CASES.jsonl --repo DIR [--id PREFIX]`
//!
//! A case is a line of JSON: `id, base, head, label (tp or tn), expect: [{rule-area, subject, file}]`, for
//! tn also the `file` that must stay quiet. Findings below medium confidence don't count. What a tp
//! case yields beyond what it expects is listed and not judged: the label speaks of one file. Findings in other files
//! of the change are counted apart (`near`): only a look at them tells whether they are the fault that is meant.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

use holdpoint::finding::{Confidence, Finding, Report};
use holdpoint::gate::{self, Archive, CheckRequest, Inputs, NoProgress, Selection, Tree};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

struct Args {
    cases: PathBuf,
    repo: PathBuf,
    id: String,
}

#[derive(Default)]
struct Score {
    hits: u32,
    /// Findings in another file of the change than the one that the label names, which is its first.
    near: u32,
    misses: u32,
    false_alarms: u32,
    quiet: u32,
    failed: u32,
}

fn main() {
    let args = args();
    let mut score = Score::default();
    for line in std::fs::read_to_string(&args.cases).expect("cases").lines() {
        let case: Value = serde_json::from_str(line).expect("a case a line");
        if text(&case, "id").starts_with(&args.id) {
            judge(&args, &case, &mut score);
        }
    }
    let share = |part: u32, rest: u32| f64::from(part) / f64::from((part + rest).max(1));
    println!(
        "\nhits {} near {} misses {} false alarms {} quiet {} failed {}",
        score.hits, score.near, score.misses, score.false_alarms, score.quiet, score.failed
    );
    println!(
        "precision {:.3} recall {:.3}",
        share(score.hits, score.false_alarms),
        share(score.hits, score.misses + score.near)
    );
}

fn args() -> Args {
    let mut found = Args { cases: PathBuf::new(), repo: PathBuf::new(), id: String::new() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--repo" => found.repo = words.next().expect("--repo DIR").into(),
            "--id" => found.id = words.next().expect("--id PREFIX"),
            _ => found.cases = word.into(),
        }
    }
    found
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or("")
}

/// The rules that answer for an area of labels.
fn rules(area: &str) -> &'static [&'static str] {
    match area.split('/').next().unwrap_or("") {
        "SVC" => &["config-without-restart"],
        "SYN" => &["config-unsound", "catalog-broken"],
        "PKG" => &["removal-not-inspected", "removal-deletes-user", "removal-unlinks-path"],
        "MAIL" => &["single-smarthost"],
        _ => &["catalog-broken", "requirement-undeclared", "config-unsound"],
    }
}

fn judge(args: &Args, case: &Value, score: &mut Score) {
    let begun = Instant::now();
    let id = text(case, "id");
    let expect = case.get("expect").and_then(Value::as_array).cloned().unwrap_or_default();
    let area = expect
        .first()
        .map_or_else(|| id.split('-').next().unwrap_or("").replace("BRK", "SYN"), |e| text(e, "rule-area").to_owned());
    let only = rules(&area);
    let report = match check(args, case, only) {
        Ok(report) => report,
        Err(error) => {
            score.failed += 1;
            println!("FAILED {id}: {error}");
            return;
        }
    };
    let sure: Vec<&Finding> = report.findings.iter().filter(|f| f.confidence >= Confidence::Medium).collect();
    let verdict =
        if text(case, "label") == "tp" { positive(&sure, case, &expect, score) } else { negative(&sure, case, score) };
    let coverage = &report.coverage;
    println!(
        "{verdict} {id} {} [{}/{} hosts, {:.1} s]",
        text(case, "subject"),
        coverage.hosts_compiled,
        coverage.hosts_total,
        begun.elapsed().as_secs_f32()
    );
    for e in &expect {
        println!("       wanted {} {}", text(e, "file"), text(e, "subject"));
    }
    for finding in report.findings.iter().take(12) {
        let at = finding.primary().map_or(String::new(), |l| format!("{}:{}", l.path, l.line));
        println!("       {} {} {} | {} @ {at}", finding.severity, finding.confidence, finding.subject, finding.message);
    }
}

fn positive(sure: &[&Finding], case: &Value, expect: &[Value], score: &mut Score) -> &'static str {
    let said = |e: &Value| {
        sure.iter().any(|f| {
            about(f, text(e, "file")) || text(e, "rule-area") == "PKG" && f.subject.contains(text(e, "subject"))
        })
    };
    let files = case.get("files").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let near = files.into_iter().any(|file| sure.iter().any(|f| about(f, file)));
    if expect.iter().any(said) {
        score.hits += 1;
        "hit   "
    } else if near {
        score.near += 1;
        "near  "
    } else {
        score.misses += 1;
        "MISS  "
    }
}

fn negative(sure: &[&Finding], case: &Value, score: &mut Score) -> &'static str {
    let file = text(case, "file");
    if sure.iter().any(|f| file.is_empty() || about(f, file)) {
        score.false_alarms += 1;
        "ALARM "
    } else {
        score.quiet += 1;
        "quiet "
    }
}

fn about(finding: &Finding, file: &str) -> bool {
    finding.locations.iter().any(|l| l.path == file)
}

fn check(args: &Args, case: &Value, only: &[&str]) -> Result<Report, String> {
    let inputs = Inputs {
        repo: args.repo.clone(),
        facts: None,
        config: None,
        jobs: None,
        today: None,
        env: BTreeMap::new(),
        progress: &NoProgress,
    };
    let rules = Selection { only: only.iter().map(|r| (*r).to_owned()).collect(), except: Vec::new() };
    let tree = |key| Tree::Named(text(case, key).to_owned());
    gate::check(&CheckRequest { inputs, base: tree("base"), head: tree("head"), archive: Archive::default(), rules })
        .map_err(|e| e.to_string())
}
