//! The relationship graph as the agent sees it.

use super::{Catalog, ResourceId};

/// Order and refresh edges between resources, containers replaced by their ends.
#[derive(Debug, Default)]
pub struct RefreshGraph {}

impl RefreshGraph {
    /// Reads the graph off a catalog.
    #[must_use]
    pub fn new(_catalog: &Catalog) -> Self {
        Self {}
    }

    /// Whether `a` is applied before `b` in every run.
    #[must_use]
    pub fn comes_before(&self, _a: ResourceId, _b: ResourceId) -> bool {
        false
    }
}
