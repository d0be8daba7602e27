//! `config-without-restart`: a file changes, a running service reads it, and nothing tells the service.
//!
//! From the changed content (`changed`) to who reads it (`readers`), and from the file to whom a refresh
//! reaches (`reach`). What every host shows alike is merged by the gate.

mod along;
mod changed;
mod equivalent;
mod fleetwide;
mod glob;
mod imports;
mod jobs;
mod knowledge;
mod lines;
mod names;
mod packaged;
mod patch;
mod reach;
mod readers;
mod say;
mod scope;
mod services;
mod specifiers;
mod strength;
mod through;
mod unmanaged;
mod weaker;

use super::removal::came_with_package;
use super::{Check, HostContext, HostSide, of_any_host};
use crate::catalog::ResourceId;
use crate::finding::{Confidence, Finding};
use changed::{Changed, changed};
pub(super) use fleetwide::RestartFleetwide;
pub(super) use reach::Reach;
use reach::{Told, told_by};
use readers::{How, Reader, readers};
use services::{Service, running};
pub(super) use services::{should_run, start_of};
use std::collections::BTreeSet;
pub(super) use weaker::RestartWeaker;

pub(crate) struct ConfigWithoutRestart;

impl Check for ConfigWithoutRestart {
    fn id(&self) -> &'static str {
        "config-without-restart"
    }

    fn sees_unplaced(&self) -> bool {
        true
    }

    fn host(&self, cx: &HostContext<'_>, out: &mut Vec<Finding>) {
        if let (Some(base), Some(head)) = (cx.base, cx.head)
            && !cx.changes.is_empty()
        {
            out.extend(look(cx, base, head, head.graph()));
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
    let (mut found, mut out) = (Vec::new(), Vec::new());
    for file in &files {
        let told = told_by(file.id, head.catalog(), graph);
        let known = readers(cx, file, &services, head);
        if known.is_empty() && file.is_sure() {
            out.extend(unmanaged::finding(file, &told, base, head));
        }
        let readers = untold(known, &told, &services);
        // The agent takes what nothing orders as it is declared: a restart before the file comes is none of it.
        let later = |r: &Reader<'_, '_>| file.id < r.service.id || graph.comes_before(file.id, r.service.id);
        let by_luck = readers.iter().all(|r| restarted.contains(&r.service.id) && later(r));
        if !readers.is_empty() && !stands_already(cx, file) {
            found.push(Dormant { file, readers, by_luck, open: told.open });
        }
    }
    out.extend(grouped(&found).into_iter().map(|(first, more)| say::finding(cx, head, first, &more, graph)));
    out.iter_mut().for_each(|f| f.subject = of_any_host(&f.subject, &head.catalog().certname));
    out
}

/// A link that is taken over from a package as it is changes nothing for who reads it.
fn stands_already(cx: &HostContext<'_>, file: &Changed<'_>) -> bool {
    !file.is_sure() && came_with_package(cx, file.resource)
}

/// A file whose readers are not told of its change.
struct Dormant<'s, 'a> {
    file: &'s Changed<'a>,
    readers: Vec<Reader<'s, 'a>>,
    /// Another change of the commit restarts the readers all the same.
    by_luck: bool,
    /// Something hears of the change whose name is not known.
    open: bool,
}

/// Instances of one declaration told one by one, at most.
const INSTANCES: usize = 3;

/// One finding a file; but many instances of one declaration, changed by the same line, make one together.
fn grouped<'d, 's, 'a>(found: &'d [Dormant<'s, 'a>]) -> Vec<(&'d Dormant<'s, 'a>, Vec<&'d Dormant<'s, 'a>>)> {
    let same = |a: &Dormant<'_, '_>, b: &Dormant<'_, '_>| {
        a.file.resource.at == b.file.resource.at && a.file.first == b.file.first && a.file.what == b.file.what
    };
    let mut out: Vec<(&Dormant<'_, '_>, Vec<&Dormant<'_, '_>>)> = Vec::new();
    for one in found {
        let count = found.iter().filter(|o| same(o, one)).count();
        match out.iter_mut().find(|(first, _)| count > INSTANCES && same(first, one)) {
            Some((_, more)) => more.push(one),
            None => out.push((one, Vec::new())),
        }
    }
    out
}

/// The readers that nobody tells.
fn untold<'s, 'a>(readers: Vec<Reader<'s, 'a>>, told: &Told, services: &[Service<'_>]) -> Vec<Reader<'s, 'a>> {
    // An exec that reloads a daemon: the author has thought of it.
    if told.applied {
        return Vec::new();
    }
    let hear = along::along(&told.services, services);
    let (told_ones, rest): (Vec<_>, Vec<_>) = readers.into_iter().partition(|r| hear.contains(&r.service.id));
    // One reader that is told: the author has thought of it, unless another is started with the very file.
    if !told_ones.is_empty() {
        return rest.into_iter().filter(is_started_with_it).map(Reader::forgotten).collect();
    }
    // Some other service is told. Where the reader is only guessed, that service is the better guess.
    let other = !told.services.is_empty();
    rest.into_iter().filter(|r| !other || r.how.is_firm()).collect()
}

fn is_started_with_it(reader: &Reader<'_, '_>) -> bool {
    let names_the_file = matches!(reader.how, How::Named(_)) && reader.confidence == Confidence::High;
    names_the_file || matches!(reader.how, How::Through(..) | How::Imported(..))
}

/// Services that another change of this commit restarts in the same run.
fn restarted_anyway(
    cx: &HostContext<'_>,
    files: &[Changed<'_>],
    head: HostSide<'_>,
    graph: &dyn Reach,
) -> BTreeSet<ResourceId> {
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
