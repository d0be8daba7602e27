//! Templates in the Puppet language.

use super::content::{absent_template, locate, texts};
use crate::eval::compiler::Compiler;
use crate::eval::error::EvalError;
use crate::eval::functions::args::wrong;
use crate::eval::interp::Block;
use crate::eval::lift::{Res, concat};
use crate::eval::scope::{Env, Scope, ScopeKind, TOP};
use crate::eval::source::SourceFile;
use crate::puppet::ast::{ExprKind, Lambda};
use crate::value::{Entries, Value};

pub(super) fn epp<'s>(c: &mut Compiler<'s>, _: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    let given = parameters("epp", args)?;
    let Some(name) = args.first() else { return Err(super::arity("epp", "between 1 and 2 arguments", 0)) };
    texts(c, std::slice::from_ref(name), &mut |c, name| {
        let full = if name.ends_with(".epp") { name.to_owned() } else { format!("{name}.epp") };
        let Some(path) = locate(c, "templates", &full) else { return absent_template(c, name) };
        match c.session.epp_file(&path) {
            Some(file) => render(c, file, given.as_ref(), TOP),
            None => Err(EvalError::puppet(format!("Could not read template '{name}'"))),
        }
    })
}

pub(super) fn inline_epp<'s>(c: &mut Compiler<'s>, env: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    let given = parameters("inline_epp", args)?;
    let Some(text) = args.first() else { return Err(super::arity("inline_epp", "between 1 and 2 arguments", 0)) };
    texts(c, std::slice::from_ref(text), &mut |c, text| {
        let file = c.session.epp_text(text);
        if let Some(error) = file.parsed.errors.first() {
            return Err(EvalError::puppet(format!("inline_epp(): Invalid EPP: {}", error.message)));
        }
        render(c, file, given.as_ref(), env.scope)
    })
}

/// The parameters that are handed to a template, each of which is called by a plain name.
fn parameters(function: &str, args: &[Value]) -> Res<Option<Entries>> {
    let Some(given) = args.get(1) else { return Ok(None) };
    let is_plain = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let fits = |key: &Value| matches!(key, Value::Sym(_)) || key.as_str().is_some_and(is_plain);
    match given.as_hash() {
        Some(entries) if !entries.keys().all(fits) => {
            Err(wrong(function, "parameters", "a Hash[Pattern[/^\\w+$/], Any] value", given))
        }
        entries => Ok(entries.cloned()),
    }
}

fn render<'s>(c: &mut Compiler<'s>, file: &'s SourceFile, given: Option<&Entries>, parent: u32) -> Res<Value> {
    if let Some(error) = file.parsed.errors.first() {
        let at = file.loc(error.span);
        return Err(EvalError::Puppet { issue: Some(error.issue), message: error.message.clone(), at: Some(at) });
    }
    let container = c.container(parent);
    let scope = c.push_scope(Scope::new(ScopeKind::Local, Some(parent), container));
    let env = Env { scope, file };
    let lambda: Option<&'s Lambda> = match file.parsed.body.first().map(|e| &e.kind) {
        Some(ExprKind::Lambda(lambda)) => Some(lambda),
        _ => None,
    };
    c.rendering.push(Vec::new());
    let result = match lambda {
        Some(lambda) => bind(c, env, lambda, given).and_then(|()| c.run_block(env, &lambda.body)),
        None => c.run_block(env, &file.parsed.body),
    };
    let parts = c.rendering.pop().unwrap_or_default();
    match result {
        Ok(_) | Err(EvalError::Return(_)) => Ok(rendered(parts)),
        Err(error) => Err(error),
    }
}

/// The text; one secret part makes the whole a secret.
fn rendered(parts: Vec<Value>) -> Value {
    let secret = parts.iter().any(|p| matches!(p, Value::Sensitive(_)));
    let bare = |part: Value| if let Value::Sensitive(inner) = part { (*inner).clone() } else { part };
    let text = concat(parts.into_iter().map(bare).collect());
    if secret { Value::Sensitive(text.into()) } else { text }
}

fn bind<'s>(c: &mut Compiler<'s>, env: Env<'s>, lambda: &'s Lambda, given: Option<&Entries>) -> Res<()> {
    let declared = |name: &str| lambda.params.iter().any(|p| p.name == name);
    let strict = matches!(lambda.body.first().map(|e| &e.kind), Some(ExprKind::Epp { params_given: true, .. }));
    for (name, value) in given.into_iter().flatten() {
        let name = name.to_string();
        if strict && !declared(&name) {
            return Err(EvalError::puppet(format!("lambda: has no parameter named '{name}'")));
        }
        if !declared(&name) {
            c.bind(env.scope, name.into(), value.clone());
        }
    }
    for param in &lambda.params {
        let value = given.and_then(|g| g.get(&Value::str(param.name.clone()))).cloned();
        let value = match (value, &param.default) {
            (Some(value), _) => value,
            (None, Some(default)) => c.eval(env, default)?,
            (None, None) => {
                return Err(EvalError::puppet(format!("lambda: expects a value for parameter '{}'", param.name)));
            }
        };
        if let Some(ty) = &param.ty {
            let ty = c.annotation(env, ty)?;
            if c.type_match(&ty, &value) == crate::value::Tri::No {
                let why = crate::value::types::mismatch(&format!("parameter '{}'", param.name), &ty, &value.sampled());
                return Err(EvalError::puppet(format!("lambda: {why}")));
            }
        }
        c.bind(env.scope, param.name.clone(), value);
    }
    Ok(())
}
