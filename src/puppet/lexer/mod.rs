//! Source text to tokens in one pass over the bytes.
//!
//! It reproduces the quirks of Puppet's lexer that decide what a program means: blanks before `[`,
//! a `(` that begins a line, when a slash starts a regular expression, which bare word inside
//! `${…}` becomes a variable. It does not decode text and it does not know the grammar.

mod epp;
mod error;
mod heredoc;
mod number;
mod pattern;
mod punctuation;
mod regex;
mod string;
mod token;
mod word;

pub(crate) use error::LexError;
pub(crate) use heredoc::Heredoc;
pub(crate) use token::{Tok, Token};

use super::ast::Span;
use super::{Dialect, LegacyNote};
use ecow::EcoString;

/// What the lexer found.
pub(crate) struct Lexed {
    /// Tokens; the last is `Eof`.
    pub(crate) tokens: Vec<Token>,
    /// Errors by token index, in order.
    pub(crate) errors: Vec<(usize, LexError)>,
    /// Heredocs by token index, in order.
    pub(crate) heredocs: Vec<(usize, Heredoc)>,
    /// Lines that heredocs take, in order.
    pub(crate) bodies: Vec<Span>,
    /// Texts of templates by token index, in order.
    pub(crate) texts: Vec<(usize, EcoString)>,
    /// `#` comments.
    pub(crate) comments: Vec<(Span, EcoString)>,
    /// Older dialect met.
    pub(crate) legacy: Vec<LegacyNote>,
}

/// An open `${` whose string goes on after the closing brace.
struct Interpolation {
    /// Brace depth at which the closing brace ends it.
    braces: i32,
    /// Index of the first token inside.
    first: usize,
    /// Index of the first token of the string.
    string: usize,
    /// Between quotes, or in a heredoc.
    quoted: bool,
}

/// What a template is doing around the current token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum EppMode {
    /// Not a template at all.
    None,
    /// Inside `<% … %>`.
    Code,
    /// Inside `<%= … %>`.
    Expr,
}

/// The state of one run over a text.
pub(crate) struct Lexer<'s> {
    src: &'s [u8],
    text: &'s str,
    pos: usize,
    end: usize,
    line_start: usize,
    braces: i32,
    after: Tok,
    newline_jump: Option<usize>,
    open: Vec<Interpolation>,
    epp: EppMode,
    epp_open: bool,
    legacy: bool,
    heredoc_depth: u8,
    /// Whether a backslash protects a dollar in the current heredoc.
    dollar_escape: bool,
    /// Range of the last pattern match, which some messages quote.
    matched: (usize, usize),
    /// Past this point no regular expression ends.
    no_regex_from: usize,
    out: Lexed,
}

/// Lexes a manifest.
pub(crate) fn lex(src: &str, dialect: Dialect) -> Lexed {
    let mut lexer = Lexer::new(src, dialect);
    if !lexer.refuse_bom() {
        lexer.run();
    }
    lexer.finish()
}

/// Lexes a template.
pub(crate) fn lex_epp(src: &str) -> Lexed {
    let mut lexer = Lexer::new(src, Dialect::Modern);
    lexer.epp = EppMode::Code;
    if !lexer.refuse_bom() {
        lexer.epp_text(false);
        lexer.run();
    }
    if lexer.epp_open {
        lexer.fail(
            LexError::plain("EPP_UNBALANCED_TAG", "Unbalanced epp tag, reached <eof> without closing tag."),
            lexer.end,
        );
    }
    lexer.finish()
}

impl<'s> Lexer<'s> {
    fn new(text: &'s str, dialect: Dialect) -> Self {
        let out = Lexed {
            tokens: Vec::with_capacity(text.len() / 6 + 8),
            errors: Vec::new(),
            heredocs: Vec::new(),
            bodies: Vec::new(),
            texts: Vec::new(),
            comments: Vec::new(),
            legacy: Vec::new(),
        };
        Self {
            src: text.as_bytes(),
            text,
            pos: 0,
            end: text.len(),
            line_start: 0,
            braces: 0,
            after: Tok::Eof,
            newline_jump: None,
            open: Vec::new(),
            epp: EppMode::None,
            epp_open: false,
            legacy: dialect == Dialect::Legacy,
            heredoc_depth: 0,
            dollar_escape: false,
            matched: (0, 0),
            no_regex_from: usize::MAX,
            out,
        }
    }

    fn finish(mut self) -> Lexed {
        self.out.bodies.sort_unstable();
        let end = self.text.len();
        self.push(Tok::Eof, end, end);
        self.out
    }

    fn run(&mut self) {
        while self.pos < self.end {
            self.step();
        }
        if !self.open.is_empty() {
            self.unclosed_interpolation();
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        let at = self.pos + ahead;
        if at < self.end { self.src[at] } else { 0 }
    }

    fn push(&mut self, kind: Tok, start: usize, end: usize) {
        self.out.tokens.push(Token { kind, start: narrow(start), end: narrow(end) });
        self.after = kind;
    }

    fn emit(&mut self, kind: Tok, len: usize) {
        let start = self.pos;
        self.pos += len;
        self.push(kind, start, start + len);
    }

    /// One token, one blank run or one comment.
    fn step(&mut self) {
        match self.src[self.pos] {
            b'a'..=b'z' | b'_' => self.word(),
            b' ' | b'\t' | b'\r' => self.blanks(),
            b'\n' => self.newline(),
            b'$' => self.variable(),
            b'\'' => self.single_quoted(),
            b'"' => self.double_quoted(),
            b'0'..=b'9' => self.number(),
            b'A'..=b'Z' => self.class_ref(),
            b'#' => self.comment(),
            b':' => self.colon(),
            _ => self.punctuation(),
        }
    }

    fn blanks(&mut self) {
        let start = self.pos;
        while self.pos < self.end && matches!(self.src[self.pos], b' ' | b'\t' | b'\r') {
            self.pos += 1;
        }
        self.matched = (start, self.pos);
    }

    fn newline(&mut self) {
        self.pos = self.newline_jump.take().unwrap_or(self.pos + 1);
        self.line_start = self.pos;
    }

    fn comment(&mut self) {
        let start = self.pos;
        let rest = &self.src[start..self.end];
        let len = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
        self.pos += len;
        let text = self.text[start + 1..self.pos].trim_end_matches('\r');
        self.out.comments.push((Span { start: narrow(start), end: narrow(self.pos) }, EcoString::from(text)));
    }

    fn block_comment(&mut self) {
        match find(&self.src[self.pos + 2..self.end], b"*/") {
            Some(at) => self.pos += at + 4,
            None => {
                let at = self.pos;
                self.fail(LexError::plain("UNCLOSED_MLCOMMENT", "Unclosed multiline comment"), at);
                self.pos = self.end;
            }
        }
    }

    fn variable(&mut self) {
        let len = variable_len(&self.src[self.pos + 1..self.end]);
        self.matched = (self.pos, self.pos + 1 + len);
        self.emit(Tok::Variable, 1 + len);
    }
}

/// Ruby's `[[:blank:]]`.
pub(crate) fn is_blank(ch: char) -> bool {
    matches!(ch, ' ' | '\t' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// Offsets fit: callers refuse files over 4 GiB long before.
pub(crate) fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// First occurrence of `needle`.
pub(crate) fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    match needle {
        [byte] => hay.iter().position(|b| b == byte),
        _ => hay.windows(needle.len()).position(|w| w == needle),
    }
}

/// Length of `(::)?(\w+::)*\w+` at the start of `bytes`, 0 when it does not match.
pub(crate) fn variable_len(bytes: &[u8]) -> usize {
    let mut at = if bytes.starts_with(b"::") { 2 } else { 0 };
    let mut matched = 0;
    loop {
        let from = at;
        while at < bytes.len() && is_word(bytes[at]) {
            at += 1;
        }
        if at == from {
            return matched;
        }
        matched = at;
        if !bytes[at..].starts_with(b"::") {
            return matched;
        }
        at += 2;
    }
}

/// Ruby's `\w` (ASCII alone).
pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
