//! Classes, defined types, nodes, functions, type aliases, parameters and lambdas.

use super::super::ast::{
    Block, ClassDef, DefineDef, Expr, ExprKind, FunctionDef, Lambda, NodeDef, NodeMatch, Param, Span,
};
use super::super::lexer::{Tok, Token};
use super::{Parser, R};
use ecow::{EcoString, eco_format};

impl Parser<'_> {
    fn definition_name(&mut self) -> R<Token> {
        let token = self.token();
        match token.kind {
            Tok::Name | Tok::Word | Tok::ClassRef => Ok(self.bump()),
            Tok::Class => self.fail("", "'class' keyword not allowed at this location", token.span()),
            Tok::Str => self.fail("", "A quoted string is not valid as a name here", token.span()),
            _ => self.unexpected(),
        }
    }

    /// The name with those of the classes around it in front.
    fn qualified(&self, name: &str) -> EcoString {
        if self.namespace.is_empty() {
            return EcoString::from(name);
        }
        let outer: Vec<&str> = self.namespace.iter().map(EcoString::as_str).collect();
        eco_format!("{}::{name}", outer.join("::"))
    }

    pub(super) fn class_definition(&mut self) -> R<Expr> {
        let start = self.bump().start;
        let token = self.definition_name()?;
        let name = self.qualified(self.slice(token));
        let params = self.optional_parameters()?;
        let parent = self.class_parent()?;
        self.namespace.push(self.word(token));
        let body = self.braced();
        self.namespace.pop();
        let class = ClassDef { name, name_span: token.span(), params, parent, body: body? };
        Ok(self.make(start, ExprKind::Class(Box::new(class))))
    }

    fn class_parent(&mut self) -> R<Option<EcoString>> {
        if !self.eat(Tok::Inherits) {
            return Ok(None);
        }
        if self.kind() == Tok::Default {
            self.bump();
            return Ok(Some("default".into()));
        }
        let token = self.definition_name()?;
        Ok(Some(self.word(token)))
    }

    pub(super) fn define_definition(&mut self) -> R<Expr> {
        let start = self.bump().start;
        let token = self.definition_name()?;
        let name = self.qualified(self.slice(token));
        let params = self.optional_parameters()?;
        let body = self.braced()?;
        let define = DefineDef { name, name_span: token.span(), params, body };
        Ok(self.make(start, ExprKind::Define(Box::new(define))))
    }

    pub(super) fn function_definition(&mut self) -> R<Expr> {
        let start = self.bump().start;
        let token = self.definition_name()?;
        let name = self.word(token);
        let params = self.optional_parameters()?;
        let return_type = self.return_type()?;
        let body = self.braced()?;
        let function = FunctionDef { name, name_span: token.span(), params, return_type, body };
        Ok(self.make(start, ExprKind::Function(Box::new(function))))
    }

    fn return_type(&mut self) -> R<Option<Expr>> {
        if !self.eat(Tok::RShift) {
            return Ok(None);
        }
        self.parameter_type().map(Some)
    }

    /// `Type` or `Type[…]`
    fn parameter_type(&mut self) -> R<Expr> {
        let token = self.expect(Tok::ClassRef)?;
        let base = Expr { span: token.span(), kind: ExprKind::TypeRef(self.word(token)) };
        self.type_keys(base, false)
    }

    fn type_keys(&mut self, base: Expr, trailing_comma: bool) -> R<Expr> {
        if !self.eat(Tok::LBrack) {
            return Ok(base);
        }
        let keys = self.access_keys(trailing_comma)?;
        Ok(self.make(base.span.start, ExprKind::Access(Box::new(base), keys)))
    }

    /// `(…)`, or nothing.
    fn optional_parameters(&mut self) -> R<Vec<Param>> {
        if !matches!(self.kind(), Tok::LParen | Tok::WsLParen) {
            return Ok(Vec::new());
        }
        self.bump();
        let params = self.parameters(Tok::RParen)?;
        self.expect(Tok::RParen)?;
        Ok(params)
    }

    pub(super) fn parameters(&mut self, end: Tok) -> R<Vec<Param>> {
        let mut params = Vec::new();
        while self.kind() != end {
            params.push(self.parameter()?);
            if !self.eat(Tok::Comma) {
                break;
            }
        }
        Ok(params)
    }

    fn parameter(&mut self) -> R<Param> {
        let ty = if self.kind() == Tok::ClassRef { Some(self.parameter_type()?) } else { None };
        let captures_rest = self.eat(Tok::Times);
        let token = self.token();
        if self.legacy && token.kind == Tok::Name && ty.is_none() {
            return self.old_parameter(token);
        }
        self.expect(Tok::Variable)?;
        let name = self.variable_name(token);
        let default = if self.eat(Tok::Equals) { Some(self.expression()?) } else { None };
        Ok(Param { span: token.span(), name, ty, default, captures_rest, block: false })
    }

    pub(super) fn optional_lambda(&mut self) -> R<Option<Lambda>> {
        if self.kind() != Tok::Pipe {
            return Ok(None);
        }
        let start = self.bump().start;
        let params = self.parameters(Tok::Pipe)?;
        self.expect(Tok::Pipe)?;
        let return_type = self.return_type()?;
        let body = self.braced()?;
        Ok(Some(Lambda { span: self.span_from(start), params, return_type, body }))
    }

    pub(super) fn node_definition(&mut self) -> R<Expr> {
        let start = self.bump().start;
        let mut matches = vec![self.host()?];
        while self.eat(Tok::Comma) {
            if matches!(self.kind(), Tok::LBrace | Tok::Inherits) {
                break;
            }
            matches.push(self.host()?);
        }
        let parent = if self.eat(Tok::Inherits) { Some(self.host()?) } else { None };
        let body = self.braced()?;
        Ok(self.make(start, ExprKind::Node(Box::new(NodeDef { matches, parent, body }))))
    }

    fn host(&mut self) -> R<NodeMatch> {
        let token = self.token();
        match token.kind {
            Tok::Default => {
                self.bump();
                Ok(NodeMatch::Default(token.span()))
            }
            Tok::Regex => {
                self.bump();
                Ok(NodeMatch::Regex(self.regex_source(token), token.span()))
            }
            Tok::Name | Tok::Number => self.dotted_host(),
            Tok::Word if self.legacy => self.dotted_host(),
            Tok::Word => {
                self.bump();
                Ok(NodeMatch::Name(self.word(token), token.span()))
            }
            Tok::Str | Tok::DqPre | Tok::Heredoc => self.quoted_host(),
            _ => self.unexpected(),
        }
    }

    fn dotted_host(&mut self) -> R<NodeMatch> {
        let start = self.bump().start;
        while self.eat(Tok::Dot) {
            let named = matches!(self.kind(), Tok::Name | Tok::Number) || (self.legacy && self.kind() == Tok::Word);
            if !named {
                return self.unexpected();
            }
            self.bump();
        }
        let span = self.span_from(start);
        let text = self.src.get(span.start as usize..span.end as usize).unwrap_or("");
        let name: EcoString = text.chars().filter(|c| !c.is_whitespace()).collect();
        Ok(NodeMatch::Name(name, span))
    }

    fn quoted_host(&mut self) -> R<NodeMatch> {
        let expr = self.primary()?;
        let span = expr.span;
        match expr.kind {
            ExprKind::Str(name) => Ok(NodeMatch::Name(name, span)),
            ExprKind::Heredoc { syntax, .. } => {
                self.late_error("ILLEGAL_EXPRESSION", heredoc_host(&syntax), span);
                Ok(NodeMatch::Name(EcoString::new(), span))
            }
            _ => {
                let message = "An interpolated expression is not allowed in a hostname of a node";
                self.late_error("ILLEGAL_HOSTNAME_INTERPOLATION", message, first_interpolation(&expr));
                Ok(NodeMatch::Name(EcoString::new(), span))
            }
        }
    }

    /// Records something that validation reports.
    pub(super) fn late_error(&mut self, issue: &'static str, message: impl Into<String>, span: Span) {
        self.late.push(super::SyntaxError { issue, message: message.into(), span });
    }

    /// `type` begins an alias, a definition, or is the function of that name.
    pub(super) fn type_word(&mut self) -> R<Expr> {
        let token = self.bump();
        if self.kind() == Tok::LParen {
            return Ok(Expr { span: token.span(), kind: ExprKind::Name(self.word(token)) });
        }
        let name = self.expect(Tok::ClassRef)?;
        if matches!(self.kind(), Tok::LBrace | Tok::Inherits) {
            return self.type_definition(token);
        }
        let left = self.type_keys(Expr { span: name.span(), kind: ExprKind::TypeRef(self.word(name)) }, false)?;
        self.expect(Tok::Equals)?;
        let value = Box::new(self.type_value()?);
        let kind = match left.kind {
            ExprKind::TypeRef(name) => ExprKind::TypeAlias { name, value },
            _ => ExprKind::TypeMapping { from: Box::new(left), to: value },
        };
        Ok(self.make(token.start, kind))
    }

    /// Puppet reads it and then refuses it.
    fn type_definition(&mut self, token: Token) -> R<Expr> {
        if self.eat(Tok::Inherits) {
            self.expect(Tok::ClassRef)?;
        }
        let _body: Block = self.braced()?;
        let message = "Expressions of type a Type Definition are not supported in this version of Puppet";
        self.late_error("UNSUPPORTED_EXPRESSION", message, token.span());
        Ok(self.make(token.start, ExprKind::Error))
    }

    /// What stands for a type: `T`, `T[…]`, `T {…}`, `{…}`, `[…]`.
    fn type_value(&mut self) -> R<Expr> {
        match self.kind() {
            Tok::LBrace => {
                let hash = self.primary()?;
                let base = Expr {
                    span: Span { start: hash.span.start, end: hash.span.start },
                    kind: ExprKind::TypeRef("Object".into()),
                };
                Ok(Expr { span: hash.span, kind: ExprKind::Access(Box::new(base), vec![hash]) })
            }
            Tok::LBrack | Tok::ListStart => self.primary(),
            Tok::ClassRef => {
                let token = self.bump();
                let base = Expr { span: token.span(), kind: ExprKind::TypeRef(self.word(token)) };
                if self.kind() == Tok::LBrace { self.object_type(base) } else { self.type_keys(base, true) }
            }
            _ => self.unexpected(),
        }
    }

    /// `Parent { … }` is `Object[{ …, parent => Parent }]`.
    fn object_type(&mut self, mut base: Expr) -> R<Expr> {
        let mut hash = self.primary()?;
        let own = matches!(&base.kind, ExprKind::TypeRef(n) if n == "Object" || n == "TypeSet");
        let start = base.span.start;
        if !own && let ExprKind::Hash(entries) = &mut hash.kind {
            let object = Expr { span: base.span, kind: ExprKind::TypeRef("Object".into()) };
            let parent = std::mem::replace(&mut base, object);
            entries.push((Expr { span: parent.span, kind: ExprKind::Name("parent".into()) }, parent));
        }
        Ok(self.make(start, ExprKind::Access(Box::new(base), vec![hash])))
    }
}

fn heredoc_host(syntax: &str) -> String {
    format!("Illegal expression. A '@({syntax})' expression is unacceptable as hostname in a Node Definition")
}

fn first_interpolation(expr: &Expr) -> Span {
    if let ExprKind::Concat(parts) = &expr.kind {
        for part in parts {
            if let super::super::ast::StrPart::Expr(e) = part {
                return e.span;
            }
        }
    }
    expr.span
}
