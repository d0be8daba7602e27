//! The type of a value.

use super::normal::{common, enumeration, variant};
use super::{Member, Range, Type, TypeRef};
use crate::value::{Entries, Object, Value};
use ecow::EcoString;

/// The type of a value, with a list as `Array` of the common type of its elements (`reduced`).
#[must_use]
pub fn infer(value: &Value) -> Type {
    match value {
        Value::Array(a) if a.items.is_empty() => empty_array(),
        Value::Array(a) => Type::Array(reduce(a.items.iter()).into(), Range::exactly(a.items.len())),
        Value::Hash(h) if h.entries.is_empty() => empty_hash(),
        Value::Hash(h) => {
            let size = Range::exactly(h.entries.len());
            Type::Hash(reduce(h.entries.keys()).into(), reduce(h.entries.values()).into(), size)
        }
        other => infer_leaf(other),
    }
}

/// The type of a value in full, with a list as `Tuple` and a hash of strings as `Struct` (`detailed`).
#[must_use]
pub fn infer_detailed(value: &Value) -> Type {
    match value {
        Value::Array(a) if !a.items.is_empty() => {
            Type::Tuple(a.items.iter().map(|v| infer_detailed(v).into()).collect(), None)
        }
        Value::Hash(h) if !h.entries.is_empty() => infer_detailed_hash(&h.entries),
        Value::Sym(s) => s.sample.as_ref().map_or(Type::Any, infer_detailed),
        other => infer(other),
    }
}

fn empty_array() -> Type {
    Type::Array(Type::Unit.into(), Range::ZERO)
}

fn empty_hash() -> Type {
    Type::Hash(Type::Unit.into(), Type::Unit.into(), Range::ZERO)
}

/// The common type of values. Strings that follow one another are joined at once: one by one, a long list of
/// them would take the square of its length.
fn reduce<'a>(values: impl Iterator<Item = &'a Value>) -> Type {
    let mut whole: Option<Type> = None;
    let mut texts: Vec<EcoString> = Vec::new();
    for value in values {
        match value {
            Value::Str(s) => texts.push(s.text.clone()),
            // Nothing takes part where there is something.
            Value::Undef if !texts.is_empty() => {}
            other => {
                whole = join(whole, texts_type(std::mem::take(&mut texts)));
                whole = join(whole, Some(infer(other)));
            }
        }
    }
    join(whole, texts_type(texts)).unwrap_or(Type::Unit)
}

fn join(whole: Option<Type>, next: Option<Type>) -> Option<Type> {
    match (whole, next) {
        (Some(whole), Some(next)) => Some(common(&whole, &next)),
        (whole, next) => whole.or(next),
    }
}

fn texts_type(texts: Vec<EcoString>) -> Option<Type> {
    let Type::Enum { mut values, ignore_case } = enumeration(texts, false) else { return None };
    match values.len() {
        0 => None,
        1 => values.pop().map(Type::Literal),
        _ => Some(Type::Enum { values, ignore_case }),
    }
}

fn infer_detailed_hash(entries: &Entries) -> Type {
    let members: Option<Vec<Member>> = entries
        .iter()
        .map(|(k, v)| match k {
            Value::Str(s) if !s.text.is_empty() => {
                Some(Member { name: s.text.clone(), optional: false, value: infer_detailed(v).into() })
            }
            _ => None,
        })
        .collect();
    members.map_or_else(
        || {
            let union = |types: Vec<TypeRef>| -> TypeRef { variant(types).into() };
            let keys = union(entries.keys().map(|v| infer_detailed(v).into()).collect());
            let values = union(entries.values().map(|v| infer_detailed(v).into()).collect());
            Type::Hash(keys, values, Range::exactly(entries.len()))
        },
        Type::Struct,
    )
}

fn infer_leaf(value: &Value) -> Type {
    match value {
        Value::Undef => Type::Undef,
        Value::Default => Type::Default,
        Value::Bool(b) => Type::Boolean(Some(*b)),
        Value::Int(i) => Type::Integer(Range { min: *i, max: *i }),
        Value::Float(f) => Type::Float(*f, *f),
        Value::Str(s) => Type::Literal(s.text.clone()),
        Value::Regex(r) => Type::Regexp(Some((&**r).into())),
        Value::Type(t) => Type::Type(Some(t.clone())),
        Value::Sensitive(v) => Type::Sensitive(Some(infer(v).generalize().into())),
        Value::Object(o) => infer_object(o),
        Value::Sym(s) => s.sample.as_ref().map_or(Type::Any, infer),
        Value::Array(_) | Value::Hash(_) => Type::Any,
    }
}

fn infer_object(object: &Object) -> Type {
    match object.type_name.as_str() {
        "SemVer" => Type::SemVer(Vec::new()),
        "SemVerRange" => Type::SemVerRange,
        "Binary" => Type::Binary,
        "URI" => Type::Uri(None),
        "Timestamp" => {
            crate::value::time::nanos(object).map_or(Type::Timestamp(i128::MIN, i128::MAX), |n| Type::Timestamp(n, n))
        }
        "Timespan" => {
            crate::value::time::nanos(object).map_or(Type::Timespan(i128::MIN, i128::MAX), |n| Type::Timespan(n, n))
        }
        name => Type::Object(name.into()),
    }
}
