//! The deep merge, as the gem does it that Puppet uses, down to the order of what comes out: elements of lower
//! levels come first.

use std::cmp::Ordering;
use std::sync::Arc;

use ecow::EcoString;

use super::api::DeepOptions;
use super::data::{Data, Hash, Value};
use super::error::HieraError;
use super::merge::{append_new, bad};
use super::template::push_data;

/// Most values of mixed kinds that are held against one another before they are sorted.
const MAX_COMPARED: usize = 2000;

type Merged = Result<Data, HieraError>;

/// Merges `source` into `dest`.
pub(super) fn deep(source: &Data, dest: Data, options: &DeepOptions) -> Merged {
    match &options.knockout_prefix {
        Some(prefix) if prefix.is_empty() => Err(bad("knockout_prefix cannot be an empty string in deep_merge!")),
        Some(_) if options.preserve_unmergeables => {
            Err(bad("overwrite_unmergeable must be true if knockout_prefix is specified in deep_merge!"))
        }
        _ => merge(source, dest, options, false),
    }
}

/// `is_same`: both are one object, so that what is taken out of the one is gone from the other.
fn merge(source: &Data, dest: Data, options: &DeepOptions, is_same: bool) -> Merged {
    if matches!(source.value, Value::Undef) {
        return Ok(dest);
    }
    if !is_set(&dest) && !options.preserve_unmergeables {
        return Ok(source.clone());
    }
    match &source.value {
        Value::Hash(from) => match &dest.value {
            Value::Hash(into) => hash(from.iter(), into, source, &dest, options, is_same),
            _ => hash_over(from, source, dest, options),
        },
        Value::Array(from) => array(from, source, dest, options, is_same),
        _ => match dest.as_array() {
            Some(items) if options.extend_existing_arrays => {
                Ok(list([items, std::slice::from_ref(source)].concat(), source))
            }
            _ => Ok(overwritten(source, dest, options)),
        },
    }
}

/// What counts as being there in Ruby.
fn is_set(data: &Data) -> bool {
    !matches!(data.value, Value::Undef | Value::Bool(false))
}

fn list(items: Vec<Data>, source: &Data) -> Data {
    Data { value: Value::Array(items.into()), at: source.at.clone() }
}

fn hash<'h>(
    from: impl Iterator<Item = &'h (Data, Data)>,
    into: &Hash,
    source: &Data,
    dest: &Data,
    options: &DeepOptions,
    is_same: bool,
) -> Merged {
    let mut out = into.clone();
    for (key, value) in from {
        let merged = match out.get_data(key).filter(|old| is_set(old)).cloned() {
            Some(old) => merge(value, old, options, is_same)?,
            None => with_itself(value, options)?,
        };
        out.insert(key.clone(), merged);
    }
    Ok(Data { value: Value::Hash(Arc::new(out)), at: source.at.clone().or_else(|| dest.at.clone()) })
}

/// A new value is merged with a copy of itself, whose members are the same: that removes duplicates and knocked out
/// elements.
fn with_itself(value: &Data, options: &DeepOptions) -> Merged {
    match (&value.value, is_set(value)) {
        (Value::Hash(inner), _) => hash(inner.iter(), inner, value, value, options, true),
        (_, true) => merge(value, value.clone(), options, false),
        (_, false) => Ok(value.clone()),
    }
}

/// A mapping over something else, which it replaces with its first key; the other keys are then merged with
/// themselves.
fn hash_over(from: &Hash, source: &Data, dest: Data, options: &DeepOptions) -> Merged {
    if from.is_empty() {
        return Ok(dest);
    }
    if options.extend_existing_arrays
        && let Some(items) = dest.as_array()
    {
        // Once for each key.
        let times = from.iter().map(|_| source.clone());
        return Ok(list(items.iter().cloned().chain(times).collect(), source));
    }
    if options.preserve_unmergeables {
        return Ok(dest);
    }
    hash(from.iter().skip(1), from, source, source, options, true)
}

fn array(from: &[Data], source: &Data, dest: Data, options: &DeepOptions, is_same: bool) -> Merged {
    if options.overwrite_arrays {
        return Ok(source.clone());
    }
    let (mut from, mut dest) = unpacked(from, dest, options);
    if let Some(prefix) = &options.knockout_prefix {
        let is_bare = |d: &Data| d.as_str() == Some(prefix);
        if from.iter().any(is_bare) {
            from.retain(|d| !is_bare(d));
            dest = cleared(dest);
        }
    }
    let Some(into) = dest.as_array() else {
        return Ok(overwritten(&list(from, source), dest, options));
    };
    let mut into = into.to_vec();
    if let Some(prefix) = &options.knockout_prefix {
        if is_same {
            into = knocked_out_of_itself(into, prefix);
            from.clone_from(&into);
        } else {
            from.retain(|item| !knock_out(item, prefix, &mut into));
        }
    }
    let mut out = joined(from, into, options)?;
    if options.sort_merged_arrays {
        sort(&mut out)?;
    }
    Ok(Data { value: Value::Array(out.into()), at: source.at.clone().or(dest.at) })
}

fn joined(from: Vec<Data>, into: Vec<Data>, options: &DeepOptions) -> Result<Vec<Data>, HieraError> {
    let mut out = Vec::new();
    let are_hashes = from.iter().chain(&into).all(|d| d.as_hash().is_some());
    if options.merge_hash_arrays && are_hashes {
        let empty = Data::new(Value::Hash(Arc::default()));
        for (place, old) in into.into_iter().enumerate() {
            out.push(merge(from.get(place).unwrap_or(&empty), old, options, false)?);
        }
        out.extend(from.into_iter().skip(out.len()));
    } else {
        append_new(&mut out, &into);
        append_new(&mut out, &from);
    }
    Ok(out)
}

/// `unpack_arrays`: all elements as one text, taken apart at a separator.
fn unpacked(from: &[Data], dest: Data, options: &DeepOptions) -> (Vec<Data>, Data) {
    let Some(separator) = &options.unpack_arrays else { return (from.to_vec(), dest) };
    let split = |items: &[Data]| {
        let mut texts = Vec::new();
        items.iter().for_each(|item| flat_texts(item, &mut texts));
        let joined = texts.join(separator.as_str());
        let mut parts: Vec<&str> =
            if separator.is_empty() { vec![&joined] } else { joined.split(&**separator).collect() };
        while parts.last().is_some_and(|part| part.is_empty()) {
            parts.pop();
        }
        parts.into_iter().map(Data::str).collect::<Vec<Data>>()
    };
    let dest = match dest.as_array() {
        Some(items) => Data { value: Value::Array(split(items).into()), at: dest.at },
        None => dest,
    };
    (split(from), dest)
}

fn flat_texts(item: &Data, out: &mut Vec<String>) {
    if let Some(items) = item.as_array() {
        return items.iter().for_each(|item| flat_texts(item, out));
    }
    let mut text = String::new();
    push_data(item, &mut text);
    out.push(text);
}

/// Whether `item` is `PREFIXx`, which removes `x` and itself from the lower levels.
fn knock_out(item: &Data, prefix: &EcoString, dest: &mut Vec<Data>) -> bool {
    let Some(text) = item.as_str() else { return false };
    let Some(bare) = text.strip_prefix(prefix.as_str()) else { return false };
    dest.retain(|d| d.as_str() != Some(bare) && d.as_str() != Some(text));
    true
}

/// The same where both lists are one object: elements move up while it is gone through.
fn knocked_out_of_itself(mut items: Vec<Data>, prefix: &EcoString) -> Vec<Data> {
    let (mut place, mut kept) = (0, 0);
    while let Some(item) = items.get(place).cloned() {
        place += 1;
        if knock_out(&item, prefix, &mut items) {
            continue;
        }
        if let Some(slot) = items.get_mut(kept) {
            *slot = item;
        }
        kept += 1;
    }
    if kept < items.len() && kept < place {
        items.drain(kept..place.min(items.len()));
    }
    items
}

fn cleared(dest: Data) -> Data {
    let value = match dest.value {
        Value::Array(_) => Value::Array(Arc::from([])),
        Value::Hash(_) => Value::Hash(Arc::default()),
        Value::Str(_) => Value::Str(EcoString::new()),
        _ => Value::Undef,
    };
    Data { value, at: dest.at }
}

fn overwritten(source: &Data, dest: Data, options: &DeepOptions) -> Data {
    if options.preserve_unmergeables {
        return dest;
    }
    let Some(prefix) = &options.knockout_prefix else { return source.clone() };
    let is_knocked_out = |d: &Data| d.as_str().is_some_and(|s| s.starts_with(prefix.as_str()));
    match source.as_array() {
        _ if is_knocked_out(source) => Data { value: Value::Str(EcoString::new()), at: source.at.clone() },
        Some(items) => list(items.iter().filter(|d| !is_knocked_out(d)).cloned().collect(), source),
        None => source.clone(),
    }
}

fn sort(items: &mut [Data]) -> Result<(), HieraError> {
    let plain = items.iter().all(|d| d.as_str().is_some()) || items.iter().all(|d| matches!(d.value, Value::Int(_)));
    if !plain && items.len() > MAX_COMPARED {
        return Err(HieraError::new(format!("more than {MAX_COMPARED} values to sort"), "drop sort_merged_arrays"));
    }
    // Each with each: sorting needs an order among all of them.
    for (place, a) in items.iter().enumerate().filter(|_| !plain) {
        if let Some(b) = items.iter().skip(place + 1).find(|b| order(a, b).is_none()) {
            let message = format!("comparison of {} with {} failed", a.type_name(), b.type_name());
            return Err(HieraError::new(message, "drop sort_merged_arrays"));
        }
    }
    items.sort_by(|a, b| order(a, b).unwrap_or(Ordering::Equal));
    Ok(())
}

/// Ruby's `<=>`, where there is an order.
fn order(a: &Data, b: &Data) -> Option<Ordering> {
    #[allow(clippy::cast_precision_loss)]
    let number = |d: &Data| match d.value {
        Value::Int(i) => Some(i as f64),
        Value::Float(f) => Some(f),
        _ => None,
    };
    if let (Some(a), Some(b)) = (a.as_str(), b.as_str()) {
        return Some(a.cmp(b));
    }
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return a.partial_cmp(&b);
    }
    if let (Some(a), Some(b)) = (a.as_array(), b.as_array()) {
        for (a, b) in a.iter().zip(b) {
            match order(a, b)? {
                Ordering::Equal => {}
                other => return Some(other),
            }
        }
        return Some(a.len().cmp(&b.len()));
    }
    (a == b).then_some(Ordering::Equal)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn merged(high: &str, low: &str, options: &DeepOptions) -> String {
        let data = |text: &str| Data::from_json(&serde_json::from_str(text).unwrap());
        let mut out = String::new();
        match deep(&data(high), data(low), options) {
            Ok(data) => push_data(&data, &mut out),
            Err(error) => out = error.message,
        }
        out
    }

    #[test]
    fn options_of_the_gem() {
        let with = |change: fn(&mut DeepOptions)| {
            let mut options = DeepOptions::default();
            change(&mut options);
            options
        };
        let preserve = with(|o| o.preserve_unmergeables = true);
        assert_eq!(merged(r#"{"a":1,"k":2}"#, r#"{"a":{"b":1}}"#, &preserve), r#"{"a"=>{"b"=>1}, "k"=>2}"#);
        let extend = with(|o| o.extend_existing_arrays = true);
        assert_eq!(merged(r#"{"k":1,"s":2}"#, "[3]", &extend), r#"[3, {"k"=>1, "s"=>2}, {"k"=>1, "s"=>2}]"#);
        let unpack = with(|o| o.unpack_arrays = Some(",".into()));
        assert_eq!(merged(r#"["a,b",1]"#, r#"["b"]"#, &unpack), r#"["b", "a", "1"]"#);
        let sorted = with(|o| o.sort_merged_arrays = true);
        assert_eq!(merged("[[2],[1]]", "[[1,1]]", &sorted), "[[1], [1, 1], [2]]");
        assert_eq!(merged("[1,{}]", "[]", &sorted), "comparison of Integer with Struct failed");
    }

    #[test]
    fn what_replaces_is_merged_with_itself() {
        let mut options = DeepOptions::default();
        assert_eq!(merged(r#"{"k":[1,1],"l":[1,1]}"#, "5", &options), r#"{"k"=>[1, 1], "l"=>[1]}"#);
        options.knockout_prefix = Some("--".into());
        assert_eq!(merged(r#"{"k":1,"l":["--x","z"]}"#, "[5]", &options), r#"{"k"=>1, "l"=>[]}"#);
    }
}
