//! `puppet:///` addresses to files of the repository.

use crate::repo::Tree;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A revision's files as the agent's file server would serve them.
#[derive(Clone)]
pub struct Sources {
    tree: Tree,
    modules: Vec<String>,
    mounts: BTreeMap<String, String>,
}

impl Sources {
    /// File server over `tree`: `modules` are the folders of the module path, first wins; `mounts` are
    /// custom mount points to folders (`files` to `files`).
    #[must_use]
    pub fn new(tree: Tree, modules: Vec<String>, mounts: BTreeMap<String, String>) -> Self {
        Self { tree, modules, mounts }
    }

    /// The revision itself.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The repository path a `source` address names, whether or not it exists; `None` if the address
    /// leads out of the repository (another server, a private mount, a path on the host).
    #[must_use]
    pub fn path_of(&self, address: &str) -> Option<String> {
        let rest = address.strip_prefix("puppet://")?;
        let path = rest.split_once('/')?.1;
        let (mount, inner) = path.split_once('/')?;
        if mount == "modules" { self.module_file(inner) } else { Some(format!("{}/{inner}", self.mounts.get(mount)?)) }
    }

    /// Whether an address names a file of the same bytes in another revision; `false` where that takes a closer look.
    pub(super) fn same_file(&self, other: &Self, address: &str) -> bool {
        let print = |sources: &Self| sources.path_of(address).and_then(|path| sources.tree.oid(&path));
        let own = print(self);
        own.is_some() && own == print(other)
    }

    fn module_file(&self, inner: &str) -> Option<String> {
        let (module, file) = inner.split_once('/')?;
        let candidates = self.modules.iter().map(|m| format!("{m}/{module}"));
        let folder = candidates.clone().find(|c| self.tree.is_dir(c)).or_else(|| candidates.into_iter().next())?;
        Some(format!("{folder}/files/{file}"))
    }

    /// Bytes of a repository file; unreadable ones are in the tree's coverage already.
    #[must_use]
    pub fn bytes(&self, path: &str) -> Option<Arc<[u8]>> {
        self.tree.read(path).ok().flatten()
    }
}
