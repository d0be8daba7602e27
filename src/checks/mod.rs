//! The rules: one file a check, one page a rule, one line here.
//!
//! A rule is its page (`rules/<id>.md`: what it says), its check (how it looks) and its cases
//! (`fixtures/rules/<id>/`: proof). `tests/rules.rs` holds the three together.

mod broken;
mod context;
mod coverage;
mod emptied;
mod index_stale;
mod leads;
pub mod meta;
mod order;
mod places;
mod promotion;
mod references;
mod refused;
mod removal;
mod requirement;
mod restart;
mod smarthost;
mod tally;
mod unsound;

pub use context::{Evidence, HostContext, HostSide, RepoContext};
pub(crate) use places::{head, of_any_host, of_effect, of_script};

use crate::finding::Finding;

/// How a rule looks. A rule overrides the one of the two that sees what it needs.
pub trait Check: Sync {
    /// The id of its page.
    fn id(&self) -> &'static str;
    /// Looks at one group of hosts that compile alike. Findings that several groups share (same rule,
    /// subject and kind of change) become one, so a check leaves the hosts to the gate.
    fn host(&self, _cx: &HostContext<'_>, _out: &mut Vec<Finding>) {}
    /// Whether it has something to say of classes that no host has; it then sees each in a catalog of
    /// its own, which holds nothing else.
    fn sees_unplaced(&self) -> bool {
        false
    }
    /// Looks once at the whole change.
    fn repo(&self, _cx: &RepoContext<'_>, _out: &mut Vec<Finding>) {}
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
    rule!("catalog-broken", broken::Broken),
    rule!("config-unsound", unsound::ConfigUnsound),
    rule!("config-without-restart", restart::ConfigWithoutRestart),
    rule!("content-emptied", emptied::ContentEmptied),
    rule!("coverage-lost", coverage::CoverageLost),
    rule!("package-index-stale", index_stale::PackageIndexStale),
    rule!("promotion-incomplete", promotion::PromotionIncomplete),
    rule!("removal-cascades", removal::cascades::Cascades),
    rule!("removal-deletes-user", removal::deletes_user::DeletesUser),
    rule!("removal-destroys-data", removal::destroys_data::DestroysData),
    rule!("removal-not-inspected", removal::not_inspected::NotInspected),
    rule!("removal-stops-service", removal::stops_service::StopsService),
    rule!("removal-unlinks-path", removal::unlinks_path::UnlinksPath),
    rule!("requirement-undeclared", requirement::RequirementUndeclared),
    rule!("restart-fleetwide", restart::RestartFleetwide),
    rule!("restart-weaker-than-needed", restart::RestartWeaker),
    rule!("single-smarthost", smarthost::SingleSmarthost),
    rule!("smarthost-in-use", smarthost::SmarthostInUse),
    rule!("suppression-stale"),
];

/// The checks, in the order of their ids.
pub fn all() -> Vec<&'static dyn Check> {
    RULES.iter().filter_map(|rule| rule.check).collect()
}

/// A finding with what the rule's page says of every one of its kind.
pub(crate) fn draft(
    rule: &'static str,
    subject: impl Into<String>,
    change: &str,
    message: impl Into<String>,
) -> Finding {
    meta::draft(rule, subject, message).change(change)
}
