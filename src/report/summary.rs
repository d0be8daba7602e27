//! The closing lines: how many findings of which sort, and how much was seen. The sums add up.

use super::text::{clean, count};
use crate::finding::{Coverage, NotCompiled, Report, Severity, Status, UnknownCause, Unread};
use std::collections::{BTreeMap, BTreeSet};

/// How many rows a list shows before it says how many more there are.
const SHOWN: usize = 5;

/// `5 findings: 3 new (1 critical, 2 high), 1 in the baseline, 1 suppressed`
pub(crate) fn findings(report: &Report) -> String {
    if report.findings.is_empty() {
        return "no findings".to_owned();
    }
    let mut parts = Vec::new();
    let new = report.count(Status::New);
    if new > 0 {
        parts.push(format!("{new} new ({})", by_severity(report)));
    }
    for (status, words) in [(Status::Baseline, "in the baseline"), (Status::Suppressed, "suppressed")] {
        let n = report.count(status);
        if n > 0 {
            parts.push(format!("{n} {words}"));
        }
    }
    format!("{}: {}", count(report.findings.len(), "finding"), parts.join(", "))
}

fn by_severity(report: &Report) -> String {
    let of = |s: Severity| report.new_findings().filter(|f| f.severity == s).count();
    let rows = Severity::ALL.into_iter().rev().map(|s| (s, of(s))).filter(|(_, n)| *n > 0);
    rows.map(|(s, n)| format!("{n} {s}")).collect::<Vec<_>>().join(", ")
}

/// What was seen and what was not, a line each; further lines of a list are indented.
pub(crate) fn coverage(coverage: &Coverage) -> Vec<String> {
    let mut lines = vec![hosts(coverage)];
    lines.extend(not_compiled(&coverage.not_compiled));
    lines.extend(unread(&coverage.files_unread));
    lines.extend(unknown(coverage));
    lines.extend(coverage.notes.iter().map(|n| clean(n)));
    if let Some(why) = &coverage.insufficient {
        lines.push(format!("not enough could be analysed: {}", clean(why)));
    }
    lines
}

fn hosts(coverage: &Coverage) -> String {
    let (done, wanted) = (coverage.hosts_compiled, coverage.hosts_wanted());
    let rest = match coverage.hosts_missing() {
        0 => String::new(),
        missing => format!(", {missing} not compiled"),
    };
    if coverage.hosts_unreached == 0 {
        return format!("compiled {done} of {}{rest}", count(wanted, "host"));
    }
    let total = coverage.hosts_total;
    format!("compiled {done} of {} that the change can reach, of {total} in all{rest}", count(wanted, "host"))
}

/// One row a reason: many hosts fail for the same one.
fn not_compiled(hosts: &[NotCompiled]) -> Vec<String> {
    let names: BTreeSet<&str> = hosts.iter().map(|h| h.host.as_str()).collect();
    let mut by_reason: BTreeMap<(String, Option<&str>), Vec<&str>> = BTreeMap::new();
    for host in hosts {
        by_reason.entry((nameless(&host.why, &names), host.at.as_deref())).or_default().push(&host.host);
    }
    let mut rows: Vec<_> = by_reason.into_iter().collect();
    rows.sort_by_key(|(_, names)| std::cmp::Reverse(names.len()));
    let row = |((why, at), names): &((String, Option<&str>), Vec<&str>)| {
        let at = at.map(|a| format!(" at {a}")).unwrap_or_default();
        let example = names.first().copied().unwrap_or_default();
        clean(&format!("  {}, e.g. {example}: {why}{at}", count(names.len(), "host")))
    };
    listed(&rows, row, "reason")
}

/// The reason without the host it was met on, which would set equal ones apart.
fn nameless(why: &str, hosts: &BTreeSet<&str>) -> String {
    let word = |w| if hosts.contains(w) { "HOST" } else { w };
    why.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn unread(files: &[Unread]) -> Vec<String> {
    if files.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!("{} not read", count(files.len(), "file"))];
    lines.extend(listed(files, |f| clean(&format!("  {}: {}", f.path, f.why)), "file"));
    lines
}

fn unknown(coverage: &Coverage) -> Vec<String> {
    let unknown = &coverage.unknown;
    if unknown.total == 0 {
        return Vec::new();
    }
    let rows = &unknown.by_cause;
    let mut lines = vec![format!("{}, from {}", count(unknown.total, "unknown value"), count(rows.len(), "cause"))];
    let row = |c: &UnknownCause| {
        let (hosts, times) = (count(c.hosts, "host"), count(c.count, "time"));
        clean(&format!("  {} {}: on {hosts}, {times}", c.kind, c.name))
    };
    lines.extend(listed(rows, row, "cause"));
    lines
}

fn listed<T>(rows: &[T], row: impl Fn(&T) -> String, noun: &str) -> Vec<String> {
    let mut lines: Vec<String> = rows.iter().take(SHOWN).map(row).collect();
    if rows.len() > SHOWN {
        lines.push(format!("  and {}", count(rows.len() - SHOWN, &format!("further {noun}"))));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Unknowns;
    use crate::report::sample;

    #[test]
    fn the_sums_add_up() {
        assert_eq!(findings(&sample::report()), "3 findings: 2 new (1 critical, 1 medium), 1 suppressed");
        assert_eq!(findings(&Report::default()), "no findings");
    }

    #[test]
    fn says_what_was_not_seen() {
        let host =
            |n: usize| NotCompiled { host: format!("h{n}"), why: format!("no class `x` for h{}", n / 2), at: None };
        let cause = |name: &str, n| UnknownCause { kind: "fact".into(), name: name.into(), count: n, hosts: 1 };
        let seen = Coverage {
            hosts_total: 9,
            hosts_unreached: 0,
            hosts_compiled: 2,
            not_compiled: (0..7).map(host).collect(),
            files_unread: (0..7).map(|n| Unread { path: format!("f{n}"), why: "bad".into() }).collect(),
            unknown: Unknowns::new(vec![cause("a", 1), cause("b", 5)]),
            notes: vec!["n".into()],
            insufficient: Some("why".into()),
        };
        let lines = coverage(&seen);
        assert_eq!(lines.first().map(String::as_str), Some("compiled 2 of 9 hosts, 7 not compiled"));
        assert!(lines.contains(&"  7 hosts, e.g. h0: no class `x` for HOST".to_owned()));
        assert!(lines.contains(&"  and 2 further files".to_owned()));
        let at = lines.iter().position(|l| l == "6 unknown values, from 2 causes").unwrap_or_default();
        assert_eq!(lines.get(at + 1).map(String::as_str), Some("  fact b: on 1 host, 5 times"));
        assert_eq!(lines.last().map(String::as_str), Some("not enough could be analysed: why"));
    }
}
