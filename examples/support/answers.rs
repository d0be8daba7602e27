//! Answers of the compiler to conformance cases, in the format of the real-Puppet oracle.
//!
//! Shared by the examples: each includes it by path.

use holdpoint::catalog::{Catalog, Resource};
use holdpoint::eval::{Compiled, Enc, Facts, FileCache, HostSpec, Options, Session, compile, evaluate};
use holdpoint::puppet::Dialect;
use holdpoint::repo::Tree;
use holdpoint::value::types::{Type, infer};
use holdpoint::value::{Entries, Value};
use serde_json::{Map, Value as Json, json};
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// Every module below the folder in `MODULES`, read once.
static MODULES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let Ok(root) = std::env::var("MODULES") else { return Vec::new() };
    let wanted = |p: &Path| {
        p.extension().and_then(|e| e.to_str()).is_some_and(|e| ["pp", "rb", "erb", "epp", "yaml", "json"].contains(&e))
    };
    let entries = walkdir::WalkDir::new(&root).follow_links(true).into_iter().flatten().filter(|e| wanted(e.path()));
    let read = |e: walkdir::DirEntry| {
        let inner = e.path().strip_prefix(&root).ok()?.display().to_string();
        Some((format!("modules/{inner}"), std::fs::read(e.path()).ok()?))
    };
    entries.filter_map(read).filter(|(p, _)| !p.contains("/spec/")).collect()
});

/// Answers a case of kind `eval`, `catalog`, `hiera` or `refresh`.
pub(crate) fn answer(case: &Json, facts: &Json, eight: bool) -> Json {
    let session = session(case, eight);
    let host = host(case, facts);
    match case["kind"].as_str() {
        Some("eval") => eval_answer(&session, &host),
        Some("hiera") => hiera_answer(case, &session, &host),
        Some("catalog") => catalog_answer(&compile(&session, &host)),
        _ => json!({ "unsupported": true }),
    }
}

fn session(case: &Json, eight: bool) -> Session {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for (path, text) in case["files"].as_object().into_iter().flatten() {
        files.push((path.clone(), text.as_str().unwrap_or_default().as_bytes().to_vec()));
    }
    if case["modulepath"].is_array() {
        files.push(("environment.conf".to_owned(), Vec::new()));
        files.extend(MODULES.iter().cloned());
    }
    let setting = |name: &str| &case["settings"][name];
    let options = Options {
        dialect: Dialect::Modern,
        strict: setting("strict").as_str().map_or(eight, |s| s == "error"),
        strict_variables: setting("strict_variables").as_bool().unwrap_or(eight),
        code: Some(case["src"].as_str().unwrap_or_default().into()),
        ..Options::default()
    };
    Session::new(Tree::from_files("case", files), options, Arc::new(FileCache::default()))
}

fn host(case: &Json, standard: &Json) -> HostSpec {
    let name = case["node"].as_str().unwrap_or("host1.example.com");
    let mut values = indexmap::IndexMap::new();
    let from_file = case["facts_file"].as_str().map(facts_of);
    let base = if case["nofacts"] == true { None } else { from_file.as_ref().unwrap_or(standard).as_object() };
    for (key, value) in base.into_iter().flatten().chain(case["facts"].as_object().into_iter().flatten()) {
        values.insert(key.as_str().into(), from_json(value));
    }
    let enc = case["enc"].as_object().map(|enc| Arc::new(enc_of(enc)));
    HostSpec { facts: Arc::new(Facts { values, complete: true }), enc, ..HostSpec::named(name) }
}

/// A case's fact file: a path as it is, or below the folder in `FACTS`.
fn facts_of(path: &str) -> Json {
    let beside = std::env::var_os("FACTS").map(|dir| Path::new(&dir).join(path));
    let text = std::fs::read(path).ok().or_else(|| std::fs::read(beside?).ok());
    text.and_then(|t| serde_json::from_slice(&t).ok()).unwrap_or_default()
}

fn enc_of(enc: &Map<String, Json>) -> Enc {
    let mut out = Enc::default();
    match enc.get("classes") {
        Some(Json::Array(names)) => out.classes.extend(names.iter().filter_map(|n| n.as_str().map(Into::into))),
        Some(Json::Object(classes)) => {
            for (name, params) in classes {
                match params.as_object().filter(|p| !p.is_empty()) {
                    Some(p) => out.classes_with_params.push((
                        name.as_str().into(),
                        p.iter().map(|(k, v)| (k.as_str().into(), from_json(v))).collect(),
                    )),
                    None => out.classes.push(name.as_str().into()),
                }
            }
        }
        _ => {}
    }
    let params = enc.get("parameters").and_then(Json::as_object);
    out.parameters = params.into_iter().flatten().map(|(k, v)| (k.as_str().into(), from_json(v))).collect();
    out
}

/// JSON to a value.
fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Undef,
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) => n.as_i64().map_or_else(|| Value::Float(n.as_f64().unwrap_or(0.0)), Value::Int),
        Json::String(s) => Value::str(s.as_str()),
        Json::Array(items) => Value::array(items.iter().map(from_json).collect()),
        Json::Object(map) => {
            Value::hash(map.iter().map(|(k, v)| (Value::str(k.as_str()), from_json(v))).collect::<Entries>())
        }
    }
}

fn eval_answer(session: &Session, host: &HostSpec) -> Json {
    let (value, compiled) = evaluate(session, host);
    match compiled.errors.first() {
        Some(error) => error_json(error),
        None => json!({ "value": shown(&value), "type": infer(&value).to_string() }),
    }
}

fn shown(value: &Value) -> String {
    holdpoint::value::quote::program(value)
}

fn hiera_answer(case: &Json, _session: &Session, host: &HostSpec) -> Json {
    let mut lookups = Map::new();
    for key in case["keys"].as_array().into_iter().flatten() {
        let call = key.as_str().or_else(|| key["call"].as_str()).unwrap_or_default();
        let mut one = case.clone();
        one["src"] = json!(format!("{}\n{call}", case["src"].as_str().unwrap_or_default()));
        lookups.insert(call.to_owned(), eval_answer(&session_of(&one), host));
    }
    json!({ "lookups": lookups })
}

fn session_of(case: &Json) -> Session {
    session(case, false)
}

fn error_json(error: &holdpoint::eval::CompileError) -> Json {
    json!({ "error": { "message": error.message, "issue": error.issue, "line": error.at.as_ref().map(|a| a.line) } })
}

/// A catalog as the oracle prints it.
fn catalog_answer(compiled: &Compiled) -> Json {
    if let Some(error) = compiled.errors.first() {
        return error_json(error);
    }
    let catalog = &compiled.catalog;
    let real: Vec<&Resource> = catalog.resources.iter().filter(|r| !r.is_virtual).collect();
    let resources: Vec<Json> = real.iter().map(|r| resource_json(r)).collect();
    let mut containment = Vec::new();
    for resource in &real {
        for container in resource.container.iter().chain(&resource.also_in) {
            if let Some(outer) = catalog.get(*container) {
                containment.push(json!([outer.reference(), resource.reference()]));
            }
        }
    }
    json!({ "resources": resources, "containment": containment, "classes": classes(catalog) })
}

fn classes(catalog: &Catalog) -> Vec<String> {
    let mut out: Vec<String> = catalog.classes.iter().map(ToString::to_string).collect();
    out.push("settings".into());
    out.extend(catalog.resources.iter().filter(|r| r.type_name == "Node").map(|r| r.title.to_string()));
    out.sort();
    out
}

fn resource_json(resource: &Resource) -> Json {
    let mut params = Map::new();
    for param in resource.params.iter() {
        params.insert(param.name.to_string(), data(&param.value));
    }
    let name = namevar(&resource.type_name);
    params.entry(name).or_insert_with(|| json!(resource.title.as_str()));
    json!({ "type": resource.type_name.as_str(), "title": resource.title.as_str(), "params": params, "tags": resource.tags.iter().map(|t| t.as_str()).collect::<Vec<_>>() })
}

fn namevar(type_name: &str) -> &'static str {
    match type_name {
        "File" | "Tidy" | "K5login" | "Concat_file" => "path",
        "Exec" => "command",
        _ => "name",
    }
}

/// A parameter's value as the oracle prints it.
fn data(value: &Value) -> Json {
    match value {
        Value::Undef => Json::Null,
        Value::Default => json!({ "__default": true }),
        Value::Bool(b) => json!(b),
        Value::Int(i) => json!(i),
        Value::Float(f) => json!(f),
        Value::Str(s) => json!(s.text.as_str()),
        Value::Array(a) => a.items.iter().map(data).collect(),
        Value::Hash(h) => h.entries.iter().map(|(k, v)| (k.to_string(), data(v))).collect::<Map<_, _>>().into(),
        Value::Type(t) => match &**t {
            Type::Resource { type_name, title: Some(title) } => json!({ "__ref": format!("{type_name}[{title}]") }),
            Type::Class { name: Some(name) } => json!({ "__ref": format!("Class[{}]", capitalised(name)) }),
            other => json!(other.to_string()),
        },
        Value::Sensitive(inner) => data(inner),
        other => json!(other.to_string()),
    }
}

fn capitalised(name: &str) -> String {
    let segment = |s: &str| s.get(..1).map_or_else(String::new, |c| c.to_uppercase() + &s[1..]);
    name.split("::").map(segment).collect::<Vec<_>>().join("::")
}
