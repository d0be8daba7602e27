//! Setting findings aside: ignores written beside the resource or as rows of the configuration.
//!
//! A suppression is a record: it names its rules and its reason, covers one resource and may end on a
//! day. Whatever is wrong with one (misspelt, without reason, expired, matching nothing) is a finding
//! of `suppression-stale` at its line; a broken ignore never silently ignores nothing.

mod apply;
mod inline;

pub use apply::{Applied, Judge, apply};
pub use inline::{Extent, scan, widen};

use super::Date;
use crate::repo::Loc;

/// The rule that reports what is wrong with suppressions.
pub const STALE: &str = "suppression-stale";

/// An ignore read from a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignore {
    /// The rules it sets aside.
    pub rules: Vec<String>,
    /// Why; empty if none was given.
    pub reason: String,
    /// Last day on which it holds.
    pub until: Option<Date>,
    /// Where it stands.
    pub at: Loc,
    /// First line it covers.
    pub first: u32,
    /// Last line it covers.
    pub last: u32,
}

/// A comment that means to be an ignore and is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Where it stands.
    pub at: Loc,
    /// What is wrong with it.
    pub why: String,
    /// The line itself.
    pub line: String,
}

/// An ignore from the configuration: by rule and subject, never by line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoreRow {
    /// The rule.
    pub rule: String,
    /// The subject as findings print it; `*` matches any run of characters.
    pub subject: String,
    /// Why; empty if none was given.
    pub reason: String,
    /// Last day on which it holds.
    pub until: Option<Date>,
    /// Where the row stands.
    pub at: Loc,
}
