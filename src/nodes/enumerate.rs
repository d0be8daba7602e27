//! Writes out the names that a regular expression matches, if they are finite and few.
//!
//! The expression is a search, as in Ruby: only one with both ends anchored is exact. Names are in
//! lower case, since Puppet downcases them before it matches.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

use super::ruby_regex::rust_pattern;

/// Names per expression that is anchored at both ends.
pub(crate) const CAP: u64 = 5_000;
/// Names per expression that stands for more anyway.
pub(crate) const OPEN_CAP: u64 = 256;

/// Markers inside generated text; no host name holds them.
const START: u8 = 2;
const END: u8 = 3;

/// What an expression matches.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Names {
    pub(crate) names: Vec<Name>,
    /// Why the names stand for more than themselves.
    pub(crate) why: Option<String>,
    /// The names are a sample of many.
    pub(crate) is_sample: bool,
}

/// One generated name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) text: String,
    /// More may stand before it.
    pub(crate) open_start: bool,
    /// More may follow.
    pub(crate) open_end: bool,
}

/// Writes out an expression in Ruby's syntax, or says why it cannot be read.
pub(crate) fn names(ruby: &str) -> Result<Names, String> {
    let pattern = rust_pattern(ruby);
    let mut parser = ParserBuilder::new().unicode(false).utf8(false).nest_limit(100).build();
    let hir = parser.parse(&pattern).map_err(|e| first_line(&e.to_string()))?;
    let mut generator = Generator { why: None, sample: false };
    let count = count(&hir);
    let anchors = hir.properties().look_set_prefix().contains_anchor_line()
        && hir.properties().look_set_suffix().contains_anchor_line();
    if count > if anchors { CAP } else { OPEN_CAP } {
        generator.sample = true;
        generator.why = Some(format!("the expression matches {} names", shown(count)));
    }
    let mut names: Vec<Name> = generator.all(&hir).into_iter().filter_map(name).collect();
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert((name.text.clone(), name.open_start, name.open_end)));
    let mut why = generator.why;
    if names.iter().any(|n| n.open_end) {
        why.get_or_insert_with(|| "the expression is open at its end".into());
    }
    if names.iter().any(|n| n.open_start) {
        why.get_or_insert_with(|| "the expression is open at its start".into());
    }
    Ok(Names { names, why, is_sample: generator.sample })
}

fn first_line(text: &str) -> String {
    text.lines().last().unwrap_or(text).trim().to_owned()
}

fn shown(count: u64) -> String {
    if count == u64::MAX { "very many".into() } else { count.to_string() }
}

/// How many texts there are, an endless repetition counted as one.
fn count(hir: &Hir) -> u64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Look(_) => 1,
        HirKind::Class(class) => choices(class).0.len() as u64,
        HirKind::Capture(capture) => count(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(count).fold(1, u64::saturating_mul),
        HirKind::Alternation(parts) => parts.iter().map(count).fold(0, u64::saturating_add),
        HirKind::Repetition(repetition) => match bounds(repetition) {
            (_, None) => 1,
            (min, Some(max)) => {
                let one = count(&repetition.sub);
                (min..=max).map(|n| one.saturating_pow(n)).fold(0, u64::saturating_add)
            }
        },
    }
}

fn bounds(repetition: &Repetition) -> (u32, Option<u32>) {
    (repetition.min, repetition.max.filter(|max| *max <= 64))
}

struct Generator {
    why: Option<String>,
    /// One text per choice instead of all.
    sample: bool,
}

impl Generator {
    fn all(&mut self, hir: &Hir) -> Vec<Vec<u8>> {
        match hir.kind() {
            HirKind::Empty => vec![Vec::new()],
            HirKind::Literal(literal) => vec![literal.0.to_vec()],
            HirKind::Look(look) => vec![marker(*look)],
            HirKind::Class(class) => self.class(class),
            HirKind::Capture(capture) => self.all(&capture.sub),
            HirKind::Alternation(parts) => {
                let mut out: Vec<Vec<u8>> = parts.iter().flat_map(|part| self.all(part)).collect();
                if self.sample {
                    out.truncate(8);
                }
                out
            }
            HirKind::Concat(parts) => self.concat(parts),
            HirKind::Repetition(repetition) => self.repetition(repetition),
        }
    }

    fn class(&mut self, class: &Class) -> Vec<Vec<u8>> {
        let (mut chars, is_open) = choices(class);
        if is_open {
            self.because("the expression holds a wildcard");
        }
        if self.sample {
            chars.truncate(1);
        }
        chars.into_iter().map(|c| vec![c]).collect()
    }

    fn concat(&mut self, parts: &[Hir]) -> Vec<Vec<u8>> {
        let mut out = vec![Vec::new()];
        for part in parts {
            let tails = self.all(part);
            out = out.iter().flat_map(|head| tails.iter().map(move |tail| [head.as_slice(), tail].concat())).collect();
            if out.len() as u64 > CAP {
                self.because("the expression matches too many names");
                out.truncate(1);
            }
        }
        out
    }

    fn repetition(&mut self, repetition: &Repetition) -> Vec<Vec<u8>> {
        let (min, max) = bounds(repetition);
        let max = max.unwrap_or_else(|| {
            self.because("the expression holds an endless repetition");
            min
        });
        let one = [(*repetition.sub).clone()];
        let mut out = Vec::new();
        for times in min..=(if self.sample { min } else { max }) {
            let parts: Vec<Hir> = one.iter().cycle().take(times as usize).cloned().collect();
            out.extend(self.concat(&parts));
        }
        out
    }

    fn because(&mut self, why: &str) {
        self.why.get_or_insert_with(|| why.into());
    }
}

fn marker(look: Look) -> Vec<u8> {
    match look {
        Look::Start | Look::StartLF | Look::StartCRLF => vec![START],
        Look::End | Look::EndLF | Look::EndCRLF => vec![END],
        _ => Vec::new(),
    }
}

/// The characters of host names in a class, and whether it stands for any character.
fn choices(class: &Class) -> (Vec<u8>, bool) {
    let has = |byte: u8| match class {
        Class::Bytes(bytes) => bytes.ranges().iter().any(|r| (r.start()..=r.end()).contains(&byte)),
        Class::Unicode(chars) => {
            let c = char::from(byte);
            chars.ranges().iter().any(|r| (r.start()..=r.end()).contains(&c))
        }
    };
    let all: Vec<u8> = (0..=127).filter(|b| is_host_byte(*b) && has(*b)).collect();
    if has(b'.') && has(b'-') && has(b'0') && has(b'a') {
        return (vec![b'.'], true); // most often a dot that was not escaped
    }
    let is_open = all.len() > 26;
    if is_open {
        let sample = if has(b'0') { b'1' } else { b'a' };
        return (vec![sample], true);
    }
    (all, false)
}

fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_')
}

/// Takes the markers off. Text that cannot be a host name is dropped.
fn name(text: Vec<u8>) -> Option<Name> {
    let starts = text.iter().take_while(|b| **b == START).count();
    let ends = text.iter().rev().take_while(|b| **b == END).count();
    let body = text.get(starts..text.len().checked_sub(ends)?)?;
    if body.is_empty() || !body.iter().all(|b| is_host_byte(*b)) {
        return None;
    }
    let text = String::from_utf8(body.to_vec()).ok()?;
    Some(Name { text, open_start: starts == 0, open_end: ends == 0 })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn shown(pattern: &str) -> (Vec<String>, Option<String>) {
        let names = names(pattern).unwrap();
        (names.names.into_iter().map(|n| n.text).collect(), names.why)
    }

    #[test]
    fn writes_out_finite_expressions() {
        for (pattern, count, first) in [
            (r"^mw1(01[7-9]|0[2-9][0-9])\.eqiad\.wmnet$", 83, "mw1017.eqiad.wmnet"),
            (r"^mw1(01[7-9]|0[2-9][0-9]|10[0-9]|11[0-3])\.eqiad\.wmnet$", 97, "mw1017.eqiad.wmnet"),
            (r"^db(60|7[5-7])\.pmtpa\.wmnet$", 4, "db60.pmtpa.wmnet"),
            (r"\Aa\d?\z", 11, "a"),
            (r"^(?i:WEB)1$", 1, "web1"),
            (r"^a{2,3}$", 2, "aa"),
            (r"^x[^a-y0-9._-]$", 1, "xz"),
        ] {
            let (names, why) = shown(pattern);
            assert_eq!((names.len(), names[0].as_str(), why), (count, first, None), "{pattern}");
        }
    }

    #[test]
    fn represents_open_expressions() {
        for (pattern, first, why) in [
            (r"^gerrit2003\.codfw\.", "gerrit2003.codfw.", "the expression is open at its end"),
            (r"^ms-be1\d\d\d\.eqiad\.", "ms-be1000.eqiad.", "the expression matches 1000 names"),
            (r"^wdqs10.*", "wdqs10", "the expression holds an endless repetition"),
            (r"es100[5-7]\.eqiad\.wmnet$", "es1005.eqiad.wmnet", "the expression is open at its start"),
            (r"^dumpsdata1001.eqiad.wmnet$", "dumpsdata1001.eqiad.wmnet", "the expression holds a wildcard"),
            (r"^a\d{6}$", "a000000", "the expression matches 1000000 names"),
        ] {
            let (names, reason) = shown(pattern);
            assert_eq!((names[0].as_str(), reason.as_deref()), (first, Some(why)), "{pattern}");
        }
    }

    #[test]
    fn upper_case_never_matches() {
        assert_eq!(shown("^WEB1$").0, Vec::<String>::new());
    }

    #[test]
    fn hostile_expressions_end_soon() {
        for pattern in
            [r"^([a-z0-9]{9}){9}$", r"^(a|b|c|d|e|f){60}$", r"^((a{1,60}){1,60}){1,60}$", r"^(((((x*)*)*)*)*)$"]
        {
            assert!(shown(pattern).0.len() <= CAP as usize, "{pattern}");
        }
        assert!(names(&"(".repeat(5000)).is_err());
    }
}
