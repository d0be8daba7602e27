//! Quoted strings and what is interpolated in them.
//!
//! A string without interpolation is one token. Otherwise it is `Pre`, the tokens of each
//! expression with `Mid` between them, and `Post`. The closing brace is found by counting, so an
//! open interpolation is an entry on a stack, not a call.

use super::{Interpolation, LexError, Lexer, Tok, variable_len};

/// How a run of text ended.
enum Stop {
    Quote,
    Expr,
    Dollar,
    End,
}

impl Lexer<'_> {
    pub(super) fn single_quoted(&mut self) {
        let start = self.pos;
        let mut at = start + 1;
        while at < self.end {
            match self.src[at] {
                b'\\' => at += 2,
                b'\'' if at == start + 1 && self.quote_is_text(at, b"'") => at += 1,
                b'\'' => {
                    self.pos = at + 1;
                    self.matched = (at.saturating_sub(1), at + 1);
                    return self.push(Tok::Str, start, at + 1);
                }
                _ => at += 1,
            }
        }
        self.pos = start + 1;
        let message = format!("Unclosed quote after \"'\" followed by '{}'", self.followed_by());
        self.fail(LexError::plain("UNCLOSED_QUOTE", message), start + 1);
        self.pos = self.end;
    }

    pub(super) fn double_quoted(&mut self) {
        let start = self.pos;
        self.matched = (start, start + 1);
        self.pos += 1;
        let index = self.out.tokens.len();
        let (stop, end) = self.quoted_run();
        match stop {
            Stop::Quote => {
                self.pos = end + 1;
                self.push(Tok::Str, start, end + 1);
            }
            Stop::End => {
                self.pos = end;
                self.unclosed_quote(index);
            }
            _ => self.piece(true, Tok::DqPre, start, end, stop, index),
        }
    }

    /// Goes on after the `}` that closes `${`.
    pub(super) fn end_interpolation(&mut self) {
        let Some(open) = self.open.pop() else { return };
        self.pos += 1;
        self.after = Tok::RBrace;
        self.name_to_variable(open.first);
        self.rest_of_string(open.quoted, open.string);
    }

    /// A bare word that is alone, or is accessed or called upon, is a variable.
    fn name_to_variable(&mut self, first: usize) {
        let next = self.out.tokens.get(first + 1).map(|t| t.kind);
        if !matches!(next, None | Some(Tok::Dot | Tok::LBrack)) {
            return;
        }
        let Some(token) = self.out.tokens.get_mut(first) else { return };
        match token.kind {
            Tok::Number | Tok::Name | Tok::Word | Tok::True | Tok::False => token.kind = Tok::Variable,
            kind if kind.is_keyword() => token.kind = Tok::Variable,
            _ => {}
        }
    }

    /// A piece of a string that goes on. Puppet queues these, so for what a slash means the token
    /// before the string still counts.
    fn push_within(&mut self, kind: Tok, start: usize, end: usize) {
        let after = self.after;
        self.push(kind, start, end);
        self.after = after;
    }

    /// The last piece, which counts unless the string stands inside another.
    fn push_last(&mut self, kind: Tok, start: usize, end: usize) {
        if self.open.is_empty() { self.push(kind, start, end) } else { self.push_within(kind, start, end) }
    }

    /// Text after an interpolation, up to the next one or the end.
    fn rest_of_string(&mut self, quoted: bool, string: usize) {
        let start = self.pos;
        let (stop, end) = if quoted { self.quoted_run() } else { self.heredoc_run() };
        match stop {
            Stop::Quote => {
                self.push_last(Tok::DqPost, start, end + 1);
                self.pos = end + 1;
            }
            Stop::End if quoted => {
                self.pos = end;
                self.unclosed_quote(string);
            }
            Stop::End => {
                self.push(Tok::HdPost, start, end);
                self.pos = end;
            }
            _ => self.piece(quoted, if quoted { Tok::DqMid } else { Tok::HdMid }, start, end, stop, string),
        }
    }

    /// Hands out a piece of text and what stands after it: `$name` whole, or the start of `${`.
    fn piece(&mut self, quoted: bool, kind: Tok, start: usize, end: usize, stop: Stop, string: usize) {
        self.push_within(kind, start, end);
        if matches!(stop, Stop::Expr) {
            self.pos = end + 2;
            self.matched = (end, end + 2);
            let first = self.out.tokens.len();
            self.open.push(Interpolation { braces: self.braces, first, string, quoted });
            self.braces += 1;
            return;
        }
        let len = variable_len(&self.src[end + 1..self.end]);
        self.pos = end + 1 + len;
        self.matched = (end + 1, self.pos);
        self.push_within(Tok::Variable, end, self.pos);
        self.rest_of_string_guarded(quoted, string);
    }

    /// `$a$b$c…` would recurse once a variable: bounded by going through the run loop instead.
    fn rest_of_string_guarded(&mut self, quoted: bool, string: usize) {
        let start = self.pos;
        loop {
            let from = self.pos;
            let (stop, end) = if quoted { self.quoted_run() } else { self.heredoc_run() };
            if !matches!(stop, Stop::Dollar) {
                self.pos = from;
                return self.rest_of_string(quoted, string);
            }
            self.push_within(if quoted { Tok::DqMid } else { Tok::HdMid }, from, end);
            let len = variable_len(&self.src[end + 1..self.end]);
            self.pos = end + 1 + len;
            self.matched = (end + 1, self.pos);
            self.push_within(Tok::Variable, end, self.pos);
            debug_assert!(self.pos > start);
        }
    }

    /// From the current byte to the closing quote or the next interpolation. At the end of input
    /// it says from where the search for the quote was in vain.
    fn quoted_run(&mut self) -> (Stop, usize) {
        let mut at = self.pos;
        let mut from = at;
        while at < self.end {
            match self.src[at] {
                b'"' if at == from && self.quote_is_text(at, b"\"$") => at += 1,
                b'"' => return (Stop::Quote, at),
                b'\\' => at += 2,
                b'$' => match self.dollar(at) {
                    Some(stop) => return (stop, at),
                    None => {
                        at += 1;
                        from = at;
                        self.matched = (at, at);
                    }
                },
                _ => at += 1,
            }
        }
        (Stop::End, from)
    }

    /// Puppet's pattern for the end of a string takes any first character as text if an end can
    /// follow it, a quote included: `"""` is a string that holds a quote.
    fn quote_is_text(&self, at: usize, ends: &[u8]) -> bool {
        let tail = &self.src[at + 1..self.end];
        let slashes = tail.iter().take_while(|b| **b == b'\\').count();
        slashes % 2 == 0 && tail.get(slashes).is_some_and(|b| ends.contains(b))
    }

    /// The same for heredoc text, where a backslash protects a dollar only if `$` is escapable.
    fn heredoc_run(&mut self) -> (Stop, usize) {
        let escapable = self.dollar_escape;
        let mut at = self.pos;
        while at < self.end {
            match self.src[at] {
                b'\\' if escapable => at += 2,
                b'$' => match self.dollar(at) {
                    Some(stop) => return (stop, at),
                    None => at += 1,
                },
                _ => at += 1,
            }
        }
        (Stop::End, self.end)
    }

    fn dollar(&self, at: usize) -> Option<Stop> {
        if at + 1 < self.end && self.src[at + 1] == b'{' {
            return Some(Stop::Expr);
        }
        (variable_len(&self.src[at + 1..self.end]) > 0).then_some(Stop::Dollar)
    }

    /// The text of a heredoc that interpolates, from the current byte.
    pub(super) fn heredoc_text(&mut self, string: usize) {
        let start = self.pos;
        let (stop, end) = self.heredoc_run();
        match stop {
            Stop::End | Stop::Quote => {
                self.push(Tok::HdStr, start, end);
                self.pos = end;
            }
            _ => self.piece(false, Tok::HdPre, start, end, stop, string),
        }
    }

    /// The end was reached inside `${`: what is missing first is the quote.
    pub(super) fn unclosed_interpolation(&mut self) {
        let Some(open) = self.open.last() else { return };
        let (string, quoted) = (open.string, open.quoted);
        if quoted {
            self.unclosed_quote(string);
        } else {
            self.open.pop();
            self.push(Tok::HdPost, self.end, self.end);
        }
    }

    fn unclosed_quote(&mut self, string: usize) {
        let after = self.text.get(self.matched.0..self.matched.1).unwrap_or("");
        let message = format!("Unclosed quote after '{after}' followed by '{}'", self.followed_by());
        let at = self.pos;
        if self.open.is_empty() {
            self.drop_tokens(string);
        }
        self.fail(LexError::plain("UNCLOSED_QUOTE", message), at);
        self.pos = self.end;
    }
}
