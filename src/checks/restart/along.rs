//! Services that systemd restarts along with one that is refreshed.
//!
//! `PartOf=`, `BindsTo=` and `Requires=` hand a restart on, in chains too. A reload is handed on by none of them.

use super::services::Service;
use super::strength::{Strength, of_service};
use crate::catalog::ResourceId;
use std::collections::BTreeSet;

const KEYS: [&str; 3] = ["PartOf", "BindsTo", "Requires"];

/// The services that are told, and those that are restarted with them.
pub(super) fn along(told: &[ResourceId], services: &[Service<'_>]) -> BTreeSet<ResourceId> {
    let mut found: BTreeSet<ResourceId> = told.iter().copied().collect();
    loop {
        let restarted: Vec<&str> = services.iter().filter(|s| restarts(&found, s)).map(|s| s.name).collect();
        let follows = |s: &&Service<'_>| !found.contains(&s.id) && hangs_on(s, &restarted);
        let more: Vec<ResourceId> = services.iter().filter(follows).map(|s| s.id).collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

fn restarts(found: &BTreeSet<ResourceId>, service: &Service<'_>) -> bool {
    found.contains(&service.id) && of_service(service.resource) == Strength::Restart
}

fn hangs_on(service: &Service<'_>, restarted: &[&str]) -> bool {
    let mut lines = service.start.iter().filter_map(|l| l.text.split_once('='));
    lines.any(|(key, units)| {
        let mut units = units.split_whitespace().map(|u| u.strip_suffix(".service").unwrap_or(u));
        KEYS.contains(&key.trim()) && units.any(|u| restarted.contains(&u))
    })
}
