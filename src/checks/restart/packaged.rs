//! Readers told by a package at hand: it ships the file, or its folder, and the unit or init script of a service.
//!
//! Only packages that are declared beside the file are asked, so that `--fetch` brings no more than needed.

use super::changed::Changed;
use super::scope::scopes;
use super::services::Service;
use crate::catalog::ResourceId;
use crate::checks::removal::wanted;
use crate::checks::{HostContext, HostSide};
use std::collections::BTreeSet;

/// Folders of settings that many packages put something into.
const SHARED: [&str; 6] = ["default", "init", "init.d", "ssl", "systemd", "X11"];

/// The services that a package which ships the file brings, each with the package's name.
pub(super) fn packaged<'a>(
    cx: &HostContext<'_>,
    file: &Changed<'_>,
    services: &[Service<'_>],
    head: HostSide<'a>,
) -> Vec<(ResourceId, &'a str)> {
    let near = scopes(file.resource, head.catalog());
    let packages = head.catalog().of_type("Package").filter(|r| !r.is_virtual && wanted(r));
    let beside = packages.filter(|r| !near.is_disjoint(&scopes(r, head.catalog())));
    let named = beside.map(|r| r.text("name").unwrap_or(&r.title));
    let shipped = named.filter_map(|name| Some((name, cx.repo.packages.ships(name)?)));
    let owners = shipped.filter(|(_, paths)| owns(paths, &file.path));
    owners
        .flat_map(|(name, paths)| {
            let brought = services.iter().filter(move |s| brings(&paths, s.name));
            brought.map(move |s| (s.id, name)).collect::<Vec<_>>()
        })
        .collect()
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

fn brings(paths: &BTreeSet<String>, service: &str) -> bool {
    let template = service.split_once('@').map_or_else(|| service.to_owned(), |(name, _)| format!("{name}@"));
    let units = ["/lib/systemd/system", "/usr/lib/systemd/system"].map(|dir| format!("{dir}/{template}.service"));
    units.iter().any(|u| paths.contains(u)) || paths.contains(&format!("/etc/init.d/{service}"))
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
        assert!(brings(&paths, "shelf@1") && !brings(&paths, "shelf"));
    }
}
