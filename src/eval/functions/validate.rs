//! stdlib's `validate_*`. They return nothing or fail; what is unknown passes.

use super::args::{Outcome, arg, count};
use super::collection::flat;
use super::{network, predicate, types};
use crate::eval::error::EvalError;
use crate::eval::interp::{Block, Interp};
use crate::eval::number::as_float;
use crate::value::{Tri, Value};

type Cx<'a> = &'a mut dyn Interp;
type Blk = Option<Block>;

/// Each argument must pass the test.
macro_rules! validators {
    ($($name:ident => $what:literal, $test:expr;)*) => {
        $(pub(super) fn $name(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
            count(stringify!($name), args, 1, usize::MAX)?;
            let test: fn(&Value) -> bool = $test;
            match args.iter().find(|v| !v.is_unknown() && !test(v.sample())) {
                None => Ok(Value::Undef),
                Some(bad) => Err(EvalError::puppet(format!("{}(): {} {}", stringify!($name), super::ruby::inspect(bad), $what))),
            }
        })*
    };
}

validators! {
    validate_array => "is not an Array.", |v| matches!(v, Value::Array(_));
    validate_bool => "is not a boolean.", |v| matches!(v, Value::Bool(_));
    validate_hash => "is not a Hash.", |v| matches!(v, Value::Hash(_));
    validate_string => "is not a string.", |v| matches!(v, Value::Str(_) | Value::Undef);
    validate_absolute_path => "is not an absolute path.", |v| flat(v).iter().all(|p| predicate::absolute_path(p.as_str().unwrap_or_default()));
    validate_domain_name => "is not a syntactically correct domain name", |v| predicate::domain_name(v.as_str().unwrap_or_default());
    validate_email_address => "is not a valid email", |v| predicate::email_address(v.as_str().unwrap_or_default());
    validate_ip_address => "is not a valid IP address.", |v| network::parse(v.as_str().unwrap_or_default()).is_some();
    validate_ipv4_address => "is not a valid IPv4 address.", |v| network::is_v4(v.as_str().unwrap_or_default());
    validate_ipv6_address => "is not a valid IPv6 address.", |v| network::is_v6(v.as_str().unwrap_or_default());
}

pub(super) fn validate_re(cx: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("validate_re", args, 2, 3)?;
    let text = match arg(args, 0) {
        Value::Str(text) => text.text.clone(),
        number @ (Value::Int(_) | Value::Float(_)) if cx.is_legacy() => number.to_string().into(),
        other => {
            let class = types::ruby_class(other);
            return Err(EvalError::puppet(format!("validate_re(): input needs to be a String, not a {class}")));
        }
    };
    for pattern in flat(arg(args, 1)) {
        let source = if let Value::Regex(r) = &pattern { r.to_string() } else { pattern.to_string() };
        if super::pattern::find(&source, &text)?.is_some() {
            return Ok(Value::Undef);
        }
    }
    let message = args.get(2).map_or_else(
        || {
            format!(
                "validate_re(): {} does not match {}",
                super::ruby::inspect(arg(args, 0)),
                super::ruby::inspect(arg(args, 1))
            )
        },
        ToString::to_string,
    );
    Err(EvalError::puppet(message))
}

pub(super) fn validate_slength(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("validate_slength", args, 2, 3)?;
    let limit = |v: &Value| super::sprintf::to_integer(v).ok().and_then(|n| usize::try_from(n).ok());
    let max = limit(arg(args, 1)).filter(|m| *m > 0);
    let max = max.ok_or_else(|| {
        EvalError::puppet(format!(
            "validate_slength(): Expected second argument to be a positive Numeric, got {}",
            arg(args, 1)
        ))
    })?;
    let min = args.get(2).map_or(Some(0), limit);
    let min = min.ok_or_else(|| {
        EvalError::puppet("validate_slength(): Expected third argument to be unset or a positive Numeric")
    })?;
    for text in flat(arg(args, 0)) {
        let Value::Str(s) = &text else {
            return Err(EvalError::puppet(format!(
                "validate_slength(): Expected first argument to be a String or Array, got {}",
                types::ruby_class(&text)
            )));
        };
        let len = s.text.chars().count();
        if !(min..=max).contains(&len) {
            return Err(EvalError::puppet(format!(
                "validate_slength(): Expected length of {} to be between {min} and {max}, was {len}",
                super::ruby::inspect(&text)
            )));
        }
    }
    Ok(Value::Undef)
}

fn bounds(name: &str, args: &[Value], kind: &str, fits: &dyn Fn(&Value) -> bool) -> Outcome {
    count(name, args, 1, 3)?;
    let number = |v: &Value| match v {
        Value::Str(s) => crate::eval::number::parse(&s.text),
        Value::Int(_) | Value::Float(_) => Some(v.clone()),
        _ => None,
    };
    let bound = |i: usize| args.get(i).and_then(number).and_then(|n| as_float(&n));
    for item in flat(arg(args, 0)) {
        let value = number(&item).filter(|n| fits(n)).and_then(|n| as_float(&n));
        let value = value.ok_or_else(|| {
            EvalError::puppet(format!(
                "{name}(): Expected first argument to be {kind} or Array, got {}",
                types::ruby_class(&item)
            ))
        })?;
        if bound(1).is_some_and(|max| value > max) || bound(2).is_some_and(|min| value < min) {
            return Err(EvalError::puppet(format!("{name}(): Expected {item} to be within the given bounds")));
        }
    }
    Ok(Value::Undef)
}

pub(super) fn validate_integer(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    bounds("validate_integer", args, "an Integer", &|v| matches!(v, Value::Int(_)))
}

pub(super) fn validate_numeric(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    bounds("validate_numeric", args, "a Numeric", &|_| true)
}

/// The type decides, or the older function where it is milder.
pub(super) fn validate_legacy(cx: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("validate_legacy", args, 3, usize::MAX)?;
    let target = match arg(args, 0) {
        Value::Type(t) => t.clone(),
        Value::Str(s) => match crate::value::types::base(&s.text) {
            Some(t) => t.into(),
            None => match cx.type_alias(&s.text) {
                Some(t) => t,
                None => return Ok(Value::Undef),
            },
        },
        other => return Err(super::args::wrong("validate_legacy", "target_type", "a Type value", other)),
    };
    let (function, value) = (arg(args, 1), arg(args, 2));
    if target.matches(value, cx) == Tri::No {
        let asks_the_system =
            |name: &str| matches!(name, "validate_augeas" | "validate_cmd" | "validate_x509_rsa_key_pair");
        let older = function.as_str().filter(|n| n.starts_with("validate_") && !asks_the_system(n));
        if let Some(older) = older.and_then(super::find)
            && older(cx, args.get(2..).unwrap_or_default(), None).is_ok()
        {
            // What the older function lets through is only frowned upon.
            return Ok(Value::Undef);
        }
        return Err(EvalError::puppet(crate::value::types::mismatch(
            &format!("validate_legacy({function})"),
            &target,
            &value.sampled(),
        )));
    }
    Ok(Value::Undef)
}

/// Checks that run a program or read a file: nothing can be said here.
pub(super) fn pass(_: Cx<'_>, _: &[Value], _: Blk) -> Outcome {
    Ok(Value::Undef)
}
