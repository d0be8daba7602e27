//! Lookups against real Puppet's answers (`fixtures/language/hiera.jsonl`), and every Hiera file of a
//! real repository where `HOLDPOINT_OPERATIONS_PUPPET` names one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, missing_docs)]

use std::collections::BTreeMap;
use std::sync::Arc;

use holdpoint::hiera::{
    BackendAnswer, Data, DataFiles, FunctionKind, Hiera, HieraScope, HieraSettings, Merge, Outcome, ScopeValue, Value,
};
use holdpoint::repo::{Layout, LayoutSettings, Repo, Tree};
use serde_json::{Value as Json, json};

/// The facts that the oracle used, and the assignments of the case.
struct Scope(BTreeMap<String, Json>);

impl HieraScope for Scope {
    fn variable(&self, name: &str) -> ScopeValue {
        match self.0.get(name.trim_start_matches("::")) {
            Some(value) => ScopeValue::Known(Data::from_json(value)),
            None => ScopeValue::Missing,
        }
    }

    /// What `functions/lk_fn.pp` of some cases does.
    fn call_backend(&self, _: FunctionKind, function: &str, key: &Data, _: &Data) -> BackendAnswer {
        match (function, key.as_str().unwrap_or_default()) {
            ("lk_fn", "x") => BackendAnswer::Found(Data::str("from-fn")),
            ("lk_fn", _) => BackendAnswer::NotFound,
            _ => BackendAnswer::Unknown("not known".into()),
        }
    }

    fn convert(&self, value: Data, to: &Data) -> Result<Data, String> {
        let name = to.as_str().or_else(|| to.as_array()?.first()?.as_str()).unwrap_or_default();
        match (name, &value.value) {
            ("Integer", Value::Str(text)) => text.parse().map(|i| Data::new(Value::Int(i))).map_err(|_| "no".into()),
            ("Sensitive", _) => Ok(Data::str("Sensitive [value redacted]")),
            _ => Ok(value),
        }
    }
}

fn scope(source: &str) -> Scope {
    let mut all: BTreeMap<String, Json> =
        serde_json::from_str(include_str!("../fixtures/language/facts.json")).unwrap();
    let facts = Json::Object(all.clone().into_iter().collect());
    all.insert("facts".into(), facts);
    all.insert("environment".into(), json!("production"));
    all.insert(
        "trusted".into(),
        json!({"certname": "host1.example.com", "hostname": "host1", "domain": "example.com"}),
    );
    all.insert("server_facts".into(), json!({"serverversion": "7.23.0", "servername": "puppet.example.com"}));
    for line in source.lines() {
        if let Some((name, value)) = line.split_once('=') {
            let value = serde_json::from_str(&value.trim().replace('\'', "\"")).unwrap();
            all.insert(name.trim().trim_start_matches('$').into(), value);
        }
    }
    Scope(all)
}

/// The arguments of `lookup(…)`, as JSON.
fn arguments(call: &str) -> Vec<Json> {
    let inner = call.trim().strip_prefix("lookup(").unwrap().strip_suffix(')').unwrap();
    let text = inner.replace('"', "\\\"").replace('\'', "\"").replace("=>", ":");
    let text = text.replace("undef", "null").replace("Any", "\"<Any>\"").replace("\\\"\"", "\\\"");
    serde_json::from_str(&format!("[{text}]")).unwrap_or_else(|e| panic!("{call}: {text}: {e}"))
}

fn plain(data: &Data) -> Json {
    match &data.value {
        Value::Undef => Json::Null,
        Value::Bool(b) => json!(b),
        Value::Int(i) => json!(i),
        Value::Float(f) => json!(f),
        Value::Str(s) => json!(s.as_str()),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Hash(hash) => {
            let key = |k: &Data| k.as_str().map_or_else(|| plain(k).to_string(), str::to_owned);
            Json::Object(hash.iter().map(|(k, v)| (key(k), plain(v))).collect())
        }
        other => panic!("{other:?}"),
    }
}

/// `Ok(json)`, or the error's text.
fn answer(hiera: &Hiera, scope: &Scope, call: &str) -> Result<Json, String> {
    let args = arguments(call);
    if args.len() == 3 && args[1].is_null() {
        return Err("the function 'lookup' was called with arguments it does not accept".into());
    }
    let merge = match args.get(2).filter(|m| !m.is_null()) {
        None => None,
        Some(merge) => Some(Merge::from_data(&Data::from_json(merge)).map_err(|e| e.message)?),
    };
    match hiera.lookup(args[0].as_str().unwrap(), scope, merge.as_ref()).outcome {
        Outcome::Found(data) => Ok(plain(&data)),
        Outcome::NotFound => args.get(3).cloned().ok_or_else(|| "did not find a value".into()),
        Outcome::Unknown { why } => Err(format!("UNKNOWN {why}")),
        Outcome::Error(error) => Err(error.message),
    }
}

fn check(case: &Json) -> Vec<String> {
    let files = case["files"].as_object().unwrap().iter().map(|(k, v)| (k.as_str(), v.as_str().unwrap()));
    let tree = Tree::from_files("case", files.chain([("manifests/site.pp", "")]));
    let layout = Layout::discover(&tree, &LayoutSettings::default()).unwrap();
    let hiera = Hiera::load(&tree, &layout, &HieraSettings::default(), &Arc::new(DataFiles::default())).unwrap();
    let scope = scope(case["src"].as_str().unwrap());
    let mut wrong = Vec::new();
    for (call, expected) in case["answer"]["lookups"].as_object().unwrap() {
        let ours = answer(&hiera, &scope, call);
        let right = match (&ours, expected.get("error")) {
            (Err(message), Some(_)) => !message.starts_with("UNKNOWN"),
            // As text, so that the order of keys counts.
            (Ok(value), None) => format!("{value}") == format!("{}", expected["json"]),
            _ => false,
        };
        if !right {
            wrong.push(format!("{} {call}: {ours:?}, not {expected}", case["id"]));
        }
    }
    wrong
}

#[test]
fn answers_as_puppet_does() {
    let table = include_str!("../fixtures/language/hiera.jsonl");
    let cases: Vec<Json> = table.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let wrong: Vec<Vec<String>> = cases.iter().map(check).filter(|w| !w.is_empty()).collect();
    assert!(cases.len() > 50, "the table was read");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The clone that a variable names; a test that was asked for does not pass without one.
fn real(variable: &str) -> Repo {
    let path = std::env::var_os(variable).unwrap_or_else(|| panic!("set {variable} to a clone of the repository"));
    Repo::open(path).unwrap()
}

#[test]
#[ignore = "needs a fetched repository: set HOLDPOINT_OPERATIONS_PUPPET"]
fn loads_every_data_file_of_a_real_repository() {
    let tree = real("HOLDPOINT_OPERATIONS_PUPPET").at("d3590882967").unwrap();
    let start = std::time::Instant::now();
    let (mut count, mut failed) = (0, Vec::new());
    for path in tree.list("hieradata").filter(|p| p.ends_with(".yaml")) {
        count += 1;
        let Ok(Some(bytes)) = tree.read(path) else { continue };
        if let Err(error) = holdpoint::hiera::yaml::load(path, &bytes) {
            failed.push(error.to_string());
        }
    }
    eprintln!("{count} files in {:?}", start.elapsed());
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(count > 1_400);
}

/// A host of the real repository.
struct Host;

impl HieraScope for Host {
    fn variable(&self, name: &str) -> ScopeValue {
        match name.trim_start_matches("::") {
            "hostname" => ScopeValue::PerHost("mw1349".into()),
            "fqdn" => ScopeValue::PerHost("mw1349.eqiad.wmnet".into()),
            "site" => ScopeValue::Known(Data::str("eqiad")),
            "_role" => ScopeValue::Known(Data::str("mediawiki/appserver")),
            "_roles" => ScopeValue::Known(Data::from_json(&json!({"mediawiki::appserver": true}))),
            _ => ScopeValue::Missing,
        }
    }
}

#[test]
#[ignore = "needs fetched repositories: set HOLDPOINT_OPERATIONS_PUPPET and HOLDPOINT_PUPPET"]
fn looks_through_a_real_hierarchy() {
    for (variable, rev) in [("HOLDPOINT_OPERATIONS_PUPPET", "d3590882967"), ("HOLDPOINT_PUPPET", "988bc23d901")] {
        let tree = real(variable).at(rev).unwrap();
        let layout = Layout::discover(&tree, &LayoutSettings::default()).unwrap();
        let start = std::time::Instant::now();
        let hiera = Hiera::load(&tree, &layout, &HieraSettings::default(), &Arc::new(DataFiles::default())).unwrap();
        eprintln!("{rev}: loaded in {:?}; {:#?}\n{:?}", start.elapsed(), hiera.notes(), hiera.path_variables());
        assert_eq!(hiera.config_error(), None);
        for key in [
            "cluster",
            "profile::base::domain_search",
            "profile::mediawiki::jobrunner::x",
            "mediawiki::nope::a",
            "admin::groups",
            "ntp_peers",
        ] {
            let start = std::time::Instant::now();
            let first = hiera.lookup(key, &Host, None);
            let cold = start.elapsed();
            let start = std::time::Instant::now();
            for _ in 0..1000 {
                let _ = hiera.lookup(key, &Host, None);
            }
            eprintln!(
                "{key}: cold {cold:?}, then {:?} each; {:?} from {:?}; per host {}; {} consulted; {:?}",
                start.elapsed() / 1000,
                first.outcome,
                first.origin(),
                first.per_host,
                first.consulted.len(),
                first.notes
            );
        }
    }
}
