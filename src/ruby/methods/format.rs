//! `format` and `%`, and what Ruby's values print as in them.

use super::{class_name, inspect};
use crate::ruby::values;
use crate::value::Value;
use crate::value::convert::Refused;
use crate::value::sprintf::{self, Kernel};

struct Own;

impl Kernel for Own {
    fn to_s(&self, value: &Value) -> String {
        inspect::to_s(value).to_string()
    }

    fn inspect(&self, value: &Value) -> String {
        inspect::inspect(value).to_string()
    }

    fn key(&self, name: &str) -> Value {
        values::symbol(name)
    }

    fn class(&self, value: &Value) -> String {
        class_of(value)
    }
}

/// A value's class as an error of a conversion names it.
pub(crate) fn class_of(value: &Value) -> String {
    match value {
        Value::Undef => "nil".to_owned(),
        Value::Bool(_) => value.to_string(),
        other => class_name(other).to_owned(),
    }
}

/// Formats values of which none is symbolic.
pub(crate) fn sprintf(template: &str, args: &[Value]) -> Result<String, Refused> {
    sprintf::format(template, args, &Own)
}
