//! Numbers.

use super::{Answer, float, inspect, integer};
use crate::ruby::interp::{Callable, Ground, Interp};
use crate::ruby::values;
use crate::value::Value;

#[allow(clippy::cast_precision_loss)]
fn as_float(value: &Value) -> Option<f64> {
    match value {
        Value::Int(i) => Some(*i as f64),
        Value::Float(f) => Some(*f),
        _ => None,
    }
}

/// A float's integer part, if it is in range.
#[allow(clippy::cast_possible_truncation)]
pub(crate) fn truncated(f: f64) -> Option<Value> {
    (f.is_finite() && f.abs() < 9.0e18).then(|| Value::Int(f as i64))
}

pub(crate) fn call(
    it: &mut Interp<'_>,
    receiver: &Value,
    name: &str,
    args: &[Value],
    block: Option<&Callable>,
) -> Answer {
    match (receiver, args) {
        (Value::Int(a), [Value::Int(b)]) => {
            let found = integer::pair(it, *a, name, *b)?.or_else(|| whole_quotient(receiver, name, args));
            if found.is_some() {
                return Ok(found);
            }
        }
        (_, [other]) => {
            if let (Some(a), Some(b)) = (as_float(receiver), as_float(other)) {
                if let Some(value) = float::pair(a, name, b) {
                    return Ok(Some(value));
                }
            } else if matches!(name, "+" | "-" | "*" | "/" | "%" | "**") {
                return it.raise_on(
                    Ground::of(other),
                    format!("{} can't be coerced into {}", super::class_name(other), super::class_name(receiver)),
                );
            }
        }
        _ => {}
    }
    if let (Value::Int(n), Some(block)) = (receiver, block) {
        return loops(it, *n, name, args, block);
    }
    Ok(single(receiver, name, args))
}

/// `7.fdiv(2)` is a float.
fn whole_quotient(a: &Value, name: &str, args: &[Value]) -> Option<Value> {
    let [b] = args else { return None };
    (name == "fdiv").then(|| Some(Value::Float(as_float(a)? / as_float(b)?)))?
}

fn loops(it: &mut Interp<'_>, n: i64, name: &str, args: &[Value], block: &Callable) -> Answer {
    let range: Vec<i64> = match (name, args) {
        ("times", []) => (0..n.min(1_000_000)).collect(),
        ("upto", [Value::Int(to)]) => (n..=*to).take(1_000_000).collect(),
        ("downto", [Value::Int(to)]) => (*to..=n).rev().take(1_000_000).collect(),
        ("step", [Value::Int(to), Value::Int(by)]) if *by > 0 => {
            (n..=*to).step_by(usize::try_from(*by).unwrap_or(1)).take(1_000_000).collect()
        }
        _ => return Ok(None),
    };
    for i in range {
        it.yield_to(block, vec![Value::Int(i)])?;
    }
    Ok(Some(Value::Int(n)))
}

/// What integers and floats have in common.
fn single(receiver: &Value, name: &str, args: &[Value]) -> Option<Value> {
    let own = match receiver {
        Value::Int(n) => integer::one(*n, name, args),
        Value::Float(f) => float::one(*f, name, args),
        _ => None,
    };
    if own.is_some() {
        return own;
    }
    let float = as_float(receiver)?;
    match (name, args) {
        ("to_f", []) => Some(Value::Float(float)),
        ("+@", []) => Some(receiver.clone()),
        ("zero?", []) => Some(Value::Bool(float == 0.0)),
        ("nonzero?", []) => Some(if float == 0.0 { Value::Undef } else { receiver.clone() }),
        ("positive?", []) => Some(Value::Bool(float > 0.0)),
        ("negative?", []) => Some(Value::Bool(float < 0.0)),
        ("finite?", []) => Some(Value::Bool(true)),
        ("infinite?", []) => Some(Value::Undef),
        ("integer?", []) => Some(Value::Bool(matches!(receiver, Value::Int(_)))),
        ("to_s", []) => Some(inspect::to_s(receiver)),
        ("clamp", [low, high]) => {
            let (low_f, high_f) = (as_float(low)?, as_float(high)?);
            let within = if float > high_f { high } else { receiver };
            Some(if float < low_f { low } else { within }.clone())
        }
        _ => None,
    }
}

/// `'12abc'.to_i` is 12.
pub(crate) fn lenient_int(text: &str) -> Value {
    lenient_int_base(text, 10)
}

pub(crate) fn lenient_int_base(text: &str, base: i64) -> Value {
    let Some(base) = u32::try_from(base).ok().filter(|b| (2..=36).contains(b)) else {
        return values::beyond("to_i with that base");
    };
    let text = text.trim_start();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let marks: &[&str] = match base {
        16 => &["0x", "0X"],
        8 => &["0o", "0O"],
        2 => &["0b", "0B"],
        _ => &[],
    };
    let digits = marks.iter().find_map(|mark| digits.strip_prefix(mark)).unwrap_or(digits);
    let mut n: i64 = 0;
    for c in digits.chars() {
        match c.to_digit(base) {
            Some(d) => match n.checked_mul(i64::from(base)).and_then(|n| n.checked_add(i64::from(d))) {
                Some(next) => n = next,
                None => return large(digits, base),
            },
            None if c == '_' => {}
            None => break,
        }
    }
    Value::Int(if negative { -n } else { n })
}

/// `'1.5x'.to_f` is 1.5, and underscores between digits are passed over.
pub(crate) fn lenient_float(text: &str) -> f64 {
    let text = text.trim_start();
    let ends = text.find("__").unwrap_or(text.len());
    let joined = text.get(..ends).unwrap_or_default().replace('_', "");
    let text = if text.starts_with('_') || text.ends_with('_') { text } else { joined.as_str() };
    let ends = text.char_indices().map(|(i, c)| i + c.len_utf8()).take(64);
    let parses =
        |end: usize| text.get(..end).filter(|t| !t.ends_with('.') && t.ends_with(|c: char| c.is_ascii_digit()));
    ends.filter_map(parses).filter_map(|t| t.parse().ok()).last().unwrap_or(0.0)
}

/// `Math.sqrt` and kin.
pub(crate) fn math(name: &str, number: &Value) -> Value {
    let Some(f) = as_float(number) else { return values::derived(name, &[number], None) };
    Value::Float(match name {
        "sqrt" => f.sqrt(),
        "log2" => f.log2(),
        "log10" => f.log10(),
        _ => f.ln(),
    })
}

/// An integer beyond 64 bits keeps its digits: a remainder can be told.
fn large(digits: &str, base: u32) -> Value {
    let own: String = digits.chars().take_while(|c| c.is_digit(base)).collect();
    values::object(values::BIG, &[Value::str(own), Value::Int(i64::from(base))])
}

/// Methods of an integer beyond 64 bits.
pub(crate) fn large_call(attrs: &crate::value::Entries, name: &str, args: &[Value]) -> Option<Value> {
    let mut parts = attrs.values();
    let (digits, base) = (parts.next()?.as_str()?, parts.next()?);
    let Value::Int(base) = base else { return None };
    let ("%" | "modulo", [Value::Int(by)]) = (name, args) else { return None };
    let (by, radix) = (i128::from(*by), u32::try_from(*base).ok()?);
    if by <= 0 {
        return None;
    }
    let step = |rest: i128, c: char| Some((rest * i128::from(*base) + i128::from(c.to_digit(radix)?)) % by);
    let rest = digits.chars().try_fold(0i128, step)?;
    i64::try_from(rest).ok().map(Value::Int)
}
