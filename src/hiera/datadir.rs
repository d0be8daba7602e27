//! Where a data directory of the server lies in the repository.
//!
//! Old configurations name absolute paths (`/etc/puppet/hieradata`). Those below a usual code
//! root are looked for in the repository; what is not there belongs to another repository.

use super::model::HieraSettings;
use crate::repo::{Tree, normal};

/// Where to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the tree, below this folder (may hold interpolations).
    Tree(String),
    /// Elsewhere.
    Absent(String),
}

const ROOTS: &[&str] = &[
    "/etc/puppetlabs/code/",
    "/etc/puppetlabs/puppet/",
    "/etc/puppet/code/",
    "/etc/puppet/",
    "/usr/share/puppet/",
    "/var/lib/puppet/",
];

/// Folders that hold hiera data and nothing else.
const USUAL: &[&str] = &["hieradata", "hiera", "data"];

/// Finds `datadir` as written in a configuration in the folder `base`; environment data lies
/// below `root`.
pub(crate) fn locate(datadir: &str, base: &str, root: &str, tree: &Tree, settings: &HieraSettings) -> Place {
    let written = datadir.trim_end_matches('/');
    if let Some(mapped) = settings.datadirs.get(datadir).or_else(|| settings.datadirs.get(written)) {
        return if mapped.is_empty() { absent(datadir) } else { Place::Tree(mapped.clone()) };
    }
    if !written.starts_with('/') {
        return Place::Tree(join(base, written));
    }
    if let Some(rest) = below_environment(written) {
        return existing(&join(root, rest), datadir, tree);
    }
    if let Some(rest) = ROOTS.iter().find_map(|r| written.strip_prefix(r)) {
        return existing(&join(root, rest), datadir, tree);
    }
    let parts: Vec<&str> = written.split('/').filter(|p| !p.is_empty()).collect();
    for skip in 1..parts.len() {
        let tail = parts.get(skip..).unwrap_or_default();
        let candidate = tail.join("/");
        let telling = tail.len() > 1 || USUAL.contains(&candidate.as_str());
        if telling && tree.is_dir(literal(&candidate)) {
            return Place::Tree(candidate);
        }
    }
    absent(datadir)
}

fn absent(datadir: &str) -> Place {
    Place::Absent(format!("{datadir} is not part of the repository"))
}

fn existing(candidate: &str, datadir: &str, tree: &Tree) -> Place {
    if tree.is_dir(literal(candidate)) { Place::Tree(candidate.into()) } else { absent(datadir) }
}

/// What follows `…/environments/NAME/`.
fn below_environment(path: &str) -> Option<&str> {
    let (_, rest) = path.split_once("/environments/")?;
    rest.split_once('/').map(|(_, rest)| rest)
}

/// The folders before the first interpolation.
fn literal(path: &str) -> &str {
    match path.find("%{") {
        Some(at) => path.get(..at).unwrap_or_default().rsplit_once('/').map_or("", |(dir, _)| dir),
        None => path,
    }
}

/// Joins and tidies a path that may hold interpolations.
pub(crate) fn join(base: &str, rest: &str) -> String {
    let joined = if base.is_empty() { rest.to_owned() } else { format!("{base}/{rest}") };
    normal(&joined)
}
