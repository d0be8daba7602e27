//! `removal-unlinks-path`: a package takes a path with it on which something still rests.

use super::gone::{Gone, gone};
use super::{Going, file_path, going, wanted};
use crate::checks::references::{Reference, dependents_of, references_to};
use crate::checks::{Check, HostContext, draft, head, of_effect};
use crate::finding::{Confidence, FailureMode, Finding, Severity};
use crate::package::{Effect, Kind, Removal, Verdict, merged};
use crate::puppet::file_titles;
use crate::value::Value;
use std::collections::BTreeSet;

pub(crate) struct UnlinksPath;

const PATHS: [Kind; 3] = [Kind::LinkRemoved, Kind::FileRemoved, Kind::ConffileRemoved];

/// Below these a package's links are its own affair unless something refers to them.
const OWN_AFFAIR: [&str; 6] =
    ["/usr/share/doc/", "/usr/share/man/", "/usr/share/lintian/", "/usr/share/locale/", "/usr/lib/", "/lib/"];

impl Check for UnlinksPath {
    fn id(&self) -> &'static str {
        "removal-unlinks-path"
    }

    fn host(&self, cx: &HostContext<'_>, out: &mut Vec<Finding>) {
        for package in going(cx) {
            if let Some(removal) = package.evidence(cx) {
                out.extend(findings(cx, &package, &removal));
            }
        }
        out.extend(gone(cx, "File").iter().filter_map(of_file));
    }
}

fn findings(cx: &HostContext<'_>, package: &Going<'_>, removal: &Removal) -> Vec<Finding> {
    let lost: Vec<&Effect> = package.effects(removal, &PATHS).filter(|e| !managed(package, &e.subject)).collect();
    let kept = shipped_by_others(cx, package, &lost);
    let lost = lost.into_iter().filter(|e| !kept.contains(e.subject.as_str()));
    lost.filter(|e| !taken_over(cx, package, e)).filter_map(|e| finding(package, e)).collect()
}

/// Whether this very change makes Puppet manage the path, though not on these hosts: its author knows of the
/// path and chose the hosts, so that is told and not reported.
fn taken_over(cx: &HostContext<'_>, package: &Going<'_>, effect: &Effect) -> bool {
    let taken = declared_by_change(cx, &effect.subject);
    if taken {
        let (name, path, role) = (package.name, &effect.subject, cx.role);
        cx.repo.note(format!(
            "removing {name} takes {path} away on hosts of {role} too, where this change does not make Puppet manage it"
        ));
    }
    taken
}

/// Whether a changed manifest declares the file at head and did not at base.
fn declared_by_change(cx: &HostContext<'_>, path: &str) -> bool {
    let declares = |sources: &crate::diff::Sources, file: &str| {
        let text = sources.tree().text(file).ok().flatten();
        text.is_some_and(|t| file_titles(&t, cx.repo.dialect).iter().any(|title| title == path))
    };
    let manifests = cx.repo.files.iter().filter(|f| f.path.ends_with(".pp"));
    manifests
        .into_iter()
        .any(|f| declares(cx.repo.head, &f.path) && !cx.repo.base.is_some_and(|b| declares(b, &f.path)))
}

/// Whether Puppet puts the path there itself, or a managed folder that is recursed holds it.
fn managed(package: &Going<'_>, path: &str) -> bool {
    package.head.catalog().of_type("File").filter(|r| wanted(r)).any(|r| merged(file_path(r)) == path)
}

/// Paths that another package wanted on the host ships as well, as far as those are known.
fn shipped_by_others(cx: &HostContext<'_>, package: &Going<'_>, lost: &[&Effect]) -> BTreeSet<String> {
    let mut kept = BTreeSet::new();
    if lost.is_empty() {
        return kept;
    }
    let others = package.head.catalog().of_type("Package").filter(|r| wanted(r) && r.title != package.resource.title);
    for other in others {
        let name = other.text("name").unwrap_or(&other.title);
        if let Some(ships) = cx.repo.packages.ships(name) {
            kept.extend(lost.iter().filter(|e| ships.paths.contains(&e.subject)).map(|e| e.subject.clone()));
        }
    }
    kept
}

fn finding(package: &Going<'_>, effect: &Effect) -> Option<Finding> {
    let references = references_to(&effect.subject, package.head);
    let link = effect.kind == Kind::LinkRemoved;
    if references.is_empty() && (!link || OWN_AFFAIR.iter().any(|p| effect.subject.starts_with(p))) {
        return None;
    }
    let certain = effect.verdict == Verdict::Certain;
    let severity = match (references.is_empty(), certain) {
        (false, true) => Severity::High,
        (true, true) | (false, false) => Severity::Medium,
        (true, false) => Severity::Low,
    };
    let confidence = if certain { Confidence::High } else { Confidence::Medium };
    let subject = format!("{}:{}", package.name, effect.subject);
    let draft = draft("removal-unlinks-path", subject, "unlinked", message(package, effect, &references));
    Some(
        locate(
            draft.severity(severity).confidence(confidence).mode(FailureMode::FastFail),
            package,
            effect,
            &references,
        )
        .remedy(remedy(package, effect)),
    )
}

fn message(package: &Going<'_>, effect: &Effect, references: &[Reference]) -> String {
    let what = if effect.kind == Kind::LinkRemoved { "symlink" } else { "file" };
    let takes = if effect.verdict == Verdict::Certain { "takes away" } else { "may take away" };
    let head = format!(
        "{} package {} {takes} the {what} {}, which Puppet does not manage",
        package.verb(),
        package.name,
        effect.subject
    );
    match references {
        [] => head,
        [one] => format!("{head} and on which {} rests", one.what),
        many => format!(
            "{head} and on which {} places rest: {} and others",
            many.len(),
            many.first().map_or("", |r| r.what.as_str())
        ),
    }
}

/// A path that Puppet kept and now takes away itself, from under what still rests on it.
fn of_file(file: &Gone<'_>) -> Option<Finding> {
    let before = file.before?;
    let path = file_path(file.resource);
    // Without `force` Puppet leaves a folder where it is.
    let folder = before.text("ensure") == Some("directory");
    let forced = file.resource.value("force").is_some_and(|v| *v == Value::Bool(true) || v.as_str() == Some("true"));
    let references: Vec<Reference> = dependents_of(path, file.head);
    if references.is_empty() || folder && !forced {
        return None;
    }
    let text = format!("{path} is removed, and {} rests on it", counted(&references));
    let finding = draft("removal-unlinks-path", path, "absent", text).mode(FailureMode::FastFail);
    let finding = finding.severity(Severity::High).confidence(Confidence::Medium);
    let finding = finding.at(head(file.at(), "the path is removed here"));
    let finding = references.iter().take(6).fold(finding, |f, r| f.also(head(&r.at, &r.label)));
    Some(finding.remedy(format!("first change what rests on {path}, and let that reach every host; then remove it")))
}

fn counted(references: &[Reference]) -> String {
    let first = references.first().map_or("", |r| r.what.as_str());
    if references.len() > 1 { format!("{first} with {} others", references.len() - 1) } else { first.to_owned() }
}

fn locate(draft: Finding, package: &Going<'_>, effect: &Effect, references: &[Reference]) -> Finding {
    let at = package.ensure().map_or(&package.resource.at, |p| &p.at);
    let draft = draft.at(head(at, "the package is removed here")).also(of_effect(package.name, effect, &effect.why));
    references.iter().take(6).fold(draft, |d, r| d.also(head(&r.at, &r.label)))
}

fn remedy(package: &Going<'_>, effect: &Effect) -> String {
    let how = match (effect.kind, effect.why.split_once("-> ")) {
        (Kind::LinkRemoved, Some((_, target))) => {
            format!("file {{ '{}': ensure => link, target => '{}' }}", effect.subject, target.trim())
        }
        (Kind::LinkRemoved, None) => format!("file {{ '{}': ensure => link }}", effect.subject),
        _ => format!("file {{ '{}': }}", effect.subject),
    };
    format!(
        "manage the path first, in an earlier change that has reached every host: {how}; then remove on a canary; \
         if it goes wrong, reinstall {} at once, and allow for caches that keep the errors a while",
        package.name
    )
}
