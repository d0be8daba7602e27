//! Slash: division or a regular expression.

use super::{LexError, Lexer, Tok, pattern};

impl Lexer<'_> {
    pub(super) fn slash(&mut self) {
        if self.after.ends_value() {
            return self.emit(Tok::Div, 1);
        }
        match self.regex_end() {
            Some(end) => {
                let start = self.pos;
                self.pos = end;
                self.matched = (start, end);
                let source = self.text[start + 1..end - 1].replace("\\/", "/");
                match pattern::complaint(&source) {
                    None => self.push(Tok::Regex, start, end),
                    Some(why) => self.fail(LexError::plain("", format!("{why}: /{source}/")), start),
                }
            }
            None => self.emit(Tok::Div, 1),
        }
    }

    /// The end of the literal. An odd number of backslashes keeps a slash inside.
    fn regex_end(&mut self) -> Option<usize> {
        if self.pos >= self.no_regex_from {
            return None;
        }
        let mut escaped = false;
        for at in self.pos + 1..self.end {
            match self.src[at] {
                b'\\' => escaped = !escaped,
                b'/' if !escaped => return Some(at + 1),
                _ => escaped = false,
            }
        }
        self.no_regex_from = self.pos;
        None
    }
}
