//! Shell scripts: POSIX or Bash, by one parser that takes both.

use super::Fault;
use brush_parser::{ParseError, Parser, ParserOptions};

/// Deepest estimated nesting that is parsed; the parser recurses.
const MAX_NESTING: usize = 120;

/// The first syntax error; `None` as well for what is too deep to say.
pub(super) fn fault(text: &str) -> Option<Fault> {
    if nesting(text) > MAX_NESTING {
        return None;
    }
    let error = Parser::new(text.as_bytes(), &ParserOptions::default()).parse_program().err()?;
    let line = match &error {
        ParseError::ParsingNear(at) => at.line,
        ParseError::Tokenizing { position: Some(at), .. } => at.line,
        _ => text.lines().count(),
    };
    // Bash takes nearly anything as the name of a function; the parser does not.
    if text.lines().nth(line.saturating_sub(1)).is_some_and(names_a_function) {
        return None;
    }
    let reason = match &error {
        ParseError::ParsingNear(_) => "syntax error".to_owned(),
        ParseError::ParsingAtEndOfInput => "the file ends in the middle of a command".to_owned(),
        ParseError::Tokenizing { inner, .. } => inner.to_string(),
    };
    Some(Fault { line: u32::try_from(line).unwrap_or(0), message: format!("not valid shell: {reason}") })
}

/// `=() {`
fn names_a_function(line: &str) -> bool {
    let name = line.trim_start().split_once("()").map(|(name, _)| name.trim_end());
    name.is_some_and(|n| {
        !n.is_empty()
            && !n.contains([' ', '$', '('])
            && !n.chars().all(|c| c.is_ascii_alphanumeric() || "_-.:".contains(c))
    })
}

/// An upper estimate of nesting, blind to quotes. Closings are not believed for words, whose
/// closings may be in a comment: what is flat but long in `if`s is counted by its `fi`s.
fn nesting(text: &str) -> usize {
    let (mut brackets, mut highest) = (0usize, 0usize);
    for byte in text.bytes() {
        match byte {
            b'(' | b'{' => brackets += 1,
            b')' | b'}' => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        highest = highest.max(brackets);
    }
    let (mut words, mut deepest) = (0usize, 0usize);
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        match word {
            "if" | "case" | "do" => words += 1,
            "fi" | "esac" | "done" => words = words.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(words);
    }
    highest + deepest
}
