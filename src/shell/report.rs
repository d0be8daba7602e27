//! What a run hands back: deeds with line and conditions, and places that were not followed.

/// What a command does to the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum DeedKind {
    UserDeleted,
    GroupDeleted,
    DataDestroyed,
    LinkRemoved,
    FileRemoved,
    DirRemoved,
    ServiceStopped,
    ServiceDisabled,
    ConffileRemoved,
    AlternativeRemoved,
    DiversionRemoved,
    StatoverrideRemoved,
    PackageRemoved,
}

/// One deed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Deed {
    pub(crate) kind: DeedKind,
    pub(crate) subject: String,
    /// What the same call does it to as well.
    pub(crate) along: Vec<String>,
    pub(crate) line: u32,
    /// Empty: it happens on every ordinary host.
    pub(crate) conditions: Vec<String>,
    pub(crate) why: String,
}

/// A place that was not followed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Note {
    pub(crate) line: u32,
    pub(crate) reason: String,
}
