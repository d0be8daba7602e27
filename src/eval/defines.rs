//! Instances of defined types, evaluated late, and the loop that runs until nothing new appears.

use super::compiler::Compiler;
use super::error::EvalError;
use super::memo::Unit;
use super::scope::{Env, Scope, ScopeId, ScopeKind};
use super::source::SourceFile;
use crate::catalog::ResourceId;
use crate::puppet::ast::DefineDef;
use crate::value::{CauseKind, Value};

/// Rounds after which the loop is taken to be endless.
const MAX_ROUNDS: u32 = 1000;

impl<'s> Compiler<'s> {
    /// Collectors, then instances, until nothing new comes about.
    pub(crate) fn generate(&mut self) {
        self.generating = true;
        for _ in 0..MAX_ROUNDS {
            let collected = self.evaluate_collectors();
            let evaluated = self.evaluate_instances();
            if !collected && !evaluated {
                return;
            }
            if self.fatal {
                return;
            }
        }
        self.fatal = true;
        self.record(EvalError::puppet(format!(
            "Somehow looped more than {MAX_ROUNDS} times while evaluating host catalog"
        )));
    }

    /// Evaluates instances declared so far. Virtual ones wait until something realises them.
    fn evaluate_instances(&mut self) -> bool {
        let waiting = std::mem::take(&mut self.unevaluated);
        let mut any = false;
        for id in waiting {
            if self.fatal {
                return false;
            }
            if self.catalog.get(id).is_some_and(|r| r.is_virtual) {
                self.unevaluated.push(id);
            } else {
                any = true;
                self.evaluate_instance(id);
            }
        }
        any
    }

    fn evaluate_instance(&mut self, id: ResourceId) {
        let Some(extra) = self.extra.get_mut(id as usize) else { return };
        if std::mem::replace(&mut extra.evaluated, true) {
            return;
        }
        let (outer, branch, Some(def)) = (extra.scope, extra.branch, extra.def) else { return };
        let Some((file, define)) = self.session.file(def.0).and_then(|f| Some((f, f.define(def.1)?))) else { return };
        if let Some((at, message, issue)) = self.session.syntax_error(file) {
            self.record(EvalError::Puppet { issue: Some(issue), message, at: Some(at) });
        }
        let before = std::mem::replace(&mut self.branch, branch);
        if self.instance_recurses_on_unknown(id) {
            self.count(CauseKind::Limit, format!("recursion of {} on something unknown", define.name));
        } else {
            let unit = Unit::Instance { outer, enclosing: self.enclosing(outer) };
            if !self.replayed(id, unit, def) {
                self.run_instance(id, outer, file, define);
                self.keep_trace();
            }
        }
        self.branch = before;
    }

    fn run_instance(&mut self, id: ResourceId, outer: ScopeId, file: &'s SourceFile, define: &'s DefineDef) {
        let mut scope = Scope::new(ScopeKind::Define, Some(self.enclosing(outer)), id);
        scope.dynamic = Some(outer);
        scope.source = define.name.to_lowercase();
        scope.vars = std::mem::take(&mut self.spare_vars);
        scope.vars.reserve(define.params.len() + 2);
        let scope = self.push_scope(scope);
        let collectors = self.collectors.len();
        let env = Env { scope, file };
        let title = self.instance_title(id);
        self.bind(scope, "title".into(), title.clone());
        let name =
            self.catalog.get(id).and_then(|r| r.value("name")).filter(|name| !matches!(name, Value::Undef)).cloned();
        self.bind(scope, "name".into(), name.unwrap_or(title));
        let at = self.catalog.get(id).map(|r| r.at.clone());
        self.instance.clone_from(&at);
        self.isolated(id, |c| {
            c.context = at.map(|at| ("Resource Statement", at));
            c.bind_params(env, id, &define.params, None);
            c.context = None;
            c.run_body(env, &define.body);
        });
        self.instance = None;
        if self.branch.is_none() && self.collectors.len() == collectors {
            self.clear_vars(scope);
        }
    }

    /// Nobody reads the variables of an instance that is evaluated: the next one takes their place in memory.
    fn clear_vars(&mut self, scope: ScopeId) {
        if let Some(scope) = self.scopes.get_mut(scope as usize) {
            self.spare_vars = std::mem::take(&mut scope.vars);
            self.spare_vars.clear();
        }
    }

    fn instance_title(&self, id: ResourceId) -> Value {
        let Some(resource) = self.catalog.get(id) else { return Value::Undef };
        resource.symbolic_title.clone().unwrap_or_else(|| Value::str(resource.title.clone()))
    }
}
