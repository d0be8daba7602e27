//! Values: literals, variables, brackets, and the words that begin a construct.

use super::super::SyntaxError;
use super::super::ast::{CallStyle, Expr, ExprKind};
use super::super::lexer::{Tok, Token};
use super::expr::{Argument, push_argument};
use super::{Parser, R};
use ecow::EcoString;

impl Parser<'_> {
    pub(super) fn primary(&mut self) -> R<Expr> {
        let token = self.token();
        let kind = match token.kind {
            Tok::Name => ExprKind::Name(self.word(token)),
            Tok::Variable => {
                self.refuse_boolean_name(token);
                ExprKind::Var(self.variable_name(token))
            }
            Tok::ClassRef => ExprKind::TypeRef(self.word(token)),
            Tok::True => ExprKind::Bool(true),
            Tok::False => ExprKind::Bool(false),
            Tok::Undef => ExprKind::Undef,
            Tok::Default => ExprKind::Default,
            Tok::Word if self.legacy && self.old_dashed_name() => {
                self.note("type or function name with a dash", token.span());
                ExprKind::Name(self.word(token))
            }
            Tok::Word => ExprKind::Str(self.word(token)),
            Tok::Private | Tok::Attr | Tok::Type | Tok::Function if self.legacy && self.old_bare_word() => {
                self.note("reserved word as a name", token.span());
                ExprKind::Name(self.word(token))
            }
            Tok::Private | Tok::Attr => ExprKind::Reserved(self.word(token)),
            Tok::Regex => ExprKind::Regex(self.regex_source(token)),
            Tok::Number => return self.number(),
            Tok::Str => ExprKind::Str(self.quoted(token)),
            _ => return self.construct(),
        };
        self.bump();
        Ok(Expr { span: token.span(), kind })
    }

    fn construct(&mut self) -> R<Expr> {
        match self.kind() {
            Tok::DqPre | Tok::HdPre => self.interpolated(),
            Tok::Heredoc => self.heredoc(),
            Tok::LBrack | Tok::ListStart => self.array(),
            Tok::LBrace | Tok::SelBrace => self.hash(),
            Tok::LParen | Tok::WsLParen => self.paren(),
            Tok::If => self.if_expression(),
            Tok::Unless => self.unless_expression(),
            Tok::Case => self.case_expression(),
            Tok::Class => self.class_definition(),
            Tok::Define => self.define_definition(),
            Tok::Node => self.node_definition(),
            Tok::Function => self.function_definition(),
            Tok::Type => self.type_word(),
            Tok::RenderString => self.render_string(),
            Tok::RenderExpr => self.render_expression(),
            _ => self.unexpected(),
        }
    }

    /// The name of a variable token, which has a dollar unless it was a bare word in `${…}`.
    pub(super) fn variable_name(&self, token: Token) -> EcoString {
        let text = self.slice(token);
        EcoString::from(text.strip_prefix('$').unwrap_or(text))
    }

    /// `${true}` crashes real Puppet, so it is an error whatever its words are.
    fn refuse_boolean_name(&mut self, token: Token) {
        if matches!(self.slice(token), "true" | "false") {
            self.late_error("", "A boolean is not a variable name", token.span());
        }
    }

    pub(super) fn regex_source(&self, token: Token) -> EcoString {
        let text = self.slice(token);
        let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
        if inner.contains("\\/") { EcoString::from(inner.replace("\\/", "/")) } else { EcoString::from(inner) }
    }

    fn number(&mut self) -> R<Expr> {
        let token = self.bump();
        let text = self.slice(token);
        let kind = match number_value(text) {
            Some(kind) => kind,
            None if is_float(text) => {
                let message = format!("Internal Error, NUMBER token does not contain a valid number, {text}");
                return self.fail("", message, token.span());
            }
            None if self.legacy => {
                self.note("number beyond 64 bits", token.span());
                ExprKind::Str(EcoString::from(text))
            }
            None => {
                self.late.push(SyntaxError { issue: "NUMERIC_OVERFLOW", message: overflow(text), span: token.span() });
                ExprKind::Int(i64::MAX, radix(text).0)
            }
        };
        Ok(Expr { span: token.span(), kind })
    }

    fn paren(&mut self) -> R<Expr> {
        let start = self.bump().start;
        let inner = self.nested(Self::assignment)?;
        self.expect(Tok::RParen)?;
        Ok(self.make(start, ExprKind::Paren(Box::new(inner))))
    }

    fn array(&mut self) -> R<Expr> {
        let start = self.bump().start;
        let mut items = Vec::new();
        while self.kind() != Tok::RBrack {
            let item = self.nested(Self::collection_entry)?;
            push_argument(&mut items, item);
            if !self.eat(Tok::Comma) {
                break;
            }
        }
        self.expect(Tok::RBrack)?;
        Ok(self.make(start, ExprKind::Array(items)))
    }

    fn hash(&mut self) -> R<Expr> {
        let start = self.bump().start;
        self.hash_from(start, Vec::new())
    }

    /// Entries and the closing brace.
    pub(super) fn hash_from(&mut self, start: u32, mut entries: Vec<(Expr, Expr)>) -> R<Expr> {
        while self.kind() != Tok::RBrace {
            let key = self.nested(Self::hash_entry)?;
            self.expect(Tok::FArrow)?;
            let value = self.nested(Self::hash_entry)?;
            entries.push((key, value));
            if !self.eat(Tok::Comma) {
                break;
            }
        }
        self.expect(Tok::RBrace)?;
        Ok(self.make(start, ExprKind::Hash(entries)))
    }

    /// A key or value; `type` and `function` stand for themselves here.
    pub(super) fn hash_entry(&mut self) -> R<Expr> {
        if matches!(self.kind(), Tok::Type | Tok::Function)
            && matches!(self.ahead(1).kind, Tok::FArrow | Tok::Comma | Tok::RBrace | Tok::RBrack)
        {
            let token = self.bump();
            return Ok(Expr { span: token.span(), kind: ExprKind::Str(self.word(token)) });
        }
        self.assignment()
    }

    /// An element of an array.
    fn collection_entry(&mut self) -> R<Argument> {
        let first = self.hash_entry()?;
        self.maybe_pair(first)
    }

    /// An argument of a call.
    pub(super) fn argument(&mut self) -> R<Argument> {
        let keyword = matches!(self.kind(), Tok::Type | Tok::Function) && self.ahead(1).kind == Tok::FArrow;
        let first = if keyword { self.hash_entry()? } else { self.nested(Self::assignment)? };
        self.maybe_pair(first)
    }

    /// A key between brackets: an expression, or a pair.
    pub(super) fn access_key(&mut self) -> R<Argument> {
        let keyword = matches!(self.kind(), Tok::Type | Tok::Function) && self.ahead(1).kind == Tok::FArrow;
        let first = if keyword { self.hash_entry()? } else { self.nested(Self::assignment)? };
        let loose = is_loose(&first.kind);
        if loose && self.kind() != Tok::FArrow {
            return self.unexpected();
        }
        self.maybe_pair(first)
    }

    fn maybe_pair(&mut self, first: Expr) -> R<Argument> {
        if !self.eat(Tok::FArrow) {
            return Ok(Argument { expr: first, pair: false });
        }
        let value = self.nested(Self::hash_entry)?;
        let start = first.span.start;
        let expr = self.make(start, ExprKind::Hash(vec![(first, value)]));
        Ok(Argument { expr, pair: true })
    }
}

/// Whether an expression is more than Puppet's `expression`, so that it may be a key of a pair only.
fn is_loose(kind: &ExprKind) -> bool {
    match kind {
        ExprKind::Call(call) => call.style == CallStyle::Statement,
        ExprKind::Assign(..)
        | ExprKind::Relation(..)
        | ExprKind::Block(_)
        | ExprKind::Resource(_)
        | ExprKind::ResourceDefaults(_)
        | ExprKind::ResourceOverride(_) => true,
        _ => false,
    }
}

/// Radix of an integer literal and its digits.
fn radix(text: &str) -> (u8, &str) {
    match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &text[2..]),
        [b'0', _, ..] => (8, &text[1..]),
        _ => (10, text),
    }
}

fn is_float(text: &str) -> bool {
    !text.starts_with("0x") && !text.starts_with("0X") && text.contains(['.', 'e', 'E'])
}

fn number_value(text: &str) -> Option<ExprKind> {
    if is_float(text) {
        let value: f64 = text.parse().ok()?;
        return value.is_finite().then_some(ExprKind::Float(value));
    }
    let (radix, digits) = radix(text);
    Some(ExprKind::Int(i64::from_str_radix(digits, u32::from(radix)).ok()?, radix))
}

/// Ruby shows the value in hex.
fn overflow(text: &str) -> String {
    let (base, digits) = radix(text);
    let shown = u128::from_str_radix(digits, u32::from(base)).map_or_else(|_| text.to_owned(), |v| format!("+0x{v:x}"));
    format!("A Literal Integer resulted in a value outside of Puppet Integer max range, got '{shown}'")
}
