//! `if`, `unless`, `case` and the selector.

use super::super::ast::{Block, CaseOption, Expr, ExprKind};
use super::super::lexer::Tok;
use super::{Parser, R};

/// One `if` or `elsif` before the chain is nested.
struct Branch {
    start: u32,
    cond: Expr,
    then: Block,
}

impl Parser<'_> {
    /// `{ statements }`
    pub(super) fn braced(&mut self) -> R<Block> {
        self.expect(Tok::LBrace)?;
        let block = self.nested(|p| Ok(p.statements(Tok::RBrace)))?;
        self.expect(Tok::RBrace)?;
        Ok(block)
    }

    /// The chain is read in a loop and nested from its end, so its length costs no stack here.
    pub(super) fn if_expression(&mut self) -> R<Expr> {
        let mut branches = vec![self.branch()?];
        while self.kind() == Tok::Elsif {
            self.chain()?;
            branches.push(self.branch()?);
        }
        let mut otherwise = if self.eat(Tok::Else) { self.braced()? } else { Block::new() };
        while let Some(branch) = branches.pop() {
            let kind = ExprKind::If { cond: Box::new(branch.cond), then: branch.then, otherwise };
            otherwise = vec![self.make(branch.start, kind)];
        }
        otherwise.pop().map_or_else(|| self.unexpected(), Ok)
    }

    fn branch(&mut self) -> R<Branch> {
        let start = self.bump().start;
        let cond = self.expression()?;
        let then = self.braced()?;
        Ok(Branch { start, cond, then })
    }

    pub(super) fn unless_expression(&mut self) -> R<Expr> {
        let Branch { start, cond, then } = self.branch()?;
        let otherwise = if self.eat(Tok::Else) { self.braced()? } else { Block::new() };
        Ok(self.make(start, ExprKind::Unless { cond: Box::new(cond), then, otherwise }))
    }

    pub(super) fn case_expression(&mut self) -> R<Expr> {
        let start = self.bump().start;
        let subject = Box::new(self.expression()?);
        self.expect(Tok::LBrace)?;
        let mut options = vec![self.case_option()?];
        while self.kind() != Tok::RBrace {
            options.push(self.case_option()?);
        }
        self.bump();
        Ok(self.make(start, ExprKind::Case { subject, options }))
    }

    fn case_option(&mut self) -> R<CaseOption> {
        let start = self.token().start;
        let mut values = vec![self.expression()?];
        while self.eat(Tok::Comma) {
            values.push(self.expression()?);
        }
        self.expect(Tok::Colon)?;
        let body = self.braced()?;
        Ok(CaseOption { span: self.span_from(start), values, body })
    }

    /// `? { a => b }` or `? a => b` after `subject`.
    pub(super) fn selector(&mut self, subject: Expr) -> R<Expr> {
        self.bump();
        let mut entries = Vec::new();
        if self.eat(Tok::SelBrace) {
            loop {
                entries.push(self.selector_entry()?);
                if !self.eat(Tok::Comma) || self.kind() == Tok::RBrace {
                    break;
                }
            }
            self.expect(Tok::RBrace)?;
        } else {
            entries.push(self.selector_entry()?);
        }
        let start = subject.span.start;
        Ok(self.make(start, ExprKind::Selector { subject: Box::new(subject), entries }))
    }

    fn selector_entry(&mut self) -> R<(Expr, Expr)> {
        let matching = self.expression()?;
        self.expect(Tok::FArrow)?;
        Ok((matching, self.expression()?))
    }
}
