//! `lookup`, `hiera` and kin.

use crate::eval::backend;
use crate::eval::compiler::Compiler;
use crate::eval::data::Found;
use crate::eval::error::EvalError;
use crate::eval::facts::opaque;
use crate::eval::interp::Block;
use crate::eval::lift::{Res, alternatives, choice};
use crate::eval::scope::Env;
use crate::repo::Loc;
use crate::value::{CauseKind, Tri, Value};

/// What a lookup was asked.
#[derive(Clone, Default)]
struct Ask {
    keys: Vec<Value>,
    ty: Option<Value>,
    merge: Option<Value>,
    default: Option<Value>,
    overrides: Option<Value>,
    defaults: Option<Value>,
}

/// Methods of the context that a Hiera function in the Puppet language is handed.
pub(super) fn context<'s>(_: &mut Compiler<'s>, _: Env<'s>, args: &[Value], block: Option<Block>) -> Res<Value> {
    let is_context = matches!(args, [Value::Object(object)] if object.type_name == backend::CONTEXT);
    match (is_context, block) {
        (true, None) => Err(EvalError::puppet(backend::NOT_FOUND)),
        (true, Some(_)) => Ok(Value::Undef),
        _ => Err(EvalError::issue("UNKNOWN_FUNCTION", "Unknown function: 'not_found'.")),
    }
}

/// An error of Hiera's own is not one of the call: it has a code of its own, or none.
fn hiera_error(c: &Compiler<'_>, message: String) -> EvalError {
    if message.starts_with("cannot sort") {
        return EvalError::puppet(message);
    }
    let issue = ISSUES.iter().find(|(part, _)| message.contains(part)).map(|(_, issue)| *issue);
    let at = place_of(&message).or_else(|| c.last_loc.clone()).or_else(|| Some(Loc::new("", 0)));
    EvalError::Puppet { issue, message, at }
}

/// The place that an error of a `hiera.yaml` ends with: `(path:line)`.
fn place_of(message: &str) -> Option<Loc> {
    let (path, line) = message.strip_suffix(')')?.rsplit_once('(')?.1.rsplit_once(':')?;
    let line = line.parse().ok().filter(|_| path.ends_with("hiera.yaml"))?;
    Some(Loc::new(path, line))
}

/// Puppet's codes of errors in `hiera.yaml`, by wording.
const ISSUES: &[(&str, &str)] = &[
    (
        "One of data_hash, lookup_key, data_dig, or hiera3_backend must be defined",
        "HIERA_MISSING_DATA_PROVIDER_FUNCTION",
    ),
    ("Only one of data_hash, lookup_key, data_dig, or hiera3_backend can be", "HIERA_MULTIPLE_DATA_PROVIDER_FUNCTIONS"),
    ("Only one of path, paths, glob", "HIERA_MULTIPLE_LOCATION_SPECS"),
    ("defined more than once. First defined at", "HIERA_HIERARCHY_NAME_MULTIPLY_DEFINED"),
    ("is reserved by Puppet", "HIERA_OPTION_RESERVED_BY_PUPPET"),
    ("Unable to find 'data_hash' function", "HIERA_DATA_PROVIDER_FUNCTION_NOT_FOUND"),
    ("Unable to find 'lookup_key' function", "HIERA_DATA_PROVIDER_FUNCTION_NOT_FOUND"),
    ("Unable to find 'data_dig' function", "HIERA_DATA_PROVIDER_FUNCTION_NOT_FOUND"),
];

/// With a third argument the second has to be a type.
fn signature(args: &[Value]) -> Res<()> {
    let third = args.len() == 3 && !matches!(args.get(1), Some(Value::Type(_) | Value::Sym(_)));
    if !third {
        return Ok(());
    }
    let message = "The function 'lookup' was called with arguments it does not accept. It expects one of:\n  \
                   (NameType = Variant[String, Array[String]] name, ValueType = Type value_type?, \
                   MergeType = Variant[String[1], Hash[String, Scalar]] merge?)\n    \
                   rejected: parameter 'value_type' expects a ValueType = Type value";
    Err(EvalError::puppet(message))
}

pub(super) fn lookup<'s>(c: &mut Compiler<'s>, env: Env<'s>, args: &[Value], block: Option<Block>) -> Res<Value> {
    signature(args)?;
    let ask = parse(args);
    let mut unknown = None;
    for key in &ask.keys {
        match one_key(c, env, key, &ask)? {
            Some(value) if value.is_unknown() => unknown = Some(value),
            Some(value) => return check(c, &ask, value, key),
            None => {}
        }
        if unknown.is_some() {
            break;
        }
    }
    if let Some(value) = unknown {
        return Ok(value);
    }
    if let Some(default) = ask.default {
        // Nothing by default, where a layer is not here that may well say something (a password).
        let unsure = matches!(default, Value::Undef).then(|| maybe_absent(c, &ask.keys)).flatten();
        return Ok(unsure.unwrap_or(default));
    }
    if let Some(block) = block {
        let name = ask.keys.first().cloned().unwrap_or_default();
        return c.run_closure(block, &[name]);
    }
    if let Some(value) = maybe_absent(c, &ask.keys) {
        return Ok(value);
    }
    missing(c, &ask)
}

/// A key that may stand in a layer which is not in the repository.
fn maybe_absent(c: &mut Compiler<'_>, keys: &[Value]) -> Option<Value> {
    let why = c.hiera_gap()?;
    c.count(CauseKind::Hiera, why);
    Some(opaque(CauseKind::Hiera, keys.first()?.to_string()))
}

fn missing(c: &Compiler<'_>, ask: &Ask) -> Res<Value> {
    let names: Vec<String> = ask.keys.iter().map(|k| format!("'{k}'")).collect();
    let what = match &names[..] {
        [one] => format!("the name {one}"),
        many => format!("any of the names [{}]", many.join(", ")),
    };
    Err(hiera_error(c, format!("Function lookup() did not find a value for {what}")))
}

fn parse(args: &[Value]) -> Ask {
    let mut ask = Ask::default();
    let options = match args {
        [Value::Hash(h)] => Some(h.clone()),
        [first, Value::Hash(h)] => {
            ask.keys = names(first);
            Some(h.clone())
        }
        _ => None,
    };
    if let Some(options) = options {
        let get = |name: &str| options.entries.get(&Value::str(name)).cloned();
        if let Some(name) = get("name") {
            ask.keys = names(&name);
        }
        ask.ty = get("value_type");
        ask.merge = get("merge");
        ask.default = get("default_value");
        ask.overrides = get("override");
        ask.defaults = get("default_values_hash");
        return ask;
    }
    ask.keys = args.first().map(names).unwrap_or_default();
    ask.ty = args.get(1).cloned();
    ask.merge = args.get(2).filter(|m| !matches!(m, Value::Undef)).cloned();
    ask.default = args.get(3).cloned();
    ask
}

fn names(value: &Value) -> Vec<Value> {
    value.as_array().map_or_else(|| vec![value.clone()], <[Value]>::to_vec)
}

fn one_key<'s>(c: &mut Compiler<'s>, env: Env<'s>, key: &Value, ask: &Ask) -> Res<Option<Value>> {
    if let Some(values) = alternatives(key) {
        let mut out = Vec::new();
        for value in values {
            out.extend(one_key(c, env, value, ask).ok().flatten());
        }
        return Ok(Some(choice(out)));
    }
    if key.is_unknown() {
        c.count_causes(key);
        return Ok(Some(key.clone()));
    }
    c.observe_value(key);
    let member = |hash: &Option<Value>| hash.as_ref().and_then(|h| h.as_hash()?.get(key.sample()).cloned());
    if let Some(value) = member(&ask.overrides) {
        return Ok(Some(value));
    }
    match c.hiera_lookup(env, &key.to_string(), ask.merge.as_ref()) {
        Found::Value(value, _) => Ok(Some(value)),
        Found::Unknown(why) => {
            c.count(CauseKind::Hiera, why);
            Ok(Some(opaque(CauseKind::Hiera, key.to_string())))
        }
        Found::Error(message) => Err(hiera_error(c, message)),
        Found::Nothing => Ok(member(&ask.defaults)),
    }
}

fn check(c: &mut Compiler<'_>, ask: &Ask, value: Value, key: &Value) -> Res<Value> {
    if let Some(Value::Type(ty)) = &ask.ty
        && c.type_match(ty, &value) == Tri::No
    {
        let why = crate::value::types::mismatch("", ty, &value);
        return Err(EvalError::puppet(format!("Found value has wrong type, {why} (key '{key}')")));
    }
    Ok(value)
}

pub(super) fn hiera<'s>(c: &mut Compiler<'s>, env: Env<'s>, args: &[Value], block: Option<Block>) -> Res<Value> {
    legacy(c, env, args, None, block)
}

pub(super) fn hiera_array<'s>(c: &mut Compiler<'s>, env: Env<'s>, args: &[Value], block: Option<Block>) -> Res<Value> {
    legacy(c, env, args, Some(Value::str("unique")), block)
}

pub(super) fn hiera_hash<'s>(c: &mut Compiler<'s>, env: Env<'s>, args: &[Value], block: Option<Block>) -> Res<Value> {
    legacy(c, env, args, Some(Value::str("hash")), block)
}

fn legacy<'s>(
    c: &mut Compiler<'s>,
    env: Env<'s>,
    args: &[Value],
    merge: Option<Value>,
    block: Option<Block>,
) -> Res<Value> {
    let Some(key) = args.first() else { return Err(super::arity("hiera", "at least 1 argument", 0)) };
    let ask = Ask { keys: vec![key.clone()], merge, default: args.get(1).cloned(), ..Ask::default() };
    if let Some(value) = one_key(c, env, key, &ask)? {
        return Ok(value);
    }
    match (ask.default, block) {
        (Some(default), _) => Ok(default),
        (None, Some(block)) => c.run_closure(block, std::slice::from_ref(key)),
        (None, None) => maybe_absent(c, std::slice::from_ref(key))
            .ok_or_else(|| hiera_error(c, format!("Function lookup() did not find a value for the name '{key}'"))),
    }
}
