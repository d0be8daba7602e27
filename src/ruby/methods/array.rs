//! Arrays: what needs no block.

use super::{Answer, combine, order};
use crate::ruby::interp::{Callable, Ground, Interp};
use crate::ruby::values;
use crate::value::{Array, Entries, Origin, Value};
use std::sync::Arc;

pub(crate) fn call(
    it: &mut Interp<'_>,
    receiver: &Value,
    name: &str,
    args: &[Value],
    block: Option<&Callable>,
) -> Answer {
    let Value::Array(array) = receiver else { return Ok(None) };
    let items = &array.items;
    let found = pick(it, array, name, args, block)?;
    if found.is_some() {
        return Ok(found);
    }
    Ok(Some(match (name, args) {
        ("size" | "length", []) => values::int(items.len()),
        ("empty?", []) => Value::Bool(items.is_empty()),
        ("join", _) => join(it, array, args.first()),
        ("reverse", []) => Value::array(items.iter().rev().cloned().collect()),
        ("compact", []) => Value::array(items.iter().filter(|v| !matches!(v, Value::Undef)).cloned().collect()),
        ("flatten", _) => {
            let depth = match args {
                [Value::Int(n)] => usize::try_from(*n).unwrap_or(64),
                _ => 64,
            };
            let mut out = Vec::new();
            flatten(items, depth, &mut out);
            rebuilt(array, out)
        }
        ("+" | "concat", [other]) => match other.as_array() {
            Some(more) => Value::array(items.iter().chain(more).cloned().collect()),
            None if other.is_unknown() => values::derived("+", &[receiver, other], None),
            None => return it.raise_on(Ground::of(other), "no implicit conversion into Array"),
        },
        ("*", [Value::Str(separator)]) => join(it, array, Some(&Value::Str(separator.clone()))),
        ("*", [Value::Int(n)])
            if *n >= 0 && items.len().saturating_mul(usize::try_from(*n).unwrap_or(usize::MAX)) < 100_000 =>
        {
            Value::array((0..*n).flat_map(|_| items.iter().cloned()).collect())
        }
        ("*", [other @ (Value::Array(_) | Value::Hash(_) | Value::Bool(_))]) => {
            let class = super::format::class_of(other);
            return it.raise_itself(format!("no implicit conversion of {class} into Integer"));
        }
        ("*", [Value::Undef]) => return it.raise_on(Ground::Nil, "no implicit conversion from nil to integer"),
        ("to_a" | "to_ary", []) => receiver.clone(),
        ("entries" | "to_set", []) => super::object::copy(receiver),
        ("transpose", []) => return Ok(transpose(items)),
        ("assoc", [key]) => {
            let pair =
                items.iter().find(|v| v.as_array().and_then(<[Value]>::first).is_some_and(|k| order::equal(k, key)));
            pair.cloned().unwrap_or_default()
        }
        ("rassoc", [value]) => combine::by_second(items, value),
        _ => match (combine::call(items, name, args), block) {
            (Some(rows), Some(block)) if matches!(name, "product" | "combination" | "permutation") => {
                for row in rows.as_array().unwrap_or_default() {
                    it.yield_to(block, vec![row.clone()])?;
                }
                receiver.clone()
            }
            (found, _) => return Ok(found),
        },
    }))
}

/// Elements taken out of a list know which they were.
fn pick(it: &mut Interp<'_>, array: &Array, name: &str, args: &[Value], block: Option<&Callable>) -> Answer {
    let items = &array.items;
    Ok(Some(match (name, args) {
        ("first", []) => element(it, array, 0),
        ("last", []) => element(it, array, -1),
        ("[]" | "at" | "slice" | "dig", [Value::Int(i)]) => element(it, array, *i),
        ("dig", [Value::Int(i), rest @ ..]) => {
            let inner = element(it, array, *i);
            if matches!(inner, Value::Undef) { inner } else { it.send(inner, "dig", rest.to_vec(), None)? }
        }
        ("fetch", [Value::Int(i), rest @ ..]) => match (values::index(*i, items.len()), rest.first(), block) {
            (Some(_), ..) => element(it, array, *i),
            (None, _, Some(block)) => it.yield_to(block, vec![Value::Int(*i)])?,
            (None, Some(default), None) => default.clone(),
            (None, None, None) => return it.raise_itself(format!("index {i} outside of array bounds")),
        },
        ("[]" | "slice" | "at", [other @ (Value::Str(_) | Value::Array(_) | Value::Hash(_) | Value::Bool(_))]) => {
            let class = super::format::class_of(other);
            return it.raise_itself(format!("no implicit conversion of {class} into Integer"));
        }
        ("[]" | "slice" | "at", [Value::Undef]) => {
            return it.raise_on(Ground::Nil, "no implicit conversion from nil to integer");
        }
        ("[]" | "slice", [Value::Int(from), Value::Int(len)]) => part(items, *from, *len),
        ("[]" | "slice", [range]) if values::attrs(range, values::RANGE).is_some() => {
            match range_of(range, items.len()) {
                Some((from, to)) => Value::array(items.get(from..to).unwrap_or_default().to_vec()),
                None => Value::Undef,
            }
        }
        ("first" | "take", [Value::Int(n)]) => part(items, 0, *n),
        ("last", [Value::Int(n)]) => {
            let skip = items.len().saturating_sub(usize::try_from(*n).unwrap_or(0));
            Value::array(items.iter().skip(skip).cloned().collect())
        }
        ("drop", [Value::Int(n)]) => {
            Value::array(items.iter().skip(usize::try_from(*n).unwrap_or(0)).cloned().collect())
        }
        ("values_at", wanted) => Value::array(
            wanted.iter().map(|w| if let Value::Int(i) = w { element(it, array, *i) } else { Value::Undef }).collect(),
        ),
        _ => return Ok(None),
    }))
}

fn element(it: &Interp<'_>, array: &Array, at: i64) -> Value {
    let Some(index) = values::index(at, array.items.len()) else { return Value::Undef };
    let Some(item) = array.items.get(index) else { return Value::Undef };
    let origin = Origin::Element {
        index: at,
        len: array.items.len(),
        at: Some(it.here()),
        list: array.origin.clone().or_else(|| values::origin_of(item)),
    };
    values::with_origin(item.clone(), Arc::new(origin))
}

fn part(items: &[Value], from: i64, len: i64) -> Value {
    let (Some(from), Ok(len)) = (values::start(from, items.len()), usize::try_from(len)) else { return Value::Undef };
    Value::array(items.iter().skip(from).take(len).cloned().collect())
}

/// The half-open positions that a range of Ruby's covers in something of that length.
pub(crate) fn range_of(range: &Value, len: usize) -> Option<(usize, usize)> {
    let attrs = values::attrs(range, values::RANGE)?;
    let mut ends = attrs.values();
    let total = i64::try_from(len).ok()?;
    let bound = |v: Option<&Value>, default: i64| match v {
        Some(Value::Int(i)) => Some(if *i < 0 { i + total } else { *i }),
        Some(Value::Undef) | None => Some(default),
        _ => None,
    };
    let (first, last) = (ends.next(), ends.next());
    let from = bound(first, 0)?;
    let open = matches!(last, Some(Value::Undef));
    let to = bound(last, total)?;
    let exclusive = open || ends.next() == Some(&Value::Bool(true));
    let to = if exclusive { to } else { to + 1 };
    let from = usize::try_from(from).ok().filter(|f| *f <= len)?;
    Some((from, usize::try_from(to).unwrap_or(0).clamp(from, len.max(from))))
}

fn rebuilt(array: &Array, items: Vec<Value>) -> Value {
    Value::Array(Arc::new(Array { items, origin: array.origin.clone() }))
}

pub(crate) fn flatten(items: &[Value], depth: usize, out: &mut Vec<Value>) {
    for item in items {
        match (item, depth) {
            (Value::Array(inner), 1..) => flatten(&inner.items, depth - 1, out),
            _ => out.push(item.clone()),
        }
    }
}

fn join(it: &Interp<'_>, array: &Array, separator: Option<&Value>) -> Value {
    let empty = Value::str("");
    let separator = match separator {
        None | Some(Value::Undef) => &empty,
        Some(other) => other,
    };
    let mut items = Vec::new();
    flatten(&array.items, 64, &mut items);
    let mut parts = Vec::with_capacity(items.len() * 2);
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            parts.push(separator.clone());
        }
        parts.push(super::inspect::to_s(item));
    }
    let origin = Origin::Joined {
        separator: separator.as_str().unwrap_or_default().into(),
        len: items.len(),
        at: Some(it.here()),
        list: array.origin.clone(),
    };
    values::with_origin(values::concat(parts), Arc::new(origin))
}

pub(crate) fn unique<'v>(items: impl Iterator<Item = &'v Value>) -> Value {
    let mut seen = indexmap::IndexSet::<Value, rustc_hash::FxBuildHasher>::default();
    seen.extend(items.cloned());
    Value::array(seen.into_iter().collect())
}

fn transpose(items: &[Value]) -> Option<Value> {
    let rows: Vec<&[Value]> = items.iter().map(Value::as_array).collect::<Option<_>>()?;
    let width = rows.first().map_or(0, |r| r.len());
    let column = |i: usize| rows.iter().map(|r| r.get(i).cloned()).collect::<Option<Vec<_>>>().map(Value::array);
    (0..width).map(column).collect::<Option<Vec<_>>>().map(Value::array)
}

/// Pairs to a hash.
pub(crate) fn to_h(items: &[Value]) -> Option<Value> {
    let mut entries = Entries::default();
    for item in items {
        let [key, value] = item.as_array()? else { return None };
        entries.insert(key.clone(), value.clone());
    }
    Some(values::hash_of(entries))
}
