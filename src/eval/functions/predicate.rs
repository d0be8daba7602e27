//! Booleans out of values, and stdlib's `is_*`.

use super::args::{Outcome, arg, count};
use crate::eval::error::EvalError;
use crate::eval::interp::{Block, Interp};
use crate::value::Value;

type Cx<'a> = &'a mut dyn Interp;
type Blk = Option<Block>;

pub(super) fn str2bool(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    if args.is_empty() {
        return Err(EvalError::puppet("str2bool(): Wrong number of arguments given (0 for 1)"));
    }
    truth(arg(args, 0)).map(Value::Bool)
}

fn truth(value: &Value) -> Result<bool, EvalError> {
    match value {
        Value::Bool(b) => Ok(*b),
        Value::Undef => Ok(false),
        Value::Str(s) => match s.text.as_str().to_lowercase().as_str() {
            "1" | "t" | "y" | "true" | "yes" => Ok(true),
            "" | "0" | "f" | "n" | "false" | "no" | "undef" | "undefined" => Ok(false),
            _ => Err(EvalError::puppet("str2bool(): Unknown type of boolean given")),
        },
        _ => Err(EvalError::puppet("str2bool(): Requires string to work with")),
    }
}

pub(super) fn bool2str(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    if args.len() != 1 && args.len() != 3 {
        return Err(EvalError::puppet(format!("bool2str(): Wrong number of arguments given ({} for 3)", args.len())));
    }
    let Value::Bool(b) = arg(args, 0) else {
        return Err(EvalError::puppet("bool2str(): Requires a boolean to work with"));
    };
    if args.iter().skip(1).any(|text| !matches!(text, Value::Str(_) | Value::Undef)) {
        return Err(EvalError::puppet("bool2str(): Requires strings to convert to"));
    }
    Ok(match args.get(if *b { 1 } else { 2 }) {
        None => Value::str(b.to_string()),
        Some(Value::Str(s)) => Value::Str(s.clone()),
        Some(_) => Value::str(""),
    })
}

pub(super) fn num2bool(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    if args.len() != 1 {
        return Err(EvalError::puppet(format!("num2bool(): Wrong number of arguments given ({} for 1)", args.len())));
    }
    number_truth(arg(args, 0)).map(Value::Bool)
}

fn number_truth(value: &Value) -> Result<bool, EvalError> {
    match value {
        Value::Int(i) => Ok(*i > 0),
        Value::Float(f) => Ok(f.trunc() > 0.0),
        Value::Str(s) => crate::value::convert::ruby_float(&s.text).map(|f| f.trunc() > 0.0).ok_or_else(|| {
            let text = &s.text;
            EvalError::puppet(format!(
                "num2bool(): '{text}' does not look like a number: invalid value for Float(): {}",
                super::ruby::quote(text)
            ))
        }),
        other => Ok(super::scan::leading_integer(&other.to_string()) > 0),
    }
}

pub(super) fn bool2num(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    if args.is_empty() {
        return Err(EvalError::puppet("bool2num(): Wrong number of arguments given (0 for 1)"));
    }
    truth(arg(args, 0)).map(|b| Value::Int(i64::from(b)))
}

pub(super) fn any2bool(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    if args.is_empty() {
        return Err(EvalError::puppet("any2bool(): Wrong number of arguments given (0 for 1)"));
    }
    match arg(args, 0) {
        Value::Bool(b) => Ok(Value::Bool(*b)),
        Value::Undef => Ok(Value::Bool(false)),
        number @ (Value::Int(_) | Value::Float(_)) => number_truth(number).map(Value::Bool),
        Value::Str(s) if crate::value::convert::ruby_float(&s.text).is_some() => {
            number_truth(arg(args, 0)).map(Value::Bool)
        }
        text @ Value::Str(_) => truth(text).map(Value::Bool),
        _ => Ok(Value::Bool(true)),
    }
}

/// One test of the only argument.
macro_rules! tests {
    ($($name:ident => $test:expr;)*) => {
        $(pub(super) fn $name(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
            let (name, older) = (stringify!($name), ["is_array", "is_string"]);
            count(name, args, 1, if older.contains(&name) { usize::MAX } else { 1 })?;
            let test: fn(&Value) -> bool = $test;
            Ok(Value::Bool(test(arg(args, 0))))
        })*
    };
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn numeric_text(value: &Value) -> Option<Value> {
    match value {
        Value::Int(_) | Value::Float(_) => Some(value.clone()),
        Value::Str(s) if !s.text.contains(' ') => crate::eval::number::parse(&s.text),
        _ => None,
    }
}

tests! {
    is_array => |v| matches!(v, Value::Array(_));
    is_bool => |v| matches!(v, Value::Bool(_));
    is_hash => |v| matches!(v, Value::Hash(_));
    is_string => |v| matches!(v, Value::Str(_)) && numeric_text(v).is_none();
    is_integer => |v| matches!(numeric_text(v), Some(Value::Int(_)));
    is_float => |v| matches!(numeric_text(v), Some(Value::Float(_)));
    is_numeric => |v| numeric_text(v).is_some();
    is_absolute_path => |v| absolute_path(text(v));
    is_domain_name => |v| matches!(v, Value::Str(_)) && domain_name(text(v));
    is_ip_address => |v| super::network::parse(text(v)).is_some();
    is_ipv4_address => |v| super::network::is_v4(text(v));
    is_ipv6_address => |v| super::network::is_v6(text(v));
    is_mac_address => |v| mac_address(text(v));
    is_email_address => |v| email_address(text(v));
}

/// POSIX or Windows.
pub(super) fn absolute_path(path: &str) -> bool {
    let drive = path.get(1..3).is_some_and(|s| s.starts_with(':') && s.ends_with(['/', '\\']));
    path.starts_with('/') || path.starts_with("\\\\") || drive && path.starts_with(|c: char| c.is_ascii_alphabetic())
}

pub(super) fn domain_name(name: &str) -> bool {
    if name == "." {
        return true;
    }
    let name = name.strip_suffix('.').unwrap_or(name);
    let label = |l: &str| {
        let edge = |c: char| c.is_ascii_alphanumeric();
        let inner = l.chars().all(|c| edge(c) || c == '-');
        !l.is_empty() && l.len() <= 63 && inner && l.starts_with(edge) && l.ends_with(edge)
    };
    let top = name.rsplit_once('.').is_none_or(|(_, top)| top.chars().all(|c| c.is_ascii_alphabetic()));
    !name.is_empty() && name.len() <= 255 && top && name.split('.').all(label)
}

fn mac_address(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    matches!(parts.len(), 6 | 20) && parts.iter().all(|p| p.len() == 2 && p.bytes().all(|b| b.is_ascii_hexdigit()))
}

pub(super) fn email_address(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    match text.split_once('@') {
        Some((local, domain)) => {
            !local.is_empty() && local.chars().all(word) && domain.split('.').all(|l| !l.is_empty() && domain_label(l))
        }
        None => false,
    }
}

fn domain_label(label: &str) -> bool {
    label.len() <= 63
        && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}
