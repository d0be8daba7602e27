//! Equality where no evaluator is at hand: values per host are taken by their sample.

use crate::eval::number;
use crate::value::Value;

/// `==`: strings without regard to case, numbers by value.
pub(crate) fn equals(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => a == b || a.text.to_lowercase() == b.text.to_lowercase(),
        (Value::Int(a), Value::Float(b)) | (Value::Float(b), Value::Int(a)) => number::to_float(*a) == *b,
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
