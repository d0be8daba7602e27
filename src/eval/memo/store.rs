//! Where traces are kept, for all hosts of all revisions of a run.

use super::trace::{Key, Trace};
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Most traces kept; what comes later is evaluated each time.
const MAX_TRACES: usize = 200_000;
/// Most keys.
const MAX_SLOTS: usize = 800_000;
/// Most traces of one key.
const MAX_VARIANTS: usize = 8;
/// Parts, so that threads rarely wait for each other.
const SHARDS: usize = 16;

/// Failures after which a key without traces is left alone.
const MAX_FAILURES: u8 = 3;
/// How often traces may not do before it is asked whether they ever do.
const PATIENCE: u32 = 32;
/// Of how many attempts one has to do.
const WORTH_ONE_IN: u32 = 8;

/// The traces of one key, and how well they do.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    traces: RwLock<Arc<[Arc<Trace>]>>,
    failures: AtomicU8,
    hits: AtomicU32,
    misses: AtomicU32,
}

impl Slot {
    /// The traces to try.
    pub(super) fn traces(&self) -> Arc<[Arc<Trace>]> {
        if self.is_given_up() { Arc::default() } else { self.all() }
    }

    fn all(&self) -> Arc<[Arc<Trace>]> {
        self.traces.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Each host has its own: trying costs more than it saves.
    fn is_given_up(&self) -> bool {
        let (hits, misses) = (self.hits.load(Ordering::Relaxed), self.misses.load(Ordering::Relaxed));
        misses >= PATIENCE && misses / WORTH_ONE_IN > hits
    }

    /// Gives the traces up; how many there were.
    fn clear(&self) -> usize {
        std::mem::take(&mut *self.traces.write().unwrap_or_else(PoisonError::into_inner)).len()
    }

    /// What was evaluated can't be told in full, or is not worth it.
    pub(super) fn fail(&self, finally: bool) {
        let failures = self.failures.load(Ordering::Relaxed).saturating_add(1);
        self.failures.store(if finally { u8::MAX } else { failures }, Ordering::Relaxed);
    }

    fn may_grow(&self) -> bool {
        let failures = self.failures.load(Ordering::Relaxed);
        let count = self.all().len();
        count < MAX_VARIANTS && (failures < MAX_FAILURES || count > 0 && failures < u8::MAX) && !self.is_given_up()
    }
}

type Shard = RwLock<FxHashMap<Key, Arc<Slot>>>;

/// All traces.
#[derive(Debug, Default)]
pub(crate) struct Store {
    shards: [Shard; SHARDS],
    traces: AtomicUsize,
    slots: AtomicUsize,
}

impl Store {
    /// The place of a key.
    pub(super) fn of(&self, key: Key) -> Option<Arc<Slot>> {
        let hash = FxBuildHasher.hash_one(&key);
        let shard = self.shards.get(usize::try_from(hash >> 57).unwrap_or(0) % SHARDS)?;
        if let Some(slot) = shard.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Some(slot.clone());
        }
        if self.slots.fetch_add(1, Ordering::Relaxed) >= MAX_SLOTS {
            return None;
        }
        Some(shard.write().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().clone())
    }

    /// Whether one of the traces did.
    pub(super) fn tried(&self, slot: &Slot, hit: bool) {
        let count = if hit { &slot.hits } else { &slot.misses };
        count.fetch_add(1, Ordering::Relaxed);
        if slot.is_given_up() {
            self.traces.fetch_sub(slot.clear(), Ordering::Relaxed);
        }
    }

    /// Whether it is worth while to record another trace.
    pub(super) fn has_room(&self, slot: &Slot) -> bool {
        self.traces.load(Ordering::Relaxed) < MAX_TRACES && slot.may_grow()
    }

    pub(super) fn keep(&self, slot: &Slot, trace: Trace) {
        self.traces.fetch_add(1, Ordering::Relaxed);
        let mut traces = slot.traces.write().unwrap_or_else(PoisonError::into_inner);
        *traces = traces.iter().cloned().chain([Arc::new(trace)]).collect();
    }
}
