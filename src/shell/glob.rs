//! Shell patterns against symbolic text, and pattern trimming.

use std::rc::Rc;

use super::text::{Bit, Text, Truth};

/// Does the pattern match the whole text?
pub(crate) fn matches(pattern: &Text, subject: &Text, words: &str) -> Truth {
    if pattern.bits.len() == 1 && matches!(&pattern.bits[0], Bit::Glob(g) if g == "*") {
        return Truth::Yes;
    }
    match (pattern.has_hole(), subject.known()) {
        (false, Some(text)) => {
            let answer = Truth::of(glob(&tokens(pattern), &text.chars().collect::<Vec<_>>()));
            answer.resting_on(subject)
        }
        (false, None) if prefixes_differ(pattern, subject) => Truth::No.resting_on(subject),
        _ => Truth::Maybe(Rc::from(words)),
    }
}

fn prefixes_differ(pattern: &Text, subject: &Text) -> bool {
    let (p, s) = (pattern.prefix(), subject.prefix());
    let len = p.len().min(s.len());
    if p.as_bytes()[..len] != s.as_bytes()[..len] {
        return true;
    }
    // A whole literal pattern that is shorter than what is surely there.
    pattern.known().is_some_and(|p| p.len() < s.len() || (p.is_empty() && subject.is_surely_filled()))
}

enum Token {
    One(char),
    Any,
    Many,
    Class { negated: bool, ranges: Vec<(char, char)> },
}

fn tokens(pattern: &Text) -> Vec<Token> {
    let mut out = Vec::new();
    for bit in &pattern.bits {
        match bit {
            Bit::Lit(text) => out.extend(text.chars().map(Token::One)),
            Bit::Glob(g) if g == "*" => out.push(Token::Many),
            Bit::Glob(g) if g == "?" => out.push(Token::Any),
            Bit::Glob(g) => out.push(class(g)),
            Bit::Hole(_) => out.push(Token::Many),
        }
    }
    out
}

fn class(text: &str) -> Token {
    let inner = text.trim_start_matches('[').trim_end_matches(']');
    let negated = inner.starts_with(['!', '^']);
    let chars: Vec<char> = inner.chars().skip(usize::from(negated)).collect();
    let mut ranges = Vec::new();
    let mut at = 0;
    while let Some(&from) = chars.get(at) {
        match (chars.get(at + 1), chars.get(at + 2)) {
            (Some('-'), Some(&to)) => {
                ranges.push((from, to));
                at += 3;
            }
            _ => {
                ranges.push((from, from));
                at += 1;
            }
        }
    }
    Token::Class { negated, ranges }
}

/// Matches with one point of return, so no pattern takes exponential time.
fn glob(tokens: &[Token], text: &[char]) -> bool {
    let (mut t, mut s) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while s < text.len() {
        match tokens.get(t) {
            Some(Token::Many) => {
                retry = Some((t, s));
                t += 1;
            }
            Some(token) if fits(token, text[s]) => {
                t += 1;
                s += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    retry = Some((star, from + 1));
                    t = star + 1;
                    s = from + 1;
                }
                None => return false,
            },
        }
    }
    tokens[t..].iter().all(|token| matches!(token, Token::Many))
}

fn fits(token: &Token, c: char) -> bool {
    match token {
        Token::One(x) => *x == c,
        Token::Any | Token::Many => true,
        Token::Class { negated, ranges } => ranges.iter().any(|(a, b)| *a <= c && c <= *b) != *negated,
    }
}

/// `${x#pat}`, `${x%pat}` and their long forms on known text.
pub(crate) fn trim(subject: &str, pattern: &Text, suffix: bool, longest: bool) -> String {
    let chars: Vec<char> = subject.chars().collect();
    let tokens = tokens(pattern);
    let mut cuts: Vec<usize> = (0..=chars.len()).collect();
    // Order of trial: the shortest part first, or the longest first.
    if suffix != longest {
        cuts.reverse();
    }
    for cut in cuts {
        let (head, tail) = chars.split_at(cut);
        if glob(&tokens, if suffix { tail } else { head }) {
            return if suffix { head } else { tail }.iter().collect();
        }
    }
    subject.to_owned()
}

/// Does a path fit a pattern in which `*` and `?` do not cross a slash?
pub(crate) fn path_matches(pattern: &Text, path: &str) -> bool {
    let shape = pattern.to_string();
    if shape.matches('/').count() != path.matches('/').count() {
        return false;
    }
    glob(&tokens(pattern), &path.chars().collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::expand::active;

    #[test]
    fn patterns_match_as_in_sh() {
        let table = [("rem*", "remove", true), ("[!a-c]x", "dx", true), ("[!a-c]x", "bx", false), ("?", "", false)];
        for (pattern, text, expected) in table {
            let got = matches(&active(pattern), &Text::lit(text), "");
            assert_eq!(got, Truth::of(expected), "{pattern} {text}");
        }
    }

    #[test]
    fn trims_shortest_and_longest() {
        assert_eq!(trim("/a/b.c.d", &active("*/"), false, true), "b.c.d");
        assert_eq!(trim("/a/b.c.d", &active("*/"), false, false), "a/b.c.d");
        assert_eq!(trim("b.c.d", &active(".*"), true, false), "b.c");
        assert_eq!(trim("b.c.d", &active(".*"), true, true), "b");
    }
}
