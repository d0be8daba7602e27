//! Follows symbolic links inside a listing: each becomes the file or the folder it points to.
//!
//! Done once, on paths alone, so that later stages never meet a link. Links out of the tree, to
//! nothing, or back to a folder that holds them are kept as unread entries.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::error::ReadError;
use super::listing::{Raw, RawKind};

/// Links to links are followed this often.
const MAX_ROUNDS: usize = 8;
/// Entries that links may add to one tree.
const MAX_ALIASES: usize = 50_000;

/// A listing with links followed; `real` names the path that holds the content.
pub(crate) struct Resolved {
    pub(crate) raw: Raw,
    pub(crate) real: Option<Arc<str>>,
}

/// Follows every link of the listing; the result is sorted by path and free of duplicates.
pub(crate) fn resolve(listing: Vec<Raw>) -> Vec<Resolved> {
    let mut out: BTreeMap<Arc<str>, Resolved> = BTreeMap::new();
    let mut pending = Vec::new();
    let mut sorted = Vec::new();
    for raw in listing {
        if matches!(raw.kind, RawKind::Link(_)) {
            pending.push(raw);
        } else {
            sorted.push((Arc::clone(&raw.path), Resolved { raw, real: None }));
        }
    }
    sorted.reverse(); // the first of equal paths wins
    out.extend(sorted);
    let mut budget = MAX_ALIASES;
    for _ in 0..MAX_ROUNDS {
        let before = pending.len();
        pending.retain(|link| !follow(link, &mut out, &mut budget));
        if pending.is_empty() || pending.len() == before {
            break;
        }
    }
    let links: Vec<Arc<str>> = pending.iter().map(|l| Arc::clone(&l.path)).collect();
    for link in pending {
        let why = failure(&link, &links);
        let raw = Raw { kind: RawKind::Unread(why), ..link };
        out.insert(Arc::clone(&raw.path), Resolved { raw, real: None });
    }
    out.into_values().collect()
}

/// Whether the link is settled.
fn follow(link: &Raw, out: &mut BTreeMap<Arc<str>, Resolved>, budget: &mut usize) -> bool {
    let Some(target) = target_path(link) else { return false };
    if let Some(found) = out.get(target.as_str()) {
        let alias = alias(found, Arc::clone(&link.path));
        out.insert(Arc::clone(&link.path), alias);
        return true;
    }
    if target.is_empty() || is_below(&link.path, &target) {
        return false;
    }
    let start = format!("{target}/");
    let below: Vec<Resolved> = out
        .range::<str, _>((std::ops::Bound::Included(start.as_str()), std::ops::Bound::Unbounded))
        .take_while(|(path, _)| path.starts_with(&start))
        .take(*budget + 1)
        .map(|(path, found)| {
            let rest = path.get(target.len()..).unwrap_or_default();
            alias(found, Arc::from(format!("{}{rest}", link.path)))
        })
        .collect();
    if below.is_empty() || below.len() > *budget {
        return false;
    }
    *budget -= below.len();
    out.extend(below.into_iter().map(|r| (Arc::clone(&r.raw.path), r)));
    true
}

fn alias(found: &Resolved, path: Arc<str>) -> Resolved {
    let real = found.real.clone().unwrap_or_else(|| Arc::clone(&found.raw.path));
    Resolved { raw: Raw { path, kind: found.raw.kind.clone(), oid: found.raw.oid }, real: Some(real) }
}

fn failure(link: &Raw, links: &[Arc<str>]) -> ReadError {
    let RawKind::Link(written) = &link.kind else { return ReadError::Special };
    let target = written.clone();
    match target_path(link) {
        None => ReadError::LinkOutside { target },
        Some(path) if is_below(&link.path, &path) || links.iter().any(|l| **l == *path) => {
            ReadError::LinkLoop { target }
        }
        Some(_) => ReadError::LinkDangling { target },
    }
}

/// The path inside the tree that the link names; `None` when it leads out.
fn target_path(link: &Raw) -> Option<String> {
    let RawKind::Link(target) = &link.kind else { return None };
    if target.starts_with('/') {
        return None;
    }
    let parent = link.path.rsplit_once('/').map_or("", |(dir, _)| dir);
    let mut parts: Vec<&str> = parent.split('/').filter(|p| !p.is_empty()).collect();
    for part in target.trim_end_matches('\n').split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

fn is_below(path: &str, dir: &str) -> bool {
    dir.is_empty() || path == dir || path.strip_prefix(dir).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn raw(path: &str, link: Option<&str>) -> Raw {
        let kind = link.map_or(RawKind::File, |t| RawKind::Link(t.into()));
        Raw { path: path.into(), kind, oid: None }
    }

    fn shown(list: Vec<Raw>) -> Vec<String> {
        let show = |r: Resolved| match (&r.raw.kind, &r.real) {
            (RawKind::Unread(why), _) => format!("{}: {why}", r.raw.path),
            (_, Some(real)) => format!("{} = {real}", r.raw.path),
            (_, None) => r.raw.path.to_string(),
        };
        resolve(list).into_iter().map(show).collect()
    }

    #[test]
    fn follows_links_inside_the_tree_and_names_the_others() {
        let list = vec![
            raw("a/one", None),
            raw("a/sub/two", None),
            raw("b/file", Some("../a/one")),
            raw("b/dir", Some("../a")),
            raw("b/chain", Some("file")),
            raw("b/through", Some("dir/sub/two")),
            raw("out", Some("/etc/passwd")),
            raw("up", Some("../../x")),
            raw("gone", Some("nothing")),
            raw("x", Some("y")),
            raw("y", Some("x")),
            raw("a/self", Some("..")),
        ];
        assert_eq!(
            shown(list),
            [
                "a/one",
                "a/self: a link to `..`, which leads back to itself",
                "a/sub/two",
                "b/chain = a/one",
                "b/dir/one = a/one",
                "b/dir/sub/two = a/sub/two",
                "b/file = a/one",
                "b/through = a/sub/two",
                "gone: a link to `nothing`, which does not exist",
                "out: a link out of the tree, to `/etc/passwd`",
                "up: a link out of the tree, to `../../x`",
                "x: a link to `y`, which leads back to itself",
                "y: a link to `x`, which leads back to itself",
            ]
        );
    }
}
