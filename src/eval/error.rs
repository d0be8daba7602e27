//! Errors of evaluation, with Puppet's issue codes and wording.

use crate::repo::Loc;
use crate::value::Value;

/// Why an evaluation stopped.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EvalError {
    /// A compile error as real Puppet would raise.
    #[error("{message}")]
    Puppet {
        /// Puppet's issue code where it has one.
        issue: Option<&'static str>,
        /// Puppet's wording.
        message: String,
        /// Where, once known.
        at: Option<Loc>,
    },
    /// A limit of this tool (steps, depth, size, time).
    #[error("{what}")]
    Limit {
        /// Which limit, and its value.
        what: String,
        /// Where.
        at: Option<Loc>,
    },
    /// `break()` looking for its loop.
    #[error("break() from context where this is illegal")]
    Break,
    /// `next(value)`.
    #[error("next() from context where this is illegal")]
    Next(Value),
    /// `return(value)`.
    #[error("return() from context where this is illegal")]
    Return(Value),
}

impl EvalError {
    /// A Puppet error without issue code.
    pub fn puppet(message: impl Into<String>) -> Self {
        Self::Puppet { issue: None, message: message.into(), at: None }
    }

    /// A Puppet error with issue code.
    pub fn issue(issue: &'static str, message: impl Into<String>) -> Self {
        Self::Puppet { issue: Some(issue), message: message.into(), at: None }
    }

    /// Whether it is a jump (`break`, `next`, `return`) and no error.
    #[must_use]
    pub fn is_control(&self) -> bool {
        matches!(self, Self::Break | Self::Next(_) | Self::Return(_))
    }

    /// An error without issue code becomes one of the statement or call that raised it, as Puppet
    /// words it; one with a code gets the more precise place.
    #[must_use]
    pub fn in_call(self, label: &str, at: &Loc, inner: &Loc) -> Self {
        match self {
            Self::Puppet { issue: None, message, at: None } => Self::Puppet {
                issue: Some("RUNTIME_ERROR"),
                message: format!("Error while evaluating a {label}, {message}"),
                at: Some(at.clone()),
            },
            other => other.at(inner),
        }
    }

    /// Adds the location if there is none yet.
    #[must_use]
    pub fn at(mut self, loc: &Loc) -> Self {
        if let Self::Puppet { at: at @ None, .. } | Self::Limit { at: at @ None, .. } = &mut self {
            *at = Some(loc.clone());
        }
        self
    }
}

impl From<crate::value::types::TypeError> for EvalError {
    fn from(error: crate::value::types::TypeError) -> Self {
        match error.issue {
            Some(_) => Self::Puppet { issue: error.issue, message: error.message, at: None },
            None => {
                Self::issue("RUNTIME_ERROR", format!("Error while evaluating a '[]' expression, {}", error.message))
            }
        }
    }
}
