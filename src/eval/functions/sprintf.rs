//! `sprintf`, and what values print as in it.

use super::args::{Outcome, arg, string};
use super::ruby;
use crate::eval::error::EvalError;
use crate::eval::interp::{Block, Interp};
use crate::value::convert::{self, Refused};
use crate::value::sprintf::{Kernel, Spec};
use crate::value::{Value, sprintf as by_ruby};

/// Values as the Puppet language hands them to Ruby.
struct Handed;

impl Kernel for Handed {
    fn to_s(&self, value: &Value) -> String {
        ruby::to_s(value)
    }

    fn inspect(&self, value: &Value) -> String {
        ruby::inspect(value)
    }

    fn key(&self, name: &str) -> Value {
        Value::str(name)
    }

    fn class(&self, value: &Value) -> String {
        super::types::ruby_short(value).to_owned()
    }
}

pub(super) fn sprintf(_: &mut dyn Interp, args: &[Value], _: Option<Block>) -> Outcome {
    if args.is_empty() {
        return Err(EvalError::puppet("sprintf(): Wrong number of arguments given (0 for 1)"));
    }
    // A function of the old kind: `undef` arrives as an empty string.
    let template = if matches!(arg(args, 0), Value::Undef) { "" } else { string("sprintf", "format", arg(args, 0))? };
    let old = |v: &Value| if matches!(v, Value::Undef) { Value::str("") } else { v.clone() };
    let given: Vec<Value> = args.iter().skip(1).map(old).collect();
    format(template, &given).map(Value::str)
}

/// `sprintf_hash(format, hash)`
pub(super) fn sprintf_hash(_: &mut dyn Interp, args: &[Value], _: Option<Block>) -> Outcome {
    super::args::count("sprintf_hash", args, 2, 2)?;
    super::args::hash("sprintf_hash", "arguments", arg(args, 1))?;
    format(string("sprintf_hash", "format", arg(args, 0))?, args.get(1..).unwrap_or_default()).map(Value::str)
}

/// Formats arguments.
fn format(template: &str, args: &[Value]) -> Result<String, EvalError> {
    by_ruby::format(template, args, &Handed).map_err(error)
}

/// One value by one directive.
pub(super) fn render(spec: &Spec, value: &Value) -> Result<String, EvalError> {
    by_ruby::render(spec, value, &Handed).map_err(error)
}

/// `Integer(value)`
pub(super) fn to_integer(value: &Value) -> Result<i64, EvalError> {
    convert::integer(value, |v| super::types::ruby_short(v).to_owned()).map_err(error)
}

fn error(refused: Refused) -> EvalError {
    match refused {
        Refused::Argument(message) => EvalError::puppet(message),
        Refused::TooLong => EvalError::Limit { what: "sprintf() makes too long a string".to_owned(), at: None },
    }
}
