//! One change, one finding: what several host groups report alike becomes one finding with all hosts.

use crate::finding::{Finding, HostSet};
use std::collections::BTreeMap;

/// Most places a finding shows; the rest would drown the ones that matter.
const MOST_LOCATIONS: usize = 12;

/// Rule, subject and kind of change.
pub(super) type Identity = (String, String, String);

/// What makes two findings one.
pub(super) fn identity(finding: &Finding) -> Identity {
    (finding.rule.clone(), finding.subject.clone(), finding.change.clone())
}

/// Unites findings of the same rule, subject and kind of change. The first in host order lends its
/// words; gravity is the gravest seen.
pub(super) fn unite(findings: Vec<Finding>) -> Vec<Finding> {
    let mut by_identity: BTreeMap<Identity, Finding> = BTreeMap::new();
    for finding in findings {
        let identity = identity(&finding);
        match by_identity.remove(&identity) {
            None => by_identity.insert(identity, finding),
            Some(other) => by_identity.insert(identity, united(other, finding)),
        };
    }
    by_identity.into_values().collect()
}

fn united(a: Finding, b: Finding) -> Finding {
    let (mut first, second) = if leads(&b, &a) { (b, a) } else { (a, b) };
    first.severity = first.severity.max(second.severity);
    first.confidence = first.confidence.max(second.confidence);
    first.hosts = merged_hosts(&first.hosts, &second.hosts);
    for location in second.locations {
        let known = first
            .locations
            .iter()
            .any(|l| l.side == location.side && l.path == location.path && l.line == location.line);
        if !known && first.locations.len() < MOST_LOCATIONS {
            first.locations.push(crate::finding::Location { role: crate::finding::Role::Related, ..location });
        }
    }
    first
}

/// The graver one tells the story; among equals the one whose first host comes first.
fn leads(candidate: &Finding, other: &Finding) -> bool {
    let key = |f: &Finding| (f.severity, f.confidence);
    key(candidate).cmp(&key(other)).reverse().then_with(|| candidate.hosts.members.cmp(&other.hosts.members)).is_lt()
}

fn merged_hosts(a: &HostSet, b: &HostSet) -> HostSet {
    if b.members.is_empty() { a.clone() } else { a.union(b) }
}
