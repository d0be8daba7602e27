//! `content-emptied`: a list, pool or access block that renders empty at head and did not at base.
//!
//! Both texts are read in three ways: the file as a whole, blocks with nothing left in them, and lines that stay as
//! they were up to the brackets (`content::blocks`). An entry that goes together with its key is no emptied one.

use super::places::head as at_head;
use super::removal::{file_path, wanted};
use super::{Check, HostContext, HostSide, draft};
use crate::catalog::Resource;
use crate::content::blocks::{self, Emptied};
use crate::diff::{Change, Content, Line, content_of};
use crate::finding::{Confidence, Finding, Severity};
use crate::value::Origin;

pub(crate) struct ContentEmptied;

impl Check for ContentEmptied {
    fn id(&self) -> &'static str {
        "content-emptied"
    }

    fn host(&self, cx: &HostContext<'_>, out: &mut Vec<Finding>) {
        let (Some(base), Some(head)) = (cx.base, cx.head) else { return };
        for change in cx.changes {
            if let Change::Content { base: before, head: after } = change
                && let (Some(b), Some(a)) = (base.get(*before), head.get(*after))
                && wanted(a)
                && wanted(b)
            {
                out.extend(in_file(b, base, a, head));
            }
        }
    }
}

fn in_file(before: &Resource, base: HostSide<'_>, after: &Resource, head: HostSide<'_>) -> Vec<Finding> {
    let (old, new) = (content_of(before, base.sources()), content_of(after, head.sources()));
    if matches!((&old, &new), (Content::Folder(..), _) | (_, Content::Folder(..))) {
        return Vec::new();
    }
    let (old, new) = (old.lines(&before.at), (new.lines(&after.at), new.bytes().is_some()));
    let (new, known) = new;
    if known && says_something(&old) && !says_something(&new) {
        return whole(after, &new).into_iter().collect();
    }
    let found = blocks::emptied(&texts(&old), &texts(&new));
    let joined = found.iter().map(|e| new.get(e.line).is_some_and(empty_list)).collect::<Vec<_>>();
    found.iter().zip(joined).filter_map(|(e, list)| part(after, e, new.get(e.line)?, list)).collect()
}

fn texts(lines: &[Line]) -> Vec<&str> {
    lines.iter().map(|l| l.text.as_str()).collect()
}

fn says_something(lines: &[Line]) -> bool {
    lines.iter().any(|l| !l.text.trim().is_empty() && !crate::content::settings::is_comment(&l.text))
}

/// A line into which an empty list was joined.
fn empty_list(line: &Line) -> bool {
    line.origins.iter().any(|o| matches!(&**o, Origin::Joined { len: 0, .. }))
}

/// A file that says nothing any more. Where the author wrote it so, that is what was meant.
fn whole(resource: &Resource, lines: &[Line]) -> Option<Finding> {
    let content = resource.param("content")?;
    let rendered = matches!(&content.value, crate::value::Value::Str(s) if s.origin.is_some());
    let path = file_path(resource);
    let message = format!("{path} renders empty: everything it said at base is gone, and the file stays");
    let at = lines.first().map_or(&content.at, |l| &l.at);
    let confidence = if rendered { Confidence::Medium } else { Confidence::Low };
    let found = draft("content-emptied", resource.reference(), "file", message).confidence(confidence);
    Some(remedy(
        found.at(at_head(at, "this renders empty")).also(at_head(&resource.at, "written to the host by this file")),
    ))
}

fn part(resource: &Resource, emptied: &Emptied, line: &Line, list: bool) -> Option<Finding> {
    let rendered = list || resource.value("content").is_some();
    if !emptied.names_a_list && !list {
        return None;
    }
    let path = file_path(resource);
    let message = format!("{} in {path} renders empty and did not at base: {}", emptied.name, emptied.hazard);
    let subject = format!("{} {}", resource.reference(), emptied.name);
    let confidence = match (rendered, emptied.was_known) {
        (_, false) => Confidence::Low,
        (true, true) => Confidence::High,
        (false, true) => Confidence::Medium,
    };
    let severity = if emptied.is_pool && rendered { Severity::High } else { Severity::Medium };
    let found = draft("content-emptied", subject, "part", message).confidence(confidence).severity(severity);
    Some(remedy(
        found
            .at(at_head(&line.at, "nothing is left here"))
            .also(at_head(&resource.at, "written to the host by this file")),
    ))
}

fn remedy(found: Finding) -> Finding {
    found.remedy("find the list that became empty (a renamed key, a lookup that finds nothing, a filter that lets nothing through); where it is meant, remove the setting with its list")
}
