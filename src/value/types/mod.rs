//! The type system of Puppet: types as values, membership, inference, and the wording of mismatches.
//!
//! Types are plain data. An alias carries its own target, so that membership and assignability need
//! no lookup; the evaluator fills the target in once the definition is read.

mod assign;
mod build;
mod build_names;
mod context;
mod infer;
mod matches;
mod mismatch;
mod normal;
mod show;

pub use build::build;
pub(crate) use build::{class_name, type_reference};
pub use build_names::base;
pub use context::{NoContext, TypeContext, TypeError};
pub use infer::{infer, infer_detailed};
pub use mismatch::{Call, mismatch, mismatch_call, mismatch_default};
pub use normal::{common, enumeration, variant};
pub use show::slashes;

use ecow::EcoString;
use std::sync::{Arc, OnceLock};

/// A shared type.
pub type TypeRef = Arc<Type>;

/// An inclusive range of integers; `i64::MIN` and `i64::MAX` stand for no bound.
#[derive(Clone, Copy, Debug, Eq)]
pub struct Range {
    /// Lower bound.
    pub min: i64,
    /// Upper bound.
    pub max: i64,
}

/// A member of a `Struct`.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The key.
    pub name: EcoString,
    /// Whether the key may be absent.
    pub optional: bool,
    /// Type of the value.
    pub value: TypeRef,
}

/// Parameters of a `Callable`.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    /// Parameter types; `None` takes anything.
    pub params: Option<Vec<TypeRef>>,
    /// How many arguments; `None` means exactly as many as there are parameters.
    pub size: Option<Range>,
    /// Type of the block, an `Optional` if it may be left out.
    pub block: Option<TypeRef>,
    /// Type of the result.
    pub returns: Option<TypeRef>,
}

/// A named alias. The target is set once the definition has been evaluated, so it may refer to itself.
#[derive(Debug)]
pub struct Alias {
    /// Name as declared (`Stdlib::Port`).
    pub name: EcoString,
    /// What it stands for.
    pub target: OnceLock<TypeRef>,
}

/// A type. Resource and class references are types too (`File['/x']`, `Class['a']`).
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // the variants are the names of the language
pub enum Type {
    Any,
    Undef,
    Default,
    Scalar,
    ScalarData,
    Data,
    RichData,
    Numeric,
    Integer(Range),
    Float(f64, f64),
    /// `String[min, max]`
    String(Range),
    /// The type of one known string; prints as `String`.
    Literal(EcoString),
    Enum {
        values: Vec<EcoString>,
        ignore_case: bool,
    },
    Pattern(Vec<EcoString>),
    Boolean(Option<bool>),
    Regexp(Option<EcoString>),
    Collection(Range),
    Array(TypeRef, Range),
    Hash(TypeRef, TypeRef, Range),
    Tuple(Vec<TypeRef>, Option<Range>),
    Struct(Vec<Member>),
    Iterable(Option<TypeRef>),
    Iterator(Option<TypeRef>),
    Callable(Box<Signature>),
    /// `Type[T]`
    Type(Option<TypeRef>),
    CatalogEntry,
    /// `Resource[type, title]`; `File['/x']` is `Resource { type_name: "File", title: Some("/x") }`.
    Resource {
        /// Capitalised type name, per segment; empty for bare `Resource`.
        type_name: EcoString,
        /// Title.
        title: Option<EcoString>,
    },
    /// `Class[name]`, name in lower case without leading `::`.
    Class {
        /// Class name.
        name: Option<EcoString>,
    },
    Sensitive(Option<TypeRef>),
    /// Bounds in nanoseconds since the epoch.
    Timestamp(i128, i128),
    /// Bounds in nanoseconds.
    Timespan(i128, i128),
    /// Ranges as written.
    SemVer(Vec<EcoString>),
    SemVerRange,
    Uri(Option<EcoString>),
    Binary,
    Init(Option<TypeRef>, Vec<super::Value>),
    /// An object type by name (`Deferred`, `Error`, `Target`, `Object`, `TypeSet` …).
    Object(EcoString),
    Runtime(Vec<EcoString>),
    Optional(Option<TypeRef>),
    NotUndef(Option<TypeRef>),
    Variant(Vec<TypeRef>),
    /// Type of no element at all (element type of the empty array).
    Unit,
    Alias(Arc<Alias>),
    /// A name that could not be resolved to a known type.
    Unresolved(EcoString),
}

impl PartialEq for Range {
    fn eq(&self, other: &Self) -> bool {
        self.low() == other.low() && self.max == other.max
    }
}

impl Range {
    /// Any size, written out: `String[0]` equals `String`, but is shown as it is written.
    pub const WRITTEN: Self = Self { min: i64::MIN + 1, max: i64::MAX };

    /// Whether nothing was written of the size.
    #[must_use]
    pub fn is_plain_size(self) -> bool {
        self.min == 0 && self.max == i64::MAX
    }

    /// The lower bound.
    #[must_use]
    pub fn low(self) -> i64 {
        if self.min == Self::WRITTEN.min { 0 } else { self.min }
    }

    /// No bounds.
    pub const ANY: Self = Self { min: i64::MIN, max: i64::MAX };
    /// Any size of a collection.
    pub const SIZE: Self = Self { min: 0, max: i64::MAX };
    /// The empty size.
    pub const ZERO: Self = Self { min: 0, max: 0 };

    /// A single number.
    #[must_use]
    pub fn exactly(n: usize) -> Self {
        let n = i64::try_from(n).unwrap_or(i64::MAX);
        Self { min: n, max: n }
    }

    /// Whether `n` lies in it.
    #[must_use]
    pub fn contains(self, n: i64) -> bool {
        self.low() <= n && n <= self.max
    }

    /// Whether `n` elements lie in it.
    #[must_use]
    pub fn fits(self, n: usize) -> bool {
        i64::try_from(n).is_ok_and(|n| self.contains(n))
    }

    /// Whether all of `other` lies in it.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self.low() <= other.low() && other.max <= self.max
    }
}

impl Alias {
    /// Declares an alias whose target is not yet known.
    #[must_use]
    pub fn declare(name: impl Into<EcoString>) -> Arc<Self> {
        Arc::new(Self { name: name.into(), target: OnceLock::new() })
    }

    /// Sets the target; a second call is ignored.
    pub fn define(&self, target: TypeRef) {
        let _ = self.target.set(target);
    }
}

impl PartialEq for Alias {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// `Callable` without parameters: any lambda or function.
#[must_use]
pub fn any_callable() -> Type {
    Type::Callable(Box::new(Signature { params: None, size: None, block: None, returns: None }))
}
