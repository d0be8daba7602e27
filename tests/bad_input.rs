//! Broken, hostile and mistaken input through the binary: a clear error with its remedy, in a few seconds, no panic.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code)]
#[path = "../examples/hostile_packages.rs"]
mod hostile_packages;

use assert_cmd::Command;
use holdpoint::package::DebBuilder;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Generous: an unoptimised build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(240);

fn holdpoint(args: &[&str]) -> Output {
    let mut command = Command::cargo_bin("holdpoint").unwrap();
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI"] {
        command.env_remove(name);
    }
    let start = Instant::now();
    let output = command.args(args).timeout(PATIENCE).output().unwrap();
    assert!(start.elapsed() < PATIENCE, "{args:?} takes too long");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("panicked") && output.status.code().is_some(), "{args:?}: {said}");
    output
}

/// The run fails with a message that names `what` and a line of help that holds `remedy`.
fn refused(args: &[&str], what: &str, remedy: &str) {
    let output = holdpoint(args);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(2 | 3)), "{args:?}: {:?}\n{said}", output.status);
    assert!(said.contains("error: "), "{args:?}: {said}");
    assert!(said.contains(what), "{args:?} does not name {what}: {said}");
    assert!(said.contains(remedy), "{args:?} does not tell the remedy {remedy}: {said}");
    assert!(output.stdout.is_empty(), "{args:?}: standard output is for the report alone");
}

/// The run ends with a report and, since it stands on too little, with an error as well.
fn too_little(args: &[&str], what: &str) {
    let output = holdpoint(args);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{args:?}: {said}");
    assert!(said.contains("error: ") && said.contains("help: "), "{args:?}: {said}");
    assert!(said.contains(what), "{args:?} does not name {what}: {said}");
}

/// The run ends with a report; what it could not use is told in it.
fn reported(args: &[&str]) -> serde_json::Value {
    let output = holdpoint(&[args, &["--output", "json"]].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{args:?}: {e}: {said}"))
}

fn write(dir: &Path, path: &str, text: impl AsRef<[u8]>) {
    let path = dir.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A folder that holds one host and one class.
fn small() -> TempDir {
    let dir = TempDir::new().unwrap();
    write(dir.path(), "manifests/site.pp", "node 'web1.example.org' { include base }\n");
    write(dir.path(), "modules/base/manifests/init.pp", "class base { notify { 'hello': } }\n");
    dir
}

fn git(dir: &Path, args: &[&str]) -> String {
    let mut command = std::process::Command::new("git");
    let who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
    let out = command.current_dir(dir).args(who).args(args).env("GIT_CONFIG_GLOBAL", "/dev/null").output().unwrap();
    assert!(out.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).trim().to_owned()
}

fn committed(dir: &Path) {
    git(dir, &["init", "-q", "-b", "main"]);
    git(dir, &["add", "-A"]);
    git(dir, &["commit", "-qm", "all"]);
}

/// `audit` over a folder in which one file is replaced.
fn audit_with(path: &str, text: impl AsRef<[u8]>) -> (TempDir, String) {
    let dir = small();
    write(dir.path(), path, text);
    let name = dir.path().to_str().unwrap().to_owned();
    (dir, name)
}

#[test]
fn a_truncated_package() {
    let dir = small();
    let deb = DebBuilder::new("cut", "1-1").script("postrm", "#!/bin/sh\nuserdel cut\n").build().unwrap();
    let (repo, cut) = (dir.path().to_str().unwrap(), dir.path().join("cut_1-1_all.deb"));
    for part in [0, 7, 30, deb.len() / 2, deb.len() - 2] {
        fs::write(&cut, &deb[..part]).unwrap();
        let cut = cut.to_str().unwrap();
        refused(&["removal", cut], "cut_1-1_all.deb", "help: ");
        refused(&["check", "--repo", repo, "--base", repo, "--head", repo, "--deb", cut], "cut_1-1_all.deb", "help: ");
    }
}

#[test]
fn hostile_packages_are_refused_or_reported_on() {
    let dir = TempDir::new().unwrap();
    let files = hostile_packages::small();
    assert!(files.len() > 80, "{} files", files.len());
    for file in files {
        let path = dir.path().join(&file.name);
        fs::write(&path, &file.bytes).unwrap();
        let path = path.to_str().unwrap();
        if file.refused {
            refused(&["removal", path], &file.name, "help: ");
        } else {
            assert_eq!(holdpoint(&["removal", path, "--quiet"]).status.code(), Some(0), "{}", file.name);
        }
    }
}

#[test]
fn manifests_that_no_compiler_takes() {
    let brackets = format!("$x = {}1{}\n", "[".repeat(10_000), "]".repeat(10_000));
    let large = "notify { 'a line of a manifest that has no end': }\n".repeat(210_000);
    for (text, what) in [(brackets, "nested too deep"), (large, "too large")] {
        let (_keep, repo) = audit_with("manifests/site.pp", text);
        for place in ["manifests/site.pp", what] {
            too_little(&["audit", "--repo", &repo, "--rev", "worktree"], place);
            too_little(&["check", "--repo", &repo, "--base", &repo, "--head", &repo], place);
        }
    }
}

#[test]
fn cyclic_anchors_in_hiera_data() {
    let (keep, repo) = audit_with("data/common.yaml", "base::list: &a\n  - one\n  - *a\n");
    write(keep.path(), "hiera.yaml", "version: 5\nhierarchy:\n  - name: common\n    path: common.yaml\n");
    write(keep.path(), "modules/base/manifests/init.pp", "class base($list = []) { notify { $list: } }\n");
    too_little(&["audit", "--repo", &repo, "--rev", "worktree"], "data/common.yaml:3");
}

#[test]
fn revisions_and_folders_that_are_not_there() {
    let dir = small();
    let repo = dir.path().to_str().unwrap();
    git(dir.path(), &["init", "-q", "-b", "main"]);
    refused(&["audit", "--repo", repo, "--rev", "HEAD"], "no commits", "--rev worktree");
    refused(&["check", "--repo", repo], "no commits", "help: ");
    committed(dir.path());
    refused(&["check", "--repo", repo, "--base", "mian", "--head", "main"], "mian", "`main`");
    refused(&["check", "--repo", repo, "--base", "main", "--head", "0123456789ab"], "0123456789ab", "help: ");
    let other = TempDir::new().unwrap();
    write(other.path(), "src/main.c", "int main() { return 0; }\n");
    let folder = other.path().to_str().unwrap();
    refused(&["audit", "--repo", folder, "--rev", "worktree"], "Puppet", "help: ");
    refused(&["check", "--repo", folder, "--base", folder, "--head", folder], "Puppet", "help: ");
    let facts = dir.path().join("no-facts");
    refused(&["audit", "--repo", repo, "--facts", facts.to_str().unwrap()], "no-facts", "help: ");
}

#[test]
fn flags_and_settings_that_make_no_sense() {
    let (_keep, repo) = audit_with("holdpoint.toml", "[rules]\ndisabel = ['single-smarthost']\n");
    refused(&["audit", "--repo", &repo, "--rev", "worktree"], "holdpoint.toml:2:1", "disable");
    refused(&["audit", "--repo", &repo, "--only", "single-smarthots"], "single-smarthots", "single-smarthost");
    refused(&["check", "--repo", &repo, "--output", "json=r.json", "--output", "gitlab=r.json"], "r.json", "help: ");
    refused(&["audit", "--repo", &repo, "--config", "/no/such.toml"], "/no/such.toml", "--config");
}

#[test]
#[cfg(unix)]
fn what_cannot_be_read_is_told_in_the_coverage() {
    let dir = small();
    write(dir.path(), "modules/latin/manifests/init.pp", b"# caf\xe9\nclass latin {}\n");
    std::os::unix::fs::symlink("/etc/passwd", dir.path().join("modules/base/files")).unwrap();
    committed(dir.path());
    git(dir.path(), &["update-index", "--add", "--cacheinfo", &format!("160000,{},modules/sub", "1".repeat(40))]);
    git(dir.path(), &["commit", "-qm", "a submodule"]);
    let report = reported(&["audit", "--repo", dir.path().to_str().unwrap(), "--rev", "HEAD"]);
    let unread: Vec<&str> =
        report["coverage"]["files_unread"].as_array().unwrap().iter().filter_map(|u| u["path"].as_str()).collect();
    assert_eq!(unread, ["modules/base/files", "modules/latin/manifests/init.pp", "modules/sub"]);
    assert_eq!(report["coverage"]["hosts_compiled"], 1);
}
