//! Classes that no host has: a standing risk waits in them until someone assigns them.
//!
//! Each is compiled on a host that has nothing else. Such a host is made up, so what is found there is
//! less sure and names no hosts; and only checks that ask for it look. An audit looks at all of them, a
//! comparison at those the change touches (`touched`).

use super::compile::Batch;
use super::hosts::Host;
use super::revision::Revision;
use super::settings::Settings;
use super::touched;
use super::unit::Run;
use crate::checks::{Check, HostContext};
use crate::diff::compare;
use crate::eval::{Enc, HostSpec};
use crate::finding::{Confidence, Finding};
use crate::value::Value;
use ecow::EcoString;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Most classes compiled on their own.
const MOST: usize = 1500;
/// The name of the host they are compiled on: one that no node definition is meant for.
const NAME: &str = "unplaced.invalid";

/// What the checks find in classes beyond those that hosts have.
pub(super) fn findings(run: &Run<'_>, settings: &Settings, placed: &BTreeSet<EcoString>) -> Vec<Finding> {
    let checks: Vec<&dyn Check> = run.checks.iter().copied().filter(|c| c.sees_unplaced()).collect();
    if checks.is_empty() || run.head.session.nodes().next().is_none() {
        return Vec::new();
    }
    let wanted = if run.base.is_some() { touched::of(run, placed) } else { unplaced(run, placed) };
    let (roles, others): (Vec<EcoString>, Vec<EcoString>) = wanted.into_iter().partition(|c| c.starts_with("role"));
    // What a role brings along is seen there, in its proper place; the rest is compiled bare.
    let (mut found, seen) = round(run, settings, &checks, &roles);
    let rest: Vec<EcoString> =
        others.into_iter().filter(|c| !seen.contains(c)).take(MOST.saturating_sub(roles.len())).collect();
    found.extend(round(run, settings, &checks, &rest).0);
    found
}

fn unplaced(run: &Run<'_>, placed: &BTreeSet<EcoString>) -> BTreeSet<EcoString> {
    let tree = run.head.session.tree();
    let manifests = tree.list("").filter(|p| p.ends_with(".pp") && p.split('/').any(|part| part == "manifests"));
    let defined = manifests.flat_map(|p| run.head.session.classes_in(p).cloned());
    defined.filter(|c| !placed.contains(c)).take(MOST).collect()
}

fn round(
    run: &Run<'_>,
    settings: &Settings,
    checks: &[&dyn Check],
    classes: &[EcoString],
) -> (Vec<Finding>, BTreeSet<EcoString>) {
    let each: Vec<(Vec<Finding>, Vec<EcoString>)> = classes.par_iter().map(|c| one(run, settings, checks, c)).collect();
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    for (findings, classes) in each {
        found.extend(findings);
        seen.extend(classes);
    }
    (found, seen)
}

fn one(run: &Run<'_>, settings: &Settings, checks: &[&dyn Check], class: &EcoString) -> (Vec<Finding>, Vec<EcoString>) {
    let host = host(settings, class);
    let alone = |revision: &Revision| super::compile::compile(revision, &[&host]);
    let before: Vec<Batch> = run.base.map_or_else(Vec::new, alone);
    let after = alone(run.head);
    let base = run.base.zip(before.first()).map(|(revision, batch)| batch.side(revision));
    let (mut found, mut seen) = (Vec::new(), Vec::new());
    for batch in &after {
        let head = batch.side(run.head);
        let changes = base.map_or_else(Vec::new, |b| compare(b.side, head.side));
        let cx = HostContext { repo: run.repo, hosts: &[], role: class, base, head: Some(head), changes: &changes };
        checks.iter().for_each(|c| c.host(&cx, &mut found));
        seen.extend(batch.compiled.catalog.classes.iter().cloned());
    }
    (found.into_iter().map(|f| doubtful(f, class)).collect(), seen)
}

/// A host that has this class and nothing else.
pub(super) fn host(settings: &Settings, class: &EcoString) -> Host {
    let enc = Enc { classes: vec![class.clone()], parameters: as_role(class), ..Enc::default() };
    let spec = HostSpec { enc: Some(Arc::new(enc)), without_node: true, ..settings.spec(NAME) };
    Host { spec, open: true }
}

/// What the function `role` of many repositories leaves for the data hierarchy.
fn as_role(class: &str) -> Vec<(EcoString, Value)> {
    let Some(name) = class.strip_prefix("role::") else { return Vec::new() };
    let roles = Value::hash([(Value::str(name), Value::Bool(true))].into_iter().collect());
    vec![("_roles".into(), roles), ("_role".into(), Value::str(name.replace("::", "/")))]
}

fn doubtful(finding: Finding, class: &str) -> Finding {
    let confidence = finding.confidence.min(Confidence::Medium);
    finding
        .confidence(confidence)
        .note(format!("no node definition includes class {class}: it is seen on a made-up host"))
}
