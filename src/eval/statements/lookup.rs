//! `lookup`, `hiera` and kin.

use crate::eval::compiler::Compiler;
use crate::eval::data::Found;
use crate::eval::error::EvalError;
use crate::eval::facts::opaque;
use crate::eval::hiera_error::hiera_error;
use crate::eval::interp::Block;
use crate::eval::lift::{Res, alternatives, choice};
use crate::eval::scope::Env;
use crate::value::{CauseKind, Hash, Tri, Value};

/// What a lookup was asked.
#[derive(Clone, Default)]
struct Ask {
    /// As it was given: one key or several.
    name: Value,
    keys: Vec<Value>,
    ty: Option<Value>,
    merge: Option<Value>,
    default: Option<Value>,
    overrides: Option<Value>,
    defaults: Option<Value>,
}

/// Whether one of the five ways to call it takes the arguments.
fn signature(args: &[Value], block: Option<&Block>) -> Res<()> {
    if args.iter().any(Value::is_unknown) {
        return Ok(());
    }
    let block_fits = block.is_none_or(|block| block.required <= 1 && block.at_most >= 1);
    let is_accepted = block_fits
        && match args {
            [Value::Hash(options)] => are_options(options, true),
            [name, Value::Hash(options)] => is_name(name) && are_options(options, false),
            [name] => is_name(name),
            [name, ty] => is_name(name) && is_type(ty),
            [name, ty, merge] => is_name(name) && is_type(ty) && is_merge(merge),
            [name, ty, merge, _] => {
                let fits = |value: &Value, check: fn(&Value) -> bool| matches!(value, Value::Undef) || check(value);
                block.is_none() && is_name(name) && fits(ty, is_type) && fits(merge, is_merge)
            }
            _ => false,
        };
    if is_accepted {
        return Ok(());
    }
    let message = "The function 'lookup' was called with arguments it does not accept. It expects one of:\n  \
                   (NameType = Variant[String, Array[String]] name, ValueType = Type value_type?, \
                   MergeType = Variant[String[1], Hash[String, Scalar]] merge?)";
    Err(EvalError::puppet(message))
}

fn is_name(value: &Value) -> bool {
    let is_text = |v: &Value| v.is_unknown() || v.as_str().is_some();
    is_text(value) || value.as_array().is_some_and(|items| items.iter().all(is_text))
}

fn is_type(value: &Value) -> bool {
    matches!(value, Value::Type(_) | Value::Sym(_))
}

fn is_merge(value: &Value) -> bool {
    let is_scalar = |v: &Value| !matches!(v, Value::Undef | Value::Array(_) | Value::Hash(_) | Value::Type(_));
    match value {
        Value::Hash(hash) => hash.entries.iter().all(|(k, v)| k.as_str().is_some() && is_scalar(v)),
        other => other.as_str().is_some_and(|s| !s.is_empty()),
    }
}

fn are_options(options: &Hash, with_name: bool) -> bool {
    let is_table =
        |v: &Value| v.as_hash().is_some_and(|entries| entries.keys().all(|k| k.is_unknown() || k.as_str().is_some()));
    let named = options.entries.get(&Value::str("name")).is_some();
    named == with_name
        && options.entries.iter().all(|(key, value)| {
            let given =
                |check: &dyn Fn(&Value) -> bool| matches!(value, Value::Undef) || value.is_unknown() || check(value);
            match key.as_str() {
                Some("name") => is_name(value),
                Some("value_type") => given(&is_type),
                Some("default_value") => true,
                Some("override" | "default_values_hash") => given(&is_table),
                Some("merge") => given(&is_merge),
                _ => key.is_unknown(),
            }
        })
}

pub(super) fn lookup<'s>(c: &mut Compiler<'s>, env: Env<'s>, args: &[Value], block: Option<Block>) -> Res<Value> {
    signature(args, block.as_ref())?;
    let ask = parse(args);
    let mut unknown = None;
    for key in &ask.keys {
        match one_key(c, env, key, &ask)? {
            Some((value, _)) if value.is_unknown() => unknown = Some(value),
            Some((value, place)) => return checked(c, &ask, value, &place.subject(key)),
            None => {}
        }
        if unknown.is_some() {
            break;
        }
    }
    if let Some(value) = unknown {
        return Ok(value);
    }
    for key in &ask.keys {
        if let Some(value) = member(ask.defaults.as_ref(), key) {
            return checked(c, &ask, value, &Place::Defaults.subject(key));
        }
    }
    if let Some(block) = block {
        let value = c.run_closure(block, std::slice::from_ref(&ask.name))?;
        return checked(c, &ask, value, "Value returned from default block");
    }
    if let Some(default) = ask.default.clone() {
        // Nothing by default, where a layer is not here that may well say something (a password).
        let unsure = matches!(default, Value::Undef).then(|| maybe_absent(c, &ask.keys)).flatten();
        return unsure.map_or_else(|| checked(c, &ask, default, "Default value"), Ok);
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
    let (options, name) = match args {
        [Value::Hash(h)] => (Some(h.clone()), h.entries.get(&Value::str("name")).cloned()),
        [first, Value::Hash(h)] => (Some(h.clone()), Some(first.clone())),
        _ => (None, args.first().cloned()),
    };
    ask.name = name.unwrap_or_default();
    ask.keys = names(&ask.name);
    if let Some(options) = options {
        let get = |name: &str| options.entries.get(&Value::str(name)).cloned();
        ask.ty = get("value_type");
        ask.merge = get("merge").filter(|m| !matches!(m, Value::Undef));
        ask.default = get("default_value");
        ask.overrides = get("override");
        ask.defaults = get("default_values_hash");
        return ask;
    }
    ask.ty = args.get(1).cloned();
    ask.merge = args.get(2).filter(|m| !matches!(m, Value::Undef)).cloned();
    ask.default = args.get(3).cloned();
    ask
}

fn names(value: &Value) -> Vec<Value> {
    value.as_array().map_or_else(|| vec![value.clone()], <[Value]>::to_vec)
}

/// Where a value comes from.
#[derive(Clone, Copy)]
enum Place {
    Overrides,
    Data,
    Defaults,
}

impl Place {
    /// What Puppet calls a value from there.
    fn subject(self, key: &Value) -> String {
        match self {
            Self::Overrides => format!("Value found for key '{key}' in override hash"),
            Self::Data => "Found value".into(),
            Self::Defaults => format!("Value found for key '{key}' in default values hash"),
        }
    }
}

fn member(hash: Option<&Value>, key: &Value) -> Option<Value> {
    hash?.as_hash()?.get(key.sample()).cloned()
}

fn one_key<'s>(c: &mut Compiler<'s>, env: Env<'s>, key: &Value, ask: &Ask) -> Res<Option<(Value, Place)>> {
    if let Some(values) = alternatives(key) {
        let mut out = Vec::new();
        for value in values {
            match one_key(c, env, value, ask) {
                Ok(Some((value, _))) => out.push(value),
                Ok(None) => out.extend(member(ask.defaults.as_ref(), value).or_else(|| ask.default.clone())),
                Err(_) => {}
            }
        }
        return Ok((!out.is_empty()).then(|| (choice(out), Place::Data)));
    }
    if key.is_unknown() {
        c.count_causes(key);
        // What it leads to need not be the text that the key is.
        return Ok(Some((Value::call("lookup", vec![key.clone()], None), Place::Data)));
    }
    c.observe_value(key);
    if let Some(value) = member(ask.overrides.as_ref(), key) {
        return Ok(Some((value, Place::Overrides)));
    }
    match c.hiera_lookup(env, &key.to_string(), ask.merge.as_ref()) {
        Found::Value(value, _) => Ok(Some((value, Place::Data))),
        Found::Unknown(why) => {
            c.count(CauseKind::Hiera, why);
            Ok(Some((opaque(CauseKind::Hiera, key.to_string()), Place::Data)))
        }
        Found::Error(message) => Err(hiera_error(c, message)),
        Found::Nothing => Ok(None),
    }
}

/// The value, if it is of the type that was asked for.
fn checked(c: &mut Compiler<'_>, ask: &Ask, value: Value, subject: &str) -> Res<Value> {
    if let Some(Value::Type(ty)) = &ask.ty
        && c.type_match(ty, &value) == Tri::No
    {
        let why = crate::value::types::mismatch("", ty, &value);
        return Err(EvalError::puppet(format!("{subject} has wrong type, {why}")));
    }
    Ok(value)
}

pub(super) fn hiera<'s>(c: &mut Compiler<'s>, env: Env<'s>, args: &[Value], block: Option<Block>) -> Res<Value> {
    // What `lookup_options` say of merging does not count.
    legacy(c, env, args, Some(Value::str("first")), block)
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
    if let Some((value, _)) = one_key(c, env, key, &ask)? {
        return Ok(value);
    }
    match (ask.default, block) {
        (Some(Value::Undef), _) => Ok(maybe_absent(c, std::slice::from_ref(key)).unwrap_or_default()),
        (Some(default), _) => Ok(default),
        (None, Some(block)) => c.run_closure(block, std::slice::from_ref(key)),
        (None, None) => maybe_absent(c, std::slice::from_ref(key))
            .ok_or_else(|| hiera_error(c, format!("Function lookup() did not find a value for the name '{key}'"))),
    }
}
