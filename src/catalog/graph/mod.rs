//! The relationship graph as the agent sees it: order, and the paths along which a refresh travels.
//!
//! Containers (classes, defined types, stages) are replaced by two whits, one before and one after what
//! they contain. A relation to a container points at its first whit, a relation from it leaves the last.
//! Every containment edge carries a refresh; the edge between the two whits of a container does not, so
//! that nothing passes through a container none of whose members react.

mod autorequire;
mod cycle;
mod query;
mod run;

pub use query::Reached;
pub use run::Refreshed;

use super::{Catalog, Resource, ResourceId, ResourceKind};

/// A vertex: a resource, or the first whit of a container; the last whit is that plus the number of resources.
type Vertex = u32;

/// An end of an edge, as the agent names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// A resource that is no container.
    Resource(ResourceId),
    /// The whit before what a container holds.
    Admissible(ResourceId),
    /// The whit after what a container holds.
    Completed(ResourceId),
}

/// Order and refresh edges between resources.
#[derive(Debug, Default)]
pub struct RefreshGraph {
    resources: u32,
    next: Vec<Vec<Edge>>,
    containers: Vec<bool>,
    refreshable: Vec<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Edge {
    to: Vertex,
    refresh: bool,
    /// It may not be there.
    possible: bool,
}

/// Native types that act on a refresh (the others ignore one and pass nothing on).
const REFRESHABLE: [&str; 4] = ["Exec", "Service", "Mount", "Package"];

impl RefreshGraph {
    /// Reads the graph off a catalog.
    #[must_use]
    pub fn new(catalog: &Catalog) -> Self {
        let mut graph = Self::without_autorequires(catalog);
        autorequire::add(&mut graph, catalog);
        graph
    }

    fn without_autorequires(catalog: &Catalog) -> Self {
        let resources = u32::try_from(catalog.resources.len()).unwrap_or(u32::MAX / 2);
        let mut graph = Self {
            resources,
            next: vec![Vec::new(); resources as usize * 2],
            containers: catalog.resources.iter().map(is_container).collect(),
            refreshable: catalog.resources.iter().map(acts_on_refresh).collect(),
        };
        let mut empty = graph.containers.clone();
        for (id, resource) in (0..resources).zip(&catalog.resources).filter(|(_, r)| !r.is_virtual) {
            graph.contain(id, resource, &mut empty);
        }
        for (id, resource) in (0..resources).zip(&catalog.resources) {
            if !resource.is_virtual && empty.get(id as usize) == Some(&true) {
                graph.edge(graph.start(id), graph.end(id), false);
            }
        }
        let is_real = |id: ResourceId| catalog.get(id).is_some_and(|r| !r.is_virtual);
        for relation in catalog.relations.iter().filter(|r| is_real(r.source) && is_real(r.target)) {
            let edge =
                Edge { to: graph.start(relation.target), refresh: relation.refresh, possible: relation.possible };
            graph.add(graph.end(relation.source), edge);
        }
        graph
    }

    /// Every edge, by where it leaves; the agent's own order of vertices is not kept.
    pub fn listed(&self) -> impl Iterator<Item = (End, End, bool)> + '_ {
        let from = (0..).zip(&self.next);
        from.flat_map(move |(v, edges)| edges.iter().map(move |e| (self.named(v), self.named(e.to), e.refresh)))
    }

    fn named(&self, vertex: Vertex) -> End {
        let id = self.resource(vertex);
        match self.is_whit(vertex) {
            false => End::Resource(id),
            true if vertex >= self.resources => End::Completed(id),
            true => End::Admissible(id),
        }
    }

    fn contain(&mut self, id: ResourceId, resource: &Resource, empty: &mut [bool]) {
        for container in resource.container.iter().chain(&resource.also_in).copied().filter(|c| *c != id) {
            self.edge(self.start(container), self.start(id), true);
            self.edge(self.end(id), self.end(container), true);
            if let Some(empty) = empty.get_mut(container as usize) {
                *empty = false;
            }
        }
    }

    fn edge(&mut self, from: Vertex, to: Vertex, refresh: bool) {
        self.add(from, Edge { to, refresh, possible: false });
    }

    fn add(&mut self, from: Vertex, edge: Edge) {
        let Some(edges) = self.next.get_mut(from as usize) else { return };
        if !edges.contains(&edge) {
            edges.push(edge);
        }
    }

    fn edges(&self, from: Vertex) -> &[Edge] {
        self.next.get(from as usize).map_or(&[], Vec::as_slice)
    }

    /// Where an edge to the resource arrives.
    fn start(&self, id: ResourceId) -> Vertex {
        id
    }

    /// Where an edge from the resource leaves.
    fn end(&self, id: ResourceId) -> Vertex {
        if self.containers.get(id as usize).copied().unwrap_or(false) { id + self.resources } else { id }
    }

    /// The resource a vertex belongs to.
    fn resource(&self, vertex: Vertex) -> ResourceId {
        if vertex >= self.resources { vertex - self.resources } else { vertex }
    }

    fn is_whit(&self, vertex: Vertex) -> bool {
        self.containers.get(self.resource(vertex) as usize).copied().unwrap_or(false)
    }
}

fn is_container(resource: &Resource) -> bool {
    matches!(resource.kind, ResourceKind::Class | ResourceKind::Defined | ResourceKind::Stage)
}

/// Types that are not known here may act on a refresh: to say they don't would invent a missing restart.
fn acts_on_refresh(resource: &Resource) -> bool {
    match resource.kind {
        ResourceKind::Native => {
            REFRESHABLE.contains(&resource.type_name.as_str()) || !KNOWN_NATIVE.contains(&resource.type_name.as_str())
        }
        ResourceKind::UnknownType => true,
        ResourceKind::Class | ResourceKind::Defined | ResourceKind::Stage => false,
    }
}

/// Native types of Puppet itself that ignore a refresh.
const KNOWN_NATIVE: [&str; 22] = [
    "Augeas",
    "Cron",
    "File",
    "Filebucket",
    "Group",
    "Host",
    "Interface",
    "K5login",
    "Mailalias",
    "Maillist",
    "Notify",
    "Resources",
    "Router",
    "Schedule",
    "Scheduled_task",
    "Selboolean",
    "Selmodule",
    "Ssh_authorized_key",
    "Sshkey",
    "Tidy",
    "User",
    "Yumrepo",
];

#[cfg(test)]
mod tests;
