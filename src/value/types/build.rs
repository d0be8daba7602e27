//! Types from a name and parameters (`Array[String, 1]`), with Puppet's errors for bad ones.

use super::normal::enumeration;
use super::{Member, Range, Signature, Type, TypeContext, TypeError, TypeRef, base, infer};
use crate::value::{Value, regex, time, version};
use ecow::EcoString;

type Built = Result<Type, TypeError>;

/// Builds `name[params…]`.
///
/// # Errors
/// As Puppet: wrong number or kind of parameters, an unknown type, a bad pattern.
pub fn build(name: &str, params: &[Value], cx: &mut dyn TypeContext) -> Built {
    let keys = flatten(params);
    match name {
        "Class" => class(&keys),
        "Struct" => structure(params, cx),
        "Callable" => callable(params),
        _ => plain(name, &keys),
    }
}

fn flatten(params: &[Value]) -> Vec<Value> {
    let mut out = Vec::with_capacity(params.len());
    for param in params {
        match param.sample() {
            Value::Array(a) => out.extend(flatten(&a.items)),
            other => out.push(other.clone()),
        }
    }
    out
}

fn plain(name: &str, keys: &[Value]) -> Built {
    match name {
        "Integer" => integer(keys),
        "Float" => float(keys),
        "String" => match keys.len() {
            1 | 2 => Ok(Type::String(size(keys)?)),
            n => Err(TypeError::issue(
                "BAD_STRING_SLICE_ARITY",
                format!("String supports [] with one or two arguments. Got {n}"),
            )),
        },
        "Boolean" => match keys {
            [Value::Bool(b)] => Ok(Type::Boolean(Some(*b))),
            [other] => Err(specialization("Boolean", other, "TrueClass or FalseClass")),
            _ => Err(arity("Boolean", keys.len(), "1")),
        },
        "Enum" => enumerate(keys),
        "Pattern" => pattern(keys),
        "Regexp" => match keys {
            [Value::Regex(r)] => Ok(Type::Regexp(Some((&**r).into()))),
            [Value::Str(s)] => Ok(Type::Regexp(Some(s.text.clone()))),
            [other] => Err(specialization("Regexp", other, "String or Regexp")),
            _ => Err(arity("Regexp", keys.len(), "1")),
        },
        "Variant" => some(name, keys).map(|_| ()).and_then(|()| types_of("Variant", keys)).map(super::variant),
        "Collection" => match keys.len() {
            1 | 2 => Ok(Type::Collection(size(keys)?)),
            n => Err(arity("Collection-Type", n, "1 to 2")),
        },
        "Array" => array(keys),
        "Hash" => hash(keys),
        "Tuple" => tuple(keys),
        "Runtime" => match keys {
            [Value::Str(a), Value::Str(b)] => Ok(Type::Runtime(vec![a.text.clone(), b.text.clone()])),
            [bad, _] => Err(specialization("Runtime", bad, "String or String")),
            _ => Err(arity("Runtime", keys.len(), "1 to 2")),
        },
        "SemVer" => semver(keys),
        "Timestamp" | "Timespan" => time_type(name, keys),
        "Resource" => resource(keys),
        "URI" => match keys {
            [Value::Str(_) | Value::Hash(_)] => Ok(Type::Uri(keys.first().map(|v| v.to_string().into()))),
            [bad] => Err(slice_type("BAD_TYPE_SLICE_TYPE", name, bad)),
            _ => Err(arity("URI-Type", keys.len(), "1")),
        },
        "Object" | "TypeSet" => match keys {
            [Value::Hash(_) | Value::Undef] => Ok(Type::Object(name.into())),
            [bad] => Err(TypeError::new(format!("undefined method `empty?' for {bad}:{}", ruby_class(bad)))),
            _ => Err(arity(&format!("{name}-Type"), keys.len(), "1")),
        },
        "Deferred" => Err(TypeError::new("The Deferred-Type cannot be parameterized using []")),
        "Target" => Err(TypeError::issue("UNKNOWN_RESOURCE_TYPE", format!("Resource type not found: {name}"))),
        _ => wrapper(name, keys),
    }
}

/// Types with one contained type.
fn wrapper(name: &str, keys: &[Value]) -> Built {
    let make: fn(Option<TypeRef>) -> Type = match name {
        "Optional" => Type::Optional,
        "NotUndef" => Type::NotUndef,
        "Type" => Type::Type,
        "Iterable" => Type::Iterable,
        "Iterator" => Type::Iterator,
        "Sensitive" => |t| Type::Sensitive(t.map(|t| t.generalize().into())),
        "Init" => |t| Type::Init(t, Vec::new()),
        _ => return other(name),
    };
    let [key, rest @ ..] = keys else { return Err(arity(&format!("{name}-Type"), 0, "1")) };
    if !rest.is_empty() && name != "Init" {
        return Err(arity(&format!("{name}-Type"), keys.len(), "1"));
    }
    match (name, key) {
        ("Init", Value::Type(t)) => Ok(Type::Init(Some(t.clone()), rest.to_vec())),
        (_, Value::Type(t)) => Ok(make(Some(t.clone()))),
        ("Optional" | "NotUndef", Value::Str(s)) => Ok(make(Some(Type::Literal(s.text.clone()).into()))),
        ("NotUndef", _) => Err(slice_type("BAD_NOT_UNDEF_SLICE_TYPE", name, key)),
        _ => Err(slice_type("BAD_TYPE_SLICE_TYPE", name, key)),
    }
}

fn other(name: &str) -> Built {
    Err(match base(name) {
        Some(_) => TypeError::issue(
            "OPERATOR_NOT_APPLICABLE",
            format!("Operator '[]' is not applicable to {} {name}-Type.", article(name)),
        ),
        None => TypeError::issue("UNKNOWN_RESOURCE_TYPE", format!("Resource type not found: {name}")),
    })
}

/// `a` or `an`, by the first letter.
pub(super) fn article(word: &str) -> &'static str {
    if word.starts_with(['A', 'E', 'I', 'O', 'U', 'a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

fn arity(base_type: &str, got: usize, wanted: &str) -> TypeError {
    let plural = if wanted == "1" { "argument" } else { "arguments" };
    TypeError::issue("BAD_TYPE_SLICE_ARITY", format!("{base_type}[] accepts {wanted} {plural}. Got {got}"))
}

/// The Ruby class of a value, as it shows in messages.
pub(super) fn ruby_class(value: &Value) -> &'static str {
    match value {
        Value::Undef => "NilClass",
        Value::Default => "Symbol",
        Value::Bool(true) => "TrueClass",
        Value::Bool(false) => "FalseClass",
        Value::Int(_) => "Integer",
        Value::Float(_) => "Float",
        Value::Str(_) => "String",
        Value::Regex(_) => "Regexp",
        Value::Array(_) => "Array",
        Value::Hash(_) => "Hash",
        Value::Type(_) => "Type",
        _ => "Object",
    }
}

fn slice_type(issue: &'static str, name: &str, key: &Value) -> TypeError {
    TypeError::issue(issue, format!("{name}-Type[] arguments must be types. Got {}", ruby_class(key)))
}

fn specialization(name: &str, key: &Value, expected: &str) -> TypeError {
    let got = match key {
        Value::Undef => "Undef".to_owned(),
        Value::Default => "Default".to_owned(),
        other => infer(other).generalize().to_string(),
    };
    let label = article(name);
    let label = if label == "an" { "An" } else { "A" };
    TypeError::issue(
        "BAD_TYPE_SPECIALIZATION",
        format!(
            "Error creating type specialization of {label_low} {name}-Type, Cannot use {got} where {expected} is expected",
            label_low = label.to_lowercase()
        ),
    )
}

fn some<'a>(name: &str, keys: &'a [Value]) -> Result<&'a [Value], TypeError> {
    if keys.is_empty() { Err(arity(name, 0, "1 or more")) } else { Ok(keys) }
}

fn types_of(name: &str, keys: &[Value]) -> Result<Vec<TypeRef>, TypeError> {
    keys.iter()
        .map(|key| match key {
            Value::Type(t) => Ok(t.clone()),
            other => Err(specialization(name, other, "Any-Type")),
        })
        .collect()
}

/// One bound: an integer or `default`.
fn bound(key: &Value, open: i64, issue: &'static str) -> Result<i64, TypeError> {
    match key {
        Value::Int(i) => Ok(*i),
        Value::Default => Ok(open),
        other => {
            let what = if issue == "BAD_INTEGER_SLICE_TYPE" { "Integer-Type" } else { "A Type's size constraint" };
            Err(TypeError::issue(
                issue,
                format!("{what}[] requires all arguments to be integers (or default). Got {}", ruby_class(other)),
            ))
        }
    }
}

fn ordered(min: i64, max: i64) -> Result<Range, TypeError> {
    if min > max {
        return Err(TypeError::new(format!("'from' must be less or equal to 'to'. Got ({min}, {max}")));
    }
    Ok(Range { min, max })
}

fn integer(keys: &[Value]) -> Built {
    let issue = "BAD_INTEGER_SLICE_TYPE";
    if keys.is_empty() || keys.len() > 2 {
        return Err(TypeError::issue(
            "BAD_INTEGER_SLICE_ARITY",
            format!("Integer-Type[] accepts one or two arguments (from, to). Got {}", keys.len()),
        ));
    }
    let min = keys.first().map_or(Ok(i64::MIN), |k| bound(k, i64::MIN, issue))?;
    let max = keys.get(1).map_or(Ok(i64::MAX), |k| bound(k, i64::MAX, issue))?;
    ordered(min, max).map(Type::Integer)
}

fn float(keys: &[Value]) -> Built {
    if keys.is_empty() || keys.len() > 2 {
        return Err(TypeError::issue(
            "BAD_INTEGER_SLICE_ARITY",
            format!("Float-Type supports [] with one or two arguments (from, to). Got {}", keys.len()),
        ));
    }
    let mut limits = [f64::NEG_INFINITY, f64::INFINITY];
    for (key, limit) in keys.iter().zip(&mut limits) {
        match key {
            Value::Float(f) => *limit = *f,
            #[allow(clippy::cast_precision_loss)]
            Value::Int(i) => *limit = *i as f64,
            Value::Default => {}
            other => {
                return Err(TypeError::issue(
                    "BAD_INTEGER_SLICE_TYPE",
                    format!(
                        "Float-Type [] requires all arguments to be floats, or integers (or default). Got {}",
                        ruby_class(other)
                    ),
                ));
            }
        }
    }
    let [min, max] = limits;
    if min > max {
        return Err(TypeError::new("'from' must be less or equal to 'to'."));
    }
    Ok(Type::Float(min, max))
}

/// A size given by one or two bounds, or as an `Integer` type.
fn size(keys: &[Value]) -> Result<Range, TypeError> {
    if let [Value::Type(t)] = keys
        && let Type::Integer(range) = **t
    {
        return Ok(Range { min: range.min.max(0), ..range });
    }
    let issue = "BAD_COLLECTION_SLICE_TYPE";
    let min = keys.first().map_or(Ok(0), |k| bound(k, 0, issue))?;
    let max = keys.get(1).map_or(Ok(i64::MAX), |k| bound(k, i64::MAX, issue))?;
    if min <= 0 && max == i64::MAX {
        return Ok(Range::WRITTEN);
    }
    ordered(min.max(0), max)
}

fn enumerate(keys: &[Value]) -> Built {
    let (keys, ignore_case) = match keys {
        [rest @ .., Value::Bool(flag)] => (rest, *flag),
        all => (all, false),
    };
    let texts: Result<Vec<EcoString>, TypeError> = some("Enum", keys)?
        .iter()
        .map(|key| match key {
            Value::Str(s) => Ok(s.text.clone()),
            other => Err(specialization("Enum", other, "String")),
        })
        .collect();
    Ok(enumeration(texts?, ignore_case))
}

fn pattern(keys: &[Value]) -> Built {
    let mut out: Vec<EcoString> = Vec::new();
    for key in some("Pattern", keys)? {
        match key {
            Value::Str(s) => out.push(s.text.clone()),
            Value::Regex(r) => out.push((&**r).into()),
            Value::Type(t) => match &**t {
                Type::Pattern(patterns) => out.extend(patterns.iter().cloned()),
                Type::Regexp(Some(p)) => out.push(p.clone()),
                _ => return Err(specialization("Pattern", key, "String or Regexp or Pattern-Type or Regexp-Type")),
            },
            _ => return Err(specialization("Pattern", key, "String or Regexp or Pattern-Type or Regexp-Type")),
        }
    }
    match out.iter().find_map(|p| regex::compile(p).err()) {
        Some(e) => Err(TypeError::new(e.to_string())),
        None => Ok(Type::Pattern(out)),
    }
}

fn array(keys: &[Value]) -> Built {
    let any: TypeRef = Type::Any.into();
    match keys {
        [Value::Type(t)] => Ok(Type::Array(t.clone(), Range::SIZE)),
        [Value::Type(t), rest @ ..] if rest.len() <= 2 => Ok(sized_array(t.clone(), size(rest)?)),
        [first, _] if !matches!(first, Value::Type(_)) => Ok(sized_array(any, size(keys)?)),
        [first] | [first, _, _] => Err(slice_type("BAD_TYPE_SLICE_TYPE", "Array", first)),
        _ => Err(arity("Array-Type", keys.len(), "1 to 3")),
    }
}

fn sized_array(element: TypeRef, size: Range) -> Type {
    let element = if size == Range::ZERO { Type::Unit.into() } else { element };
    Type::Array(element, size)
}

fn hash(keys: &[Value]) -> Built {
    let any: TypeRef = Type::Any.into();
    if let [Value::Int(_), Value::Int(_)] = keys {
        let range = size(keys)?;
        let inner = if range == Range::ZERO { Type::Unit.into() } else { any };
        return Ok(Type::Hash(inner.clone(), inner, range));
    }
    if let Some(bad) = keys.iter().take(2).find(|k| !matches!(k, Value::Type(_))) {
        return Err(slice_type("BAD_TYPE_SLICE_TYPE", "Hash", bad));
    }
    match keys {
        [Value::Type(k), Value::Type(v), rest @ ..] if rest.len() <= 2 => {
            Ok(Type::Hash(k.clone(), v.clone(), if rest.is_empty() { Range::SIZE } else { size(rest)? }))
        }
        _ => Err(arity("Hash-Type", keys.len(), "2 to 4")),
    }
}

fn tuple(keys: &[Value]) -> Built {
    let is_bound = |k: Option<&Value>| matches!(k, Some(Value::Int(_) | Value::Default));
    let bounds = match keys.len() {
        n if n >= 2 && is_bound(keys.get(n - 2)) && is_bound(keys.last()) => 2,
        n if n >= 1 && is_bound(keys.last()) => 1,
        _ => 0,
    };
    let (types, limits) = keys.split_at(keys.len() - bounds);
    let limits = if limits.is_empty() { None } else { Some(size(limits)?) };
    Ok(Type::Tuple(types_of("Tuple", some("Tuple", types)?)?, limits))
}

fn structure(params: &[Value], _: &mut dyn TypeContext) -> Built {
    let [param] = params else { return Err(arity("Struct", params.len(), "1")) };
    let Some(entries) = param.as_hash() else { return Err(specialization("Struct", param.sample(), "Hash")) };
    let members: Result<Vec<Member>, TypeError> = entries
        .iter()
        .map(|(key, value)| {
            let Value::Type(value) = value.sample() else {
                return Err(TypeError::new("Struct element value_type must be a Type"));
            };
            let (name, optional) = member_key(key.sample(), value)?;
            Ok(Member { name, optional, value: value.clone() })
        })
        .collect();
    members.map(Type::Struct)
}

/// The key of a `Struct` member: a string, `Optional[…]` or `NotUndef[…]`.
fn member_key(key: &Value, value: &Type) -> Result<(EcoString, bool), TypeError> {
    let implied = value.accepts_undef();
    match key {
        Value::Str(s) if !s.text.is_empty() => Ok((s.text.clone(), implied)),
        Value::Type(t) => {
            let (inner, optional) = match &**t {
                Type::Optional(Some(inner)) => (&**inner, true),
                Type::NotUndef(Some(inner)) => (&**inner, false),
                other => (other, implied),
            };
            single_text(inner).map(|text| (text, optional)).ok_or_else(|| bad_member_key(key))
        }
        _ => Err(bad_member_key(key)),
    }
}

fn single_text(t: &Type) -> Option<EcoString> {
    match t {
        Type::Literal(text) => Some(text.clone()),
        Type::Enum { values, .. } if values.len() == 1 => values.first().cloned(),
        _ => None,
    }
}

fn bad_member_key(key: &Value) -> TypeError {
    TypeError::new(format!(
        "Illegal Struct member key type. Expected NotUndef, Optional, String, or Enum. Got: {}",
        ruby_class(key)
    ))
}

fn callable(params: &[Value]) -> Built {
    if let [Value::Array(inner), Value::Type(returns)] = params {
        let Type::Callable(mut sig) = callable(&inner.items)? else { return Ok(super::any_callable()) };
        sig.returns = (**returns != Type::Any).then(|| returns.clone());
        return Ok(Type::Callable(sig));
    }
    let mut keys = params.to_vec();
    let mut block = None;
    if let Some(Value::Type(last)) = keys.last()
        && is_block(last)
    {
        block = Some(last.clone());
        keys.pop();
    }
    let is_bound = |v: &Value| matches!(v, Value::Int(_) | Value::Default);
    let split = keys.iter().position(is_bound).unwrap_or(keys.len());
    let (types, limits) = keys.split_at(split);
    let size = if limits.is_empty() { None } else { Some(size(limits)?) };
    let types: Vec<Value> = types.iter().map(of_literal).collect();
    let params = Some(types_of("Callable", &types)?);
    Ok(Type::Callable(Box::new(Signature { params, size, block, returns: None })))
}

/// A parameter of a `Callable` that is no type stands for one: a string names a Ruby class.
fn of_literal(key: &Value) -> Value {
    let ty = match key {
        Value::Str(s) => Type::Runtime(vec!["ruby".into(), s.text.clone()]),
        Value::Bool(_) => Type::Boolean(None),
        Value::Regex(r) => Type::Regexp(Some((&**r).into())),
        Value::Undef => Type::Undef,
        other => return other.clone(),
    };
    Value::Type(ty.into())
}

fn is_block(t: &Type) -> bool {
    match t {
        Type::Callable(_) => true,
        Type::Optional(Some(inner)) => is_block(inner),
        Type::Variant(types) => !types.is_empty() && types.iter().all(|t| is_block(t)),
        _ => false,
    }
}

fn semver(keys: &[Value]) -> Built {
    let texts: Result<Vec<EcoString>, TypeError> = some("SemVer", keys)?
        .iter()
        .map(|key| {
            let is_range = matches!(key, Value::Object(o) if o.type_name == "SemVerRange");
            if key.as_str().is_none() && !is_range {
                return Err(specialization("SemVer", key, "String or SemanticPuppet::VersionRange"));
            }
            let text = key.to_string();
            version::range_object(&text)
                .map(|_| text.as_str().into())
                .ok_or_else(|| TypeError::new(format!("Unparsable version range: \"{text}\"")))
        })
        .collect();
    texts.map(Type::SemVer)
}

fn time_type(name: &str, keys: &[Value]) -> Built {
    if keys.len() > 2 {
        return Err(arity(&format!("{name}-Type"), keys.len(), "0 to 2"));
    }
    let mut limits = [i128::MIN, i128::MAX];
    for (key, limit) in keys.iter().zip(&mut limits) {
        *limit = match key {
            Value::Default | Value::Undef => *limit,
            Value::Int(i) => i128::from(*i) * time::SECOND,
            #[allow(clippy::cast_possible_truncation)]
            Value::Float(f) => (*f * 1e9) as i128,
            Value::Str(s) => time::parse_default(name, &s.text)
                .ok_or_else(|| TypeError::new(format!("Unable to parse '{}' using any of the formats", s.text)))?,
            other => time::of_value(other)
                .map(|(_, n)| n)
                .ok_or_else(|| TypeError::new(format!("Unable to create a {name} from a {}", ruby_class(other))))?,
        };
    }
    let [min, max] = limits;
    if min > max {
        let show = if name == "Timestamp" { time::show_timestamp } else { time::show_timespan };
        return Err(TypeError::new(format!("'from' must be less or equal to 'to'. Got ({}, {}", show(min), show(max))));
    }
    Ok(if name == "Timestamp" { Type::Timestamp(min, max) } else { Type::Timespan(min, max) })
}

/// `Resource[type]`, `Resource[type, title]` with a single title.
fn resource(keys: &[Value]) -> Built {
    let type_name = match keys.first() {
        Some(Value::Str(s)) => type_reference(&s.text)?,
        Some(Value::Type(t)) => match &**t {
            Type::Resource { type_name, .. } => type_name.clone(),
            _ => return Err(illegal_resource(keys)),
        },
        _ => return Err(illegal_resource(keys)),
    };
    let title = match keys.get(1) {
        Some(Value::Str(s)) => Some(s.text.clone()),
        None => None,
        Some(other) => return Err(specialization("Resource", other, "a resource title String")),
    };
    Ok(Type::Resource { type_name, title })
}

/// The name of a resource type, as it is written.
pub(crate) fn type_reference(text: &str) -> Result<EcoString, TypeError> {
    let name = capitalize(text);
    let is_word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_uppercase()) && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    if name.split("::").all(is_word) {
        return Ok(name);
    }
    let message = format!("Illegal type reference. The given name '{name}' does not conform to the naming rule");
    Err(TypeError::issue("ILLEGAL_CLASSREF", message))
}

fn illegal_resource(keys: &[Value]) -> TypeError {
    let got = keys.first().map_or("nothing".to_owned(), |k| infer(k).generalize().to_string());
    TypeError::issue(
        "ILLEGAL_RESOURCE_SPECIALIZATION",
        format!("First argument to Resource[] must be a resource type or a String. Got {got}."),
    )
}

/// `a::b` to `A::B`.
#[must_use]
pub(super) fn capitalize(name: &str) -> EcoString {
    let segment = |s: &str| {
        let mut chars = s.chars();
        chars.next().map(|c| c.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
    };
    let lower = if name.starts_with(|c: char| c.is_ascii_uppercase()) { name.to_owned() } else { name.to_lowercase() };
    lower.trim_start_matches("::").split("::").map(segment).collect::<Vec<_>>().join("::").into()
}

fn class(keys: &[Value]) -> Built {
    match keys {
        [Value::Str(s)] => class_name(&s.text),
        [other] => Err(TypeError::issue(
            "ILLEGAL_HOSTCLASS_NAME",
            format!(
                "Illegal Class name in class reference. {} cannot be used where a String is expected",
                super::mismatch::a_an_cap(&infer(other).generalize().to_string())
            ),
        )),
        _ => Err(arity("Class", keys.len(), "1")),
    }
}

/// `Class[name]`.
pub(crate) fn class_name(text: &str) -> Built {
    let name = text.to_lowercase();
    let name = name.strip_prefix("::").unwrap_or(&name);
    let word = |s: &str| {
        s.starts_with(|c: char| c.is_ascii_lowercase()) && s.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if !name.split("::").all(word) {
        return Err(TypeError::issue(
            "ILLEGAL_NAME",
            format!(
                "Illegal name. The given name '{text}' does not conform to the naming rule /^((::)?[a-z_]\\w*)(::[a-z]\\w*)*$/"
            ),
        ));
    }
    Ok(Type::Class { name: Some(name.into()) })
}
