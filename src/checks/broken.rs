//! `catalog-broken`: what compiles at base and does not at head, what the agent refuses, and files that are not there
//! to be served.

use super::leads::{closing, followed, gone};
use super::places::head;
use super::refused::refusals;
use super::{Check, HostContext, HostSide, RepoContext, draft, of_any_host};
use crate::catalog::Resource;
use crate::diff::{Change, Content, content_of};
use crate::eval::CompileError;
use crate::finding::{Confidence, Finding, Location, Severity, Side};
use crate::puppet::{LineIndex, SyntaxError, parse, parse_epp};
use crate::repo::ChangeKind;
use crate::value::CauseKind;
use std::collections::BTreeSet;

pub(crate) struct Broken;

impl Check for Broken {
    fn id(&self) -> &'static str {
        "catalog-broken"
    }

    fn host(&self, cx: &HostContext<'_>, out: &mut Vec<Finding>) {
        let found = compile_errors(cx).into_iter().chain(cycle(cx)).chain(refusals(cx));
        let found = found.chain(cx.changes.iter().filter_map(|c| missing_source(cx, c)));
        let certname = cx.head.map_or("", |h| &*h.catalog().certname);
        out.extend(found.map(|f| Finding { subject: of_any_host(&f.subject, certname), ..f }));
    }

    fn repo(&self, cx: &RepoContext<'_>, out: &mut Vec<Finding>) {
        let changed = cx.files.iter().filter(|f| f.kind != ChangeKind::Removed);
        for file in changed.filter(|f| f.path.ends_with(".pp") || f.path.ends_with(".epp")) {
            out.extend(syntax_findings(cx, &file.path));
        }
    }
}

/// The first new error: real Puppet would stop there, and what follows may be its consequence.
fn compile_errors(cx: &HostContext<'_>) -> Option<Finding> {
    let head_side = cx.head?;
    let known: BTreeSet<&str> = cx.base?.errors.iter().map(|e| e.message.as_str()).collect();
    let error = head_side.errors.iter().find(|e| !known.contains(e.message.as_str()))?;
    // A file that no longer parses is told once for the repository, not for every host that loads it.
    if error.at.as_ref().is_some_and(|at| unparsable(cx.repo, &at.path)) {
        return None;
    }
    let found = followed(error_finding(error, &head_side.catalog().certname), error, cx.repo);
    // Where the base was broken already, this host's catalog is only known in part.
    Some(match (known.is_empty(), comes_into_sight(cx.base?, head_side)) {
        (_, true) => found.severity(Severity::Medium).confidence(Confidence::Low).note(
            "data that could not be seen at base is seen at head: whether the catalog compiled with it is not known",
        ),
        (true, false) => found.severity(Severity::High).confidence(Confidence::High),
        (false, false) => found.severity(Severity::Medium).confidence(Confidence::Medium),
    })
}

/// Whether data was out of sight at base that is in sight at head. What head makes of it may be as old as the data.
fn comes_into_sight(base: HostSide<'_>, head: HostSide<'_>) -> bool {
    let hidden = base.catalog().unknowns.keys().filter(|cause| cause.kind == CauseKind::Hiera);
    let mut lost = hidden.filter(|cause| !head.catalog().unknowns.contains_key(*cause));
    lost.next().is_some()
}

/// The agent finds a dependency cycle only when it applies the catalog, and then applies none of it.
fn cycle(cx: &HostContext<'_>) -> Option<Finding> {
    let (base, side) = (cx.base?, cx.head?);
    if cx.changes.is_empty() && base.catalog().relations.len() == side.catalog().relations.len()
        || base.graph().cycle().is_some()
    {
        return None;
    }
    let cycle = side.graph().cycle()?;
    let resources: Vec<&Resource> = cycle.iter().filter_map(|id| side.get(*id)).collect();
    let mut names: Vec<String> = resources.iter().map(|r| r.reference()).collect();
    // The same ring is the same finding wherever the search came upon it.
    let first = names.iter().enumerate().min_by_key(|(_, n)| n.as_str()).map_or(0, |(i, _)| i);
    names.rotate_left(first);
    let ring = names.join(" -> ");
    let message = format!(
        "the resources form a dependency cycle, so the agent applies none of the catalog: {ring} -> {}",
        names.first()?
    );
    let sure = resources.iter().all(|r| r.possible.is_none());
    let finding = draft("catalog-broken", &ring, "dependency-cycle", message)
        .severity(Severity::High)
        .confidence(if sure { Confidence::High } else { Confidence::Medium });
    let finding =
        finding.remedy("take out one of the relationships on the ring; the one this change adds is the likeliest");
    let mut places = resources.iter().take(4).map(|r| head(&r.at, &format!("{} is on the ring", r.reference())));
    let finding = finding.at(places.next()?);
    Some(closing(cx, side, &cycle).into_iter().chain(places).fold(finding, Finding::also))
}

fn error_finding(error: &CompileError, certname: &str) -> Finding {
    // Puppet names the host in some messages; it is no part of what is wrong.
    let text = error.message.replace(&format!(" for {certname}"), "");
    let identity = without_places(&text);
    let subject = error.at.as_ref().map_or_else(|| identity.clone(), |at| format!("{}: {identity}", at.path));
    let message = format!("the catalog compiles at base and not at head: {text}");
    let finding = draft("catalog-broken", subject, "compile-error", message).remedy(error.help());
    match &error.at {
        Some(at) => {
            finding.at(head(at, "real Puppet stops here; the agent goes on with its cached catalog or not at all"))
        }
        None => finding,
    }
}

/// Puppet's messages name places, which move; the identity of a finding must not.
fn without_places(message: &str) -> String {
    let mut text = message.to_owned();
    while let Some(start) = text.find(" (file: ").or_else(|| text.find(" (line: ")) {
        let Some(length) = text.get(start..).and_then(|rest| rest.find(')')) else { break };
        text.replace_range(start..=start + length, "");
    }
    text.replace(" is already declared at;", " is already declared;")
}

fn unparsable(cx: &RepoContext<'_>, path: &str) -> bool {
    let changed = cx.files.iter().any(|f| *f.path == *path);
    changed && cx.head.tree().text(path).ok().flatten().is_some_and(|text| !syntax_errors(cx, path, &text).is_empty())
}

/// A file that asks for a source which the head does not hold.
fn missing_source(cx: &HostContext<'_>, change: &Change) -> Option<Finding> {
    let side = cx.head?;
    let (before, id) = match change {
        Change::Added(id) => (None, *id),
        Change::Content { base, head } => (cx.base.and_then(|b| b.get(*base)), *head),
        _ => return None,
    };
    let resource = side.get(id).filter(|r| r.type_name == "File" && r.possible.is_none())?;
    let Content::Missing(path) = content_of(resource, side.sources()) else { return None };
    let was_missing =
        before.zip(cx.base).is_some_and(|(r, b)| matches!(content_of(r, b.sources()), Content::Missing(_)));
    (!was_missing).then(|| gone(cx.repo, &path).into_iter().fold(missing_finding(resource, &path), Finding::also))
}

fn missing_finding(resource: &Resource, path: &str) -> Finding {
    let message = format!(
        "{} is to be copied from {path}, which is not in the repository: the agent will fail it and skip what depends on it",
        resource.reference()
    );
    let at = resource.param("source").map_or(&resource.at, |p| &p.at);
    let finding = draft("catalog-broken", format!("{}:source", resource.reference()), "missing-source", message);
    finding.at(head(at, "nothing answers this address")).remedy(format!("add {path}, or correct the address"))
}

fn syntax_findings(cx: &RepoContext<'_>, path: &str) -> Vec<Finding> {
    let text = |tree: &crate::repo::Tree| tree.text(path).ok().flatten();
    let Some(now) = text(cx.head.tree()) else { return Vec::new() };
    let errors = syntax_errors(cx, path, &now);
    let known = cx.base.and_then(|b| text(b.tree())).map_or_else(Vec::new, |t| syntax_errors(cx, path, &t));
    // One slip often makes several errors; the first is the one to mend.
    let fresh = errors.iter().find(|e| !known.iter().any(|k| k.message == e.message));
    fresh.map(|e| syntax_finding(path, &now, e)).into_iter().collect()
}

fn syntax_errors(cx: &RepoContext<'_>, path: &str, text: &str) -> Vec<SyntaxError> {
    if path.ends_with(".epp") { parse_epp(text).errors } else { parse(text, cx.dialect).errors }
}

fn syntax_finding(path: &str, text: &str, error: &SyntaxError) -> Finding {
    let line = LineIndex::new(text).line(error.span.start);
    let message = format!("{path} no longer parses: {}; every host that loads it fails to compile", error.message);
    let location = Location::new(Side::Head, path, line).label(error.message.clone());
    let finding =
        draft("catalog-broken", path, "syntax", message).severity(Severity::High).confidence(Confidence::High);
    finding.at(location).remedy("mend the syntax before merging; `puppet parser validate` will agree")
}
