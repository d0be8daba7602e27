//! Tree, Hiera data and facts to a catalog.
//!
//! [`Session`] holds what all hosts of a revision share; [`compile`] makes one catalog. Values that
//! differ from host to host or are unknown are carried along as symbolic values; conditions on them
//! take every branch that is possible.

mod access;
mod alias;
mod answers;
mod attributes;
mod autoload;
mod automatic;
mod awaited;
mod backend;
mod binding;
mod bodies;
mod body;
mod branch;
mod cache;
mod call;
mod classes;
mod collect;
mod collector_query;
mod compiler;
mod control;
mod converted;
mod data;
mod declare;
mod defines;
mod definitions;
pub mod error;
mod expr;
mod facts;
mod finish;
pub mod functions;
pub mod group;
mod hiera_error;
mod in_place;
pub mod interp;
mod judged;
mod legacy;
mod lift;
mod load;
mod matching;
mod memo;
mod metaparams;
mod named_types;
mod names;
mod native_params;
pub mod number;
pub mod operators;
mod outcome;
mod overrides;
mod reference;
mod relate;
mod ruby_call;
mod ruby_function;
mod scope;
mod scout;
mod session;
mod signature;
mod source;
mod specs;
mod statements;
mod strings;
mod typeexpr;
mod variables;

pub use compiler::{compile, evaluate};
pub use facts::{Enc, Facts, HostSpec};
pub use outcome::{CompileError, Compiled, Observation};
pub use scout::Scout;
pub use session::{FileCache, Options, Session};
pub(crate) use source::DefKind;
pub use source::SourceFile;
pub use specs::Specs;
