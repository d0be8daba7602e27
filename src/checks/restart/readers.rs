//! Which services read a file, how that is known, and how sure it is.
//!
//! From the surest to the weakest: a row of knowledge, the unit's own words, a package that brings both, a file
//! that the service reads and that names this one, an ordering edge the author wrote, and the name alone.
//! The weaker ones count only where no surer one speaks, the name only where no timer's job names the file.

use super::changed::Changed;
use super::jobs::job_names;
use super::knowledge::{Knowledge, Needs, ServiceRow};
use super::lines::{Mention, mention, names_no_input, runs_on, setting_of};
use super::names::{Likeness, likeness, same_stem, serves_for};
use super::packaged::packaged;
use super::scope::{containers, scopes};
use super::services::{Service, start_of};
use super::through::readers_through;
use crate::catalog::{Catalog, Resource, ResourceId};
use crate::checks::{HostContext, HostSide};
use crate::finding::Confidence;
use crate::repo::Loc;
use std::collections::BTreeSet;

/// A service that reads the file.
pub(super) struct Reader<'s, 'a> {
    pub(super) service: &'s Service<'a>,
    pub(super) how: How,
    pub(super) confidence: Confidence,
    /// What is known of the daemon.
    pub(super) row: Option<&'static ServiceRow>,
}

impl Reader<'_, '_> {
    /// A reader that is left out where others are told.
    pub(super) fn forgotten(mut self) -> Self {
        self.confidence = self.confidence.min(Confidence::Medium);
        self
    }
}

/// How it is known that a service reads a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// A row of `services.toml`.
    Known,
    /// The file starts the service (unit, init script, defaults file).
    Starts(&'static str),
    /// What starts the service names the file, here.
    Named(Loc),
    /// A file that the service reads names it: that file, and where.
    Through(String, Loc),
    /// The program that the service runs imports it as a module: that program, and where.
    Imported(String, Loc),
    /// A package brings the service, and its unit or init script names the file.
    PackagedUnit(String),
    /// A package brings the file, or its folder, and the service.
    Packaged(String),
    /// The author put them in order, here.
    Ordered(Loc),
    /// They are called alike and stand together.
    Alike,
}

impl How {
    /// Whether more than a resemblance speaks for it.
    pub(super) fn is_firm(&self) -> bool {
        matches!(self, Self::Known | Self::Starts(_) | Self::Named(_) | Self::PackagedUnit(_))
    }
}

/// The readers of a changed file among the running services.
pub(super) fn readers<'s, 'a>(
    cx: &HostContext<'_>,
    file: &Changed<'_>,
    services: &'s [Service<'a>],
    head: HostSide<'a>,
) -> Vec<Reader<'s, 'a>> {
    let knowledge = Knowledge::builtin();
    if knowledge.never_held(&file.path) {
        return Vec::new();
    }
    let mut named = collect(&file.path, services, |s| named_at_start(file, s));
    if knowledge.read_each_run(&file.path) {
        // Of a folder that is named, such a file is the one that is not held.
        named.retain(|r| r.confidence == Confidence::High);
        return named;
    }
    if !named.is_empty() {
        let more = readers_through(file, services, head);
        let more = more.into_iter().filter(|r| named.iter().all(|n| n.service.id != r.service.id));
        let more: Vec<_> = more.collect();
        return named.into_iter().chain(more).collect();
    }
    let starts = collect(&file.path, services, |s| starts(file, s));
    let known = collect(&file.path, services, |s| known(file, s));
    if !starts.is_empty() || !known.is_empty() {
        return starts.into_iter().chain(known).filter(|r| r.row.is_none_or(|row| row.needs != Needs::None)).collect();
    }
    // The file is some other daemon's, which this host does not run or Puppet does not manage. What Puppet only takes
    // up or gives up is no ground for a guess.
    if !file.is_sure() || knowledge.owned(&file.path) || start_of(&file.path).is_some() || is_unit(&file.path) {
        return Vec::new();
    }
    let shipped = packaged(cx, file, services, head);
    let by_package = collect(&file.path, services, |s| {
        let of = shipped.readers.iter().filter(|(id, ..)| *id == s.id);
        of.max_by_key(|(.., sure)| *sure).map(|(_, how, sure)| (how.clone(), *sure))
    });
    if !by_package.is_empty() {
        return by_package;
    }
    let guesses = guessed(file, services, head).into_iter();
    guesses.filter(|r| !shipped.oneshots.contains(&r.service.id)).collect()
}

pub(super) fn collect<'s, 'a>(
    path: &str,
    services: &'s [Service<'a>],
    look: impl Fn(&'s Service<'a>) -> Option<(How, Confidence)>,
) -> Vec<Reader<'s, 'a>> {
    let rows = Knowledge::builtin();
    let one = |service: &'s Service<'a>| {
        let (how, confidence) = look(service)?;
        let row = rows.reads(service.name, path).or_else(|| rows.of_service(service.name));
        Some(Reader { service, how, confidence, row })
    };
    services.iter().filter(|s| !s.oneshot).filter_map(one).collect()
}

/// The unit or the service's own commands name the very file, or the folder of settings it lies in.
fn named_at_start(file: &Changed<'_>, service: &Service<'_>) -> Option<(How, Confidence)> {
    let program = is_program(&file.path);
    let lines = service.start.iter().filter(|l| !names_no_input(&l.text) && (!program || runs_on(&l.text)));
    let mut best = None;
    for line in lines {
        match mention(&line.text, &file.path) {
            Some(Mention::File) => return Some((How::Named(line.at.clone()), Confidence::High)),
            Some(Mention::Folder) => best = best.or(Some((How::Named(line.at.clone()), Confidence::Medium))),
            None => {}
        }
    }
    let params = ["start", "restart", "binary"].iter().filter_map(|p| service.resource.param(p));
    let mut params = params.filter(|p| p.value.as_str().is_some_and(|t| mention(t, &file.path) == Some(Mention::File)));
    best.or_else(|| params.next().map(|p| (How::Named(p.at.clone()), Confidence::Medium)))
}

/// The file is what starts the service.
fn starts(file: &Changed<'_>, service: &Service<'_>) -> Option<(How, Confidence)> {
    let start = start_of(&file.path).filter(|s| s.starts(service.name))?;
    // What an init script does is done at each start, yet much of what changes in one is for stopping.
    let confidence = if start.sort == "init script" { Confidence::Medium } else { Confidence::High };
    Some((How::Starts(start.sort), confidence))
}

fn known(file: &Changed<'_>, service: &Service<'_>) -> Option<(How, Confidence)> {
    Knowledge::builtin().reads(service.name, &file.path).map(|_| (How::Known, Confidence::High))
}

/// Where nothing certain is known: what the repository itself says.
fn guessed<'s, 'a>(file: &Changed<'_>, services: &'s [Service<'a>], head: HostSide<'a>) -> Vec<Reader<'s, 'a>> {
    let catalog = head.catalog();
    let through = readers_through(file, services, head);
    if !through.is_empty() {
        return through;
    }
    let near = scopes(file.resource, catalog);
    let together: BTreeSet<ResourceId> =
        services.iter().filter(|s| !near.is_disjoint(&scopes(s.resource, catalog))).map(|s| s.id).collect();
    let program = is_program(&file.path);
    let near = |s: &Service<'_>| together.contains(&s.id) || !program && own_folder(&file.path, s);
    let alike = collect(&file.path, services, |s| near(s).then(|| alike(file, s, program)).flatten());
    let ordered = collect(&file.path, services, |s| {
        let fits = !program || serves_for(&file.path, s.name);
        fits.then(|| order_edge(file.id, s.id, catalog)).flatten().map(|at| (How::Ordered(at), Confidence::Medium))
    });
    let mut found = ordered;
    let named_by_a_job = !alike.is_empty() && job_names(&file.path, services, head);
    for reader in keep_closest(file, if named_by_a_job { Vec::new() } else { alike }) {
        if !found.iter().any(|r| r.service.id == reader.service.id) {
            found.push(reader);
        }
    }
    found
}

/// Whether the file lies in `/etc` under the very name of a service of which nothing else is known.
fn own_folder(path: &str, service: &Service<'_>) -> bool {
    let Some(first) = path.strip_prefix("/etc/").and_then(|rest| rest.split('/').next()) else { return false };
    same_stem(first, service.name) && Knowledge::builtin().of_service(service.name).is_none()
}

fn alike(file: &Changed<'_>, service: &Service<'_>, program: bool) -> Option<(How, Confidence)> {
    if program {
        // What the service runs is known where its unit is, and is not this.
        if service.start.iter().any(|l| setting_of(&l.text) == "ExecStart") {
            return None;
        }
        return same_stem(&file.path, service.name).then_some((How::Alike, Confidence::Medium));
    }
    let likeness = likeness(&file.path, service.name)?;
    Some((How::Alike, if likeness == Likeness::Folder { Confidence::Low } else { Confidence::Medium }))
}

/// Where one service bears the very name, those that merely resemble it are dropped.
fn keep_closest<'s, 'a>(file: &Changed<'_>, alike: Vec<Reader<'s, 'a>>) -> Vec<Reader<'s, 'a>> {
    let exact = |r: &Reader<'_, '_>| likeness(&file.path, r.service.name) == Some(Likeness::Same);
    if alike.iter().any(exact) { alike.into_iter().filter(exact).collect() } else { alike }
}

/// Where the author put the file before the service, without a refresh.
pub(super) fn order_edge(file: ResourceId, service: ResourceId, catalog: &Catalog) -> Option<Loc> {
    let (first, second) = (with_defines(file, catalog), with_defines(service, catalog));
    let edge = catalog.relations.iter().find(|r| !r.refresh && first.contains(&r.source) && second.contains(&r.target));
    edge.map(|r| r.at.clone())
}

/// The resource and the defines around it, up to the class.
fn with_defines(id: ResourceId, catalog: &Catalog) -> Vec<ResourceId> {
    let Some(resource) = catalog.get(id) else { return vec![id] };
    let is_define = |c: &ResourceId| catalog.get(*c).is_some_and(|r: &Resource| r.type_name != "Class");
    std::iter::once(id).chain(containers(resource, catalog).take_while(is_define)).collect()
}

/// Programs are read when they are run.
pub(super) fn is_program(path: &str) -> bool {
    path.contains("/bin/") || path.contains("/sbin/") || path.ends_with(".sh")
}

fn is_unit(path: &str) -> bool {
    path.contains("/systemd/system/")
}
