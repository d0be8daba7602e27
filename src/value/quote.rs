//! Strings and values as Puppet source would write them (`%p`).

use super::types::slashes;
use super::{Entries, Object, Value, display, time};

/// A string in quotes: single ones unless it holds control characters.
#[must_use]
pub fn quote(text: &str) -> String {
    if text.chars().any(|c| (c as u32) < 0x20) {
        return double_quote(text);
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    let mut escaped = false;
    for c in text.chars() {
        match c {
            _ if escaped => {
                out.push('\\');
                out.push(c);
                escaped = false;
            }
            '\'' => out.push_str("\\'"),
            '\\' => escaped = true,
            _ => out.push(c),
        }
    }
    if escaped {
        out.push('\\');
    }
    out.push('\'');
    out
}

/// A string in double quotes.
#[must_use]
pub fn double_quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '"' => out.push_str("\\\""),
            '$' => out.push_str("\\$"),
            '\\' => out.push_str("\\\\"),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{{{:X}}}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A value as source text.
#[must_use]
pub fn program(value: &Value) -> String {
    match value {
        Value::Undef => "undef".to_owned(),
        Value::Default => "default".to_owned(),
        Value::Float(f) => display::float(*f),
        Value::Str(s) => quote(&s.text),
        Value::Regex(r) => slashes(r),
        Value::Array(a) => {
            let items: Vec<String> = a.items.iter().map(program).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Hash(h) => program_hash(&h.entries),
        Value::Type(t) => t.expanded(),
        Value::Sensitive(_) => "#<Sensitive [value redacted]>".to_owned(),
        Value::Object(o) => program_object(o),
        Value::Sym(s) => s.sample.as_ref().map_or_else(|| value.to_string(), program),
        Value::Bool(_) | Value::Int(_) => value.to_string(),
    }
}

fn program_hash(entries: &Entries) -> String {
    let items: Vec<String> = entries.iter().map(|(k, v)| format!("{} => {}", program(k), program(v))).collect();
    format!("{{{}}}", items.join(", "))
}

fn program_object(object: &Object) -> String {
    match object.type_name.as_str() {
        "SemVerRange" => {
            let text = Value::Object(object.clone().into()).to_string();
            super::version::canonical_range(&text).unwrap_or(text)
        }
        "SemVer" => Value::Object(object.clone().into()).to_string(),
        "Binary" => format!("Binary(\"{}\")", Value::Object(object.clone().into())),
        "URI" => format!("URI({})", quote(&Value::Object(object.clone().into()).to_string())),
        kind @ ("Timestamp" | "Timespan") => {
            format!("#<Puppet::Pops::Time::{kind}:0x @nsecs={}>", time::nanos(object).unwrap_or(0))
        }
        name => program_attrs(name, &object.attrs),
    }
}

/// `Name({'attribute' => value})`
pub(super) fn program_attrs(name: &str, attrs: &Entries) -> String {
    format!("{name}({})", program_hash(attrs))
}
