//! Two catalogs of one host to what would really change on it.
//!
//! Resources are matched by type and title. A file whose `source` in the repository has other bytes
//! is a change although its parameters are the same; a moved source with the same bytes is none.

mod content;
mod doubt;
mod shared;
mod sources;

pub use content::{Content, Line, content_of};
pub use doubt::{Differs, differ, surely_differ};
pub use shared::apart;
pub use sources::Sources;

use crate::catalog::{Catalog, Param, Resource, ResourceId};
use crate::value::{Cause, CauseKind, Value};
use ecow::EcoString;
use rustc_hash::FxHashMap;
use shared::Shared;

/// One revision of a host: its catalog and the files its catalog draws from.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// The catalog.
    pub catalog: &'a Catalog,
    /// The revision's files.
    pub sources: &'a Sources,
}

/// What changes on a host.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The resource is new at head.
    Added(ResourceId),
    /// The resource is gone at head: no longer managed (which is not the same as removed).
    Removed(ResourceId),
    /// A parameter has another value, is new, or is gone.
    Param {
        /// At base.
        base: ResourceId,
        /// At head.
        head: ResourceId,
        /// Name.
        name: EcoString,
    },
    /// The content that a file resource puts on the host differs.
    Content {
        /// At base.
        base: ResourceId,
        /// At head.
        head: ResourceId,
    },
}

/// Parameters that say what a file holds; their differences are [`Change::Content`].
const CONTENT_PARAMS: [&str; 2] = ["content", "source"];

/// Everything that differs, in head order and then base order.
#[must_use]
pub fn compare(base: Side<'_>, head: Side<'_>) -> Vec<Change> {
    let shared = Shared::of(base.catalog, head.catalog);
    let apart = |catalog| by_name(ids(catalog).filter(|(_, r)| shared.at_base(r).is_none()));
    let (at_base, at_head) = (apart(base.catalog), apart(head.catalog));
    let mut changes = Vec::new();
    for (id, resource) in ids(head.catalog) {
        if let Some(before) = shared.at_base(resource) {
            if copy_differs(resource, base.sources, head.sources) {
                changes.push(Change::Content { base: before, head: id });
            }
            continue;
        }
        match counterpart(id, resource, &at_head, &at_base).and_then(|b| Some((b, base.catalog.get(b)?))) {
            None => changes.push(Change::Added(id)),
            Some(before) => compare_resource(before, (id, resource), base, head, &mut changes),
        }
    }
    for (id, resource) in ids(base.catalog).filter(|(_, r)| shared.at_base(r).is_none()) {
        if counterpart(id, resource, &at_base, &at_head).is_none() {
            changes.push(Change::Removed(id));
        }
    }
    changes
}

/// Resources that reach the agent, with their index.
fn ids(catalog: &Catalog) -> impl Iterator<Item = (ResourceId, &Resource)> {
    (0..).zip(&catalog.resources).filter(|(_, r)| !r.is_virtual)
}

/// Type and title to the resources of that name: several where an undecided condition declares one on either side.
type ByName<'a> = FxHashMap<(&'a str, &'a str), Vec<ResourceId>>;

fn by_name<'a>(resources: impl Iterator<Item = (ResourceId, &'a Resource)>) -> ByName<'a> {
    let mut names = ByName::default();
    for (id, resource) in resources {
        names.entry((&resource.type_name, &resource.title)).or_default().push(id);
    }
    names
}

/// The resource of that name in the other catalog; of several, the one in the same place of their order.
fn counterpart(id: ResourceId, resource: &Resource, own: &ByName<'_>, other: &ByName<'_>) -> Option<ResourceId> {
    let name = (resource.type_name.as_str(), resource.title.as_str());
    let place = own.get(&name)?.iter().position(|o| *o == id)?;
    other.get(&name)?.get(place).copied()
}

fn compare_resource(
    (base_id, before): (ResourceId, &Resource),
    (head_id, after): (ResourceId, &Resource),
    base: Side<'_>,
    head: Side<'_>,
    out: &mut Vec<Change>,
) {
    for name in changed_params(before, after) {
        out.push(Change::Param { base: base_id, head: head_id, name });
    }
    if after.type_name == "File" && content_differs((before, base.sources), (after, head.sources)) {
        out.push(Change::Content { base: base_id, head: head_id });
    }
}

fn changed_params(before: &Resource, after: &Resource) -> Vec<EcoString> {
    let is_file = after.type_name == "File";
    let told_apart = |p: &&Param| !(is_file && CONTENT_PARAMS.contains(&p.name.as_str()));
    let mut names: Vec<EcoString> = Vec::new();
    for param in after.params.iter().filter(told_apart) {
        if before.value(&param.name) != Some(&param.value) {
            names.push(param.name.clone());
        }
    }
    for param in before.params.iter().filter(told_apart) {
        if after.value(&param.name).is_none() {
            names.push(param.name.clone());
        }
    }
    names
}

/// Whether a file that is declared by one and the same declaration has another content.
fn copy_differs(file: &Resource, base: &Sources, head: &Sources) -> bool {
    if file.type_name != "File" {
        return false;
    }
    let is_same = match file.value("source").and_then(Value::as_str) {
        Some(address) => base.same_file(head, address),
        None => file.value("content").is_some_and(|content| !matches!(content, Value::Sym(_))),
    };
    !is_same && content_differs((file, base), (file, head))
}

fn content_differs(before: (&Resource, &Sources), after: (&Resource, &Sources)) -> bool {
    let (old, new) = (content_of(before.0, before.1), content_of(after.0, after.1));
    match (&old, &new) {
        (Content::Elsewhere, _) | (_, Content::Elsewhere) => before.0.value("source") != after.0.value("source"),
        _ => !old.same_as(&new) || unseen(&old, before.1, after.1).is_some(),
    }
}

/// The template that differs although the content reads the same: it could not be rendered (to its end) either time.
#[must_use]
pub fn unseen(content: &Content, base: &Sources, head: &Sources) -> Option<String> {
    let Content::Value(Value::Sym(sym)) = content else { return None };
    let mut causes = Vec::new();
    sym.causes(&mut causes);
    let templates = causes.iter().filter(|c| c.kind == CauseKind::Template);
    let path = |c: &Cause| c.name.split(": ").next().unwrap_or("").to_owned();
    templates.map(path).find(|path| {
        let (before, after) = (base.tree().oid(path), head.tree().oid(path));
        before.is_some() && after.is_some() && before != after
    })
}

#[cfg(test)]
mod tests;
