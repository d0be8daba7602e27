//! Order: `sort`, `unique`, `max`, `min`, `compare`, `reverse`.

use super::args::{Outcome, arg, array, call, count, elements, hash_value, no_signature, wrong};
use crate::eval::error::EvalError;
use crate::eval::interp::{Block, Interp};
use crate::eval::number::as_float;
use crate::eval::operators;
use crate::value::{Value, version};
use std::cmp::Ordering;

type Cx<'a> = &'a mut dyn Interp;
type Blk = Option<Block>;

/// Order as Ruby's `<=>`; `None` where Ruby has none.
fn ruby_order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Str(x), Value::Str(y)) => Some(x.text.cmp(&y.text)),
        (Value::Int(x), Value::Int(y)) => Some(x.cmp(y)),
        (Value::Array(x), Value::Array(y)) => {
            for (p, q) in x.items.iter().zip(&y.items) {
                match ruby_order(p, q)? {
                    Ordering::Equal => {}
                    other => return Some(other),
                }
            }
            Some(x.items.len().cmp(&y.items.len()))
        }
        (Value::Object(_), Value::Object(_)) => operators::order_of(a, b),
        _ if a == b => Some(Ordering::Equal),
        _ => as_float(a)?.partial_cmp(&as_float(b)?),
    }
}

/// Sorts by a fallible order, keeping the first error. Merge sort, so that any order terminates.
fn sort_with(
    mut items: Vec<Value>,
    order: &mut dyn FnMut(&Value, &Value) -> Result<Ordering, EvalError>,
) -> Result<Vec<Value>, EvalError> {
    if items.len() < 2 {
        return Ok(items);
    }
    let right = sort_with(items.split_off(items.len() / 2), order)?;
    let left = sort_with(items, order)?;
    let mut out = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let next = if order(a, b)? == Ordering::Greater { right.next() } else { left.next() };
        out.extend(next);
    }
    out.extend(left);
    out.extend(right);
    Ok(out)
}

fn plain_order(a: &Value, b: &Value) -> Result<Ordering, EvalError> {
    ruby_order(a, b).ok_or_else(|| {
        EvalError::puppet(format!(
            "comparison of {} with {} failed",
            super::types::ruby_class(a),
            super::ruby::inspect(b)
        ))
    })
}

fn block_order(cx: Cx<'_>, block: Block, a: &Value, b: &Value) -> Result<Ordering, EvalError> {
    match call(cx, block, &[a.clone(), b.clone()])?.sample() {
        Value::Int(i) => Ok(i.cmp(&0)),
        Value::Float(f) => Ok(f.partial_cmp(&0.0).unwrap_or(Ordering::Equal)),
        other => Err(EvalError::puppet(format!("comparison of {} with 0 failed", super::types::ruby_class(other)))),
    }
}

pub(super) fn sort(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    count("sort", args, 1, 1)?;
    let (items, text) = match arg(args, 0) {
        Value::Array(a) => (a.items.clone(), false),
        Value::Str(s) => (s.text.chars().map(|c| Value::str(c.to_string())).collect(), true),
        _ => {
            return Err(no_signature(
                "sort",
                &["String string_value, Callable[2, 2] block?", "Array array_value, Callable[2, 2] block?"],
            ));
        }
    };
    let sorted = match block {
        Some(block) => sort_with(items, &mut |a, b| block_order(cx, block, a, b))?,
        None => sort_with(items, &mut plain_order)?,
    };
    Ok(if text { Value::str(sorted.iter().map(ToString::to_string).collect::<String>()) } else { Value::array(sorted) })
}

pub(super) fn unique(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    count("unique", args, 1, 1)?;
    match arg(args, 0) {
        Value::Hash(h) => unique_hash(cx, &h.entries, block),
        Value::Str(s) => {
            let chars = s.text.chars().map(|c| Value::str(c.to_string())).collect();
            let kept = distinct(cx, chars, block)?;
            Ok(Value::str(kept.iter().map(ToString::to_string).collect::<String>()))
        }
        Value::Array(a) if a.items.iter().any(Value::has_unknown) && block.is_none() => Ok(unique_open(&a.items)),
        other => match elements("unique", other)? {
            Some(items) => Ok(Value::array(distinct(cx, items, block)?)),
            None => Err(no_signature(
                "unique",
                &[
                    "String string, Callable[String] block?",
                    "Hash hash, Callable[Any] block?",
                    "Array array, Callable[Any] block?",
                    "Iterable iterable, Callable[Any] block?",
                ],
            )),
        },
    }
}

/// Unknown elements may equal one another: those of different expression are kept apart.
fn unique_open(items: &[Value]) -> Value {
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        if !kept.contains(item) {
            kept.push(item.clone());
        }
    }
    Value::array(kept)
}

#[allow(clippy::mutable_key_type)] // the only cell inside is set once and takes no part in equality
fn distinct(cx: Cx<'_>, items: Vec<Value>, block: Blk) -> Result<Vec<Value>, EvalError> {
    let mut seen: std::collections::HashSet<Value, rustc_hash::FxBuildHasher> = std::collections::HashSet::default();
    let (mut kept, mut keys) = (Vec::new(), Vec::new());
    for item in items {
        let key = match block {
            Some(block) => call(cx, block, std::slice::from_ref(&item))?,
            None => item.clone(),
        };
        if seen.insert(key.sampled()) {
            kept.push(item);
        }
        keys.push(key);
    }
    observe_same(cx, &keys);
    Ok(kept)
}

/// Most pairs that are compared one by one for the record.
const MAX_PAIRS: usize = 10_000;

/// Whether values are the same is a decision where they differ from host to host: it is written down, for
/// many values as the values themselves.
fn observe_same(cx: Cx<'_>, values: &[Value]) {
    let per_host: Vec<(usize, &Value)> =
        values.iter().enumerate().filter(|(_, v)| v.has_sym() && !v.has_unknown()).collect();
    let pairwise = per_host.len().saturating_mul(values.len()) <= MAX_PAIRS;
    for (at, value) in &per_host {
        let sampled = value.sampled();
        if !pairwise {
            cx.observe(&Value::call("==", vec![(*value).clone(), sampled], Some(Value::Bool(true))), true);
            continue;
        }
        for other in values.iter().enumerate().filter(|(i, v)| i != at && !v.has_unknown()).map(|(_, v)| v) {
            let same = other.sampled() == sampled;
            cx.observe(&Value::call("==", vec![(*value).clone(), other.clone()], Some(Value::Bool(same))), same);
        }
    }
}

/// Values to the keys that share them, inverted: `{[keys] => [values]}`.
fn unique_hash(cx: Cx<'_>, entries: &crate::value::Entries, block: Blk) -> Outcome {
    let mut groups: indexmap::IndexMap<Value, (Vec<Value>, Vec<Value>), rustc_hash::FxBuildHasher> =
        indexmap::IndexMap::default();
    let mut met = Vec::new();
    for (key, value) in entries {
        let group = match block {
            Some(block) => call(cx, block, std::slice::from_ref(value))?,
            None => value.clone(),
        };
        let slot = groups.entry(group.sampled()).or_default();
        met.push(group);
        slot.0.push(key.clone());
        if !slot.1.contains(value) {
            slot.1.push(value.clone());
        }
    }
    observe_same(cx, &met);
    Ok(hash_value(groups.into_values().map(|(keys, values)| (Value::array(keys), Value::array(values)))))
}

pub(super) fn max(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    extreme(cx, "max", args, block, Ordering::Greater)
}

pub(super) fn min(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    extreme(cx, "min", args, block, Ordering::Less)
}

fn extreme(cx: Cx<'_>, name: &str, args: &[Value], block: Blk, wanted: Ordering) -> Outcome {
    let items: Vec<Value> = match args {
        [Value::Array(a)] => a.items.clone(),
        many => many.to_vec(),
    };
    let mut items = items.into_iter();
    let Some(mut best) = items.next() else {
        if block.is_some() {
            return Ok(Value::Undef);
        }
        return Err(EvalError::puppet(format!("{name}(): Wrong number of arguments need at least one")));
    };
    for item in items {
        let order = match block {
            Some(block) => block_order(cx, block, &item, &best)?,
            None => loose_order(&item, &best),
        };
        if order == wanted {
            best = item;
        }
    }
    Ok(best)
}

/// Numbers by value, strings that look like numbers too, everything else by its text.
fn loose_order(a: &Value, b: &Value) -> Ordering {
    if let (Some(x), Some(y)) = (as_float(a), as_float(b)) {
        return x.partial_cmp(&y).unwrap_or(Ordering::Equal);
    }
    let (x, y) = (super::ruby::to_s(a), super::ruby::to_s(b));
    match (plain_number(&x), plain_number(&y)) {
        (Some(m), Some(n)) => m.partial_cmp(&n).unwrap_or(Ordering::Equal),
        _ => x.cmp(&y),
    }
}

/// `-?\d+([._eE]\d+)?`
fn plain_number(text: &str) -> Option<f64> {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let body = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = body.find(['.', '_', 'e', 'E']).map_or((body, None), |i| (&body[..i], body.get(i + 1..)));
    (digits(whole) && part.is_none_or(digits)).then(|| text.replace('_', "").parse().ok()).flatten()
}

pub(super) fn compare(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("compare", args, 2, 3)?;
    let (a, b) = (arg(args, 0), arg(args, 1));
    let order = match (a, b, args.get(2)) {
        (Value::Str(x), Value::Str(y), Some(Value::Bool(false))) => Some(x.text.cmp(&y.text)),
        (Value::Str(_), Value::Str(_), None | Some(Value::Bool(true))) => operators::order_of(a, b),
        (Value::Str(_), ..) | (_, _, Some(_)) => None,
        _ => operators::order_of(a, b),
    };
    order.map(|o| Value::Int(o as i64)).ok_or_else(|| {
        EvalError::puppet(format!(
            "compare(): Non comparable type. Only values of the types Numeric, String, Semver, Timestamp and Timestamp can be compared. Got {} and {}",
            super::types::ruby_class(a),
            super::types::ruby_class(b)
        ))
    })
}

pub(super) fn versioncmp(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("versioncmp", args, 2, 3)?;
    let (a, b) =
        (super::args::string("versioncmp", "a", arg(args, 0))?, super::args::string("versioncmp", "b", arg(args, 1))?);
    let bare = |v: &str| {
        let (head, tail) = v.split_once('-').map_or((v, String::new()), |(h, t)| (h, format!("-{t}")));
        format!("{}{tail}", head.trim_end_matches(['.', '0']))
    };
    let order = match args.get(2) {
        Some(Value::Bool(true)) => version::compare_loose(&bare(a), &bare(b)),
        None | Some(Value::Bool(false)) => version::compare_loose(a, b),
        Some(other) => return Err(wrong("versioncmp", "ignore_trailing_zeroes", "a Boolean value", other)),
    };
    Ok(Value::Int(order as i64))
}

pub(super) fn reverse(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("reverse", args, 1, usize::MAX)?;
    match arg(args, 0) {
        Value::Array(a) => Ok(Value::array(a.items.iter().rev().cloned().collect())),
        Value::Str(s) => Ok(Value::str(s.text.chars().rev().collect::<String>())),
        _ => Err(EvalError::puppet("reverse(): Requires either array or string to work with")),
    }
}

/// Set operations on two arrays.
pub(super) fn difference(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    let (a, b) = two_lists("difference", args)?;
    Ok(Value::array(a.into_iter().filter(|v| !b.contains(v)).collect()))
}

pub(super) fn intersection(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    let (a, b) = two_lists("intersection", args)?;
    Ok(unique_open(&a.into_iter().filter(|v| b.contains(v)).collect::<Vec<_>>()))
}

fn two_lists(name: &str, args: &[Value]) -> Result<(Vec<Value>, Vec<Value>), EvalError> {
    count(name, args, 2, 2)?;
    let list = |v: &Value| match v {
        Value::Array(a) => Ok(a.items.clone()),
        _ => Err(EvalError::puppet(format!("{name}(): Requires 2 arrays"))),
    };
    Ok((list(arg(args, 0))?, list(arg(args, 1))?))
}

pub(super) fn union(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("union", args, 2, usize::MAX)?;
    let mut all = Vec::new();
    for value in args {
        all.extend(
            array("union", "array", value)
                .map_err(|_| EvalError::puppet("union(): Every parameter must be an array"))?
                .items
                .iter()
                .cloned(),
        );
    }
    Ok(unique_open(&all))
}

pub(super) fn member(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("member", args, 2, usize::MAX)?;
    let items = &array("member", "array", arg(args, 0))
        .map_err(|_| EvalError::puppet("member(): Requires array to work with"))?
        .items;
    let wanted: Vec<&Value> = match arg(args, 1) {
        Value::Array(a) => a.items.iter().collect(),
        other => vec![other],
    };
    Ok(Value::Bool(wanted.iter().all(|w| items.contains(w))))
}
