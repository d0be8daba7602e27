//! What apt removes along with a package, and what `autoremove` would then offer.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::index::Index;
use super::state::HostState;

/// A package that goes with the one that was named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Its name.
    pub package: String,
    /// Its version.
    pub version: String,
    /// The dependency that nothing does for any longer.
    pub because: String,
    /// The package whose going broke it.
    pub after: String,
    /// apt asks for a sentence to be typed before it removes such a package.
    pub essential: bool,
    /// Every plain installation has it.
    pub base: bool,
    /// The host has it, or what leads to it, only where apt installs what is recommended.
    pub recommended: bool,
}

/// All that goes beside the package itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cascade {
    /// Removed in the same run of apt, by name.
    pub taken: Vec<Taken>,
    /// Not needed any longer; `apt-get autoremove` would take them.
    pub autoremove: Vec<String>,
}

/// What goes when `name` is removed from a host in this state.
#[must_use]
pub fn cascade(state: &HostState, name: &str) -> Cascade {
    let mut gone = BTreeSet::new();
    let mut taken = BTreeMap::new();
    if state.get(name).is_some() {
        gone.insert(name.to_owned());
    }
    while let Some(one) = next(state, &gone) {
        gone.insert(one.package.clone());
        taken.insert(one.package.clone(), one);
    }
    let needed_after = needed(state, &gone);
    let idle_before = idle(state, &needed(state, &BTreeSet::new()));
    let idle_after = idle(state, &needed_after);
    let offered = idle_after.difference(&idle_before).filter(|p| !gone.contains(**p)).map(|p| (*p).to_owned());
    Cascade { autoremove: offered.collect(), taken: taken.into_values().collect() }
}

/// What goes when `name` is removed from a host of which only these packages are known: what goes
/// only where recommended packages are installed is marked.
#[must_use]
pub fn implied_cascade(index: &Index, wanted: &BTreeSet<String>, absent: &BTreeSet<String>, name: &str) -> Cascade {
    let of = |recommends| cascade(&HostState::implied(index, wanted, absent, recommends), name);
    let (plain, mut full) = (of(false), of(true));
    for taken in &mut full.taken {
        taken.recommended = !plain.taken.iter().any(|t| t.package == taken.package);
    }
    // What recommended packages would keep goes where there are none.
    full.taken.extend(
        plain.taken.into_iter().filter(|t| !full.taken.iter().any(|f| f.package == t.package)).collect::<Vec<_>>(),
    );
    full.taken.sort_by(|a, b| a.package.cmp(&b.package));
    full
}

/// The next package with a dependency that held before and no longer does.
fn next(state: &HostState, gone: &BTreeSet<String>) -> Option<Taken> {
    let staying = state.packages().filter(|(name, _)| !gone.contains(*name));
    let mut broken = staying.filter_map(|(name, package)| {
        let group = package
            .depends
            .iter()
            .find(|group| !state.satisfied(group, gone) && state.satisfied(group, &BTreeSet::new()))?;
        let after = group.0.iter().flat_map(|one| state.satisfiers(one)).next()?.to_owned();
        Some(Taken {
            package: name.to_owned(),
            version: package.version.clone(),
            because: group.to_string(),
            after,
            essential: package.essential,
            base: package.base,
            recommended: false,
        })
    });
    broken.next()
}

/// Packages that something wanted leads to, by dependencies, recommendations and suggestions.
fn needed<'a>(state: &'a HostState, gone: &BTreeSet<String>) -> BTreeSet<&'a str> {
    let wanted = state.packages().filter(|(name, p)| !gone.contains(*name) && (!p.automatic || p.required));
    let mut queue: Vec<&str> = wanted.map(|(name, _)| name).collect();
    let mut found: BTreeSet<&str> = queue.iter().copied().collect();
    while let Some(package) = queue.pop().and_then(|name| state.get(name)) {
        for group in package.depends.iter().chain(&package.suggested) {
            for name in group.0.iter().flat_map(|one| state.satisfiers(one)) {
                if !gone.contains(name) && found.insert(name) {
                    queue.push(name);
                }
            }
        }
    }
    found
}

fn idle<'a>(state: &'a HostState, needed: &BTreeSet<&str>) -> BTreeSet<&'a str> {
    state.packages().map(|(name, _)| name).filter(|name| !needed.contains(name)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    const ARCHIVE: &str = "Package: cloud-init\nVersion: 22\nDepends: eject, python3\n\nPackage: eject\nVersion: 2\nDepends: libc\n\n\
        Package: python3\nVersion: 3\nDepends: libc\n\nPackage: libc\nVersion: 2\nEssential: yes\n\n\
        Package: mailx\nVersion: 1\nDepends: postfix | mta\n\nPackage: postfix\nVersion: 3\nProvides: mta\n\n\
        Package: exim4\nVersion: 4\nProvides: mta\nDepends: exim4-base (>= 4)\n\nPackage: exim4-base\nVersion: 4\n\n\
        Package: top\nVersion: 1\nDepends: cloud-init\nRecommends: extra\n\nPackage: extra\nVersion: 1\n";

    fn names(list: &str) -> BTreeSet<String> {
        list.split_whitespace().map(str::to_owned).collect()
    }

    fn goes(wanted: &str, removed: &str) -> (String, String) {
        let index = Index::from_text(ARCHIVE);
        let found = implied_cascade(&index, &names(wanted), &BTreeSet::new(), removed);
        let taken: Vec<String> = found.taken.into_iter().map(|t| t.package).collect();
        (taken.join(" "), found.autoremove.join(" "))
    }

    #[test]
    fn what_depends_on_it_goes_and_what_is_left_over_is_offered() {
        let table = [
            ("cloud-init", "eject", "cloud-init", "python3"),
            ("top", "eject", "cloud-init top", "extra python3"),
            ("cloud-init top", "python3", "cloud-init top", "eject extra"),
            ("mailx", "postfix", "mailx", ""),
            ("mailx exim4", "postfix", "", ""),
            ("mailx exim4", "exim4-base", "exim4 mailx", ""),
            ("mailx postfix exim4", "exim4", "", "exim4-base"),
            ("mailx postfix", "exim4", "", ""),
        ];
        for (wanted, removed, taken, offered) in table {
            assert_eq!(goes(wanted, removed), (taken.to_owned(), offered.to_owned()), "{removed} of {wanted}");
        }
    }

    #[test]
    fn what_goes_only_for_the_sake_of_recommendations_is_marked() {
        let archive = "Package: a\nVersion: 1\nRecommends: b\n\nPackage: b\nVersion: 1\nDepends: c\n\nPackage: c\nVersion: 1\n\n\
                       Package: d\nVersion: 1\nDepends: c\n";
        let index = Index::from_text(archive);
        let marks = |wanted: &str| -> Vec<(String, bool)> {
            let found = implied_cascade(&index, &names(wanted), &BTreeSet::new(), "c");
            found.taken.into_iter().map(|t| (t.package, t.recommended)).collect()
        };
        assert_eq!(marks("a c"), [("b".to_owned(), true)]);
        assert_eq!(marks("a c d"), [("b".to_owned(), true), ("d".to_owned(), false)]);
    }

    #[test]
    fn a_status_file_tells_what_is_installed_and_what_came_along() {
        let status = "Package: a\nStatus: install ok installed\nVersion: 1\nDepends: b (>= 2)\n\n\
                      Package: b\nStatus: install ok installed\nVersion: 2\n\n\
                      Package: c\nStatus: deinstall ok config-files\nVersion: 1\nDepends: b\n";
        let state = HostState::from_status(status, "Package: b\nAuto-Installed: 1\n");
        let found = cascade(&state, "b");
        assert_eq!(
            found.taken.iter().map(|t| (t.package.as_str(), t.because.as_str())).collect::<Vec<_>>(),
            [("a", "b (>= 2)")]
        );
        assert_eq!(cascade(&state, "a").autoremove, ["b"]);
        assert_eq!(cascade(&state, "c"), Cascade::default());
    }
}
