//! Attributes of the richer values, asked for as if they were methods: `URI('http://a/b').host`.
//!
//! As in Puppet only objects have them; `SemVer`, `Timespan` and types are none. What is no attribute is a function.

use super::error::EvalError;
use super::lift::Res;
use crate::value::{Object, Value, uri};

/// The value of an attribute; `None` if the object has none of this name.
pub(super) fn attribute(object: &Object, name: &str) -> Option<Value> {
    let held = |name: &str| Some(object.attrs.get(&Value::str(name)).cloned().unwrap_or_default());
    match (object.type_name.as_str(), name) {
        ("URI", _) => uri::part(object.attrs.get(&Value::str("text"))?.as_str()?, name),
        ("Error", "message") => held("msg"),
        ("Error", "msg" | "kind" | "details" | "issue_code") | ("Deferred", "name" | "arguments") => held(name),
        _ => None,
    }
}

/// What a call on an unknown value asked for. Where no function of the name is there it may be an attribute of it.
pub(super) fn of_unknown(receiver: Value, name: &str, called: Res<Value>) -> Res<Value> {
    match called {
        Err(EvalError::Puppet { issue: Some("UNKNOWN_FUNCTION"), .. }) if is_any(name) => {
            Ok(Value::call(format!("attribute {name}"), vec![receiver], None))
        }
        called => called,
    }
}

/// Whether objects of any type have an attribute of this name.
fn is_any(name: &str) -> bool {
    let object = |type_name: &str| {
        let attrs = [(Value::str("text"), Value::str(""))].into_iter().collect();
        Object { type_name: type_name.into(), attrs }
    };
    ["URI", "Error", "Deferred"].iter().any(|of| attribute(&object(of), name).is_some())
}

#[cfg(test)]
mod tests {
    use super::{EvalError, of_unknown};
    use crate::value::Value;

    #[test]
    fn what_an_unknown_value_has_is_unknown() {
        let unknown = || Value::call("fact", Vec::new(), None);
        let missing = || Err(EvalError::issue("UNKNOWN_FUNCTION", "Unknown function: 'host'."));
        assert!(of_unknown(unknown(), "host", missing()).is_ok_and(|value| value.is_unknown()));
        assert!(of_unknown(unknown(), "hosts", missing()).is_err());
    }
}
