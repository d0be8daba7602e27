//! A template changed a list or hash of the language in place: all who hold it see that.
//!
//! A resource gets copies for its parameters, be they given, from data or a default. So a change of what came by a
//! parameter stays with the variables of the class or instance and with its parameters.

use super::compiler::Compiler;
use super::reference::unrooted;
use super::scope::{ScopeId, TOP};
use crate::catalog::ResourceKind;
use crate::ruby::address;
use crate::value::{Array, Hash, Value};
use ecow::EcoString;
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// Deepest nesting that is looked into.
const MAX_DEPTH: usize = 32;

impl Compiler<'_> {
    /// Puts what it has become into the variables and parameters that hold it; `variable` is one of them, as it is
    /// named in `scope`.
    pub(crate) fn changed_in_place(&mut self, scope: ScopeId, variable: &str, before: &Value, now: &Value) {
        // It reaches beyond what is evaluated at the moment.
        self.spoil();
        let Some(wanted) = address(before) else { return };
        let mut change = Change { wanted, now, without: FxHashSet::default() };
        let home = self.owner(self.home(scope, variable));
        let own = self.parameters(home).iter().any(|(_, value)| change.made(value, MAX_DEPTH).is_some());
        for at in 0..u32::try_from(self.scopes.len()).unwrap_or(u32::MAX) {
            let owner = self.owner(at);
            let vars = self.scopes.get(at as usize).map(|scope| &scope.vars);
            let holds = vars.is_some_and(|vars| vars.values().any(|v| change.made(v, MAX_DEPTH).is_some()));
            if holds && (!own || owner == home) {
                let copies = if own || owner != at { Vec::new() } else { self.parameters(at) };
                self.change_scope(at, &copies, &mut change);
            }
        }
    }

    /// Changes the variables of a scope and the parameters that they are, but for those that are copies.
    fn change_scope(&mut self, at: ScopeId, copies: &[(EcoString, Value)], change: &mut Change<'_>) {
        let Some(scope) = self.scopes.get_mut(at as usize) else { return };
        let mut held = Vec::new();
        for (name, value) in scope.vars.iter_mut().filter(|(name, _)| !copies.iter().any(|(n, _)| n == *name)) {
            if let Some(made) = change.made(value, MAX_DEPTH) {
                *value = made.clone();
                held.push((name.clone(), made));
            }
        }
        self.write_parameters(at, held);
    }

    /// The scope in which a variable is set.
    fn home(&self, scope: ScopeId, variable: &str) -> ScopeId {
        match variable.rsplit_once("::") {
            Some((class, _)) => self.class_scopes.get(unrooted(class)).copied().unwrap_or(TOP),
            None => self.holder(scope, variable).unwrap_or(scope),
        }
    }

    fn owner(&self, scope: ScopeId) -> ScopeId {
        self.scopes.get(scope as usize).map_or(scope, |s| s.owner)
    }

    /// Parameters of the class or instance whose variables a scope holds.
    fn parameters(&self, scope: ScopeId) -> Vec<(EcoString, Value)> {
        let resource = self.scopes.get(scope as usize).and_then(|scope| self.catalog.get(scope.resource));
        let resource = resource.filter(|r| matches!(r.kind, ResourceKind::Class | ResourceKind::Defined));
        resource.into_iter().flat_map(|r| &r.params).map(|p| (p.name.clone(), p.value.clone())).collect()
    }

    /// The parameters of those names are what the variables are.
    fn write_parameters(&mut self, scope: ScopeId, values: Vec<(EcoString, Value)>) {
        let Some(scope) = self.scopes.get(scope as usize).filter(|s| s.owner == scope) else { return };
        let Some(resource) = self.catalog.resources.get_mut(scope.resource as usize) else { return };
        for (name, value) in values {
            if let Some(at) = resource.params.iter().position(|p| p.name == name)
                && let Some(param) = resource.params.get_mut(at)
            {
                param.value = value;
            }
        }
    }
}

struct Change<'v> {
    wanted: usize,
    now: &'v Value,
    /// Lists and hashes that do not hold it.
    without: FxHashSet<usize>,
}

impl Change<'_> {
    /// The value with the change in it; nothing where it does not hold what has changed.
    fn made(&mut self, value: &Value, depth: usize) -> Option<Value> {
        let (own, depth) = (address(value)?, depth.checked_sub(1)?);
        if own == self.wanted {
            return Some(self.now.clone());
        }
        if !self.without.contains(&own) {
            let made = self.inside(value, depth);
            if made.is_some() {
                return made;
            }
            self.without.insert(own);
        }
        None
    }

    fn inside(&mut self, value: &Value, depth: usize) -> Option<Value> {
        match value {
            Value::Array(list) => {
                let made: Vec<_> = list.items.iter().map(|item| self.made(item, depth)).collect();
                made.iter().any(Option::is_some).then(|| {
                    let items =
                        made.into_iter().zip(&list.items).map(|(made, old)| made.unwrap_or_else(|| old.clone()));
                    Value::Array(Arc::new(Array { items: items.collect(), origin: list.origin.clone() }))
                })
            }
            Value::Hash(hash) => {
                let made: Vec<_> = hash.entries.values().map(|item| self.made(item, depth)).collect();
                made.iter().any(Option::is_some).then(|| {
                    let pairs = made.into_iter().zip(&hash.entries);
                    let entries = pairs.map(|(made, (key, old))| (key.clone(), made.unwrap_or_else(|| old.clone())));
                    Value::Hash(Arc::new(Hash { entries: entries.collect(), origin: hash.origin.clone() }))
                })
            }
            _ => None,
        }
    }
}
