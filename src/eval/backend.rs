//! Hiera functions that a repository writes in the Puppet language: `lookup_key`, `data_hash`, `data_dig`.
//!
//! Such a function sees global variables alone, so it runs in a compilation of its own.

use super::compiler::Compiler;
use super::facts::HostSpec;
use super::scope::{Env, TOP};
use super::session::Session;
use super::source::DefKind;
use crate::value::{Entries, Object, Value};
use std::sync::Arc;

/// The type of the `context` that such a function is handed.
pub(crate) const CONTEXT: &str = "Puppet::LookupContext";

/// How `context.not_found()` leaves the function.
pub(crate) const NOT_FOUND: &str = "the key is not found";

/// What the function said.
pub(crate) enum Said {
    Value(Value),
    NotFound,
    Unknown(String),
}

/// Runs the function; `None` if there is none of that name in the Puppet language.
pub(crate) fn run(session: &Session, host: &HostSpec, function: &str, key: &str, options: Value) -> Option<Said> {
    let mut compiler = Compiler::new(session, host);
    let at = compiler.find_def(DefKind::Function, &function.to_lowercase())?;
    let takes_key = session.file(at.0)?.function(at.1)?.params.len() > 2;
    let file = session.main_files().first().and_then(|n| session.file(*n))?;
    compiler.declare_roots();
    compiler.seed_top_scope();
    let context = Value::Object(Arc::new(Object { type_name: CONTEXT.into(), attrs: Entries::default() }));
    let key = takes_key.then(|| Value::str(key));
    let args = key.into_iter().chain([options, context]).collect();
    Some(match compiler.call_named(Env { scope: TOP, file }, function, args, None) {
        Ok(value) if value.has_sym() => Said::Unknown(format!("the Hiera function {function} says what is not known")),
        Ok(value) => Said::Value(value),
        Err(error) if error.to_string().ends_with(NOT_FOUND) => Said::NotFound,
        Err(error) => Said::Unknown(format!("the Hiera function {function}: {error}")),
    })
}
