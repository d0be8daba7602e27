//! The rule pages: metadata and prose, embedded in the binary.
//!
//! `rules/<id>.md` opens with TOML between two lines of `+++`; the rest is what `holdpoint explain`
//! prints. There is no other text about a rule anywhere, so nothing can drift from it.

use super::RULES;
use crate::finding::{Confidence, FailureMode, Finding, Incident, Severity};
use serde::Deserialize;
use std::sync::LazyLock;

/// A rule as its page describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleMeta {
    /// Its id, the same as the file's name.
    pub id: String,
    /// One sentence.
    pub summary: String,
    /// The release that brought it.
    pub since: String,
    /// How settled it is.
    pub status: Maturity,
    /// How bad, unless the check says otherwise.
    pub severity: Severity,
    /// How sure, unless the check says otherwise.
    pub confidence: Confidence,
    /// In which way it goes wrong, unless the check says otherwise.
    pub failure_mode: FailureMode,
    /// What to watch for, where the failure mode's own words are too general.
    #[serde(default)]
    pub watch: String,
    /// What to try first once it has happened; likewise.
    #[serde(default)]
    pub first_aid: String,
    /// Whether a suppression is honoured.
    pub ignorable: bool,
    /// Incidents of this sort.
    #[serde(default)]
    pub incidents: Vec<Incident>,
    /// The prose after the front matter, in Markdown.
    #[serde(skip)]
    pub prose: &'static str,
}

/// How settled a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Maturity {
    /// May change its mind.
    Preview,
    /// Settled.
    Stable,
    /// On its way out.
    Deprecated,
}

/// A page that cannot be read; the tests see to it that none is shipped.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The front matter is not set off by two lines of `+++`.
    #[error("rules/{0}.md does not open with front matter between two lines of `+++`")]
    NoFrontMatter(String),
    /// The front matter is no valid TOML, or lacks a field.
    #[error("rules/{0}.md: {1}")]
    Toml(String, toml::de::Error),
    /// File and front matter name different ids.
    #[error("rules/{0}.md calls itself `{1}`")]
    OtherId(String, String),
}

static ALL: LazyLock<Vec<RuleMeta>> =
    LazyLock::new(|| RULES.iter().filter_map(|rule| parse(rule.id, rule.page).ok()).collect());

/// Every rule, by id.
#[must_use]
pub fn all() -> &'static [RuleMeta] {
    &ALL
}

/// The rule with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static RuleMeta> {
    all().iter().find(|meta| meta.id == id)
}

/// A finding of a rule with what the page says of every one: severity, confidence, mode, incidents.
#[must_use]
pub fn draft(rule: &str, subject: impl Into<String>, message: impl Into<String>) -> Finding {
    let finding = Finding::new(rule, subject, message);
    let Some(meta) = find(rule) else { return finding };
    let mut finding = finding.severity(meta.severity).confidence(meta.confidence).mode(meta.failure_mode);
    finding.incidents.clone_from(&meta.incidents);
    finding.watch(meta.watch.clone()).first_aid(meta.first_aid.clone())
}

fn parse(id: &str, page: &'static str) -> Result<RuleMeta, PageError> {
    let parts = page.strip_prefix("+++\n").and_then(|rest| rest.split_once("\n+++\n"));
    let (front, prose) = parts.ok_or_else(|| PageError::NoFrontMatter(id.to_owned()))?;
    let mut meta: RuleMeta = toml::from_str(front).map_err(|e| PageError::Toml(id.to_owned(), e))?;
    if meta.id != id {
        return Err(PageError::OtherId(id.to_owned(), meta.id));
    }
    meta.prose = prose.trim_start_matches('\n');
    Ok(meta)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn every_page_reads() {
        for rule in RULES {
            let result = parse(rule.id, rule.page);
            assert!(result.is_ok(), "{}", result.unwrap_err());
        }
        assert_eq!(all().len(), RULES.len());
        assert!(all().is_sorted_by_key(|meta| &meta.id), "the list in checks/mod.rs is kept by id");
    }

    #[test]
    fn a_broken_page_is_an_error() {
        assert!(matches!(parse("a", "# no front matter"), Err(PageError::NoFrontMatter(_))));
        assert!(matches!(parse("a", "+++\nid = 1\n+++\n"), Err(PageError::Toml(..))));
        let page = include_str!("../../rules/config-unsound.md");
        assert!(matches!(parse("other", page), Err(PageError::OtherId(..))));
    }

    #[test]
    fn a_draft_starts_from_the_page() {
        let meta = find("removal-deletes-user").unwrap();
        let finding = draft("removal-deletes-user", "User[x]", "m");
        assert_eq!((finding.severity, finding.failure_mode), (meta.severity, meta.failure_mode));
        assert!(!finding.incidents.is_empty());
        assert!(finding.first_aid.contains("reinstall"));
    }
}
