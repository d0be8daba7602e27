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
        let Some(all) = all.as_hash() else { return Ok(None) };
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
        let own = layers.last().copied().flatten();
        let find = |layer: &Option<&Layer>| match layer {
            Some(layer) => {
                let found = self.layer(layer, &layer.levels, OPTIONS, &Merge::Hash)?;
                let module = module.filter(|_| own.is_some_and(|own| std::ptr::eq(own, *layer)));
                found.map_or(Ok(None), |options| checked(options, module))
            }
            None => Ok(None),
        };
        let before = (self.interpolates.replace(false), self.merges.replace(Merge::Hash));
        let segments = self.segments.take();
        let all = merge::over(&Merge::Hash, &layers, find).and_then(|all| self.patterned(all));
        self.segments.replace(segments);
        self.merges.replace(before.1);
        let interpolates = self.interpolates.replace(before.0 | self.interpolates.get());
        if let (Ok(all), Some(memo), false) = (&all, memo, interpolates) {
            memo.keep_options(module, all);
        }
        all
    }

    /// The same, where all patterns among its keys are regular expressions.
    fn patterned(&self, all: Option<Data>) -> Answer {
        for (name, _) in all.as_ref().and_then(Data::as_hash).into_iter().flat_map(Hash::iter) {
            if let Some(pattern) = name.as_str().filter(|name| name.starts_with('^')) {
                self.hiera.matches(pattern, "")?;
            }
        }
        Ok(all)
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

/// The options of one layer; a module may only have some for its own keys.
fn checked(options: Data, module: Option<&str>) -> Answer {
    let bad = |message: String, help: &str| {
        let error = HieraError::new(message, help);
        Stop::Error(match &options.at {
            Some(at) => error.at(&at.file, at.line),
            None => error,
        })
    };
    let all = match &options.value {
        Value::Undef => return Ok(None),
        Value::Hash(all) => all,
        Value::Unknown(why) => return Err(Stop::Unknown(why.to_string())),
        _ => return Err(bad("value of lookup_options must be a hash".into(), "make it a hash")),
    };
    let Some(module) = module else { return Ok(Some(options)) };
    let prefix = format!("{module}::");
    for name in all.iter().filter_map(|(name, _)| name.as_str()) {
        let (bare, must) = match name.strip_prefix('^') {
            Some(bare) => (bare, "patterns must match a key starting"),
            None => (name, "keys must start"),
        };
        if !bare.starts_with(&prefix) {
            let message = format!("all lookup_options {must} with module name '{module}'");
            return Err(bad(message, "move them to the data of the environment"));
        }
    }
    Ok(Some(options))
}

/// Options of a key, if it is known which they are.
fn told(key: &str, options: &Data) -> Answer {
    match &options.value {
        Value::Unknown(why) => Err(Stop::Unknown(format!("key {key}: {why}"))),
        // Ruby takes all of these for a hash, and fails.
        Value::Int(_) | Value::Array(_) => {
            let message = "no implicit conversion of String into Integer";
            Err(Stop::Error(HieraError::new(message, "make the options of the key a hash")))
        }
        Value::Float(_) | Value::Bool(true) => {
            let message = format!("undefined method `[]' for {}", options.type_name());
            Err(Stop::Error(HieraError::new(message, "make the options of the key a hash")))
        }
        _ => Ok(Some(options.clone())),
    }
}
