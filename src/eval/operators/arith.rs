//! Arithmetic, and `+ - <<` on collections.

use super::{Outcome, label, symbol};
use crate::eval::error::EvalError;
use crate::eval::functions::encode::{binary, binary_bytes};
use crate::eval::interp::Interp;
use crate::eval::number;
use crate::puppet::ast::BinaryOp;
use crate::value::{Array, Entries, Hash, Object, Value, time};
use std::sync::Arc;

/// Computes `left op right` of known operands.
pub(super) fn calculate(cx: &mut dyn Interp, op: BinaryOp, left: &Value, right: &Value) -> Outcome {
    match (left, op) {
        (Value::Array(a), BinaryOp::Add) => Ok(list(a, a.items.iter().chain(&elements(right)).cloned().collect())),
        (Value::Array(a), BinaryOp::Sub) => {
            let gone = elements(right);
            Ok(list(a, a.items.iter().filter(|v| !gone.iter().any(|g| same(g, v))).cloned().collect()))
        }
        (Value::Array(a), BinaryOp::Shl) => {
            let mut items = a.items.clone();
            items.push(right.clone());
            Ok(list(a, items))
        }
        (Value::Hash(h), BinaryOp::Add) => merge(h, right),
        (Value::Hash(h), BinaryOp::Sub) => Ok(without(h, right)),
        (Value::Hash(_), BinaryOp::Shl) => Err(not_applicable(op, left)),
        (Value::Object(bytes), BinaryOp::Add) if bytes.type_name == "Binary" => joined(bytes, right),
        _ => numeric(cx, op, left, right),
    }
}

fn joined(bytes: &Object, right: &Value) -> Outcome {
    match right {
        Value::Object(more) if more.type_name == "Binary" => {
            Ok(binary(&[binary_bytes(bytes), binary_bytes(more)].concat()))
        }
        _ => {
            let why = "Can only append Binary to a Binary";
            Err(EvalError::issue("RUNTIME_ERROR", format!("Error while evaluating a '+' expression, {why}")))
        }
    }
}

/// Keeps the origin of the list that was added to.
fn list(from: &Array, items: Vec<Value>) -> Value {
    Value::Array(Arc::new(Array { items, origin: from.origin.clone() }))
}

/// As Ruby compares for deletion: case matters, `1` equals `1.0`.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(i), Value::Float(f)) | (Value::Float(f), Value::Int(i)) => {
            number::to_float(*i).to_bits() == f.to_bits()
        }
        _ => a == b,
    }
}

fn elements(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(a) => a.items.clone(),
        Value::Hash(h) => h.entries.iter().map(|(k, v)| Value::array(vec![k.clone(), v.clone()])).collect(),
        other => vec![other.clone()],
    }
}

fn merge(left: &Hash, right: &Value) -> Outcome {
    let added = match right {
        Value::Hash(h) => h.entries.clone(),
        Value::Array(a) => hash_of(&a.items)?,
        _ => {
            return Err(EvalError::issue(
                "RUNTIME_ERROR",
                "Error while evaluating a '+' expression, Can only append Array or Hash to a Hash",
            ));
        }
    };
    let mut entries = left.entries.clone();
    for (key, value) in added {
        entries.insert(key, value);
    }
    Ok(Value::Hash(Arc::new(Hash { entries, origin: left.origin.clone() })))
}

/// Pairs, or a flat list of keys and values, as entries.
pub(crate) fn hash_of(items: &[Value]) -> Result<Entries, EvalError> {
    let pairs: Option<Entries> = items
        .iter()
        .map(|item| match item.as_array()? {
            [key, value] => Some((key.clone(), value.clone())),
            [key] => Some((key.clone(), Value::Undef)),
            _ => None,
        })
        .collect();
    match pairs {
        Some(entries) => Ok(entries),
        None if items.len() % 2 == 1 => Err(EvalError::issue(
            "RUNTIME_ERROR",
            "Error while evaluating a '+' expression, odd number of arguments for Hash",
        )),
        None => Ok(items.chunks_exact(2).filter_map(|c| Some((c.first()?.clone(), c.get(1)?.clone()))).collect()),
    }
}

fn without(left: &Hash, right: &Value) -> Value {
    let keys: Vec<Value> = match right {
        Value::Array(a) => a.items.clone(),
        Value::Hash(h) => h.entries.keys().cloned().collect(),
        other => vec![other.clone()],
    };
    let kept = left.entries.iter().filter(|(k, _)| !keys.contains(k));
    let entries = kept.map(|(k, v)| (k.clone(), v.clone())).collect();
    Value::Hash(Arc::new(Hash { entries, origin: left.origin.clone() }))
}

fn not_applicable(op: BinaryOp, left: &Value) -> EvalError {
    EvalError::issue(
        "OPERATOR_NOT_APPLICABLE",
        format!("Operator '{}' is not applicable to {}.", symbol(op), label(left)),
    )
}

fn not_applicable_when(op: BinaryOp, left: &Value, right: &Value) -> EvalError {
    EvalError::issue(
        "OPERATOR_NOT_APPLICABLE_WHEN",
        format!("Operator '{}' is not applicable to {} when right side is {}.", symbol(op), label(left), label(right)),
    )
}

/// A number, or a string that reads as one.
pub(crate) fn coerce(cx: &mut dyn Interp, value: &Value) -> Outcome {
    match value {
        Value::Int(_) | Value::Float(_) => return Ok(value.clone()),
        // A version is a number to Ruby, if one that can't be reckoned with.
        Value::Object(object) if object.type_name == "SemVer" => return Ok(value.clone()),
        _ if time::of_value(value).is_some() => return Ok(value.clone()),
        _ => {}
    }
    let parsed = value.as_str().and_then(number::parse);
    match parsed {
        Some(n) if cx.strict() => Err(EvalError::issue(
            "NUMERIC_COERCION",
            format!("The string '{value}' was automatically coerced to the numerical value {n}"),
        )),
        Some(n) => Ok(n),
        None => Err(EvalError::issue(
            "NOT_NUMERIC",
            format!("The value '{}' cannot be converted to Numeric.", ruby_text(value)),
        )),
    }
}

/// Collections show here as Ruby prints them.
fn ruby_text(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Hash(_) => crate::eval::functions::ruby::inspect(value),
        other => other.to_string(),
    }
}

/// Unary minus.
pub(super) fn negate(cx: &mut dyn Interp, value: &Value) -> Outcome {
    match coerce(cx, value)? {
        Value::Int(i) => i.checked_neg().map(Value::Int).ok_or_else(|| overflow(-i128::from(i))),
        Value::Float(f) => Ok(Value::Float(-f)),
        other => match time::of_value(&other) {
            Some((kind, n)) => Ok(time::object(kind, -n)),
            None => Ok(other),
        },
    }
}

fn overflow(value: i128) -> EvalError {
    EvalError::issue(
        "NUMERIC_OVERFLOW",
        format!("The result of the arithmetic operation, {value}, is outside of the range of a 64-bit integer"),
    )
}

fn numeric(cx: &mut dyn Interp, op: BinaryOp, left: &Value, right: &Value) -> Outcome {
    let (l, r) = (coerce(cx, left)?, coerce(cx, right)?);
    match (&l, &r) {
        (Value::Int(a), Value::Int(b)) => integers(op, *a, *b),
        (Value::Object(_), _) | (_, Value::Object(_)) => times(op, &l, &r),
        _ => floats(op, &l, &r),
    }
}

fn integers(op: BinaryOp, a: i64, b: i64) -> Outcome {
    let (x, y) = (i128::from(a), i128::from(b));
    if matches!(op, BinaryOp::Div | BinaryOp::Mod) && b == 0 {
        return Err(EvalError::issue("DIV_BY_ZERO", "Division by 0"));
    }
    let result = match op {
        BinaryOp::Add => x + y,
        BinaryOp::Sub => x - y,
        BinaryOp::Mul => x * y,
        BinaryOp::Div => floor_div(x, y),
        BinaryOp::Mod => x - y * floor_div(x, y),
        BinaryOp::Shl => shift(x, y),
        BinaryOp::Shr => shift(x, -y),
        _ => return Err(not_applicable(op, &Value::Int(a))),
    };
    i64::try_from(result).map(Value::Int).map_err(|_| overflow(result))
}

fn floor_div(x: i128, y: i128) -> i128 {
    let q = x / y;
    if x % y != 0 && (x < 0) != (y < 0) { q - 1 } else { q }
}

/// Left for a positive count, right for a negative one.
fn shift(x: i128, by: i128) -> i128 {
    match u32::try_from(by.unsigned_abs()) {
        Ok(n) if by >= 0 && n < 64 => x << n,
        _ if by >= 0 => {
            if x == 0 {
                0
            } else {
                i128::MAX
            }
        }
        Ok(n) if n < 64 => x >> n,
        _ => {
            if x < 0 {
                -1
            } else {
                0
            }
        }
    }
}

fn floats(op: BinaryOp, left: &Value, right: &Value) -> Outcome {
    let (Some(a), Some(b)) = (number::as_float(left), number::as_float(right)) else {
        return Err(not_applicable(op, left));
    };
    let result = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
        BinaryOp::Mod if matches!(left, Value::Int(_)) => return Err(not_applicable_when(op, left, right)),
        BinaryOp::Shl | BinaryOp::Shr if matches!(left, Value::Int(_)) => {
            let by = number::to_int(b).unwrap_or(0);
            return number::to_int(a).map_or_else(|| Err(not_applicable(op, left)), |a| integers(op, a, by));
        }
        _ => return Err(not_applicable(op, left)),
    };
    if result.is_infinite() {
        return Err(EvalError::issue(
            "RESULT_IS_INFINITY",
            format!("The result of the {} expression is Infinity", symbol(op)),
        ));
    }
    Ok(Value::Float(result))
}

/// Arithmetic with points in time and spans.
fn times(op: BinaryOp, left: &Value, right: &Value) -> Outcome {
    let wrong = || not_applicable_when(op, left, right);
    if let Some(error) = beyond_times(op, left, right) {
        return Err(error);
    }
    let nanos = |v: &Value| time::of_value(v).map(|(_, n)| n).or_else(|| scaled(v, time::SECOND));
    let (Some(a), Some(b)) = (nanos(left), nanos(right)) else { return Err(wrong()) };
    let (lk, rk) = (time::of_value(left).map(|t| t.0), time::of_value(right).map(|t| t.0));
    let span = |n| Ok(time::object("Timespan", n));
    match (op, lk, rk) {
        (BinaryOp::Add, Some("Timestamp"), Some("Timestamp")) => Err(wrong()),
        (BinaryOp::Add, Some("Timestamp"), _) | (BinaryOp::Add, _, Some("Timestamp")) => {
            Ok(time::object("Timestamp", a + b))
        }
        (BinaryOp::Add, ..) => span(a + b),
        (BinaryOp::Sub, Some("Timestamp"), Some("Timestamp")) => span(a - b),
        (BinaryOp::Sub, Some("Timestamp"), _) => Ok(time::object("Timestamp", a - b)),
        (BinaryOp::Sub, _, Some("Timestamp")) => Err(wrong()),
        (BinaryOp::Sub, ..) => span(a - b),
        (BinaryOp::Mul, Some("Timespan"), None) => scaled(right, a).map_or_else(|| Err(wrong()), span),
        (BinaryOp::Mul, None, Some("Timespan")) => scaled(left, b).map_or_else(|| Err(wrong()), span),
        (BinaryOp::Div, Some("Timespan"), Some("Timespan")) if b != 0 => Ok(Value::Float(ratio(a, b))),
        (BinaryOp::Div, Some("Timespan"), None) => divided(right, a).ok_or_else(wrong).and_then(span),
        (BinaryOp::Mod, Some("Timespan"), None) => seconds_left(a, right).unwrap_or_else(|| Err(wrong())),
        _ => Err(wrong()),
    }
}

/// What a point in time, a span or a version has no operator for.
fn beyond_times(op: BinaryOp, left: &Value, right: &Value) -> Option<EvalError> {
    let is_version = |v: &Value| matches!(v, Value::Object(object) if object.type_name == "SemVer");
    let lacks = match time::of_value(left) {
        Some(("Timestamp", _)) => !matches!(op, BinaryOp::Add | BinaryOp::Sub),
        Some(_) => matches!(op, BinaryOp::Shl | BinaryOp::Shr),
        None => is_version(left),
    };
    let is_float = matches!(right, Value::Float(_));
    if lacks && !(op == BinaryOp::Mod && is_float) {
        return Some(not_applicable(op, left));
    }
    (is_version(right) && time::of_value(left).is_none()).then(|| {
        let message = format!(
            "Error while evaluating a '{}' expression, can't convert SemanticPuppet::Version into Float",
            symbol(op)
        );
        EvalError::issue("RUNTIME_ERROR", message)
    })
}

/// The seconds of a span that are left when they are divided.
fn seconds_left(nanos: i128, divisor: &Value) -> Option<Outcome> {
    let Value::Int(divisor) = divisor else { return None };
    let seconds = nanos.div_euclid(time::SECOND);
    Some(match divisor {
        0 => Err(EvalError::issue("DIV_BY_ZERO", "Division by 0")),
        _ => {
            let by = i128::from(*divisor);
            Ok(Value::Int(i64::try_from(seconds - by * floor_div(seconds, by)).unwrap_or_default()))
        }
    })
}

#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
fn scaled(factor: &Value, nanos: i128) -> Option<i128> {
    match factor {
        Value::Int(i) => nanos.checked_mul(i128::from(*i)),
        Value::Float(f) => Some((*f * nanos as f64) as i128),
        _ => None,
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
fn divided(divisor: &Value, nanos: i128) -> Option<i128> {
    match divisor {
        Value::Int(0) => None,
        Value::Int(i) => Some(nanos.div_euclid(i128::from(*i))),
        Value::Float(f) => Some((nanos as f64 / f).floor() as i128),
        _ => None,
    }
}

#[allow(clippy::cast_precision_loss)]
fn ratio(a: i128, b: i128) -> f64 {
    a as f64 / b as f64
}
