//! `removal-cascades`: apt takes other packages along that the host is meant to have.

use super::{Going, absence, foreign, going, wanted};
use crate::catalog::{Catalog, Resource};
use crate::checks::{Check, HostContext, draft, head};
use crate::finding::{Confidence, Finding, Severity};
use crate::package::archive::{Cascade, Taken};
use std::collections::BTreeSet;

pub(crate) struct Cascades;

impl Check for Cascades {
    fn id(&self) -> &'static str {
        "removal-cascades"
    }

    fn host(&self, cx: &HostContext<'_>, out: &mut Vec<Finding>) {
        for package in going(cx) {
            let catalog = package.head.catalog();
            let mut asked = names(catalog, |r| absence(r).is_none() && wanted(r));
            asked.insert(package.name.to_owned());
            let mut absent = names(catalog, |r| absence(r).is_some());
            absent.remove(package.name);
            match cx.repo.packages.cascade(package.name, &asked, &absent) {
                Some(cascade) => out.extend(finding(&package, catalog, &cascade)),
                // Once for all packages: the remedy is the same.
                None => cx.repo.note(
                    "what apt takes along with the packages that go is not known: no package index was given (--index)"
                        .to_owned(),
                ),
            }
        }
    }
}

/// Names of the packages of the distribution that fit.
fn names(catalog: &Catalog, fits: impl Fn(&Resource) -> bool) -> BTreeSet<String> {
    let packages = catalog.of_type("Package").filter(|r| !r.is_virtual && !foreign(r) && fits(r));
    packages.map(|r| name(r).to_owned()).collect()
}

fn name(resource: &Resource) -> &str {
    resource.text("name").unwrap_or(&resource.title)
}

/// A package that goes along, and why the host is meant to have it.
struct Missed<'a> {
    taken: &'a Taken,
    declared: Option<&'a Resource>,
    service: Option<&'a Resource>,
}

fn finding(package: &Going<'_>, catalog: &Catalog, cascade: &Cascade) -> Option<Finding> {
    let missed: Vec<Missed<'_>> = cascade.taken.iter().filter_map(|taken| missed(catalog, taken)).collect();
    if missed.is_empty() {
        return None;
    }
    let declared = missed.iter().any(|m| m.declared.is_some());
    let essential = missed.iter().any(|m| m.taken.essential);
    // What a plain installation has, this host may lack; what Puppet installs it has.
    let sure = declared && missed.iter().any(|m| m.declared.is_some() && !m.taken.recommended);
    let confidence = if sure { Confidence::High } else { Confidence::Medium };
    let relied_on = declared || missed.iter().any(|m| m.service.is_some());
    let severity = match (essential, relied_on) {
        (true, _) => Severity::Critical,
        (false, true) => Severity::High,
        (false, false) => Severity::Medium,
    };
    let at = package.ensure().map_or(&package.resource.at, |p| &p.at);
    let text = message(package, &missed, cascade);
    let mut finding = draft("removal-cascades", package.resource.reference(), "cascades", text)
        .severity(severity)
        .confidence(confidence)
        .at(head(at, "the package is removed here"));
    for one in missed.iter().take(5) {
        let places =
            [(one.declared, "goes along, though it is declared here"), (one.service, "is left without its package")];
        for (resource, label) in places.into_iter().filter_map(|(r, l)| Some((r?, l))) {
            finding = finding.also(head(&resource.at, &format!("{} {label}", resource.reference())));
        }
    }
    Some(finding.remedy(remedy(package, &missed)))
}

fn missed<'a>(catalog: &'a Catalog, taken: &'a Taken) -> Option<Missed<'a>> {
    let present = |r: &&Resource| !r.is_virtual && wanted(r);
    let mut packages = catalog.of_type("Package").filter(present);
    let declared = packages.find(|r| name(r) == taken.package && absence(r).is_none() && !foreign(r));
    let service = catalog.of_type("Service").filter(present).find(|r| name(r) == taken.package);
    let needed = declared.is_some() || service.is_some() || taken.essential || taken.base;
    needed.then_some(Missed { taken, declared, service })
}

fn message(package: &Going<'_>, missed: &[Missed<'_>], cascade: &Cascade) -> String {
    let each: Vec<String> = missed.iter().map(reason).collect();
    let mut text = format!("{} package {} makes apt take {} along", package.verb(), package.name, each.join(" and "));
    let others = cascade.taken.len() - missed.len();
    if others > 0 {
        text.push_str(&format!(", and {others} more that nobody declares"));
    }
    if missed.iter().any(|m| m.declared.is_some()) {
        text.push_str("; every run of Puppet installs what it declares again and removes it again");
    }
    if !cascade.autoremove.is_empty() {
        let shown: Vec<&str> = cascade.autoremove.iter().take(5).map(String::as_str).collect();
        let more = cascade.autoremove.len().saturating_sub(shown.len());
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        text.push_str(&format!("; autoremove would then offer {}{rest}", shown.join(", ")));
    }
    text
}

fn reason(missed: &Missed<'_>) -> String {
    let taken = missed.taken;
    let mut what = Vec::new();
    if let Some(resource) = missed.declared {
        what.push(format!("{} declares it", resource.reference()));
    }
    if let Some(resource) = missed.service {
        what.push(format!("{} runs from it", resource.reference()));
    }
    if taken.essential {
        what.push("it is essential".to_owned());
    } else if taken.base && missed.declared.is_none() {
        what.push("every plain installation has it".to_owned());
    }
    format!("{} (depends on {}; {})", taken.package, taken.because, what.join(", "))
}

fn remedy(package: &Going<'_>, missed: &[Missed<'_>]) -> String {
    let names: Vec<&str> = missed.iter().map(|m| m.taken.package.as_str()).collect();
    format!(
        "keep {0}, or first install something else that {1} can depend on, or remove {1} knowingly in the same change; \
         `apt-get -s remove {0}` on one host shows what would go there",
        package.name,
        names.join(", ")
    )
}
