//! File names.

use super::args::{Outcome, arg, count, string};
use crate::eval::error::EvalError;
use crate::eval::interp::{Block, Interp};
use crate::value::Value;

type Cx<'a> = &'a mut dyn Interp;
type Blk = Option<Block>;

/// The last part of a path, as Ruby's `File.basename`.
fn base(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() && !path.is_empty() { "/" } else { trimmed.rsplit('/').next().unwrap_or_default() }
}

pub(super) fn basename(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("basename", args, 1, 2)?;
    let name = base(
        string("basename", "path", arg(args, 0))
            .map_err(|_| EvalError::puppet("basename(): Requires string as first argument"))?,
    );
    let stripped = match args.get(1) {
        None => name,
        Some(v) => {
            let suffix = string("basename", "suffix", v)?;
            if suffix == ".*" {
                name.rfind('.').filter(|at| *at > 0).and_then(|at| name.get(..at)).unwrap_or(name)
            } else {
                name.strip_suffix(suffix).filter(|s| !s.is_empty()).unwrap_or(name)
            }
        }
    };
    Ok(Value::str(stripped))
}

pub(super) fn dirname(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("dirname", args, 1, 1)?;
    let path = string("dirname", "path", arg(args, 0))
        .map_err(|_| EvalError::puppet("dirname(): Requires string as argument"))?;
    if path.is_empty() {
        return Err(EvalError::puppet("dirname(): Requires a non-empty string as argument"));
    }
    Ok(Value::str(match path.trim_end_matches('/').rsplit_once('/') {
        Some((head, _)) if head.trim_end_matches('/').is_empty() => "/",
        Some((head, _)) => head.trim_end_matches('/'),
        None if path.starts_with('/') => "/",
        None => ".",
    }))
}

pub(super) fn extname(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("stdlib::extname", args, 1, 1)?;
    let name = base(string("stdlib::extname", "filename", arg(args, 0))?).trim_start_matches('.');
    let at = name.rfind('.').filter(|at| *at > 0 && at + 1 < name.len());
    Ok(Value::str(at.and_then(|at| name.get(at..)).unwrap_or_default()))
}
