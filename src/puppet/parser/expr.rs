//! Operators, from the loosest to the tightest, and what binds to the end of a value.

use super::super::ast::{BinaryOp, Call, CallStyle, Expr, ExprKind, MethodCall, UnaryOp};
use super::super::lexer::Tok;
use super::{Parser, R};

/// Binding strength of the selector's question mark.
const SELECTOR: u8 = 3;

/// Strength and operator of an infix token; stronger binds first. Note `==` above `<`.
fn infix(kind: Tok) -> Option<(u8, BinaryOp)> {
    Some(match kind {
        Tok::Or => (1, BinaryOp::Or),
        Tok::And => (2, BinaryOp::And),
        Tok::Greater => (4, BinaryOp::Gt),
        Tok::GreaterEqual => (4, BinaryOp::Ge),
        Tok::Less => (4, BinaryOp::Lt),
        Tok::LessEqual => (4, BinaryOp::Le),
        Tok::IsEqual => (5, BinaryOp::Eq),
        Tok::NotEqual => (5, BinaryOp::Ne),
        Tok::LShift => (6, BinaryOp::Shl),
        Tok::RShift => (6, BinaryOp::Shr),
        Tok::Plus => (7, BinaryOp::Add),
        Tok::Minus => (7, BinaryOp::Sub),
        Tok::Times => (8, BinaryOp::Mul),
        Tok::Div => (8, BinaryOp::Div),
        Tok::Modulo => (8, BinaryOp::Mod),
        Tok::Match => (9, BinaryOp::Match),
        Tok::NoMatch => (9, BinaryOp::NotMatch),
        Tok::In => (10, BinaryOp::In),
        _ => return None,
    })
}

impl Parser<'_> {
    /// Puppet's `expression`: everything but resources, relationships and assignments.
    pub(super) fn expression(&mut self) -> R<Expr> {
        self.nested(|p| {
            let left = p.prefixed()?;
            p.infix_from(left, 0)
        })
    }

    /// Goes on after `left` with operators at least as strong as `min`.
    pub(super) fn infix_from(&mut self, mut left: Expr, min: u8) -> R<Expr> {
        loop {
            let kind = self.kind();
            if kind == Tok::QMark && min <= SELECTOR {
                self.chain()?;
                left = self.selector(left)?;
                left = self.postfix(left)?;
                continue;
            }
            let Some((power, op)) = infix(kind) else { return Ok(left) };
            if power < min {
                return Ok(left);
            }
            self.chain()?;
            self.bump();
            let right = self.nested(|p| {
                let operand = p.prefixed()?;
                p.infix_from(operand, power + 1)
            })?;
            left = self.make(left.span.start, ExprKind::Binary(op, Box::new(left), Box::new(right)));
        }
    }

    /// `!a`, `-a`, `*a`; they bind tighter than any infix operator.
    fn prefixed(&mut self) -> R<Expr> {
        let op = match self.kind() {
            Tok::Not => UnaryOp::Not,
            Tok::Minus => UnaryOp::Minus,
            Tok::Times => UnaryOp::Splat,
            _ => {
                let left = self.primary()?;
                return self.postfix(left);
            }
        };
        let start = self.bump().start;
        let operand = self.nested(Self::prefixed)?;
        Ok(self.make(start, ExprKind::Unary(op, Box::new(operand))))
    }

    /// Index, call, method and collector, which follow a value.
    pub(super) fn postfix(&mut self, mut left: Expr) -> R<Expr> {
        loop {
            let kind = self.kind();
            if kind == Tok::ListStart && self.old_spaced_index(&left) {
                self.note("blank before an index", left.span);
                left = self.access(left)?;
                continue;
            }
            if !matches!(kind, Tok::LBrack | Tok::LParen | Tok::Dot | Tok::LCollect | Tok::LLCollect) {
                return Ok(left);
            }
            self.chain()?;
            left = match kind {
                Tok::LBrack => self.access(left)?,
                Tok::LParen => self.call(left)?,
                Tok::Dot => self.method(left)?,
                _ => self.collector(left)?,
            };
        }
    }

    fn access(&mut self, base: Expr) -> R<Expr> {
        self.bump();
        let keys = self.access_keys(true)?;
        Ok(self.make(base.span.start, ExprKind::Access(Box::new(base), keys)))
    }

    /// Keys and the closing bracket; a comma before it is allowed in most places.
    pub(super) fn access_keys(&mut self, trailing_comma: bool) -> R<Vec<Expr>> {
        let mut keys = Vec::new();
        loop {
            let key = self.access_key()?;
            push_argument(&mut keys, key);
            if !self.eat(Tok::Comma) || (trailing_comma && self.kind() == Tok::RBrack) {
                break;
            }
        }
        self.expect(Tok::RBrack)?;
        Ok(keys)
    }

    /// `f(…)`, with a lambda perhaps.
    fn call(&mut self, functor: Expr) -> R<Expr> {
        self.bump();
        let start = functor.span.start;
        let args = self.arguments(true)?;
        let lambda = self.optional_lambda()?;
        let call = Call { functor, args, lambda, style: CallStyle::Parens };
        Ok(self.make(start, ExprKind::Call(Box::new(call))))
    }

    fn method(&mut self, receiver: Expr) -> R<Expr> {
        self.bump();
        let token = self.token();
        if !matches!(token.kind, Tok::Name | Tok::Type) {
            return self.unexpected();
        }
        self.bump();
        let (name, name_span) = (self.word(token), token.span());
        let parens = self.eat(Tok::LParen);
        let args = if parens { self.arguments(false)? } else { Vec::new() };
        let lambda = self.optional_lambda()?;
        let start = receiver.span.start;
        let call = MethodCall { receiver, name, name_span, args, parens, lambda };
        Ok(self.make(start, ExprKind::Method(Box::new(call))))
    }

    /// Arguments and the closing parenthesis.
    pub(super) fn arguments(&mut self, trailing_comma: bool) -> R<Vec<Expr>> {
        let mut args = Vec::new();
        if self.eat(Tok::RParen) {
            return Ok(args);
        }
        loop {
            let arg = self.argument()?;
            push_argument(&mut args, arg);
            if !self.eat(Tok::Comma) || (trailing_comma && self.kind() == Tok::RParen) {
                break;
            }
        }
        self.expect(Tok::RParen)?;
        Ok(args)
    }
}

/// An argument, and whether it is a bare `key => value`.
pub(super) struct Argument {
    pub(super) expr: Expr,
    pub(super) pair: bool,
}

/// Neighbouring bare pairs are one hash. A one-entry hash at the end that was made from a pair is
/// told from a written one by its first byte.
pub(super) fn push_argument(args: &mut Vec<Expr>, argument: Argument) {
    if argument.pair
        && let Some(Expr { span, kind: ExprKind::Hash(entries) }) = args.last_mut()
        && entries.first().is_some_and(|(key, _)| key.span.start == span.start)
        && let ExprKind::Hash(more) = argument.expr.kind
    {
        entries.extend(more);
        span.end = argument.expr.span.end;
        return;
    }
    args.push(argument.expr);
}
