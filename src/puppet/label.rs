//! What Puppet calls an expression in its messages.

use super::ast::{AssignOp, Expr, ExprKind, RelationOp, UnaryOp};
use super::pn;

/// The name without an article.
pub(crate) fn label(expr: &Expr) -> String {
    let fixed = match &expr.kind {
        ExprKind::Binary(op, ..) => return format!("'{}' expression", pn::binary(*op)),
        ExprKind::Assign(AssignOp::Set, ..) => "'=' expression",
        ExprKind::Assign(AssignOp::Append, ..) => "'+=' expression",
        ExprKind::Assign(AssignOp::Remove, ..) => "'-=' expression",
        ExprKind::Relation(RelationOp::Before, ..) => "'->' expression",
        ExprKind::Relation(RelationOp::Notify, ..) => "'~>' expression",
        ExprKind::Relation(RelationOp::Require, ..) => "'<-' expression",
        ExprKind::Relation(RelationOp::Subscribe, ..) => "'<~' expression",
        ExprKind::Heredoc { syntax, .. } => return format!("'@({syntax})' expression"),
        ExprKind::Reserved(word) => return format!("Reserved Word '{word}'"),
        _ => plain(&expr.kind),
    };
    fixed.to_owned()
}

fn plain(kind: &ExprKind) -> &'static str {
    match kind {
        ExprKind::Nop => "Nop Expression",
        ExprKind::Undef => "'undef' expression",
        ExprKind::Default => "'default' expression",
        ExprKind::Bool(_) => "Boolean",
        ExprKind::Int(..) => "Literal Integer",
        ExprKind::Float(_) => "Literal Float",
        ExprKind::Str(_) => "String",
        ExprKind::Concat(_) => "Double Quoted String",
        ExprKind::Regex(_) => "Regular Expression",
        ExprKind::Name(_) => "Name",
        ExprKind::TypeRef(_) => "Type-Name",
        ExprKind::Var(_) => "Variable",
        ExprKind::Paren(_) => "Parenthesized Expression",
        ExprKind::Block(_) => "Block Expression",
        ExprKind::Array(_) => "Array Expression",
        ExprKind::Hash(_) => "Hash Expression",
        ExprKind::Unary(UnaryOp::Not, _) => "'not' expression",
        ExprKind::Unary(UnaryOp::Minus, _) => "Unary Minus",
        ExprKind::Unary(UnaryOp::Splat, _) => "Unfold",
        ExprKind::Access(..) => "'[]' expression",
        ExprKind::Call(_) => "Function Call",
        ExprKind::Method(_) => "Method call",
        ExprKind::Lambda(_) => "Lambda",
        ExprKind::If { .. } => "'if' statement",
        ExprKind::Unless { .. } => "'unless' Statement",
        ExprKind::Case { .. } => "'case' statement",
        ExprKind::Selector { .. } => "Selector Expression",
        ExprKind::Resource(_) => "Resource Statement",
        ExprKind::ResourceDefaults(_) => "Resource Defaults Expression",
        ExprKind::ResourceOverride(_) => "Resource Override",
        ExprKind::Collect(c) if c.exported => "Exported Query",
        ExprKind::Collect(_) => "Virtual Query",
        ExprKind::Class(_) => "Host Class Definition",
        ExprKind::Define(_) => "'define' expression",
        ExprKind::Node(_) => "Node Definition",
        ExprKind::Function(_) => "Function Definition",
        ExprKind::TypeAlias { .. } => "Type Alias",
        ExprKind::TypeMapping { .. } => "Type Mapping",
        ExprKind::RenderText(_) => "Epp Text",
        ExprKind::RenderExpr(_) => "Epp Interpolated Expression",
        ExprKind::Epp { .. } => "Epp Template",
        _ => "Type Definition",
    }
}

/// With `a` or `an`; `y` counts as a vowel, quotes do not count.
pub(crate) fn a_an(text: &str) -> String {
    format!("{} {text}", article(text))
}

/// The same at the start of a sentence.
pub(crate) fn a_an_uc(text: &str) -> String {
    format!("{} {text}", if article(text) == "a" { "A" } else { "An" })
}

fn article(text: &str) -> &'static str {
    let first = text.trim_start_matches(['"', '\'']).chars().next().unwrap_or(' ');
    if "aeiouy".contains(first.to_ascii_lowercase()) { "an" } else { "a" }
}
