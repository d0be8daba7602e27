//! The built-in functions, one file a family, found by name in static tables.
//!
//! Each entry names how the function takes symbolic arguments: `deep` functions need their arguments
//! known all through, `shallow` ones only the arguments themselves (a list may hold unknown elements),
//! `raw` ones see everything as it is.

mod args;
mod collection;
mod convert;
mod digest;
mod encode;
mod format;
mod iterate;
mod json;
mod merge;
mod network;
mod number;
mod paths;
mod pattern;
mod pcore;
mod predicate;
mod random;
pub(crate) mod ruby;
mod scan;
mod shell;
mod sort;
mod sprintf;
mod stdlib;
mod strftime;
mod tables;
mod text;
mod toml;
mod types;
mod validate;
mod yaml;
mod yaml_read;

pub use json::{to_json, to_rich_json};

use super::error::EvalError;
use super::interp::{Block, Builtin, Interp};
use crate::value::Value;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

type Body = fn(&mut dyn Interp, &[Value], Option<Block>) -> Result<Value, EvalError>;

static INDEX: LazyLock<FxHashMap<&'static str, Builtin>> = LazyLock::new(|| tables::all().into_iter().collect());

/// A built-in by name.
#[must_use]
pub fn find(name: &str) -> Option<Builtin> {
    INDEX.get(name.strip_prefix("::").unwrap_or(name)).copied()
}

/// Applies a type as a function (`Integer('5')`, `new`).
///
/// # Errors
/// When the value cannot be converted.
pub fn new_instance(cx: &mut dyn Interp, target: &crate::value::types::Type, args: &[Value]) -> Result<Value, EvalError> {
    let mut all = vec![Value::Type(target.clone().into())];
    all.extend_from_slice(args);
    deep(cx, "new", &all, None, convert::new)
}

/// Needs every part of its arguments.
fn deep(cx: &mut dyn Interp, name: &str, args: &[Value], block: Option<Block>, body: Body) -> Result<Value, EvalError> {
    if !args.iter().any(Value::has_sym) {
        return body(cx, args, block);
    }
    if args.iter().any(Value::has_unknown) {
        return Ok(Value::call(name, args.to_vec(), None));
    }
    let samples: Vec<Value> = args.iter().map(Value::sampled).collect();
    let result = body(cx, &samples, block)?;
    Ok(Value::call(name, args.to_vec(), Some(result.sampled())))
}

/// Needs its arguments themselves, not what they hold.
fn shallow(cx: &mut dyn Interp, name: &str, args: &[Value], block: Option<Block>, body: Body) -> Result<Value, EvalError> {
    if !args.iter().any(|v| matches!(v, Value::Sym(_))) {
        return body(cx, args, block);
    }
    if args.iter().any(Value::is_unknown) {
        return Ok(Value::call(name, args.to_vec(), None));
    }
    let samples: Vec<Value> = args.iter().map(|v| v.sample().clone()).collect();
    if block.is_some() {
        observe_lists(cx, args);
    }
    let result = body(cx, &samples, block)?;
    Ok(if result.has_unknown() { result } else { Value::call(name, args.to_vec(), Some(result.sampled())) })
}

/// What a block does depends on the list it runs over: other hosts must have the same.
fn observe_lists(cx: &mut dyn Interp, args: &[Value]) {
    for arg in args.iter().filter(|v| matches!(v, Value::Sym(_))) {
        let question = Value::call("==", vec![arg.clone(), arg.sampled()], Some(Value::Bool(true)));
        cx.observe(&question, true);
    }
}

/// A list as it is, anything else as a list of one.
fn ruby_list(value: &Value) -> Vec<Value> {
    value.as_array().map_or_else(|| vec![value.clone()], <[Value]>::to_vec)
}

/// Sees its arguments as they are.
fn raw(cx: &mut dyn Interp, _: &str, args: &[Value], block: Option<Block>, body: Body) -> Result<Value, EvalError> {
    body(cx, args, block)
}
