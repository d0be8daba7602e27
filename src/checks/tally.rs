//! What hosts report for judgements that need all of them: kept while hosts are looked at, read at the end.
//!
//! Groups of hosts come in any order, so everything here is a set or a sorted map, and what one of many
//! stands for (`cause`) is the least by place.

use crate::finding::Location;
use crate::repo::Loc;
use ecow::EcoString;
use std::collections::{BTreeMap, BTreeSet};

/// All that is reported.
#[derive(Debug, Default)]
pub struct Tally {
    /// Services whose restart is dear, by role.
    pub(super) restarts: BTreeMap<RestartOf, Restart>,
    /// Hosts of each role that nobody looks at: the change leaves them alone.
    pub(super) left_out: BTreeMap<String, usize>,
    /// Hosts that stop being mail relays, with what stops.
    pub(super) relays: BTreeMap<EcoString, Stopped>,
    /// Places that errors lead to, by what they name: looked for once, however many hosts have the error.
    pub(super) leads: BTreeMap<String, Vec<Location>>,
}

/// A service of a pool.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RestartOf {
    pub(super) service: EcoString,
    pub(super) role: String,
}

impl RestartOf {
    pub(super) fn new(service: &str, role: &str) -> Self {
        Self { service: service.into(), role: role.to_owned() }
    }
}

/// Where it runs and where it is restarted.
#[derive(Debug, Default)]
pub(super) struct Restart {
    pub(super) running: BTreeSet<EcoString>,
    pub(super) restarted: BTreeSet<EcoString>,
    pub(super) cost: Option<String>,
    pub(super) vital: bool,
    pub(super) doubtful: bool,
    /// What changes, and where it stands.
    pub(super) cause: Option<(String, Loc)>,
    pub(super) service: Option<Loc>,
}

impl Restart {
    pub(super) fn caused_by(&mut self, cause: (String, Loc)) {
        self.cause = Some(self.cause.take().map_or(cause.clone(), |known| known.min(cause)));
    }

    pub(super) fn declared_at(&mut self, at: &Loc) {
        self.service = Some(self.service.take().map_or(at.clone(), |known| known.min(at.clone())));
    }
}

/// A mail server that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stopped {
    /// For a sentence: "Service[exim4] is stopped".
    pub(super) what: String,
    pub(super) at: Loc,
    /// The line is one of the base: it is gone at head.
    pub(super) at_base: bool,
}
