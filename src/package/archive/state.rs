//! The packages of a host: read from a dpkg status file, or derived from the ones that are asked
//! for, as apt would install them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::index::{Index, Listed};
use super::relation::{Group, Relation};

/// Packages that a derivation may reach.
const MAX_PACKAGES: usize = 20_000;

/// A package of the host.
#[derive(Clone, Debug, Default)]
pub struct Installed {
    /// Its version.
    pub version: String,
    /// What it cannot be without.
    pub depends: Vec<Group>,
    /// What apt installs with it and keeps for its sake.
    pub suggested: Vec<Group>,
    /// Names it stands for.
    pub provides: Vec<Relation>,
    /// Would apt refuse to remove it without being told twice?
    pub essential: bool,
    /// apt keeps it whoever asked for it: an essential package, or one of priority required.
    pub required: bool,
    /// Part of every plain installation.
    pub base: bool,
    /// Came for another package's sake.
    pub automatic: bool,
}

/// The packages of a host by name.
#[derive(Clone, Debug, Default)]
pub struct HostState {
    packages: BTreeMap<String, Installed>,
    providers: BTreeMap<String, Vec<String>>,
    /// While it is derived: does apt install what is recommended?
    recommends: bool,
}

impl HostState {
    /// What a dpkg status file says, with the marks of apt's `extended_states`.
    #[must_use]
    pub fn from_status(status: &str, extended: &str) -> HostState {
        let automatic: BTreeSet<&str> = extended.split("\n\n").filter_map(automatic).collect();
        let index = Index::from_text(status);
        let mut state = HostState::default();
        for listed in index.all().filter(|l| l.field("Status").is_none_or(|s| s.ends_with(" installed"))) {
            let mut package = installed(listed);
            package.automatic = automatic.contains(listed.name());
            state.insert(listed.name(), package);
        }
        state
    }

    /// The packages of a plain list, one a line, the name first (`dpkg-query -W`, an image's manifest);
    /// what they need is looked up. Which of them came along is not known: none counts so.
    #[must_use]
    pub fn from_list(list: &str, index: &Index) -> HostState {
        let mut state = HostState::default();
        let names = list.lines().filter_map(|l| l.split([' ', '\t', ':', '=']).next()).filter(|n| !n.starts_with('#'));
        for listed in names.filter_map(|name| index.newest(name)) {
            state.insert(listed.name(), installed(listed));
        }
        state
    }

    /// What a host has on which these packages are asked for: they, the base system, and all that
    /// apt brings along; what is only recommended, if `recommends` says so. `absent` are never chosen.
    #[must_use]
    pub fn implied(index: &Index, wanted: &BTreeSet<String>, absent: &BTreeSet<String>, recommends: bool) -> HostState {
        let mut state = HostState { recommends, ..HostState::default() };
        let mut queue = VecDeque::new();
        for name in wanted {
            state.install(index, name, false, &mut queue);
        }
        let base: BTreeSet<&str> = index.base().map(|l| l.name()).collect();
        for name in base.into_iter().filter(|n| !absent.contains(*n)) {
            state.install(index, name, false, &mut queue);
        }
        while let Some(group) = queue.pop_front() {
            if state.satisfied(&group, &BTreeSet::new()) || state.packages.len() > MAX_PACKAGES {
                continue;
            }
            if let Some(name) = choice(index, &group, absent) {
                state.install(index, &name, true, &mut queue);
            }
        }
        state
    }

    fn install(&mut self, index: &Index, name: &str, automatic: bool, queue: &mut VecDeque<Group>) {
        let Some(listed) = index.newest(name).filter(|_| !self.packages.contains_key(name)) else { return };
        let package = Installed { automatic, ..installed(listed) };
        queue.extend(package.depends.iter().cloned());
        if self.recommends {
            queue.extend(listed.groups("Recommends"));
        }
        self.insert(name, package);
    }

    fn insert(&mut self, name: &str, package: Installed) {
        for one in &package.provides {
            self.providers.entry(one.name.clone()).or_default().push(name.to_owned());
        }
        self.packages.insert(name.to_owned(), package);
    }

    /// The package of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Installed> {
        self.packages.get(name)
    }

    /// All of them, by name.
    pub fn packages(&self) -> impl Iterator<Item = (&str, &Installed)> {
        self.packages.iter().map(|(name, package)| (name.as_str(), package))
    }

    /// The packages that do for a relation.
    pub(super) fn satisfiers<'a>(&'a self, one: &'a Relation) -> impl Iterator<Item = &'a str> {
        let itself = self.packages.get_key_value(&one.name).filter(|(_, p)| one.takes(&p.version));
        let itself = itself.map(|(name, _)| name.as_str());
        let others = self.providers.get(&one.name).into_iter().flatten();
        let fits = |name: &&String| {
            let provided = self.packages.get(name.as_str()).into_iter().flat_map(|p| &p.provides);
            provided.filter(|p| p.name == one.name).any(|p| one.takes_provided(p))
        };
        itself.into_iter().chain(others.filter(fits).map(String::as_str))
    }

    /// Does a package that stays do for the group?
    pub(super) fn satisfied(&self, group: &Group, gone: &BTreeSet<String>) -> bool {
        group.0.iter().any(|one| self.satisfiers(one).any(|name| !gone.contains(name)))
    }
}

fn automatic(paragraph: &str) -> Option<&str> {
    let marked = paragraph.lines().any(|l| l == "Auto-Installed: 1");
    paragraph.lines().find_map(|l| l.strip_prefix("Package: ")).filter(|_| marked)
}

fn installed(listed: Listed<'_>) -> Installed {
    let both = |a: &str, b: &str| [listed.groups(a), listed.groups(b)].concat();
    Installed {
        version: listed.version().to_owned(),
        depends: both("Pre-Depends", "Depends"),
        suggested: both("Recommends", "Suggests"),
        provides: listed.provides(),
        essential: listed.is_essential(),
        required: listed.is_essential() || listed.field("Priority") == Some("required"),
        base: listed.is_base(),
        automatic: false,
    }
}

/// What apt takes for a group that nothing installed does for: its first alternative that is to be had.
fn choice(index: &Index, group: &Group, absent: &BTreeSet<String>) -> Option<String> {
    group.0.iter().find_map(|one| {
        let itself = index.newest(&one.name).filter(|l| one.takes(l.version()));
        let others = index
            .providers(&one.name)
            .filter(|l| l.provides().iter().any(|p| p.name == one.name && one.takes_provided(p)));
        let names = itself.into_iter().chain(others).map(|l| l.name());
        names.into_iter().find(|name| !absent.contains(*name)).map(str::to_owned)
    })
}
