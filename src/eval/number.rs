//! Strings that read as numbers.

use crate::value::Value;
pub(crate) use crate::value::convert::{to_float, to_int};

/// A string as the number Puppet's arithmetic takes it for: decimal, octal, hex, float.
#[must_use]
pub(crate) fn parse(text: &str) -> Option<Value> {
    let blank = [' ', '\t'];
    let text = text.trim_matches(blank);
    let (negative, text) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest.trim_start_matches(blank)),
        None => (false, text),
    };
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return integer(hex, 16, negative);
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, rest) = text.split_at_checked(digits)?;
    if whole.is_empty() {
        return None;
    }
    if rest.is_empty() {
        let radix = if whole.len() > 1 && whole.starts_with('0') { 8 } else { 10 };
        return integer(whole, radix, negative);
    }
    float(text, rest, negative)
}

fn integer(digits: &str, radix: u32, negative: bool) -> Option<Value> {
    let fine = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_alphanumeric());
    let value = i128::from_str_radix(digits, radix).ok().filter(|_| fine)?;
    i64::try_from(if negative { -value } else { value }).ok().map(Value::Int)
}

/// `rest` is what follows the digits: a fraction, an exponent or both.
fn float(text: &str, rest: &str, negative: bool) -> Option<Value> {
    let (fraction, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (rest.get(..at)?, rest.get(at + 1..)),
        None => (rest, None),
    };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let fraction_fine = fraction.is_empty() || fraction.strip_prefix('.').is_some_and(digits);
    let exponent_fine = exponent.is_none_or(|e| digits(e.strip_prefix('-').unwrap_or(e)));
    let zero_with_exponent = exponent.is_some() && text.trim_start_matches(['0', '.']).starts_with(['e', 'E']);
    if !fraction_fine || !exponent_fine || zero_with_exponent {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    value.is_finite().then_some(Value::Float(if negative { -value } else { value }))
}

/// The number a value is, ints as floats.
#[must_use]
pub(crate) fn as_float(value: &Value) -> Option<f64> {
    match value {
        Value::Int(i) => Some(to_float(*i)),
        Value::Float(f) => Some(*f),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_puppet_reads() {
        let table = [
            ("5", Some(Value::Int(5))),
            ("0x1F", Some(Value::Int(31))),
            ("010", Some(Value::Int(8))),
            ("- 3", Some(Value::Int(-3))),
            ("1.5", Some(Value::Float(1.5))),
            ("1e3", Some(Value::Float(1000.0))),
            ("08", None),
            ("0e5", None),
            (".5", None),
            ("1.", None),
            ("abc", None),
            ("", None),
            ("1_000", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text), expected, "{text:?}");
        }
    }
}
