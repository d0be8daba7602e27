//! How values are named in error messages.

use crate::value::Value;

/// `Integer`, `Undef Value`, `Integer[1, 5]-Type`.
pub(crate) fn label(value: &Value) -> String {
    match value {
        Value::Undef => "Undef Value".into(),
        Value::Default => "Object".into(),
        Value::Bool(_) => "Boolean".into(),
        Value::Int(_) => "Integer".into(),
        Value::Float(_) => "Float".into(),
        Value::Str(_) => "String".into(),
        Value::Regex(_) => "Regexp".into(),
        Value::Array(_) => "Array".into(),
        Value::Hash(_) => "Hash".into(),
        Value::Type(_) => format!("{value}-Type"),
        Value::Sensitive(_) => "Sensitive".into(),
        Value::Object(o) => o.type_name.to_string(),
        Value::Sym(_) => "unknown value".into(),
    }
}

/// With its article.
pub(crate) fn a_label(value: &Value) -> String {
    let label = label(value);
    let article = if label.starts_with(['A', 'E', 'I', 'O', 'U', 'a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {label}")
}
