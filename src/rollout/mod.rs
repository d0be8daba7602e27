//! How to let a change out: who goes first, how many follow, what to watch, when to stop, how to go back.
//!
//! A plan is computed from the report alone and knows no clock: times count from the merge (`T+0:30`).
//! It sizes the slices by the pools that hosts serve in, because an outage is a pool that ran out of
//! capacity, not a number of failed runs.

mod advice;
mod canary;
mod pools;
mod slices;
mod status;

pub use status::StatusDocument;

use crate::finding::{FailureMode, Finding, HostSet, Report, Severity};
use pools::Pools;
use serde::Serialize;
use std::sync::Arc;

/// What the plan rests on besides the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// Minutes between two agent runs; also how long a stage is watched.
    pub interval: u32,
    /// Share of a pool that may be out at a time, in percent.
    pub pool_share: u8,
    /// The host to begin with, if the user knows better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canary: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { interval: 30, pool_share: 25, canary: None }
    }
}

/// A staged rollout.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// The revision compared with.
    pub base: Option<String>,
    /// The revision that goes out.
    pub head: String,
    /// The gravest finding.
    pub risk: Option<Severity>,
    /// What it rests on.
    pub settings: Settings,
    /// How many hosts change.
    pub hosts: usize,
    /// In order; the first is done before the merge.
    pub stages: Vec<Stage>,
    /// In order of doing.
    pub way_back: Vec<String>,
    /// Who is told what and when.
    pub communication: Vec<String>,
    /// What the plan cannot vouch for.
    pub caveats: Vec<String>,
    /// Begun, for whoever has to go on with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_document: Option<StatusDocument>,
}

/// One step of a rollout.
#[derive(Clone, Debug, Serialize)]
pub struct Stage {
    /// `preparation`, `canary`, `slice 1 of 4`, `finish`.
    pub name: String,
    /// Minutes after the merge at which it begins; none for what comes before it.
    pub begins: Option<u32>,
    /// Minutes after the merge at which it may end.
    pub ends: Option<u32>,
    /// Its hosts.
    pub hosts: Vec<Arc<str>>,
    /// Why these, why so many.
    pub why: String,
    /// What to do, in order.
    pub actions: Vec<String>,
    /// What to look at.
    pub watch: Vec<Watch>,
    /// What success here does not prove.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub does_not_show: Vec<String>,
    /// Any of these ends the rollout.
    pub stop_when: Vec<String>,
    /// Lines for the server admin log.
    pub log: Vec<String>,
}

/// What a failure would look like, and what to try first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Watch {
    /// In which way it goes wrong.
    pub failure_mode: FailureMode,
    /// What it looks like.
    pub symptom: String,
    /// What to try before the diagnosis.
    pub first_fix: String,
    /// The rules that expect it.
    pub rules: Vec<String>,
}

impl Stage {
    fn new(name: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            begins: None,
            ends: None,
            hosts: Vec::new(),
            why: why.into(),
            actions: Vec::new(),
            watch: Vec::new(),
            does_not_show: Vec::new(),
            stop_when: Vec::new(),
            log: Vec::new(),
        }
    }

    fn between(mut self, begins: u32, ends: u32) -> Self {
        (self.begins, self.ends) = (Some(begins), Some(ends));
        self
    }
}

/// Plans the rollout of the change that the report is about.
#[must_use]
pub fn plan(report: &Report, settings: &Settings, with_status: bool) -> Plan {
    let change = Change::new(report);
    let stages = if change.hosts.members.is_empty() { Vec::new() } else { stages(&change, settings) };
    let mut plan = Plan {
        base: report.base.clone(),
        head: report.head.clone(),
        risk: change.findings.iter().map(|f| f.severity).max(),
        settings: settings.clone(),
        hosts: change.hosts.count,
        way_back: advice::way_back(&change),
        communication: advice::communication(),
        caveats: advice::caveats(&change, settings),
        stages,
        status_document: None,
    };
    plan.status_document = with_status.then(|| status::begin(&plan, &change));
    plan
}

/// What is known of the change.
struct Change<'a> {
    report: &'a Report,
    findings: Vec<&'a Finding>,
    hosts: HostSet,
    pools: Pools,
}

impl<'a> Change<'a> {
    fn new(report: &'a Report) -> Self {
        let findings: Vec<&Finding> = report.new_findings().collect();
        let hosts = findings.iter().fold(report.changed.clone(), |all, f| all.union(&f.hosts));
        let pools = Pools::new(&report.pools, &hosts.members);
        Self { report, findings, hosts, pools }
    }

    fn fires(&self, rule: &str) -> bool {
        self.findings.iter().any(|f| f.rule == rule)
    }
}

fn stages(change: &Change<'_>, settings: &Settings) -> Vec<Stage> {
    let canary = canary::choose(change, settings);
    let slices = slices::cut(change, settings, &canary.host);
    let mut stages = vec![advice::preparation(change, &canary), advice::canary(change, settings, &canary)];
    let total = slices.len();
    for (index, slice) in slices.into_iter().enumerate() {
        stages.push(advice::slice(change, settings, slice, index + 1, total));
    }
    stages.push(advice::finish(change, settings, total));
    stages
}

#[cfg(test)]
mod tests;
