//! Hashes.

use super::{Answer, order};
use crate::ruby::interp::{Callable, Interp, Stop};
use crate::ruby::values;
use crate::value::{Entries, Hash, Tri, Value};

pub(crate) fn call(it: &mut Interp<'_>, hash: &Hash, name: &str, args: &[Value], block: Option<&Callable>) -> Answer {
    let entries = &hash.entries;
    if let Some(found) = look_up(it, entries, name, args, block)? {
        return Ok(Some(found));
    }
    Ok(Some(match (name, args) {
        ("size" | "length", []) => values::int(entries.len()),
        ("empty?", []) => Value::Bool(entries.is_empty()),
        ("keys", []) => Value::array(entries.keys().cloned().collect()),
        ("values", []) => Value::array(entries.values().cloned().collect()),
        ("values_at", keys) => Value::array(keys.iter().map(|k| entries.get(k).cloned().unwrap_or_default()).collect()),
        ("to_h" | "to_hash" | "sort_hash", []) if block.is_none() => values::hash_of(entries.clone()),
        ("merge", others) => return merge(it, entries, others, block),
        ("invert", []) => values::hash_of(entries.iter().map(|(k, v)| (v.clone(), k.clone())).collect()),
        ("key", [value]) => {
            entries.iter().find(|(_, v)| order::equal(v, value)).map(|(k, _)| k.clone()).unwrap_or_default()
        }
        ("slice", keys) => {
            values::hash_of(keys.iter().filter_map(|k| Some((k.clone(), entries.get(k)?.clone()))).collect())
        }
        ("except", keys) => values::hash_of(
            entries.iter().filter(|(k, _)| !keys.contains(k)).map(|(k, v)| (k.clone(), v.clone())).collect(),
        ),
        ("fetch_values", keys) => {
            let mut out = Vec::with_capacity(keys.len());
            for key in keys {
                let Some(value) = look_up(it, entries, "fetch", std::slice::from_ref(key), block)? else {
                    return Ok(None);
                };
                out.push(value);
            }
            Value::array(out)
        }
        ("transform_keys", [Value::Hash(names)]) if block.is_none() => {
            let named = |k: &Value| names.entries.get(k).unwrap_or(k).clone();
            values::hash_of(entries.iter().map(|(k, v)| (named(k), v.clone())).collect())
        }
        ("default", [] | [_]) => Value::Undef,
        ("compact", []) => {
            let kept = entries.iter().filter(|(_, v)| !matches!(v, Value::Undef));
            values::hash_of(kept.map(|(k, v)| (k.clone(), v.clone())).collect())
        }
        ("each_key" | "each_value" | "transform_values" | "transform_keys" | "select" | "filter" | "reject", []) => {
            let Some(block) = block else { return Ok(None) };
            return with_block(it, hash, name, block);
        }
        _ => return Ok(None),
    }))
}

fn look_up(it: &mut Interp<'_>, entries: &Entries, name: &str, args: &[Value], block: Option<&Callable>) -> Answer {
    let Some((key, rest)) = args.split_first() else { return Ok(None) };
    if !matches!(name, "[]" | "fetch" | "dig" | "has_key?" | "key?" | "include?" | "member?" | "has_value?" | "value?")
    {
        return Ok(None);
    }
    let asked = key;
    let Some(key) = values::settled(key) else {
        return Ok(Some(values::derived(name, &[&values::hash_of(entries.clone()), key], None)));
    };
    let found = entries.get(&key).cloned();
    let answer = match name {
        "[]" => found.unwrap_or_default(),
        "has_key?" | "key?" | "include?" | "member?" => Value::Bool(found.is_some()),
        "has_value?" | "value?" => Value::Bool(entries.values().any(|v| order::equal(v, &key))),
        "dig" => match found {
            Some(inner) if !rest.is_empty() && !matches!(inner, Value::Undef) => {
                it.send(inner, "dig", rest.to_vec(), None)?
            }
            other => other.unwrap_or_default(),
        },
        _ => match (found, rest.first(), block) {
            (Some(found), ..) => found,
            (None, _, Some(block)) => it.yield_to(block, vec![key])?,
            (None, Some(default), None) => default.clone(),
            (None, None, None) => return it.raise_itself(format!("key not found: {key}")),
        },
    };
    let symbolic = matches!(asked, Value::Sym(_)) && !matches!(answer, Value::Object(_));
    Ok(Some(if symbolic { values::derived(name, &[asked], Some(answer)) } else { answer }))
}

fn merge(it: &mut Interp<'_>, entries: &Entries, others: &[Value], block: Option<&Callable>) -> Answer {
    let mut out = entries.clone();
    for other in others {
        let Some(more) = other.as_hash() else {
            return Ok(Some(values::derived("merge", &[&values::hash_of(out), other], None)));
        };
        for (key, value) in more {
            let merged = match (block, out.get(key)) {
                (Some(block), Some(old)) => it.yield_to(block, vec![key.clone(), old.clone(), value.clone()])?,
                _ => value.clone(),
            };
            out.insert(key.clone(), merged);
        }
    }
    Ok(Some(values::hash_of(out)))
}

fn with_block(it: &mut Interp<'_>, hash: &Hash, name: &str, block: &Callable) -> Answer {
    let receiver = || values::hash_of(hash.entries.clone());
    let mut out = Entries::default();
    for (key, value) in &hash.entries {
        match name {
            "each_key" => drop(it.yield_to(block, vec![key.clone()])?),
            "each_value" => drop(it.yield_to(block, vec![value.clone()])?),
            "transform_values" => drop(out.insert(key.clone(), it.yield_to(block, vec![value.clone()])?)),
            "transform_keys" => drop(out.insert(it.yield_to(block, vec![key.clone()])?, value.clone())),
            "select" | "filter" | "reject" => {
                let answer = it.yield_to(block, vec![key.clone(), value.clone()])?;
                match (it.decide(&answer), name == "reject") {
                    (Tri::Yes, false) | (Tri::No, true) => drop(out.insert(key.clone(), value.clone())),
                    (Tri::Maybe, _) => return Ok(Some(values::derived(name, &[&receiver(), &answer], None))),
                    _ => {}
                }
            }
            _ => return Ok(None),
        }
    }
    Ok(Some(if name.starts_with("each") { receiver() } else { values::hash_of(out) }))
}

/// What becomes of the hash, and the method's result.
pub(crate) fn mutate(
    it: &mut Interp<'_>,
    receiver: &Value,
    name: &str,
    args: Vec<Value>,
    block: Option<&Callable>,
) -> Result<(Value, Value), Stop> {
    let mut entries = receiver.as_hash().cloned().unwrap_or_default();
    let result = match (name, args.as_slice()) {
        ("[]=" | "store", [key, value]) => {
            let key = values::settled(key).unwrap_or_else(|| key.clone());
            entries.insert(key, value.clone());
            Some(value.clone())
        }
        ("delete", [key]) => Some(match (entries.shift_remove(key), block) {
            (Some(value), _) => value,
            (None, Some(block)) => it.yield_to(block, vec![key.clone()])?,
            (None, None) => Value::Undef,
        }),
        ("clear", []) => {
            entries.clear();
            None
        }
        ("shift", []) => {
            let first = entries.shift_remove_index(0);
            Some(first.map_or(Value::Undef, |(k, v)| Value::array(vec![k, v])))
        }
        ("replace", [other]) => {
            entries = other.as_hash().cloned().unwrap_or_default();
            None
        }
        _ => return super::changing::by_name(it, receiver, name, args, block),
    };
    let changed = values::hash_of(entries);
    Ok((changed.clone(), result.unwrap_or(changed)))
}
