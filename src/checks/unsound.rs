//! `config-unsound`: a shipped file that its own reader will refuse, or read otherwise than it is meant.
//!
//! Judged are changed files as they lie in the repository (an audit: all of them), and the text that templates and
//! manifests put together, by its name on the host. What was wrong at base already is not news.

use super::places::head as at_head;
use super::removal::{file_path, wanted};
use super::{Check, HostContext, HostSide, RepoContext, draft};
use crate::catalog::Resource;
use crate::content::{Unsound, check, not_judged};
use crate::diff::{Change, Content, content_of};
use crate::finding::{Confidence, Finding, Location, Severity, Side};
use crate::repo::{ChangeKind, FileChange, Tree};

pub(crate) struct ConfigUnsound;

impl Check for ConfigUnsound {
    fn id(&self) -> &'static str {
        "config-unsound"
    }

    fn repo(&self, cx: &RepoContext<'_>, out: &mut Vec<Finding>) {
        let head = cx.head.tree();
        tell_not_judged(cx);
        match cx.base {
            Some(base) => out.extend(cx.files.iter().filter_map(|f| changed_file(f, base.tree(), head))),
            None => out.extend(
                head.list("").filter(|p| ships(p)).filter_map(|p| file_finding(p, &faults(head, p, None), &[])),
            ),
        }
    }

    fn host(&self, cx: &HostContext<'_>, out: &mut Vec<Finding>) {
        let (Some(base), Some(head)) = (cx.base, cx.head) else { return };
        for change in cx.changes {
            if let Change::Content { base: before, head: after } = change {
                let pair = base.get(*before).zip(head.get(*after));
                pair.iter().for_each(|(_, a)| tell_rendered(cx.repo, a, head));
                out.extend(pair.and_then(|(b, a)| on_host(b, base, a, head)));
            }
        }
    }
}

/// What could be judged and is not goes into the coverage part: a pass it is not.
fn tell_not_judged(cx: &RepoContext<'_>) {
    let head = cx.head.tree();
    let say = |path: &str| {
        let bytes = head.read(path).ok().flatten();
        if let Some(why) = bytes.and_then(|b| not_judged(path, &b, None)) {
            cx.note(format!("config-unsound did not judge {path}: {why}"));
        }
    };
    match cx.base {
        Some(_) => {
            cx.files.iter().filter(|f| f.kind != ChangeKind::Removed && ships(&f.path)).for_each(|f| say(&f.path))
        }
        None => head.list("").filter(|p| ships(p)).for_each(|p| say(p)),
    }
}

/// Whether a file of the repository goes to hosts. Manifests and EPP have a rule of their own.
fn ships(path: &str) -> bool {
    const NOT: [&str; 5] = ["spec", "test", "tests", "fixtures", "vendor"];
    // A template is found below `templates` alone; elsewhere nobody evaluates it.
    let stray = path.ends_with(".erb") && !path.split('/').any(|part| part == "templates");
    !stray && !path.ends_with(".pp") && !path.ends_with(".epp") && !path.split('/').any(|part| NOT.contains(&part))
}

fn changed_file(file: &FileChange, base: &Tree, head: &Tree) -> Option<Finding> {
    if file.kind == ChangeKind::Removed || !ships(&file.path) {
        return None;
    }
    let now = faults(head, &file.path, None);
    if now.is_empty() {
        return None;
    }
    let before = match &file.kind {
        ChangeKind::Renamed { from } => faults(base, from, None),
        _ => faults(base, &file.path, None),
    };
    file_finding(&file.path, &now, &before)
}

fn faults(tree: &Tree, path: &str, target: Option<&str>) -> Vec<Unsound> {
    tree.read(path).ok().flatten().map_or_else(Vec::new, |bytes| check(path, &bytes, target))
}

/// The faults that are new. Where the format was broken before, another error of that sort is no news.
fn fresh<'f>(now: &'f [Unsound], before: &[Unsound]) -> Vec<&'f Unsound> {
    let broken = before.iter().any(|b| b.certain);
    now.iter().filter(|n| if n.certain { !broken } else { !before.iter().any(|b| b.message == n.message) }).collect()
}

fn file_finding(path: &str, now: &[Unsound], before: &[Unsound]) -> Option<Finding> {
    let fresh = fresh(now, before);
    let (first, more) = fresh.split_first()?;
    let found = say(path, path, first).at(Location::new(Side::Head, path, first.line).label(first.message.clone()));
    Some(
        more.iter()
            .fold(found, |f, other| f.also(Location::new(Side::Head, path, other.line).label(other.message.clone()))),
    )
}

fn say(subject: &str, path: &str, fault: &Unsound) -> Finding {
    let message = format!("{path} is unsound: {}; {}", fault.message, fault.what_breaks);
    let found = draft("config-unsound", subject, "content", message);
    let found = if fault.certain {
        found.confidence(Confidence::High)
    } else {
        found.severity(Severity::Medium).confidence(Confidence::Medium)
    };
    found
        .first_aid(
            "revert the change; a reader that refuses the file goes on with what it read before, until its next start",
        )
        .remedy(format!("mend {path} before the merge, and have the daemon's own validator say so"))
}

/// The same for text that was put together.
fn tell_rendered(repo: &RepoContext<'_>, resource: &Resource, head: HostSide<'_>) {
    let (target, content) = (file_path(resource), content_of(resource, head.sources()));
    let Content::Value(_) = content else { return };
    if let Some(why) = content.bytes().and_then(|b| not_judged(target, b, Some(target))) {
        repo.note(format!("config-unsound did not judge what renders to {target}: {why}"));
    }
}

/// What a file resource writes, judged by its name on the host.
fn on_host(before: &Resource, base: HostSide<'_>, after: &Resource, head: HostSide<'_>) -> Option<Finding> {
    if !wanted(after) {
        return None;
    }
    let target = file_path(after);
    let (old, new) = (content_of(before, base.sources()), content_of(after, head.sources()));
    let old_faults = match &old {
        Content::File(path, bytes) => check(path, bytes, Some(target)),
        other => other.bytes().map_or_else(Vec::new, |b| check(target, b, Some(target))),
    };
    match &new {
        Content::File(path, bytes) if ships(path) => file_finding(path, &check(path, bytes, Some(target)), &old_faults),
        Content::Value(_) => rendered(after, &new, target, &old_faults),
        _ => None,
    }
}

/// Text that was put together: the line is that of the template or manifest it came from.
fn rendered(resource: &Resource, content: &Content, target: &str, before: &[Unsound]) -> Option<Finding> {
    let faults = check(target, content.bytes()?, Some(target));
    let fresh = fresh(&faults, before);
    let fault = fresh.first()?;
    let given = resource.param("content").map_or(&resource.at, |p| &p.at);
    let lines = content.lines(given);
    let index = usize::try_from(fault.line).unwrap_or(0).saturating_sub(1);
    let at = lines.get(index).or_else(|| lines.last()).map_or(given, |l| &l.at);
    let found = say(&resource.reference(), target, fault).at(at_head(at, &fault.message));
    let found = found.also(at_head(&resource.at, "written to the host by this file"));
    Some(if fault.certain { found.confidence(Confidence::Medium) } else { found.confidence(Confidence::Low) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(message: &str, certain: bool) -> Unsound {
        Unsound { line: 1, message: message.into(), what_breaks: String::new(), certain }
    }

    #[test]
    fn what_was_wrong_before_is_no_news() {
        for (now, before, expected) in [
            (vec![fault("a", true)], vec![], 1),
            (vec![fault("a", true)], vec![fault("b", true)], 0),
            (vec![fault("t", false)], vec![fault("t", false)], 0),
            (vec![fault("t", false), fault("u", false)], vec![fault("t", false)], 1),
            (vec![fault("a", true)], vec![fault("t", false)], 1),
        ] {
            assert_eq!(fresh(&now, &before).len(), expected, "{now:?} {before:?}");
        }
    }

    #[test]
    fn tests_and_manifests_are_not_shipped() {
        assert!(ships("modules/x/files/a.yaml") && ships("hieradata/common.yaml"));
        assert!(!ships("modules/x/spec/fixtures/a.yaml") && !ships("modules/x/manifests/init.pp"));
        assert!(ships("modules/x/templates/a.erb") && !ships("modules/x/a.erb"));
    }
}
