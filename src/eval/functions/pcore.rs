//! Values as rich data (`{"__ptype": …}`), the form in which real Puppet serialises them.

use crate::value::types::{Member, Range, Signature, Type, TypeRef};
use crate::value::{Object, Value, quote, time};
use serde_json::{Map, Value as Json, json};

/// A value as rich data. With `refs`, references to resources are `{"__ref": "File[/x]"}`.
pub(super) fn rich(value: &Value, refs: bool) -> Json {
    match value {
        Value::Undef => Json::Null,
        Value::Default => {
            if refs {
                json!({"__default": true})
            } else {
                json!({"__ptype": "Default"})
            }
        }
        Value::Bool(b) => Json::Bool(*b),
        Value::Int(i) => json!(i),
        Value::Float(f) => serde_json::Number::from_f64(*f).map_or(Json::Null, Json::Number),
        Value::Str(s) => Json::String(s.text.to_string()),
        Value::Array(a) => Json::Array(a.items.iter().map(|v| rich(v, refs)).collect()),
        Value::Hash(h) if refs || h.entries.keys().all(|k| k.as_str().is_some()) => {
            let key = |k: &Value| k.as_str().map_or_else(|| quote::program(k), str::to_owned);
            Json::Object(h.entries.iter().map(|(k, v)| (key(k), rich(v, refs))).collect::<Map<_, _>>())
        }
        Value::Hash(h) => {
            let flat: Vec<Json> = h.entries.iter().flat_map(|(k, v)| [rich(k, refs), rich(v, refs)]).collect();
            json!({"__ptype": "Hash", "__pvalue": flat})
        }
        Value::Type(t) => match &**t {
            Type::Resource { title: Some(_), .. } | Type::Class { name: Some(_) } if refs => {
                json!({"__ref": t.reference()})
            }
            other => ty(other),
        },
        Value::Regex(r) => json!({"__ptype": "Regexp", "__pvalue": &**r}),
        Value::Sensitive(v) => json!({"__ptype": "Sensitive", "__pvalue": rich(v, refs)}),
        Value::Object(o) => object(o, refs),
        Value::Sym(s) => s.sample.as_ref().map_or_else(|| json!({"__unknown": value.to_string()}), |v| rich(v, refs)),
    }
}

/// Whether a value holds a type that is said by itself: `Data` and `RichData` are aliases of that kind.
pub(super) fn is_endless(value: &Value) -> bool {
    match value {
        Value::Type(t) => says_itself(t),
        Value::Array(a) => a.items.iter().any(is_endless),
        Value::Hash(h) => h.entries.iter().any(|(k, v)| is_endless(k) || is_endless(v)),
        Value::Sensitive(v) => is_endless(v),
        _ => false,
    }
}

fn says_itself(t: &Type) -> bool {
    match t {
        Type::Data | Type::RichData => true,
        Type::Array(element, _) => says_itself(element),
        Type::Hash(k, v, _) => says_itself(k) || says_itself(v),
        Type::Tuple(types, _) | Type::Variant(types) => types.iter().any(|t| says_itself(t)),
        Type::Struct(members) => members.iter().any(|m| says_itself(&m.value)),
        Type::Optional(Some(i))
        | Type::NotUndef(Some(i))
        | Type::Type(Some(i))
        | Type::Iterable(Some(i))
        | Type::Iterator(Some(i))
        | Type::Sensitive(Some(i))
        | Type::Init(Some(i), _) => says_itself(i),
        _ => false,
    }
}

fn object(object: &Object, refs: bool) -> Json {
    let name = object.type_name.as_str();
    if matches!(name, "Timestamp" | "Timespan") || object.attrs.contains_key(&Value::str("text")) {
        return json!({"__ptype": name, "__pvalue": Value::Object(object.clone().into()).to_string()});
    }
    let mut map = Map::new();
    map.insert("__ptype".to_owned(), Json::String(name.to_owned()));
    map.extend(object.attrs.iter().map(|(k, v)| (k.to_string(), rich(v, refs))));
    Json::Object(map)
}

/// `{"__ptype": "Pcore::…Type", …}` with the attributes that are not at their default.
fn named(name: &str, attributes: Vec<(&str, Json)>) -> Json {
    let mut map = Map::new();
    map.insert("__ptype".to_owned(), Json::String(format!("Pcore::{name}Type")));
    map.extend(attributes.into_iter().map(|(k, v)| (k.to_owned(), v)));
    Json::Object(map)
}

fn range(r: Range) -> Json {
    let mut bounds = Vec::new();
    if r.min != i64::MIN {
        bounds.push(("from", json!(r.low())));
    } else if r.max != i64::MAX {
        bounds.push(("from", Json::Null));
    }
    if r.max != i64::MAX || r.min == i64::MAX {
        bounds.push(("to", json!(r.max)));
    }
    named("Integer", bounds)
}

fn size(r: Range) -> Option<(&'static str, Json)> {
    (!r.is_plain_size()).then(|| ("size_type", range(r)))
}

fn list(types: &[TypeRef]) -> Json {
    Json::Array(types.iter().map(|t| ty(t)).collect())
}

fn regexp(pattern: &str) -> Json {
    named("Regexp", vec![("pattern", json!(pattern))])
}

fn ty(t: &Type) -> Json {
    match t {
        Type::Integer(r) => range(*r),
        Type::Float(a, b) => {
            let bound = |name, x: f64| x.is_finite().then(|| (name, json!(x)));
            let from = bound("from", *a).or_else(|| b.is_finite().then_some(("from", Json::Null)));
            named("Float", from.into_iter().chain(bound("to", *b)).collect())
        }
        Type::String(r) if r.is_plain_size() => named("String", Vec::new()),
        Type::String(r) => named("String", vec![("size_type_or_value", range(*r))]),
        Type::Literal(text) => named("String", vec![("size_type_or_value", json!(text.as_str()))]),
        Type::Enum { values, ignore_case } => {
            let mut attributes = vec![("values", json!(values.iter().map(|v| v.as_str()).collect::<Vec<_>>()))];
            attributes.extend(ignore_case.then(|| ("case_insensitive", json!(true))));
            named("Enum", attributes)
        }
        Type::Pattern(patterns) => {
            named("Pattern", vec![("patterns", Json::Array(patterns.iter().map(|p| regexp(p)).collect()))])
        }
        Type::Regexp(Some(pattern)) => regexp(pattern),
        Type::Array(..) | Type::Hash(..) | Type::Tuple(..) | Type::Struct(_) | Type::Collection(_) => collection(t),
        Type::Variant(types) => named("Variant", vec![("types", list(types))]),
        Type::Callable(sig) => callable(sig),
        Type::Resource { type_name, title } => {
            let mut attributes = Vec::new();
            attributes.extend((!type_name.is_empty()).then(|| ("type_name", json!(type_name.as_str()))));
            attributes.extend(title.as_ref().map(|t| ("title", json!(t.as_str()))));
            named("Resource", attributes)
        }
        Type::Class { name: Some(name) } => named("Class", vec![("class_name", json!(name.as_str()))]),
        Type::Timestamp(a, b) => time_type("Timestamp", *a, *b, time::show_timestamp),
        Type::Timespan(a, b) => time_type("Timespan", *a, *b, time::show_timespan),
        Type::Runtime(parts) => {
            let names = ["runtime", "name_or_pattern"];
            named("Runtime", names.into_iter().zip(parts.iter().map(|p| json!(p.as_str()))).collect())
        }
        Type::Object(name) if name == "Object" => named("Object", vec![("_pcore_init_hash", json!({}))]),
        Type::SemVer(ranges) if !ranges.is_empty() => {
            let ranges: Vec<Json> =
                ranges.iter().map(|r| json!({"__ptype": "SemVerRange", "__pvalue": r.as_str()})).collect();
            named("SemVer", vec![("ranges", Json::Array(ranges))])
        }
        _ => contained(t),
    }
}

fn time_type(name: &str, a: i128, b: i128, show: fn(i128) -> String) -> Json {
    let bound =
        |key, n: i128| (n != i128::MIN && n != i128::MAX).then(|| (key, json!({"__ptype": name, "__pvalue": show(n)})));
    let to = bound("to", b);
    let from = bound("from", a).or_else(|| to.is_some().then_some(("from", Json::Null)));
    named(name, from.into_iter().chain(to).collect())
}

fn contained(t: &Type) -> Json {
    let inner = match t {
        Type::Optional(i) | Type::NotUndef(i) | Type::Type(i) | Type::Iterable(i) | Type::Iterator(i) => i,
        Type::Init(i, args) => {
            let args: Vec<Json> = args.iter().map(|v| rich(v, false)).collect();
            let args = (!args.is_empty()).then_some(("init_args", Json::Array(args)));
            return named("Init", i.iter().map(|i| ("type", ty(i))).chain(args).collect());
        }
        Type::Sensitive(_) | Type::Boolean(_) => return named(t.name(), Vec::new()),
        Type::Alias(alias) => return json!({"__ptype": "Pcore::TypeAliasType", "name": alias.name.as_str()}),
        other => return named(other.name(), Vec::new()),
    };
    named(t.name(), inner.iter().map(|i| ("type", ty(i))).collect())
}

fn collection(t: &Type) -> Json {
    match t {
        Type::Array(element, s) => {
            // A size brings what it is a size of along.
            let element = (**element != Type::Any || !s.is_plain_size()).then(|| ("element_type", ty(element)));
            named("Array", element.into_iter().chain(size(*s)).collect())
        }
        Type::Hash(k, v, s) => {
            let part = |name, t: &Type| (*t != Type::Any || !s.is_plain_size()).then(|| (name, ty(t)));
            named("Hash", part("key_type", k).into_iter().chain(part("value_type", v)).chain(size(*s)).collect())
        }
        Type::Tuple(types, s) => {
            named("Tuple", std::iter::once(("types", list(types))).chain(s.map(|r| ("size_type", range(r)))).collect())
        }
        Type::Struct(members) => named("Struct", vec![("elements", Json::Array(members.iter().map(member).collect()))]),
        Type::Collection(s) => named("Collection", size(*s).into_iter().collect()),
        _ => Json::Null,
    }
}

fn member(member: &Member) -> Json {
    let key = ty(&Type::Literal(member.name.clone()));
    let key = if member.optional { named("Optional", vec![("type", key)]) } else { key };
    json!({"__ptype": "Pcore::StructElement", "key_type": key, "value_type": ty(&member.value)})
}

fn callable(sig: &Signature) -> Json {
    let tuple = |params: &Vec<TypeRef>| {
        let bounds = sig.size.or(params.is_empty().then_some(Range::ZERO));
        let of_any = params.is_empty() && bounds != Some(Range::ZERO);
        ty(&Type::Tuple(if of_any { vec![Type::Unit.into()] } else { params.clone() }, bounds))
    };
    let or_null = |t: &Option<TypeRef>| t.as_ref().map_or(Json::Null, |t| ty(t));
    named(
        "Callable",
        vec![
            ("param_types", sig.params.as_ref().map_or(Json::Null, tuple)),
            ("block_type", or_null(&sig.block)),
            ("return_type", or_null(&sig.returns)),
        ],
    )
}
