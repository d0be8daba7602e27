//! The finding in words: which file, which service, the near miss, the way to mend it.

use super::Dormant;
use super::changed::Changed;
use super::knowledge::Needs;
use super::patch::{Pair, Wanted};
use super::reach::Reach;
use super::readers::{How, Reader, order_edge};
use super::scope::scopes;
use super::services::Service;
use crate::checks::{HostContext, HostSide, draft, head as at_head};
use crate::diff::Differs;
use crate::finding::{Confidence, Finding, Severity};

/// Services named in a sentence, at most.
const NAMED: usize = 3;

/// The finding about one file, or about `more` instances of the declaration that writes it.
pub(super) fn finding(
    cx: &HostContext<'_>,
    head: HostSide<'_>,
    dormant: &Dormant<'_, '_>,
    more: &[&Dormant<'_, '_>],
    graph: &dyn Reach,
) -> Finding {
    let Dormant { file, readers, by_luck, .. } = dormant;
    let by_luck = *by_luck && more.iter().all(|m| m.by_luck);
    let services: Vec<&Service<'_>> = readers.iter().map(|r| r.service).collect();
    let confidence = if dormant.open { Confidence::Low } else { confidence(head, file, readers, by_luck) };
    let severity = if cx.hosts.is_empty() {
        Severity::Medium
    } else {
        severity(readers, confidence, by_luck || takes_up_a_link(file))
    };
    let found = draft(
        "config-without-restart",
        subject(file, more, head),
        file.kind(),
        sentence(file, more, &services, by_luck),
    );
    let found = locate(found.severity(severity).confidence(confidence), head, file, readers);
    let found = doubts(dormant).into_iter().fold(found, Finding::note);
    mend(cx, costs(found, readers), &wanted(cx, head, dormant, more, graph), readers)
}

/// What is not known of the change.
fn doubts(dormant: &Dormant<'_, '_>) -> Vec<&'static str> {
    let file = dormant.file;
    let doubts = [
        (file.is_guess(), "what differs is not wholly known here: whether the file differs on a host is a guess"),
        (
            file.differs == Differs::Somewhere,
            "it changes only where a condition holds that is not known here (`--facts` may settle it)",
        ),
        (!file.is_sure(), "what lay at that path before is not known here: if it is the same, nothing is to be done"),
        (dormant.open, "it notifies something whose name is not known here, which may be the service"),
    ];
    doubts.into_iter().filter(|(holds, _)| *holds).map(|(_, text)| text).collect()
}

/// The edges that are missing.
fn wanted<'w, 's, 'a>(
    cx: &HostContext<'_>,
    head: HostSide<'w>,
    dormant: &'w Dormant<'s, 'a>,
    more: &[&'w Dormant<'s, 'a>],
    graph: &'w dyn Reach,
) -> Wanted<'w, 'a, 'a> {
    let all = std::iter::once(dormant).chain(more.iter().copied());
    let pairs = all.map(|d| Pair { file: d.file, services: d.readers.iter().map(|r| r.service).collect() }).collect();
    Wanted { head, dialect: cx.repo.dialect, graph, pairs, act: act(&dormant.readers) }
}

/// What it takes for the readers to take a change up.
fn act(readers: &[Reader<'_, '_>]) -> &'static str {
    let reload = !readers.is_empty() && readers.iter().all(|r| r.row.is_some_and(|row| row.needs == Needs::Reload));
    if reload { "reload" } else { "restart" }
}

/// The resource and its path; for many instances the type that makes them and the source they share.
fn subject(file: &Changed<'_>, more: &[&Dormant<'_, '_>], head: HostSide<'_>) -> String {
    if !more.is_empty() {
        let maker = file.resource.container.and_then(|c| head.get(c));
        return format!("{}: {}", maker.map_or("File", |m| &m.type_name), file.first.path);
    }
    let reference = file.resource.reference();
    if reference.contains(&file.path) { reference } else { format!("{reference} {}", file.path) }
}

fn sentence(file: &Changed<'_>, more: &[&Dormant<'_, '_>], services: &[&Service<'_>], by_luck: bool) -> String {
    let files = if more.is_empty() {
        format!("{} {}", file.path, file.verbs().0)
    } else {
        format!("{} and {} files of the same declaration {}", file.path, more.len(), file.verbs().1)
    };
    let (reads, them) = if services.len() == 1 { ("reads", "it") } else { ("read", "them") };
    let then = if by_luck {
        format!("another change of this commit restarts {them} this time, the next alone will lie dormant")
    } else {
        format!("the change lies dormant until someone restarts {them}")
    };
    format!("{files}, {} {reads} it, and no refresh leads there: {then}", list(services))
}

fn confidence(head: HostSide<'_>, file: &Changed<'_>, readers: &[Reader<'_, '_>], by_luck: bool) -> Confidence {
    let best = readers.iter().map(|r| r.confidence).max().unwrap_or(Confidence::Low);
    let open = file.resource.possible.is_some() || readers.iter().all(|r| r.service.resource.possible.is_some());
    // What is missing from a broken catalog may hold the edge, unless file and service stand together.
    let broken = head.cut_short.is_some() || !head.errors.is_empty();
    let near = scopes(file.resource, head.catalog());
    let partial = broken && readers.iter().all(|r| near.is_disjoint(&scopes(r.service.resource, head.catalog())));
    let somewhere = file.differs != Differs::Surely;
    match (file.is_guess(), by_luck || open || partial || somewhere || !file.is_sure()) {
        (true, _) => Confidence::Low,
        (false, true) => best.min(Confidence::Medium),
        (false, false) => best,
    }
}

/// A link that is newly managed mostly stands already where services run on what it leads to.
fn takes_up_a_link(file: &Changed<'_>) -> bool {
    !file.is_sure() && file.resource.text("ensure") == Some("link")
}

/// Vital services make it grave, provided it is sure who reads the file. Where a restart may come by luck,
/// or nothing may differ on the host, little is at stake.
fn severity(readers: &[Reader<'_, '_>], confidence: Confidence, is_slight: bool) -> Severity {
    let vital = readers.iter().any(|r| r.row.is_some_and(|row| row.purpose.is_vital()));
    match (is_slight, vital && confidence == Confidence::High) {
        (true, _) => Severity::Low,
        (false, true) => Severity::High,
        (false, false) => Severity::Medium,
    }
}

fn list(services: &[&Service<'_>]) -> String {
    let names: Vec<String> = services.iter().take(NAMED).map(|s| s.resource.reference()).collect();
    let more = services.len().saturating_sub(NAMED);
    if more == 0 { names.join(", ") } else { format!("{} and {more} more", names.join(", ")) }
}

fn locate(found: Finding, head: HostSide<'_>, file: &Changed<'_>, readers: &[Reader<'_, '_>]) -> Finding {
    let mut found = found.at(at_head(&file.first, file.label()));
    if file.first != file.resource.at {
        found = found.also(at_head(&file.resource.at, "written to the host by this file, which notifies nobody"));
    }
    for reader in readers.iter().take(NAMED) {
        found = found.also(at_head(&reader.service.resource.at, &why(reader)));
        if let How::Named(at) | How::Through(_, at) | How::Imported(_, at) = &reader.how {
            found = found.also(at_head(at, "names the file"));
        }
        if let Some(at) = order_edge(file.id, reader.service.id, head.catalog()) {
            found = found.also(at_head(&at, "near miss: this orders the two and refreshes nothing"));
        }
    }
    found
}

fn why(reader: &Reader<'_, '_>) -> String {
    match &reader.how {
        How::Known => format!("{} is known to read this path when it starts", reader.service.name),
        How::Starts(sort) => format!("the file is the {sort} of this service"),
        How::Named(_) => "this service is started with the file".to_owned(),
        How::Through(file, _) => format!("this service reads {file}, which names the file"),
        How::Imported(program, _) => format!("this service runs {program}, which imports the module"),
        How::PackagedUnit(package) => format!("package {package} starts this service with the file"),
        How::Packaged(package) => format!("package {package} brings this service and the file, or its folder"),
        How::Ordered(_) => "this service is ordered after the file".to_owned(),
        How::Alike => "this service stands beside the file and is named like it".to_owned(),
    }
}

fn costs(mut found: Finding, readers: &[Reader<'_, '_>]) -> Finding {
    let mut told: Vec<&str> = Vec::new();
    for cost in readers.iter().filter_map(|r| r.row?.cold_start.as_deref()) {
        if !told.contains(&cost) {
            found = found.note(format!("before restarting: {cost}"));
            told.push(cost);
        }
    }
    found
}

/// What to watch and do; words now, and a patch where the gate finds that one works.
fn mend(cx: &HostContext<'_>, found: Finding, wanted: &Wanted<'_, '_, '_>, readers: &[Reader<'_, '_>]) -> Finding {
    let Some(pair) = wanted.pairs.first() else { return found };
    let act = wanted.act;
    let name = readers.first().map_or("", |r| r.service.name);
    let check = readers
        .iter()
        .find_map(|r| r.row?.validator.as_deref())
        .map_or(String::new(), |v| format!("; `{}` tells a bad file beforehand", v.replace("FILE", &pair.file.path)));
    let watch =
        format!("nothing changes by itself: {act} {name} on one host while somebody looks, then on the rest{check}");
    let found = found.watch(watch).first_aid(format!(
        "revert the change and {act} {name}; the fault shows at the first {act} after the merge, not at the merge"
    ));
    let mut proposals = wanted.proposals();
    if cx.hosts.is_empty() {
        proposals.iter_mut().for_each(|p| p.class = Some(cx.role.to_owned()));
    }
    found.remedy(in_words(wanted, pair, name)).proposals(proposals)
}

fn in_words(wanted: &Wanted<'_, '_, '_>, pair: &Pair<'_, '_, '_>, name: &str) -> String {
    let act = wanted.act;
    if wanted.closes_a_cycle() {
        return format!(
            "no edge is possible as it stands: the service comes before the file, and a notify would close a dependency cycle; {act} {name} by hand and say so in the change"
        );
    }
    let titles: Vec<String> = pair.services.iter().map(|s| format!("'{}'", s.resource.title)).collect();
    let edge = format!("notify => Service[{}] on {}", titles.join(", "), pair.file.resource.reference());
    format!("add {edge}, or {act} {name} by hand and say so in the change")
}
