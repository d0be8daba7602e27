//! A unit of work: the hosts of one node block, compiled at base and head, compared and checked.
//!
//! Catalogs live as long as their unit, so that memory does not grow with the fleet.

use super::compile::{Batch, Pair, compile, pairs, part};
use super::hosts::Host;
use super::revision::Revision;
use crate::checks::{Check, HostContext, RepoContext};
use crate::diff::{Change, compare};
use crate::finding::{Finding, HostSet, NotCompiled};
use crate::value::Cause;
use ecow::EcoString;
use std::collections::{BTreeMap, BTreeSet};

/// The hosts of one node block.
pub(super) struct Unit {
    /// What they are called together.
    pub(super) role: String,
    pub(super) at_base: Vec<Host>,
    pub(super) at_head: Vec<Host>,
    /// The node definition, by its number at head.
    pub(super) node: Option<usize>,
    /// The node definition itself differs.
    pub(super) is_edited: bool,
}

/// What one unit has to say.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) findings: Vec<Finding>,
    pub(super) compiled: usize,
    pub(super) not_compiled: Vec<NotCompiled>,
    /// How often each unknown was met, and on how many hosts.
    pub(super) unknowns: BTreeMap<Cause, (usize, usize)>,
    /// Hosts whose catalog differs.
    pub(super) changed: HostSet,
    /// Classes that some host has.
    pub(super) classes: BTreeSet<EcoString>,
}

/// What all units share.
pub(super) struct Run<'a> {
    pub(super) repo: &'a RepoContext<'a>,
    pub(super) base: Option<&'a Revision>,
    pub(super) head: &'a Revision,
    /// Paths that differ between base and head.
    pub(super) changed: &'a BTreeSet<&'a str>,
    pub(super) checks: &'a [&'static dyn Check],
}

impl Unit {
    pub(super) fn run(&self, run: &Run<'_>) -> Outcome {
        let mut outcome = Outcome::default();
        let base_hosts: Vec<&Host> = self.at_base.iter().collect();
        let base = run.base.map_or_else(Vec::new, |b| compile(b, &base_hosts));
        let is_same = self.same_hosts();
        // Where nothing that the change touches can reach a host, head is base.
        let (touched, quiet): (Vec<Batch>, Vec<Batch>) =
            base.into_iter().partition(|batch| !is_same || touched(batch, run));
        self.leave_out(run, &quiet, &mut outcome);
        let left: BTreeSet<&EcoString> = quiet.iter().flat_map(|batch| &batch.hosts).collect();
        let head_hosts: Vec<&Host> = self.at_head.iter().filter(|h| !left.contains(&h.spec.certname)).collect();
        let head = part(run.head, &head_hosts, self.at_head.len() > 1);
        head.iter().for_each(|b| outcome.count(b));
        for pair in pairs(&touched, &head) {
            self.inspect(run, &pair, &mut outcome);
        }
        outcome
    }

    fn leave_out(&self, run: &Run<'_>, quiet: &[Batch], outcome: &mut Outcome) {
        quiet.iter().for_each(|batch| outcome.count(batch));
        let hosts: usize = quiet.iter().map(|batch| batch.hosts.len()).sum();
        if hosts > 0 {
            run.repo.leave_out(&self.role, hosts);
        }
    }

    pub(super) fn same_hosts(&self) -> bool {
        let names = |hosts: &[Host]| hosts.iter().map(|h| h.spec.certname.clone()).collect::<Vec<_>>();
        names(&self.at_base) == names(&self.at_head)
    }

    fn inspect(&self, run: &Run<'_>, pair: &Pair<'_>, outcome: &mut Outcome) {
        let base = pair.base.zip(run.base).map(|(b, r)| b.side(r));
        let head = pair.head.map(|b| b.side(run.head));
        let changes: Vec<Change> = base.zip(head).map_or_else(Vec::new, |(b, h)| compare(b.side, h.side));
        let cx = HostContext { repo: run.repo, hosts: &pair.hosts, role: &self.role, base, head, changes: &changes };
        let mut findings = Vec::new();
        run.checks.iter().for_each(|check| check.host(&cx, &mut findings));
        let hosts = HostSet::new(pair.hosts.iter().map(EcoString::as_str), [self.role.clone()]);
        outcome.findings.extend(findings.into_iter().map(|f| f.hosts(hosts.clone())));
        if !changes.is_empty() {
            outcome.changed = outcome.changed.union(&hosts);
        }
    }
}

/// Whether anything the change touches was consulted for this catalog or is served from it.
fn touched(batch: &Batch, run: &Run<'_>) -> bool {
    let compiled = &batch.compiled;
    compiled.deps.iter().any(|d| run.changed.contains(&**d)) || served(batch, run)
}

fn served(batch: &Batch, run: &Run<'_>) -> bool {
    let files = batch.compiled.catalog.of_type("File");
    let addresses = files
        .filter_map(|r| r.value("source"))
        .flat_map(|v| v.as_array().map_or_else(|| vec![v.clone()], <[_]>::to_vec));
    let paths = addresses.filter_map(|v| run.repo.head.path_of(v.as_str()?));
    paths.into_iter().any(|path| {
        // A folder that is recursed is touched by any file below it.
        let below = format!("{path}/");
        run.changed.contains(path.as_str())
            || run.changed.range(below.as_str()..).next().is_some_and(|c| c.starts_with(&below))
    })
}

impl Outcome {
    fn count(&mut self, batch: &Batch) {
        match batch.compiled.broken() {
            None => self.compiled += batch.hosts.len(),
            Some(error) => self.not_compiled.extend(batch.hosts.iter().map(|host| NotCompiled {
                host: host.to_string(),
                why: error.message.clone(),
                at: error.at.as_ref().map(ToString::to_string),
            })),
        }
        self.classes.extend(batch.compiled.catalog.classes.iter().cloned());
        for (cause, count) in &batch.compiled.catalog.unknowns {
            let met = self.unknowns.entry(cause.clone()).or_default();
            *met = (met.0 + *count as usize, met.1 + batch.hosts.len());
        }
    }
}
