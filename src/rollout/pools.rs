//! Which hosts serve together: as the report says, else guessed from their names.

use crate::finding::Pool;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The pools that the hosts of a change belong to.
pub(super) struct Pools {
    pools: Vec<Pool>,
    by_host: BTreeMap<Arc<str>, usize>,
    /// How many hosts were put together by their names alone.
    pub(super) guessed: usize,
}

impl Pools {
    /// A host counts to the first pool with company in it. Hosts without such a pool are put together
    /// with those that are named alike, because treating each as alone would let them all go at once.
    pub(super) fn new(known: &[Pool], hosts: &[Arc<str>]) -> Self {
        let mut pools: Vec<Pool> = known.iter().filter(|p| p.hosts.len() > 1).cloned().collect();
        let mut by_host = BTreeMap::new();
        for (index, pool) in pools.iter().enumerate() {
            for host in &pool.hosts {
                by_host.entry(Arc::clone(host)).or_insert(index);
            }
        }
        let mut alike: BTreeMap<String, Vec<Arc<str>>> = BTreeMap::new();
        for host in hosts.iter().filter(|h| !by_host.contains_key(*h)) {
            alike.entry(shape(host)).or_default().push(Arc::clone(host));
        }
        let mut guessed = 0;
        for (name, hosts) in alike {
            guessed += hosts.len();
            by_host.extend(hosts.iter().map(|h| (Arc::clone(h), pools.len())));
            pools.push(Pool { name, hosts, open: false });
        }
        Self { pools, by_host, guessed }
    }

    /// The pool of a host.
    pub(super) fn of(&self, host: &str) -> Option<&Pool> {
        self.pools.get(*self.by_host.get(host)?)
    }

    /// Those that the hosts belong to, each once.
    pub(super) fn touched<'a>(&'a self, hosts: &[Arc<str>]) -> Vec<&'a Pool> {
        let mut indices: Vec<usize> = hosts.iter().filter_map(|h| self.by_host.get(h).copied()).collect();
        indices.sort_unstable();
        indices.dedup();
        indices.into_iter().filter_map(|i| self.pools.get(i)).collect()
    }
}

/// The name with each number replaced by `#`: `mw#.eqiad.wmnet`.
fn shape(host: &str) -> String {
    let mut out = String::with_capacity(host.len());
    for c in host.chars() {
        match c {
            '0'..='9' if out.ends_with('#') => {}
            '0'..='9' => out.push('#'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_alike_have_one_shape() {
        assert_eq!(shape("mw1017.eqiad.wmnet"), shape("mw2.eqiad.wmnet"));
        assert_ne!(shape("mw1017.eqiad.wmnet"), shape("mw1017.codfw.wmnet"));
    }
}
