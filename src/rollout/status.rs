//! A status document, begun with what is known before anything has happened.

use super::{Change, Plan};
use serde::Serialize;

/// What a coordinator needs on one page. Blank fields are for people.
#[derive(Clone, Debug, Serialize)]
pub struct StatusDocument {
    /// What it is about.
    pub title: String,
    /// Who and what is hit now.
    pub current_impact: String,
    /// Who coordinates.
    pub coordinator: String,
    /// When the fields above were last true.
    pub last_updated: String,
    /// The change, its hosts, its findings.
    pub known: Vec<String>,
    /// In order of doing.
    pub way_back: Vec<String>,
    /// Planned and real times.
    pub timeline: Vec<TimelineRow>,
}

/// A row of the timeline.
#[derive(Clone, Debug, Serialize)]
pub struct TimelineRow {
    /// Minutes after the merge, as planned.
    pub planned: Option<u32>,
    /// What.
    pub event: String,
}

pub(super) fn begin(plan: &Plan, change: &Change<'_>) -> StatusDocument {
    let against = plan.base.as_ref().map(|b| format!(" against {b}")).unwrap_or_default();
    let mut known =
        vec![format!("change: {}{against}", plan.head), format!("hosts: {}", super::advice::hosts(plan.hosts))];
    known.extend(change.findings.iter().map(|f| {
        format!(
            "{} {} ({}, {}): {}",
            f.severity,
            f.rule,
            f.failure_mode,
            super::advice::hosts(f.hosts.count),
            f.message
        )
    }));
    StatusDocument {
        title: format!("rollout of {}", plan.head),
        current_impact: "none known".to_owned(),
        coordinator: String::new(),
        last_updated: String::new(),
        known,
        way_back: plan.way_back.clone(),
        timeline: plan.stages.iter().map(|s| TimelineRow { planned: s.begins, event: event(s) }).collect(),
    }
}

fn event(stage: &super::Stage) -> String {
    if stage.hosts.is_empty() {
        return stage.name.clone();
    }
    format!("{}: {}", stage.name, super::advice::hosts(stage.hosts.len()))
}
