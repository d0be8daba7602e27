//! Data of Hiera as values of the language, converted once for all hosts that look them up.
//!
//! Known by where they lie in memory, and kept there: a value is the same for whoever holds the same data.

use crate::hiera::{Data, Value as V};
use crate::value::Value;
use ecow::EcoString;
use rustc_hash::FxHashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Most values kept; what comes later is converted each time.
const MAX_VALUES: usize = 50_000;

/// Values by the address of their data and the key they were looked up by, which their origins name.
#[derive(Debug, Default)]
pub(super) struct Converted {
    values: RwLock<FxHashMap<(usize, EcoString), (Data, Value)>>,
}

impl Converted {
    /// The value of data that was looked up by a key; `convert` makes it.
    pub(super) fn of(&self, data: &Data, key: &str, convert: impl FnOnce() -> Value) -> Value {
        let Some(address) = shared(data) else { return convert() };
        let place = (address, EcoString::from(key));
        if let Some((known, value)) = self.values.read().unwrap_or_else(PoisonError::into_inner).get(&place)
            && known.at == data.at
        {
            return value.clone();
        }
        let value = convert();
        let mut values = self.values.write().unwrap_or_else(PoisonError::into_inner);
        if values.len() < MAX_VALUES && is_plain(data) {
            // Another thread may have been first: then its value is everyone's.
            let (known, kept) = values.entry(place).or_insert_with(|| (data.clone(), value.clone()));
            if known.at == data.at {
                return kept.clone();
            }
        }
        value
    }
}

/// The address of a collection that someone else holds as well: what was made for this lookup alone is not worth it.
fn shared(data: &Data) -> Option<usize> {
    match &data.value {
        V::Hash(hash) if Arc::strong_count(hash) > 1 => Some(Arc::as_ptr(hash).addr()),
        V::Array(items) if Arc::strong_count(items) > 1 => Some(Arc::as_ptr(items).cast::<Data>().addr()),
        _ => None,
    }
}

/// Whether nothing in it differs from host to host.
fn is_plain(data: &Data) -> bool {
    match &data.value {
        V::PerHost(_) => false,
        V::Array(items) => items.iter().all(is_plain),
        V::Hash(hash) => hash.iter().all(|(key, value)| is_plain(key) && is_plain(value)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> Data {
        Data::new(V::Array(Arc::from(vec![Data::new(V::Int(1))])))
    }

    #[test]
    fn data_that_others_hold_are_converted_once_for_each_key() {
        let (all, data) = (Converted::default(), list());
        let held = data.clone();
        let first = all.of(&held, "a", || Value::array(vec![Value::Int(1)]));
        assert_eq!(all.of(&data, "a", || Value::Undef), first);
        assert_eq!(all.of(&data, "b", || Value::Undef), Value::Undef);
    }

    #[test]
    fn data_of_one_lookup_are_not_kept() {
        let all = Converted::default();
        assert_eq!(all.of(&list(), "a", || Value::Int(1)), Value::Int(1));
        assert_eq!(all.of(&list(), "a", || Value::Int(2)), Value::Int(2));
    }
}
