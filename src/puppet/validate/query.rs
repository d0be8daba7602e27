//! Collectors: a query is a small language of its own.

use super::super::ast::{BinaryOp, Collector, Expr, ExprKind};
use super::super::label::{a_an_uc, label};
use super::{Around, Attributes, Checker};

impl Checker<'_> {
    pub(super) fn collector(&mut self, collector: &Collector, expr: &Expr) {
        if !matches!(collector.type_name.kind, ExprKind::TypeRef(_)) {
            self.illegal(&collector.type_name, "type name", &label(expr));
        }
        self.within(Around::Other, |c| {
            c.expr(&collector.type_name);
            if let Some(query) = &collector.query {
                c.query(query);
                c.expr(query);
            }
            c.attributes(&collector.ops, Attributes::Extending);
        });
    }

    fn query(&mut self, query: &Expr) {
        match &query.kind {
            ExprKind::Binary(BinaryOp::Eq | BinaryOp::Ne, ..)
            | ExprKind::Var(_)
            | ExprKind::Name(_)
            | ExprKind::Int(..)
            | ExprKind::Float(_)
            | ExprKind::Str(_)
            | ExprKind::Bool(_) => {}
            ExprKind::Binary(BinaryOp::And | BinaryOp::Or, l, r) => {
                self.query(l);
                self.query(r);
            }
            ExprKind::Paren(e) => self.query(e),
            _ => {
                let message = format!("Illegal query expression. {} cannot be used in a query", a_an_uc(&label(query)));
                self.error("ILLEGAL_QUERY_EXPRESSION", message, query);
            }
        }
    }
}
