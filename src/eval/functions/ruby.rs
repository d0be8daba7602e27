//! Values as Ruby would print or write them.

pub(crate) use crate::value::inspect::{inspect, inspect_with, quote, to_s};
