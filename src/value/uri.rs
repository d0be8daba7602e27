//! The parts of a URI: `URI` of the Puppet language, and Ruby's own, which it is made of.
//!
//! Taken apart, not checked: what is no valid URI has parts as well.

use super::Value;
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// The parts of a URI, as RFC 3986 (appendix B) takes it apart, and those of its authority.
static URI: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let authority = r"//(?:(?P<userinfo>[^/?\#@]*)@)?(?P<host>\[[^\]]*\]|[^/?\#:]*)(?::(?P<port>\d*))?";
    let scheme = "(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):";
    let rest = r"(?P<path>[^?\#]*)(?:\?(?P<query>[^\#]*))?(?:\#(?P<fragment>.*))?";
    Regex::new(&format!("^(?:{scheme})?(?P<authority>{authority})?{rest}$")).ok()
});

/// A part of a URI by its name in Ruby, which is undef where it is left out; `None` if there is no such part.
pub(crate) fn part(text: &str, name: &str) -> Option<Value> {
    let parts = URI.as_ref()?.captures(text)?;
    let found = |name: &str| parts.name(name).map(|found| Value::str(found.as_str()));
    let opaque = opaque(text, &parts);
    let value = match name {
        "opaque" => opaque.map(Value::str),
        "path" | "query" if opaque.is_some() => None,
        "scheme" | "userinfo" | "host" | "path" | "query" | "fragment" => found(name),
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
    use super::{Value, part};

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
        all.iter().for_each(|(uri, name, value)| assert_eq!(part(uri, name), *value, "{uri} {name}"));
    }
}
