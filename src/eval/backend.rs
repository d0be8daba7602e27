//! Hiera functions that a repository writes in the Puppet language: `lookup_key`, `data_hash`, `data_dig`.
//!
//! Such a function sees global variables alone, so it runs in a compilation of its own.

use super::compiler::Compiler;
use super::data::to_data;
use super::error::EvalError;
use super::scope::{Env, TOP};
use super::session::{DefAt, Session};
use super::source::DefKind;
use crate::hiera::{BackendAnswer, FunctionKind};
use crate::value::types::{Range, Type};
use crate::value::{Object, Value};
use ecow::EcoString;
use std::sync::Arc;

/// The type of the `context` that such a function is handed.
pub(crate) const CONTEXT: &str = "Puppet::LookupContext";

/// How `context.not_found()` leaves the function.
pub(crate) const NOT_FOUND: &str = "the key is not found";

/// Hiera functions that ask for data that comes from Hiera functions.
const MAX_DEPTH: usize = 6;

/// Runs the function as what it is configured for. One that is not in the Puppet language is not known, unless
/// everything there is lies in the repository.
pub(crate) fn run(
    outer: &Compiler<'_>,
    (kind, function): (FunctionKind, &str),
    key: &Value,
    options: Value,
) -> BackendAnswer {
    let session = outer.session;
    let asked = (EcoString::from(function), key.clone());
    if outer.asking.contains(&asked) {
        return BackendAnswer::Failed(format!("Recursive lookup detected in [{key}]"));
    }
    if outer.asking.len() >= MAX_DEPTH {
        return BackendAnswer::Unknown(format!("the Hiera function {function} leads to {MAX_DEPTH} others"));
    }
    // Puppet looks for it from outside of the environment's own loader.
    if function.to_lowercase().starts_with("environment::") && session.options.complete {
        return BackendAnswer::Failed(format!("Unable to find '{}' function named '{function}'", kind.tag()));
    }
    let mut compiler = Compiler::new(session, outer.host);
    compiler.asking = outer.asking.iter().cloned().chain([asked]).collect();
    let written = compiler.find_def(DefKind::Function, &function.to_lowercase());
    let file = session.main_files().first().and_then(|n| session.file(*n)).filter(|_| written.is_some());
    let Some(file) = file else { return elsewhere(session, kind, function) };
    if let Some(why) = written.and_then(|at| unusable(&mut compiler, at, kind, function)) {
        return BackendAnswer::Failed(why);
    }
    compiler.declare_roots();
    compiler.seed_top_scope();
    let module = function.split_once("::").map(|(module, _)| (Value::str("module"), Value::str(module)));
    let attrs = module.into_iter().collect();
    let context = Value::Object(Arc::new(Object { type_name: CONTEXT.into(), attrs }));
    let key = (kind != FunctionKind::DataHash).then(|| key.clone());
    let args = key.into_iter().chain([options, context]).collect();
    match compiler.call_named(Env { scope: TOP, file }, function, args, None) {
        Ok(value) if value.has_sym() => {
            BackendAnswer::Unknown(format!("the Hiera function {function} says what is not known"))
        }
        Ok(value) => BackendAnswer::Found(to_data(&value)),
        Err(error) if error.to_string().ends_with(NOT_FOUND) => BackendAnswer::NotFound,
        Err(error @ EvalError::Puppet { .. }) if session.options.complete => BackendAnswer::Failed(error.to_string()),
        Err(error) => BackendAnswer::Unknown(format!("the Hiera function {function}: {error}")),
    }
}

/// Why a function is refused before it is called: how it is written, or what it says that it returns.
fn unusable(compiler: &mut Compiler<'_>, at: DefAt, kind: FunctionKind, name: &str) -> Option<String> {
    let file = compiler.session.file(at.0)?;
    if let Some(error) = file.parsed.errors.first() {
        return Some(error.message.clone());
    }
    let told = compiler.annotation(Env { scope: TOP, file }, file.function(at.1)?.return_type.as_ref()?).ok()?;
    let wanted = match kind {
        FunctionKind::DataHash => {
            let key = Type::Variant(vec![Type::String(Range::SIZE).into(), Type::Numeric.into()]);
            Type::Hash(key.into(), Type::RichData.into(), Range::SIZE)
        }
        FunctionKind::LookupKey | FunctionKind::DataDig => Type::RichData,
    };
    (*told != Type::Any && !wanted.accepts(&told)).then(|| {
        format!("Return type of '{}' function named '{name}' is incorrect, expects {wanted}, got {told}", kind.tag())
    })
}

/// A function in Ruby, or none at all.
fn elsewhere(session: &Session, kind: FunctionKind, function: &str) -> BackendAnswer {
    let is_missing = session.options.complete && !session.modules.ruby_functions.contains_key(function);
    if is_missing {
        return BackendAnswer::Failed(format!("Unable to find '{}' function named '{function}'", kind.tag()));
    }
    BackendAnswer::Unknown(format!("the Hiera function `{function}` is not known"))
}
