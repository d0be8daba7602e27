//! Equality, order and membership as the language means them.

use super::inspect::label;
use crate::eval::error::EvalError;
use crate::eval::lift::Res;
use crate::value::Value;
use std::cmp::Ordering;

/// `==`: strings without regard to case, numbers by value.
pub(crate) fn equals(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => a == b || a.text.to_lowercase() == b.text.to_lowercase(),
        (Value::Int(a), Value::Float(b)) | (Value::Float(b), Value::Int(a)) => exact(*a) == *b,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Array(a), Value::Array(b)) => {
            a.items.len() == b.items.len() && a.items.iter().zip(&b.items).all(|(a, b)| equals(a, b))
        }
        (Value::Hash(a), Value::Hash(b)) => {
            let same = |(k, v): (&Value, &Value)| b.entries.get(k).is_some_and(|w| equals(v, w));
            a.entries.len() == b.entries.len() && a.entries.iter().all(same)
        }
        (Value::Sym(a), b) if a.sample.is_some() => a.sample.as_ref().is_some_and(|a| equals(a, b)),
        (a, Value::Sym(b)) if b.sample.is_some() => b.sample.as_ref().is_some_and(|b| equals(a, b)),
        _ => a == b,
    }
}

#[allow(clippy::cast_precision_loss)]
fn exact(i: i64) -> f64 {
    i as f64
}

/// The order of two values, where the language has one.
fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Int(a), Value::Float(b)) => exact(*a).partial_cmp(b),
        (Value::Float(a), Value::Int(b)) => a.partial_cmp(&exact(*b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Str(a), Value::Str(b)) => Some(a.text.to_lowercase().cmp(&b.text.to_lowercase())),
        _ => None,
    }
}

/// `<`, `<=`, `>`, `>=`
pub(crate) fn ordered(op: &'static str, a: &Value, b: &Value) -> Res<bool> {
    let Some(order) = order(a, b) else {
        let what = format!("Comparison of: {} {op} {}, is not possible.", label(a), label(b));
        let why = "Caused by 'Only Strings, Numbers, Timespans, Timestamps, and Versions are comparable'.";
        return Err(EvalError::issue("COMPARISON_NOT_POSSIBLE", format!("{what} {why}")));
    };
    Ok(match op {
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    })
}

/// `a in b` for text in text and for plain members; types and regexes are the caller's.
pub(crate) fn contains(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => b.text.to_lowercase().contains(a.text.to_lowercase().as_str()),
        (a, Value::Array(b)) => b.items.iter().any(|b| equals(a, b)),
        (a, Value::Hash(b)) => b.entries.keys().any(|b| equals(a, b)),
        _ => false,
    }
}
