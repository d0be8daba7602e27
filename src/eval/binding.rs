//! Parameters of classes and defined types: where each value comes from, and its type.

use super::compiler::Compiler;
use super::data::Found;
use super::error::EvalError;
use super::hiera_error::hiera_error;
use super::lift::Res;
use super::scope::{Env, ScopeId};
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

#[derive(Clone, Copy, PartialEq)]
enum From {
    Given,
    Data,
    Default,
}

impl<'s> Compiler<'s> {
    /// Binds parameters in the scope of a class or instance; `class` is the name for data binding.
    pub(crate) fn bind_params(&mut self, env: Env<'s>, id: ResourceId, params: &'s [ast::Param], class: Option<&str>) {
        self.bind_metaparams(env, id, params);
        self.check_unknown_params(id, params);
        // Data is asked for before any parameter is in scope: what it quotes is not of this class.
        let own = class.map(|_| self.hide_names(env.scope));
        let data: Vec<_> = params.iter().map(|param| self.param_data(env, id, param, class)).collect();
        self.show_names(env.scope, own.unwrap_or_default());
        let mut checks = Vec::new();
        for (param, data) in params.iter().zip(data) {
            match data.and_then(|data| self.param_value(env, id, param, class, data)) {
                Ok(bound) => {
                    checks.push((param, bound.value.clone(), bound.source));
                    if bound.source != From::Given && !matches!(bound.value, Value::Undef) {
                        self.set_param(
                            id,
                            Param { name: param.name.clone(), value: bound.value.clone(), at: bound.at },
                        );
                    }
                    self.bind(env.scope, param.name.clone(), bound.value);
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
        // All defaults are evaluated before the first value is checked.
        for (param, value, source) in checks {
            self.check_param(env, id, param, &value, source);
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

    fn bind_metaparams(&mut self, env: Env<'s>, id: ResourceId, params: &[ast::Param]) {
        let Some(resource) = self.catalog.resources.get(id as usize) else { return };
        let extra: Vec<(EcoString, Value)> = resource
            .params
            .iter()
            .filter(|p| super::metaparams::is_metaparam(&p.name) && !params.iter().any(|d| d.name == p.name))
            .map(|p| (p.name.clone(), p.value.clone()))
            .collect();
        for (name, value) in extra {
            self.bind(env.scope, name, value);
        }
    }

    fn check_unknown_params(&mut self, id: ResourceId, params: &[ast::Param]) {
        let Some(resource) = self.catalog.resources.get(id as usize) else { return };
        let known = |name: &str| {
            super::metaparams::is_metaparam(name)
                || matches!(name, "name" | "*")
                || params.iter().any(|d| d.name == name)
        };
        let unknown: Vec<EcoString> =
            resource.params.iter().filter(|p| !known(&p.name)).map(|p| p.name.clone()).collect();
        let label = resource.reference();
        for name in unknown {
            self.record_in_context(None, format!("{label}: has no parameter named '{name}'"));
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

    fn param_value(
        &mut self,
        env: Env<'s>,
        id: ResourceId,
        param: &'s ast::Param,
        class: Option<&str>,
        data: Option<(Value, Loc)>,
    ) -> Res<Bound> {
        let given = self.catalog.get(id).and_then(|r| r.param(&param.name)).map(|p| (p.value.clone(), p.at.clone()));
        let explicit_undef = given.as_ref().is_some_and(|(v, _)| matches!(v, Value::Undef));
        if let Some((value, at)) = given.filter(|(v, _)| !matches!(v, Value::Undef)) {
            return Ok(Bound { value, at, source: From::Given });
        }
        if let Some(rest) = self.catalog.get(id).and_then(|r| r.param("*")) {
            // Each attribute of an unknown splat is an unknown of its own.
            let value = Value::call(format!("attribute {}", param.name), vec![rest.value.clone()], None);
            return Ok(Bound { value, at: rest.at.clone(), source: From::Given });
        }
        let found_undef = data.as_ref().is_some_and(|(v, _)| matches!(v, Value::Undef));
        if let Some((value, at)) = data.filter(|_| !found_undef) {
            return Ok(Bound { value, at, source: From::Data });
        }
        if let Some(default) = &param.default {
            let value = self.eval(env, default)?;
            return Ok(Bound { value, at: env.file.loc(param.span), source: From::Default });
        }
        if explicit_undef || found_undef {
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
