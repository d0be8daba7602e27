//! Notes what is asked during an evaluation, and gives up on it where that can't be told in full.

use super::super::branch::BranchId;
use super::super::compiler::Compiler;
use super::super::data::Lookup;
use super::super::outcome::{CompileError, Observation};
use super::super::reference::Reference;
use super::super::scope::{ScopeId, TOP};
use super::super::source::DefKind;
use super::trace::{Asked, Given, Local, Outside, Place, Unit, Words};
use crate::catalog::{ResourceId, Tags};
use crate::repo::Loc;
use crate::value::{Cause, Tri, Value};
use ecow::EcoString;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Instant;

/// Most questions of one evaluation; asking them again must stay cheaper than evaluating.
const MAX_ASKED: usize = 300;

/// Notes of one evaluation.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(super) given: Given,
    pub(super) words: Words,
    pub(super) root: ResourceId,
    /// Tags of the instance or class.
    pub(super) tags: Tags,
    pub(super) branch: Option<BranchId>,
    pub(super) unit: Unit,
    /// Where the trace goes.
    pub(super) slot: usize,
    pub(super) begun: Instant,
    pub(super) first_scope: usize,
    pub(super) resources: usize,
    pub(super) branches: usize,
    pub(super) groups: u32,
    pub(super) steps: u64,
    pub(super) last_loc: Option<Loc>,
    pub(super) lengths: Lengths,
    pub(super) asked: RefCell<Vec<Asked>>,
    pub(super) lookups: RefCell<Vec<Lookup>>,
    pub(super) names: Vec<(DefKind, EcoString, Option<Place>)>,
    pub(super) files: Vec<Arc<str>>,
    pub(super) included: Vec<(EcoString, Option<BranchId>)>,
    pub(super) unknowns: Vec<Cause>,
    pub(super) observations: Vec<(u64, Observation)>,
    pub(super) errors: Vec<(CompileError, Option<BranchId>)>,
    pub(super) assigned: Vec<EcoString>,
    pub(super) matches: Option<Arc<[Value]>>,
    pub(super) spoilt: Cell<bool>,
    pub(super) stays: bool,
}

/// How long lists were that may only have grown, or not at all.
#[derive(Debug, PartialEq)]
pub(super) struct Lengths {
    pub(super) pending: usize,
    pub(super) realizes: usize,
    pub(super) logs: usize,
    pub(super) unevaluated: usize,
    pub(super) fixed: [usize; 6],
}

impl Lengths {
    pub(super) fn of(c: &Compiler<'_>) -> Self {
        Self {
            pending: c.pending.len(),
            realizes: c.realizes.len(),
            logs: c.catalog.logs.len(),
            unevaluated: c.unevaluated.len(),
            fixed: [
                c.errors.len(),
                c.collectors.len(),
                c.overrides.len(),
                c.set_by.len(),
                c.catalog.classes.len(),
                usize::from(c.blind),
            ],
        }
    }
}

impl Recorder {
    pub(super) fn new(
        c: &Compiler<'_>,
        (given, words): (Given, Words),
        root: ResourceId,
        unit: Unit,
        slot: usize,
    ) -> Self {
        Self {
            given,
            words,
            root,
            tags: c.catalog.get(root).map(|r| r.tags.clone()).unwrap_or_default(),
            branch: c.branch,
            unit,
            slot,
            begun: Instant::now(),
            first_scope: c.scopes.len(),
            resources: c.catalog.resources.len(),
            branches: c.branches.len(),
            groups: c.groups,
            steps: c.steps,
            last_loc: c.last_loc.clone(),
            lengths: Lengths::of(c),
            asked: RefCell::default(),
            lookups: RefCell::default(),
            names: Vec::new(),
            files: Vec::new(),
            included: Vec::new(),
            unknowns: Vec::new(),
            observations: Vec::new(),
            errors: Vec::new(),
            assigned: Vec::new(),
            matches: c.matches.clone(),
            spoilt: Cell::new(false),
            stays: false,
        }
    }

    pub(crate) fn spoil(&self) {
        self.spoilt.set(true);
    }

    fn ask(&self, question: Asked) {
        let mut asked = self.asked.borrow_mut();
        if asked.len() >= MAX_ASKED {
            return self.spoil();
        }
        let known = |a: &Asked| match (a, &question) {
            (Asked::Variable(o, n, _), Asked::Variable(p, m, _) | Asked::Member(p, m, ..)) => o == p && n == m,
            (Asked::Member(o, n, k, _), Asked::Member(p, m, l, _)) => o == p && n == m && same_keys(k, l),
            (Asked::Fact(a, _), Asked::Fact(b, _)) => a == b,
            _ => false,
        };
        if !asked.iter().any(known) {
            asked.push(question);
        }
    }

    /// The scope that owns what is declared.
    pub(super) fn scope(&self) -> Option<ScopeId> {
        match self.unit {
            Unit::Instance { .. } => u32::try_from(self.first_scope).ok(),
            Unit::Class { own, .. } | Unit::Statement { own, .. } => Some(own),
        }
    }

    fn is_own(&self, scope: ScopeId) -> bool {
        matches!(self.unit, Unit::Class { own, .. } | Unit::Statement { own, .. } if own == scope)
    }

    /// Whether a variable that was found there arose with the unit.
    fn is_inner(&self, scope: ScopeId, name: &str) -> bool {
        scope as usize >= self.first_scope || self.is_own(scope) && self.assigned.iter().any(|n| n == name)
    }

    /// Whether there was a match since it began.
    pub(super) fn has_matched(&self, now: Option<&Arc<[Value]>>) -> bool {
        match (now, &self.matches) {
            (Some(now), Some(before)) => !Arc::ptr_eq(now, before),
            (None, None) => false,
            _ => true,
        }
    }

    /// A branch as the trace counts it.
    pub(super) fn local(&self, branch: Option<BranchId>) -> Option<Local> {
        match branch {
            _ if branch == self.branch => Some(None),
            Some(id) => u32::try_from((id as usize).checked_sub(self.branches)?).ok().map(Some),
            None => None,
        }
    }
}

/// What the compiler tells its recorder, if there is one.
impl Compiler<'_> {
    /// Something happened that a trace can't tell.
    pub(crate) fn spoil(&self) {
        if let Some(recorder) = &self.recorder {
            recorder.spoil();
        }
    }

    /// Something was asked of the revision that no path stands for.
    pub(crate) fn stay(&mut self) {
        if let Some(recorder) = &mut self.recorder {
            recorder.stays = true;
        }
    }

    /// A path of the repository is consulted, there or not.
    pub(crate) fn depend(&mut self, path: Arc<str>) {
        if let Some(recorder) = &mut self.recorder {
            recorder.files.push(path.clone());
        }
        self.deps.insert(path);
    }

    /// A name was resolved.
    pub(crate) fn resolved(&mut self, kind: DefKind, name: &str, found: Option<super::super::session::DefAt>) {
        if self.recorder.is_none() {
            return;
        }
        let place = found.map(|at| self.place(at));
        if let Some(recorder) = &mut self.recorder
            && !recorder.names.iter().any(|(k, n, _)| *k == kind && n == name)
        {
            recorder.names.push((kind, name.into(), place));
        }
    }

    /// A definition as all revisions know it.
    pub(super) fn place(&self, at: super::super::session::DefAt) -> Place {
        (self.session.file(at.0).map_or(0, |file| std::ptr::from_ref(file) as usize), at.1)
    }

    /// A variable was looked up from `scope`, and found in `found` if anywhere.
    pub(crate) fn asked_variable(&self, scope: ScopeId, found: Option<ScopeId>, name: &str, value: Option<&Value>) {
        let Some(recorder) = &self.recorder else { return };
        if found.is_some_and(|id| recorder.is_inner(id, name)) {
            return;
        }
        match self.way_out(recorder, scope) {
            Some(outside) => recorder.ask(Asked::Variable(outside, name.into(), value.cloned())),
            None => recorder.spoil(),
        }
    }

    /// What an earlier statement matched was asked for.
    pub(crate) fn asked_match(&self) {
        if let Some(recorder) = &self.recorder
            && !recorder.has_matched(self.matches.as_ref())
        {
            recorder.spoil();
        }
    }

    /// A variable was looked up by its full name.
    pub(crate) fn asked_qualified(&self, name: &str, value: Option<&Value>) {
        let Some(recorder) = &self.recorder else { return };
        let own = crate::eval::reference::unrooted(name).rsplit_once("::").is_some_and(|(class, variable)| {
            self.class_scopes.get(class).is_some_and(|scope| recorder.is_inner(*scope, variable))
        });
        if !own {
            recorder.ask(Asked::Variable(Outside::Top, name.into(), value.cloned()));
        }
    }

    fn way_out(&self, recorder: &Recorder, scope: ScopeId) -> Option<Outside> {
        let mut at = Some(scope);
        while let Some(id) = at.filter(|id| *id as usize >= recorder.first_scope) {
            at = self.scopes.get(id as usize)?.parent;
        }
        match (at?, recorder.unit) {
            (id, Unit::Class { own, .. } | Unit::Statement { own, .. }) if id == own => Some(Outside::Own),
            (TOP, _) => Some(Outside::Top),
            (id, Unit::Instance { enclosing, .. }) if id == enclosing => Some(Outside::Enclosing),
            _ => None,
        }
    }

    pub(crate) fn asked_fact(&self, path: &str, value: Option<&Value>) {
        if let Some(recorder) = &self.recorder {
            recorder.ask(Asked::Fact(path.into(), value.cloned()));
        }
    }

    /// Whether something is declared; what the unit declared itself is not asked of others.
    pub(crate) fn asked_declared(&self, reference: &Reference, id: Option<ResourceId>, answer: Tri) {
        let Some(recorder) = &self.recorder else { return };
        if id.is_some_and(|id| id as usize >= recorder.resources) {
            return;
        }
        // Branches of the unit's own make no difference to what was there before.
        recorder.ask(Asked::Declared(reference.clone(), answer));
    }

    /// How many questions there are so far, for [`Self::asked_member`].
    pub(crate) fn questions(&self) -> usize {
        self.recorder.as_ref().map_or(0, |r| r.asked.borrow().len())
    }

    /// Takes back the one question that came up since, for [`Self::asked_member`].
    pub(crate) fn question_since(&self, before: usize) -> Option<Asked> {
        let mut asked = self.recorder.as_ref()?.asked.borrow_mut();
        if asked.len() == before + 1 { asked.pop() } else { None }
    }

    /// Of a variable that was asked for only a member is of interest.
    pub(crate) fn asked_member(&self, question: Option<Asked>, base: &Value, keys: &[Value]) {
        let (Some(recorder), Some(question)) = (&self.recorder, question) else { return };
        let member = if keys.is_empty() { None } else { step(base, keys) };
        recorder.ask(match (question, member) {
            (Asked::Variable(outside, name, Some(_)), Some(member)) => {
                Asked::Member(outside, name, keys.to_vec(), member)
            }
            (Asked::Member(outside, name, path, _), Some(member)) => {
                Asked::Member(outside, name, [&*path, keys].concat(), member)
            }
            (question, _) => question,
        });
    }

    /// A key of the data was looked up, which rested on these variables.
    pub(crate) fn asked_lookup(&self, scope: ScopeId, lookup: impl FnOnce() -> Lookup, variables: &[EcoString]) {
        let Some(recorder) = &self.recorder else { return };
        let inner = |name: &EcoString| self.is_of_unit(recorder, scope, name);
        // In a template it is told as a decision of the whole.
        if self.muted.is_some() || variables.iter().any(inner) {
            return recorder.spoil();
        }
        let lookup = lookup();
        let mut lookups = recorder.lookups.borrow_mut();
        if lookups.len() >= MAX_ASKED {
            recorder.spoil();
        } else if !lookups.iter().any(|l| l.is_same_question(&lookup)) {
            lookups.push(lookup);
        }
    }

    /// Whether a variable arose with the unit: it is not there when the lookup is made again.
    fn is_of_unit(&self, recorder: &Recorder, scope: ScopeId, name: &str) -> bool {
        match crate::eval::reference::unrooted(name).rsplit_once("::") {
            Some((class, _)) => self.class_scopes.get(class).is_some_and(|id| recorder.is_own(*id)),
            None => self.holder(scope, name).is_some_and(|id| recorder.is_inner(id, name)),
        }
    }

    pub(crate) fn noted_unknown(&mut self, cause: &Cause) {
        if let Some(recorder) = &mut self.recorder {
            recorder.unknowns.push(cause.clone());
        }
    }

    /// An error that only happens under an undecided condition.
    pub(crate) fn noted_error(&mut self, error: &CompileError) {
        let branch = self.branch;
        if let Some(recorder) = &mut self.recorder {
            recorder.errors.push((error.clone(), branch));
        }
    }

    /// A resource was looked for that is not there.
    pub(crate) fn asked_absent(&self, reference: &Reference) {
        if let Some(recorder) = &self.recorder {
            recorder.ask(Asked::Absent(reference.clone()));
        }
    }

    pub(crate) fn noted_observation(&mut self, key: u64, observation: &Observation) {
        if let Some(recorder) = &mut self.recorder {
            recorder.observations.push((key, observation.clone()));
        }
    }

    /// A class that was there already is included once more.
    pub(crate) fn noted_inclusion(&mut self, name: &EcoString) {
        let (branch, container) = (self.branch, self.current_container);
        if let Some(recorder) = &mut self.recorder {
            if container == recorder.root {
                recorder.included.push((name.clone(), branch));
            } else {
                recorder.spoil();
            }
        }
    }

    /// A resource is changed: only those that the unit declares are its own business,
    /// and an instance itself.
    pub(crate) fn touches(&self, id: ResourceId) {
        if let Some(recorder) = &self.recorder
            && (id != recorder.root || matches!(recorder.unit, Unit::Statement { .. }))
            && (id as usize) < recorder.resources
        {
            recorder.spoil();
        }
    }

    /// A resource is declared that is there already, in another branch: if the unit declared both, that is its own
    /// business.
    pub(crate) fn met_twin(&self, twin: ResourceId) {
        if let Some(recorder) = &self.recorder
            && (twin as usize) < recorder.resources
        {
            recorder.spoil();
        }
    }

    /// A resource is looked into.
    pub(crate) fn reads(&self, reference: &Reference, id: ResourceId) {
        let (Some(recorder), Some(resource)) = (&self.recorder, self.catalog.get(id)) else { return };
        let is_own = id == recorder.root && !matches!(recorder.unit, Unit::Statement { .. });
        if !is_own && (id as usize) < recorder.resources {
            recorder.ask(Asked::Holds(reference.clone(), resource.declaration.clone()));
        }
    }

    /// A variable is set.
    pub(crate) fn binds(&mut self, scope: ScopeId, name: &EcoString) {
        match &mut self.recorder {
            Some(recorder) if recorder.is_own(scope) => recorder.assigned.push(name.clone()),
            _ => self.writes(scope),
        }
    }

    /// A scope outside is written to.
    pub(crate) fn writes(&self, scope: ScopeId) {
        if let Some(recorder) = &self.recorder
            && (scope as usize) < recorder.first_scope
            && !matches!(recorder.unit, Unit::Class { own, .. } if own == scope)
        {
            recorder.spoil();
        }
    }
}

fn same_keys(a: &[Value], b: &[Value]) -> bool {
    let same = |(a, b): (&Value, &Value)| match (a, b) {
        (Value::Str(a), Value::Str(b)) => a.text == b.text,
        (Value::Int(a), Value::Int(b)) => a == b,
        _ => false,
    };
    a.len() == b.len() && a.iter().zip(b).all(same)
}

/// A member of plain data.
pub(super) fn step(base: &Value, keys: &[Value]) -> Option<Value> {
    let mut at = base.clone();
    for key in keys {
        at = match (&at, key) {
            (Value::Hash(hash), Value::Str(_) | Value::Int(_)) => hash.entries.get(key).cloned().unwrap_or_default(),
            (Value::Array(list), Value::Int(i)) => list.items.get(usize::try_from(*i).ok()?)?.clone(),
            _ => return None,
        };
    }
    Some(at)
}
