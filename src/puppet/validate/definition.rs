//! Definitions: where they may stand, their names and parameters, and what their bodies end with.

use super::super::ast::{Expr, ExprKind, Lambda, NodeDef, NodeMatch, Param, Span};
use super::super::label::{a_an, a_an_uc, label};
use super::{Around, Checker, SyntaxError, effect, names};
use rustc_hash::FxHashSet;

/// What the checks of a class, a define and a function share.
struct Named<'a> {
    expr: &'a Expr,
    name: &'a str,
    params: &'a [Param],
    body: &'a [Expr],
}

impl Checker<'_> {
    pub(super) fn definition(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Class(d) => {
                self.declaring(&Named { expr, name: &d.name, params: &d.params, body: &d.body });
                self.within(Around::Class, |c| {
                    c.params(&d.params);
                    c.block(&d.body);
                });
            }
            ExprKind::Define(d) => {
                self.declaring(&Named { expr, name: &d.name, params: &d.params, body: &d.body });
                self.within(Around::Other, |c| {
                    c.params(&d.params);
                    c.block(&d.body);
                });
            }
            ExprKind::Function(d) => {
                let named = Named { expr, name: &d.name, params: &d.params, body: &d.body };
                self.named(&named);
                self.type_reference(d.return_type.as_ref(), expr);
                self.unique(&d.params);
                self.within(Around::Other, |c| {
                    c.params(&d.params);
                    c.block(&d.body);
                    d.return_type.iter().for_each(|t| c.expr(t));
                });
            }
            ExprKind::Node(node) => self.node(node, expr),
            ExprKind::TypeAlias { name, value } => {
                self.top(expr);
                if !names::is_declarable_type(name) {
                    self.unacceptable(name, expr);
                }
                self.type_reference(Some(value), expr);
                self.within(Around::Other, |c| c.expr(value));
            }
            ExprKind::TypeMapping { from, to } => {
                self.mapping(from, to, expr);
                self.within(Around::Other, |c| {
                    c.expr(from);
                    c.expr(to);
                });
            }
            ExprKind::Error => {
                self.top(expr);
                self.settle(expr.span);
            }
            _ => {}
        }
    }

    fn named(&mut self, named: &Named<'_>) {
        self.top(named.expr);
        if !names::is_declarable(named.name) {
            self.unacceptable(named.name, named.expr);
        }
        if names::is_reserved_type(named.name) {
            let what = a_an(&label(named.expr));
            let message = format!(
                "The name: '{}' is already defined by Puppet and can not be used as the name of {what}.",
                named.name
            );
            self.error("RESERVED_TYPE_NAME", message, named.expr);
        }
        self.future_word(named.name, named.expr.span);
    }

    fn future_word(&mut self, name: &str, span: Span) {
        if name == "plan" {
            let message = "Use of future reserved word: 'plan'".to_owned();
            self.warnings.push(SyntaxError { issue: "FUTURE_RESERVED_WORD", message, span });
        }
    }

    fn unacceptable(&mut self, name: &str, expr: &Expr) {
        let message =
            format!("Unacceptable name. The name '{name}' is unacceptable as the name of {}", a_an(&label(expr)));
        self.error("ILLEGAL_DEFINITION_NAME", message, expr);
    }

    /// Classes and defined types.
    fn declaring(&mut self, named: &Named<'_>) {
        let kind = label(named.expr);
        self.named(named);
        self.no_rest(named.params, &kind);
        self.unique(named.params);
        for param in named.params.iter().filter(|p| matches!(p.name.as_str(), "name" | "title")) {
            let message = format!("The parameter ${} redefines a built in parameter in the {kind}", param.name);
            self.error_at("RESERVED_PARAMETER", message, param.span);
        }
        self.no_idle_end(named.body, &kind);
    }

    fn no_idle_end(&mut self, body: &[Expr], container: &str) {
        let Some(last) = body.last().filter(|e| effect::has_none(e) && !self.old_idle(e)) else { return };
        if matches!(&last.kind, ExprKind::Block(b) if effect::resource_without_title(b).is_some()) {
            return;
        }
        let message = format!(
            "This {} has no effect. {} can not end with a value-producing expression without other effect",
            label(last),
            a_an_uc(container)
        );
        self.error("IDEM_NOT_ALLOWED_LAST", message, last);
    }

    fn no_rest(&mut self, params: &[Param], container: &str) {
        for param in params.iter().filter(|p| p.captures_rest) {
            let message =
                format!("Parameter ${} has 'captures rest' - not supported in {}", param.name, a_an(container));
            self.error_at("CAPTURES_REST_NOT_SUPPORTED", message, param.span);
        }
    }

    fn unique(&mut self, params: &[Param]) {
        let mut seen = FxHashSet::default();
        for param in params {
            if !seen.insert(param.name.as_str()) {
                let message =
                    format!("The parameter '{}' is declared more than once in the parameter list", param.name);
                self.error_at("DUPLICATE_PARAMETER", message, param.span);
            }
        }
    }

    pub(super) fn lambda(&mut self, lambda: &Lambda) {
        let last = lambda.params.len().saturating_sub(1);
        for param in lambda.params.iter().take(last).filter(|p| p.captures_rest) {
            let message = format!("Parameter ${} is not last, and has 'captures rest'", param.name);
            self.error_at("CAPTURES_REST_NOT_LAST", message, param.span);
        }
        let template = matches!(lambda.body.as_slice(), [Expr { kind: ExprKind::Epp { .. }, .. }]);
        self.within(Around::Other, |c| {
            c.params(&lambda.params);
            if template {
                c.no_rest(&lambda.params, "Epp Template");
                c.unique(&lambda.params);
                c.exprs(&lambda.body);
            } else {
                c.block(&lambda.body);
            }
            lambda.return_type.iter().for_each(|t| c.expr(t));
        });
    }

    fn type_reference(&mut self, ty: Option<&Expr>, container: &Expr) {
        let Some(ty) = ty else { return };
        let base = if let ExprKind::Access(base, _) = &ty.kind { base } else { ty };
        match &base.kind {
            ExprKind::TypeRef(name) => self.future_word(&name.to_ascii_lowercase(), ty.span),
            _ => self.illegal(ty, "a type reference", &label(container)),
        }
    }

    fn node(&mut self, node: &NodeDef, expr: &Expr) {
        for host in &node.matches {
            if let (NodeMatch::Name(_, span), false) = (host, self.late.is_empty()) {
                self.settle(*span);
            }
            if let NodeMatch::Name(name, span) = host
                && !names::is_hostname(name)
            {
                let message = format!(
                    "The hostname '{name}' contains illegal characters (only letters, digits, '_', '-', and '.' are allowed)"
                );
                self.error_at("ILLEGAL_HOSTNAME_CHARS", message, *span);
            }
        }
        self.top(expr);
        self.no_idle_end(&node.body, "Node Definition");
        if let Some(NodeMatch::Name(_, span) | NodeMatch::Regex(_, span) | NodeMatch::Default(span)) = &node.parent {
            let message = "Node inheritance is not supported in Puppet >= 4.0.0. See http://links.puppet.com/puppet-node-inheritance-deprecation";
            self.error_at("ILLEGAL_NODE_INHERITANCE", message, *span);
        }
        self.within(Around::Other, |c| c.block(&node.body));
    }

    fn mapping(&mut self, from: &Expr, to: &Expr, expr: &Expr) {
        self.top(expr);
        let runtime = match &from.kind {
            ExprKind::Access(base, keys) if matches!(&base.kind, ExprKind::TypeRef(n) if n == "Runtime") => keys,
            _ => {
                let message = "Expressions of type a Type Mapping are not supported in this version of Puppet";
                return self.error("UNSUPPORTED_EXPRESSION", message, expr);
            }
        };
        let by_pattern = matches!(runtime.as_slice(), [_, second] if is_replacement(second));
        let fits = if by_pattern { is_replacement(to) } else { is_type(to) };
        if !fits {
            let side = if by_pattern { "Tuple[Regexp,String]" } else { "Type" };
            let message = format!("Illegal type mapping. Expected a {side} on the left side, got A Type Mapping");
            self.error("ILLEGAL_TYPE_MAPPING", message, expr);
        }
    }

    /// Whether a definition may stand where it does.
    fn top(&mut self, expr: &Expr) {
        let only_program = matches!(expr.kind, ExprKind::Function(_) | ExprKind::TypeAlias { .. } | ExprKind::Error);
        let mut layers = self.around.iter().rev().copied().peekable();
        while let Some(layer) = layers.next() {
            match layer {
                Around::Program | Around::Class => return,
                Around::Block if only_program && layers.peek() != Some(&Around::Program) => {
                    let message = format!("{} may only appear at toplevel", a_an_uc(&label(expr)));
                    return self.error("NOT_ABSOLUTE_TOP_LEVEL", message, expr);
                }
                Around::Block => {}
                Around::Other => {
                    let message = "Classes, definitions, and nodes may only appear at toplevel or inside other classes";
                    return self.error("NOT_TOP_LEVEL", message, expr);
                }
            }
        }
    }
}

fn is_replacement(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Array(items)
        if matches!(items.as_slice(), [Expr { kind: ExprKind::Regex(_), .. }, Expr { kind: ExprKind::Str(_), .. }]))
}

fn is_type(expr: &Expr) -> bool {
    let base = if let ExprKind::Access(base, _) = &expr.kind { base } else { expr };
    matches!(base.kind, ExprKind::TypeRef(_))
}
