//! Expressions that must produce a value, and the constructs that compare values.

use super::super::ast::{CaseOption, Expr, ExprKind, Form, Resource};
use super::super::label::{a_an, a_an_uc, label};
use super::{Around, Checker, literal};

impl Checker<'_> {
    /// Definitions and collectors produce none.
    pub(super) fn must_have_value(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Paren(e) | ExprKind::Unary(_, e) | ExprKind::RenderExpr(e) => self.must_have_value(e),
            ExprKind::Collect(_)
            | ExprKind::Class(_)
            | ExprKind::Define(_)
            | ExprKind::Node(_)
            | ExprKind::Function(_)
            | ExprKind::TypeAlias { .. }
            | ExprKind::TypeMapping { .. } => {
                let message = format!("Invalid use of expression. {} does not produce a value", a_an_uc(&label(expr)));
                self.error("NOT_RVALUE", message, expr);
            }
            _ => {}
        }
    }

    /// A side of an arrow, where a collector is fine.
    pub(super) fn related(&mut self, expr: &Expr) {
        if !matches!(expr.kind, ExprKind::Collect(_) | ExprKind::Relation(..)) {
            self.must_have_value(expr);
        }
    }

    /// What is called must be a name or a type.
    pub(super) fn callable(&mut self, functor: &Expr, call: &Expr) {
        match &functor.kind {
            ExprKind::Name(_) | ExprKind::TypeRef(_) => {}
            ExprKind::Access(base, _) if matches!(base.kind, ExprKind::TypeRef(_)) => {}
            ExprKind::RenderText(_) => {
                let message = "Ambiguous EPP parameter expression. Probably missing '<%-' before parameters to remove leading whitespace";
                self.error("ILLEGAL_EPP_PARAMETERS", message, call);
            }
            _ => self.illegal(functor, "function name", "Function Call"),
        }
    }

    /// `expr` cannot stand where a `feature` is asked for.
    pub(super) fn illegal(&mut self, expr: &Expr, feature: &str, container: &str) {
        let what = a_an_uc(&label(expr));
        let message = format!("Illegal expression. {what} is unacceptable as {feature} in {}", a_an(container));
        self.error("ILLEGAL_EXPRESSION", message, expr);
    }

    pub(super) fn hash(&mut self, entries: &[(Expr, Expr)]) {
        for (at, key) in literal::duplicates(entries, self.src, self.heredocs) {
            let message = format!("The key '{key}' is declared more than once");
            self.warnings.push(super::SyntaxError { issue: "DUPLICATE_KEY", message, span: at });
        }
        self.within(Around::Other, |c| {
            for (key, value) in entries {
                c.must_have_value(key);
                c.must_have_value(value);
                c.expr(key);
                c.expr(value);
            }
        });
    }

    pub(super) fn case(&mut self, subject: &Expr, options: &[CaseOption]) {
        self.must_have_value(subject);
        let values = options.iter().flat_map(|o| &o.values);
        for again in values.filter(|v| v.kind == ExprKind::Default).skip(1) {
            self.duplicate_default(again, "'case' statement");
        }
        self.within(Around::Other, |c| {
            c.expr(subject);
            for option in options {
                option.values.iter().for_each(|v| c.must_have_value(v));
                c.exprs(&option.values);
                c.within(Around::Other, |c| c.block(&option.body));
            }
        });
    }

    pub(super) fn selector(&mut self, subject: &Expr, entries: &[(Expr, Expr)]) {
        self.must_have_value(subject);
        if let Some((again, _)) = entries.iter().filter(|(k, _)| k.kind == ExprKind::Default).nth(1) {
            self.duplicate_default(again, "Selector Expression");
        }
        self.within(Around::Other, |c| {
            c.expr(subject);
            for (matching, value) in entries {
                c.must_have_value(matching);
                c.expr(matching);
                c.expr(value);
            }
        });
    }

    fn duplicate_default(&mut self, again: &Expr, container: &str) {
        let message = format!("This {container} already has a 'default' entry - this is a duplicate");
        self.error("DUPLICATE_DEFAULT", message, again);
    }

    pub(super) fn resource_form(&mut self, resource: &Resource, expr: &Expr) {
        if resource.form != Form::Regular && matches!(&resource.type_name.kind, ExprKind::Name(n) if n == "class") {
            self.error("CLASS_NOT_VIRTUALIZABLE", "Classes are not virtualizable", expr);
        }
    }

    pub(super) fn not_virtual(&mut self, form: Form, expr: &Expr) {
        if form != Form::Regular {
            self.error("NOT_VIRTUALIZEABLE", "Resource Defaults are not virtualizable", expr);
        }
    }
}
