//! Lists a plain folder, or the work tree of a git clone.
//!
//! A work tree is what `git status` would see: tracked files plus untracked ones that are not
//! ignored. A plain folder is everything in it but `.git`.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use gix::bstr::ByteSlice;
use walkdir::{DirEntry, WalkDir};

use super::error::{ReadError, RepoError};
use super::listing::{MAX_FILES, Raw, RawKind};

/// Deeper folders than this are not entered.
const MAX_DEPTH: usize = 64;

/// Lists every file of a folder.
pub(crate) fn plain(root: &Path) -> Result<Vec<Raw>, RepoError> {
    walk(root, &mut |_, _| true)
}

/// Lists the work tree below `prefix` (`""`: all of it) of a repository.
pub(crate) fn worktree(repo: &gix::Repository, root: &Path, prefix: &str) -> Result<Vec<Raw>, RepoError> {
    let failed = |e: &dyn std::fmt::Display| RepoError::git("reading the work tree", e);
    let index = repo.index_or_empty().map_err(|e| failed(&e))?;
    let mut tracked = BTreeSet::new();
    let mut submodules = Vec::new();
    for entry in index.entries() {
        let path = entry.path(&index).to_str_lossy().into_owned();
        if entry.mode.is_submodule() {
            submodules.push(path.clone());
        }
        tracked.insert(path);
    }
    let source = gix::worktree::stack::state::ignore::Source::WorktreeThenIdMappingIfNotSkipped;
    let mut excludes = repo.excludes(&index, None, source).map_err(|e| failed(&e))?;
    let mut wanted = |path: &str, is_dir: bool| {
        let path = join(prefix, path);
        if submodules.contains(&path) {
            return false;
        }
        if tracked.contains(&path) || (is_dir && holds_tracked(&tracked, &path)) {
            return true;
        }
        let mode = is_dir.then_some(gix::index::entry::Mode::DIR);
        !excludes.at_path(Path::new(&path), mode).is_ok_and(|p| p.is_excluded())
    };
    let mut out = walk(root, &mut wanted)?;
    out.extend(submodules.iter().filter_map(|path| below(prefix, path)).map(|path| Raw {
        path: path.into(),
        kind: RawKind::Unread(ReadError::Submodule),
        oid: None,
    }));
    Ok(out)
}

fn join(prefix: &str, path: &str) -> String {
    if prefix.is_empty() { path.to_owned() } else { format!("{prefix}/{path}") }
}

fn below<'a>(prefix: &str, path: &'a str) -> Option<&'a str> {
    if prefix.is_empty() { Some(path) } else { path.strip_prefix(prefix)?.strip_prefix('/') }
}

fn holds_tracked(tracked: &BTreeSet<String>, dir: &str) -> bool {
    let start = format!("{dir}/");
    tracked.range(start.clone()..).next().is_some_and(|path| path.starts_with(&start))
}

fn walk(root: &Path, wanted: &mut dyn FnMut(&str, bool) -> bool) -> Result<Vec<Raw>, RepoError> {
    let mut out = Vec::new();
    let mut walker = WalkDir::new(root).max_depth(MAX_DEPTH).min_depth(1).into_iter();
    while let Some(next) = walker.next() {
        let entry = match next {
            Ok(entry) => entry,
            Err(error) => {
                out.extend(unreadable(root, &error));
                continue;
            }
        };
        let Some((path, lossy)) = relative(root, entry.path()) else { continue };
        let is_dir = entry.file_type().is_dir();
        if entry.file_name() == ".git" || !wanted(&path, is_dir) {
            if is_dir {
                walker.skip_current_dir();
            }
            continue;
        }
        if !is_dir {
            out.push(Raw { path: path.into(), kind: kind(&entry, lossy), oid: None });
        }
        if out.len() > MAX_FILES {
            return Err(RepoError::TooManyFiles { rev: root.display().to_string(), limit: MAX_FILES });
        }
    }
    Ok(out)
}

fn kind(entry: &DirEntry, lossy: bool) -> RawKind {
    if lossy {
        return RawKind::Unread(ReadError::NameNotUtf8);
    }
    if entry.file_type().is_symlink() {
        return match std::fs::read_link(entry.path()) {
            Ok(target) => RawKind::Link(target.to_string_lossy().into_owned()),
            Err(error) => RawKind::Unread(ReadError::Io(error.to_string())),
        };
    }
    if entry.file_type().is_file() { RawKind::File } else { RawKind::Unread(ReadError::Special) }
}

fn unreadable(root: &Path, error: &walkdir::Error) -> Option<Raw> {
    let (path, _) = relative(root, error.path()?)?;
    let why = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
    Some(Raw { path: Arc::from(path), kind: RawKind::Unread(ReadError::Io(why)), oid: None })
}

/// The path below `root` with `/`, and whether it had to be altered to be text.
fn relative(root: &Path, path: &Path) -> Option<(String, bool)> {
    let rest = path.strip_prefix(root).ok()?;
    let parts: Vec<_> = rest.iter().map(|part| part.to_string_lossy()).collect();
    Some((parts.join("/"), rest.to_str().is_none()))
}
