//! `config-without-restart`: a file changes, a running service reads it, and nothing tells the service.
//!
//! From the changed content (`changed`) to who reads it (`readers`), and from the file to whom a refresh
//! reaches (`reach`). What every host shows alike is merged by the gate.

mod changed;
mod equivalent;
mod glob;
mod knowledge;
mod names;
mod patch;
mod reach;
mod readers;
mod say;
mod scope;
mod services;

use super::{Check, HostContext, HostSide};
use crate::catalog::ResourceId;
use crate::finding::Finding;
use changed::{Changed, changed};
pub(super) use reach::Reach;
use reach::{Told, told_by};
use readers::{Reader, readers};
use services::running;
use std::collections::BTreeSet;

pub(crate) struct ConfigWithoutRestart;

impl Check for ConfigWithoutRestart {
    fn id(&self) -> &'static str {
        "config-without-restart"
    }

    fn host(&self, cx: &HostContext<'_>, out: &mut Vec<Finding>) {
        if let (Some(base), Some(head)) = (cx.base, cx.head) {
            out.extend(look(cx, base, head, head.graph));
        }
    }
}

fn look(cx: &HostContext<'_>, base: HostSide<'_>, head: HostSide<'_>, graph: &dyn Reach) -> Vec<Finding> {
    let files = changed(cx, base, head);
    if files.is_empty() {
        return Vec::new();
    }
    let services = running(base, head);
    let restarted = restarted_anyway(cx, &files, head, graph);
    let mut found = Vec::new();
    for file in &files {
        let told = told_by(file.id, head.catalog(), graph);
        let dormant: Vec<Reader<'_, '_>> = untold(readers(file, &services, head), &told);
        if !dormant.is_empty() {
            let by_luck = dormant.iter().all(|r| restarted.contains(&r.service.id));
            found.push(say::finding(cx, head, file, &dormant, by_luck, graph));
        }
    }
    found
}

/// The readers that nobody tells.
fn untold<'s, 'a>(readers: Vec<Reader<'s, 'a>>, told: &Told) -> Vec<Reader<'s, 'a>> {
    let hears = |r: &Reader<'_, '_>| told.services.contains(&r.service.id);
    // An exec that reloads a daemon, or one reader that is told: the author has thought of it.
    if told.applied || readers.iter().any(hears) {
        return Vec::new();
    }
    // Some other service is told. Where the reader is only guessed, that service is the better guess.
    let other = !told.services.is_empty();
    readers.into_iter().filter(|r| !other || r.how.is_firm()).collect()
}

/// Services that another change of this commit restarts in the same run.
fn restarted_anyway(cx: &HostContext<'_>, files: &[Changed<'_>], head: HostSide<'_>, graph: &dyn Reach) -> BTreeSet<ResourceId> {
    use crate::diff::Change;
    let quiet: BTreeSet<ResourceId> = files.iter().map(|f| f.id).collect();
    let sources = cx.changes.iter().filter_map(|change| match change {
        Change::Added(id) => Some(*id),
        Change::Content { head, .. } | Change::Param { head, .. } => Some(*head),
        Change::Removed(_) => None,
    });
    let native = |id: &ResourceId| head.get(*id).is_some_and(|r| r.kind == crate::catalog::ResourceKind::Native);
    let sources: BTreeSet<ResourceId> = sources.filter(native).collect();
    let others = sources.iter().filter(|id| !quiet.contains(id)).chain(&quiet);
    others.flat_map(|id| told_by(*id, head.catalog(), graph).services).collect()
}
