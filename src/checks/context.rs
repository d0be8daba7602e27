//! What a check may look at.

use super::tally::Tally;
use crate::catalog::{Catalog, RefreshGraph, Resource, ResourceId};
use crate::diff::{Change, Side, Sources};
use crate::eval::CompileError;
use crate::package::archive::Cascade;
use crate::package::{Removal, Shipped};
use crate::puppet::Dialect;
use crate::repo::FileChange;
use ecow::EcoString;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// The whole run: two revisions (one for an audit) and what differs between their files.
pub struct RepoContext<'a> {
    /// Files at base; `None` in an audit.
    pub base: Option<&'a Sources>,
    /// Files at head.
    pub head: &'a Sources,
    /// Changed files; in an audit none.
    pub files: &'a [FileChange],
    /// The dialect the repository is written in.
    pub dialect: Dialect,
    /// Removal evidence by package name.
    pub packages: &'a (dyn Evidence + 'a),
    /// What is worth saying and no finding; goes into the coverage part of the report.
    pub notes: Mutex<BTreeSet<String>>,
    /// What hosts report for judgements that need all of them.
    pub tally: Mutex<Tally>,
}

impl RepoContext<'_> {
    /// Says something that is no finding.
    pub fn note(&self, text: String) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).insert(text);
    }

    /// Says that hosts of a role are not looked at, since the change cannot reach them.
    pub fn leave_out(&self, role: &str, hosts: usize) {
        *self.tally().left_out.entry(role.to_owned()).or_default() += hosts;
    }

    /// What hosts have reported, to read or to add to.
    pub(super) fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where removal evidence comes from.
pub trait Evidence: Sync {
    /// What removing the package would do.
    ///
    /// # Errors
    /// Why it can't be said: the package was not found or could not be read.
    fn removal(&self, package: &str) -> Result<Arc<Removal>, String>;
    /// What a package puts on a host, if it is at hand.
    fn ships(&self, package: &str) -> Option<Arc<Shipped>>;
    /// What apt takes along with a package on a host that has `wanted` and all they need, and never
    /// `absent`; `None` where no package index is at hand.
    fn cascade(&self, package: &str, wanted: &BTreeSet<String>, absent: &BTreeSet<String>) -> Option<Arc<Cascade>>;
}

/// One group of hosts that compile alike, at base and head.
pub struct HostContext<'a> {
    /// The run.
    pub repo: &'a RepoContext<'a>,
    /// The hosts.
    pub hosts: &'a [EcoString],
    /// The node block or role they share.
    pub role: &'a str,
    /// At base; `None` in an audit or for a new host.
    pub base: Option<HostSide<'a>>,
    /// At head; `None` when the host is gone.
    pub head: Option<HostSide<'a>>,
    /// What differs; empty in an audit.
    pub changes: &'a [Change],
}

/// A compiled revision of a host.
#[derive(Clone, Copy)]
pub struct HostSide<'a> {
    /// Catalog and files.
    pub side: Side<'a>,
    /// Where the refresh graph is kept once it was asked for.
    pub refresh: &'a OnceLock<RefreshGraph>,
    /// Errors of the compilation; the catalog is then as complete as it could be made.
    pub errors: &'a [CompileError],
    /// Why the catalog is not whole although nothing is wrong with it (a limit of this tool).
    pub cut_short: Option<&'a str>,
}

impl<'a> HostSide<'a> {
    /// The refresh graph, built at the first question.
    #[must_use]
    pub fn graph(&self) -> &'a RefreshGraph {
        self.refresh.get_or_init(|| RefreshGraph::new(self.side.catalog))
    }

    /// The catalog.
    #[must_use]
    pub fn catalog(&self) -> &'a Catalog {
        self.side.catalog
    }

    /// The files.
    #[must_use]
    pub fn sources(&self) -> &'a Sources {
        self.side.sources
    }

    /// A resource by index.
    #[must_use]
    pub fn get(&self, id: ResourceId) -> Option<&'a Resource> {
        self.side.catalog.get(id)
    }
}
