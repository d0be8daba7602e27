//! Python of before 2020.
//!
//! No parser for Python 2 is at hand. A file that shows one of its tell-tales is let off everything
//! but what is wrong in both: brackets that do not pair.

use super::Fault;
use super::python::line_at;
use regex::Regex;
use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_text_size::Ranged;
use std::sync::OnceLock;

/// Syntax that only Python 2 takes, tried line by line.
const TELL_TALES: &str = r#"(?x)
      ^\s*(?:.*[:;]\s*)? print (?:\s*>>|\s+["'\w\-{\[%`]|\s*["'`]|\s+\() 
    | ^\s*(?:.*[:;]\s*)? print \s* (?:$|;|\#)
    | \bexcept \s+ [\w.]+ \s*, \s* \w+ \s* :
    | \bexcept \s* \([^)]*\) \s*, \s* \w+ \s* :
    | ^\s*(?:.*[:;]\s*)? raise \s+ [\w.]+ \s* , 
    | ^\s* exec \s+ ["'\w]
    | <>
    | \b[uU][rR]["']
    | \b0[0-7]+[lL]?\b
    | \b\d+[lL]\b
    | ` [^`]+ `
    | \b lambda \s* \(
    | ^\s* def \s+ \w+ \s* \( .* \( .* \) .* \) \s* :
    | ^\#!.*python2
"#;

pub(super) fn is_python2(text: &str) -> bool {
    static PATTERN: OnceLock<Option<Regex>> = OnceLock::new();
    let pattern = PATTERN.get_or_init(|| Regex::new(TELL_TALES).ok());
    pattern.as_ref().is_none_or(|p| text.lines().any(|line| p.is_match(line)))
}

/// Brackets that do not pair, strings and comments left out.
pub(super) fn fault(text: &str, tokens: &Tokens) -> Option<Fault> {
    let mut open: Vec<(TokenKind, usize)> = Vec::new();
    for token in tokens.iter() {
        let at = token.range().start().to_usize();
        let wanted = match token.kind() {
            TokenKind::Unknown => return None,
            kind @ (TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace) => {
                open.push((kind, at));
                continue;
            }
            TokenKind::Rpar => TokenKind::Lpar,
            TokenKind::Rsqb => TokenKind::Lsqb,
            TokenKind::Rbrace => TokenKind::Lbrace,
            _ => continue,
        };
        match open.pop() {
            Some((kind, _)) if kind == wanted => {}
            _ => return Some(Fault { line: line_at(text, at), message: "a bracket that closes nothing".to_owned() }),
        }
    }
    let (_, at) = open.pop()?;
    Some(Fault { line: line_at(text, at), message: "a bracket that is never closed".to_owned() })
}
