//! Hiera functions that are not modelled: what they are handed, and what may come back.

use std::sync::Arc;

use super::api::BackendAnswer;
use super::data::{Data, Hash, Value};
use super::engine::{Answer, Run, Stop};
use super::error::HieraError;
use super::files::Slot;
use super::key::Segment;
use super::level::{Function, FunctionKind};
use super::options::OPTIONS;

impl Run<'_> {
    pub(super) fn function(&self, function: &Function, slot: Option<&Arc<Slot>>, key: &str) -> Answer {
        self.own();
        let options = self.handed(function, slot)?;
        let asked = self.asked(function.kind, key);
        match self.scope.call_backend(function.kind, &function.name, &asked, &options) {
            BackendAnswer::NotFound => Ok(None),
            // A function that can't be told is taken to have no options, unless some data has.
            BackendAnswer::Unknown(_) if key == OPTIONS && !self.hiera.has_options_in_data() => Ok(None),
            BackendAnswer::Unknown(why) => Err(Stop::Unknown(why)),
            BackendAnswer::Failed(error) => Err(Stop::Error(HieraError::new(error, "correct the function"))),
            BackendAnswer::Found(data) => self.returned(function, slot, key, &data),
        }
    }

    /// The key as the function is handed it: for `data_dig` with what is dug for.
    fn asked(&self, kind: FunctionKind, key: &str) -> Data {
        if kind != FunctionKind::DataDig {
            return Data::str(key);
        }
        let segments = self.segments.borrow();
        let path: Vec<Data> = std::iter::once(Data::str(key)).chain(segments.iter().map(Segment::as_data)).collect();
        Data::new(Value::Array(path.into()))
    }

    /// What was dug out, in as many hashes as will be dug through.
    fn undug(&self, value: &Data) -> Data {
        let around = |inner: Data, segment: &Segment| {
            Data::new(Value::Hash(Arc::new(std::iter::once((segment.as_data(), inner)).collect())))
        };
        self.segments.borrow().iter().rev().fold(value.clone(), around)
    }

    /// The options of the level, with the place that is looked at.
    fn handed(&self, function: &Function, slot: Option<&Arc<Slot>>) -> Result<Data, Stop> {
        let mut all = Hash::default();
        for (option, template, value) in &function.options {
            let mut text = String::new();
            let value = match (value.as_str(), template.path(self.scope, &mut text)?.unknown) {
                (Some(_), None) => Data::str(text),
                (Some(_), Some(why)) => Data::new(Value::Unknown(why.into())),
                (None, _) => value.clone(),
            };
            all.insert(Data::str(option.as_str()), value);
        }
        if let Some(slot) = slot {
            all.insert(Data::str("path"), Data::str(&*slot.path));
        }
        Ok(Data::new(Value::Hash(Arc::new(all))))
    }

    fn returned(&self, function: &Function, slot: Option<&Arc<Slot>>, key: &str, data: &Data) -> Answer {
        let location = slot.map(|slot| format!(", when using location '{}',", slot.path)).unwrap_or_default();
        let (kind, name) = (function.kind.tag(), &function.name);
        let wrong = |what: String, wanted: &str, got: &str| {
            let message =
                format!("{what} {kind} function '{name}'{location} has wrong type, expects {wanted}, got {got}");
            Stop::Error(HieraError::new(message, "correct the function"))
        };
        let (value, what) = match (function.kind, &data.value) {
            (FunctionKind::DataHash, Value::Hash(hash)) => match hash.get(key) {
                Some(value) => (value, format!("Value for key '{key}', in hash returned from")),
                None => return Ok(None),
            },
            (FunctionKind::DataHash, Value::Unknown(why)) => return Err(Stop::Unknown(why.to_string())),
            (FunctionKind::DataHash, _) => {
                return Err(wrong("Value returned from".into(), "a Hash value", data.type_name()));
            }
            _ => (data, format!("Value for key '{key}', returned from")),
        };
        if let Some(bad) = not_data(value) {
            return Err(wrong(what, "Puppet::LookupValue", bad));
        }
        match function.kind {
            FunctionKind::DataHash => self.put_in_anew(value).map(Some),
            FunctionKind::LookupKey => Ok(Some(value.clone())),
            FunctionKind::DataDig => Ok(Some(self.undug(value))),
        }
    }
}

/// The first thing in a value that Puppet does not take as data.
pub(super) fn not_data(data: &Data) -> Option<&'static str> {
    match &data.value {
        Value::Symbol(_) => Some("Runtime[ruby, 'Symbol']"),
        Value::Array(items) => items.iter().find_map(not_data),
        Value::Hash(hash) => hash.iter().find_map(|(key, value)| match key.value {
            Value::Str(_) | Value::Int(_) | Value::Float(_) | Value::Unknown(_) => not_data(value),
            _ => Some("a hash whose keys are neither strings nor numbers"),
        }),
        _ => None,
    }
}
