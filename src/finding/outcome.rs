//! What a run hands over: its findings, and how much of the repository it could see.

use super::{Confidence, Finding, HostSet, Pool, Severity, Status};
use serde::Serialize;

/// Version of the JSON form. Raised when a reader of the older form would be misled.
pub const SCHEMA_VERSION: u32 = 1;

/// The result of `check` or `audit`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The revision compared with; none for an audit.
    pub base: Option<String>,
    /// The revision under inspection.
    pub head: String,
    /// Gravest first.
    pub findings: Vec<Finding>,
    /// What was and was not seen.
    pub coverage: Coverage,
    /// Hosts that serve together; for the rollout alone.
    #[serde(skip)]
    pub pools: Vec<Pool>,
    /// Hosts whose catalog differs between base and head; for the rollout alone.
    #[serde(skip)]
    pub changed: HostSet,
}

/// How much was seen. What is missing here is what a green result does not vouch for.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Coverage {
    /// Hosts known.
    pub hosts_total: usize,
    /// Hosts whose catalog was compiled.
    pub hosts_compiled: usize,
    /// Hosts that the change cannot reach; they were not compiled, for nothing changes there.
    #[serde(skip_serializing_if = "is_zero")]
    pub hosts_unreached: usize,
    /// Those that were not, by reason.
    pub not_compiled: Vec<NotCompiled>,
    /// Files that could not be read or parsed.
    pub files_unread: Vec<Unread>,
    /// Values that could not be known.
    pub unknown: Unknowns,
    /// Anything else to be said of what was seen.
    pub notes: Vec<String>,
    /// Why too little was seen for a verdict; the run then exits with 3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insufficient: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl Coverage {
    /// Hosts that had to be compiled.
    #[must_use]
    pub fn hosts_wanted(&self) -> usize {
        self.hosts_total.saturating_sub(self.hosts_unreached)
    }

    /// Hosts that should have compiled and did not.
    #[must_use]
    pub fn hosts_missing(&self) -> usize {
        self.hosts_wanted().saturating_sub(self.hosts_compiled)
    }
}

/// A host without a catalog.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NotCompiled {
    /// The host.
    pub host: String,
    /// Why.
    pub why: String,
    /// Where: `path:line`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

/// A file that was not read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// Path.
    pub path: String,
    /// Why.
    pub why: String,
}

/// Unknown values, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Unknowns {
    /// How many were met.
    pub total: usize,
    /// By cause, most frequent first.
    pub by_cause: Vec<UnknownCause>,
}

/// A cause of unknown values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UnknownCause {
    /// `fact`, `function`, `hiera` …
    pub kind: String,
    /// Which one.
    pub name: String,
    /// How often.
    pub count: usize,
    /// On how many hosts: knowing it would tell more of so many.
    pub hosts: usize,
}

impl Unknowns {
    /// Counts by cause; sorts by hosts, then by frequency, then by name.
    #[must_use]
    pub fn new(mut by_cause: Vec<UnknownCause>) -> Self {
        let rank = |c: &UnknownCause| std::cmp::Reverse((c.hosts, c.count));
        by_cause.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| (&a.kind, &a.name).cmp(&(&b.kind, &b.name))));
        Self { total: by_cause.iter().map(|c| c.count).sum(), by_cause }
    }
}

impl Report {
    /// A report on `head` against `base`. Completes and sorts the findings and gives them their fingerprints.
    #[must_use]
    pub fn new(base: Option<String>, head: String, mut findings: Vec<Finding>, coverage: Coverage) -> Self {
        findings.iter_mut().for_each(Finding::fill);
        super::assign_fingerprints(&mut findings);
        Self { schema_version: SCHEMA_VERSION, base, head, findings, coverage, ..Self::default() }
    }

    /// Adds what a rollout is planned over: the hosts that change, and which hosts serve together.
    #[must_use]
    pub fn with_fleet(mut self, changed: HostSet, pools: Vec<Pool>) -> Self {
        self.changed = changed;
        self.pools = pools;
        self
    }

    /// Findings that want dealing with.
    pub fn new_findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|f| f.is_new())
    }

    /// How many have this status.
    #[must_use]
    pub fn count(&self, status: Status) -> usize {
        self.findings.iter().filter(|f| f.status == status).count()
    }

    /// Whether a new finding reaches the threshold.
    #[must_use]
    pub fn reaches(&self, severity: Severity, confidence: Confidence) -> bool {
        self.new_findings().any(|f| f.severity >= severity && f.confidence >= confidence)
    }
}
