//! `requirement-undeclared`: a line that a change adds to a shipped file needs something that nothing in the
//! host's catalog provides.
//!
//! What the same file needed before and got from nowhere in the catalog either (a deployment tool, an image)
//! tells that things of that sort come another way: then the check keeps still.

mod needs;

use super::places::head as at_head;
use super::removal::{file_path, wanted};
use super::{Check, HostContext, HostSide, draft};
use crate::catalog::Resource;
use crate::diff::{Change, Line, content_of};
use crate::finding::{Confidence, Finding, Severity};
use needs::{Kind, Need};
use std::collections::BTreeSet;

pub(crate) struct RequirementUndeclared;

impl Check for RequirementUndeclared {
    fn id(&self) -> &'static str {
        "requirement-undeclared"
    }

    fn host(&self, cx: &HostContext<'_>, out: &mut Vec<Finding>) {
        if let (Some(base), Some(head)) = (cx.base, cx.head) {
            // Where a part of the catalog is missing, nobody knows what that part would have provided.
            if head.errors.is_empty() && head.cut_short.is_none() {
                cx.changes.iter().for_each(|c| look(cx, c, base, head, out));
            }
        }
    }
}

fn look(cx: &HostContext<'_>, change: &Change, base: HostSide<'_>, head: HostSide<'_>, out: &mut Vec<Finding>) {
    let (before, id) = match change {
        Change::Added(id) => (None, *id),
        Change::Content { base: before, head } => (base.get(*before), *head),
        _ => return,
    };
    let Some(file) = head.get(id).filter(|r| r.type_name == "File" && wanted(r)) else { return };
    let path = file_path(file);
    let old = before.map_or_else(Vec::new, |b| content_of(b, base.sources()).lines(&b.at));
    let had: BTreeSet<&str> = old.iter().map(|l| l.text.trim()).collect();
    let elsewhere: BTreeSet<Kind> =
        needs::of(path, &old).into_iter().filter(|n| !provided(cx, n, base)).map(|n| n.kind).collect();
    let new = content_of(file, head.sources()).lines(&file.at);
    for need in needs::of(path, &new) {
        let Some(line) = new.get(need.line).filter(|l| !had.contains(l.text.trim())) else { continue };
        if !elsewhere.contains(&need.kind) && !provided(cx, &need, head) {
            out.push(finding(file, path, line, &need));
        }
    }
}

/// Whether something in the catalog brings what is needed.
fn provided(cx: &HostContext<'_>, need: &Need, side: HostSide<'_>) -> bool {
    side.catalog().resources.iter().filter(|r| !r.is_virtual && wanted(r)).any(|r| {
        match (r.type_name.as_str(), need.kind) {
            ("Package", Kind::Extension) => resembles(package_name(r), &need.what),
            ("Package", _) => cx
                .repo
                .packages
                .ships(package_name(r))
                .map_or_else(|| named_after(package_name(r), &need.what), |shipped| shipped.paths.contains(&need.what)),
            (_, Kind::Extension) => fills(r).is_some_and(|p| p.split('/').any(|part| resembles(part, &need.what))),
            _ => fills(r).is_some_and(|p| p == need.what || holds_more(r) && below(&need.what, p)),
        }
    })
}

fn package_name(package: &Resource) -> &str {
    package.text("name").unwrap_or(&package.title)
}

/// The path a resource puts something at: a file, a checkout, an unpacked archive.
fn fills(resource: &Resource) -> Option<&str> {
    match resource.type_name.as_str() {
        "File" => Some(file_path(resource)),
        "Package" | "Service" | "Class" | "User" | "Group" => None,
        _ => ["path", "directory", "target", "dest", "creates", "extract_path", "install_path"]
            .iter()
            .find_map(|p| resource.text(p))
            .or_else(|| resource.title.starts_with('/').then_some(&*resource.title)),
    }
}

/// Whether what lies below the resource's path comes with it.
fn holds_more(resource: &Resource) -> bool {
    resource.type_name != "File" || resource.value("recurse").is_some() || resource.text("ensure") == Some("link")
}

fn below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
}

/// `mediawiki-FedoraBadges` provides `FedoraBadges`.
fn resembles(name: &str, wanted: &str) -> bool {
    let fold = |s: &str| s.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let (name, wanted) = (fold(name), fold(wanted));
    wanted.len() >= 3 && name.contains(&wanted)
}

/// A package that is not at hand may well ship a path that bears its name.
fn named_after(package: &str, path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or(path);
    let stem = last.split('.').next().unwrap_or(last);
    resembles(package, stem)
        || path.split('/').any(|part| {
            part.len() >= 4 && resembles(package, part) && part != "local" && part != "apache2" && part != "nginx"
        })
}

fn finding(file: &Resource, path: &str, line: &Line, need: &Need) -> Finding {
    let (what, kind) = (&need.what, need.kind.name());
    let message = format!(
        "{path} newly needs the {kind} {what}, and no package or file in the catalog of these hosts provides it: what reads the file fails"
    );
    let extension = need.kind == Kind::Extension;
    let severity = if extension { Severity::High } else { Severity::Medium };
    let confidence = if file.possible.is_some() { Confidence::Low } else { Confidence::Medium };
    let found = draft("requirement-undeclared", format!("{path}: {what}"), "needed", message)
        .severity(severity)
        .confidence(confidence);
    let found =
        found.at(at_head(&line.at, "newly needed here")).also(at_head(&file.at, "written to the host by this file"));
    found
        .watch(format!("what reads {path} on the first host: errors at once, or at its next start"))
        .first_aid("revert the file; installing what it needs takes longer")
        .remedy(format!("declare what provides {what} in an earlier change, then ship the file with a require on it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_speak_of_one_thing() {
        assert!(resembles("mediawiki-FedoraBadges", "FedoraBadges"));
        assert!(resembles("php-fedora-badges", "FedoraBadges"));
        assert!(!resembles("mediawiki", "FedoraBadges"));
        assert!(named_after("scap", "/usr/local/bin/scap"));
        assert!(!named_after("nginx", "/etc/nginx/tls.conf"));
    }
}
