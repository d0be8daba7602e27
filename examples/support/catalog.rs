//! A catalog as the oracle prints it: resources, containment, classes, the agent's relationship graph.

use holdpoint::catalog::{Catalog, End, RefreshGraph, Resource, ResourceKind};
use holdpoint::eval::Session;
use holdpoint::eval::functions::to_json;
use holdpoint::value::Value;
use serde_json::{Map, Value as Json, json};

/// The answer of kind `catalog`; `graph` asks for the relationship graph too.
pub(crate) fn answer(session: &Session, catalog: &Catalog, graph: bool) -> Json {
    let real: Vec<&Resource> = catalog.resources.iter().filter(|r| !r.is_virtual).collect();
    let resources: Vec<Json> = real.iter().map(|r| resource_json(session, r)).collect();
    let mut out =
        json!({ "resources": resources, "containment": containment(catalog, &real), "classes": classes(catalog) });
    if let Some(why) = catalog.refusal().filter(|_| graph) {
        out["graph_error"] = json!(why);
    } else if graph {
        out["graph"] = edges(catalog, &RefreshGraph::new(catalog));
    }
    let named = |wanted: fn(&Resource) -> bool| catalog.resources.iter().filter(move |r| wanted(r));
    let left: Vec<Json> = named(|r| r.is_virtual)
        .map(|r| json!([r.reference(), if r.exported { "exported" } else { "virtual" }]))
        .collect();
    let exported: Vec<String> = named(|r| r.exported).map(Resource::reference).collect();
    let sensitive = sensitive(&real);
    for (key, list) in [("virtual_left", json!(left)), ("exported_all", json!(exported)), ("sensitive", sensitive)] {
        if list.as_array().is_some_and(|a| !a.is_empty()) || list.as_object().is_some_and(|o| !o.is_empty()) {
            out[key] = list;
        }
    }
    out
}

fn containment(catalog: &Catalog, real: &[&Resource]) -> Vec<Json> {
    let mut out = Vec::new();
    for resource in real {
        for container in resource.container.iter().chain(&resource.also_in) {
            if let Some(outer) = catalog.get(*container) {
                out.push(json!([outer.reference(), resource.reference()]));
            }
        }
    }
    out
}

/// Every edge as `[from, to]`, with `refresh` as third where it carries one.
pub(crate) fn edges(catalog: &Catalog, graph: &RefreshGraph) -> Json {
    let mut out: Vec<Vec<String>> = graph
        .listed()
        .map(|(from, to, refresh)| {
            let mut edge = vec![end(catalog, from), end(catalog, to)];
            edge.extend(refresh.then(|| "refresh".to_owned()));
            edge
        })
        .collect();
    out.sort();
    json!(out)
}

fn end(catalog: &Catalog, end: End) -> String {
    let name = |id| catalog.get(id).map(agent_reference).unwrap_or_default();
    let whit = |word: &str, id| {
        let reference = name(id);
        let mut letters = reference.chars();
        let first = letters.next().map(|c| c.to_ascii_lowercase());
        format!("Whit[{word}_{}{}]", first.map(String::from).unwrap_or_default(), letters.as_str())
    };
    match end {
        End::Resource(id) => name(id),
        End::Admissible(id) => whit("Admissible", id),
        End::Completed(id) => whit("Completed", id),
    }
}

/// A resource as the agent names it: the title of every class in capitals.
pub(crate) fn agent_reference(resource: &Resource) -> String {
    format!("{}[{}]", resource.type_name, agent_title(resource))
}

/// `Main` for `main`.
pub(crate) fn agent_title(resource: &Resource) -> &str {
    if resource.kind == ResourceKind::Class && resource.title == "main" { "Main" } else { &resource.title }
}

fn classes(catalog: &Catalog) -> Vec<String> {
    let mut out: Vec<String> = catalog.classes.iter().map(ToString::to_string).collect();
    out.push("settings".into());
    out.extend(catalog.resources.iter().filter(|r| r.type_name == "Node").map(|r| r.title.to_string()));
    out.sort();
    out
}

fn resource_json(session: &Session, resource: &Resource) -> Json {
    let mut params = Map::new();
    for param in &resource.params {
        let value = if let Value::Sensitive(inner) = &param.value { inner } else { &param.value };
        params.insert(param.name.to_string(), to_json(value));
    }
    let path = resource.type_name == "File" && resource.title.len() > 1;
    let name = if path { resource.title.trim_end_matches('/') } else { &resource.title };
    for (name, value) in named_by_title(session, resource, name) {
        params.entry(name).or_insert(value);
    }
    let tags = resource.tags.all();
    let tags: Vec<&str> = tags.iter().map(|t| t.as_str()).collect();
    let mut out = json!({ "type": resource.type_name.as_str(), "title": resource.title.as_str(), "params": params, "tags": tags, "line": resource.at.line });
    if resource.exported {
        out["exported"] = json!(true);
    }
    out
}

fn sensitive(real: &[&Resource]) -> Json {
    let mut out = Map::new();
    for resource in real {
        let mut names: Vec<&str> = resource
            .params
            .iter()
            .filter(|p| matches!(p.value, Value::Sensitive(_)))
            .map(|p| p.name.as_str())
            .collect();
        names.sort_unstable();
        if !names.is_empty() {
            out.insert(resource.reference(), json!(names));
        }
    }
    Json::Object(out)
}

/// The parameters that the title stands for.
fn named_by_title(session: &Session, resource: &Resource, title: &str) -> Vec<(String, Json)> {
    let one = |name: &str| vec![(name.to_owned(), json!(title))];
    match resource.type_name.as_str() {
        "File" | "Tidy" | "K5login" => return one("path"),
        "Exec" => return one("command"),
        _ => {}
    }
    let Some(native) = session.native_type(&resource.type_name.to_lowercase()) else { return one("name") };
    native.title_parts(title).into_iter().map(|(name, value)| (name.to_string(), to_json(&value))).collect()
}
