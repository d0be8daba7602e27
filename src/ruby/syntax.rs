//! Is it Ruby at all? Syntax errors with their lines.

use ruby_prism::{Options, parse_with_options};

/// Deepest nesting of brackets that is parsed; the parser recurses.
const MAX_NESTING: usize = 400;
/// Largest program that is parsed, in bytes.
const MAX_SIZE: usize = 8 << 20;

/// A syntax error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RubyError {
    /// One-based line.
    pub line: u32,
    /// The parser's message.
    pub message: String,
}

/// Why a program is not even parsed: too large or too deep.
pub(crate) fn refused(source: &str) -> Option<&'static str> {
    if source.len() > MAX_SIZE {
        return Some("larger than 8 MiB");
    }
    let mut depth = 0usize;
    for byte in source.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_NESTING {
            return Some("nested deeper than 400 brackets");
        }
    }
    None
}

/// The options under which everything is parsed: a part of a larger program, whose jumps may be
/// legal where it is run.
pub(crate) fn options() -> ruby_prism::ParseOptions {
    Options::default().partial_script(true).build()
}

/// All syntax errors of a Ruby file; empty when it is sound (or too large or deep to say).
#[must_use]
pub fn syntax_errors(source: &str) -> Vec<RubyError> {
    if refused(source).is_some() {
        return Vec::new();
    }
    let options = options();
    errors_of(&parse_with_options(source.as_bytes(), &options))
}

/// The errors of a parse.
pub(crate) fn errors_of(result: &ruby_prism::ParseResult<'_>) -> Vec<RubyError> {
    result
        .errors()
        .map(|error| RubyError {
            line: u32::try_from(error.location().start_line()).unwrap_or(0),
            message: String::from_utf8_lossy(error.message()).into_owned(),
        })
        .collect()
}
