//! Where the evidence stands: in the base, in the head, or inside a package.

use crate::repo::Loc;
use serde::{Deserialize, Serialize};

/// Which tree the path belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The revision compared with.
    Base,
    /// The revision under inspection.
    Head,
    /// A package: a maintainer script or the list of its files.
    Package,
}

/// What part a location plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The line to look at; the first location of a finding.
    Primary,
    /// A line that helps to believe it.
    Related,
}

/// A path and a line at head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Path in the repository.
    pub path: String,
    /// One-based line.
    pub line: u32,
}

/// One place of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Location {
    /// Which tree.
    pub side: Side,
    /// Path in the repository; for a package `postrm`, `prerm`, `data` or `name postrm`.
    pub path: String,
    /// One-based; 0 when the whole file is meant.
    pub line: u32,
    /// What this line does to the matter, in a few words.
    pub label: String,
    /// Its part.
    pub role: Role,
    /// The line itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snippet: Option<String>,
    /// The words of the line that matter; underlined by `human`.
    #[serde(skip)]
    pub mark: Option<String>,
    /// For a line that is gone or never was in the head: the nearest one that is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Place>,
}

impl Location {
    /// A location on a side. It becomes primary by being given to [`super::Finding::at`].
    pub fn new(side: Side, path: impl Into<String>, line: u32) -> Self {
        let (label, role) = (String::new(), Role::Related);
        Self { side, path: path.into(), line, label, role, snippet: None, mark: None, nearest: None }
    }

    /// A line of the head.
    #[must_use]
    pub fn head(loc: &Loc) -> Self {
        Self::new(Side::Head, &*loc.path, loc.line)
    }

    /// A line of the base.
    #[must_use]
    pub fn base(loc: &Loc) -> Self {
        Self::new(Side::Base, &*loc.path, loc.line)
    }

    /// A line of a maintainer script (`postrm`), or an entry of a package's data.
    pub fn package(member: impl Into<String>, line: u32) -> Self {
        Self::new(Side::Package, member, line)
    }

    /// Says what the line does.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Gives the text of the line.
    #[must_use]
    pub fn snippet(mut self, text: impl Into<String>) -> Self {
        self.snippet = Some(text.into());
        self
    }

    /// Takes line `line` out of the whole text of the file.
    #[must_use]
    pub fn snippet_of(mut self, text: &str) -> Self {
        let index = usize::try_from(self.line).unwrap_or(0).checked_sub(1);
        self.snippet = index.and_then(|i| text.lines().nth(i)).map(str::to_owned);
        self
    }

    /// Names the words of the line that matter.
    #[must_use]
    pub fn mark(mut self, words: impl Into<String>) -> Self {
        self.mark = Some(words.into());
        self
    }

    /// Names the line of the head that stands in for this one where only head lines can be shown.
    #[must_use]
    pub fn nearest(mut self, loc: &Loc) -> Self {
        self.nearest = Some(Place { path: loc.path.to_string(), line: loc.line.max(1) });
        self
    }
}
