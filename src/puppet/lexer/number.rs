//! Numbers, and which of the four complaints a bad one gets.

use super::{LexError, Lexer, Tok, is_word};

impl Lexer<'_> {
    pub(super) fn number(&mut self) {
        let start = self.pos;
        let len = number_len(&self.src[start..self.end]);
        if self.legacy && self.old_number(start, len) {
            return;
        }
        if len == 0 {
            return self.bad_number();
        }
        self.pos += len;
        self.matched = (start, self.pos);
        if let Some(error) = complaint(&self.text[start..self.pos]) {
            return self.fail(error, start);
        }
        self.push(Tok::Number, start, start + len);
    }

    /// Before Puppet 4 a bare word could begin with a digit, and numbers were not checked. A dash
    /// between digits stays a minus.
    fn old_number(&mut self, start: usize, len: usize) -> bool {
        let tail = &self.src[start + len..self.end];
        let dashed = len > 0 && tail.first() == Some(&b'-') && tail.get(1).is_some_and(u8::is_ascii_lowercase);
        if len == 0 || dashed {
            return self.old_name(start, len);
        }
        if complaint(&self.text[start..start + len]).is_none() {
            return false;
        }
        self.note("number with digits that its radix does not have", start, start + len);
        self.pos = start + len;
        self.push(Tok::Word, start, start + len);
        true
    }

    /// What follows a dot is complained of together with the digits before the dot.
    fn bad_number(&mut self) {
        let at = self.pos;
        let end = at + self.src[at..self.end].iter().take_while(|b| is_word(**b)).count();
        let mut start = at;
        if at > 1 && self.src[at - 1] == b'.' {
            let whole = self.src[..at - 1].iter().rev().take_while(|b| b.is_ascii_digit()).count();
            start = if whole > 0 { at - 1 - whole } else { at };
        }
        let text = &self.text[start..end];
        match complaint(text) {
            Some(error) => self.fail(error, start),
            None => self.fail(illegal(text), at + 1),
        }
        self.pos = self.pos.max(end);
    }
}

/// Puppet's number pattern with its word boundary at the end; 0 when it does not match.
fn number_len(bytes: &[u8]) -> usize {
    let hex = hex_len(bytes);
    if hex > 0 {
        return hex;
    }
    let whole = digits(bytes, 0);
    let mut ends = [whole, 0, 0, 0];
    let mut fraction = whole;
    if bytes.get(whole) == Some(&b'.') {
        let end = digits(bytes, whole + 1);
        if end > whole + 1 {
            ends[1] = end;
            fraction = end;
        }
    }
    ends[2] = exponent(bytes, whole);
    ends[3] = exponent(bytes, fraction);
    // The longest alternative that ends at a word boundary wins.
    for end in [ends[3], ends[1], ends[2], ends[0]] {
        if end > 0 && !word_follows(bytes, end) {
            return end;
        }
    }
    0
}

/// Whether there is no word boundary at `end`; a letter of any script counts here.
fn word_follows(bytes: &[u8], end: usize) -> bool {
    match bytes.get(end) {
        Some(b) if b.is_ascii() => is_word(*b),
        Some(_) => {
            let tail = &bytes[end..bytes.len().min(end + 4)];
            let valid = match std::str::from_utf8(tail) {
                Ok(text) => text,
                Err(e) => std::str::from_utf8(&tail[..e.valid_up_to()]).unwrap_or(""),
            };
            valid.chars().next().is_some_and(char::is_alphanumeric)
        }
        None => false,
    }
}

fn hex_len(bytes: &[u8]) -> usize {
    if bytes.first() != Some(&b'0') || !matches!(bytes.get(1), Some(b'x' | b'X')) {
        return 0;
    }
    let len = 2 + bytes[2..].iter().take_while(|b| b.is_ascii_hexdigit()).count();
    if len == 2 || word_follows(bytes, len) { 0 } else { len }
}

fn digits(bytes: &[u8], from: usize) -> usize {
    from + bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count()
}

/// End of `[eE]-?\d+` at `from`, 0 when there is none.
fn exponent(bytes: &[u8], from: usize) -> usize {
    if !matches!(bytes.get(from), Some(b'e' | b'E')) {
        return 0;
    }
    let sign = usize::from(bytes.get(from + 1) == Some(&b'-'));
    let end = digits(bytes, (from + 1 + sign).min(bytes.len()));
    if end > from + 1 + sign { end } else { 0 }
}

/// The error that Puppet has for `text`, if any.
fn complaint(text: &str) -> Option<LexError> {
    let bytes = text.as_bytes();
    let second = bytes.get(1).copied();
    let (ok, issue, what) = if bytes.first() == Some(&b'0') && matches!(second, Some(b'x' | b'X')) {
        (hex_len(bytes) == bytes.len(), "INVALID_HEX_NUMBER", "hex")
    } else if bytes.first() == Some(&b'0') && second.is_some_and(|b| b != b'.') {
        (bytes.iter().all(|b| (b'0'..=b'7').contains(b)), "INVALID_OCTAL_NUMBER", "octal")
    } else if matches!(bytes.get(digits(bytes, 0)), Some(b'e' | b'E' | b'.')) {
        (number_len(bytes) == bytes.len(), "INVALID_DECIMAL_NUMBER", "decimal")
    } else if bytes.iter().all(u8::is_ascii_digit) {
        return None;
    } else {
        return Some(illegal(text));
    };
    if ok { None } else { Some(LexError::plain(issue, format!("Not a valid {what} number {text}"))) }
}

fn illegal(text: &str) -> LexError {
    LexError::plain("ILLEGAL_NUMBER", format!("Illegal number '{text}'"))
}
