//! `restart-fleetwide`: the change restarts a service whose start is dear on most hosts that serve it.
//!
//! Every host reports what it runs and what the change restarts; once all have, the shares are known.
//! Only services of whose restart something is known (`cold_start`) are looked at.

use super::knowledge::{Knowledge, ServiceRow};
use super::reach::told_by;
use super::services::running_names;
use super::strength::{Strength, of_service};
use crate::catalog::{Resource, ResourceId, ResourceKind};
use crate::checks::tally::{Restart, RestartOf};
use crate::checks::{Check, HostContext, HostSide, RepoContext, draft, head as at_head};
use crate::diff::Change;
use crate::finding::{Confidence, Finding, HostSet, Severity};

/// Parameters that change nothing on the host.
const META: [&str; 10] =
    ["before", "require", "notify", "subscribe", "tag", "loglevel", "alias", "schedule", "audit", "noop"];
/// Hosts that make a pool.
const POOL: usize = 3;

pub(in crate::checks) struct RestartFleetwide;

impl Check for RestartFleetwide {
    fn id(&self) -> &'static str {
        "restart-fleetwide"
    }

    fn host(&self, cx: &HostContext<'_>, _out: &mut Vec<Finding>) {
        let (Some(base), Some(head)) = (cx.base, cx.head) else { return };
        let running = running_names(base, head).into_iter();
        let costly: Vec<Costly<'_>> = running.filter_map(|(id, service, name)| costly(id, service, name)).collect();
        let causes = if costly.is_empty() { Vec::new() } else { causes(cx, head) };
        costly.iter().for_each(|service| record(cx, service, &causes));
    }

    fn repo(&self, cx: &RepoContext<'_>, out: &mut Vec<Finding>) {
        let mut tally = cx.tally();
        let restarts = std::mem::take(&mut tally.restarts);
        // Hosts of the role that were not looked at run the service as well, and keep it running.
        let quiet = |of: &RestartOf| tally.left_out.get(&of.role).copied().unwrap_or(0);
        out.extend(restarts.iter().filter_map(|(of, restart)| finding(of, restart, quiet(of))));
    }
}

/// A service whose restart is dear.
struct Costly<'a> {
    id: ResourceId,
    resource: &'a Resource,
    name: &'a str,
    row: &'static ServiceRow,
}

fn costly<'a>(id: ResourceId, resource: &'a Resource, name: &'a str) -> Option<Costly<'a>> {
    let row = Knowledge::builtin().of_service(name).filter(|row| row.cold_start.is_some())?;
    (of_service(resource) == Strength::Restart).then_some(Costly { id, resource, name, row })
}

fn record(cx: &HostContext<'_>, service: &Costly<'_>, causes: &[Cause<'_>]) {
    let mut tally = cx.repo.tally();
    let entry = tally.restarts.entry(RestartOf::new(service.name, cx.role)).or_default();
    entry.running.extend(cx.hosts.iter().cloned());
    entry.cost.get_or_insert_with(|| service.row.cold_start.clone().unwrap_or_default());
    entry.vital |= service.row.purpose.is_vital();
    if let Some(cause) = causes.iter().find(|c| c.services.contains(&service.id)) {
        entry.restarted.extend(cx.hosts.iter().cloned());
        entry.doubtful |= cause.resource.possible.is_some() || service.resource.possible.is_some();
        entry.caused_by((cause.resource.reference(), cause.resource.at.clone()));
        entry.declared_at(&service.resource.at);
    }
}

/// A change and the services it refreshes.
struct Cause<'a> {
    resource: &'a Resource,
    services: Vec<ResourceId>,
}

fn causes<'a>(cx: &HostContext<'_>, head: HostSide<'a>) -> Vec<Cause<'a>> {
    let ids = cx.changes.iter().filter_map(|change| match change {
        Change::Added(id) => Some(*id),
        Change::Content { head, .. } => Some(*head),
        Change::Param { head, name, .. } => (!META.contains(&name.as_str())).then_some(*head),
        Change::Removed(_) => None,
    });
    let native = ids.filter_map(|id| Some((id, head.get(id)?))).filter(|(_, r)| r.kind == ResourceKind::Native);
    let told =
        native.map(|(id, resource)| Cause { resource, services: told_by(id, head.catalog(), head.graph()).services });
    told.filter(|c| !c.services.is_empty()).collect()
}

fn finding(of: &RestartOf, restart: &Restart, quiet: usize) -> Option<Finding> {
    let (all, hit) = (restart.running.len() + quiet, restart.restarted.len());
    if all < POOL || hit * 2 <= all {
        return None;
    }
    let (cause, at) = restart.cause.as_ref()?;
    let cost = restart.cost.as_deref().unwrap_or("");
    let message = format!(
        "the change restarts {} on {hit} of {all} hosts of {} within one run interval: {cost}",
        of.service, of.role
    );
    let nearly_all = hit * 5 >= all * 4;
    let severity = if nearly_all && restart.vital { Severity::High } else { Severity::Medium };
    let confidence = if restart.doubtful { Confidence::Low } else { Confidence::Medium };
    let subject = format!("{} on {}", of.service, of.role);
    let found = draft("restart-fleetwide", subject, "restart", message).severity(severity).confidence(confidence);
    let found = found.at(at_head(at, &format!("{cause} changes and notifies it")));
    let found = restart.service.iter().fold(found, |f, at| f.also(at_head(at, "this is restarted")));
    let hosts = HostSet::new(restart.restarted.iter().map(ecow::EcoString::as_str), [of.role.clone()]);
    Some(found.hosts(hosts).remedy(format!(
        "switch the agent off on these hosts first, then run it on one after the other, each back in service ({} answers) before the next",
        of.service
    )))
}
