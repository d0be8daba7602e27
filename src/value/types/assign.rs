//! Assignability: whether every value of one type is a value of another.

use super::{Member, Range, Signature, Type, TypeRef};
use crate::value::regex;

/// How deep aliases may refer to one another before the answer is taken to be yes.
const MAX_DEPTH: u32 = 48;

impl Type {
    /// Whether every value of `other` is a value of this type.
    #[must_use]
    pub fn accepts(&self, other: &Self) -> bool {
        accepts(self, other, 0)
    }

    /// Whether `undef` is a value of this type.
    #[must_use]
    pub fn accepts_undef(&self) -> bool {
        self.accepts(&Self::Undef)
    }

    /// The type behind aliases; `None` when an alias was never defined.
    #[must_use]
    pub fn resolved(&self) -> Option<&Self> {
        let mut current = self;
        for _ in 0..MAX_DEPTH {
            match current {
                Self::Alias(alias) => current = alias.target.get()?,
                _ => return Some(current),
            }
        }
        None
    }

    /// Whether values of this type can be iterated over.
    #[must_use]
    pub fn is_iterable(&self) -> bool {
        match self {
            Self::Enum { .. } | Self::Integer(_) | Self::String(_) | Self::Literal(_) => true,
            Self::Collection(_) | Self::Array(..) | Self::Hash(..) | Self::Tuple(..) | Self::Struct(_) => true,
            Self::Iterable(_) | Self::Iterator(_) => true,
            Self::Type(Some(inner)) => match &**inner {
                Self::Enum { .. } => true,
                Self::Integer(range) => range.min != i64::MIN && range.max != i64::MAX,
                _ => false,
            },
            Self::Alias(_) => self.resolved().is_some_and(Self::is_iterable),
            _ => false,
        }
    }
}

fn accepts(t: &Type, o: &Type, depth: u32) -> bool {
    if depth > MAX_DEPTH {
        return true;
    }
    let d = depth + 1;
    match (t, o) {
        (Type::Unit, _) | (_, Type::Unit) => true,
        (Type::Alias(_), _) => t.resolved().is_none_or(|t| accepts(t, o, d)),
        (_, Type::Alias(_)) => o.resolved().is_none_or(|o| accepts(t, o, d)),
        (Type::Any, _) => true,
        (Type::Variant(types), Type::Variant(_)) if types.is_empty() => true,
        (Type::NotUndef(inner), Type::Variant(others)) if others.is_empty() => {
            inner.as_ref().is_none_or(|i| accepts(i, o, d))
        }
        (_, Type::Variant(others)) => !others.is_empty() && others.iter().all(|o| accepts(t, o, d)),
        (_, Type::Data | Type::RichData | Type::Numeric) => accepts_broad(t, o, d),
        (_, Type::Optional(inner)) => {
            accepts(t, &Type::Undef, d) && inner.as_ref().is_none_or(|inner| accepts(t, inner, d))
        }
        (_, Type::NotUndef(Some(inner))) if !accepts(inner, &Type::Undef, d) => accepts(t, inner, d),
        _ => accepts_plain(t, o, d),
    }
}

/// The other side is one of the types that stand for a union.
fn accepts_broad(t: &Type, o: &Type, d: u32) -> bool {
    match (t, o) {
        (Type::Variant(types), _) if types.iter().any(|t| accepts(t, o, d)) => true,
        (Type::Optional(Some(t)), _) if accepts(t, o, d) => true,
        (Type::Optional(None), _) => true,
        (Type::Variant(types), Type::Data | Type::RichData) => types.is_empty(),
        (Type::Data, Type::Data | Type::Numeric) | (Type::RichData, _) => true,
        (Type::Scalar | Type::ScalarData | Type::Numeric, Type::Numeric) => true,
        (Type::NotUndef(inner), Type::Numeric) => inner.as_ref().is_none_or(|i| accepts(i, o, d)),
        (Type::Init(..), _) => true,
        _ => false,
    }
}

fn accepts_plain(t: &Type, o: &Type, d: u32) -> bool {
    match t {
        Type::Scalar => is_scalar(o),
        Type::ScalarData => is_scalar_data(o),
        Type::Data => is_data(o, d),
        Type::RichData => is_rich_data(o, d),
        Type::Numeric => matches!(o, Type::Numeric | Type::Integer(_) | Type::Float(..)),
        Type::Optional(inner) => matches!(o, Type::Undef) || inner.as_ref().is_none_or(|t| accepts(t, o, d)),
        Type::NotUndef(inner) => {
            !matches!(o, Type::Any | Type::NotUndef(None))
                && !accepts(o, &Type::Undef, d)
                && inner.as_ref().is_none_or(|t| accepts(t, o, d))
                || matches!(o, Type::NotUndef(_)) && inner.as_ref().is_none_or(|t| accepts(t, o, d))
        }
        Type::Variant(types) => types.iter().any(|t| accepts(t, o, d)),
        Type::String(_) | Type::Literal(_) | Type::Enum { .. } | Type::Pattern(_) => accepts_text(t, o),
        Type::Collection(_) | Type::Array(..) | Type::Hash(..) | Type::Tuple(..) | Type::Struct(_) => {
            accepts_collection(t, o, d)
        }
        Type::Iterable(inner) => accepts_iterable(inner.as_ref(), o, d),
        Type::Callable(sig) => matches!(o, Type::Callable(other) if accepts_callable(sig, other, d)),
        Type::Init(inner, _) => accepts_init(inner.as_ref(), o, d),
        _ => accepts_leaf(t, o, d),
    }
}

fn accepts_leaf(t: &Type, o: &Type, d: u32) -> bool {
    match (t, o) {
        (Type::Integer(a), Type::Integer(b)) => a.covers(*b),
        (Type::Float(a, b), Type::Float(x, y)) => a <= x && y <= b,
        (Type::Boolean(a), Type::Boolean(b)) => a.is_none() || a == b,
        (Type::Regexp(a), Type::Regexp(b)) => a.is_none() || a == b,
        (Type::Timestamp(a, b), Type::Timestamp(x, y)) | (Type::Timespan(a, b), Type::Timespan(x, y)) => {
            a <= x && y <= b
        }
        (Type::SemVer(a), Type::SemVer(b)) => a.is_empty() || a == b,
        (Type::Uri(a), Type::Uri(b)) => a.is_none() || a == b,
        (Type::Type(a), Type::Type(b)) | (Type::Iterator(a), Type::Iterator(b)) => {
            accepts_inner(a.as_ref(), b.as_ref(), d)
        }
        (Type::Sensitive(a), Type::Sensitive(b)) => {
            let any = Type::Any;
            accepts(a.as_deref().unwrap_or(&any), b.as_deref().unwrap_or(&any), d)
        }
        (Type::CatalogEntry, Type::CatalogEntry | Type::Resource { .. } | Type::Class { .. }) => true,
        (Type::Class { name: a }, Type::Class { name: b }) => a.is_none() || a == b,
        (Type::Resource { type_name: a, title: x }, Type::Resource { type_name: b, title: y }) => {
            a.is_empty() || a.eq_ignore_ascii_case(b) && (x.is_none() || x == y)
        }
        (Type::Runtime(a), Type::Runtime(b)) => a.is_empty() || a == b,
        (Type::Object(a), Type::Object(b)) => a == "Object" || a == b,
        _ => t == o,
    }
}

fn accepts_inner(a: Option<&TypeRef>, b: Option<&TypeRef>, d: u32) -> bool {
    match (a, b) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(a), Some(b)) => accepts(a, b, d),
    }
}

fn is_scalar_data(o: &Type) -> bool {
    let text = matches!(o, Type::String(_) | Type::Literal(_) | Type::Enum { .. } | Type::Pattern(_));
    text || matches!(o, Type::ScalarData | Type::Numeric | Type::Integer(_) | Type::Float(..) | Type::Boolean(_))
}

fn is_scalar(o: &Type) -> bool {
    let rich = matches!(
        o,
        Type::Scalar | Type::Regexp(_) | Type::SemVer(_) | Type::SemVerRange | Type::Timespan(..) | Type::Timestamp(..)
    );
    rich || is_scalar_data(o)
}

fn is_data(o: &Type, d: u32) -> bool {
    match o {
        Type::Data | Type::Undef => true,
        Type::Array(element, _) => accepts(&Type::Data, element, d),
        Type::Tuple(types, _) => types.iter().all(|t| accepts(&Type::Data, t, d)),
        Type::Hash(key, value, size) => *size == Range::ZERO || is_string(key) && accepts(&Type::Data, value, d),
        Type::Struct(members) => members.iter().all(|m| accepts(&Type::Data, &m.value, d)),
        _ => is_scalar_data(o),
    }
}

fn is_string(o: &Type) -> bool {
    accepts(&Type::String(Range::SIZE), o, 0)
}

fn is_rich_key(o: &Type, d: u32) -> bool {
    super::base("RichDataKey").is_some_and(|key| accepts(&key, o, d))
}

fn is_rich_data(o: &Type, d: u32) -> bool {
    match o {
        Type::RichData | Type::Data | Type::Undef | Type::Default | Type::Binary | Type::Uri(_) | Type::Type(_) => true,
        Type::Sensitive(_) | Type::Object(_) | Type::Runtime(_) => true,
        Type::Array(element, _) => accepts(&Type::RichData, element, d),
        Type::Tuple(types, _) => types.iter().all(|t| accepts(&Type::RichData, t, d)),
        Type::Hash(key, value, size) => {
            *size == Range::ZERO || is_rich_key(key, d) && accepts(&Type::RichData, value, d)
        }
        Type::Struct(members) => members.iter().all(|m| accepts(&Type::RichData, &m.value, d)),
        _ => is_scalar(o),
    }
}

fn accepts_text(t: &Type, o: &Type) -> bool {
    match (t, o) {
        (Type::String(range), Type::String(other)) => range.covers(*other),
        (Type::String(range), Type::Literal(text)) => range.fits(text.chars().count()),
        (Type::String(range), Type::Enum { values, .. }) => {
            if values.is_empty() {
                range.covers(Range::SIZE)
            } else {
                values.iter().all(|v| range.fits(v.chars().count()))
            }
        }
        (Type::String(range), Type::Pattern(_)) => range.covers(Range::SIZE),
        (Type::Literal(a), Type::Literal(b)) => a == b,
        (Type::Literal(a), Type::Enum { values, ignore_case: false }) => values.len() == 1 && values.first() == Some(a),
        (Type::Enum { values, .. }, Type::String(_) | Type::Pattern(_)) => values.is_empty(),
        (Type::Enum { values, ignore_case }, Type::Literal(text)) => {
            values.is_empty() || in_enum(values, *ignore_case, text)
        }
        (Type::Enum { values, ignore_case }, Type::Enum { values: others, ignore_case: loose }) => {
            values.is_empty()
                || !others.is_empty()
                    && (*ignore_case || !loose)
                    && others.iter().all(|o| in_enum(values, *ignore_case, o))
        }
        (Type::Pattern(patterns), Type::Literal(text)) => matches_any(patterns, text),
        (Type::Pattern(patterns), Type::Enum { values, .. }) => {
            patterns.is_empty() || !values.is_empty() && values.iter().all(|v| matches_any(patterns, v))
        }
        (Type::Pattern(patterns), Type::String(_)) => patterns.is_empty(),
        (Type::Pattern(patterns), Type::Pattern(others)) => patterns.is_empty() || patterns == others,
        _ => false,
    }
}

/// Whether a string is one of the values of an `Enum`.
pub(super) fn in_enum(values: &[ecow::EcoString], ignore_case: bool, text: &str) -> bool {
    values.iter().any(|v| v == text || ignore_case && v.eq_ignore_ascii_case(text))
}

/// Whether a string matches one of the patterns; no patterns match anything.
pub(super) fn matches_any(patterns: &[ecow::EcoString], text: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|p| regex::is_match(p, text).unwrap_or(false))
}

fn accepts_collection(t: &Type, o: &Type, d: u32) -> bool {
    match (t, o) {
        (Type::Collection(size), _) => size_of(o).is_some_and(|other| size.covers(other)),
        (Type::Array(element, size), Type::Tuple(types, _)) => {
            size_of(o).is_some_and(|other| size.covers(other)) && types.iter().all(|o| accepts(element, o, d))
        }
        (Type::Array(element, size), Type::Array(other, other_size)) => {
            size.covers(*other_size) && accepts(element, other, d)
        }
        (Type::Hash(key, value, size), Type::Hash(k, v, other)) => {
            *other == Range::ZERO && size.min <= 0 || accepts(key, k, d) && accepts(value, v, d) && size.covers(*other)
        }
        (Type::Hash(key, value, size), Type::Struct(members)) => {
            size.fits(members.len())
                && members
                    .iter()
                    .all(|m| accepts(key, &Type::Literal(m.name.clone()), d) && accepts(value, &m.value, d))
        }
        (Type::Tuple(types, size), _) => accepts_tuple(t, types, *size, o, d),
        (Type::Struct(members), Type::Struct(others)) => accepts_struct(members, others, d),
        (Type::Struct(members), Type::Hash(key, value, size)) => struct_accepts_hash(members, key, value, *size, d),
        _ => false,
    }
}

/// The possible sizes of a collection type.
pub(super) fn size_of(t: &Type) -> Option<Range> {
    match t {
        Type::Collection(size) | Type::Array(_, size) | Type::Hash(_, _, size) => Some(*size),
        Type::Tuple(_, Some(size)) => Some(*size),
        Type::Tuple(types, None) if types.is_empty() => Some(Range::SIZE),
        Type::Tuple(types, None) => Some(Range::exactly(types.len())),
        Type::Struct(members) => Some(Range::exactly(members.len())),
        _ => None,
    }
}

fn accepts_tuple(t: &Type, types: &[TypeRef], size: Option<Range>, o: &Type, d: u32) -> bool {
    if t == o {
        return true;
    }
    let own = size.or_else(|| size_of(t)).unwrap_or(Range::SIZE);
    let at = |i: usize| types.get(i).or(types.last());
    match o {
        Type::Tuple(others, _) => {
            let fits = size_of(o).is_some_and(|s| own.covers(s));
            if types.is_empty() || others.is_empty() {
                return fits && (types.is_empty() || own.low() == 0);
            }
            fits && others.iter().enumerate().all(|(i, o)| at(i).is_some_and(|t| accepts(t, o, d)))
        }
        Type::Array(element, other) => {
            let most = usize::try_from(other.max).unwrap_or(usize::MAX).min(types.len());
            own.covers(*other) && types.iter().take(most).all(|t| accepts(t, element, d))
        }
        _ => false,
    }
}

fn accepts_struct(members: &[Member], others: &[Member], d: u32) -> bool {
    let mut matched = 0;
    let ok = members.iter().all(|m| match others.iter().find(|o| o.name == m.name) {
        None => m.optional,
        Some(o) => {
            matched += 1;
            (m.optional || !o.optional) && accepts(&m.value, &o.value, d)
        }
    });
    ok && matched == others.len()
}

fn struct_accepts_hash(members: &[Member], key: &Type, value: &Type, size: Range, d: u32) -> bool {
    let required = members.iter().filter(|m| !m.optional).count();
    let fit = members.iter().filter(|m| !m.optional).all(|m| accepts(&m.value, value, d) && is_string(key));
    let bounds = Range { min: Range::exactly(required).min, max: Range::exactly(members.len()).max };
    fit && bounds.covers(size)
}

fn accepts_iterable(inner: Option<&TypeRef>, o: &Type, d: u32) -> bool {
    let Some(inner) = inner.filter(|t| !matches!(***t, Type::Any)) else { return o.is_iterable() };
    element_type(o).is_some_and(|element| accepts(inner, &element, d))
}

/// What iterating over a value of the type yields.
pub(super) fn element_type(o: &Type) -> Option<Type> {
    Some(match o {
        Type::Array(element, _) => (**element).clone(),
        Type::Tuple(types, _) => super::normal::variant(types.clone()),
        Type::Hash(key, value, _) => Type::Tuple(vec![key.clone(), value.clone()], Some(Range::exactly(2))),
        Type::Struct(members) => {
            let keys = members.iter().map(|m| Type::Literal(m.name.clone()).into()).collect();
            let values = members.iter().map(|m| m.value.clone()).collect();
            let pair = vec![super::normal::variant(keys).into(), super::normal::variant(values).into()];
            Type::Tuple(pair, Some(Range::exactly(2)))
        }
        Type::Integer(_) => Type::Integer(Range::ANY),
        Type::String(_) | Type::Literal(_) | Type::Enum { .. } => Type::String(Range { min: 1, max: 1 }),
        Type::Iterable(Some(inner)) | Type::Iterator(Some(inner)) => (**inner).clone(),
        Type::Type(Some(inner)) if o.is_iterable() => (**inner).clone(),
        Type::Alias(_) => return element_type(o.resolved()?),
        _ => return None,
    })
}

fn accepts_callable(sig: &Signature, other: &Signature, d: u32) -> bool {
    let any = Type::Any;
    if let Some(returns) = &sig.returns
        && !accepts(returns, other.returns.as_deref().unwrap_or(&any), d)
    {
        return false;
    }
    let Some(params) = &sig.params else { return true };
    let Some(other_params) = &other.params else { return false };
    let mine = Type::Tuple(params.clone(), sig.size);
    let theirs = Type::Tuple(other_params.clone(), other.size);
    let empty_ok = other_params.is_empty() && other.size.is_none() && params.is_empty();
    let undef = Type::Undef;
    (empty_ok || accepts(&theirs, &mine, d))
        && accepts(other.block.as_deref().unwrap_or(&undef), sig.block.as_deref().unwrap_or(&undef), d)
}

fn accepts_init(inner: Option<&TypeRef>, o: &Type, d: u32) -> bool {
    match (inner, o) {
        (None, Type::Init(..)) => true,
        (Some(a), Type::Init(Some(b), _)) => accepts(a, b, d),
        (None, _) => accepts(&Type::RichData, o, d),
        (Some(a), _) => accepts(a, o, d) || accepts_text(&Type::String(Range::SIZE), o),
    }
}
