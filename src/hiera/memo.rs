//! What the lookups of one compilation have in common: paths put together, options merged.
//!
//! All of it rests on a few variables. Each lookup asks for their values again, which is far cheaper
//! than putting every path of a hierarchy together; once one differs, everything is forgotten.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::api::HieraScope;
use super::data::Data;
use super::error::HieraError;
use super::files::{Files, Slot};
use super::key::Key;
use super::stand::Step;
use super::template::{self, Got, Rendered, Template};
use crate::value::numbers::Numbers;

/// Of one compilation; not to be used with another scope or another tree.
#[derive(Default)]
pub struct Memo(RefCell<Inner>);

#[derive(Default)]
struct Inner {
    variables: Vec<(Key, Got)>,
    /// By the address of the template, which a hierarchy keeps as long as it lives.
    places: FxHashMap<usize, Rc<Place>>,
    /// By the module whose own hierarchy takes part.
    options: FxHashMap<Option<String>, Option<Data>>,
    /// Whether a file cannot be read: of the hierarchies that all keys have, and of those with a module's own.
    unsound: Option<bool>,
    unsound_in: FxHashMap<String, bool>,
    /// Paths that were told of, by address.
    told: FxHashSet<usize>,
    /// The same for steps of earlier lookups, by number.
    steps: Numbers,
}

impl std::fmt::Debug for Memo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memo")
    }
}

/// A path that was put together.
pub(crate) struct Place {
    pub(crate) text: String,
    pub(crate) rendered: Rendered,
    /// The file, or the files by namespace.
    slots: RefCell<FxHashMap<Box<str>, Arc<Slot>>>,
}

impl Place {
    pub(crate) fn render(template: &Template, scope: &dyn HieraScope) -> Result<Self, HieraError> {
        let mut text = String::with_capacity(64);
        let rendered = template.path(scope, &mut text)?;
        Ok(Self { text, rendered, slots: RefCell::default() })
    }

    /// The file that the path is with `tail` after it.
    pub(crate) fn slot(&self, files: &Files, tail: &str) -> Arc<Slot> {
        if let Some(slot) = self.slots.borrow().get(tail) {
            return Arc::clone(slot);
        }
        let slot = files.slot(&format!("{}{tail}", self.text));
        self.slots.borrow_mut().insert(tail.into(), Arc::clone(&slot));
        slot
    }
}

impl Memo {
    /// Forgets what does not hold any more.
    pub(crate) fn refresh(&self, scope: &dyn HieraScope) -> Result<(), HieraError> {
        let mut inner = self.0.borrow_mut();
        let mut changed = false;
        for (key, was) in &mut inner.variables {
            let now = template::variable(key, scope)?;
            if now != *was {
                *was = now;
                changed = true;
            }
        }
        if changed {
            inner.places.clear();
            inner.options.clear();
            inner.unsound = None;
            inner.unsound_in.clear();
            inner.steps.clear();
        }
        Ok(())
    }

    /// A path of the hierarchy.
    pub(crate) fn place(&self, template: &Template, scope: &dyn HieraScope) -> Result<Rc<Place>, HieraError> {
        let address = std::ptr::from_ref(template) as usize;
        if let Some(place) = self.0.borrow().places.get(&address) {
            return Ok(Rc::clone(place));
        }
        let place = Rc::new(Place::render(template, scope)?);
        let inner = &mut *self.0.borrow_mut();
        for key in template.keys() {
            if !inner.variables.iter().any(|(known, _)| known == key) {
                inner.variables.push((key.clone(), template::variable(key, scope)?));
            }
        }
        inner.places.insert(address, Rc::clone(&place));
        Ok(place)
    }

    /// Whether the way of an earlier lookup can be told here without looking: its places are put together, and those
    /// of them that are news are the same on every host.
    pub(super) fn can_tell(&self, files: &Files, trail: &[(Step, usize)]) -> bool {
        let inner = self.0.borrow();
        let news = trail.iter().filter(|(step, number)| step.template != 0 && !inner.steps.has(*number));
        news.map(|(step, _)| step).all(|step| {
            let place = inner.places.get(&step.template);
            place.is_some_and(|place| {
                let is_told = || inner.told.contains(&(place.slot(files, &step.tail).path.as_ptr() as usize));
                place.rendered.unknown.is_none() && (!place.rendered.per_host || is_told())
            })
        })
    }

    /// The files of an earlier lookup's way that are told for the first time, and whether each is there.
    pub(super) fn tell_all(&self, files: &Files, trail: &[(Step, usize)]) -> Vec<(Arc<str>, bool)> {
        let places: Vec<Arc<Slot>> = {
            let inner = &mut *self.0.borrow_mut();
            let news = trail.iter().filter(|(_, number)| inner.steps.add(*number)).map(|(step, _)| step);
            let news: Vec<&Step> = news.collect();
            let slot = |step: &Step| match step.template {
                0 => Some(files.slot(&step.tail)),
                template => Some(inner.places.get(&template)?.slot(files, &step.tail)),
            };
            news.into_iter().filter_map(slot).collect()
        };
        places.iter().filter(|slot| self.tell(&slot.path)).map(|slot| (slot.path.clone(), slot.exists)).collect()
    }

    pub(crate) fn options(&self, module: Option<&str>) -> Option<Option<Data>> {
        self.0.borrow().options.get(&module.map(str::to_owned)).cloned()
    }

    pub(crate) fn keep_options(&self, module: Option<&str>, options: &Option<Data>) {
        self.0.borrow_mut().options.insert(module.map(str::to_owned), options.clone());
    }

    pub(crate) fn unsound(&self, module: Option<&str>) -> Option<bool> {
        let inner = self.0.borrow();
        module.map_or(inner.unsound, |name| inner.unsound_in.get(name).copied())
    }

    pub(crate) fn keep_unsound(&self, module: Option<&str>, is_unsound: bool) {
        let inner = &mut *self.0.borrow_mut();
        match module {
            None => inner.unsound = Some(is_unsound),
            Some(name) => _ = inner.unsound_in.insert(name.to_owned(), is_unsound),
        }
    }

    /// Whether it is the first time that a path is told of.
    pub(crate) fn tell(&self, path: &Arc<str>) -> bool {
        self.0.borrow_mut().told.insert(path.as_ptr() as usize)
    }
}
