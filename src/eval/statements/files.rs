//! Functions that find or read files: those of the repository are read, those of the server are unknown.

use super::content::locate_if;
use super::flat;
use crate::eval::compiler::Compiler;
use crate::eval::data::from_data;
use crate::eval::error::EvalError;
use crate::eval::facts::opaque;
use crate::eval::interp::Block;
use crate::eval::lift::{Known, Res, known};
use crate::eval::scope::Env;
use crate::value::{CauseKind, Value};
use std::sync::Arc;

/// The folder of a module, as a path of the repository.
pub(super) fn get_module_path<'s>(c: &mut Compiler<'s>, _: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    let Some(name) = args.first().filter(|a| known(a) == Known::Fully).map(ToString::to_string) else {
        return Ok(opaque(CauseKind::Function, "get_module_path"));
    };
    match c.session.modules.folder(&name) {
        Some(folder) => Ok(Value::str(&**folder)),
        None if !c.session.options.complete => Ok(opaque(CauseKind::Function, "get_module_path")),
        None => Err(EvalError::puppet(format!("Could not find module {name}"))),
    }
}

/// The folder of the first of the modules that exists.
pub(super) fn module_directory<'s>(c: &mut Compiler<'s>, _: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    let names = flat(args);
    c.stay();
    let found = names.iter().find_map(|name| c.session.modules.folder(&name.to_string()));
    Ok(found.map_or(Value::Undef, |folder| Value::str(&**folder)))
}

pub(super) fn loadyaml<'s>(c: &mut Compiler<'s>, _: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    load(c, "loadyaml", args)
}

pub(super) fn loadjson<'s>(c: &mut Compiler<'s>, _: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    load(c, "loadjson", args)
}

/// JSON is read as YAML is: every JSON document is one.
fn load(c: &mut Compiler<'_>, function: &str, args: &[Value]) -> Res<Value> {
    if args.is_empty() {
        let why = format!("{function}(): Wrong number of arguments given (0 for minimum 1)");
        return Err(EvalError::puppet(why));
    }
    let Some(path) = args.first().filter(|a| known(a) != Known::No) else {
        args.first().into_iter().for_each(|a| c.count_causes(a));
        return Ok(opaque(CauseKind::Function, function));
    };
    c.observe_value(path);
    if path.as_str().is_none() {
        if let Some(default) = args.get(1) {
            return Ok(default.clone());
        }
        let class = crate::eval::functions::ruby_class(path.sample());
        return Err(EvalError::puppet(format!("undefined method `start_with?' for {path}:{class}")));
    }
    let path: Arc<str> = path.to_string().into();
    if path.starts_with('/') || path.contains("://") {
        c.count(CauseKind::Function, format!("{function} of the server"));
        return Ok(opaque(CauseKind::Function, format!("{function} {path}")));
    }
    c.depend(path.clone());
    let parse = |bytes: &[u8]| crate::hiera::yaml::load(&path, bytes).ok().map(|file| from_data(&file.root, function));
    let value = c.session.loaded(&path, parse);
    Ok(value.or_else(|| args.get(1).cloned()).unwrap_or_default())
}

/// The path of the first file that exists, as a path of the repository.
pub(super) fn find_file<'s>(c: &mut Compiler<'s>, _: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    find(c, "files", "find_file", args)
}

pub(super) fn find_template<'s>(c: &mut Compiler<'s>, _: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    find(c, "templates", "find_template", args)
}

fn find(c: &mut Compiler<'_>, folder: &str, function: &str, args: &[Value]) -> Res<Value> {
    for name in flat(args) {
        if known(&name) == Known::No {
            c.count_causes(&name);
            return Ok(opaque(CauseKind::Function, function));
        }
        c.observe_value(&name);
        let name = name.to_string();
        if name.starts_with('/') {
            c.count(CauseKind::Function, format!("{function} of the server"));
            return Ok(opaque(CauseKind::Function, format!("{function} {name}")));
        }
        c.stay();
        let there = |c: &Compiler<'_>, path: &str| c.session.tree.exists(path) || c.session.tree.is_dir(path);
        if let Some(path) = locate_if(c, folder, &name, there) {
            return Ok(Value::str(&*path));
        }
    }
    Ok(Value::Undef)
}
