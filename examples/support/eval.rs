//! The `eval` kind: the value of a program, its type and its JSON.

use holdpoint::eval::functions::to_rich_json;
use holdpoint::eval::{Compiled, Facts, FileCache, HostSpec, Options, Session, evaluate};
use holdpoint::puppet::Dialect;
use holdpoint::repo::{Layout, LayoutSettings, Tree};
use holdpoint::value::types::infer;
use holdpoint::value::{Value as Puppet, quote};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, LazyLock};

type Files = Vec<(String, Vec<u8>)>;

/// The facts every case starts from.
pub(crate) const STANDARD_FACTS: &str = include_str!("../../fixtures/language/facts.json");

/// Modules that cases may use, read once from the folder in `MODULES`.
static MODULES: LazyLock<Files> = LazyLock::new(|| {
    let mut files = Files::new();
    if let Ok(dir) = std::env::var("MODULES") {
        read_modules(Path::new(&dir), "stdlib", &mut files);
    }
    files
});

fn read_modules(dir: &Path, module: &str, files: &mut Files) {
    let root = dir.join(module);
    let wanted = |p: &Path| p.extension().is_some_and(|e| e == "pp" || e == "rb");
    for entry in walkdir::WalkDir::new(&root).follow_links(true).into_iter().flatten().filter(|e| wanted(e.path())) {
        let relative = entry.path().strip_prefix(&root).unwrap_or(entry.path());
        if let Ok(bytes) = std::fs::read(entry.path()) {
            files.push((format!("modules/{module}/{}", relative.display()), bytes));
        }
    }
}

/// Answers one case.
pub(crate) fn answer(case: &Value) -> Value {
    let case = case.clone();
    let run = move || answer_here(&case);
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(run);
    let outcome = thread.ok().and_then(|t| t.join().ok());
    outcome.unwrap_or_else(|| json!({ "error": { "class": "panic", "message": "panic" } }))
}

fn answer_here(case: &Value) -> Value {
    let mut files: Files =
        vec![("manifests/site.pp".to_owned(), Vec::new()), ("environment.conf".to_owned(), Vec::new())];
    if let Some(own) = case["files"].as_object() {
        files.extend(own.iter().map(|(p, t)| (p.clone(), t.as_str().unwrap_or_default().as_bytes().to_vec())));
    }
    if case["modulepath"].is_array() {
        files.extend(MODULES.iter().cloned());
    }
    let tree = Tree::from_files("case", files);
    let settings = &case["settings"];
    let options = Options {
        dialect: Dialect::Modern,
        layout: Layout::discover(&tree, &LayoutSettings::default()).ok(),
        code: Some(case["src"].as_str().unwrap_or_default().into()),
        strict: settings["strict"] == "error",
        strict_variables: settings["strict_variables"] == true,
        ..Options::default()
    };
    let session = Session::new(tree, options, Arc::new(FileCache::default()));
    let (value, compiled) = evaluate(&session, &host(case));
    value_answer(&value, &compiled)
}

fn host(case: &Value) -> HostSpec {
    let mut facts = Facts { complete: true, ..Facts::default() };
    let standard: Value = serde_json::from_str(STANDARD_FACTS).unwrap_or_default();
    let given = [&standard, &case["facts"]];
    for (name, value) in given.into_iter().filter_map(Value::as_object).flatten() {
        facts.values.insert(name.as_str().into(), from_json(value));
    }
    let name = case["node"].as_str().unwrap_or("host1.example.com");
    HostSpec { facts: Arc::new(facts), ..HostSpec::named(name) }
}

fn from_json(json: &Value) -> Puppet {
    match json {
        Value::Null => Puppet::Undef,
        Value::Bool(b) => Puppet::Bool(*b),
        Value::Number(n) => n.as_i64().map_or_else(|| Puppet::Float(n.as_f64().unwrap_or(0.0)), Puppet::Int),
        Value::String(s) => Puppet::str(s.as_str()),
        Value::Array(items) => Puppet::array(items.iter().map(from_json).collect()),
        Value::Object(map) => Puppet::hash(map.iter().map(|(k, v)| (Puppet::str(k.as_str()), from_json(v))).collect()),
    }
}

fn value_answer(value: &Puppet, compiled: &Compiled) -> Value {
    let logs: Vec<Value> = compiled.catalog.logs.iter().map(|l| json!([l.level.as_str(), l.message])).collect();
    let Some(error) = compiled.errors.first() else {
        return json!({ "value": quote::program(value), "type": infer(value).to_string(), "json": to_rich_json(value), "logs": logs });
    };
    let mut out = json!({ "message": error.message });
    if let Some(issue) = error.issue {
        out["issue"] = json!(issue);
        out["basic"] = json!(error.message);
    }
    if let Some(at) = &error.at {
        out["line"] = json!(at.line);
    }
    json!({ "error": out, "logs": logs })
}
