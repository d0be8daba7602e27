//! Attributes of the richer values, asked for as if they were methods: `URI('http://a/b').host`.
//!
//! As in Puppet only objects have them; `SemVer`, `Timespan` and types are none. What is no attribute is a function.

use super::error::EvalError;
use super::lift::Res;
use crate::value::{Object, Value};
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// The parts of a URI, as RFC 3986 (appendix B) takes it apart, and those of its authority.
static URI: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let authority = r"//(?:(?P<userinfo>[^/?\#@]*)@)?(?P<host>\[[^\]]*\]|[^/?\#:]*)(?::(?P<port>\d*))?";
    let scheme = "(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):";
    let rest = r"(?P<path>[^?\#]*)(?:\?(?P<query>[^\#]*))?(?:\#(?P<fragment>.*))?";
    Regex::new(&format!("^(?:{scheme})?(?P<authority>{authority})?{rest}$")).ok()
});

/// The value of an attribute; `None` if the object has none of this name.
pub(super) fn attribute(object: &Object, name: &str) -> Option<Value> {
    let held = |name: &str| Some(object.attrs.get(&Value::str(name)).cloned().unwrap_or_default());
    match (object.type_name.as_str(), name) {
        ("URI", _) => of_uri(object.attrs.get(&Value::str("text"))?.as_str()?, name),
        ("Error", "message") => held("msg"),
        ("Error", "msg" | "kind" | "details" | "issue_code") | ("Deferred", "name" | "arguments") => held(name),
        _ => None,
    }
}

/// What a call on an unknown value asked for. Where no function of the name is there it may be an attribute of it.
pub(super) fn of_unknown(receiver: Value, name: &str, called: Res<Value>) -> Res<Value> {
    match called {
        Err(EvalError::Puppet { issue: Some("UNKNOWN_FUNCTION"), .. }) if is_any(name) => {
            Ok(Value::call(format!("attribute {name}"), vec![receiver], None))
        }
        called => called,
    }
}

/// Whether objects of any type have an attribute of this name.
fn is_any(name: &str) -> bool {
    let object = |type_name: &str| {
        let attrs = [(Value::str("text"), Value::str(""))].into_iter().collect();
        Object { type_name: type_name.into(), attrs }
    };
    ["URI", "Error", "Deferred"].iter().any(|of| attribute(&object(of), name).is_some())
}

fn of_uri(text: &str, name: &str) -> Option<Value> {
    let parts = URI.as_ref()?.captures(text)?;
    let part = |name: &str| parts.name(name).map(|found| Value::str(found.as_str()));
    let opaque = opaque(text, &parts);
    let value = match name {
        "opaque" => opaque.map(Value::str),
        "path" | "query" if opaque.is_some() => None,
        "scheme" | "userinfo" | "host" | "path" | "query" | "fragment" => part(name),
        "port" => {
            let given = parts.name("port").and_then(|port| port.as_str().parse().ok());
            given.or_else(|| usual_port(parts.name("scheme")?.as_str())).map(Value::Int)
        }
        _ => return None,
    };
    Some(value.unwrap_or_default())
}

/// What follows the scheme where it is no path, as in `mailto:root@example.org`.
fn opaque<'t>(text: &'t str, parts: &Captures<'_>) -> Option<&'t str> {
    let scheme = parts.name("scheme")?;
    let path = parts.name("path")?.as_str();
    let rest = text.get(scheme.end() + 1..)?;
    let is_opaque = parts.name("authority").is_none() && !path.is_empty() && !path.starts_with('/');
    is_opaque.then(|| rest.split('#').next().unwrap_or(rest))
}

/// The ports that Ruby's URI classes know.
fn usual_port(scheme: &str) -> Option<i64> {
    match scheme.to_ascii_lowercase().as_str() {
        "ftp" => Some(21),
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        "ldap" => Some(389),
        "ldaps" => Some(636),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{EvalError, of_unknown, of_uri};
    use crate::value::Value;

    #[test]
    fn what_an_unknown_value_has_is_unknown() {
        let unknown = || Value::call("fact", Vec::new(), None);
        let missing = || Err(EvalError::issue("UNKNOWN_FUNCTION", "Unknown function: 'host'."));
        assert!(of_unknown(unknown(), "host", missing()).is_ok_and(|value| value.is_unknown()));
        assert!(of_unknown(unknown(), "hosts", missing()).is_err());
    }

    #[test]
    fn parts_of_a_uri() {
        let text = Value::str;
        let all = [
            ("http://u:p@a.b:80/c/d?q=1#e", "userinfo", Some(text("u:p"))),
            ("http://u:p@a.b:80/c/d?q=1#e", "path", Some(text("/c/d"))),
            ("http://u:p@a.b:80/c/d?q=1#e", "fragment", Some(text("e"))),
            ("https://a.b", "port", Some(Value::Int(443))),
            ("http://a.b", "path", Some(text(""))),
            ("http://a.b/c", "query", Some(Value::Undef)),
            ("http://[::1]:80/", "host", Some(text("[::1]"))),
            ("file:///etc/x", "host", Some(text(""))),
            ("mailto:a@b.c", "opaque", Some(text("a@b.c"))),
            ("mailto:a@b.c", "path", Some(Value::Undef)),
            ("http://a.b/c", "nope", None),
        ];
        all.iter().for_each(|(uri, name, value)| assert_eq!(of_uri(uri, name), *value, "{uri} {name}"));
    }
}
