//! Naming rules of variables, parameters, classes and hosts.

use super::super::ast::{Expr, Param};
use super::Checker;

/// Types and words of the language that a class, define or function may not take.
const RESERVED_TYPES: [&str; 28] = [
    "any",
    "array",
    "boolean",
    "collection",
    "enum",
    "float",
    "hash",
    "init",
    "integer",
    "numeric",
    "object",
    "optional",
    "pattern",
    "regexp",
    "runtime",
    "scalar",
    "semver",
    "semverrange",
    "sensitive",
    "string",
    "struct",
    "timespan",
    "timestamp",
    "tuple",
    "type",
    "typeset",
    "unit",
    "variant",
];

/// Whether `name` is taken by the type system.
pub(super) fn is_reserved_type(name: &str) -> bool {
    RESERVED_TYPES.binary_search(&name).is_ok()
}

/// `0`, or a decimal number that does not start with 0.
pub(super) fn is_match_variable(name: &str) -> bool {
    name == "0" || (!name.starts_with('0') && !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit()))
}

/// `(::)?([a-z]\w*::)*[a-z_]\w*`
fn is_variable(name: &str) -> bool {
    let mut segments = name.strip_prefix("::").unwrap_or(name).split("::").peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        if !is_segment(segment, |b| b.is_ascii_lowercase() || (last && b == b'_')) {
            return false;
        }
    }
    true
}

fn is_segment(segment: &str, first: impl Fn(u8) -> bool) -> bool {
    let bytes = segment.as_bytes();
    bytes.first().is_some_and(|b| first(*b)) && bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

/// The rule for names of classes, defines and functions.
pub(super) fn is_declarable(name: &str) -> bool {
    name.split("::").all(|s| is_segment(s, |b| b.is_ascii_lowercase()))
}

/// The rule for names of type aliases.
pub(super) fn is_declarable_type(name: &str) -> bool {
    name.split("::").all(|s| is_segment(s, |b| b.is_ascii_uppercase()))
}

/// Letters, digits, `_`, `-` and `.`.
pub(super) fn is_hostname(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

fn is_numeric_parameter(name: &str) -> bool {
    let digits = name.strip_prefix("0x").unwrap_or(name);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

impl Checker<'_> {
    pub(super) fn variable(&mut self, name: &str, expr: &Expr) {
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            if !is_match_variable(name) {
                let message = format!(
                    "Illegal numeric variable name, The given name '{name}' must be a decimal value if it starts with a digit 0-9"
                );
                self.error("ILLEGAL_NUMERIC_VAR_NAME", message, expr);
            }
        } else if !is_variable(name) {
            let rule = "/^((::)?[a-z]\\w*)*((::)?[a-z_]\\w*)$/";
            let message =
                format!("Illegal variable name, The given name '{name}' does not conform to the naming rule {rule}");
            self.error("ILLEGAL_VAR_NAME", message, expr);
        }
    }

    pub(super) fn param_name(&mut self, param: &Param) {
        let name = &param.name;
        if is_numeric_parameter(name) {
            let message = format!(
                "The numeric parameter name '${name}' cannot be used (clashes with numeric match result variables)"
            );
            self.error_at("ILLEGAL_NUMERIC_PARAMETER", message, param.span);
        }
        if !is_segment(name, |b| b.is_ascii_lowercase() || b == b'_') {
            let message = format!(
                "Illegal parameter name. The given name '{name}' does not conform to the naming rule /^[a-z_]\\w*$/"
            );
            self.error_at("ILLEGAL_PARAM_NAME", message, param.span);
        }
    }
}
