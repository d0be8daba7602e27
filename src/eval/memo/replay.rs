//! Does again what came of a unit, where every question it asked has the same answer.

use super::super::branch::{Branch, BranchId};
use super::super::collect::Realize;
use super::super::compiler::{Compiler, Extra};
use super::super::outcome::CompileError;
use super::super::scope::{Scope, ScopeId, ScopeKind};
use super::super::session::DefAt;
use super::record::Recorder;
use super::store::Store;
use super::trace::{Given, Instance, Local, Made, Rest, Trace, Unit, Words};
use crate::catalog::{Declaration, Filed, Resource, ResourceId, Tags};
use std::sync::Arc;
use std::time::Duration;

/// A statement that takes no longer is evaluated each time.
const WORTH: Duration = Duration::from_micros(6);

impl Compiler<'_> {
    /// Does again what came of a unit like this one; else has it recorded, if it can be. Whether it is done.
    pub(crate) fn replayed(&mut self, id: ResourceId, unit: Unit, def: DefAt) -> bool {
        if self.recorder.is_some() {
            return false;
        }
        let store = self.session.traces();
        let Some(number) = self.slot_of(store, id, unit, def) else { return false };
        let Some(slot) = store.slot(number) else { return false };
        if !slot.is_empty() {
            let found = self.first_that_agrees(slot, id, unit, def);
            store.tried(slot, found.is_some());
            if let Some(trace) = found {
                self.do_again(trace, id, unit);
                return true;
            }
        }
        if store.has_room(slot)
            && let Some(given) = self.given(id, unit)
        {
            self.recorder = Some(Box::new(Recorder::new(self, given, id, unit, number)));
        }
        false
    }

    /// Keeps what was recorded of a unit.
    pub(crate) fn keep_trace(&mut self) {
        let Some(recorder) = self.recorder.take() else { return };
        let store = self.session.traces();
        let number = recorder.slot;
        let fail = |finally: bool| store.slot(number).into_iter().for_each(|slot| slot.fail(finally));
        if matches!(recorder.unit, Unit::Statement { .. }) && recorder.begun.elapsed() < WORTH {
            return fail(true);
        }
        match self.finish_trace(*recorder) {
            Some(trace) => store.keep(number, trace),
            None => fail(false),
        }
    }

    /// Where traces of the unit are. Instances whose declaration is shared know it.
    fn slot_of(&self, store: &Store, id: ResourceId, unit: Unit, def: DefAt) -> Option<usize> {
        let options = &self.session.options;
        let usable = !options.afresh && options.code.is_none() && self.muted.is_none() && self.overrides.is_empty();
        usable.then_some(())?;
        let (declaration, place) = (&self.catalog.get(id)?.declaration, self.place(def));
        let number = match unit {
            Unit::Statement { number, .. } => Some(number),
            Unit::Class { params, .. } => Some(u32::MAX - u32::from(params)),
            Unit::Instance { .. } => None,
        };
        if number.is_some() {
            let digest = if matches!(unit, Unit::Class { .. }) { declaration.digest() } else { 0 };
            return store.number((place, declaration.title.clone(), number, digest));
        }
        let by = store.address();
        if let Some(filed) = declaration.filed().filter(|f| f.by == by && f.place == place) {
            return Some(filed.number);
        }
        let number = store.number_of_instance((place, declaration.title.clone(), None, declaration.digest()))?;
        declaration.file(Filed { by, place, number });
        Some(number)
    }

    fn given(&mut self, id: ResourceId, unit: Unit) -> Option<(Given, Words)> {
        let defaults = self.defaults_number(unit.defaults_scope())?;
        let resource = self.catalog.get(id)?;
        let words = Words { at: resource.at.clone(), within: self.instance.clone() };
        let given = Given {
            symbolic: resource.symbolic_title.clone(),
            declaration: (!matches!(unit, Unit::Statement { .. })).then(|| resource.declaration.clone()),
            defaults,
            possible: self.branch.is_some(),
            complete_facts: self.host.facts.complete,
        };
        Some((given, words))
    }

    fn do_again(&mut self, trace: &Trace, id: ResourceId, unit: Unit) {
        let scope = self.own_again(trace, id, unit);
        let branches = u32::try_from(self.branches.len()).unwrap_or(u32::MAX);
        if let Some(rest) = &trace.done.rest {
            rest.assigned.iter().for_each(|(name, value)| self.bind(scope, name.clone(), value.clone()));
            if let Some(matches) = &rest.matches {
                self.matches.clone_from(matches);
            }
            self.fork_again(rest, branches);
        }
        self.make_all_again(trace, id, scope, branches);
        if let Some(rest) = &trace.done.rest {
            self.relate_again(rest, branches);
            self.include_again(rest, id, branches);
            self.say_again(rest);
        }
        self.consult_again(trace);
    }

    fn relate_again(&mut self, rest: &Rest, branches: u32) {
        for (pending, branch) in &rest.arrows {
            let branch = self.placed(*branch, branches);
            self.pending.push(pending.in_branch(branch));
        }
        for (target, at, branch) in &rest.realized {
            let branch = self.placed(*branch, branches);
            self.realizes.push(Realize { target: target.clone(), branch, at: at.clone() });
        }
        for (error, branch) in &rest.errors {
            let possible = self.branch_text(self.placed(*branch, branches));
            self.keep_error(CompileError { possible, ..error.clone() });
        }
    }

    /// The scope that what is declared belongs to, and what else is the unit's own.
    fn own_again(&mut self, trace: &Trace, id: ResourceId, unit: Unit) -> ScopeId {
        let done = &trace.done;
        if let Some(instance) = &done.instance {
            self.declared_again(trace, instance, id);
        }
        match (unit, &done.instance) {
            (Unit::Instance { outer, enclosing }, Some(instance)) => {
                let mut scope = Scope::new(ScopeKind::Define, Some(enclosing), id);
                scope.dynamic = Some(outer);
                scope.source.clone_from(&instance.source);
                scope.defaults.clone_from(&instance.defaults);
                self.push_scope(scope)
            }
            (unit, instance) => {
                let scope = unit.variables_scope();
                if let Some((instance, scope)) = instance.as_ref().zip(self.scopes.get_mut(scope as usize))
                    && !(instance.defaults.is_empty() && scope.defaults.is_empty())
                {
                    scope.defaults.clone_from(&instance.defaults);
                    self.anchors.forget();
                }
                scope
            }
        }
    }

    /// An instance or class has the parameters that it had.
    fn declared_again(&mut self, trace: &Trace, instance: &Instance, id: ResourceId) {
        self.changes(id);
        let Some(resource) = self.catalog.resources.get_mut(id as usize) else { return };
        let stands_alike = |before: &Arc<Declaration>| {
            Arc::ptr_eq(before, &resource.declaration)
                || before.at == resource.at
                    && before.end_line == resource.end_line
                    && before.exported == resource.exported
                    && before.title == resource.title
        };
        match trace.given.declaration.as_ref().is_some_and(stands_alike) {
            true => resource.declares(instance.declaration.clone()),
            false => resource.params.clone_from(&instance.declaration.params),
        }
    }

    fn fork_again(&mut self, rest: &Rest, first: u32) {
        for fork in &rest.forks {
            let parent = self.placed(fork.parent, first);
            let group = self.groups + fork.group;
            self.branches.push(Branch { parent, group, arm: fork.arm, text: fork.text.clone() });
        }
        self.groups += rest.groups;
    }

    /// A branch of a trace as one of this compilation.
    fn placed(&self, local: Local, first: u32) -> Option<BranchId> {
        local.map_or(self.branch, |n| Some(first + n))
    }

    fn make_all_again(&mut self, trace: &Trace, container: ResourceId, scope: ScopeId, branches: u32) {
        let done = &trace.done;
        if done.made.is_empty() {
            return;
        }
        let tags = self.catalog.get(container).map(|c| c.tags.handed_down());
        for made in &done.made {
            let type_number = done.types.get(made.of_type as usize).map_or(0, |t| t.number);
            let def = self.confirmed.type_at(type_number).flatten();
            let branch = self.placed(made.branch, branches);
            let tags = made.tags.below(tags.clone());
            self.make_again(
                made,
                tags,
                container,
                Extra { scope, branch, def, type_number, evaluated: false, includers: Vec::new() },
            );
        }
    }

    fn make_again(&mut self, made: &Made, tags: Tags, container: ResourceId, extra: Extra) {
        let id = ResourceId::try_from(self.catalog.resources.len()).unwrap_or(ResourceId::MAX);
        let branch = extra.branch;
        self.catalog.resources.push(Resource {
            declaration: made.declaration.clone(),
            container: Some(container),
            also_in: Vec::new(),
            tags,
            is_virtual: made.is_virtual,
            possible: None,
            is_plain: made.is_plain,
        });
        self.extra.push(extra);
        match &made.title {
            Some(title) if made.found => self.catalog.name_as(made.print, &made.declaration.type_name, title, id),
            None if made.found => self.catalog.name_new(made.print, id),
            _ => {}
        }
        if made.is_named {
            let outer = std::mem::replace(&mut self.branch, branch);
            if let Err(error) = self.index_alias(id) {
                self.record(error);
            }
            self.branch = outer;
        }
        if made.is_instance {
            self.unevaluated.push(id);
        }
    }

    fn include_again(&mut self, rest: &Rest, id: ResourceId, branches: u32) {
        let container = std::mem::replace(&mut self.current_container, id);
        for (name, branch) in &rest.included {
            let branch = self.placed(*branch, branches);
            let outer = std::mem::replace(&mut self.branch, branch);
            if let Some(class) = self.class_ids.get(name).copied() {
                self.note_includer(class);
            }
            self.branch = outer;
        }
        self.current_container = container;
    }

    /// What is said and counted, and what decisions rest on.
    fn say_again(&mut self, rest: &Rest) {
        self.catalog.logs.extend(rest.logs.iter().cloned());
        for (cause, count) in &rest.unknowns {
            match self.catalog.unknowns.get_mut(cause) {
                Some(known) => *known += count,
                None => _ = self.catalog.unknowns.insert(cause.clone(), *count),
            }
        }
        for (key, observation) in &rest.observations {
            self.observe_again(*key, observation);
        }
    }

    fn consult_again(&mut self, trace: &Trace) {
        if !self.confirmed.has_all(&trace.numbers) {
            for (number, held) in &trace.files {
                if *number == 0 || self.confirmed.add(*number) {
                    self.deps.insert(held.path.clone());
                }
            }
        }
        self.steps += trace.done.steps;
        if trace.done.last_loc.is_some() {
            self.last_loc.clone_from(&trace.done.last_loc);
        }
    }
}
