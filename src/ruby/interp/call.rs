//! Calls: with a receiver, without one, and those that change their receiver.

use super::{Callable, Eval, Ground, Interp, Stop};
use crate::ruby::ast::{Block, Call, Expr, Kind};
use crate::ruby::{methods, values};
use crate::value::Value;
use ecow::EcoString;
use std::sync::Arc;

/// Methods that change their receiver in place.
const MUTATORS: &[&str] = &[
    "<<",
    "[]=",
    "push",
    "append",
    "unshift",
    "prepend",
    "insert",
    "concat",
    "delete",
    "delete_if",
    "delete_at",
    "keep_if",
    "pop",
    "shift",
    "clear",
    "store",
    "update",
    "replace",
];

impl Interp<'_> {
    pub(super) fn call(&mut self, call: &Call) -> Eval {
        let Some(receiver_expr) = &call.receiver else { return self.free_call(call) };
        let line = self.line;
        let receiver = self.eval(receiver_expr)?;
        if call.safe && matches!(receiver, Value::Undef) {
            return Ok(Value::Undef);
        }
        let args = self.arguments(&call.args)?;
        let block = call.block.as_ref().map(|b| self.callable(b)).transpose()?;
        self.line = line;
        let nothing =
            matches!((&receiver_expr.kind, &receiver), (Kind::Instance(name), Value::Undef) if !self.holds(name));
        let in_place = match &block {
            Some(Callable::Block(body)) if args.is_empty() => {
                self.each_in_place(receiver_expr, &receiver, &call.name, body)
            }
            _ => None,
        };
        let result = match in_place {
            Some(result) => result,
            None => self.call_on(receiver_expr, receiver, &call.name, args, block.as_ref()),
        };
        match result {
            Err(Stop::Break(value)) if block.is_some() => Ok(value),
            Err(Stop::Raised(message, line)) if nothing && message.starts_with("undefined method `each") => {
                // The scope has no such variable: a loop over it is no gap of ours. Other methods may be.
                self.raised_itself = Some((message.clone(), Ground::Nil));
                Err(Stop::Raised(message, line))
            }
            other => other,
        }
    }

    /// Whether the program itself has set an instance variable.
    fn holds(&self, name: &str) -> bool {
        self.instance.iter().any(|(n, _)| n == name)
    }

    fn call_on(&mut self, at: &Expr, receiver: Value, name: &str, args: Vec<Value>, block: Option<&Callable>) -> Eval {
        if values::attrs(&receiver, values::SCOPE).is_some() {
            return self.scope_call(name, args);
        }
        if values::attrs(&receiver, values::RESOURCE).is_some() {
            return self.resource_call(name, &args);
        }
        if let Some(constant) = values::text_of(&receiver, values::CONSTANT) {
            return self.constant_call(constant, name, args, block);
        }
        if is_mutator(name) && mutable(&receiver) {
            let (changed, result) = self.mutate(receiver.clone(), name, args, block)?;
            self.changed(&receiver, &changed);
            self.write_back(at, changed)?;
            return Ok(result);
        }
        self.send(receiver, name, args, block)
    }

    /// Runs a mutating method: what becomes of the receiver, and the result.
    pub(super) fn mutate(
        &mut self,
        receiver: Value,
        name: &str,
        args: Vec<Value>,
        block: Option<&Callable>,
    ) -> Result<(Value, Value), Stop> {
        self.spend(1 + methods::size_of(&receiver) / 16)?;
        match &receiver {
            Value::Sym(sym) => {
                if matches!(name, "<<" | "concat")
                    && (receiver.as_str().is_some() || args.iter().all(|a| a.as_str().is_some()))
                {
                    let mut parts = vec![receiver.clone()];
                    parts.extend(args);
                    let text = values::concat(parts);
                    return Ok((text.clone(), text));
                }
                let Some(sample) = sym.sample.clone() else {
                    let mut operands = vec![&receiver];
                    operands.extend(args.iter());
                    let result = values::derived(name, &operands, None);
                    return Ok((result.clone(), result));
                };
                let (changed, result) = self.mutate(sample, name, args, block)?;
                Ok((
                    values::derived(name, &[&receiver], Some(changed)),
                    values::derived(name, &[&receiver], Some(result)),
                ))
            }
            Value::Array(_) => methods::changing::array(self, &receiver, name, args, block),
            Value::Hash(_) => methods::hash::mutate(self, &receiver, name, args, block),
            Value::Str(_) => methods::string::mutate(self, &receiver, name, args, block),
            Value::Undef => self.raise_on(Ground::Nil, format!("undefined method `{name}' for nil")),
            _ => {
                let result = self.send(receiver.clone(), name, args, block)?;
                Ok((receiver, result))
            }
        }
    }

    fn free_call(&mut self, call: &Call) -> Eval {
        match (call.name.as_str(), call.args.as_slice()) {
            ("__t", [Expr { kind: Kind::Int(number), .. }]) => {
                self.write_literal(*number)?;
                return Ok(Value::Undef);
            }
            ("__e", [value]) => {
                let line = self.line;
                let value = self.eval(value)?;
                self.line = line;
                self.write_value(&value)?;
                return Ok(Value::Undef);
            }
            _ => {}
        }
        let line = self.line;
        let block = call.block.as_ref().map(|b| self.callable(b)).transpose()?;
        let args = self.arguments(&call.args)?;
        self.line = line;
        let own = self.methods.iter().rev().find(|(n, _)| *n == call.name).map(|(_, b)| b.clone());
        if let Some(method) = own {
            return self.own_method(&call.name, &method, args, block);
        }
        if call.name == "block_given?" {
            return Ok(Value::Bool(self.own_given.is_some_and(|n| self.is_given(n))));
        }
        if self.native
            && let Some(result) = self.of_resource(&call.name, &args)?
        {
            return Ok(result);
        }
        if let Some(result) = self.kernel(&call.name, &args, block.as_ref())? {
            return Ok(result);
        }
        if let ("call_function", true, Some(name)) =
            (&*call.name, self.function, args.first().and_then(values::as_name))
        {
            let name = name.to_owned();
            let rest = match args.get(1..).unwrap_or_default() {
                [Value::Array(list)] if self.is_old => &list.items,
                rest => rest,
            };
            return self.puppet_function(&name, rest);
        }
        if self.function && is_of_scope(&call.name) {
            return self.scope_call(&call.name, args);
        }
        if args.is_empty() { self.bare_word(&call.name) } else { Ok(values::beyond(format!("{}()", call.name))) }
    }

    /// A method of the template; recursion that rests on an unknown would never end.
    pub(super) fn own_method(
        &mut self,
        name: &EcoString,
        method: &Arc<Block>,
        args: Vec<Value>,
        block: Option<Callable>,
    ) -> Eval {
        if self.possible > 0 && self.running.iter().filter(|n| *n == name).count() > 1 {
            return Ok(values::derived(name, &args.iter().collect::<Vec<_>>(), None));
        }
        self.running.push(name.clone());
        let outer = self.give(block);
        let number = self.own_given;
        let result = self.run_method(method, args, true);
        self.take_back(outer);
        self.running.pop();
        match result {
            Err(Stop::Leave(to, value)) if to == number => Ok(value),
            other => other,
        }
    }

    /// A bare word is a local of the template or, in the old style, a variable of the scope.
    fn bare_word(&mut self, name: &str) -> Eval {
        if let Some(value) = self.local(name) {
            return Ok(value.clone());
        }
        let value = if self.function { None } else { self.of_scope(name) };
        self.note_variable(name, value.is_some());
        match value {
            Some(value) => Ok(value),
            None => Ok(values::beyond(format!("undefined local variable or method `{name}'"))),
        }
    }
}

/// Methods of the scope that a function calls without naming it.
fn is_of_scope(name: &str) -> bool {
    name.starts_with("function_")
        || matches!(name, "call_function" | "lookupvar" | "lookup_qualified_variable" | "resource" | "compiler")
}

fn is_mutator(name: &str) -> bool {
    MUTATORS.contains(&name) || (name.len() > 1 && name.ends_with('!'))
}

fn mutable(receiver: &Value) -> bool {
    matches!(receiver, Value::Array(_) | Value::Hash(_) | Value::Str(_) | Value::Sym(_) | Value::Undef)
}
