//! `catalog`: the compiled catalog of one host, or what differs between two, for people and for programs.

use super::hosts::known;
use super::revision::{self, Revision};
use super::settings::Settings;
use super::{CatalogOutput, CatalogRequest, GateError, Tree as Wanted};
use crate::catalog::{Catalog, Resource, ResourceKind, is_relationship};
use crate::diff::{Change, Side, compare};
use crate::eval::functions::to_json;
use crate::eval::{Compiled, FileCache, Session, compile};
use crate::repo::Repo;
use serde_json::{Map, Value, json};
use std::fmt::Write;
use std::sync::Arc;

pub(super) fn run(request: &CatalogRequest<'_>) -> Result<CatalogOutput, GateError> {
    let repo = Repo::open(&request.inputs.repo).map_err(|e| GateError::input(&e, Some(e.help())))?;
    let cache = Arc::new(FileCache::default());
    let head = open(&repo, &request.rev, request, &cache)?;
    let Some(against) = &request.against else {
        let compiled = compiled(&head, request)?;
        if let Some(question) = &request.why {
            return super::why::run(&compiled.catalog, question);
        }
        return Ok(CatalogOutput { text: text(&compiled), json: catalog_json(&head.0.session, &compiled) });
    };
    let base = open(&repo, against, request, &cache)?;
    let (before, after) = (compiled(&base, request)?, compiled(&head, request)?);
    let changes = compare(side(&base, &before), side(&head, &after));
    Ok(difference(&changes, &before.catalog, &after.catalog))
}

fn open(
    repo: &Repo,
    wanted: &Wanted,
    request: &CatalogRequest<'_>,
    cache: &Arc<FileCache>,
) -> Result<(Revision, Settings), GateError> {
    let tree = revision::tree(repo, wanted, wanted, &request.inputs)?;
    let settings = Settings::load(&request.inputs, &tree)?;
    Ok((revision::open(tree, &settings.config, cache)?, settings))
}

fn compiled((revision, settings): &(Revision, Settings), request: &CatalogRequest<'_>) -> Result<Compiled, GateError> {
    let host = request.host.to_lowercase();
    if revision.session.node_for(&host).is_none() && revision.session.nodes().next().is_some() {
        let near =
            known(revision, settings).into_iter().find(|h| h.starts_with(host.split('.').next().unwrap_or(&host)));
        let help =
            near.map_or_else(|| "name a host as the node definitions do".to_owned(), |h| format!("did you mean {h}?"));
        return Err(GateError::Input {
            message: format!("{host}: no node definition matches it in {}", revision.label),
            help: Some(help),
        });
    }
    let spec = settings.spec(&host);
    let on_big_stack = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(super::pipeline::STACK)
            .spawn_scoped(scope, || compile(&revision.session, &spec));
        thread.ok().and_then(|t| t.join().ok())
    });
    on_big_stack.ok_or_else(|| GateError::Unanalysable {
        message: format!("{host}: the compilation could not be run"),
        help: None,
    })
}

fn side<'a>((revision, _): &'a (Revision, Settings), compiled: &'a Compiled) -> Side<'a> {
    Side { catalog: &compiled.catalog, sources: &revision.sources }
}

fn real(catalog: &Catalog) -> impl Iterator<Item = &Resource> {
    catalog.resources.iter().filter(|r| !r.is_virtual)
}

fn text(compiled: &Compiled) -> String {
    let mut out = String::new();
    for resource in real(&compiled.catalog) {
        let possible = resource.possible.as_ref().map_or_else(String::new, |why| format!("  (only if {why})"));
        let _ = writeln!(out, "{}  {}{possible}", resource.reference(), resource.at);
        for param in &resource.params {
            let _ = writeln!(out, "    {} => {}  {}", param.name, short(&param.value), param.at);
        }
    }
    for error in compiled.errors.iter().chain(&compiled.possible_errors) {
        let possible = if error.possible.is_some() { "possible error" } else { "error" };
        let _ = writeln!(
            out,
            "{possible}: {}{}",
            error.message,
            error.at.as_ref().map_or_else(String::new, |at| format!(" at {at}"))
        );
    }
    out
}

/// One line of a value: file contents would drown the rest.
fn short(value: &crate::value::Value) -> String {
    let text = value.to_string();
    let line: String = text.lines().next().unwrap_or_default().chars().take(120).collect();
    if line.len() < text.len() { format!("{line}… ({} bytes)", text.len()) } else { line }
}

/// Puppet's JSON form of a catalog.
fn catalog_json(session: &Session, compiled: &Compiled) -> Value {
    let catalog = &compiled.catalog;
    let resources: Vec<Value> = real(catalog).map(|r| resource_json(session, r)).collect();
    let containers = |r: &Resource| r.container.into_iter().chain(r.also_in.iter().copied()).collect::<Vec<_>>();
    let edges: Vec<Value> = real(catalog)
        .flat_map(|r| containers(r).into_iter().map(move |c| (c, r)))
        .filter_map(|(c, r)| Some(json!({"source": catalog.get(c)?.reference(), "target": r.reference()})))
        .collect();
    let errors: Vec<Value> = compiled
        .errors
        .iter()
        .map(|e| json!({"message": e.message, "at": e.at.as_ref().map(ToString::to_string)}))
        .collect();
    json!({
        "name": catalog.certname.as_str(),
        "environment": "production",
        "classes": catalog.classes.iter().map(|c| c.as_str()).collect::<Vec<_>>(),
        "resources": resources,
        "edges": edges,
        "errors": errors,
    })
}

fn resource_json(session: &Session, resource: &Resource) -> Value {
    let mut parameters: Map<String, Value> =
        resource.params.iter().map(|p| (p.name.to_string(), puppet_json(&p.value))).collect();
    for (name, value) in &mut parameters {
        if is_relationship(name) {
            *value = flat(value);
        }
    }
    settle_name(session, resource, &mut parameters);
    let mut json = json!({
        "type": resource.type_name.as_str(),
        "title": resource.title.as_str(),
        "file": &*resource.at.path,
        "line": resource.at.line,
        "exported": resource.exported,
        "tags": resource.tags.all().iter().map(|t| t.as_str()).collect::<Vec<_>>(),
        "kind": kind(resource.kind),
        "parameters": parameters,
    });
    let hidden: Vec<&str> = resource
        .params
        .iter()
        .filter(|p| matches!(p.value, crate::value::Value::Sensitive(_)))
        .map(|p| p.name.as_str())
        .collect();
    if let Some(map) = json.as_object_mut() {
        if !hidden.is_empty() {
            map.insert("sensitive_parameters".to_owned(), json!(hidden));
        }
        if let Some(why) = &resource.possible {
            map.insert("only_if".to_owned(), json!(**why));
        }
    }
    json
}

/// References are strings in a catalog; what is sensitive is named beside its value.
fn puppet_json(value: &crate::value::Value) -> Value {
    fn references(json: &mut Value) {
        match json {
            Value::Array(items) => items.iter_mut().for_each(references),
            Value::Object(map) => match map.get_mut("__ref").map(Value::take) {
                Some(reference) => *json = reference,
                None => map.values_mut().for_each(references),
            },
            _ => {}
        }
    }
    let bare = if let crate::value::Value::Sensitive(inner) = value { inner } else { value };
    let mut json = to_json(bare);
    references(&mut json);
    json
}

/// A list without lists in it.
fn flat(value: &Value) -> Value {
    fn into(value: &Value, out: &mut Vec<Value>) {
        match value {
            Value::Array(items) => items.iter().for_each(|v| into(v, out)),
            other => out.push(other.clone()),
        }
    }
    if !value.is_array() {
        return value.clone();
    }
    let mut out = Vec::new();
    into(value, &mut out);
    Value::Array(out)
}

/// The parameter that names a resource stands in the catalog where it differs from the title alone.
fn settle_name(session: &Session, resource: &Resource, parameters: &mut Map<String, Value>) {
    let native = session.native_type(&resource.type_name.to_lowercase());
    let namevar = match (resource.type_name.as_str(), native.as_ref().map(|n| n.namevars.as_slice())) {
        ("File", _) => "path",
        ("Exec", _) => "command",
        (_, Some([one])) => one.as_str(),
        _ => "name",
    };
    if let Some(native) = native.as_ref().filter(|n| n.namevars.len() > 1) {
        for (name, value) in native.title_parts(&resource.title) {
            parameters.entry(name).or_insert_with(|| puppet_json(&value));
        }
    }
    if resource.kind == ResourceKind::Native && parameters.get(namevar).is_some_and(|v| *v == *resource.title) {
        parameters.remove(namevar);
    }
    let path = resource.title.trim_end_matches('/');
    if namevar == "path" && path != resource.title && !path.is_empty() {
        parameters.entry("path").or_insert_with(|| json!(path));
    }
    if resource.kind == ResourceKind::Class && resource.title == "main" {
        parameters.insert("name".to_owned(), json!("main"));
    }
}

fn kind(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Class => "class",
        ResourceKind::Defined => "defined_type",
        ResourceKind::Native | ResourceKind::Stage | ResourceKind::UnknownType => "compilable_type",
    }
}

fn difference(changes: &[Change], base: &Catalog, head: &Catalog) -> CatalogOutput {
    let mut text = String::new();
    let mut json = Vec::new();
    for change in changes {
        let (word, resource, param) = match change {
            Change::Added(id) => ("added", head.get(*id), None),
            Change::Removed(id) => ("no longer managed", base.get(*id), None),
            Change::Param { head: id, name, .. } => ("changed", head.get(*id), Some(name.as_str())),
            Change::Content { head: id, .. } => ("content changed", head.get(*id), None),
        };
        let Some(resource) = resource else { continue };
        let name = resource.reference();
        let values = param.map(|p| (value_of(base, change, p, true), value_of(head, change, p, false)));
        let shown = values.as_ref().zip(param).map_or_else(String::new, |((a, b), p)| format!(" {p}: {a} -> {b}"));
        let _ = writeln!(text, "{name} {word}{shown}  {}", resource.at);
        json.push(json!({"resource": name, "change": word, "parameter": param, "before": values.as_ref().map(|v| &v.0), "after": values.as_ref().map(|v| &v.1), "at": resource.at.to_string()}));
    }
    if changes.is_empty() {
        text.push_str("no difference\n");
    }
    CatalogOutput { text, json: Value::Array(json) }
}

fn value_of(catalog: &Catalog, change: &Change, param: &str, before: bool) -> String {
    let Change::Param { base, head, .. } = change else { return String::new() };
    let resource = catalog.get(if before { *base } else { *head });
    resource.and_then(|r| r.value(param)).map_or_else(|| "unset".to_owned(), short)
}
