//! What can go wrong when a revision or a file is asked for, and what the user can do about it.
//!
//! Two kinds: [`RepoError`] stops the run (exit code 2), [`ReadError`] concerns one path and
//! becomes a coverage entry.

use std::path::PathBuf;

/// Why a repository or a revision could not be opened.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq)]
pub enum RepoError {
    /// The directory is not there.
    #[error("{}: no such directory", path.display())]
    NotADirectory {
        /// As given.
        path: PathBuf,
    },
    /// A revision was asked of a folder without git.
    #[error("{}: not a git repository, so the revision `{rev}` cannot be looked up", path.display())]
    NotARepository {
        /// The folder.
        path: PathBuf,
        /// The revision.
        rev: String,
    },
    /// `git init` and nothing since.
    #[error("{}: the repository has no commits yet", path.display())]
    NoCommits {
        /// The repository.
        path: PathBuf,
    },
    /// No such branch, tag or commit.
    #[error("unknown revision `{rev}`")]
    UnknownRevision {
        /// As given.
        rev: String,
        /// Similar names that exist.
        similar: Vec<String>,
    },
    /// The clone was cut off before that revision.
    #[error("the clone is shallow and does not hold `{rev}`")]
    Shallow {
        /// As given.
        rev: String,
    },
    /// `worktree` was asked of a bare repository.
    #[error("{}: a bare repository has no work tree", path.display())]
    NoWorktree {
        /// The repository.
        path: PathBuf,
    },
    /// The directory asked for does not exist at that revision.
    #[error("`{prefix}` does not exist at `{rev}`")]
    NoSuchFolder {
        /// The folder inside the repository.
        prefix: String,
        /// The revision.
        rev: String,
    },
    /// More files than any Puppet repository holds.
    #[error("`{rev}` holds more than {limit} files")]
    TooManyFiles {
        /// The revision or folder.
        rev: String,
        /// The limit.
        limit: usize,
    },
    /// `--base auto` found nothing to go by.
    #[error("cannot tell what to compare with: {tried}")]
    NoBase {
        /// What was looked at.
        tried: String,
    },
    /// Anything else that git reports.
    #[error("{what}: {detail}")]
    Git {
        /// What was being done.
        what: String,
        /// In git's words.
        detail: String,
    },
    /// The operating system refused.
    #[error("{}: {detail}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// In the system's words.
        detail: String,
    },
}

impl RepoError {
    /// What the user can do about it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::NotADirectory { .. } => "check the path given to --repo".into(),
            Self::NotARepository { .. } => {
                "name two folders with --base DIR and --head DIR, or run inside a git clone".into()
            }
            Self::NoCommits { .. } => "commit something first, or audit the files with --rev worktree".into(),
            Self::UnknownRevision { similar, .. } if similar.is_empty() => {
                "fetch it first, or name a branch, tag, commit or folder that exists".into()
            }
            Self::UnknownRevision { similar, .. } => format!("did you mean {}?", quoted(similar)),
            Self::Shallow { .. } => {
                "fetch the whole history: set GIT_DEPTH: 0 for the job, or run git fetch --unshallow".into()
            }
            Self::NoWorktree { .. } => "name a revision instead of `worktree`".into(),
            Self::NoSuchFolder { .. } => "check the folder given to --repo".into(),
            Self::TooManyFiles { .. } => "point --repo at the Puppet repository itself".into(),
            Self::NoBase { .. } => "say it with --base REV".into(),
            Self::Git { .. } => "check the repository with git fsck".into(),
            Self::Io { .. } => "check that the path exists and can be read".into(),
        }
    }

    pub(crate) fn git(what: impl Into<String>, detail: impl std::fmt::Display) -> Self {
        Self::Git { what: what.into(), detail: detail.to_string() }
    }
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
    names.join(" or ")
}

/// Why one file could not be read.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReadError {
    /// The object is not in this clone.
    #[error("its content is missing from this clone (partial or damaged)")]
    Missing,
    /// A folder whose listing is not in this clone.
    #[error("the listing of this folder is missing from this clone (partial or damaged)")]
    MissingFolder,
    /// Another repository is mounted here.
    #[error("a submodule, whose content is not part of this repository")]
    Submodule,
    /// Larger than the limit.
    #[error("{size} bytes is over the limit of {limit}")]
    TooLarge {
        /// In bytes.
        size: u64,
        /// In bytes.
        limit: u64,
    },
    /// The link leads out of the tree.
    #[error("a link out of the tree, to `{target}`")]
    LinkOutside {
        /// As written.
        target: String,
    },
    /// The link's target does not exist.
    #[error("a link to `{target}`, which does not exist")]
    LinkDangling {
        /// As written.
        target: String,
    },
    /// The link leads to itself or to a folder that holds it.
    #[error("a link to `{target}`, which leads back to itself")]
    LinkLoop {
        /// As written.
        target: String,
    },
    /// A device, a socket or the like.
    #[error("neither a file nor a folder")]
    Special,
    /// The name is not UTF-8; the path shows it with replacement characters.
    #[error("its name is not UTF-8")]
    NameNotUtf8,
    /// The content is not UTF-8; it was read with replacement characters.
    #[error("not UTF-8; read with replacement characters")]
    NotUtf8,
    /// The operating system refused.
    #[error("{0}")]
    Io(String),
    /// The object store refused.
    #[error("{0}")]
    Git(String),
}
