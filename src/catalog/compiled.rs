//! Catalogs that Puppet itself compiled, read from its JSON.
//!
//! Three forms: what `puppet catalog compile` and octocatalog-diff's bootstrap write, the older one that wraps
//! it in `data`, and what PuppetDB answers. Nothing in them is unknown, except what the agent works out
//! (`Deferred`).

use super::{Catalog, Declaration, Derived, Param, Relation, Resource, ResourceId, ResourceKind, Tags};
use crate::repo::Loc;
use crate::value::{CauseKind, Value};
use rustc_hash::FxHashSet;
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// Why a file holds no catalog.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoCatalog {
    /// Not JSON.
    #[error("not JSON: {0}")]
    Syntax(String),
    /// JSON of another shape.
    #[error("no catalog: {0}")]
    Shape(&'static str),
}

/// Reads the catalogs of a file: one, or PuppetDB's list of them. Log lines that a compiler printed before the
/// JSON are passed over. The name is empty where none is given.
///
/// # Errors
/// If the text is not JSON or not a catalog.
pub fn read(text: &str) -> Result<Vec<Catalog>, NoCatalog> {
    let starts = |line: &&str| line.starts_with(['{', '[']) && !line.starts_with("[0;") && !line.starts_with("[m");
    let at = text.lines().find(starts).map_or(0, |line| line.as_ptr() as usize - text.as_ptr() as usize);
    let json: Json =
        serde_json::from_str(text.get(at..).unwrap_or_default()).map_err(|e| NoCatalog::Syntax(e.to_string()))?;
    match &json {
        Json::Array(rows) => rows.iter().map(one).collect(),
        other => Ok(vec![one(other)?]),
    }
}

fn one(json: &Json) -> Result<Catalog, NoCatalog> {
    let json = json.get("data").filter(|data| data.get("resources").is_some()).unwrap_or(json);
    let rows = list(json, "resources").ok_or(NoCatalog::Shape("it has no list of resources"))?;
    let name = ["certname", "name"].iter().find_map(|key| json.get(*key)?.as_str());
    let mut catalog = Catalog { certname: name.unwrap_or_default().into(), ..Catalog::default() };
    for row in rows {
        let resource = resource(row).ok_or(NoCatalog::Shape("a resource has no type or title"))?;
        let id = ResourceId::try_from(catalog.resources.len()).map_err(|_| NoCatalog::Shape("it is too large"))?;
        index(&mut catalog, &resource, id);
        catalog.resources.push(resource);
    }
    contain(&mut catalog, list(json, "edges").unwrap_or_default());
    relate(&mut catalog);
    let classes = catalog.resources.iter().filter(|r| r.kind == ResourceKind::Class);
    catalog.classes = classes.map(|r| r.title.to_lowercase()).collect();
    Ok(catalog)
}

/// A list, or PuppetDB's `{data: […]}`.
fn list<'j>(json: &'j Json, key: &str) -> Option<&'j [Json]> {
    let found = json.get(key)?;
    found.as_array().or_else(|| found.get("data")?.as_array()).map(Vec::as_slice)
}

fn resource(row: &Json) -> Option<Resource> {
    let text = |key: &str| row.get(key).and_then(Json::as_str);
    let (type_name, title) = (text("type")?, text("title")?);
    let line = row.get("line").and_then(Json::as_u64).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    let at = Loc::new(Arc::from(text("file").unwrap_or_default()), line);
    let none = Map::new();
    let given = row.get("parameters").and_then(Json::as_object).unwrap_or(&none);
    let hidden: FxHashSet<&str> = strings(row, "sensitive_parameters").collect();
    let param = |(name, json): (&String, &Json)| {
        let value = value(json);
        let value = if hidden.contains(name.as_str()) { Value::Sensitive(Arc::new(value)) } else { value };
        Param { name: name.as_str().into(), value, at: at.clone() }
    };
    let tags = Tags::new(strings(row, "tags").map(Into::into).collect());
    let declaration = Declaration {
        type_name: type_name.into(),
        title: title.into(),
        symbolic_title: None,
        params: given.iter().map(param).collect(),
        end_line: at.line,
        at,
        exported: row.get("exported").and_then(Json::as_bool).unwrap_or(false),
        kind: kind(type_name),
        derived: Derived::default(),
    };
    Some(Resource { tags, ..Resource::new(declaration) })
}

fn strings<'j>(row: &'j Json, key: &str) -> impl Iterator<Item = &'j str> {
    row.get(key).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str)
}

/// What a type's name tells; a defined type at the root of a module is known by what it contains.
fn kind(type_name: &str) -> ResourceKind {
    match type_name {
        "Class" => ResourceKind::Class,
        "Stage" => ResourceKind::Stage,
        name if name.contains("::") || name == "Node" => ResourceKind::Defined,
        _ => ResourceKind::Native,
    }
}

fn value(json: &Json) -> Value {
    let wrapped = json.get("__ptype").and_then(Json::as_str);
    match (wrapped, json) {
        (Some("Sensitive"), _) => Value::Sensitive(Arc::new(json.get("__pvalue").map_or(Value::Undef, value))),
        (Some("Deferred"), _) => {
            let name = json.get("name").and_then(Json::as_str).unwrap_or("a function");
            Value::unknown(CauseKind::Function, format!("{name}, deferred to the agent"))
        }
        (_, Json::Array(items)) => Value::array(items.iter().map(value).collect()),
        (_, Json::Object(map)) => {
            Value::hash(map.iter().map(|(name, json)| (Value::str(name.as_str()), value(json))).collect())
        }
        (_, plain) => Value::from_json(plain),
    }
}

/// A resource is found by its title, its name and its alias.
fn index(catalog: &mut Catalog, resource: &Resource, id: ResourceId) {
    let namevar = if resource.type_name == "File" { "path" } else { "name" };
    let names = [Some(resource.title.as_str()), resource.text(namevar), resource.text("alias")];
    for name in names.into_iter().flatten() {
        let name = if resource.type_name == "File" && name.len() > 1 { name.trim_end_matches('/') } else { name };
        if catalog.id(&resource.type_name, name).is_none() {
            catalog.name(&resource.type_name, name, id);
        }
    }
}

fn find(catalog: &Catalog, reference: &str) -> Option<ResourceId> {
    let (type_name, title) = reference.strip_suffix(']')?.split_once('[')?;
    catalog.id(type_name, title).or_else(|| catalog.id(type_name, title.trim_end_matches('/')))
}

/// Edges of a catalog say what contains what; PuppetDB lists relationships among them.
fn contain(catalog: &mut Catalog, edges: &[Json]) {
    for edge in edges {
        if edge.get("relationship").and_then(Json::as_str).is_some_and(|r| r != "contains") {
            continue;
        }
        let ends = end(catalog, edge, "source").zip(end(catalog, edge, "target"));
        let Some((outer, inner)) = ends.filter(|(outer, inner)| outer != inner) else { continue };
        let Some(resource) = catalog.resources.get_mut(inner as usize) else { continue };
        match resource.container {
            None => resource.container = Some(outer),
            Some(_) => resource.also_in.push(outer),
        }
        if let Some(container) = catalog.resources.get_mut(outer as usize).filter(|r| r.kind == ResourceKind::Native) {
            container.kind = ResourceKind::Defined;
        }
    }
}

fn end(catalog: &Catalog, edge: &Json, key: &str) -> Option<ResourceId> {
    if let Some(reference) = edge.get(key).and_then(Json::as_str) {
        return find(catalog, reference);
    }
    let part = |name: &str| edge.get(format!("{key}_{name}"))?.as_str();
    catalog.id(part("type")?, part("title")?)
}

/// Relationships stand in the parameters.
fn relate(catalog: &mut Catalog) {
    let mut out = Vec::new();
    for (id, resource) in (0..).zip(&catalog.resources) {
        for param in &resource.params {
            let (refresh, before) = match param.name.as_str() {
                "before" => (false, true),
                "notify" => (true, true),
                "require" => (false, false),
                "subscribe" => (true, false),
                _ => continue,
            };
            let mut names = Vec::new();
            texts(&param.value, &mut names);
            for other in names.into_iter().filter_map(|name| find(catalog, name)) {
                let (source, target) = if before { (id, other) } else { (other, id) };
                out.push(Relation { source, target, refresh, possible: false, at: param.at.clone() });
            }
        }
    }
    catalog.relations = out;
}

fn texts<'v>(value: &'v Value, out: &mut Vec<&'v str>) {
    match value {
        Value::Str(text) => out.push(&text.text),
        Value::Array(list) => list.items.iter().for_each(|item| texts(item, out)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const COMPILED: &str = r#"Notice: Compiled catalog for h in environment production in 0.01 seconds
{"name": "h", "resources": [
 {"type": "Stage", "title": "main"}, {"type": "Class", "title": "Web"},
 {"type": "File", "title": "/etc/x/", "file": "site.pp", "line": 3, "parameters": {"content": "a", "notify": "Service[web]"}},
 {"type": "Service", "title": "web", "parameters": {"ensure": "running", "require": ["Package[gone]"]}},
 {"type": "Concat", "title": "c", "sensitive_parameters": ["content"], "parameters": {"content": {"__ptype": "Deferred", "name": "f"}}},
 {"type": "Exec", "title": "e"}],
 "edges": [{"source": "Stage[main]", "target": "Class[Web]"}, {"source": "Class[Web]", "target": "File[/etc/x]"},
           {"source": "Concat[c]", "target": "Exec[e]"}]}"#;

    #[test]
    fn reads_what_puppet_writes() {
        let catalogs = read(COMPILED).unwrap();
        let [catalog] = catalogs.as_slice() else { panic!("one catalog") };
        assert_eq!((catalog.certname.as_str(), catalog.resources.len()), ("h", 6));
        let file = catalog.find("File", "/etc/x").unwrap();
        assert_eq!(
            (file.container, file.at.to_string(), file.text("content")),
            (Some(1), "site.pp:3".into(), Some("a"))
        );
        assert_eq!(catalog.relations.len(), 1);
        assert!(catalog.relations[0].refresh && catalog.relations[0].target == 3);
        let concat = catalog.find("Concat", "c").unwrap();
        assert_eq!(concat.kind, ResourceKind::Defined);
        assert!(matches!(concat.value("content"), Some(Value::Sensitive(inner)) if inner.is_unknown()));
        assert_eq!(catalog.classes, ["web"]);
    }

    #[test]
    fn reads_puppetdb_and_the_older_form() {
        let db = r#"[{"certname": "a", "resources": {"data": [{"type": "Class", "title": "X"}, {"type": "Notify", "title": "n"}]},
                      "edges": {"data": [{"source_type": "Class", "source_title": "X", "target_type": "Notify", "target_title": "n", "relationship": "contains"},
                                         {"source_type": "Notify", "source_title": "n", "target_type": "Class", "target_title": "X", "relationship": "before"}]}}]"#;
        let catalogs = read(db).unwrap();
        assert_eq!((catalogs[0].certname.as_str(), catalogs[0].resources[1].container), ("a", Some(0)));
        assert_eq!(catalogs[0].resources[0].container, None);
        let older = r#"{"document_type": "Catalog", "data": {"name": "b", "resources": []}}"#;
        assert_eq!(read(older).unwrap()[0].certname, "b");
    }

    #[test]
    fn what_is_no_catalog_is_an_error() {
        for (text, why) in [
            ("", "not JSON"),
            ("{", "not JSON"),
            ("{}", "list of resources"),
            (r#"{"resources": [{}]}"#, "type or title"),
        ] {
            assert!(read(text).unwrap_err().to_string().contains(why), "{text}");
        }
        assert!(read(&"[".repeat(100_000)).is_err());
    }
}
