//! A table by name for each kind of definition: a name is looked up as it stands, without a copy.

use super::source::DefKind;
use ecow::EcoString;
use rustc_hash::FxHashMap;

/// What is known by kind and name.
#[derive(Debug)]
pub(crate) struct Names<T>([FxHashMap<EcoString, T>; DefKind::COUNT]);

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self(Default::default())
    }
}

impl<T> Names<T> {
    fn of(&self, kind: DefKind) -> Option<&FxHashMap<EcoString, T>> {
        self.0.get(kind as usize)
    }

    pub(crate) fn get(&self, kind: DefKind, name: &str) -> Option<&T> {
        self.of(kind)?.get(name)
    }

    pub(crate) fn insert(&mut self, kind: DefKind, name: EcoString, value: T) {
        if let Some(names) = self.0.get_mut(kind as usize) {
            names.insert(name, value);
        }
    }

    /// Puts a value in unless there is one.
    pub(crate) fn insert_first(&mut self, kind: DefKind, name: &EcoString, value: T) {
        if self.get(kind, name).is_none() {
            self.insert(kind, name.clone(), value);
        }
    }

    /// The names of all kinds.
    pub(crate) fn names(&self) -> impl Iterator<Item = &EcoString> {
        self.0.iter().flat_map(FxHashMap::keys)
    }
}
