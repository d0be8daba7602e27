//! Methods that values do not have: calling one raises, whatever of Ruby is evaluated here.
//!
//! The lists hold what Ruby 2.7 to 3.4 knows with Puppet loaded. A method that is on them and is not evaluated here leaves
//! something unknown; one that is not on them is an error on every server.

use crate::value::Value;
use crate::value::inspect::inspect;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::LazyLock;

/// Longest value that an error shows.
const MAX_SHOWN: usize = 65;

static KNOWN: LazyLock<FxHashMap<&str, FxHashSet<&str>>> = LazyLock::new(|| {
    let lines = include_str!("../../../rules/knowledge/ruby-methods.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' ')).map(|(class, names)| (class, names.split(' ').collect())).collect()
});

/// What Ruby says of a call of a method that the value does not have; `None` if it may have it.
pub(crate) fn undefined(receiver: &Value, name: &str) -> Option<String> {
    let class = super::class_name(receiver);
    let own = KNOWN.get(class)?;
    let exists = own.contains(name) || KNOWN.get("Object").is_some_and(|all| all.contains(name));
    (!exists).then(|| {
        let shown = inspect(receiver);
        match shown.len() > MAX_SHOWN {
            true => format!("undefined method `{name}' for an instance of {class}"),
            false => format!("undefined method `{name}' for {shown}:{class}"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_no_ruby_has_is_lacking() {
        let text = Value::str("x");
        assert_eq!(undefined(&text, "join").as_deref(), Some("undefined method `join' for \"x\":String"));
        assert_eq!(undefined(&Value::Undef, "join").as_deref(), Some("undefined method `join' for nil:NilClass"));
        assert_eq!(undefined(&text, "each").is_some(), undefined(&Value::Int(1), "gsub").is_some());
        for (value, name) in [(&text, "unpack1"), (&text, "to_json"), (&text, "taint"), (&Value::Undef, "to_a")] {
            assert_eq!(undefined(value, name), None, "{name}");
        }
        assert!(
            undefined(&Value::array(vec![]), "keys").is_some() && undefined(&Value::Bool(true), "empty?").is_some()
        );
    }
}
