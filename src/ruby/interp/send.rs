//! Sends a method to a value, minding what is symbolic.
//!
//! A method on a per-host value runs on the sample and yields a per-host value; on an unknown it
//! yields an unknown that remembers what it rests on.

use super::{Callable, Eval, Ground, Interp};
use crate::ruby::{methods, values};
use crate::value::{Sym, SymExpr, Value};

/// Methods of containers that never look at what an element is.
const BLIND: &[&str] = &[
    "each",
    "map",
    "collect",
    "size",
    "length",
    "count",
    "first",
    "last",
    "[]",
    "empty?",
    "any?",
    "keys",
    "values",
    "has_key?",
    "key?",
    "fetch",
    "join",
    "push",
    "<<",
    "+",
    "concat",
    "flatten",
    "reverse",
    "to_a",
    "each_pair",
    "each_with_index",
    "zip",
    "merge",
    "nil?",
    "is_a?",
    "select",
    "reject",
    "filter",
    "each_slice",
    "flat_map",
    "each_key",
    "each_value",
    "dig",
    "inject",
    "reduce",
    "each_with_object",
    "to_s",
    "inspect",
    "class",
    "kind_of?",
    "instance_of?",
    "entries",
    "take",
    "drop",
    "slice",
    "compact",
    "each_entry",
    "values_at",
    "include?",
    "member?",
    "sort_by",
    "min_by",
    "max_by",
    "find",
    "detect",
    "all?",
    "none?",
    "partition",
    "group_by",
    "transform_values",
    "to_h",
    "filter_map",
    "each_cons",
    "collect_concat",
    "find_all",
    "with_index",
    "respond_to?",
    "then",
    "tap",
    "dup",
    "clone",
    "to_hash",
    "rotate",
    "store",
    "push",
    "unshift",
    "to_ary",
    "except",
    "invert",
    "to_set",
];

impl Interp<'_> {
    pub(crate) fn send(&mut self, receiver: Value, name: &str, args: Vec<Value>, block: Option<&Callable>) -> Eval {
        self.spend(1 + methods::size_of(&receiver) / 16)?;
        if let Value::Sensitive(inner) = &receiver {
            return Ok(match name {
                "unwrap" => inner.as_ref().clone(),
                "to_s" | "inspect" => Value::str("Sensitive [value redacted]"),
                "nil?" => Value::Bool(false),
                _ => values::beyond(format!("Sensitive.{name}")),
            });
        }
        if let Value::Sym(sym) = &receiver {
            return match &sym.sample {
                Some(sample) => self.send_sampled(&receiver, sample.clone(), name, args, block),
                None => self.send_unknown(&receiver, &sym.clone(), name, args, block),
            };
        }
        if let Some(constant) = values::text_of(&receiver, values::CONSTANT) {
            return self.constant_call(constant, name, args, block);
        }
        let symbolic = args.iter().any(values::holds_symbolic);
        if symbolic && let Some(text) = append(&receiver, name, &args) {
            return Ok(text);
        }
        if !BLIND.contains(&name) && (symbolic || values::holds_symbolic(&receiver)) {
            return self.send_settled(&receiver, name, &args, block);
        }
        self.send_known(&receiver, name, &args, block)
    }

    fn send_known(&mut self, receiver: &Value, name: &str, args: &[Value], block: Option<&Callable>) -> Eval {
        match methods::call(self, receiver, name, args, block)? {
            Some(value) => Ok(value),
            None => {
                if let Some(message) = methods::lacking::undefined(receiver, name) {
                    return self.raise_on(Ground::of(receiver), message);
                }
                let unknown = values::beyond(format!("{}#{name}", methods::class_name(receiver)));
                match block {
                    // What the block writes must not get lost with the method.
                    Some(block) => self.yield_possibly(block, &unknown),
                    None => Ok(unknown),
                }
            }
        }
    }

    fn send_sampled(
        &mut self,
        sym: &Value,
        sample: Value,
        name: &str,
        args: Vec<Value>,
        block: Option<&Callable>,
    ) -> Eval {
        if let Some(text) = append(sym, name, &args) {
            return Ok(text);
        }
        if block.is_some() && methods::iterate::elements(&sample).is_some() {
            self.scope.observe(sym, true);
        }
        let result = self.send(sample, name, args.clone(), block)?;
        let mut operands = vec![sym];
        operands.extend(args.iter());
        Ok(if matches!(result, Value::Object(_)) { result } else { values::derived(name, &operands, Some(result)) })
    }

    /// Known receiver or arguments with symbolic parts inside.
    fn send_settled(&mut self, receiver: &Value, name: &str, args: &[Value], block: Option<&Callable>) -> Eval {
        let mut operands = vec![receiver];
        operands.extend(args.iter());
        let settled: Option<Vec<Value>> = operands.iter().map(|v| values::settled(v)).collect();
        match settled.as_deref() {
            Some([receiver, args @ ..]) => {
                let result = self.send_known(receiver, name, args, block)?;
                Ok(values::derived(name, &operands, Some(result)))
            }
            _ => match block {
                Some(block) if methods::iterate::is_loop(name) => self.yield_possibly(block, receiver),
                _ => Ok(values::derived(name, &operands, None)),
            },
        }
    }

    fn send_unknown(
        &mut self,
        unknown: &Value,
        sym: &Sym,
        name: &str,
        args: Vec<Value>,
        block: Option<&Callable>,
    ) -> Eval {
        if let Some(block) = block {
            return self.yield_possibly(block, unknown);
        }
        if let Some(text) = append(unknown, name, &args) {
            return Ok(text);
        }
        match (&sym.expr, name) {
            (_, "to_s" | "to_str" | "freeze" | "dup" | "clone" | "itself" | "unwrap") => return Ok(unknown.clone()),
            (SymExpr::Concat(_), "nil?") => return Ok(Value::Bool(false)),
            (SymExpr::Choice(options), _) => {
                let mut results = Vec::with_capacity(options.len());
                for option in options.clone() {
                    // An alternative on which the method raises is not the one that comes.
                    match self.send(option, name, args.clone(), None) {
                        Err(super::Stop::Raised(..)) => {}
                        other => results.push(other?),
                    }
                }
                if !results.is_empty() {
                    return Ok(values::choice(unknown, results));
                }
            }
            _ => {}
        }
        let mut operands = vec![unknown];
        operands.extend(args.iter());
        Ok(values::derived(name, &operands, None))
    }

    /// `pattern === subject`
    pub(crate) fn case_equal(&mut self, pattern: &Value, subject: &Value) -> Eval {
        self.send(pattern.clone(), "===", vec![subject.clone()], None)
    }
}

/// String + string keeps its parts apart, so that what is known of the text stays known.
fn append(receiver: &Value, name: &str, args: &[Value]) -> Option<Value> {
    let [other] = args else { return None };
    let text_like = |v: &Value| match v {
        Value::Str(_) => true,
        Value::Sym(s) => matches!(s.expr, SymExpr::Concat(_)) || matches!(s.sample, Some(Value::Str(_))),
        _ => false,
    };
    let joins = name == "+" && (text_like(receiver) || text_like(other));
    joins.then(|| values::concat(vec![receiver.clone(), other.clone()]))
}
