//! Whether two values are the same in everything, their origins included.
//!
//! Stricter than equality in the language: what stands for another value must tell the same story
//! about where it came from, and must print the same.

use crate::catalog::Param;
use crate::value::{Entries, Origin, Sym, SymExpr, Value};
use std::sync::Arc;

/// The same value from the same place.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => a.text == b.text && same_origin(a.origin.as_ref(), b.origin.as_ref()),
        (Value::Array(a), Value::Array(b)) => {
            Arc::ptr_eq(a, b) || same_all(&a.items, &b.items) && same_origin(a.origin.as_ref(), b.origin.as_ref())
        }
        (Value::Hash(a), Value::Hash(b)) => {
            Arc::ptr_eq(a, b)
                || same_entries(&a.entries, &b.entries) && same_origin(a.origin.as_ref(), b.origin.as_ref())
        }
        (Value::Sym(a), Value::Sym(b)) => Arc::ptr_eq(a, b) || same_sym(a, b),
        (Value::Sensitive(a), Value::Sensitive(b)) => same(a, b),
        (Value::Object(a), Value::Object(b)) => {
            Arc::ptr_eq(a, b) || a.type_name == b.type_name && same_entries(&a.attrs, &b.attrs)
        }
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Undef, Value::Undef) | (Value::Default, Value::Default) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Regex(a), Value::Regex(b)) => a == b,
        (Value::Type(ty), Value::Type(other)) => Arc::ptr_eq(ty, other) || a == b,
        _ => false,
    }
}

/// The same, or neither is there.
pub(super) fn same_if_any(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same(a, b),
        (None, None) => true,
        _ => false,
    }
}

/// The same parameters in the same order.
pub(super) fn same_params(a: &[Param], b: &[Param]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.name == b.name && a.at == b.at && same(&a.value, &b.value))
}

/// The same values in the same order.
pub(crate) fn same_all(a: &[Value], b: &[Value]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
}

fn same_entries(a: &Entries, b: &Entries) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|((k, v), (l, w))| same(k, l) && same(v, w))
}

fn same_origin(a: Option<&Arc<Origin>>, b: Option<&Arc<Origin>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a == b,
        (None, None) => true,
        _ => false,
    }
}

fn same_sym(a: &Sym, b: &Sym) -> bool {
    let exprs = match (&a.expr, &b.expr) {
        (SymExpr::Fact(a), SymExpr::Fact(b)) => a == b,
        (SymExpr::Opaque(a), SymExpr::Opaque(b)) => a == b,
        (SymExpr::Concat(a), SymExpr::Concat(b)) | (SymExpr::Choice(a), SymExpr::Choice(b)) => same_all(a, b),
        (SymExpr::Call(f, a), SymExpr::Call(g, b)) => f == g && same_all(a, b),
        _ => false,
    };
    exprs && same_if_any(a.sample.as_ref(), b.sample.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::Loc;

    fn from(text: &str, line: u32) -> Value {
        Value::str_from(text, Arc::new(Origin::Literal(Loc::new("a.pp", line))))
    }

    #[test]
    fn equal_text_of_another_line_is_another_value() {
        assert!(from("x", 1) == from("x", 2));
        assert!(!same(&from("x", 1), &from("x", 2)));
        assert!(same(&from("x", 1), &from("x", 1)));
    }

    #[test]
    fn case_and_kind_matter() {
        assert!(!same(&Value::str("X"), &Value::str("x")));
        assert!(!same(&Value::Int(1), &Value::Float(1.0)));
        assert!(!same(&Value::array(vec![from("x", 1)]), &Value::array(vec![from("x", 2)])));
    }
}
