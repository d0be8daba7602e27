//! Scores the removal analysis against records of real removals: per measure precision, recall
//! and F1. Usage: `score_removal ORACLE.jsonl DEB_DIR [-v] [--index PATH] [ID]`; with a package index
//! the cascades are scored too, on the packages of the record and on those that its request implies.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use holdpoint::package::archive::{HostState, Index, cascade};
use holdpoint::package::{Kind, PackageSources, Phase, Removal, Verdict, analyse};
use serde_json::Value;

/// Right, wrong and missing answers of one measure.
#[derive(Default)]
pub(crate) struct Tally {
    hit: usize,
    extra: usize,
    missed: usize,
    detail: Vec<String>,
}

impl Tally {
    fn add(&mut self, id: &str, truth: &BTreeSet<String>, said: &BTreeSet<String>) {
        self.hit += truth.intersection(said).count();
        self.extra += said.difference(truth).count();
        self.missed += truth.difference(said).count();
        self.detail.extend(said.difference(truth).map(|s| format!("  extra  {id}: {s}")));
        self.detail.extend(truth.difference(said).map(|s| format!("  missed {id}: {s}")));
    }

    /// Precision, recall and their mean.
    pub(crate) fn ratios(&self) -> (f64, f64, f64) {
        let ratio = |part: usize, whole: usize| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
        let (p, r) = (ratio(self.hit, self.hit + self.extra), ratio(self.hit, self.hit + self.missed));
        (p, r, if p + r == 0.0 { 0.0 } else { 2.0 * p * r / (p + r) })
    }

    pub(crate) fn print(&self, name: &str, verbose: bool) {
        let (p, r, f) = self.ratios();
        println!(
            "{name:<24} P {p:.3}  R {r:.3}  F1 {f:.3}   ({} right, {} extra, {} missed)",
            self.hit, self.extra, self.missed
        );
        if verbose {
            self.detail.iter().for_each(|d| println!("{d}"));
        }
    }
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

fn clean(path: &str) -> String {
    format!("/{}", path.trim_matches('/'))
}

/// A recorded argument as a path; one that the script gave as seen from its folder is the path that ends so.
fn whole(argument: &str, said: &BTreeSet<String>) -> String {
    let path = clean(argument);
    let ending = said.iter().find(|s| !argument.starts_with('/') && s.ends_with(&path));
    ending.cloned().unwrap_or(path)
}

/// The pattern that was told, for a path that it stands for: what a program has put in a folder nobody can know.
fn pattern_of(path: &str, said: &BTreeSet<String>) -> String {
    let stands = |pattern: &&String| {
        let (Some((folder, "*")), Some((of, _))) = (pattern.rsplit_once('/'), path.rsplit_once('/')) else {
            return false;
        };
        folder == of
    };
    said.iter().find(stands).cloned().unwrap_or_else(|| path.to_owned())
}

fn certain(removals: &[Removal], phase: Phase, kind: Kind, scripts_only: bool) -> BTreeSet<String> {
    let all = removals.iter().flat_map(|r| r.of(phase, kind)).filter(|e| e.verdict == Verdict::Certain);
    let all = all.filter(|e| !scripts_only || !matches!(e.by, holdpoint::package::By::Tool(_)));
    all.map(|e| e.subject.clone()).collect()
}

/// What stops, with all that a call names.
fn all_stopped(removals: &[Removal], phase: Phase) -> BTreeSet<String> {
    let all = removals.iter().flat_map(|r| r.of(phase, Kind::ServiceStopped));
    all.filter(|e| e.verdict == Verdict::Certain)
        .flat_map(|e| e.subjects().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// Every service named in a recorded call that stops; the digest holds the first of a call alone.
fn stopped(stage: &Value) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for call in stage["calls"].as_array().into_iter().flatten() {
        let words = strings(&call["args"]);
        let mut words: Vec<&str> = words.iter().map(String::as_str).filter(|w| !w.starts_with('-')).collect();
        match call["cmd"].as_str() {
            Some("deb-systemd-invoke" | "systemctl") if words.first() == Some(&"stop") => drop(words.remove(0)),
            Some("invoke-rc.d" | "service") if words.get(1) == Some(&"stop") => words.truncate(1),
            _ => continue,
        }
        all.extend(words.into_iter().map(str::to_owned));
    }
    all
}

fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let index = args.iter().position(|a| a == "--index").map(|at| {
        args.remove(at);
        Index::open(Path::new(&args.remove(at))).unwrap()
    });
    let verbose = args.iter().any(|a| a == "-v");
    args.retain(|a| a != "-v");
    let only = args.get(2);
    let found = table(Path::new(&args[0]), Path::new(&args[1]), index.as_ref(), only.map(String::as_str));
    for (name, tally) in &found {
        tally.print(name, verbose);
    }
}

/// The measures by name.
pub(crate) fn table(oracle: &Path, debs: &Path, index: Option<&Index>, only: Option<&str>) -> BTreeMap<String, Tally> {
    let mut sources = PackageSources::new();
    sources.add_dir(debs).unwrap();
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for line in std::fs::read_to_string(oracle).unwrap().lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        if only.is_some_and(|o| o != record["id"].as_str().unwrap_or_default()) {
            continue;
        }
        score(&record, &sources, &mut tallies);
        if let Some(index) = index {
            score_cascade(&record, index, &mut tallies);
        }
    }
    tallies
}

/// What went along, against what is said on two ideas of the host.
fn score_cascade(record: &Value, index: &Index, tallies: &mut BTreeMap<String, Tally>) {
    let (id, target) = (record["id"].as_str().unwrap(), record["target"].as_str().unwrap());
    let truth: BTreeSet<String> = strings(&record["remove"]["cascade"]).into_iter().collect();
    let base = index.base().map(|l| l.name().to_owned());
    let listed = strings(&record["install"]["packages_installed"]);
    let list: Vec<String> = base.chain(listed.iter().map(|p| p.split('=').next().unwrap().to_owned())).collect();
    let wanted = strings(&record["install_set"]).into_iter().collect();
    let states = [
        ("cascade (packages listed)", HostState::from_list(&list.join("\n"), index)),
        ("cascade (derived)", HostState::implied(index, &wanted, &BTreeSet::new(), false)),
    ];
    for (name, state) in states {
        let said = cascade(&state, target).taken.into_iter().map(|t| t.package).collect();
        tallies.entry(name.to_owned()).or_default().add(id, &truth, &said);
    }
}

fn score(record: &Value, sources: &PackageSources, tallies: &mut BTreeMap<String, Tally>) {
    let id = record["id"].as_str().unwrap();
    let target = record["target"].as_str().unwrap().to_owned();
    let names = std::iter::once(target).chain(strings(&record["remove"]["cascade"]));
    let mut removals = Vec::new();
    for name in names {
        match sources.find(&name) {
            Ok(package) => {
                if record["version"] != package.control.version() && record["target"] == name.as_str() {
                    println!("{id}: version {} is not {}", package.control.version(), record["version"]);
                }
                removals.push(analyse(&package));
            }
            Err(error) => println!("{id}: {error}"),
        }
    }
    let truth = &record["truth"];
    for (phase, word) in [(Phase::Remove, "remove"), (Phase::Purge, "purge")] {
        let stage = &record[word];
        // What apt takes along is removed; only the package that was named is purged.
        let removals = if phase == Phase::Purge { &removals[..removals.len().min(1)] } else { &removals[..] };
        let mut add = |name: &str, truth: BTreeSet<String>, said: BTreeSet<String>| {
            tallies.entry(format!("{name} {word}")).or_default().add(id, &truth, &said);
        };
        for (kind, key) in [(Kind::UserDeleted, "users"), (Kind::GroupDeleted, "groups")] {
            let flag = format!("deleted_on_{word}");
            let all = truth[key].as_object().unwrap();
            let gone: BTreeSet<String> = all.iter().filter(|(_, v)| v[&flag] == true).map(|(k, _)| k.clone()).collect();
            let mut said = certain(removals, phase, kind, false);
            if phase == Phase::Purge {
                said.extend(certain(removals, Phase::Remove, kind, false));
            }
            add(key, gone.clone(), said.iter().filter(|n| all.contains_key(*n)).cloned().collect());
            add(&format!("{key} (any)"), gone, said);
        }
        let dirs = strings(&truth[format!("rm_rf_dirs_on_{word}")]);
        let said = certain(removals, phase, Kind::DataDestroyed, true);
        let said: BTreeSet<String> = said.iter().map(|d| clean(d)).collect();
        let dirs: BTreeSet<String> = dirs.iter().map(|d| whole(d, &said)).collect();
        add("rm -r (patterns count)", dirs.iter().map(|d| pattern_of(d, &said)).collect(), said.clone());
        add("rm -r", dirs, said);
        let links = stage["symlinks_removed"].as_array().into_iter().flatten();
        let links = links.filter_map(|l| l["path"].as_str().map(str::to_owned));
        add("links", links.collect(), certain(removals, phase, Kind::LinkRemoved, false));
        let script_links = strings(&truth[format!("script_symlinks_gone_on_{word}")]);
        add("links by script", script_links.into_iter().collect(), certain(removals, phase, Kind::LinkRemoved, true));
        let conffiles = strings(&stage["conffiles_removed"]);
        add("conffiles", conffiles.into_iter().collect(), certain(removals, phase, Kind::ConffileRemoved, false));
        let field = |key: &str, pick: &dyn Fn(&Value) -> Option<String>| -> BTreeSet<String> {
            stage[key].as_array().into_iter().flatten().filter_map(pick).collect()
        };
        let alternatives = field("alternatives_removed", &|v| v["name"].as_str().map(str::to_owned));
        add("alternatives", alternatives, certain(removals, phase, Kind::AlternativeRemoved, false));
        let diversions = field("diversions_removed", &|v| v[0].as_str().map(str::to_owned));
        add("diversions", diversions, certain(removals, phase, Kind::DiversionRemoved, false));
        let overrides = field("statoverrides_removed", &|v| v.as_str()?.split(' ').nth(3).map(str::to_owned));
        add("statoverrides", overrides, certain(removals, phase, Kind::StatoverrideRemoved, false));
        let stops = strings(&truth[format!("services_stopped_on_{word}")]);
        let said = certain(removals, phase, Kind::ServiceStopped, false);
        add("service stops", stops.into_iter().collect(), said);
        add("service stops (calls)", stopped(stage), all_stopped(removals, phase));
    }
}
