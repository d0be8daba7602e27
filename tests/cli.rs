//! The binary from outside: arguments, exit codes, what goes to which stream.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use assert_cmd::Command;
use std::process::Output;

/// Runs the binary with none of the variables that change what it does.
fn holdpoint(args: &[&str]) -> Output {
    let mut command = Command::cargo_bin("holdpoint").unwrap();
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI"] {
        command.env_remove(name);
    }
    command.args(args).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn usage_errors_exit_with_2_and_say_what_is_near() {
    for (args, hint) in [
        (&["check", "--only", "removal-delete-user"][..], "removal-deletes-user"),
        (&["check", "--except", "nonsense"], "possible values"),
        (&["check", "--output", "html"], "not available yet"),
        (&["check", "--output", "human", "--output", "json"], "two reports would go to standard output"),
        (&["check", "--output", "json=a.json", "--output", "gitlab=./a.json"], "two reports would go to"),
        (&["check", "--fail-on", "severe"], "not a level"),
        (&["check", "--head", "auto"], "`--base` alone"),
        (&["check", "--jobs", "0"], "not in 1.."),
        (&["explain", "nonsense"], "possible values"),
        (&["plan", "--pool-share", "101"], "not in 1..=100"),
        (&["catalog", "h", "--diff", "a"], "BASE..HEAD"),
        (&["nonsense"], "unrecognized subcommand"),
        (&[], "Usage"),
    ] {
        let output = holdpoint(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", err(&output));
        assert!(err(&output).contains(hint), "{args:?}: {}", err(&output));
        assert_eq!(out(&output), "", "{args:?}: standard output is for the report alone");
    }
}

#[test]
fn what_is_no_repository_is_an_error_with_help() {
    let dir = tempfile::tempdir().unwrap();
    let repo = dir.path().to_str().unwrap();
    for args in [
        &["check", "--repo", repo, "--base", "a", "--head", "b"][..],
        &["check", "--repo", repo],
        &["audit", "--repo", "/no/such/folder"],
        &["catalog", "host", "--repo", repo],
    ] {
        let output = holdpoint(args);
        assert!(matches!(output.status.code(), Some(2 | 3)), "{args:?}: {:?}", output.status);
        assert!(err(&output).starts_with("error: "), "{args:?}: {}", err(&output));
        assert_eq!(out(&output), "", "{args:?}");
    }
}

#[test]
fn every_verb_and_flag_explains_itself() {
    let top = out(&holdpoint(&["--help"]));
    for verb in ["check", "audit", "removal", "plan", "catalog", "explain", "rules", "schema", "completions"] {
        assert!(top.contains(verb), "{verb}");
        assert!(holdpoint(&[verb, "--help"]).status.success(), "{verb}");
    }
    let check = out(&holdpoint(&["check", "--help"]));
    for flag in [
        "--repo",
        "--base",
        "--head",
        "--deb",
        "--deb-dir",
        "--fetch",
        "--facts",
        "--config",
        "--only",
        "--except",
        "--output",
        "--fail-on",
        "--min-confidence",
        "--warn-only",
        "--jobs",
        "--color",
        "--quiet",
        "--verbose",
    ] {
        assert!(check.contains(flag), "{flag}");
    }
}

#[test]
fn rules_are_listed_and_explained_offline() {
    let list = out(&holdpoint(&["rules"]));
    assert!(list.lines().count() >= 12);
    for line in list.lines() {
        let id = line.split_whitespace().next().unwrap();
        let page = holdpoint(&["explain", id]);
        assert!(page.status.success());
        assert!(out(&page).contains("## Safe sequence"), "{id}");
    }
    let json: serde_json::Value = serde_json::from_str(&out(&holdpoint(&["rules", "--output", "json"]))).unwrap();
    assert_eq!(json.as_array().unwrap().len(), list.lines().count());
}

#[test]
fn schema_and_completions_are_printed() {
    let schema: serde_json::Value = serde_json::from_str(&out(&holdpoint(&["schema"]))).unwrap();
    assert_eq!(schema["properties"]["schema_version"]["const"], 1);
    for shell in ["bash", "zsh", "fish"] {
        assert!(out(&holdpoint(&["completions", shell])).contains("fail-on"), "{shell}");
    }
}

#[test]
#[cfg(unix)]
fn a_reader_that_goes_away_is_no_failure() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("holdpoint"))
        .args(["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), err(&output).as_str()), (Some(0), ""));
}

#[test]
fn colour_only_where_it_is_asked_for() {
    for (args, coloured) in [(&["--color", "always"][..], true), (&["--color", "never"], false), (&[], false)] {
        let output = holdpoint(&[&["check", "--repo", "/no/such/folder"][..], args].concat());
        assert_eq!(err(&output).contains("\u{1b}["), coloured, "{args:?}");
    }
}
