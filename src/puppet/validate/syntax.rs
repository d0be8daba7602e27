//! Heredocs that name a syntax which Puppet checks: JSON, Base64, Puppet itself and its templates.

use super::super::ast::{Expr, ExprKind};
use super::super::{Dialect, Parsed, parse, parse_epp};
use super::Checker;

impl Checker<'_> {
    /// Only text without interpolation can be checked here. Puppet takes the last segment it knows.
    pub(super) fn embedded(&mut self, syntax: &str, text: &Expr) {
        let ExprKind::Str(value) = &text.kind else { return };
        if let Some((issue, message)) = misread(syntax, value) {
            self.error(issue, message, text);
        }
    }
}

/// What is wrong with a text in a syntax: the issue, and the words.
pub(crate) fn misread(syntax: &str, value: &str) -> Option<(&'static str, String)> {
    let known = syntax.split('+').next_back().unwrap_or(syntax);
    let (issue, message) = match known {
        "json" => json(value).map(|m| ("ILLEGAL_JSON", m)),
        "base64" => base64(value).map(|m| ("ILLEGAL_BASE64", m)),
        "pp" if syntax == "pp" => {
            first_error(&parse(value, Dialect::Modern)).map(|m| ("ILLEGAL_PP", format!("PP syntax checker: \"{m}\"")))
        }
        "epp" if syntax == "epp" => {
            first_error(&parse_epp(value)).map(|m| ("ILLEGAL_EPP", format!("EPP syntax checker: \"{m}\"")))
        }
        _ => None,
    }?;
    Some((issue, format!("Invalid produced text having syntax: '{syntax}'. {message}")))
}

fn first_error(parsed: &Parsed) -> Option<String> {
    parsed.errors.first().map(|e| e.message.clone())
}

/// Ruby's JSON reader also takes comments, so a text with one is left alone.
fn json(text: &str) -> Option<String> {
    let error = serde_json::from_str::<serde::de::IgnoredAny>(text).err()?;
    if text.contains("/*") || text.contains("//") {
        return None;
    }
    Some(format!("JSON syntax checker: Cannot parse invalid JSON string. \"{error}\""))
}

fn base64(text: &str) -> Option<String> {
    let bytes: Vec<u8> = text.bytes().filter(|b| !matches!(b, b'\r' | b'\n' | b' ' | b'\t' | b'?')).collect();
    if !(bytes.len() * 8).is_multiple_of(6) {
        return Some("Base64 syntax checker: Cannot parse invalid Base64 string - padding is not correct".to_owned());
    }
    let body = bytes.strip_suffix(b"==").or_else(|| bytes.strip_suffix(b"=")).unwrap_or(&bytes);
    let strict =
        bytes.len().is_multiple_of(4) && body.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'));
    let message = "Base64 syntax checker: Cannot parse invalid Base64 string - contains letters outside strict base 64 range (or whitespace)";
    (!strict).then(|| message.to_owned())
}
