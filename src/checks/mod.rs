//! The rules: one file a check, one page a rule, one line here.
//!
//! A rule is its page (`rules/<id>.md`: what it says), its check (how it looks) and its cases
//! (`fixtures/rules/<id>/`: proof). `tests/rules.rs` holds the three together.

mod context;
pub mod meta;

pub use context::Context;

use crate::finding::Finding;

/// How a rule looks.
pub trait Check: Sync {
    /// The id of its page.
    fn id(&self) -> &'static str;
    /// Adds what it finds.
    fn check(&self, cx: &Context<'_>, out: &mut Vec<Finding>);
}

/// A rule: its page and, unless the pipeline itself reports it, its check.
pub(crate) struct Rule {
    id: &'static str,
    page: &'static str,
    check: Option<&'static dyn Check>,
}

macro_rules! rule {
    ($id:literal) => {
        rule!(@ $id, None)
    };
    ($id:literal, $check:expr) => {
        rule!(@ $id, Some(&$check))
    };
    (@ $id:literal, $check:expr) => {
        Rule { id: $id, page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/", $id, ".md")), check: $check }
    };
}

/// Every rule, by id. `rule!("id", check)` names the unit struct that implements [`Check`].
static RULES: &[Rule] = &[
    rule!("catalog-broken"),
    rule!("config-unsound"),
    rule!("config-without-restart"),
    rule!("coverage-lost"),
    rule!("package-index-stale"),
    rule!("promotion-incomplete"),
    rule!("removal-deletes-user"),
    rule!("removal-not-inspected"),
    rule!("removal-unlinks-path"),
    rule!("requirement-undeclared"),
    rule!("single-smarthost"),
    rule!("suppression-stale"),
];

/// The checks, in the order of their ids.
pub fn all() -> Vec<&'static dyn Check> {
    RULES.iter().filter_map(|rule| rule.check).collect()
}
