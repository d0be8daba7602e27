//! Text made fit for a URL or for HTML, as Ruby's `ERB::Util` and `CGI` do it.

use super::inspect::to_s;
use crate::ruby::values;
use crate::value::Value;
use std::fmt::Write as _;

/// Applies one of the functions below to a value as far as it is known.
pub(crate) fn coded(name: &str, value: &Value, code: fn(&str) -> String) -> Value {
    let text = to_s(value);
    match text.as_str() {
        Some(known) if values::holds_symbolic(value) => values::derived(name, &[value], Some(Value::str(code(known)))),
        Some(known) => Value::str(code(known)),
        None => values::derived(name, &[value], None),
    }
}

/// `ERB::Util.url_encode`
pub(crate) fn url(text: &str) -> String {
    percent(text, "-_.~")
}

/// `CGI.escape`: blanks become `+`.
pub(crate) fn cgi(text: &str) -> String {
    percent(text, "-_.~ ").replace(' ', "+")
}

/// `URI.encode_www_form_component`
pub(crate) fn form(text: &str) -> String {
    percent(text, "-_.* ").replace(' ', "+")
}

fn percent(text: &str, kept: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let letter = char::from(byte);
        if letter.is_ascii_alphanumeric() || kept.contains(letter) {
            out.push(letter);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// `ERB::Util.html_escape`
pub(crate) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// `Base64.strict_encode64`
pub(crate) fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(text.len().div_ceil(3) * 4);
    for group in text.as_bytes().chunks(3) {
        let bits = (0..3).fold(0usize, |bits, i| bits << 8 | usize::from(group.get(i).copied().unwrap_or(0)));
        for i in 0..4 {
            let digit = DIGITS.get(bits >> (18 - 6 * i) & 63).copied().unwrap_or(b'=');
            out.push(if i <= group.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

/// `Base64.encode64`
pub(crate) fn base64_lines(text: &str) -> String {
    let whole = base64(text);
    let lines = whole.as_bytes().chunks(60).map(|line| format!("{}\n", String::from_utf8_lossy(line)));
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_as_ruby_does() {
        assert_eq!(url("a b/é~*"), "a%20b%2F%C3%A9~%2A");
        assert_eq!(cgi("a b/é~*"), "a+b%2F%C3%A9~%2A");
        assert_eq!(form("a b/é~*"), "a+b%2F%C3%A9%7E*");
        assert_eq!(base64("user:pässwort"), "dXNlcjpww6Rzc3dvcnQ=");
        assert_eq!(html("<a href='x'>&\"</a>"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;&lt;/a&gt;");
    }
}
