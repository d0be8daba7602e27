//! Equality, order and membership as the language means them, over known values.

use super::label;
use crate::eval::error::EvalError;
use crate::eval::lift::Res;
use crate::eval::number;
use crate::value::types::{NoContext, Type};
use crate::value::{Tri, Value, regex, time, version};
use std::cmp::Ordering;

/// `==`: strings without regard to case, `1 == 1.0`, recursive; keys of hashes exactly.
pub(crate) fn equals(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Sym(s), other) | (other, Value::Sym(s)) if s.sample.is_some() => {
            s.sample.as_ref().is_some_and(|sample| equals(sample, other.sample()))
        }
        (Value::Array(x), Value::Array(y)) => {
            x.items.len() == y.items.len() && x.items.iter().zip(&y.items).all(|(x, y)| equals(x, y))
        }
        (Value::Hash(x), Value::Hash(y)) => {
            let other = |k: &Value| y.entries.get(k).cloned().unwrap_or_default();
            x.entries.len() == y.entries.len() && x.entries.iter().all(|(k, v)| equals(v, &other(k)))
        }
        (Value::Str(x), Value::Str(y)) => x.text.eq_ignore_ascii_case(&y.text),
        (Value::Int(i), Value::Float(f)) | (Value::Float(f), Value::Int(i)) => number::to_float(*i) == *f,
        (Value::Float(x), Value::Float(y)) => x == y,
        (Value::Type(x), Value::Type(y)) => same_type(x, y),
        (Value::Object(_), Value::Int(_) | Value::Float(_)) | (Value::Int(_) | Value::Float(_), Value::Object(_)) => {
            matches!(time_order(a, b), Some(Ordering::Equal))
        }
        _ => a == b,
    }
}

/// What can be said of `a == b` when one is a string put together from parts: certainly not, when the
/// literal ends differ.
pub(crate) fn surely_differ(a: &Value, b: &Value) -> bool {
    let ((Value::Sym(sym), other) | (other, Value::Sym(sym))) = (a, b) else { return false };
    match &sym.expr {
        crate::value::SymExpr::Concat(parts) if sym.sample.is_none() => differs_from_parts(parts, other.sample()),
        _ => false,
    }
}

fn differs_from_parts(parts: &[Value], other: &Value) -> bool {
    let text = match other {
        Value::Str(s) => s.text.to_lowercase(),
        Value::Sym(_) => return false,
        _ => return true,
    };
    let literal = |v: Option<&Value>| match v.map(Value::sample) {
        Some(Value::Str(s)) => s.text.to_lowercase(),
        _ => ecow::EcoString::new(),
    };
    let (first, last) = (literal(parts.first()), literal(parts.last()));
    !(text.starts_with(first.as_str()) && text.ends_with(last.as_str()))
}

/// Types are equal whatever the order of alternatives.
fn same_type(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Variant(x), Type::Variant(y)) => x.len() == y.len() && x.iter().all(|t| y.contains(t)),
        (Type::Pattern(x), Type::Pattern(y)) => x.len() == y.len() && x.iter().all(|t| y.contains(t)),
        (Type::Resource { type_name: t, title: x }, Type::Resource { type_name: u, title: y }) => {
            t.eq_ignore_ascii_case(u) && x == y
        }
        _ => a == b,
    }
}

fn time_order(a: &Value, b: &Value) -> Option<Ordering> {
    let seconds = |v: &Value| {
        #[allow(clippy::cast_precision_loss)]
        time::of_value(v).map(|(_, n)| n as f64 / 1e9).or_else(|| number::as_float(v))
    };
    if let (Some((x, n)), Some((y, m))) = (time::of_value(a), time::of_value(b)) {
        return (x == y).then(|| n.cmp(&m));
    }
    time::of_value(a).or(time::of_value(b))?;
    seconds(a)?.partial_cmp(&seconds(b)?)
}

/// `<`, `<=`, `>`, `>=`
pub(crate) fn ordered(op: &'static str, left: &Value, right: &Value) -> Res<bool> {
    if let Value::Type(t) = left {
        return Ok(type_order(op, t, right));
    }
    let ordering = compare(left, right).map_err(|why| impossible(op, left, right, why))?;
    Ok(match op {
        "<" => ordering.is_lt(),
        "<=" => ordering.is_le(),
        ">" => ordering.is_gt(),
        _ => ordering.is_ge(),
    })
}

/// A type is less than another when it is a narrower one.
fn type_order(op: &str, left: &Type, right: &Value) -> bool {
    let Value::Type(right) = right else { return false };
    let equal = same_type(left, right);
    match op {
        "<" => !equal && right.accepts(left),
        "<=" => right.accepts(left),
        ">" => !equal && left.accepts(right),
        _ => left.accepts(right),
    }
}

/// The order of two values of one kind; `None` where the language has none.
pub(crate) fn order_of(a: &Value, b: &Value) -> Option<Ordering> {
    compare(a, b).ok()
}

/// The order of two values of one kind.
fn compare(a: &Value, b: &Value) -> Result<Ordering, &'static str> {
    if let Some(order) = time_order(a, b) {
        return Ok(order);
    }
    match (a, b) {
        (Value::Str(x), Value::Str(y)) => Ok(x.text.to_ascii_lowercase().cmp(&y.text.to_ascii_lowercase())),
        (Value::Str(_), _) => Err("A String is not comparable to a non String"),
        (Value::Int(x), Value::Int(y)) => Ok(x.cmp(y)),
        (Value::Int(_) | Value::Float(_), _) => match (number::as_float(a), number::as_float(b)) {
            (Some(x), Some(y)) => x.partial_cmp(&y).ok_or("comparison of Float with Float failed"),
            _ => Err("A Numeric is not comparable to non Numeric"),
        },
        (Value::Default, Value::Default) => Ok(Ordering::Equal),
        (Value::Default, _) => Err("Symbol not comparable to non Symbol"),
        (Value::Object(x), Value::Object(y)) if x.type_name == "SemVer" && y.type_name == "SemVer" => {
            Ok(version::of_value(a).cmp(&version::of_value(b)))
        }
        (Value::Object(x), _) if x.type_name == "SemVer" => Err("Versions not comparable to non Versions"),
        (Value::Object(x), _) if x.type_name == "Timespan" => Err("Timespans are only comparable to Timespans, Integers, and Floats"),
        (Value::Object(x), _) if x.type_name == "Timestamp" => Err("Timestamps are only comparable to Timestamps, Integers, and Floats"),
        _ => Err("Only Strings, Numbers, Timespans, Timestamps, and Versions are comparable"),
    }
}

fn impossible(op: &str, left: &Value, right: &Value, why: &str) -> EvalError {
    let what = format!("Comparison of: {} {op} {}, is not possible.", label(left), label(right));
    EvalError::issue("COMPARISON_NOT_POSSIBLE", format!("{what} Caused by '{why}'."))
}

/// `wanted in container`
pub(crate) fn contains(wanted: &Value, container: &Value) -> bool {
    match (container, wanted) {
        (Value::Str(text), Value::Str(part)) => text.text.to_lowercase().contains(part.text.to_lowercase().as_str()),
        (Value::Array(a), _) => a.items.iter().any(|v| is_element(v, wanted)),
        (Value::Hash(h), _) => h.entries.keys().any(|v| is_element(v, wanted)),
        (Value::Object(o), _) if o.type_name == "SemVerRange" => version::in_range(&container.to_string(), wanted),
        _ => false,
    }
}

/// Whether an element is what is looked for: a string is matched against it as against an option.
fn is_element(element: &Value, wanted: &Value) -> bool {
    match (wanted, element) {
        (Value::Type(t), _) => t.matches(element, &mut NoContext) == Tri::Yes,
        (Value::Str(text), Value::Regex(pattern)) => regex::is_match(pattern, &text.text).unwrap_or(false),
        (Value::Str(_), Value::Type(t)) => t.matches(wanted, &mut NoContext) == Tri::Yes,
        (Value::Str(_), Value::Default) => true,
        _ => equals(element, wanted),
    }
}
