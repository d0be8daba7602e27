//! Mail handed to the host itself: whether a queueing mail server takes it.

use crate::catalog::Resource;
use crate::checks::HostSide;
use crate::checks::removal::{file_path, wanted};
use crate::content::mail::{self, Part};
use ecow::EcoString;
use std::collections::BTreeSet;

/// Whether a setting names the host it stands on.
pub(super) fn means_this_host(value: &str, hosts: &[EcoString]) -> bool {
    let host = mail::host_of(value);
    mail::is_loopback(&host) || hosts.iter().any(|h| *h == host)
}

/// What is known of a queueing mail server on the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Queueing {
    /// It is declared, or may be.
    There,
    /// Nothing declares one. The host may have brought it along.
    Undeclared,
    /// The catalog takes it away.
    TakenAway,
}

/// Whether a queueing mail server belongs to the host.
pub(super) fn queueing(side: HostSide<'_>) -> Queueing {
    let parts = || side.catalog().resources.iter().filter(|r| !r.is_virtual && of_server(r));
    if !is_telling(side) || parts().any(wanted) {
        return Queueing::There;
    }
    if parts().next().is_some() { Queueing::TakenAway } else { Queueing::Undeclared }
}

/// Whether a catalog would show a mail server, if there were one.
fn is_telling(side: HostSide<'_>) -> bool {
    let whole = side.errors.is_empty() && side.cut_short.is_none();
    // Who manages no package here manages no mail server either, and says nothing by it.
    whole && side.catalog().of_type("Package").next().is_some()
}

/// Whether both sides say the same of mail servers, where only these of their resources can differ.
pub(super) fn same_servers(base: (HostSide<'_>, &[&Resource]), head: (HostSide<'_>, &[&Resource])) -> bool {
    let parts = |resources: &[&Resource]| -> BTreeSet<(String, bool)> {
        resources.iter().filter(|r| of_server(r)).map(|r| (r.reference(), wanted(r))).collect()
    };
    is_telling(base.0) == is_telling(head.0) && parts(base.1) == parts(head.1)
}

/// Whether a resource is part of a queueing mail server.
pub(super) fn of_server(resource: &Resource) -> bool {
    let name = resource.text("name").unwrap_or(&resource.title);
    match resource.type_name.as_str() {
        "Package" => mail::is_server(Part::Package, name),
        "Service" => mail::is_server(Part::Service, name.strip_suffix(".service").unwrap_or(name)),
        "File" => mail::is_server(Part::Path, file_path(resource)),
        "Class" => mail::is_server(Part::Class, &resource.title.to_ascii_lowercase()),
        _ => false,
    }
}
