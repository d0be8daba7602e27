//! The raw listing of a revision or folder, before links are followed.
//!
//! Git trees are walked by hand rather than by a helper, because a folder that is missing from a
//! partial clone has to become a coverage entry and not the end of the walk.

use std::sync::Arc;

use gix::bstr::{BStr, ByteSlice};
use gix::objs::TreeRefIter;
use gix::objs::tree::EntryKind;

use super::error::{ReadError, RepoError};
use super::store::{Oid, Store};

/// A tree of more files than this is refused.
pub(crate) const MAX_FILES: usize = 1_000_000;
/// Deeper folders than this are not entered.
const MAX_DEPTH: usize = 64;

/// One line of a listing.
#[derive(Debug, Clone)]
pub(crate) struct Raw {
    pub(crate) path: Arc<str>,
    pub(crate) kind: RawKind,
    /// Known for git revisions, computed on demand for folders.
    pub(crate) oid: Option<Oid>,
}

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RawKind {
    File,
    /// A symbolic link and its target as written.
    Link(String),
    /// Something that cannot be read.
    Unread(ReadError),
}

/// Lists the files of the git tree `root`.
pub(crate) fn git(store: &Store, root: Oid, label: &str) -> Result<Vec<Raw>, RepoError> {
    let mut walk = Walk { store, out: Vec::new(), label, path: Vec::with_capacity(256) };
    store.with(|repo| walk.folder(repo, root, 0))?;
    Ok(walk.out)
}

struct Walk<'a> {
    store: &'a Store,
    out: Vec<Raw>,
    label: &'a str,
    path: Vec<u8>,
}

impl Walk<'_> {
    fn folder(&mut self, repo: &gix::Repository, id: Oid, depth: usize) -> Result<(), RepoError> {
        let Ok(Some(object)) = repo.try_find_object(id) else {
            return self.push(RawKind::Unread(ReadError::MissingFolder), None);
        };
        if depth > MAX_DEPTH || object.kind != gix::objs::Kind::Tree {
            return self.push(RawKind::Unread(ReadError::Special), None);
        }
        for entry in TreeRefIter::from_bytes(&object.data, id.kind()) {
            let Ok(entry) = entry else {
                return self.push(RawKind::Unread(ReadError::Git("damaged folder".into())), None);
            };
            if !is_plain_name(entry.filename) {
                continue;
            }
            self.entry(repo, entry.filename, entry.mode.kind(), entry.oid.to_owned(), depth)?;
        }
        Ok(())
    }

    fn entry(
        &mut self,
        repo: &gix::Repository,
        name: &BStr,
        kind: EntryKind,
        id: Oid,
        depth: usize,
    ) -> Result<(), RepoError> {
        let parent = self.path.len();
        if parent > 0 {
            self.path.push(b'/');
        }
        self.path.extend_from_slice(name);
        let done = match kind {
            EntryKind::Tree => self.folder(repo, id, depth + 1),
            EntryKind::Blob | EntryKind::BlobExecutable => self.push(RawKind::File, Some(id)),
            EntryKind::Link => self.push(link(self.store, &id), Some(id)),
            EntryKind::Commit => self.push(RawKind::Unread(ReadError::Submodule), Some(id)),
        };
        self.path.truncate(parent);
        done
    }

    fn push(&mut self, kind: RawKind, oid: Option<Oid>) -> Result<(), RepoError> {
        if self.out.len() >= MAX_FILES {
            return Err(RepoError::TooManyFiles { rev: self.label.into(), limit: MAX_FILES });
        }
        let (path, kind) = match std::str::from_utf8(&self.path) {
            Ok(path) => (Arc::from(path), kind),
            Err(_) => {
                let shown = self.path.to_str_lossy();
                (Arc::from(&*shown), RawKind::Unread(ReadError::NameNotUtf8))
            }
        };
        self.out.push(Raw { path, kind, oid });
        Ok(())
    }
}

fn link(store: &Store, id: &Oid) -> RawKind {
    match store.blob(id) {
        Ok(target) => RawKind::Link(target.to_str_lossy().into_owned()),
        Err(why) => RawKind::Unread(why),
    }
}

/// Damaged or hostile trees hold names that no work tree can.
fn is_plain_name(name: &BStr) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(&b'/') && !name.contains(&0)
}
