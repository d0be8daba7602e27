//! Resources that edit part of a file: rows of `rules/knowledge/edits.toml`.

use super::Changed;
use crate::catalog::{Catalog, Resource, ResourceId};
use crate::checks::HostSide;
use crate::checks::removal::{file_path, wanted};
use crate::checks::restart::glob::matches;
use crate::checks::restart::knowledge::Knowledge;
use crate::diff::Change;
use crate::repo::Loc;
use crate::value::Value;
use serde::Deserialize;
use std::sync::OnceLock;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    #[serde(default)]
    edit: Vec<Row>,
}

/// A type of resource that edits a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    r#type: String,
    #[serde(default)]
    path: Vec<String>,
    file: Option<String>,
    text: Vec<String>,
}

const BUILTIN: &str = include_str!("../../../../rules/knowledge/edits.toml");

fn rows() -> &'static [Row] {
    static CELL: OnceLock<Rows> = OnceLock::new();
    &CELL.get_or_init(|| toml::from_str(BUILTIN).unwrap_or_default()).edit
}

fn row_of(resource: &Resource) -> Option<&'static Row> {
    rows().iter().find(|row| matches(&row.r#type, &resource.type_name).is_some())
}

/// What a change does by way of such a resource. Of its parameters the first that differs speaks for all.
pub(super) fn of<'a>(change: &Change, base: HostSide<'a>, head: HostSide<'a>) -> Option<Changed<'a>> {
    let (before, id) = match change {
        Change::Added(id) => (None, *id),
        Change::Param { base: before, head: after, .. } => (Some(base.get(*before)?), *after),
        _ => return None,
    };
    let resource = head.get(id)?;
    let row = row_of(resource)?;
    if let Change::Param { name, .. } = change
        && before.and_then(|b| row.first_difference(b, resource)) != Some(name.as_str())
    {
        return None;
    }
    if !wanted(resource) && !before.is_some_and(wanted) {
        return None;
    }
    edit(row, id, resource, before, head.catalog())
}

fn edit<'a>(
    row: &Row,
    id: ResourceId,
    resource: &'a Resource,
    before: Option<&Resource>,
    catalog: &Catalog,
) -> Option<Changed<'a>> {
    let path = row.target(resource, catalog)?;
    let (old, new) = (before.map_or_else(Vec::new, |b| row.lines(b)), row.lines(resource));
    let differ = wanted(resource) != before.is_some_and(wanted) || old != new;
    let lines = old.iter().filter(|l| !new.contains(l)).chain(new.iter().filter(|l| !old.contains(l))).cloned();
    let lines: Vec<String> = if wanted(resource) { lines.collect() } else { old.clone() };
    differ.then(|| Changed::new(id, resource, path, row.place(before, resource), lines))
}

impl Row {
    /// The parameters that say how the file is to be.
    fn params(&self) -> impl Iterator<Item = &str> {
        let named = self.text.iter().flat_map(|t| names(t));
        named.chain(std::iter::once("ensure")).filter(|n| *n != "title")
    }

    fn first_difference(&self, before: &Resource, after: &Resource) -> Option<&str> {
        self.params().find(|name| before.value(name) != after.value(name))
    }

    /// Where what differs is given.
    fn place(&self, before: Option<&Resource>, after: &Resource) -> Loc {
        let name = before.map_or_else(|| self.params().next(), |b| self.first_difference(b, after));
        name.and_then(|n| after.param(n)).map_or(&after.at, |p| &p.at).clone()
    }

    /// The file it edits.
    fn target(&self, resource: &Resource, catalog: &Catalog) -> Option<String> {
        let given = self.path.iter().filter_map(|name| resource.value(name));
        let mut texts = given.flat_map(texts).filter_map(|text| path_in(&text, catalog));
        texts.next().or_else(|| self.file.clone())
    }

    /// The lines it brings; a line of which something is missing is left out.
    fn lines(&self, resource: &Resource) -> Vec<String> {
        self.text.iter().flat_map(|template| filled(template, resource).unwrap_or_default()).collect()
    }
}

/// The `{name}`s of a line.
fn names(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name))
}

fn filled(template: &str, resource: &Resource) -> Option<Vec<String>> {
    let mut lines = vec![template.to_owned()];
    for name in names(template) {
        let values = match name {
            "title" => vec![resource.title.to_string()],
            _ => resource.value(name).filter(|v| **v != Value::Undef).map(texts)?,
        };
        let put = |line: &String| values.iter().map(|v| line.replace(&format!("{{{name}}}"), v)).collect::<Vec<_>>();
        lines = lines.iter().flat_map(put).collect();
    }
    Some(lines)
}

fn texts(value: &Value) -> Vec<String> {
    match value.as_array() {
        Some(list) => list.iter().map(ToString::to_string).collect(),
        None => vec![value.to_string()],
    }
}

/// The path that a text names: itself, or the file in a place of augeas' tree.
fn path_in(text: &str, catalog: &Catalog) -> Option<String> {
    if let Some(at) = text.find("/files/") {
        let place = text.get(at + "/files".len()..)?;
        let end = place.find(['[', '*', ' ', '\'', '"']).unwrap_or(place.len());
        return file_of(place.get(..end)?.trim_end_matches('/'), catalog);
    }
    text.starts_with('/').then(|| text.to_owned())
}

/// Which part of a place in the tree is the file: one that the catalog or the rows know, or one with an ending.
fn file_of(place: &str, catalog: &Catalog) -> Option<String> {
    let ends = place.match_indices('/').map(|(at, _)| at).skip(1).chain(std::iter::once(place.len()));
    let parts: Vec<&str> = ends.filter_map(|at| place.get(..at)).collect();
    let declared =
        |path: &str| catalog.of_type("File").any(|r| file_path(r) == path && r.text("ensure") != Some("directory"));
    let known = |p: &&&str| Knowledge::builtin().names(p) || declared(p);
    let ending = |p: &&&str| p.rsplit('/').next().is_some_and(|n| n.contains('.') && !n.ends_with(".d"));
    parts.iter().find(known).or_else(|| parts.iter().find(ending)).map(|p| (*p).to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_read() {
        let rows: Rows = toml::from_str(BUILTIN).unwrap();
        for row in &rows.edit {
            assert!(row.file.is_some() || !row.path.is_empty(), "{}", row.r#type);
            assert!(row.params().count() > 1, "{}", row.r#type);
        }
    }

    #[test]
    fn a_place_in_the_tree_is_a_file_and_more() {
        let catalog = Catalog::default();
        for (text, expected) in [
            ("/files/etc/ssh/sshd_config/PermitRootLogin", Some("/etc/ssh/sshd_config")),
            ("set /files/etc/php/php.ini/PHP/memory_limit 256M", Some("/etc/php/php.ini")),
            ("/files/etc/conf.d/x.conf/*[. = 'a']", Some("/etc/conf.d/x.conf")),
            ("/files/etc/nobody/knows", None),
            ("/etc/app.conf", Some("/etc/app.conf")),
            ("set x y", None),
        ] {
            assert_eq!(path_in(text, &catalog).as_deref(), expected, "{text}");
        }
    }
}
