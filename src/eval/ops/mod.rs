//! Infix and prefix operators over known values, with Puppet's wording of what does not fit.
//!
//! Symbolic operands never arrive here: the caller lifts the operator over them.

mod arith;
mod compare;
mod label;

pub(crate) use super::number::parse as to_number;
pub(crate) use arith::{binary_arith, negate};
pub(crate) use compare::{contains, equals, order_of, ordered, surely_differ};
pub(crate) use label::{a_label, label};
