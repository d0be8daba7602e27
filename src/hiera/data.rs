//! What a data file holds: values that each know the file and line they came from.
//!
//! Collections are shared, so that a value from a large file is cheap to hand out.

use std::sync::Arc;

use ecow::EcoString;
use rustc_hash::FxHashMap;

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// Path in the tree.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: u32,
}

/// A value with its origin. Equality is of the values alone.
#[derive(Debug, Clone)]
pub struct Data {
    /// The value.
    pub value: Value,
    /// Where it was written; empty for values that come from the scope.
    pub at: Option<Origin>,
}

/// The values that data files can hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `~`, `null`
    Undef,
    /// `true`, `yes`, `on` …
    Bool(bool),
    /// Any integer notation of YAML 1.1.
    Int(i64),
    /// Floating point.
    Float(f64),
    /// Text.
    Str(EcoString),
    /// A sequence.
    Array(Arc<[Data]>),
    /// A mapping, in order.
    Hash(Arc<Hash>),
    /// A Ruby symbol: Puppet refuses it as data.
    Symbol(EcoString),
    /// A Ruby regular expression (`!ruby/regexp`), source as written between the slashes.
    Regexp(EcoString),
    /// Text that differs from host to host.
    PerHost(Arc<PerHost>),
    /// Something that cannot be known here, such as an encrypted secret, and why.
    Unknown(EcoString),
}

/// Text put together from variables that differ from host to host. Equality is of the texts.
#[derive(Debug, Clone)]
pub struct PerHost {
    /// On the host at hand.
    pub text: EcoString,
    /// What it is made of.
    pub pieces: Vec<Piece>,
}

/// A part of such a text.
#[derive(Debug, Clone)]
pub enum Piece {
    /// The same everywhere.
    Text(EcoString),
    /// The value of a variable, by the name that the scope was asked for.
    Variable(EcoString),
}

impl PartialEq for PerHost {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl PartialEq for Data {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Data {
    /// A value without an origin.
    #[must_use]
    pub fn new(value: Value) -> Self {
        Self { value, at: None }
    }

    /// Text without an origin.
    #[must_use]
    pub fn str(text: impl Into<EcoString>) -> Self {
        Self::new(Value::Str(text.into()))
    }

    /// The text, if it is text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Str(text) => Some(text),
            Value::PerHost(inner) => Some(&inner.text),
            _ => None,
        }
    }

    /// The mapping, if it is one.
    #[must_use]
    pub fn as_hash(&self) -> Option<&Hash> {
        match &self.value {
            Value::Hash(hash) => Some(hash),
            _ => None,
        }
    }

    /// The sequence, if it is one.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Data]> {
        match &self.value {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    /// What Puppet calls values of this kind in its messages.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match &self.value {
            Value::Undef => "Undef",
            Value::Bool(_) => "Boolean",
            Value::Int(_) => "Integer",
            Value::Float(_) => "Float",
            Value::Str(_) | Value::PerHost(_) => "String",
            Value::Array(_) => "Tuple",
            Value::Hash(_) => "Struct",
            Value::Symbol(_) => "Runtime[ruby, 'Symbol']",
            Value::Regexp(_) => "Regexp",
            Value::Unknown(_) => "unknown value",
        }
    }

    /// From JSON, without origins (facts, scope values).
    #[must_use]
    pub fn from_json(json: &serde_json::Value) -> Self {
        use serde_json::Value as J;
        Self::new(match json {
            J::Null => Value::Undef,
            J::Bool(b) => Value::Bool(*b),
            J::Number(n) => n.as_i64().map_or_else(
                || n.as_f64().map_or(Value::Unknown("a number out of range".into()), Value::Float),
                Value::Int,
            ),
            J::String(s) => Value::Str(s.as_str().into()),
            J::Array(items) => Value::Array(items.iter().map(Self::from_json).collect()),
            J::Object(map) => {
                let entries = map.iter().map(|(k, v)| (Self::str(k.as_str()), Self::from_json(v)));
                Value::Hash(Arc::new(entries.collect()))
            }
        })
    }
}

/// An ordered mapping. A key that is set again keeps its place and takes the later value.
#[derive(Debug, Clone, Default)]
pub struct Hash {
    entries: Vec<(Data, Data)>,
    by_name: Option<FxHashMap<EcoString, u32>>,
}

/// Mappings up to this size are searched from the front.
const SMALL: usize = 8;

impl Hash {
    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries in order.
    pub fn iter(&self) -> std::slice::Iter<'_, (Data, Data)> {
        self.entries.iter()
    }

    /// The value of a text key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Data> {
        self.entry(key).map(|(_, value)| value)
    }

    /// Key and value of a text key; the key's origin is the line it stands on.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&(Data, Data)> {
        match &self.by_name {
            Some(index) => index.get(key).and_then(|i| self.entries.get(*i as usize)),
            None => self.entries.iter().find(|(k, _)| k.as_str() == Some(key)),
        }
    }

    /// The value of any key.
    #[must_use]
    pub fn get_data(&self, key: &Data) -> Option<&Data> {
        self.position(key).and_then(|i| self.entries.get(i)).map(|(_, value)| value)
    }

    fn position(&self, key: &Data) -> Option<usize> {
        match (key.as_str(), &self.by_name) {
            (Some(name), Some(index)) => index.get(name).map(|i| *i as usize),
            _ => self.entries.iter().position(|(k, _)| k == key),
        }
    }

    /// Sets a key; the former value is handed back.
    pub fn insert(&mut self, key: Data, value: Data) -> Option<Data> {
        if let Some(entry) = self.position(&key).and_then(|i| self.entries.get_mut(i)) {
            return Some(std::mem::replace(&mut entry.1, value));
        }
        let place = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        if let (Some(index), Some(name)) = (&mut self.by_name, key.as_str()) {
            index.insert(name.into(), place);
        }
        self.entries.push((key, value));
        if self.by_name.is_none() && self.entries.len() > SMALL {
            let names = (0u32..).zip(&self.entries);
            self.by_name = Some(names.filter_map(|(i, (k, _))| Some((k.as_str()?.into(), i))).collect());
        }
        None
    }
}

impl PartialEq for Hash {
    /// As in Ruby: the order of keys does not matter.
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(k, v)| other.get_data(k) == Some(v))
    }
}

impl FromIterator<(Data, Data)> for Hash {
    fn from_iter<I: IntoIterator<Item = (Data, Data)>>(entries: I) -> Self {
        let mut hash = Self::default();
        for (key, value) in entries {
            hash.insert(key, value);
        }
        hash
    }
}
