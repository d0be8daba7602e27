//! Everything that is written with a type and braces, and collectors.

use super::super::ast::{
    AttrKind, AttrOp, Collector, Expr, ExprKind, Form, Resource, ResourceBody, ResourceDefaults, ResourceOverride,
};
use super::super::lexer::{Tok, Token};
use super::statement::is_statement_function;
use super::{Parser, R};

impl Parser<'_> {
    /// Puppet's `resource`: an expression, or one followed by resource braces.
    pub(super) fn resource(&mut self) -> R<Expr> {
        match self.kind() {
            Tok::At => self.virtual_resource(Form::Virtual),
            Tok::AtAt => self.virtual_resource(Form::Exported),
            Tok::Class if self.ahead(1).kind == Tok::LBrace => {
                let class = self.class_resource()?;
                self.resource_braces(class)
            }
            _ => {
                let left = self.expression()?;
                self.resource_braces(left)
            }
        }
    }

    pub(super) fn resource_braces(&mut self, mut left: Expr) -> R<Expr> {
        while self.kind() == Tok::LBrace {
            self.chain()?;
            left = self.nested(|p| p.resource_body(left))?;
        }
        Ok(left)
    }

    fn virtual_resource(&mut self, form: Form) -> R<Expr> {
        let at = self.bump();
        let mut inner = self.nested(Self::resource)?;
        let slot = match &mut inner.kind {
            ExprKind::Resource(r) => &mut r.form,
            ExprKind::ResourceDefaults(r) => &mut r.form,
            ExprKind::ResourceOverride(r) => &mut r.form,
            // Puppet has read the next token by then.
            _ if self.kind() == Tok::Error => return self.unexpected(),
            _ => {
                let name = if form == Form::Virtual { "Virtual (@)" } else { "Exported (@@)" };
                return self.fail("", format!("{name} can only be applied to a Resource Expression"), at.span());
            }
        };
        *slot = form;
        inner.span.start = at.start;
        Ok(inner)
    }

    fn class_resource(&mut self) -> R<Expr> {
        let class = self.bump();
        self.bump();
        let bodies = self.nested(Self::bodies)?;
        self.expect(Tok::RBrace)?;
        let type_name = Expr { span: class.span(), kind: ExprKind::Name("class".into()) };
        Ok(self.make(class.start, ExprKind::Resource(Box::new(Resource { form: Form::Regular, type_name, bodies }))))
    }

    /// Bodies with semicolons between, and perhaps one at the end.
    fn bodies(&mut self) -> R<Vec<ResourceBody>> {
        let mut bodies = Vec::new();
        loop {
            let title = self.expression()?;
            bodies.push(self.body_of(title)?);
            if !self.eat(Tok::Semic) || self.kind() == Tok::RBrace {
                return Ok(bodies);
            }
        }
    }

    fn body_of(&mut self, title: Expr) -> R<ResourceBody> {
        self.expect(Tok::Colon)?;
        let ops = self.attributes()?;
        let span = self.span_from(title.span.start);
        Ok(ResourceBody { span, title, ops })
    }

    /// `{ … }` after `left`: titled bodies, or attributes alone.
    fn resource_body(&mut self, left: Expr) -> R<Expr> {
        let brace = self.bump();
        if self.at_attribute() {
            let ops = self.attributes()?;
            let close = self.expect(Tok::RBrace)?;
            return self.untitled(left, ops, brace, close);
        }
        let bodies = self.bodies()?;
        self.expect(Tok::RBrace)?;
        let start = left.span.start;
        let resource = Resource { form: Form::Regular, type_name: left, bodies };
        Ok(self.make(start, ExprKind::Resource(Box::new(resource))))
    }

    fn at_attribute(&self) -> bool {
        let kind = self.kind();
        match kind {
            Tok::RBrace | Tok::Comma => true,
            // Words that begin no expression can only be an attribute.
            Tok::And | Tok::Or | Tok::In | Tok::Else | Tok::Elsif | Tok::Inherits => true,
            Tok::Word if self.legacy => matches!(self.ahead(1).kind, Tok::FArrow | Tok::PArrow),
            Tok::Name | Tok::Times => matches!(self.ahead(1).kind, Tok::FArrow | Tok::PArrow),
            _ => kind.is_keyword() && matches!(self.ahead(1).kind, Tok::FArrow | Tok::PArrow),
        }
    }

    /// Attributes alone: defaults, an override, or a hash as the argument of a statement function.
    fn untitled(&mut self, left: Expr, ops: Vec<AttrOp>, brace: Token, close: Token) -> R<Expr> {
        let start = left.span.start;
        match &left.kind {
            ExprKind::Name(name) => {
                let name = name.clone();
                self.name_and_hash(left, &name, ops, brace, close)
            }
            ExprKind::TypeRef(_) => {
                let defaults = ResourceDefaults { form: Form::Regular, type_name: left, ops };
                Ok(self.make(start, ExprKind::ResourceDefaults(Box::new(defaults))))
            }
            ExprKind::Access(..) => {
                let over = ResourceOverride { form: Form::Regular, reference: left, ops };
                Ok(self.make(start, ExprKind::ResourceOverride(Box::new(over))))
            }
            _ => {
                let span = self.marked(&left);
                self.fail("", "Expression is not valid as a resource, resource-default, or resource-override", span)
            }
        }
    }

    fn name_and_hash(&mut self, left: Expr, name: &str, ops: Vec<AttrOp>, brace: Token, close: Token) -> R<Expr> {
        let Some(entries) = ops.into_iter().map(as_entry).collect::<Option<Vec<_>>>() else {
            return self.fail("", "Syntax error resource body without title or hash with +>", brace.span());
        };
        let mut span = brace.span();
        span.end = close.end;
        let hash = Expr { span, kind: ExprKind::Hash(entries) };
        if is_statement_function(name) || (self.legacy && is_old_statement_function(name)) {
            return Ok(self.statement_call(left, vec![hash]));
        }
        let start = left.span.start;
        Ok(self.make(start, ExprKind::Block(vec![left, hash])))
    }

    /// Attributes with commas between; a stray comma at either end is taken.
    pub(super) fn attributes(&mut self) -> R<Vec<AttrOp>> {
        let mut ops = Vec::new();
        if self.kind() == Tok::Comma && matches!(self.ahead(1).kind, Tok::Comma) {
            self.bump();
            return self.unexpected();
        }
        loop {
            if matches!(self.kind(), Tok::RBrace | Tok::Semic) {
                return Ok(ops);
            }
            if !(ops.is_empty() && self.kind() == Tok::Comma) {
                ops.push(self.attribute()?);
            }
            if !self.eat(Tok::Comma) {
                return Ok(ops);
            }
        }
    }

    fn attribute(&mut self) -> R<AttrOp> {
        let token = self.token();
        if token.kind == Tok::Times {
            self.bump();
            self.expect(Tok::FArrow)?;
            let value = self.expression()?;
            return Ok(AttrOp { span: self.span_from(token.start), kind: AttrKind::Splat, value });
        }
        let old = self.legacy && token.kind == Tok::Word;
        if old {
            self.note("attribute name with a dash", token.span());
        }
        if token.kind != Tok::Name && !token.kind.is_keyword() && !old {
            return self.unexpected();
        }
        self.bump();
        let name = self.word(token);
        let kind = match self.kind() {
            Tok::FArrow => AttrKind::Set(name),
            Tok::PArrow => AttrKind::Append(name),
            _ => return self.unexpected(),
        };
        self.bump();
        let value = self.expression()?;
        Ok(AttrOp { span: self.span_from(token.start), kind, value })
    }

    /// `<| query |>` and `<<| query |>>` after a type, with overrides perhaps.
    pub(super) fn collector(&mut self, type_name: Expr) -> R<Expr> {
        let exported = self.bump().kind == Tok::LLCollect;
        let close = if exported { Tok::RRCollect } else { Tok::RCollect };
        let query = if self.kind() == close { None } else { Some(self.expression()?) };
        self.expect(close)?;
        let mut ops = Vec::new();
        if self.eat(Tok::LBrace) {
            ops = self.attributes()?;
            self.expect(Tok::RBrace)?;
        }
        let start = type_name.span.start;
        let collector = Collector { type_name, exported, query, ops };
        Ok(self.make(start, ExprKind::Collect(Box::new(collector))))
    }
}

/// Functions of old that took a hash without parentheses; any other name is a type without a title.
fn is_old_statement_function(name: &str) -> bool {
    name.starts_with("validate_") || name.starts_with("ensure_") || name.starts_with("create_")
}

/// `name => value` as an entry of a hash; `None` for `+>`.
fn as_entry(op: AttrOp) -> Option<(Expr, Expr)> {
    let mut span = op.span;
    span.end = op.value.span.start;
    match op.kind {
        AttrKind::Set(name) => Some((Expr { span, kind: ExprKind::Str(name) }, op.value)),
        AttrKind::Append(_) => None,
        AttrKind::Splat => Some((Expr { span, kind: ExprKind::Undef }, op.value)),
    }
}
