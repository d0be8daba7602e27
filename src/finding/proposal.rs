//! A change that might mend a finding: made by a check, tried by the gate before it is offered.

/// A manifest with an edge written into it, and what has to hold then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The manifest.
    pub path: String,
    /// Its text with the change.
    pub text: String,
    /// The change as a unified diff.
    pub patch: String,
    /// The remedy that goes with it.
    pub remedy: String,
    /// The class it was seen in, where no host has that class.
    pub class: Option<String>,
    /// What has to hold.
    pub edges: Vec<Edge>,
}

/// A resource and whom its change has to reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Type and title.
    pub from: (String, String),
    /// The other end.
    pub to: Goal,
}

/// Whom a change has to reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// A resource, by type and title.
    Refresh((String, String)),
    /// A command that names a service.
    Command(String),
}
