//! The pipeline in one place: two revisions in, a report out.
//!
//! `cli` describes what is wanted in the requests below and knows nothing of the stages; the stages
//! know nothing of flags. Files are read here and in `repo`, nowhere printed, never written.

mod catalog;
mod compile;
mod draft;
mod evidence;
mod exact;
mod finish;
mod hosts;
mod merge;
mod pipeline;
mod practice;
mod request;
mod revision;
mod settings;
mod touched;
mod trial;
mod unit;
mod unplaced;
mod why;

pub use request::{
    Archive, AuditRequest, CatalogOutput, CatalogRequest, CatalogsRequest, CheckRequest, DraftRequest, Inputs,
    NoProgress, Progress, Selection, Tree,
};

use crate::finding::Report;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// What was asked for does not exist or makes no sense: exit 2.
    #[error("{message}")]
    Input {
        /// What is wrong.
        message: String,
        /// What to do about it.
        help: Option<String>,
    },
    /// It exists and cannot be analysed: exit 3.
    #[error("{message}")]
    Unanalysable {
        /// What is wrong.
        message: String,
        /// What to do about it.
        help: Option<String>,
    },
}

impl GateError {
    /// Wraps an error of what the user handed over.
    pub(crate) fn input(error: &dyn std::fmt::Display, help: Option<impl Into<String>>) -> Self {
        Self::Input { message: error.to_string(), help: help.map(Into::into) }
    }

    /// What the user can do.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::Input { help, .. } | Self::Unanalysable { help, .. } => help.as_deref(),
        }
    }

    /// The exit code that goes with it.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Input { .. } => 2,
            Self::Unanalysable { .. } => 3,
        }
    }
}

/// Compares two revisions.
///
/// # Errors
/// If a revision cannot be had or nothing in it can be analysed.
pub fn check(request: &CheckRequest<'_>) -> Result<Report, GateError> {
    pipeline::check(request)
}

/// Compares catalogs that Puppet compiled.
///
/// # Errors
/// If a folder cannot be read or holds no catalog.
pub fn check_catalogs(request: &CatalogsRequest<'_>) -> Result<Report, GateError> {
    exact::check(request)
}

/// Inspects one revision.
///
/// # Errors
/// If the revision cannot be had or nothing in it can be analysed.
pub fn audit(request: &AuditRequest<'_>) -> Result<Report, GateError> {
    pipeline::audit(request)
}

/// Drafts a `holdpoint.toml` for a repository.
///
/// # Errors
/// If the revision cannot be had or is no Puppet repository.
pub fn draft(request: &DraftRequest<'_>) -> Result<String, GateError> {
    draft::run(request)
}

/// Compiles the catalog of one host, or compares two.
///
/// # Errors
/// If a revision cannot be had, the host is unknown, or its catalog does not compile.
pub fn catalog(request: &CatalogRequest<'_>) -> Result<CatalogOutput, GateError> {
    catalog::run(request)
}
