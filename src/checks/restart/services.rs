//! The services of a host that should be running before and after the change, and what starts them.

use super::specifiers::expand;
use crate::catalog::{Catalog, Resource, ResourceId};
use crate::checks::HostSide;
use crate::checks::removal::{file_path, wanted};
use crate::diff::{Line, content_of};
use crate::value::Value;

/// A service that runs before and after the change.
pub(super) struct Service<'a> {
    pub(super) id: ResourceId,
    pub(super) resource: &'a Resource,
    /// What the service manager calls it, without `.service`.
    pub(super) name: &'a str,
    /// What starts it: lines of its unit, init script, defaults file.
    pub(super) start: Vec<Line>,
    /// It runs to its end and is no daemon.
    pub(super) oneshot: bool,
}

/// The services that a change could leave behind with old settings.
pub(super) fn running<'a>(base: HostSide<'a>, head: HostSide<'a>) -> Vec<Service<'a>> {
    let starters = starters(head.catalog());
    let ids = (0..).zip(&head.catalog().resources);
    let services = ids.filter(|(_, r)| r.type_name == "Service" && !r.is_virtual && should_run(r));
    services.filter(|(_, r)| ran_at(base.catalog(), r)).filter_map(|(id, r)| service(id, r, head, &starters)).collect()
}

/// The services that run before and after, by name alone.
pub(super) fn running_names<'a>(base: HostSide<'a>, head: HostSide<'a>) -> Vec<(ResourceId, &'a Resource, &'a str)> {
    let ids = (0..).zip(&head.catalog().resources);
    let services = ids.filter(|(_, r)| r.type_name == "Service" && !r.is_virtual && should_run(r));
    let kept = services.filter(|(_, r)| ran_at(base.catalog(), r));
    kept.map(|(id, r)| (id, r, plain_name(r))).collect()
}

fn plain_name(service: &Resource) -> &str {
    let full = service.text("name").unwrap_or(&service.title);
    full.strip_suffix(".service").unwrap_or(full)
}

fn service<'a>(
    id: ResourceId,
    resource: &'a Resource,
    head: HostSide<'a>,
    starters: &[Starter<'a>],
) -> Option<Service<'a>> {
    let name = plain_name(resource);
    if [".timer", ".socket", ".path", ".mount", ".target", ".slice"].iter().any(|s| name.ends_with(s)) {
        return None;
    }
    let mine = starters.iter().filter(|s| s.of.starts(name));
    let start: Vec<Line> = mine.flat_map(|s| s.lines(name, head)).collect();
    let oneshot = start.iter().any(|l| is_oneshot(&l.text));
    Some(Service { id, resource, name, start, oneshot })
}

/// Whether a line of a unit says that what it starts runs to its end.
pub(super) fn is_oneshot(line: &str) -> bool {
    line.replace(' ', "").eq_ignore_ascii_case("type=oneshot")
}

/// Running, or at least not stopped: a service without `ensure` is restarted by a refresh if it runs.
pub(crate) fn should_run(service: &Resource) -> bool {
    match service.value("ensure") {
        Some(Value::Bool(b)) => *b,
        Some(v) if v.as_str().is_some() => matches!(v.as_str(), Some("running" | "true")),
        Some(Value::Undef) | None => !matches!(service.value("enable"), Some(Value::Bool(false))),
        Some(_) => true,
    }
}

fn ran_at(base: &Catalog, service: &Resource) -> bool {
    base.find(&service.type_name, &service.title).is_some_and(|r| !r.is_virtual && should_run(r))
}

/// A file that starts a service.
pub(super) struct Starter<'a> {
    pub(super) of: StartOf<'a>,
    pub(super) file: &'a Resource,
}

impl Starter<'_> {
    /// What it says of one of its services.
    fn lines(&self, service: &str, head: HostSide<'_>) -> Vec<Line> {
        let lines = content_of(self.file, head.sources()).lines(&self.file.at);
        if !self.of.is_unit() {
            return lines;
        }
        lines.into_iter().map(|l| Line { text: expand(&l.text, service), ..l }).collect()
    }
}

/// Every file of a host that starts a service.
pub(super) fn starters(catalog: &Catalog) -> Vec<Starter<'_>> {
    let files = catalog.of_type("File").filter(|r| wanted(r));
    files.filter_map(|file| Some(Starter { of: start_of(file_path(file))?, file })).collect()
}

/// Which service a file starts, by its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StartOf<'a> {
    /// The service's name; ends in `@` for all instances.
    pub(super) service: &'a str,
    /// What sort of file it is.
    pub(crate) sort: &'static str,
}

impl StartOf<'_> {
    /// Whether it starts the service of that name.
    pub(super) fn starts(&self, name: &str) -> bool {
        name == self.service || self.service.ends_with('@') && name.starts_with(self.service)
    }

    /// Whether systemd reads it as a unit.
    fn is_unit(&self) -> bool {
        matches!(self.sort, "unit" | "drop-in")
    }

    /// Whether it is what starts the service: its unit, job or script, and no settings beside one.
    pub(crate) fn starts_it(&self, name: &str) -> bool {
        self.starts(name) && !matches!(self.sort, "drop-in" | "defaults file")
    }
}

const UNIT_DIRS: [&str; 4] =
    ["/etc/systemd/system/", "/lib/systemd/system/", "/usr/lib/systemd/system/", "/run/systemd/system/"];

/// Which service the file at `path` starts.
pub(crate) fn start_of(path: &str) -> Option<StartOf<'_>> {
    if let Some(rest) = UNIT_DIRS.iter().find_map(|d| path.strip_prefix(d)) {
        return unit(rest);
    }
    let named = |prefix: &str, suffix: &str, sort| {
        let service = path.strip_prefix(prefix)?.strip_suffix(suffix).filter(|s| !s.is_empty() && !s.contains('/'))?;
        Some(StartOf { service, sort })
    };
    named("/etc/init/", ".conf", "upstart job")
        .or_else(|| named("/etc/init.d/", "", "init script"))
        .or_else(|| named("/etc/default/", "", "defaults file"))
        .or_else(|| named("/etc/sysconfig/", "", "defaults file"))
}

fn unit(rest: &str) -> Option<StartOf<'_>> {
    match rest.split_once('/') {
        None => Some(StartOf { service: rest.strip_suffix(".service")?, sort: "unit" }),
        Some((folder, file)) if file.ends_with(".conf") => {
            Some(StartOf { service: folder.strip_suffix(".service.d")?, sort: "drop-in" })
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_start_services() {
        for (path, expected) in [
            ("/etc/systemd/system/wdqs-updater.service", Some("wdqs-updater")),
            ("/lib/systemd/system/thumbor@.service", Some("thumbor@")),
            ("/etc/systemd/system/nginx.service.d/limits.conf", Some("nginx")),
            ("/etc/systemd/system/x.timer", None),
            ("/etc/init/navtiming.conf", Some("navtiming")),
            ("/etc/init.d/elasticsearch", Some("elasticsearch")),
            ("/etc/default/buildkitd", Some("buildkitd")),
            ("/etc/default/grub.d/x", None),
            ("/etc/x/default/y", None),
        ] {
            assert_eq!(start_of(path).map(|s| s.service), expected, "{path}");
        }
        let template = StartOf { service: "thumbor@", sort: "unit" };
        assert!(template.starts("thumbor@8801") && !template.starts("thumbor"));
    }
}
