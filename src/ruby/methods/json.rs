//! JSON as Ruby's generator writes it.

use super::inspect;
use crate::ruby::values;
use crate::value::Value;
use std::fmt::Write as _;

/// `to_json`
pub(crate) fn compact(value: &Value) -> Value {
    let mut parts = Vec::new();
    write(value, None, &mut parts);
    values::concat(parts)
}

/// `JSON.pretty_generate`
pub(crate) fn pretty(value: &Value) -> Value {
    let mut parts = Vec::new();
    write(value, Some(0), &mut parts);
    values::concat(parts)
}

fn line(indent: Option<usize>, parts: &mut Vec<Value>) {
    if let Some(depth) = indent {
        parts.push(Value::str(format!("\n{}", "  ".repeat(depth))));
    }
}

fn write(value: &Value, indent: Option<usize>, parts: &mut Vec<Value>) {
    let deeper = indent.map(|d| d + 1);
    match value {
        Value::Array(a) if a.items.is_empty() => parts.push(Value::str("[]")),
        Value::Hash(h) if h.entries.is_empty() => parts.push(Value::str("{}")),
        Value::Array(a) => {
            parts.push(Value::str("["));
            for (i, item) in a.items.iter().enumerate() {
                if i > 0 {
                    parts.push(Value::str(","));
                }
                line(deeper, parts);
                write(item, deeper, parts);
            }
            line(indent, parts);
            parts.push(Value::str("]"));
        }
        Value::Hash(h) => {
            parts.push(Value::str("{"));
            for (i, (key, item)) in h.entries.iter().enumerate() {
                if i > 0 {
                    parts.push(Value::str(","));
                }
                line(deeper, parts);
                write(&inspect::to_s(key), None, parts);
                parts.push(Value::str(if indent.is_some() { ": " } else { ":" }));
                write(item, deeper, parts);
            }
            line(indent, parts);
            parts.push(Value::str("}"));
        }
        Value::Sym(s) => match &s.sample {
            Some(sample) => parts.push(values::derived("to_json", &[value], Some(compact(sample)))),
            None => parts.push(values::derived("to_json", &[value], None)),
        },
        Value::Undef => parts.push(Value::str("null")),
        Value::Bool(_) | Value::Int(_) => parts.push(Value::str(value.to_string())),
        Value::Float(f) => parts.push(Value::str(inspect::float(*f))),
        other => match inspect::to_s(other).as_str() {
            Some(text) => parts.push(Value::str(quoted(text))),
            None => parts.push(values::derived("to_json", &[other], None)),
        },
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if u32::from(c) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
