//! Who on a host still holds on to a folder: what Puppet keeps there, what names it, whose data it is too.

use super::{file_path, wanted};
use crate::catalog::Resource;
use crate::checks::references::dependents_of;
use crate::checks::{HostContext, HostSide};
use crate::package::{Kind, merged};
use crate::repo::Loc;

/// Something that still needs what lies at or below a path.
pub(super) struct Holder {
    /// For a sentence: "Mount[/srv/app] is mounted there".
    pub(super) how: String,
    /// Where it says so.
    pub(super) at: Loc,
}

/// Everything that holds on to `path`; `without` is a package that is about to go.
pub(super) fn holders(cx: &HostContext<'_>, head: HostSide<'_>, path: &str, without: Option<&str>) -> Vec<Holder> {
    if !path.starts_with('/') {
        return Vec::new();
    }
    let resources = head.catalog().resources.iter().filter(|r| !r.is_virtual && wanted(r));
    let mut found: Vec<Holder> = resources.filter_map(|r| keeps(r, path)).collect();
    let named = dependents_of(path, head).into_iter();
    found.extend(named.map(|r| Holder { how: format!("{} names it", r.what), at: r.at }));
    found.extend(other_packages(cx, head, path, without));
    found
}

/// A mount, a managed file or an account's home at or below the path.
fn keeps(resource: &Resource, path: &str) -> Option<Holder> {
    let (place, how) = match resource.type_name.as_str() {
        "Mount" => (resource.text("name").unwrap_or(&resource.title), "is mounted there"),
        "File" => (file_path(resource), "is kept there"),
        "User" => (resource.text("home")?, "has its home there"),
        _ => return None,
    };
    let inside =
        merged(place.trim_end_matches('/')).strip_prefix(path).is_some_and(|r| r.is_empty() || r.starts_with('/'));
    inside.then(|| Holder { how: format!("{} {how}", resource.reference()), at: resource.at.clone() })
}

/// A package that stays and would itself destroy the path: its data lie there too.
fn other_packages(cx: &HostContext<'_>, head: HostSide<'_>, path: &str, without: Option<&str>) -> Vec<Holder> {
    let packages = head.catalog().of_type("Package").filter(|r| wanted(r));
    let named = packages.map(|r| (r, r.text("name").unwrap_or(&r.title))).filter(|(_, name)| Some(*name) != without);
    let shares = |name: &str| {
        let removal = cx.repo.packages.removal(name).ok()?;
        let mut destroyed = removal.effects.iter().filter(|e| e.kind == Kind::DataDestroyed);
        destroyed.any(|e| merged(e.subject.trim_end_matches('/')) == path).then_some(())
    };
    let sharing = named.filter(|(_, name)| shares(name).is_some());
    sharing
        .map(|(resource, name)| Holder {
            how: format!("package {name}, which stays, has its data there too"),
            at: resource.at.clone(),
        })
        .collect()
}
