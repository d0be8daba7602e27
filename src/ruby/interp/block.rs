//! Blocks, procs and methods defined in the template.

use super::{Eval, Interp, Stop};
use crate::ruby::ast::{Block, BlockArg, Expr, Param};
use crate::ruby::values;
use crate::value::Value;
use ecow::EcoString;
use std::sync::Arc;

/// What can be called with arguments.
#[derive(Clone, Debug)]
pub(crate) enum Callable {
    Block(Arc<Block>),
    /// `&:upcase`
    Method(EcoString),
    /// `&something` that is not known.
    Unknown(Value),
    /// A block that was given to a running method, by its number.
    Given(usize),
    /// The lambda of the Puppet code that calls the function.
    Outer,
}

/// A block that was given to a method, and where it was written.
#[derive(Debug)]
pub(super) struct Given {
    number: usize,
    block: Option<Callable>,
    /// The frame of the caller, and where that of the method begins.
    frame: usize,
    at: usize,
    /// The block of the caller.
    outer: Option<usize>,
}

impl Interp<'_> {
    /// A method is entered with a block or without; what `take_back` needs when it is left.
    pub(super) fn give(&mut self, block: Option<Callable>) -> Option<usize> {
        let outer = self.own_given;
        self.entered += 1;
        let number = self.entered;
        self.given.push(Given { number, block, frame: self.frame, at: self.locals.len(), outer });
        self.own_given = Some(number);
        outer
    }

    pub(super) fn take_back(&mut self, outer: Option<usize>) {
        self.given.pop();
        self.own_given = outer;
    }

    pub(super) fn is_given(&self, number: usize) -> bool {
        self.given.iter().any(|g| g.number == number && g.block.is_some())
    }

    /// Runs a block that was given to a running method, among the locals of where it was written.
    pub(super) fn yield_given(&mut self, number: Option<usize>, args: Vec<Value>) -> Eval {
        let place = number.and_then(|number| self.given.iter().position(|g| g.number == number));
        let Some((place, given)) = place.and_then(|at| Some((at, self.given.get(at)?))) else {
            return Ok(values::beyond("yield"));
        };
        let Some(block) = given.block.clone() else { return self.raise("no block given (yield)") };
        let (at, frame, outer) = (given.at.min(self.locals.len()), given.frame, given.outer);
        let held = self.locals.split_off(at);
        let (own_frame, own) =
            (std::mem::replace(&mut self.frame, frame), std::mem::replace(&mut self.own_given, outer));
        let later: Vec<Given> = self.given.drain(place..).collect();
        let result = match self.yield_to(&block, args) {
            Err(Stop::Return(value)) => Err(Stop::Leave(outer, value)),
            Err(Stop::Break(value)) => Err(Stop::Leave(number, value)),
            other => other,
        };
        self.given.truncate(place);
        self.given.extend(later);
        self.frame = own_frame;
        self.own_given = own;
        self.locals.truncate(at);
        self.locals.extend(held);
        result
    }
}

impl Interp<'_> {
    pub(super) fn make_proc(&mut self, block: Arc<Block>) -> Value {
        self.procs.push(block);
        let number = values::int(self.procs.len() - 1);
        values::object(values::PROC, &[number])
    }

    pub(super) fn callable(&mut self, block: &BlockArg) -> Result<Callable, Stop> {
        match block {
            BlockArg::Literal(block) => Ok(Callable::Block(Arc::clone(block))),
            BlockArg::Passed(expr) => {
                let value = self.eval(expr)?;
                Ok(self.as_callable(&value))
            }
        }
    }

    pub(super) fn as_callable(&self, value: &Value) -> Callable {
        if let Some(name) = values::as_symbol(value) {
            return Callable::Method(name.into());
        }
        let first = |kind| values::attrs(value, kind).and_then(|a| a.first()).map(|(_, v)| v);
        if let Some(Value::Int(n)) = first(values::BLOCK) {
            return usize::try_from(*n).map_or_else(|_| Callable::Unknown(value.clone()), Callable::Given);
        }
        match first(values::PROC) {
            Some(Value::Int(n)) => match usize::try_from(*n).ok().and_then(|n| self.procs.get(n)) {
                Some(block) => Callable::Block(Arc::clone(block)),
                None => Callable::Unknown(value.clone()),
            },
            _ => Callable::Unknown(value.clone()),
        }
    }

    /// Yields to a block; `next` is its result, other jumps pass through.
    pub(crate) fn yield_to(&mut self, callable: &Callable, args: Vec<Value>) -> Eval {
        self.spend(1)?;
        match callable {
            Callable::Unknown(value) => Ok(values::derived("call", &[value], None)),
            Callable::Method(name) => {
                let mut args = args.into_iter();
                let receiver = args.next().unwrap_or_default();
                self.send(receiver, name, args.collect(), None)
            }
            Callable::Block(block) => self.run_block(block, args),
            Callable::Given(number) => self.yield_given(Some(*number), args),
            Callable::Outer => self.puppet_lambda(&args),
        }
    }

    fn run_block(&mut self, block: &Arc<Block>, args: Vec<Value>) -> Eval {
        let (height, possible) = (self.locals.len(), self.possible);
        self.bind(&block.params, args)?;
        let result = self.eval(&block.body);
        self.locals.truncate(height);
        self.possible = possible;
        match result {
            Err(Stop::Next(value)) => Ok(value),
            other => other,
        }
    }

    /// Calls a method defined in the template, or a lambda: its own `return`.
    pub(crate) fn run_method(&mut self, block: &Arc<Block>, args: Vec<Value>, own_frame: bool) -> Eval {
        let frame = self.frame;
        if own_frame {
            self.frame = self.locals.len();
        }
        let result = self.run_block(block, args);
        self.frame = frame;
        match result {
            Err(Stop::Return(value)) => Ok(value),
            other => other,
        }
    }

    /// Binds parameters as blocks do: one array for several parameters is spread.
    fn bind(&mut self, params: &[Param], mut args: Vec<Value>) -> Result<(), Stop> {
        let count = params.iter().filter(|p| !matches!(p, Param::Given(_))).count();
        let several = count > 1 || matches!(params, [Param::Group(_)]);
        if several && args.len() == 1 {
            let only = args.first().cloned().unwrap_or_default();
            if let Some(items) = only.as_array() {
                if count > 1 {
                    args = items.to_vec();
                }
            } else if only.is_unknown() {
                args = params.iter().map(|_| values::derived("[]", &[&only], None)).collect();
            }
        }
        self.bind_each(params, &args)
    }

    fn bind_each(&mut self, params: &[Param], args: &[Value]) -> Result<(), Stop> {
        let after = params.iter().rev().take_while(|p| !matches!(p, Param::Rest(_)));
        let after = after.filter(|p| !matches!(p, Param::Given(_))).count();
        let mut at = 0;
        for param in params {
            if let Param::Rest(name) = param {
                let end = args.len().saturating_sub(after).max(at);
                let rest = args.get(at..end).unwrap_or_default().to_vec();
                if let Some(name) = name {
                    self.locals.push((name.clone(), Value::array(rest)));
                }
                at = end;
                continue;
            }
            if let Param::Given(name) = param {
                let given = self.own_given.filter(|n| self.is_given(*n));
                let block = given.map_or(Value::Undef, |n| values::object(values::BLOCK, &[values::int(n)]));
                self.locals.push((name.clone(), block));
                continue;
            }
            let value = args.get(at).cloned();
            at += 1;
            match (param, value) {
                (Param::Name(name), value) => self.locals.push((name.clone(), value.unwrap_or_default())),
                (Param::Optional(name, _), Some(value)) => self.locals.push((name.clone(), value)),
                (Param::Optional(name, default), None) => {
                    let value = self.eval(default)?;
                    self.locals.push((name.clone(), value));
                }
                (Param::Group(inner), value) => self.bind_group(inner, &value.unwrap_or_default())?,
                (Param::Rest(_) | Param::Given(_), _) => {}
            }
        }
        Ok(())
    }

    fn bind_group(&mut self, params: &[Param], value: &Value) -> Result<(), Stop> {
        match value.as_array() {
            Some(items) => self.bind_each(params, items),
            None if value.is_unknown() => {
                let each: Vec<Value> = params.iter().map(|_| values::derived("[]", &[value], None)).collect();
                self.bind_each(params, &each)
            }
            None => self.bind_each(params, std::slice::from_ref(value)),
        }
    }

    /// Runs a block once as a possibility: a loop over something unknown.
    pub(crate) fn yield_possibly(&mut self, callable: &Callable, unknown: &Value) -> Eval {
        let arity = match callable {
            Callable::Block(block) => block.params.len().max(1),
            _ => 1,
        };
        let before = (self.locals.clone(), self.instance.clone());
        let args = (0..arity).map(|_| values::derived("each", &[unknown], None)).collect();
        self.possible += 1;
        self.doubt = Some(unknown.clone());
        let result = self.yield_to(callable, args);
        self.possible -= 1;
        self.blur(unknown, &before.0, &before.1);
        match result {
            Ok(_) | Err(Stop::Break(_) | Stop::Raised(..)) => Ok(values::derived("each", &[unknown], None)),
            Err(other) => Err(other),
        }
    }

    /// Whatever an uncertain loop changed is unknown afterwards.
    fn blur(&mut self, unknown: &Value, locals: &[(EcoString, Value)], instance: &[(EcoString, Value)]) {
        for (now, before) in self.locals.iter_mut().zip(locals).chain(self.instance.iter_mut().zip(instance)) {
            if now.1 != before.1 {
                now.1 = values::derived("after each", &[unknown], None);
            }
        }
    }
}

impl Interp<'_> {
    /// `proc.call(…)`
    pub(crate) fn call_proc(&mut self, value: &Value, args: Vec<Value>) -> Eval {
        match self.as_callable(value) {
            Callable::Block(block) => self.run_method(&block, args, false),
            other => self.yield_to(&other, args),
        }
    }
}

impl Interp<'_> {
    /// Yields an element and a memo that the block changes in place; gives the memo back.
    pub(crate) fn yield_with_memo(&mut self, callable: &Callable, item: Value, memo: Value) -> Eval {
        let name = match callable {
            Callable::Block(block) => match block.params.get(1) {
                Some(Param::Name(name)) => name.clone(),
                _ => return Ok(values::beyond("each_with_object")),
            },
            _ => return Ok(values::beyond("each_with_object")),
        };
        let Callable::Block(block) = callable else { return Ok(memo) };
        let (height, possible) = (self.locals.len(), self.possible);
        self.bind(&block.params, vec![item, memo.clone()])?;
        let result = self.eval(&block.body);
        let memo = self.local(&name).cloned().unwrap_or(memo);
        self.locals.truncate(height);
        self.possible = possible;
        match result {
            Err(Stop::Next(_)) | Ok(_) => Ok(memo),
            Err(other) => Err(other),
        }
    }
}

impl Interp<'_> {
    /// `each` over a container that has a name: what the block changes in an element changes the container.
    pub(super) fn each_in_place(
        &mut self,
        place: &Expr,
        receiver: &Value,
        name: &str,
        block: &Arc<Block>,
    ) -> Option<Eval> {
        crate::ruby::lower::place_of(place)?;
        let items: Vec<(Option<Value>, Value)> = match (receiver, name, block.params.as_slice()) {
            (Value::Array(list), "each", [Param::Name(_)]) => list.items.iter().map(|v| (None, v.clone())).collect(),
            (Value::Hash(hash), "each" | "each_pair", [_, Param::Name(_)]) => {
                hash.entries.iter().map(|(k, v)| (Some(k.clone()), v.clone())).collect()
            }
            (Value::Hash(hash), "each_value", [Param::Name(_)]) => {
                hash.entries.iter().map(|(k, v)| (Some(k.clone()), v.clone())).collect()
            }
            _ => return None,
        };
        let container = |(_, v): &(Option<Value>, Value)| matches!(v, Value::Array(_) | Value::Hash(_));
        items.iter().any(container).then(|| self.each_element(place, receiver, name, block, items))
    }

    fn each_element(
        &mut self,
        place: &Expr,
        receiver: &Value,
        name: &str,
        block: &Arc<Block>,
        items: Vec<(Option<Value>, Value)>,
    ) -> Eval {
        let (mut after, mut changed) = (Vec::with_capacity(items.len()), false);
        for (key, value) in items {
            let args = match &key {
                Some(key) if name != "each_value" => vec![key.clone(), value.clone()],
                _ => vec![value.clone()],
            };
            let now = self.yield_and_look(block, args)?.unwrap_or_else(|| value.clone());
            changed |= !same_container(&now, &value);
            after.push((key, now));
        }
        if changed {
            let whole = match receiver {
                Value::Hash(_) => values::hash_of(after.into_iter().filter_map(|(k, v)| Some((k?, v))).collect()),
                _ => Value::array(after.into_iter().map(|(_, v)| v).collect()),
            };
            self.write_back(place, whole)?;
        }
        Ok(receiver.clone())
    }

    /// Runs a block and says what its last parameter holds in the end.
    fn yield_and_look(&mut self, block: &Arc<Block>, args: Vec<Value>) -> Result<Option<Value>, Stop> {
        self.spend(1)?;
        let (height, possible) = (self.locals.len(), self.possible);
        self.bind_each(&block.params, &args)?;
        let result = self.eval(&block.body);
        let last = match block.params.last() {
            Some(Param::Name(name)) => self.local(name).cloned(),
            _ => None,
        };
        self.locals.truncate(height);
        self.possible = possible;
        match result {
            Ok(_) | Err(Stop::Next(_)) => Ok(last),
            Err(other) => Err(other),
        }
    }
}

/// Whether it is the same list or hash in memory; other values do not change in place here.
fn same_container(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => Arc::ptr_eq(a, b),
        (Value::Hash(a), Value::Hash(b)) => Arc::ptr_eq(a, b),
        (Value::Array(_) | Value::Hash(_), _) => false,
        _ => true,
    }
}
