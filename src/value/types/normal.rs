//! Types made from other types: unions, common supertypes, generalisation, normal form.

use super::{Member, Range, Type, TypeRef};
use ecow::EcoString;

/// The union of some types; a single one stands for itself.
#[must_use]
pub fn variant(types: Vec<TypeRef>) -> Type {
    let mut flat: Vec<TypeRef> = Vec::with_capacity(types.len());
    for t in types {
        let parts = if let Type::Variant(inner) = &*t { inner.clone() } else { vec![t] };
        for part in parts {
            if !flat.contains(&part) {
                flat.push(part);
            }
        }
    }
    match (flat.len(), flat.pop()) {
        (1, Some(only)) => (*only).clone(),
        (_, Some(last)) => {
            flat.push(last);
            Type::Variant(flat)
        }
        _ => Type::Variant(flat),
    }
}

/// An `Enum` of sorted distinct values.
#[must_use]
pub fn enumeration(mut values: Vec<EcoString>, ignore_case: bool) -> Type {
    values.sort();
    values.dedup();
    Type::Enum { values, ignore_case }
}

/// The narrowest common supertype that inference uses.
#[must_use]
pub fn common(a: &Type, b: &Type) -> Type {
    if matches!(a, Type::Undef | Type::Unit) {
        return b.clone();
    }
    if matches!(b, Type::Undef | Type::Unit) || a.accepts(b) {
        return a.clone();
    }
    if b.accepts(a) {
        return b.clone();
    }
    common_same_kind(a, b).unwrap_or_else(|| common_broad(a, b))
}

fn common_same_kind(a: &Type, b: &Type) -> Option<Type> {
    Some(match (a, b) {
        (Type::Array(x, _), Type::Array(y, _)) => Type::Array(common(x, y).into(), Range::SIZE),
        (Type::Hash(k, v, _), Type::Hash(l, w, _)) => Type::Hash(common(k, l).into(), common(v, w).into(), Range::SIZE),
        (Type::Class { .. }, Type::Class { .. }) => Type::Class { name: None },
        (Type::Resource { type_name: x, .. }, Type::Resource { type_name: y, .. }) => {
            Type::Resource { type_name: if x == y { x.clone() } else { EcoString::new() }, title: None }
        }
        (Type::Integer(x), Type::Integer(y)) => Type::Integer(Range { min: x.min.min(y.min), max: x.max.max(y.max) }),
        (Type::Float(x, p), Type::Float(y, q)) => Type::Float(x.min(*y), p.max(*q)),
        (Type::Literal(x), Type::Literal(y)) => enumeration(vec![x.clone(), y.clone()], false),
        (Type::Literal(x), Type::Enum { values, .. }) | (Type::Enum { values, .. }, Type::Literal(x)) => {
            enumeration(values.iter().chain([x]).cloned().collect(), false)
        }
        (Type::Enum { values: x, .. }, Type::Enum { values: y, .. }) => {
            enumeration(x.iter().chain(y).cloned().collect(), false)
        }
        (Type::String(x), Type::String(y)) => Type::String(Range { min: x.min.min(y.min), max: x.max.max(y.max) }),
        (Type::String(_), Type::Literal(_)) | (Type::Literal(_), Type::String(_)) => Type::String(Range::SIZE),
        (Type::Pattern(x), Type::Pattern(y)) => {
            let mut all = x.clone();
            all.extend(y.iter().filter(|p| !x.contains(p)).cloned());
            Type::Pattern(all)
        }
        (Type::Variant(x), Type::Variant(y)) => variant(x.iter().chain(y).cloned().collect()),
        (Type::Regexp(_), Type::Regexp(_)) => Type::Regexp(None),
        (Type::Callable(_), Type::Callable(_)) => super::any_callable(),
        _ => return None,
    })
}

fn common_broad(a: &Type, b: &Type) -> Type {
    let both = |t: Type| (t.accepts(a) && t.accepts(b)).then_some(t);
    let scalar = [Type::Numeric, Type::ScalarData, Type::Scalar, Type::Data].into_iter().find_map(both);
    if let Some(found) = scalar {
        return found;
    }
    if let (Type::Type(Some(x)), Type::Type(Some(y))) = (a, b) {
        return Type::Type(Some(common(x, y).into()));
    }
    if Type::RichData.accepts(a) && Type::RichData.accepts(b) { Type::RichData } else { Type::Any }
}

impl Type {
    /// Without what is particular to one value: sizes, ranges, literal strings.
    #[must_use]
    pub fn generalize(&self) -> Self {
        let each = |types: &[TypeRef]| types.iter().map(|t| t.generalize().into()).collect::<Vec<TypeRef>>();
        let inner = |t: &Option<TypeRef>| t.as_ref().map(|t| TypeRef::new(t.generalize()));
        match self {
            Self::Integer(_) => Self::Integer(Range::ANY),
            Self::Float(..) => Self::Float(f64::NEG_INFINITY, f64::INFINITY),
            Self::String(_) | Self::Literal(_) => Self::String(Range::SIZE),
            Self::Enum { values, .. } => generalize_enum(values),
            Self::Boolean(_) => Self::Boolean(None),
            Self::Collection(_) => Self::Collection(Range::SIZE),
            Self::Array(element, _) => Self::Array(element.generalize().into(), Range::SIZE),
            Self::Hash(_, _, size) if *size == Range::ZERO => self.clone(),
            Self::Hash(k, v, _) => Self::Hash(k.generalize().into(), v.generalize().into(), Range::SIZE),
            Self::Tuple(types, size) => Self::Tuple(each(types), *size),
            Self::Struct(members) => Self::Struct(members.iter().map(Member::generalize).collect()),
            Self::Variant(types) => variant(each(types)),
            Self::Type(t) => Self::Type(inner(t)),
            Self::Iterable(t) => Self::Iterable(inner(t)),
            Self::Iterator(t) => Self::Iterator(inner(t)),
            Self::Sensitive(t) => Self::Sensitive(inner(t)),
            Self::Optional(t) => Self::Optional(inner(t)),
            Self::NotUndef(t) => Self::NotUndef(inner(t)),
            Self::Timestamp(..) => Self::Timestamp(i128::MIN, i128::MAX),
            Self::Timespan(..) => Self::Timespan(i128::MIN, i128::MAX),
            _ => self.clone(),
        }
    }

    /// Normal form: unions with `Undef` become `Optional`, like parts of a union are merged.
    #[must_use]
    pub fn normalize(&self) -> Self {
        let inner = |t: &TypeRef| TypeRef::new(t.normalize());
        match self {
            Self::Optional(Some(t)) => normalize_optional(t),
            Self::NotUndef(Some(t)) => normalize_not_undef(t),
            Self::Variant(types) if !types.is_empty() => normalize_variant(types),
            Self::Array(t, size) => Self::Array(inner(t), *size),
            Self::Hash(k, v, size) => Self::Hash(inner(k), inner(v), *size),
            Self::Tuple(types, size) => Self::Tuple(types.iter().map(inner).collect(), *size),
            Self::Struct(members) => {
                Self::Struct(members.iter().map(|m| Member { value: inner(&m.value), ..m.clone() }).collect())
            }
            Self::Type(Some(t)) => Self::Type(Some(inner(t))),
            _ => self.clone(),
        }
    }
}

impl Member {
    fn generalize(&self) -> Self {
        Self { value: self.value.generalize().into(), ..self.clone() }
    }
}

fn generalize_enum(values: &[EcoString]) -> Type {
    let sizes = values.iter().map(|v| Range::exactly(v.chars().count()).min);
    match (sizes.clone().min(), sizes.max()) {
        (Some(min), Some(max)) => Type::String(Range { min, max }),
        _ => Type::String(Range::SIZE),
    }
}

fn normalize_optional(t: &TypeRef) -> Type {
    match t.normalize() {
        Type::NotUndef(inner) => Type::Optional(inner),
        inner if inner.accepts_undef() => inner,
        inner => Type::Optional(Some(inner.into())),
    }
}

fn normalize_not_undef(t: &TypeRef) -> Type {
    match t.normalize() {
        Type::Optional(inner) => Type::NotUndef(inner).normalize(),
        inner if !inner.accepts_undef() => inner,
        inner => Type::NotUndef(Some(inner.into())),
    }
}

fn normalize_variant(types: &[TypeRef]) -> Type {
    let parts: Vec<TypeRef> = types.iter().map(|t| t.normalize().into()).collect();
    if parts.iter().any(|t| matches!(**t, Type::Undef | Type::Optional(_))) && parts.len() > 1 {
        let rest = parts.into_iter().filter(|t| !matches!(**t, Type::Undef)).map(|t| match &*t {
            Type::Optional(Some(inner)) => inner.clone(),
            _ => t,
        });
        return Type::Optional(Some(variant(rest.collect()).into())).normalize();
    }
    let Type::Variant(flat) = variant(parts) else {
        return variant(types.iter().map(|t| t.normalize().into()).collect());
    };
    variant(merge_ranges(merge_patterns(merge_enums(flat))))
}

/// Parts of a union that a predicate selects, and the others.
fn split(types: Vec<TypeRef>, pick: impl Fn(&Type) -> bool) -> (Vec<TypeRef>, Vec<TypeRef>) {
    types.into_iter().partition(|t| pick(t))
}

fn merge_enums(types: Vec<TypeRef>) -> Vec<TypeRef> {
    let all = types.clone();
    let (enums, mut rest) = split(types, |t| match t {
        Type::Enum { values, ignore_case } => !values.is_empty() && !ignore_case,
        Type::Literal(_) => true,
        _ => false,
    });
    if enums.len() < 2 {
        return all;
    }
    let values = enums.iter().flat_map(|t| match &**t {
        Type::Enum { values, .. } => values.clone(),
        Type::Literal(text) => vec![text.clone()],
        _ => Vec::new(),
    });
    rest.push(enumeration(values.collect(), false).into());
    rest
}

fn merge_patterns(types: Vec<TypeRef>) -> Vec<TypeRef> {
    let all = types.clone();
    let (patterns, mut rest) = split(types, |t| matches!(t, Type::Pattern(_)));
    if patterns.len() < 2 {
        return all;
    }
    let mut merged: Vec<EcoString> = Vec::new();
    for pattern in &patterns {
        if let Type::Pattern(list) = &**pattern {
            merged.extend(list.iter().cloned());
        }
    }
    merged.dedup();
    rest.push(Type::Pattern(merged).into());
    rest
}

fn merge_ranges(types: Vec<TypeRef>) -> Vec<TypeRef> {
    let all = types.clone();
    let (ranges, rest) = split(types, |t| matches!(t, Type::Integer(_)));
    if ranges.len() < 2 {
        return all;
    }
    let mut bounds: Vec<Range> =
        ranges.iter().filter_map(|t| if let Type::Integer(r) = &**t { Some(*r) } else { None }).collect();
    bounds.sort_by_key(|r| r.min);
    let mut merged: Vec<Range> = Vec::new();
    for range in bounds {
        match merged.last_mut() {
            Some(last) if range.min <= last.max.saturating_add(1) => last.max = last.max.max(range.max),
            _ => merged.push(range),
        }
    }
    merged.into_iter().map(|r| Type::Integer(r).into()).chain(rest).collect()
}
