//! Functions that put hashes together or take parts away.

use super::args::{Outcome, arg, call, count, elements, hash_value};
use crate::eval::error::EvalError;
use crate::eval::interp::{Block, Interp};
use crate::value::{Array, Entries, Hash, Tri, Value, types};
use std::sync::Arc;

type Cx<'a> = &'a mut dyn Interp;
type Blk = Option<Block>;

/// `merge(a, b, …)`; with a block, what it makes of each element of an iterable.
pub(super) fn merge(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    if let Some(block) = block {
        return merge_block(cx, args, block);
    }
    count("merge", args, 1, usize::MAX)?;
    if args.iter().any(Value::is_unknown) {
        return Ok(Value::call("merge", args.to_vec(), None));
    }
    let mut entries = Entries::default();
    for value in args {
        match value.sample() {
            Value::Hash(h) => extend(&mut entries, &h.entries),
            Value::Undef => {}
            Value::Str(s) if s.text.is_empty() => {}
            other => {
                return Err(EvalError::puppet(format!(
                    "merge(): unexpected argument type {}, only expects hash arguments",
                    super::types::ruby_class(other)
                )));
            }
        }
    }
    let origin = args.iter().find_map(|v| if let Value::Hash(h) = v { h.origin.clone() } else { None });
    Ok(wrap_if_per_host("merge", args, Value::Hash(Arc::new(Hash { entries, origin }))))
}

/// A result computed on samples stays symbolic.
fn wrap_if_per_host(name: &str, args: &[Value], result: Value) -> Value {
    let per_host = args.iter().any(|v| matches!(v, Value::Sym(_)));
    if per_host && !result.has_unknown() { Value::call(name, args.to_vec(), Some(result.sampled())) } else { result }
}

fn extend(entries: &mut Entries, other: &Entries) {
    for (key, value) in other {
        entries.insert(key.clone(), value.clone());
    }
}

fn merge_block(cx: Cx<'_>, args: &[Value], block: Block) -> Outcome {
    let Some(items) = elements("merge", arg(args, 0))? else {
        return Err(super::args::wrong("merge", "args", "an Iterable value", arg(args, 0)));
    };
    let mut entries = Entries::default();
    for (i, item) in items.iter().enumerate() {
        let index = Value::Int(i64::try_from(i).unwrap_or(0));
        let given: Vec<Value> = match (block.at_most >= 2, item, arg(args, 0)) {
            (true, Value::Array(pair), Value::Hash(_)) => pair.items.clone(),
            (true, ..) => vec![index, item.clone()],
            (false, ..) => vec![item.clone()],
        };
        match call(cx, block, &given) {
            Err(EvalError::Break) => break,
            Ok(Value::Hash(h)) => extend(&mut entries, &h.entries),
            Ok(_) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(Value::hash(entries))
}

/// `deep_merge`: hashes into each other, everything else replaced; right wins.
pub(super) fn deep_merge(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    if args.len() < 2 {
        return Err(EvalError::puppet(format!(
            "deep_merge(): wrong number of arguments ({}; must be at least 2)",
            args.len()
        )));
    }
    if args.iter().any(Value::is_unknown) {
        return Ok(Value::call("deep_merge", args.to_vec(), None));
    }
    let mut result = Entries::default();
    for value in args {
        match value.sample() {
            Value::Hash(h) => result = deep(&result, &h.entries, 0)?,
            Value::Str(s) if s.text.is_empty() => {}
            Value::Undef => {}
            other => {
                return Err(EvalError::puppet(format!(
                    "deep_merge: unexpected argument type {}, only expects hash arguments",
                    super::types::ruby_class(other)
                )));
            }
        }
    }
    Ok(wrap_if_per_host("deep_merge", args, Value::hash(result)))
}

fn deep(left: &Entries, right: &Entries, depth: u32) -> Result<Entries, EvalError> {
    if depth > 200 {
        return Err(EvalError::Limit { what: "deep_merge() nests more than 200 levels".to_owned(), at: None });
    }
    let mut out = left.clone();
    for (key, value) in right {
        let merged = match (out.get(key).map(Value::sample), value.sample()) {
            (Some(Value::Hash(a)), Value::Hash(b)) => Value::hash(deep(&a.entries, &b.entries, depth + 1)?),
            _ => value.clone(),
        };
        out.insert(key.clone(), merged);
    }
    Ok(out)
}

pub(super) fn delete(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("delete", args, 2, 2)?;
    let gone: Vec<Value> = match arg(args, 1) {
        Value::Array(a) => a.items.clone(),
        other => vec![other.clone()],
    };
    match arg(args, 0) {
        Value::Array(a) => {
            let items = a.items.iter().filter(|v| !gone.contains(v)).cloned().collect();
            Ok(Value::Array(Arc::new(Array { items, origin: a.origin.clone() })))
        }
        Value::Hash(h) => {
            Ok(hash_value(h.entries.iter().filter(|(k, _)| !gone.contains(k)).map(|(k, v)| (k.clone(), v.clone()))))
        }
        Value::Str(s) => {
            Ok(Value::str(gone.iter().fold(s.text.to_string(), |t, g| {
                if let Value::Str(g) = g { t.replace(g.text.as_str(), "") } else { t }
            })))
        }
        other => Err(EvalError::puppet(format!(
            "delete(): First argument must be an Array, String, or Hash. Given an argument of class {}.",
            super::types::ruby_class(other)
        ))),
    }
}

pub(super) fn delete_values(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("delete_values", args, 2, 2)?;
    match arg(args, 0) {
        Value::Hash(h) => {
            Ok(hash_value(h.entries.iter().filter(|(_, v)| *v != arg(args, 1)).map(|(k, v)| (k.clone(), v.clone()))))
        }
        other => Err(EvalError::puppet(format!(
            "delete_values(): First argument must be a Hash. Given an argument of class {}.",
            super::types::ruby_class(other)
        ))),
    }
}

pub(super) fn delete_undef_values(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("delete_undef_values", args, 1, usize::MAX)?;
    let gone = |v: &Value| matches!(v.sample(), Value::Undef);
    match arg(args, 0) {
        Value::Array(a) => Ok(Value::array(a.items.iter().filter(|v| !gone(v)).cloned().collect())),
        Value::Hash(h) => {
            Ok(hash_value(h.entries.iter().filter(|(_, v)| !gone(v)).map(|(k, v)| (k.clone(), v.clone()))))
        }
        other => Err(EvalError::puppet(format!(
            "delete_undef_values(): expected an array or hash, got {} type  {} ",
            super::ruby::inspect(other),
            super::types::ruby_class(other)
        ))),
    }
}

fn is_missing(value: &Value) -> Tri {
    match value {
        Value::Sym(s) => match &s.sample {
            Some(sample) => is_missing(sample),
            None => value.truth().and(|| Tri::Maybe).negate().and(|| Tri::Maybe),
        },
        Value::Undef => Tri::Yes,
        Value::Str(s) => Tri::from(s.text.is_empty()),
        _ => Tri::No,
    }
}

/// The first argument that is neither `undef` nor empty. An unknown one may be either.
pub(super) fn pick(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    match picked("pick", args) {
        Some(value) => Ok(value),
        None => Err(EvalError::puppet("pick(): must receive at least one non empty value")),
    }
}

fn picked(name: &str, args: &[Value]) -> Option<Value> {
    let mut open: Vec<Value> = Vec::new();
    for value in args {
        match is_missing(value) {
            Tri::Yes => {}
            Tri::No => {
                open.push(value.clone());
                return Some(if open.len() == 1 { value.clone() } else { crate::eval::operators::one_of(open) });
            }
            Tri::Maybe => open.push(value.clone()),
        }
    }
    (!open.is_empty()).then(|| Value::call(name, args.to_vec(), None))
}

/// As `pick`, but the last argument stands whatever it is.
pub(super) fn pick_default(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    if args.is_empty() {
        return Err(EvalError::puppet("Must receive at least one argument."));
    }
    Ok(picked("pick_default", args).unwrap_or_else(|| match args.last() {
        Some(Value::Undef) | None => Value::str(""),
        Some(last) => last.clone(),
    }))
}

/// `stdlib::nested_values`
pub(super) fn nested_values(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("stdlib::nested_values", args, 1, 1)?;
    let mut out = Vec::new();
    collect(arg(args, 0), &mut out);
    Ok(Value::array(out))
}

fn collect(value: &Value, out: &mut Vec<Value>) {
    match value {
        Value::Hash(h) => h.entries.values().for_each(|v| collect(v, out)),
        Value::Array(a) => a.items.iter().for_each(|v| collect(v, out)),
        other => out.push(other.clone()),
    }
}

/// `type_of`, `stdlib` 3.x `type`.
pub(super) fn type_of(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("type_of", args, 1, 1)?;
    Ok(Value::Type(types::infer_detailed(arg(args, 0)).into()))
}
