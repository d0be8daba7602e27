//! Arguments of functions: counts, kinds and the errors for wrong ones.

use crate::eval::error::EvalError;
use crate::eval::interp::{Block, Interp};
use crate::value::types::{self, Call, Range, Type};
use crate::value::{Array, Entries, Hash, Value};
use std::sync::Arc;

/// Result of a built-in.
pub(crate) type Outcome = Result<Value, EvalError>;

/// Most elements a function makes out of a number, a range or a repetition.
pub(crate) const MAX_ITEMS: usize = 1_000_000;
/// Longest string a function makes.
pub(crate) const MAX_TEXT: usize = 64 << 20;

/// Checks the number of arguments.
pub(crate) fn count(name: &str, args: &[Value], min: usize, max: usize) -> Result<(), EvalError> {
    if (min..=max).contains(&args.len()) {
        return Ok(());
    }
    let call = Call {
        name,
        params: Vec::new(),
        types: Vec::new(),
        size: Range {
            min: Range::exactly(min).min,
            max: if max == usize::MAX { i64::MAX } else { Range::exactly(max).max },
        },
    };
    Err(EvalError::puppet(types::mismatch_call(&call, args).unwrap_or_default()))
}

/// An argument; `undef` beyond the last.
pub(crate) fn arg(args: &[Value], i: usize) -> &Value {
    static UNDEF: Value = Value::Undef;
    args.get(i).unwrap_or(&UNDEF)
}

/// The error for an argument of the wrong kind. `wanted` is a phrase (`a String value`).
pub(crate) fn wrong(name: &str, param: &str, wanted: &str, got: &Value) -> EvalError {
    let got = types::infer_detailed(got);
    let got = match &got {
        Type::Type(Some(inner)) => format!("Type[{}]", inner.name()),
        Type::Sensitive(Some(inner)) => format!("Sensitive[{}]", inner.name()),
        other => other.name().to_owned(),
    };
    EvalError::puppet(format!("'{name}' parameter '{param}' expects {wanted}, got {got}"))
}

/// The error for a call that fits none of the signatures.
pub(crate) fn no_signature(name: &str, signatures: &[&str]) -> EvalError {
    let mut text = format!("The function '{name}' was called with arguments it does not accept. It expects one of:");
    for signature in signatures {
        text.push_str(&format!("\n  ({signature})"));
    }
    EvalError::puppet(text)
}

/// The error of Ruby for what is no text.
pub(crate) fn no_text(value: &Value) -> EvalError {
    EvalError::puppet(format!("no implicit conversion of {} into String", super::types::ruby_class(value)))
}

/// A string argument.
pub(crate) fn string<'a>(name: &str, param: &str, value: &'a Value) -> Result<&'a str, EvalError> {
    match value {
        Value::Str(s) => Ok(&s.text),
        other => Err(wrong(name, param, "a String value", other)),
    }
}

/// An integer argument.
pub(crate) fn integer(name: &str, param: &str, value: &Value) -> Result<i64, EvalError> {
    match value {
        Value::Int(i) => Ok(*i),
        other => Err(wrong(name, param, "an Integer value", other)),
    }
}

/// An array argument.
pub(crate) fn array<'a>(name: &str, param: &str, value: &'a Value) -> Result<&'a Arc<Array>, EvalError> {
    match value {
        Value::Array(a) => Ok(a),
        other => Err(wrong(name, param, "an Array value", other)),
    }
}

/// A hash argument.
pub(crate) fn hash<'a>(name: &str, param: &str, value: &'a Value) -> Result<&'a Arc<Hash>, EvalError> {
    match value {
        Value::Hash(h) => Ok(h),
        other => Err(wrong(name, param, "a Hash value", other)),
    }
}

/// The limit on sizes was reached.
pub(crate) fn too_much(name: &str) -> EvalError {
    EvalError::Limit { what: format!("{name}() would make more than {MAX_ITEMS} elements"), at: None }
}

/// A key and a value as a pair.
pub(crate) fn pair(k: &Value, v: &Value) -> Value {
    Value::array(vec![k.clone(), v.clone()])
}

/// A hash from pairs.
pub(crate) fn hash_value(entries: impl IntoIterator<Item = (Value, Value)>) -> Value {
    Value::hash(entries.into_iter().collect::<Entries>())
}

/// Runs a block; `next(value)` is its value.
pub(crate) fn call(cx: &mut dyn Interp, block: Block, args: &[Value]) -> Outcome {
    match cx.call_block(block, args) {
        Err(EvalError::Next(value)) => Ok(value),
        other => other,
    }
}

/// What iterating over a value yields; `None` if it cannot be iterated over.
pub(crate) fn elements(name: &str, value: &Value) -> Result<Option<Vec<Value>>, EvalError> {
    let range = |from: i64, to: i64| -> Result<Option<Vec<Value>>, EvalError> {
        let size = i128::from(to) - i128::from(from);
        if size >= i128::from(Range::exactly(MAX_ITEMS).max) {
            return Err(too_much(name));
        }
        Ok(Some((from..=to).map(Value::Int).collect()))
    };
    match value {
        Value::Array(a) => Ok(Some(a.items.clone())),
        Value::Hash(h) => Ok(Some(h.entries.iter().map(|(k, v)| pair(k, v)).collect())),
        Value::Str(s) => Ok(Some(s.text.chars().map(|c| Value::str(c.to_string())).collect())),
        Value::Int(0) => Ok(Some(Vec::new())),
        Value::Int(n) if *n > 0 => range(0, n - 1),
        Value::Type(t) => match t.resolved() {
            Some(Type::Integer(r)) if r.min != i64::MIN && r.max != i64::MAX => range(r.min, r.max),
            Some(Type::Enum { values, .. }) => Ok(Some(values.iter().cloned().map(Value::str).collect())),
            _ => Ok(None),
        },
        _ => Ok(None),
    }
}
