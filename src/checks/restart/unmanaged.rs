//! Readers that Puppet does not manage as services: nothing in the catalog could tell them.
//!
//! Either the repository writes the unit and declares no service for it, or the package of a daemon that is
//! known to read the file is on the host. What runs to its end, or is started by a timer, reads its files
//! at each start and is left out.

use super::changed::Changed;
use super::knowledge::{Knowledge, Needs, ServiceRow};
use super::lines::names_file;
use super::reach::Told;
use super::services::{Starter, starters};
use crate::catalog::{Catalog, Resource};
use crate::checks::removal::wanted;
use crate::checks::{HostSide, draft, head as at_head};
use crate::diff::{Line, content_of};
use crate::finding::{Confidence, Finding, Severity};

/// The finding about a file whose reader is no managed service.
pub(super) fn finding(file: &Changed<'_>, told: &Told, base: HostSide<'_>, head: HostSide<'_>) -> Option<Finding> {
    if told.applied || !told.services.is_empty() || Knowledge::builtin().read_each_run(&file.path) {
        return None;
    }
    let unit = of_unit(file, head);
    let found = unit.or_else(|| of_package(file, base, head))?;
    let broken = head.cut_short.is_some() || !head.errors.is_empty();
    let doubtful = broken || file.is_guess() || file.resource.possible.is_some() || found.by.possible.is_some();
    let name = found.name;
    let message = format!(
        "{} changes and {name} reads it, but Puppet does not manage that service: nothing restarts it, the change lies dormant until someone does",
        file.path
    );
    let reference = file.resource.reference();
    let subject = if reference.contains(&file.path) { reference } else { format!("{reference} {}", file.path) };
    let confidence = if doubtful { Confidence::Low } else { Confidence::Medium };
    let finding = draft("config-without-restart", subject, "unmanaged", message);
    let finding = finding.severity(Severity::Medium).confidence(confidence).at(at_head(&file.first, "this changes"));
    let finding = if file.first == file.resource.at {
        finding
    } else {
        finding.also(at_head(&file.resource.at, "written to the host by this file"))
    };
    Some(finding.also(at_head(&found.by.at, &found.why)).remedy(format!(
        "declare service {{ '{name}': }} and notify it, or restart {name} by hand and say so in the change"
    )))
}

/// Whose reader it is, and what tells of it.
struct Unmanaged<'a> {
    name: String,
    by: &'a Resource,
    why: String,
}

/// A unit of the repository that names the file, or is the file.
fn of_unit<'a>(file: &Changed<'_>, head: HostSide<'a>) -> Option<Unmanaged<'a>> {
    let catalog = head.catalog();
    let units = starters(catalog).into_iter().filter(|s| s.of.sort == "unit" && !s.of.service.ends_with('@'));
    let mut alone = units.filter(|s| !managed(catalog, s.of.service) && !timed(catalog, s.of.service));
    alone.find_map(|unit| {
        let lines = content_of(unit.file, head.sources()).lines(&unit.file.at);
        (is_daemon(&lines) && reads(&unit, &lines, file)).then(|| Unmanaged {
            name: unit.of.service.to_owned(),
            by: unit.file,
            why: format!("the unit of {}, for which no service is declared", unit.of.service),
        })
    })
}

fn reads(unit: &Starter<'_>, lines: &[Line], file: &Changed<'_>) -> bool {
    unit.file.reference() == file.resource.reference() || lines.iter().any(|l| names_file(&l.text, &file.path))
}

/// It stays up once it is started.
fn is_daemon(lines: &[Line]) -> bool {
    let has = |word: &str| lines.iter().any(|l| l.text.replace(' ', "").to_ascii_lowercase().starts_with(word));
    !has("type=oneshot") && (has("restart=") || has("[install]") || has("type=notify") || has("type=forking"))
}

fn managed(catalog: &Catalog, service: &str) -> bool {
    catalog.of_type("Service").any(|r| {
        let name = r.text("name").unwrap_or(&r.title);
        name.strip_suffix(".service").unwrap_or(name) == service
    })
}

/// Started by a timer, a socket or a path of the same name.
fn timed(catalog: &Catalog, service: &str) -> bool {
    let units = [".timer", ".socket", ".path"].map(|s| format!("{service}{s}"));
    catalog.resources.iter().any(|r| units.iter().any(|u| r.title.ends_with(u.as_str())))
}

/// The package of a daemon that is known to read the file.
fn of_package<'a>(file: &Changed<'_>, base: HostSide<'_>, head: HostSide<'a>) -> Option<Unmanaged<'a>> {
    let rows = Knowledge::builtin().owners(&file.path).filter(|row| row.needs != Needs::None);
    let rows: Vec<&ServiceRow> = rows.collect();
    let services = || head.catalog().of_type("Service").map(|r| r.text("name").unwrap_or(&r.title));
    if rows.is_empty() || services().any(|s| rows.iter().any(|row| row.is_called(s))) {
        return None;
    }
    let packages = head.catalog().of_type("Package").filter(|r| wanted(r));
    let mut kept = packages.filter(|r| base.catalog().find("Package", &r.title).is_some_and(wanted));
    kept.find_map(|package| {
        let name = package.text("name").unwrap_or(&package.title);
        let service = rows.iter().find_map(|row| row.daemon_of(name))?;
        let why = format!("the package brings {service}, for which no service is declared");
        Some(Unmanaged { name: service, by: package, why })
    })
}
