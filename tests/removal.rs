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

/// Answers of `removal` in JSON for packages that only a list knows.
fn goes_along(args: &[&str]) -> (Vec<String>, Vec<String>) {
    let run = holdpoint().args(["removal", "--output", "json"]).args(args).assert().success();
    let json: serde_json::Value = serde_json::from_slice(&run.get_output().stdout).unwrap();
    let list = |value: &serde_json::Value, pick: &dyn Fn(&serde_json::Value) -> String| -> Vec<String> {
        value.as_array().unwrap().iter().map(pick).collect()
    };
    assert!(json["not_analysed"][0]["reason"].as_str().unwrap().contains("not found"), "{json}");
    let taken = list(&json["cascade"]["taken"], &|t| t["package"].as_str().unwrap().to_owned());
    (taken, list(&json["cascade"]["autoremove"], &|p| p.as_str().unwrap().to_owned()))
}

#[test]
fn what_apt_takes_along_is_told_for_each_idea_of_the_host() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let archive = "Package: cloud-init\nVersion: 22\nDepends: eject, python3-yaml\n\nPackage: eject\nVersion: 2\n\n\
                   Package: python3-yaml\nVersion: 6\n";
    let index = write("Packages", archive);
    let installed = archive.replace("Version", "Status: install ok installed\nVersion");
    let status = write("status", &installed);
    write("extended_states", "Package: python3-yaml\nAuto-Installed: 1\n");
    let list = write("image.manifest", "cloud-init\t22\neject\t2\npython3-yaml 6\n");
    let empty = dir.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let nowhere = ["eject", "--deb-dir", empty.to_str().unwrap()];
    let asked = |more: &[&str]| goes_along(&[&nowhere[..], more].concat());
    let both = (vec!["cloud-init".to_owned()], vec!["python3-yaml".to_owned()]);
    assert_eq!(asked(&["--status", &status]), both);
    assert_eq!(asked(&["--index", &index, "--with", "cloud-init"]), both);
    assert_eq!(asked(&["--index", &index, "--status", &list]), (both.0, Vec::new()));
    assert_eq!(asked(&["--index", &index]), (Vec::new(), Vec::new()));
    let bare = holdpoint().arg("removal").args(nowhere).args(["--status", &list]).assert().code(2);
    assert!(String::from_utf8_lossy(&bare.get_output().stderr).contains("--index"));
}

#[test]
fn why_shows_the_script_around_the_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("app.deb");
    std::fs::write(&path, app_server().build().unwrap()).unwrap();
    let run = holdpoint().arg("removal").arg(&path).args(["--why", "mwdeploy"]).assert().success();
    let said = String::from_utf8_lossy(&run.get_output().stdout).into_owned();
    assert!(said.contains("on remove: user-deleted, certain") && said.contains("  > postrm:"), "{said}");
}
