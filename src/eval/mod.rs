//! Tree, Hiera data and facts to a catalog.

pub mod error;
pub mod interp;
mod outcome;

pub use outcome::{CompileError, Compiled, Observation};
