//! Operators as they are written.

use super::super::ast::{AssignOp, BinaryOp, RelationOp};

/// The operator as written.
pub(in crate::puppet) fn binary(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Or => "or",
        BinaryOp::And => "and",
        BinaryOp::In => "in",
        BinaryOp::Match => "=~",
        BinaryOp::NotMatch => "!~",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Mod => "%",
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Shl => "<<",
        BinaryOp::Shr => ">>",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
    }
}

pub(super) fn assign(op: AssignOp) -> &'static str {
    match op {
        AssignOp::Set => "=",
        AssignOp::Append => "+=",
        AssignOp::Remove => "-=",
    }
}

pub(super) fn relation(op: RelationOp) -> &'static str {
    match op {
        RelationOp::Before => "->",
        RelationOp::Notify => "~>",
        RelationOp::Require => "<-",
        RelationOp::Subscribe => "<~",
    }
}
