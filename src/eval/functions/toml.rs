//! `to_toml` in the layout of stdlib's dumper: keys sorted, tables after plain values.

use super::args::{Outcome, arg, count, hash};
use super::ruby;
use crate::eval::interp::{Block, Interp};
use crate::value::{Entries, Value};

pub(super) fn to_toml(_: &mut dyn Interp, args: &[Value], _: Option<Block>) -> Outcome {
    count("to_toml", args, 1, 1)?;
    let mut out = String::new();
    visit(&hash("to_toml", "data", arg(args, 0))?.entries, &[], &mut out);
    Ok(Value::str(out))
}

fn key_text(key: &Value) -> String {
    let text = key.to_string();
    let bare = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare { text } else { format!("\"{}\"", text.replace('"', "\\\"")) }
}

fn is_table_list(value: &Value) -> bool {
    value.as_array().and_then(<[Value]>::first).is_some_and(|v| matches!(v, Value::Hash(_)))
}

fn visit(entries: &Entries, prefix: &[String], out: &mut String) {
    let simple = entries.values().any(|v| !matches!(v, Value::Hash(_)) && !is_table_list(v));
    if !prefix.is_empty() && (simple || entries.is_empty()) {
        out.push_str(&format!("[{}]\n", prefix.join(".")));
    }
    pairs(entries, prefix, out);
}

fn pairs(entries: &Entries, prefix: &[String], out: &mut String) {
    let mut sorted: Vec<(&Value, &Value)> = entries.iter().collect();
    sorted.sort_by_key(|(k, _)| k.to_string());
    let below = |key: &Value| [prefix, &[key_text(key)]].concat();
    for (key, value) in sorted.iter().filter(|(_, v)| !matches!(v, Value::Hash(_)) && !is_table_list(v)) {
        out.push_str(&format!("{} = {}\n", key_text(key), ruby::inspect(value)));
    }
    for (key, value) in &sorted {
        if let Value::Hash(h) = value {
            visit(&h.entries, &below(key), out);
        }
    }
    for (key, value) in sorted.iter().filter(|(_, v)| is_table_list(v)) {
        for table in value.as_array().unwrap_or_default() {
            out.push_str(&format!("[[{}]]\n", below(key).join(".")));
            if let Value::Hash(h) = table {
                pairs(&h.entries, &below(key), out);
            }
        }
    }
}
