//! What a refresh from a resource reaches, and who comes first; the relationship graph behind a seam.

use super::knowledge::Knowledge;
use super::scope::containers;
use crate::catalog::{Catalog, RefreshGraph, Resource, ResourceId};
use crate::value::Value;

/// What is asked of the graph.
pub(in crate::checks) trait Reach {
    /// Resources that are refreshed when `from` changes.
    fn refreshed_by(&self, from: ResourceId) -> Vec<ResourceId>;
    /// Whether `a` is applied before `b` in every run.
    fn comes_before(&self, a: ResourceId, b: ResourceId) -> bool;
    /// Whether an edge from `a` to `b` would close a cycle.
    fn would_cycle(&self, a: ResourceId, b: ResourceId) -> bool;
}

impl Reach for RefreshGraph {
    fn refreshed_by(&self, from: ResourceId) -> Vec<ResourceId> {
        Self::refreshed_by(self, from).into_iter().map(|r| r.resource).collect()
    }

    fn comes_before(&self, a: ResourceId, b: ResourceId) -> bool {
        Self::comes_before(self, a, b)
    }

    fn would_cycle(&self, a: ResourceId, b: ResourceId) -> bool {
        Self::would_cycle(self, a, b)
    }
}

/// Who hears of a change.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Services that are refreshed.
    pub(super) services: Vec<ResourceId>,
    /// Whether a command runs that makes a daemon take its configuration up.
    pub(super) applied: bool,
    /// Commands that run.
    pub(super) commands: Vec<ResourceId>,
    /// Whether something else may hear of it, whose name is not known.
    pub(super) open: bool,
}

/// Who hears of a change of `from`.
pub(super) fn told_by(from: ResourceId, catalog: &Catalog, graph: &dyn Reach) -> Told {
    let mut told = Told { open: notifies_unknown(from, catalog), ..Told::default() };
    for id in graph.refreshed_by(from) {
        let Some(resource) = catalog.get(id) else { continue };
        match resource.type_name.as_str() {
            "Service" => told.services.push(id),
            "Exec" => {
                told.applied |= applies(resource);
                told.commands.push(id);
            }
            _ => {}
        }
    }
    told
}

/// Whether the resource, or what contains it, notifies something of which no edge came.
fn notifies_unknown(from: ResourceId, catalog: &Catalog) -> bool {
    let around = catalog.get(from).into_iter().flat_map(|r| containers(r, catalog));
    std::iter::once(from).chain(around).any(|id| {
        let value = catalog.get(id).and_then(|r| r.value("notify"));
        value.is_some_and(holds_unknown) && !catalog.relations.iter().any(|r| r.source == id && r.refresh)
    })
}

fn holds_unknown(value: &Value) -> bool {
    value.is_unknown() || value.as_array().is_some_and(|items| items.iter().any(holds_unknown))
}

fn applies(exec: &Resource) -> bool {
    Knowledge::builtin().applies(command(exec))
}

/// What an exec runs when it is refreshed.
pub(super) fn command(exec: &Resource) -> &str {
    exec.text("refresh").or_else(|| exec.text("command")).unwrap_or(&exec.title)
}
