//! Parameters that have no value yet while a default is evaluated.
//!
//! What is given, and what the data say, is there before the first default; defaults follow in the order written. One
//! that reads a later one, or itself, is an error since Puppet 4, whatever a variable of that name is outside.
//! Where layers of data are not in the repository they may hold it: there it is unknown, and counted.

use super::compiler::Compiler;
use super::error::EvalError;
use super::lift::Res;
use super::reference::{qualified, unrooted};
use super::scope::ScopeId;
use crate::catalog::ResourceId;
use crate::puppet::ast::{self, ExprKind};
use crate::value::{CauseKind, Value};
use ecow::EcoString;

/// Whose parameters they are, as errors name it.
#[derive(Debug)]
pub(crate) enum Callee {
    /// A class, or an instance of a defined type.
    Resource(ResourceId),
    /// A function.
    Function(EcoString),
}

/// Parameters without a value, the one whose default is being evaluated first.
#[derive(Debug)]
pub(crate) struct Awaited {
    pub(crate) callee: Callee,
    pub(crate) scope: ScopeId,
    pub(crate) names: Vec<EcoString>,
    /// Why they may have a value nevertheless: data that is not in the repository may hold it.
    pub(crate) gap: Option<String>,
    /// What was said of one that was read: an error of the whole call, not of the expression in which it stands.
    pub(crate) read: Option<String>,
}

impl Awaited {
    pub(crate) fn new(callee: Callee, scope: ScopeId, names: Vec<EcoString>) -> Self {
        Self { callee, scope, names, gap: None, read: None }
    }
}

/// Whether a default may read a variable.
pub(crate) fn may_read(param: &ast::Param) -> bool {
    let is_plain = |kind: &ExprKind| {
        matches!(
            kind,
            ExprKind::Undef
                | ExprKind::Default
                | ExprKind::Bool(_)
                | ExprKind::Int(..)
                | ExprKind::Float(_)
                | ExprKind::Str(_)
                | ExprKind::Regex(_)
                | ExprKind::Name(_)
        )
    };
    param.default.as_ref().is_some_and(|default| !is_plain(&default.kind))
}

impl Compiler<'_> {
    /// What a variable is if it is a parameter that has no value yet: an error, or unknown.
    pub(super) fn too_early(&mut self, scope: ScopeId, name: &str) -> Option<Res<Value>> {
        let message = self.awaited_parameter(scope, name)?;
        let awaited = self.awaited.as_mut()?;
        if let Some(gap) = awaited.gap.clone() {
            self.count(CauseKind::Hiera, gap);
            return Some(Ok(super::facts::opaque(CauseKind::Hiera, name)));
        }
        awaited.read = Some(message.clone());
        Some(Err(EvalError::puppet(message)))
    }

    /// The value of a default, or the error that it read a parameter without a value.
    pub(super) fn of_default(&mut self, value: Res<Value>) -> Res<Value> {
        match self.awaited.as_mut().and_then(|awaited| awaited.read.take()) {
            Some(message) => Err(EvalError::puppet(message)),
            None => value,
        }
    }

    /// What is said of a variable if it is a parameter that has no value yet.
    pub(super) fn awaited_parameter(&self, scope: ScopeId, name: &str) -> Option<String> {
        let awaited = self.awaited.as_ref()?;
        let bare = match qualified(name) {
            None => name,
            Some((class, variable)) => {
                self.class_scopes.get(unrooted(class)).is_some_and(|of| *of == awaited.scope).then_some(variable)?
            }
        };
        let is_meant = awaited.names.iter().any(|n| n == bare) && (bare != name || self.leads_to(awaited, scope, name));
        let current = awaited.names.first().filter(|_| is_meant)?;
        let callee = match &awaited.callee {
            Callee::Resource(id) => self.catalog.get(*id).map(crate::catalog::Resource::reference).unwrap_or_default(),
            Callee::Function(name) => name.to_string(),
        };
        Some(format!("{callee}: default expression for ${current} tries to illegally access not yet evaluated ${bare}"))
    }

    /// Whether a name leads from a scope to the parameters, and not to a variable of a lambda on the way.
    fn leads_to(&self, awaited: &Awaited, scope: ScopeId, name: &str) -> bool {
        let mut at = Some(scope);
        while let Some((id, scope)) = at.and_then(|id| Some((id, self.scopes.get(id as usize)?))) {
            if id == awaited.scope {
                return true;
            }
            if scope.vars.contains_key(name) {
                return false;
            }
            at = scope.parent;
        }
        false
    }
}
