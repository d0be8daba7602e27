//! What a package puts on a host: its paths, and the units and init scripts that start its services.

use super::member::{MemberKind, Package};
use std::collections::{BTreeMap, BTreeSet};

/// Where packages put the units of their services.
const UNITS: [&str; 2] = ["/lib/systemd/system", "/usr/lib/systemd/system"];

/// What a package brings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shipped {
    /// Absolute paths of whatever is no directory.
    pub paths: BTreeSet<String>,
    /// Texts of units and init scripts, by path; of those alone that the package's reader keeps.
    starters: BTreeMap<String, String>,
}

impl Shipped {
    /// What the package brings.
    #[must_use]
    pub fn of(package: &Package) -> Self {
        let members = package.members.iter().filter(|m| m.kind != MemberKind::Dir);
        let paths = members.clone().map(|m| m.path.clone()).collect();
        let starts = |path: &str| path.starts_with("/etc/init.d/") || path.ends_with(".service");
        let texts = members.filter(|m| starts(&m.path));
        let starters = texts.filter_map(|m| Some((m.path.clone(), m.content.clone()?))).collect();
        Self { paths, starters }
    }

    /// Whether the package brings what starts a service.
    #[must_use]
    pub fn brings(&self, service: &str) -> bool {
        Self::starters_of(service).any(|path| self.paths.contains(&path))
    }

    /// The text of what starts a service; a unit goes before an init script (systemd-sysv-generator(8)).
    #[must_use]
    pub fn starter(&self, service: &str) -> Option<&str> {
        Self::starters_of(service).find_map(|path| self.starters.get(&path)).map(String::as_str)
    }

    fn starters_of(service: &str) -> impl Iterator<Item = String> {
        let template = service.split_once('@').map_or_else(|| service.to_owned(), |(name, _)| format!("{name}@"));
        let units = UNITS.into_iter().map(move |dir| format!("{dir}/{template}.service"));
        units.chain(std::iter::once(format!("/etc/init.d/{service}")))
    }
}

#[cfg(test)]
mod tests {
    use super::Shipped;

    #[test]
    fn a_template_starts_its_instances_and_no_service_of_its_name() {
        let unit = "/lib/systemd/system/shelf@.service".to_owned();
        let texts = [(unit.clone(), "ExecStart=/usr/bin/shelf".to_owned())];
        let shipped = Shipped { paths: [unit].into(), starters: texts.into() };
        assert!(shipped.brings("shelf@1") && !shipped.brings("shelf"));
        assert_eq!(shipped.starter("shelf@1"), Some("ExecStart=/usr/bin/shelf"));
    }
}
