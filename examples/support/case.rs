//! A conformance case as the compiler takes it: files, settings, the host with its facts.

use holdpoint::eval::{Enc, Facts, FileCache, HostSpec, Options, Session};
use holdpoint::puppet::Dialect;
use holdpoint::repo::{Layout, LayoutSettings, Tree};
use holdpoint::value::{Entries, Value};
use serde_json::{Map, Value as Json};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

type Files = Vec<(String, Vec<u8>)>;

/// The facts every case starts from.
const STANDARD_FACTS: &str = include_str!("../../fixtures/language/facts.json");

static STANDARD: LazyLock<Json> = LazyLock::new(|| serde_json::from_str(STANDARD_FACTS).unwrap_or_default());

/// Parsed files, shared by all cases.
static CACHE: LazyLock<Arc<FileCache>> = LazyLock::new(Arc::default);

/// Every module below the folder in `MODULES` (or `mods` in it), read once.
static MODULES: LazyLock<Files> = LazyLock::new(|| {
    let Some(root) = std::env::var_os("MODULES").map(PathBuf::from) else { return Vec::new() };
    let inner = root.join("mods");
    read_modules(if inner.is_dir() { &inner } else { &root })
});

fn read_modules(root: &Path) -> Files {
    let skipped = |p: &Path| p.components().any(|c| matches!(c.as_os_str().to_str(), Some("spec" | "locales")));
    let entries = walkdir::WalkDir::new(root).follow_links(true).into_iter().flatten();
    let read = |e: walkdir::DirEntry| {
        let inner = e.path().strip_prefix(root).ok().filter(|p| !skipped(p))?.display().to_string();
        Some((format!("modules/{inner}"), std::fs::read(e.path()).ok()?))
    };
    entries.filter(|e| e.file_type().is_file()).filter_map(read).collect()
}

/// The session of a case; `eight` asks for Puppet 8's settings.
pub(crate) fn session(case: &Json, eight: bool) -> Session {
    let mut files: Files =
        vec![("manifests/site.pp".to_owned(), Vec::new()), ("environment.conf".to_owned(), Vec::new())];
    for (path, text) in case["files"].as_object().into_iter().flatten() {
        files.push((path.clone(), text.as_str().unwrap_or_default().as_bytes().to_vec()));
    }
    if case["modulepath"].is_array() {
        files.extend(MODULES.iter().cloned());
    }
    let tree = Tree::from_files("case", files);
    let setting = |name: &str| &case["settings"][name];
    let options = Options {
        dialect: Dialect::Modern,
        layout: Layout::discover(&tree, &LayoutSettings::default()).ok(),
        strict: setting("strict").as_str().map_or(eight, |s| s == "error"),
        strict_variables: setting("strict_variables").as_bool().unwrap_or(eight),
        code: Some(case["src"].as_str().unwrap_or_default().into()),
        erb_markers: case["erb"] == "marker",
        // The answers are those of Debian's package, which brings no further modules, without PuppetDB.
        bundled_types: false,
        storeconfigs: Some(false),
        ..Options::default()
    };
    Session::new(tree, options, Arc::clone(&CACHE))
}

/// The host of a case.
pub(crate) fn host(case: &Json) -> HostSpec {
    let name = case["node"].as_str().unwrap_or("host1.example.com");
    let mut values = indexmap::IndexMap::new();
    let from_file = case["facts_file"].as_str().map(facts_of);
    let base = if case["nofacts"] == true { None } else { from_file.as_ref().unwrap_or(&STANDARD).as_object() };
    for (key, value) in base.into_iter().flatten().chain(case["facts"].as_object().into_iter().flatten()) {
        values.insert(key.as_str().into(), from_json(value));
    }
    let mut enc = case["enc"].as_object().map(enc_of).unwrap_or_default();
    // The environment of the answers.
    enc.environment = Some("oracle".into());
    let enc = Some(Arc::new(enc));
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
