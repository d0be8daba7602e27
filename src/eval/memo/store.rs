//! Where traces are kept, for all hosts of all revisions of a run.

use super::trace::{Key, Trace};
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Most traces kept; what comes later is evaluated each time.
const MAX_TRACES: usize = 40_000;
/// Most traces of one key.
const MAX_VARIANTS: usize = 8;
/// Parts, so that threads rarely wait for each other.
const SHARDS: usize = 16;

/// Failures after which a key without traces is left alone.
const MAX_FAILURES: u8 = 3;

/// The traces of one key.
#[derive(Debug, Default)]
struct Slot {
    traces: Vec<Arc<Trace>>,
    failures: u8,
}

type Shard = RwLock<FxHashMap<Key, Slot>>;

/// All traces.
#[derive(Debug, Default)]
pub(crate) struct Store {
    shards: [Shard; SHARDS],
    count: AtomicUsize,
}

impl Store {
    fn shard(&self, key: &Key) -> Option<&Shard> {
        let hash = FxBuildHasher.hash_one(key);
        self.shards.get(usize::try_from(hash >> 57).unwrap_or(0) % SHARDS)
    }

    /// The traces of a key, and whether it is worth while to record another.
    pub(super) fn of(&self, key: &Key) -> (Vec<Arc<Trace>>, bool) {
        let Some(shard) = self.shard(key) else { return (Vec::new(), false) };
        let has_room = self.count.load(Ordering::Relaxed) < MAX_TRACES;
        match shard.read().unwrap_or_else(PoisonError::into_inner).get(key) {
            None => (Vec::new(), has_room),
            Some(slot) => {
                let hopeless = slot.failures >= MAX_FAILURES || slot.traces.len() >= MAX_VARIANTS;
                (slot.traces.clone(), has_room && !hopeless)
            }
        }
    }

    /// What was evaluated can't be told in full, or is not worth it.
    pub(super) fn fail(&self, key: Key, finally: bool) {
        let Some(shard) = self.shard(&key) else { return };
        let mut slots = shard.write().unwrap_or_else(PoisonError::into_inner);
        let slot = slots.entry(key).or_default();
        slot.failures = if finally { MAX_FAILURES } else { slot.failures.saturating_add(1) };
    }

    pub(super) fn keep(&self, key: Key, trace: Trace) {
        let Some(shard) = self.shard(&key) else { return };
        self.count.fetch_add(1, Ordering::Relaxed);
        shard.write().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().traces.push(Arc::new(trace));
    }
}
