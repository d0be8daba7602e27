//! Tree, Hiera data and facts to a catalog.

pub mod error;
pub mod functions;
pub mod interp;
pub mod number;
pub mod operators;
