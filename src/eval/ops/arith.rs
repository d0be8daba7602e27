//! `+ - * / % << >>`


use super::inspect::{a_label, inspect};
use crate::eval::error::EvalError;
use crate::eval::lift::Res;
use crate::puppet::ast::BinaryOp;
use crate::value::{Array, Entries, Hash, Value};
use std::sync::Arc;

/// A number.
#[derive(Clone, Copy)]
enum Number {
    Int(i64),
    Float(f64),
}

/// Evaluates an arithmetic or collection operator.
pub(crate) fn binary_arith(op: BinaryOp, a: &Value, b: &Value, strict: bool) -> Res<Value> {
    match (op, a, b) {
        (BinaryOp::Add, Value::Array(list), _) => Ok(with_items(list, plus(&list.items, b))),
        (BinaryOp::Add, Value::Hash(hash), _) => hash_plus(hash, b),
        (BinaryOp::Sub, Value::Array(list), _) => Ok(with_items(list, minus(&list.items, b))),
        (BinaryOp::Sub, Value::Hash(hash), _) => Ok(Value::hash(hash_minus(&hash.entries, b))),
        (BinaryOp::Shl, Value::Array(list), _) => {
            let mut items = list.items.clone();
            items.push(b.clone());
            Ok(with_items(list, items))
        }
        (BinaryOp::Shl | BinaryOp::Shr, _, _) if !matches!(number_of(a, strict), Some(Number::Int(_))) => not_applicable(op, a, strict),
        _ => numeric(op, operand(a, strict)?, operand(b, strict)?),
    }
}

fn not_applicable(op: BinaryOp, a: &Value, strict: bool) -> Res<Value> {
    let symbol = if op == BinaryOp::Shl { "<<" } else { ">>" };
    if matches!(a, Value::Str(_) | Value::Undef | Value::Bool(_) | Value::Regex(_) | Value::Default | Value::Type(_)) && number_of(a, strict).is_none() {
        operand(a, strict)?;
    }
    let message = format!("Operator '{symbol}' is not applicable to {}.", a_label(a));
    Err(EvalError::issue("OPERATOR_NOT_APPLICABLE", message))
}

fn with_items(list: &Arc<Array>, items: Vec<Value>) -> Value {
    Value::Array(Arc::new(Array { items, origin: list.origin.clone() }))
}

fn plus(items: &[Value], b: &Value) -> Vec<Value> {
    let mut out = items.to_vec();
    match b {
        Value::Array(more) => out.extend(more.items.iter().cloned()),
        Value::Hash(h) => out.extend(h.entries.iter().map(|(k, v)| Value::array(vec![k.clone(), v.clone()]))),
        other => out.push(other.clone()),
    }
    out
}

fn minus(items: &[Value], b: &Value) -> Vec<Value> {
    let gone: Vec<Value> = match b {
        Value::Array(list) => list.items.clone(),
        Value::Hash(h) => h.entries.iter().map(|(k, v)| Value::array(vec![k.clone(), v.clone()])).collect(),
        other => vec![other.clone()],
    };
    items.iter().filter(|i| !gone.contains(i)).cloned().collect()
}

fn hash_plus(hash: &Arc<Hash>, b: &Value) -> Res<Value> {
    let mut entries = hash.entries.clone();
    match b {
        Value::Hash(more) => entries.extend(more.entries.iter().map(|(k, v)| (k.clone(), v.clone()))),
        Value::Array(list) => entries.extend(pairs(&list.items)?),
        _ => return Err(EvalError::puppet("Can only append Array or Hash to a Hash")),
    }
    Ok(Value::Hash(Arc::new(Hash { entries, origin: hash.origin.clone() })))
}

fn pairs(items: &[Value]) -> Res<Entries> {
    let pair = |v: &Value| match v.as_array() {
        Some([k, v]) => Some((k.clone(), v.clone())),
        _ => None,
    };
    if let Some(entries) = items.iter().map(pair).collect::<Option<Entries>>() {
        return Ok(entries);
    }
    if items.len() % 2 != 0 {
        return Err(EvalError::puppet("odd number of arguments for Hash"));
    }
    Ok(items.chunks_exact(2).filter_map(|c| Some((c.first()?.clone(), c.get(1)?.clone()))).collect())
}

fn hash_minus(entries: &Entries, b: &Value) -> Entries {
    let gone = |key: &Value| match b {
        Value::Array(list) => list.items.contains(key),
        Value::Hash(h) => h.entries.contains_key(key),
        other => key == other,
    };
    entries.iter().filter(|(k, _)| !gone(k)).map(|(k, v)| (k.clone(), v.clone())).collect()
}

/// A number from a value; strings that look numeric count unless strict.
fn number_of(value: &Value, strict: bool) -> Option<Number> {
    match value {
        Value::Int(i) => Some(Number::Int(*i)),
        Value::Float(f) => Some(Number::Float(*f)),
        Value::Str(s) if !strict => match to_number(&s.text)? {
            Value::Int(i) => Some(Number::Int(i)),
            Value::Float(f) => Some(Number::Float(f)),
            _ => None,
        },
        _ => None,
    }
}

fn operand(value: &Value, strict: bool) -> Res<Number> {
    number_of(value, strict).ok_or_else(|| {
        let shown = match value {
            Value::Str(s) => s.text.to_string(),
            Value::Undef => String::new(),
            Value::Default => "default".into(),
            other => inspect(other),
        };
        EvalError::issue("NOT_NUMERIC", format!("The value '{shown}' cannot be converted to Numeric."))
    })
}

/// The number that a text denotes in Puppet's notations.
pub(crate) fn to_number(text: &str) -> Option<Value> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest.trim_start()),
        None => (false, text),
    };
    let sign = |i: i64| Value::Int(if negative { -i } else { i });
    if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        return i64::from_str_radix(hex, 16).ok().map(sign);
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        let octal = digits.len() > 1 && digits.starts_with('0');
        return i64::from_str_radix(digits, if octal { 8 } else { 10 }).ok().map(sign);
    }
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '-' | '+');
    let good = digits.chars().all(plain) && digits.ends_with(|c: char| c.is_ascii_digit());
    let value: f64 = digits.parse().ok().filter(|_| good)?;
    Some(Value::Float(if negative { -value } else { value }))
}

fn numeric(op: BinaryOp, a: Number, b: Number) -> Res<Value> {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => integers(op, a, b),
        (a, b) => floats(op, float(a), float(b)),
    }
}

#[allow(clippy::cast_precision_loss)]
fn float(n: Number) -> f64 {
    match n {
        Number::Int(i) => i as f64,
        Number::Float(f) => f,
    }
}

fn integers(op: BinaryOp, a: i64, b: i64) -> Res<Value> {
    if b == 0 && matches!(op, BinaryOp::Div | BinaryOp::Mod) {
        return Err(EvalError::issue("DIV_BY_ZERO", "Division by 0"));
    }
    let result = match op {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Sub => a.checked_sub(b),
        BinaryOp::Mul => a.checked_mul(b),
        BinaryOp::Div => a.checked_div_euclid(b).map(|_| floor_div(a, b)),
        BinaryOp::Mod => Some(a.wrapping_sub(b.wrapping_mul(floor_div(a, b)))),
        BinaryOp::Shl => shift(a, b),
        _ => shift(a, b.checked_neg().unwrap_or(0)),
    };
    result.map(Value::Int).ok_or_else(|| {
        EvalError::issue("NUMERIC_OVERFLOW", "Result of arithmetic is outside of the range of a 64-bit signed integer".to_owned())
    })
}

fn floor_div(a: i64, b: i64) -> i64 {
    let quotient = a.wrapping_div(b);
    if a.wrapping_rem(b) != 0 && ((a < 0) != (b < 0)) { quotient.wrapping_sub(1) } else { quotient }
}

fn shift(a: i64, by: i64) -> Option<i64> {
    if by <= 0 {
        return Some(a >> by.unsigned_abs().min(63));
    }
    let wide = i128::from(a).checked_shl(u32::try_from(by.min(64)).ok()?)?;
    i64::try_from(wide).ok()
}

fn floats(op: BinaryOp, a: f64, b: f64) -> Res<Value> {
    let result = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
        BinaryOp::Mod => a - b * (a / b).floor(),
        _ => {
            let symbol = if op == BinaryOp::Shl { "<<" } else { ">>" };
            let message = format!("Operator '{symbol}' is not applicable to a Float.");
            return Err(EvalError::issue("OPERATOR_NOT_APPLICABLE", message));
        }
    };
    if matches!(op, BinaryOp::Div | BinaryOp::Mod) && b == 0.0 {
        return Err(EvalError::issue("DIV_BY_ZERO", "Division by 0"));
    }
    Ok(Value::Float(result))
}

/// Prefix minus.
pub(crate) fn negate(value: &Value, strict: bool) -> Res<Value> {
    match operand(value, strict)? {
        Number::Int(i) => integers(BinaryOp::Sub, 0, i),
        Number::Float(f) => Ok(Value::Float(-f)),
    }
}

