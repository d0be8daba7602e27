//! Types by their bare name.

use super::{Range, Type, TypeRef};

/// A built-in type without parameters; `None` for any other name.
#[must_use]
pub fn base(name: &str) -> Option<Type> {
    let any: TypeRef = Type::Any.into();
    Some(match name {
        "Any" => Type::Any,
        "Undef" => Type::Undef,
        "Default" => Type::Default,
        "Scalar" => Type::Scalar,
        "ScalarData" => Type::ScalarData,
        "Data" => Type::Data,
        "RichData" => Type::RichData,
        "RichDataKey" => Type::Variant(vec![Type::String(Range::SIZE).into(), Type::Numeric.into()]),
        "Numeric" => Type::Numeric,
        "Integer" => Type::Integer(Range::ANY),
        "Float" => Type::Float(f64::NEG_INFINITY, f64::INFINITY),
        "String" => Type::String(Range::SIZE),
        "Enum" => Type::Enum { values: Vec::new(), ignore_case: false },
        "Pattern" => Type::Pattern(Vec::new()),
        "Boolean" => Type::Boolean(None),
        "Regexp" => Type::Regexp(None),
        "Collection" => Type::Collection(Range::SIZE),
        "Array" => Type::Array(any, Range::SIZE),
        "Hash" => Type::Hash(any.clone(), any, Range::SIZE),
        "Tuple" => Type::Tuple(Vec::new(), None),
        "Struct" => Type::Struct(Vec::new()),
        "Iterable" => Type::Iterable(None),
        "Iterator" => Type::Iterator(None),
        "Callable" => super::any_callable(),
        _ => return base_rare(name),
    })
}

fn base_rare(name: &str) -> Option<Type> {
    Some(match name {
        "Type" => Type::Type(None),
        "CatalogEntry" => Type::CatalogEntry,
        "Resource" => Type::Resource { type_name: "".into(), title: None },
        "Class" => Type::Class { name: None },
        "Sensitive" => Type::Sensitive(None),
        "Timestamp" => Type::Timestamp(i128::MIN, i128::MAX),
        "Timespan" => Type::Timespan(i128::MIN, i128::MAX),
        "SemVer" => Type::SemVer(Vec::new()),
        "SemVerRange" => Type::SemVerRange,
        "URI" => Type::Uri(None),
        "Binary" => Type::Binary,
        "Init" => Type::Init(None, Vec::new()),
        "Puppet::LookupValue" => Type::RichData,
        "Puppet::LookupContext"
        | "Object"
        | "TypeSet"
        | "Deferred"
        | "Error"
        | "Target"
        | "ProcessOutput"
        | "TypeAlias"
        | "TypeReference" => Type::Object(name.into()),
        "Runtime" => Type::Runtime(Vec::new()),
        "Optional" => Type::Optional(None),
        "NotUndef" => Type::NotUndef(None),
        "Variant" => Type::Variant(Vec::new()),
        "Unit" => Type::Unit,
        _ => return None,
    })
}
