//! What hosts must have in common for an answer to hold for all of them.
//!
//! Most keys are answered by levels that many hosts share: `common`, the data of a site. Where none of the files
//! that are a host's or a role's own has the key, or the same ones in the same places, two hosts of which those
//! levels are the same get the same answer, and the second need not look. Hierarchies with places of other kinds
//! have no such common ground.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use super::Hiera;
use super::api::HieraScope;
use super::files::{Format, Slot};
use super::key::Key;
use super::level::{Backend, Layer, Level, Places};
use super::memo::Memo;
use super::options::OPTIONS;
use super::template::Template;

/// A place that a lookup came to: a path of the hierarchy, by address, and what the key's namespace adds to it;
/// without an address just a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Step {
    pub(super) template: usize,
    pub(super) tail: Box<str>,
}

/// A way that a lookup took, step by step, each with its number among all steps.
pub type Trail = Arc<[(Step, usize)]>;

/// What two lookups must have in common beside key and manner: the grounds of the environment and of the module.
pub type Ground = (u32, u32);

/// Where a host stands in the hierarchy.
#[derive(Debug)]
pub struct Stand {
    base: Part,
    /// The same for modules with data of their own, once a key of theirs was asked for.
    modules: RefCell<FxHashMap<Box<str>, Option<Rc<Part>>>>,
}

#[derive(Debug)]
struct Part {
    /// The number of the ground that it shares with others.
    ground: u32,
    /// The files that are its own.
    own: Vec<Own>,
}

/// A file that not all hosts read.
#[derive(Debug)]
struct Own {
    /// Which path of the hierarchy it is.
    place: u32,
    slot: Arc<Slot>,
    format: Format,
    /// It says how keys are merged or converted: that may concern any key.
    has_options: bool,
}

/// What is gathered of a hierarchy for one host.
#[derive(Default)]
struct Gathered {
    ground: Vec<String>,
    own: Vec<Own>,
    /// Paths met so far.
    places: u32,
}

/// Files of a host's own that speak of a key, by place and address.
type Speaking = Vec<(u32, usize)>;

/// The numbers of grounds, and the ways that lookups took.
#[derive(Debug, Default)]
pub(super) struct Grounds {
    numbers: Mutex<FxHashMap<Vec<String>, u32>>,
    /// Grounds that have files of some hosts' own added.
    narrower: Mutex<FxHashMap<(u32, Speaking), u32>>,
    count: AtomicU32,
    trails: Mutex<FxHashSet<Trail>>,
    steps: Mutex<FxHashMap<Step, usize>>,
}

impl Grounds {
    fn number(&self, ground: Vec<String>) -> u32 {
        let mut all = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        *all.entry(ground).or_insert_with(|| self.next())
    }

    /// A ground together with files that speak of a key.
    fn narrowed(&self, ground: u32, own: Speaking) -> u32 {
        let mut all = self.narrower.lock().unwrap_or_else(PoisonError::into_inner);
        *all.entry((ground, own)).or_insert_with(|| self.next())
    }

    fn next(&self) -> u32 {
        self.count.fetch_add(1, Ordering::Relaxed)
    }
}

impl Hiera {
    /// Where the host of a scope stands; `None` if what it gets can't be compared with what others get.
    #[must_use]
    pub fn stand(&self, scope: &dyn HieraScope) -> Option<Stand> {
        let base = self.part(self.global.iter().chain(&self.environment), scope)?;
        Some(Stand { base, modules: RefCell::default() })
    }

    fn part<'l>(&self, layers: impl Iterator<Item = &'l Layer>, scope: &dyn HieraScope) -> Option<Part> {
        let mut gathered = Gathered::default();
        for layer in layers {
            gathered.ground.push(layer.config.to_string());
            for level in layer.levels.iter().chain(&layer.defaults) {
                self.stand_at(level, scope, &mut gathered)?;
            }
        }
        Some(Part { ground: self.grounds.number(gathered.ground), own: gathered.own })
    }

    fn stand_at(&self, level: &Level, scope: &dyn HieraScope, gathered: &mut Gathered) -> Option<()> {
        if level.absent().is_some() {
            return Some(());
        }
        let Places::Paths(paths) = &level.places else { return None };
        for path in paths {
            let text = rendered(path, scope)?;
            gathered.places += 1;
            match &level.backend {
                Backend::File { format, .. } if path.variables().next().is_some() => {
                    gathered.own.extend(self.own_file(&text, *format, gathered.places));
                }
                Backend::File { .. } | Backend::ExpandPath { .. } | Backend::Regex { .. } => gathered.ground.push(text),
                _ => return None,
            }
        }
        Some(())
    }

    fn own_file(&self, path: &str, format: Format, place: u32) -> Option<Own> {
        let slot = self.files.slot(path);
        slot.exists.then(|| {
            let has_options = self.speaks(&slot, format, OPTIONS);
            Own { place, slot, format, has_options }
        })
    }

    /// The ground on which a key is answered: what all read, and those of the host's own files that speak of the key.
    #[must_use]
    pub fn ground(&self, stand: &Stand, key: &str, scope: &dyn HieraScope) -> Option<Ground> {
        let base = self.ground_in(&stand.base, key);
        let module = key.split_once("::").and_then(|(module, _)| self.modules.get_key_value(module));
        let Some((name, layer)) = module else { return Some((base, 0)) };
        let known = stand.modules.borrow().get(name.as_str()).cloned();
        let part = known.unwrap_or_else(|| {
            let part = self.part(std::iter::once(layer), scope).map(Rc::new);
            stand.modules.borrow_mut().insert(name.as_str().into(), part.clone());
            part
        })?;
        Some((base, self.ground_in(&part, key) + 1))
    }

    fn ground_in(&self, part: &Part, key: &str) -> u32 {
        if part.own.is_empty() {
            return part.ground;
        }
        let is_dotted = key.contains(['\'', '"', '.']);
        let root = is_dotted.then(|| Key::parse(key).map(|key| key.root).unwrap_or_default());
        let address = |own: &Own| (own.place, Arc::as_ptr(&own.slot).addr());
        let concerned = part.own.iter().filter(|own| self.concerns(own, key, root.as_deref()));
        let speaking: Speaking = concerned.map(address).collect();
        if speaking.is_empty() { part.ground } else { self.grounds.narrowed(part.ground, speaking) }
    }

    /// Whether a file may have a say in the answer to a key, or to what the key digs in.
    fn concerns(&self, own: &Own, key: &str, root: Option<&str>) -> bool {
        let mut names = std::iter::once(key).chain(root);
        own.has_options || names.any(|name| self.speaks(&own.slot, own.format, name))
    }

    fn speaks(&self, slot: &Slot, format: Format, key: &str) -> bool {
        match self.files.data(slot, format) {
            Ok(file) => file.root.as_hash().is_some_and(|hash| hash.entry(key).is_some()),
            Err(_) => true,
        }
    }

    /// The files on the way of an earlier lookup that this compilation has not told of yet, and whether each is
    /// there; `None` if it takes a look to tell them.
    #[must_use]
    pub fn told(&self, memo: &Memo, trail: &[(Step, usize)]) -> Option<Vec<(Arc<str>, bool)>> {
        memo.can_tell(&self.files, trail).then(|| memo.tell_all(&self.files, trail))
    }

    /// A way that a lookup took, as all hold it.
    pub(super) fn trail(&self, steps: Vec<Step>) -> Trail {
        let numbered: Vec<(Step, usize)> = steps.into_iter().map(|step| self.numbered(step)).collect();
        let mut all = self.grounds.trails.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get(&*numbered) {
            return known.clone();
        }
        let trail: Trail = numbered.into();
        all.insert(trail.clone());
        trail
    }

    fn numbered(&self, step: Step) -> (Step, usize) {
        let mut all = self.grounds.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let next = all.len();
        let number = *all.entry(step.clone()).or_insert(next);
        (step, number)
    }
}

/// A path all of whose variables are known and the same wherever they are looked up.
fn rendered(path: &Template, scope: &dyn HieraScope) -> Option<String> {
    let mut text = String::new();
    let is_global = |name: &str| name.starts_with("::") && !name.trim_start_matches(':').contains("::");
    let anywhere = path.variables().all(|name| is_global(name) || matches!(name, "facts" | "trusted" | "server_facts"));
    let rendered = path.path(scope, &mut text).ok().filter(|_| anywhere)?;
    rendered.unknown.is_none().then_some(text)
}
