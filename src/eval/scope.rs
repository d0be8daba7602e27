//! Scopes: where variables and resource defaults live.
//!
//! Two chains run through them. Variables follow the lexical one (lambda, class, parent class, node,
//! top). Resource defaults follow the dynamic one, from where a class or instance was first declared.

use super::source::SourceFile;
use crate::catalog::{Param, ResourceId};
use crate::value::Value;
use ecow::EcoString;
use rustc_hash::FxHashMap;

/// Index of a scope.
pub(crate) type ScopeId = u32;

/// Top scope.
pub(crate) const TOP: ScopeId = 0;

/// Where an expression is evaluated.
#[derive(Clone, Copy)]
pub(crate) struct Env<'s> {
    pub(crate) scope: ScopeId,
    pub(crate) file: &'s SourceFile,
}

/// Sorts of scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScopeKind {
    Top,
    Node,
    Class,
    Define,
    Function,
    Local,
}

/// A scope.
#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) kind: ScopeKind,
    pub(crate) vars: FxHashMap<EcoString, Value>,
    /// For variables.
    pub(crate) parent: Option<ScopeId>,
    /// For resource defaults.
    pub(crate) dynamic: Option<ScopeId>,
    /// The scope that takes resource defaults and owns resources: itself unless a lambda's.
    pub(crate) owner: ScopeId,
    /// What contains resources declared here.
    pub(crate) resource: ResourceId,
    /// Class or define whose code runs, lower case; empty for main.
    pub(crate) source: EcoString,
    /// Defaults by type.
    pub(crate) defaults: Vec<(EcoString, Vec<Param>)>,
}

impl Scope {
    /// A scope that owns its resources.
    pub(crate) fn new(kind: ScopeKind, parent: Option<ScopeId>, resource: ResourceId) -> Self {
        Self {
            kind,
            vars: FxHashMap::default(),
            parent,
            dynamic: parent,
            owner: 0,
            resource,
            source: EcoString::new(),
            defaults: Vec::new(),
        }
    }

    pub(crate) fn has_defaults(&self) -> bool {
        !self.defaults.is_empty()
    }
}
