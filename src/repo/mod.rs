//! A revision, a work tree or a plain folder as one read-only map of path to bytes.

mod loc;

pub use loc::Loc;
