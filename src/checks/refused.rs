//! What compiles and is refused by the agent: a part of `catalog-broken`.

use super::places::head;
use super::{HostContext, HostSide, draft};
use crate::catalog::{Resource, ResourceId};
use crate::diff::Change;
use crate::finding::{Confidence, Finding, Severity};
use crate::puppet::Dialect;
use crate::repo::Loc;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Most places that one finding shows.
const MOST_PLACES: usize = 4;

/// One thing that the agent refuses.
struct Refused<'a> {
    resource: &'a Resource,
    /// What is refused, whichever resources it is said of.
    subject: String,
    /// How far the agent comes.
    fate: &'static str,
    /// What the agent says.
    told: String,
    at: &'a Loc,
    remedy: String,
}

/// Of a value that is read before the first resource's turn.
const NOTHING: &str = "refuses it and applies none of it";
/// Of what is looked for when the resource's turn comes.
const SO_FAR: &str = "stops at this resource and leaves what comes after it";

/// What the agent refuses at head and not at base. It reads all values of a catalog before it applies anything.
pub(super) fn refusals(cx: &HostContext<'_>) -> Vec<Finding> {
    let (Some(base), Some(side)) = (cx.base, cx.head) else { return Vec::new() };
    // What was not evaluated may hold the attribute that is missed.
    if side.cut_short.is_some() || !new_errors_free(base, side) {
        return Vec::new();
    }
    let values = cx.changes.iter().filter_map(|c| refused(side.get(head_of(c)?)?, side, cx.repo.dialect));
    let found: Vec<Refused<'_>> = values.chain(unrealised(side)).chain(unscheduled(side)).collect();
    if found.is_empty() {
        return Vec::new();
    }
    let known = known(base, cx.repo.dialect);
    let mut fresh: BTreeMap<String, Vec<Refused<'_>>> = BTreeMap::new();
    for refused in found.into_iter().filter(|r| !known.contains(&r.subject)) {
        fresh.entry(refused.subject.clone()).or_default().push(refused);
    }
    let was_well = known.is_empty() && base.errors.is_empty();
    fresh.into_values().filter_map(|alike| finding(&alike, was_well)).collect()
}

/// A catalog that no longer compiles never reaches an agent.
fn new_errors_free(base: HostSide<'_>, head: HostSide<'_>) -> bool {
    head.errors.iter().all(|e| base.errors.iter().any(|known| known.message == e.message))
}

fn head_of(change: &Change) -> Option<ResourceId> {
    match change {
        Change::Added(id) => Some(*id),
        Change::Param { head, .. } | Change::Content { head, .. } => Some(*head),
        Change::Removed(_) => None,
    }
}

/// What the agent refuses at base already.
fn known(base: HostSide<'_>, dialect: Dialect) -> BTreeSet<String> {
    let values = base.catalog().resources.iter().filter_map(|r| refused(r, base, dialect));
    values.chain(unrealised(base)).chain(unscheduled(base)).map(|r| r.subject).collect()
}

fn refused<'a>(resource: &'a Resource, side: HostSide<'_>, dialect: Dialect) -> Option<Refused<'a>> {
    // A type that could not be read may take anything.
    if resource.is_virtual || resource.kind == crate::catalog::ResourceKind::UnknownType {
        return None;
    }
    let why = resource.refusal()?;
    // In Puppet 3 numbers were text.
    let is_number = |name: &str| matches!(resource.value(name), Some(Value::Int(_) | Value::Float(_)));
    if dialect == Dialect::Legacy && why.param.is_some_and(is_number) {
        return None;
    }
    // A module may bring a provider of any name.
    if why.param == Some("provider") || why.lacks && is_given_unseen(resource, side) {
        return None;
    }
    let at = why.param.and_then(|name| resource.param(name)).map_or(&resource.at, |p| &p.at);
    let what = why.param.unwrap_or("as a whole");
    Some(Refused {
        resource,
        subject: format!("{}: {} {what}: {}", at.path, resource.type_name, why.why),
        fate: NOTHING,
        told: why.told(resource),
        at,
        remedy: remedy(resource, why.param, why.lacks),
    })
}

/// Whether attributes are given as a hash, of which what could not be known is lost.
fn is_given_unseen(resource: &Resource, side: HostSide<'_>) -> bool {
    let Some(text) = side.sources().tree().text(&resource.at.path).ok().flatten() else { return true };
    let (from, to) = (resource.at.line.saturating_sub(1) as usize, resource.end_line.max(resource.at.line) as usize);
    let mut lines = text.lines().take(to).skip(from);
    lines.any(|line| line.contains("* =>") || line.contains("*=>") || line.contains("_resource"))
}

fn remedy(resource: &Resource, param: Option<&str>, lacks: bool) -> String {
    let kind = resource.type_name.to_lowercase();
    match param {
        Some(name) if !lacks => {
            format!("give `{name}` a value that `{kind}` takes; `puppet describe {kind}` lists them")
        }
        _ if lacks => format!("give the `{kind}` the attribute that the agent misses"),
        _ => format!("take out what contradicts the rest of the `{kind}`"),
    }
}

/// Relationships with what is declared virtual and never made real.
fn unrealised(side: HostSide<'_>) -> impl Iterator<Item = Refused<'_>> {
    side.catalog().unrealised().into_iter().map(|u| Refused {
        resource: u.asks,
        subject: format!("{}: {} of {}", u.at.path, u.lost.reference(), u.asks.reference()),
        fate: NOTHING,
        told: u.to_string(),
        at: u.at,
        remedy: format!("realise {}, or take out the relationship", u.lost.reference()),
    })
}

/// Schedules that are named and declared nowhere.
fn unscheduled(side: HostSide<'_>) -> impl Iterator<Item = Refused<'_>> {
    side.catalog().unscheduled().into_iter().filter(|u| !u.is_default()).map(|u| Refused {
        resource: u.resource,
        subject: format!("{}: schedule {} of {}", u.at.path, u.schedule, u.resource.reference()),
        fate: SO_FAR,
        told: u.to_string(),
        at: u.at,
        remedy: format!("declare `schedule {{ '{}': }}`, or take the attribute out", u.schedule),
    })
}

/// One finding for what is refused for one reason, `was_well` where the host's agents took the catalog of the base.
fn finding(alike: &[Refused<'_>], was_well: bool) -> Option<Finding> {
    // What surely stands in the catalog tells.
    let first = alike.iter().find(|r| r.resource.possible.is_none()).or(alike.first())?;
    let others = if alike.len() > 1 { format!(" ({} resources alike)", alike.len()) } else { String::new() };
    let message = format!("the catalog compiles, and the agent {}: {}{others}", first.fate, first.told);
    let finding = draft("catalog-broken", &first.subject, "refused", message).remedy(&first.remedy);
    let finding = match &first.resource.possible {
        Some(condition) => finding
            .severity(Severity::Medium)
            .confidence(Confidence::Low)
            .note(format!("only where {condition}, which could not be decided")),
        None if was_well => finding.severity(Severity::High).confidence(Confidence::High),
        // These hosts' agents may refuse the catalog of the base as well.
        None => finding.severity(Severity::Medium).confidence(Confidence::Medium),
    };
    let label = |r: &Refused<'_>| format!("{} is refused", r.resource.reference());
    let rest = alike.iter().filter(|r| !std::ptr::eq(*r, first)).take(MOST_PLACES - 1);
    let finding = finding.at(head(first.at, &label(first)));
    Some(rest.fold(finding, |finding, r| finding.also(head(r.at, &label(r)))))
}
