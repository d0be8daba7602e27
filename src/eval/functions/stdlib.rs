//! What is left of stdlib: small things with a rule of their own.

use super::args::{Outcome, arg, count, string, wrong};
use crate::eval::error::EvalError;
use crate::eval::interp::{Block, Interp};
use crate::value::{CauseKind, Value};

type Cx<'a> = &'a mut dyn Interp;
type Blk = Option<Block>;

/// `stdlib::ensure(true, 'directory')`
pub(super) fn ensure(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("stdlib::ensure", args, 1, 2)?;
    let on = match arg(args, 0) {
        Value::Bool(b) => *b,
        Value::Str(s) if matches!(s.text.as_str(), "present" | "absent") => s.text == "present",
        other => {
            return Err(wrong(
                "stdlib::ensure",
                "ensure",
                "a value of type Boolean or Enum['absent', 'present']",
                other,
            ));
        }
    };
    let kind = match args.get(1) {
        None => None,
        Some(v) => Some(string("stdlib::ensure", "resource", v)?),
    };
    let text = match (on, kind) {
        (true, Some("service")) => "running",
        (false, Some("service")) => "stopped",
        (true, Some("package")) => "installed",
        (true, Some(kind @ ("directory" | "file" | "link"))) => kind,
        (_, Some(other)) if !matches!(other, "directory" | "file" | "link" | "mounted" | "package" | "service") => {
            return Err(EvalError::puppet(format!(
                "'stdlib::ensure' parameter 'resource' expects an undef value or a match for Enum['directory', 'file', 'link', 'mounted', 'package', 'service'], got '{other}'"
            )));
        }
        (true, Some("mounted")) => "mounted",
        (true, _) => "present",
        (false, _) => "absent",
    };
    Ok(Value::str(text))
}

pub(super) fn is_function_available(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("is_function_available", args, 1, 1)?;
    let Value::Str(name) = arg(args, 0) else { return Ok(Value::Bool(false)) };
    Ok(Value::Bool(super::find(&name.text).is_some()))
}

/// A password hash: the crypt algorithms are not computed here.
pub(super) fn pw_hash(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("pw_hash", args, 3, 3)?;
    let password = match arg(args, 0) {
        Value::Sensitive(v) => (**v).clone(),
        other => other.clone(),
    };
    let kinds = ["MD5", "SHA-256", "SHA-512", "BCRYPT", "BCRYPT-A", "BCRYPT-X", "BCRYPT-Y"];
    let kind = arg(args, 1).to_string();
    if !kinds.contains(&kind.to_uppercase().as_str()) {
        return Err(EvalError::puppet(format!("pw_hash(): {kind} is not a valid hash type")));
    }
    if arg(args, 2).as_str() == Some("") {
        return Err(EvalError::puppet("pw_hash(): third argument must not be empty"));
    }
    if matches!(password, Value::Undef) || password.as_str() == Some("") {
        return Ok(Value::Undef);
    }
    Ok(Value::unknown(CauseKind::Function, "pw_hash"))
}

/// `deprecation(key, message)`
pub(super) fn deprecation(cx: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("deprecation", args, 2, 3)?;
    cx.log("warning", arg(args, 1).to_string());
    Ok(Value::Undef)
}

/// The current time differs from run to run.
pub(super) fn time(_: Cx<'_>, _: &[Value], _: Blk) -> Outcome {
    Ok(Value::unknown(CauseKind::Function, "time"))
}

/// `stdlib::rewrap_sensitive_data`: one `Sensitive` around data that held some.
pub(super) fn rewrap_sensitive(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("stdlib::rewrap_sensitive_data", args, 1, 1)?;
    let mut found = false;
    let bare = unwrapped(arg(args, 0), &mut found);
    Ok(if found { Value::Sensitive(bare.into()) } else { bare })
}

fn unwrapped(value: &Value, found: &mut bool) -> Value {
    match value {
        Value::Sensitive(inner) => {
            *found = true;
            unwrapped(inner, found)
        }
        Value::Array(a) => Value::array(a.items.iter().map(|v| unwrapped(v, found)).collect()),
        Value::Hash(h) => {
            Value::hash(h.entries.iter().map(|(k, v)| (unwrapped(k, found), unwrapped(v, found))).collect())
        }
        other => other.clone(),
    }
}

/// `parseyaml(text, default)`
pub(super) fn parseyaml(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("parseyaml", args, 1, usize::MAX)?;
    if arg(args, 0).as_str().is_none() && args.len() > 1 {
        // Whatever goes wrong, the default stands in.
        return Ok(arg(args, 1).clone());
    }
    let text = string("parseyaml", "yaml", arg(args, 0))?;
    match super::yaml_read::read(text) {
        Ok(value) => Ok(value),
        Err(_) if args.len() > 1 => Ok(arg(args, 1).clone()),
        Err(why) => Err(EvalError::puppet(why)),
    }
}
