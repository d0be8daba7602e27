//! Tokens to tree: recursive descent with a precedence climb for operators.
//!
//! The grammar is that of Puppet's own parser, including what it leaves ambiguous, so that an error
//! stands at the same token. After an error it goes on at the next statement. Recursion is bounded
//! ([`MAX_DEPTH`]); a file nested deeper is refused as a whole.

mod control;
mod definition;
mod expr;
mod legacy;
mod primary;
mod recover;
mod resource;
mod statement;
mod text;

use super::ast::{Block, Expr, ExprKind, Span};
use super::lexer::{self, Heredoc, LexError, Lexed, Tok, Token};
use super::{Dialect, Parsed, SyntaxError};
use ecow::EcoString;

/// How deep constructs may nest. Each level costs a handful of stack frames; threads have 2 MB.
const MAX_DEPTH: u32 = 200;

/// How high a tree may be: what walks it can count on this bound. It grows by nesting and by chains
/// of operators, which nest to the left.
pub const MAX_HEIGHT: u32 = 400;

/// Past this many errors a file is noise.
const MAX_ERRORS: usize = 50;

/// The error has been recorded; unwind to where parsing can go on.
pub(crate) struct Halt;

pub(crate) type R<T> = Result<T, Halt>;

/// The parser's state.
pub(crate) struct Parser<'s> {
    src: &'s str,
    tokens: Vec<Token>,
    at: usize,
    /// End of the last token taken.
    last_end: u32,
    depth: u32,
    /// Height of what has been read in the current frame.
    height: u32,
    braces: u32,
    abort: bool,
    legacy: bool,
    /// Names of the classes around, for the names of those inside.
    namespace: Vec<EcoString>,
    lex_errors: Vec<(usize, LexError)>,
    heredocs: Vec<(usize, Heredoc)>,
    texts: Vec<(usize, EcoString)>,
    out: Parsed,
    /// Found while parsing, reported with validation.
    pub(crate) late: Vec<SyntaxError>,
}

/// Parses a manifest; the tree and what was found, not yet validated.
pub(crate) fn parse_manifest(src: &str, dialect: Dialect) -> (Parsed, Vec<SyntaxError>) {
    let mut parser = Parser::new(src, lexer::lex(src, dialect), dialect);
    let body = parser.program();
    parser.finish(body)
}

/// Parses a template.
pub(crate) fn parse_template(src: &str) -> (Parsed, Vec<SyntaxError>) {
    let mut parser = Parser::new(src, lexer::lex_epp(src), Dialect::Modern);
    let body = match parser.template() {
        Ok(lambda) => vec![lambda],
        Err(Halt) => Vec::new(),
    };
    parser.finish(body)
}

impl<'s> Parser<'s> {
    fn new(src: &'s str, lexed: Lexed, dialect: Dialect) -> Self {
        let out =
            Parsed { heredocs: lexed.bodies, comments: lexed.comments, legacy: lexed.legacy, ..Parsed::default() };
        Self {
            src,
            tokens: lexed.tokens,
            at: 0,
            last_end: 0,
            depth: 0,
            height: 0,
            braces: 0,
            abort: false,
            legacy: dialect == Dialect::Legacy,
            namespace: Vec::new(),
            lex_errors: lexed.errors,
            heredocs: lexed.heredocs,
            texts: lexed.texts,
            out,
            late: Vec::new(),
        }
    }

    fn finish(mut self, body: Block) -> (Parsed, Vec<SyntaxError>) {
        self.out.body = body;
        (self.out, self.late)
    }

    fn program(&mut self) -> Block {
        let mut body = self.statements(Tok::Eof);
        if body.is_empty() && self.out.errors.is_empty() {
            let end = lexer::narrow(self.src.len());
            body.push(Expr { span: Span { start: end, end }, kind: ExprKind::Nop });
        }
        body
    }

    fn token(&self) -> Token {
        self.ahead(0)
    }

    fn kind(&self) -> Tok {
        self.ahead(0).kind
    }

    fn ahead(&self, by: usize) -> Token {
        let end = lexer::narrow(self.src.len());
        self.tokens.get(self.at + by).copied().unwrap_or(Token { kind: Tok::Eof, start: end, end })
    }

    fn bump(&mut self) -> Token {
        let token = self.token();
        match token.kind {
            Tok::LBrace | Tok::SelBrace => self.braces += 1,
            Tok::RBrace => self.braces = self.braces.saturating_sub(1),
            _ => {}
        }
        if token.kind != Tok::Eof {
            self.at += 1;
            self.last_end = token.end;
        }
        token
    }

    fn eat(&mut self, kind: Tok) -> bool {
        let found = self.kind() == kind;
        if found {
            self.bump();
        }
        found
    }

    fn expect(&mut self, kind: Tok) -> R<Token> {
        if self.kind() == kind { Ok(self.bump()) } else { self.unexpected() }
    }

    fn span_from(&self, start: u32) -> Span {
        Span { start, end: self.last_end.max(start) }
    }

    fn make(&self, start: u32, kind: ExprKind) -> Expr {
        Expr { span: self.span_from(start), kind }
    }

    fn slice(&self, token: Token) -> &'s str {
        self.src.get(token.start as usize..token.end as usize).unwrap_or("")
    }

    fn word(&self, token: Token) -> EcoString {
        EcoString::from(self.slice(token))
    }

    /// Runs `f` one level deeper, or refuses the file.
    fn nested<T>(&mut self, f: impl FnOnce(&mut Self) -> R<T>) -> R<T> {
        if self.depth >= MAX_DEPTH {
            return self.too_deep();
        }
        self.depth += 1;
        let result = self.framed(f);
        self.depth -= 1;
        result
    }

    /// Runs `f` and counts what it reads as one level of the tree.
    fn framed<T>(&mut self, f: impl FnOnce(&mut Self) -> R<T>) -> R<T> {
        let outer = std::mem::take(&mut self.height);
        let result = f(self);
        self.height = outer.max(self.height + 1);
        if self.height > MAX_HEIGHT { self.too_deep() } else { result }
    }

    /// Counts a link of a chain that nests to the left.
    fn chain(&mut self) -> R<()> {
        self.height += 1;
        if self.height > MAX_HEIGHT { self.too_deep() } else { Ok(()) }
    }

    fn too_deep<T>(&mut self) -> R<T> {
        if !self.abort {
            let message = "Expressions are nested too deep".to_owned();
            let span = self.token().span();
            self.out.errors.push(SyntaxError { issue: "NESTING_TOO_DEEP", message, span });
        }
        self.abort = true;
        Err(Halt)
    }
}
