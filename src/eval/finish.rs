//! The end of a compilation: relationships, inherited metaparameters, what is only possible, checks.

use super::compiler::Compiler;
use crate::catalog::{Param, Resource, ResourceId, ResourceKind};
use rustc_hash::FxHashSet;
use std::collections::VecDeque;
use std::sync::Arc;

/// Metaparameters that a define at top scope hands down.
const INHERITED: &[&str] = &["noop", "schedule", "loglevel", "audit", "alias", "tag"];

impl Compiler<'_> {
    pub(crate) fn finish(&mut self) {
        self.branch = None;
        self.context = None;
        self.unrealized();
        self.settle_possible();
        self.settle_relations();
        self.dangling_overrides();
        self.drop_undef();
        self.hand_down();
        self.tag_below_main();
        self.settle_metaparams();
        self.check_native_params();
        self.automatic_relations();
    }

    /// A value of `undef` blocked defaults so far; the catalog does not hold it. Lists in relationships are one list.
    fn drop_undef(&mut self) {
        self.catalog.resources.iter_mut().for_each(Resource::tidy);
    }

    /// Metaparameters of instances under `Class[main]` go to what they contain.
    fn hand_down(&mut self) {
        for id in 0..self.catalog.resources.len() {
            let Ok(id) = ResourceId::try_from(id) else { return };
            if self.under_main(id) {
                self.inherit(id);
            }
        }
    }

    /// What `Class[main]` contains, also by `contain`, gets the tags of what it is found in.
    fn tag_below_main(&mut self) {
        let main = super::classes::CLASS_MAIN;
        let late = self.catalog.get(main).is_some_and(|r| r.tags.iter().count() > 1);
        if !late && self.catalog.resources.iter().all(|r| r.also_in.is_empty()) {
            return;
        }
        let inner = Contained::of(&self.catalog.resources);
        let (mut waiting, mut seen) = (VecDeque::from([main]), FxHashSet::default());
        while let Some(outer) = waiting.pop_front() {
            if !seen.insert(outer) {
                continue;
            }
            for id in inner.by(outer) {
                self.tag_as(outer, *id);
                waiting.push_back(*id);
            }
        }
    }

    fn tag_as(&mut self, outer: ResourceId, id: ResourceId) {
        let Some(outer) = self.catalog.get(outer).map(|r| r.tags.clone()) else { return };
        let Some(resource) = self.catalog.resources.get_mut(id as usize) else { return };
        if resource.tags.is_under(&outer) {
            return;
        }
        let missing: Vec<_> = outer.iter().filter(|t| !resource.tags.iter().any(|own| own == *t)).cloned().collect();
        if !missing.is_empty() {
            resource.tags.add(missing);
        }
    }

    fn under_main(&self, id: ResourceId) -> bool {
        let mut at = self.catalog.get(id).and_then(|r| r.container);
        for _ in 0..1000 {
            let Some(container) = at.filter(|c| *c != super::classes::CLASS_MAIN) else { return at.is_some() };
            let Some(resource) = self.catalog.get(container) else { return false };
            if resource.kind != ResourceKind::Defined {
                return false;
            }
            at = resource.container;
        }
        false
    }

    fn inherit(&mut self, id: ResourceId) {
        let Some(container) = self.catalog.get(id).and_then(|r| r.container) else { return };
        let Some(parent) = self.catalog.get(container).filter(|c| c.kind == ResourceKind::Defined) else { return };
        let handed: Vec<Param> = parent.params.iter().filter(|p| INHERITED.contains(&&*p.name)).cloned().collect();
        let Some(resource) = self.catalog.resources.get_mut(id as usize) else { return };
        for param in handed {
            if resource.param(&param.name).is_none() {
                resource.params.push(param);
            }
        }
    }

    /// Works out what is possible only: by its own condition or by that of its container.
    fn settle_possible(&mut self) {
        for id in 0..self.catalog.resources.len() {
            let Ok(id) = ResourceId::try_from(id) else { return };
            let text = self.possible(id, &mut FxHashSet::default());
            if let Some(resource) = self.catalog.resources.get_mut(id as usize) {
                resource.possible = text;
            }
        }
    }

    fn possible(&self, id: ResourceId, seen: &mut FxHashSet<ResourceId>) -> Option<Arc<str>> {
        let (resource, extra) = (self.catalog.get(id)?, self.extra.get(id as usize)?);
        if !extra.includers.is_empty() && resource.kind == ResourceKind::Class {
            let always = |(_, branch): &(_, Option<_>)| branch.is_none();
            if extra.includers.iter().any(always)
                || !seen.insert(id)
                || extra.includers.iter().any(|i| self.certain(*i, seen))
            {
                return None;
            }
            return extra.includers.iter().find_map(|(_, b)| self.branch_text(*b));
        }
        extra.branch?;
        let container = resource.container.and_then(|c| self.extra.get(c as usize));
        let inherited = container.is_some_and(|c| c.branch.is_some() && c.branch == extra.branch);
        if inherited {
            return self.possible(resource.container?, seen);
        }
        self.branch_text(extra.branch)
    }
}

impl Compiler<'_> {
    /// Whether an inclusion certainly happens: unconditionally, or as part of what certainly happens.
    fn certain(
        &self,
        (container, branch): (ResourceId, Option<super::branch::BranchId>),
        seen: &mut FxHashSet<ResourceId>,
    ) -> bool {
        let own = self.extra.get(container as usize).and_then(|e| e.branch);
        branch.is_none() || (branch == own && self.possible(container, seen).is_none())
    }
}

/// What each resource contains, in the order declared.
struct Contained {
    /// Where those of each container begin, and where the last ones end.
    starts: Vec<usize>,
    ids: Vec<ResourceId>,
}

impl Contained {
    fn of(resources: &[Resource]) -> Self {
        let mut starts = vec![0; resources.len() + 2];
        // Counted two places on, so that a place is filled from its start, which moves to its end.
        for outer in resources.iter().flat_map(containers) {
            starts.get_mut(outer as usize + 2).into_iter().for_each(|n| *n += 1);
        }
        let mut sum = 0;
        starts.iter_mut().for_each(|n| sum += std::mem::replace(n, sum + *n));
        let mut ids = vec![0; sum];
        for (id, resource) in (0..).zip(resources) {
            for outer in containers(resource) {
                let Some(next) = starts.get_mut(outer as usize + 1) else { continue };
                if let Some(place) = ids.get_mut(*next) {
                    *place = id;
                }
                *next += 1;
            }
        }
        Self { starts, ids }
    }

    fn by(&self, outer: ResourceId) -> &[ResourceId] {
        let ends = self.starts.get(outer as usize).zip(self.starts.get(outer as usize + 1));
        ends.and_then(|(from, to)| self.ids.get(*from..*to)).unwrap_or_default()
    }
}

fn containers(resource: &Resource) -> impl Iterator<Item = ResourceId> {
    resource.container.into_iter().chain(resource.also_in.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(container: Option<ResourceId>, also_in: &[ResourceId]) -> Resource {
        Resource { container, also_in: also_in.to_vec(), ..Resource::bare("Notify", "x") }
    }

    #[test]
    fn each_container_knows_what_it_holds() {
        let all = [inside(None, &[]), inside(Some(0), &[]), inside(Some(1), &[0]), inside(Some(0), &[])];
        let inner = Contained::of(&all);
        assert_eq!((inner.by(0), inner.by(1)), (&[1, 2, 3][..], &[2][..]));
        assert!(inner.by(2).is_empty() && inner.by(3).is_empty() && inner.by(9).is_empty());
    }
}
