//! `URI`: a text and its parts.

use super::values;
use crate::value::{Value, uri};

/// `URI.parse(text)`. What Ruby would refuse is not known here: it is a URI whose parts are unknown.
pub(crate) fn parse(text: &Value) -> Value {
    match text {
        Value::Str(known) if is_plain(&known.text) => values::object(values::URI, std::slice::from_ref(text)),
        Value::Object(_) if values::attrs(text, values::URI).is_some() => text.clone(),
        _ => values::derived("URI", &[text], None),
    }
}

/// Whether every character may stand in a URI (RFC 3986, section 2).
fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c))
}

/// Methods of a URI.
pub(crate) fn call(text: &str, name: &str, args: &[Value]) -> Option<Value> {
    let part = |name: &str| uri::part(text, name);
    let user = |at: usize| {
        let both = part("userinfo")?;
        Some(both.as_str().and_then(|both| both.splitn(2, ':').nth(at)).map_or(Value::Undef, Value::str))
    };
    match (name, args) {
        ("to_s", []) => Some(Value::str(text)),
        ("user", []) => user(0),
        ("password", []) => user(1),
        ("hostname", []) => {
            let host = part("host")?;
            Some(host.as_str().map_or(Value::Undef, |host| Value::str(host.trim_matches(['[', ']']))))
        }
        ("absolute?", []) => Some(Value::Bool(part("scheme")? != Value::Undef)),
        ("relative?", []) => Some(Value::Bool(part("scheme")? == Value::Undef)),
        (part_name, []) => part(part_name),
        _ => None,
    }
}
