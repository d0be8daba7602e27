//! What Ruby's `Integer()` and `Float()` make of values, for Puppet's functions and for templates.

use super::Value;
use super::inspect::quote;

/// Why a value could not be made into another, or a text not be made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Refused {
    /// What Ruby says of the argument.
    Argument(String),
    /// It would be longer than a bound of ours.
    TooLong,
}

impl Refused {
    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Self::Argument(message.into())
    }
}

/// An integer as a float.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub(crate) fn to_float(i: i64) -> f64 {
    i as f64
}

/// A float without its fraction, if it fits.
#[must_use]
#[allow(clippy::cast_possible_truncation)]
pub(crate) fn to_int(f: f64) -> Option<i64> {
    (f.abs() < 9_223_372_036_854_775_808.0).then_some(f as i64)
}

/// `Integer(text, radix)`: the whole text must be one, prefixes allowed.
pub(crate) fn ruby_integer(text: &str, radix: Option<u32>) -> Option<i64> {
    let text = text.trim();
    let (negative, body) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    let lower = body.to_ascii_lowercase();
    let prefixed = [("0x", 16), ("0b", 2), ("0o", 8)].into_iter().find(|(p, _)| lower.starts_with(p));
    let (base, digits) = match (prefixed, radix) {
        (Some((p, base)), None) => (base, lower.get(p.len()..)?),
        (Some((p, base)), Some(r)) if r == base => (base, lower.get(p.len()..)?),
        (_, Some(r)) => (r, lower.as_str()),
        (None, None) if lower.len() > 1 && lower.starts_with('0') => (8, lower.get(1..)?),
        (None, None) => (10, lower.as_str()),
    };
    let odd = digits.is_empty() || digits.starts_with('_') || digits.ends_with('_') || digits.contains("__");
    let fine = !odd && digits.chars().all(|c| c == '_' || c.is_digit(base));
    let value = fine.then(|| i128::from_str_radix(&digits.replace('_', ""), base).ok()).flatten()?;
    i64::try_from(if negative { -value } else { value }).ok()
}

/// Ruby's `Float(text)`: decimal with optional fraction and exponent, hex, underscores between digits.
pub(crate) fn ruby_float(text: &str) -> Option<f64> {
    let text = text.trim();
    let (sign, body) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (if text.starts_with('-') { -1.0 } else { 1.0 }, rest),
        None => (1.0, text),
    };
    if let Some(hex) = body.strip_prefix("0x").or_else(|| body.strip_prefix("0X")) {
        return i64::from_str_radix(hex, 16).ok().map(|i| sign * to_float(i));
    }
    let odd = body.starts_with(['.', '_', '+', '-'])
        || body.ends_with(['.', '_', 'e', 'E'])
        || body.contains("._")
        || body.contains("__")
        || body.contains("_.")
        || body.contains(".e");
    let fine = !odd && body.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'e' | b'E' | b'+' | b'-'));
    if fine { body.replace('_', "").parse::<f64>().ok().map(|f| sign * f) } else { None }
}

/// `Integer(value)`; `class` names what can't be converted.
pub(crate) fn integer(value: &Value, class: impl Fn(&Value) -> String) -> Result<i64, Refused> {
    match value {
        Value::Int(i) => Ok(*i),
        Value::Float(f) => to_int(f.trunc()).ok_or_else(|| Refused::argument(format!("{value}"))),
        Value::Str(s) => ruby_integer(&s.text, None)
            .ok_or_else(|| Refused::argument(format!("invalid value for Integer(): {}", quote(&s.text)))),
        other => Err(Refused::argument(format!("can't convert {} into Integer", class(other)))),
    }
}

/// `Float(value)`
pub(crate) fn float(value: &Value, class: impl Fn(&Value) -> String) -> Result<f64, Refused> {
    match value {
        Value::Int(i) => Ok(to_float(*i)),
        Value::Float(f) => Ok(*f),
        Value::Str(s) => ruby_float(&s.text)
            .ok_or_else(|| Refused::argument(format!("invalid value for Float(): {}", quote(&s.text)))),
        other => Err(Refused::argument(format!("can't convert {} into Float", class(other)))),
    }
}
