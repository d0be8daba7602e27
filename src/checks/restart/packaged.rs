//! Readers told by a package at hand: its unit or init script names the file, or it ships the file, or its folder,
//! and what starts a service.
//!
//! Only packages that are declared beside the file are asked, so that `--fetch` brings no more than needed.

use super::changed::Changed;
use super::lines::names_file;
use super::readers::How;
use super::scope::scopes;
use super::services::{Service, is_oneshot};
use super::specifiers::expand;
use crate::catalog::ResourceId;
use crate::checks::removal::wanted;
use crate::checks::{HostContext, HostSide};
use crate::content::settings::is_comment;
use crate::finding::Confidence;
use crate::package::Shipped;
use std::collections::BTreeSet;

/// Folders of settings that many packages put something into.
const SHARED: [&str; 6] = ["default", "init", "init.d", "ssl", "systemd", "X11"];

/// What the packages beside a file say of the services.
#[derive(Default)]
pub(super) struct Testimony {
    /// Those that read the file: the unit or init script names it, or the package ships it, or its folder, as well.
    pub(super) readers: Vec<(ResourceId, How, Confidence)>,
    /// Those that are no daemon by the packaged unit.
    pub(super) oneshots: Vec<ResourceId>,
}

/// Asks the packages declared beside the file.
pub(super) fn packaged(
    cx: &HostContext<'_>,
    file: &Changed<'_>,
    services: &[Service<'_>],
    head: HostSide<'_>,
) -> Testimony {
    let near = scopes(file.resource, head.catalog());
    let packages = head.catalog().of_type("Package").filter(|r| !r.is_virtual && wanted(r));
    let beside = packages.filter(|r| !near.is_disjoint(&scopes(r, head.catalog())));
    let named = beside.map(|r| r.text("name").unwrap_or(&r.title));
    let shipped = named.filter_map(|name| Some((name, cx.repo.packages.ships(name)?)));
    let mut told = Testimony::default();
    for (name, shipped) in shipped {
        for service in services.iter().filter(|s| shipped.brings(s.name)) {
            if start_text(&shipped, service).lines().any(is_oneshot) {
                told.oneshots.push(service.id);
            } else if let Some((how, sure)) = reads(name, &shipped, service, &file.path) {
                told.readers.push((service.id, how, sure));
            }
        }
    }
    told
}

/// A unit of the repository's own stands for the packaged one (systemd.unit(5)), and was asked before.
fn start_text<'s>(shipped: &'s Shipped, service: &Service<'_>) -> &'s str {
    shipped.starter(service.name).filter(|_| service.start.is_empty()).unwrap_or_default()
}

/// How a package that brings a service says that it reads the file.
fn reads(package: &str, shipped: &Shipped, service: &Service<'_>, path: &str) -> Option<(How, Confidence)> {
    let mut lines = start_text(shipped, service).lines().filter(|l| !is_comment(l));
    if lines.any(|l| names_file(&expand(l, service.name), path)) {
        return Some((How::PackagedUnit(package.to_owned()), Confidence::High));
    }
    owns(&shipped.paths, path).then(|| (How::Packaged(package.to_owned()), Confidence::Medium))
}

/// Whether a package ships the very file, or the folder below `/etc` that it lies in.
fn owns(paths: &BTreeSet<String>, path: &str) -> bool {
    let first = path.strip_prefix("/etc/").and_then(|rest| rest.split_once('/')).map(|(first, _)| first);
    let own = first.filter(|f| !f.ends_with(".d") && !SHARED.contains(f)).map(|f| format!("/etc/{f}"));
    let in_own = |dir: String| {
        let below = format!("{dir}/");
        paths.contains(&dir) || paths.range(below.clone()..).next().is_some_and(|p| p.starts_with(&below))
    };
    paths.contains(path) || own.is_some_and(in_own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_owns_its_folder_and_no_shared_one() {
        let paths: BTreeSet<String> =
            ["/etc/shelf/shelf.conf", "/etc/default/shelf", "/lib/systemd/system/shelf@.service"]
                .map(str::to_owned)
                .into();
        for (path, expected) in [
            ("/etc/shelf/shelf.conf", true),
            ("/etc/shelf/conf.d/more.conf", true),
            ("/etc/shelfmark/x.conf", false),
            ("/etc/default/shelf", true),
            ("/etc/default/other", false),
            ("/srv/shelf/x", false),
        ] {
            assert_eq!(owns(&paths, path), expected, "{path}");
        }
    }
}
