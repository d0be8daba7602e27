//! `restart-fleetwide`: the change restarts a service whose start is dear on most hosts that serve it.
//!
//! Every host reports what it runs and what the change restarts; once all have, the shares are known.
//! Only services of whose restart something is known (`cold_start`) are looked at.

use super::knowledge::{Knowledge, ServiceRow};
use super::reach::told_by;
use super::services::running_names;
use super::strength::{Strength, of_service};
use crate::catalog::{Resource, ResourceId, ResourceKind};
use crate::checks::removal::is_open;
use crate::checks::tally::{Restart, RestartOf};
use crate::checks::{Check, HostContext, HostSide, RepoContext, draft, head as at_head};
use crate::diff::{Change, Content, content_of, surely_differ};
use crate::finding::{Confidence, Finding, HostSet, Severity};
use std::collections::BTreeMap;

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
        let causes = if costly.is_empty() { Vec::new() } else { causes(cx, base, head) };
        costly.iter().for_each(|service| record(cx, service, &causes));
    }

    fn repo(&self, cx: &RepoContext<'_>, out: &mut Vec<Finding>) {
        let mut tally = cx.tally();
        let restarts = std::mem::take(&mut tally.restarts);
        // Hosts of the role that were not looked at run the service as well, and keep it running.
        let quiet = |of: &RestartOf| tally.left_out.get(&of.role).copied().unwrap_or(0);
        let hit = restarts.iter().filter_map(|(of, restart)| Pool::hit(of, restart, quiet(of)));
        let mut services: BTreeMap<&str, Vec<Pool<'_>>> = BTreeMap::new();
        hit.for_each(|pool| services.entry(&pool.of.service).or_default().push(pool));
        out.extend(services.values().filter_map(|pools| finding(pools)));
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
        entry.doubtful |= cause.doubtful || service.resource.possible.is_some();
        entry.caused_by((cause.resource.reference(), cause.resource.at.clone()));
        entry.declared_at(&service.resource.at);
    }
}

/// A change and the services it refreshes.
struct Cause<'a> {
    resource: &'a Resource,
    services: Vec<ResourceId>,
    /// Whether anything differs on the host is not known.
    doubtful: bool,
}

fn causes<'a>(cx: &HostContext<'_>, base: HostSide<'_>, head: HostSide<'a>) -> Vec<Cause<'a>> {
    let ids = cx.changes.iter().filter_map(|change| match change {
        Change::Added(id) => Some((*id, false)),
        Change::Content { base: before, head: after } => Some((*after, !surely(base, *before, head, *after))),
        Change::Param { base: before, head: after, name } => {
            let known = || base.get(*before).and_then(|r| r.value(name)).is_none_or(|v| !is_open(v));
            (!META.contains(&name.as_str())).then(|| (*after, !known()))
        }
        Change::Removed(_) => None,
    });
    let native = ids.filter_map(|(id, open)| Some((id, head.get(id)?, open)));
    let told = native.filter(|(_, r, _)| r.kind == ResourceKind::Native).map(|(id, resource, open)| Cause {
        resource,
        services: told_by(id, head.catalog(), head.graph()).services,
        doubtful: open || resource.possible.is_some(),
    });
    let mut told: Vec<Cause<'_>> = told.filter(|c| !c.services.is_empty()).collect();
    // The surest cause speaks for a service.
    told.sort_by_key(|c| c.doubtful);
    told
}

/// Whether the file differs whatever the unknown parts of it are.
fn surely(base: HostSide<'_>, before: ResourceId, head: HostSide<'_>, after: ResourceId) -> bool {
    let (Some(old), Some(new)) = (base.get(before), head.get(after)) else { return true };
    let text = |r: &Resource, side: HostSide<'_>| content_of(r, side.sources());
    let (was, is) = (text(old, base), text(new, head));
    match (&was, &is) {
        (Content::Value(_), _) | (_, Content::Value(_)) => surely_differ(&was.lines(&old.at), &is.lines(&new.at)),
        _ => true,
    }
}

/// A pool more than half of which restarts.
struct Pool<'a> {
    of: &'a RestartOf,
    restart: &'a Restart,
    all: usize,
}

impl<'a> Pool<'a> {
    fn hit(of: &'a RestartOf, restart: &'a Restart, quiet: usize) -> Option<Self> {
        let (all, hit) = (restart.running.len() + quiet, restart.restarted.len());
        (all >= POOL && hit * 2 > all).then_some(Self { of, restart, all })
    }

    fn severity(&self) -> Severity {
        let nearly_all = self.restart.restarted.len() * 5 >= self.all * 4;
        let grave = nearly_all && self.restart.vital && !self.restart.doubtful;
        if grave { Severity::High } else { Severity::Medium }
    }
}

/// One finding a service, whatever the number of its pools: the one who merges has one decision to take.
fn finding(pools: &[Pool<'_>]) -> Option<Finding> {
    let first = pools.iter().max_by_key(|p| (p.severity(), std::cmp::Reverse(&p.of.role)))?;
    let (cause, at) = first.restart.cause.as_ref()?;
    let service = &first.of.service;
    let found = draft("restart-fleetwide", service.as_str(), "restart", sentence(pools, first));
    let sure = pools.iter().any(|p| !p.restart.doubtful);
    let found = found.severity(first.severity()).confidence(if sure { Confidence::Medium } else { Confidence::Low });
    let found = found.at(at_head(at, &format!("{cause} changes and notifies it")));
    let found = first.restart.service.iter().fold(found, |f, at| f.also(at_head(at, "this is restarted")));
    let found = if sure {
        found
    } else {
        found.note("whether anything differs rests on what is not known here; if nothing does, nothing restarts")
    };
    let members = pools.iter().flat_map(|p| &p.restart.restarted).map(ecow::EcoString::as_str);
    let hosts = HostSet::new(members, pools.iter().map(|p| p.of.role.clone()));
    Some(found.hosts(hosts).remedy(format!(
        "switch the agent off on these hosts first, then run it on one after the other, each back in service ({service} answers) before the next"
    )))
}

fn sentence(pools: &[Pool<'_>], first: &Pool<'_>) -> String {
    let hit: usize = pools.iter().map(|p| p.restart.restarted.len()).sum();
    let all: usize = pools.iter().map(|p| p.all).sum();
    let more = if pools.len() > 1 { format!(" and {} more pools", pools.len() - 1) } else { String::new() };
    let cost = first.restart.cost.as_deref().unwrap_or("");
    let (service, role) = (&first.of.service, &first.of.role);
    format!("the change restarts {service} on {hit} of {all} hosts of {role}{more} within one run interval: {cost}")
}
