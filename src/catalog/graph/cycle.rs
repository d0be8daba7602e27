//! Dependency cycles. The agent finds them only when it applies the catalog, so the gate must.

use super::{RefreshGraph, Vertex};
use crate::catalog::ResourceId;

impl RefreshGraph {
    /// The first cycle, as the resources and containers on it in order; `None` if there is none. Edges that are only
    /// possible make none.
    #[must_use]
    pub fn cycle(&self) -> Option<Vec<ResourceId>> {
        let mut state = vec![State::New; self.next.len()];
        (0..self.next.len()).find_map(|root| self.cycle_from(u32::try_from(root).ok()?, &mut state))
    }

    /// Whether an edge from `a` to `b` would close a cycle.
    #[must_use]
    pub fn would_cycle(&self, a: ResourceId, b: ResourceId) -> bool {
        a == b || self.comes_before(b, a) || self.contains(b, a) || self.contains(a, b)
    }

    /// Whether `inner` is somewhere inside `outer`.
    fn contains(&self, outer: ResourceId, inner: ResourceId) -> bool {
        self.start(outer) != self.end(outer)
            && self.reaches(self.start(outer), self.start(inner))
            && self.reaches(self.end(inner), self.end(outer))
    }

    fn reaches(&self, from: Vertex, to: Vertex) -> bool {
        let mut seen = vec![false; self.next.len()];
        let mut stack = vec![from];
        while let Some(vertex) = stack.pop() {
            if vertex == to {
                return true;
            }
            let Some(mark) = seen.get_mut(vertex as usize).filter(|m| !**m) else { continue };
            *mark = true;
            stack.extend(self.edges(vertex).iter().map(|e| e.to));
        }
        false
    }

    /// Depth first with a stack of its own: catalogs are deeper than a thread's stack.
    fn cycle_from(&self, root: Vertex, state: &mut [State]) -> Option<Vec<ResourceId>> {
        if state.get(root as usize) != Some(&State::New) {
            return None;
        }
        let mut trail: Vec<(Vertex, usize)> = vec![(root, 0)];
        set(state, root, State::Open);
        while let Some((vertex, position)) = trail.last_mut() {
            let Some(edge) = self.next.get(*vertex as usize).and_then(|e| e.get(*position)) else {
                set(state, *vertex, State::Done);
                trail.pop();
                continue;
            };
            *position += 1;
            if edge.possible {
                continue;
            }
            match state.get(edge.to as usize) {
                Some(State::Open) => return Some(self.loop_of(&trail, edge.to)),
                Some(State::New) => {
                    set(state, edge.to, State::Open);
                    trail.push((edge.to, 0));
                }
                _ => {}
            }
        }
        None
    }

    fn loop_of(&self, trail: &[(Vertex, usize)], back_to: Vertex) -> Vec<ResourceId> {
        let from = trail.iter().position(|(v, _)| *v == back_to).unwrap_or(0);
        let mut found: Vec<ResourceId> = trail.iter().skip(from).map(|(v, _)| self.resource(*v)).collect();
        found.dedup();
        found
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

fn set(state: &mut [State], vertex: Vertex, to: State) {
    if let Some(slot) = state.get_mut(vertex as usize) {
        *slot = to;
    }
}
