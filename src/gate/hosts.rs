//! Which hosts there are, and which of them make up a unit of work.

use super::revision::Revision;
use super::settings::Settings;
use super::unit::Unit;
use crate::checks::RepoContext;
use crate::eval::{HostSpec, Scout};
use crate::finding::Pool;
use crate::nodes::{Exactness, Hosts, enumerate_hosts, mentioned_hosts};
use crate::puppet::ast::{Call, Expr, ExprKind, NodeDef, NodeMatch};
use crate::reach::Reach;
use ecow::EcoString;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A host of one revision.
#[derive(Clone)]
pub(super) struct Host {
    pub(super) spec: HostSpec,
    /// Its name stands for others too.
    pub(super) open: bool,
}

/// All hosts in units, and what is to be said of them.
pub(super) struct Roster {
    pub(super) units: Vec<Unit>,
    pub(super) total: usize,
    /// Hosts that the change cannot reach.
    pub(super) unreached: usize,
    pub(super) pools: Vec<Pool>,
    pub(super) notes: Vec<String>,
}

/// A host's place: the node definition's number and what it is called.
struct Placed {
    host: Host,
    node: Option<usize>,
    role: String,
}

/// The names of all hosts of a revision.
pub(super) fn known(revision: &Revision, settings: &Settings) -> Vec<String> {
    placed(revision, settings, &mentions(revision), &mut Vec::new()).into_keys().collect()
}

/// The hosts of both revisions. Hosts of one node definition at both ends form a unit.
pub(super) fn roster(base: Option<&Revision>, head: &Revision, settings: &Settings) -> Roster {
    let mut notes = Vec::new();
    let named = mentions(head);
    let mut at_base = base.map_or_else(BTreeMap::new, |b| {
        // A host whose first data file comes with the change was there before, if a node definition takes it.
        let named: BTreeSet<String> = mentions(b).into_iter().chain(named.iter().cloned()).collect();
        placed(b, settings, &named.into_iter().collect::<Vec<_>>(), &mut Vec::new())
    });
    let at_head = placed(head, settings, &named, &mut notes);
    let total = at_head.len();
    let names: Vec<String> = at_head.keys().cloned().collect();
    let mut pools = pools(&at_head);
    pools.extend(settings.pools(&names));
    let mut units: BTreeMap<(Option<usize>, Option<usize>, String), Unit> = BTreeMap::new();
    for (name, head_host) in at_head {
        let base_host = at_base.remove(&name);
        let key = (head_host.node, base_host.as_ref().and_then(|b| b.node), head_host.role.clone());
        let unit = units.entry(key).or_insert_with(|| Unit {
            role: head_host.role.clone(),
            at_base: Vec::new(),
            at_head: Vec::new(),
            node: head_host.node,
            is_edited: false,
        });
        let before = base_host.as_ref().and_then(|b| b.node).zip(base);
        unit.is_edited |=
            base_host.is_none() || before.map(|(n, b)| text(b, n)) != head_host.node.map(|n| text(head, n));
        unit.at_base.extend(base_host.map(|b| b.host));
        unit.at_head.push(head_host.host);
    }
    let mut units: Vec<Unit> = units.into_values().collect();
    units.extend(gone(at_base));
    Roster { units, total, unreached: 0, pools, notes }
}

/// Hosts that base knows and head does not. Names that merely stand for others come and go with the names around them.
fn gone(left: BTreeMap<String, Placed>) -> Vec<Unit> {
    let mut units: BTreeMap<(Option<usize>, String), Unit> = BTreeMap::new();
    for placed in left.into_values().filter(|p| !p.host.open) {
        let unit = units.entry((placed.node, placed.role.clone())).or_insert_with(|| Unit {
            role: placed.role.clone(),
            at_base: Vec::new(),
            at_head: Vec::new(),
            node: None,
            is_edited: true,
        });
        unit.at_base.push(placed.host);
    }
    units.into_values().collect()
}

impl Roster {
    /// Leaves out hosts that a change cannot reach.
    pub(super) fn narrow(&mut self, reach: &Reach, base: &Revision, head: &Revision, repo: &RepoContext<'_>) {
        let before = sizes(&self.units);
        let units = std::mem::take(&mut self.units);
        self.units = units.into_par_iter().filter_map(|unit| unit.narrowed(reach, base, head)).collect();
        let left: usize = self.units.iter().map(|unit| unit.at_head.len()).sum();
        self.unreached = self.total.saturating_sub(left);
        let after = sizes(&self.units);
        for (role, all) in before {
            repo.leave_out(&role, all.saturating_sub(after.get(&role).copied().unwrap_or(0)));
        }
    }
}

/// How many hosts each role has.
fn sizes(units: &[Unit]) -> BTreeMap<String, usize> {
    let mut sizes = BTreeMap::new();
    for unit in units {
        *sizes.entry(unit.role.clone()).or_default() += unit.at_head.len();
    }
    sizes
}

impl Unit {
    /// The unit with those of its hosts that a change can reach; `None` if there are none.
    fn narrowed(mut self, reach: &Reach, base: &Revision, head: &Revision) -> Option<Self> {
        if self.is_edited || !self.same_hosts() || reach.node(self.node) {
            return Some(self);
        }
        let keeps: BTreeSet<EcoString> = self
            .at_head
            .iter()
            .zip(&self.at_base)
            .filter(|(h, b)| {
                let seen = |revision: &Revision, host: &Host| {
                    let (session, spec) = (&revision.session, &host.spec);
                    reach.data(self.node, || Scout::glance(session, spec), || Scout::new(session, spec))
                };
                seen(head, h) || seen(base, b)
            })
            .map(|(h, _)| h.spec.certname.clone())
            .collect();
        for hosts in [&mut self.at_head, &mut self.at_base] {
            hosts.retain(|h| keeps.contains(&h.spec.certname));
        }
        (!keeps.is_empty()).then_some(self)
    }
}

/// A node definition as written.
fn text(revision: &Revision, node: usize) -> Option<&str> {
    revision.session.node_text(node)
}

/// Names of hosts that the data of a revision tells of.
fn mentions(revision: &Revision) -> Vec<String> {
    mentioned_hosts(revision.session.tree(), &revision.session.layout)
}

fn placed(
    revision: &Revision,
    settings: &Settings,
    named: &[String],
    notes: &mut Vec<String>,
) -> BTreeMap<String, Placed> {
    let nodes: Vec<&NodeDef> = revision.session.nodes().map(|(_, n)| n).collect();
    let Hosts { hosts, notes: said } = enumerate_hosts(&nodes, &settings.known_hosts(), named);
    let name = |n: usize| nodes.get(n).map_or_else(String::new, |d| matcher(d));
    notes.extend(said.iter().map(|(n, why)| format!("node {}: {why}", name(*n))));
    let representatives = hosts.iter().filter(|h| h.exactness != Exactness::Exact).count();
    if representatives > 0 {
        notes.push(format!(
            "{representatives} of {} host names stand for others: their node definitions match names without end",
            hosts.len()
        ));
    }
    let place = |h: crate::nodes::HostSpec| {
        let role = h.node.and_then(|n| nodes.get(n)).map_or_else(|| "no node definition".to_owned(), |n| role_of(n));
        let host = Host { open: h.exactness != Exactness::Exact, spec: settings.spec(&h.certname) };
        (h.certname, Placed { host, node: h.node, role })
    };
    hosts.into_iter().map(place).collect()
}

fn pools(hosts: &BTreeMap<String, Placed>) -> Vec<Pool> {
    let mut pools: BTreeMap<&str, Pool> = BTreeMap::new();
    for (name, placed) in hosts {
        let pool = pools.entry(&placed.role).or_insert_with(|| Pool { name: placed.role.clone(), ..Pool::default() });
        pool.hosts.push(Arc::from(name.as_str()));
        pool.open |= placed.host.open;
    }
    pools.into_values().collect()
}

/// What a node definition is for: the role it takes on, else what it matches.
fn role_of(node: &NodeDef) -> String {
    let mut roles: Vec<String> = node.body.iter().filter_map(role_call).collect();
    roles.truncate(2);
    if roles.is_empty() { matcher(node) } else { roles.join("+") }
}

/// `role(a, b)`, `include role::a`, `role a`.
fn role_call(expr: &Expr) -> Option<String> {
    let ExprKind::Call(call) = &expr.kind else { return None };
    let named = |e: &Expr| match &e.kind {
        ExprKind::Name(n) | ExprKind::Str(n) => Some(n.trim_start_matches("::").to_owned()),
        _ => None,
    };
    let names: Vec<String> = call.args.iter().filter_map(named).collect();
    match function(call)? {
        "role" => (!names.is_empty()).then(|| names.join("+")),
        "include" | "contain" | "require" => {
            names.into_iter().find(|n| n.starts_with("role::")).map(|n| n.replacen("role::", "", 1))
        }
        _ => None,
    }
}

fn function(call: &Call) -> Option<&str> {
    match &call.functor.kind {
        ExprKind::Name(name) => Some(name),
        _ => None,
    }
}

fn matcher(node: &NodeDef) -> String {
    let texts = node.matches.iter().map(|m| match m {
        NodeMatch::Name(name, _) => name.to_string(),
        NodeMatch::Regex(regex, _) => format!("/{regex}/"),
        NodeMatch::Default(_) => "default".to_owned(),
    });
    texts.collect::<Vec<_>>().join(", ")
}
