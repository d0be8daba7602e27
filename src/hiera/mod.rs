//! Hiera: hiera.yaml of version 3 and 5, lookups and merges, with provenance.
//!
//! Every value knows the file and line it was written on, and every answer lists the files it
//! depends on. Custom Ruby backends are modelled as rows of `rules/knowledge/hiera_backends.toml`.

mod api;
mod data;
mod error;
mod json;
mod scalar;
pub mod yaml;

pub use api::{BackendAnswer, DeepOptions, HieraScope, Lookup, Merge, Outcome, ScopeValue};
pub use data::{Data, Hash, Origin, Value};
pub use error::HieraError;
