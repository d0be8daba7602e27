//! Infix and prefix operators over known values, with Puppet's wording of what does not fit.
//!
//! Symbolic operands never arrive here: the caller lifts the operator over them.

mod arith;
mod compare;
mod inspect;

pub(crate) use arith::{binary_arith, negate, to_number};
pub(crate) use compare::{contains, equals, ordered};
pub(crate) use inspect::{a_label, label};
