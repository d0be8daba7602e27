//! Puppet functions that a module writes in Ruby, run as far as their body stays within what is understood.
//!
//! Both forms are read: `Puppet::Functions.create_function` with its dispatches, and `newfunction` of Puppet 3.
//! Files, name look-ups and gems yield an unknown with its reason, as in templates.

use super::ast::{Block, BlockArg, Call, Expr, Kind};
use super::erb::TemplateScope;
use super::interp::{Callable, Ground, Interp, Stop};
use super::syntax::{nests_by_words, refused, with_room};
use super::{lower, values};
use crate::value::{CauseKind, Value};
use ecow::EcoString;
use std::sync::Arc;

/// A function as its file defines it.
#[derive(Debug)]
pub struct Function {
    path: Arc<str>,
    /// What stands before the definition: constants, helpers.
    before: Vec<Expr>,
    body: Arc<Block>,
    form: Form,
    deprecated: bool,
}

#[derive(Debug)]
enum Form {
    /// `newfunction(:name) do |args|`
    Three,
    /// `create_function(:name) do dispatch …`
    Four(Vec<Dispatch>),
}

/// One signature of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispatch {
    /// The method that implements it.
    pub method: EcoString,
    /// Whether the method gets the scope first.
    pub scope: bool,
    /// Types of the parameters, as Puppet writes them.
    pub types: Vec<EcoString>,
    /// How many arguments it needs.
    pub required: usize,
    /// Whether the last parameter repeats.
    pub repeated: bool,
}

/// What a call came to.
#[derive(Debug)]
pub enum Called {
    /// Its value.
    Value(Value),
    /// The exception it raised.
    Raised(String, Ground),
}

impl Function {
    /// Reads the definition of a function from its file.
    #[must_use]
    pub fn parse(text: &str, path: &str, name: &str) -> Option<Self> {
        if refused(text).is_some() {
            return None;
        }
        let source = text.to_owned();
        let program = with_room(text.len(), nests_by_words(text), move || program(&source))??;
        let mut found = Found { name, before: Vec::new(), definition: None };
        found.walk(program);
        let (body, three) = found.definition?;
        let form = if three { Form::Three } else { Form::Four(dispatches(&body, name)) };
        let deprecated = text.contains("call_function('deprecation'");
        Some(Self { path: path.into(), before: found.before, body, form, deprecated })
    }

    /// Its signatures; the older form takes anything.
    #[must_use]
    pub fn dispatches(&self) -> &[Dispatch] {
        match &self.form {
            Form::Three => &[],
            Form::Four(dispatches) => dispatches,
        }
    }

    /// Whether it sees to its calls itself: the signatures then take what it makes of the arguments.
    #[must_use]
    pub fn has_own_call(&self) -> bool {
        items(&self.body.body).iter().any(|e| matches!(&e.kind, Kind::Def(name, _) if name == "call"))
    }

    /// Whether it says of itself that it is deprecated: an error where warnings are.
    #[must_use]
    pub fn is_deprecated(&self) -> bool {
        self.deprecated
    }

    /// Calls it, by the signature of that number; `lambda` says whether the scope has one to yield to.
    pub fn call(&self, scope: &mut dyn TemplateScope, dispatch: usize, args: &[Value], lambda: bool) -> Called {
        let mut interp = Interp::new(scope, &self.path, &[]).for_function(matches!(self.form, Form::Three));
        let end = self.run(&mut interp, dispatch, args, lambda);
        interp.settle();
        match end {
            Ok(value) | Err(Stop::Return(value) | Stop::Leave(_, value) | Stop::Next(value) | Stop::Break(value)) => {
                Called::Value(values::to_puppet(&value))
            }
            Err(Stop::Raised(message, _)) => match interp.ground_of(&message) {
                Ground::Open => Called::Value(Value::unknown(CauseKind::Function, message)),
                ground => Called::Raised(message, ground),
            },
            Err(Stop::Limit(what)) => Called::Value(Value::unknown(CauseKind::Limit, what)),
        }
    }

    fn run(&self, interp: &mut Interp<'_>, dispatch: usize, args: &[Value], lambda: bool) -> Result<Value, Stop> {
        interp.sequence(&self.before)?;
        if lambda && matches!(self.form, Form::Three) {
            return Ok(values::beyond("a lambda as argument"));
        }
        let Form::Four(dispatches) = &self.form else {
            // A block: it sees what stands before it in the file.
            return interp.run_method(&self.body, vec![Value::array(args.to_vec())], false);
        };
        let Some(dispatch) = dispatches.get(dispatch) else { return Ok(values::beyond("a call without signature")) };
        for item in items(&self.body.body).iter().filter(|e| !is_signature(e)) {
            interp.eval(item)?;
        }
        let scope = dispatch.scope.then(|| values::object(values::SCOPE, &[]));
        let args = scope.into_iter().chain(args.iter().cloned()).collect();
        interp.call_own_with(&dispatch.method, args, lambda.then_some(Callable::Outer))
    }
}

fn program(source: &str) -> Option<Expr> {
    let parsed = ruby_prism::parse(source.as_bytes());
    (parsed.errors().next().is_none()).then(|| lower::program(&parsed.node()))
}

/// Looks for a definition among the statements of a file.
struct Found<'a> {
    name: &'a str,
    before: Vec<Expr>,
    definition: Option<(Arc<Block>, bool)>,
}

impl Found<'_> {
    fn walk(&mut self, expr: Expr) {
        match expr.kind {
            Kind::Seq(body) => body.into_iter().for_each(|e| self.walk(e)),
            Kind::Module(_, body) => self.walk(*body),
            Kind::Call(call) if matches!(&*call.name, "create_function" | "newfunction") => self.define(*call),
            kind => self.before.push(Expr { line: expr.line, kind }),
        }
    }

    fn define(&mut self, call: Call) {
        let named = match call.args.first().map(|a| &a.kind) {
            Some(Kind::Symbol(s) | Kind::Str(s)) => s.trim_start_matches("::") == self.name,
            _ => false,
        };
        let three = call.name == "newfunction";
        if let (true, Some(BlockArg::Literal(block))) = (named, call.block) {
            self.definition = Some((block, three));
        }
    }
}

fn items(body: &Expr) -> &[Expr] {
    match &body.kind {
        Kind::Seq(items) => items,
        _ => std::slice::from_ref(body),
    }
}

fn is_signature(expr: &Expr) -> bool {
    matches!(&expr.kind, Kind::Call(call) if matches!(&*call.name, "dispatch" | "local_types" | "argument_mismatch"))
}

/// The signatures of a body; without any, the method that is named as the function takes what it declares.
fn dispatches(body: &Block, name: &str) -> Vec<Dispatch> {
    let calls = items(&body.body).iter().filter_map(|e| match &e.kind {
        Kind::Call(call) if call.name == "dispatch" => Some(call),
        _ => None,
    });
    let found: Vec<Dispatch> = calls.filter_map(|call| dispatch(call)).collect();
    if !found.is_empty() {
        return found;
    }
    let method: EcoString = name.rsplit("::").next().unwrap_or(name).into();
    vec![Dispatch { method, scope: false, types: vec!["Any".into()], required: 0, repeated: true }]
}

fn dispatch(call: &Call) -> Option<Dispatch> {
    let Kind::Symbol(method) = &call.args.first()?.kind else { return None };
    let Some(BlockArg::Literal(block)) = &call.block else { return None };
    let mut out = Dispatch { method: method.clone(), scope: false, types: Vec::new(), required: 0, repeated: false };
    for item in items(&block.body) {
        let Kind::Call(call) = &item.kind else { continue };
        let ty: EcoString = match call.args.first().map(|a| &a.kind) {
            Some(Kind::Str(s)) => s.clone(),
            _ => "Any".into(),
        };
        match &*call.name {
            "scope_param" => out.scope = true,
            "param" | "required_param" => out.required += 1,
            "required_repeated_param" => (out.required, out.repeated) = (out.required + 1, true),
            "repeated_param" | "optional_repeated_param" => out.repeated = true,
            "optional_param" => {}
            _ => continue,
        }
        if call.name != "scope_param" {
            out.types.push(ty);
        }
    }
    Some(out)
}

#[cfg(test)]
#[path = "function_tests.rs"]
mod tests;
