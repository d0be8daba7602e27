//! Answers of the compiler to conformance cases, in the format of the real-Puppet oracle.
//!
//! Shared by the examples and a test: each includes it by path.

#[path = "case.rs"]
mod case;
#[path = "catalog.rs"]
mod catalog;
#[path = "parse.rs"]
mod parse;
#[path = "refresh.rs"]
mod refresh;

use holdpoint::eval::functions::to_rich_json;
use holdpoint::eval::{CompileError, Compiled, HostSpec, compile, evaluate};
use holdpoint::value::types::infer;
use holdpoint::value::{Value, quote};
use serde_json::{Map, Value as Json, json};

/// Compiling nests deeply.
const STACK: usize = 256 << 20;

/// Answers a case of any kind; `eight` asks for Puppet 8's settings and wording.
pub(crate) fn answer(case: &Json, eight: bool) -> Json {
    let case = case.clone();
    let run = move || answer_here(&case, eight);
    let outcome = std::thread::Builder::new().stack_size(STACK).spawn(run).ok().and_then(|t| t.join().ok());
    outcome.unwrap_or_else(|| json!({ "error": { "class": "panic", "message": "panic" } }))
}

fn answer_here(case: &Json, eight: bool) -> Json {
    if let Some(answer) = unread(case) {
        return answer;
    }
    match case["kind"].as_str() {
        Some("parse") => parse::answer(case),
        Some("eval") => value_answer(case, eight, &case::host(case)),
        Some("hiera") => hiera_answer(case, eight),
        Some("catalog") => catalog_answer(case, eight),
        Some("refresh") => refresh_answer(case, eight),
        _ => json!({ "unsupported": true }),
    }
}

/// Errors of the case's own code come first, whatever is asked of it, and several of them are counted. A catalog is
/// refused in the name of its environment.
fn unread(case: &Json) -> Option<Json> {
    let mut answer = parse::errors(case)?;
    match case["kind"].as_str()? {
        "eval" => Some(answer).filter(|answer| answer["error"]["issue"].is_null()),
        "catalog" | "refresh" => {
            let message = answer["error"]["message"].as_str().unwrap_or_default();
            answer["error"]["message"] = json!(format!("Could not parse for environment oracle: {message}"));
            Some(answer)
        }
        _ => None,
    }
}

fn value_answer(case: &Json, eight: bool, host: &HostSpec) -> Json {
    let session = case::session(case, eight);
    let (value, compiled) = evaluate(&session, host);
    let mut out = match compiled.errors.first() {
        Some(error) => error_json(error),
        None => value_json(&value),
    };
    out["logs"] = logs(&compiled);
    out
}

fn value_json(value: &Value) -> Json {
    let data = if is_finite(value) { to_rich_json(value) } else { json!({ "__unjsonable": true }) };
    json!({ "value": quote::program(value), "type": infer(value).to_string(), "json": data })
}

/// Whether all numbers in a value can be written as JSON.
fn is_finite(value: &holdpoint::value::Value) -> bool {
    use holdpoint::value::Value as V;
    match value {
        V::Float(number) => number.is_finite(),
        V::Array(list) => list.items.iter().all(is_finite),
        V::Hash(hash) => hash.entries.iter().all(|(key, value)| is_finite(key) && is_finite(value)),
        _ => true,
    }
}

/// Each look-up follows the case's own code.
fn hiera_answer(case: &Json, eight: bool) -> Json {
    let host = case::host(case);
    let mut lookups = Map::new();
    for key in case["keys"].as_array().into_iter().flatten() {
        let call = key.as_str().or_else(|| key["call"].as_str()).unwrap_or_default();
        let mut one = case.clone();
        one["src"] = json!(format!("{}\n{call}", case["src"].as_str().unwrap_or_default().trim_end_matches('\n')));
        let mut answer = value_answer(&one, eight, &host);
        if let Some(map) = answer.as_object_mut() {
            map.remove("logs");
        }
        // Real Puppet reads each look-up as a program of its own.
        let before = case["src"].as_str().unwrap_or_default().lines().count().max(1) as u64;
        let of_file = answer["error"]["issue"].as_str().is_some_and(|i| i.starts_with("HIERA"));
        if let Some(line) = answer["error"]["line"].as_u64().filter(|_| !of_file) {
            answer["error"]["line"] = json!(line.saturating_sub(before).max(1));
        }
        lookups.insert(call.to_owned(), answer);
    }
    json!({ "lookups": lookups })
}

fn catalog_answer(case: &Json, eight: bool) -> Json {
    let session = case::session(case, eight);
    let compiled = compile(&session, &case::host(case));
    let mut out = match compiled.errors.first() {
        Some(error) => error_json(error),
        None => catalog::answer(&session, &compiled.catalog, case["ral"] != false),
    };
    out["logs"] = logs(&compiled);
    out
}

fn refresh_answer(case: &Json, eight: bool) -> Json {
    let compiled = compile(&case::session(case, eight), &case::host(case));
    match compiled.errors.first() {
        Some(error) => error_json(error),
        None => refresh::answer(&compiled.catalog, eight),
    }
}

fn logs(compiled: &Compiled) -> Json {
    compiled.catalog.logs.iter().map(|l| json!([l.level.as_str(), l.message])).collect()
}

fn error_json(error: &CompileError) -> Json {
    let mut out = json!({ "message": error.message });
    if let Some(issue) = error.issue {
        // What happens in an instance of a defined type is told of its declaration.
        let issue = if error.instance.is_some() { "RUNTIME_ERROR" } else { issue };
        out["issue"] = json!(issue);
        out["basic"] = json!(error.message);
    }
    if let Some(at) = error.instance.as_ref().or(error.at.as_ref()) {
        out["line"] = json!(at.line);
    }
    json!({ "error": out })
}
