//! Whether an expression does anything besides producing a value.

use super::super::ast::{Expr, ExprKind};

/// Whether evaluating `expr` is known to change nothing.
pub(super) fn has_none(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Paren(e) => has_none(e),
        ExprKind::Binary(op, ..) => {
            !matches!(op, super::super::ast::BinaryOp::Match | super::super::ast::BinaryOp::NotMatch)
        }
        ExprKind::If { cond, then, otherwise } | ExprKind::Unless { cond, then, otherwise } => {
            has_none(cond) && then.iter().chain(otherwise).all(has_none)
        }
        ExprKind::Case { subject, options } => {
            has_none(subject) && options.iter().all(|o| o.values.iter().chain(&o.body).all(has_none))
        }
        ExprKind::Block(block) => block.iter().all(has_none),
        kind => is_value(kind),
    }
}

fn is_value(kind: &ExprKind) -> bool {
    matches!(
        kind,
        ExprKind::Nop
            | ExprKind::Undef
            | ExprKind::Default
            | ExprKind::Bool(_)
            | ExprKind::Int(..)
            | ExprKind::Float(_)
            | ExprKind::Str(_)
            | ExprKind::Concat(_)
            | ExprKind::Heredoc { .. }
            | ExprKind::Regex(_)
            | ExprKind::Name(_)
            | ExprKind::TypeRef(_)
            | ExprKind::Reserved(_)
            | ExprKind::Var(_)
            | ExprKind::Array(_)
            | ExprKind::Hash(_)
            | ExprKind::Unary(..)
            | ExprKind::Access(..)
            | ExprKind::Selector { .. }
    )
}

/// `file { … }` without a title reads as a name and a hash; the name, if `block` is that.
pub(super) fn resource_without_title(block: &[Expr]) -> Option<&str> {
    match block {
        [Expr { kind: ExprKind::Name(name), .. }, Expr { kind: ExprKind::Hash(_), .. }] => Some(name),
        _ => None,
    }
}
