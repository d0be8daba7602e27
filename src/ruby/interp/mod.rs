//! Runs a lowered Ruby program over our values, within bounds.

mod assign;
mod block;
mod branch;
mod call;
mod in_place;
mod kernel;
mod output;
mod raise;
mod scope;
mod send;

pub(crate) use block::Callable;
pub(crate) use in_place::address;
pub use output::Piece;
pub use raise::Ground;

use super::ast::{Block, Expr, Kind, Pair};
use super::erb::TemplateScope;
use super::values;
use crate::repo::Loc;
use crate::value::{Entries, Value, regex};
use ecow::EcoString;
use fancy_regex::Regex;
use output::Output;
use std::sync::Arc;

/// Most expressions evaluated for one template.
const MAX_STEPS: usize = 400_000;
/// Deepest nesting of expressions while running.
const MAX_DEPTH: usize = 160;

/// Flags of a literal (`i`, `x`, `m`) as an inline group.
fn with_flags(pattern: &str, flags: &str) -> String {
    if flags.is_empty() { pattern.to_owned() } else { format!("(?{flags}:{pattern})") }
}

/// Why evaluation left its normal course.
#[derive(Debug)]
pub(crate) enum Stop {
    Next(Value),
    Break(Value),
    Return(Value),
    /// A block leaves a method that is running, by its number: the one that it was written in, or given to.
    Leave(Option<usize>, Value),
    /// An exception of Ruby's.
    Raised(String, u32),
    /// A bound of ours.
    Limit(&'static str),
}

pub(crate) type Eval = Result<Value, Stop>;

/// The running program.
pub(crate) struct Interp<'a> {
    pub(crate) scope: &'a mut dyn TemplateScope,
    path: Arc<str>,
    /// Lines of the file before the template's own first.
    pub(crate) before: u32,
    texts: &'a [super::erb::scan::Text],
    locals: Vec<(EcoString, Value)>,
    /// Where the locals of the running method begin.
    frame: usize,
    instance: Vec<(EcoString, Value)>,
    procs: Vec<Arc<Block>>,
    methods: Vec<(EcoString, Arc<Block>)>,
    constants: Vec<(EcoString, Value)>,
    /// Blocks given to the methods that are running, and which of them is that of the method at hand.
    given: Vec<block::Given>,
    entered: usize,
    own_given: Option<usize>,
    last_match: Value,
    steps: usize,
    depth: usize,
    line: u32,
    /// More than zero while it is not certain that this code runs.
    possible: usize,
    /// The template's own methods that are running.
    running: Vec<EcoString>,
    /// It is a function and no template: bare words are no variables, `self` is the scope.
    function: bool,
    /// It is a function of the older form, whose `call_function` takes the arguments as one list.
    is_old: bool,
    /// `self` is a resource.
    native: bool,
    /// The last exception was raised by the program's own words.
    pub(crate) raised_itself: Option<(String, Ground)>,
    /// The unknown on which that depends.
    doubt: Option<Value>,
    lent: in_place::Lent,
    pub(crate) out: Output,
    pub(crate) variables: Vec<(EcoString, u32, bool)>,
}

impl<'a> Interp<'a> {
    pub(crate) fn new(scope: &'a mut dyn TemplateScope, path: &str, texts: &'a [super::erb::scan::Text]) -> Self {
        Self {
            scope,
            path: Arc::from(path),
            before: 0,
            texts,
            locals: Vec::new(),
            frame: 0,
            instance: Vec::new(),
            procs: Vec::new(),
            methods: Vec::new(),
            constants: Vec::new(),
            given: Vec::new(),
            entered: 0,
            own_given: None,
            last_match: Value::Undef,
            steps: 0,
            depth: 0,
            line: 1,
            possible: 0,
            running: Vec::new(),
            function: false,
            is_old: false,
            native: false,
            raised_itself: None,
            doubt: None,
            lent: in_place::Lent::default(),
            out: Output::default(),
            variables: Vec::new(),
        }
    }

    /// The same for the body of a function, of the older form or not.
    pub(crate) fn for_function(self, is_old: bool) -> Self {
        Self { function: true, is_old, ..self }
    }

    /// The same for a body that belongs to a resource, which is its `self`.
    pub(crate) fn for_native(self) -> Self {
        Self { function: true, native: true, ..self }
    }

    /// The same with methods that are defined already.
    pub(crate) fn with_methods(mut self, methods: &[(EcoString, Arc<Block>)]) -> Self {
        self.methods.extend(methods.iter().cloned());
        self
    }

    /// The same with constants that are defined already.
    pub(crate) fn with_constants(mut self, constants: &[(EcoString, Value)]) -> Self {
        self.constants.extend(constants.iter().cloned());
        self
    }

    /// Whether the program defines a method.
    pub(crate) fn has_method(&self, name: &str) -> bool {
        self.methods.iter().any(|(n, _)| n == name)
    }

    /// Where in the template the program stands.
    pub(crate) fn here(&self) -> Loc {
        Loc::new(Arc::clone(&self.path), self.line.saturating_add(self.before))
    }

    pub(crate) fn spend(&mut self, steps: usize) -> Result<(), Stop> {
        self.steps += steps;
        if self.steps > MAX_STEPS { Err(Stop::Limit("more than 400,000 steps in one template")) } else { Ok(()) }
    }

    pub(crate) fn regex(&self, pattern: &str) -> Option<Arc<Regex>> {
        regex::compile(pattern).ok()
    }

    pub(crate) fn eval(&mut self, expr: &Expr) -> Eval {
        self.spend(1)?;
        if self.depth >= MAX_DEPTH {
            return Err(Stop::Limit("expressions nested too deeply"));
        }
        self.depth += 1;
        if expr.line > 0 {
            self.line = expr.line;
        }
        let result = self.eval_kind(expr);
        self.depth -= 1;
        result
    }

    fn eval_kind(&mut self, expr: &Expr) -> Eval {
        match &expr.kind {
            Kind::Nil => Ok(Value::Undef),
            Kind::Bool(b) => Ok(Value::Bool(*b)),
            Kind::Int(i) => Ok(Value::Int(*i)),
            Kind::Float(f) => Ok(Value::Float(*f)),
            Kind::Str(s) => Ok(Value::str(s.clone())),
            Kind::Symbol(s) => Ok(values::symbol(s)),
            Kind::Constant(name) => Ok(self.constant(name)),
            Kind::Local(name) => Ok(self.local(name).cloned().unwrap_or_default()),
            Kind::Instance(name) => Ok(self.instance_variable(name)),
            Kind::Global(name) => Ok(values::beyond(format!("global variable {name}"))),
            Kind::Group(n) => Ok(self.group(*n)),
            Kind::SelfRef if self.native => Ok(values::object(values::RESOURCE, &[])),
            Kind::SelfRef if self.function => Ok(values::object(values::SCOPE, &[])),
            Kind::SelfRef => Ok(values::beyond("self")),
            Kind::Beyond(what) => Ok(values::beyond(what.clone())),
            Kind::Seq(body) => self.sequence(body),
            Kind::Call(call) => self.call(call),
            Kind::If(parts) => self.if_else(parts),
            Kind::And(a, b) => self.logical(a, b, true),
            Kind::Or(a, b) => self.logical(a, b, false),
            _ => self.eval_rest(&expr.kind),
        }
    }

    /// The rarer half.
    fn eval_rest(&mut self, kind: &Kind) -> Eval {
        match kind {
            Kind::Interpolated(parts) => self.interpolate(parts),
            Kind::InterpolatedSymbol(parts) => {
                let text = self.interpolate(parts)?;
                Ok(text.as_str().map_or_else(|| text.clone(), values::symbol))
            }
            Kind::Regex { parts, flags } => {
                let text = self.interpolate(parts)?;
                let Some(pattern) = text.as_str() else { return Ok(text) };
                Ok(Value::Regex(Arc::from(with_flags(pattern, flags))))
            }
            Kind::Array(items) => Ok(Value::array(self.arguments(items)?)),
            Kind::Hash(pairs) => self.hash(pairs),
            Kind::Range { from, to, exclusive } => {
                let from = from.as_ref().map_or(Ok(Value::Undef), |e| self.eval(e))?;
                let to = to.as_ref().map_or(Ok(Value::Undef), |e| self.eval(e))?;
                Ok(values::object(values::RANGE, &[from, to, Value::Bool(*exclusive)]))
            }
            Kind::Splat(inner) => self.eval(inner),
            Kind::Assign(place, value) => {
                let value = self.eval(value)?;
                self.assign(place, value.clone())?;
                Ok(value)
            }
            Kind::Update(place, operator, value) => self.update(place, operator, value),
            Kind::Destructure(places, value) => {
                let value = self.eval(value)?;
                self.assign_several(places, &value)?;
                Ok(value)
            }
            Kind::Case(case) => self.case(case),
            Kind::While(repeat) => self.repeat(repeat),
            Kind::For(place, collection, body) => self.for_each(place, collection, body),
            Kind::Begin(begin) => self.begin(begin),
            Kind::Return(value) => Err(Stop::Return(self.jump_value(value.as_deref())?)),
            Kind::Next(value) => Err(Stop::Next(self.jump_value(value.as_deref())?)),
            Kind::Break(value) => Err(Stop::Break(self.jump_value(value.as_deref())?)),
            Kind::Lambda(block) => Ok(self.make_proc(Arc::clone(block))),
            Kind::Def(name, block) => {
                self.methods.push((name.clone(), Arc::clone(block)));
                Ok(values::symbol(name))
            }
            Kind::Defined(inner) => self.defined(inner),
            Kind::Module(_, body) => self.eval(body),
            Kind::Class(..) => Ok(values::beyond("a class")),
            Kind::Yield(args) => {
                let args = self.arguments(args)?;
                self.yield_given(self.own_given, args)
            }
            _ => Ok(values::beyond("syntax")),
        }
    }

    fn jump_value(&mut self, value: Option<&Expr>) -> Eval {
        value.map_or(Ok(Value::Undef), |v| self.eval(v))
    }

    /// Calls a method that the program defined.
    pub(crate) fn call_own(&mut self, name: &str, args: Vec<Value>) -> Eval {
        self.call_own_with(name, args, None)
    }

    /// The same with a block.
    pub(crate) fn call_own_with(&mut self, name: &str, args: Vec<Value>, block: Option<Callable>) -> Eval {
        match self.methods.iter().rev().find(|(n, _)| n == name).map(|(_, b)| Arc::clone(b)) {
            Some(method) => self.own_method(&name.into(), &method, args, block),
            None => Ok(values::beyond(format!("{name}()"))),
        }
    }

    pub(crate) fn sequence(&mut self, body: &[Expr]) -> Eval {
        let mut last = Value::Undef;
        for expr in body {
            last = self.eval(expr)?;
        }
        Ok(last)
    }

    /// Evaluates arguments or elements, with `*splat`.
    pub(crate) fn arguments(&mut self, args: &[Expr]) -> Result<Vec<Value>, Stop> {
        let mut out = Vec::with_capacity(args.len());
        for arg in args {
            let value = self.eval(arg)?;
            match (&arg.kind, value.as_array()) {
                (Kind::Splat(_), Some(items)) => out.extend(items.iter().cloned()),
                (Kind::Splat(_), None) if matches!(value, Value::Undef) => {}
                _ => out.push(value),
            }
        }
        Ok(out)
    }

    fn hash(&mut self, pairs: &[Pair]) -> Eval {
        let mut entries = Entries::default();
        for pair in pairs {
            match pair {
                Pair::Entry(key, value) => {
                    let key = self.eval(key)?;
                    entries.insert(key, self.eval(value)?);
                }
                Pair::Spread(inner) => match self.eval(inner)?.as_hash() {
                    Some(more) => entries.extend(more.iter().map(|(k, v)| (k.clone(), v.clone()))),
                    None => return Ok(values::beyond("a spread of something unknown")),
                },
            }
        }
        Ok(values::hash_of(entries))
    }

    fn interpolate(&mut self, parts: &[Expr]) -> Eval {
        let mut out = Vec::with_capacity(parts.len());
        for part in parts {
            let value = self.eval(part)?;
            out.push(super::methods::inspect::to_s(&value));
        }
        Ok(values::concat(out))
    }

    fn instance_variable(&mut self, name: &str) -> Value {
        if let Some((_, value)) = self.instance.iter().rev().find(|(n, _)| n == name) {
            return value.clone();
        }
        let bare = name.trim_start_matches('@');
        let value = self.of_scope(bare);
        self.note_variable(bare, value.is_some());
        value.unwrap_or_default()
    }

    pub(crate) fn note_variable(&mut self, name: &str, found: bool) {
        if !self.variables.iter().any(|(n, line, _)| n == name && *line == self.line) {
            self.variables.push((name.into(), self.line, found));
        }
    }

    fn group(&self, n: u32) -> Value {
        let groups = values::attrs(&self.last_match, values::MATCH).and_then(|a| a.first()).map(|(_, v)| v);
        match groups.and_then(Value::as_array) {
            Some(groups) => groups.get(n as usize).cloned().unwrap_or_default(),
            None if matches!(self.last_match, Value::Sym(_)) => self.last_match.clone(),
            None => Value::Undef,
        }
    }

    /// What `$~` holds from now on.
    pub(crate) fn set_match(&mut self, value: Value) {
        self.last_match = value;
    }

    fn defined(&mut self, inner: &Expr) -> Eval {
        let answer = match &inner.kind {
            Kind::Instance(name) => {
                let known = self.instance.iter().any(|(n, _)| n == name);
                let bare = name.trim_start_matches('@');
                // A template is given the variables that have a value.
                let mut given =
                    || self.scope.has_variable(bare) && !matches!(self.scope.variable(bare), Some(Value::Undef));
                (known || given()).then_some("instance-variable")
            }
            Kind::Local(_) => Some("local-variable"),
            Kind::Call(call) if call.bare => self.scope.has_variable(&call.name).then_some("method"),
            Kind::Constant(_) | Kind::Call(_) => return Ok(values::beyond("defined?")),
            _ => Some("expression"),
        };
        Ok(answer.map_or(Value::Undef, Value::from))
    }
}
