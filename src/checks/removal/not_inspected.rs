//! `removal-not-inspected`: a package goes and nobody could read what its scripts do.

use super::{Going, going};
use crate::checks::{Check, HostContext, draft, head, of_script};
use crate::finding::{Confidence, Finding, Severity};
use crate::package::NotAnalysed;
use crate::repo::Loc;
use std::collections::BTreeMap;

pub(crate) struct NotInspected;

impl Check for NotInspected {
    fn id(&self) -> &'static str {
        "removal-not-inspected"
    }

    fn host(&self, cx: &HostContext<'_>, out: &mut Vec<Finding>) {
        let mut unread: BTreeMap<&Loc, Vec<(Going<'_>, String)>> = BTreeMap::new();
        for package in going(cx) {
            match cx.repo.packages.removal(package.name) {
                Err(why) => unread.entry(asked_at(&package)).or_default().push((package, why)),
                Ok(removal) if removal.not_analysed.is_empty() => {}
                Ok(removal) => out.push(not_followed(&package, &removal.not_analysed)),
            }
        }
        for packages in unread.values() {
            match packages.as_slice() {
                many if many.len() > APART => out.extend(all_not_found(many)),
                few => out.extend(few.iter().map(|(package, why)| not_found(package, why))),
            }
        }
    }
}

/// Packages of one declaration that are told one by one, at most.
const APART: usize = 3;
/// Packages that a sentence names, at most.
const NAMED: usize = 12;

fn asked_at<'a>(package: &Going<'a>) -> &'a Loc {
    package.ensure().map_or(&package.resource.at, |p| &p.at)
}

/// Many packages that one line takes away are one decision, and one finding.
fn all_not_found(packages: &[(Going<'_>, String)]) -> Option<Finding> {
    let (first, why) = packages.first()?;
    let names: Vec<&str> = packages.iter().map(|(p, _)| p.name).collect();
    let shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    let rest = names.len().saturating_sub(NAMED);
    let more = if rest == 0 { String::new() } else { format!(" and {rest} more") };
    let message = format!(
        "{} packages are removed and their maintainer scripts could not be read: {shown}{more} ({}: {why})",
        names.len(),
        first.name
    );
    let at = asked_at(first);
    let managed = packages.iter().any(|(p, _)| p.before.is_some());
    let confidence = if managed { Confidence::High } else { Confidence::Medium };
    let found = draft("removal-not-inspected", format!("packages declared in {}", at.path), "not-found", message);
    let found = if rest == 0 { found } else { found.note(format!("all of them: {}", names.join(", "))) };
    let found = found.at(head(at, "the packages are removed here")).severity(Severity::High).confidence(confidence);
    Some(found.remedy("hand the packages over with --deb-dir DIR (or --fetch where apt knows them); failing that, read /var/lib/dpkg/info/NAME.{prerm,postrm,list} on one host before merging"))
}

fn base_draft(package: &Going<'_>, change: &str, message: String) -> Finding {
    let draft = draft("removal-not-inspected", package.resource.reference(), change, message);
    draft.at(head(asked_at(package), "the package is removed here"))
}

fn not_found(package: &Going<'_>, why: &str) -> Finding {
    let message = format!("package {} is removed and its maintainer scripts could not be read: {why}", package.name);
    let remedy = format!(
        "hand the package over with --deb FILE or --deb-dir DIR (or --fetch where apt knows it); failing that, read \
         /var/lib/dpkg/info/{}.{{prerm,postrm,list}} on one host before merging",
        package.name
    );
    // A package that was not managed before may not be installed at all.
    let confidence = if package.before.is_some() { Confidence::High } else { Confidence::Medium };
    base_draft(package, "not-found", message).severity(Severity::High).confidence(confidence).remedy(remedy)
}

fn not_followed(package: &Going<'_>, places: &[NotAnalysed]) -> Finding {
    let message = format!(
        "removing package {} runs {} that could not be followed: look by hand",
        package.name,
        if places.len() == 1 { "a script line".to_owned() } else { format!("{} script lines", places.len()) }
    );
    let draft = base_draft(package, "not-followed", message).severity(Severity::Medium).confidence(Confidence::High);
    let draft =
        draft.remedy(format!("read the lines named here in {}'s maintainer scripts before merging", package.name));
    places.iter().take(5).fold(draft, |d, p| d.also(of_script(package.name, &p.script, p.line, &p.reason)))
}
