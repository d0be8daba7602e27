//! What a lookup asks of the evaluator and what it answers.

use std::sync::Arc;

use ecow::EcoString;

use super::data::{Data, Origin};
use super::error::HieraError;
use super::level::FunctionKind;
use super::memo::Memo;
use super::stand::Trail;

/// Where interpolated variables come from.
pub trait HieraScope {
    /// A member of a structured variable (`facts.os.family`), where members are known apart from the whole.
    fn member(&self, _root: &str, _path: &[&str]) -> Option<ScopeValue> {
        None
    }

    /// What a variable that is not known can be, where its values are.
    fn alternatives(&self, _name: &str) -> Option<Vec<String>> {
        None
    }

    /// The value of a variable: `fqdn`, `::fqdn`, `facts`, `profile::x::y`. Digging into a value
    /// (`facts.os.family`) is done by Hiera.
    fn variable(&self, name: &str) -> ScopeValue;

    /// What lookups of the same compilation have found out before. The files of [`Lookup::consulted`]
    /// are then told once, with the first lookup that consults them.
    fn memo(&self) -> Option<&Memo> {
        None
    }

    /// Runs a `lookup_key`, `data_hash` or `data_dig` function that is not known as data. `key` and `options` are
    /// what real Puppet hands to it (the first with what is dug for, the second with `path`). The default says that it cannot be run.
    fn call_backend(&self, kind: FunctionKind, function: &str, key: &Data, options: &Data) -> BackendAnswer {
        let _ = (kind, key, options);
        BackendAnswer::Unknown(format!("the Hiera function `{function}` is not known"))
    }

    /// Applies `convert_to` of `lookup_options` (a type, or a list of type and arguments).
    fn convert(&self, value: Data, to: &Data) -> Result<Data, String> {
        let _ = to;
        Ok(value)
    }
}

/// The value of a variable.
#[derive(Debug, Clone, PartialEq)]
pub enum ScopeValue {
    /// It has this value on every host that compiles alike.
    Known(Data),
    /// It has this value on the host at hand; the result depends on the host.
    PerHost(String),
    /// It is not set.
    Missing,
    /// It is set, to what is not known; why.
    Unknown(String),
}

/// What a custom function said.
#[derive(Debug, Clone, PartialEq)]
pub enum BackendAnswer {
    /// A value.
    Found(Data),
    /// `context.not_found`
    NotFound,
    /// It could not be evaluated; why.
    Unknown(String),
    /// It failed, as it would for real Puppet.
    Failed(String),
}

/// How values of several levels become one.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Merge {
    /// The first that is found.
    #[default]
    First,
    /// All of them, flattened, each once.
    Unique,
    /// Mappings merged at their top level.
    Hash,
    /// Mappings and sequences merged all the way down.
    Deep(DeepOptions),
}

/// Options of the deep merge.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeepOptions {
    /// Elements with this prefix remove the element without it.
    pub knockout_prefix: Option<EcoString>,
    /// Sort merged sequences.
    pub sort_merged_arrays: bool,
    /// Merge mappings inside sequences by position.
    pub merge_hash_arrays: bool,
    /// What cannot be merged stays as the lower level has it.
    pub preserve_unmergeables: bool,
    /// Sequences replace those of lower levels.
    pub overwrite_arrays: bool,
    /// What is no sequence is appended to one.
    pub extend_existing_arrays: bool,
    /// Sequences are joined and split at this text before they are merged.
    pub unpack_arrays: Option<EcoString>,
    /// Lower levels win (`reverse_deep`).
    pub reverse: bool,
}

/// The answer to a lookup.
#[derive(Debug, Clone)]
pub struct Lookup {
    /// The value, or why there is none.
    pub outcome: Outcome,
    /// Every file the answer depends on, existing or not, in the order it was consulted.
    pub consulted: Vec<Arc<str>>,
    /// Lists of files on which it depends too: all that a path with an unknown part could be. The
    /// same list is the same pointer each time.
    pub consulted_all: Vec<Arc<[Arc<str>]>>,
    /// Whether a value that differs from host to host went into it.
    pub per_host: bool,
    /// Whether the answer holds text of the host at hand that another host would have otherwise.
    pub settled: bool,
    /// The keys that were looked up: the one asked for, and those that its value refers to.
    pub keys: Vec<EcoString>,
    /// The expressions that a per-host text was matched against, in order: another host gets the
    /// same answer only if it matches the same ones.
    pub decisions: Vec<RegexDecision>,
    /// What a reader of the result should know: levels passed over, and why.
    pub notes: Vec<String>,
    /// The way to an answer that holds for all hosts on the same ground, as long as none of their own files has
    /// the key.
    pub trail: Option<Trail>,
}

/// An expression that a per-host text was matched against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegexDecision {
    /// In Ruby's syntax.
    pub pattern: String,
    /// The text of the host at hand.
    pub subject: String,
    /// Whether it matched.
    pub matched: bool,
}

/// The value, or why there is none.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Found; every part of it knows its origin.
    Found(Data),
    /// No level has the key.
    NotFound,
    /// The answer cannot be told.
    Unknown {
        /// Why.
        why: String,
    },
    /// Puppet would fail here.
    Error(HieraError),
}

impl Lookup {
    /// The value, if one was found.
    #[must_use]
    pub fn found(&self) -> Option<&Data> {
        match &self.outcome {
            Outcome::Found(data) => Some(data),
            _ => None,
        }
    }

    /// Where the value was written.
    #[must_use]
    pub fn origin(&self) -> Option<&Origin> {
        self.found().and_then(|data| data.at.as_ref())
    }
}
