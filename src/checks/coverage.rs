//! `coverage-lost`: hosts that this gate could judge at base and can't at head.

use super::{Check, HostContext, draft};
use crate::finding::{Confidence, Finding, Location, Severity, Side};

pub(crate) struct CoverageLost;

/// A catalog that loses more than this share of its resources is suspect.
const SHRUNK_TO: f64 = 0.5;

/// Below this many resources a share says nothing.
const WORTH_COUNTING: usize = 20;

impl Check for CoverageLost {
    fn id(&self) -> &'static str {
        "coverage-lost"
    }

    fn host(&self, cx: &HostContext<'_>, out: &mut Vec<Finding>) {
        let (Some(base), Some(head)) = (cx.base, cx.head) else { return };
        let subject = format!("node {}", cx.role);
        if let (None, Some(why)) = (base.cut_short, head.cut_short) {
            out.push(report(
                &subject,
                "cut-short",
                format!("hosts of {} can be judged at base and not at head: {why}", cx.role),
            ));
            return;
        }
        let (before, after) = (real(base.catalog()), real(head.catalog()));
        // A catalog that real Puppet would refuse is `catalog-broken`'s to tell.
        if head.errors.len() <= base.errors.len() && before >= WORTH_COUNTING && shrunk(before, after) {
            let message = format!(
                "the catalog of {} shrinks from {before} resources to {after}: everything else silently stops being managed",
                cx.role
            );
            out.push(report(&subject, "shrunk", message));
        }
    }
}

fn real(catalog: &crate::catalog::Catalog) -> usize {
    catalog.resources.iter().filter(|r| !r.is_virtual).count()
}

#[expect(clippy::cast_precision_loss, reason = "counts of resources are far below 2^52")]
fn shrunk(before: usize, after: usize) -> bool {
    (after as f64) < (before as f64) * SHRUNK_TO
}

fn report(subject: &str, change: &str, message: String) -> Finding {
    let finding =
        draft("coverage-lost", subject, change, message).severity(Severity::Medium).confidence(Confidence::Medium);
    finding
        .at(Location::new(Side::Head, "manifests", 0))
        .remedy("see the coverage part of the report for the cause; make it readable or accept the loss knowingly")
}
