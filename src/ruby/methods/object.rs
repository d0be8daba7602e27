//! What every object can do, and the few Ruby objects of our own.

use super::{Answer, class_name, inspect, json, order};
use crate::ruby::interp::{Callable, Ground, Interp};
use crate::ruby::values;
use crate::value::Value;
use std::sync::Arc;

pub(crate) fn call(
    it: &mut Interp<'_>,
    receiver: &Value,
    name: &str,
    args: &[Value],
    block: Option<&Callable>,
) -> Answer {
    Ok(Some(match (name, args) {
        ("nil?", []) => Value::Bool(matches!(receiver, Value::Undef)),
        ("!", []) => Value::Bool(matches!(receiver, Value::Undef | Value::Bool(false))),
        ("to_s" | "to_str", []) => inspect::to_s(receiver),
        ("inspect", []) => inspect::inspect(receiver),
        ("eql?", [other @ (Value::Int(_) | Value::Float(_))]) if class_name(receiver) != class_name(other) => {
            Value::Bool(false)
        }
        ("==" | "eql?" | "equal?" | "===", [other]) => Value::Bool(order::equal(receiver, other)),
        ("!=", [other]) => Value::Bool(!order::equal(receiver, other)),
        ("<=>", [other]) => order::compare(receiver, other).map_or(Value::Undef, |o| Value::Int(o as i64)),
        ("<" | ">" | "<=" | ">=", [other]) => return compare(it, receiver, name, other),
        ("between?", [low, high]) => {
            let above = order::compare(receiver, low).is_some_and(std::cmp::Ordering::is_ge);
            Value::Bool(above && order::compare(receiver, high).is_some_and(std::cmp::Ordering::is_le))
        }
        ("is_a?" | "kind_of?" | "instance_of?", [class]) => match values::text_of(class, values::CONSTANT) {
            Some(class) => is_a(receiver, class),
            None => return Ok(None),
        },
        ("class", []) => values::object(values::CONSTANT, &[Value::str(class_name(receiver))]),
        ("dup" | "clone", []) => copy(receiver),
        ("freeze" | "itself" | "to_ary" | "unwrap", []) => receiver.clone(),
        // Of others it hangs on where they come from.
        ("frozen?", []) if matches!(receiver, Value::Undef | Value::Bool(_) | Value::Int(_) | Value::Float(_)) => {
            Value::Bool(true)
        }
        ("=~", [_]) => Value::Undef,
        ("!~", [pattern]) => {
            let matched = it.send(receiver.clone(), "=~", vec![pattern.clone()], None)?;
            return Ok(Some(it.send(matched, "nil?", Vec::new(), None)?));
        }
        ("send" | "public_send" | "__send__", [method, rest @ ..]) => {
            let Some(method) = values::as_name(method).map(str::to_owned) else { return Ok(None) };
            return Ok(Some(it.send(receiver.clone(), &method, rest.to_vec(), block)?));
        }
        ("respond_to?", [method]) => return Ok(responds(receiver, method)),
        ("then" | "yield_self", []) => match block {
            Some(block) => it.yield_to(block, vec![receiver.clone()])?,
            None => return Ok(None),
        },
        ("tap", []) => {
            if let Some(block) = block {
                it.yield_to(block, vec![receiver.clone()])?;
            }
            receiver.clone()
        }
        ("to_json" | "to_pson", []) => json::compact(receiver),
        ("to_yaml", []) => it.puppet_function("to_yaml", std::slice::from_ref(receiver))?,
        ("instance_variable_get", [_]) => return Ok(None),
        _ => return Ok(None),
    }))
}

/// An object of its own with the same content: what is done to one of the two does not happen to the other.
pub(crate) fn copy(receiver: &Value) -> Value {
    match receiver {
        Value::Array(list) => Value::Array(Arc::new(list.as_ref().clone())),
        Value::Hash(hash) => Value::Hash(Arc::new(hash.as_ref().clone())),
        other => other.clone(),
    }
}

/// `&`, `|` and `^` of true, false and nil.
pub(crate) fn truth(receiver: &Value, name: &str, args: &[Value]) -> Option<Value> {
    let [other] = args else { return None };
    let (a, b) = (truthy(receiver), truthy(other));
    match name {
        _ if other.is_unknown() => None,
        "&" => Some(Value::Bool(a && b)),
        "|" => Some(Value::Bool(a || b)),
        "^" => Some(Value::Bool(a != b)),
        _ => None,
    }
}

fn truthy(value: &Value) -> bool {
    !matches!(value, Value::Undef | Value::Bool(false))
}

fn compare(it: &mut Interp<'_>, a: &Value, name: &str, b: &Value) -> Answer {
    if matches!(a, Value::Undef | Value::Bool(_) | Value::Array(_) | Value::Hash(_)) {
        return Ok(None);
    }
    let Some(ordering) = order::compare(a, b) else {
        return it.raise_on(
            Ground::of(b),
            format!("comparison of {} with {} failed", class_name(a), super::format::class_of(b)),
        );
    };
    Ok(Some(Value::Bool(match name {
        "<" => ordering.is_lt(),
        ">" => ordering.is_gt(),
        "<=" => ordering.is_le(),
        _ => ordering.is_ge(),
    })))
}

/// `value.is_a?(class)`
pub(crate) fn is_a(value: &Value, class: &str) -> Value {
    if let Value::Sym(s) = value {
        return match &s.sample {
            Some(sample) => values::derived("is_a?", &[value], Some(is_a(sample, class))),
            None => values::derived("is_a?", &[value, &Value::str(class)], None),
        };
    }
    let own = class_name(value);
    let class = class.trim_start_matches("::");
    Value::Bool(match class {
        "Object" | "BasicObject" | "Kernel" => true,
        "Numeric" | "Comparable" => {
            matches!(value, Value::Int(_) | Value::Float(_)) || (class == "Comparable" && own == "String")
        }
        "Fixnum" | "Bignum" => own == "Integer",
        "Enumerable" => matches!(value, Value::Array(_) | Value::Hash(_)) || own == "Range",
        "Puppet::Pops::Types::PSensitiveType::Sensitive" => own == "Sensitive",
        other => own == other,
    })
}

fn responds(receiver: &Value, method: &Value) -> Option<Value> {
    let known = match (receiver, values::as_name(method)?) {
        (Value::Array(_) | Value::Hash(_), "each" | "map" | "empty?" | "length" | "size" | "join") => true,
        (Value::Str(_), "empty?" | "length" | "size" | "split" | "to_str" | "gsub") => true,
        (_, "to_s" | "nil?" | "inspect" | "to_json" | "class") => true,
        (
            Value::Str(_) | Value::Undef | Value::Bool(_) | Value::Int(_),
            "each" | "join" | "keys" | "map" | "unwrap",
        ) => false,
        (Value::Array(_), "keys" | "unwrap" | "has_key?" | "each_pair") => false,
        (Value::Hash(_), "keys" | "has_key?" | "each_pair") => true,
        (_, name) if super::lacking::undefined(receiver, name).is_some() => false,
        _ => return None,
    };
    Some(Value::Bool(known))
}

/// Symbols, ranges, procs, matches and versions.
pub(crate) fn ruby_object(it: &mut Interp<'_>, receiver: &Value, name: &str, args: &[Value]) -> Answer {
    if let Some(text) = values::as_symbol(receiver) {
        return Ok(match name {
            "to_s" | "id2name" | "name" => Some(Value::str(text)),
            "to_sym" => Some(receiver.clone()),
            "size" | "length" | "empty?" | "start_with?" | "end_with?" | "[]" | "=~" | "match" | "match?" => {
                Some(it.send(Value::str(text), name, args.to_vec(), None)?)
            }
            "upcase" | "downcase" | "capitalize" | "swapcase" | "succ" | "next" => {
                let changed = it.send(Value::str(text), name, args.to_vec(), None)?;
                changed.as_str().map(values::symbol)
            }
            _ => None,
        });
    }
    if let Some(attrs) = values::attrs(receiver, values::RANGE) {
        return Ok(range(attrs, name, args));
    }
    let callable = [values::PROC, values::BLOCK].iter().any(|kind| values::attrs(receiver, kind).is_some());
    if callable && matches!(name, "call" | "()" | "[]" | "yield" | "===") {
        return Ok(Some(it.call_proc(receiver, args.to_vec())?));
    }
    if let Some(attrs) = values::attrs(receiver, values::MATCH) {
        if let ("[]", [range], Some(groups)) = (name, args, attrs.values().next())
            && values::attrs(range, values::RANGE).is_some()
        {
            return Ok(Some(it.send(groups.clone(), name, args.to_vec(), None)?));
        }
        return Ok(super::substitute::match_data(attrs, name, args));
    }
    if let Some(attrs) = values::attrs(receiver, values::ADDRESS) {
        return Ok(super::address::call(attrs, name, args));
    }
    if let Some(text) = values::text_of(receiver, values::URI) {
        return Ok(super::uri::call(text, name, args));
    }
    if let Some(attrs) = values::attrs(receiver, values::BIG) {
        return Ok(super::number::large_call(attrs, name, args));
    }
    if values::attrs(receiver, values::VERSION).is_some() && name == "version" {
        return Ok(Some(inspect::to_s(receiver)));
    }
    Ok(None)
}

fn range(attrs: &crate::value::Entries, name: &str, args: &[Value]) -> Option<Value> {
    let mut ends = attrs.values();
    let (from, to) = (ends.next()?, ends.next()?);
    let exclusive = ends.next() == Some(&Value::Bool(true));
    match (name, args) {
        ("first" | "begin", []) => Some(from.clone()),
        ("last" | "end", []) => Some(to.clone()),
        ("exclude_end?", []) => Some(Value::Bool(exclusive)),
        ("size", []) if from.as_str().is_some() => Some(Value::Undef),
        // Only the letters between count, and a longer text is none.
        ("include?" | "member?", [Value::Str(text)]) if from.as_str().is_some() && text.text.chars().count() != 1 => {
            let single = [from, to].iter().all(|v| v.as_str().is_some_and(|t| t.chars().count() == 1));
            single.then_some(Value::Bool(false))
        }
        ("include?" | "member?" | "cover?" | "===", [value]) if values::attrs(value, values::RANGE).is_none() => {
            let above =
                matches!(from, Value::Undef) || order::compare(value, from).is_some_and(std::cmp::Ordering::is_ge);
            let below = matches!(to, Value::Undef)
                || order::compare(value, to).is_some_and(|o| if exclusive { o.is_lt() } else { o.is_le() });
            Some(Value::Bool(above && below))
        }
        _ => None,
    }
}
