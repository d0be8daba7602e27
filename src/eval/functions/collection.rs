//! Functions on arrays and hashes that take no block, or one that only says what to do otherwise.

use super::args::{MAX_ITEMS, Outcome, arg, array, count, hash, hash_value, integer, string, too_much, wrong};
use crate::eval::error::EvalError;
use crate::eval::interp::{Block, Interp};
use crate::value::{Array, Origin, Value};
use std::sync::Arc;

type Cx<'a> = &'a mut dyn Interp;
type Blk = Option<Block>;

pub(super) fn keys(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("keys", args, 1, 1)?;
    Ok(Value::array(hash("keys", "hsh", arg(args, 0))?.entries.keys().cloned().collect()))
}

pub(super) fn values(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("values", args, 1, 1)?;
    Ok(Value::array(hash("values", "hsh", arg(args, 0))?.entries.values().cloned().collect()))
}

/// `length`, `size`
pub(super) fn length(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("length", args, 1, 1)?;
    let n = match arg(args, 0) {
        Value::Array(a) => a.items.len(),
        Value::Hash(h) => h.entries.len(),
        Value::Str(s) => s.text.chars().count(),
        Value::Object(o) if o.type_name == "Binary" => super::encode::binary_bytes(o).len(),
        other => return Err(wrong("length", "arg", "a value of type Collection, String, or Binary", other)),
    };
    Ok(Value::Int(i64::try_from(n).unwrap_or(i64::MAX)))
}

pub(super) fn empty(cx: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("empty", args, 1, 1)?;
    Ok(Value::Bool(match arg(args, 0) {
        Value::Array(a) => a.items.is_empty(),
        Value::Hash(h) => h.entries.is_empty(),
        Value::Str(s) => s.text.is_empty(),
        Value::Int(_) | Value::Float(_) => {
            cx.log("warning", "Calling function empty() with Numeric value is deprecated.".to_owned());
            false
        }
        Value::Undef => {
            cx.log("warning", "Calling function empty() with Undef value is deprecated.".to_owned());
            true
        }
        Value::Object(o) if o.type_name == "Binary" => super::encode::binary_bytes(o).is_empty(),
        Value::Sensitive(v) => return empty(cx, std::slice::from_ref(&**v), None),
        other => {
            return Err(wrong(
                "empty",
                "coll",
                "a value of type Collection, Sensitive, String, Numeric, Binary, or Undef",
                other,
            ));
        }
    }))
}

pub(super) fn flatten(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    let mut out = Vec::new();
    args.iter().for_each(|v| flatten_into(v, &mut out));
    if out.iter().any(may_be_list) {
        return Ok(Value::call("flatten", args.to_vec(), None));
    }
    if out.iter().any(is_list_per_host) {
        let known = !args.iter().any(Value::has_unknown);
        let sample = known.then(|| Value::array(args.iter().flat_map(|v| flat(&v.sampled())).collect()));
        return Ok(Value::call("flatten", args.to_vec(), sample));
    }
    Ok(Value::array(out))
}

/// Whether a value differs from host to host and is a list on this one.
fn is_list_per_host(value: &Value) -> bool {
    matches!(value, Value::Sym(_)) && matches!(value.sample(), Value::Array(_))
}

/// Whether a value is unknown and a list is among what it may be.
fn may_be_list(value: &Value) -> bool {
    let alternatives = super::super::lift::alternatives(value).unwrap_or_default();
    alternatives.iter().any(|v| matches!(v, Value::Array(_)))
}

fn flatten_into(value: &Value, out: &mut Vec<Value>) {
    match value {
        Value::Array(a) => a.items.iter().for_each(|v| flatten_into(v, out)),
        other => out.push(other.clone()),
    }
}

/// All arrays inside taken apart.
pub(super) fn flat(value: &Value) -> Vec<Value> {
    let mut out = Vec::new();
    flatten_into(value, &mut out);
    out
}

pub(super) fn join(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("join", args, 1, 2)?;
    let list = array("join", "arg", arg(args, 0))?;
    let separator = match args.get(1) {
        None => "",
        Some(v) => string("join", "delimiter", v)?,
    };
    let mut nested = Vec::new();
    list.items.iter().for_each(|v| join_parts(v, &mut nested));
    if nested.iter().any(is_list_per_host) {
        let sample = (!nested.iter().any(Value::has_unknown)).then(|| {
            let texts = nested.iter().flat_map(|v| flat(&v.sampled())).map(|v| v.to_string());
            Value::str(texts.collect::<Vec<_>>().join(separator))
        });
        return Ok(Value::call("join", args.to_vec(), sample));
    }
    Ok(joined(list, separator, &nested))
}

fn join_parts(value: &Value, out: &mut Vec<Value>) {
    match value {
        Value::Array(a) => a.items.iter().for_each(|v| join_parts(v, out)),
        other => out.push(other.clone()),
    }
}

/// The parts as one string that knows the list it came from; unknown parts stay in place.
pub(super) fn joined(list: &Arc<Array>, separator: &str, parts: &[Value]) -> Value {
    if parts.iter().any(Value::has_sym) {
        return concat(separator, parts);
    }
    let texts: Vec<String> = parts.iter().map(ruby_text).collect();
    let origin =
        Origin::Joined { separator: separator.into(), len: list.items.len(), at: None, list: list.origin.clone() };
    Value::str_from(texts.join(separator), Arc::new(origin))
}

/// Ruby's `to_s`.
fn ruby_text(value: &Value) -> String {
    match value {
        Value::Hash(_) => crate::value::inspect::inspect(value),
        Value::Regex(regex) => format!("(?-mix:{regex})"),
        other => other.to_string(),
    }
}

fn concat(separator: &str, parts: &[Value]) -> Value {
    use crate::value::{Sym, SymExpr};
    let mut pieces: Vec<Value> = Vec::new();
    for (i, part) in parts.iter().enumerate() {
        if i > 0 && !separator.is_empty() {
            pieces.push(Value::str(separator));
        }
        pieces.push(if part.has_sym() { part.clone() } else { Value::str(part.to_string()) });
    }
    let sample = (!pieces.iter().any(Value::has_unknown))
        .then(|| Value::str(pieces.iter().map(|p| p.sampled().to_string()).collect::<String>()));
    Value::Sym(Arc::new(Sym::new(SymExpr::Concat(pieces), sample)))
}

/// stdlib's older `join` of hashes.
pub(super) fn join_keys_to_values(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("join_keys_to_values", args, 2, 2)?;
    let entries = &hash("join_keys_to_values", "hash", arg(args, 0))?.entries;
    let separator = string("join_keys_to_values", "separator", arg(args, 1))?;
    let mut out = Vec::new();
    for (k, v) in entries {
        match v {
            Value::Array(a) => out.extend(a.items.iter().map(|v| Value::str(format!("{k}{separator}{v}")))),
            v => out.push(Value::str(format!("{k}{separator}{v}"))),
        }
    }
    Ok(Value::array(out))
}

pub(super) fn dig(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("dig", args, 1, usize::MAX)?;
    let (first, path) = args.split_first().unwrap_or((&Value::Undef, &[]));
    if !matches!(first, Value::Undef | Value::Array(_) | Value::Hash(_)) {
        return Err(wrong("dig", "data", "a value of type Undef or Collection", first));
    }
    let mut current = first.clone();
    for (i, key) in path.iter().enumerate() {
        current = match (&current, key) {
            (Value::Undef, _) => return Ok(Value::Undef),
            (Value::Hash(h), _) => h.entries.get(key).cloned().unwrap_or_default(),
            (Value::Array(a), Value::Int(n)) => at(&a.items, *n),
            (Value::Array(_), other) => {
                return Err(wrong("dig", "arg", "an Integer value", other));
            }
            (Value::Sym(_), _) => Value::call("[]", vec![current.clone(), key.clone()], None),
            (other, _) => {
                let seen: Vec<String> = path.iter().take(i).map(super::ruby::inspect).collect();
                return Err(EvalError::puppet(format!(
                    "The given data does not contain a Collection at [{}], got '{}'",
                    seen.join(", "),
                    crate::value::types::infer(other).generalize()
                )));
            }
        };
    }
    Ok(current)
}

/// An element, counted from the end when negative.
pub(super) fn at(items: &[Value], n: i64) -> Value {
    let len = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let at = if n < 0 { n.saturating_add(len) } else { n };
    usize::try_from(at).ok().and_then(|i| items.get(i)).cloned().unwrap_or_default()
}

/// `get(value, 'a.b.0', default)`
pub(super) fn get(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    count("get", args, 2, 3)?;
    let path = string("get", "dotted_string", arg(args, 1))?;
    let found = walk(cx, "get", arg(args, 0), path, block)?;
    Ok(if matches!(found, Value::Undef) { arg(args, 2).clone() } else { found })
}

/// `getvar('name.a.b', default)`
pub(super) fn getvar(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    count("getvar", args, 1, 2)?;
    let text = string("getvar", "get_string", arg(args, 0))?;
    let (name, path) = text.split_once('.').unwrap_or((text, ""));
    let word = |s: &str| !s.is_empty() && s.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !name.trim_start_matches("::").split("::").all(word) {
        return Err(EvalError::puppet("getvar: the given string does not start with a valid variable name"));
    }
    let found = match cx.variable(name) {
        Some(value) => walk(cx, "getvar", &value, path, block)?,
        None => Value::Undef,
    };
    Ok(if matches!(found, Value::Undef) { arg(args, 1).clone() } else { found })
}

fn walk(cx: Cx<'_>, name: &str, from: &Value, path: &str, block: Blk) -> Outcome {
    let mut current = from.clone();
    for segment in segments(path)? {
        current = match &current {
            Value::Undef => return Ok(Value::Undef),
            Value::Sym(s) if s.sample.is_none() => Value::call("[]", vec![current.clone(), segment], None),
            Value::Sym(_) => crate::eval::operators::index(cx, &current, &[segment])?,
            Value::Hash(h) => h.entries.get(&segment).cloned().unwrap_or_default(),
            Value::Array(a) => match &segment {
                Value::Int(n) => at(&a.items, *n),
                _ if block.is_some() => return call_error(cx, block),
                other => {
                    return Err(EvalError::puppet(format!(
                        "The given data requires an Integer index for an Array, got {}",
                        crate::value::types::infer(other).name()
                    )));
                }
            },
            other => {
                if block.is_some() {
                    return call_error(cx, block);
                }
                return Err(EvalError::puppet(format!(
                    "{name}(): The given data does not contain a Collection, got '{other}'"
                )));
            }
        };
    }
    Ok(current)
}

fn call_error(cx: Cx<'_>, block: Blk) -> Outcome {
    match block {
        Some(block) => super::args::call(cx, block, &[Value::str("EXPECTED_COLLECTION")]),
        None => Ok(Value::Undef),
    }
}

/// The parts of a dotted path; quotes keep dots, digits are indexes.
pub(super) fn segments(path: &str) -> Result<Vec<Value>, EvalError> {
    let mut out = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (segment, after) = match quote {
            Some(q) => {
                let inner = rest.get(1..).unwrap_or_default();
                let end = inner
                    .find(q)
                    .ok_or_else(|| EvalError::puppet(format!("Syntax error in dotted-navigation string '{path}'")))?;
                (Value::str(inner.get(..end).unwrap_or_default()), inner.get(end + 1..).unwrap_or_default())
            }
            None => {
                let end = rest.find('.').unwrap_or(rest.len());
                let text = rest.get(..end).unwrap_or_default();
                (text.parse::<i64>().map_or_else(|_| Value::str(text), Value::Int), rest.get(end..).unwrap_or_default())
            }
        };
        out.push(segment);
        rest = after.strip_prefix('.').unwrap_or(after);
    }
    Ok(out)
}

/// stdlib's `dig44`/`try_get_value`: no error on what is not a collection.
pub(super) fn dig44(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("dig44", args, 2, 3)?;
    let mut current = arg(args, 0).clone();
    for key in super::ruby_list(arg(args, 1)) {
        let next = match &current {
            Value::Hash(h) => h.entries.get(&key).cloned(),
            Value::Array(a) => crate::eval::number::parse(&key.to_string()).and_then(|n| match n {
                Value::Int(i) => Some(at(&a.items, i)),
                _ => None,
            }),
            _ => None,
        };
        match next {
            Some(Value::Undef) | None => return Ok(arg(args, 2).clone()),
            Some(value) => current = value,
        }
    }
    Ok(current)
}

pub(super) fn concat_lists(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("concat", args, 2, usize::MAX)?;
    let (first, rest) = args.split_first().unwrap_or((&Value::Undef, &[]));
    let Value::Array(first) = first else { return Err(EvalError::puppet("concat(): Requires array to work with")) };
    let mut items = first.items.clone();
    for arg in rest {
        match arg {
            Value::Array(a) => items.extend(a.items.iter().cloned()),
            other => items.push(other.clone()),
        }
    }
    Ok(Value::Array(Arc::new(Array { items, origin: first.origin.clone() })))
}

pub(super) fn any2array(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    Ok(Value::array(match args {
        [] => Vec::new(),
        [Value::Array(a)] => a.items.clone(),
        [Value::Hash(h)] => h.entries.iter().flat_map(|(k, v)| [k.clone(), v.clone()]).collect(),
        [Value::Str(s)] if s.text.is_empty() => Vec::new(),
        many => many.to_vec(),
    }))
}

pub(super) fn to_hash(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("hash", args, 1, usize::MAX)?;
    match arg(args, 0) {
        Value::Array(a) => {
            let items = flat(&Value::Array(a.clone()));
            let pairs = items
                .chunks(2)
                .map(|c| (c.first().cloned().unwrap_or_default(), c.get(1).cloned().unwrap_or_default()));
            if items.len() % 2 == 1 {
                return Err(EvalError::puppet("hash(): Unable to compute hash from array given"));
            }
            Ok(hash_value(pairs))
        }
        _ => Err(EvalError::puppet("hash(): Requires array to work with")),
    }
}

pub(super) fn zip(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("zip", args, 2, usize::MAX)?;
    let (a, b) = (&array("zip", "a", arg(args, 0))?.items, &array("zip", "b", arg(args, 1))?.items);
    let rows: Vec<Value> =
        a.iter().enumerate().map(|(i, v)| super::args::pair(v, b.get(i).unwrap_or(&Value::Undef))).collect();
    Ok(if matches!(arg(args, 2), Value::Bool(true)) {
        Value::array(flat(&Value::array(rows)))
    } else {
        Value::array(rows)
    })
}

pub(super) fn count_items(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    count("count", args, 1, 2)?;
    let items = match arg(args, 0) {
        Value::Str(s) => {
            let part = arg(args, 1).to_string();
            let n = if part.is_empty() { 0 } else { s.text.chars().filter(|c| part.contains(*c)).count() };
            return Ok(Value::Int(i64::try_from(n).unwrap_or(0)));
        }
        Value::Array(a) => a.items.clone(),
        Value::Hash(h) => h.entries.iter().map(|(k, v)| super::args::pair(k, v)).collect(),
        other => return Err(wrong("count", "collection", "an Array value", other)),
    };
    let mut n: i64 = 0;
    for item in &items {
        let hit = match (block, args.get(1)) {
            (Some(block), _) => {
                super::args::call(cx, block, std::slice::from_ref(item))?.truth() == crate::value::Tri::Yes
            }
            (None, Some(wanted)) => item == wanted,
            (None, None) => !matches!(item, Value::Undef) && item.as_str() != Some(""),
        };
        n += i64::from(hit);
    }
    Ok(Value::Int(n))
}

pub(super) fn values_at(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("values_at", args, 2, usize::MAX)?;
    let items = &array("values_at", "array", arg(args, 0))?.items;
    let mut out = Vec::new();
    for index in args.iter().skip(1).flat_map(flat) {
        let text = index.to_string();
        let (from, to) = match text
            .split_once("..")
            .or_else(|| text.get(1..).and_then(|t| t.find('-')).map(|i| (&text[..=i], &text[i + 2..])))
        {
            Some((a, b)) => (a.trim().parse::<i64>(), b.trim_start_matches('.').trim().parse::<i64>()),
            None => (text.parse(), text.parse()),
        };
        let (Ok(from), Ok(to)) = (from, to) else {
            return Err(EvalError::puppet(format!("values_at(): Unknown format of given index: {text}")));
        };
        if to < from {
            return Err(EvalError::puppet(
                "values_at(): Stop index in given indices range is smaller than the start index",
            ));
        }
        if usize::try_from(from).is_ok_and(|from| from >= items.len()) {
            return Err(EvalError::puppet("values_at(): Given index exceeds array size"));
        }
        if to - from >= i64::try_from(MAX_ITEMS).unwrap_or(i64::MAX) {
            return Err(too_much("values_at"));
        }
        out.extend((from..=to).map(|i| at(items, i)).filter(|v| !matches!(v, Value::Undef)));
    }
    Ok(Value::array(out))
}

pub(super) fn has_key(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("has_key", args, 2, 2)?;
    Ok(Value::Bool(hash("has_key", "hash", arg(args, 0))?.entries.contains_key(arg(args, 1))))
}

pub(super) fn delete_at(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("delete_at", args, 2, usize::MAX)?;
    let mut items = array("delete_at", "array", arg(args, 0))?.items.clone();
    let n = integer("delete_at", "index", arg(args, 1))?;
    let len = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let at = if n < 0 { n + len } else { n };
    if at > len - 1 {
        return Err(EvalError::puppet("delete_at(): Given index exceeds size of array given"));
    }
    if let Ok(i) = usize::try_from(at) {
        items.remove(i);
    }
    Ok(Value::array(items))
}
