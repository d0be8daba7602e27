//! The report as text: one file a format, each a pure function of the report.
//!
//! Nothing here prints, opens a file or looks at a terminal. What comes out is the same bytes for the
//! same report. Text that stems from the repository is cleaned of control characters first.

mod concise;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod markdown;
mod paint;
mod plan;
mod sarif;
mod spot;
pub(crate) mod summary;
mod table;
pub(crate) mod text;

pub use paint::Palette;
pub use plan::{PlanFormat, render as render_plan};

use crate::finding::Report;
use std::fmt;
use std::str::FromStr;

/// A form in which a report can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people, with the lines of evidence.
    Human,
    /// One line a finding.
    Concise,
    /// Everything, for programs; see `holdpoint schema`.
    Json,
    /// GitLab's Code Quality report.
    Gitlab,
    /// For a merge request's description or note.
    Markdown,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Commands of a GitHub workflow: annotations of the changed lines.
    Github,
    /// Test results, for whatever reads those.
    Junit,
}

/// A word that names no format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// Planned.
    #[error(
        "the format `{0}` is not available yet; there are: human, concise, json, gitlab, markdown, sarif, github, junit"
    )]
    NotYet(String),
    /// Never heard of.
    #[error("there is no format `{0}`; there are: human, concise, json, gitlab, markdown, sarif, github, junit")]
    Unknown(String),
    /// Not for a plan.
    #[error("there is no format `{0}` for a plan; there are: human, markdown, json")]
    NoPlan(String),
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Human, Self::Concise, Self::Json, Self::Gitlab, Self::Markdown, Self::Sarif, Self::Github, Self::Junit];

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::Gitlab => "gitlab",
            Self::Markdown => "markdown",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Junit => "junit",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = FormatError;

    fn from_str(word: &str) -> Result<Self, FormatError> {
        match word {
            "html" => Err(FormatError::NotYet(word.to_owned())),
            _ => Self::ALL.into_iter().find(|f| f.name() == word).ok_or_else(|| FormatError::Unknown(word.to_owned())),
        }
    }
}

/// The report in a format. Only the forms for people take notice of the palette.
#[must_use]
pub fn render(format: Format, report: &Report, palette: Palette) -> String {
    match format {
        Format::Human => human::render(report, palette),
        Format::Concise => concise::render(report, palette),
        Format::Json => json::render(report),
        Format::Gitlab => gitlab::render(report),
        Format::Markdown => markdown::render(report),
        Format::Sarif => sarif::render(report),
        Format::Github => github::render(report),
        Format::Junit => junit::render(report),
    }
}

#[cfg(test)]
pub(crate) mod sample;
