//! `package-index-stale`: a package is newly needed that the hosts' package index may not know.
//!
//! A new package of the distribution on a Debian host is daily business: its index knew it for years. Said
//! is what rests on a recent upload: a version that is asked for by number, a repository that is new, or a
//! yum-like manager, which keeps an index until it expires.

use super::places::head as at_head;
use super::restart::Reach;
use super::{Check, HostContext, HostSide, draft};
use crate::catalog::{Catalog, Resource, ResourceId};
use crate::checks::removal::wanted;
use crate::diff::Change;
use crate::finding::{Confidence, Finding};
use crate::value::Value;
use std::collections::BTreeSet;

pub(crate) struct PackageIndexStale;

impl Check for PackageIndexStale {
    fn id(&self) -> &'static str {
        "package-index-stale"
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
    let needed: Vec<Needed<'_>> = cx.changes.iter().filter_map(|c| needed(c, base, head)).collect();
    if needed.is_empty() {
        return Vec::new();
    }
    let manager = manager(head.catalog());
    let new_repository = cx.changes.iter().find_map(|c| new_repository(c, head));
    let refreshes = refreshes(cx, head, graph);
    let judge = |n: &Needed<'_>| {
        let reason = reason(n, manager, new_repository)?;
        let near = nearest(n, &refreshes, graph)?;
        Some(finding(n, &reason, &near, manager))
    };
    needed.iter().filter_map(judge).collect()
}

/// A package that the change newly needs, or needs in another version.
struct Needed<'a> {
    id: ResourceId,
    resource: &'a Resource,
    /// The version asked for by number.
    version: Option<&'a str>,
    added: bool,
}

/// Providers that have no index on the host.
const NO_INDEX: [&str; 10] = ["pip", "pip2", "pip3", "gem", "puppet_gem", "npm", "pear", "pecl", "dpkg", "rpm"];
const NO_VERSION: [&str; 9] = ["present", "installed", "latest", "absent", "purged", "held", "true", "false", ""];

fn needed<'a>(change: &Change, base: HostSide<'a>, head: HostSide<'a>) -> Option<Needed<'a>> {
    let (id, added) = match change {
        Change::Added(id) => (*id, true),
        Change::Param { base: before, head, name } if name == "ensure" => {
            (*head, base.get(*before).is_none_or(|r| !wanted(r)))
        }
        _ => return None,
    };
    let resource = head.get(id).filter(|r| r.type_name == "Package" && wanted(r) && r.value("source").is_none())?;
    if resource.text("provider").is_some_and(|p| NO_INDEX.contains(&p)) {
        return None;
    }
    let version = resource.text("ensure").filter(|v| !NO_VERSION.contains(v));
    (added || version.is_some()).then_some(Needed { id, resource, version, added })
}

/// The package manager of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manager {
    Apt,
    /// yum, dnf, zypper: keeps an index until it expires.
    Yum,
}

fn manager(catalog: &Catalog) -> Manager {
    let yum = |r: &Resource| match r.type_name.as_str() {
        "Yumrepo" => true,
        "Package" => matches!(r.text("provider"), Some("yum" | "dnf" | "zypper" | "dnfmodule")),
        "Exec" => words(command(r)).any(|w| matches!(w, "yum" | "dnf" | "zypper")),
        _ => false,
    };
    if catalog.resources.iter().any(|r| !r.is_virtual && yum(r)) { Manager::Yum } else { Manager::Apt }
}

/// A package source that the change adds.
fn new_repository<'a>(change: &Change, head: HostSide<'a>) -> Option<&'a Resource> {
    let Change::Added(id) = change else { return None };
    head.get(*id).filter(|r| wanted(r)).filter(|r| match r.type_name.as_str() {
        "Apt::Source" | "Apt::Repository" | "Apt::Ppa" | "Yumrepo" | "Apt::Package_from_component" => true,
        "File" => r.title.starts_with("/etc/apt/sources.list.d/") || r.title.starts_with("/etc/yum.repos.d/"),
        _ => false,
    })
}

/// Why the index may not know the package.
struct Reason {
    text: String,
    confidence: Confidence,
}

fn reason(needed: &Needed<'_>, manager: Manager, new_repository: Option<&Resource>) -> Option<Reason> {
    let said = |text: String, confidence| Some(Reason { text, confidence });
    match (needed.version, new_repository, manager) {
        (Some(version), ..) => said(format!("version {version} is asked for by number"), Confidence::High),
        (None, Some(repository), _) if needed.added => {
            said(format!("the same change adds {}", repository.reference()), Confidence::Medium)
        }
        (None, _, Manager::Yum) if needed.added => {
            said("the package manager keeps its index until it expires".to_owned(), Confidence::High)
        }
        _ => None,
    }
}

/// A resource that refreshes the index.
struct Refresh<'a> {
    id: ResourceId,
    resource: &'a Resource,
    /// It runs in the run that brings the change.
    runs: bool,
}

fn refreshes<'a>(cx: &HostContext<'_>, head: HostSide<'a>, graph: &dyn Reach) -> Vec<Refresh<'a>> {
    let found: Vec<(ResourceId, &Resource)> =
        (0..).zip(&head.catalog().resources).filter(|(_, r)| !r.is_virtual && is_refresh(r)).collect();
    if found.is_empty() {
        return Vec::new();
    }
    let triggered: BTreeSet<ResourceId> =
        cx.changes.iter().filter_map(changed_id).flat_map(|id| graph.refreshed_by(id)).collect();
    let waits = |r: &Resource| {
        matches!(r.value("refreshonly"), Some(Value::Bool(true))) || r.text("refreshonly") == Some("true")
    };
    found
        .into_iter()
        .map(|(id, resource)| Refresh { id, resource, runs: !waits(resource) || triggered.contains(&id) })
        .collect()
}

fn changed_id(change: &Change) -> Option<ResourceId> {
    match change {
        Change::Added(id) => Some(*id),
        Change::Content { head, .. } | Change::Param { head, .. } => Some(*head),
        Change::Removed(_) => None,
    }
}

fn is_refresh(resource: &Resource) -> bool {
    match resource.type_name.as_str() {
        "Exec" => refreshes_index(command(resource)),
        "Class" => resource.title.eq_ignore_ascii_case("apt::update"),
        _ => false,
    }
}

fn command(exec: &Resource) -> &str {
    exec.text("command").unwrap_or(&exec.title)
}

/// The words of a command, programs without their folder.
fn words(command: &str) -> impl Iterator<Item = &str> {
    command
        .split(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|' | '"' | '\''))
        .filter(|w| !w.is_empty())
        .map(|w| w.rsplit('/').next().unwrap_or(w))
}

fn refreshes_index(command: &str) -> bool {
    let has = |program: &[&str], verb: &[&str]| {
        words(command).any(|w| program.contains(&w)) && words(command).any(|w| verb.contains(&w))
    };
    has(&["apt-get", "apt", "aptitude"], &["update"])
        || has(&["yum", "dnf"], &["clean", "makecache", "check-update"])
        || has(&["zypper"], &["refresh", "ref"])
}

/// What comes nearest to a refresh before the package.
enum Near<'a> {
    Nothing,
    /// It runs, and nothing puts it before the package.
    Unordered(&'a Resource),
    /// It runs after the package.
    After(&'a Resource),
    /// It waits for a refresh that does not come.
    Asleep(&'a Resource),
}

/// `None` if the index is refreshed before the package.
fn nearest<'a>(needed: &Needed<'_>, refreshes: &[Refresh<'a>], graph: &dyn Reach) -> Option<Near<'a>> {
    if refreshes.iter().any(|r| r.runs && graph.comes_before(r.id, needed.id)) {
        return None;
    }
    let mut running = refreshes.iter().filter(|r| r.runs);
    let unordered = running.clone().find(|r| !graph.would_cycle(r.id, needed.id)).map(|r| Near::Unordered(r.resource));
    let near = unordered.or_else(|| running.next().map(|r| Near::After(r.resource)));
    Some(near.or_else(|| refreshes.first().map(|r| Near::Asleep(r.resource))).unwrap_or(Near::Nothing))
}

fn finding(needed: &Needed<'_>, reason: &Reason, near: &Near<'_>, manager: Manager) -> Finding {
    let name = needed.resource.text("name").unwrap_or(&needed.resource.title);
    let subject = needed.version.map_or_else(|| format!("Package[{name}]"), |v| format!("Package[{name}] {v}"));
    let message = format!(
        "package {name} is newly needed ({}), and nothing refreshes the package index before it: a host with an old index fails where the canary passes",
        reason.text
    );
    let at = needed.resource.param("ensure").map_or(&needed.resource.at, |p| &p.at);
    let found = draft("package-index-stale", subject, "needed", message).confidence(reason.confidence);
    let found = found.at(at_head(at, "needed from here on"));
    let found = match near {
        Near::Nothing => found,
        Near::Unordered(r) => {
            found.also(at_head(&r.at, "near miss: this refreshes the index, and nothing puts it before the package"))
        }
        Near::After(r) => found.also(at_head(&r.at, "near miss: this refreshes the index, but after the package")),
        Near::Asleep(r) => found.also(at_head(
            &r.at,
            "near miss: this would refresh the index, but waits for a refresh that does not come",
        )),
    };
    let command = if manager == Manager::Yum { "yum clean expire-cache" } else { "apt-get update" };
    let edge = match near {
        Near::Unordered(r) => format!(", or order it: {} -> Package['{}']", quoted(r), needed.resource.title),
        _ => String::new(),
    };
    found
        .watch(format!("installs of {name} on hosts other than the canary: 404 or \"version not found\""))
        .first_aid(format!("run `{command}` on the hosts that fail, then the agent again"))
        .remedy(format!("run `{command}` on all hosts before the merge{edge}; a canary with a fresh index does not speak for the others"))
}

fn quoted(resource: &Resource) -> String {
    format!("{}['{}']", resource.type_name, resource.title)
}

#[cfg(test)]
mod tests {
    use super::refreshes_index;

    #[test]
    fn commands_that_refresh_the_index() {
        for (command, expected) in [
            ("/usr/bin/apt-get update", true),
            ("apt-get -q update && true", true),
            ("/usr/bin/yum -q clean expire-cache", true),
            ("/usr/bin/dnf makecache", true),
            ("/usr/bin/apt-get install update-notifier", false),
            ("/usr/sbin/update-initramfs -u", false),
            ("/usr/bin/apt-key update", false),
        ] {
            assert_eq!(refreshes_index(command), expected, "{command}");
        }
    }
}
