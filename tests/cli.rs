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

/// A small repository with what `init` has to tell of.
fn repository() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in [
        ("manifests/site.pp", "node 'a.x.org', 'b.x.org' { include web }\n"),
        (
            "modules/web/manifests/init.pp",
            "class web { if $facts['os']['family'] == 'Debian' { $a = probe('x') file { '/x': content => $a } } }\n",
        ),
        (
            "modules/web/lib/puppet/functions/probe.rb",
            "Puppet::Functions.create_function(:probe) do\n def probe(x)\n `hostname`\n end\nend\n",
        ),
        (
            "hiera.yaml",
            "version: 5\nhierarchy:\n  - name: private\n    datadir: /srv/private\n    path: x.yaml\n  - name: ruby\n    lookup_key: my::backend\n    path: y.yaml\n  - name: common\n    datadir: data\n    path: common.yaml\n",
        ),
        ("data/common.yaml", "lookup_options:\n  web::users: {merge: deep}\n"),
    ] {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

#[test]
fn init_drafts_a_file_that_is_read_again_and_overwrites_none() {
    let dir = repository();
    let repo = dir.path().to_str().unwrap();
    let printed = holdpoint(&["init", "--repo", repo, "--stdout"]);
    assert_eq!(printed.status.code(), Some(0), "{}", err(&printed));
    let draft = out(&printed);
    for told in [
        "modulepath = [\"modules\"]",
        "manifests = [\"manifests/site.pp\"]",
        "hiera = \"hiera.yaml\"",
        "#   *.x.org: 2",
        "#   os.family: 2",
        "absent = [\"private\"]",
        "#   web::users",
        "# name = \"my::backend\"",
        ": 2 (Ruby of a function or template, beyond what is evaluated)",
    ] {
        assert!(draft.contains(told), "{told} is missing in\n{draft}");
    }
    assert!(!dir.path().join("holdpoint.toml").exists(), "--stdout writes nothing");
    assert_eq!(holdpoint(&["init", "--repo", repo]).status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(dir.path().join("holdpoint.toml")).unwrap(), draft);
    let again = holdpoint(&["init", "--repo", repo]);
    assert_eq!(again.status.code(), Some(2));
    assert!(err(&again).contains("--force"), "{}", err(&again));
    std::fs::write(dir.path().join("holdpoint.toml"), "# mine\n").unwrap();
    assert_eq!(holdpoint(&["init", "--repo", repo, "--force"]).status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(dir.path().join("holdpoint.toml")).unwrap(), draft);
    assert_eq!(holdpoint(&["audit", "--repo", repo]).status.code(), Some(0), "the draft is a valid configuration");
}

#[test]
fn init_says_where_it_cannot_write() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("objects")).unwrap();
    std::fs::write(dir.path().join("HEAD"), "ref: refs/heads/main\n").unwrap();
    let output = holdpoint(&["init", "--repo", dir.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("--stdout"), "{}", err(&output));
}

/// A folder with the catalog of one host: a setting of mailman, its service and a package.
fn catalogs(content: &str, notify: bool, package: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut file = serde_json::json!({"type": "File", "title": "/etc/mailman/mm_cfg.py", "file": "m.pp", "line": 3,
        "parameters": {"ensure": "file", "content": content}});
    if notify {
        file["parameters"]["notify"] = "Service[mailman]".into();
    }
    let catalog = serde_json::json!({"name": "lists.x.org", "resources": [
        {"type": "Class", "title": "Mailman"}, file,
        {"type": "Service", "title": "mailman", "parameters": {"ensure": "running"}},
        {"type": "Package", "title": "libapache2-mod-php5", "parameters": {"ensure": package}}],
        "edges": [{"source": "Class[Mailman]", "target": "File[/etc/mailman/mm_cfg.py]"},
                  {"source": "Class[Mailman]", "target": "Service[mailman]"}]});
    std::fs::write(dir.path().join("lists.x.org.json"), catalog.to_string()).unwrap();
    dir
}

#[test]
fn compiled_catalogs_are_compared_without_a_repository() {
    let before = catalogs("A = 1\n", false, "present");
    let run = |head: &tempfile::TempDir| {
        let (base, head) = (before.path().to_str().unwrap(), head.path().to_str().unwrap());
        holdpoint(&["check", "--base-catalogs", base, "--head-catalogs", head, "--output", "json"])
    };
    let rules = |output: &Output| -> Vec<String> {
        let report: serde_json::Value = serde_json::from_str(&out(output)).unwrap();
        report["findings"].as_array().unwrap().iter().map(|f| f["rule"].as_str().unwrap().to_owned()).collect()
    };
    let changed = run(&catalogs("A = 2\n", false, "absent"));
    let found = rules(&changed);
    assert!(found.contains(&"config-without-restart".to_owned()), "{found:?}");
    assert!(found.contains(&"removal-not-inspected".to_owned()), "{found:?}");
    assert!(out(&changed).contains("not at hand"), "what cannot be said is said");
    let notified = run(&catalogs("A = 2\n", true, "present"));
    assert!(!rules(&notified).contains(&"config-without-restart".to_owned()));
    let same = run(&catalogs("A = 1\n", false, "present"));
    assert_eq!((same.status.code(), rules(&same)), (Some(0), Vec::new()));
}

#[test]
fn folders_without_catalogs_are_refused_and_broken_ones_counted() {
    let (good, empty) = (catalogs("a", true, "present"), tempfile::tempdir().unwrap());
    let (path, none) = (good.path().to_str().unwrap(), empty.path().to_str().unwrap());
    for args in [
        &["check", "--base-catalogs", path, "--head-catalogs", none][..],
        &["check", "--base-catalogs", path],
        &["check", "--base-catalogs", path, "--head-catalogs", path, "--base", "x"],
    ] {
        assert_eq!(holdpoint(args).status.code(), Some(2), "{args:?}");
    }
    std::fs::write(empty.path().join("lists.x.org.json"), "{\"resources\": 1}").unwrap();
    let output = holdpoint(&["check", "--base-catalogs", path, "--head-catalogs", none]);
    assert_eq!(output.status.code(), Some(3), "{}", err(&output));
}

#[test]
fn an_audit_ends_in_the_table_of_the_incidents_report() {
    let head = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/rules/single-smarthost/fires-first-of-a-list/head");
    let text = out(&holdpoint(&["audit", "-q", "--rev", head]));
    let row = text.lines().find(|l| l.starts_with("gerrit ")).map(|l| l.split("  ").filter(|c| !c.is_empty()).count());
    assert!(text.contains("\nservice  hosts  "), "{text}");
    assert_eq!(row, Some(6), "{text}");
    let note = out(&holdpoint(&["audit", "-q", "--rev", head, "--output", "markdown"]));
    assert!(note.contains("| service | hosts | setting | relay | mail meanwhile | repair |\n| --- |"), "{note}");
    let base = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/rules/single-smarthost/fires-newly-in-a-change/base");
    let head = base.replace("/base", "/head");
    let change = out(&holdpoint(&["check", "-q", "--base", base, "--head", &head]));
    assert!(change.contains("single-smarthost") && !change.contains("mail meanwhile"), "{change}");
}
