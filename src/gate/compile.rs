//! Hosts to catalogs: the hosts of a node block compiled in groups that compile alike.

use super::hosts::Host;
use super::revision::Revision;
use crate::catalog::{Catalog, RefreshGraph};
use crate::checks::HostSide;
use crate::diff::{Side, Sources};
use crate::eval::Compiled;
use crate::eval::group::{Group, compile_part};
use ecow::EcoString;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Hosts of one node block that share a catalog.
pub(super) struct Batch {
    pub(super) hosts: Vec<EcoString>,
    pub(super) compiled: Compiled,
    graph: OnceLock<RefreshGraph>,
}

impl Batch {
    /// A catalog that was compiled elsewhere.
    pub(super) fn given(catalog: Catalog) -> Self {
        let hosts = vec![catalog.certname.clone()];
        Self { hosts, compiled: Compiled { catalog, ..Compiled::default() }, graph: OnceLock::new() }
    }

    /// As the checks see it.
    pub(super) fn side<'a>(&'a self, revision: &'a Revision) -> HostSide<'a> {
        self.with(&revision.sources)
    }

    /// The same with files that are no revision's.
    pub(super) fn with<'a>(&'a self, sources: &'a Sources) -> HostSide<'a> {
        HostSide {
            side: Side { catalog: &self.compiled.catalog, sources },
            refresh: &self.graph,
            errors: &self.compiled.errors,
            cut_short: None,
        }
    }
}

/// Compiles hosts; those that must compile alike are compiled once.
pub(super) fn compile(revision: &Revision, hosts: &[&Host]) -> Vec<Batch> {
    part(revision, hosts, hosts.len() > 1)
}

/// The same for some of the hosts of a block, which is `shared` by several or not.
pub(super) fn part(revision: &Revision, hosts: &[&Host], shared: bool) -> Vec<Batch> {
    let specs: Vec<_> = hosts.iter().map(|h| h.spec.clone()).collect();
    let batch = |g: Group| Batch { hosts: g.hosts, compiled: g.compiled, graph: OnceLock::new() };
    compile_part(&revision.session, &specs, shared).into_iter().map(batch).collect()
}

/// Hosts that share both the base and the head catalog.
pub(super) struct Pair<'a> {
    pub(super) hosts: Vec<EcoString>,
    pub(super) base: Option<&'a Batch>,
    pub(super) head: Option<&'a Batch>,
}

/// Matches the batches of two revisions by their hosts.
pub(super) fn pairs<'a>(base: &'a [Batch], head: &'a [Batch]) -> Vec<Pair<'a>> {
    let mut of_host: BTreeMap<&EcoString, (Option<usize>, Option<usize>)> = BTreeMap::new();
    for (i, batch) in base.iter().enumerate() {
        batch.hosts.iter().for_each(|h| of_host.entry(h).or_default().0 = Some(i));
    }
    for (i, batch) in head.iter().enumerate() {
        batch.hosts.iter().for_each(|h| of_host.entry(h).or_default().1 = Some(i));
    }
    let mut grouped: BTreeMap<(Option<usize>, Option<usize>), Vec<EcoString>> = BTreeMap::new();
    for (host, key) in of_host {
        grouped.entry(key).or_default().push(host.clone());
    }
    let pair = |((b, h), hosts)| Pair { hosts, base: at(base, b), head: at(head, h) };
    grouped.into_iter().map(pair).collect()
}

fn at(batches: &[Batch], index: Option<usize>) -> Option<&Batch> {
    batches.get(index?)
}
