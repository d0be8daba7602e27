//! Semantic versions and ranges of them (`SemVer`, `SemVerRange`).

use super::{Entries, Object, Value};
use std::cmp::Ordering;
use std::sync::Arc;

/// A semantic version. Build metadata takes no part in comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// major, minor, patch
    pub numbers: [u64; 3],
    /// Identifiers after `-`.
    pub pre: Vec<String>,
    /// What follows `+`.
    pub build: Option<String>,
}

/// A bound: the version and whether it is itself inside.
type Bound = Option<(Version, bool)>;

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| compare_pre(&self.pre, &other.pre))
    }
}

fn compare_pre(a: &[String], b: &[String]) -> Ordering {
    match (a.is_empty(), b.is_empty()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        _ => {
            let pairs = a.iter().zip(b).map(|(x, y)| match (x.parse::<u64>(), y.parse::<u64>()) {
                (Ok(x), Ok(y)) => x.cmp(&y),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                _ => x.cmp(y),
            });
            pairs.into_iter().find(|o| *o != Ordering::Equal).unwrap_or(a.len().cmp(&b.len()))
        }
    }
}

/// Parses `1.2.3-rc1+build`.
#[must_use]
pub fn parse(text: &str) -> Option<Version> {
    let (rest, build) = text.split_once('+').map_or((text, None), |(a, b)| (a, Some(b.to_owned())));
    let (numbers, pre) = rest.split_once('-').map_or((rest, None), |(a, b)| (a, Some(b)));
    let mut parts = numbers.split('.').map(number);
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    if parts.next().is_some() {
        return None;
    }
    let pre: Vec<String> = pre.map(|p| p.split('.').map(str::to_owned).collect()).unwrap_or_default();
    let word = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let fine = pre.iter().all(|p| word(p)) && build.iter().all(|b| b.split('.').all(word));
    fine.then_some(Version { numbers, pre, build })
}

fn number(text: &str) -> Option<u64> {
    let plain =
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(f, "{major}.{minor}.{patch}")?;
        if !self.pre.is_empty() {
            write!(f, "-{}", self.pre.join("."))?;
        }
        self.build.iter().try_for_each(|b| write!(f, "+{b}"))
    }
}

/// A version as a value.
#[must_use]
pub fn object(version: &Version) -> Value {
    with_text("SemVer", version.to_string())
}

/// A range as a value; it stays as it is written.
#[must_use]
pub fn range_object(text: &str) -> Option<Value> {
    parse_range(text)?;
    Some(with_text("SemVerRange", text.to_owned()))
}

/// The canonical form of a range: equal ranges have the same.
#[must_use]
pub fn canonical_range(text: &str) -> Option<String> {
    parse_range(text).map(|bounds| show_range(&bounds))
}

fn with_text(kind: &str, text: String) -> Value {
    let attrs: Entries = [(Value::str("text"), Value::str(text))].into_iter().collect();
    Value::Object(Arc::new(Object { type_name: kind.into(), attrs }))
}

/// The version a value stands for: a `SemVer`, or a string that reads as one.
#[must_use]
pub fn of_value(value: &Value) -> Option<Version> {
    match value {
        Value::Object(o) if o.type_name == "SemVer" => parse(o.attrs.get(&Value::str("text"))?.as_str()?),
        Value::Str(s) => parse(&s.text),
        _ => None,
    }
}

/// Whether a version lies in a range.
#[must_use]
pub fn in_range(range: &str, value: &Value) -> bool {
    let (Some(ranges), Some(version)) = (parse_range(range), of_value(value)) else { return false };
    ranges.iter().any(|(low, high)| {
        let above = low.as_ref().is_none_or(|(v, inside)| version > *v || *inside && version == *v);
        let below = high.as_ref().is_none_or(|(v, inside)| version < *v || *inside && version == *v);
        let pre_ok = version.pre.is_empty()
            || [low, high].into_iter().flatten().any(|(v, _)| !v.pre.is_empty() && v.numbers == version.numbers);
        above && below && pre_ok
    })
}

fn show_range(ranges: &[(Bound, Bound)]) -> String {
    let one = |(low, high): &(Bound, Bound)| match (low, high) {
        (Some((a, true)), Some((b, true))) if a == b => a.to_string(),
        _ => {
            let low = low.as_ref().map(|(v, inside)| format!("{}{v}", if *inside { ">=" } else { ">" }));
            let high = high.as_ref().map(|(v, inside)| format!("{}{v}", if *inside { "<=" } else { "<" }));
            let parts: Vec<String> = low.into_iter().chain(high).collect();
            if parts.is_empty() { ">=0.0.0".to_owned() } else { parts.join(" ") }
        }
    };
    ranges.iter().map(one).collect::<Vec<_>>().join(" || ")
}

fn parse_range(text: &str) -> Option<Vec<(Bound, Bound)>> {
    text.split("||").map(|alternative| parse_conjunction(alternative.trim())).collect()
}

fn parse_conjunction(text: &str) -> Option<(Bound, Bound)> {
    if let Some((a, b)) = text.split_once(" - ") {
        return Some((partial(a.trim())?.0, partial(b.trim())?.1));
    }
    let spaced = text.replace("> ", ">").replace("< ", "<").replace("= ", "=").replace("~ ", "~").replace("^ ", "^");
    let mut result: (Bound, Bound) = (None, None);
    for part in spaced.split_whitespace() {
        let (low, high) = parse_simple(part)?;
        if low.as_ref().is_some_and(|(v, _)| result.0.as_ref().is_none_or(|(old, _)| v > old)) {
            result.0 = low;
        }
        if high.as_ref().is_some_and(|(v, _)| result.1.as_ref().is_none_or(|(old, _)| v < old)) {
            result.1 = high;
        }
    }
    Some(result)
}

fn parse_simple(text: &str) -> Option<(Bound, Bound)> {
    let digits = text.trim_start_matches(['<', '>', '=', '~', '^']);
    let (low, high) = partial(digits)?;
    let op = text.get(..text.len() - digits.len())?;
    let exact = parse(digits);
    Some(match op {
        "" | "=" => (low, high),
        ">=" => (low, None),
        ">" => (exact.map_or(high.map(|(v, _)| (v, true)), |v| Some((v, false))), None),
        "<" => (None, low.map(|(v, _)| (v, false))),
        "<=" => (None, high),
        "~" | "~>" => (low, tilde(digits)?),
        "^" => (low, caret(digits)?),
        _ => return None,
    })
}

/// The bounds of a version that may lack parts or have wildcards: `1.x` is `>=1.0.0 <2.0.0`.
fn partial(text: &str) -> Option<(Bound, Bound)> {
    if let Some(version) = parse(text) {
        return Some((Some((version.clone(), true)), Some((version, true))));
    }
    let known = known_numbers(text)?;
    let low = release([known.first().copied().unwrap_or(0), known.get(1).copied().unwrap_or(0), 0]);
    let high = match known.as_slice() {
        [] => None,
        [major] => Some((release([major + 1, 0, 0]), false)),
        [major, minor, ..] => Some((release([*major, minor + 1, 0]), false)),
    };
    Some((Some((low, true)), high))
}

fn known_numbers(text: &str) -> Option<Vec<u64>> {
    let mut known = Vec::new();
    for part in text.split('.') {
        match part {
            "x" | "X" | "*" | "" => break,
            _ => known.push(number(part)?),
        }
    }
    (known.len() < 3).then_some(known)
}

fn release(numbers: [u64; 3]) -> Version {
    Version { numbers, pre: Vec::new(), build: None }
}

fn tilde(text: &str) -> Option<Bound> {
    Some(match parse(text) {
        Some(v) => Some((release([v.numbers[0], v.numbers[1] + 1, 0]), false)),
        None => partial(text)?.1,
    })
}

fn caret(text: &str) -> Option<Bound> {
    let numbers = match parse(text) {
        Some(v) => v.numbers,
        None => partial(text)?.0?.0.numbers,
    };
    let next = match numbers {
        [0, 0, patch] => [0, 0, patch + 1],
        [0, minor, _] => [0, minor + 1, 0],
        [major, ..] => [major + 1, 0, 0],
    };
    Some(Some((release(next), false)))
}

/// Compares versions as package managers do: runs of digits by number, other runs by text.
#[must_use]
pub fn compare_loose(a: &str, b: &str) -> Ordering {
    let pairs = pieces(a).into_iter().zip(pieces(b));
    let first = pairs.into_iter().find(|(x, y)| x != y);
    first.map_or_else(|| a.cmp(b), |(x, y)| compare_pieces(x, y))
}

fn compare_pieces(x: &str, y: &str) -> Ordering {
    for separator in ["-", "."] {
        if x == separator {
            return Ordering::Less;
        }
        if y == separator {
            return Ordering::Greater;
        }
    }
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if digits(x) && digits(y) && !x.starts_with('0') && !y.starts_with('0') {
        return x.len().cmp(&y.len()).then_with(|| x.cmp(y));
    }
    x.to_uppercase().cmp(&y.to_uppercase())
}

/// Splits into `-`, `.`, runs of digits and runs of anything else.
fn pieces(text: &str) -> Vec<&str> {
    let kind = |c: char| match c {
        '-' => 0,
        '.' => 1,
        c if c.is_ascii_digit() => 2,
        _ => 3,
    };
    let mut out = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (i, c) in text.char_indices() {
        let this = kind(c);
        if last.is_some_and(|l| l != this || l < 2) {
            out.push(text.get(start..i).unwrap_or_default());
            start = i;
        }
        last = Some(this);
    }
    out.push(text.get(start..).unwrap_or_default());
    out.retain(|p| !p.is_empty());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_in_canonical_form() {
        let table = [
            ("1.x", ">=1.0.0 <2.0.0"),
            ("~1.2.3", ">=1.2.3 <1.3.0"),
            ("^0.2.3", ">=0.2.3 <0.3.0"),
            (">=1.0.0 <2.0.0", ">=1.0.0 <2.0.0"),
        ];
        for (text, expected) in table {
            assert_eq!(canonical_range(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn loose_comparison() {
        let table = [
            ("2", "10", Ordering::Less),
            ("1.0", "1.0.0", Ordering::Less),
            ("1.0a", "1.0", Ordering::Greater),
            ("1.1-1", "1.1.1", Ordering::Less),
        ];
        for (a, b, expected) in table {
            assert_eq!(compare_loose(a, b), expected, "{a} {b}");
        }
    }
}
