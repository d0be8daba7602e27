//! Every folder under `fixtures/rules` and `fixtures/incidents`, through the whole gate.
//!
//! A case is `base/` and `head/` (an audit: `head/` alone) and `expected.txt`: a line a finding, `severity rule
//! subject`, sorted. A case of a rule shows that rule alone; an incident shows everything. `UPDATE=1 cargo
//! test --test fixtures` writes what is found now; read the difference before it is kept.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use holdpoint::finding::Report;
use holdpoint::gate::{self, Archive, AuditRequest, CheckRequest, Inputs, NoProgress, Selection, Tree};
use holdpoint::package::DebBuilder;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// `incident.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Incident {
    title: String,
    date: String,
    url: String,
    what: String,
    command: String,
    must_say: Vec<String>,
}

fn folders(below: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(below).into_iter().flatten().map(|e| e.unwrap().path());
    let mut found: Vec<PathBuf> = entries.filter(|p| p.is_dir()).collect();
    found.sort();
    found
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn named(folder: &Path) -> Tree {
    Tree::Named(folder.to_str().unwrap().to_owned())
}

/// A case may bring the archive's index along.
fn indexes(case: &Path) -> Vec<PathBuf> {
    Some(case.join("Packages")).filter(|p| p.is_file()).into_iter().collect()
}

fn run(case: &Path, debs: Vec<PathBuf>, only: &[&str]) -> Report {
    let head = case.join("head");
    let inputs = Inputs {
        repo: head.clone(),
        facts: None,
        config: None,
        jobs: Some(1),
        today: None,
        env: BTreeMap::new(),
        progress: &NoProgress,
    };
    let archive = Archive { debs, indexes: indexes(case), ..Archive::default() };
    let rules = Selection { only: only.iter().map(|&r| r.to_owned()).collect(), except: Vec::new() };
    let base = case.join("base");
    let report = if base.is_dir() {
        gate::check(&CheckRequest { inputs, base: named(&base), head: named(&head), archive, rules })
    } else {
        gate::audit(&AuditRequest { inputs, rev: named(&head), archive, rules })
    };
    report.unwrap_or_else(|e| panic!("{}: {e}", case.display()))
}

fn lines(report: &Report) -> String {
    let mut lines: Vec<String> =
        report.findings.iter().map(|f| format!("{} {} {}\n", f.severity, f.rule, f.subject)).collect();
    lines.sort();
    lines.concat()
}

/// What is wrong with a case, if anything.
fn compare(case: &Path, found: &str) -> Option<String> {
    let path = case.join("expected.txt");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, found).unwrap();
        return None;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    (expected != found).then(|| format!("{}\n--- expected\n{expected}--- found\n{found}", case.display()))
}

#[test]
fn every_rule_says_what_its_cases_expect() {
    let mut wrong = String::new();
    for rule in folders(&fixtures().join("rules")) {
        let id = rule.file_name().unwrap().to_str().unwrap().to_owned();
        for case in folders(&rule) {
            let (_keep, debs) = packages(&case);
            let found = lines(&run(&case, debs, &[&id]));
            let name = case.file_name().unwrap().to_str().unwrap();
            if name.starts_with("quiet-") && !found.is_empty() || name.starts_with("fires-") && found.is_empty() {
                writeln!(wrong, "{id}/{name} is misnamed: {found}").unwrap();
            }
            wrong.extend(compare(&case, &found));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn an_error_leads_to_the_places_behind_it() {
    let cases = [
        ("fires-class-moved-off-the-path", "modules/roles/manifests/web.pp", 1),
        ("fires-class-moved-off-the-path", "modules/site/manifests/roles/web.pp", 1),
        ("fires-duplicate-declaration", "modules/shop/manifests/init.pp", 2),
        ("fires-dependency-cycle", "modules/shop/manifests/init.pp", 3),
    ];
    for (case, path, line) in cases {
        let report = run(&fixtures().join("rules/catalog-broken").join(case), Vec::new(), &["catalog-broken"]);
        let places: Vec<_> = report.findings.iter().flat_map(|f| &f.locations).map(|l| (&*l.path, l.line)).collect();
        assert!(places.contains(&(path, line)), "{case}: {places:?}");
    }
}

#[test]
fn no_edge_is_advised_that_would_close_a_cycle() {
    let cases = [
        ("package-index-stale", "fires-refresh-unordered", true),
        ("package-index-stale", "fires-refresh-after-the-package", false),
        ("removal-stops-service", "fires-stopped-until-the-next-run", true),
        ("removal-stops-service", "fires-service-before-the-package", false),
    ];
    for (rule, case, advised) in cases {
        let case = fixtures().join("rules").join(rule).join(case);
        let (_keep, debs) = packages(&case);
        let report = run(&case, debs, &[rule]);
        let remedies: Vec<_> = report.findings.iter().map(|f| f.remedy.as_str()).collect();
        let orders = |remedy: &&str| remedy.contains("order it: ") || remedy.starts_with("order Package[");
        assert_eq!(remedies.iter().map(orders).collect::<Vec<_>>(), [advised], "{}: {remedies:?}", case.display());
    }
}

#[test]
fn every_incident_is_caught() {
    let mut wrong = String::new();
    for case in folders(&fixtures().join("incidents")) {
        let text = fs::read_to_string(case.join("incident.toml")).unwrap();
        let incident: Incident = toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", case.display()));
        let Incident { title, date, url, what, command, must_say } = incident;
        assert!(
            !title.is_empty()
                && !date.is_empty()
                && !what.is_empty()
                && (url.is_empty() || url.starts_with("https://"))
        );
        assert_eq!(command == "check", case.join("base").is_dir(), "{}: {command}", case.display());
        let (_keep, debs) = packages(&case);
        let found = lines(&run(&case, debs, &[]));
        for rule in must_say.iter().filter(|rule| !found.lines().any(|l| l.split(' ').nth(1) == Some(rule.as_str()))) {
            writeln!(wrong, "{}: {rule} is silent", case.display()).unwrap();
        }
        wrong.extend(compare(&case, &found));
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// A case's packages, built from the folders `package` and `package-NAME`, the first with the links of
/// `links.txt`; the folder that holds them comes along.
fn packages(case: &Path) -> (tempfile::TempDir, Vec<PathBuf>) {
    let out = tempfile::tempdir().unwrap();
    let named = |p: &Path| p.file_name().unwrap().to_str().unwrap().to_owned();
    let mut debs = Vec::new();
    for folder in folders(case).into_iter().filter(|f| named(f).starts_with("package")) {
        let mut deb = DebBuilder::from_dir(&folder).unwrap();
        if named(&folder) == "package" {
            for line in fs::read_to_string(case.join("links.txt")).unwrap_or_default().lines() {
                let (link, target) = line.split_once(" -> ").unwrap();
                deb = deb.link(link, target);
            }
        }
        let path = out.path().join(format!("{}.deb", named(&folder)));
        fs::write(&path, deb.build().unwrap()).unwrap();
        debs.push(path);
    }
    (out, debs)
}

#[test]
fn every_offered_edge_mends_what_it_was_offered_for() {
    let rule = "config-without-restart";
    let mut offered = 0;
    for case in folders(&fixtures().join("rules").join(rule)) {
        let report = run(&case, Vec::new(), &[rule]);
        for finding in report.findings.iter().filter(|f| f.patch.is_some()) {
            offered += 1;
            let mended = tempfile::tempdir().unwrap();
            copy(&case, mended.path());
            apply(finding.patch.as_deref().unwrap(), &mended.path().join("head"));
            let left = run(mended.path(), Vec::new(), &[]);
            let still = left.findings.iter().filter(|f| f.subject == finding.subject || f.rule == "catalog-broken");
            let still: Vec<&str> = still.map(|f| f.message.as_str()).collect();
            assert!(
                still.is_empty(),
                "{}: {still:?} in spite of\n{}",
                case.display(),
                finding.patch.as_deref().unwrap()
            );
        }
        let ring = case.ends_with("fires-where-a-notify-would-be-a-cycle");
        let apart = |patch: &String| patch.contains("+  exec {");
        assert!(
            !ring || report.findings.iter().any(|f| f.patch.as_ref().is_some_and(apart)),
            "an exec closes no cycle"
        );
    }
    assert!(offered >= 6, "only {offered} patches were offered");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Puts what each hunk has after in the place of what it has before.
fn apply(patch: &str, root: &Path) {
    let path = root.join(patch.lines().find_map(|l| l.strip_prefix("+++ b/")).unwrap());
    let mut text = fs::read_to_string(&path).unwrap();
    let (_, hunks) = patch.split_once("\n@@").unwrap();
    for hunk in hunks.split("\n@@") {
        let side = |mark: char| {
            hunk.lines().skip(1).filter(|l| l.starts_with([' ', mark])).fold(String::new(), |t, l| t + &l[1..] + "\n")
        };
        let (old, new) = (side('-'), side('+'));
        assert!(text.contains(&old), "{patch}");
        text = text.replacen(&old, &new, 1);
    }
    fs::write(path, text).unwrap();
}
