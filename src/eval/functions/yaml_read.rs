//! YAML text to a value.

use crate::value::Value;

/// Reads one document.
pub(super) fn read(_: &str) -> Result<Value, String> {
    Ok(Value::unknown(crate::value::CauseKind::Function, "parseyaml"))
}
