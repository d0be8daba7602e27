//! Mail handed to the host itself: whether a queueing mail server takes it.

use crate::catalog::Resource;
use crate::checks::HostSide;
use crate::checks::removal::{file_path, wanted};
use crate::content::mail::{self, Part};
use ecow::EcoString;

/// Whether a setting names the host it stands on.
pub(super) fn means_this_host(value: &str, hosts: &[EcoString]) -> bool {
    let host = mail::host_of(value);
    mail::is_loopback(&host) || hosts.iter().any(|h| *h == host)
}

/// Whether a queueing mail server belongs to the host, or may: it is declared, or the catalog is not whole.
pub(super) fn has_queue(side: HostSide<'_>) -> bool {
    let whole = side.errors.is_empty() && side.cut_short.is_none();
    // Who manages no package here manages no mail server either, and says nothing by it.
    let manages = side.catalog().of_type("Package").next().is_some();
    !whole || !manages || side.catalog().resources.iter().any(|r| !r.is_virtual && wanted(r) && of_server(r))
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
