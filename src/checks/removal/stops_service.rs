//! `removal-stops-service`: a package, or a unit that Puppet no longer keeps, leaves without its unit a
//! service that is still to run.

use super::gone::{Gone, gone};
use super::{Going, file_path, going, wanted};
use crate::catalog::Resource;
use crate::checks::order::{Order, between};
use crate::checks::restart::{should_run, start_of};
use crate::checks::{Check, HostContext, HostSide, draft, head, of_effect};
use crate::finding::{Confidence, Finding, Severity};
use crate::package::{Effect, Kind, Removal, Verdict, merged};

pub(crate) struct StopsService;

const UNITS: [Kind; 3] = [Kind::FileRemoved, Kind::LinkRemoved, Kind::ConffileRemoved];
const STOPS: [Kind; 2] = [Kind::ServiceStopped, Kind::ServiceDisabled];

impl Check for StopsService {
    fn id(&self) -> &'static str {
        "removal-stops-service"
    }

    fn host(&self, cx: &HostContext<'_>, out: &mut Vec<Finding>) {
        for package in going(cx) {
            let Some(removal) = package.evidence(cx) else { continue };
            for service in running(package.head) {
                out.extend(lost(cx, &package, &removal, service).map(|l| of_package(&package, service, &l)));
            }
        }
        for file in gone(cx, "File") {
            out.extend(unit_taken(cx, &file));
        }
    }
}

/// Services that Puppet keeps running.
fn running(head: HostSide<'_>) -> impl Iterator<Item = &Resource> {
    head.catalog().of_type("Service").filter(|r| should_run(r))
}

fn name(service: &Resource) -> &str {
    plain(service.text("name").unwrap_or(&service.title))
}

fn plain(unit: &str) -> &str {
    unit.strip_suffix(".service").unwrap_or(unit)
}

/// What a removal takes from a service.
struct Lost<'a> {
    /// Its unit or init script goes, and nothing that stays brings one.
    unit: Option<&'a Effect>,
    stopped: Option<&'a Effect>,
    disabled: Option<&'a Effect>,
}

impl<'a> Lost<'a> {
    fn effects(&self) -> impl Iterator<Item = &'a Effect> {
        [self.unit, self.stopped, self.disabled].into_iter().flatten()
    }

    fn certain(&self) -> bool {
        self.effects().any(|e| e.verdict == Verdict::Certain)
    }
}

fn lost<'r>(
    cx: &HostContext<'_>,
    package: &'r Going<'_>,
    removal: &'r Removal,
    service: &Resource,
) -> Option<Lost<'r>> {
    let mine = name(service);
    let stop = |kind: Kind| {
        package.effects(removal, &STOPS).find(|e| e.kind == kind && e.subjects().any(|s| stands_for(s, mine)))
    };
    let unit = package.effects(removal, &UNITS).find(|e| start_of(&e.subject).is_some_and(|s| s.starts_it(mine)));
    let unit = unit.filter(|e| !has_other_unit(cx, package.head, &e.subject, mine, package.name));
    let disabled = stop(Kind::ServiceDisabled).filter(|_| enabled(service));
    let lost = Lost { unit, stopped: stop(Kind::ServiceStopped), disabled };
    let any = lost.effects().next().is_some();
    any.then_some(lost)
}

fn enabled(service: &Resource) -> bool {
    use crate::value::Value;
    matches!(service.value("enable"), Some(Value::Bool(true))) || service.text("enable") == Some("true")
}

/// `x.service`, `x@*` and `x` stand for the service `x` (or `x@1`).
fn stands_for(subject: &str, service: &str) -> bool {
    let subject = plain(subject);
    match subject.split_once('*') {
        Some((start, end)) => {
            service.len() >= start.len() + end.len() && service.starts_with(start) && service.ends_with(end)
        }
        None => subject == service,
    }
}

/// Whether Puppet writes a unit of the service, or a package that stays ships the same file.
fn has_other_unit(cx: &HostContext<'_>, head: HostSide<'_>, unit: &str, service: &str, without: &str) -> bool {
    let starts = |path: &str| start_of(path).is_some_and(|s| s.starts_it(service));
    let mut files = head.catalog().of_type("File").filter(|r| wanted(r));
    if files.any(|r| starts(file_path(r))) {
        return true;
    }
    let packages = head.catalog().of_type("Package").filter(|r| wanted(r));
    let mut names = packages.map(|r| r.text("name").unwrap_or(&r.title)).filter(|n| *n != without);
    names.any(|n| cx.repo.packages.ships(n).is_some_and(|s| s.paths.iter().any(|p| merged(p) == unit || starts(p))))
}

fn of_package(package: &Going<'_>, service: &Resource, lost: &Lost<'_>) -> Finding {
    let (severity, confidence) = match (lost.unit.is_some(), lost.stopped.is_some(), lost.certain()) {
        (true, _, true) => (Severity::High, Confidence::High),
        (false, true, true) => (Severity::Medium, Confidence::High),
        (true, ..) | (_, true, _) => (Severity::Medium, Confidence::Medium),
        (false, false, _) => (Severity::Low, Confidence::Medium),
    };
    let at = package.ensure().map_or(&package.resource.at, |p| &p.at);
    let subject = format!("{}:{}", package.name, name(service));
    let finding = draft("removal-stops-service", subject, "stopped", message(package, service, lost));
    let finding = finding.severity(severity).confidence(confidence).at(head(at, "the package is removed here"));
    let finding = lost.effects().fold(finding, |f, e| f.also(of_effect(package.name, e, label(e.kind))));
    finding
        .also(head(&service.at, &format!("{} is to run", service.reference())))
        .remedy(remedy(package, service, lost))
}

/// Which of the two the agent comes to first.
fn order(package: &Going<'_>, service: &Resource) -> Order {
    between(package.head.catalog(), package.head.graph(), package.resource, service)
}

fn label(kind: Kind) -> &'static str {
    match kind {
        Kind::ServiceStopped => "stops it",
        Kind::ServiceDisabled => "no longer starts it at boot",
        _ => "what starts it goes",
    }
}

fn message(package: &Going<'_>, service: &Resource, lost: &Lost<'_>) -> String {
    let perhaps = if lost.certain() { "" } else { "may " };
    let does =
        |certain: &str, possible: &str| format!("{perhaps}{}", if perhaps.is_empty() { certain } else { possible });
    let (verb, name, running) = (package.verb(), package.name, service.reference());
    if lost.unit.is_some() {
        let takes = does("takes", "take");
        return format!(
            "{verb} package {name} {takes} away what starts {running}, which Puppet keeps running: every run fails there from now on"
        );
    }
    if lost.stopped.is_none() {
        return format!(
            "{verb} package {name} {} {running} off at boot, until Puppet enables it again",
            does("turns", "turn")
        );
    }
    let when = match order(package, service) {
        Order::FirstThenSecond => "the same run starts it again, after a gap",
        Order::SecondThenFirst => "only the next run starts it again, since this one has already passed it",
        Order::Open => "nothing orders the two, so count on the next run to start it again",
    };
    format!("{verb} package {name} {} {running}, which Puppet keeps running; {when}", does("stops", "stop"))
}

fn remedy(package: &Going<'_>, service: &Resource, lost: &Lost<'_>) -> String {
    let running = service.reference();
    if lost.unit.is_some() {
        return format!(
            "if the service is to go, set {running} to `ensure => stopped, enable => false` in an earlier change, then drop it \
             together with the package; if it is to stay, have the package that replaces {} on the hosts first",
            package.name
        );
    }
    match order(package, service) {
        Order::FirstThenSecond => "go host by host, as each is without the service for a moment".to_owned(),
        // Another edge would close a cycle.
        Order::SecondThenFirst => format!(
            "turn the order of the two round, so that one run closes the gap, or start {running} by hand after the run; go host by host"
        ),
        Order::Open => {
            format!(
                "order {} before {running}, so that one run closes the gap, and go host by host",
                package.resource.reference()
            )
        }
    }
}

/// A unit file that Puppet takes away from under a service that it keeps running.
fn unit_taken(cx: &HostContext<'_>, file: &Gone<'_>) -> Option<Finding> {
    let path = file_path(file.resource);
    let unit = start_of(path)?;
    let service = running(file.head).find(|r| unit.starts_it(name(r)))?;
    if has_other_unit(cx, file.head, path, name(service), "") {
        return None;
    }
    let message = format!(
        "{path}, the {} of {}, goes, while Puppet keeps that service running: a packaged unit of that name takes its place if there \
         is one, else every run fails there from now on",
        unit.sort,
        service.reference()
    );
    let finding = draft("removal-stops-service", format!("{path}:{}", name(service)), "unit-absent", message);
    let finding = finding.severity(Severity::Medium).confidence(Confidence::Medium);
    let remedy = format!("stop and disable {} in an earlier change, then take the unit away", service.reference());
    Some(
        finding
            .at(head(file.at(), "the unit is removed here"))
            .also(head(&service.at, &format!("{} is to run", service.reference())))
            .remedy(remedy),
    )
}

#[cfg(test)]
mod tests {
    use super::stands_for;

    #[test]
    fn units_and_their_patterns_stand_for_services() {
        for (subject, service, expected) in [
            ("apache2.service", "apache2", true),
            ("apache2", "apache2", true),
            ("apache2-helper", "apache2", false),
            ("postgresql@15-*", "postgresql@15-main", true),
            ("postgresql@15-*", "postgresql@14-main", false),
            ("postgresql@15-*.service", "postgresql", false),
        ] {
            assert_eq!(stands_for(subject, service), expected, "{subject} {service}");
        }
    }
}
