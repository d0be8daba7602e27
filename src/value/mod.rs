//! The values of the Puppet language, among them the value that is not known.
//!
//! Leaf vocabulary: `hiera`, `eval`, `catalog` and everything after speak in these values. What is
//! particular to this tool is [`Sym`]: a value that differs from host to host or that nothing here
//! can know. It keeps the expression it came from, so that two revisions can be compared, hosts can
//! be grouped, and the report can say which fact would settle it.

mod compare;
pub(crate) mod convert;
pub(crate) mod digest;
pub mod display;
pub(crate) mod inspect;
pub(crate) mod numbers;
mod origin;
pub mod quote;
pub mod regex;
pub(crate) mod sprintf;
mod successor;
mod sym;
pub mod time;
pub mod types;
pub(crate) mod uri;
pub mod version;

pub use origin::{Origin, RenderedPiece, in_a_row};
pub(crate) use successor::successor;
pub use sym::{Cause, CauseKind, Sym, SymExpr};

use ecow::EcoString;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use std::sync::Arc;

/// Three-valued logic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tri {
    /// Certainly.
    Yes,
    /// Certainly not.
    No,
    /// Depends on something unknown.
    Maybe,
}

impl From<bool> for Tri {
    fn from(b: bool) -> Self {
        if b { Self::Yes } else { Self::No }
    }
}

impl Tri {
    /// Both hold. The second is only asked when the first does not fail.
    #[must_use]
    pub fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::No => Self::No,
            Self::Yes => other(),
            Self::Maybe => {
                if other() == Self::No {
                    Self::No
                } else {
                    Self::Maybe
                }
            }
        }
    }

    /// The opposite.
    #[must_use]
    pub fn negate(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Maybe => Self::Maybe,
        }
    }
}

/// A value. Cloning is cheap.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// `undef`
    #[default]
    Undef,
    /// `default`
    Default,
    /// Boolean.
    Bool(bool),
    /// 64-bit integer.
    Int(i64),
    /// Float.
    Float(f64),
    /// String.
    Str(Str),
    /// Regular expression (Ruby syntax, without slashes).
    Regex(Arc<str>),
    /// Array.
    Array(Arc<Array>),
    /// Hash, insertion ordered.
    Hash(Arc<Hash>),
    /// A type, resource reference or class reference.
    Type(Arc<types::Type>),
    /// `Sensitive[…]`
    Sensitive(Arc<Value>),
    /// SemVer, Timestamp, Timespan, Binary, URI, Deferred, Error …
    Object(Arc<Object>),
    /// Differs from host to host, or unknown.
    Sym(Arc<Sym>),
}

/// A string that may know where it came from. Equality ignores the origin.
#[derive(Clone, Debug, Default)]
pub struct Str {
    /// The text.
    pub text: EcoString,
    /// Where it came from, when that is more telling than the parameter's own line.
    pub origin: Option<Arc<Origin>>,
}

/// An array that may know where it was written.
#[derive(Clone, Debug, Default)]
pub struct Array {
    /// The elements.
    pub items: Vec<Value>,
    /// Where the list was written (manifest literal or Hiera entry).
    pub origin: Option<Arc<Origin>>,
}

/// Entries of a hash.
pub type Entries = IndexMap<Value, Value, FxBuildHasher>;

/// A hash that may know where it was written.
#[derive(Clone, Debug, Default)]
pub struct Hash {
    /// The entries in insertion order.
    pub entries: Entries,
    /// Where it was written.
    pub origin: Option<Arc<Origin>>,
}

/// An instance of one of the richer types.
#[derive(Clone, Debug)]
pub struct Object {
    /// Type name (`SemVer`, `Timestamp`, `Deferred` …).
    pub type_name: EcoString,
    /// Attributes.
    pub attrs: Entries,
}

impl Value {
    /// A string without origin.
    #[must_use]
    pub fn str(text: impl Into<EcoString>) -> Self {
        Self::Str(Str { text: text.into(), origin: None })
    }

    /// A string that knows its origin.
    #[must_use]
    pub fn str_from(text: impl Into<EcoString>, origin: Arc<Origin>) -> Self {
        Self::Str(Str { text: text.into(), origin: Some(origin) })
    }

    /// An array without origin.
    #[must_use]
    pub fn array(items: Vec<Value>) -> Self {
        Self::Array(Arc::new(Array { items, origin: None }))
    }

    /// A hash without origin.
    #[must_use]
    pub fn hash(entries: Entries) -> Self {
        Self::Hash(Arc::new(Hash { entries, origin: None }))
    }

    /// Unknown for one cause.
    #[must_use]
    pub fn unknown(kind: CauseKind, name: impl Into<EcoString>) -> Self {
        Self::Sym(Arc::new(Sym::new(SymExpr::Opaque(Cause { kind, name: name.into() }), None)))
    }

    /// JSON data as a value.
    #[must_use]
    pub fn from_json(json: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Self::Undef,
            Json::Bool(b) => Self::Bool(*b),
            Json::Number(n) => n.as_i64().map_or_else(|| Self::Float(n.as_f64().unwrap_or(0.0)), Self::Int),
            Json::String(s) => Self::str(s.as_str()),
            Json::Array(items) => Self::array(items.iter().map(Self::from_json).collect()),
            Json::Object(map) => {
                Self::hash(map.iter().map(|(k, v)| (Self::str(k.as_str()), Self::from_json(v))).collect())
            }
        }
    }

    /// The text, if it is a known string (the sample of a per-host string included).
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(s) => Some(&s.text),
            Self::Sym(s) => s.sample.as_ref()?.as_str(),
            _ => None,
        }
    }

    /// The elements, if it is an array (or the sample is).
    #[must_use]
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Self::Array(a) => Some(&a.items),
            Self::Sym(s) => s.sample.as_ref()?.as_array(),
            _ => None,
        }
    }

    /// The entries, if it is a hash (or the sample is).
    #[must_use]
    pub fn as_hash(&self) -> Option<&Entries> {
        match self {
            Self::Hash(h) => Some(&h.entries),
            Self::Sym(s) => s.sample.as_ref()?.as_hash(),
            _ => None,
        }
    }

    /// Whether nothing is known of the value itself (containers count as known).
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Sym(s) if s.sample.is_none())
    }

    /// As `"${value}"` prints it.
    #[must_use]
    pub fn to_puppet_string(&self) -> String {
        self.to_string()
    }

    /// Whether it is, or holds somewhere inside, something unknown.
    #[must_use]
    pub fn has_unknown(&self) -> bool {
        self.any_sym(&|s| s.sample.is_none())
    }

    /// Whether it is, or holds somewhere inside, a symbolic value (unknown or per host).
    #[must_use]
    pub fn has_sym(&self) -> bool {
        self.any_sym(&|_| true)
    }

    fn any_sym(&self, test: &dyn Fn(&Sym) -> bool) -> bool {
        match self {
            Self::Sym(s) => test(s) || s.sample.as_ref().is_some_and(|v| v.any_sym(test)),
            Self::Array(a) => a.items.iter().any(|v| v.any_sym(test)),
            Self::Hash(h) => h.entries.iter().any(|(k, v)| k.any_sym(test) || v.any_sym(test)),
            Self::Sensitive(v) => v.any_sym(test),
            Self::Object(o) => o.attrs.values().any(|v| v.any_sym(test)),
            _ => false,
        }
    }

    /// The value for the host being compiled, with every per-host part inside replaced by its sample.
    #[must_use]
    pub fn sampled(&self) -> Value {
        match self {
            Self::Sym(s) => s.sample.as_ref().map_or_else(|| self.clone(), Value::sampled),
            Self::Array(a) if self.has_sym() => Self::Array(Arc::new(Array {
                items: a.items.iter().map(Value::sampled).collect(),
                origin: a.origin.clone(),
            })),
            Self::Hash(h) if self.has_sym() => Self::Hash(Arc::new(Hash {
                entries: h.entries.iter().map(|(k, v)| (k.sampled(), v.sampled())).collect(),
                origin: h.origin.clone(),
            })),
            Self::Sensitive(v) if v.has_sym() => Self::Sensitive(Arc::new(v.sampled())),
            _ => self.clone(),
        }
    }

    /// A symbolic result of an operation on `args`.
    #[must_use]
    pub fn call(name: impl Into<EcoString>, args: Vec<Value>, sample: Option<Value>) -> Self {
        Self::Sym(Arc::new(Sym::new(SymExpr::Call(name.into(), args), sample)))
    }

    /// Truthiness: only `undef` and `false` are false.
    #[must_use]
    pub fn truth(&self) -> Tri {
        match self {
            Self::Undef | Self::Bool(false) => Tri::No,
            Self::Sym(s) => s.truth(),
            _ => Tri::Yes,
        }
    }

    /// Where it came from: one origin for a known value, one for each alternative of one of several.
    #[must_use]
    pub fn origins(&self) -> Vec<&Arc<Origin>> {
        match self {
            Self::Str(s) => s.origin.iter().collect(),
            Self::Array(a) => a.origin.iter().collect(),
            Self::Hash(h) => h.origin.iter().collect(),
            Self::Sym(s) => match (&s.sample, &s.expr) {
                (Some(sample), _) => sample.origins(),
                (None, SymExpr::Choice(values)) => values.iter().flat_map(Self::origins).collect(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// The concrete value for the host being compiled: the sample of a per-host value, else itself.
    #[must_use]
    pub fn sample(&self) -> &Value {
        match self {
            Self::Sym(s) => s.sample.as_ref().map_or(self, Value::sample),
            _ => self,
        }
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<i64> for Value {
    fn from(i: i64) -> Self {
        Self::Int(i)
    }
}

impl From<&str> for Value {
    fn from(s: &str) -> Self {
        Self::str(s)
    }
}
