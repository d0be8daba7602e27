//! Values as Ruby would print or write them.

use crate::value::{Value, display};

/// `Object#inspect`.
#[must_use]
pub(crate) fn inspect(value: &Value) -> String {
    inspect_with(value, "=>")
}

/// `inspect` with a separator of keys and values.
pub(crate) fn inspect_with(value: &Value, arrow: &str) -> String {
    match value {
        Value::Undef => "nil".to_owned(),
        Value::Default => ":default".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Int(i) => i.to_string(),
        Value::Float(f) => display::float(*f),
        Value::Str(s) => quote(&s.text),
        Value::Regex(r) => crate::value::types::slashes(r),
        Value::Array(a) => {
            let items: Vec<String> = a.items.iter().map(|v| inspect_with(v, arrow)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Hash(h) => {
            let items: Vec<String> = h
                .entries
                .iter()
                .map(|(k, v)| format!("{}{arrow}{}", inspect_with(k, arrow), inspect_with(v, arrow)))
                .collect();
            format!("{{{}}}", items.join(", "))
        }
        Value::Sensitive(_) => "#<Sensitive [value redacted]>".to_owned(),
        Value::Sym(s) if s.sample.is_some() => inspect_with(value.sample(), arrow),
        other => other.to_string(),
    }
}

/// `String#inspect`.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\x0c' => out.push_str("\\f"),
            '\x0b' => out.push_str("\\v"),
            '\x08' => out.push_str("\\b"),
            '\x07' => out.push_str("\\a"),
            '\x1b' => out.push_str("\\e"),
            '#' if matches!(chars.peek(), Some('{' | '$' | '@')) => out.push_str("\\#"),
            '\x7f' => out.push_str("\\x7F"),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `to_s`: as in a string, but collections as Ruby inspects them.
pub(crate) fn to_s(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Hash(_) => inspect(value),
        other => other.to_string(),
    }
}
