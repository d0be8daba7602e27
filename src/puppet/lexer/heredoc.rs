//! Heredocs: the tag, where the text lies, its margin and escapes.
//!
//! The text is lexed where it stands in the source, so every token keeps a true offset; the margin
//! is taken off when text is decoded.

use super::{Interpolation, LexError, Lexer, Tok, find, is_blank, is_word, narrow};
use crate::puppet::ast::Span;
use ecow::EcoString;

/// Escapes that a heredoc may turn on; `\\` comes with any of them.
const ESCAPES: &str = "trnsuL$";

/// A heredoc may interpolate another, but not for ever.
const MAX_NESTING: u8 = 8;

/// One heredoc.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heredoc {
    /// The syntax named after the tag.
    pub(crate) syntax: EcoString,
    /// Escape letters in force; empty when none are.
    pub(crate) escapes: EcoString,
    /// Blank text that is taken off the start of each line that has it.
    pub(crate) margin: EcoString,
}

/// What `@(…)` said.
struct Spec {
    tag: String,
    interpolates: bool,
    heredoc: Heredoc,
}

/// Where a text ends.
struct Ending {
    body_end: usize,
    next_line: usize,
    margin: EcoString,
}

impl Lexer<'_> {
    pub(super) fn heredoc(&mut self) {
        let start = self.pos;
        match self.heredoc_parts(start) {
            Ok((after, from, spec, ending)) => self.heredoc_tokens(start, after, from, spec, ending),
            Err((error, at)) => {
                self.fail(error, at);
                if self.pos == start {
                    self.pos = start + 2;
                }
            }
        }
    }

    fn heredoc_parts(&self, start: usize) -> Result<(usize, usize, Spec, Ending), (LexError, usize)> {
        let Some(close) = find(&self.src[start..self.end], b")") else {
            let message = format!("Unclosed parenthesis after '@(' followed by '{}'", self.followed_by());
            return Err((LexError::plain("HEREDOC_UNCLOSED_PARENTHESIS", message), start));
        };
        let after = start + close + 1;
        if self.heredoc_depth >= MAX_NESTING {
            return Err((LexError::plain("NESTING_TOO_DEEP", "Heredocs are nested too deep"), after));
        }
        let spec = find_spec(&self.text[start..after - 1]).map_err(|e| (e, after))?;
        let from = match self.newline_jump {
            Some(at) => at,
            None => match find(&self.src[after..self.end], b"\n") {
                Some(at) => after + at + 1,
                None => {
                    return Err((
                        LexError::plain("HEREDOC_WITHOUT_TEXT", "Heredoc without any following lines of text"),
                        after,
                    ));
                }
            },
        };
        match self.find_end(from, &spec.tag) {
            Some(ending) => Ok((after, from, spec, ending)),
            None => Err((LexError::plain("HEREDOC_WITHOUT_END_TAGGED_LINE", "Heredoc without end-tagged line"), from)),
        }
    }

    fn heredoc_tokens(&mut self, start: usize, after: usize, from: usize, spec: Spec, ending: Ending) {
        let index = self.out.tokens.len();
        let outer_after = self.after;
        self.push(Tok::Heredoc, start, after);
        let dollar = spec.heredoc.escapes.contains('$');
        self.out.heredocs.push((index, Heredoc { margin: ending.margin, ..spec.heredoc }));
        self.pos = after;
        if spec.interpolates {
            self.heredoc_body(index, from, ending.body_end, dollar);
        } else {
            self.push(Tok::HdStr, from, ending.body_end);
        }
        if !self.open.is_empty() {
            self.after = outer_after;
        }
        self.out.bodies.push(Span { start: narrow(from), end: narrow(ending.next_line) });
        self.newline_jump = Some(ending.next_line);
    }

    /// Lexes the text as a source of its own.
    fn heredoc_body(&mut self, index: usize, from: usize, end: usize, dollar: bool) {
        let outer_open: Vec<Interpolation> = std::mem::take(&mut self.open);
        let outer = (self.pos, self.end, self.line_start, self.newline_jump.take(), self.braces, self.dollar_escape);
        (self.pos, self.end, self.line_start) = (from, end, from);
        self.heredoc_depth += 1;
        self.dollar_escape = dollar;
        self.heredoc_text(index);
        self.run();
        self.heredoc_depth -= 1;
        (self.pos, self.end, self.line_start, self.newline_jump, self.braces, self.dollar_escape) = outer;
        self.open = outer_open;
    }

    fn find_end(&self, from: usize, tag: &str) -> Option<Ending> {
        let mut at = from;
        while at < self.end {
            let len = find(&self.src[at..self.end], b"\n").map_or(self.end - at, |n| n + 1);
            if let Some((leading, has_margin, drop_break)) = end_line(&self.text[at..at + len], tag) {
                let margin = if has_margin { EcoString::from(leading) } else { EcoString::new() };
                let body_end = if drop_break { without_break(&self.text[from..at]) + from } else { at };
                return Some(Ending { body_end, next_line: at + len, margin });
            }
            at += len;
        }
        None
    }
}

/// Length of `text` without its last line break.
fn without_break(text: &str) -> usize {
    let cut = text.strip_suffix('\n').unwrap_or(text);
    if cut.len() < text.len() { cut.strip_suffix('\r').unwrap_or(cut).len() } else { cut.len() }
}

/// The end line: blanks, `|`, `-`, the tag. Puppet searches the pattern anywhere in the line.
fn end_line<'l>(line: &'l str, tag: &str) -> Option<(&'l str, bool, bool)> {
    let body = line.strip_suffix('\n').unwrap_or(line);
    let body = body.strip_suffix('\r').unwrap_or(body);
    let head = body.trim_end_matches(is_blank).strip_suffix(tag)?;
    let (head, dash) = marker(head, '-');
    let (head, pipe) = marker(head, '|');
    let leading = &head[head.trim_end_matches(is_blank).len()..];
    Some((leading, pipe, dash))
}

/// Takes an optional marker with the blanks after it off the end of `head`.
fn marker(head: &str, mark: char) -> (&str, bool) {
    match head.trim_end_matches(is_blank).strip_suffix(mark) {
        Some(rest) => (rest, true),
        None => (head, false),
    }
}

/// Puppet searches the tag: when the first `@(` begins none, a later one may.
fn find_spec(text: &str) -> Result<Spec, LexError> {
    let (_, mut rest) = text.split_at(2);
    loop {
        match (read_spec(rest), rest.split_once("@(")) {
            (Err(e), Some((_, later))) if e.issue == "HEREDOC_INVALID_SYNTAX" => rest = later,
            (result, _) => return result,
        }
    }
}

/// Reads `TAG:syntax/escapes`.
fn read_spec(text: &str) -> Result<Spec, LexError> {
    let invalid =
        || LexError::plain("HEREDOC_INVALID_SYNTAX", "Invalid syntax in heredoc expected @(endtag[:syntax][/escapes])");
    let tag_end = text.find([':', '/', '\r', '\n', ')']).unwrap_or(text.len());
    let (raw_tag, mut rest) = text.split_at(tag_end);
    if raw_tag.is_empty() {
        return Err(invalid());
    }
    let mut syntax = "";
    if let Some(tail) = rest.strip_prefix(':') {
        let tail = tail.trim_start_matches(is_blank);
        let len = tail.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+')).count();
        syntax = &tail[..len];
        if len < 2 || !syntax.starts_with(|c: char| c.is_ascii_lowercase()) {
            return Err(invalid());
        }
        rest = tail[len..].trim_start_matches(is_blank);
    }
    let escapes = match rest.strip_prefix('/') {
        Some(tail) => {
            let letters = tail.trim_end_matches(is_blank);
            if !letters.bytes().all(|b| is_word(b) || b == b'$') {
                return Err(invalid());
            }
            read_escapes(letters)?
        }
        None if rest.is_empty() => EcoString::new(),
        None => return Err(invalid()),
    };
    let (tag, interpolates) = read_tag(raw_tag)?;
    Ok(Spec { tag, interpolates, heredoc: Heredoc { syntax: EcoString::from(syntax), escapes, ..Heredoc::default() } })
}

fn read_tag(raw: &str) -> Result<(String, bool), LexError> {
    let tag = raw.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\0');
    let quoted = tag.len() >= 2 && tag.starts_with('"') && tag.ends_with('"');
    let tag = if quoted { tag[1..tag.len() - 1].trim() } else { tag };
    if tag.is_empty() {
        return Err(LexError::plain("HEREDOC_EMPTY_ENDTAG", "Heredoc with an empty endtag"));
    }
    Ok((tag.to_owned(), quoted))
}

fn read_escapes(letters: &str) -> Result<EcoString, LexError> {
    if letters.is_empty() {
        return Ok(EcoString::from(ESCAPES));
    }
    for (i, c) in letters.char_indices() {
        if letters[..i].contains(c) {
            let list: Vec<String> = letters.chars().map(String::from).collect();
            let message = format!("An escape char for @() may only appear once. Got '{}'", list.join(", "));
            return Err(LexError::plain("HEREDOC_MULTIPLE_AT_ESCAPES", message));
        }
    }
    match letters.chars().find(|c| !ESCAPES.contains(*c)) {
        None => Ok(EcoString::from(letters)),
        Some(c) => {
            let message = format!("Invalid heredoc escape char. Only t, r, n, s,  u, L, $ allowed. Got '{c}'");
            Err(LexError::plain("HEREDOC_INVALID_ESCAPE", message))
        }
    }
}
