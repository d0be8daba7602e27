//! Small helpers of comparison and wording that need no evaluator.

mod compare;
mod inspect;

pub(crate) use compare::equals;
pub(crate) use inspect::{a_label, label};
