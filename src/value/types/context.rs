//! What the type system asks of whoever uses it, and how it fails.
//!
//! `value` sits below the evaluator, so the evaluator comes in through a trait.

use super::Type;
use crate::value::Value;
use std::sync::Arc;

/// Services the type system needs from the evaluator.
pub trait TypeContext {
    /// Resolves a type name that is not built in (alias `Stdlib::Host`); `None` if unknown.
    fn type_alias(&mut self, name: &str) -> Option<Arc<Type>>;
    /// A decision was taken on a per-host value: other hosts of the group must agree.
    fn observe(&mut self, subject: &Value, decided: bool);
}

/// A context without aliases, for tests and constant expressions.
#[derive(Debug, Default)]
pub struct NoContext;

impl TypeContext for NoContext {
    fn type_alias(&mut self, _: &str) -> Option<Arc<Type>> {
        None
    }

    fn observe(&mut self, _: &Value, _: bool) {}
}

/// An error of building a type or of a conversion.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct TypeError {
    /// Puppet's issue code where it has one.
    pub issue: Option<&'static str>,
    /// Puppet's wording.
    pub message: String,
}

impl TypeError {
    /// An error with an issue code.
    pub fn issue(issue: &'static str, message: impl Into<String>) -> Self {
        Self { issue: Some(issue), message: message.into() }
    }

    /// An error without an issue code.
    pub fn new(message: impl Into<String>) -> Self {
        Self { issue: None, message: message.into() }
    }
}
