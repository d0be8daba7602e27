//! `removal-not-inspected`: a package goes and nobody could read what its scripts do.

use super::{Going, going};
use crate::checks::{Check, HostContext, draft, head, of_script};
use crate::finding::{Confidence, Finding, Severity};
use crate::package::NotAnalysed;

pub(crate) struct NotInspected;

impl Check for NotInspected {
    fn id(&self) -> &'static str {
        "removal-not-inspected"
    }

    fn host(&self, cx: &HostContext<'_>, out: &mut Vec<Finding>) {
        for package in going(cx) {
            match cx.repo.packages.removal(package.name) {
                Err(why) => out.push(not_found(&package, &why)),
                Ok(removal) if removal.not_analysed.is_empty() => {}
                Ok(removal) => out.push(not_followed(&package, &removal.not_analysed)),
            }
        }
    }
}

fn base_draft(package: &Going<'_>, change: &str, message: String) -> Finding {
    let draft = draft("removal-not-inspected", package.resource.reference(), change, message);
    match package.ensure() {
        Some(ensure) => draft.at(head(&ensure.at, "the package is removed here")),
        None => draft.at(head(&package.resource.at, "the package is removed here")),
    }
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
