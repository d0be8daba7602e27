//! Branches taken on an undecided condition.
//!
//! Every arm of such a condition is evaluated. What it declares is possible; two arms of one
//! condition exclude each other.

use super::compiler::Compiler;
use super::lift::{Res, choice};
use super::scope::ScopeId;
use super::session::DefAt;
use crate::catalog::ResourceId;
use crate::value::Value;
use ecow::EcoString;
use std::sync::Arc;

/// Index of a branch.
pub(crate) type BranchId = u32;

/// One arm of an undecided condition.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) parent: Option<BranchId>,
    pub(crate) group: u32,
    pub(crate) arm: u32,
    pub(crate) text: Arc<str>,
}

/// How often a definition may call itself from inside an undecided condition. Each time doubles the work.
const MAX_UNDECIDED_RECURSION: usize = 2;

/// What one arm assigned in the scope of the condition.
type Assigned = Vec<(EcoString, Value)>;

impl<'s> Compiler<'s> {
    /// A new set of arms that exclude each other.
    pub(crate) fn new_group(&mut self) -> u32 {
        self.groups += 1;
        self.groups
    }

    /// Runs `f` as one arm of an undecided condition.
    pub(crate) fn in_branch<T>(&mut self, group: u32, arm: u32, text: &Arc<str>, f: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.branch;
        let id = u32::try_from(self.branches.len()).unwrap_or(u32::MAX);
        self.branches.push(Branch { parent: outer, group, arm, text: text.clone() });
        self.branch = Some(id);
        let result = f(self);
        self.branch = outer;
        result
    }

    /// The condition's text of a branch, the nearest one.
    pub(crate) fn branch_text(&self, branch: Option<BranchId>) -> Option<Arc<str>> {
        Some(self.branches.get(branch? as usize)?.text.clone())
    }

    /// Whether two branches can't both be taken.
    pub(crate) fn exclusive(&self, a: Option<BranchId>, b: Option<BranchId>) -> bool {
        let mut at = a;
        while let Some(branch) = at.and_then(|id| self.branches.get(id as usize)) {
            if self.other_arm(b, branch.group, branch.arm) {
                return true;
            }
            at = branch.parent;
        }
        false
    }

    fn other_arm(&self, from: Option<BranchId>, group: u32, arm: u32) -> bool {
        let mut at = from;
        while let Some(branch) = at.and_then(|id| self.branches.get(id as usize)) {
            if branch.group == group {
                return branch.arm != arm;
            }
            at = branch.parent;
        }
        false
    }

    /// Whether `outer` is `inner` or encloses it.
    pub(crate) fn encloses(&self, outer: Option<BranchId>, inner: Option<BranchId>) -> bool {
        let mut at = inner;
        loop {
            if at == outer {
                return true;
            }
            let Some(branch) = at.and_then(|id| self.branches.get(id as usize)) else { return false };
            at = branch.parent;
        }
    }

    /// Whether a function would call itself once more only because a condition in it is undecided.
    pub(crate) fn recurses_on_unknown(&self, def: DefAt) -> bool {
        let branches = self.running.iter().rev().filter(|(d, _)| *d == def).map(|(_, branch)| *branch);
        self.is_undecided_recursion(branches)
    }

    /// The same of an instance of a defined type, which stands in the instances that declare it.
    pub(crate) fn instance_recurses_on_unknown(&self, id: ResourceId) -> bool {
        let def = self.extra.get(id as usize).and_then(|e| e.def);
        let outer = |id: &ResourceId| self.catalog.get(*id).and_then(|r| r.container).filter(|c| c != id);
        let containers = std::iter::successors(outer(&id), outer).take(1000);
        let twins = containers.filter_map(|c| self.extra.get(c as usize)).filter(|e| e.def == def);
        self.is_undecided_recursion(twins.map(|e| e.branch))
    }

    fn is_undecided_recursion(&self, branches: impl Iterator<Item = Option<BranchId>>) -> bool {
        let mut inner = self.branch;
        let deeper = branches.filter(|outer| std::mem::replace(&mut inner, *outer) != *outer);
        deeper.count() > MAX_UNDECIDED_RECURSION
    }

    /// Evaluates all arms; variables that they assign become choices. The value is one of theirs.
    pub(crate) fn all_arms<A: Copy>(
        &mut self,
        scope: ScopeId,
        text: &Arc<str>,
        arms: &[A],
        mut run: impl FnMut(&mut Self, A) -> Res<Value>,
    ) -> Res<Value> {
        let group = self.new_group();
        let (mut values, mut assigned, mut jumps) = (Vec::new(), Vec::new(), Vec::new());
        for (number, arm) in (0u32..).zip(arms) {
            let journal = self.journal.len();
            let result = self.in_branch(group, number, text, |c| run(c, *arm));
            assigned.push(self.take_assigned(scope, journal));
            match result {
                Ok(value) => values.push(value),
                Err(error) if error.is_control() => jumps.push(error),
                Err(error) => self.in_branch(group, number, text, |c| c.record(error)),
            }
        }
        self.merge_assigned(scope, assigned);
        match jumps.pop() {
            Some(last) if values.is_empty() => {
                self.escapes.extend(jumps);
                Err(last)
            }
            Some(last) => {
                self.escapes.extend(jumps);
                self.escapes.push(last);
                Ok(choice(values))
            }
            None => Ok(choice(values)),
        }
    }

    /// Takes back what was assigned in a scope since a point of the journal.
    fn take_assigned(&mut self, scope: ScopeId, since: usize) -> Assigned {
        let entries: Vec<(ScopeId, EcoString)> = self.journal.drain(since..).collect();
        self.standing.globals += 1;
        let mut out = Vec::new();
        for (at, name) in entries {
            if at != scope {
                self.journal.push((at, name));
            } else if let Some(value) = self.scopes.get_mut(at as usize).and_then(|s| s.vars.remove(&name)) {
                out.push((name, value));
            }
        }
        out
    }

    fn merge_assigned(&mut self, scope: ScopeId, arms: Vec<Assigned>) {
        let mut names: Vec<EcoString> = Vec::new();
        for (name, _) in arms.iter().flatten() {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        for name in names {
            let outer = self.lookup_from(scope, &name).unwrap_or_default();
            let of_arm = |arm: &Assigned| arm.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone());
            let values: Vec<Value> = arms.iter().map(|arm| of_arm(arm).unwrap_or_else(|| outer.clone())).collect();
            self.bind(scope, name, choice(values));
        }
    }
}
