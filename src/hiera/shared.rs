//! What is known of the collections in data files, found out once for all hosts that look them up.
//!
//! A catalog of services has thousands of lines and a few variables: going through it for each host costs more than
//! everything else of a lookup. Where only variables stand in it, whose values are plain, what comes of it is kept.

use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use super::call::not_data;
use super::data::{Data, Value};
use super::engine::{Run, Stop};
use super::interpolate::has_dynamic;
use super::key::Key;
use super::template::{self, Got, Part, Template};

/// Most collections looked through.
const MAX_KNOWN: usize = 50_000;
/// Most outcomes of one collection.
const MAX_OUTCOMES: usize = 64;

/// What is known of collections, by where they lie in memory. They are held, so that no other takes the place.
#[derive(Default)]
pub(super) struct Shared(RwLock<FxHashMap<usize, Arc<Known>>>);

/// What is known of one.
pub(super) struct Known {
    held: Data,
    /// What makes it no data, in Puppet's words.
    pub(super) not_data: Option<&'static str>,
    quotes: Quotes,
    outcomes: RwLock<Vec<(Vec<Got>, Value)>>,
}

/// What stands in `%{…}` anywhere in it.
enum Quotes {
    Nothing,
    Variables(Vec<Key>),
    /// Other keys as well, or what fails.
    More,
}

impl Shared {
    /// What is known of a value of a data file; nothing is kept of single values.
    pub(super) fn of(&self, data: &Data) -> Option<Arc<Known>> {
        let address = address(data)?;
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&address) {
            return Some(known.clone());
        }
        let known = Arc::new(Known::of(data));
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        (all.len() < MAX_KNOWN).then(|| all.entry(address).or_insert(known).clone())
    }
}

impl Known {
    fn of(data: &Data) -> Self {
        let mut keys = Vec::new();
        let quotes = match has_dynamic(data) {
            false => Quotes::Nothing,
            true if variables(data, &mut keys) => Quotes::Variables(keys),
            true => Quotes::More,
        };
        Self { held: data.clone(), not_data: not_data(data), quotes, outcomes: RwLock::default() }
    }

    fn outcome(&self, values: &[Got]) -> Option<Value> {
        let all = self.outcomes.read().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|(known, _)| known == values).map(|(_, value)| value.clone())
    }

    fn keep(&self, values: Vec<Got>, value: &Value) {
        let mut all = self.outcomes.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() < MAX_OUTCOMES && !all.iter().any(|(known, _)| *known == values) {
            all.push((values, value.clone()));
        }
    }
}

impl Run<'_> {
    /// A value of a data file as it goes into the answer.
    pub(super) fn put_in(&self, data: &Data) -> Result<Data, Stop> {
        let Some(known) = self.hiera.shared.of(data) else { return self.put_in_anew(data) };
        let keys = match &known.quotes {
            Quotes::Nothing => return Ok(data.clone()),
            Quotes::More => return self.put_in_anew(data),
            Quotes::Variables(keys) => keys,
        };
        let Some(values) = self.plain(keys) else { return self.put_in_anew(data) };
        self.own();
        self.interpolates.set(true);
        let value = known.outcome(&values).map_or_else(
            || {
                let value = self.interpolated(&known.held)?.value;
                known.keep(values, &value);
                Ok::<_, Stop>(value)
            },
            Ok,
        )?;
        Ok(Data { value, at: data.at.clone() })
    }

    /// What the variables say, where that is the same wherever they say it.
    fn plain(&self, keys: &[Key]) -> Option<Vec<Got>> {
        let plain = |key: &Key| match template::variable(key, self.scope).ok()? {
            Got::Missing => Some(Got::Missing),
            Got::Value(data, false) if is_plain(&data) => Some(Got::Value(data, false)),
            Got::Value(..) => None,
        };
        keys.iter().map(plain).collect()
    }
}

fn address(data: &Data) -> Option<usize> {
    match &data.value {
        Value::Hash(hash) => Some(Arc::as_ptr(hash).addr()),
        Value::Array(items) => Some(Arc::as_ptr(items).cast::<Data>().addr()),
        _ => None,
    }
}

fn is_plain(data: &Data) -> bool {
    match &data.value {
        Value::Str(text) => !template::is_dynamic(text),
        Value::Undef | Value::Bool(_) | Value::Int(_) | Value::Float(_) => true,
        _ => false,
    }
}

/// Gathers the variables in all texts; whether there is nothing else.
fn variables(data: &Data, keys: &mut Vec<Key>) -> bool {
    match &data.value {
        Value::Str(text) => template::is_dynamic(text).then(|| Template::parse(text)).is_none_or(|t| of_text(&t, keys)),
        Value::Array(items) => items.iter().all(|item| variables(item, keys)),
        Value::Hash(hash) => hash.iter().all(|(key, value)| variables(key, keys) && variables(value, keys)),
        _ => true,
    }
}

fn of_text(text: &Template, keys: &mut Vec<Key>) -> bool {
    text.parts.iter().all(|part| match part {
        Part::Text(_) => true,
        Part::Var(key) => {
            if !keys.contains(key) {
                keys.push(key.clone());
            }
            true
        }
        Part::Lookup(_) | Part::Alias(_) | Part::Bad(_) => false,
    })
}
