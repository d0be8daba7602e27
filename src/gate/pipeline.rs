//! `check` and `audit` from request to report.

use super::evidence::Packages;
use super::finish;
use super::hosts::{self, Roster};
use super::merge::{identity, unite};
use super::practice::Practice;
use super::revision::{self, Revision};
use super::settings::Settings;
use super::trial::Bench;
use super::unit::{Outcome, Run, Unit};
use super::unplaced;
use super::{Archive, AuditRequest, CheckRequest, GateError, Inputs, Selection, Tree as Wanted};
use crate::checks::{self, Check, RepoContext};
use crate::eval::FileCache;
use crate::finding::{Coverage, Report, UnknownCause, Unknowns, Unread};
use crate::reach::Reach;
use crate::repo::{FileChange, Repo, changed};
use crate::value::CauseKind;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Evaluation nests deeply; a thread's customary two megabytes are not enough.
pub(super) const STACK: usize = 256 << 20;

/// Compares two revisions.
pub(super) fn check(request: &CheckRequest<'_>) -> Result<Report, GateError> {
    let inputs = &request.inputs;
    let repo = Repo::open(&inputs.repo).map_err(|e| GateError::input(&e, Some(e.help())))?;
    inputs.progress.stage("reading revisions", None);
    let head_tree = revision::tree(&repo, &request.head, &request.head, inputs)?;
    let base_tree = revision::tree(&repo, &request.base, &request.head, inputs)?;
    let settings = Settings::load(inputs, &head_tree)?;
    let cache = FileCache::lasting();
    let files = changed(&base_tree, &head_tree);
    let head = revision::open(head_tree, &settings.config, &cache)?;
    let base = revision::open(base_tree, &settings.config, &cache)?;
    let revisions = Revisions { base: Some(&base), head: &head, cache: &cache };
    run(inputs, &settings, &revisions, &files, &request.archive, &request.rules)
}

/// Inspects one revision.
pub(super) fn audit(request: &AuditRequest<'_>) -> Result<Report, GateError> {
    let inputs = &request.inputs;
    let repo = Repo::open(&inputs.repo).map_err(|e| GateError::input(&e, Some(e.help())))?;
    inputs.progress.stage("reading the revision", None);
    let tree = revision::tree(&repo, &request.rev, &Wanted::Worktree, inputs)?;
    let settings = Settings::load(inputs, &tree)?;
    let cache = FileCache::lasting();
    let head = revision::open(tree, &settings.config, &cache)?;
    let revisions = Revisions { base: None, head: &head, cache: &cache };
    run(inputs, &settings, &revisions, &[], &request.archive, &request.rules)
}

/// The revisions of a run, and the parsed files they share.
struct Revisions<'a> {
    base: Option<&'a Revision>,
    head: &'a Revision,
    cache: &'a Arc<FileCache>,
}

fn run(
    inputs: &Inputs<'_>,
    settings: &Settings,
    &Revisions { base, head, cache }: &Revisions<'_>,
    files: &[FileChange],
    archive: &Archive,
    rules: &Selection,
) -> Result<Report, GateError> {
    let downloads =
        tempfile::tempdir().map_err(|e| GateError::input(&e, Some("make the temporary folder writable")))?;
    let packages = Packages::open(archive, downloads.path())?;
    let repo = RepoContext {
        base: base.map(|b| &b.sources),
        head: &head.sources,
        files,
        dialect: head.dialect,
        packages: &packages,
        notes: Mutex::default(),
        tally: Mutex::default(),
    };
    let checks: Vec<&'static dyn Check> = checks::all().into_iter().filter(|c| settings.takes(rules, c.id())).collect();
    let paths: BTreeSet<&str> = files.iter().flat_map(FileChange::paths).collect();
    let run = Run { repo: &repo, base, head, changed: &paths, checks: &checks };
    let mut roster = hosts::roster(base, head, settings);
    if let Some(base) = base {
        on_pool(inputs, || roster.narrow(&Reach::new(&base.session, &head.session, files), base, head, &repo))?;
    }
    let mut outcome = in_parallel(inputs, &roster.units, &run)?;
    let mut findings = std::mem::take(&mut outcome.findings);
    checks.iter().for_each(|c| c.repo(&repo, &mut findings));
    let mut findings = unite(findings);
    let more = on_pool(inputs, || unplaced::findings(&run, settings, &outcome.classes))?;
    let known: BTreeSet<_> = findings.iter().map(identity).collect();
    findings.extend(unite(more).into_iter().filter(|f| !known.contains(&identity(f))));
    if let Some(base) = base {
        let practice = Practice { base, settings, pools: &roster.pools };
        on_pool(inputs, || practice.weigh(&mut findings))?;
    }
    finish::quote(&mut findings, base.map(Revision::tree), head.tree());
    let scope = finish::Scope {
        head: head.tree(),
        dialect: head.dialect,
        changed: base.map(|_| files.iter().map(|f| f.path.as_ref()).collect()),
        rows: &settings.ignores,
        today: inputs.today,
    };
    finish::suppress(&mut findings, &scope, &|rule| settings.takes(rules, rule));
    on_pool(inputs, || Bench { head, settings, cache }.settle(&mut findings))?;
    settings.override_severities(&mut findings);
    let changed = std::mem::take(&mut outcome.changed);
    let mut coverage = coverage(outcome, &roster, base, head, &packages, settings);
    coverage.notes.extend(std::mem::take(&mut *repo.notes.lock().unwrap_or_else(PoisonError::into_inner)));
    Ok(Report::new(base.map(|b| b.label.clone()), head.label.clone(), findings, coverage)
        .with_fleet(changed, roster.pools))
}

/// Runs the units on all threads; the outcomes come back in the order of the units.
fn in_parallel(inputs: &Inputs<'_>, units: &[Unit], run: &Run<'_>) -> Result<Outcome, GateError> {
    inputs.progress.stage("compiling hosts", Some(units.len() as u64));
    let outcomes: Vec<Outcome> = on_pool(inputs, || {
        let one = |unit: &Unit| {
            let outcome = unit.run(run);
            inputs.progress.step();
            outcome
        };
        units.par_iter().map(one).collect()
    })?;
    Ok(outcomes.into_iter().fold(Outcome::default(), Outcome::and))
}

/// Runs `work` on threads with room for deep evaluation.
pub(super) fn on_pool<T: Send>(inputs: &Inputs<'_>, work: impl FnOnce() -> T + Send) -> Result<T, GateError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(inputs.jobs.unwrap_or(0)).stack_size(STACK).build();
    Ok(pool.map_err(|e| GateError::input(&e, Some("give a smaller --jobs")))?.install(work))
}

fn coverage(
    seen: Outcome,
    roster: &Roster,
    base: Option<&Revision>,
    head: &Revision,
    packages: &Packages,
    settings: &Settings,
) -> Coverage {
    let causes = seen.unknowns.into_iter().map(|(c, (count, hosts))| UnknownCause {
        kind: kind(c.kind).to_owned(),
        name: c.name.to_string(),
        count,
        hosts,
    });
    let mut unread: Vec<Unread> =
        head.tree().unread().into_iter().map(|u| Unread { path: u.path.to_string(), why: u.why.to_string() }).collect();
    unread.extend(packages.unreadable().iter().map(|why| Unread { path: "--deb-dir".to_owned(), why: why.clone() }));
    unread.sort_by(|a, b| a.path.cmp(&b.path));
    let mut notes = roster.notes.clone();
    notes.extend(settings.notes());
    notes.extend(head.layout.notes.iter().cloned());
    notes.extend(
        base.iter()
            .flat_map(|b| b.layout.notes.iter())
            .filter(|n| !head.layout.notes.contains(n))
            .map(|n| format!("base: {n}")),
    );
    let mut not_compiled = seen.not_compiled;
    not_compiled.sort_by(|a, b| a.host.cmp(&b.host));
    let insufficient = settings.insufficient(seen.compiled, roster.total, roster.unreached);
    Coverage {
        hosts_total: roster.total,
        hosts_compiled: seen.compiled,
        hosts_unreached: roster.unreached,
        not_compiled,
        files_unread: unread,
        unknown: Unknowns::new(causes.collect()),
        notes,
        insufficient,
    }
}

fn kind(kind: CauseKind) -> &'static str {
    match kind {
        CauseKind::Fact => "fact",
        CauseKind::Function => "function",
        CauseKind::Hiera => "hiera",
        CauseKind::Variable => "variable",
        CauseKind::Template => "template",
        CauseKind::Module => "module",
        CauseKind::Query => "query",
        CauseKind::Limit => "limit",
    }
}

impl Outcome {
    fn and(mut self, other: Self) -> Self {
        self.findings.extend(other.findings);
        self.compiled += other.compiled;
        self.not_compiled.extend(other.not_compiled);
        self.changed = self.changed.union(&other.changed);
        self.classes.extend(other.classes);
        for (cause, count) in other.unknowns {
            let met = self.unknowns.entry(cause).or_default();
            *met = (met.0 + count.0, met.1 + count.1);
        }
        self
    }
}
