//! Pure functions over values some of which are symbolic.
//!
//! A choice is worked through alternative by alternative, a per-host value by its sample, and what
//! is unknown stays unknown as an expression that says how it came about.

use super::error::EvalError;
use crate::value::{Hash, Sym, SymExpr, Value};
use ecow::EcoString;
use std::sync::Arc;

/// Most alternatives that are kept apart.
pub(crate) const MAX_ALTERNATIVES: usize = 16;

/// Most values that one value holds, all told.
const MAX_HELD: usize = 2_000_000;

/// The value, unless it holds too much: lists that hold themselves several times over grow without using memory.
pub(crate) fn bounded(value: Value) -> Res<Value> {
    fn spend(value: &Value, left: &mut usize) -> bool {
        let mut take = |n: usize| {
            *left = left.saturating_sub(n);
            *left > 0
        };
        match value {
            Value::Array(a) => take(a.items.len()) && a.items.iter().all(|v| spend(v, left)),
            Value::Hash(h) => take(h.entries.len()) && h.entries.iter().all(|(k, v)| spend(k, left) && spend(v, left)),
            Value::Sensitive(v) => spend(v, left),
            _ => true,
        }
    }
    let mut left = MAX_HELD;
    if spend(&value, &mut left) {
        return Ok(value);
    }
    Err(EvalError::Limit { what: format!("a value that holds more than {MAX_HELD} others"), at: None })
}

/// Result of an evaluation.
pub(crate) type Res<T> = Result<T, EvalError>;

/// How much of a value is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Known {
    /// Everywhere the same.
    Fully,
    /// Known for the host at hand.
    PerHost,
    /// Not known.
    No,
}

/// How much of the value itself is known, its members aside.
pub(crate) fn known(value: &Value) -> Known {
    match value {
        Value::Sym(s) if s.sample.is_some() => Known::PerHost,
        Value::Sym(_) => Known::No,
        _ => Known::Fully,
    }
}

/// The same with members.
pub(crate) fn known_deep(value: &Value) -> Known {
    match value {
        Value::Array(a) => worst(a.items.iter()),
        Value::Hash(h) => worst(h.entries.iter().flat_map(|(k, v)| [k, v])),
        Value::Sensitive(v) => known_deep(v),
        other => known(other),
    }
}

fn worst<'a>(values: impl Iterator<Item = &'a Value>) -> Known {
    values.map(known_deep).max().unwrap_or(Known::Fully)
}

/// The value on the host at hand, members included.
pub(crate) fn sample_deep(value: &Value) -> Value {
    if known_deep(value) == Known::Fully {
        return value.clone();
    }
    match value {
        Value::Array(a) => {
            let items = a.items.iter().map(sample_deep).collect();
            Value::Array(Arc::new(crate::value::Array { items, origin: a.origin.clone() }))
        }
        Value::Hash(h) => {
            let entries = h.entries.iter().map(|(k, v)| (sample_deep(k), sample_deep(v))).collect();
            Value::Hash(Arc::new(Hash { entries, origin: h.origin.clone() }))
        }
        Value::Sym(s) => s.sample.as_ref().map_or_else(|| value.clone(), sample_deep),
        other => other.clone(),
    }
}

/// A symbolic value.
pub(crate) fn sym(expr: SymExpr, sample: Option<Value>) -> Value {
    Value::Sym(Arc::new(Sym::new(expr, sample)))
}

/// The alternatives of a value that is one of several.
pub(crate) fn alternatives(value: &Value) -> Option<&[Value]> {
    match value {
        Value::Sym(s) if s.sample.is_none() => match &s.expr {
            SymExpr::Choice(values) => Some(values),
            _ => None,
        },
        _ => None,
    }
}

/// One of several values; equal ones are one.
pub(crate) fn choice(values: impl IntoIterator<Item = Value>) -> Value {
    let (mut out, mut prints): (Vec<Value>, Vec<u64>) = (Vec::new(), Vec::new());
    for value in values {
        let members = alternatives(&value).map(<[Value]>::to_vec);
        for member in members.unwrap_or_else(|| vec![value]) {
            // Large values that differ mostly differ late.
            let print = member.print();
            let is_known = out.iter().zip(&prints).any(|(known, other)| *other == print && *known == member);
            if !is_known {
                out.push(member);
                prints.push(print);
            }
        }
    }
    match out.len() {
        0 => Value::Undef,
        1 => out.swap_remove(0),
        n if n <= MAX_ALTERNATIVES => sym(SymExpr::Choice(out), None),
        _ => {
            out.truncate(MAX_ALTERNATIVES);
            sym(SymExpr::Call("one of many".into(), out), None)
        }
    }
}

/// Applies `f` to each combination of alternatives; whatever else is symbolic `f` takes as it is.
pub(crate) fn over_choices(name: &str, args: &[Value], f: &mut dyn FnMut(&[Value]) -> Res<Value>) -> Res<Value> {
    if args.iter().any(|a| alternatives(a).is_some()) { split(name, args, f) } else { f(args) }
}

fn split(name: &str, args: &[Value], f: &mut dyn FnMut(&[Value]) -> Res<Value>) -> Res<Value> {
    let total: usize = args.iter().filter_map(alternatives).map(<[Value]>::len).product();
    let first = args.iter().enumerate().find_map(|(i, a)| Some((i, alternatives(a)?)));
    let Some((at, values)) = first.filter(|_| total <= MAX_ALTERNATIVES) else {
        return Ok(sym(SymExpr::Call(name.into(), args.to_vec()), None));
    };
    let (mut results, mut failure) = (Vec::new(), None);
    for value in values {
        let mut with = args.to_vec();
        if let Some(slot) = with.get_mut(at) {
            *slot = value.clone();
        }
        match over_choices(name, &with, f) {
            Ok(result) => results.push(result),
            Err(error) => failure = Some(error),
        }
    }
    match failure {
        Some(error) if results.is_empty() => Err(error),
        _ => Ok(choice(results)),
    }
}

/// A string put together from parts.
pub(crate) fn concat(parts: Vec<Value>) -> Value {
    let total: usize = parts.iter().filter_map(alternatives).map(<[Value]>::len).product();
    if let Some((at, values)) = parts.iter().enumerate().find_map(|(i, p)| Some((i, alternatives(p)?)))
        && total <= MAX_ALTERNATIVES
    {
        let put = |value: &Value| {
            let mut with = parts.clone();
            if let Some(slot) = with.get_mut(at) {
                *slot = value.clone();
            }
            concat(with)
        };
        return choice(values.iter().map(put).collect::<Vec<_>>());
    }
    let state = worst(parts.iter());
    if state == Known::Fully {
        return Value::str(text_of(&parts));
    }
    let flat = flatten_parts(parts);
    let sample = (state == Known::PerHost).then(|| {
        let samples: Vec<Value> = flat.iter().map(sample_deep).collect();
        Value::str(text_of(&samples))
    });
    sym(SymExpr::Concat(flat), sample)
}

fn text_of(parts: &[Value]) -> EcoString {
    use std::fmt::Write;
    let mut out = EcoString::new();
    for part in parts {
        let _ = write!(out, "{part}");
    }
    out
}

/// Nested concatenations are dissolved and neighbouring texts joined, so that equal strings have
/// equal expressions.
fn flatten_parts(parts: Vec<Value>) -> Vec<Value> {
    let mut out: Vec<Value> = Vec::new();
    let mut push = |part: Value| match (out.last_mut(), &part) {
        (Some(Value::Str(last)), Value::Str(s)) => last.text.push_str(&s.text),
        (_, Value::Sym(_)) => out.push(part),
        (_, Value::Str(s)) if s.text.is_empty() => {}
        _ => out.push(Value::str(part.to_string())),
    };
    for part in parts {
        match &part {
            Value::Sym(s) => match &s.expr {
                SymExpr::Concat(inner) => inner.iter().cloned().for_each(&mut push),
                _ => push(part),
            },
            _ => push(part),
        }
    }
    out
}
