//! Ruby regular expressions (Onigmo), matched with a bound on the number of steps.
//!
//! The source is translated once into the syntax of `fancy-regex` and the result is cached. What
//! cannot be translated is an error, never a silent mismatch.

mod prefix;
mod translate;

pub use prefix::match_on_prefix;

use fancy_regex::{Regex, RegexBuilder};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

/// Longest pattern that is compiled.
const MAX_PATTERN: usize = 64 * 1024;
/// Backtracking steps of one match.
const MAX_STEPS: usize = 1_000_000;
/// Entries of the cache before it is emptied.
const MAX_CACHED: usize = 4096;

/// Why a pattern could not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegexError {
    /// Not a regular expression, or one that cannot be translated.
    #[error("{0}")]
    Syntax(String),
    /// Matching took too many steps.
    #[error("matching /{0}/ takes too many steps")]
    Steps(String),
}

type Compiled = Result<Arc<Regex>, RegexError>;

static CACHE: LazyLock<RwLock<FxHashMap<String, Compiled>>> = LazyLock::new(RwLock::default);

thread_local! {
    /// Copies of this thread's own: threads that match with one value wait for each other.
    static OWN: RefCell<FxHashMap<String, Compiled>> = RefCell::default();
}

/// Compiles a Ruby pattern.
///
/// # Errors
/// When it is not a valid pattern, too long, or uses what has no translation.
pub fn compile(pattern: &str) -> Compiled {
    OWN.with_borrow_mut(|own| {
        if let Some(found) = own.get(pattern) {
            return found.clone();
        }
        let compiled = shared(pattern).map(|regex| Arc::new(Regex::clone(&regex)));
        if own.len() >= MAX_CACHED {
            own.clear();
        }
        own.insert(pattern.to_owned(), compiled.clone());
        compiled
    })
}

fn shared(pattern: &str) -> Compiled {
    if let Some(found) = CACHE.read().unwrap_or_else(PoisonError::into_inner).get(pattern) {
        return found.clone();
    }
    let compiled = compile_new(pattern);
    let mut cache = CACHE.write().unwrap_or_else(PoisonError::into_inner);
    if cache.len() >= MAX_CACHED {
        cache.clear();
    }
    cache.insert(pattern.to_owned(), compiled.clone());
    compiled
}

fn compile_new(pattern: &str) -> Compiled {
    if pattern.len() > MAX_PATTERN {
        return Err(RegexError::Syntax("too big regular expression".to_owned()));
    }
    let translated = translate::from_ruby(pattern).map_err(RegexError::Syntax)?;
    RegexBuilder::new(&translated)
        .multi_line(true)
        .backtrack_limit(MAX_STEPS)
        .delegate_size_limit(20 << 20)
        .build()
        .map(Arc::new)
        .map_err(|e| RegexError::Syntax(e.to_string()))
}

/// Whether `text` contains a match.
///
/// # Errors
/// As [`compile`], and when matching exceeds its bound.
pub fn is_match(pattern: &str, text: &str) -> Result<bool, RegexError> {
    compile(pattern)?.is_match(text).map_err(|_| RegexError::Steps(pattern.to_owned()))
}

/// The first match: the whole and its groups, `None` for a group that took no part.
///
/// # Errors
/// As [`is_match`].
pub fn captures(pattern: &str, text: &str) -> Result<Option<Vec<Option<String>>>, RegexError> {
    let found = compile(pattern)?.captures(text).map_err(|_| RegexError::Steps(pattern.to_owned()))?;
    Ok(found.map(|c| (0..c.len()).map(|i| c.get(i).map(|m| m.as_str().to_owned())).collect()))
}

/// A pattern that matches `text` literally, as Ruby's `Regexp.escape` writes it.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\x0c' => out.push_str("\\f"),
            '\x0b' => out.push_str("\\v"),
            ' ' | '#' | '$' | '(' | ')' | '*' | '+' | '-' | '.' | '?' | '[' | '\\' | ']' | '^' | '{' | '|' | '}' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn matches_as_ruby_does() {
        let table = [
            (r"\A[a-f\h]+\z", "09af", true),
            (r"^b$", "a\nb\nc", true),
            (r"\Ab", "a\nb", false),
            (r"a.b", "a\nb", false),
            (r"(?m)a.b", "a\nb", true),
            (r"(?mi-x:A.B)", "a\nb", true),
            (r"(?<year>\d+)-\k<year>", "12-12", true),
            (r"[[:alpha:]]+", "é", true),
            (r"\w", "é", false),
            (r"\d", "٣", false),
            (r"a++b", "aaab", true),
            (r"(?>a+)ab", "aaab", false),
            (r"(?<=x)y(?!z)", "xy", true),
            (r"{x}", "{x}", true),
            (r"a{,2}b", "aab", true),
            (r"\/\-\_\<\>", "/-_<>", true),
            (r"a\Z", "a\n", true),
            (r"a\z", "a\n", false),
            (r"[^\W_]", "_", false),
            (r"[\w\-]+", "-", true),
            (r"(?i)ABC", "abc", true),
            (r"[a&&b]", "a", false),
            (r"(?#note)a", "a", true),
            (r"\p{L}+\z", "12é", true),
            (r"[\p{Upper}\P{^Nd}]", "É", true),
            (r"\p{^Alpha}", "abc", false),
            (r"\Aa**\z", "aaa", true),
        ];
        for (pattern, text, expected) in table {
            assert_eq!(is_match(pattern, text), Ok(expected), "/{pattern}/ on {text:?}");
        }
    }

    #[test]
    fn named_groups_turn_plain_groups_off() {
        let found = captures(r"(a)(?<n>b)", "ab").unwrap().unwrap();
        assert_eq!(found, [Some("ab".to_owned()), Some("b".to_owned())]);
    }

    #[test]
    fn bad_or_costly_patterns_are_errors() {
        assert!(compile("(").is_err());
        assert!(compile("*a").is_err());
        assert!(compile(&"a".repeat(MAX_PATTERN + 1)).is_err());
        assert!(is_match(r"(?=(a+)+\1$)b|^(a|aa)+\2b$", &"a".repeat(60)).is_err());
    }
}
