//! The tree in Puppet Extended S-Expression Notation, exactly as `puppet parser dump` prints it,
//! so that it can be compared with real Puppet's.

mod operators;
mod writer;

pub(super) use operators::binary;

use super::Parsed;
use super::ast::{
    AttrKind, AttrOp, Call, CallStyle, CaseOption, Collector, Expr, ExprKind, Form, Lambda, MethodCall, NodeDef,
    NodeMatch, Param, Resource, StrPart, UnaryOp,
};
use operators::{assign, relation};
use std::fmt::Write as _;
use writer::{Writer, float};

/// The tree of a whole source text.
#[must_use]
pub fn dump(parsed: &Parsed) -> String {
    let mut w = Writer { out: String::new() };
    match parsed.body.as_slice() {
        [] => w.out.push_str("(nop)"),
        [only] => w.statement(only),
        many => w.call("block", |w| many.iter().for_each(|e| w.item(|w| w.statement(e)))),
    }
    w.out
}

impl Writer {
    fn exprs(&mut self, items: &[Expr]) {
        for e in items {
            self.item(|w| w.expr(e));
        }
    }

    fn pair(&mut self, name: &str, left: &Expr, right: &Expr) {
        self.call(name, |w| {
            w.item(|w| w.expr(left));
            w.item(|w| w.expr(right));
        });
    }

    fn statement(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Call(call) => self.function_call(call, "invoke"),
            _ => self.expr(expr),
        }
    }

    fn block(&mut self, block: &[Expr]) {
        self.list(block, Self::statement);
    }

    /// A block that Puppet has as `nil` when it is empty.
    fn body_or_nop(&mut self, block: &[Expr]) {
        if block.is_empty() { self.out.push_str("[(nop)]") } else { self.block(block) }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Nop | ExprKind::Error => self.out.push_str("(nop)"),
            ExprKind::Undef => self.out.push_str("nil"),
            ExprKind::Default => self.out.push_str("(default)"),
            ExprKind::Bool(b) => {
                let _ = write!(self.out, "{b}");
            }
            ExprKind::Int(v, radix) => self.integer(*v, *radix),
            ExprKind::Float(v) => self.out.push_str(&float(*v)),
            ExprKind::Str(s) => self.string(s),
            ExprKind::Concat(parts) => self.concat(parts),
            ExprKind::Heredoc { syntax, text } => self.heredoc(syntax, text),
            ExprKind::Regex(r) => self.regex(r),
            ExprKind::Name(n) => self.named("qn", n),
            ExprKind::TypeRef(n) => self.named("qr", n),
            ExprKind::Reserved(n) => self.named("reserved", n),
            ExprKind::Var(n) => self.named("var", n),
            ExprKind::Paren(e) => self.call("paren", |w| w.item(|w| w.expr(e))),
            ExprKind::Block(b) => self.call("block", |w| b.iter().for_each(|e| w.item(|w| w.statement(e)))),
            ExprKind::Array(items) => self.call("array", |w| w.exprs(items)),
            ExprKind::Hash(entries) => self.call("hash", |w| w.entries(entries)),
            ExprKind::Unary(op, e) => self.unary(*op, e),
            ExprKind::Binary(op, l, r) => self.pair(binary(*op), l, r),
            ExprKind::Assign(op, l, r) => self.pair(assign(*op), l, r),
            ExprKind::Relation(op, l, r) => self.pair(relation(*op), l, r),
            ExprKind::Access(base, keys) => self.call("access", |w| {
                w.item(|w| w.expr(base));
                w.exprs(keys);
            }),
            ExprKind::Call(call) => self.function_call(call, "call"),
            ExprKind::Method(call) => self.method_call(call),
            ExprKind::Lambda(l) => self.lambda(l),
            _ => self.construct(expr),
        }
    }

    fn construct(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::If { cond, then, otherwise } => self.conditional("if", cond, then, otherwise),
            ExprKind::Unless { cond, then, otherwise } => self.conditional("unless", cond, then, otherwise),
            ExprKind::Case { subject, options } => self.call("case", |w| {
                w.item(|w| w.expr(subject));
                w.item(|w| w.list(options, Self::case_option));
            }),
            ExprKind::Selector { subject, entries } => self.call("?", |w| {
                w.item(|w| w.expr(subject));
                w.item(|w| w.list(entries, |w, (k, v)| w.pair("=>", k, v)));
            }),
            ExprKind::Resource(r) => self.resource(r),
            ExprKind::ResourceDefaults(r) => self.untitled("resource-defaults", "type", &r.type_name, &r.ops, r.form),
            ExprKind::ResourceOverride(r) => {
                self.untitled("resource-override", "resources", &r.reference, &r.ops, r.form)
            }
            ExprKind::Collect(c) => self.collector(c),
            ExprKind::Class(d) => self.definition("class", &d.name, d.parent.as_deref(), &d.params, &d.body, None),
            ExprKind::Define(d) => self.definition("define", &d.name, None, &d.params, &d.body, None),
            ExprKind::Function(d) => {
                self.definition("function", &d.name, None, &d.params, &d.body, d.return_type.as_ref())
            }
            ExprKind::Node(n) => self.node(n),
            ExprKind::TypeAlias { name, value } => self.call("type-alias", |w| {
                w.item(|w| w.string(name));
                w.item(|w| w.expr(value));
            }),
            ExprKind::TypeMapping { from, to } => self.pair("type-mapping", from, to),
            ExprKind::Import(args) => self.call("import", |w| w.exprs(args)),
            ExprKind::RenderText(t) => self.named("render-s", t),
            ExprKind::RenderExpr(e) => self.call("render", |w| w.item(|w| w.expr(e))),
            ExprKind::Epp { body, .. } => self.call("epp", |w| body.iter().for_each(|e| w.item(|w| w.statement(e)))),
            _ => self.out.push_str("(nop)"),
        }
    }

    fn integer(&mut self, value: i64, radix: u8) {
        let _ = match radix {
            10 => write!(self.out, "{value}"),
            _ => write!(self.out, "(int {{:radix {radix} :value {value}}})"),
        };
    }

    fn concat(&mut self, parts: &[StrPart]) {
        self.call("concat", |w| {
            for part in parts {
                w.item(|w| match part {
                    StrPart::Text(t) => w.string(t),
                    StrPart::Expr(e) => w.call("str", |w| w.item(|w| w.expr(e))),
                });
            }
        });
    }

    fn heredoc(&mut self, syntax: &str, text: &Expr) {
        self.map_call("heredoc", |w| {
            if !syntax.is_empty() {
                w.key("syntax");
                w.string(syntax);
            }
            w.key("text");
            w.expr(text);
        });
    }

    fn entries(&mut self, entries: &[(Expr, Expr)]) {
        for (k, v) in entries {
            self.item(|w| w.pair("=>", k, v));
        }
    }

    fn unary(&mut self, op: UnaryOp, e: &Expr) {
        match (op, &e.kind) {
            (UnaryOp::Minus, ExprKind::Int(v, _)) => {
                let _ = write!(self.out, "{}", -i128::from(*v));
            }
            (UnaryOp::Minus, ExprKind::Float(v)) => self.out.push_str(&float(-*v)),
            _ => {
                let name = match op {
                    UnaryOp::Not => "!",
                    UnaryOp::Minus => "-",
                    UnaryOp::Splat => "unfold",
                };
                self.call(name, |w| w.item(|w| w.expr(e)));
            }
        }
    }

    fn function_call(&mut self, call: &Call, position: &str) {
        let name = if call.style == CallStyle::Statement { "invoke" } else { position };
        self.map_call(name, |w| {
            w.key("functor");
            w.expr(&call.functor);
            w.arguments(&call.args, call.lambda.as_ref());
        });
    }

    fn method_call(&mut self, call: &MethodCall) {
        self.map_call("call-method", |w| {
            w.key("functor");
            w.call(".", |w| {
                w.item(|w| w.expr(&call.receiver));
                w.item(|w| w.named("qn", &call.name));
            });
            w.arguments(&call.args, call.lambda.as_ref());
        });
    }

    fn arguments(&mut self, args: &[Expr], lambda: Option<&Lambda>) {
        self.key("args");
        self.list(args, Self::expr);
        if let Some(lambda) = lambda {
            self.key("block");
            self.lambda(lambda);
        }
    }

    fn lambda(&mut self, lambda: &Lambda) {
        self.map_call("lambda", |w| {
            w.params(&lambda.params);
            if let Some(ty) = &lambda.return_type {
                w.key("returns");
                w.expr(ty);
            }
            if !lambda.body.is_empty() {
                w.key("body");
                w.block(&lambda.body);
            }
        });
    }

    fn conditional(&mut self, name: &str, cond: &Expr, then: &[Expr], otherwise: &[Expr]) {
        self.map_call(name, |w| {
            w.key("test");
            w.expr(cond);
            for (key, block) in [("then", then), ("else", otherwise)] {
                if !block.is_empty() {
                    w.key(key);
                    w.block(block);
                }
            }
        });
    }

    fn case_option(&mut self, option: &CaseOption) {
        self.map(|w| {
            w.key("when");
            w.list(&option.values, Self::expr);
            w.key("then");
            w.body_or_nop(&option.body);
        });
    }

    fn resource(&mut self, resource: &Resource) {
        self.map_call("resource", |w| {
            w.key("type");
            w.expr(&resource.type_name);
            w.key("bodies");
            w.list(&resource.bodies, |w, body| {
                w.map(|w| {
                    w.key("title");
                    w.expr(&body.title);
                    w.key("ops");
                    w.list(&body.ops, Self::attribute);
                });
            });
            w.form(resource.form);
        });
    }

    fn untitled(&mut self, name: &str, key: &str, on: &Expr, ops: &[AttrOp], form: Form) {
        self.map_call(name, |w| {
            w.key(key);
            w.expr(on);
            w.key("ops");
            w.list(ops, Self::attribute);
            w.form(form);
        });
    }

    fn form(&mut self, form: Form) {
        let name = match form {
            Form::Regular => return,
            Form::Virtual => "virtual",
            Form::Exported => "exported",
        };
        self.key("form");
        self.string(name);
    }

    fn attribute(&mut self, op: &AttrOp) {
        let (arrow, name) = match &op.kind {
            AttrKind::Set(name) => ("=>", name),
            AttrKind::Append(name) => ("+>", name),
            AttrKind::Splat => return self.call("splat-hash", |w| w.item(|w| w.expr(&op.value))),
        };
        self.call(arrow, |w| {
            w.item(|w| w.string(name));
            w.item(|w| w.expr(&op.value));
        });
    }

    fn collector(&mut self, collector: &Collector) {
        self.map_call("collect", |w| {
            w.key("type");
            w.expr(&collector.type_name);
            w.key("query");
            w.call(if collector.exported { "exported-query" } else { "virtual-query" }, |w| {
                if let Some(query) = &collector.query {
                    w.item(|w| w.expr(query));
                }
            });
            if !collector.ops.is_empty() {
                w.key("ops");
                w.list(&collector.ops, Self::attribute);
            }
        });
    }

    fn definition(
        &mut self,
        kind: &str,
        name: &str,
        parent: Option<&str>,
        params: &[Param],
        body: &[Expr],
        returns: Option<&Expr>,
    ) {
        self.map_call(kind, |w| {
            w.key("name");
            w.string(name);
            if let Some(parent) = parent {
                w.key("parent");
                w.string(parent);
            }
            w.params(params);
            if !body.is_empty() {
                w.key("body");
                w.block(body);
            }
            if let Some(ty) = returns {
                w.key("returns");
                w.expr(ty);
            }
        });
    }

    fn params(&mut self, params: &[Param]) {
        if params.is_empty() {
            return;
        }
        self.key("params");
        self.map(|w| {
            for param in params {
                w.key(&param.name);
                w.map(|w| w.param(param));
            }
        });
    }

    fn param(&mut self, param: &Param) {
        if let Some(ty) = &param.ty {
            self.key("type");
            self.expr(ty);
        }
        if param.captures_rest {
            self.key("splat");
            self.out.push_str("true");
        }
        if let Some(default) = &param.default {
            self.key("value");
            self.expr(default);
        }
    }

    fn node(&mut self, node: &NodeDef) {
        self.map_call("node", |w| {
            w.key("matches");
            w.list(&node.matches, Self::host);
            if let Some(parent) = &node.parent {
                w.key("parent");
                w.host(parent);
            }
            if !node.body.is_empty() {
                w.key("body");
                w.block(&node.body);
            }
        });
    }

    fn host(&mut self, host: &NodeMatch) {
        match host {
            NodeMatch::Name(name, _) => self.string(name),
            NodeMatch::Regex(regex, _) => self.regex(regex),
            NodeMatch::Default(_) => self.out.push_str("(default)"),
        }
    }
}
