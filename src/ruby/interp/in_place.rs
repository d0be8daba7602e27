//! Lists and hashes that came out of the scope and are changed in place.
//!
//! In Ruby a variable names an object: what a program does to the object is seen by whoever holds it, later templates
//! and the catalog among them. Our values do not change, but one that was handed on is the same in memory, so that
//! its holders can be found.

use super::Interp;
use crate::ruby::values;
use crate::value::Value;
use ecow::EcoString;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Deepest nesting that is looked into.
const MAX_DEPTH: usize = 32;

/// What the scope gave, and what became of it since the scope was told last.
#[derive(Default)]
pub(super) struct Lent {
    /// By the variable that was asked for. Kept, so that no address is used again.
    values: Vec<(EcoString, Value)>,
    /// How many of them have been looked into.
    seen: usize,
    /// Which of them lies at an address, or holds what lies there.
    known: FxHashMap<usize, usize>,
    changes: Vec<Change>,
}

struct Change {
    variable: EcoString,
    before: Value,
    now: Value,
    /// Where it lies by now, if that is not unknown.
    at: usize,
}

impl Interp<'_> {
    /// A variable of the scope, as it is by now.
    pub(super) fn of_scope(&mut self, name: &str) -> Option<Value> {
        self.settle();
        let value = self.scope.variable(name);
        if let Some(value) = &value {
            self.lent.keep(name, value);
        }
        value
    }

    /// A method changed its receiver: so it is under each of its names.
    pub(super) fn changed(&mut self, before: &Value, now: &Value) {
        let (Some(was), Some(is)) = (address(before), address(now)) else { return };
        if was == is {
            return;
        }
        let names = self.locals.iter_mut().chain(&mut self.instance);
        names.filter(|(_, held)| address(held) == Some(was)).for_each(|(_, held)| held.clone_from(now));
        if let Some(variable) = self.lent.variable_with(was) {
            // Whether it was changed at all may not be known.
            let doubt = self.doubt.as_ref().filter(|_| self.possible > 0);
            let told = doubt.map_or_else(|| now.clone(), |doubt| values::derived("changed", &[doubt, before], None));
            self.lent.keep(&variable, now);
            self.lent.note(Change { variable, before: before.clone(), now: told, at: is }, was);
        }
    }

    /// Tells the scope what has changed, before it is asked again or when the program has ended.
    pub(crate) fn settle(&mut self) {
        for change in std::mem::take(&mut self.lent.changes) {
            self.scope.changed(&change.variable, &change.before, &change.now);
        }
    }
}

impl Lent {
    fn keep(&mut self, name: &str, value: &Value) {
        let Some(address) = address(value) else { return };
        let number = self.values.len();
        if *self.known.entry(address).or_insert(number) == number {
            self.values.push((name.into(), value.clone()));
        }
    }

    /// The variable that holds what lies at an address.
    fn variable_with(&mut self, address: usize) -> Option<EcoString> {
        while let Some((_, value)) = self.values.get(self.seen) {
            inside(value, MAX_DEPTH, self.seen, &mut self.known);
            self.seen += 1;
        }
        let number = self.known.get(&address)?;
        self.values.get(*number).map(|(name, _)| name.clone())
    }

    fn note(&mut self, change: Change, was: usize) {
        match self.changes.iter_mut().rev().find(|last| last.at == was) {
            Some(last) => (last.now, last.at) = (change.now, change.at),
            None => self.changes.push(change),
        }
    }
}

fn inside(value: &Value, depth: usize, number: usize, known: &mut FxHashMap<usize, usize>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    if let Some(address) = address(value) {
        known.entry(address).or_insert(number);
    }
    match value {
        Value::Array(list) => list.items.iter().for_each(|v| inside(v, depth, number, known)),
        Value::Hash(hash) => hash.entries.values().for_each(|v| inside(v, depth, number, known)),
        _ => {}
    }
}

/// Where a value that can change lies.
pub(crate) fn address(value: &Value) -> Option<usize> {
    match value {
        Value::Array(list) => Some(Arc::as_ptr(list).addr()),
        Value::Hash(hash) => Some(Arc::as_ptr(hash).addr()),
        Value::Sym(sym) => Some(Arc::as_ptr(sym).addr()),
        _ => None,
    }
}
