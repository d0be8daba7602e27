//! What strings, arrays, hashes and numbers can do.
//!
//! Every method takes values whose symbolic parts have been dealt with by the caller, except for
//! elements of containers, which methods that never look at them pass on as they are.

pub(crate) mod address;
pub(crate) mod array;
pub(crate) mod asked;
pub(crate) mod changing;
pub(crate) mod charset;
pub(crate) mod combine;
pub(crate) mod escape;
pub(crate) mod float;
pub(crate) mod format;
pub(crate) mod hash;
pub(crate) mod inspect;
pub(crate) mod integer;
pub(crate) mod iterate;
pub(crate) mod json;
pub(crate) mod lacking;
pub(crate) mod number;
pub(crate) mod object;
pub(crate) mod order;
pub(crate) mod paths;
pub(crate) mod string;
pub(crate) mod substitute;
pub(crate) mod uri;

use super::interp::{Callable, Interp, Stop};
use super::values;
use crate::value::Value;

/// A method's result; `None` if the method is not modelled.
pub(crate) type Answer = Result<Option<Value>, Stop>;

/// Calls a method on a value that is not symbolic itself.
pub(crate) fn call(
    it: &mut Interp<'_>,
    receiver: &Value,
    name: &str,
    args: &[Value],
    block: Option<&Callable>,
) -> Answer {
    let own = match receiver {
        Value::Str(s) => string::call(it, s, name, args, block)?,
        Value::Int(_) | Value::Float(_) => number::call(it, receiver, name, args, block)?,
        Value::Array(_) => array::call(it, receiver, name, args, block)?,
        Value::Hash(h) => hash::call(it, h, name, args, block)?,
        Value::Regex(r) => substitute::regex_call(it, r, name, args)?,
        Value::Undef => nil(name),
        Value::Object(_) => object::ruby_object(it, receiver, name, args)?,
        _ => None,
    };
    if own.is_some() {
        return Ok(own);
    }
    if matches!(receiver, Value::Undef | Value::Bool(_))
        && let Some(value) = object::truth(receiver, name, args)
    {
        return Ok(Some(value));
    }
    if let Some(items) = iterate::elements(receiver)
        && let Some(value) = iterate::call(it, receiver, items, name, args, block)?
    {
        return Ok(Some(value));
    }
    object::call(it, receiver, name, args, block)
}

fn nil(name: &str) -> Option<Value> {
    Some(match name {
        "to_s" => Value::str(""),
        "to_a" => Value::array(Vec::new()),
        "to_h" => values::hash_of(crate::value::Entries::default()),
        "to_i" => Value::Int(0),
        "to_f" => Value::Float(0.0),
        "=~" => Value::Undef,
        _ => return None,
    })
}

/// Elements or bytes: how costly a walk over the value is.
pub(crate) fn size_of(value: &Value) -> usize {
    match value {
        Value::Str(s) => s.text.len(),
        Value::Array(a) => a.items.len(),
        Value::Hash(h) => h.entries.len(),
        _ => 1,
    }
}

/// Name of a value's class.
pub(crate) fn class_name(value: &Value) -> &str {
    match value {
        Value::Undef => "NilClass",
        Value::Bool(true) => "TrueClass",
        Value::Bool(false) => "FalseClass",
        Value::Int(_) => "Integer",
        Value::Float(_) => "Float",
        Value::Str(_) => "String",
        Value::Regex(_) => "Regexp",
        Value::Array(_) => "Array",
        Value::Hash(_) => "Hash",
        Value::Default => "Symbol",
        Value::Object(o) => o.type_name.strip_prefix("Ruby::").unwrap_or(&o.type_name),
        Value::Type(_) => "Puppet::Pops::Types",
        Value::Sensitive(_) => "Sensitive",
        Value::Sym(_) => "Object",
    }
}
