//! The answer of a removal analysis: typed effects with evidence, ready for JSON.
//!
//! The shape of the JSON is a promise to other tools; see the `removal` part of the README.

use serde::Serialize;

/// When dpkg calls the scripts (Debian Policy 6.5 to 6.8). A removal is `Remove`, and a purge `Purge`
/// on top of it; the others tell what the same scripts do to a host that keeps the package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// `dpkg --remove`.
    Remove,
    /// `dpkg --purge`, after remove.
    Purge,
    /// Another version takes its place: the old scripts run.
    Upgrade,
    /// The old scripts failed in an upgrade: the new ones are asked to do their part.
    FailedUpgrade,
    /// Every file of it was overwritten by another package.
    Disappear,
    /// Something it depends on is removed in favour of another package.
    Deconfigure,
}

impl Phase {
    /// The word that dpkg hands to the scripts.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Phase::Remove => "remove",
            Phase::Purge => "purge",
            Phase::Upgrade => "upgrade",
            Phase::FailedUpgrade => "failed-upgrade",
            Phase::Disappear => "disappear",
            Phase::Deconfigure => "deconfigure",
        }
    }
}

/// What kind of thing is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An account is deleted.
    UserDeleted,
    /// A group is deleted, by itself or with the user of the same name.
    GroupDeleted,
    /// A recursive delete, or a database dropped.
    DataDestroyed,
    /// A symbolic link goes.
    LinkRemoved,
    /// A regular file goes.
    FileRemoved,
    /// A directory goes.
    DirRemoved,
    /// A running service is stopped.
    ServiceStopped,
    /// A service will no longer start at boot.
    ServiceDisabled,
    /// A configuration file known to dpkg or ucf goes.
    ConffileRemoved,
    /// An entry of the alternatives system goes.
    AlternativeRemoved,
    /// A diversion is undone.
    DiversionRemoved,
    /// An owner and mode override is dropped.
    StatoverrideRemoved,
    /// Another package is removed.
    PackageRemoved,
}

impl Kind {
    /// The name as it stands in JSON.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Kind::UserDeleted => "user-deleted",
            Kind::GroupDeleted => "group-deleted",
            Kind::DataDestroyed => "data-destroyed",
            Kind::LinkRemoved => "link-removed",
            Kind::FileRemoved => "file-removed",
            Kind::DirRemoved => "dir-removed",
            Kind::ServiceStopped => "service-stopped",
            Kind::ServiceDisabled => "service-disabled",
            Kind::ConffileRemoved => "conffile-removed",
            Kind::AlternativeRemoved => "alternative-removed",
            Kind::DiversionRemoved => "diversion-removed",
            Kind::StatoverrideRemoved => "statoverride-removed",
            Kind::PackageRemoved => "package-removed",
        }
    }
}

/// How sure the analysis is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Happens on every ordinary host that has the package.
    Certain,
    /// Rests on something that the scripts alone do not settle; `why` names it.
    Possible,
}

impl Verdict {
    /// The word as it stands in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Certain => "certain",
            Verdict::Possible => "possible",
        }
    }
}

/// Who takes the thing away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase", untagged)]
pub enum By {
    /// A command in a maintainer script.
    Script {
        /// `prerm` or `postrm`.
        script: String,
        /// Line in that script, from 1.
        line: u32,
        /// That line, trimmed.
        text: String,
    },
    /// dpkg, since the package's data holds it, or dpkg of its own accord (`data`, `dpkg`).
    Tool(Tool),
}

/// The part of dpkg that acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tool {
    /// A member of the package's data archive.
    Data,
    /// dpkg's own bookkeeping.
    Dpkg,
}

/// One thing that removal does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Effect {
    /// In which step.
    pub phase: Phase,
    /// What sort of loss.
    pub kind: Kind,
    /// What is lost: a path, an account, a service, a package.
    pub subject: String,
    /// What the same call takes along with it: the further units of one `stop A B C`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub along: Vec<String>,
    /// How sure.
    pub verdict: Verdict,
    /// By whom.
    pub by: By,
    /// Why it happens or on what it depends; empty where `by` says it all.
    pub why: String,
}

impl Effect {
    /// All that is lost: the subject, and what goes along with it.
    pub fn subjects(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.subject.as_str()).chain(self.along.iter().map(String::as_str))
    }
}

/// A place that could not be followed, to be read by a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NotAnalysed {
    /// Which maintainer script.
    pub script: String,
    /// Line in it, from 1; 0 for the script as a whole.
    pub line: u32,
    /// What stood in the way.
    pub reason: String,
}

/// All that removing and purging one package would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Removal {
    /// Package name.
    pub package: String,
    /// Package version.
    pub version: String,
    /// Where the package was read from.
    pub source: String,
    /// Sorted effects, each named once per phase.
    pub effects: Vec<Effect>,
    /// What the same scripts do when the package is upgraded, overwritten or deconfigured; empty
    /// where that was not asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_phases: Vec<Effect>,
    /// What could not be followed.
    pub not_analysed: Vec<NotAnalysed>,
}

impl Removal {
    /// Of a package whose files are not at hand.
    pub(crate) fn not_read(package: &str, version: &str, why: &str) -> Removal {
        let reason = format!("the package was not found: {why}");
        Removal {
            package: package.to_owned(),
            version: version.to_owned(),
            source: String::new(),
            effects: Vec::new(),
            other_phases: Vec::new(),
            not_analysed: vec![NotAnalysed { script: "all".to_owned(), line: 0, reason }],
        }
    }

    /// Effects of one kind that happen in `phase`, certain or possible.
    pub fn of(&self, phase: Phase, kind: Kind) -> impl Iterator<Item = &Effect> {
        self.effects.iter().filter(move |e| e.phase == phase && e.kind == kind)
    }
}
