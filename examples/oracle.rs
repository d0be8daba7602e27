//! Answers conformance cases: JSON lines on stdin, one answer line a case on stdout, in the format
//! of the real-Puppet oracle. A kind it cannot answer yet gets `{"unsupported": true}`.

use holdpoint::puppet::{Dialect, LineIndex, Parsed, SyntaxError, parse, parse_epp, pn};
use serde_json::{Value, json};
use std::io::{BufRead, Write};

fn main() -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let case: Value = serde_json::from_str(&line).map_err(std::io::Error::other)?;
        writeln!(out, "{}", answer(&case))?;
    }
    out.flush()
}

fn answer(case: &Value) -> Value {
    match case["kind"].as_str() {
        Some("parse") => json!({ "id": case["id"], "answer": parse_answer(case) }),
        _ => json!({ "id": case["id"], "unsupported": true }),
    }
}

fn parse_answer(case: &Value) -> Value {
    let src = case["src"].as_str().unwrap_or_default();
    let parsed = if case["epp"] == true { parse_epp(src) } else { parse(src, Dialect::Modern) };
    let warnings: Vec<Value> = parsed.warnings.iter().map(|w| json!(["warning", w.message])).collect();
    if parsed.errors.is_empty() {
        return json!({ "pn": pn::dump(&parsed), "logs": warnings });
    }
    error_answer(&parsed, src, warnings)
}

/// Puppet stops at the first syntax error, but counts validation errors.
fn error_answer(parsed: &Parsed, src: &str, mut logs: Vec<Value>) -> Value {
    let count = parsed.errors.len();
    if parsed.validated && count > 1 {
        let warned = if logs.is_empty() { String::new() } else { format!(", and {} warnings", logs.len()) };
        logs.extend(parsed.errors.iter().map(|e| json!(["err", e.message])));
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
    let no_place = error.message.ends_with("end of input") && error.issue == "SYNTAX_ERROR" || error.issue == "ILLEGAL_BOM";
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
