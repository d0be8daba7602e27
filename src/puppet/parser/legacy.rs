//! What Puppet 2.6 to 3 took and Puppet 4 does not, as far as the grammar knows it. Each use is named.

use super::super::LegacyNote;
use super::super::ast::{Expr, ExprKind, Param, Span};
use super::super::lexer::{Tok, Token};
use super::{Parser, R};

impl Parser<'_> {
    /// Names a use of the older dialect.
    pub(super) fn note(&mut self, what: &'static str, span: Span) {
        self.out.legacy.push(LegacyNote { what, span });
    }

    /// `ensure_packages['a']` as a statement is a call with an array.
    pub(super) fn old_statement(&mut self, expr: Expr) -> Expr {
        let span = expr.span;
        match expr.kind {
            ExprKind::Access(base, keys) if matches!(base.kind, ExprKind::Name(_)) => {
                let array = Expr { span: Span { start: base.span.end, end: span.end }, kind: ExprKind::Array(keys) };
                let mut call = self.statement_call(*base, vec![array]);
                call.span = span;
                call
            }
            kind => Expr { span, kind },
        }
    }

    /// Words of today that were plain names: `private`, `type`, `function` and so on.
    pub(super) fn old_bare_word(&self) -> bool {
        let next = self.ahead(1).kind;
        match self.kind() {
            Tok::Private | Tok::Attr => true,
            Tok::Type => !matches!(next, Tok::ClassRef | Tok::LParen),
            Tok::Function => !matches!(next, Tok::Name | Tok::Word | Tok::ClassRef),
            _ => false,
        }
    }

    /// A bare word with a dash that names a type or a function.
    pub(super) fn old_dashed_name(&self) -> bool {
        matches!(self.ahead(1).kind, Tok::LBrace | Tok::LParen)
    }

    /// `[` after a blank indexes a type or a variable on the same line.
    pub(super) fn old_spaced_index(&self, base: &Expr) -> bool {
        self.legacy
            && matches!(base.kind, ExprKind::TypeRef(_) | ExprKind::Var(_))
            && !self.src.get(base.span.end as usize..self.token().start as usize).is_none_or(|gap| gap.contains('\n'))
    }

    /// A parameter without its dollar, which Puppet 3 took with a warning.
    pub(super) fn old_parameter(&mut self, token: Token) -> R<Param> {
        self.bump();
        self.note("parameter without a dollar", token.span());
        let default = if self.eat(Tok::Equals) { Some(self.expression()?) } else { None };
        Ok(Param { span: token.span(), name: self.word(token), ty: None, default, captures_rest: false, block: false })
    }
}
