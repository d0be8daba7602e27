//! A plan keeps capacity, begins where it hurts least, and says what it does not know.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use super::*;
use crate::finding::{Coverage, Pool};
use std::collections::BTreeSet;

fn names(prefix: &str, n: usize) -> Vec<Arc<str>> {
    (0..n).map(|i| Arc::from(format!("{prefix}{i:02}"))).collect()
}

fn pool(name: &str, n: usize) -> Pool {
    Pool { name: name.into(), hosts: names(name, n), open: false }
}

fn report(findings: Vec<Finding>, pools: Vec<Pool>) -> Report {
    let changed = HostSet::new(pools.iter().flat_map(|p| p.hosts.clone()), Vec::<String>::new());
    Report::new(Some("b".into()), "h".into(), findings, Coverage::default()).with_fleet(changed, pools)
}

fn finding(rule: &str, hosts: Vec<Arc<str>>) -> Finding {
    Finding::new(rule, "Package[x]", "m").hosts(HostSet::new(hosts, ["web"])).remedy("do it before")
}

fn planned(report: &Report) -> Plan {
    plan(report, &Settings::default(), true)
}

#[test]
fn every_host_goes_once_and_no_pool_loses_more_than_its_share() {
    let pools = vec![pool("web", 83), pool("db", 2), pool("cache", 9)];
    let plan = planned(&report(vec![finding("removal-deletes-user", names("web", 83))], pools.clone()));
    let all: Vec<_> = plan.stages.iter().flat_map(|s| s.hosts.clone()).collect();
    assert_eq!(all.len(), 94);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 94);
    for stage in &plan.stages {
        for pool in &pools {
            let taken = stage.hosts.iter().filter(|h| pool.hosts.contains(h)).count();
            assert!(taken <= (pool.hosts.len() / 4).max(1), "{}: {taken} of {}", stage.name, pool.name);
        }
    }
}

#[test]
fn the_canary_is_what_most_findings_are_about() {
    let findings = vec![finding("a", names("db", 2)), finding("b", [names("db", 1), names("web", 4)].concat())];
    let plan = planned(&report(findings, vec![pool("web", 8), pool("db", 2)]));
    assert_eq!(plan.stages[1].hosts, names("db", 1));
    assert!(plan.stages[1].why.contains("2 of 2 findings"), "{}", plan.stages[1].why);
    assert!(plan.caveats.iter().any(|c| c.contains("`db` has 2 hosts")), "{:?}", plan.caveats);
}

#[test]
fn a_stale_package_index_silences_the_canary() {
    let says = |rule: &str| {
        let plan = planned(&report(vec![finding(rule, names("web", 8))], vec![pool("web", 8)]));
        let before = plan.stages[0].actions.iter().any(|a| a.contains("package index on every host"));
        (before, !plan.stages[1].does_not_show.is_empty())
    };
    assert_eq!(says("package-index-stale"), (true, true));
    assert_eq!(says("config-unsound"), (false, false));
}

#[test]
fn times_count_from_the_merge_and_do_not_overlap() {
    let plan = planned(&report(vec![finding("a", names("web", 8))], vec![pool("web", 8)]));
    let times: Vec<_> = plan.stages.iter().filter_map(|s| Some((s.begins?, s.ends?))).collect();
    assert_eq!(times[0], (0, 30));
    assert!(times.windows(2).all(|w| w[0].1 == w[1].0), "{times:?}");
}

#[test]
fn going_back_from_a_removal_begins_with_the_package() {
    let removal = finding("removal-deletes-user", names("web", 8)).first_aid("reinstall x");
    let plan = planned(&report(vec![removal], vec![pool("web", 8)]));
    assert_eq!(plan.way_back[0], "reinstall x");
    assert!(plan.way_back[1].contains("does not undo a maintainer script"));
    assert!(plan.status_document.unwrap().known.iter().any(|k| k.contains("removal-deletes-user")));
}

#[test]
fn nothing_to_roll_out_is_said() {
    let plan = planned(&report(Vec::new(), Vec::new()));
    assert!(plan.stages.is_empty());
    assert!(plan.caveats.iter().any(|c| c.contains("nothing to stage")));
}

#[test]
fn hosts_of_no_known_pool_are_grouped_by_name_and_do_not_all_go_at_once() {
    let changed = HostSet::new([names("web", 40), names("db", 8)].concat(), Vec::<String>::new());
    let alone = names("web", 40).into_iter().map(|h| Pool { name: h.to_string(), hosts: vec![h], open: false });
    let report = Report::new(None, "h".into(), Vec::new(), Coverage::default()).with_fleet(changed, alone.collect());
    let plan = planned(&report);
    for stage in &plan.stages {
        let of = |prefix: &str| stage.hosts.iter().filter(|h| h.starts_with(prefix)).count();
        assert!(of("web") <= 10 && of("db") <= 2, "{}: {:?}", stage.name, stage.hosts);
    }
    assert!(plan.caveats.iter().any(|c| c.contains("grouped by name")), "{:?}", plan.caveats);
}

#[test]
fn many_small_pools_do_not_add_up_to_the_fleet() {
    let letters = "abcdefghijklmnopqrst".chars();
    let pools: Vec<_> = letters.map(|c| pool(&format!("{c}-"), 2)).collect();
    let plan = planned(&report(Vec::new(), pools));
    assert!(plan.stages.iter().all(|s| s.hosts.len() <= 10), "at most a quarter of 40 at a time");
    assert_eq!(plan.stages.iter().map(|s| s.hosts.len()).sum::<usize>(), 40);
}
