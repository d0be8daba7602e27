//! What revisions of one run share: whatever was read from files with the same content.

use super::converted::Converted;
use super::source::SourceFile;
use crate::puppet::Dialect;
use crate::repo::Oid;
use crate::value::Value;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What was read, by path and content.
type Read<T> = Mutex<FxHashMap<(Arc<str>, Oid), T>>;

/// Parsed files by content, shared between revisions.
#[derive(Default)]
pub struct FileCache {
    manifests: Read<Arc<SourceFile>>,
    loaded: Read<Option<Value>>,
    pub(super) data: Arc<crate::hiera::DataFiles>,
    pub(super) converted: Converted,
    traces: Mutex<Vec<(Family, Arc<super::memo::Store>)>>,
    revisions: AtomicU32,
}

/// What revisions must have in common for one to take over what came of an evaluation in another.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Family {
    pub(super) dialect: Dialect,
    pub(super) switches: [bool; 4],
    pub(super) facts: FxHashSet<Box<str>>,
}

impl FileCache {
    /// For all of a process: it is given back with it. To take it apart piece by piece takes a second where thousands
    /// of hosts are compiled.
    #[must_use]
    pub fn lasting() -> Arc<Self> {
        let cache = Arc::new(Self::default());
        std::mem::forget(cache.clone());
        cache
    }

    pub(super) fn traces_for(&self, family: &Family) -> Arc<super::memo::Store> {
        let mut all = self.traces.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, store)) = all.iter().find(|(f, _)| f == family) {
            return store.clone();
        }
        let store = Arc::new(super::memo::Store::default());
        all.push((family.clone(), store.clone()));
        store
    }

    pub(super) fn new_revision(&self) -> u32 {
        self.revisions.fetch_add(1, Ordering::Relaxed)
    }

    /// A parsed manifest.
    pub(super) fn manifest(
        &self,
        path: &Arc<str>,
        oid: Oid,
        parse: impl FnOnce() -> Option<SourceFile>,
    ) -> Option<Arc<SourceFile>> {
        once(&self.manifests, path, oid, || parse().map(Arc::new))
    }

    /// A data file that a function reads.
    pub(super) fn loaded(&self, path: &Arc<str>, oid: Oid, read: impl FnOnce() -> Option<Value>) -> Option<Value> {
        once(&self.loaded, path, oid, || Some(read())).flatten()
    }
}

/// What is there already, or what `make` gives. Whoever was first is right: a manifest is known by its address.
fn once<T: Clone>(all: &Read<T>, path: &Arc<str>, oid: Oid, make: impl FnOnce() -> Option<T>) -> Option<T> {
    let key = (path.clone(), oid);
    let known = all.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    if known.is_some() {
        return known;
    }
    let made = make()?;
    Some(all.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(made).clone())
}

impl std::fmt::Debug for FileCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FileCache")
    }
}
