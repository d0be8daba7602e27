//! Functions about types, and names of Ruby classes for messages.

use super::args::{Outcome, arg, call, count, wrong};
use crate::eval::error::EvalError;
use crate::eval::interp::{Block, Interp};
use crate::value::types::{self, Type};
use crate::value::{Tri, Value};

/// The Ruby class of a value.
pub(crate) fn ruby_class(value: &Value) -> &'static str {
    match value {
        Value::Undef => "NilClass",
        Value::Default => "Symbol",
        Value::Bool(true) => "TrueClass",
        Value::Bool(false) => "FalseClass",
        Value::Int(_) => "Integer",
        Value::Float(_) => "Float",
        Value::Str(_) => "String",
        Value::Regex(_) => "Regexp",
        Value::Array(_) => "Array",
        Value::Hash(_) => "Hash",
        Value::Type(_) => "Type",
        Value::Sensitive(_) => "Sensitive",
        Value::Object(_) | Value::Sym(_) => "Object",
    }
}

/// As Ruby names a value in conversion errors.
pub(super) fn ruby_short(value: &Value) -> &'static str {
    match value {
        Value::Undef => "nil",
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        other => ruby_class(other),
    }
}

/// `type(value, 'reduced')`
pub(super) fn type_of(_: &mut dyn Interp, args: &[Value], _: Option<Block>) -> Outcome {
    count("type", args, 1, 2)?;
    let value = arg(args, 0);
    let found = match args.get(1).map(|v| v.as_str().unwrap_or_default()) {
        None | Some("detailed") => types::infer_detailed(value),
        Some("reduced") => types::infer(value),
        Some("generalized") => types::infer(value).generalize(),
        Some(_) => {
            return Err(super::args::no_signature(
                "type",
                &[
                    "Any value, Enum['detailed'] inference_method?",
                    "Any value, Enum['reduced'] inference_method",
                    "Any value, Enum['generalized'] inference_method",
                ],
            ));
        }
    };
    Ok(Value::Type(found.into()))
}

pub(super) fn assert_type(cx: &mut dyn Interp, args: &[Value], block: Option<Block>) -> Outcome {
    count("assert_type", args, 2, 2)?;
    let expected = match arg(args, 0) {
        Value::Type(t) => t.clone(),
        Value::Str(name) => match types::base(&name.text) {
            Some(t) => t.into(),
            None => cx.type_alias(&name.text).ok_or_else(|| {
                EvalError::puppet(format!(
                    "The expression <{name}> is not a valid type specification.",
                    name = name.text
                ))
            })?,
        },
        other => return Err(wrong("assert_type", "type", "a value of type Type or String", other)),
    };
    let value = arg(args, 1);
    if let Type::Unresolved(name) = &*expected {
        return Err(EvalError::issue("UNKNOWN_RESOURCE_TYPE", format!("Resource type not found: {name}")));
    }
    if expected.matches(value, cx) != Tri::No {
        return Ok(value.clone());
    }
    match block {
        Some(block) => call(cx, block, &[Value::Type(expected), Value::Type(types::infer_detailed(value).into())]),
        None => Err(EvalError::puppet(types::mismatch("assert_type():", &expected, &value.sampled()))),
    }
}

/// stdlib's `is_a`.
pub(super) fn is_a(cx: &mut dyn Interp, args: &[Value], _: Option<Block>) -> Outcome {
    count("is_a", args, 2, 2)?;
    match arg(args, 1) {
        Value::Type(t) => {
            Ok(crate::eval::operators::truth_value("is_a", &[arg(args, 0), arg(args, 1)], t.matches(arg(args, 0), cx)))
        }
        other => Err(wrong("is_a", "type", "a Type value", other)),
    }
}
