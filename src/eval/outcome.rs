//! What a compilation hands over.

use crate::catalog::Catalog;
use crate::repo::Loc;
use crate::value::Value;
use ecow::EcoString;
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// An error of a compilation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CompileError {
    /// Where.
    pub at: Option<Loc>,
    /// Puppet's wording, without "Evaluation Error:" and position.
    pub message: String,
    /// Puppet's issue code.
    pub issue: Option<&'static str>,
    /// The declaration of the instance of a defined type in whose body it happens: Puppet names that line first.
    pub instance: Option<Loc>,
    /// The undecided condition under which it happens; such an error does not break the catalog.
    pub possible: Option<Arc<str>>,
}

impl CompileError {
    /// What the user can do.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self.issue {
            Some("UNKNOWN_FUNCTION") => "check the module path, or model the function in holdpoint.toml",
            Some("UNKNOWN_VARIABLE") => "set the variable, or give the fact with --facts",
            _ => "fix the manifest or the data at the line named",
        }
    }
}

/// A decision that rested on a per-host value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observation {
    /// The truth of an expression.
    Truth(Value, bool),
    /// The value of an expression.
    Equals(Value, Value),
    /// What a data file says whose path is made of per-host values (given here), as far as keys were
    /// looked up.
    File(Arc<str>, Vec<Value>),
}

/// The outcome of compiling one host.
#[derive(Debug, Default)]
pub struct Compiled {
    /// The catalog; partial when there are errors.
    pub catalog: Catalog,
    /// Errors in the order met. Real Puppet would have stopped at the first.
    pub errors: Vec<CompileError>,
    /// Errors that only happen under an undecided condition.
    pub possible_errors: Vec<CompileError>,
    /// Every path of the repository that was consulted, present or not.
    pub deps: FxHashSet<Arc<str>>,
    /// Decisions on per-host values.
    pub observations: Vec<Observation>,
    /// The keys that were looked up in data.
    pub lookups: FxHashSet<EcoString>,
    /// The data files read, in order, for this very host.
    pub data_files: Vec<Arc<str>>,
}

impl Compiled {
    /// The error at which real Puppet would have refused the catalog.
    #[must_use]
    pub fn broken(&self) -> Option<&CompileError> {
        self.errors.first()
    }
}
