//! How values of several levels become one: first, unique, hash; the deep merge is in `deep`.

use std::sync::Arc;

use ecow::EcoString;

use super::api::{DeepOptions, Merge};
use super::data::{Data, Hash, Value};
use super::deep::deep;
use super::error::HieraError;

impl Merge {
    /// From what `lookup()` and `lookup_options` take: a name, or a hash with `strategy`.
    pub fn from_data(data: &Data) -> Result<Self, HieraError> {
        let (name, options) = match &data.value {
            Value::Undef | Value::Bool(false) => return Ok(Self::First),
            Value::Str(name) => (name.clone(), None),
            Value::Hash(hash) => match hash.get("strategy").and_then(Data::as_str) {
                Some(name) => (EcoString::from(name), Some(&**hash)),
                None => {
                    return Err(bad(
                        "The hash given as 'merge' must contain the name of a strategy in string form for the key 'strategy'",
                    ));
                }
            },
            _ => {
                let mut shown = String::new();
                super::template::push_data(data, &mut shown);
                return Err(bad(&format!("Unknown merge strategy: '{shown}'")));
            }
        };
        let unconstrained = matches!(name.as_str(), "unconstrained_deep" | "reverse_deep");
        let allowed: &[&str] = match name.as_str() {
            "deep" => &["strategy", "knockout_prefix", "merge_debug", "merge_hash_arrays", "sort_merged_arrays"],
            _ => &["strategy"],
        };
        for (key, _) in options.into_iter().flat_map(Hash::iter).filter(|_| !unconstrained) {
            let key = key.as_str().unwrap_or_default();
            if !allowed.contains(&key) {
                return Err(bad(&format!("The merge options has wrong type, unrecognized key '{key}'")));
            }
        }
        Ok(match name.as_str() {
            "first" | "default" => Self::First,
            "unique" => Self::Unique,
            "hash" => Self::Hash,
            "deep" | "unconstrained_deep" => Self::Deep(deep_options(options, false)?),
            "reverse_deep" => Self::Deep(deep_options(options, true)?),
            other => return Err(bad(&format!("Unknown merge strategy: '{other}'"))),
        })
    }
}

fn deep_options(options: Option<&Hash>, reverse: bool) -> Result<DeepOptions, HieraError> {
    let flag = |name: &str| match options.and_then(|o| o.get(name)).map(|d| &d.value) {
        None | Some(Value::Undef) => Ok(false),
        Some(Value::Bool(on)) => Ok(*on),
        Some(_) => Err(bad(&format!("The merge options has wrong type, entry '{name}' expects a Boolean"))),
    };
    let text = |name: &str| match options.and_then(|o| o.get(name)).map(|d| &d.value) {
        None | Some(Value::Undef) => Ok(None),
        Some(Value::Str(text)) => Ok(Some(text.clone())),
        Some(_) => Err(bad(&format!("The merge options has wrong type, entry '{name}' expects a String"))),
    };
    Ok(DeepOptions {
        knockout_prefix: text("knockout_prefix")?,
        sort_merged_arrays: flag("sort_merged_arrays")?,
        merge_hash_arrays: flag("merge_hash_arrays")?,
        preserve_unmergeables: flag("preserve_unmergeables")?,
        overwrite_arrays: flag("overwrite_arrays")?,
        extend_existing_arrays: flag("extend_existing_arrays")?,
        unpack_arrays: text("unpack_arrays")?,
        reverse,
    })
}

pub(super) fn bad(message: &str) -> HieraError {
    HieraError::new(message, "use first, unique, hash, deep, or a hash with one of them as strategy")
}

/// Runs `find` over the places a value may come from and merges what it finds.
pub(crate) fn over<T, E: From<HieraError>>(
    merge: &Merge,
    places: &[T],
    mut find: impl FnMut(&T) -> Result<Option<Data>, E>,
) -> Result<Option<Data>, E> {
    if let [only] = places {
        return Ok(find(only)?.map(|value| single(merge, value)));
    }
    let mut result: Option<Data> = None;
    for place in places {
        let Some(value) = find(place)? else { continue };
        result = Some(match result {
            None if *merge == Merge::First => return Ok(Some(value)),
            None if *merge == Merge::Unique => converted(&value),
            None => value,
            Some(high) => two(merge, &high, &value)?,
        });
    }
    Ok(result)
}

/// A value that nothing is merged with.
fn single(merge: &Merge, value: Data) -> Data {
    match (merge, &value.value) {
        (Merge::Unique, Value::Array(items)) => {
            let mut unique = Vec::new();
            append_new(&mut unique, items);
            Data { value: Value::Array(unique.into()), at: value.at }
        }
        _ => value,
    }
}

/// Merges the value of a higher level with that of a lower one.
pub(crate) fn two(merge: &Merge, high: &Data, low: &Data) -> Result<Data, HieraError> {
    for unknown in [high, low] {
        if matches!(unknown.value, Value::Unknown(_)) {
            return Ok(unknown.clone());
        }
    }
    match merge {
        Merge::First => Ok(high.clone()),
        Merge::Unique => unique(high, low),
        Merge::Hash => hash(high, low),
        Merge::Deep(options) if options.reverse => deep(low, high.clone(), options),
        Merge::Deep(options) => deep(high, low.clone(), options),
    }
}

fn wrong(which: &str, expected: &str, got: &Data) -> HieraError {
    let name = match &got.value {
        Value::Hash(_) if expected != "Hash value" => "Struct",
        _ => got.type_name(),
    };
    let error = HieraError::new(
        format!("The {which} element of the merge has wrong type, expects a {expected}, got {name}"),
        "make the values of all levels the same kind, or choose another merge",
    );
    match &got.at {
        Some(at) => error.at(&at.file, at.line),
        None => error,
    }
}

fn unique(high: &Data, low: &Data) -> Result<Data, HieraError> {
    for (which, value) in [("first", high), ("second", low)] {
        if matches!(value.value, Value::Hash(_) | Value::Undef) {
            return Err(wrong(which, "value of type Scalar or Array", value));
        }
        if !value.as_array().unwrap_or_default().iter().all(is_data) {
            return Err(wrong(which, "Data value in each element", value));
        }
    }
    let mut out = Vec::new();
    for value in [high, low] {
        if let Value::Array(items) = &converted(value).value {
            append_new(&mut out, items);
        }
    }
    Ok(Data { value: Value::Array(out.into()), at: high.at.clone() })
}

fn converted(value: &Data) -> Data {
    let mut out = Vec::new();
    match value.as_array() {
        Some(items) => flatten(items, &mut out),
        None => out.push(value.clone()),
    }
    Data { value: Value::Array(out.into()), at: value.at.clone() }
}

fn flatten(items: &[Data], out: &mut Vec<Data>) {
    for item in items {
        match item.as_array() {
            Some(inner) => flatten(inner, out),
            None => out.push(item.clone()),
        }
    }
}

pub(super) fn append_new(out: &mut Vec<Data>, items: &[Data]) {
    for item in items {
        if !out.iter().any(|known| same(known, item)) {
            out.push(item.clone());
        }
    }
}

/// Ruby's `eql?`: 1 and 1.0 differ, hashes with equal entries do not.
fn same(a: &Data, b: &Data) -> bool {
    a == b
}

/// Keys of the lower level come first; values of the higher one win.
fn hash(high: &Data, low: &Data) -> Result<Data, HieraError> {
    let mapping = |which: &str, value: &'_ Data| match value.as_hash() {
        None => Err(wrong(which, "Hash", value)),
        Some(_) if !is_data(value) => Err(wrong(which, "Hash[String, Data] value", value)),
        Some(hash) => Ok(hash.clone()),
    };
    let (first, second) = (mapping("first", high)?, mapping("second", low)?);
    let mut out = second;
    for (key, value) in first.iter() {
        out.insert(key.clone(), value.clone());
    }
    Ok(Data { value: Value::Hash(Arc::new(out)), at: high.at.clone() })
}

/// Whether a value is what Puppet calls `Data`: all keys are strings.
fn is_data(value: &Data) -> bool {
    match &value.value {
        Value::Array(items) => items.iter().all(is_data),
        Value::Hash(hash) => hash.iter().all(|(key, value)| is_text(key) && is_data(value)),
        _ => true,
    }
}

fn is_text(key: &Data) -> bool {
    matches!(key.value, Value::Str(_) | Value::PerHost(_) | Value::Unknown(_))
}
