//! Full host names that data files mention.
//!
//! Node definitions often leave the domain open (`/^db1001\.eqiad\./`); the rest of the repository
//! knows it. The names are hints: a host that is only mentioned is not a host. A data file of one host
//! is often named for it (`hosts/db1001.yaml`); such names are told too, without a domain.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use regex::bytes::Regex;

use crate::repo::{Layout, Tree};

/// Larger files are not looked through.
const MAX_BYTES: usize = 1 << 20;
/// Names in all.
const MAX_NAMES: usize = 50_000;

/// The names, sorted. YAML and JSON files outside of modules are looked through.
#[must_use]
pub fn mentioned_hosts(tree: &Tree, layout: &Layout) -> Vec<String> {
    let mut names = BTreeSet::new();
    let in_module =
        |path: &str| layout.modulepath.iter().chain(&layout.staging).any(|home| path.starts_with(home.as_str()));
    let is_data = |path: &str| path.ends_with(".yaml") || path.ends_with(".json") || path.ends_with(".yml");
    for path in tree.list("").filter(|path| is_data(path) && !in_module(path)) {
        names.extend(stem(path).map(str::to_owned));
        if let Ok(Some(bytes)) = tree.read(path)
            && bytes.len() <= MAX_BYTES
        {
            collect(&bytes, &mut names);
        }
        if names.len() > MAX_NAMES {
            break;
        }
    }
    names.into_iter().collect()
}

/// The name of a file, if it could be a host's.
fn stem(path: &str) -> Option<&str> {
    let (name, _) = path.rsplit('/').next()?.rsplit_once('.')?;
    let fits = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'));
    (fits && name.bytes().any(|b| b.is_ascii_digit())).then_some(name)
}

/// A label with a digit, then a domain that ends in letters.
fn collect(text: &[u8], names: &mut BTreeSet<String>) {
    static SHAPE: OnceLock<Option<Regex>> = OnceLock::new();
    let shape = SHAPE.get_or_init(|| Regex::new(r"(?-u)[a-z][a-z0-9-]*[0-9](?:\.[a-z][a-z0-9-]*)+").ok());
    for found in shape.iter().flat_map(|shape| shape.find_iter(text)) {
        let before = found.start().checked_sub(1).and_then(|at| text.get(at));
        let is_whole =
            before.is_none_or(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'.' | b'-' | b'_' | b'/' | b'@'));
        let ends_well =
            text.get(found.end()).is_none_or(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'_' | b'/' | b'('));
        if is_whole
            && ends_well
            && let Ok(name) = std::str::from_utf8(found.as_bytes())
            && name.split('.').count() > 2
        {
            names.insert(name.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_named_for_hosts() {
        for (path, name) in [
            ("d/hosts/db1001.yaml", Some("db1001")),
            ("a1.x.org.json", Some("a1.x.org")),
            ("d/common.yaml", None),
            ("d/A1.yaml", None),
        ] {
            assert_eq!(stem(path), name, "{path}");
        }
    }

    #[test]
    fn finds_full_names_alone() {
        let mut names = BTreeSet::new();
        let text =
            b"host: db1001.eqiad.wmnet:3306\nfile: /srv/a1.b.c\nx@m1.x.org, v1.2.3, a.b.c, mx1.x.org.\n- cp1.x.org\n";
        collect(text, &mut names);
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["cp1.x.org", "db1001.eqiad.wmnet", "mx1.x.org"]);
    }
}
