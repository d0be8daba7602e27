//! Edges the agent adds by itself: a file after its folder and its owner, a cron job after its user, and so on.
//!
//! They order and never refresh, and give way where the author said the opposite.

use super::RefreshGraph;
use crate::catalog::{Catalog, Resource, ResourceId, ResourceKind};
use crate::value::Value;
use rustc_hash::FxHashMap;

/// Resources by type and name as the agent looks them up (files by path).
type ByName<'a> = FxHashMap<(&'static str, &'a str), ResourceId>;

pub(super) fn add(graph: &mut RefreshGraph, catalog: &Catalog) {
    let names = by_name(catalog);
    for (id, resource) in (0..).zip(&catalog.resources).filter(|(_, r)| !r.is_virtual) {
        for needed in needs(resource, catalog, &names) {
            let said = |from: u32, to: u32| graph.edges(from).iter().any(|e| e.to == to);
            if needed != id && !said(id, needed) && !said(needed, id) {
                graph.edge(needed, id, false);
            }
        }
    }
    of_modules(graph, catalog, &names);
}

/// What types of modules ask for. A name finds a resource as a title does.
fn of_modules(graph: &mut RefreshGraph, catalog: &Catalog, names: &ByName<'_>) {
    let all = catalog.automatic.iter().flat_map(|(id, asked)| asked.iter().map(move |auto| (*id, auto)));
    for (asker, auto) in all {
        let (kind, title) = (auto.other.0.as_str(), auto.other.1.as_str());
        let named =
            ["File", "User", "Group", "Mount"].iter().find(|k| **k == kind).and_then(|k| names.get(&(*k, title)));
        let real = |id: &ResourceId| {
            let native = |r: &Resource| !matches!(r.kind, ResourceKind::Class | ResourceKind::Defined);
            catalog.get(*id).is_some_and(|r| !r.is_virtual && native(r))
        };
        let Some(other) = named.copied().or_else(|| catalog.id(kind, title)).filter(real) else { continue };
        let said = |from: u32, to: u32| graph.edges(from).iter().any(|e| e.to == to);
        if other == asker || said(other, asker) || said(asker, other) || !real(&asker) {
            continue;
        }
        let (from, to) = if auto.after { (other, asker) } else { (asker, other) };
        graph.edge(from, to, auto.refresh);
    }
}

fn by_name(catalog: &Catalog) -> ByName<'_> {
    let mut names = ByName::default();
    for (id, resource) in (0..).zip(&catalog.resources).filter(|(_, r)| !r.is_virtual) {
        match resource.type_name.as_str() {
            "File" => names.insert(("File", path_of(resource)), id),
            "User" => names.insert(("User", name_of(resource)), id),
            "Group" => names.insert(("Group", name_of(resource)), id),
            "Mount" => names.insert(("Mount", name_of(resource)), id),
            _ => None,
        };
    }
    names
}

fn path_of(resource: &Resource) -> &str {
    let path = resource.text("path").or_else(|| resource.text("name")).unwrap_or(&resource.title);
    if path.len() > 1 { path.trim_end_matches('/') } else { path }
}

fn name_of(resource: &Resource) -> &str {
    resource.text("name").unwrap_or(&resource.title)
}

fn needs(resource: &Resource, catalog: &Catalog, names: &ByName<'_>) -> Vec<ResourceId> {
    let text = |param: &str| resource.text(param).unwrap_or("");
    let named = |kind: &'static str, name: &str| {
        let name = if kind == "File" && name.len() > 1 { name.trim_end_matches('/') } else { name };
        names.get(&(kind, name)).copied()
    };
    let found: Vec<Option<ResourceId>> = match resource.type_name.as_str() {
        "File" => vec![
            parent("File", path_of(resource), names),
            named("User", text("owner")).filter(|_| !is_number(text("owner"))),
            named("Group", text("group")).filter(|_| !is_number(text("group"))),
            link_target(resource, names),
        ]
        .into_iter()
        .chain(mounts_above(path_of(resource), names).into_iter().map(Some))
        .collect(),
        "Exec" => return exec_needs(resource, names),
        "Package" => ["responsefile", "adminfile", "source"].map(|p| named("File", text(p))).to_vec(),
        "Cron" => vec![named("User", resource.text("user").unwrap_or("root"))],
        "Ssh_authorized_key" => vec![named("User", text("user"))],
        "Mount" => vec![parent("Mount", name_of(resource), names)],
        "User" => return user_groups(resource, names).into_iter().chain(primary_group(resource, catalog)).collect(),
        _ => Vec::new(),
    };
    found.into_iter().flatten().collect()
}

/// The nearest declared folder above.
fn parent(kind: &'static str, path: &str, names: &ByName<'_>) -> Option<ResourceId> {
    let mut path = path;
    while let Some((above, _)) = path.rsplit_once('/') {
        let folder = if above.is_empty() { "/" } else { above };
        if let Some(id) = names.get(&(kind, folder)) {
            return Some(*id);
        }
        path = above;
    }
    None
}

/// What is mounted above a file comes first.
fn mounts_above(path: &str, names: &ByName<'_>) -> Vec<ResourceId> {
    let above = path.match_indices('/').map(|(at, _)| path.get(..at).unwrap_or_default());
    above.filter_map(|folder| names.get(&("Mount", folder)).copied()).collect()
}

fn link_target(resource: &Resource, names: &ByName<'_>) -> Option<ResourceId> {
    let target = resource.text("target").or_else(|| resource.text("ensure").filter(|e| e.starts_with('/')))?;
    names.get(&("File", target.trim_end_matches('/'))).copied()
}

/// The folder, the user, and the managed files that begin a line of the command or of a guard.
fn exec_needs(resource: &Resource, names: &ByName<'_>) -> Vec<ResourceId> {
    let file = |path: &str| {
        let path = if path.len() > 1 { path.trim_end_matches('/') } else { path };
        names.get(&("File", path)).copied()
    };
    let mut found: Vec<Option<ResourceId>> = vec![resource.text("cwd").and_then(file)];
    let command = resource.value("command").map_or_else(|| vec![resource.title.as_str()], first_words);
    let lines = command.iter().take(1).flat_map(|c| c.lines());
    found.extend(lines.clone().filter_map(program).map(file));
    found.extend(lines.filter_map(|l| l.strip_prefix('"')?.split_once('"')).map(|(path, _)| file(path)));
    for guard in ["onlyif", "unless"].iter().filter_map(|p| resource.value(p)) {
        found.extend(first_words(guard).iter().flat_map(|g| g.lines()).filter_map(program).map(file));
    }
    let user = resource.text("user").filter(|u| !is_number(u));
    found.push(user.and_then(|u| names.get(&("User", u)).copied()));
    found.into_iter().flatten().collect()
}

/// The text of a command, or of each command of a list; a command may be a list of words itself.
fn first_words(value: &Value) -> Vec<&str> {
    let items = value.as_array().unwrap_or(std::slice::from_ref(value));
    items.iter().filter_map(|v| v.as_str().or_else(|| v.as_array()?.first()?.as_str())).collect()
}

fn program(line: &str) -> Option<&str> {
    line.split_whitespace().next().filter(|_| line.starts_with('/'))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The group with the number that a user's primary group has.
fn primary_group(user: &Resource, catalog: &Catalog) -> Option<ResourceId> {
    let number = |r: &Resource| match r.value("gid")? {
        Value::Int(number) => Some(*number),
        Value::Str(text) if is_number(&text.text) => text.text.parse().ok(),
        _ => None,
    };
    let wanted = number(user)?;
    let mut groups = (0..).zip(&catalog.resources).filter(|(_, r)| r.type_name == "Group" && !r.is_virtual);
    groups.find(|(_, r)| number(r) == Some(wanted)).map(|(id, _)| id)
}

fn user_groups(resource: &Resource, names: &ByName<'_>) -> Vec<ResourceId> {
    let mut groups: Vec<&str> = resource.text("gid").into_iter().collect();
    let more = resource.value("groups").map(|v| {
        v.as_array().map_or_else(
            || v.as_str().into_iter().collect(),
            |a| a.iter().filter_map(|g| g.as_str()).collect::<Vec<_>>(),
        )
    });
    groups.extend(more.unwrap_or_default());
    groups.into_iter().filter_map(|g| names.get(&("Group", g)).copied()).collect()
}
