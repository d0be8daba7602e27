//! `to_s` and `inspect`.

use crate::ruby::values;
use crate::value::{Entries, Value};
use ecow::EcoString;

/// The text a value prints as; symbolic parts stay apart.
pub(crate) fn to_s(value: &Value) -> Value {
    match value {
        Value::Str(_) => value.clone(),
        Value::Sym(s) => match &s.sample {
            Some(Value::Str(_)) | None => value.clone(),
            Some(sample) => values::derived("to_s", &[value], Some(to_s(sample))),
        },
        Value::Array(_) | Value::Hash(_) => {
            let mut parts = Vec::new();
            inspect_into(value, &mut parts);
            values::concat(parts)
        }
        Value::Type(_) => values::beyond("the text of a type"),
        other => Value::str(plain(other)),
    }
}

/// `inspect`
pub(crate) fn inspect(value: &Value) -> Value {
    let mut parts = Vec::new();
    inspect_into(value, &mut parts);
    values::concat(parts)
}

fn plain(value: &Value) -> EcoString {
    match value {
        Value::Undef => EcoString::new(),
        Value::Float(f) => float(*f),
        Value::Object(_) => match values::as_symbol(value) {
            Some(name) => name.into(),
            None => match values::attrs(value, values::RANGE) {
                Some(_) => range(value),
                None => values::text_of(value, values::CONSTANT)
                    .or_else(|| values::text_of(value, values::VERSION))
                    .or_else(|| values::text_of(value, values::URI))
                    .unwrap_or_default()
                    .into(),
            },
        },
        Value::Regex(r) => EcoString::from(format!("(?-mix:{r})")),
        other => EcoString::from(other.to_string()),
    }
}

fn range(value: &Value) -> EcoString {
    let Some(attrs) = values::attrs(value, values::RANGE) else { return EcoString::new() };
    let mut ends = attrs.values();
    let from = ends.next().map(plain).unwrap_or_default();
    let to = ends.next().map(plain).unwrap_or_default();
    let dots = if ends.next() == Some(&Value::Bool(true)) { "..." } else { ".." };
    EcoString::from(format!("{from}{dots}{to}"))
}

fn inspect_into(value: &Value, parts: &mut Vec<Value>) {
    let lit = |text: &str| Value::str(text);
    match value {
        Value::Array(a) => {
            parts.push(lit("["));
            for (i, item) in a.items.iter().enumerate() {
                if i > 0 {
                    parts.push(lit(", "));
                }
                inspect_into(item, parts);
            }
            parts.push(lit("]"));
        }
        Value::Hash(h) => {
            parts.push(lit("{"));
            for (i, (key, item)) in h.entries.iter().enumerate() {
                if i > 0 {
                    parts.push(lit(", "));
                }
                inspect_into(key, parts);
                parts.push(lit("=>"));
                inspect_into(item, parts);
            }
            parts.push(lit("}"));
        }
        Value::Str(s) => parts.push(Value::str(quoted(&s.text))),
        Value::Sym(s) => match &s.sample {
            Some(sample) => parts.push(values::derived("inspect", &[value], Some(inspect(sample)))),
            None => parts.push(values::derived("inspect", &[value], None)),
        },
        Value::Undef => parts.push(lit("nil")),
        Value::Regex(r) => parts.push(Value::str(format!("/{r}/"))),
        other => match values::as_symbol(other) {
            Some(name) if is_plain_symbol(name) => parts.push(Value::str(format!(":{name}"))),
            Some(name) => parts.push(Value::str(format!(":{}", quoted(name)))),
            None => match values::attrs(other, values::RANGE) {
                Some(ends) => range_into(ends, parts),
                None => parts.push(to_s(other)),
            },
        },
    }
}

fn range_into(ends: &Entries, parts: &mut Vec<Value>) {
    let mut ends = ends.values();
    let (from, to) = (ends.next(), ends.next());
    let dots = if ends.next() == Some(&Value::Bool(true)) { "..." } else { ".." };
    from.filter(|v| !matches!(v, Value::Undef)).into_iter().for_each(|v| inspect_into(v, parts));
    parts.push(Value::str(dots));
    to.filter(|v| !matches!(v, Value::Undef)).into_iter().for_each(|v| inspect_into(v, parts));
}

/// Whether a symbol is written without quotes: a name, or an operator that can be defined.
fn is_plain_symbol(name: &str) -> bool {
    const OPERATORS: &[&str] = &[
        "+", "-", "*", "/", "%", "**", "==", "!=", "<", ">", "<=", ">=", "<=>", "===", "=~", "!~", "!", "~", "&", "|",
        "^", "<<", ">>", "[]", "[]=", "+@", "-@", "`",
    ];
    let stem = name.strip_suffix(['?', '!', '=']).unwrap_or(name).trim_start_matches('@').trim_start_matches('$');
    let is_name = !stem.is_empty()
        && !stem.starts_with(|c: char| c.is_ascii_digit())
        && stem.chars().all(|c| c == '_' || c.is_alphanumeric());
    is_name || OPERATORS.contains(&name)
}

/// A string in double quotes as Ruby prints it.
pub(crate) use crate::value::inspect::quote as quoted;

/// A float as Ruby prints it.
pub(crate) fn float(f: f64) -> EcoString {
    if f.is_nan() {
        return "NaN".into();
    }
    if f.is_infinite() {
        return if f > 0.0 { "Infinity".into() } else { "-Infinity".into() };
    }
    let magnitude = f.abs();
    if magnitude != 0.0 && !(1e-4..1e16).contains(&magnitude) {
        let text = format!("{f:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let dot = if mantissa.contains('.') { "" } else { ".0" };
        let (sign, digits) = exponent.strip_prefix('-').map_or(("+", exponent), |d| ("-", d));
        return EcoString::from(format!("{mantissa}{dot}e{sign}{digits:0>2}"));
    }
    EcoString::from(format!("{f:?}"))
}
