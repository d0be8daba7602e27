//! Removal evidence for the checks: packages looked up once, analysed once.

use super::{Archive, GateError};
use crate::checks::Evidence;
use crate::package::archive::{Cascade, Index, implied_cascade};
use crate::package::{PackageSources, Removal, Shipped, analyse};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// What is known of one package.
#[derive(Clone)]
struct Known {
    removal: Arc<Removal>,
    ships: Arc<Shipped>,
}

/// Packages by name, from the sources the user named.
pub(super) struct Packages {
    sources: PackageSources,
    known: Mutex<BTreeMap<String, Result<Known, String>>>,
    index: Option<Index>,
    cascades: Mutex<BTreeMap<Asked, Arc<Cascade>>>,
}

/// A package, the ones wanted beside it, and the ones that are not.
type Asked = (String, BTreeSet<String>, BTreeSet<String>);

impl Packages {
    /// Opens the sources. A file that was named and can't be read is the user's to know.
    pub(super) fn open(archive: &Archive, download_into: &Path) -> Result<Self, GateError> {
        let mut sources = PackageSources::new();
        for path in &archive.debs {
            sources.add_file(path).map_err(|e| GateError::input(&e, Some(e.help())))?;
        }
        if let Some(dir) = &archive.deb_dir {
            sources.add_dir(dir).map_err(|e| GateError::input(&e, Some(e.help())))?;
        }
        sources.add_database(Path::new("/"));
        if archive.fetch {
            sources.allow_fetch(download_into);
        }
        let index = index(archive, &sources)?;
        Ok(Self { sources, known: Mutex::default(), index, cascades: Mutex::default() })
    }

    /// Package files of the folder that could not be read.
    pub(super) fn unreadable(&self) -> &[String] {
        self.sources.unreadable()
    }

    fn look_up(&self, name: &str) -> Result<Known, String> {
        // Held while analysing: two host groups that ask for the same package do the work once.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(name.to_owned()).or_insert_with(|| self.read(name)).clone()
    }

    fn read(&self, name: &str) -> Result<Known, String> {
        let package = self.sources.find(name).map_err(|e| e.why)?;
        Ok(Known { removal: Arc::new(analyse(&package)), ships: Arc::new(Shipped::of(&package)) })
    }
}

/// The indexes that were named, with the package files at hand; by `--fetch` apt's own lists.
fn index(archive: &Archive, sources: &PackageSources) -> Result<Option<Index>, GateError> {
    let mut index = Index::default();
    for path in &archive.indexes {
        index.add(path).map_err(|e| GateError::input(&e, Some(e.help())))?;
    }
    // Without lists the packages at hand are all there is to go by.
    let lists = Path::new("/var/lib/apt/lists");
    if archive.fetch && archive.indexes.is_empty() && index.add(lists).is_err() {
        return Ok(None);
    }
    if index.is_empty() {
        return Ok(None);
    }
    index.add_text(sources.controls());
    Ok(Some(index))
}

impl Evidence for Packages {
    fn cascade(&self, package: &str, wanted: &BTreeSet<String>, absent: &BTreeSet<String>) -> Option<Arc<Cascade>> {
        let index = self.index.as_ref()?;
        let mut known = self.cascades.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known
            .entry((package.to_owned(), wanted.clone(), absent.clone()))
            .or_insert_with(|| Arc::new(implied_cascade(index, wanted, absent, package)));
        Some(found.clone())
    }

    fn removal(&self, package: &str) -> Result<Arc<Removal>, String> {
        self.look_up(package).map(|k| k.removal)
    }

    fn ships(&self, package: &str) -> Option<Arc<Shipped>> {
        self.look_up(package).ok().map(|k| k.ships)
    }
}
