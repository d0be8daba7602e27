//! Whether two texts differ for certain, where parts of them are not known.
//!
//! A part that is not known reads as `‹…›`, and a line under a condition that is not known is marked. Where nothing
//! else differs the host may well have the same text before and after: a value that was out of sight and is written
//! out now is the usual case. What may be one of several (`‹a|b›`) is known well enough to be compared.

use super::Line;
use similar::{DiffTag, TextDiff};

/// Whether the texts differ whatever stands for the unknown parts.
#[must_use]
pub fn surely_differ(old: &[Line], new: &[Line]) -> bool {
    if ![old, new].iter().any(|side| side.iter().any(|l| l.maybe || l.text.contains('‹'))) {
        return texts(old) != texts(new);
    }
    let (before, after) = (texts(old), texts(new));
    let diff = TextDiff::from_slices(&before, &after);
    let part = |lines: &[Line], range: std::ops::Range<usize>| lines.get(range).unwrap_or_default().to_vec();
    diff.ops().iter().any(|op| match op.tag() {
        DiffTag::Equal => false,
        _ => !may_agree(&part(old, op.old_range()), &part(new, op.new_range())),
    })
}

fn texts(lines: &[Line]) -> Vec<&str> {
    lines.iter().map(|l| l.text.as_str()).collect()
}

/// Whether two stretches of text can be the same.
fn may_agree(old: &[Line], new: &[Line]) -> bool {
    let certain =
        |lines: &[Line]| lines.iter().filter(|l| !l.maybe).map(|l| l.text.as_str()).collect::<Vec<_>>().join("\n");
    let (old, new) = (certain(old), certain(new));
    old == new || fits(&old, &new) || fits(&new, &old)
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
    let (mut pieces, mut depth, mut hole) = (vec![String::new()], 0_u32, String::new());
    for c in pattern.chars() {
        match (c, depth) {
            ('‹', _) => {
                depth += 1;
                hole.push(c);
            }
            ('›', 1) => {
                depth = 0;
                let hole = std::mem::take(&mut hole);
                match pieces.last_mut() {
                    // Known to be one of these.
                    Some(piece) if hole.contains('|') => piece.push_str(&format!("{hole}›")),
                    _ => pieces.push(String::new()),
                }
            }
            ('›', 2..) => depth -= 1,
            (_, 0) => pieces.last_mut().into_iter().for_each(|p| p.push(c)),
            _ => hole.push(c),
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
        for (old, new, expected) in [
            ("a\nb", "a\nc", true),
            ("a\nb", "a\nb", false),
            ("a = ‹x›\nb", "a = 5\nb", false),
            ("a = ‹x›\nb", "a = 5\nc", true),
            ("a = ‹x›\nb", "A = 5\nb", true),
            ("a = ‹x›\nb", "a = ‹y(‹x›)›\nb", false),
            ("a = ‹x›", "a = ‹x›\nnew", true),
            ("‹template(…)›", "one\ntwo", false),
            ("a = ‹1|2›", "a = 3", true),
            ("a\n?b", "a", false),
            ("a\nb", "a\n?b", false),
            ("a", "a\n?b\nc", true),
        ] {
            assert_eq!(surely_differ(&lines(old), &lines(new)), expected, "{old:?} {new:?}");
        }
    }
}
