//! `template`, `inline_template`, `file`: text from the repository.

use super::flat;
use crate::eval::call::Caller;
use crate::eval::compiler::Compiler;
use crate::eval::error::EvalError;
use crate::eval::facts::opaque;
use crate::eval::interp::Block;
use crate::eval::lift::{Res, alternatives, choice, concat};
use crate::eval::scope::Env;
use crate::repo::Loc;
use crate::ruby::erb::{self, Ground, Rendered};
use crate::value::digest::sha1;
use crate::value::{CauseKind, Value, in_a_row};
use std::sync::Arc;

/// Where `module/path` lies below a module's folder, or the older global folder.
pub(crate) fn locate(c: &mut Compiler<'_>, folder: &str, name: &str) -> Option<Arc<str>> {
    locate_if(c, folder, name, |c, path| c.session.tree.exists(path))
}

/// The same, where `there` tells what counts as being there.
pub(crate) fn locate_if(
    c: &mut Compiler<'_>,
    folder: &str,
    name: &str,
    there: impl Fn(&Compiler<'_>, &str) -> bool,
) -> Option<Arc<str>> {
    let mut tried: Vec<String> = Vec::new();
    if let Some((module, rest)) = name.split_once('/')
        && let Some(dir) = c.session.modules.folder(module)
    {
        tried.push(format!("{dir}/{folder}/{rest}"));
    } else {
        c.stay();
    }
    let global = if folder == "templates" { &c.session.layout.templates } else { &c.session.layout.files };
    tried.extend(global.as_ref().map(|dir| format!("{dir}/{name}")));
    for path in tried {
        let path: Arc<str> = path.into();
        c.depend(path.clone());
        if there(c, &path) {
            return Some(path);
        }
    }
    None
}

/// Runs `f` for each alternative of each name and puts the texts together.
pub(crate) fn texts<'s>(
    c: &mut Compiler<'s>,
    names: &[Value],
    f: &mut dyn FnMut(&mut Compiler<'s>, &str) -> Res<Value>,
) -> Res<Value> {
    let mut parts = Vec::new();
    for name in flat(names) {
        if let Some(values) = alternatives(&name) {
            let mut each = Vec::new();
            for value in values {
                each.push(
                    texts(c, std::slice::from_ref(value), f)
                        .unwrap_or_else(|_| opaque(CauseKind::Template, name.to_string())),
                );
            }
            parts.push(choice(each));
        } else if name.is_unknown() {
            c.count_causes(&name);
            parts.push(opaque(CauseKind::Template, name.to_string()));
        } else {
            c.observe_value(&name);
            parts.push(f(c, &name.to_string())?);
        }
    }
    if parts.len() == 1 {
        return Ok(parts.swap_remove(0));
    }
    Ok(in_a_row(&parts).unwrap_or_else(|| concat(parts)))
}

pub(super) fn template<'s>(c: &mut Compiler<'s>, env: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    texts(c, args, &mut |c, name| {
        let Some(path) = locate(c, "templates", name) else { return absent_template(c, name) };
        if c.session.options.erb_markers {
            return Ok(Value::str(format!("<<ERB:{name}>>")));
        }
        let Some(template) = c.session.erb(&path) else {
            c.count(CauseKind::Template, &*path);
            return Ok(opaque(CauseKind::Template, &*path));
        };
        let outer = c.muted.replace(false);
        let rendered = template.render(&mut Caller { compiler: c, env });
        let decided = std::mem::replace(&mut c.muted, outer) == Some(true);
        raised(c, &rendered, &format!("template {name}"), &path)?;
        Ok(if decided { per_host(&path, rendered.value) } else { rendered.value })
    })
}

/// A template that is not there: an error, unless it is a file of the server or of a module known to lie elsewhere.
pub(super) fn absent_template(c: &mut Compiler<'_>, name: &str) -> Res<Value> {
    if name.starts_with('/') {
        c.count(CauseKind::Template, "file of the server");
        return Ok(opaque(CauseKind::Template, "file of the server"));
    }
    match of_absent_module(c, name) {
        true => Ok(opaque(CauseKind::Template, name)),
        false => Err(EvalError::puppet(format!("Could not find template '{name}'"))),
    }
}

/// Whether a file is one of a module whose content is not in the repository, which is counted.
fn of_absent_module(c: &mut Compiler<'_>, name: &str) -> bool {
    let Some((module, _)) = name.split_once('/').filter(|(module, _)| !module.is_empty()) else { return false };
    let is_absent = c.session.may_lie_elsewhere(&format!("{module}::"));
    if is_absent {
        c.stay();
        c.count(CauseKind::Module, module);
    }
    is_absent
}

/// A text whose making took decisions on per-host values is per host as a whole.
fn per_host(path: &str, value: Value) -> Value {
    if value.is_unknown() {
        return value;
    }
    let text = value.sample().clone();
    Value::call("template", vec![Value::str(path), text.clone()], Some(text))
}

/// An exception in a template is only a possible error, where it may come from what is not known here.
fn raised(c: &mut Compiler<'_>, rendered: &Rendered, what: &str, path: &str) -> Res<()> {
    let Some(error) = &rendered.raised else { return Ok(()) };
    let message = format!("Failed to parse {what}: {}", error.message);
    let sure = if c.session.options.complete { Ground::Nil } else { Ground::Words };
    if rendered.ground >= sure {
        return Err(EvalError::puppet(message));
    }
    let error = EvalError::puppet(message).at(&Loc::new(path, error.line));
    let group = c.new_group();
    c.in_branch(group, 0, &"as far as the template could be evaluated".into(), |c| c.record(error));
    Ok(())
}

pub(super) fn inline_template<'s>(c: &mut Compiler<'s>, env: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    texts(c, args, &mut |c, text| {
        if c.session.options.erb_markers {
            let digest: String = sha1(text.as_bytes()).iter().take(6).map(|b| format!("{b:02x}")).collect();
            return Ok(Value::str(format!("<<ERBINLINE:{digest}>>")));
        }
        let at = c.last_loc.clone().unwrap_or_else(|| Loc::new(env.file.path.clone(), 1));
        let template = erb::Template::parse(text, &at.path).from_line(at.line);
        let rendered = template.render(&mut Caller { compiler: c, env });
        raised(c, &rendered, "inline template", &at.path)?;
        Ok(rendered.value)
    })
}

/// The first of the files that exists.
pub(super) fn file<'s>(c: &mut Compiler<'s>, _env: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    let names = flat(args);
    let mut outside = false;
    for name in &names {
        if name.is_unknown() {
            c.count_causes(name);
            return Ok(opaque(CauseKind::Function, "file"));
        }
        c.observe_value(name);
        let name = name.to_string();
        outside |= name.starts_with('/');
        if !name.starts_with('/') {
            c.depend(name.as_str().into());
        }
        let whole = c.session.tree.exists(&name).then(|| Arc::from(name.as_str()));
        if let Some(path) = locate(c, "files", &name).or(whole) {
            let text = c.session.tree.text(&path).ok().flatten();
            return Ok(text.map_or_else(|| opaque(CauseKind::Function, format!("file {path}")), |t| Value::str(&*t)));
        }
    }
    if outside {
        c.count(CauseKind::Function, "file of the server");
        return Ok(opaque(CauseKind::Function, "file of the server"));
    }
    let list: Vec<String> = names.iter().map(ToString::to_string).collect();
    if let Some(name) = list.iter().find(|name| of_absent_module(c, name)) {
        return Ok(opaque(CauseKind::Function, format!("file {name}")));
    }
    Err(EvalError::puppet(format!("Could not find any files from {}", list.join(", "))))
}
