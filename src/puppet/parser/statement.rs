//! Lists of statements, calls without parentheses, assignments and relationships.

use super::super::ast::{AssignOp, Block, Call, CallStyle, Expr, ExprKind, RelationOp};
use super::super::lexer::{Tok, Token};
use super::{Parser, R};

/// Functions that may be called without parentheses.
const STATEMENT_FUNCTIONS: [&str; 15] = [
    "break", "contain", "debug", "err", "fail", "import", "include", "info", "next", "notice", "realize", "require",
    "return", "tag", "warning",
];

/// Whether `name` may be called without parentheses.
pub(super) fn is_statement_function(name: &str) -> bool {
    STATEMENT_FUNCTIONS.binary_search(&name).is_ok()
}

/// A statement as written: one expression, or several with commas between.
struct Written {
    first: Expr,
    rest: Vec<Expr>,
    comma: Option<Token>,
}

impl Parser<'_> {
    /// Statements up to `end`, which is not taken.
    pub(super) fn statements(&mut self, end: Tok) -> Block {
        let mut block = Block::new();
        let mut misplaced = None;
        loop {
            if self.kind() == end || self.kind() == Tok::Eof {
                break;
            }
            self.one_statement(&mut block, &mut misplaced);
            if self.abort {
                break;
            }
        }
        if let Some((message, comma)) = misplaced {
            self.error("", message, Token::span(comma));
        }
        block
    }

    fn one_statement(&mut self, block: &mut Block, misplaced: &mut Option<(String, Token)>) {
        let (started_at, braces) = (self.at, self.braces);
        if misplaced.is_some()
            && !self.may_begin_statement()
            && let Some((message, comma)) = misplaced.take()
        {
            self.error("", message, comma.span());
        }
        match self.framed(Self::statement) {
            Ok(written) => {
                self.append(block, written, misplaced);
                if self.kind() == Tok::Semic {
                    self.separator();
                }
            }
            Err(_) => {
                let start = self.tokens.get(started_at).map_or(0, |t| t.start);
                self.synchronize(braces, started_at);
                block.push(self.make(start, ExprKind::Error));
                if self.kind() == Tok::RBrace && braces == 0 {
                    self.bump();
                }
            }
        }
    }

    /// Puppet closes the list of statements before it looks at a token that begins none.
    fn may_begin_statement(&self) -> bool {
        let after_semicolon =
            self.at.checked_sub(1).and_then(|i| self.tokens.get(i)).is_some_and(|t| t.kind == Tok::Semic);
        after_semicolon
            || !matches!(
                self.kind(),
                Tok::RBrack
                    | Tok::RParen
                    | Tok::RBrace
                    | Tok::Colon
                    | Tok::Semic
                    | Tok::FArrow
                    | Tok::PArrow
                    | Tok::Pipe
                    | Tok::RCollect
                    | Tok::RRCollect
                    | Tok::Else
                    | Tok::Elsif
                    | Tok::Inherits
                    | Tok::Other
                    | Tok::EppEnd
                    | Tok::DqMid
                    | Tok::DqPost
                    | Tok::HdMid
                    | Tok::HdPost
            )
    }

    /// A semicolon stands between two statements, never after the last.
    fn separator(&mut self) {
        self.bump();
        if matches!(self.kind(), Tok::Eof | Tok::RBrace | Tok::Semic) {
            let braces = self.braces;
            let at = self.at;
            let _: R<()> = self.unexpected();
            if self.kind() == Tok::Semic {
                self.synchronize(braces, at);
            }
        }
    }

    fn statement(&mut self) -> R<Written> {
        let first = self.assignment()?;
        let mut written = Written { first, rest: Vec::new(), comma: None };
        while self.kind() == Tok::Comma {
            let comma = self.bump();
            written.comma.get_or_insert(comma);
            written.rest.push(self.assignment()?);
        }
        Ok(written)
    }

    /// `notice` followed by an expression is a call of it.
    fn append(&mut self, block: &mut Block, mut written: Written, misplaced: &mut Option<(String, Token)>) {
        if self.legacy {
            written.first = self.old_statement(written.first);
        }
        if block.last().is_some_and(|last| self.calls_without_parens(last)) {
            let functor = block.pop().unwrap_or_else(|| self.make(0, ExprKind::Error));
            let mut args = Vec::with_capacity(1 + written.rest.len());
            args.push(written.first);
            args.extend(written.rest);
            block.push(self.statement_call(functor, args));
            return;
        }
        if let (Some(comma), None) = (written.comma, misplaced.as_ref()) {
            *misplaced = Some((misplaced_arguments(block.last()), comma));
        }
        block.push(written.first);
        block.extend(written.rest);
    }

    fn calls_without_parens(&self, expr: &Expr) -> bool {
        matches!(&expr.kind, ExprKind::Name(name) if self.legacy || is_statement_function(name))
    }

    /// Builds `name args`.
    pub(super) fn statement_call(&mut self, functor: Expr, args: Vec<Expr>) -> Expr {
        let start = functor.span.start;
        if let (true, ExprKind::Name(name)) = (self.legacy, &functor.kind) {
            if name == "import" {
                self.note("import", functor.span);
                return self.make(start, ExprKind::Import(args));
            }
            if !is_statement_function(name) {
                self.note("call without parentheses", functor.span);
            }
        }
        let call = Call { functor, args, lambda: None, style: CallStyle::Statement };
        self.make(start, ExprKind::Call(Box::new(call)))
    }

    /// `a = b`, right associative.
    pub(super) fn assignment(&mut self) -> R<Expr> {
        let left = self.relationship()?;
        let op = match self.kind() {
            Tok::Equals => AssignOp::Set,
            Tok::Appends => AssignOp::Append,
            Tok::Deletes => AssignOp::Remove,
            _ => return Ok(left),
        };
        self.bump();
        let right = self.nested(Self::assignment)?;
        Ok(self.make(left.span.start, ExprKind::Assign(op, Box::new(left), Box::new(right))))
    }

    /// `a -> b ~> c`, left associative.
    pub(super) fn relationship(&mut self) -> R<Expr> {
        let left = self.resource()?;
        self.relationship_from(left)
    }

    pub(super) fn relationship_from(&mut self, mut left: Expr) -> R<Expr> {
        loop {
            let op = match self.kind() {
                Tok::InEdge => RelationOp::Before,
                Tok::InEdgeSub => RelationOp::Notify,
                Tok::OutEdge => RelationOp::Require,
                Tok::OutEdgeSub => RelationOp::Subscribe,
                _ => return Ok(left),
            };
            self.chain()?;
            self.bump();
            let right = self.resource()?;
            left = self.make(left.span.start, ExprKind::Relation(op, Box::new(left), Box::new(right)));
        }
    }
}

fn misplaced_arguments(before: Option<&Expr>) -> String {
    match before.map(|e| &e.kind) {
        Some(ExprKind::Name(name)) => {
            format!("attempt to pass argument list to the function '{name}' which cannot be called without parentheses")
        }
        _ => "illegal comma separated argument list".to_owned(),
    }
}
