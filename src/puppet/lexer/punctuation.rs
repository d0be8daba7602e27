//! Punctuation and operators, and the blanks before a bracket that change what it means.

use super::{EppMode, Lexer, Tok, is_blank};

impl Lexer<'_> {
    pub(super) fn punctuation(&mut self) {
        let (kind, len) = match (self.src[self.pos], self.peek(1), self.peek(2)) {
            (b'[', ..) => (if self.blank_before() { Tok::ListStart } else { Tok::LBrack }, 1),
            (b']', ..) => (Tok::RBrack, 1),
            (b'(', ..) => (if self.first_on_line() { Tok::WsLParen } else { Tok::LParen }, 1),
            (b')', ..) => (Tok::RParen, 1),
            (b'{', ..) => return self.open_brace(),
            (b'}', ..) => return self.close_brace(),
            (b',', ..) => (Tok::Comma, 1),
            (b';', ..) => (Tok::Semic, 1),
            (b'.', ..) => (Tok::Dot, 1),
            (b'?', ..) => (Tok::QMark, 1),
            (b'*', ..) => (Tok::Times, 1),
            (b'@', b'@', _) => (Tok::AtAt, 2),
            (b'@', b'(', _) => return self.heredoc(),
            (b'@', ..) => (Tok::At, 1),
            (b'/', b'*', _) => return self.block_comment(),
            (b'/', ..) => return self.slash(),
            (b'%', b'>', _) | (b'-', b'%', b'>') if self.epp != EppMode::None => return self.epp_close(),
            _ => match self.operator() {
                Some(operator) => operator,
                None => return self.other(),
            },
        };
        self.emit(kind, len);
    }

    fn operator(&self) -> Option<(Tok, usize)> {
        Some(match (self.src[self.pos], self.peek(1), self.peek(2)) {
            (b'|', b'>', b'>') => (Tok::RRCollect, 3),
            (b'|', b'>', _) => (Tok::RCollect, 2),
            (b'|', ..) => (Tok::Pipe, 1),
            (b'=', b'=', _) => (Tok::IsEqual, 2),
            (b'=', b'>', _) => (Tok::FArrow, 2),
            (b'=', b'~', _) => (Tok::Match, 2),
            (b'=', ..) => (Tok::Equals, 1),
            (b'+', b'=', _) => (Tok::Appends, 2),
            (b'+', b'>', _) => (Tok::PArrow, 2),
            (b'+', ..) => (Tok::Plus, 1),
            (b'-', b'>', _) => (Tok::InEdge, 2),
            (b'-', b'=', _) => (Tok::Deletes, 2),
            (b'-', ..) => (Tok::Minus, 1),
            (b'!', b'=', _) => (Tok::NotEqual, 2),
            (b'!', b'~', _) => (Tok::NoMatch, 2),
            (b'!', ..) => (Tok::Not, 1),
            (b'~', b'>', _) => (Tok::InEdgeSub, 2),
            (b'<', b'<', b'|') => (Tok::LLCollect, 3),
            (b'<', b'<', _) => (Tok::LShift, 2),
            (b'<', b'=', _) => (Tok::LessEqual, 2),
            (b'<', b'|', _) => (Tok::LCollect, 2),
            (b'<', b'-', _) => (Tok::OutEdge, 2),
            (b'<', b'~', _) => (Tok::OutEdgeSub, 2),
            (b'<', ..) => (Tok::Less, 1),
            (b'>', b'>', _) => (Tok::RShift, 2),
            (b'>', b'=', _) => (Tok::GreaterEqual, 2),
            (b'>', ..) => (Tok::Greater, 1),
            (b'%', ..) => (Tok::Modulo, 1),
            _ => return None,
        })
    }

    /// A Unicode blank is skipped, anything else is a token that fits nowhere.
    fn other(&mut self) {
        let ch = self.text[self.pos..].chars().next().unwrap_or(' ');
        if is_blank(ch) {
            self.pos += ch.len_utf8();
        } else {
            self.emit(Tok::Other, ch.len_utf8());
        }
    }

    fn open_brace(&mut self) {
        self.braces += 1;
        let kind = if self.after == Tok::QMark { Tok::SelBrace } else { Tok::LBrace };
        self.emit(kind, 1);
    }

    fn close_brace(&mut self) {
        self.braces -= 1;
        match self.open.last() {
            Some(open) if open.braces == self.braces => self.end_interpolation(),
            _ => self.emit(Tok::RBrace, 1),
        }
    }

    /// Whether the text before the current byte ends in a blank or a line break, or is empty.
    fn blank_before(&self) -> bool {
        match self.pos.checked_sub(1).map(|at| self.src[at]) {
            None | Some(b' ' | b'\t' | b'\r' | b'\n') => true,
            Some(0..=0x7f) => false,
            Some(_) => self.text[..self.pos].chars().next_back().is_some_and(is_blank),
        }
    }

    fn first_on_line(&self) -> bool {
        let head = self.text.get(self.line_start..self.pos).unwrap_or("x");
        head.chars().all(|c| c == '\r' || is_blank(c))
    }
}
