//! Whether two texts differ for certain, where parts of them are not known.
//!
//! A part that is not known reads as `‹…›`, and a line under a condition that is not known is marked. Where nothing
//! else differs the host may well have the same text before and after: a value that was out of sight and is written
//! out now is the usual case. What may be one of several (`‹a|b›`) is known well enough to be compared.

use super::Line;
use similar::{DiffTag, TextDiff};

/// How far it is known that two texts differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Differs {
    /// They may be the same, for all that is known, or are.
    Perhaps,
    /// They do where a condition holds that is not known, and may not elsewhere.
    Somewhere,
    /// They do, whatever stands for the unknown parts.
    Surely,
}

/// Whether the texts differ whatever stands for the unknown parts.
#[must_use]
pub fn surely_differ(old: &[Line], new: &[Line]) -> bool {
    differ(old, new) == Differs::Surely
}

/// How far it is known that the texts differ.
#[must_use]
pub fn differ(old: &[Line], new: &[Line]) -> Differs {
    let (before, after) = (texts(old), texts(new));
    if ![old, new].iter().any(|side| side.iter().any(|l| l.maybe || l.text.contains('‹'))) {
        return if before == after { Differs::Perhaps } else { Differs::Surely };
    }
    let diff = TextDiff::from_slices(&before, &after);
    let ops = diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal);
    let stretch = |op: &similar::DiffOp| stretch(old.get(op.old_range()), new.get(op.new_range()));
    ops.map(stretch).max().unwrap_or(Differs::Perhaps)
}

/// The same of a stretch of text that is written differently. `‹a|b›` may be either; a marked line be there or not.
fn stretch(old: Option<&[Line]>, new: Option<&[Line]>) -> Differs {
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let agree = |with_marked: bool| {
        let pick = |lines: &[Line]| {
            let lines = lines.iter().filter(|l| with_marked || !l.maybe);
            alternatives(&lines.map(|l| l.text.as_str()).collect::<Vec<_>>().join("\n"))
        };
        let (old, new) = (pick(old), pick(new));
        let pairs = old.iter().flat_map(|o| new.iter().map(move |n| o == n || fits(o, n) || fits(n, o)));
        pairs.collect::<Vec<bool>>()
    };
    let (without, with) = (agree(false), agree(true));
    match () {
        () if !without.contains(&true) => Differs::Surely,
        () if without.contains(&false) || with.contains(&false) => Differs::Somewhere,
        () => Differs::Perhaps,
    }
}

/// Most texts that the alternatives of one may make, about.
const MOST: usize = 32;
/// Longest text whose alternatives are looked at; in a longer one they count as unknown.
const LONGEST: usize = 16 << 10;

/// What a text may be, by what is known to be one of several in it.
fn alternatives(text: &str) -> Vec<String> {
    if text.len() > LONGEST {
        return vec![text.to_owned()];
    }
    let (mut done, mut open) = (Vec::new(), vec![text.to_owned()]);
    while let Some(text) = open.pop() {
        match choice(&text).filter(|_| done.len() + open.len() < MOST) {
            Some((range, hole)) => open.extend(hole.split('|').map(|one| {
                let mut text = text.clone();
                text.replace_range(range.clone(), one);
                text
            })),
            None => done.push(text),
        }
    }
    done
}

/// The first place in a text that holds plain alternatives.
fn choice(text: &str) -> Option<(std::ops::Range<usize>, String)> {
    text.match_indices('‹').find_map(|(at, mark)| {
        let inner = text.get(at + mark.len()..)?;
        let end = inner.find(['‹', '›'])?;
        let hole = inner.get(..end).filter(|h| {
            (1..MOST).contains(&h.matches('|').count()) && inner.get(end..).is_some_and(|r| r.starts_with('›'))
        })?;
        Some((at..at + mark.len() + end + '›'.len_utf8(), hole.to_owned()))
    })
}

fn texts(lines: &[Line]) -> Vec<&str> {
    lines.iter().map(|l| l.text.as_str()).collect()
}

/// Whether `text` is what `pattern` says, with anything in its unknown places.
fn fits(pattern: &str, text: &str) -> bool {
    let pieces = pieces(pattern);
    let [first, middle @ .., last] = pieces.as_slice() else { return false };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
    for piece in middle {
        let Some(at) = rest.find(piece.as_str()) else { return false };
        rest = rest.get(at + piece.len()..).unwrap_or("");
    }
    rest.ends_with(last.as_str())
}

/// The known pieces between unknown places: two or more where there is such a place.
fn pieces(pattern: &str) -> Vec<String> {
    let (mut pieces, mut depth) = (vec![String::new()], 0_u32);
    for c in pattern.chars() {
        match (c, depth) {
            ('‹', _) => depth += 1,
            ('›', 1) => {
                depth = 0;
                pieces.push(String::new());
            }
            ('›', 2..) => depth -= 1,
            (_, 0) => pieces.last_mut().into_iter().for_each(|p| p.push(c)),
            _ => {}
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::Loc;

    fn lines(text: &str) -> Vec<Line> {
        let line = |text: &str| {
            let (text, maybe) = text.strip_prefix('?').map_or((text, false), |t| (t, true));
            Line { text: text.into(), at: Loc { path: "x".into(), line: 1 }, origins: Vec::new(), maybe }
        };
        text.lines().map(line).collect()
    }

    #[test]
    fn what_is_not_known_may_be_the_same() {
        use Differs::{Perhaps, Somewhere, Surely};
        for (old, new, expected) in [
            ("a\nb", "a\nc", Surely),
            ("a\nb", "a\nb", Perhaps),
            ("a = ‹x›\nb", "a = 5\nb", Perhaps),
            ("a = ‹x›\nb", "a = 5\nc", Surely),
            ("a = ‹x›\nb", "A = 5\nb", Surely),
            ("a = ‹x›\nb", "a = ‹y(‹x›)›\nb", Perhaps),
            ("a = ‹x›", "a = ‹x›\nnew", Surely),
            ("‹template(…)›", "one\ntwo", Perhaps),
            ("a = ‹1|2›", "a = 3", Surely),
            ("a = 1", "a = ‹1|2›", Somewhere),
            ("a = ''", "a = '‹|-x›'", Somewhere),
            ("a = ‹1|2›", "b = ‹1|2›", Surely),
            ("a = ‹x› ‹1|2›", "a = 5 1", Somewhere),
            ("a\n?b", "a", Somewhere),
            ("a", "a\n?b", Somewhere),
            ("a\n?b", "a\nb", Perhaps),
            ("a\nb", "a\n?b", Perhaps),
            ("a", "a\n?b\nc", Surely),
            ("a\n?‹x›", "a\n?b", Perhaps),
        ] {
            assert_eq!(differ(&lines(old), &lines(new)), expected, "{old:?} {new:?}");
        }
    }

    #[test]
    fn many_alternatives_end() {
        let many = "‹1|2|3|4|5|6|7|8|9› ".repeat(40);
        assert!(alternatives(&many).len() <= 2 * MOST);
        let wide = format!("‹{}›", "x|".repeat(10_000));
        assert_eq!(differ(&lines(&wide), &lines(&wide.repeat(3))), Differs::Perhaps);
    }
}
