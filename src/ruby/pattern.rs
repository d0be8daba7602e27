//! Ruby's regular expressions on a Rust engine, with a bound on backtracking.

use fancy_regex::{Regex, RegexBuilder};
use rustc_hash::FxHashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

/// Entries of the cache before it is emptied.
const MAX_CACHED: usize = 4096;

/// Functions are called for thousands of hosts with the same few patterns.
static CACHE: LazyLock<RwLock<FxHashMap<String, Option<Arc<Regex>>>>> = LazyLock::new(RwLock::default);

/// Most steps a match may take.
const BACKTRACK_LIMIT: usize = 200_000;

/// Compiles a pattern written for Ruby; `None` if it can't be translated.
pub(crate) fn compile(pattern: &str) -> Option<Arc<Regex>> {
    if let Some(found) = CACHE.read().unwrap_or_else(PoisonError::into_inner).get(pattern) {
        return found.clone();
    }
    let built = RegexBuilder::new(&translate(pattern)).backtrack_limit(BACKTRACK_LIMIT).build();
    let compiled = built.ok().map(Arc::new);
    let mut cache = CACHE.write().unwrap_or_else(PoisonError::into_inner);
    if cache.len() >= MAX_CACHED {
        cache.clear();
    }
    cache.insert(pattern.to_owned(), compiled.clone());
    compiled
}

/// Flags of a literal (`i`, `x`, `m`) as an inline group of Ruby's.
pub(crate) fn with_flags(pattern: &str, flags: &str) -> String {
    if flags.is_empty() { pattern.to_owned() } else { format!("(?{flags}:{pattern})") }
}

/// A literal as a pattern that matches it.
pub(crate) fn escape(literal: &str) -> String {
    let mut out = String::with_capacity(literal.len());
    for c in literal.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if "[]{}()|-*.\\?+^$# ".contains(c) => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

/// `^` and `$` always match at lines in Ruby, its `m` is our `s`, `\h` and `\Z` have other names.
fn translate(pattern: &str) -> String {
    let mut out = String::from("(?m)");
    let mut chars = pattern.chars().peekable();
    let mut in_class = 0usize;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('h') if in_class > 0 => out.push_str("0-9a-fA-F"),
                Some('h') => out.push_str("[0-9a-fA-F]"),
                Some('H') => out.push_str("[^0-9a-fA-F]"),
                Some('Z') => out.push_str("(?=\\n?\\z)"),
                Some('/') => out.push('/'),
                Some(e) if "\"'@%=:,;<>!`".contains(e) => out.push(e),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            '[' => {
                in_class += 1;
                out.push('[');
            }
            ']' => {
                in_class = in_class.saturating_sub(1);
                out.push(']');
            }
            '(' if in_class == 0 && chars.peek() == Some(&'?') => {
                out.push('(');
                group_flags(&mut chars, &mut out);
            }
            other => out.push(other),
        }
    }
    out
}

fn group_flags(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    out.extend(chars.next());
    while let Some(c) = chars.peek().copied().filter(|c| "mix-".contains(*c)) {
        out.push(if c == 'm' { 's' } else { c });
        chars.next();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::{compile, escape};

    #[test]
    fn patterns_mean_what_ruby_means() {
        for (pattern, text, matches) in [
            ("^b$", "a\nb\nc", true),
            (r"\Ab", "a\nb", false),
            (r"c\Z", "c\n", true),
            (r"\A\h+\z", "DEADbeef", true),
            (r"[\h:]+\z", "::1", true),
            ("(?m:a.b)", "a\nb", true),
            ("a.b", "a\nb", false),
            (r"\/srv\/", "/srv/x", true),
            ("(?<x>a)\\k<x>", "aa", true),
        ] {
            assert_eq!(compile(pattern).unwrap().is_match(text).unwrap(), matches, "{pattern} on {text:?}");
        }
    }

    #[test]
    fn an_escaped_literal_matches_itself_only() {
        let pattern = compile(&format!(r"\A{}\z", escape("a.b[c]#d e"))).unwrap();
        assert!(pattern.is_match("a.b[c]#d e").unwrap());
        assert!(!pattern.is_match("aXb[c]#d e").unwrap());
    }
}
