//! The `refresh` kind: what a noop run of the agent would change and refresh on a bare machine.
//!
//! The compiler knows the graph; what a machine already has is a small model here.

use super::catalog;
use holdpoint::catalog::{Catalog, End, RefreshGraph, Resource, ResourceId, ResourceKind};
use holdpoint::value::Value;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Folders that every machine has.
const FOLDERS: [&str; 18] = [
    "/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/opt", "/proc", "/root", "/run", "/sbin", "/srv", "/sys",
    "/tmp", "/usr", "/var", "/var/tmp",
];

/// Accounts that every machine has.
const ACCOUNTS: [&str; 6] = ["root", "daemon", "bin", "sys", "nobody", "www-data"];

/// An event of a resource: the property, and its text in version 7 and 8.
struct Event {
    property: &'static str,
    seven: String,
    eight: String,
}

/// The answer of kind `refresh`.
pub(crate) fn answer(catalog: &Catalog, eight: bool) -> Json {
    if let Some(why) = catalog.refusal() {
        return json!({ "error": { "message": why } });
    }
    let graph = RefreshGraph::new(catalog);
    if graph.cycle().is_some() {
        return json!({ "error": { "message": "One or more resource dependency cycles detected in graph" } });
    }
    // Schedules that agents have of their own are not in a catalog that is run by itself.
    if let Some(why) = catalog.unscheduled().first() {
        return json!({ "error": { "message": format!("Could not find schedule {}", why.schedule) } });
    }
    let changes = |id: ResourceId| catalog.get(id).and_then(event).map_or(0, |_| 1);
    let refreshed: Vec<Json> = graph
        .noop_run(changes, |id| catalog.get(id).is_some_and(starts))
        .into_iter()
        .map(|r| {
            let plural = if r.events == 1 { "" } else { "s" };
            json!([source(catalog, r.end), format!("Would have triggered 'refresh' from {} event{plural}", r.events)])
        })
        .collect();
    let real = || catalog.resources.iter().filter(|r| !r.is_virtual);
    let mut events = Map::new();
    for (resource, event) in real().filter_map(|r| Some((r, event(r)?))) {
        let text = if eight { event.eight } else { event.seven };
        events.insert(resource.reference(), json!([[event.property, "noop", format!("{text} (noop)")]]));
    }
    let mut all: Vec<String> = real().map(catalog::agent_reference).collect();
    all.sort();
    json!({ "events": events, "all": all, "refreshed": refreshed, "graph": catalog::edges(catalog, &graph) })
}

/// How the log names it: containers by reference, resources by their path of containers.
fn source(catalog: &Catalog, end: End) -> String {
    let (End::Resource(id) | End::Admissible(id) | End::Completed(id)) = end;
    let Some(resource) = catalog.get(id) else { return String::new() };
    if !matches!(end, End::Resource(_)) {
        return catalog::agent_reference(resource);
    }
    let mut path = resource.reference();
    let mut at = resource.container;
    for _ in 0..100 {
        let Some(outer) = at.and_then(|id| catalog.get(id)) else { break };
        let name =
            if outer.kind == ResourceKind::Class { catalog::agent_title(outer).to_owned() } else { outer.reference() };
        path = format!("{name}/{path}");
        at = outer.container;
    }
    format!("/{path}")
}

fn event(resource: &Resource) -> Option<Event> {
    let text = |name: &str| resource.text(name).unwrap_or_default();
    let name = resource.text("name").unwrap_or(&resource.title);
    match resource.type_name.as_str() {
        "Notify" => Some(message(resource.text("message").unwrap_or(name))),
        "File" => file(resource),
        "User" | "Group" => {
            let ensure = resource.text("ensure").or_else(|| is_managed(resource).then_some("present"))?;
            (ACCOUNTS.contains(&name) == (ensure == "absent")).then(|| ensured(ensure, "created"))
        }
        "Package" => (!matches!(text("ensure"), "absent" | "purged")).then(|| ensured("present", "created")),
        "Exec" => returned(resource).filter(|_| runs(resource)),
        "Service" => {
            let running = text("status") != "/bin/false";
            let wanted = match resource.value("ensure")?.to_string().as_str() {
                "running" | "true" => true,
                "stopped" | "false" => false,
                _ => return None,
            };
            let word = |b: bool| if b { "running" } else { "stopped" };
            let said = format!("current_value '{}', should be '{}'", word(running), word(wanted));
            let eight = format!("ensure changed '{}' to '{}'", word(running), word(wanted));
            (running != wanted).then_some(Event { property: "ensure", seven: said, eight })
        }
        _ => None,
    }
}

/// An account of which something is said is one that is there.
fn is_managed(account: &Resource) -> bool {
    const PROPERTIES: [&str; 9] = ["uid", "gid", "home", "shell", "comment", "groups", "password", "expiry", "members"];
    PROPERTIES.iter().any(|name| account.param(name).is_some())
}

/// What a command is to return.
fn returned(exec: &Resource) -> Option<Event> {
    let wanted = match exec.value("returns") {
        None => vec!["0".to_owned()],
        Some(Value::Array(list)) => list.items.iter().map(ToString::to_string).collect(),
        Some(one) => vec![one.to_string()],
    };
    let text = format!("current_value 'notrun', should be ['{}']", wanted.join("', '"));
    (!wanted.is_empty()).then(|| Event { property: "returns", seven: text.clone(), eight: text })
}

/// A service that does not run and should.
fn starts(resource: &Resource) -> bool {
    let wanted = || resource.value("ensure").is_some_and(|v| matches!(v.to_string().as_str(), "running" | "true"));
    resource.type_name == "Service" && wanted() && event(resource).is_some()
}

fn message(text: &str) -> Event {
    let (seven, eight) =
        (format!("current_value 'absent', should be '{text}'"), format!("defined 'message' as '{text}'"));
    Event { property: "message", seven, eight }
}

fn ensured(word: &str, eight: &str) -> Event {
    Event { property: "ensure", seven: format!("current_value 'absent', should be '{word}'"), eight: eight.to_owned() }
}

fn file(resource: &Resource) -> Option<Event> {
    let path = resource.text("path").unwrap_or(&resource.title);
    let there = FOLDERS.contains(&path);
    let ensure = resource.value("ensure").map(ToString::to_string).unwrap_or_default();
    let (content, target) = (resource.text("content"), resource.text("target"));
    let is_written = content.is_some() || resource.value("content").and_then(Value::as_array).is_some();
    if there || ensure == "absent" || (ensure.is_empty() && !is_written && target.is_none()) {
        return None;
    }
    let word = match ensure.as_str() {
        "" if is_written => "file",
        "" => "link",
        given => given,
    };
    let eight = content.map_or_else(|| "created".to_owned(), |c| format!("defined content as '{}'", digest(c)));
    Some(ensured(word, &eight))
}

fn digest(text: &str) -> String {
    let mut out = "{sha256}".to_owned();
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// Whether an exec would run of itself: no refresh needed, and its guards allow it.
fn runs(resource: &Resource) -> bool {
    let is = |name: &str, text: &str| resource.text(name).is_some_and(|t| t.contains(text));
    let refreshonly = resource.value("refreshonly").is_some_and(|v| v.to_string() == "true");
    let made = resource.text("creates").is_some_and(|p| FOLDERS.contains(&p));
    !(refreshonly || made || is("unless", "/bin/true") || is("onlyif", "/bin/false"))
}
