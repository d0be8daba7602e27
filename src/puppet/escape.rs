//! Escapes in strings and heredocs.

use super::lexer::Heredoc;
use ecow::EcoString;

/// Something odd about an escape.
pub(crate) enum Complaint {
    /// `\u` without digits.
    BadUnicode,
    /// `\u` with a number that is no character.
    NoCharacter,
    /// A backslash before a character that has no such meaning.
    Unknown(char),
}

impl Complaint {
    /// Whether it is an error, its issue code and wording.
    pub(crate) fn explain(&self) -> (bool, &'static str, String) {
        let unicode = "Unicode escape '\\u' was not followed by 4 hex digits or 1-6 hex digits in {} or was > 10ffff";
        match self {
            Self::BadUnicode => (false, "ILLEGAL_UNICODE_ESCAPE", unicode.to_owned()),
            Self::NoCharacter => (true, "ILLEGAL_UNICODE_ESCAPE", unicode.to_owned()),
            Self::Unknown(c) => (false, "UNRECOGNIZED_ESCAPE", format!("Unrecognized escape sequence '\\{c}'")),
        }
    }
}

/// Decoded text and what was odd.
pub(crate) struct Decoded {
    pub(crate) text: EcoString,
    pub(crate) complaints: Vec<Complaint>,
}

/// `\\` and `\'` alone.
pub(crate) fn single_quoted(text: &str) -> EcoString {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\\'
            && let Some(escaped) = chars.next_if(|n| matches!(n, '\\' | '\''))
        {
            out.push(escaped);
        } else {
            out.push(c);
        }
    }
    EcoString::from(out)
}

/// The escapes of a double-quoted string.
pub(crate) fn double_quoted(text: &str) -> Decoded {
    decode(text, "\\$'\"rntsu", true, true)
}

/// Takes the margin off, then applies the escapes that are turned on.
pub(crate) fn heredoc(text: &str, at_line_start: bool, heredoc: &Heredoc) -> Decoded {
    let stripped =
        if heredoc.margin.is_empty() { None } else { Some(without_margin(text, at_line_start, &heredoc.margin)) };
    let text = stripped.as_deref().unwrap_or(text);
    if heredoc.escapes.is_empty() || !text.contains('\\') {
        return Decoded { text: EcoString::from(text), complaints: Vec::new() };
    }
    let letters: String = heredoc.escapes.chars().filter(|c| *c != 'L').chain(['\\']).collect();
    decode(text, &letters, heredoc.escapes.contains('L'), false)
}

fn without_margin(text: &str, at_line_start: bool, margin: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (i, line) in text.split_inclusive('\n').enumerate() {
        let strip = i > 0 || at_line_start;
        out.push_str(if strip { line.strip_prefix(margin).unwrap_or(line) } else { line });
    }
    out
}

fn decode(text: &str, letters: &str, joins_lines: bool, complain: bool) -> Decoded {
    let mut out = String::with_capacity(text.len());
    let mut complaints = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let tail = &rest[at + 1..];
        let Some(c) = tail.chars().next() else {
            out.push('\\');
            rest = "";
            break;
        };
        let mut taken = c.len_utf8();
        match c {
            '\n' if joins_lines => {}
            '\r' if joins_lines && tail.starts_with("\r\n") => taken = 2,
            '\n' | '\r' => {
                out.push('\\');
                taken = 0;
            }
            'u' if letters.contains('u') => taken = unicode(tail, &mut out, &mut complaints),
            _ if letters.contains(c) => out.push(simple(c)),
            _ => {
                if complain {
                    complaints.push(Complaint::Unknown(c));
                }
                out.push('\\');
                out.push(c);
            }
        }
        rest = &tail[taken..];
    }
    out.push_str(rest);
    Decoded { text: EcoString::from(out), complaints }
}

fn simple(c: char) -> char {
    match c {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        's' => ' ',
        other => other,
    }
}

/// `uXXXX` or `u{X…}`; says how many bytes it took.
fn unicode(tail: &str, out: &mut String, complaints: &mut Vec<Complaint>) -> usize {
    let digits = if tail.as_bytes().get(1) == Some(&b'{') {
        let end = tail.find('}').filter(|end| (3..=8).contains(end));
        end.map(|end| (&tail[2..end], end + 1))
    } else {
        tail.get(1..5).map(|hex| (hex, 5))
    };
    let digits = digits.filter(|(hex, _)| hex.bytes().all(|b| b.is_ascii_hexdigit()));
    let Some((hex, taken)) = digits else {
        complaints.push(Complaint::BadUnicode);
        out.push_str("\\u");
        return 1;
    };
    match u32::from_str_radix(hex, 16).ok().and_then(char::from_u32) {
        Some(c) => out.push(c),
        None => complaints.push(Complaint::NoCharacter),
    }
    taken
}
