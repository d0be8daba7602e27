//! Compares an answer with real Puppet's: what differs first, in words; nothing where they are equal.

use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// What differs, if anything.
pub(crate) fn differs(kind: &str, want: &Json, got: &Json) -> Option<String> {
    match (&want["error"], &got["error"]) {
        (Json::Null, Json::Null) => {}
        (Json::Null, error) => return Some(format!("unexpected error {error}")),
        (error, Json::Null) => {
            return Some(format!("error expected: {} {}; got {got}", error["issue"], error["message"]));
        }
        (want, got) => return errors(want, got),
    }
    match kind {
        "parse" => want["pn"].as_str().and_then(|_| field(want, got, "pn")),
        "eval" => ["json", "type", "value"].iter().find_map(|k| field(want, got, k)),
        "hiera" => want["lookups"]
            .as_object()?
            .iter()
            .find_map(|(k, w)| differs("eval", w, &got["lookups"][k]).map(|d| format!("{k}: {d}"))),
        "refresh" => {
            ["events", "refreshed"].iter().find_map(|k| field(want, got, k)).or_else(|| set(want, got, "graph"))
        }
        _ => catalogs(want, got),
    }
}

/// Errors are equal by issue, else by message class; a crash of Puppet itself may be any error.
fn errors(want: &Json, got: &Json) -> Option<String> {
    let class = want["class"].as_str().unwrap_or_default();
    let crash = !class.starts_with("Puppet::") && class != "ArgumentError";
    if got["class"] == "panic" {
        return Some("panic".to_owned());
    }
    let line = |e: &Json| e["line"].as_u64();
    if want["issue"].is_null() {
        let text = |e: &Json| e["message"].as_str().unwrap_or_default().to_owned();
        let bare = |s: String| {
            s.trim_start_matches("Evaluation Error: ").split(" (line:").next().unwrap_or_default().to_owned()
        };
        let (w, g) = (bare(text(want)), bare(text(got)));
        let same = crash || w == g || w.split_whitespace().take(3).eq(g.split_whitespace().take(3));
        return (!same).then(|| format!("message {w:?} expected, {g:?} given"));
    }
    if want["issue"] != got["issue"] {
        return Some(format!("error {} expected: {}; got {got}", want["issue"], want["message"]));
    }
    (line(want).is_some() && line(want) != line(got))
        .then(|| format!("line {} expected, {} given", want["line"], got["line"]))
}

fn field(want: &Json, got: &Json, key: &str) -> Option<String> {
    (!same(&want[key], &got[key])).then(|| format!("{key}: {} expected, {} given", want[key], got[key]))
}

type Resources = BTreeMap<String, (Json, BTreeSet<String>)>;

/// Resources by reference, without those that say nothing of the manifest.
pub(crate) fn resources(catalog: &Json) -> Resources {
    let of = |r: &Json| {
        let tags = r["tags"].as_array().into_iter().flatten().filter_map(|t| t.as_str().map(str::to_owned)).collect();
        let title = r["title"].as_str().map_or_else(|| r["title"].to_string(), str::to_owned);
        let name = format!("{}[{title}]", r["type"].as_str().unwrap_or_default());
        (name, (r["params"].clone(), tags))
    };
    let all = catalog["resources"].as_array().into_iter().flatten().map(of);
    all.filter(|(name, _)| name != "Class[Settings]" && !name.starts_with("Stage[")).collect()
}

/// What differs in one resource.
pub(crate) fn resource(name: &str, want: &Resources, got: &Resources) -> Option<String> {
    let (Some((params, tags)), Some((ours, our_tags))) = (want.get(name), got.get(name)) else {
        let word = if want.contains_key(name) { "missing" } else { "too many" };
        return Some(format!("{name} is {word}"));
    };
    for key in params.as_object()?.keys().chain(ours.as_object()?.keys()) {
        if !same(&params[key], &ours[key]) || params.get(key).is_some() != ours.get(key).is_some() {
            return Some(format!("{name} {key}: {} expected, {} given", params[key], ours[key]));
        }
    }
    (tags != our_tags).then(|| format!("{name} tags: {}", sets(tags, our_tags)))
}

fn catalogs(want: &Json, got: &Json) -> Option<String> {
    let (all, ours) = (resources(want), resources(got));
    let names: BTreeSet<&String> = all.keys().chain(ours.keys()).collect();
    names
        .into_iter()
        .find_map(|name| resource(name, &all, &ours))
        .or_else(|| ["containment", "classes"].iter().find_map(|key| set(want, got, key)))
        .or_else(|| ["exported_all", "sensitive"].iter().find_map(|key| field(want, got, key)))
        .or_else(|| refusal(&want["graph_error"], &got["graph_error"]))
        .or_else(|| want["graph"].as_array().and_then(|_| set(want, got, "graph")))
}

/// Why the agent refuses a catalog; the folder of modules has another name in the answers.
fn refusal(want: &Json, got: &Json) -> Option<String> {
    let text = |j: &Json| j.as_str().map(|s| s.replace("@MODULES@", "modules"));
    (text(want) != text(got)).then(|| format!("graph_error: {want} expected, {got} given"))
}

fn set(want: &Json, got: &Json, key: &str) -> Option<String> {
    let items = |j: &Json| j[key].as_array().into_iter().flatten().map(ToString::to_string).collect::<BTreeSet<_>>();
    let (w, g) = (items(want), items(got));
    (w != g).then(|| format!("{key}: {}", sets(&w, &g)))
}

fn sets(want: &BTreeSet<String>, got: &BTreeSet<String>) -> String {
    format!(
        "missing {:?}, too many {:?}",
        want.difference(got).collect::<Vec<_>>(),
        got.difference(want).collect::<Vec<_>>()
    )
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
