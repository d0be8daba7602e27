//! Two texts of a file: do they differ in what they say, and in which lines.

use super::Changed;
use crate::catalog::{Resource, ResourceId};
use crate::checks::restart::equivalent::equivalent;
use crate::diff::{Line, differ};
use crate::repo::Loc;
use similar::{ChangeTag, TextDiff};

/// A file before and after: the resource that writes it, and its lines.
pub(super) struct Texts<'a> {
    pub(super) id: ResourceId,
    pub(super) resource: &'a Resource,
    pub(super) path: String,
    /// Where the content is given, for want of a better line.
    pub(super) given: Loc,
    pub(super) old: Vec<Line>,
    pub(super) new: Vec<Line>,
}

impl<'a> Texts<'a> {
    /// The change, if somebody could notice it.
    pub(super) fn change(self) -> Option<Changed<'a>> {
        let (before, after) = (joined(&self.old), joined(&self.new));
        if equivalent(&self.path, &before, &after) {
            return None;
        }
        let last = self.new.len().saturating_sub(1);
        let line = first_difference(&before, &after).and_then(|n| self.new.get(n.min(last)));
        let first = line.map_or(&self.given, |l| &l.at).clone();
        let lines = different_lines(&before, &after);
        let differs = differ(&self.old, &self.new);
        Some(Changed { differs, ..Changed::new(self.id, self.resource, self.path, first, lines) })
    }
}

fn different_lines(before: &str, after: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(before, after);
    let other = diff.iter_all_changes().filter(|c| c.tag() != ChangeTag::Equal);
    other.map(|c| c.value().trim().to_owned()).collect()
}

fn joined(lines: &[Line]) -> String {
    lines.iter().fold(String::new(), |text, line| text + &line.text + "\n")
}

/// The number (from 0) of the head line where the texts part: the first new line that says something, else the
/// first new one, else the line after what is gone.
fn first_difference(before: &str, after: &str) -> Option<usize> {
    let diff = TextDiff::from_lines(before, after);
    let changes: Vec<_> = diff.iter_all_changes().collect();
    let new = || changes.iter().filter(|c| c.tag() == ChangeTag::Insert);
    let telling = new().find(|c| !c.value().trim().is_empty() && !c.value().trim_start().starts_with(['#', ';']));
    let inserted = telling.or_else(|| new().next()).and_then(similar::Change::new_index);
    let kept_before_gone = || changes.iter().position(|c| c.tag() == ChangeTag::Delete);
    inserted.or_else(kept_before_gone)
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn points_at_the_line_of_the_head() {
        for (before, after, expected) in [
            ("a\nb\n", "a\nc\n", Some(1)),
            ("a\nb\nc\n", "a\nc\n", Some(1)),
            ("a\n", "a\nb\n", Some(1)),
            ("a\nb\n", "# why\na\nc\n", Some(2)),
            ("a\n", "a\n", None),
        ] {
            assert_eq!(first_difference(before, after), expected, "{before:?} {after:?}");
        }
    }
}
