//! Matches ignores against findings, and says which ignores are not what they seem.

use super::{Ignore, IgnoreRow, Malformed, STALE};
use crate::finding::{Date, Finding, Location, Severity, Side, Status, Suppression};
use crate::repo::Loc;

/// What the caller knows of rules and of this run.
pub struct Judge<'a> {
    /// The day of the run.
    pub today: Option<Date>,
    /// Whether a rule exists, and if so, whether it may be ignored.
    pub ignorable: &'a dyn Fn(&str) -> Option<bool>,
    /// Whether an ignore of this rule that matched nothing is out of date. A comparison sees only what
    /// changed, so there it mostly is not.
    pub expects_match: &'a dyn Fn(&str) -> bool,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Applied {
    /// How many findings were set aside.
    pub suppressed: usize,
    /// One finding of `suppression-stale` for each ignore that is not in order.
    pub stale: Vec<Finding>,
}

/// Either sort of ignore, for one rule.
struct Entry<'a> {
    rule: &'a str,
    reason: &'a str,
    until: Option<Date>,
    at: &'a Loc,
    scope: Scope<'a>,
}

enum Scope<'a> {
    Lines(u32, u32),
    Subject(&'a str),
}

/// Sets findings aside; returns what is wrong with the ignores.
pub fn apply(
    findings: &mut [Finding],
    ignores: &[Ignore],
    malformed: &[Malformed],
    rows: &[IgnoreRow],
    judge: &Judge<'_>,
) -> Applied {
    let mut applied = Applied { suppressed: 0, stale: malformed.iter().map(of_malformed).collect() };
    for entry in entries(ignores, rows) {
        match fault(&entry, judge) {
            Some((change, message)) => applied.stale.push(stale(&entry, change, message)),
            None => settle(findings, &entry, judge, &mut applied),
        }
    }
    applied
}

fn entries<'a>(ignores: &'a [Ignore], rows: &'a [IgnoreRow]) -> Vec<Entry<'a>> {
    let inline = ignores.iter().flat_map(|i| {
        let scope = move || Scope::Lines(i.first, i.last);
        i.rules.iter().map(move |rule| Entry { rule, reason: &i.reason, until: i.until, at: &i.at, scope: scope() })
    });
    let rows = rows.iter().map(|r| {
        let scope = Scope::Subject(&r.subject);
        Entry { rule: &r.rule, reason: &r.reason, until: r.until, at: &r.at, scope }
    });
    inline.chain(rows).collect()
}

/// What disqualifies an ignore before it is tried.
fn fault(entry: &Entry<'_>, judge: &Judge<'_>) -> Option<(&'static str, String)> {
    let rule = entry.rule;
    match (judge.ignorable)(rule) {
        None => return Some(("unknown-rule", format!("the ignore names `{rule}`, which is no rule"))),
        Some(false) => return Some(("not-ignorable", format!("`{rule}` may not be ignored"))),
        Some(true) => {}
    }
    if entry.reason.is_empty() {
        return Some(("no-reason", format!("the ignore of `{rule}` gives no reason and is not honoured")));
    }
    let (until, today) = (entry.until?, judge.today?);
    (until < today).then(|| ("expired", format!("the ignore of `{rule}` ended on {until} and is no longer honoured")))
}

fn settle(findings: &mut [Finding], entry: &Entry<'_>, judge: &Judge<'_>, applied: &mut Applied) {
    let mut matched = false;
    for finding in findings.iter_mut().filter(|f| f.rule == entry.rule && covers(entry, f)) {
        matched = true;
        if finding.is_new() {
            finding.status = Status::Suppressed;
            finding.suppression = Some(suppression(entry));
            applied.suppressed += 1;
        }
    }
    if !matched && (judge.expects_match)(entry.rule) {
        let message = format!("the ignore of `{}` no longer matches anything", entry.rule);
        applied.stale.push(stale(entry, "unmatched", message));
    }
}

fn covers(entry: &Entry<'_>, finding: &Finding) -> bool {
    match entry.scope {
        Scope::Subject(pattern) => glob(pattern, &finding.subject),
        Scope::Lines(first, last) => finding
            .locations
            .iter()
            .any(|l| l.side == Side::Head && *l.path == *entry.at.path && (first..=last).contains(&l.line)),
    }
}

fn suppression(entry: &Entry<'_>) -> Suppression {
    Suppression { by: entry.at.to_string(), reason: entry.reason.to_owned(), until: entry.until }
}

fn stale(entry: &Entry<'_>, change: &'static str, message: String) -> Finding {
    let severity = if change == "unmatched" { Severity::Low } else { Severity::Medium };
    let subject = match entry.scope {
        Scope::Subject(pattern) => format!("{} ignore[{}] {pattern}", entry.at.path, entry.rule),
        Scope::Lines(..) => format!("{} ignore[{}]", entry.at.path, entry.rule),
    };
    Finding::new(STALE, subject, message).change(change).severity(severity).at(Location::head(entry.at))
}

fn of_malformed(bad: &Malformed) -> Finding {
    let at = Location::head(&bad.at).label(bad.why.clone()).snippet(bad.line.clone());
    let message = format!("the ignore cannot be read and is not honoured: {}", bad.why);
    Finding::new(STALE, format!("{} ignore", bad.at.path), message).change("malformed").at(at)
}

/// `*` matches any run of characters; everything else is literal.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|head| text.strip_prefix(head)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((tail, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(tail)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::finding::suppress::scan;

    fn finding(rule: &str, line: u32) -> Finding {
        Finding::new(rule, "Package[x]", "m").at(Location::new(Side::Head, "m.pp", line))
    }

    fn run(text: &str, rows: &[IgnoreRow], strict: bool) -> (Vec<Finding>, Applied) {
        let (ignores, malformed) = scan("m.pp", text);
        let mut findings = vec![finding("config-unsound", 2), finding("config-unsound", 9)];
        let judge = Judge {
            today: Some("2026-11-20".parse().unwrap()),
            ignorable: &|id| (id != "nonsense").then_some(id != "coverage-lost"),
            expects_match: &|_| strict,
        };
        let applied = apply(&mut findings, &ignores, &malformed, rows, &judge);
        (findings, applied)
    }

    #[test]
    fn sets_aside_what_it_covers_and_nothing_else() {
        let (findings, applied) = run("# holdpoint: ignore[config-unsound] vendored until=2026-11-20\nx\n", &[], true);
        assert_eq!((findings[0].status, findings[1].status), (Status::Suppressed, Status::New));
        assert_eq!(findings[0].suppression.as_ref().unwrap().by, "m.pp:1");
        assert!(applied.stale.is_empty());
        assert_eq!(applied.suppressed, 1);
    }

    #[test]
    fn what_is_not_in_order_is_said_and_not_honoured() {
        for (line, strict, change) in [
            ("# holdpoint: ignore[config-unsound]", false, "no-reason"),
            ("# holdpoint: ignore[config-unsound] x until=2026-11-19", false, "expired"),
            ("# holdpoint: ignore[nonsense] x", false, "unknown-rule"),
            ("# holdpoint: ignore[coverage-lost] x", false, "not-ignorable"),
            ("# holdpoint: ignore[catalog-broken] x", true, "unmatched"),
            ("# holdpoint: ignore(config-unsound) x", false, "malformed"),
        ] {
            let (findings, applied) = run(&format!("{line}\nx\n"), &[], strict);
            assert!(findings.iter().all(Finding::is_new), "{line}");
            assert_eq!(applied.stale.len(), 1, "{line}");
            assert_eq!(applied.stale[0].change, change, "{line}");
            assert_eq!(applied.stale[0].locations[0].line, 1, "{line}");
        }
    }

    #[test]
    fn a_comparison_does_not_call_unmatched_ignores_stale() {
        assert!(run("# holdpoint: ignore[catalog-broken] x\nx\n", &[], false).1.stale.is_empty());
    }

    #[test]
    fn rows_match_by_subject() {
        let row = |subject: &str| IgnoreRow {
            rule: "config-unsound".into(),
            subject: subject.into(),
            reason: "known".into(),
            until: None,
            at: Loc::new("holdpoint.toml", 4),
        };
        for (subject, hit) in [("Package[x]", 2), ("Package[*]", 2), ("Package[y*]", 0), ("*", 2), ("Pack", 0)] {
            assert_eq!(run("", &[row(subject)], false).1.suppressed, hit, "{subject}");
        }
    }
}
