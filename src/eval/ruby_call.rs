//! Calls of functions that the repository writes in Ruby.

use super::call::Caller;
use super::compiler::Compiler;
use super::error::EvalError;
use super::interp::{Block, Interp};
use super::lift::Res;
use super::ruby_function::RubyFunction;
use super::scope::{Env, TOP};
use super::source::DefKind;
use crate::ruby::erb::{Ground, TemplateScope};
use crate::ruby::function::{Called, Dispatch};
use crate::value::types::Type;
use crate::value::{CauseKind, Tri, Value};
use ecow::EcoString;
use std::sync::Arc;

/// The caller of a function, with the lambda that it gives.
struct Lending<'c, 's> {
    caller: Caller<'c, 's>,
    block: Option<Block>,
    /// Whether anything but the arguments may decide what it answers.
    asked: bool,
}

impl<'c, 's> Lending<'c, 's> {
    /// The caller, for a question to it.
    fn ask(&mut self) -> &mut Caller<'c, 's> {
        self.asked = true;
        &mut self.caller
    }
}

impl TemplateScope for Lending<'_, '_> {
    fn variable(&mut self, name: &str) -> Option<Value> {
        TemplateScope::variable(self.ask(), name)
    }

    fn call_function(&mut self, name: &str, args: &[Value]) -> Option<Value> {
        TemplateScope::call_function(self.ask(), name, args)
    }

    fn call_lambda(&mut self, args: &[Value]) -> Option<Value> {
        let result = {
            let block = self.block?;
            self.ask().call_block(block, args)
        };
        self.caller.compiler.ruby_failure = result.as_ref().err().map(ToString::to_string);
        result.ok()
    }

    fn has_old_function(&mut self, name: &str) -> bool {
        self.ask().has_old_function(name)
    }

    fn template_path(&mut self, name: &str) -> Option<EcoString> {
        self.ask().template_path(name)
    }

    fn file_text(&mut self, path: &str) -> Option<Value> {
        self.ask().file_text(path)
    }

    fn failure(&mut self) -> Option<String> {
        self.caller.failure()
    }

    fn resource(&mut self) -> Vec<(EcoString, Value)> {
        self.ask().resource()
    }

    fn has_variable(&mut self, name: &str) -> bool {
        self.ask().has_variable(name)
    }

    fn set_variable(&mut self, name: &str, value: &Value) -> bool {
        self.ask().set_variable(name, value)
    }

    fn changed(&mut self, variable: &str, before: &Value, now: &Value) {
        self.ask().changed(variable, before, now);
    }

    fn observe(&mut self, subject: &Value, decided: bool) {
        TemplateScope::observe(self.ask(), subject, decided);
    }
}

impl<'s> Compiler<'s> {
    /// Calls it; `None` when the file cannot be read as a function.
    pub(crate) fn ruby_function(
        &mut self,
        env: Env<'s>,
        name: &str,
        path: &Arc<str>,
        args: &[Value],
        block: Option<Block>,
    ) -> Res<Option<Value>> {
        let Some(function) = self.session.ruby_function(name, path) else { return Ok(None) };
        let Some(dispatch) = self.dispatch(&function, args) else {
            return Err(super::signature::refused(name, args));
        };
        if let Some(value) = self.answered(&function, dispatch, args, block) {
            return Ok(Some(value));
        }
        let (called, asked) = self.deeper(|c| {
            let mut caller = Lending { caller: Caller { compiler: c, env }, block, asked: false };
            Ok((function.code.call(&mut caller, dispatch, args, block.is_some()), caller.asked))
        })?;
        match called {
            Called::Value(value) => {
                if !asked && block.is_none() && !value.is_unknown() {
                    function.keep(dispatch, args, &value);
                }
                if value.is_unknown() {
                    self.count_causes(&value);
                }
                Ok(Some(value))
            }
            // A server that knows more may have a value where nil is here.
            Called::Raised(message, Ground::Nil) if !self.session.options.complete => {
                let value = Value::unknown(CauseKind::Function, message);
                self.count_causes(&value);
                Ok(Some(value))
            }
            Called::Raised(message, _) => Err(EvalError::puppet(message)),
        }
    }

    /// What the function answered before, where only its arguments decide.
    fn answered(
        &self,
        function: &RubyFunction,
        dispatch: usize,
        args: &[Value],
        block: Option<Block>,
    ) -> Option<Value> {
        let is_usable = block.is_none() && !self.session.options.afresh;
        is_usable.then(|| function.answered(dispatch, args)).flatten()
    }

    /// The number of the first signature that takes the arguments.
    pub(crate) fn dispatch(&mut self, function: &RubyFunction, args: &[Value]) -> Option<usize> {
        let signatures = function.code.dispatches();
        if signatures.is_empty() {
            return Some(0);
        }
        let (types, aliases) = match function.types.get() {
            Some(known) => known,
            None => {
                let outer = self.aliases_met.replace(Vec::new());
                let read = signatures.iter().map(|d| self.types_of(d)).collect();
                let met = std::mem::replace(&mut self.aliases_met, outer).unwrap_or_default();
                function.types.get_or_init(|| (read, met.into()))
            }
        };
        // Whoever calls it depends on what its types are called, not only who was first.
        aliases.iter().for_each(|name| _ = self.find_def(DefKind::Alias, name));
        (0..).zip(signatures.iter().zip(types)).find(|(_, (d, types))| self.takes(d, types, args)).map(|(i, _)| i)
    }

    /// The types of the parameters of a signature.
    pub(crate) fn types_of(&mut self, dispatch: &Dispatch) -> Vec<Arc<Type>> {
        dispatch.types.iter().map(|text| self.type_of_text(text)).collect()
    }

    /// A type written as text.
    pub(crate) fn type_of_text(&mut self, text: &str) -> Arc<Type> {
        let file = self.session.type_text(text);
        let ty = file.parsed.body.first().and_then(|expr| self.annotation(Env { scope: TOP, file }, expr).ok());
        ty.unwrap_or_else(|| Arc::new(Type::Any))
    }

    /// Whether a signature takes the arguments.
    pub(crate) fn takes(&mut self, dispatch: &Dispatch, types: &[Arc<Type>], args: &[Value]) -> bool {
        let counts = args.len() >= dispatch.required && (dispatch.repeated || args.len() <= types.len());
        counts
            && args.iter().enumerate().all(|(i, arg)| {
                types.get(i.min(types.len().saturating_sub(1))).is_none_or(|ty| self.type_match(ty, arg) != Tri::No)
            })
    }

    /// The parameters of the class or instance that calls, its name among them.
    pub(crate) fn own_resource(&self, env: Env<'s>) -> Vec<(EcoString, Value)> {
        self.touches(self.container(env.scope));
        let Some(resource) = self.catalog.get(self.container(env.scope)) else { return Vec::new() };
        let set = resource.params.iter().filter(|p| !matches!(p.value, Value::Undef));
        let name = std::iter::once(("name".into(), Value::str(resource.title.clone())));
        name.chain(set.filter(|p| p.name != "name").map(|p| (p.name.clone(), p.value.clone()))).collect()
    }
}
