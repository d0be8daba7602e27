//! Equality and order as Ruby has them.

use crate::ruby::values;
use crate::value::Value;
use std::cmp::Ordering;

/// `==`
pub(crate) fn equal(a: &Value, b: &Value) -> bool {
    #[allow(clippy::cast_precision_loss, clippy::float_cmp)]
    match (a, b) {
        (Value::Int(i), Value::Float(f)) | (Value::Float(f), Value::Int(i)) => *i as f64 == *f,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Array(a), Value::Array(b)) => {
            a.items.len() == b.items.len() && a.items.iter().zip(&b.items).all(|(a, b)| equal(a, b))
        }
        (Value::Hash(a), Value::Hash(b)) => {
            a.entries.len() == b.entries.len()
                && a.entries.iter().all(|(k, v)| b.entries.get(k).is_some_and(|w| equal(v, w)))
        }
        _ => a == b,
    }
}

/// `<=>`; `None` when the two can't be compared.
pub(crate) fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    #[allow(clippy::cast_precision_loss)]
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Int(a), Value::Float(b)) => (*a as f64).partial_cmp(b),
        (Value::Float(a), Value::Int(b)) => a.partial_cmp(&(*b as f64)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Str(a), Value::Str(b)) => Some(a.text.as_bytes().cmp(b.text.as_bytes())),
        (Value::Array(a), Value::Array(b)) => {
            for (a, b) in a.items.iter().zip(&b.items) {
                match compare(a, b)? {
                    Ordering::Equal => {}
                    other => return Some(other),
                }
            }
            Some(a.items.len().cmp(&b.items.len()))
        }
        (Value::Object(_), Value::Object(_)) => match (values::as_symbol(a), values::as_symbol(b)) {
            (Some(a), Some(b)) => Some(a.cmp(b)),
            _ => Some(versions(values::text_of(a, values::VERSION)?, values::text_of(b, values::VERSION)?)),
        },
        (a, b) if equal(a, b) => Some(Ordering::Equal),
        _ => None,
    }
}

/// Version order: numbers as numbers, and a letter sorts before a number.
fn versions(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (segments(a), segments(b));
    while left.len() < right.len() {
        left.push(Ok(0));
    }
    while right.len() < left.len() {
        right.push(Ok(0));
    }
    left.iter()
        .zip(&right)
        .map(|pair| match pair {
            (Ok(a), Ok(b)) => a.cmp(b),
            (Err(a), Err(b)) => a.cmp(b),
            (Err(_), Ok(_)) => Ordering::Less,
            (Ok(_), Err(_)) => Ordering::Greater,
        })
        .find(|o| *o != Ordering::Equal)
        .unwrap_or(Ordering::Equal)
}

fn segments(version: &str) -> Vec<Result<u64, String>> {
    let mut out: Vec<String> = Vec::new();
    let mut last = None;
    for c in version.chars() {
        let sort = if c.is_ascii_digit() { 1 } else { u8::from(c.is_alphabetic()) * 2 };
        if sort != 0 {
            match out.last_mut().filter(|_| last == Some(sort)) {
                Some(segment) => segment.push(c),
                None => out.push(c.to_string()),
            }
        }
        last = Some(sort);
    }
    out.into_iter().map(|s| s.parse().map_err(|_| s)).collect()
}
