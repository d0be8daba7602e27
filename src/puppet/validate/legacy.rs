//! Rules that came with Puppet 4. In the older dialect breaking one is named, not refused.

use super::super::ast::{Expr, ExprKind};
use super::Checker;

/// What to call a broken rule that the older dialect did not have.
pub(super) fn tolerated(issue: &str) -> Option<&'static str> {
    Some(match issue {
        "ILLEGAL_DEFINITION_NAME" => "definition name with a dash or a leading digit",
        "RESERVED_PARAMETER" => "parameter called name or title",
        "DUPLICATE_PARAMETER" => "parameter declared twice",
        "RESERVED_TYPE_NAME" => "definition named like a built-in type",
        "ILLEGAL_NODE_INHERITANCE" => "node inheritance",
        "APPENDS_DELETES_NO_LONGER_SUPPORTED" => "+= on a variable",
        "ILLEGAL_INDEXED_ASSIGNMENT" => "assignment to an element of a hash",
        "ILLEGAL_VAR_NAME" | "ILLEGAL_PARAM_NAME" => "variable name with a capital letter or a dash",
        _ => return None,
    })
}

impl Checker<'_> {
    /// An empty `if` or `case` was a statement like any other.
    pub(super) fn old_idle(&self, expr: &Expr) -> bool {
        self.legacy.is_some()
            && matches!(expr.kind, ExprKind::If { .. } | ExprKind::Unless { .. } | ExprKind::Case { .. })
    }
}
