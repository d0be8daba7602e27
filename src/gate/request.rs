//! What can be asked of the gate.

use crate::finding::Date;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Which tree of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree {
    /// The files as they lie in the work tree.
    Worktree,
    /// What the change is made against, worked out from CI variables or the merge base.
    Auto,
    /// A git revision, or a plain folder if one of that name exists and no revision does.
    Named(String),
}

/// What both verbs read.
#[derive(Clone)]
pub struct Inputs<'a> {
    /// The repository: work tree, bare git directory or plain folder.
    pub repo: PathBuf,
    /// Folder with the facts of hosts.
    pub facts: Option<PathBuf>,
    /// Configuration file, instead of `holdpoint.toml` at the repository's root.
    pub config: Option<PathBuf>,
    /// Threads; all cores if none is given.
    pub jobs: Option<usize>,
    /// Environment variables, for `--base auto` in CI.
    pub env: BTreeMap<String, String>,
    /// The day of the run, for suppressions that end.
    pub today: Option<Date>,
    /// Told how far it has come.
    pub progress: &'a dyn Progress,
}

/// Where packages may be had from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archive {
    /// Package files.
    pub debs: Vec<PathBuf>,
    /// Folder with package files.
    pub deb_dir: Option<PathBuf>,
    /// Whether `apt-get download` may be asked.
    pub fetch: bool,
    /// Package indexes: files, apt's lists, folders of a mirror.
    pub indexes: Vec<PathBuf>,
}

/// Which rules run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// These alone, if any.
    pub only: Vec<String>,
    /// Not these.
    pub except: Vec<String>,
}

impl Selection {
    /// Whether a rule runs.
    #[must_use]
    pub fn takes(&self, rule: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|id| id == rule);
        (self.only.is_empty() || named(&self.only)) && !named(&self.except)
    }
}

/// `check` over compiled catalogs.
pub struct CatalogsRequest<'a> {
    /// What is read; of the repository nothing is.
    pub inputs: Inputs<'a>,
    /// Folder of catalogs compared with.
    pub base: PathBuf,
    /// Folder of catalogs under inspection.
    pub head: PathBuf,
    /// Packages.
    pub archive: Archive,
    /// Rules.
    pub rules: Selection,
}

/// `init`.
pub struct DraftRequest<'a> {
    /// What is read.
    pub inputs: Inputs<'a>,
    /// Drafted from.
    pub rev: Tree,
}

/// `check` and `plan`.
pub struct CheckRequest<'a> {
    /// What is read.
    pub inputs: Inputs<'a>,
    /// Compared with.
    pub base: Tree,
    /// Under inspection.
    pub head: Tree,
    /// Packages.
    pub archive: Archive,
    /// Rules.
    pub rules: Selection,
}

/// `audit`.
pub struct AuditRequest<'a> {
    /// What is read.
    pub inputs: Inputs<'a>,
    /// Under inspection.
    pub rev: Tree,
    /// Packages.
    pub archive: Archive,
    /// Rules.
    pub rules: Selection,
}

/// `catalog`.
pub struct CatalogRequest<'a> {
    /// What is read.
    pub inputs: Inputs<'a>,
    /// The host.
    pub host: String,
    /// The revision; with `against`, the head of the comparison.
    pub rev: Tree,
    /// The base of the comparison, if one is wanted.
    pub against: Option<Tree>,
    /// A resource or parameter whose origin is asked for: `Type[title].param`.
    pub why: Option<String>,
}

/// A catalog or a comparison of two, ready to print.
#[derive(Clone, Debug)]
pub struct CatalogOutput {
    /// For people.
    pub text: String,
    /// For programs.
    pub json: serde_json::Value,
}

/// Is told how far the gate has come. Called from several threads.
pub trait Progress: Sync {
    /// A stage begins; `total` steps are ahead if that is known.
    fn stage(&self, name: &str, total: Option<u64>);
    /// A step of it is done.
    fn step(&self);
}

/// Says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn stage(&self, _name: &str, _total: Option<u64>) {}
    fn step(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selection_names_some_or_leaves_out_some() {
        let only = Selection { only: vec!["a".into(), "b".into()], except: vec!["b".into()] };
        assert!(only.takes("a") && !only.takes("b") && !only.takes("c"));
        assert!(Selection::default().takes("c"));
    }
}
