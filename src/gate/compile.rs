//! Hosts to catalogs: the hosts of a node block compiled in groups that compile alike.

use super::revision::Revision;
use crate::catalog::RefreshGraph;
use crate::checks::HostSide;
use crate::diff::Side;
use crate::eval::{Compiled, HostSpec};
use super::hosts::Host;
use ecow::EcoString;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// Hosts of one node block that share a catalog.
pub(super) struct Batch {
    pub(super) hosts: Vec<EcoString>,
    pub(super) compiled: Compiled,
    graph: OnceLock<RefreshGraph>,
}

impl Batch {
    /// As the checks see it.
    pub(super) fn side<'a>(&'a self, revision: &'a Revision) -> HostSide<'a> {
        HostSide {
            side: Side { catalog: &self.compiled.catalog, sources: &revision.sources },
            graph: self.graph.get_or_init(|| RefreshGraph::new(&self.compiled.catalog)),
            errors: &self.compiled.errors,
            cut_short: None,
        }
    }
}

/// Compiles hosts; those that must compile alike are compiled once. Hosts with other facts are never alike.
pub(super) fn compile(revision: &Revision, hosts: &[&Host]) -> Vec<Batch> {
    let mut alike: Vec<Vec<&Host>> = Vec::new();
    for host in hosts {
        match alike.iter_mut().find(|group| group.first().is_some_and(|h| Arc::ptr_eq(&h.spec.facts, &host.spec.facts))) {
            Some(group) => group.push(host),
            None => alike.push(vec![host]),
        }
    }
    alike.iter().flat_map(|group| compile_group(revision, group)).collect()
}

fn compile_group(revision: &Revision, hosts: &[&Host]) -> Vec<Batch> {
    let Some(first) = hosts.first() else { return Vec::new() };
    let spec = HostSpec { shared: hosts.len() > 1, ..first.spec.clone() };
    let compiled = crate::eval::compile(&revision.session, &spec);
    vec![Batch { hosts: hosts.iter().map(|h| h.spec.certname.clone()).collect(), compiled, graph: OnceLock::new() }]
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
