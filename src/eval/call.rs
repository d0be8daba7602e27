//! Calls: built-in, Puppet-language and statement functions, methods, lambdas, conversions.

use super::awaited::{Awaited, Callee, may_read};
use super::compiler::{Closure, Compiler};
use super::error::EvalError;
use super::facts::opaque;
use super::interp::{Block, Builtin, Interp};
use super::lift::{Known, Res, alternatives, known, over_choices};
use super::scope::{Env, Scope, ScopeKind, TOP};
use super::source::DefKind;
use crate::puppet::ast::{self, Expr, ExprKind, Lambda};
use crate::repo::Loc;
use crate::value::types::{Range, Type, mismatch, mismatch_call};
use crate::value::{CauseKind, Tri, Value};
use std::sync::Arc;

/// What a function may ask, with the scope it is called from.
pub(crate) struct Caller<'c, 's> {
    pub(crate) compiler: &'c mut Compiler<'s>,
    pub(crate) env: Env<'s>,
}

impl Interp for Caller<'_, '_> {
    fn call_block(&mut self, block: Block, args: &[Value]) -> Res<Value> {
        self.compiler.run_closure(block, args)
    }

    fn call_function(&mut self, name: &str, args: &[Value], block: Option<Block>) -> Res<Value> {
        self.compiler.call_named(self.env, name, args.to_vec(), block)
    }

    fn variable(&mut self, name: &str) -> Option<Value> {
        self.compiler.lookup_var(self.env.scope, name)
    }

    fn log(&mut self, level: &str, message: String) {
        self.compiler.log(level, message);
    }

    fn resource_parameter(&mut self, reference: &Type, name: &str) -> Res<Value> {
        self.compiler.specialize_type(&Arc::new(reference.clone()), vec![Value::str(name)])
    }

    fn is_legacy(&self) -> bool {
        self.compiler.is_legacy()
    }

    fn strict(&self) -> bool {
        self.compiler.session.options.strict
    }
}

impl crate::value::types::TypeContext for Caller<'_, '_> {
    fn type_alias(&mut self, name: &str) -> Option<Arc<Type>> {
        self.compiler.alias(name)
    }

    fn observe(&mut self, subject: &Value, decided: bool) {
        self.compiler.observe_truth(subject, decided);
    }
}

impl crate::ruby::erb::TemplateScope for Caller<'_, '_> {
    fn variable(&mut self, name: &str) -> Option<Value> {
        let known = self.compiler.lookup_var(self.env.scope, name);
        known.or_else(|| self.compiler.fact_variable(crate::eval::reference::unrooted(name), name.starts_with("::")))
    }

    fn call_function(&mut self, name: &str, args: &[Value]) -> Option<Value> {
        let result = self.compiler.call_named(self.env, name, args.to_vec(), None);
        self.compiler.ruby_failure = result.as_ref().err().map(ToString::to_string);
        result.ok()
    }

    fn has_old_function(&mut self, name: &str) -> bool {
        let session = self.compiler.session;
        // What is not all there may have any.
        !session.options.complete
            || session.modules.ruby_functions.contains_key(name)
            || super::functions::is_old(name)
            || !super::functions::is_core(name)
    }

    fn failure(&mut self) -> Option<String> {
        self.compiler.ruby_failure.take()
    }

    fn resource(&mut self) -> Vec<(ecow::EcoString, Value)> {
        self.compiler.own_resource(self.env)
    }

    fn template_path(&mut self, name: &str) -> Option<ecow::EcoString> {
        super::statements::content::locate(self.compiler, "templates", name).map(|path| (&*path).into())
    }

    fn file_text(&mut self, path: &str) -> Option<Value> {
        self.compiler.depend(path.into());
        let text = self.compiler.session.tree().text(path).ok().flatten()?;
        Some(Value::str(&*text))
    }

    fn has_variable(&mut self, name: &str) -> bool {
        self.compiler.lookup_var(self.env.scope, name).is_some()
    }

    fn set_variable(&mut self, name: &str, value: &Value) -> bool {
        // What Ruby makes is not always a value that can be told again.
        self.compiler.spoil();
        self.compiler.assign(self.env, name, value.clone()).is_ok()
    }

    fn changed(&mut self, variable: &str, before: &Value, now: &Value) {
        self.compiler.changed_in_place(self.env.scope, variable, before, now);
    }

    fn observe(&mut self, subject: &Value, decided: bool) {
        self.compiler.observe_truth(subject, decided);
    }
}

impl<'s> Compiler<'s> {
    /// `f(args) |…| { … }` and `f args`
    pub(crate) fn call(&mut self, env: Env<'s>, expr: &'s Expr, call: &'s ast::Call) -> Res<Value> {
        let at = env.file.loc(expr.span);
        match &call.functor.kind {
            ExprKind::Name(name) | ExprKind::Reserved(name) => {
                let args = self.eval_args(env, &call.args)?;
                self.invoke(env, name, args, call.lambda.as_ref(), &at, "Function Call")
            }
            _ => {
                let functor = self.eval(env, &call.functor)?;
                let mut args = vec![functor];
                args.extend(self.eval_args(env, &call.args)?);
                self.invoke(env, "new", args, call.lambda.as_ref(), &at, "Function Call")
            }
        }
    }

    /// `receiver.f(args)`
    pub(crate) fn method(&mut self, env: Env<'s>, _expr: &'s Expr, call: &'s ast::MethodCall) -> Res<Value> {
        let mut args = match &call.receiver.kind {
            ExprKind::Unary(ast::UnaryOp::Splat, _) => self.eval_args(env, std::slice::from_ref(&call.receiver))?,
            _ => vec![self.eval(env, &call.receiver)?],
        };
        args.extend(self.eval_args(env, &call.args)?);
        if let Some(Value::Object(object)) = args.first()
            && let Some(value) = super::attributes::attribute(object, &call.name)
        {
            return Ok(value);
        }
        let (at, unknown) = (env.file.loc(call.name_span), args.first().filter(|r| r.is_unknown()).cloned());
        let called = self.invoke(env, &call.name, args, call.lambda.as_ref(), &at, "Method call");
        match unknown {
            Some(receiver) => super::attributes::of_unknown(receiver, &call.name, called),
            None => called,
        }
    }

    fn invoke(
        &mut self,
        env: Env<'s>,
        name: &str,
        args: Vec<Value>,
        lambda: Option<&'s Lambda>,
        at: &Loc,
        label: &'static str,
    ) -> Res<Value> {
        self.last_loc = Some(at.clone());
        let context = self.context.replace((label, at.clone()));
        let handles = self.closures.len();
        let block = lambda.map(|lambda| self.block(env, lambda));
        let result = self.deeper(|c| c.call_named(env, name, args, block));
        self.closures.truncate(handles);
        self.context = context;
        result.map_err(|e| e.in_call(label, at, at))
    }

    fn block(&mut self, env: Env<'s>, lambda: &'s Lambda) -> Block {
        let required = lambda.params.iter().filter(|p| p.default.is_none() && !p.captures_rest).count();
        let rest = lambda.params.iter().any(|p| p.captures_rest);
        self.closures.push(Closure { env, lambda });
        Block {
            handle: self.closures.len() - 1,
            required,
            at_most: if rest { usize::MAX } else { lambda.params.len() },
        }
    }

    /// Calls a function by name, wherever it is defined.
    pub(crate) fn call_named(
        &mut self,
        env: Env<'s>,
        name: &str,
        args: Vec<Value>,
        block: Option<Block>,
    ) -> Res<Value> {
        let name = crate::eval::reference::unrooted(name);
        if !self.asking.is_empty()
            && let Some(answer) = super::statements::context::call(self, env, name, &args, block.as_ref())
        {
            return answer;
        }
        if self.session.options.complete {
            self.check_signature(name, &args)?;
        }
        let args = self.given_args(name, args);
        if let Some(function) = super::statements::find(name).filter(|_| self.has_statement(name)) {
            super::functions::refuse_block(name, block.as_ref())?;
            return super::statements::run(self, function, env, &args, block);
        }
        // A module's own function in the Puppet language is the truth for its version.
        let own = if name.contains("::") { self.find_def(DefKind::Function, &name.to_lowercase()) } else { None };
        let here = |c: &Self| {
            super::functions::is_core(name)
                || !c.session.options.complete
                || c.session.modules.ruby_functions.contains_key(name)
        };
        if let Some(function) = super::functions::find(name).filter(|_| own.is_none() && here(self)) {
            self.check_deprecated(name)?;
            return self.builtin(env, name, function, args, block);
        }
        if let Some(at) = self.find_def(DefKind::Function, &name.to_lowercase()) {
            return self.puppet_function(name, at, &args, block);
        }
        self.unknown_function(env, name, &args, block)
    }

    /// A module's function that is deprecated is an error where warnings are.
    fn check_deprecated(&self, name: &str) -> Res<()> {
        if !self.session.options.strict || super::functions::is_core(name) {
            return Ok(());
        }
        let path = self.session.modules.ruby_functions.get(name);
        let function = path.and_then(|path| self.session.ruby_function(name, path));
        if function.is_some_and(|f| f.code.is_deprecated()) {
            return Err(EvalError::puppet(format!("deprecation. {name}. This method is deprecated")));
        }
        Ok(())
    }

    /// Whether a statement function is there: some come with a module.
    fn has_statement(&self, name: &str) -> bool {
        let of_stdlib = matches!(
            name,
            "ensure_packages"
                | "ensure_resource"
                | "ensure_resources"
                | "defined_with_params"
                | "getparam"
                | "loadyaml"
                | "loadjson"
        );
        !of_stdlib || !self.session.options.complete || self.session.modules.ruby_functions.contains_key(name)
    }

    fn builtin(
        &mut self,
        env: Env<'s>,
        name: &str,
        function: Builtin,
        args: Vec<Value>,
        block: Option<Block>,
    ) -> Res<Value> {
        if let (Some(block), Some(first)) = (block, args.first())
            && known(first) == Known::No
            && alternatives(first).is_none()
        {
            return self.iterate_unknown(name, block, &args);
        }
        over_choices(name, &args, &mut |args| {
            let mut caller = Caller { compiler: self, env };
            let value = function(&mut caller, args, block)?;
            if block.is_some() { super::lift::bounded(value) } else { Ok(value) }
        })
    }

    /// A lambda over something unknown runs once, with unknown arguments and only possibly.
    fn iterate_unknown(&mut self, name: &str, block: Block, args: &[Value]) -> Res<Value> {
        args.first().cloned().iter().for_each(|v| self.count_causes(v));
        let unknown = super::lift::sym(crate::value::SymExpr::Call(name.into(), args.to_vec()), None);
        let wanted = match name {
            "with" | "then" | "lest" => 1,
            _ => block.required.max(1).min(block.at_most),
        };
        let with = vec![unknown.clone(); wanted];
        let group = self.new_group();
        let text: Arc<str> = "an unknown list has elements".into();
        match self.in_branch(group, 0, &text, |c| c.run_closure(block, &with)) {
            Err(error) if !error.is_control() => self.in_branch(group, 0, &text, |c| c.record(error)),
            _ => {}
        }
        Ok(unknown)
    }

    /// A function that is not here: its value is unknown, and it is counted.
    fn unknown_function(&mut self, env: Env<'s>, name: &str, args: &[Value], block: Option<Block>) -> Res<Value> {
        let ruby = self
            .session
            .modules
            .ruby_functions
            .get(name)
            .or_else(|| self.session.modules.ruby_functions.get(&*name.to_lowercase()));
        if let Some(path) = ruby.cloned() {
            self.depend(path.clone());
            if let Some(value) = self.ruby_function(env, name, &path, args, block)? {
                return Ok(value);
            }
        } else if name == "import" && self.session.options.complete {
            let why = "Use of 'import' has been discontinued in favor of a manifest directory. See \
                       http://links.puppet.com/puppet-import-deprecation";
            return Err(EvalError::issue("DISCONTINUED_IMPORT", why));
        } else if self.session.options.complete && !super::statements::is_outside(name) {
            return Err(EvalError::issue("UNKNOWN_FUNCTION", format!("Unknown function: '{name}'.")));
        }
        self.stay();
        self.count(CauseKind::Function, name);
        Ok(opaque(CauseKind::Function, name))
    }

    /// Runs a lambda.
    pub(crate) fn run_closure(&mut self, block: Block, args: &[Value]) -> Res<Value> {
        let Some(Closure { env, lambda }) = self.closures.get(block.handle).copied() else {
            return Err(EvalError::puppet("a lambda outlived its call"));
        };
        self.step()?;
        let container = self.container(env.scope);
        let scope = self.push_scope(Scope::new(ScopeKind::Local, Some(env.scope), container));
        if let Some(local) = self.scopes.get_mut(scope as usize) {
            local.dynamic = Some(env.scope);
        }
        let inner = Env { scope, file: env.file };
        let (matches, escapes) = (self.matches.clone(), std::mem::take(&mut self.escapes));
        self.atomic += 1;
        let result = self.deeper(|c| {
            c.bind_args(inner, "lambda", &lambda.params, args, None)?;
            c.run_block(inner, &lambda.body)
        });
        self.atomic -= 1;
        self.matches = matches;
        self.drop_scope(scope);
        let escapes = std::mem::replace(&mut self.escapes, escapes);
        finish_call(result, escapes, false)
    }

    /// Forgets the scope of a lambda or function when nothing was declared in it that may look back.
    fn drop_scope(&mut self, scope: u32) {
        if self.scopes.len() == scope as usize + 1 {
            self.scopes.pop();
        }
    }

    /// A function in the Puppet language. It sees global variables only.
    fn puppet_function(
        &mut self,
        name: &str,
        at: super::session::DefAt,
        args: &[Value],
        block: Option<Block>,
    ) -> Res<Value> {
        let Some((file, function)) = self.session.file(at.0).and_then(|f| Some((f, f.function(at.1)?))) else {
            return Err(EvalError::puppet(format!("function {name} could not be read")));
        };
        if self.recurses_on_unknown(at) {
            self.count(CauseKind::Limit, format!("recursion of {name} on something unknown"));
            return Ok(super::facts::opaque(CauseKind::Limit, format!("recursion of {name} on something unknown")));
        }
        let mut scope = Scope::new(ScopeKind::Function, Some(TOP), super::classes::CLASS_MAIN);
        scope.source = name.into();
        let scope = self.push_scope(scope);
        let env = Env { scope, file };
        let (matches, escapes) = (self.matches.take(), std::mem::take(&mut self.escapes));
        self.atomic += 1;
        self.running.push((at, self.branch));
        let result = self.deeper(|c| {
            c.bind_args(env, name, &function.params, args, block)?;
            c.run_block(env, &function.body)
        });
        self.running.pop();
        self.atomic -= 1;
        self.matches = matches;
        let escapes = std::mem::replace(&mut self.escapes, escapes);
        let value = finish_call(result, escapes, true)?;
        self.check_return(env, name, function.return_type.as_ref(), &value)?;
        self.drop_scope(scope);
        Ok(value)
    }

    fn check_return(&mut self, env: Env<'s>, name: &str, ty: Option<&'s Expr>, value: &Value) -> Res<()> {
        let Some(written) = ty else { return Ok(()) };
        let ty = self.annotation(env, written)?;
        if self.fits_annotation(written, &ty, value) == Tri::No {
            let why = mismatch("value returned from function", &ty, value);
            let why =
                why.replacen("value returned from function", &format!("value returned from {name} has wrong type,"), 1);
            return Err(EvalError::puppet(why));
        }
        Ok(())
    }

    /// Binds arguments to the parameters of a lambda or function.
    fn bind_args(
        &mut self,
        env: Env<'s>,
        name: &str,
        params: &'s [ast::Param],
        args: &[Value],
        block: Option<Block>,
    ) -> Res<()> {
        if block.is_some() && name != "lambda" && !params.iter().any(|p| p.block) {
            return Err(EvalError::puppet(format!("'{name}' does not expect a block")));
        }
        let params: Vec<&'s ast::Param> = params.iter().filter(|p| !p.block).collect();
        let types = self.signature(env, &params)?;
        self.check_args(name, &params, &types, args)?;
        for (i, param) in params.iter().enumerate() {
            let value = if param.captures_rest {
                Value::array(args.get(i..).unwrap_or_default().to_vec())
            } else {
                match (args.get(i), &param.default) {
                    (Some(value), _) => value.clone(),
                    (None, Some(default)) => {
                        let outer = self.awaited.take();
                        self.awaited = self.arguments_awaited(env, name, params.get(i..).unwrap_or_default());
                        let value = self.default_argument(env, name, param, default, types.get(i));
                        self.awaited = outer;
                        value?
                    }
                    (None, None) => Value::Undef,
                }
            };
            super::variables::refuse_reserved(&param.name)?;
            self.bind(env.scope, param.name.clone(), value);
        }
        Ok(())
    }

    /// The parameters of a function that have no value yet; those of a lambda may be read.
    fn arguments_awaited(&self, env: Env<'s>, name: &str, rest: &[&ast::Param]) -> Option<Awaited> {
        let asks = name != "lambda" && rest.first().is_some_and(|param| may_read(param));
        let names = || rest.iter().map(|param| param.name.clone()).collect();
        asks.then(|| Awaited::new(Callee::Function(name.into()), env.scope, names()))
    }

    fn default_argument(
        &mut self,
        env: Env<'s>,
        name: &str,
        param: &ast::Param,
        default: &'s Expr,
        ty: Option<&Arc<Type>>,
    ) -> Res<Value> {
        let value = self.eval(env, default);
        let value = self.of_default(value)?;
        let Some(ty) = ty.filter(|ty| self.type_match(ty, &value) == Tri::No) else { return Ok(value) };
        let why = mismatch(&format!("parameter '{}'", param.name), ty, &super::lift::sample_deep(&value));
        Err(EvalError::puppet(format!("'{name}' {why}")))
    }

    fn signature(&mut self, env: Env<'s>, params: &[&'s ast::Param]) -> Res<Vec<Arc<Type>>> {
        let mut out = Vec::with_capacity(params.len());
        for param in params {
            out.push(match &param.ty {
                Some(ty) => self.annotation(env, ty)?,
                None => Arc::new(Type::Any),
            });
        }
        Ok(out)
    }

    fn check_args(&mut self, name: &str, params: &[&'s ast::Param], types: &[Arc<Type>], args: &[Value]) -> Res<()> {
        let required = params.iter().filter(|p| p.default.is_none() && !p.captures_rest).count();
        let rest = params.iter().any(|p| p.captures_rest);
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let size = Range { min: count(required), max: if rest { i64::MAX } else { count(params.len()) } };
        let missing = params.get(args.len()).filter(|_| name == "lambda" && args.len() < required);
        if let Some(param) = missing {
            let message = format!("Parameter ${} is required but no value was given", param.name);
            return Err(EvalError::issue("MISSING_REQUIRED_PARAMETER", message));
        }
        let mut fits = size.fits(args.len());
        for (i, arg) in args.iter().enumerate() {
            let Some(ty) = types.get(i.min(types.len().saturating_sub(1))) else { break };
            fits &= self.type_match(&ty.clone(), arg) != Tri::No;
        }
        if fits {
            return Ok(());
        }
        let call = crate::value::types::Call {
            name,
            params: params.iter().map(|p| p.name.as_str()).collect(),
            types: types.iter().map(|t| &**t).collect(),
            size,
        };
        let args: Vec<Value> = args.iter().map(super::lift::sample_deep).collect();
        let whole = || (name != "lambda").then(|| expected(&call, params));
        mismatch_call(&call, &args).or_else(whole).map_or(Ok(()), |why| Err(EvalError::puppet(why)))
    }
}

/// What is said where no argument can be told to be the wrong one: what `Optional` alone takes is of its type.
fn expected(call: &crate::value::types::Call<'_>, params: &[&ast::Param]) -> String {
    let shown = |(param, ty): (&&ast::Param, &&Type)| {
        format!("{ty} {}{}", param.name, if param.default.is_some() { "?" } else { "" })
    };
    let all: Vec<String> = params.iter().zip(&call.types).map(shown).collect();
    format!("'{}' expects ({})", call.name, all.join(", "))
}

/// A jump out of a body becomes its value; jumps under undecided conditions make it one of several.
fn finish_call(result: Res<Value>, escapes: Vec<EvalError>, function: bool) -> Res<Value> {
    let own = match result {
        Err(EvalError::Next(value)) if !function => Some(value),
        Err(EvalError::Return(value)) if function => Some(value),
        Err(error) => return Err(error),
        Ok(value) => Some(value),
    };
    let jumped = escapes.into_iter().filter_map(|e| match e {
        EvalError::Next(v) | EvalError::Return(v) => Some(v),
        _ => None,
    });
    let values: Vec<Value> = jumped.chain(own).collect();
    Ok(if values.len() == 1 { values.into_iter().next().unwrap_or_default() } else { super::lift::choice(values) })
}
