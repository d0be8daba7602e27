//! A revision, a work tree or a plain folder as one read-only map of path -> bytes.
//!
//! Nothing is checked out and nothing is written. [`Repo`] finds revisions, [`Tree`] holds one,
//! [`changed`] compares two by content id, so that it works where blobs are absent.

mod base;
mod changes;
mod error;
mod folder;
mod hiera_file;
mod layout;
mod links;
mod listing;
mod loc;
mod revision;
mod store;
mod tree;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use base::{Base, auto_base};
pub use changes::{ChangeKind, FileChange, changed};
pub use error::{ReadError, RepoError};
pub use layout::{Layout, LayoutError, LayoutSettings};
pub use loc::Loc;
pub use store::{MAX_FILE, Oid};
pub use tree::{Tree, Unread, normal};

use store::Store;
use tree::Source;

/// The name that stands for the files as they lie on disk.
pub const WORKTREE: &str = "worktree";

/// A git repository (clone or bare), part of one, or a plain folder.
pub struct Repo {
    dir: PathBuf,
    git: Option<Git>,
}

struct Git {
    store: Arc<Store>,
    workdir: Option<PathBuf>,
    /// The folder inside the repository that `dir` is; empty for its root.
    prefix: String,
}

impl Repo {
    /// Opens the repository at `dir`: the root of a clone, a folder tracked inside one, a bare
    /// repository, or else a plain folder.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, RepoError> {
        let dir = dir.as_ref();
        if !dir.is_dir() {
            return Err(RepoError::NotADirectory { path: dir.into() });
        }
        let git = open_git(dir)?.or_else(|| enclosing_git(dir));
        Ok(Self { dir: dir.into(), git })
    }

    /// The directory as given.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whether there is git behind it.
    #[must_use]
    pub fn is_git(&self) -> bool {
        self.git.is_some()
    }

    /// A revision, `worktree`, or a folder on disk. A path that starts with `.` or `/` is a folder;
    /// any other word is a revision first.
    pub fn at(&self, rev: &str) -> Result<Tree, RepoError> {
        if rev == WORKTREE {
            return self.worktree();
        }
        let is_folder = Path::new(rev).is_dir();
        if is_folder && rev.starts_with(['.', '/']) {
            return folder_tree(Path::new(rev));
        }
        match self.revision_tree(rev) {
            Err(_) if is_folder => folder_tree(Path::new(rev)),
            outcome => outcome,
        }
    }

    fn worktree(&self) -> Result<Tree, RepoError> {
        let Some(git) = &self.git else { return folder_tree(&self.dir) };
        if git.workdir.is_none() {
            return Err(RepoError::NoWorktree { path: self.dir.clone() });
        }
        let listing = git.store.with(|repo| folder::worktree(repo, &self.dir, &git.prefix))?;
        Ok(Tree::new(WORKTREE.into(), Source::Folder(self.dir.clone()), listing))
    }

    fn revision_tree(&self, rev: &str) -> Result<Tree, RepoError> {
        let git = self.git(rev)?;
        let root = git.store.with(|repo| revision::root_tree(repo, rev, &git.prefix))?;
        let listing = listing::git(&git.store, root, rev)?;
        Ok(Tree::new(rev.into(), Source::Git(Arc::clone(&git.store)), listing))
    }

    fn git(&self, rev: &str) -> Result<&Git, RepoError> {
        let none = || RepoError::NotARepository { path: self.dir.clone(), rev: rev.into() };
        self.git.as_ref().ok_or_else(none)
    }

    /// The full commit id of a revision.
    pub fn commit_id(&self, rev: &str) -> Result<String, RepoError> {
        self.git(rev)?.store.with(|repo| revision::commit(repo, rev).map(|id| id.to_string()))
    }

    /// The parents of a revision, as full ids.
    pub fn parents(&self, rev: &str) -> Result<Vec<String>, RepoError> {
        self.git(rev)?.store.with(|repo| revision::parents(repo, rev))
    }

    /// The best common ancestor of two revisions, as a full id.
    pub fn merge_base(&self, one: &str, two: &str) -> Result<Option<String>, RepoError> {
        self.git(one)?.store.with(|repo| revision::merge_base(repo, one, two))
    }
}

/// A plain folder as a tree.
pub fn folder_tree(dir: &Path) -> Result<Tree, RepoError> {
    if !dir.is_dir() {
        return Err(RepoError::NotADirectory { path: dir.into() });
    }
    Ok(Tree::new(dir.display().to_string(), Source::Folder(dir.into()), folder::plain(dir)?))
}

fn options() -> gix::open::Options {
    gix::open::Options::isolated()
}

/// `dir` itself as a clone or bare repository.
fn open_git(dir: &Path) -> Result<Option<Git>, RepoError> {
    if !dir.join(".git").exists() && !looks_bare(dir) {
        return Ok(None);
    }
    match gix::ThreadSafeRepository::open_opts(dir, options()) {
        Ok(repo) => Ok(Some(git(repo, String::new()))),
        Err(error) => Err(RepoError::git(format!("opening {}", dir.display()), error)),
    }
}

fn looks_bare(dir: &Path) -> bool {
    dir.join("HEAD").is_file() && dir.join("objects").is_dir()
}

fn git(repo: gix::ThreadSafeRepository, prefix: String) -> Git {
    let workdir = repo.work_dir().map(Path::to_path_buf);
    Git { store: Arc::new(Store::new(repo)), workdir, prefix }
}

/// The clone that `dir` is a tracked folder of.
fn enclosing_git(dir: &Path) -> Option<Git> {
    let dir = dir.canonicalize().ok()?;
    let root = dir.ancestors().skip(1).find(|up| up.join(".git").exists())?;
    let prefix: Vec<&str> = dir.strip_prefix(root).ok()?.iter().map(|p| p.to_str()).collect::<Option<_>>()?;
    let prefix = prefix.join("/");
    let repo = gix::ThreadSafeRepository::open_opts(root, options()).ok()?;
    let git = git(repo, prefix);
    let tracked = git.store.with(|repo| revision::root_tree(repo, "HEAD", &git.prefix).is_ok());
    tracked.then_some(git)
}

#[cfg(test)]
mod tests;
