//! Scores the compiler against real Puppet's answers: `conform CASES [CATEGORY [all]]`.
#![allow(clippy::print_stdout)]

#[path = "support/answers.rs"]
mod answers;

use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or("CASES")?;
    let wanted = args.next();
    let all = args.next().is_some();
    let folder = std::path::Path::new(&path).parent().unwrap_or(std::path::Path::new("."));
    let facts: Json = serde_json::from_slice(&std::fs::read(folder.join("facts-small.json"))?)?;
    let text = std::fs::read_to_string(&path)?;
    let run = move || score(&text, &facts, wanted.as_deref(), all);
    std::thread::Builder::new().stack_size(256 << 20).spawn(run)?.join().map_err(|_| "panicked")?;
    Ok(())
}

fn score(text: &str, facts: &Json, wanted: Option<&str>, all: bool) {
    let mut totals: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for line in text.lines() {
        let Ok(case) = serde_json::from_str::<Json>(line) else { continue };
        let kind = case["kind"].as_str().unwrap_or_default();
        if !matches!(kind, "eval" | "catalog" | "hiera") {
            continue;
        }
        let name = format!("{kind}/{}", case["cat"].as_str().unwrap_or_default());
        if wanted.is_some_and(|w| !name.contains(w)) {
            continue;
        }
        let ours = answers::answer(&case, facts, false);
        let why = differs(kind, &case["answer"], &ours);
        let total = totals.entry(name).or_default();
        total.1 += 1;
        match why {
            None => total.0 += 1,
            Some(why) if wanted.is_some() && (all || total.1 - total.0 <= 12) => {
                println!("{}\n{}\n   {why}\n", case["id"], case["src"].as_str().unwrap_or_default());
            }
            Some(_) => {}
        }
    }
    let (good, n) = totals.values().fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
    for (name, (good, n)) in &totals {
        println!("{name:32} {good:4} / {n}");
    }
    println!("{good} of {n}");
}

fn differs(kind: &str, want: &Json, got: &Json) -> Option<String> {
    match (&want["error"], &got["error"]) {
        (Json::Null, Json::Null) => {}
        (Json::Null, error) => return Some(format!("unexpected error {error}")),
        (error, Json::Null) => {
            return Some(format!("error expected: {} {}; got {got}", error["issue"], error["message"]));
        }
        (want, got) => return errors(want, got),
    }
    match kind {
        "eval" => ["value", "type"].iter().find_map(|k| field(want, got, k)),
        "hiera" => want["lookups"]
            .as_object()?
            .iter()
            .find_map(|(k, w)| differs("eval", w, &got["lookups"][k]).map(|d| format!("{k}: {d}"))),
        _ => catalogs(want, got),
    }
}

fn errors(want: &Json, got: &Json) -> Option<String> {
    if want["issue"].is_null() || want["issue"] == got["issue"] {
        return None;
    }
    Some(format!("error {} expected: {}; got {got}", want["issue"], want["message"]))
}

fn field(want: &Json, got: &Json, key: &str) -> Option<String> {
    (want[key] != got[key]).then(|| format!("{key}: {} expected, {} given", want[key], got[key]))
}

fn catalogs(want: &Json, got: &Json) -> Option<String> {
    let index = |j: &Json| -> BTreeMap<String, (Json, BTreeSet<String>)> {
        let of = |r: &Json| {
            let tags =
                r["tags"].as_array().into_iter().flatten().filter_map(|t| t.as_str().map(str::to_owned)).collect();
            (
                format!("{}[{}]", r["type"].as_str().unwrap_or_default(), r["title"].as_str().unwrap_or_default()),
                (r["params"].clone(), tags),
            )
        };
        j["resources"].as_array().into_iter().flatten().map(of).collect()
    };
    let (want_all, got_all) = (index(want), index(got));
    for (name, resource) in &want_all {
        match got_all.get(name) {
            None => return Some(format!("{name} is missing")),
            Some(ours) if !same(&ours.0, &resource.0) => {
                return Some(format!("{name}: {} expected, {} given", resource.0, ours.0));
            }
            Some(ours) if ours.1 != resource.1 => {
                return Some(format!("{name} tags: {:?} expected, {:?} given", resource.1, ours.1));
            }
            Some(_) => {}
        }
    }
    if let Some(name) = got_all.keys().find(|n| !want_all.contains_key(*n)) {
        return Some(format!("{name} is too many"));
    }
    let set =
        |j: &Json, key: &str| j[key].as_array().into_iter().flatten().map(ToString::to_string).collect::<BTreeSet<_>>();
    ["containment", "classes"].iter().find_map(|key| {
        let (w, g) = (set(want, key), set(got, key));
        (w != g).then(|| {
            format!(
                "{key}: missing {:?}, too many {:?}",
                w.difference(&g).collect::<Vec<_>>(),
                g.difference(&w).collect::<Vec<_>>()
            )
        })
    })
}

fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|w| same(v, w)))
        }
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(x, y)| same(x, y)),
        _ => a == b,
    }
}
