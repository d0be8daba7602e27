//! What the lexer refuses, in Puppet's words, and how it goes on afterwards.

use super::{Lexer, Tok, narrow};

/// Past this many errors a file is noise, and looking for what is missing costs time each time.
const MAX_ERRORS: usize = 50;

/// A lexical error.
#[derive(Clone, Debug)]
pub(crate) struct LexError {
    /// Puppet's issue code.
    pub(crate) issue: &'static str,
    /// Puppet's wording.
    pub(crate) message: String,
    /// Byte offset that is reported.
    pub(crate) at: u32,
}

impl LexError {
    pub(crate) fn plain(issue: &'static str, message: impl Into<String>) -> Self {
        Self { issue, message: message.into(), at: 0 }
    }
}

impl Lexer<'_> {
    /// Records an error reported at `at`. Inside an interpolation the whole string is given up,
    /// as its tokens have not been handed out yet.
    pub(super) fn fail(&mut self, mut error: LexError, at: usize) {
        error.at = narrow(at);
        if let Some(outer) = self.open.first() {
            let (string, braces) = (outer.string, outer.braces);
            self.braces = braces;
            self.drop_tokens(string);
            self.open.clear();
            if self.heredoc_depth > 0 {
                self.pos = self.end;
            }
            self.skip_line();
        }
        self.out.errors.push((self.out.tokens.len(), error));
        if self.out.errors.len() >= MAX_ERRORS {
            self.pos = self.end;
        }
        let at = at.min(self.text.len());
        self.push(Tok::Error, at, at);
    }

    pub(super) fn drop_tokens(&mut self, from: usize) {
        self.out.tokens.truncate(from);
        self.out.heredocs.retain(|(i, _)| *i < from);
        self.out.texts.retain(|(i, _)| *i < from);
    }

    /// Goes on at the next line.
    pub(super) fn skip_line(&mut self) {
        while self.pos < self.end && self.src[self.pos] != b'\n' {
            self.pos += 1;
        }
    }

    /// A byte order mark is an error in Puppet, whatever follows.
    pub(super) fn refuse_bom(&mut self) -> bool {
        if self.legacy || !self.src.starts_with(b"\xef\xbb\xbf") || self.src.len() < 4 {
            if self.legacy && self.src.starts_with(b"\xef\xbb\xbf") {
                self.pos = 3;
                self.line_start = 3;
            }
            return false;
        }
        let message =
            "Illegal UTF-8 Byte Order mark at beginning of input: [EF BB BF] - remove these from the puppet source";
        self.fail(LexError::plain("ILLEGAL_BOM", message), 0);
        self.pos = self.end;
        true
    }

    /// The next five characters, or `<eof>`.
    pub(super) fn followed_by(&self) -> String {
        let rest = self.text.get(self.pos..self.end).unwrap_or("");
        if rest.is_empty() {
            return "<eof>".to_owned();
        }
        let head: String = rest.chars().take(5).collect();
        (head + "...").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
    }
}
