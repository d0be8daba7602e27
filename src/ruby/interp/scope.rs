//! The `scope` object of a template: variables and Puppet functions.

use super::{Eval, Ground, Interp, Stop};
use crate::ruby::values;
use crate::value::{CauseKind, Value};

impl Interp<'_> {
    pub(super) fn scope_call(&mut self, name: &str, args: Vec<Value>) -> Eval {
        if let Some(function) = name.strip_prefix("function_") {
            let args = match args.as_slice() {
                [Value::Array(list)] => list.items.clone(),
                _ => args,
            };
            if !self.scope.has_old_function(function) {
                return self.raise_itself(format!("undefined method `{name}' for Scope"));
            }
            return self.puppet_function(function, &args);
        }
        match (name, args.as_slice()) {
            ("[]" | "lookupvar" | "lookup_qualified_variable", [variable, ..]) => self.scope_variable(variable),
            ("setvar", [variable, value, ..]) => self.set_in_scope(variable, value),
            // What it answers for a name, the scope does as well.
            ("to_hash" | "to_h", []) => Ok(values::object(values::SCOPE, &[])),
            ("resource", []) => Ok(values::object(values::RESOURCE, &[])),
            ("call_function", [function, rest @ ..]) => {
                let Some(function) = values::as_name(function).map(str::to_owned) else {
                    return Ok(values::beyond("call_function with an unknown name"));
                };
                let args = match rest {
                    [Value::Array(list)] => list.items.clone(),
                    _ => rest.to_vec(),
                };
                self.puppet_function(&function, &args)
            }
            ("include?" | "exist?" | "bound?" | "has_variable?" | "has_key?" | "key?", [variable]) => {
                let Some(variable) = values::as_name(variable).map(str::to_owned) else {
                    return Ok(values::derived(name, &[variable], None));
                };
                let nil_counts = matches!(name, "exist?" | "bound?");
                let set = self.scope.has_variable(&variable);
                Ok(Value::Bool(set && (nil_counts || !matches!(self.scope.variable(&variable), Some(Value::Undef)))))
            }
            ("nil?", []) => Ok(Value::Bool(false)),
            ("respond_to?", [_]) => Ok(Value::Bool(true)),
            _ => Ok(values::beyond(format!("scope.{name}"))),
        }
    }

    /// The class or instance whose code is being evaluated.
    pub(super) fn resource_call(&mut self, name: &str, args: &[Value]) -> Eval {
        self.spend(8)?;
        let params = self.scope.resource();
        Ok(match (name, args) {
            ("to_hash" | "to_h", []) => {
                values::hash_of(params.into_iter().map(|(name, value)| (values::symbol(&name), value)).collect())
            }
            ("[]", [wanted]) => {
                let wanted = values::as_name(wanted);
                params.into_iter().find(|(n, _)| Some(n.as_str()) == wanted).map_or(Value::Undef, |(_, value)| value)
            }
            _ if self.native && self.has_method(name) => return self.call_own(name, args.to_vec()),
            _ => values::beyond(format!("scope.resource.{name}")),
        })
    }

    /// What a type's own code calls on the resource without naming it.
    pub(super) fn of_resource(&mut self, name: &str, args: &[Value]) -> Result<Option<Value>, Stop> {
        Ok(Some(match (name, args) {
            ("provider", []) => values::object(values::CONSTANT, &[Value::str(values::PROVIDER)]),
            ("value" | "[]" | "should", [wanted]) => self.resource_call("[]", std::slice::from_ref(wanted))?,
            ("name" | "title", []) => self.resource_call("[]", &[values::symbol(name)])?,
            ("send" | "public_send", [method, rest @ ..]) => match values::as_name(method).map(str::to_owned) {
                Some(method) => self.resource_call(&method, rest)?,
                None => values::derived(name, &[method], None),
            },
            _ => return Ok(None),
        }))
    }

    /// `scope.setvar`: whoever comes later sees the variable.
    fn set_in_scope(&mut self, name: &Value, value: &Value) -> Eval {
        let Some(text) = values::as_name(name).map(str::to_owned) else {
            return Ok(values::derived("setvar", &[name], None));
        };
        self.settle();
        if !self.scope.set_variable(&text, value) {
            return self.raise_on(Ground::Words, format!("Cannot reassign variable '${text}'"));
        }
        Ok(value.clone())
    }

    fn scope_variable(&mut self, name: &Value) -> Eval {
        let Some(text) = values::as_name(name).map(str::to_owned) else {
            return Ok(values::derived("lookupvar", &[name], None));
        };
        let value = self.of_scope(&text);
        self.note_variable(&text, value.is_some());
        Ok(value.unwrap_or_default())
    }

    pub(crate) fn puppet_function(&mut self, name: &str, args: &[Value]) -> Eval {
        self.spend(8)?;
        self.settle();
        let args: Vec<Value> = args.iter().enumerate().map(|(at, arg)| handed(name, at, arg)).collect();
        let found = self.scope.call_function(name, &args);
        self.answer_of(name, &args, found)
    }

    /// Runs the lambda that the Puppet code gave.
    pub(crate) fn puppet_lambda(&mut self, args: &[Value]) -> Eval {
        self.spend(8)?;
        self.settle();
        let args: Vec<Value> = args.iter().map(values::to_puppet).collect();
        let found = self.scope.call_lambda(&args);
        self.answer_of("a lambda", &args, found)
    }

    fn answer_of(&mut self, name: &str, args: &[Value], found: Option<Value>) -> Eval {
        if let Some(message) = found.is_none().then(|| self.scope.failure()).flatten() {
            let nil = Ground::of_all(args) == Ground::Nil;
            return self.raise_on(if nil { Ground::Nil } else { Ground::Words }, message);
        }
        Ok(found.unwrap_or_else(|| Value::unknown(CauseKind::Function, name)))
    }
}

/// An argument as the Puppet language gets it. A default comes back as it is, and a symbol is told apart by that.
fn handed(function: &str, at: usize, arg: &Value) -> Value {
    match (function, at, arg) {
        ("lookup", 3, arg) | ("hiera" | "hiera_array" | "hiera_hash", 1, arg) => arg.clone(),
        ("lookup", _, Value::Hash(options)) => {
            let is_default = |key: &Value| key.as_str() == Some("default_value");
            let entry = |(key, value): (&Value, &Value)| {
                (values::to_puppet(key), if is_default(key) { value.clone() } else { values::to_puppet(value) })
            };
            values::hash_of(options.entries.iter().map(entry).collect())
        }
        (_, _, arg) => values::to_puppet(arg),
    }
}
