//! Is it Ruby at all? Syntax errors with their lines.

use ruby_prism::{Options, parse_with_options};

/// Deepest nesting of brackets that is parsed; the parser recurses.
const MAX_NESTING: usize = 400;
/// Stack for a program that may nest deeply: memory is taken only as far as it is used.
const STACK: usize = 256 << 20;
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
    let owned = source.to_owned();
    let parse = move || errors_of(&parse_with_options(owned.as_bytes(), &options()));
    with_room(source.len(), nests_by_words(source), parse).unwrap_or_default()
}

/// How deep prefix operators and opening words could nest at most, brackets aside.
pub(crate) fn nests_by_words(source: &str) -> usize {
    let operators = source.bytes().filter(|b| b"-+!~&*?=<".contains(b)).count();
    let words = source.split(|c: char| !c.is_ascii_alphanumeric());
    let opening = ["if", "unless", "while", "until", "do", "begin", "case", "def", "class", "not", "defined", "module"];
    operators + words.filter(|w| opening.contains(w)).count()
}

/// Runs a parser on a thread with a large stack where the program could nest deeply.
pub(crate) fn with_room<T: Send + 'static>(
    size: usize,
    nesting: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    if size < 256 << 10 && nesting < 600 {
        return Some(work());
    }
    std::thread::Builder::new().stack_size(STACK).spawn(work).ok()?.join().ok()
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
