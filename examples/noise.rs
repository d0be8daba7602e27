//! Runs the gate over past commits, each against its parent: how much noise would it have made?
//!
//! `cargo run --release --example noise -- REPO REV COUNT OUT.jsonl [--step N] [--jobs N] [--only RULE] [--config FILE]`
//!
//! Takes every N-th of the COUNT commits that end at REV (first parents), newest first. A line of OUT.jsonl is a
//! commit with its findings; commits that are there already are passed over, so that a run can be taken up again.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

use holdpoint::finding::Report;
use holdpoint::gate::{self, Archive, CheckRequest, Inputs, NoProgress, Selection, Tree};
use holdpoint::repo::Repo;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Instant;

struct Args {
    repo: PathBuf,
    rev: String,
    count: usize,
    out: PathBuf,
    step: usize,
    jobs: usize,
    only: Vec<String>,
    config: Option<PathBuf>,
}

fn main() {
    let args = args();
    let done = done(&args);
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(&args.out).expect("OUT.jsonl");
    for (commit, parent) in commits(&args).into_iter().step_by(args.step).filter(|(c, _)| !done.contains(c)) {
        let begun = Instant::now();
        let outcome = check(&args, &parent, &commit);
        let line = told(&commit, &outcome, begun.elapsed().as_secs_f32());
        println!("{}", summary(&line));
        writeln!(file, "{line}").expect("OUT.jsonl");
    }
}

fn args() -> Args {
    let (mut plain, mut options) = (Vec::new(), BTreeMap::<String, Vec<String>>::new());
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.strip_prefix("--") {
            Some(name) => options.entry(name.to_owned()).or_default().push(words.next().expect("a value")),
            None => plain.push(word),
        }
    }
    let [repo, rev, count, out] = plain.try_into().expect("REPO REV COUNT OUT.jsonl");
    let number = |name: &str| options.get(name).map_or(1, |v| v[0].parse().expect("a number"));
    let only = options.get("only").cloned().unwrap_or_default();
    let config = options.get("config").map(|v| v[0].clone().into());
    let count = count.parse().expect("COUNT");
    let (step, jobs) = (number("step"), number("jobs"));
    Args { repo: repo.into(), rev, count, out: out.into(), step, jobs, only, config }
}

/// The commits with their first parents, newest first.
fn commits(args: &Args) -> Vec<(String, String)> {
    let repo = Repo::open(&args.repo).expect("REPO");
    let first = |rev: &str| repo.parents(rev).expect("parents").into_iter().next();
    let mut at = repo.commit_id(&args.rev).expect("REV");
    let mut found = Vec::new();
    while let Some(parent) = first(&at).filter(|_| found.len() < args.count) {
        found.push((std::mem::replace(&mut at, parent.clone()), parent));
    }
    found
}

fn done(args: &Args) -> BTreeSet<String> {
    let text = std::fs::read_to_string(&args.out).unwrap_or_default();
    let commit = |line: &str| Some(serde_json::from_str::<Value>(line).ok()?.get("commit")?.as_str()?.to_owned());
    text.lines().filter_map(commit).collect()
}

fn check(args: &Args, base: &str, head: &str) -> Result<Report, String> {
    let inputs = Inputs {
        repo: args.repo.clone(),
        facts: None,
        config: args.config.clone(),
        jobs: Some(args.jobs),
        today: None,
        env: BTreeMap::new(),
        progress: &NoProgress,
    };
    let rules = Selection { only: args.only.clone(), except: Vec::new() };
    let tree = |rev: &str| Tree::Named(rev.to_owned());
    gate::check(&CheckRequest { inputs, base: tree(base), head: tree(head), archive: Archive::default(), rules })
        .map_err(|e| e.to_string())
}

fn told(commit: &str, outcome: &Result<Report, String>, seconds: f32) -> Value {
    match outcome {
        Err(error) => json!({"commit": commit, "error": error, "seconds": seconds}),
        Ok(report) => {
            let seen = &report.coverage;
            json!({"commit": commit, "seconds": seconds, "hosts": seen.hosts_total, "compiled": seen.hosts_compiled,
                "unreached": seen.hosts_unreached, "insufficient": seen.insufficient, "findings": report.findings})
        }
    }
}

/// The commit and how many findings there are of each rule and level.
fn summary(line: &Value) -> String {
    let mut counts = BTreeMap::<String, u32>::new();
    for finding in line["findings"].as_array().into_iter().flatten() {
        *counts.entry(format!("{} {}", finding["severity"], finding["rule"]).replace('"', "")).or_default() += 1;
    }
    let error = line["error"].as_str().unwrap_or("");
    format!(
        "{} {:.0} s {error}{counts:?}",
        &line["commit"].as_str().unwrap_or("")[..11],
        line["seconds"].as_f64().unwrap_or(0.0)
    )
}
