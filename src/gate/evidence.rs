//! Removal evidence for the checks: packages looked up once, analysed once.

use super::{Archive, GateError};
use crate::checks::Evidence;
use crate::package::{MemberKind, Package, PackageSources, Removal, analyse};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// What is known of one package.
#[derive(Clone)]
struct Known {
    removal: Arc<Removal>,
    ships: Arc<BTreeSet<String>>,
}

/// Packages by name, from the sources the user named.
pub(super) struct Packages {
    sources: PackageSources,
    known: Mutex<BTreeMap<String, Result<Known, String>>>,
}

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
        Ok(Self { sources, known: Mutex::default() })
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
        Ok(Known { removal: Arc::new(analyse(&package)), ships: Arc::new(paths(&package)) })
    }
}

fn paths(package: &Package) -> BTreeSet<String> {
    package.members.iter().filter(|m| m.kind != MemberKind::Dir).map(|m| m.path.clone()).collect()
}

impl Evidence for Packages {
    fn removal(&self, package: &str) -> Result<Arc<Removal>, String> {
        self.look_up(package).map(|k| k.removal)
    }

    fn ships(&self, package: &str) -> Option<Arc<BTreeSet<String>>> {
        self.look_up(package).ok().map(|k| k.ships)
    }
}
