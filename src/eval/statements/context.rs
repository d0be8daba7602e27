//! The context that a Hiera function in the Puppet language is handed, and Puppet's own data functions as such a
//! function may call them.

use crate::eval::backend;
use crate::eval::compiler::Compiler;
use crate::eval::error::EvalError;
use crate::eval::interp::Block;
use crate::eval::lift::Res;
use crate::eval::scope::{Env, TOP};
use crate::value::{Hash, Object, Value};
use std::sync::Arc;

/// A call that has the context for an argument; `None` if it is not one of its methods.
pub(crate) fn call<'s>(
    c: &mut Compiler<'s>,
    env: Env<'s>,
    name: &str,
    args: &[Value],
    block: Option<&Block>,
) -> Option<Res<Value>> {
    if let (Some(load), [Value::Hash(options), context]) = (loader(name), args)
        && of(context).is_some()
    {
        let path = options.entries.get(&Value::str("path"))?;
        return Some(load(c, env, std::slice::from_ref(path), None));
    }
    let (context, rest) = args.split_first()?;
    let context = of(context)?;
    Some(match (name, rest) {
        ("not_found", []) => Err(EvalError::puppet(backend::NOT_FOUND)),
        ("explain", []) if block.is_some() => Ok(Value::Undef),
        ("interpolate", [value]) => c.hiera_interpolate(env, value),
        ("environment_name", []) => Ok(c.lookup_from(TOP, "environment").unwrap_or_default()),
        ("module_name", []) => Ok(context.attrs.get(&Value::str("module")).cloned().unwrap_or_default()),
        _ => return cache(c, name, rest),
    })
}

fn of(value: &Value) -> Option<&Object> {
    match value {
        Value::Object(object) if object.type_name == backend::CONTEXT => Some(object),
        _ => None,
    }
}

fn loader(name: &str) -> Option<super::Statement> {
    Some(match name {
        "yaml_data" => super::files::loadyaml,
        "json_data" => super::files::loadjson,
        _ => return None,
    })
}

/// What the function remembers, which here is as long as it runs.
fn cache(c: &mut Compiler<'_>, name: &str, args: &[Value]) -> Option<Res<Value>> {
    Some(Ok(match (name, args) {
        ("cache", [key, value]) => {
            c.context_cache.insert(key.clone(), value.clone());
            value.clone()
        }
        ("cache_all", [Value::Hash(hash)]) => {
            hash.entries.iter().for_each(|(k, v)| _ = c.context_cache.insert(k.clone(), v.clone()));
            Value::Undef
        }
        ("cache_has_key", [key]) => Value::Bool(c.context_cache.get(key).is_some()),
        ("cached_value", [key]) => c.context_cache.get(key).cloned().unwrap_or_default(),
        ("cached_entries", []) => Value::Hash(Arc::new(Hash { entries: c.context_cache.clone(), origin: None })),
        _ => return None,
    }))
}
