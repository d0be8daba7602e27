//! Packages that a change takes away, joined with what their maintainer scripts would do.
//!
//! Shared by the `removal-*` rules: which packages go on a host, and how far (remove or purge).

pub(super) mod cascades;
pub(super) mod deletes_user;
pub(super) mod destroys_data;
mod gone;
mod holders;
pub(super) mod not_inspected;
pub(super) mod stops_service;
pub(super) mod unlinks_path;
mod uses;

use super::context::{HostContext, HostSide};
use crate::catalog::{Param, Resource};
use crate::diff::Change;
use crate::package::{Effect, Kind, Phase, Removal, merged};
use crate::value::{SymExpr, Value};
use std::sync::Arc;

/// Providers whose packages have no Debian maintainer scripts.
const FOREIGN_PROVIDERS: [&str; 8] = ["pip", "pip3", "gem", "npm", "pear", "pecl", "cpan", "puppet_gem"];

/// A package that leaves the hosts.
pub(super) struct Going<'a> {
    /// The package resource at head.
    pub(super) resource: &'a Resource,
    /// The same at base, when it was declared there.
    pub(super) before: Option<&'a Resource>,
    /// Package name.
    pub(super) name: &'a str,
    /// Whether it is purged as well.
    pub(super) purged: bool,
    /// The head revision.
    pub(super) head: HostSide<'a>,
}

/// The packages that newly become absent or purged.
pub(super) fn going<'a>(cx: &HostContext<'a>) -> Vec<Going<'a>> {
    let Some(head) = cx.head else { return Vec::new() };
    cx.changes.iter().filter_map(|change| leaves(cx, head, change)).collect()
}

/// Whether a link stands on the host already because a package that goes with this change brought it, with
/// the same target.
pub(crate) fn came_with_package(cx: &HostContext<'_>, link: &Resource) -> bool {
    let path = merged(file_path(link));
    let Some(target) = link.text("target").map(|to| absolute(&path, to)) else { return false };
    let brought = |effect: &Effect| {
        let to = effect.why.split_once("as a link to ").map(|(_, to)| absolute(&path, to.trim()));
        effect.kind == Kind::LinkRemoved && effect.subject == path && to.as_ref() == Some(&target)
    };
    let packages = going(cx);
    packages.iter().any(|package| package.evidence(cx).is_some_and(|removal| removal.effects.iter().any(brought)))
}

/// What a link at `path` leads to.
fn absolute(path: &str, target: &str) -> String {
    if target.starts_with('/') {
        return target.to_owned();
    }
    format!("{}/{target}", path.rsplit_once('/').map_or("", |(folder, _)| folder))
}

fn leaves<'a>(cx: &HostContext<'a>, head: HostSide<'a>, change: &Change) -> Option<Going<'a>> {
    let (before, id) = match change {
        Change::Added(id) => (None, *id),
        Change::Param { base, head, name } if name == "ensure" => (cx.base?.get(*base), *head),
        _ => return None,
    };
    let resource = head.get(id).filter(|r| r.type_name == "Package" && !foreign(r))?;
    let after = absence(resource)?;
    let was = before.and_then(absence);
    if before.is_some_and(|b| was_open(cx, b)) {
        return None;
    }
    // From absent to purged is a purge of what is left; anything else that was absent stays as it was.
    if was.is_some_and(|w| w == after || w == Absence::Purged) {
        return None;
    }
    let name = resource.text("name").unwrap_or(&resource.title);
    Some(Going { resource, before, name, purged: after == Absence::Purged, head })
}

fn foreign(resource: &Resource) -> bool {
    resource.text("provider").is_some_and(|p| FOREIGN_PROVIDERS.contains(&p))
}

/// A value of which nothing is known, not even which ones it may be.
pub(super) fn is_open(value: &Value) -> bool {
    matches!(value, Value::Sym(sym) if sym.sample.is_none() && !matches!(sym.expr, SymExpr::Choice(_)))
}

/// Whether a resource was wanted at base is not known: it cannot be said to go. The report counts it.
fn was_open(cx: &HostContext<'_>, before: &Resource) -> bool {
    let open = before.value("ensure").is_some_and(is_open);
    if open {
        let what = before.reference();
        cx.repo.note(format!("{what} is absent at head; whether it was at base is not known, so it is not judged"));
    }
    open
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Absence {
    Removed,
    Purged,
}

fn absence(resource: &Resource) -> Option<Absence> {
    match resource.text("ensure")? {
        "absent" => Some(Absence::Removed),
        "purged" => Some(Absence::Purged),
        _ => None,
    }
}

impl<'a> Going<'a> {
    /// The attribute that asks for the removal.
    pub(super) fn ensure(&self) -> Option<&'a Param> {
        self.resource.param("ensure")
    }

    /// The evidence, if there is any.
    pub(super) fn evidence(&self, cx: &HostContext<'_>) -> Option<Arc<Removal>> {
        cx.repo.packages.removal(self.name).ok()
    }

    /// Whether an effect happens with this removal.
    pub(super) fn happens(&self, effect: &Effect) -> bool {
        effect.phase == Phase::Remove || self.purged
    }

    /// Effects of the given kinds that happen.
    pub(super) fn effects<'r>(&'r self, removal: &'r Removal, kinds: &'r [Kind]) -> impl Iterator<Item = &'r Effect> {
        removal.effects.iter().filter(|e| self.happens(e) && kinds.contains(&e.kind))
    }

    /// `ensure => absent`, for a sentence.
    pub(super) fn verb(&self) -> &'static str {
        if self.purged { "purging" } else { "removing" }
    }
}

/// The path of a file resource: `path`, else the title.
pub(super) fn file_path(resource: &Resource) -> &str {
    let path = resource.text("path").unwrap_or(&resource.title);
    if path.len() > 1 { path.trim_end_matches('/') } else { path }
}

/// Whether a resource is wanted: not `absent`, `purged` or `false`.
pub(super) fn wanted(resource: &Resource) -> bool {
    !matches!(resource.value("ensure"), Some(Value::Bool(false)))
        && !matches!(resource.text("ensure"), Some("absent" | "purged" | "false"))
}
