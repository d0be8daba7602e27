//! Python 3, and of Python 2 what is wrong in either.

use super::{Fault, python2};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;

/// Deepest nesting of brackets that is parsed; the parser recurses.
const MAX_NESTING: usize = 150;

pub(super) fn fault(text: &str) -> Option<Fault> {
    if nested_too_deeply(text) {
        return None;
    }
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    let error = parsed.errors().first()?;
    if python2::is_python2(text) {
        return python2::fault(text, parsed.tokens());
    }
    let line = line_at(text, error.range().start().to_usize());
    Some(Fault { line, message: format!("not valid Python: {}", error.error) })
}

/// One-based line of a byte offset.
pub(super) fn line_at(text: &str, offset: usize) -> u32 {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    u32::try_from(before.iter().filter(|b| **b == b'\n').count() + 1).unwrap_or(0)
}

pub(super) fn nested_too_deeply(text: &str) -> bool {
    let mut depth = 0usize;
    text.bytes().any(|byte| {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > MAX_NESTING
    })
}
