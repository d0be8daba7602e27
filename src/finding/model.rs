//! A finding, and how a check puts one together.

use super::{Confidence, Date, FailureMode, HostSet, Location, Proposal, Role, Severity};
use serde::Serialize;

/// Where a finding stands with those who read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// To be dealt with.
    New,
    /// Known already.
    Baseline,
    /// Set aside by someone, for a reason.
    Suppressed,
}

/// Who set a finding aside and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suppression {
    /// Where that is written: `path:line`.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// An incident that went the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Incident {
    /// What happened.
    pub title: String,
    /// When, `YYYY-MM-DD`, if that is known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub date: String,
    /// Where it is told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
}

/// One cell of a finding's row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// The head of its column.
    pub column: String,
    /// What it says.
    pub text: String,
}

/// One thing that will happen, to what, where, with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Rule id.
    pub rule: String,
    /// How bad if true.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Where it stands.
    pub status: Status,
    /// Who set it aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppression: Option<Suppression>,
    /// What it is about: the resource, path, key or setting. Part of the identity.
    pub subject: String,
    /// The kind of change (`absent`, `content`, …). Part of the identity.
    pub change: String,
    /// One sentence: the thing that will happen.
    pub message: String,
    /// In which way it goes wrong.
    pub failure_mode: FailureMode,
    /// Identity across runs, lines and wording; see [`super::assign_fingerprints`].
    pub fingerprint: String,
    /// Primary first.
    pub locations: Vec<Location>,
    /// On which hosts.
    pub hosts: HostSet,
    /// Further sentences: what survives, when it comes back, which guess was made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What to watch for; the failure mode's own words unless the check knows better.
    pub watch: String,
    /// First action when it has happened; likewise.
    pub first_aid: String,
    /// How to do it safely.
    pub remedy: String,
    /// A change that would do so, as a unified diff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<String>,
    /// Its row of the table that a report of such an incident would hold, the hosts apart; most rules have none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub row: Vec<Cell>,
    /// What it resembles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<Incident>,
    /// Changes that might mend it, best first, until the gate has tried them.
    #[serde(skip)]
    pub proposals: Vec<Proposal>,
}

impl Finding {
    /// A finding of middling severity, to be filled in. Checks start from `checks::meta::draft`, which
    /// knows the rule's own severity, confidence and failure mode.
    pub fn new(rule: impl Into<String>, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            rule: rule.into(),
            severity: Severity::Medium,
            confidence: Confidence::Medium,
            status: Status::New,
            suppression: None,
            subject: subject.into(),
            change: String::new(),
            message: message.into(),
            failure_mode: FailureMode::FastFail,
            fingerprint: String::new(),
            locations: Vec::new(),
            hosts: HostSet::default(),
            notes: Vec::new(),
            watch: String::new(),
            first_aid: String::new(),
            remedy: String::new(),
            patch: None,
            row: Vec::new(),
            incidents: Vec::new(),
            proposals: Vec::new(),
        }
    }

    /// Sets how bad it is.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Sets how sure.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Sets in which way it goes wrong.
    #[must_use]
    pub fn mode(mut self, mode: FailureMode) -> Self {
        self.failure_mode = mode;
        self
    }

    /// Names the kind of change; a short constant, part of the identity.
    #[must_use]
    pub fn change(mut self, kind: impl Into<String>) -> Self {
        self.change = kind.into();
        self
    }

    /// Sets the line to look at.
    #[must_use]
    pub fn at(mut self, mut location: Location) -> Self {
        location.role = Role::Primary;
        self.locations.retain(|l| l.role != Role::Primary);
        self.locations.insert(0, location);
        self
    }

    /// Adds a line that helps to believe it.
    #[must_use]
    pub fn also(mut self, mut location: Location) -> Self {
        location.role = Role::Related;
        self.locations.push(location);
        self
    }

    /// Sets the hosts.
    #[must_use]
    pub fn hosts(mut self, hosts: HostSet) -> Self {
        self.hosts = hosts;
        self
    }

    /// Adds a sentence.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says what to watch for.
    #[must_use]
    pub fn watch(mut self, watch: impl Into<String>) -> Self {
        self.watch = watch.into();
        self
    }

    /// Says what to do first once it has happened.
    #[must_use]
    pub fn first_aid(mut self, action: impl Into<String>) -> Self {
        self.first_aid = action.into();
        self
    }

    /// Says how to do it safely.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }

    /// Gives its row of the rule's table: columns in order, the first of which says what it is about.
    #[must_use]
    pub fn row<const N: usize>(mut self, cells: [(&str, String); N]) -> Self {
        self.row = cells.into_iter().map(|(column, text)| Cell { column: column.to_owned(), text }).collect();
        self
    }

    /// Offers a unified diff.
    #[must_use]
    pub fn patch(mut self, patch: impl Into<String>) -> Self {
        self.patch = Some(patch.into());
        self
    }

    /// Proposes changes that the gate is to try, best first.
    #[must_use]
    pub fn proposals(mut self, proposals: Vec<Proposal>) -> Self {
        self.proposals = proposals;
        self
    }

    /// The line to look at.
    #[must_use]
    pub fn primary(&self) -> Option<&Location> {
        self.locations.iter().find(|l| l.role == Role::Primary).or_else(|| self.locations.first())
    }

    /// Whether it still wants dealing with.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.status == Status::New
    }

    /// Falls back on the words of the failure mode where the check has none of its own.
    pub(super) fn fill(&mut self) {
        if self.watch.is_empty() {
            self.watch = self.failure_mode.watch().to_owned();
        }
        if self.first_aid.is_empty() {
            self.first_aid = self.failure_mode.first_fix().to_owned();
        }
    }
}
