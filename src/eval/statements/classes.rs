//! `include`, `contain`, `require` and kin.

use super::flat;
use crate::catalog::{Param, ResourceId};
use crate::eval::compiler::Compiler;
use crate::eval::data::Found;
use crate::eval::error::EvalError;
use crate::eval::hiera_error::hiera_error;
use crate::eval::interp::Block;
use crate::eval::lift::{Res, alternatives};
use crate::eval::scope::{Env, TOP};
use crate::repo::Loc;
use crate::value::Value;
use crate::value::types::Type;
use std::sync::Arc;

/// What is done with an included class.
type Then = for<'s> fn(&mut Compiler<'s>, Env<'s>, ResourceId);

pub(super) fn include<'s>(c: &mut Compiler<'s>, env: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    all(c, env, "include", args, |_, _, _| {})
}

pub(super) fn contain<'s>(c: &mut Compiler<'s>, env: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    all(c, env, "contain", args, |c, env, id| {
        let container = c.container(env.scope);
        c.touches(id);
        if let Some(resource) = c.catalog.resources.get_mut(id as usize)
            && resource.container != Some(container)
            && !resource.also_in.contains(&container)
        {
            resource.also_in.push(container);
        }
    })
}

pub(super) fn require<'s>(c: &mut Compiler<'s>, env: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    all(c, env, "require", args, |c, env, id| {
        let container = c.container(env.scope);
        let Some(title) = c.catalog.get(id).map(|r| r.title.clone()) else { return };
        let reference = crate::eval::overrides::reference_value("Class", &title);
        let at = c.last_loc.clone().unwrap_or_else(|| env.file.loc(crate::puppet::ast::Span::default()));
        let old = c.catalog.get(container).and_then(|r| r.value("require")).cloned();
        let mut items = match old {
            Some(Value::Array(list)) => list.items.clone(),
            Some(Value::Undef) | None => Vec::new(),
            Some(other) => vec![other],
        };
        items.push(reference);
        c.set_param(container, Param { name: "require".into(), value: Value::array(items), at });
    })
}

fn all<'s>(c: &mut Compiler<'s>, env: Env<'s>, function: &str, args: &[Value], then: Then) -> Res<Value> {
    if args.is_empty() {
        return Err(super::arity(function, "at least 1 argument", 0));
    }
    let at = c.last_loc.clone().unwrap_or_else(|| env.file.loc(crate::puppet::ast::Span::default()));
    let mut out = Vec::new();
    for arg in flat(args) {
        if let Some(id) = one(c, env, &arg, &at)? {
            then(c, env, id);
            out.extend(class_value(c, id));
        }
    }
    Ok(Value::array(out))
}

fn class_value(c: &Compiler<'_>, id: ResourceId) -> Option<Value> {
    let title = c.catalog.get(id)?.title.clone();
    Some(crate::eval::overrides::reference_value("Class", &title))
}

fn one<'s>(c: &mut Compiler<'s>, env: Env<'s>, name: &Value, at: &Loc) -> Res<Option<ResourceId>> {
    if let Some(values) = alternatives(name).map(<[Value]>::to_vec) {
        let group = c.new_group();
        let text: Arc<str> = "the class name is one of several".into();
        for (arm, value) in (0u32..).zip(values) {
            if let Err(error) = c.in_branch(group, arm, &text, |c| one(c, env, &value, at)) {
                c.in_branch(group, arm, &text, |c| c.record(error));
            }
        }
        return Ok(None);
    }
    if name.is_unknown() {
        c.count_causes(name);
        return Ok(None);
    }
    c.observe_value(name);
    match name.sample() {
        Value::Str(s) if s.text.is_empty() => Err(EvalError::puppet("Cannot use empty string as a class name")),
        Value::Str(s) => c.include(env, &s.text, at).map(Some),
        Value::Undef => Err(EvalError::puppet("Cannot use undef as a class name")),
        Value::Type(t) => match &**t {
            Type::Class { name: Some(name) } => c.include(env, name, at).map(Some),
            Type::Class { name: None } => Err(EvalError::puppet("Cannot use an unspecific Class[] Type")),
            Type::Resource { type_name, title: Some(title) } if type_name == "Class" => {
                c.include(env, title, at).map(Some)
            }
            other => Err(EvalError::puppet(format!("Cannot use {other} as a class name"))),
        },
        other => Err(EvalError::puppet(format!("Cannot use {} as a class name", crate::eval::operators::label(other)))),
    }
}

/// Classes named by data.
pub(super) fn hiera_include<'s>(
    c: &mut Compiler<'s>,
    env: Env<'s>,
    args: &[Value],
    block: Option<Block>,
) -> Res<Value> {
    let key = args.first().map(ToString::to_string).unwrap_or_default();
    match c.hiera_lookup(env, &key, Some(&Value::str("unique"))) {
        Found::Value(value, _) => include(c, env, &[value], block),
        Found::Unknown(why) => {
            c.count(crate::value::CauseKind::Hiera, why);
            Ok(Value::Undef)
        }
        Found::Error(message) => Err(hiera_error(c, message)),
        Found::Nothing => match (args.get(1), block) {
            (Some(default), _) => include(c, env, std::slice::from_ref(default), None),
            (None, Some(block)) => {
                let classes = c.run_closure(block, args.get(..1).unwrap_or_default())?;
                include(c, env, &[classes], None)
            }
            (None, None) => Err(hiera_error(c, format!("Function lookup() did not find a value for the name '{key}'"))),
        },
    }
}

/// `role(a::b)`: the class `role::a::b`, and the names of all roles for the data hierarchy.
pub(super) fn role<'s>(c: &mut Compiler<'s>, env: Env<'s>, args: &[Value], block: Option<Block>) -> Res<Value> {
    let mut names = Vec::new();
    let mut roles = c.lookup_from(TOP, "_roles").and_then(|v| v.as_hash().cloned()).unwrap_or_default();
    for arg in flat(args) {
        let name = arg.to_string();
        let name = crate::eval::reference::unrooted(&name);
        let class = if name.starts_with("role::") { name.to_owned() } else { format!("role::{name}") };
        let path = class.trim_start_matches("role::").replace("::", "/");
        c.bind(TOP, "_role".into(), Value::str(path));
        roles.insert(Value::str(class.trim_start_matches("role::")), Value::Bool(true));
        names.push(Value::str(class));
    }
    c.bind(TOP, "_roles".into(), Value::hash(roles));
    include(c, env, &names, block)
}
