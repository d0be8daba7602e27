//! What differs between two trees, by content id.
//!
//! Contents are read only to recognise a renamed file that was edited as well, and a file that
//! cannot be read simply stays added and removed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::store::Oid;
use super::tree::Tree;

/// Pairs compared by content, at most.
const MAX_COMPARED: usize = 2_000;
/// Larger files are not compared by content.
const MAX_BYTES: usize = 256 * 1024;
/// Shared lines that make a rename, as git's default.
const SIMILAR: f64 = 0.5;

/// How a file changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// Only at head.
    Added,
    /// Only at base.
    Removed,
    /// Different content.
    Modified,
    /// Moved, possibly edited.
    Renamed {
        /// Its path at base.
        from: Arc<str>,
    },
}

/// One changed file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileChange {
    /// At head, or at base when removed.
    pub path: Arc<str>,
    /// How.
    pub kind: ChangeKind,
}

impl FileChange {
    /// Every path it concerns: a rename two, anything else one.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let from = match &self.kind {
            ChangeKind::Renamed { from } => Some(&**from),
            _ => None,
        };
        std::iter::once(&*self.path).chain(from)
    }
}

/// The files that differ, sorted by path. A rename stands for its removal too.
#[must_use]
pub fn changed(base: &Tree, head: &Tree) -> Vec<FileChange> {
    let (mut added, mut removed, mut out) = (Vec::new(), Vec::new(), Vec::new());
    for path in head.list("") {
        if !base.exists(path) {
            added.push(Arc::clone(path));
        } else if !same(base, head, path) {
            out.push(FileChange { path: Arc::clone(path), kind: ChangeKind::Modified });
        }
    }
    removed.extend(base.list("").filter(|path| !head.exists(path)).cloned());
    for (from, to) in renames(base, head, &removed, &added) {
        added.retain(|p| *p != to);
        removed.retain(|p| *p != from);
        out.push(FileChange { path: to, kind: ChangeKind::Renamed { from } });
    }
    out.extend(added.into_iter().map(|path| FileChange { path, kind: ChangeKind::Added }));
    out.extend(removed.into_iter().map(|path| FileChange { path, kind: ChangeKind::Removed }));
    out.sort();
    out
}

fn same(base: &Tree, head: &Tree, path: &str) -> bool {
    base.oid(path) == head.oid(path)
}

type Pair = (Arc<str>, Arc<str>);

fn renames(base: &Tree, head: &Tree, removed: &[Arc<str>], added: &[Arc<str>]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let mut by_oid: BTreeMap<Oid, Vec<Arc<str>>> = BTreeMap::new();
    for path in removed.iter().filter(|p| base.real_path(p).is_none()) {
        if let Some(oid) = base.oid(path) {
            by_oid.entry(oid).or_default().push(Arc::clone(path));
        }
    }
    let mut open = Vec::new();
    for to in added.iter().filter(|p| head.real_path(p).is_none()) {
        let from = head.oid(to).and_then(|oid| take_best(by_oid.get_mut(&oid)?, to));
        match from {
            Some(from) => pairs.push((from, Arc::clone(to))),
            None => open.push(Arc::clone(to)),
        }
    }
    let mut left: Vec<Arc<str>> = by_oid.into_values().flatten().collect();
    left.sort();
    pairs.extend(similar_pairs(base, head, left, &open));
    pairs
}

/// Of equal contents, the one whose path shares the longest end.
fn take_best(candidates: &mut Vec<Arc<str>>, to: &str) -> Option<Arc<str>> {
    let best = (0..candidates.len()).max_by_key(|i| candidates.get(*i).map(|c| common_end(c, to)))?;
    Some(candidates.remove(best))
}

fn common_end(a: &str, b: &str) -> usize {
    a.bytes().rev().zip(b.bytes().rev()).take_while(|(x, y)| x == y).count()
}

fn similar_pairs(base: &Tree, head: &Tree, removed: Vec<Arc<str>>, added: &[Arc<str>]) -> Vec<Pair> {
    let mut scored = Vec::new();
    let candidates = added.iter().flat_map(|to| removed.iter().map(move |from| (from, to)));
    for (from, to) in candidates.filter(|(f, t)| extension(f) == extension(t)).take(MAX_COMPARED) {
        let score = match (base.read(from), head.read(to)) {
            (Ok(Some(old)), Ok(Some(new))) => similarity(&old, &new),
            _ => 0.0,
        };
        if score >= SIMILAR {
            scored.push((score, common_end(from, to), Arc::clone(from), Arc::clone(to)));
        }
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)).then((&a.2, &a.3).cmp(&(&b.2, &b.3))));
    let mut pairs: Vec<Pair> = Vec::new();
    for (_, _, from, to) in scored {
        if !pairs.iter().any(|(f, t)| *f == from || *t == to) {
            pairs.push((from, to));
        }
    }
    pairs
}

fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or("", |(_, ext)| ext)
}

/// The share of bytes on lines that both hold, of the larger file.
fn similarity(old: &[u8], new: &[u8]) -> f64 {
    let larger = old.len().max(new.len());
    if larger == 0 || larger > MAX_BYTES || old.len().min(new.len()) * 2 < larger {
        return 0.0;
    }
    let mut lines: BTreeMap<&[u8], usize> = BTreeMap::new();
    for line in old.split_inclusive(|b| *b == b'\n') {
        *lines.entry(line).or_default() += 1;
    }
    let mut shared = 0usize;
    for line in new.split_inclusive(|b| *b == b'\n') {
        if let Some(count) = lines.get_mut(line).filter(|count| **count > 0) {
            *count -= 1;
            shared += line.len();
        }
    }
    #[allow(clippy::cast_precision_loss)]
    let share = shared as f64 / larger as f64;
    share
}
