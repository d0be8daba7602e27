//! Tries what checks propose: a host is compiled with the changed manifest in place of the present one.
//!
//! A proposal works if no error is new, no dependency cycle is, and the change now reaches whom it has to. The first
//! that works becomes the finding's patch; where none does the finding keeps its words.

use super::compile::{Batch, compile};
use super::hosts::Host;
use super::revision::{self, Revision};
use super::settings::Settings;
use super::unplaced;
use crate::catalog::{Catalog, RefreshGraph, ResourceId};
use crate::checks::HostSide;
use crate::eval::FileCache;
use crate::finding::{Edge, Finding, Goal, Proposal};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Most proposals tried in a run; past that a change is so wide that patches are not what it needs.
const MOST: usize = 40;

/// The head, and what else a trial needs.
pub(super) struct Bench<'a> {
    pub(super) head: &'a Revision,
    pub(super) settings: &'a Settings,
    pub(super) cache: &'a Arc<FileCache>,
}

impl Bench<'_> {
    /// Gives each finding the first proposal that works.
    pub(super) fn settle(&self, findings: &mut [Finding]) {
        let mut left = MOST;
        for finding in findings.iter_mut().filter(|f| !f.proposals.is_empty()) {
            let proposals = std::mem::take(&mut finding.proposals);
            let tried = proposals.into_iter().take(if finding.is_new() { left } else { 0 });
            let works = tried.inspect(|_| left -= 1).find(|p| self.works(p, finding));
            if let Some(proposal) = works {
                finding.remedy = proposal.remedy;
                finding.patch = Some(proposal.patch);
            }
        }
    }

    fn works(&self, proposal: &Proposal, finding: &Finding) -> bool {
        let tree = self.head.tree().with_file(&proposal.path, proposal.text.as_bytes());
        let Ok(changed) = revision::open(tree, &self.settings.config, self.cache) else { return false };
        let hosts = self.samples(proposal, finding);
        !hosts.is_empty() && hosts.iter().all(|host| mends(proposal, host, self.head, &changed))
    }

    /// The first and the last host of the finding.
    fn samples(&self, proposal: &Proposal, finding: &Finding) -> Vec<Host> {
        if let Some(class) = &proposal.class {
            return vec![unplaced::host(self.settings, &class.as_str().into())];
        }
        let members = &finding.hosts.members;
        let names: BTreeSet<&str> = members.first().into_iter().chain(members.last()).map(|m| &**m).collect();
        names.into_iter().map(|name| Host { spec: self.settings.spec(name), open: false }).collect()
    }
}

fn mends(proposal: &Proposal, host: &Host, head: &Revision, changed: &Revision) -> bool {
    let (before, after) = (compile(head, &[host]), compile(changed, &[host]));
    let (Some(before), Some(after)) = (before.first(), after.first()) else { return false };
    let (old, new) = (before.side(head), after.side(changed));
    let broken = !errors(after).is_subset(&errors(before));
    let ring = new.graph().cycle().is_some() && old.graph().cycle().is_none();
    !broken && !ring && all_hold(&proposal.edges, new)
}

fn errors(batch: &Batch) -> BTreeSet<&str> {
    batch.compiled.errors.iter().map(|e| e.message.as_str()).collect()
}

/// Of the edges those whose ends the host has; one at least.
fn all_hold(edges: &[Edge], side: HostSide<'_>) -> bool {
    let (catalog, graph) = (side.catalog(), side.graph());
    let known: Vec<bool> = edges.iter().filter_map(|e| holds(e, catalog, graph)).collect();
    !known.is_empty() && known.iter().all(|holds| *holds)
}

fn holds(edge: &Edge, catalog: &Catalog, graph: &RefreshGraph) -> Option<bool> {
    let reached = graph.refreshed_by(find(catalog, &edge.from)?);
    match &edge.to {
        Goal::Refresh(service) => {
            let service = find(catalog, service)?;
            Some(reached.iter().any(|r| r.resource == service))
        }
        Goal::Command(name) => {
            let execs = reached.iter().filter_map(|r| catalog.get(r.resource)).filter(|r| r.type_name == "Exec");
            let mut commands = execs.filter_map(|e| e.text("command"));
            Some(commands.any(|c| c.split_whitespace().any(|word| word == name)))
        }
    }
}

fn find(catalog: &Catalog, (type_name, title): &(String, String)) -> Option<ResourceId> {
    catalog.id(type_name, title)
}
