//! Files whose content changes in a way that somebody could notice.

use super::equivalent::equivalent;
use crate::catalog::{Resource, ResourceId};
use crate::checks::removal::{file_path, wanted};
use crate::checks::{HostContext, HostSide};
use crate::diff::{Change, Content, Line, content_of};
use crate::repo::Loc;
use similar::{ChangeTag, TextDiff};

/// A file that changes.
pub(super) struct Changed<'a> {
    /// The resource at head that writes it.
    pub(super) id: ResourceId,
    pub(super) resource: &'a Resource,
    /// Its path on the host.
    pub(super) path: String,
    /// The first line that differs.
    pub(super) first: Loc,
    /// The lines that are gone or new, without their indentation.
    pub(super) lines: Vec<String>,
}

/// Every such file of a host, in the order of the head catalog.
pub(super) fn changed<'a>(cx: &HostContext<'a>, base: HostSide<'a>, head: HostSide<'a>) -> Vec<Changed<'a>> {
    let mut found = Vec::new();
    for change in cx.changes {
        match change {
            Change::Content { base: before, head: after } => {
                if let (Some(b), Some(a)) = (base.get(*before), head.get(*after)) {
                    file(b, (*after, a), base, head, &mut found);
                }
            }
            Change::Param { base: before, head: after, name } if name == "content" => {
                found.extend(base.get(*before).zip(head.get(*after)).and_then(|(b, a)| fragment(b, a, head)));
            }
            _ => {}
        }
    }
    found
}

fn file<'a>(
    before: &Resource,
    (id, after): (ResourceId, &'a Resource),
    base: HostSide<'a>,
    head: HostSide<'a>,
    out: &mut Vec<Changed<'a>>,
) {
    if !wanted(after) || !wanted(before) {
        return;
    }
    let (old, new) = (content_of(before, base.sources()), content_of(after, head.sources()));
    let path = file_path(after);
    if let (Content::Folder(_, olds), Content::Folder(from, news)) = (&old, &new) {
        for (name, bytes) in news {
            if let Some(was) = olds.get(name).filter(|was| *was != bytes) {
                let one = |dir: &str, bytes| Content::File(format!("{dir}/{name}"), std::sync::Arc::clone(bytes));
                out.extend(differs(id, after, format!("{path}/{name}"), &one(from, was), &one(from, bytes)));
            }
        }
        return;
    }
    out.extend(differs(id, after, path.to_owned(), &old, &new));
}

/// A fragment of a file that is put together on the host.
fn fragment<'a>(before: &Resource, after: &'a Resource, head: HostSide<'a>) -> Option<Changed<'a>> {
    // Where the module that brings the native type is not at hand, the define speaks for it.
    if !matches!(after.type_name.as_str(), "Concat_fragment" | "Concat::Fragment") {
        return None;
    }
    let target = after.text("target")?;
    let (id, whole) = (0..).zip(&head.catalog().resources).find(|(_, r)| {
        matches!(r.type_name.as_str(), "Concat_file" | "Concat")
            && !r.is_virtual
            && (r.title == target || r.text("path") == Some(target))
    })?;
    let text = |r: &Resource| r.value("content").map(|v| Content::Value(v.clone()));
    let mut found = differs(id, after, file_path(whole).to_owned(), &text(before)?, &text(after)?)?;
    found.resource = whole;
    Some(found)
}

fn differs<'a>(
    id: ResourceId,
    resource: &'a Resource,
    path: String,
    old: &Content,
    new: &Content,
) -> Option<Changed<'a>> {
    let given = resource.param("content").or_else(|| resource.param("source")).map_or(&resource.at, |p| &p.at);
    let (old, new) = (old.lines(given), new.lines(given));
    if old.is_empty() || new.is_empty() {
        return None;
    }
    let (before, after) = (joined(&old), joined(&new));
    if equivalent(&path, &before, &after) {
        return None;
    }
    let line = first_difference(&before, &after).and_then(|n| new.get(n.min(new.len() - 1)));
    let first = line.map_or(given, |l| &l.at).clone();
    let lines = different_lines(&before, &after);
    Some(Changed { id, resource, path, first, lines })
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
