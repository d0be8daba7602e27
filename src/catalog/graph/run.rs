//! One run of the agent that changes nothing: what would be refreshed, in the order of its log.
//!
//! The agent takes, of the resources all of whose predecessors are done, the one declared first. What changes
//! by itself is not known here; the caller says it.

use super::{End, RefreshGraph, Vertex};
use crate::catalog::ResourceId;
use std::collections::BTreeSet;

/// A resource or container that acts on events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refreshed {
    /// Which one.
    pub end: End,
    /// How many events asked for it.
    pub events: usize,
}

impl RefreshGraph {
    /// What a run without effect would refresh, if `changes` tells how many events a resource sends of itself.
    /// What `starts` in the run is not started again by what was to refresh it.
    #[must_use]
    pub fn noop_run(
        &self,
        changes: impl Fn(ResourceId) -> usize,
        starts: impl Fn(ResourceId) -> bool,
    ) -> Vec<Refreshed> {
        let mut waiting = self.predecessors();
        let roots = (0u32..).zip(&waiting).filter(|(v, n)| **n == 0 && self.takes_part(*v));
        let mut ready: BTreeSet<(ResourceId, Vertex)> = roots.map(|(v, _)| (self.resource(v), v)).collect();
        let mut events = vec![0; self.next.len()];
        let mut out = Vec::new();
        while let Some((id, vertex)) = ready.pop_first() {
            if let Some(got) = events.get_mut(vertex as usize).filter(|_| !self.is_whit(vertex) && starts(id)) {
                *got = 0;
            }
            self.apply(vertex, if self.is_whit(vertex) { 0 } else { changes(id) }, &mut events, &mut out);
            for edge in self.edges(vertex) {
                let Some(left) = waiting.get_mut(edge.to as usize) else { continue };
                *left -= 1;
                if *left == 0 {
                    ready.insert((self.resource(edge.to), edge.to));
                }
            }
        }
        out
    }

    fn predecessors(&self) -> Vec<usize> {
        let mut counts = vec![0; self.next.len()];
        for edge in self.next.iter().flatten() {
            if let Some(count) = counts.get_mut(edge.to as usize) {
                *count += 1;
            }
        }
        counts
    }

    /// The last whit's place is empty for what is no container.
    fn takes_part(&self, vertex: Vertex) -> bool {
        vertex < self.resources || self.is_whit(vertex)
    }

    /// Sends a vertex's own events, then acts on those it got.
    fn apply(&self, vertex: Vertex, own: usize, events: &mut [usize], out: &mut Vec<Refreshed>) {
        self.send(vertex, own, events);
        let got = events.get(vertex as usize).copied().unwrap_or_default();
        if got > 0 {
            out.push(Refreshed { end: self.named(vertex), events: got });
            self.send(vertex, 1, events);
        }
    }

    fn send(&self, from: Vertex, count: usize, events: &mut [usize]) {
        for edge in self.edges(from).iter().filter(|e| e.refresh && self.passes_on(e.to)) {
            if let Some(slot) = events.get_mut(edge.to as usize) {
                *slot += count;
            }
        }
    }
}
