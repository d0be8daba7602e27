//! What stands in `%{…}` of a value, put in.
//!
//! Text that differs from host to host stays in pieces, so that a catalog compiled for one host of a
//! group does not quote its name on all of them.

use std::sync::Arc;

use super::api::Merge;
use super::data::{Data, Hash, PerHost, Piece, Value};
use super::engine::{Answer, Run, Stop};
use super::error::HieraError;
use super::key::Key;
use super::template::{self, Got, Part, Template};

impl Run<'_> {
    /// A value with everything put in that stands in `%{…}`.
    pub(super) fn interpolated(&self, data: &Data) -> Result<Data, Stop> {
        if !has_dynamic(data) {
            return Ok(data.clone());
        }
        let value = match &data.value {
            Value::Str(text) => return self.text(text, data),
            Value::Array(items) => {
                let items: Result<Vec<Data>, Stop> = items.iter().map(|item| self.interpolated(item)).collect();
                Value::Array(items?.into())
            }
            Value::Hash(hash) => {
                let mut out = Hash::default();
                for (key, value) in hash.iter() {
                    out.insert(self.interpolated(key)?, self.interpolated(value)?);
                }
                Value::Hash(Arc::new(out))
            }
            other => other.clone(),
        };
        Ok(Data { value, at: data.at.clone() })
    }

    fn text(&self, text: &str, data: &Data) -> Result<Data, Stop> {
        let mut out = Pieces::default();
        for part in &Template::parse(text).parts {
            match part {
                Part::Text(text) => out.text(text),
                Part::Bad(error) => return Err(Stop::Error(placed(error, data))),
                Part::Alias(key) => {
                    let found = self.inner(key)?;
                    let value = found.map_or(Value::Str("".into()), |d| d.value);
                    return Ok(Data { value, at: data.at.clone() });
                }
                Part::Lookup(key) => {
                    let found = self.inner(key)?.unwrap_or_else(|| Data::str(""));
                    if let Value::Unknown(_) = found.value {
                        return Ok(Data { value: found.value, at: data.at.clone() });
                    }
                    out.data(self, found);
                }
                Part::Var(key) => match self.variable(key)? {
                    None => {}
                    Some(Data { value: Value::Unknown(why), .. }) => {
                        return Ok(Data { value: Value::Unknown(why), at: data.at.clone() });
                    }
                    Some(value) => out.data(self, value),
                },
            }
        }
        Ok(Data { value: out.into_value(), at: data.at.clone() })
    }

    fn variable(&self, key: &Key) -> Answer {
        self.interpolates.set(true);
        let Got::Value(value, per_host) = template::variable(key, self.scope)? else { return Ok(None) };
        if per_host {
            self.per_host.set(true);
        }
        if !has_dynamic(&value) {
            return Ok(Some(value));
        }
        self.guarded(&format!("scope:{}", key.root), || self.interpolated(&value).map(Some))
    }

    /// A value that is to be merged with others: what is compared with them is settled.
    pub(super) fn settled_for(&self, merge: &Merge, data: Data) -> Data {
        match (merge, &data.value) {
            (Merge::First, _) => data,
            (Merge::Hash, Value::Hash(hash)) if !hash.iter().any(|(k, _)| is_per_host(k)) => data,
            _ => self.settled(data),
        }
    }

    /// The value with the text of the host at hand where it differs from host to host; that it was
    /// needed is noted.
    pub(super) fn settled(&self, data: Data) -> Data {
        let value = match &data.value {
            Value::PerHost(inner) => {
                self.settles.set(true);
                Value::Str(inner.text.clone())
            }
            Value::Array(items) if items.iter().any(is_per_host) => {
                Value::Array(items.iter().map(|d| self.settled(d.clone())).collect())
            }
            Value::Hash(hash) if is_per_host(&data) => {
                let entry = |(k, v): &(Data, Data)| (self.settled(k.clone()), self.settled(v.clone()));
                Value::Hash(Arc::new(hash.iter().map(entry).collect()))
            }
            _ => return data,
        };
        Data { value, at: data.at }
    }

    fn inner(&self, key: &str) -> Answer {
        match self.top(&Key::parse(key)?, None) {
            Err(Stop::Unknown(why)) => Ok(Some(Data::new(Value::Unknown(why.into())))),
            outcome => outcome,
        }
    }
}

/// Text being put together, in one piece as long as it is the same on every host.
#[derive(Default)]
struct Pieces {
    text: String,
    pieces: Vec<Piece>,
    /// How much of the text is in the pieces.
    split: usize,
}

impl Pieces {
    fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn data(&mut self, run: &Run<'_>, data: Data) {
        let Value::PerHost(inner) = &data.value else {
            return template::push_data(&run.settled(data), &mut self.text);
        };
        self.seal();
        self.pieces.extend(inner.pieces.iter().cloned());
        self.text.push_str(&inner.text);
        self.split = self.text.len();
    }

    fn seal(&mut self) {
        if let Some(rest) = self.text.get(self.split..).filter(|rest| !rest.is_empty()) {
            self.pieces.push(Piece::Text(rest.into()));
        }
        self.split = self.text.len();
    }

    fn into_value(mut self) -> Value {
        if self.pieces.is_empty() {
            return Value::Str(self.text.into());
        }
        self.seal();
        Value::PerHost(Arc::new(PerHost { text: self.text.into(), pieces: self.pieces }))
    }
}

fn placed(error: &HieraError, data: &Data) -> HieraError {
    match &data.at {
        Some(at) => error.clone().at(&at.file, at.line),
        None => error.clone(),
    }
}

fn is_per_host(data: &Data) -> bool {
    match &data.value {
        Value::PerHost(_) => true,
        Value::Array(items) => items.iter().any(is_per_host),
        Value::Hash(hash) => hash.iter().any(|(k, v)| is_per_host(k) || is_per_host(v)),
        _ => false,
    }
}

pub(super) fn has_dynamic(data: &Data) -> bool {
    match &data.value {
        Value::Str(text) => template::is_dynamic(text),
        Value::Array(items) => items.iter().any(has_dynamic),
        Value::Hash(hash) => hash.iter().any(|(k, v)| has_dynamic(k) || has_dynamic(v)),
        _ => false,
    }
}
