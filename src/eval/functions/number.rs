//! Functions on numbers.

use super::args::{Outcome, arg, count, wrong};
use super::collection::flat;
use crate::eval::error::EvalError;
use crate::eval::interp::{Block, Interp};
use crate::eval::number;
use crate::value::{Value, types};

type Cx<'a> = &'a mut dyn Interp;
type Blk = Option<Block>;

pub(super) fn abs(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("abs", args, 1, 1)?;
    let value = match arg(args, 0) {
        Value::Str(s) => decimal(&s.text).ok_or_else(|| {
            EvalError::puppet("abs(): Requires float or integer to work with - was given non decimal string")
        })?,
        other => other.clone(),
    };
    match value {
        Value::Int(i) => Ok(Value::Int(i.saturating_abs())),
        Value::Float(f) => Ok(Value::Float(f.abs())),
        other => Err(wrong("abs", "val", "a value of type Numeric or String", &other)),
    }
}

fn decimal(text: &str) -> Option<Value> {
    let body = text.strip_prefix('-').unwrap_or(text);
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    match body.split_once('.') {
        Some((a, b)) if digits(a) && digits(b) => text.parse().ok().map(Value::Float),
        None if digits(body) => text.parse().ok().map(Value::Int),
        _ => None,
    }
}

/// Rounds with `f`; strings are read as floats.
fn rounded(name: &str, args: &[Value], f: fn(f64) -> f64) -> Outcome {
    count(name, args, 1, 1)?;
    let value = match arg(args, 0) {
        Value::Int(i) => return Ok(Value::Int(*i)),
        Value::Float(x) => *x,
        Value::Str(s) => crate::value::convert::ruby_float(&s.text).ok_or_else(|| {
            EvalError::puppet(format!("{name}(): cannot convert given value to a floating point value."))
        })?,
        other if name == "round" => return Err(wrong(name, "val", "a Numeric value", other)),
        other => return Err(wrong(name, "val", "a value of type Numeric or String", other)),
    };
    number::to_int(f(value))
        .map(Value::Int)
        .ok_or_else(|| EvalError::puppet(format!("{name}(): float out of range of integer")))
}

pub(super) fn ceiling(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    rounded("ceiling", args, f64::ceil)
}

pub(super) fn floor(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    rounded("floor", args, f64::floor)
}

pub(super) fn round(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    if let Value::Str(_) = arg(args, 0) {
        return Err(wrong("round", "val", "a Numeric value", arg(args, 0)));
    }
    rounded("round", args, |x| if x > 0.0 { (x + 0.5).trunc() } else { (x - 0.5).trunc() })
}

/// The middle one of three.
pub(super) fn clamp(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    let items: Vec<Value> = args.iter().flat_map(flat).collect();
    if items.len() != 3 {
        return Err(EvalError::puppet("clamp(): Wrong number of arguments, need three to clamp"));
    }
    let mut numbers = Vec::new();
    for item in items {
        let number = match &item {
            Value::Str(s) => number::parse(&s.text),
            Value::Int(_) | Value::Float(_) => Some(item.clone()),
            _ => None,
        };
        numbers.push(number.ok_or_else(|| {
            EvalError::puppet(format!("clamp(): Required explicit numeric ({}:{item})", types::infer(&item).name()))
        })?);
    }
    numbers.sort_by(|a, b| number::as_float(a).partial_cmp(&number::as_float(b)).unwrap_or(std::cmp::Ordering::Equal));
    Ok(numbers.into_iter().nth(1).unwrap_or_default())
}

/// `4k`, `1 MiB` in bytes.
pub(super) fn to_bytes(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("to_bytes", args, 1, 1)?;
    if let Value::Int(_) | Value::Float(_) = arg(args, 0) {
        return Ok(arg(args, 0).clone());
    }
    if let bad @ (Value::Array(_) | Value::Hash(_) | Value::Bool(_) | Value::Regex(_)) = arg(args, 0) {
        return Err(super::args::no_text(bad));
    }
    let text = arg(args, 0).to_string();
    let digits = text.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-')).count();
    let (figure, rest) = text.split_at_checked(digits).unwrap_or((&text, ""));
    let unit = rest.trim_start().chars().next();
    let letter = unit.filter(|c| c.is_alphabetic()).map(|c| c.to_string()).unwrap_or_default();
    let powers = [("", 0), ("b", 0), ("B", 0), ("k", 1), ("M", 2), ("G", 3), ("T", 4), ("P", 5), ("E", 6)];
    let power = powers.iter().find(|(p, _)| *p == letter).map(|(_, n)| *n);
    let power = power.ok_or_else(|| EvalError::puppet(format!("to_bytes(): Unknown prefix {letter}")))?;
    let value: f64 = figure.parse().unwrap_or(0.0);
    number::to_int((value * 1024_f64.powi(power)).trunc())
        .map(Value::Int)
        .ok_or_else(|| EvalError::puppet("to_bytes(): too big"))
}
