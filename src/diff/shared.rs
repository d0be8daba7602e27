//! Resources that two catalogs hold as one.
//!
//! What came of a unit once is taken over by the other revision, declarations and all: most resources of two revisions
//! are the same in memory. Nobody has to read them to know that nothing in them differs, beside a file that one names.

use super::ids;
use crate::catalog::{Catalog, Resource, ResourceId};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A declaration, by where it lies.
type Address = usize;

/// The declarations that two catalogs have in common, each with its resource at base.
pub(super) struct Shared(FxHashMap<Address, ResourceId>);

impl Shared {
    /// Those that either has once: of a declaration that stands twice nobody could say which is which.
    pub(super) fn of(base: &Catalog, head: &Catalog) -> Self {
        let mut met: FxHashMap<Address, (ResourceId, u32, u32)> = FxHashMap::default();
        met.reserve(base.resources.len());
        for (id, resource) in ids(base) {
            met.entry(address(resource)).or_insert((id, 0, 0)).1 += 1;
        }
        for (_, resource) in ids(head) {
            met.entry(address(resource)).and_modify(|(.., count)| *count += 1);
        }
        let both = met.into_iter().filter(|(_, (_, base, head))| (*base, *head) == (1, 1));
        Self(both.map(|(address, (id, ..))| (address, id)).collect())
    }

    /// The resource at base that has this declaration as well.
    pub(super) fn at_base(&self, resource: &Resource) -> Option<ResourceId> {
        self.0.get(&address(resource)).copied()
    }
}

fn address(resource: &Resource) -> Address {
    Arc::as_ptr(&resource.declaration).addr()
}

/// The resources at base and those at head that the other catalog does not hold as the very same declaration. What is
/// left out has the same parameters on both sides; a file that one of them copies from the repository may differ.
#[must_use]
pub fn apart<'a>(base: &'a Catalog, head: &'a Catalog) -> (Vec<&'a Resource>, Vec<&'a Resource>) {
    let shared = Shared::of(base, head);
    let own = |catalog: &'a Catalog| {
        ids(catalog).map(|(_, resource)| resource).filter(|r| shared.at_base(r).is_none()).collect()
    };
    (own(base), own(head))
}
