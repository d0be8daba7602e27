//! Where Puppet says an expression stands: at its operator, its arrow, its dot.

use super::ast::{Expr, ExprKind, Form, Span};
use super::lexer::is_blank;

/// The byte offset that Puppet reports for `expr`. `heredocs` are the lines that heredocs take.
pub(crate) fn offset(expr: &Expr, src: &str, heredocs: &[Span]) -> u32 {
    let after = |at: u32| next_code(src, at, heredocs);
    match &expr.kind {
        ExprKind::Binary(_, left, _) | ExprKind::Assign(_, left, _) | ExprKind::Relation(_, left, _) => {
            after(left.span.end)
        }
        ExprKind::Selector { subject, .. } => offset(subject, src, heredocs),
        ExprKind::Access(base, _) => offset(base, src, heredocs),
        ExprKind::Call(call) => offset(&call.functor, src, heredocs),
        ExprKind::Method(call) if call.parens => after(call.name_span.end),
        ExprKind::Method(call) => after(call.receiver.span.end),
        ExprKind::Collect(collector) => offset(&collector.type_name, src, heredocs),
        ExprKind::Resource(r) if r.form == Form::Regular => offset(&r.type_name, src, heredocs),
        ExprKind::TypeAlias { .. } | ExprKind::TypeMapping { .. } => after(expr.span.start + 4),
        ExprKind::Hash(entries) => match entries.first() {
            Some((key, _)) if key.span.start == expr.span.start => after(key.span.end),
            _ => expr.span.start,
        },
        _ => expr.span.start,
    }
}

/// The first byte at or after `from` that is neither blank nor comment nor heredoc text.
pub(crate) fn next_code(src: &str, from: u32, heredocs: &[Span]) -> u32 {
    let mut at = from as usize;
    loop {
        let rest = src.get(at..).unwrap_or("");
        if let Some(c) = rest.chars().next().filter(|c| is_blank(*c) || *c == '\r') {
            at += c.len_utf8();
        } else if rest.starts_with('\n') {
            at = after_heredocs(at + 1, heredocs);
        } else if rest.starts_with('#') {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            at += rest.find("*/").map_or(rest.len(), |end| end + 2);
        } else {
            return u32::try_from(at).unwrap_or(from);
        }
    }
}

/// Where the code goes on when a line starts at `at`.
fn after_heredocs(mut at: usize, heredocs: &[Span]) -> usize {
    while let Ok(i) = heredocs.binary_search_by_key(&at, |h| h.start as usize) {
        match heredocs.get(i) {
            Some(h) if h.end as usize > at => at = h.end as usize,
            _ => break,
        }
    }
    at
}
