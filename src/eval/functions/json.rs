//! JSON in both directions, and other notations for data: Ruby, Python.

use super::args::{Outcome, arg, count, no_text};
use super::ruby;
use crate::eval::error::EvalError;
use crate::eval::interp::{Block, Interp};
use crate::value::{Entries, Value};

type Cx<'a> = &'a mut dyn Interp;
type Blk = Option<Block>;

/// A value as JSON data, as catalogs hold it: references are `{"__ref": …}`.
#[must_use]
pub fn to_json(value: &Value) -> serde_json::Value {
    super::pcore::rich(value, true)
}

/// A value as Puppet's rich data; nothing where Puppet fails to write it.
#[must_use]
pub fn to_rich_json(value: &Value) -> serde_json::Value {
    if super::pcore::is_endless(value) { serde_json::Value::Null } else { super::pcore::rich(value, false) }
}

pub(super) fn parsejson(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("parsejson", args, 1, usize::MAX)?;
    let text = match arg(args, 0) {
        Value::Str(s) => &s.text,
        // Whatever goes wrong, the default stands in.
        _ if args.len() > 1 => return Ok(arg(args, 1).clone()),
        other => return Err(no_text(other)),
    };
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(json) => Ok(Value::from_json(&json)),
        Err(_) if args.len() > 1 => Ok(arg(args, 1).clone()),
        Err(_) => Err(EvalError::puppet(format!("unexpected token at '{text}'"))),
    }
}

pub(super) fn to_json_text(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("to_json", args, 1, 1)?;
    Ok(Value::str(compact(arg(args, 0))))
}

/// As Ruby's generator: no blanks, `/` as it is.
fn compact(value: &Value) -> String {
    match value {
        Value::Array(a) => format!("[{}]", a.items.iter().map(compact).collect::<Vec<_>>().join(",")),
        Value::Hash(h) => {
            let entries: Vec<String> = h.entries.iter().map(|(k, v)| format!("{}:{}", key(k), compact(v))).collect();
            format!("{{{}}}", entries.join(","))
        }
        other => scalar(other),
    }
}

fn key(value: &Value) -> String {
    text(&value.to_string())
}

fn text(s: &str) -> String {
    let mut out = String::from("\"");
    for c in s.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x0c' => out.push_str("\\f"),
            '\x08' => out.push_str("\\b"),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Undef => "null".to_owned(),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => value.to_string(),
        other => text(&other.to_string()),
    }
}

/// Strings that lay a document out.
struct Layout {
    indent: String,
    space: String,
    before: String,
    object_line: String,
    array_line: String,
}

pub(super) fn to_json_pretty(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("to_json_pretty", args, 1, 3)?;
    let data = arg(args, 0);
    if !matches!(data, Value::Array(_) | Value::Hash(_)) {
        return Err(super::args::wrong("to_json_pretty", "data", "a value of type Hash or Array", data));
    }
    let skip = matches!(arg(args, 1), Value::Bool(true));
    let data = if skip { without_undef(data) } else { data.clone() };
    let options = args.get(2).and_then(Value::as_hash);
    let get = |name: &str, default: &str| {
        options.and_then(|o| o.get(&Value::str(name))).and_then(Value::as_str).unwrap_or(default).to_owned()
    };
    let layout = Layout {
        indent: get("indent", "  "),
        space: get("space", " "),
        before: get("space_before", ""),
        object_line: get("object_nl", "\n"),
        array_line: get("array_nl", "\n"),
    };
    Ok(Value::str(pretty(&data, &layout, 0) + "\n"))
}

fn without_undef(value: &Value) -> Value {
    let keep = |v: &Value| !matches!(v, Value::Undef);
    match value {
        Value::Array(a) => Value::array(a.items.iter().filter(|v| keep(v)).cloned().collect()),
        Value::Hash(h) => Value::hash(
            h.entries.iter().filter(|(_, v)| keep(v)).map(|(k, v)| (k.clone(), v.clone())).collect::<Entries>(),
        ),
        other => other.clone(),
    }
}

fn pretty(value: &Value, layout: &Layout, depth: usize) -> String {
    let pad = layout.indent.repeat(depth + 1);
    let close = layout.indent.repeat(depth);
    match value {
        Value::Hash(h) if h.entries.is_empty() => format!("{{{}{close}}}", layout.object_line),
        Value::Array(a) => {
            let line = &layout.array_line;
            let items: Vec<String> = a.items.iter().map(|v| format!("{pad}{}", pretty(v, layout, depth + 1))).collect();
            format!("[{line}{}{line}{close}]", items.join(&format!(",{line}")))
        }
        Value::Hash(h) => {
            let line = &layout.object_line;
            let of = |(k, v): (&Value, &Value)| {
                format!("{pad}{}{}:{}{}", key(k), layout.before, layout.space, pretty(v, layout, depth + 1))
            };
            let items: Vec<String> = h.entries.iter().map(of).collect();
            format!("{{{line}{}{line}{close}}}", items.join(&format!(",{line}")))
        }
        other => scalar(other),
    }
}

pub(super) fn to_ruby(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("to_ruby", args, 1, 1)?;
    Ok(Value::str(ruby::inspect_with(arg(args, 0), " => ")))
}

pub(super) fn to_python(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("to_python", args, 1, 1)?;
    Ok(Value::str(python(arg(args, 0))))
}

fn python(value: &Value) -> String {
    match value {
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Undef => "None".to_owned(),
        Value::Array(a) => format!("[{}]", a.items.iter().map(python).collect::<Vec<_>>().join(", ")),
        Value::Hash(h) => {
            let entries: Vec<String> = h.entries.iter().map(|(k, v)| format!("{}: {}", python(k), python(v))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => ruby::inspect(other),
    }
}
