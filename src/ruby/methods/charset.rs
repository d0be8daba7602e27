//! Methods of strings that take sets of characters: `tr`, `tr_s`, `delete`, `squeeze`, `count`.
//!
//! A set is spelled as in `"a-z"` or `"^0-9"`; of several sets a character must be in each.

use crate::ruby::values;
use crate::value::Value;

/// A set as it is spelled.
struct Set {
    negated: bool,
    chars: Vec<char>,
}

impl Set {
    fn new(text: &str) -> Self {
        match text.strip_prefix('^') {
            Some(rest) if !rest.is_empty() => Self { negated: true, chars: spelled_out(rest) },
            _ => Self { negated: false, chars: spelled_out(text) },
        }
    }

    fn has(&self, c: char) -> bool {
        self.chars.contains(&c) != self.negated
    }
}

/// `None` for other methods, and where an argument is no text.
pub(crate) fn call(text: &str, name: &str, args: &[Value]) -> Option<Value> {
    let texts: Vec<&str> = args.iter().map(Value::as_str).collect::<Option<_>>()?;
    if let ("tr" | "tr_s", [from, to]) = (name, texts.as_slice()) {
        return Some(Value::str(transliterate(text, from, to, name == "tr_s")));
    }
    let sets: Vec<Set> = texts.iter().map(|set| Set::new(set)).collect();
    let among = |c: char| sets.iter().all(|set| set.has(c));
    match (name, sets.is_empty()) {
        ("count", false) => Some(values::int(text.chars().filter(|c| among(*c)).count())),
        ("delete", false) => Some(Value::str(text.chars().filter(|c| !among(*c)).collect::<String>())),
        ("squeeze", _) => Some(Value::str(squeeze(text, among))),
        _ => None,
    }
}

fn squeeze(text: &str, among: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if !(out.ends_with(c) && among(c)) {
            out.push(c);
        }
    }
    out
}

/// An empty target deletes; with `once` a run of the same replacement is written once.
fn transliterate(text: &str, from: &str, to: &str, once: bool) -> String {
    let (from, to) = (Set::new(from), spelled_out(to));
    let mut out = String::with_capacity(text.len());
    let mut last = None;
    for c in text.chars() {
        if !from.has(c) {
            out.push(c);
            last = None;
            continue;
        }
        // Of a character that is named twice the last one counts.
        let at = from.chars.iter().rposition(|f| *f == c).filter(|_| !from.negated);
        let with = at.and_then(|at| to.get(at)).or(to.last());
        if !(once && with.is_some() && last == with) {
            out.extend(with);
        }
        last = with;
    }
    out
}

fn spelled_out(set: &str) -> Vec<char> {
    let chars: Vec<char> = set.chars().collect();
    let mut out = Vec::new();
    let mut rest = chars.as_slice();
    loop {
        rest = match rest {
            ['\\', c, tail @ ..] => {
                out.push(*c);
                tail
            }
            [a, '-', b, tail @ ..] if a <= b => {
                out.extend(*a..=*b);
                tail
            }
            [c, tail @ ..] => {
                out.push(*c);
                tail
            }
            [] => return out,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_read_as_ruby_reads_them() {
        let all = [
            ("hello", "count", &["^l"][..], Value::Int(3)),
            ("hello world", "count", &["lo", "o"], Value::Int(2)),
            ("hello", "delete", &["l-o"], Value::str("he")),
            ("hello", "delete", &["^l"], Value::str("ll")),
            ("aaabbb", "squeeze", &["a"], Value::str("abbb")),
            ("a  b", "squeeze", &[], Value::str("a b")),
            ("hello", "tr", &["a-y", "b-z"], Value::str("ifmmp")),
            ("hello", "tr", &["^l", "*"], Value::str("**ll*")),
            ("hello", "tr_s", &["l", "r"], Value::str("hero")),
            ("a-b", "tr", &["-", "_"], Value::str("a_b")),
        ];
        for (text, name, args, wanted) in all {
            let args: Vec<Value> = args.iter().map(|a| Value::str(*a)).collect();
            assert_eq!(call(text, name, &args), Some(wanted), "{text}.{name}");
        }
    }
}
