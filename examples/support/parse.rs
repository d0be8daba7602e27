//! The `parse` kind: the tree in Puppet's own notation, warnings, and the errors of a file.

use holdpoint::puppet::{Dialect, LineIndex, Parsed, SyntaxError, parse, parse_epp, pn};
use serde_json::{Value, json};

/// How many messages of a kind Puppet shows.
const SHOWN: usize = 10;

/// Answers one case.
pub(crate) fn answer(case: &Value) -> Value {
    let src = case["src"].as_str().unwrap_or_default();
    let parsed = if case["epp"] == true { parse_epp(src) } else { parse(src, Dialect::Modern) };
    if parsed.errors.is_empty() {
        return json!({ "pn": pn::dump(&parsed), "logs": warnings(&parsed, true) });
    }
    error_answer(&parsed, src)
}

/// The answer to code that can't be read.
pub(crate) fn errors(case: &Value) -> Option<Value> {
    let src = case["src"].as_str().unwrap_or_default();
    let parsed = parse(src, Dialect::Modern);
    (!parsed.errors.is_empty()).then(|| error_answer(&parsed, src))
}

/// What the lexer warned of, then what validation warned of; Puppet shows ten of the latter.
fn warnings(parsed: &Parsed, of_validation: bool) -> Vec<Value> {
    let (early, late): (Vec<_>, Vec<_>) = parsed.warnings.iter().partition(|w| w.issue.ends_with("_ESCAPE"));
    let late = late.into_iter().take(if of_validation { SHOWN } else { 0 });
    early.into_iter().chain(late).map(|w| json!(["warning", w.message])).collect()
}

/// Puppet stops at the first syntax error, but counts validation errors.
fn error_answer(parsed: &Parsed, src: &str) -> Value {
    // A heredoc in a broken syntax ends the validation there and then.
    let embedded = ["ILLEGAL_JSON", "ILLEGAL_PP", "ILLEGAL_EPP", "ILLEGAL_BASE64"];
    if let Some(first) = parsed.errors.iter().find(|e| embedded.contains(&e.issue)) {
        return json!({ "error": first_error(first, src) });
    }
    let count = parsed.errors.len();
    let mut logs = warnings(parsed, parsed.validated);
    if parsed.validated && count > 1 {
        let late = parsed.warnings.iter().filter(|w| !w.issue.ends_with("_ESCAPE")).count();
        let warned = if late == 0 { String::new() } else { format!(", and {late} warnings") };
        logs.extend(parsed.errors.iter().take(SHOWN).map(|e| json!(["err", e.message])));
        let message = format!("Language validation logged {count} errors{warned}. Giving up");
        return json!({ "error": { "class": "Puppet::ParseErrorWithIssue", "message": message }, "logs": logs });
    }
    let mut answer = json!({ "error": first_error(&parsed.errors[0], src) });
    if !logs.is_empty() {
        answer["logs"] = Value::Array(logs);
    }
    answer
}

fn first_error(error: &SyntaxError, src: &str) -> Value {
    let class = if error.issue.is_empty() { "Puppet::ParseError" } else { "Puppet::ParseErrorWithIssue" };
    let no_place =
        error.message.ends_with("end of input") && error.issue == "SYNTAX_ERROR" || error.issue == "ILLEGAL_BOM";
    let mut out = json!({ "class": class, "message": error.message });
    if !no_place {
        let index = LineIndex::new(src);
        let line = index.line(error.span.start);
        let start = index.start_of(line).unwrap_or(0) as usize;
        let pos = src.get(start..error.span.start as usize).map_or(0, |s| s.chars().count()) + 1;
        out["message"] = json!(format!("{} (line: {line}, column: {pos})", error.message));
        out["line"] = json!(line);
        out["pos"] = json!(pos);
    }
    if !error.issue.is_empty() {
        out["issue"] = json!(error.issue);
        out["basic"] = json!(error.message);
    }
    out
}
