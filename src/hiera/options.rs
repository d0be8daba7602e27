//! `lookup_options`: how the values of a key are merged and converted.
//!
//! They are looked up like any key and merged over all levels. Where a level's file is not known, the keys that some
//! file it could be has options for are unknown, and the others are not touched by it.

use std::sync::Arc;

use super::api::Merge;
use super::data::{Data, Hash, Value};
use super::engine::{Answer, Run, Stop};
use super::error::HieraError;
use super::files::Slot;
use super::key::Key;
use super::level::{Layer, Level};
use super::merge;
use super::template::HOLE;

/// The key that holds them.
pub(super) const OPTIONS: &str = "lookup_options";

impl Run<'_> {
    /// The entry of `lookup_options` that concerns a key.
    pub(super) fn options(&self, key: &Key) -> Answer {
        let Some(all) = self.all_options(key.module())? else { return Ok(None) };
        let Some(all) = all.as_hash() else {
            return Err(Stop::Error(HieraError::new("value of lookup_options must be a hash", "make it a hash")));
        };
        if let Some(options) = all.get(&key.root).filter(|d| d.value != Value::Undef) {
            return told(&key.root, options);
        }
        for (pattern, options) in all.iter() {
            let Some(pattern) = pattern.as_str().filter(|p| p.starts_with('^')) else { continue };
            if self.hiera.matches(pattern, &key.root)? {
                return told(&key.root, options);
            }
        }
        Ok(None)
    }

    /// `lookup_options` merged over all layers that concern a module.
    fn all_options(&self, module: Option<&str>) -> Answer {
        let layers = self.hiera.layers(module);
        let module = module.filter(|_| layers.last().is_some_and(Option::is_some));
        let memo = self.memo()?;
        if let Some(known) = memo.and_then(|memo| memo.options(module)) {
            return Ok(known);
        }
        let find = |layer: &Option<&Layer>| match layer {
            Some(layer) => {
                let found = self.layer(layer, &layer.levels, OPTIONS, &Merge::Hash)?;
                let own = layers.last().copied().flatten().is_some_and(|last| std::ptr::eq(last, *layer));
                let foreign = module.filter(|_| own).zip(found.as_ref()).and_then(|(name, all)| foreign(name, all));
                foreign.map_or(Ok(found), Err)
            }
            None => Ok(None),
        };
        let before = (self.interpolates.replace(false), self.merges.replace(Merge::Hash));
        let all = merge::over(&Merge::Hash, &layers, find);
        self.merges.replace(before.1);
        let interpolates = self.interpolates.replace(before.0 | self.interpolates.get());
        if let (Ok(all), Some(memo), false) = (&all, memo, interpolates) {
            memo.keep_options(module, all);
        }
        all
    }

    /// Options that may hold: unknown for the keys that some file names, and for these alone.
    pub(super) fn perhaps_options(&self, level: &Level, pattern: &str, slots: &[Arc<Slot>], why: &str) -> Answer {
        let mut all = Hash::default();
        for slot in slots {
            let Some(found) = self.at(level, Some(slot), OPTIONS)? else { continue };
            let Some(options) = found.as_hash() else {
                return self.any_of(level, pattern, slots, OPTIONS, why).map(|()| None);
            };
            let why =
                format!("its options may come from {} ({} has some): {why}", pattern.replace(HOLE, "*"), slot.path);
            for (name, _) in options.iter() {
                all.insert(name.clone(), Data::new(Value::Unknown(why.as_str().into())));
            }
        }
        Ok((!all.is_empty()).then(|| Data::new(Value::Hash(Arc::new(all)))))
    }
}

/// A module has options for its own keys only.
fn foreign(module: &str, all: &Data) -> Option<Stop> {
    let own = |key: &str| key.trim_start_matches('^').strip_prefix(module).is_some_and(|rest| rest.starts_with("::"));
    let bad = all.as_hash()?.iter().any(|(key, _)| key.as_str().is_some_and(|key| !own(key)));
    let message = || format!("all lookup_options keys must start with module name '{module}'");
    bad.then(|| Stop::Error(HieraError::new(message(), "options for other keys belong into the environment's data")))
}

/// Options of a key, if it is known which they are.
fn told(key: &str, options: &Data) -> Answer {
    match &options.value {
        Value::Unknown(why) => Err(Stop::Unknown(format!("key {key}: {why}"))),
        _ => Ok(Some(options.clone())),
    }
}
