//! `Type.new(value)`: conversions between types.

use super::args::{Outcome, arg, call, count, elements, hash_value, wrong};
use super::{encode, format};
use crate::eval::error::EvalError;
use crate::eval::interp::{Block, Interp};
use crate::eval::number;
use crate::value::types::{self, Type};
use crate::value::{Entries, Object, Tri, Value, regex, time, version};
use std::sync::Arc;

/// `new(type, args…)`, `Type(args…)`
pub(super) fn new(cx: &mut dyn Interp, args: &[Value], block: Option<Block>) -> Outcome {
    count("new", args, 1, usize::MAX)?;
    let target = match arg(args, 0) {
        Value::Type(t) => t.clone(),
        other => return Err(wrong("new", "type", "a Type value", other)),
    };
    let given = args.get(1..).unwrap_or_default();
    let made = instance(cx, &target, given)?;
    match block {
        Some(block) => call(cx, block, &[made]),
        None => Ok(made),
    }
}

/// `convert_to(value, type, args…)`
pub(super) fn convert_to(cx: &mut dyn Interp, args: &[Value], block: Option<Block>) -> Outcome {
    count("convert_to", args, 2, usize::MAX)?;
    let mut swapped = args.to_vec();
    swapped.swap(0, 1);
    if !matches!(arg(args, 1), Value::Type(_)) {
        return Err(wrong("convert_to", "type", "a Type value", arg(args, 1)));
    }
    new(cx, &swapped, block)
}

fn instance(cx: &mut dyn Interp, target: &Type, args: &[Value]) -> Outcome {
    if let [only] = args
        && !matches!(target, Type::Init(..))
        && target.matches(only, cx) == Tri::Yes
    {
        return Ok(only.clone());
    }
    let made = make(target, args, 0)?;
    if target.matches(&made, cx) == Tri::No {
        let subject = format!("Converted value from {target}.new()");
        let text = types::mismatch(&subject, target, &made);
        return Err(EvalError::puppet(text.replacen(" expects", " has wrong type, expects", 1)));
    }
    Ok(made)
}

fn unsupported(target: &Type) -> EvalError {
    EvalError::puppet(format!("Creation of new instance of type '{}' is not supported", target.expanded()))
}

fn make(target: &Type, args: &[Value], depth: u32) -> Outcome {
    let one = || count(&format!("new_{}", target.name().to_lowercase()), args, 1, 3);
    match target {
        Type::Integer(_) => one().and_then(|()| integer(args)),
        Type::Float(..) => one().and_then(|()| float(args)),
        Type::Numeric => one().and_then(|()| numeric(args)),
        Type::Boolean(_) => one().and_then(|()| boolean(arg(args, 0))),
        Type::String(_) => one().and_then(|()| format::to_text(arg(args, 0), arg(args, 1))),
        Type::Array(..) | Type::Tuple(..) => one().and_then(|()| array(args)),
        Type::Hash(..) | Type::Struct(_) => one().and_then(|()| hash(args)),
        Type::Optional(Some(inner)) | Type::NotUndef(Some(inner)) if depth < 32 => make(inner, args, depth + 1),
        Type::NotUndef(None) => one().map(|()| arg(args, 0).clone()),
        Type::Init(Some(inner), extra) if depth < 32 => {
            let all: Vec<Value> = args.iter().chain(extra).cloned().collect();
            make(inner, &all, depth + 1)
        }
        Type::Alias(_) if depth < 32 => match target.resolved() {
            Some(inner) => make(inner, args, depth + 1),
            None => Err(unsupported(target)),
        },
        Type::Sensitive(_) => count("new_Sensitive", args, 1, 1).map(|()| match arg(args, 0) {
            Value::Sensitive(v) => Value::Sensitive(v.clone()),
            other => Value::Sensitive(Arc::new(other.clone())),
        }),
        _ => make_rich(target, args),
    }
}

fn make_rich(target: &Type, args: &[Value]) -> Outcome {
    match target {
        Type::Regexp(_) => {
            let text = super::args::string("new_regexp", "pattern", arg(args, 0))?;
            let text = if matches!(arg(args, 1), Value::Bool(true)) { regex::escape(text) } else { text.to_owned() };
            regex::compile(&text).map_err(|e| EvalError::puppet(e.to_string()))?;
            Ok(Value::Regex(text.as_str().into()))
        }
        Type::Timestamp(..) => super::strftime::new_timestamp(args),
        Type::Timespan(..) => super::strftime::new_timespan(args),
        Type::SemVer(_) => semver(args),
        Type::SemVerRange => semver_range(args),
        Type::Binary => encode::new_binary(args),
        Type::Uri(_) => Ok(with_text("URI", &arg(args, 0).to_string())),
        Type::Object(name) if matches!(name.as_str(), "Deferred" | "Error" | "Target") => Ok(named(name, args)),
        Type::Type(_) => match arg(args, 0) {
            Value::Str(s) => types::base(&s.text).map(|t| Value::Type(t.into())).ok_or_else(|| {
                EvalError::puppet(format!("The expression <{}> is not a valid type specification.", s.text))
            }),
            other => Err(wrong("new_type", "type_string", "a String value", other)),
        },
        other => Err(unsupported(other)),
    }
}

fn with_text(kind: &str, text: &str) -> Value {
    let attrs: Entries = [(Value::str("text"), Value::str(text))].into_iter().collect();
    Value::Object(Arc::new(Object { type_name: kind.into(), attrs }))
}

/// Objects whose attributes are given in order or as one hash.
fn named(kind: &str, args: &[Value]) -> Value {
    let names: &[&str] = match kind {
        "Deferred" => &["name", "arguments"],
        "Error" => &["msg", "kind", "details", "issue_code"],
        _ => &["uri", "options"],
    };
    let attrs: Entries = match args {
        [Value::Hash(h)] => h.entries.clone(),
        _ => names.iter().zip(args).map(|(n, v)| (Value::str(*n), v.clone())).collect(),
    };
    Value::Object(Arc::new(Object { type_name: kind.into(), attrs }))
}

fn cannot(value: &Value, kind: &str) -> EvalError {
    EvalError::puppet(match value {
        Value::Str(s) => format!("'new' The string '{}' cannot be converted to {kind}", s.text),
        other => format!("'new' Value of type {} cannot be converted to {kind}", types::infer(other).generalize()),
    })
}

/// Arguments given as one hash (`{from => …, radix => …}`) in their order.
fn positional(args: &[Value], names: &[&str]) -> Vec<Value> {
    match args {
        [Value::Hash(h)] => {
            names.iter().map(|n| h.entries.get(&Value::str(*n)).cloned().unwrap_or(Value::Default)).collect()
        }
        _ => args.to_vec(),
    }
}

fn integer(args: &[Value]) -> Outcome {
    let args = positional(args, &["from", "radix", "abs"]);
    let from = arg(&args, 0);
    let radix = match args.get(1) {
        None | Some(Value::Default) => None,
        Some(Value::Int(r @ (2 | 8 | 10 | 16))) => u32::try_from(*r).ok(),
        Some(Value::Int(r)) => {
            return Err(EvalError::puppet(format!("Illegal radix: {r}, expected 2, 8, 10, 16, or default")));
        }
        Some(other) => return Err(wrong("new_integer", "radix", "a value of type Default or Integer", other)),
    };
    let value = match from {
        Value::Int(i) => Some(*i),
        Value::Float(f) => number::to_int(*f),
        Value::Bool(b) => Some(i64::from(*b)),
        Value::Str(s) => text_to_integer(&s.text, radix),
        other => time::of_value(other).and_then(|(_, n)| i64::try_from(n.div_euclid(time::SECOND)).ok()),
    };
    let value = value.ok_or_else(|| cannot(from, "Integer"))?;
    Ok(Value::Int(if matches!(args.get(2), Some(Value::Bool(true))) { value.saturating_abs() } else { value }))
}

/// Sign, blanks, then digits with an optional `0x` or `0b`.
fn text_to_integer(text: &str, radix: Option<u32>) -> Option<i64> {
    let (sign, body) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.get(..1)?, rest),
        None => ("", text),
    };
    let body = body.trim_start_matches(char::is_whitespace);
    let lower = body.to_ascii_lowercase();
    let digits = |s: &str, base: u32| !s.is_empty() && s.chars().all(|c| c.is_digit(base));
    let shaped = digits(&lower, 10)
        || lower.strip_prefix("0x").is_some_and(|s| digits(s, 16))
        || lower.strip_prefix("0b").is_some_and(|s| digits(s, 2));
    shaped.then(|| crate::value::convert::ruby_integer(&format!("{sign}{body}"), radix)).flatten()
}

/// The text of a float: digits, fraction, exponent; hex, octal and binary integers too.
fn text_to_number(text: &str) -> Option<Value> {
    let (negative, body) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    let body = body.trim_start_matches(char::is_whitespace);
    let lower = body.to_ascii_lowercase();
    let found = if lower.starts_with("0b") {
        crate::value::convert::ruby_integer(&lower, None).map(Value::Int)?
    } else {
        number::parse(&lower)?
    };
    Some(match found {
        Value::Int(i) if negative => Value::Int(i.checked_neg()?),
        Value::Float(f) if negative => Value::Float(-f),
        other => other,
    })
}

fn numeric(args: &[Value]) -> Outcome {
    let args = positional(args, &["from", "abs"]);
    let from = arg(&args, 0);
    let value = match from {
        Value::Int(_) | Value::Float(_) => Some(from.clone()),
        Value::Bool(b) => Some(Value::Int(i64::from(*b))),
        Value::Str(s) => text_to_number(&s.text),
        other => seconds(other).map(Value::Float),
    };
    absolute(value.ok_or_else(|| cannot(from, "Numeric"))?, args.get(1))
}

#[allow(clippy::cast_precision_loss)]
fn seconds(value: &Value) -> Option<f64> {
    time::of_value(value).map(|(_, n)| n as f64 / 1e9)
}

fn absolute(value: Value, flag: Option<&Value>) -> Outcome {
    Ok(match (value, flag) {
        (Value::Int(i), Some(Value::Bool(true))) => Value::Int(i.saturating_abs()),
        (Value::Float(f), Some(Value::Bool(true))) => Value::Float(f.abs()),
        (other, _) => other,
    })
}

fn float(args: &[Value]) -> Outcome {
    let args = positional(args, &["from", "abs"]);
    let from = arg(&args, 0);
    let value = match from {
        Value::Float(f) => Some(*f),
        Value::Int(i) => Some(number::to_float(*i)),
        Value::Bool(b) => Some(f64::from(u8::from(*b))),
        Value::Str(s) => float_text(&s.text),
        other => seconds(other),
    };
    absolute(Value::Float(value.ok_or_else(|| cannot(from, "Float"))?), args.get(1))
}

fn float_text(text: &str) -> Option<f64> {
    match text_to_number(text) {
        // A float does not know octal: `010` is ten.
        Some(Value::Int(_)) if !text.to_ascii_lowercase().contains(['x', 'b']) => {
            crate::value::convert::ruby_float(&text.replace(' ', ""))
        }
        Some(value) => number::as_float(&value),
        None => None,
    }
}

fn boolean(from: &Value) -> Outcome {
    let value = match from {
        Value::Bool(b) => Some(*b),
        Value::Int(i) => Some(*i != 0),
        Value::Float(f) => Some(*f != 0.0),
        Value::Str(s) => match s.text.as_str().to_lowercase().as_str() {
            "true" | "yes" | "y" => Some(true),
            "false" | "no" | "n" => Some(false),
            _ => None,
        },
        _ => None,
    };
    value.map(Value::Bool).ok_or_else(|| match from {
        Value::Str(s) => {
            EvalError::puppet(format!("'new_boolean' The string '{}' cannot be converted to Boolean", s.text))
        }
        other => EvalError::puppet(format!(
            "'new_boolean' Value of type {} cannot be converted to Boolean",
            types::infer(other).generalize()
        )),
    })
}

fn array(args: &[Value]) -> Outcome {
    let from = arg(args, 0);
    match (from, args.get(1)) {
        (Value::Array(_), _) => Ok(from.clone()),
        (_, Some(Value::Bool(true))) => Ok(Value::array(vec![from.clone()])),
        (Value::Object(o), _) if o.type_name == "Binary" => {
            Ok(Value::array(encode::binary_bytes(o).into_iter().map(|b| Value::Int(i64::from(b))).collect()))
        }
        _ => match elements("Array", from)? {
            Some(items) => Ok(Value::array(items)),
            None => Err(EvalError::puppet(format!(
                "'new_array' Value of type {} cannot be converted to Array",
                types::infer(from).generalize()
            ))),
        },
    }
}

fn hash(args: &[Value]) -> Outcome {
    let from = arg(args, 0);
    let tree = match args.get(1) {
        None => None,
        Some(Value::Str(s)) if matches!(s.text.as_str(), "tree" | "hash_tree") => Some(s.text == "hash_tree"),
        Some(other) => return Err(wrong("new_hash", "build_option", "a match for Enum['hash_tree', 'tree']", other)),
    };
    let items = match from {
        Value::Hash(_) => return Ok(from.clone()),
        Value::Array(a) => a.items.clone(),
        other => elements("Hash", other)?.ok_or_else(|| {
            EvalError::puppet(format!("Value of type {} cannot be converted to Hash", types::infer(other).generalize()))
        })?,
    };
    if let Some(all_hashes) = tree {
        return from_tree(&items, all_hashes);
    }
    let pairs: Option<Vec<(Value, Value)>> = items.iter().map(as_pair).collect();
    match pairs {
        Some(pairs) if matches!(from, Value::Array(_)) => Ok(hash_value(pairs)),
        _ if items.len() % 2 == 1 => Err(EvalError::puppet("odd number of arguments for Hash")),
        _ => Ok(hash_value(items.chunks_exact(2).filter_map(|c| Some((c.first()?.clone(), c.get(1)?.clone()))))),
    }
}

fn as_pair(item: &Value) -> Option<(Value, Value)> {
    match item {
        Value::Array(a) => match a.items.as_slice() {
            [k, v] => Some((k.clone(), v.clone())),
            _ => None,
        },
        _ => None,
    }
}

/// Paths and values to nested hashes.
fn from_tree(items: &[Value], all_hashes: bool) -> Outcome {
    let mut root = Value::hash(Entries::default());
    for item in items {
        let Some((Value::Array(path), value)) = as_pair(item) else {
            return Err(EvalError::puppet("'new_hash' parameter 'from' expects an Array[Tuple[Array, Any], 1] value"));
        };
        let value = if all_hashes && !path.items.is_empty() { array_as_hash(&value) } else { value };
        if path.items.is_empty() {
            root = merged_root(&value);
        } else {
            root = put(&root, &path.items, &value);
        }
    }
    Ok(root)
}

fn merged_root(value: &Value) -> Value {
    match value {
        Value::Array(a) => {
            hash_value(a.items.iter().enumerate().map(|(i, v)| (Value::Int(i64::try_from(i).unwrap_or(0)), v.clone())))
        }
        other => other.clone(),
    }
}

fn array_as_hash(value: &Value) -> Value {
    match value {
        Value::Array(a) => hash_value(
            a.items.iter().enumerate().map(|(i, v)| (Value::Int(i64::try_from(i).unwrap_or(0)), array_as_hash(v))),
        ),
        other => other.clone(),
    }
}

fn put(container: &Value, path: &[Value], value: &Value) -> Value {
    let Some((key, rest)) = path.split_first() else { return value.clone() };
    match container {
        Value::Array(a) => {
            let mut items = a.items.clone();
            if let Value::Int(i) = key
                && let Ok(i) = usize::try_from(*i)
                && i <= items.len().saturating_add(1000)
            {
                if i >= items.len() {
                    items.resize(i + 1, Value::Undef);
                }
                if let Some(slot) = items.get_mut(i) {
                    *slot = put(&slot.clone(), rest, value);
                }
            }
            Value::array(items)
        }
        other => {
            let mut entries = other.as_hash().cloned().unwrap_or_default();
            let inner = entries.get(key).cloned().unwrap_or_else(|| Value::hash(Entries::default()));
            entries.insert(key.clone(), put(&inner, rest, value));
            Value::hash(entries)
        }
    }
}

fn semver(args: &[Value]) -> Outcome {
    let part = |i: usize| args.get(i).map(ToString::to_string);
    let text = match args {
        [Value::Str(s)] => s.text.to_string(),
        [Value::Hash(h)] => {
            let get = |n: &str| h.entries.get(&Value::str(n)).map(ToString::to_string);
            let tail = |sign: &str, n: &str| get(n).map(|v| format!("{sign}{v}")).unwrap_or_default();
            let number = |n: &str| get(n).unwrap_or_else(|| "0".to_owned());
            format!(
                "{}.{}.{}{}{}",
                number("major"),
                number("minor"),
                number("patch"),
                tail("-", "prerelease"),
                tail("+", "build")
            )
        }
        [Value::Int(_), Value::Int(_), Value::Int(_), ..] => {
            let base = args.iter().take(3).map(ToString::to_string).collect::<Vec<_>>().join(".");
            let pre = part(3).map(|p| format!("-{p}")).unwrap_or_default();
            let build = part(4).map(|b| format!("+{b}")).unwrap_or_default();
            format!("{base}{pre}{build}")
        }
        _ => {
            return Err(super::args::no_signature(
                "new_SemVer",
                &[
                    "SemVerString str",
                    "PositiveInteger major, PositiveInteger minor, PositiveInteger patch, Optional[SemVerQualifier] prerelease?, Optional[SemVerQualifier] build?",
                    "SemVerHash hash_args",
                ],
            ));
        }
    };
    version::parse(&text)
        .map(|v| version::object(&v))
        .ok_or_else(|| EvalError::puppet(format!("The string '{text}' cannot be converted to a SemVer")))
}

fn semver_range(args: &[Value]) -> Outcome {
    let text = match args {
        [Value::Str(s)] => s.text.to_string(),
        [a, b, rest @ ..] => {
            let high = if matches!(rest.first(), Some(Value::Bool(true))) { "<" } else { "<=" };
            let bound =
                |v: &Value, op: &str| if matches!(v, Value::Default) { String::new() } else { format!("{op}{v} ") };
            format!("{}{}", bound(a, ">="), bound(b, high)).trim().to_owned()
        }
        _ => return Err(super::args::no_signature("new_SemVerRange", &["SemVerRangeString str"])),
    };
    version::range_object(&text).ok_or_else(|| EvalError::puppet(format!("Unparsable version range: \"{text}\"")))
}
