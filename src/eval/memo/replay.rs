//! Does again what came of a unit, where every question it asked has the same answer.

use super::super::branch::{Branch, BranchId};
use super::super::collect::Realize;
use super::super::compiler::{Compiler, Extra, MAX_RESOURCES};
use super::super::outcome::CompileError;
use super::super::scope::{Scope, ScopeId, ScopeKind, TOP};
use super::super::session::DefAt;
use super::super::source::DefKind;
use super::record::{Recorder, step};
use super::same::{same, same_if_any, same_params};
use super::trace::{Asked, Given, Key, Local, Made, Outside, Place, Trace, Unit};
use crate::catalog::{Declaration, Param, Resource, ResourceId, ResourceKind};
use crate::repo::Tree;
use crate::value::Value;
use ecow::EcoString;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Fewest steps of a statement that make it worth keeping.
const WORTH_STEPS: u64 = 12;

impl Compiler<'_> {
    /// Does again what came of a unit like this one; else has it recorded, if it can be. Whether it is done.
    pub(crate) fn replayed(&mut self, id: ResourceId, unit: Unit, def: DefAt) -> bool {
        let Some(key) = self.memo_key(id, unit, def) else { return false };
        let (traces, worth_while) = self.session.traces().of(&key);
        if let Some(trace) = traces.iter().find(|t| self.agrees(t, id, unit)) {
            self.do_again(trace, id, unit);
            return true;
        }
        if worth_while && let Some(given) = self.given(id, unit) {
            self.recorder = Some(Box::new(Recorder::new(self, given, id, unit)));
        }
        false
    }

    /// Keeps what was recorded of a unit.
    pub(crate) fn keep_trace(&mut self, id: ResourceId, unit: Unit, def: DefAt) {
        let Some(recorder) = self.recorder.take() else { return };
        let Some(key) = self.memo_key(id, unit, def) else { return };
        let is_small = |t: &Trace| matches!(unit, Unit::Statement { .. }) && t.done.steps < WORTH_STEPS;
        match self.finish_trace(*recorder) {
            Some(trace) if is_small(&trace) => self.session.traces().fail(key, true),
            Some(trace) => self.session.traces().keep(key, trace),
            None => self.session.traces().fail(key, false),
        }
    }

    fn memo_key(&self, id: ResourceId, unit: Unit, def: DefAt) -> Option<Key> {
        let options = &self.session.options;
        let usable = !options.afresh && options.code.is_none() && self.muted.is_none() && self.overrides.is_empty();
        usable.then_some(())?;
        let number = match unit {
            Unit::Statement { number, .. } => Some(number),
            Unit::Instance { .. } => None,
        };
        Some((self.place(def), self.catalog.get(id)?.title.clone(), number))
    }

    fn given(&self, id: ResourceId, unit: Unit) -> Option<Given> {
        let resource = self.catalog.get(id)?;
        Some(Given {
            symbolic: resource.symbolic_title.clone(),
            declaration: matches!(unit, Unit::Instance { .. }).then(|| resource.declaration.clone()),
            defaults: self.defaults_from(unit.defaults_scope()).cloned().collect(),
            possible: self.branch.is_some(),
            complete_facts: self.host.facts.complete,
            at: resource.at.clone(),
            within: self.instance.clone(),
        })
    }

    /// Whether everything that a trace rests on is so here.
    fn agrees(&mut self, trace: &Trace, id: ResourceId, unit: Unit) -> bool {
        self.same_start(&trace.given, id, unit)
            && self.same_words(trace, id)
            && self.same_files(trace)
            && trace.asked.iter().all(|asked| self.same_answer(asked, unit))
            && trace.names.iter().all(|(kind, name, place)| self.resolves(*kind, name, *place))
            && trace.done.included.iter().all(|(name, _)| self.class_ids.contains_key(name))
            && self.all_free(&trace.done.made)
            && self.unset(&trace.done.assigned, unit)
    }

    fn same_start(&self, given: &Given, id: ResourceId, unit: Unit) -> bool {
        let Some(resource) = self.catalog.get(id) else { return false };
        given.possible == self.branch.is_some()
            && given.complete_facts == self.host.facts.complete
            && same_if_any(given.symbolic.as_ref(), resource.symbolic_title.as_ref())
            && given.declaration.as_ref().is_none_or(|before| same_declared(before, resource))
            && self.same_defaults(&given.defaults, unit.defaults_scope())
    }

    /// An error names the statements around it: they must be the same.
    fn same_words(&self, trace: &Trace, id: ResourceId) -> bool {
        let given = &trace.given;
        trace.done.errors.is_empty()
            || self.catalog.get(id).is_some_and(|r| r.at == given.at) && self.instance == given.within
    }

    fn same_defaults(&self, given: &[(EcoString, Vec<Param>)], outer: ScopeId) -> bool {
        let mut here = self.defaults_from(outer);
        given.iter().all(|(ty, params)| here.next().is_some_and(|(t, p)| t == ty && same_params(params, p)))
            && here.next().is_none()
    }

    /// Whether the files consulted hold the same in this revision.
    fn same_files(&self, trace: &Trace) -> bool {
        let revision = self.session.revision();
        if trace.revision == revision {
            return true;
        }
        if trace.stays {
            return false;
        }
        let Some(bit) = revision.checked_mul(2).filter(|bit| *bit < 64) else {
            return same_contents(trace, &self.session.tree);
        };
        let known = trace.compared.load(Ordering::Relaxed) >> bit;
        if known & 1 == 1 {
            return known & 2 == 2;
        }
        let is_same = same_contents(trace, &self.session.tree);
        trace.compared.fetch_or((1 | u64::from(is_same) << 1) << bit, Ordering::Relaxed);
        is_same
    }

    fn same_answer(&mut self, asked: &Asked, unit: Unit) -> bool {
        match asked {
            Asked::Variable(outside, name, value) => {
                let now = self.outside(*outside, unit, name);
                same_if_any(now.as_ref(), value.as_ref()) && (now.is_some() || !self.hides(name))
            }
            Asked::Member(outside, name, keys, value) => {
                let now = self.outside(*outside, unit, name);
                now.and_then(|base| step(&base, keys)).is_some_and(|member| same(&member, value))
            }
            Asked::Fact(path, value) => same_if_any(self.host.fact(path).as_ref(), value.as_ref()),
            Asked::Declared(reference, answer) => self.declared(reference) == *answer,
            Asked::Absent(reference) => self.declared_id(reference).is_none(),
        }
    }

    fn outside(&self, outside: Outside, unit: Unit, name: &str) -> Option<Value> {
        match outside {
            Outside::Own | Outside::Enclosing => self.lookup_from(unit.variables_scope(), name),
            Outside::Top if name.contains("::") => self.lookup_var(TOP, name),
            Outside::Top => self.lookup_from(TOP, name),
        }
    }

    /// Whether a name means what it meant. What it takes to find out is consulted, as ever.
    fn resolves(&mut self, kind: DefKind, name: &EcoString, place: Option<Place>) -> bool {
        let found = match self.defs.get(&(kind, name.clone())).copied() {
            Some(found) if kind != DefKind::Alias || self.aliases.contains_key(name) => found,
            _ => {
                if kind == DefKind::Alias {
                    self.alias(name);
                }
                self.find_def(kind, name)
            }
        };
        found.map(|at| self.place(at)) == place
    }

    fn hides(&self, name: &str) -> bool {
        name.rsplit_once("::").is_some_and(|(class, _)| self.hidden_class(crate::eval::reference::unrooted(class)))
    }

    /// Whether none of the variables is set.
    fn unset(&self, assigned: &[(EcoString, Value)], unit: Unit) -> bool {
        let vars = self.scopes.get(unit.variables_scope() as usize).map(|s| &s.vars);
        assigned.iter().all(|(name, _)| vars.is_none_or(|vars| !vars.contains_key(name)))
    }

    /// Whether nothing is there yet of what would be declared, and each type is what it was.
    fn all_free(&mut self, made: &[Made]) -> bool {
        self.catalog.resources.len() + made.len() < MAX_RESOURCES
            && made.iter().all(|m| {
                !self.catalog.index.contains_key(&m.key)
                    && self.kind_of(&m.resource.type_name).is_ok_and(|(kind, def)| {
                        kind == m.resource.kind
                            && kind != ResourceKind::UnknownType
                            && def.map(|at| self.place(at)) == m.def
                    })
            })
    }

    fn do_again(&mut self, trace: &Trace, id: ResourceId, unit: Unit) {
        let done = &trace.done;
        let scope = self.own_again(trace, id, unit);
        let branches = self.fork_again(trace);
        for made in &done.made {
            self.make_again(made, id, scope, self.placed(made.branch, branches));
        }
        for (pending, branch) in &done.arrows {
            let branch = self.placed(*branch, branches);
            self.pending.push(pending.in_branch(branch));
        }
        for (target, at, branch) in &done.realized {
            let branch = self.placed(*branch, branches);
            self.realizes.push(Realize { target: target.clone(), branch, at: at.clone() });
        }
        for (error, branch) in &done.errors {
            let possible = self.branch_text(self.placed(*branch, branches));
            self.keep_error(CompileError { possible, ..error.clone() });
        }
        self.include_again(trace, id, branches);
        self.tell_again(trace);
    }

    /// The scope that what is declared belongs to, and what else is the unit's own.
    fn own_again(&mut self, trace: &Trace, id: ResourceId, unit: Unit) -> ScopeId {
        let done = &trace.done;
        match (unit, &done.instance) {
            (Unit::Instance { outer, enclosing }, Some(instance)) => {
                self.changes(id);
                if let Some(resource) = self.catalog.resources.get_mut(id as usize) {
                    let as_before = trace.given.declaration.as_ref().is_some_and(|d| Arc::ptr_eq(d, &resource.declaration));
                    match as_before {
                        true => resource.declaration = instance.declaration.clone(),
                        false => resource.params.clone_from(&instance.declaration.params),
                    }
                }
                let mut scope = Scope::new(ScopeKind::Define, Some(enclosing), id);
                scope.dynamic = Some(outer);
                scope.source.clone_from(&instance.source);
                scope.defaults.clone_from(&instance.defaults);
                self.push_scope(scope)
            }
            _ => {
                let scope = unit.variables_scope();
                done.assigned.iter().for_each(|(name, value)| self.bind(scope, name.clone(), value.clone()));
                if let Some(matches) = &done.matches {
                    self.matches.clone_from(matches);
                }
                scope
            }
        }
    }

    fn fork_again(&mut self, trace: &Trace) -> u32 {
        let first = u32::try_from(self.branches.len()).unwrap_or(u32::MAX);
        for fork in &trace.done.forks {
            let parent = self.placed(fork.parent, first);
            let group = self.groups + fork.group;
            self.branches.push(Branch { parent, group, arm: fork.arm, text: fork.text.clone() });
        }
        self.groups += trace.done.groups;
        first
    }

    /// A branch of a trace as one of this compilation.
    fn placed(&self, local: Local, first: u32) -> Option<BranchId> {
        local.map_or(self.branch, |n| Some(first + n))
    }

    fn make_again(&mut self, made: &Made, container: ResourceId, scope: ScopeId, branch: Option<BranchId>) {
        let Ok((_, def)) = self.kind_of(&made.resource.type_name) else { return };
        let id = ResourceId::try_from(self.catalog.resources.len()).unwrap_or(ResourceId::MAX);
        let mut resource = made.resource.clone();
        resource.container = Some(container);
        resource.tags = resource.tags.under(self.catalog.get(container).map(|c| &c.tags));
        let is_instance = resource.kind == ResourceKind::Defined;
        self.catalog.resources.push(resource);
        self.extra.push(Extra { scope, branch, def, evaluated: false, includers: Vec::new() });
        self.catalog.index.insert(made.key.clone(), id);
        let outer = std::mem::replace(&mut self.branch, branch);
        if let Err(error) = self.index_alias(id) {
            self.record(error);
        }
        self.branch = outer;
        if is_instance {
            self.unevaluated.push(id);
        }
    }

    fn include_again(&mut self, trace: &Trace, id: ResourceId, branches: u32) {
        let container = std::mem::replace(&mut self.current_container, id);
        for (name, branch) in &trace.done.included {
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
    fn tell_again(&mut self, trace: &Trace) {
        let done = &trace.done;
        if self.dep_lists.insert(trace.files.as_ptr() as usize) {
            self.deps.extend(trace.files.iter().cloned());
        }
        self.catalog.logs.extend(done.logs.iter().cloned());
        for cause in &done.unknowns {
            *self.catalog.unknowns.entry(cause.clone()).or_default() += 1;
        }
        for observation in &done.observations {
            self.observe_once(observation.clone());
        }
        self.steps += done.steps;
        self.last_loc.clone_from(&done.last_loc);
    }
}

impl Unit {
    /// Where resource defaults are looked for.
    fn defaults_scope(self) -> ScopeId {
        match self {
            Self::Instance { outer, .. } => outer,
            Self::Statement { own, .. } => own,
        }
    }

    /// Where variables are looked for that it does not have itself.
    fn variables_scope(self) -> ScopeId {
        match self {
            Self::Instance { enclosing, .. } => enclosing,
            Self::Statement { own, .. } => own,
        }
    }
}

/// Whether a declaration says what it said before; where it stands does not matter.
fn same_declared(before: &Arc<Declaration>, now: &Resource) -> bool {
    Arc::ptr_eq(before, &now.declaration) || same_params(&before.params, &now.params)
}

fn same_contents(trace: &Trace, tree: &Tree) -> bool {
    trace.files.iter().zip(&trace.contents).all(|(path, oid)| tree.oid(path) == *oid)
}
