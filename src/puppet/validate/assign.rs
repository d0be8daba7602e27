//! What may stand to the left of `=`, and where an assignment may stand.

use super::super::ast::{AssignOp, Expr, ExprKind, StrPart};
use super::super::label::{a_an, label};
use super::{Checker, names};

impl Checker<'_> {
    pub(super) fn assignment(&mut self, op: AssignOp, left: &Expr, right: &Expr, expr: &Expr) {
        let sign = match op {
            AssignOp::Set => {
                self.assignable(left);
                return self.must_have_value(right);
            }
            AssignOp::Append => "+=",
            AssignOp::Remove => "-=",
        };
        let message =
            format!("The operator '{sign}' is no longer supported. See http://links.puppet.com/remove-plus-equals");
        self.error("APPENDS_DELETES_NO_LONGER_SUPPORTED", message, expr);
    }

    fn assignable(&mut self, left: &Expr) {
        match &left.kind {
            ExprKind::Var(name) => {
                if names::is_match_variable(name) {
                    let message = format!(
                        "Illegal attempt to assign to the numeric match result variable '${name}'. Numeric variables are not assignable"
                    );
                    self.error("ILLEGAL_NUMERIC_ASSIGNMENT", message, left);
                }
                if name.contains("::") {
                    let message = format!(
                        "Illegal attempt to assign to '{name}'. Cannot assign to variables in other namespaces"
                    );
                    self.error("CROSS_SCOPE_ASSIGNMENT", message, left);
                }
            }
            ExprKind::Array(items) => items.iter().for_each(|e| self.assignable(e)),
            ExprKind::Access(..) => {
                let message = "Illegal attempt to assign via [index/key]. Not an assignable reference";
                self.error("ILLEGAL_INDEXED_ASSIGNMENT", message, left);
            }
            _ => {
                let message =
                    format!("Illegal attempt to assign to '{}'. Not an assignable reference", a_an(&label(left)));
                self.error("ILLEGAL_ASSIGNMENT", message, left);
            }
        }
    }

    /// A default value must not assign, save in a lambda of its own.
    pub(super) fn no_assignment(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Assign(..) => self.error("ILLEGAL_ASSIGNMENT_CONTEXT", "Assignment not allowed here", expr),
            ExprKind::Paren(e) | ExprKind::Unary(_, e) => self.no_assignment(e),
            ExprKind::Array(items) => self.none_assigns(items),
            ExprKind::Hash(entries) => entries.iter().for_each(|(k, v)| {
                self.no_assignment(k);
                self.no_assignment(v);
            }),
            ExprKind::Binary(_, l, r) | ExprKind::Relation(_, l, r) => {
                self.no_assignment(l);
                self.no_assignment(r);
            }
            ExprKind::Access(base, keys) => {
                self.no_assignment(base);
                self.none_assigns(keys);
            }
            ExprKind::Call(call) => {
                self.no_assignment(&call.functor);
                self.none_assigns(&call.args);
            }
            ExprKind::Method(call) => {
                self.no_assignment(&call.receiver);
                self.none_assigns(&call.args);
            }
            _ => self.no_assignment_inside(expr),
        }
    }

    fn no_assignment_inside(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Concat(parts) => {
                for part in parts {
                    if let StrPart::Expr(e) = part {
                        self.no_assignment(e);
                    }
                }
            }
            ExprKind::Heredoc { text, .. } => self.no_assignment(text),
            ExprKind::Selector { subject, entries } => {
                self.no_assignment(subject);
                for (k, v) in entries {
                    self.no_assignment(k);
                    self.no_assignment(v);
                }
            }
            ExprKind::If { cond, then, otherwise } | ExprKind::Unless { cond, then, otherwise } => {
                self.no_assignment(cond);
                self.none_assigns(then);
                self.none_assigns(otherwise);
            }
            ExprKind::Case { subject, options } => {
                self.no_assignment(subject);
                for option in options {
                    self.none_assigns(&option.values);
                    self.none_assigns(&option.body);
                }
            }
            ExprKind::Block(block) => self.none_assigns(block),
            _ => {}
        }
    }

    fn none_assigns(&mut self, exprs: &[Expr]) {
        for e in exprs {
            self.no_assignment(e);
        }
    }
}
