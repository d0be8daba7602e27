//! Maintainer scripts, read as data: parsed, then run abstractly with the phase known.
//!
//! A script's own arguments are known, everything about the host is symbolic: a condition that
//! the script alone does not settle forks the run and its text is kept as the guard of what
//! follows. Nothing is executed. What cannot be followed is reported with line and reason.

pub(crate) mod knowledge;
