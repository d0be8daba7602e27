//! Where traces are kept, for all hosts of all revisions of a run.

use super::questions::Questions;
use super::trace::{Key, Trace};
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicUsize, Ordering};
use std::sync::{OnceLock, PoisonError, RwLock};

/// Most traces kept; what comes later is evaluated each time.
const MAX_TRACES: usize = 200_000;
/// Most keys.
const MAX_SLOTS: usize = 800_000;
/// Most traces of one key.
const MAX_VARIANTS: usize = 40;
/// Parts, so that threads rarely wait for each other.
const SHARDS: usize = 16;

/// Failures after which a key without traces is left alone.
const MAX_FAILURES: u8 = 3;
/// How often traces may not do before it is asked whether they ever do.
const PATIENCE: u32 = 16;
/// Of how many attempts one has to do.
const WORTH_ONE_IN: u32 = 8;

/// A trace, and what was kept after it.
#[derive(Debug)]
struct Kept {
    trace: Trace,
    next: OnceLock<Box<Self>>,
}

/// The traces of one key, and how well they do.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    first: OnceLock<Box<Kept>>,
    count: AtomicUsize,
    failures: AtomicU8,
    hits: AtomicU32,
    misses: AtomicU32,
    /// The place of its title, whatever the parameters.
    family: Option<usize>,
}

/// Where it is noted how often instances of one title come with other parameters.
const FAMILY: Option<u32> = Some(u32::MAX - 2);

impl Slot {
    /// The traces to try.
    pub(super) fn traces(&self) -> impl Iterator<Item = &Trace> {
        let first = if self.is_given_up() { None } else { self.first.get() };
        std::iter::successors(first, |kept| kept.next.get()).map(|kept| &kept.trace)
    }

    /// Whether there is any.
    pub(super) fn is_empty(&self) -> bool {
        self.first.get().is_none() || self.is_given_up()
    }

    /// Each host has its own: trying costs more than it saves.
    fn is_given_up(&self) -> bool {
        let misses = self.misses.load(Ordering::Relaxed);
        misses >= PATIENCE && misses / WORTH_ONE_IN > self.hits.load(Ordering::Relaxed)
    }

    /// What was evaluated can't be told in full, or is not worth it.
    pub(super) fn fail(&self, finally: bool) {
        let failures = self.failures.load(Ordering::Relaxed).saturating_add(1);
        self.failures.store(if finally { u8::MAX } else { failures }, Ordering::Relaxed);
    }

    fn may_grow(&self) -> bool {
        let failures = self.failures.load(Ordering::Relaxed);
        let count = self.count.load(Ordering::Relaxed);
        count < MAX_VARIANTS && (failures < MAX_FAILURES || count > 0 && failures < u8::MAX) && !self.is_given_up()
    }

    /// Whether none of its traces ever did so far.
    fn is_unproved(&self) -> bool {
        self.hits.load(Ordering::Relaxed) == 0
    }

    /// Notes whether one of the traces did. Hits are counted as far as they matter: a note is a line of memory
    /// that other threads have to wait for.
    fn tried(&self, hit: bool) {
        if !hit {
            self.misses.fetch_add(1, Ordering::Relaxed);
        } else if self.hits.load(Ordering::Relaxed) <= self.misses.load(Ordering::Relaxed) {
            self.hits.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn keep(&self, trace: Trace) {
        self.count.fetch_add(1, Ordering::Relaxed);
        let mut new = Box::new(Kept { trace, next: OnceLock::new() });
        let mut at = &self.first;
        // `set` gives back what found the place taken.
        while let Err(back) = at.set(new) {
            new = back;
            match at.get() {
                Some(taken) => at = &taken.next,
                None => return,
            }
        }
    }
}

type Shard = RwLock<FxHashMap<Key, usize>>;

/// All traces.
#[derive(Debug, Default)]
pub(crate) struct Store {
    shards: [Shard; SHARDS],
    slots: boxcar::Vec<Slot>,
    traces: AtomicUsize,
    pub(super) questions: Questions,
}

impl Store {
    /// The place of a key, by number.
    pub(super) fn number(&self, key: Key) -> Option<usize> {
        self.number_or(key, |_| Some(Slot::default()))
    }

    /// The same for an instance. Where hardly any host has another one's parameters no place is made.
    pub(super) fn number_of_instance(&self, key: Key) -> Option<usize> {
        self.number_or(key, |(place, title, ..)| {
            let number = self.number((*place, title.clone(), FAMILY, 0))?;
            let family = self.slot(number)?;
            family.tried(false);
            (!family.is_given_up()).then(|| Slot { family: Some(number), ..Slot::default() })
        })
    }

    fn number_or(&self, key: Key, make: impl FnOnce(&Key) -> Option<Slot>) -> Option<usize> {
        let hash = FxBuildHasher.hash_one(&key);
        let shard = self.shards.get(usize::try_from(hash >> 57).unwrap_or(0) % SHARDS)?;
        if let Some(number) = shard.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Some(*number);
        }
        if self.slots.count() >= MAX_SLOTS {
            return None;
        }
        let slot = make(&key)?;
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        Some(*shard.entry(key).or_insert_with(|| self.slots.push(slot)))
    }

    /// Notes whether one of the traces of a place did.
    pub(super) fn tried(&self, slot: &Slot, hit: bool) {
        if hit && slot.is_unproved() {
            slot.family.and_then(|n| self.slot(n)).into_iter().for_each(|family| family.tried(true));
        }
        slot.tried(hit);
    }

    /// The place with a number.
    pub(super) fn slot(&self, number: usize) -> Option<&Slot> {
        self.slots.get(number)
    }

    /// What tells this store from others.
    pub(super) fn address(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }

    /// Whether it is worth while to record another trace.
    pub(super) fn has_room(&self, slot: &Slot) -> bool {
        self.traces.load(Ordering::Relaxed) < MAX_TRACES && slot.may_grow()
    }

    pub(super) fn keep(&self, slot: usize, trace: Trace) {
        if let Some(slot) = self.slots.get(slot) {
            self.traces.fetch_add(1, Ordering::Relaxed);
            slot.keep(trace);
        }
    }
}
