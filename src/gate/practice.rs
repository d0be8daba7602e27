//! Removals that hosts of the same role have been through: what nobody could inspect can be looked at there.
//!
//! A change often takes a path that others took before, such as one more host that leaves a firewall for another. If at
//! base a neighbour has the very package absent, by the same manifest, the finding is less grave and names the neighbour.

use super::compile::{Batch, compile};
use super::hosts::Host;
use super::revision::Revision;
use super::settings::Settings;
use crate::finding::{Finding, Pool, Severity};
use std::collections::BTreeMap;

/// The rule whose findings have no other evidence.
const RULE: &str = "removal-not-inspected";
/// Neighbours looked at for a finding.
const NEAREST: usize = 6;
/// Sets of neighbours compiled in a run.
const MOST: usize = 20;

/// The base, and who serves together.
pub(super) struct Practice<'a> {
    pub(super) base: &'a Revision,
    pub(super) settings: &'a Settings,
    pub(super) pools: &'a [Pool],
}

impl Practice<'_> {
    /// Lowers what a neighbour has been through.
    pub(super) fn weigh(&self, findings: &mut [Finding]) {
        let mut compiled: BTreeMap<Vec<&str>, Vec<Batch>> = BTreeMap::new();
        for finding in findings.iter_mut().filter(|f| f.rule == RULE && f.severity > Severity::Medium) {
            let Some(title) = title(&finding.subject) else { continue };
            let peers = self.neighbours(finding);
            if peers.is_empty() || compiled.len() >= MOST && !compiled.contains_key(&peers) {
                continue;
            }
            let batches = compiled.entry(peers).or_insert_with_key(|names| self.compile(names));
            if let Some(host) = batches.iter().find(|b| is_gone(b, title, finding)).and_then(|b| b.hosts.first()) {
                finding.severity = Severity::Medium;
                finding.notes.push(format!(
                    "{host}, of the same role, is without it already: look there at what its removal did"
                ));
            }
        }
    }

    fn compile(&self, names: &[&str]) -> Vec<Batch> {
        let hosts: Vec<Host> = names.iter().map(|n| Host { spec: self.settings.spec(n), open: false }).collect();
        compile(self.base, &hosts.iter().collect::<Vec<_>>())
    }

    /// The hosts of its pools that the finding leaves alone, those next to its first host by name.
    fn neighbours(&self, finding: &Finding) -> Vec<&str> {
        let Some(first) = finding.hosts.members.first() else { return Vec::new() };
        let pools = self.pools.iter().filter(|p| finding.hosts.roles.contains(&p.name));
        let mut names: Vec<&str> = pools.flat_map(|p| p.hosts.iter().map(AsRef::as_ref)).collect();
        names.sort_unstable();
        names.dedup();
        let place = names.iter().position(|n| **n == **first).unwrap_or(0);
        let mut others: Vec<(usize, &str)> = names.iter().enumerate().map(|(i, n)| (i.abs_diff(place), *n)).collect();
        others.retain(|(_, name)| !finding.hosts.members.iter().any(|m| **m == **name));
        others.sort_unstable();
        let mut nearest: Vec<&str> = others.into_iter().take(NEAREST).map(|(_, name)| name).collect();
        nearest.sort_unstable();
        nearest
    }
}

/// `Package[x]`: x.
fn title(subject: &str) -> Option<&str> {
    subject.strip_prefix("Package[")?.strip_suffix(']')
}

/// Whether the package is absent there by the manifest that the finding speaks of.
fn is_gone(batch: &Batch, title: &str, finding: &Finding) -> bool {
    let Some(resource) = batch.compiled.catalog.find("Package", title) else { return false };
    let absent = matches!(resource.text("ensure"), Some("absent" | "purged"));
    let at = resource.param("ensure").map_or(&resource.at, |p| &p.at);
    absent && resource.possible.is_none() && finding.primary().is_some_and(|l| *l.path == *at.path)
}
