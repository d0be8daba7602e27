//! Files with a content or source of their own, and what lies in folders that are recursed.

use super::text::Texts;
use super::{Changed, What};
use crate::catalog::{Catalog, Resource, ResourceId};
use crate::checks::HostSide;
use crate::checks::removal::{file_path, wanted};
use crate::diff::{Change, Content, Differs, Line, content_of, unseen};
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

type Folder = BTreeMap<String, Arc<[u8]>>;

/// What a change does to files.
pub(super) fn of<'a>(change: &Change, base: HostSide<'a>, head: HostSide<'a>, out: &mut Vec<Changed<'a>>) {
    match change {
        Change::Content { base: before, head: after } => {
            if let (Some(b), Some(a)) = (base.get(*before), head.get(*after)) {
                content(b, (*after, a), base, head, out);
            }
        }
        Change::Param { base: before, head: after, name } if name == "ensure" => {
            out.extend(base.get(*before).zip(head.get(*after)).and_then(|(b, a)| absent(b, (*after, a), base)));
        }
        Change::Added(id) => {
            out.extend(head.get(*id).filter(|r| is_file(r)).and_then(|r| taken_up(*id, r, head)));
        }
        Change::Removed(id) => {
            out.extend(base.get(*id).filter(|r| is_file(r)).and_then(|r| purged(r, base, head)));
        }
        Change::Param { .. } => {}
    }
}

fn is_file(resource: &Resource) -> bool {
    resource.type_name == "File" && wanted(resource)
}

fn content<'a>(
    before: &Resource,
    (id, after): (ResourceId, &'a Resource),
    base: HostSide<'a>,
    head: HostSide<'a>,
    out: &mut Vec<Changed<'a>>,
) {
    if !wanted(after) || !replaces(after) {
        return;
    }
    let (old, new) = (content_of(before, base.sources()), content_of(after, head.sources()));
    match (&old, &new) {
        (Content::Folder(_, olds), Content::Folder(from, news)) => {
            folder((id, after), olds, (from, news), head, out);
        }
        (Content::Folder(..), _) | (_, Content::Folder(..)) => {}
        _ if !wanted(before) || !tells(&old) => out.extend(taken_up(id, after, head)),
        _ if !tells(&new) => {}
        _ => {
            let seen = texts(id, after, file_path(after).to_owned(), &old, &new).change();
            out.extend(
                seen.or_else(|| template(id, after, &unseen(&new, base.sources(), head.sources())?, base, head)),
            );
        }
    }
}

/// A template that could not be rendered: its own lines are what is known.
fn template<'a>(
    id: ResourceId,
    after: &'a Resource,
    path: &str,
    base: HostSide<'_>,
    head: HostSide<'_>,
) -> Option<Changed<'a>> {
    let text = |side: HostSide<'_>| Some(Content::File(path.to_owned(), side.sources().bytes(path)?));
    let changed = texts(id, after, file_path(after).to_owned(), &text(base)?, &text(head)?).change()?;
    // What stands outside the tags is written wherever the template is, at least under some condition.
    let said =
        |side: HostSide<'_>| side.sources().bytes(path).map(|bytes| outside_tags(&String::from_utf8_lossy(&bytes)));
    let differs = if said(base) == said(head) { Differs::Perhaps } else { Differs::Somewhere };
    Some(Changed { differs, ..changed })
}

/// The words of a template outside its tags (`<% … %>`).
fn outside_tags(template: &str) -> Vec<String> {
    let mut rest = template;
    let mut text = String::new();
    while let Some((before, tag)) = rest.split_once("<%") {
        text.push_str(before);
        text.push(' ');
        rest = tag.split_once("%>").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text.split_whitespace().map(str::to_owned).collect()
}

/// Whether the agent brings a file that is there already up to date.
fn replaces(file: &Resource) -> bool {
    match file.value("replace") {
        Some(Value::Bool(b)) => *b,
        Some(v) => !matches!(v.as_str(), Some("false" | "no")),
        None => true,
    }
}

/// Whether something is known of what it says; an empty text is.
fn tells(content: &Content) -> bool {
    matches!(content, Content::Value(_) | Content::File(..))
}

fn texts<'a>(id: ResourceId, resource: &'a Resource, path: String, old: &Content, new: &Content) -> Texts<'a> {
    let given = resource.param("content").or_else(|| resource.param("source")).map_or(&resource.at, |p| &p.at);
    Texts { id, resource, path, given: given.clone(), old: old.lines(given), new: new.lines(given) }
}

/// What lies in a recursed folder: the events are the folder's. Files declared on their own are looked at apart.
fn folder<'a>(
    (id, resource): (ResourceId, &'a Resource),
    olds: &Folder,
    (from, news): (&str, &Folder),
    head: HostSide<'a>,
    out: &mut Vec<Changed<'a>>,
) {
    let path_of = |name: &str| format!("{}/{name}", file_path(resource));
    let alone = |name: &str| declared(&path_of(name), head.catalog()).is_some();
    let content = |bytes: &Arc<[u8]>, name: &str| Content::File(format!("{from}/{name}"), Arc::clone(bytes));
    for (name, bytes) in news.iter().filter(|(name, bytes)| olds.get(*name) != Some(bytes) && !alone(name)) {
        let new = content(bytes, name);
        match olds.get(name) {
            Some(was) => out.extend(texts(id, resource, path_of(name), &content(was, name), &new).change()),
            None => out.push(appears(id, resource, path_of(name), &new.lines(&resource.at))),
        }
    }
    if purges(resource) {
        let gone = olds.keys().filter(|name| !news.contains_key(*name) && !alone(name));
        out.extend(gone.map(|name| goes(id, resource, path_of(name))));
    }
}

/// A file that Puppet did not write before.
fn taken_up<'a>(id: ResourceId, resource: &'a Resource, head: HostSide<'a>) -> Option<Changed<'a>> {
    let path = || file_path(resource).to_owned();
    let content = content_of(resource, head.sources());
    if let Some(target) = resource.param("target").filter(|p| p.value.as_str().is_some()) {
        return Some(Changed::new(id, resource, path(), target.at.clone(), Vec::new()).becomes(What::Appears));
    }
    let lines = content.lines(&resource.at);
    (tells(&content) && !lines.is_empty()).then(|| appears(id, resource, path(), &lines))
}

fn appears<'a>(id: ResourceId, resource: &'a Resource, path: String, lines: &[Line]) -> Changed<'a> {
    let first = lines.first().map_or(&resource.at, |l| &l.at).clone();
    let lines = lines.iter().map(|l| l.text.trim().to_owned()).collect();
    Changed::new(id, resource, path, first, lines).becomes(What::Appears)
}

fn goes(id: ResourceId, resource: &Resource, path: String) -> Changed<'_> {
    let at = resource.param("purge").or_else(|| resource.param("ensure")).map_or(&resource.at, |p| &p.at);
    Changed::new(id, resource, path, at.clone(), Vec::new()).becomes(What::Goes)
}

/// A file that was written and is to be absent.
fn absent<'a>(before: &Resource, (id, after): (ResourceId, &'a Resource), base: HostSide<'_>) -> Option<Changed<'a>> {
    let says = tells(&content_of(before, base.sources())) || before.value("target").is_some();
    (is_file(before) && says && !wanted(after)).then(|| goes(id, after, file_path(after).to_owned()))
}

/// A file that is no longer declared, in a folder that keeps nothing else.
fn purged<'a>(before: &Resource, base: HostSide<'_>, head: HostSide<'a>) -> Option<Changed<'a>> {
    let path = file_path(before);
    if !tells(&content_of(before, base.sources())) || declared(path, head.catalog()).is_some() {
        return None;
    }
    let mut folders = path.match_indices('/').rev().filter_map(|(at, _)| path.get(..at));
    let (id, dir) = folders.find_map(|dir| declared(dir, head.catalog()))?;
    (wanted(dir) && purges(dir)).then(|| goes(id, dir, path.to_owned()))
}

fn purges(folder: &Resource) -> bool {
    let is = |name: &str| match folder.value(name) {
        Some(Value::Bool(b)) => *b,
        Some(v) => matches!(v.as_str(), Some("true" | "remote" | "inf" | "yes")),
        None => false,
    };
    is("purge") && is("recurse")
}

/// The resource of the file at a path.
fn declared<'a>(path: &str, catalog: &'a Catalog) -> Option<(ResourceId, &'a Resource)> {
    let ids = [path.to_owned(), format!("{path}/")];
    let titled = ids.iter().find_map(|t| catalog.id("File", t));
    let titled = titled.and_then(|id| Some((id, catalog.get(id)?))).filter(|(_, r)| !r.is_virtual);
    titled.filter(|(_, r)| file_path(r) == path).or_else(|| {
        let ids = (0..).zip(&catalog.resources);
        let mut named = ids.filter(|(_, r)| r.type_name == "File" && !r.is_virtual && r.param("path").is_some());
        named.find(|(_, r)| file_path(r) == path)
    })
}
