//! `base[keys]`: elements, slices, characters, and types with parameters.

use super::arith::coerce;
use super::{Outcome, label};
use crate::eval::error::EvalError;
use crate::eval::functions::encode;
use crate::eval::interp::Interp;
use crate::value::types::{self, Type};
use crate::value::{Array, Entries, Object, Origin, Str, Value};
use std::sync::Arc;

/// Applies `[]`.
///
/// # Errors
/// As Puppet: a base that cannot be indexed, keys of the wrong number or kind.
pub fn index(cx: &mut dyn Interp, base: &Value, keys: &[Value]) -> Outcome {
    let unknown = base.is_unknown() || keys.iter().any(|k| k.is_unknown() && !matches!(base, Value::Type(_)));
    let symbolic = matches!(base, Value::Sym(_)) || keys.iter().any(Value::has_sym);
    let args = || std::iter::once(base).chain(keys).cloned().collect::<Vec<_>>();
    if unknown || keys.iter().any(Value::has_unknown) {
        return Ok(Value::call("[]", args(), None));
    }
    if symbolic {
        let samples: Vec<Value> = keys.iter().map(Value::sampled).collect();
        let sample = index_known(cx, base.sample(), &samples)?;
        // An element that is itself per host says more than the expression that fetched it.
        let telling = matches!(sample, Value::Sym(_)) && !keys.iter().any(Value::has_sym);
        return Ok(if telling { sample } else { Value::call("[]", args(), Some(sample.sampled())) });
    }
    index_known(cx, base, keys)
}

fn index_known(cx: &mut dyn Interp, base: &Value, keys: &[Value]) -> Outcome {
    match base {
        Value::Array(a) => index_array(cx, a, &flat(keys)),
        Value::Hash(h) => index_hash(cx, &h.entries, keys),
        Value::Str(s) => index_text(cx, &s.text, &flat(keys)),
        Value::Type(t) => index_type(cx, t, keys),
        Value::Object(o) if o.type_name == "Binary" => index_bytes(cx, o, &flat(keys)),
        other => Err(EvalError::issue(
            "OPERATOR_NOT_APPLICABLE",
            format!("Operator '[]' is not applicable to {}.", label(other)),
        )),
    }
}

fn flat(keys: &[Value]) -> Vec<Value> {
    keys.iter().flat_map(|k| k.as_array().map_or_else(|| vec![k.clone()], flat)).collect()
}

fn position(cx: &mut dyn Interp, key: &Value, kind: &'static str) -> Result<i64, EvalError> {
    let number = if kind == "String" { coerce(cx, key).unwrap_or_else(|_| key.clone()) } else { coerce(cx, key)? };
    match number {
        Value::Int(i) => Ok(i),
        other => Err(bad_key(&other, kind)),
    }
}

fn bad_key(key: &Value, kind: &str) -> EvalError {
    let got = match key {
        Value::Undef => "Undef".to_owned(),
        Value::Default => "Default".to_owned(),
        other => types::infer(other).generalize().to_string(),
    };
    let article = if got.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
    if kind == "String" {
        return EvalError::issue(
            "BAD_STRING_SLICE_KEY_TYPE",
            format!("A substring operation does not accept {article} {got} as a character index. Expected an Integer"),
        );
    }
    EvalError::issue(
        "BAD_SLICE_KEY_TYPE",
        format!("The value of type {kind} cannot be indexed by {article} {got}, expected an Integer"),
    )
}

/// Start and length of a slice; a negative length counts to the position from the end.
fn slice(from: i64, count: i64, len: usize) -> Option<(usize, usize)> {
    let size = i64::try_from(len).ok()?;
    let start = if from < 0 { size.checked_add(from)? } else { from };
    let count = if count < 0 { size.checked_sub(start)?.checked_add(count)?.checked_add(1)? } else { count };
    let (start, count) = if start < 0 { (0, count.checked_add(start)?) } else { (start, count) };
    let start = usize::try_from(start).ok().filter(|s| *s <= len)?;
    let count = usize::try_from(count).ok()?;
    Some((start, count.min(len - start)))
}

fn index_array(cx: &mut dyn Interp, a: &Array, keys: &[Value]) -> Outcome {
    match keys {
        [key] => {
            let i = position(cx, key, "Array")?;
            Ok(element(a, i))
        }
        [from, count] => {
            let (from, count) = (position(cx, from, "Array")?, position(cx, count, "Array")?);
            let part = slice(from, count, a.items.len()).and_then(|(start, n)| a.items.get(start..start + n));
            Ok(Value::Array(Arc::new(Array { items: part.unwrap_or_default().to_vec(), origin: a.origin.clone() })))
        }
        _ => Err(EvalError::issue(
            "BAD_ARRAY_SLICE_ARITY",
            format!("Array supports [] with one or two arguments. Got {}", keys.len()),
        )),
    }
}

/// The element at a position, counted from the end when negative.
fn element(a: &Array, i: i64) -> Value {
    let len = a.items.len();
    let at = if i < 0 { i64::try_from(len).unwrap_or(0).checked_add(i) } else { Some(i) };
    let found = at.and_then(|at| usize::try_from(at).ok()).and_then(|at| a.items.get(at));
    match found {
        Some(Value::Str(s)) => {
            let list = a.origin.clone().or_else(|| s.origin.clone());
            let origin = Origin::Element { index: i, len, at: None, list };
            Value::Str(Str { text: s.text.clone(), origin: Some(Arc::new(origin)) })
        }
        other => other.cloned().unwrap_or_default(),
    }
}

fn index_hash(cx: &mut dyn Interp, entries: &Entries, keys: &[Value]) -> Outcome {
    let found: Vec<Value> = keys.iter().map(|k| fetch(cx, entries, k)).collect();
    match found.as_slice() {
        [] => Err(EvalError::issue("BAD_HASH_SLICE_ARITY", "Hash supports [] with one or more arguments. Got 0")),
        [one] => Ok(one.clone()),
        _ => Ok(Value::array(found.into_iter().filter(|v| !matches!(v, Value::Undef)).collect())),
    }
}

/// The value of a key; unknown when a key of the hash is unknown and none is certain.
fn fetch(cx: &mut dyn Interp, entries: &Entries, key: &Value) -> Value {
    if let Some(found) = entries.get(key) {
        return found.clone();
    }
    for (per_host, value) in entries.iter().filter(|(k, _)| matches!(k, Value::Sym(s) if s.sample.is_some())) {
        let same = per_host.sample() == key;
        let question = Value::call("==", vec![per_host.clone(), key.clone()], Some(Value::Bool(same)));
        cx.observe(&question, same);
        if same {
            return value.clone();
        }
    }
    if entries.keys().any(Value::is_unknown) {
        return Value::call("[]", vec![Value::hash(entries.clone()), key.clone()], None);
    }
    Value::Undef
}

/// Bytes of a binary, which is cut as a text of as many characters would be.
fn index_bytes(cx: &mut dyn Interp, binary: &Object, keys: &[Value]) -> Outcome {
    let text: String = encode::binary_bytes(binary).iter().map(|byte| char::from(*byte)).collect();
    let part = index_text(cx, &text, keys)?;
    let bytes: Vec<u8> = part.as_str().unwrap_or_default().chars().filter_map(|c| u8::try_from(c).ok()).collect();
    Ok(encode::binary(&bytes))
}

fn index_text(cx: &mut dyn Interp, text: &str, keys: &[Value]) -> Outcome {
    let len = text.chars().count();
    let (from, count) = match keys {
        [key] => {
            let from = position(cx, key, "String")?;
            let from = if from < 0 { i64::try_from(len).unwrap_or(0).saturating_add(from) } else { from };
            (from, if from < 0 { 0 } else { 1 })
        }
        [from, count] => (position(cx, from, "String")?, position(cx, count, "String")?),
        _ => {
            return Err(EvalError::issue(
                "BAD_STRING_SLICE_ARITY",
                format!("String supports [] with one or two arguments. Got {}", keys.len()),
            ));
        }
    };
    let part = slice(from, count, len).map(|(start, n)| text.chars().skip(start).take(n).collect::<String>());
    Ok(Value::str(part.unwrap_or_default()))
}

fn index_type(cx: &mut dyn Interp, t: &Type, keys: &[Value]) -> Outcome {
    match t {
        Type::Resource { type_name, title: None } if type_name.is_empty() => index_bare_resource(keys),
        Type::Resource { type_name, title: None } => references(type_name, keys, keys.len() > 1 || is_list(keys)),
        Type::Resource { title: Some(_), .. } | Type::Class { name: Some(_) } => parameters(cx, t, keys),
        Type::Class { name: None } => classes(keys, cx),
        Type::Unresolved(name) => {
            Err(EvalError::issue("UNKNOWN_RESOURCE_TYPE", format!("Resource type not found: {name}")))
        }
        other => {
            let resolved = other.resolved().unwrap_or(other);
            Ok(Value::Type(types::build(resolved.name(), keys, cx)?.into()))
        }
    }
}

fn is_list(keys: &[Value]) -> bool {
    matches!(keys.first(), Some(Value::Array(_)))
}

fn index_bare_resource(keys: &[Value]) -> Outcome {
    let Some((first, rest)) = keys.split_first() else {
        return Err(EvalError::issue("BAD_TYPE_SLICE_ARITY", "Resource[] accepts 1 or more arguments. Got 0"));
    };
    let (first, mut titles) = match first {
        Value::Array(a) => match a.items.split_first() {
            Some((head, tail)) => (head.clone(), tail.to_vec()),
            None => (Value::Undef, Vec::new()),
        },
        other => (other.clone(), Vec::new()),
    };
    titles.extend(rest.iter().cloned());
    let bare = types::build("Resource", &[first], &mut types::NoContext)?;
    match &bare {
        Type::Resource { type_name, .. } if !titles.is_empty() => {
            references(type_name, &titles, titles.len() > 1 || is_list(&titles))
        }
        _ => Ok(Value::Type(bare.into())),
    }
}

fn references(type_name: &str, keys: &[Value], list: bool) -> Outcome {
    let titles: Vec<Value> = flat(keys).into_iter().filter(|v| !matches!(v, Value::Undef)).collect();
    let refs: Result<Vec<Value>, EvalError> = titles.iter().map(|title| reference(type_name, title)).collect();
    let refs = refs?;
    match refs.as_slice() {
        _ if list => Ok(Value::array(refs)),
        [] => Err(EvalError::issue(
            "EMPTY_RESOURCE_SPECIALIZATION",
            "Arguments to resource type [] are all empty/undefined",
        )),
        [one] => Ok(one.clone()),
        _ => Ok(Value::array(refs)),
    }
}

fn reference(type_name: &str, title: &Value) -> Outcome {
    match title {
        Value::Str(s) => {
            Ok(Value::Type(Arc::new(Type::Resource { type_name: type_name.into(), title: Some(s.text.clone()) })))
        }
        other => {
            let got = match other {
                Value::Default => "Default".to_owned(),
                _ => types::infer(other).generalize().to_string(),
            };
            Err(EvalError::issue(
                "BAD_TYPE_SPECIALIZATION",
                format!(
                    "Error creating type specialization of a {type_name}-Type, Cannot use {got} where a resource title String is expected"
                ),
            ))
        }
    }
}

fn classes(keys: &[Value], cx: &mut dyn Interp) -> Outcome {
    let list = keys.len() > 1 || is_list(keys);
    let names: Vec<Value> = flat(keys).into_iter().filter(|v| !matches!(v, Value::Undef)).collect();
    let built: Result<Vec<Value>, EvalError> =
        names.into_iter().map(|n| Ok(Value::Type(types::build("Class", &[n], cx)?.into()))).collect();
    let built = built?;
    match built.as_slice() {
        [one] if !list => Ok(one.clone()),
        [] if !list => {
            Err(EvalError::issue("EMPTY_RESOURCE_SPECIALIZATION", "Arguments to Class[] are all empty/undefined"))
        }
        _ => Ok(Value::array(built)),
    }
}

fn parameters(cx: &mut dyn Interp, reference: &Type, keys: &[Value]) -> Outcome {
    let list = keys.len() > 1 || is_list(keys);
    let values: Result<Vec<Value>, EvalError> =
        flat(keys).iter().map(|k| cx.resource_parameter(reference, &k.to_string())).collect();
    let values = values?;
    match values.as_slice() {
        [one] if !list => Ok(one.clone()),
        _ => Ok(Value::array(values)),
    }
}
