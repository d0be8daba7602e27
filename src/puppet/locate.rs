//! Where Puppet says an expression stands: at its operator, its arrow, its dot.

use super::ast::{Expr, ExprKind};
use super::lexer::is_blank;

/// The byte offset that Puppet reports for `expr`.
pub(crate) fn offset(expr: &Expr, src: &str) -> u32 {
    match &expr.kind {
        ExprKind::Binary(_, left, _) | ExprKind::Assign(_, left, _) | ExprKind::Relation(_, left, _) => next_code(src, left.span.end),
        ExprKind::Selector { subject, .. } => offset(subject, src),
        ExprKind::Access(base, _) => offset(base, src),
        ExprKind::Call(call) => offset(&call.functor, src),
        ExprKind::Method(call) if call.parens => next_code(src, call.name_span.end),
        ExprKind::Method(call) => next_code(src, call.receiver.span.end),
        ExprKind::Collect(collector) => offset(&collector.type_name, src),
        ExprKind::Resource(r) if r.form == super::ast::Form::Regular => offset(&r.type_name, src),
        _ => expr.span.start,
    }
}

/// The first byte at or after `from` that is neither blank nor comment.
pub(crate) fn next_code(src: &str, from: u32) -> u32 {
    let mut at = from as usize;
    loop {
        let rest = src.get(at..).unwrap_or("");
        let blank = rest.len() - rest.trim_start_matches(|c| is_blank(c) || matches!(c, '\r' | '\n')).len();
        at += blank;
        let rest = src.get(at..).unwrap_or("");
        at += if rest.starts_with('#') {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else {
            return u32::try_from(at).unwrap_or(from);
        };
    }
}
