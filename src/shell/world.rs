//! What is known of the host: accounts, paths, registrations. Starts empty, is filled by the
//! abstract run of the install scripts, then used up by the removal scripts.

use std::collections::{BTreeMap, BTreeSet};

use super::text::{Text, Truth};

/// What a path of the package's own data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    File,
    Dir,
    Link,
    Conffile,
}

/// How far dpkg has come: which of the package's own paths are still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// The install scripts run.
    Installing,
    /// Everything is unpacked.
    Unpacked,
    /// Data is gone, conffiles are left.
    Removed,
    /// Conffiles are gone as well.
    Purged,
}

/// Kinds of registrations that one command makes and another undoes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Registry {
    Statoverride,
    Diversion,
    Alternative,
    Ucf,
}

/// The changing part, cloned at forks.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    /// Path -> is it there, as scripts left it.
    pub(crate) paths: BTreeMap<String, bool>,
    /// Links made by scripts, with what they say; empty where that is not known.
    pub(crate) links: BTreeMap<String, String>,
    /// User -> has it a group of its own name as primary group?
    pub(crate) users: BTreeMap<String, Option<bool>>,
    pub(crate) groups: BTreeSet<String>,
    /// Accounts that some way through the install scripts makes, taken or not.
    pub(crate) mentioned: BTreeSet<String>,
    pub(crate) gone_users: BTreeSet<String>,
    pub(crate) gone_groups: BTreeSet<String>,
    pub(crate) registered: BTreeSet<(Registry, String)>,
    /// Registered subject -> more of it (target of a link, name of an alternative).
    pub(crate) details: BTreeMap<(Registry, String), String>,
    /// Home directories of users made by scripts.
    pub(crate) homes: BTreeMap<String, String>,
    /// debconf questions that were set by a script.
    pub(crate) answers: BTreeMap<String, Text>,
    /// Units enabled and init scripts registered.
    pub(crate) enabled: BTreeSet<String>,
}

impl World {
    /// What either of two runs may have left behind.
    pub(crate) fn join(mut self, other: World) -> World {
        // A link on one way and a plain file on the other is not known to be a link.
        let plain = |world: &World, path: &str| world.paths.get(path) == Some(&true) && !world.links.contains_key(path);
        let kept = |links: &BTreeMap<String, String>, world: &World| -> BTreeMap<String, String> {
            links.iter().filter(|(p, _)| !plain(world, p)).map(|(p, t)| (p.clone(), t.clone())).collect()
        };
        let mut links = kept(&self.links, &other);
        links.extend(kept(&other.links, &self));
        self.links = links;
        for (path, there) in other.paths {
            let entry = self.paths.entry(path).or_insert(there);
            *entry = *entry || there;
        }
        self.users.extend(other.users);
        self.mentioned.extend(other.mentioned);
        self.groups.extend(other.groups);
        self.gone_users.retain(|u| other.gone_users.contains(u));
        self.gone_groups.retain(|g| other.gone_groups.contains(g));
        self.registered.extend(other.registered);
        self.details.extend(other.details);
        self.homes.extend(other.homes);
        self.join_answers(other.answers);
        self.enabled.extend(other.enabled);
        self
    }

    /// An answer that was not given alike on both ways is not known.
    fn join_answers(&mut self, mut theirs: BTreeMap<String, Text>) {
        for (question, answer) in &mut self.answers {
            if theirs.remove(question).as_ref() != Some(answer) {
                *answer = Text::hole(&format!("the debconf answer to {question}"));
            }
        }
        for question in theirs.into_keys() {
            let answer = Text::hole(&format!("the debconf answer to {question}"));
            self.answers.insert(question, answer);
        }
    }

    /// Makes a symbolic link.
    pub(crate) fn link(&mut self, path: &str, target: &str) {
        self.create(path);
        self.links.insert(path.to_owned(), target.to_owned());
    }

    pub(crate) fn create(&mut self, path: &str) {
        self.paths.insert(path.to_owned(), true);
    }

    /// Takes a path and all below it away.
    pub(crate) fn delete(&mut self, path: &str) {
        let below = format!("{path}/");
        for (_, there) in self.paths.range_mut(below.clone()..).take_while(|(p, _)| p.starts_with(&below)) {
            *there = false;
        }
        self.paths.insert(path.to_owned(), false);
        self.links.remove(path);
    }

    /// Has a script left something below the directory?
    pub(crate) fn has_below(&self, dir: &str) -> bool {
        let below = format!("{dir}/");
        let mut inside = self.paths.range(below.clone()..).take_while(|(p, _)| p.starts_with(&below));
        inside.any(|(_, there)| *there)
    }
}

fn in_root(path: &str) -> bool {
    ["/bin/", "/sbin/", "/lib/"].iter().any(|start| path.starts_with(start))
}

/// The unchanging part: the package, and what an ordinary host has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Setting {
    pub(crate) package: String,
    pub(crate) data: BTreeMap<String, Entry>,
    /// Contents of units and init scripts.
    pub(crate) contents: BTreeMap<String, String>,
    pub(crate) questions: BTreeMap<String, String>,
    pub(crate) depends: BTreeSet<String>,
    /// Directories above conffiles.
    pub(crate) conffile_dirs: BTreeSet<String>,
    pub(crate) has_install_scripts: bool,
    /// An install script could not be followed: what it made is not known.
    pub(crate) install_unknown: bool,
}

impl Setting {
    /// What a path of the package's data is, by either of its names on a host whose `/sbin` is a link to `/usr/sbin`.
    pub(crate) fn entry(&self, path: &str) -> Option<&Entry> {
        let other = || match path.strip_prefix("/usr") {
            Some(inner) => in_root(inner).then(|| inner.to_owned()),
            None => in_root(path).then(|| format!("/usr{path}")),
        };
        self.data.get(path).or_else(|| self.data.get(&other()?))
    }

    /// Is a path of the package's own data there at this stage? `None`: not its own.
    pub(crate) fn own(&self, path: &str, stage: Stage, world: &World) -> Option<Truth> {
        let entry = self.entry(path)?;
        Some(match (entry, stage) {
            (_, Stage::Installing | Stage::Unpacked) | (Entry::Conffile, Stage::Removed) => Truth::Yes,
            (Entry::Dir, _) if self.conffile_dirs.contains(path) || world.has_below(path) => Truth::Yes,
            (Entry::Dir, _) if self.install_unknown => Truth::likely(true, &format!("nothing was left in {path}")),
            (Entry::Dir, _) => Truth::likely(false, &format!("something was left in {path}")),
            _ => Truth::No,
        })
    }
}
