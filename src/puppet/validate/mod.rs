//! Puppet's validation of a tree that could be read: what is well formed and still not allowed.
//!
//! One walk, outermost first, in the order in which Puppet reports. It runs only on a tree without
//! syntax errors.

mod assign;
mod definition;
mod effect;
mod legacy;
mod literal;
mod names;
mod query;
mod syntax;
mod value;

pub(crate) use syntax::misread;

use super::ast::{AttrKind, AttrOp, Expr, ExprKind, Lambda, Param, ResourceBody, Span, StrPart};
use super::{Dialect, LegacyNote, Parsed, SyntaxError};
use super::{label, locate};
use label::{a_an, label};

/// What surrounds the current expression, as far as the place of a definition depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Around {
    Program,
    Block,
    Class,
    Other,
}

/// Where attributes stand, which decides whether `+>` may be used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attributes {
    Body,
    Defaults,
    Extending,
}

struct Checker<'s> {
    src: &'s str,
    heredocs: &'s [Span],
    /// What the parser left to be reported when the walk gets there.
    late: Vec<SyntaxError>,
    legacy: Option<Vec<LegacyNote>>,
    around: Vec<Around>,
    errors: Vec<SyntaxError>,
    warnings: Vec<SyntaxError>,
}

/// What validation found.
pub(crate) struct Found {
    pub(crate) errors: Vec<SyntaxError>,
    pub(crate) warnings: Vec<SyntaxError>,
    pub(crate) legacy: Vec<LegacyNote>,
}

/// Walks a whole program.
pub(crate) fn validate(parsed: &Parsed, mut late: Vec<SyntaxError>, src: &str, dialect: Dialect) -> Found {
    let legacy = (dialect == Dialect::Legacy).then(Vec::new);
    let around = vec![Around::Program];
    late.sort_by_key(|e| std::cmp::Reverse(e.span.start));
    let mut checker =
        Checker { src, heredocs: &parsed.heredocs, legacy, late, around, errors: Vec::new(), warnings: Vec::new() };
    checker.loose_block(&parsed.body);
    let rest = std::mem::take(&mut checker.late);
    checker.errors.extend(rest.into_iter().rev());
    Found { errors: checker.errors, warnings: checker.warnings, legacy: checker.legacy.unwrap_or_default() }
}

impl Checker<'_> {
    fn error(&mut self, issue: &'static str, message: impl Into<String>, at: &Expr) {
        let start = locate::offset(at, self.src, self.heredocs);
        self.error_at(issue, message, Span { start, end: at.span.end.max(start) });
    }

    fn error_at(&mut self, issue: &'static str, message: impl Into<String>, span: Span) {
        if let (Some(notes), Some(what)) = (&mut self.legacy, legacy::tolerated(issue)) {
            notes.push(LegacyNote { what, span });
            return;
        }
        self.errors.push(SyntaxError { issue, message: message.into(), span });
    }

    /// Reports what the parser left for the text at `span`.
    fn settle(&mut self, span: Span) {
        while self.late.last().is_some_and(|e| e.span.start >= span.start && e.span.start < span.end) {
            self.errors.extend(self.late.pop());
        }
    }

    /// Walks `f` with one more layer around.
    fn within(&mut self, around: Around, f: impl FnOnce(&mut Self)) {
        self.around.push(around);
        f(self);
        self.around.pop();
    }

    /// A list of statements that is a block of its own in Puppet's tree.
    fn block(&mut self, block: &[Expr]) {
        if block.is_empty() {
            return;
        }
        self.check_block(block);
        self.within(Around::Block, |c| block.iter().for_each(|e| c.expr(e)));
    }

    /// The body of an `if`: a single statement has no block around it.
    fn loose_block(&mut self, block: &[Expr]) {
        match block {
            [only] => self.expr(only),
            many => self.block(many),
        }
    }

    fn check_block(&mut self, block: &[Expr]) {
        if let Some(name) = effect::resource_without_title(block) {
            let message =
                format!("This expression is invalid. Did you try declaring a '{name}' resource without a title?");
            if let Some(first) = block.first() {
                self.error("RESOURCE_WITHOUT_TITLE", message, first);
            }
            return;
        }
        let Some((_, init)) = block.split_last() else { return };
        if let Some(idle) = init.iter().find(|e| effect::has_none(e) && !self.old_idle(e)) {
            let message = format!(
                "This {} has no effect. A value was produced and then forgotten (one or more preceding expressions may have the wrong form)",
                label(idle)
            );
            self.error("IDEM_EXPRESSION_NOT_LAST", message, idle);
        }
    }

    fn exprs(&mut self, exprs: &[Expr]) {
        for e in exprs {
            self.expr(e);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Int(..) | ExprKind::Str(_) if !self.late.is_empty() => self.settle(expr.span),
            ExprKind::Var(name) => self.variable(name, expr),
            ExprKind::Reserved(word) => {
                let message = format!("Use of reserved word: {word}, must be quoted if intended to be a String value");
                self.error("RESERVED_WORD", message, expr);
            }
            ExprKind::Concat(parts) => self.within(Around::Other, |c| c.parts(parts)),
            ExprKind::Heredoc { syntax, text } => {
                self.embedded(syntax, text);
                self.within(Around::Other, |c| c.expr(text));
            }
            ExprKind::Array(items) => {
                items.iter().for_each(|e| self.must_have_value(e));
                self.within(Around::Other, |c| c.exprs(items));
            }
            ExprKind::Hash(entries) => self.hash(entries),
            ExprKind::Paren(e) | ExprKind::Unary(_, e) | ExprKind::RenderExpr(e) => {
                self.must_have_value(e);
                self.within(Around::Other, |c| c.expr(e));
            }
            ExprKind::Binary(_, l, r) => {
                self.must_have_value(l);
                self.must_have_value(r);
                self.both(l, r);
            }
            ExprKind::Assign(op, l, r) => {
                self.assignment(*op, l, r, expr);
                self.both(l, r);
            }
            ExprKind::Relation(_, l, r) => {
                self.related(l);
                self.related(r);
                self.both(l, r);
            }
            ExprKind::Access(base, keys) => self.within(Around::Other, |c| {
                c.expr(base);
                c.exprs(keys);
            }),
            ExprKind::Block(block) => self.block(block),
            _ => self.within_kind(expr),
        }
    }

    fn both(&mut self, left: &Expr, right: &Expr) {
        self.within(Around::Other, |c| {
            c.expr(left);
            c.expr(right);
        });
    }

    fn within_kind(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Call(call) => {
                self.callable(&call.functor, expr);
                self.within(Around::Other, |c| {
                    c.expr(&call.functor);
                    c.exprs(&call.args);
                    c.optional_lambda(call.lambda.as_ref());
                });
            }
            ExprKind::Method(call) => self.within(Around::Other, |c| {
                c.expr(&call.receiver);
                c.exprs(&call.args);
                c.optional_lambda(call.lambda.as_ref());
            }),
            ExprKind::Lambda(lambda) => self.lambda(lambda),
            ExprKind::Epp { params_given: _, body } => self.within(Around::Other, |c| c.block(body)),
            ExprKind::If { cond, then, otherwise } => self.conditional(cond, then, otherwise),
            ExprKind::Unless { cond, then, otherwise } => self.conditional(cond, then, otherwise),
            ExprKind::Case { subject, options } => self.case(subject, options),
            ExprKind::Selector { subject, entries } => self.selector(subject, entries),
            _ => self.resource_kind(expr),
        }
    }

    fn resource_kind(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Resource(r) => {
                self.resource_form(r, expr);
                self.within(Around::Other, |c| {
                    c.expr(&r.type_name);
                    r.bodies.iter().for_each(|b| c.body(b));
                });
            }
            ExprKind::ResourceDefaults(r) => {
                self.not_virtual(r.form, expr);
                self.within(Around::Other, |c| {
                    c.expr(&r.type_name);
                    c.attributes(&r.ops, Attributes::Defaults);
                });
            }
            ExprKind::ResourceOverride(r) => {
                self.not_virtual(r.form, expr);
                self.within(Around::Other, |c| {
                    c.expr(&r.reference);
                    c.attributes(&r.ops, Attributes::Extending);
                });
            }
            ExprKind::Collect(collector) => self.collector(collector, expr),
            _ => self.definition(expr),
        }
    }

    fn parts(&mut self, parts: &[StrPart]) {
        for part in parts {
            if let StrPart::Expr(e) = part {
                self.must_have_value(e);
                self.expr(e);
            }
        }
    }

    fn conditional(&mut self, cond: &Expr, then: &[Expr], otherwise: &[Expr]) {
        self.must_have_value(cond);
        self.within(Around::Other, |c| {
            c.expr(cond);
            c.loose_block(then);
            c.loose_block(otherwise);
        });
    }

    fn optional_lambda(&mut self, lambda: Option<&Lambda>) {
        if let Some(lambda) = lambda {
            self.lambda(lambda);
        }
    }

    fn body(&mut self, body: &ResourceBody) {
        let mut splats = body.ops.iter().filter(|op| op.kind == AttrKind::Splat);
        splats.next();
        for again in splats {
            let message = "Unfolding of attributes from Hash can only be used once per resource body";
            self.error_at("MULTIPLE_ATTRIBUTES_UNFOLD", message, again.span);
        }
        self.within(Around::Other, |c| {
            c.expr(&body.title);
            c.attributes(&body.ops, Attributes::Body);
        });
    }

    fn attributes(&mut self, ops: &[AttrOp], place: Attributes) {
        for op in ops {
            if let (AttrKind::Append(name), Some(parent)) = (&op.kind, place.refuses_append()) {
                let message = format!(
                    "Illegal +> operation on attribute {name}. This operator can not be used in {}",
                    a_an(parent)
                );
                self.error_at("ILLEGAL_ATTRIBUTE_APPEND", message, op.span);
            }
            self.must_have_value(&op.value);
            self.within(Around::Other, |c| c.expr(&op.value));
        }
    }

    fn params(&mut self, params: &[Param]) {
        for param in params {
            self.param_name(param);
            self.within(Around::Other, |c| {
                if let Some(default) = &param.default {
                    c.no_assignment(default);
                    c.expr(default);
                }
                if let Some(ty) = &param.ty {
                    c.expr(ty);
                }
            });
        }
    }
}

impl Attributes {
    fn refuses_append(self) -> Option<&'static str> {
        match self {
            Self::Body => Some("Resource Instance Definition"),
            Self::Defaults => Some("Resource Defaults Expression"),
            Self::Extending => None,
        }
    }
}
