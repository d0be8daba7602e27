//! Parameters of classes and defined types: where each value comes from, and its type.

use super::awaited::{Awaited, Callee, may_read};
use super::compiler::Compiler;
use super::data::Found;
use super::error::EvalError;
use super::hiera_error::hiera_error;
use super::lift::Res;
use super::scope::{Env, ScopeId};
use super::variables::refuse_reserved;
use crate::catalog::{Param, ResourceId};
use crate::puppet::ast;
use crate::repo::Loc;
use crate::value::types::{mismatch, mismatch_default};
use crate::value::{CauseKind, Tri, Value};
use ecow::EcoString;

/// The value of a parameter and its source.
struct Bound {
    value: Value,
    at: Loc,
    source: From,
}

/// What a parameter has before any default is evaluated.
enum Early {
    Value(Bound),
    /// `undef`, given or found: the default takes its place.
    Undef,
    Nothing,
}

/// The parameters that a resource has from its declaration.
struct Given {
    /// Where each that is defined stands among them, if it was given.
    own: Vec<Option<usize>>,
    /// Where the others stand.
    rest: Vec<usize>,
    /// About how many it will have with what is set by default.
    many: usize,
}

fn has_default(param: &ast::Param) -> bool {
    param.default.as_ref().is_some_and(|default| !matches!(default.kind, ast::ExprKind::Undef))
}

#[derive(Clone, Copy, PartialEq)]
enum From {
    Given,
    Data,
    Default,
}

impl<'s> Compiler<'s> {
    /// Binds parameters in the scope of a class or instance; `class` is the name for data binding.
    pub(crate) fn bind_params(&mut self, env: Env<'s>, id: ResourceId, params: &'s [ast::Param], class: Option<&str>) {
        let given = self.given_params(id, params);
        self.bind_metaparams(env, id, &given);
        self.check_unknown_params(id, &given);
        // Data is asked for before any parameter is in scope: what it quotes is not of this class.
        let own = class.map(|_| self.hide_names(env.scope));
        let data: Vec<_> = params.iter().map(|param| self.param_data(env, id, param, class)).collect();
        self.show_names(env.scope, own.unwrap_or_default());
        let early: Vec<_> =
            params.iter().zip(data).zip(&given.own).map(|((_, data), own)| self.early_value(id, *own, data)).collect();
        self.bind_early(env.scope, params, &early);
        let outer = self.awaited.take();
        self.awaited = self.awaiting(env, id, class, params.iter().zip(&early));
        let mut checks = Vec::with_capacity(params.len());
        for ((param, early), own) in params.iter().zip(early).zip(&given.own) {
            let is_early = matches!(early, Ok(Early::Value(_)));
            let bound = early.and_then(|early| self.param_value(env, id, param, class, early));
            let bound = bound.and_then(|bound| self.free_name(env, param, class.is_some()).map(|()| bound));
            self.arrives(&param.name);
            match bound {
                Ok(bound) => {
                    checks.push((param, bound.value.clone(), bound.source));
                    if bound.source != From::Given && !matches!(bound.value, Value::Undef) {
                        let set = Param { name: param.name.clone(), value: bound.value.clone(), at: bound.at };
                        self.default_param(id, *own, set, given.many);
                    }
                    if !is_early {
                        self.bind(env.scope, param.name.clone(), bound.value);
                    }
                }
                Err(error) => {
                    self.record_error_in_context(error);
                    self.bind(
                        env.scope,
                        param.name.clone(),
                        super::facts::opaque(CauseKind::Variable, param.name.clone()),
                    );
                }
            }
        }
        self.awaited = outer;
        // All defaults are evaluated before the first value is checked.
        for (param, value, source) in checks {
            self.check_param(env, id, param, &value, source);
        }
    }

    /// Binds what is there before any default is evaluated.
    fn bind_early(&mut self, scope: ScopeId, params: &[ast::Param], early: &[Res<Early>]) {
        for (param, early) in params.iter().zip(early) {
            let value = match early {
                Ok(Early::Value(bound)) => bound.value.clone(),
                Ok(Early::Undef) => Value::Undef,
                _ => continue,
            };
            self.bind(scope, param.name.clone(), value);
        }
    }

    /// Takes `$title` and `$name` of a class away, which data sees as they are around it.
    fn hide_names(&mut self, scope: ScopeId) -> Vec<(&'static str, Value)> {
        let vars = self.scopes.get_mut(scope as usize).map(|scope| &mut scope.vars);
        let taken = |vars: &mut rustc_hash::FxHashMap<EcoString, Value>, name| Some((name, vars.remove(name)?));
        vars.map_or_else(Vec::new, |vars| ["title", "name"].into_iter().filter_map(|name| taken(vars, name)).collect())
    }

    /// Puts them back: they are not new, and a recorder is not to take them for set here.
    fn show_names(&mut self, scope: ScopeId, names: Vec<(&'static str, Value)>) {
        if let Some(scope) = self.scopes.get_mut(scope as usize) {
            scope.vars.extend(names.into_iter().map(|(name, value)| (name.into(), value)));
        }
    }

    /// Which of a resource's parameters are those that are defined.
    fn given_params(&self, id: ResourceId, params: &[ast::Param]) -> Given {
        let there = self.catalog.get(id).map_or(&[][..], |resource| &resource.params);
        let mut rest: Vec<usize> = (0..there.len()).collect();
        let own = |param: &ast::Param| {
            let at = rest.iter().position(|at| there.get(*at).is_some_and(|p| p.name == param.name))?;
            Some(rest.swap_remove(at))
        };
        let own: Vec<Option<usize>> = params.iter().map(own).collect();
        rest.sort_unstable();
        let many =
            there.len() + params.iter().zip(&own).filter(|(param, own)| own.is_none() && has_default(param)).count();
        Given { own, rest, many }
    }

    /// Puppet 3 had no variable that a parameter could not be named like.
    fn free_name(&self, env: Env<'s>, param: &ast::Param, of_class: bool) -> Res<()> {
        if self.is_legacy() {
            return Ok(());
        }
        let at = |error: EvalError| if of_class { error.at(&env.file.loc(param.span)) } else { error };
        refuse_reserved(&param.name).map_err(at)
    }

    fn bind_metaparams(&mut self, env: Env<'s>, id: ResourceId, given: &Given) {
        let Some(resource) = self.catalog.resources.get(id as usize) else { return };
        let rest = given.rest.iter().filter_map(|at| resource.params.get(*at));
        let extra: Vec<(EcoString, Value)> = rest
            .filter(|p| super::metaparams::is_metaparam(&p.name))
            .map(|p| (p.name.clone(), p.value.clone()))
            .collect();
        for (name, value) in extra {
            self.bind(env.scope, name, value);
        }
    }

    fn check_unknown_params(&mut self, id: ResourceId, given: &Given) {
        let Some(resource) = self.catalog.resources.get(id as usize) else { return };
        let known = |name: &str| super::metaparams::is_metaparam(name) || matches!(name, "name" | "*");
        let rest = given.rest.iter().filter_map(|at| resource.params.get(*at));
        let told = |p: &Param| format!("{}: has no parameter named '{}'", resource.reference(), p.name);
        let unknown: Vec<String> = rest.filter(|p| !known(&p.name)).map(told).collect();
        for message in unknown {
            self.record_in_context(None, message);
        }
    }

    /// What the data hierarchy says of a parameter that has no value.
    fn param_data(
        &mut self,
        env: Env<'s>,
        id: ResourceId,
        param: &ast::Param,
        class: Option<&str>,
    ) -> Res<Option<(Value, Loc)>> {
        let Some(class) = class else { return Ok(None) };
        let resource = self.catalog.get(id);
        let is_given = resource.is_some_and(|r| {
            r.param(&param.name).is_some_and(|p| !matches!(p.value, Value::Undef)) || r.param("*").is_some()
        });
        if is_given { Ok(None) } else { self.bound_data(env, class, &param.name) }
    }

    /// What a parameter has before any default is evaluated: what is given, or what the data say.
    fn early_value(&self, id: ResourceId, own: Option<usize>, data: Res<Option<(Value, Loc)>>) -> Res<Early> {
        let data = data?;
        let given = own.and_then(|at| self.catalog.get(id)?.params.get(at));
        Ok(match (given, data) {
            (Some(Param { value, at, .. }), _) if !matches!(value, Value::Undef) => {
                Early::Value(Bound { value: value.clone(), at: at.clone(), source: From::Given })
            }
            (_, Some((value, at))) if !matches!(value, Value::Undef) => {
                Early::Value(Bound { value, at, source: From::Data })
            }
            (None, None) => Early::Nothing,
            _ => Early::Undef,
        })
    }

    /// The parameters that have no value before their defaults, if one of these may read another.
    fn awaiting<'p>(
        &self,
        env: Env<'s>,
        id: ResourceId,
        class: Option<&str>,
        params: impl Iterator<Item = (&'p ast::Param, &'p Res<Early>)> + Clone,
    ) -> Option<Awaited> {
        let late = params.filter(|(_, early)| matches!(early, Ok(Early::Nothing))).map(|(param, _)| param);
        let asks = late.clone().any(may_read) && !self.is_legacy() && !self.is_splat(id);
        asks.then(|| Awaited {
            gap: class.and_then(|_| self.hiera_gap()),
            ..Awaited::new(Callee::Resource(id), env.scope, late.map(|param| param.name.clone()).collect())
        })
    }

    /// Whether some attributes are not known by name.
    fn is_splat(&self, id: ResourceId) -> bool {
        self.catalog.get(id).is_some_and(|r| r.param("*").is_some())
    }

    /// A parameter has a value.
    fn arrives(&mut self, name: &EcoString) {
        if let Some(awaited) = &mut self.awaited
            && awaited.names.first() == Some(name)
        {
            awaited.names.remove(0);
        }
    }

    fn param_value(
        &mut self,
        env: Env<'s>,
        id: ResourceId,
        param: &'s ast::Param,
        class: Option<&str>,
        early: Early,
    ) -> Res<Bound> {
        let is_undef = matches!(early, Early::Undef);
        if let Early::Value(bound) = early {
            return Ok(bound);
        }
        if let Some(rest) = self.catalog.get(id).and_then(|r| r.param("*")) {
            // Each attribute of an unknown splat is an unknown of its own.
            let value = Value::call(format!("attribute {}", param.name), vec![rest.value.clone()], None);
            return Ok(Bound { value, at: rest.at.clone(), source: From::Given });
        }
        if let Some(default) = &param.default {
            let value = self.eval(env, default);
            let value = self.of_default(value)?;
            return Ok(Bound { value, at: env.file.loc(param.span), source: From::Default });
        }
        if is_undef {
            return Ok(Bound { value: Value::Undef, at: env.file.loc(param.span), source: From::Given });
        }
        if class.is_some()
            && let Some(why) = self.hiera_gap()
        {
            self.count(CauseKind::Hiera, why);
            let value =
                super::facts::opaque(CauseKind::Hiera, format!("{}::{}", class.unwrap_or_default(), param.name));
            return Ok(Bound { value, at: env.file.loc(param.span), source: From::Given });
        }
        let label = self.catalog.get(id).map(crate::catalog::Resource::reference).unwrap_or_default();
        Err(EvalError::puppet(format!("{label}: expects a value for parameter '{}'", param.name)))
    }

    fn bound_data(&mut self, env: Env<'s>, class: &str, name: &str) -> Res<Option<(Value, Loc)>> {
        let key = format!("{class}::{name}");
        // The class has no variables yet where its data are looked up.
        let hidden = self.class_scopes.remove(class);
        let found = self.hiera_bind(env, &key);
        if let Some(scope) = hidden {
            self.class_scopes.insert(class.into(), scope);
        }
        match found {
            Found::Value(value, at) => Ok(Some((value, at.unwrap_or_else(|| env.file.loc(ast::Span::default()))))),
            Found::Unknown(why) => {
                self.count(CauseKind::Hiera, why.clone());
                Ok(Some((super::facts::opaque(CauseKind::Hiera, key), env.file.loc(ast::Span::default()))))
            }
            Found::Error(message) => Err(hiera_error(self, message)),
            _ => Ok(None),
        }
    }

    fn check_param(&mut self, env: Env<'s>, id: ResourceId, param: &'s ast::Param, value: &Value, source: From) {
        let Some(written) = &param.ty else { return };
        let ty = match self.annotation(env, written) {
            Ok(ty) => ty,
            Err(error) => return self.record(error),
        };
        if self.fits_annotation(written, &ty, value) != Tri::No {
            return;
        }
        let label = self.catalog.get(id).map(crate::catalog::Resource::reference).unwrap_or_default();
        let subject = format!("parameter '{}'", param.name);
        let sample = super::lift::sample_deep(value);
        let why = match source {
            From::Default => mismatch_default(&subject, &ty, &sample),
            _ => mismatch(&subject, &ty, &sample),
        };
        self.record_in_context(None, format!("{label}: {why}"));
    }

    /// Sets a parameter that was not given, or given as `undef`: it is known where. All that are set will be `many`.
    fn default_param(&mut self, id: ResourceId, own: Option<usize>, param: Param, many: usize) {
        self.touches(id);
        self.changes(id);
        let Some(resource) = self.catalog.resources.get_mut(id as usize) else { return };
        let params = &mut resource.params;
        match own.and_then(|at| params.get_mut(at)) {
            Some(old) => *old = param,
            None => {
                params.reserve_exact(many.saturating_sub(params.len()));
                params.push(param);
            }
        }
    }

    /// Sets a parameter of a resource, in place of an older value.
    pub(crate) fn set_param(&mut self, id: ResourceId, param: Param) {
        self.touches(id);
        self.changes(id);
        let Some(resource) = self.catalog.resources.get_mut(id as usize) else { return };
        match resource.params.iter_mut().find(|p| p.name == param.name) {
            Some(old) => *old = param,
            None => resource.params.push(param),
        }
    }

    /// Puppet tells of a resource by the statement that declares it, which may begin some lines above.
    pub(crate) fn statement_of(&self, at: &Loc) -> Loc {
        let numbers = self.session.main_files().iter().copied().chain(self.session.number(&at.path));
        let files = numbers.filter_map(|number| self.session.file(number)).filter(|file| file.path == at.path);
        let line = files.filter_map(|file| file.statement_line(at.line)).next();
        Loc::new(at.path.clone(), line.unwrap_or(at.line))
    }

    /// Records an error as raised by the statement that is being evaluated.
    pub(crate) fn record_in_context(&mut self, issue: Option<&'static str>, message: String) {
        self.record_error_in_context(EvalError::Puppet { issue, message, at: None });
    }

    /// The same for an error at hand.
    pub(crate) fn record_error_in_context(&mut self, error: EvalError) {
        let error = match &self.context {
            Some((label, at)) => {
                let at = self.statement_of(at);
                error.in_call(label, &at, &at)
            }
            None => error,
        };
        self.record(error);
    }
}
