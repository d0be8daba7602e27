//! Bare words, type names and the two meanings of a colon.

use super::{LexError, Lexer, Tok, is_word, narrow};
use crate::puppet::LegacyNote;
use crate::puppet::ast::Span;

impl Lexer<'_> {
    pub(super) fn word(&mut self) {
        let start = self.pos;
        let len = bare_word_len(&self.src[start..self.end]);
        if len == 0 {
            return self.bad_word();
        }
        if self.legacy && self.old_name(start, len) {
            return;
        }
        let word = &self.src[start..start + len];
        self.pos += len;
        self.matched = (start, self.pos);
        let kind = Tok::keyword(word).unwrap_or_else(|| if is_name(word) { Tok::Name } else { Tok::Word });
        self.push(kind, start, start + len);
    }

    /// Before Puppet 4 any segment of a name could begin with a digit (`varnish::1layer`,
    /// `000_default`). Says whether a name longer than `len` was taken.
    pub(super) fn old_name(&mut self, start: usize, len: usize) -> bool {
        let old = old_name_len(&self.src[start..self.end]);
        if old <= len {
            return false;
        }
        self.pos = start + old;
        self.matched = (start, self.pos);
        self.note("name with a segment that begins with a digit", start, start + old);
        self.push(Tok::Name, start, start + old);
        true
    }

    fn bad_word(&mut self) {
        self.pos += 1;
        let at = self.pos;
        if self.src[at..self.end].starts_with(b"::") {
            self.fail(LexError::plain("ILLEGAL_FULLY_QUALIFIED_NAME", "Illegal fully qualified name"), at);
        } else {
            self.fail(LexError::plain("ILLEGAL_NAME_OR_BARE_WORD", "Illegal name or bare word"), at);
        }
    }

    pub(super) fn class_ref(&mut self) {
        let start = self.pos;
        let len = self.class_ref_end(start) - start;
        self.pos += len;
        if self.src[self.pos..self.end].starts_with(b"::") {
            let at = self.pos + 1;
            self.fail(LexError::plain("ILLEGAL_CLASS_REFERENCE", "Illegal class reference"), at);
            self.pos = at;
            return;
        }
        self.matched = (start, self.pos);
        self.push(Tok::ClassRef, start, start + len);
    }

    pub(super) fn colon(&mut self) {
        if self.peek(1) != b':' {
            return self.emit(Tok::Colon, 1);
        }
        if self.peek(2).is_ascii_uppercase() {
            return self.absolute_class_ref();
        }
        let start = self.pos;
        let len = bare_word_len(&self.src[start..self.end]);
        if self.legacy && self.old_name(start, len) {
            return;
        }
        if len == 0 {
            self.pos += 2;
            let at = self.pos;
            return self.fail(LexError::plain("ILLEGAL_FULLY_QUALIFIED_NAME", "Illegal fully qualified name"), at);
        }
        self.pos += len;
        self.matched = (start, self.pos);
        let kind = if is_name(&self.src[start..self.pos]) { Tok::Name } else { Tok::Word };
        self.push(kind, start, start + len);
    }

    /// End of a type name; before Puppet 4 it could hold dashes.
    fn class_ref_end(&mut self, start: usize) -> usize {
        let mut end = start + class_ref_len(&self.src[start..self.end]);
        while self.legacy
            && self.src[end..self.end].starts_with(b"-")
            && self.src.get(end + 1).is_some_and(u8::is_ascii_alphabetic)
        {
            let tail = &self.src[end + 1..self.end];
            let segment = tail.iter().take_while(|b| is_word(**b)).count();
            let stop = end + 1 + segment;
            end = stop + class_ref_len(&self.src[stop..self.end]);
            self.note("type name with a dash", start, end);
        }
        end
    }

    fn absolute_class_ref(&mut self) {
        let start = self.pos;
        let len = self.class_ref_end(start) - start;
        self.pos += len;
        if self.src[self.pos..self.end].starts_with(b"::") {
            let at = (self.pos + 3).min(self.end);
            let message = "Illegal fully qualified class reference";
            self.fail(LexError::plain("ILLEGAL_FULLY_QUALIFIED_CLASS_REFERENCE", message), at);
            self.pos = self.text.ceil_char_boundary(at);
            return;
        }
        self.matched = (start, self.pos);
        self.push(Tok::ClassRef, start, start + len);
    }

    /// Names a use of the older dialect.
    pub(super) fn note(&mut self, what: &'static str, start: usize, end: usize) {
        self.out.legacy.push(LegacyNote { what, span: Span { start: narrow(start), end: narrow(end) } });
    }
}

/// Length of `((::)?[a-z_]([\w-]*\w)?)+`.
pub(super) fn bare_word_len(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        let from = if bytes[at..].starts_with(b"::") { at + 2 } else { at };
        if !bytes.get(from).is_some_and(|b| b.is_ascii_lowercase() || *b == b'_') {
            return at;
        }
        at = segment_end(bytes, from + 1);
    }
}

/// Length of `((::)?[a-z0-9][\w-]*)+` without a dash at its end.
fn old_name_len(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        let from = if bytes[at..].starts_with(b"::") { at + 2 } else { at };
        if (at > 0 && from == at) || !bytes.get(from).is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
            return at;
        }
        at = segment_end(bytes, from + 1);
    }
}

/// End of `[\w-]*\w` from `from`, or `from` when there is no word character.
fn segment_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    let mut end = from;
    while let Some(&b) = bytes.get(at) {
        if is_word(b) {
            end = at + 1;
        } else if b != b'-' {
            break;
        }
        at += 1;
    }
    end
}

/// Length of `((::)?[A-Z]\w*)+`.
pub(super) fn class_ref_len(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        let from = if bytes[at..].starts_with(b"::") { at + 2 } else { at };
        if !bytes.get(from).is_some_and(u8::is_ascii_uppercase) {
            return at;
        }
        at = from + 1;
        while bytes.get(at).is_some_and(|b| is_word(*b)) {
            at += 1;
        }
    }
}

/// Whether a bare word is a name: every segment starts with a letter and has no dash.
pub(super) fn is_name(word: &[u8]) -> bool {
    let mut start = true;
    for &b in word {
        match b {
            b':' => start = true,
            b'-' => return false,
            _ if start => {
                if !b.is_ascii_lowercase() {
                    return false;
                }
                start = false;
            }
            _ => {}
        }
    }
    true
}
