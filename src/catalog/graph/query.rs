//! Questions to the graph: what comes first, and whom a refresh reaches.

use super::{RefreshGraph, Vertex};
use crate::catalog::ResourceId;
use std::collections::VecDeque;

/// A resource that a refresh reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The resource that is refreshed.
    pub resource: ResourceId,
    /// Resources and containers the event passes, the first and the last included.
    pub path: Vec<ResourceId>,
}

impl RefreshGraph {
    /// Whether `a` is applied before `b` in every run.
    #[must_use]
    pub fn comes_before(&self, a: ResourceId, b: ResourceId) -> bool {
        a != b && self.walk(self.end(a), |_, _| true).iter().any(|(v, _)| *v == self.start(b))
    }

    /// Everything that is refreshed when `a` changes, nearest first. A resource that ignores refreshes stops the
    /// event; a container passes it on.
    #[must_use]
    pub fn refreshed_by(&self, a: ResourceId) -> Vec<Reached> {
        let from = self.end(a);
        let visited = self.walk(from, |refresh, at| refresh && (at == from || self.passes_on(at)));
        let hit = |(v, _): &&(Vertex, usize)| *v != from && !self.is_whit(*v) && self.reacts(*v);
        let hits: Vec<(Vertex, usize)> = visited.iter().filter(hit).copied().collect();
        hits.into_iter().map(|(v, _)| Reached { resource: self.resource(v), path: self.path(&visited, v) }).collect()
    }

    /// Whether a change of `a` refreshes `b`.
    #[must_use]
    pub fn refreshes(&self, a: ResourceId, b: ResourceId) -> bool {
        self.refreshed_by(a).iter().any(|r| r.resource == b)
    }

    fn reacts(&self, vertex: Vertex) -> bool {
        self.refreshable.get(self.resource(vertex) as usize).copied().unwrap_or(false)
    }

    pub(super) fn passes_on(&self, vertex: Vertex) -> bool {
        self.is_whit(vertex) || self.reacts(vertex)
    }

    /// Breadth first over the edges that `takes` allows (whether the edge carries a refresh, and from where).
    /// Each entry is a vertex and the index of the entry it was reached from.
    fn walk(&self, from: Vertex, takes: impl Fn(bool, Vertex) -> bool) -> Vec<(Vertex, usize)> {
        let mut seen = vec![false; self.next.len()];
        let mut order = vec![(from, 0)];
        let mut queue = VecDeque::from([0]);
        if let Some(mark) = seen.get_mut(from as usize) {
            *mark = true;
        }
        while let Some(index) = queue.pop_front() {
            let Some((vertex, _)) = order.get(index).copied() else { continue };
            for edge in self.edges(vertex).iter().filter(|e| takes(e.refresh, vertex)) {
                let Some(mark) = seen.get_mut(edge.to as usize).filter(|m| !**m) else { continue };
                *mark = true;
                queue.push_back(order.len());
                order.push((edge.to, index));
            }
        }
        order
    }

    fn path(&self, visited: &[(Vertex, usize)], to: Vertex) -> Vec<ResourceId> {
        let mut index = visited.iter().position(|(v, _)| *v == to).unwrap_or(0);
        let mut path = Vec::new();
        while let Some((vertex, parent)) = visited.get(index) {
            path.push(self.resource(*vertex));
            if index == 0 {
                break;
            }
            index = *parent;
        }
        path.reverse();
        path.dedup();
        path
    }
}
