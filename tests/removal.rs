//! Removal analysis over packages built from scripts: fragments of real scripts that fool a
//! search for keywords, the package of the 2014 incident, and the verb on good and bad input.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use assert_cmd::Command;
use holdpoint::package::{By, DebBuilder, Kind, Limits, Phase, Removal, Verdict, analyse, read_bytes};

fn removal_of(deb: &DebBuilder) -> Removal {
    let bytes = deb.build().unwrap();
    analyse(&read_bytes("test.deb", &bytes, &Limits::default()).unwrap())
}

/// A fragment with its `#:` lines: what the package ships, what must be said, what must not.
struct Fragment {
    deb: DebBuilder,
    says: Vec<(String, String, String, String)>,
    silent: Vec<(String, String, String)>,
}

fn fragment(path: &Path) -> Fragment {
    let text = std::fs::read_to_string(path).unwrap();
    let mut deb = DebBuilder::new("fragment", "1-1");
    let (mut says, mut silent, mut postinst, mut name) =
        (Vec::new(), Vec::new(), String::from("#!/bin/sh\n"), "postrm");
    for line in text.lines().filter_map(|l| l.strip_prefix("#: ")) {
        let (verb, rest) = line.split_once(' ').unwrap();
        let words: Vec<&str> = rest.splitn(3, ' ').collect();
        match verb {
            "script" => name = if rest == "prerm" { "prerm" } else { "postrm" },
            "postinst" => postinst.push_str(&format!("{rest}\n")),
            "ships-dir" => deb = deb.dir(rest),
            "conffile" => deb = deb.conffile(rest, ""),
            "template" => {
                let text = format!("Template: {}\nType: string\nDefault: {}\n", words[0], words[1]);
                deb = deb.control_file("templates", text.as_bytes());
            }
            "says" => {
                let (subject, verdict) = words[2].rsplit_once(' ').unwrap();
                says.push((words[0].into(), words[1].into(), subject.into(), verdict.into()));
            }
            "silent" => silent.push((words[0].into(), words[1].into(), words[2].into())),
            other => panic!("{}: unknown line {other}", path.display()),
        }
    }
    if postinst.lines().count() > 1 {
        deb = deb.script("postinst", &postinst);
    }
    Fragment { deb: deb.script(name, &text), says, silent }
}

/// `*` at either end stands for anything.
fn fits(pattern: &str, subject: &str) -> bool {
    let core = pattern.trim_matches('*');
    match (pattern.starts_with('*'), pattern.ends_with('*')) {
        (true, true) => subject.contains(core),
        (true, false) => subject.ends_with(core),
        (false, true) => subject.starts_with(core),
        (false, false) => subject == core,
    }
}

#[test]
fn tricky_fragments_get_the_right_verdict() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/removal/tricky");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    assert_eq!(paths.len(), 29, "every fragment is there");
    let mut wrong = Vec::new();
    for path in &paths {
        let fragment = fragment(path);
        let removal = removal_of(&fragment.deb);
        let name = path.file_stem().unwrap().to_string_lossy();
        let found = |phase: &str, kind: &str, subject: &str| {
            let same = |e: &&holdpoint::package::Effect| {
                e.phase.word() == phase && e.kind.id() == kind && fits(subject, &e.subject)
            };
            removal.effects.iter().filter(|e| matches!(e.by, By::Script { .. })).find(same)
        };
        assert!(!fragment.says.is_empty() || !fragment.silent.is_empty(), "{name} says nothing");
        for (phase, kind, subject, verdict) in &fragment.says {
            match found(phase, kind, subject) {
                Some(effect) if format!("{:?}", effect.verdict).to_lowercase() == *verdict => {}
                other => wrong.push(format!("{name}: {phase} {kind} {subject} is not {verdict}: {other:?}")),
            }
        }
        for (phase, kind, subject) in &fragment.silent {
            if let Some(effect) = found(phase, kind, subject) {
                wrong.push(format!("{name}: must not be said: {effect:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The package of 2014, from its scripts and links.
fn app_server() -> DebBuilder {
    DebBuilder::from_dir(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/removal/app-server")).unwrap()
}

#[test]
fn the_package_of_2014_takes_users_and_links() {
    let removal = removal_of(&app_server());
    for user in ["mwdeploy", "apache"] {
        let effect = removal.of(Phase::Remove, Kind::UserDeleted).find(|e| e.subject == user).unwrap();
        assert_eq!(effect.verdict, Verdict::Certain, "{user}");
        let By::Script { script, text, .. } = &effect.by else { panic!("{effect:?}") };
        assert_eq!(script, "postrm");
        assert!(text.contains(user), "{text}");
    }
    let links: Vec<&str> = removal.of(Phase::Remove, Kind::LinkRemoved).map(|e| e.subject.as_str()).collect();
    assert_eq!(links, ["/etc/apache2/wmf", "/usr/local/apache/common"]);
}

fn holdpoint() -> Command {
    Command::cargo_bin("holdpoint").unwrap()
}

#[test]
fn the_verb_prints_text_and_json() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("any-name.deb");
    std::fs::write(&path, app_server().build().unwrap()).unwrap();
    let text = holdpoint().arg("removal").arg(&path).assert().success().get_output().stdout.clone();
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("users deleted (2)") && text.contains("postrm:"), "{text}");
    let by_name = ["removal", "wikimedia-task-appserver", "--output", "json", "--deb-dir"];
    let json = holdpoint().args(by_name).arg(dir.path()).assert().success().get_output().stdout.clone();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["package"], "wikimedia-task-appserver");
    let user = json["effects"].as_array().unwrap().iter().find(|e| e["kind"] == "user-deleted").unwrap();
    assert_eq!((&user["phase"], &user["verdict"]), (&"remove".into(), &"certain".into()));
    assert_eq!(user["by"]["script"], "postrm");
    assert!(user["by"]["line"].as_u64().unwrap() > 1);
    let link = json["effects"].as_array().unwrap().iter().find(|e| e["kind"] == "link-removed").unwrap();
    assert_eq!(link["by"], "data");
}

#[test]
fn bad_input_is_a_clear_error() {
    let dir = tempfile::tempdir().unwrap();
    let cut = dir.path().join("cut.deb");
    let bytes = app_server().build().unwrap();
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let text = dir.path().join("text.deb");
    std::fs::write(&text, "this is no archive at all").unwrap();
    let missing = dir.path().join("missing.deb");
    for (path, word) in [(&cut, "cut.deb"), (&text, "text.deb"), (&missing, "missing.deb")] {
        let run = holdpoint().arg("removal").arg(path).assert().code(2);
        let said = String::from_utf8(run.get_output().stderr.clone()).unwrap();
        assert!(said.contains(word) && said.lines().count() >= 2, "names the file and a remedy: {said}");
    }
    let unknown = holdpoint().args(["removal", "no-such-package", "--deb-dir"]).arg(dir.path()).assert().code(2);
    let said = String::from_utf8(unknown.get_output().stderr.clone()).unwrap();
    assert!(said.contains("no-such-package") && said.contains("--deb"), "{said}");
}

#[test]
fn a_script_that_cannot_be_parsed_is_named() {
    let deep = format!("#!/bin/sh\n{}true{}\n", "(".repeat(5000), ")".repeat(5000));
    for (script, reason) in
        [("#!/usr/bin/perl\nunlink 'x';\n", "perl"), ("#!/bin/sh\nif then fi (\n", "shell"), (&deep, "nested")]
    {
        let removal = removal_of(&DebBuilder::new("odd", "1").script("postrm", script));
        assert!(removal.not_analysed.iter().any(|n| n.script == "postrm" && n.reason.contains(reason)), "{removal:?}");
    }
}
