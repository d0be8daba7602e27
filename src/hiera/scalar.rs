//! Plain YAML scalars as Ruby's Psych reads them, which is YAML 1.1 with habits of its own:
//! `012` is octal, `1,000` an integer, `12:30` base 60, `1e3` text, `y` text and `yes` true.

use super::data::Value;

/// What a plain scalar is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar {
    Value(Value),
    /// An object of a Ruby class (`Date`, `Time`) that a safe load refuses.
    Class(&'static str),
}

/// Reads an untagged plain scalar.
pub(crate) fn plain(text: &str) -> Scalar {
    if text.is_empty() {
        return Scalar::Value(Value::Undef);
    }
    if looks_like_text(text) {
        return Scalar::Value(word(text));
    }
    if is_time(text) {
        return Scalar::Class("Time");
    }
    if is_date(text) {
        return Scalar::Class("Date");
    }
    Scalar::Value(special(text).or_else(|| number(text)).unwrap_or_else(|| Value::Str(text.into())))
}

/// A letter or sign of text, after at most one other character.
fn looks_like_text(text: &str) -> bool {
    let in_class =
        |c: char| c.is_alphabetic() || matches!(c, '_' | ' ' | '\t'..='\r') || "!@#$%^&*(){}<>|/\\~;=".contains(c);
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    let skips = !first.is_ascii_digit() && !matches!(first, '.' | ':' | '-');
    in_class(first) || (skips && chars.next().is_some_and(in_class)) || text.contains('\n')
}

fn word(text: &str) -> Value {
    if text.len() <= 5 {
        match text.to_ascii_lowercase().as_str() {
            "~" | "null" => return Value::Undef,
            "yes" | "true" | "on" => return Value::Bool(true),
            "no" | "false" | "off" => return Value::Bool(false),
            _ => {}
        }
    }
    Value::Str(text.into())
}

fn special(text: &str) -> Option<Value> {
    match text.to_ascii_lowercase().as_str() {
        ".inf" | "+.inf" => return Some(Value::Float(f64::INFINITY)),
        "-.inf" => return Some(Value::Float(f64::NEG_INFINITY)),
        ".nan" => return Some(Value::Float(f64::NAN)),
        _ => {}
    }
    let name = text.strip_prefix(':').filter(|name| !name.is_empty())?;
    let bare = name.strip_prefix(['"', '\'']).and_then(|n| n.strip_suffix(['"', '\'']));
    Some(Value::Symbol(bare.unwrap_or(name).into()))
}

/// Any of Psych's number notations.
pub(crate) fn number(text: &str) -> Option<Value> {
    sexagesimal(text).or_else(|| float(text)).or_else(|| integer(text))
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// `h:m` and `h:m:s`. Both count the first part as hours: Psych's arithmetic, kept as it is.
fn sexagesimal(text: &str) -> Option<Value> {
    let (negative, rest) = sign(text);
    let (main, fraction) = match rest.split_once('.') {
        Some((main, fraction)) => (main, Some(fraction)),
        None => (rest, None),
    };
    let parts: Vec<&str> = main.split(':').collect();
    let is_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let head_ok = parts.first().is_some_and(|h| h.starts_with(|c: char| c.is_ascii_digit()) && is_digits(h));
    if !(2..=3).contains(&parts.len()) || !head_ok || !parts.iter().skip(1).all(|p| is_sixtieth(p)) {
        return None;
    }
    if fraction.is_some_and(|f| !is_digits(f)) {
        return None;
    }
    let mut total = 0i64;
    for (part, weight) in parts.iter().zip([3600i64, 60, 1]) {
        let digits: String = part.chars().filter(|c| *c != '_').collect();
        total = total.checked_add(digits.parse::<i64>().ok()?.checked_mul(weight)?)?;
    }
    if negative {
        // Only the first part carries the sign.
        let first: i64 = parts.first()?.replace('_', "").parse().ok()?;
        total -= 2 * first * 3600;
    }
    match fraction {
        None => Some(Value::Int(total)),
        Some(digits) => {
            let weight = if parts.len() == 2 { 60.0 } else { 1.0 };
            let part: f64 = format!("0.{}0", digits.replace('_', "")).parse().ok()?;
            #[allow(clippy::cast_precision_loss)]
            Some(Value::Float(total as f64 + part * weight))
        }
    }
}

fn is_sixtieth(part: &str) -> bool {
    match part.as_bytes() {
        [d] => d.is_ascii_digit(),
        [t, d] => (b'0'..=b'5').contains(t) && d.is_ascii_digit(),
        _ => false,
    }
}

/// Needs a dot; the exponent needs a sign.
fn float(text: &str) -> Option<Value> {
    let (_, rest) = sign(text);
    let (whole, tail) = rest.split_once('.')?;
    let whole_ok = whole.is_empty()
        || (whole.starts_with(|c: char| c.is_ascii_digit())
            && whole.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'_' | b',')));
    let (digits, exponent) = match tail.find(['e', 'E']) {
        Some(at) => (tail.get(..at)?, tail.get(at + 1..)),
        None => (tail, None),
    };
    let exponent_ok = exponent.is_none_or(|e| {
        e.strip_prefix(['+', '-']).is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
    });
    if !whole_ok || !exponent_ok || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    if whole.is_empty() && digits.is_empty() {
        return None;
    }
    let clean: String = text.chars().filter(|c| !matches!(c, '_' | ',')).collect();
    clean.parse().ok().map(Value::Float)
}

fn integer(text: &str) -> Option<Value> {
    let (negative, rest) = sign(text);
    let (radix, digits) = match rest.as_bytes() {
        [b'0', b'b', tail @ ..] if is_body(tail, |b| matches!(b, b'0' | b'1')) => (2, rest.get(2..)?),
        [b'0', b'x', tail @ ..] if is_body(tail, |b| b.is_ascii_hexdigit()) => (16, rest.get(2..)?),
        [b'0', tail @ ..] if is_body(tail, |b| (b'0'..=b'7').contains(&b)) => (8, rest.get(1..)?),
        [b'0'] => (10, rest),
        [b'1'..=b'9', ..] if is_decimal(rest) => (10, rest),
        _ => return None,
    };
    let clean: String = digits.chars().filter(|c| !matches!(c, '_' | ',')).collect();
    let signed = format!("{}{clean}", if negative { "-" } else { "" });
    Some(match i64::from_str_radix(&signed, radix) {
        Ok(number) => Value::Int(number),
        Err(_) if clean.is_empty() => Value::Str(text.into()),
        Err(_) => Value::Unknown("an integer beyond 64 bits".into()),
    })
}

fn is_body(tail: &[u8], digit: impl Fn(u8) -> bool) -> bool {
    !tail.is_empty() && tail.iter().all(|b| digit(*b) || matches!(b, b'_' | b','))
}

/// Separators stand between digits only.
fn is_decimal(text: &str) -> bool {
    let mut after_separator = false;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => after_separator = false,
            b'_' | b',' if !after_separator => after_separator = true,
            _ => return false,
        }
    }
    !after_separator
}

/// Takes 1 or 2 digits and hands back what follows.
fn digits(text: &str, least: usize, most: usize) -> Option<(&str, &str)> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    (count >= least).then(|| text.split_at(count))
}

fn is_date(text: &str) -> bool {
    let parse = || {
        let (_, rest) = digits(text, 4, 4)?;
        let (month, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
        let (day, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
        let (month, day): (u8, u8) = (month.parse().ok()?, day.parse().ok()?);
        Some(rest.is_empty() && month <= 12 && day <= 31)
    };
    parse().unwrap_or(false)
}

fn is_time(text: &str) -> bool {
    let parse = || {
        let (_, rest) = digits(text.strip_prefix('-').unwrap_or(text), 4, 4)?;
        let (_, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
        let (_, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
        let rest = match rest.strip_prefix(['T', 't']) {
            Some(rest) => rest,
            None => Some(rest.trim_start()).filter(|trimmed| trimmed.len() < rest.len())?,
        };
        let (_, rest) = digits(rest, 1, 2)?;
        let (_, rest) = digits(rest.strip_prefix(':')?, 2, 2)?;
        let (_, rest) = digits(rest.strip_prefix(':')?, 2, 2)?;
        let rest = match rest.strip_prefix('.') {
            Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
            None => rest,
        };
        Some(is_zone(rest.trim_start()))
    };
    parse().unwrap_or(false)
}

fn is_zone(text: &str) -> bool {
    if text.is_empty() || text == "Z" {
        return true;
    }
    let parse = || {
        let (_, rest) = digits(text.strip_prefix(['+', '-'])?, 1, 2)?;
        let rest = rest.strip_prefix(':').unwrap_or(rest);
        Some(rest.is_empty() || digits(rest, 2, 2)?.1.is_empty())
    };
    parse().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn shown(text: &str) -> String {
        match plain(text) {
            Scalar::Class(name) => format!("!{name}"),
            Scalar::Value(value) => match value {
                Value::Undef => "nil".into(),
                Value::Bool(b) => b.to_string(),
                Value::Int(i) => i.to_string(),
                Value::Float(f) => format!("{f:?}"),
                Value::Str(s) => format!("{:?}", s.as_str()),
                Value::Symbol(s) => format!(":{s}"),
                other => format!("{other:?}"),
            },
        }
    }

    /// Each answer is Psych 4.0's.
    #[test]
    fn reads_scalars_as_psych_does() {
        let table = include_str!("../../fixtures/language/psych-scalars.tsv");
        let wrong: Vec<String> = table
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .filter(|(text, answer)| shown(text) != *answer)
            .map(|(text, answer)| format!("{text}: {answer}, not {}", shown(text)))
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(table.lines().count() > 150);
    }
}
