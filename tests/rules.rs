//! A rule is a page, a check and proof; none of the three goes without the others.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use holdpoint::checks::{self, meta};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Rules that the pipeline itself reports; they have a page and cases but no check of their own.
const WITHOUT_CHECK: &[&str] = &["suppression-stale"];

const SECTIONS: &[&str] = &[
    "## What it detects",
    "## Why it hurts",
    "## The incident",
    "## Example",
    "## Safe sequence",
    "## When to ignore",
    "## Limits",
];

fn root(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

fn ids() -> BTreeSet<String> {
    meta::all().iter().map(|rule| rule.id.clone()).collect()
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).map(|dir| dir.map(|e| e.unwrap().file_name()).collect()).unwrap_or_default();
    let entries: Vec<std::ffi::OsString> = entries;
    entries.into_iter().map(|name| name.to_string_lossy().into_owned()).collect()
}

#[test]
fn every_page_is_embedded_and_every_embedded_page_exists() {
    let pages = names(&root("rules")).iter().filter_map(|n| n.strip_suffix(".md").map(str::to_owned)).collect();
    assert_eq!(ids(), pages);
}

#[test]
fn every_page_has_its_sections_in_order() {
    for rule in meta::all() {
        let found: Vec<_> = rule.prose.lines().filter(|l| l.starts_with("## ")).collect();
        assert_eq!(found, SECTIONS, "rules/{}.md", rule.id);
        assert!(
            rule.summary.ends_with(char::is_alphanumeric),
            "rules/{}.md: the summary is no sentence's end",
            rule.id
        );
        for section in rule.prose.split("## ").skip(1) {
            assert!(section.lines().count() > 2, "rules/{}.md: an empty section", rule.id);
        }
    }
}

#[test]
fn every_check_has_a_page_and_every_page_a_check() {
    let checks: BTreeSet<String> = checks::all().iter().map(|check| check.id().to_owned()).collect();
    assert!(checks.is_subset(&ids()), "checks without a page: {:?}", checks.difference(&ids()));
    let missing: Vec<_> =
        ids().into_iter().filter(|id| !checks.contains(id) && !WITHOUT_CHECK.contains(&id.as_str())).collect();
    assert!(missing.is_empty(), "rules without a check: {missing:?}");
}

#[test]
fn every_rule_is_proved_both_ways() {
    for id in ids() {
        let cases = names(&root("fixtures/rules").join(&id));
        for kind in ["fires-", "quiet-"] {
            assert!(cases.iter().any(|c| c.starts_with(kind)), "fixtures/rules/{id}/ has no `{kind}` case");
        }
        let odd: Vec<_> = cases.iter().filter(|c| !c.starts_with("fires-") && !c.starts_with("quiet-")).collect();
        assert!(odd.is_empty(), "fixtures/rules/{id}: {odd:?} is neither `fires-` nor `quiet-`");
    }
    let strangers: Vec<_> = names(&root("fixtures/rules")).difference(&ids()).cloned().collect();
    assert!(strangers.is_empty(), "fixtures of no rule: {strangers:?}");
}
