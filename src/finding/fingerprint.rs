//! Identity of a finding: stable over lines, wording, hosts and the order of the run.
//!
//! Everything that outlives a run hangs on it: GitLab's widget, baselines, notes that are updated in
//! place. The hash is therefore a published one over a tagged, length-prefixed form.

use super::Finding;
use sha2::{Digest, Sha256};
use std::cmp::Reverse;
use std::collections::BTreeMap;

const VERSION: &str = "v1";

/// Gives each finding its fingerprint, and sorts them: gravest first, then by rule, subject, place.
///
/// Findings with the same rule, subject and kind of change are told apart by an ordinal in the order of
/// their places, so that a severity that depends on the hosts does not shuffle them.
pub fn assign(findings: &mut [Finding]) {
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings.iter_mut() {
        let digest = digest(&finding.rule, &finding.subject, &finding.change);
        let count = seen.entry(digest.clone()).or_insert(0);
        *count += 1;
        finding.fingerprint = if *count == 1 { digest } else { format!("{digest}-{count}") };
    }
    findings.sort_by_key(|f| Reverse(f.severity));
}

fn order(f: &Finding) -> (&str, &str, &str, &str, u32, &str) {
    let (path, line) = f.primary().map_or(("", 0), |l| (l.path.as_str(), l.line));
    (&f.rule, &f.subject, &f.change, path, line, &f.message)
}

fn digest(rule: &str, subject: &str, change: &str) -> String {
    let mut hash = Sha256::new();
    for part in [VERSION, rule, subject, change] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{HostSet, Location, Severity, Side};

    fn one(subject: &str, line: u32) -> Finding {
        let at = Location::new(Side::Head, "a.pp", line);
        Finding::new("config-unsound", subject, format!("said on line {line}")).change("content").at(at)
    }

    fn prints(mut findings: Vec<Finding>) -> Vec<String> {
        assign(&mut findings);
        findings.into_iter().map(|f| f.fingerprint).collect()
    }

    #[test]
    fn survives_moved_lines_new_words_and_other_hosts() {
        let before = prints(vec![one("File[/a]", 3)]);
        let after = prints(vec![one("File[/a]", 90).hosts(HostSet::new(["h"], ["r"])).severity(Severity::High)]);
        assert_eq!(before, after);
        assert_eq!(before.first().map(String::len), Some(64));
    }

    #[test]
    fn differs_by_rule_subject_and_kind_of_change() {
        let mut all = prints(vec![one("a", 1), one("b", 1), one("a", 1).change("mode")]);
        all.push(digest("config-unsounda", "", "content"));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 4);
        assert_ne!(digest("ab", "c", ""), digest("a", "bc", ""), "parts do not run together");
    }

    #[test]
    fn equal_ones_get_an_ordinal_whatever_the_order_they_came_in() {
        let forward = prints(vec![one("a", 1), one("a", 2), one("a", 3)]);
        let backward = prints(vec![one("a", 3), one("a", 2), one("a", 1)]);
        assert_eq!(forward, backward);
        assert!(forward.iter().any(|f| f.ends_with("-2")) && forward.iter().any(|f| f.ends_with("-3")));
    }

    #[test]
    fn is_the_published_hash() {
        assert_eq!(digest("r", "s", "c"), "3ae74530d25ae453de62a4d9fc32be7215ae4f9174fdbf82f584c94c014550bd");
    }
}
