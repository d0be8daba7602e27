//! Compares whole catalogs with real Puppet's, parameter by parameter:
//! `conform_nodes REPO REV ANSWERS [--config FILE] [--facts DIR] [--show N]`.
//!
//! ANSWERS is a folder of `HOST.json` or `HOST.json.xz`, catalogs as Puppet prints them. A resource that is not equal
//! is counted by what is amiss: a value that is unknown to us, which is said, or a wrong one, which never may be.
#![allow(clippy::print_stdout)]

use holdpoint::gate::{self, CatalogRequest, Inputs, NoProgress, Tree};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

type Error = Box<dyn std::error::Error>;

struct Asked {
    repo: PathBuf,
    rev: String,
    answers: PathBuf,
    config: Option<PathBuf>,
    facts: Option<PathBuf>,
    show: usize,
}

fn main() -> Result<(), Error> {
    let asked = asked()?;
    let mut files: Vec<PathBuf> = std::fs::read_dir(&asked.answers)?.flatten().map(|e| e.path()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        if let Some(host) = name.strip_suffix(".json.xz").or_else(|| name.strip_suffix(".json")) {
            one(&asked, host, &read(&file)?)?;
        }
    }
    Ok(())
}

fn asked() -> Result<Asked, Error> {
    let (mut plain, mut named) = (Vec::new(), BTreeMap::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.strip_prefix("--") {
            Some(name) => drop(named.insert(name.to_owned(), arguments.next().ok_or("a value is missing")?)),
            None => plain.push(argument),
        }
    }
    let [repo, rev, answers] = plain.as_slice() else { return Err("usage: conform_nodes REPO REV ANSWERS".into()) };
    let path = |name: &str| named.get(name).map(PathBuf::from);
    let show = named.get("show").map_or(Ok(0), |n| n.parse())?;
    let (config, facts) = (path("config"), path("facts"));
    Ok(Asked { repo: repo.into(), rev: rev.clone(), answers: answers.into(), config, facts, show })
}

fn read(file: &Path) -> Result<Json, Error> {
    let bytes = std::fs::read(file)?;
    if file.extension().is_none_or(|e| e != "xz") {
        return Ok(serde_json::from_slice(&bytes)?);
    }
    let mut text = Vec::new();
    xz2::read::XzDecoder::new(bytes.as_slice()).read_to_end(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

fn one(asked: &Asked, host: &str, want: &Json) -> Result<(), Error> {
    let inputs = Inputs {
        repo: asked.repo.clone(),
        facts: asked.facts.clone(),
        config: asked.config.clone(),
        jobs: None,
        env: BTreeMap::new(),
        today: None,
        progress: &NoProgress,
    };
    let rev = if asked.rev == "worktree" { Tree::Worktree } else { Tree::Named(asked.rev.clone()) };
    let request = CatalogRequest { inputs, host: host.to_owned(), rev, against: None, why: None };
    let ours = gate::catalog(&request).map_err(|e| format!("{host}: {e:?}"))?.json;
    compare(host, want, &ours).print(asked.show);
    Ok(())
}

/// What became of real Puppet's resources.
#[derive(Default)]
struct Tally {
    host: String,
    all: usize,
    equal: usize,
    unknown: Vec<String>,
    wrong: Vec<String>,
    missing: Vec<String>,
    extra: Vec<String>,
    possible: usize,
    edges: (usize, usize),
    errors: Vec<String>,
}

fn compare(host: &str, want: &Json, got: &Json) -> Tally {
    let (wanted, given) = (resources(want), resources(got));
    let mut tally = Tally { host: host.to_owned(), all: wanted.len(), ..Tally::default() };
    for (name, resource) in &wanted {
        match given.get(name) {
            None => tally.missing.push(name.clone()),
            Some(ours) => tally.resource(name, &resource["parameters"], &ours["parameters"]),
        }
    }
    for (name, ours) in given.iter().filter(|(name, _)| !wanted.contains_key(*name)) {
        match ours["only_if"].is_string() || name.contains('‹') {
            true => tally.possible += 1,
            false => tally.extra.push(name.clone()),
        }
    }
    let (edges, ours) = (edges(want), edges(got));
    tally.edges = (edges.intersection(&ours).count(), edges.len());
    tally.errors = got["errors"].as_array().into_iter().flatten().map(ToString::to_string).collect();
    tally
}

impl Tally {
    fn resource(&mut self, name: &str, want: &Json, got: &Json) {
        let mut unknown = None;
        let empty = serde_json::Map::new();
        let (want, got) = (want.as_object().unwrap_or(&empty), got.as_object().unwrap_or(&empty));
        for key in want.keys().chain(got.keys()).collect::<BTreeSet<_>>() {
            let (w, g) = (want.get(key).unwrap_or(&Json::Null), got.get(key).unwrap_or(&Json::Null));
            match differs(w, g) {
                None => {}
                Some(Amiss::Unknown) => unknown = Some(format!("{name} {key}: {}", short(g))),
                Some(Amiss::Wrong) => {
                    return self.wrong.push(format!("{name} {key}: {} expected, {} given", short(w), short(g)));
                }
            }
        }
        match unknown {
            Some(what) => self.unknown.push(what),
            None => self.equal += 1,
        }
    }

    fn print(&self, show: usize) {
        let Self { host, all, equal, unknown, wrong, missing, extra, possible, edges, errors } = self;
        #[allow(clippy::cast_precision_loss)]
        let share = *equal as f64 * 100.0 / (*all).max(1) as f64;
        let (unknowns, wrongs, gone, many) = (unknown.len(), wrong.len(), missing.len(), extra.len());
        println!("{host}: {equal} of {all} equal = {share:.2} %, {unknowns} unknown, {wrongs} wrong, {gone} missing,");
        println!(
            "    {many} too many and {possible} possible; edges {} of {}; {} errors",
            edges.0,
            edges.1,
            errors.len()
        );
        let lists =
            [("error", errors), ("wrong", wrong), ("missing", missing), ("too many", extra), ("unknown", unknown)];
        for (word, list) in lists {
            list.iter().take(show).for_each(|line| println!("    {word}: {line}"));
        }
    }
}

enum Amiss {
    Unknown,
    Wrong,
}

/// The worst that differs between two values.
fn differs(want: &Json, got: &Json) -> Option<Amiss> {
    match (want, got) {
        (_, Json::Object(map)) if map.contains_key("__unknown") => Some(Amiss::Unknown),
        (Json::Array(w), Json::Array(g)) if w.len() == g.len() => worst(w.iter().zip(g)),
        (Json::Object(w), Json::Object(g)) if w.len() == g.len() => {
            worst(w.iter().map(|(key, value)| (value, g.get(key).unwrap_or(&Json::Null))))
        }
        _ => (want != got).then_some(Amiss::Wrong),
    }
}

fn worst<'a>(pairs: impl Iterator<Item = (&'a Json, &'a Json)>) -> Option<Amiss> {
    let mut unknown = None;
    for (want, got) in pairs {
        match differs(want, got) {
            Some(Amiss::Wrong) => return Some(Amiss::Wrong),
            Some(Amiss::Unknown) => unknown = Some(Amiss::Unknown),
            None => {}
        }
    }
    unknown
}

fn short(value: &Json) -> String {
    let text = value.to_string();
    if text.chars().count() > 300 { text.chars().take(300).chain("…".chars()).collect() } else { text }
}

/// Resources by reference, without those that say nothing of the manifest.
fn resources(catalog: &Json) -> BTreeMap<String, &Json> {
    let named = |r| (format!("{}[{}]", text(r, "type"), text(r, "title")), r);
    let all = catalog["resources"].as_array().into_iter().flatten().map(named);
    all.filter(|(name, _)| name != "Class[Settings]" && !name.starts_with("Stage[")).collect()
}

fn edges(catalog: &Json) -> BTreeSet<(String, String)> {
    let all = catalog["edges"].as_array().into_iter().flatten();
    all.map(|e| (text(e, "source"), text(e, "target"))).collect()
}

fn text(json: &Json, key: &str) -> String {
    json[key].as_str().map_or_else(|| json[key].to_string(), str::to_owned)
}
