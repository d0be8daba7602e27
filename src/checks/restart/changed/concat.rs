//! Files put together of fragments: compared as a whole, in the order of their parts.
//!
//! A fragment that is new, gone, moved or other is a change of the file; its events are the whole's.

use super::text::Texts;
use super::{Changed, What};
use crate::catalog::{Catalog, Resource, ResourceId};
use crate::checks::HostSide;
use crate::checks::removal::{file_path, wanted};
use crate::diff::{Change, Line, content_of};
use crate::value::Value;

/// Every file of fragments that differs.
pub(super) fn all<'a>(changes: &[Change], base: HostSide<'a>, head: HostSide<'a>) -> Vec<Changed<'a>> {
    let touches = |change: &Change| match change {
        Change::Added(id) | Change::Param { head: id, .. } => head.get(*id).is_some_and(is_fragment),
        Change::Removed(id) => base.get(*id).is_some_and(is_fragment),
        Change::Content { .. } => false,
    };
    let served = changed_sources(base, head);
    if !served && !changes.iter().any(touches) {
        return Vec::new();
    }
    let mut found: Vec<Changed<'_>> = Vec::new();
    for (id, whole) in wholes(head.catalog()) {
        if !found.iter().any(|f| f.path == file_path(whole)) {
            found.extend(of(id, whole, base, head));
        }
    }
    found
}

/// Fragments copied from files of the repository differ without any parameter that does.
fn changed_sources(base: HostSide<'_>, head: HostSide<'_>) -> bool {
    let with_source = |r: &&Resource| is_fragment(r) && r.value("source").is_some();
    head.catalog().resources.iter().filter(with_source).any(|r| {
        let before = base.catalog().find(&r.type_name, &r.title);
        before.is_some_and(|b| !content_of(b, base.sources()).same_as(&content_of(r, head.sources())))
    })
}

/// Where the module that brings the native types is not at hand, the defines speak for them.
fn is_fragment(resource: &Resource) -> bool {
    matches!(resource.type_name.as_str(), "Concat_fragment" | "Concat::Fragment")
}

fn wholes(catalog: &Catalog) -> impl Iterator<Item = (ResourceId, &Resource)> {
    let ids = (0..).zip(&catalog.resources);
    ids.filter(|(_, r)| matches!(r.type_name.as_str(), "Concat_file" | "Concat") && !r.is_virtual && wanted(r))
}

fn of<'a>(id: ResourceId, whole: &'a Resource, base: HostSide<'a>, head: HostSide<'a>) -> Option<Changed<'a>> {
    let path = file_path(whole).to_owned();
    let before = wholes(base.catalog()).find(|(_, r)| file_path(r) == path);
    let new = lines(whole, head);
    let Some((_, before)) = before else {
        let first = new.first()?.at.clone();
        let lines = new.iter().map(|l| l.text.trim().to_owned()).collect();
        return Some(Changed::new(id, whole, path, first, lines).becomes(What::Appears));
    };
    let old = lines(before, base);
    Texts { id, resource: whole, path, given: whole.at.clone(), old, new }.change()
}

/// The lines of the whole.
fn lines(whole: &Resource, side: HostSide<'_>) -> Vec<Line> {
    let resources = || side.catalog().resources.iter().filter(|r| !r.is_virtual && is_fragment(r) && wanted(r));
    let native = resources().any(|r| r.type_name == "Concat_fragment");
    let is_its = |r: &&Resource| {
        let target = r.text("target");
        target == Some(whole.title.as_str()) || target == Some(file_path(whole))
    };
    let mut parts: Vec<&Resource> =
        resources().filter(|r| !native || r.type_name == "Concat_fragment").filter(is_its).collect();
    parts.sort_by_key(|r| (order(r), r.title.clone()));
    parts.iter().flat_map(|r| part(r, side)).collect()
}

fn part(fragment: &Resource, side: HostSide<'_>) -> Vec<Line> {
    let given = fragment.param("content").or_else(|| fragment.param("source")).map_or(&fragment.at, |p| &p.at);
    content_of(fragment, side.sources()).lines(given)
}

/// The place among the fragments; by its letters, as the module has it unless told otherwise.
fn order(fragment: &Resource) -> String {
    match fragment.value("order") {
        Some(Value::Undef) | None => "10".to_owned(),
        Some(order) => order.to_string(),
    }
}
