//! Which of two resources the agent applies first.

use crate::catalog::{Catalog, RefreshGraph, Resource};

/// The order of two resources in one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// The first one named comes first.
    FirstThenSecond,
    /// The other way round.
    SecondThenFirst,
    /// Nothing orders them.
    Open,
}

/// The order the relationships give.
pub(crate) fn between(catalog: &Catalog, graph: &RefreshGraph, first: &Resource, second: &Resource) -> Order {
    let id = |r: &Resource| catalog.id(&r.type_name, &r.title);
    let (Some(a), Some(b)) = (id(first), id(second)) else { return Order::Open };
    if graph.comes_before(a, b) {
        Order::FirstThenSecond
    } else if graph.comes_before(b, a) {
        Order::SecondThenFirst
    } else {
        Order::Open
    }
}
