//! The hosts after the canary, cut so that every pool keeps its capacity.

use super::{Change, Settings};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// The hosts that go together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Slice {
    /// How many of which pool: `(pool, taken, size)`.
    pub(super) shares: Vec<(String, usize, usize)>,
    /// All of them.
    pub(super) hosts: Vec<Arc<str>>,
}

/// One slice after another; pools go side by side, none above its share, nor all together above that
/// share of the whole.
pub(super) fn cut(change: &Change<'_>, settings: &Settings, canary: &str) -> Vec<Slice> {
    let most = allowed(change.hosts.count, settings.pool_share);
    let mut waiting: Vec<(String, usize, VecDeque<Arc<str>>)> =
        by_pool(change, canary).into_iter().map(|((name, size), hosts)| (name, size, hosts)).collect();
    let mut slices = Vec::new();
    while waiting.iter().any(|(_, _, hosts)| !hosts.is_empty()) {
        let mut slice = Slice::default();
        for (name, size, hosts) in &mut waiting {
            let room = most.saturating_sub(slice.hosts.len());
            let part = allowed(*size, settings.pool_share).min(room).min(hosts.len());
            if part > 0 {
                slice.shares.push((name.clone(), part, *size));
                slice.hosts.extend(hosts.drain(..part));
            }
        }
        slices.push(slice);
    }
    slices
}

/// At least one, or nothing would ever go out.
fn allowed(size: usize, share: u8) -> usize {
    (size * usize::from(share) / 100).max(1)
}

/// The hosts still to go, by pool and its whole size.
fn by_pool(change: &Change<'_>, canary: &str) -> BTreeMap<(String, usize), VecDeque<Arc<str>>> {
    let mut pools: BTreeMap<(String, usize), VecDeque<Arc<str>>> = BTreeMap::new();
    for host in change.hosts.members.iter().filter(|h| ***h != *canary) {
        let key = change.pools.of(host).map_or_else(|| (host.to_string(), 1), |p| (p.name.clone(), p.hosts.len()));
        pools.entry(key).or_default().push_back(Arc::clone(host));
    }
    pools
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_down_but_never_to_nothing() {
        for (size, share, expected) in [(83, 25, 20), (4, 25, 1), (3, 25, 1), (1, 25, 1), (10, 100, 10), (10, 0, 1)] {
            assert_eq!(allowed(size, share), expected, "{share} % of {size}");
        }
    }
}
