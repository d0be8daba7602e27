//! Which resource a name leads to: type and title, and second names.
//!
//! A catalog is asked this for each declaration, each reference and each part taken over from another
//! host, mostly about what is not there: the table holds a print of the name and a number, and the name
//! itself is read off the resource where the prints are equal.

use super::{Catalog, ResourceId};
use ecow::EcoString;
use hashbrown::HashTable;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// A number that equal names have in common.
pub(crate) type Print = u32;

/// The print of a canonical type and title.
pub(crate) fn print_of(type_name: &str, title: &str) -> Print {
    let mut state = FxHasher::default();
    type_name.hash(&mut state);
    title.hash(&mut state);
    let whole = state.finish();
    u32::try_from((whole ^ (whole >> 32)) & u64::from(u32::MAX)).unwrap_or_default()
}

/// A canonical type and title, with their print.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// Canonical type.
    pub type_name: EcoString,
    /// Canonical title.
    pub title: EcoString,
    pub(crate) print: Print,
}

impl Name {
    /// A name of a canonical type and title.
    #[must_use]
    pub fn new(type_name: EcoString, title: EcoString) -> Self {
        let print = print_of(&type_name, &title);
        Self { type_name, title, print }
    }
}

/// Resources by canonical type and title.
#[derive(Debug, Default)]
pub(super) struct Index {
    table: HashTable<Entry>,
    /// Names that are not the resource's own type and title.
    second: Vec<(EcoString, EcoString)>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    print: Print,
    id: ResourceId,
    /// One more than the place among the second names; 0 for its own name.
    second: u32,
}

impl Catalog {
    /// The resource that a canonical type and title lead to.
    #[must_use]
    pub fn id(&self, type_name: &str, title: &str) -> Option<ResourceId> {
        self.id_of(print_of(type_name, title), type_name, title)
    }

    /// The same where the print of the name is known.
    pub(crate) fn id_of(&self, print: Print, type_name: &str, title: &str) -> Option<ResourceId> {
        let is_it = |entry: &Entry| entry.print == print && self.is_named(entry, type_name, title);
        self.index.table.find(spread(print), is_it).map(|entry| entry.id)
    }

    /// Whether some name has this print: without a look at the resource.
    pub(crate) fn knows_print(&self, print: Print) -> bool {
        self.index.table.find(spread(print), |entry| entry.print == print).is_some()
    }

    /// Makes a resource that is in the catalog known by a canonical type and title.
    pub fn name(&mut self, type_name: &str, title: &str, id: ResourceId) {
        self.name_as(print_of(type_name, title), type_name, title, id);
    }

    /// The same where the print of the name is known.
    pub(crate) fn name_as(&mut self, print: Print, type_name: &str, title: &str, id: ResourceId) {
        let is_own = self.get(id).is_some_and(|r| r.type_name == type_name && r.title == title);
        let mut entry = Entry { print, id, second: 0 };
        if !is_own {
            self.index.second.push((type_name.into(), title.into()));
            entry.second = u32::try_from(self.index.second.len()).unwrap_or(u32::MAX);
        }
        let old = self.id_of(print, type_name, title);
        let is_old = |e: &Entry| e.print == print && Some(e.id) == old;
        match self.index.table.find_mut(spread(print), is_old).filter(|_| old.is_some()) {
            Some(known) => *known = entry,
            None => _ = self.index.table.insert_unique(spread(print), entry, |e| spread(e.print)),
        }
    }

    /// The same for a name of its own that leads nowhere yet.
    pub(crate) fn name_new(&mut self, print: Print, id: ResourceId) {
        self.index.table.insert_unique(spread(print), Entry { print, id, second: 0 }, |e| spread(e.print));
    }

    /// Makes room for the names of a usual host.
    pub(crate) fn reserve_names(&mut self, many: usize) {
        self.index.table.reserve(many, |e| spread(e.print));
    }

    fn is_named(&self, entry: &Entry, type_name: &str, title: &str) -> bool {
        let place = usize::try_from(entry.second).ok().and_then(|n| n.checked_sub(1));
        match place {
            Some(place) => self.index.second.get(place).is_some_and(|(t, own)| t == type_name && own == title),
            None => self.get(entry.id).is_some_and(|r| r.type_name == type_name && r.title == title),
        }
    }
}

/// The table takes some of the highest bits, and some of the lowest.
fn spread(print: Print) -> u64 {
    u64::from(print).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::super::Resource;
    use super::*;

    fn file(title: &str) -> Resource {
        Resource::bare("File", title)
    }

    #[test]
    fn names_lead_to_resources() {
        let mut catalog = Catalog { resources: vec![file("/a/"), file("/b")], ..Catalog::default() };
        catalog.name("File", "/a", 0);
        catalog.name("File", "/b", 1);
        assert_eq!((catalog.id("File", "/a"), catalog.id("File", "/b")), (Some(0), Some(1)));
        assert_eq!((catalog.id("File", "/a/"), catalog.id("Exec", "/b")), (None, None));
    }

    #[test]
    fn the_last_one_that_is_named_so_is_found() {
        let mut catalog = Catalog { resources: vec![file("/a"), file("/b")], ..Catalog::default() };
        catalog.name("File", "/a", 0);
        catalog.name("File", "/a", 1);
        assert_eq!(catalog.id("File", "/a"), Some(1));
        catalog.name("File", "/a", 0);
        assert_eq!((catalog.id("File", "/a"), catalog.index.table.len()), (Some(0), 1));
    }

    #[test]
    fn equal_prints_are_told_apart() {
        let mut catalog = Catalog { resources: vec![file("/a"), file("/b")], ..Catalog::default() };
        catalog.name_as(7, "File", "/a", 0);
        assert_eq!(catalog.id_of(7, "File", "/b"), None);
        catalog.name_as(7, "File", "/b", 1);
        assert_eq!((catalog.id_of(7, "File", "/a"), catalog.id_of(7, "File", "/b")), (Some(0), Some(1)));
    }
}
