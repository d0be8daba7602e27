//! Keeps the shape of the code: data flows one way, files stay short and say what they are for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// A stage may import those before it.
const ORDER: &[&str] = &[
    "puppet", "repo", "value", "finding", "catalog", "ruby", "content", "hiera", "nodes", "config", "eval", "reach",
    "diff", "shell", "package", "checks", "rollout", "report", "gate", "cli",
];

/// Stages that may import less than their place allows.
const NARROW: &[(&str, &[&str])] =
    &[("puppet", &[]), ("repo", &[]), ("shell", &["repo", "package"]), ("package", &["repo", "shell"])];

/// Imports against the arrow that are still to be mended, by file. One that is mended must go from here.
const DEBTS: &[(&str, &str)] = &[];

const LONGEST_FILE: usize = 600;

struct Source {
    path: PathBuf,
    stage: String,
    text: String,
}

/// Every file below `src/`, with the stage it belongs to (empty for those at the top).
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut out = Vec::new();
    collect(&root, &root, &mut out);
    assert!(out.len() > 10, "src/ was read");
    out
}

fn collect(root: &Path, folder: &Path, out: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let inner = path.strip_prefix(root).unwrap();
            let stage =
                if inner.components().count() > 1 { inner.iter().next().unwrap().to_str().unwrap() } else { "" };
            let text = fs::read_to_string(&path).unwrap();
            out.push(Source { stage: stage.to_owned(), text, path: inner.to_owned() });
        }
    }
}

/// The stages that a file names, with `crate::x` or in a list `use crate::{x::…, y::…}`.
fn imports(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        if text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => out.extend(heads(list)),
            None => out.push(word(rest)),
        }
    }
    out.retain(|name| name.starts_with(|c: char| c.is_ascii_lowercase()));
    out
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first words of the entries of a braced list.
fn heads(list: &str) -> Vec<String> {
    let (mut depth, mut out, mut entry) = (0, Vec::new(), String::new());
    for c in list.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => out.push(word(std::mem::take(&mut entry).trim())),
            _ => entry.push(c),
        }
    }
    out.push(word(entry.trim()));
    out
}

fn allowed(stage: &str, import: &str) -> bool {
    if stage == import {
        return true;
    }
    if let Some((_, list)) = NARROW.iter().find(|(name, _)| *name == stage) {
        return list.contains(&import);
    }
    let rank = |name: &str| ORDER.iter().position(|stage| *stage == name);
    rank(import) < rank(stage)
}

#[test]
fn data_flows_one_way() {
    let (mut against, mut debts) = (Vec::new(), DEBTS.to_vec());
    for source in sources().iter().filter(|s| !s.stage.is_empty()) {
        assert!(ORDER.contains(&source.stage.as_str()), "give `{}` its place in ORDER", source.stage);
        for import in imports(&source.text).iter().filter(|i| ORDER.contains(&i.as_str())) {
            let debt = |(file, stage): &(&str, &str)| source.path == Path::new(file) && stage == import;
            if !allowed(&source.stage, import) && DEBTS.iter().any(debt) {
                debts.retain(|d| !debt(d));
            } else if !allowed(&source.stage, import) {
                against.push(format!("{} imports {import}", source.path.display()));
            }
        }
    }
    assert!(against.is_empty(), "against the arrow:\n{}", against.join("\n"));
    assert!(debts.is_empty(), "mended, so take them from DEBTS: {debts:?}");
}

#[test]
fn imports_are_recognised() {
    let text = "use crate::value::Value;\nuse crate::{repo::Loc, eval::{a, b}, cli};\nlet x = crate::diff::run();";
    assert_eq!(imports(text), ["value", "repo", "eval", "cli", "diff"]);
    assert!(
        allowed("cli", "gate") && !allowed("gate", "cli") && !allowed("puppet", "value") && !allowed("repo", "puppet")
    );
}

#[test]
fn no_file_is_long() {
    let long: Vec<_> = sources()
        .iter()
        .map(|s| (s.text.lines().count(), s.path.display().to_string()))
        .filter(|(lines, _)| *lines > LONGEST_FILE)
        .collect();
    assert!(long.is_empty(), "longer than {LONGEST_FILE} lines: {long:?}");
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<_> =
        sources().iter().filter(|s| !s.text.starts_with("//!")).map(|s| s.path.display().to_string()).collect();
    assert!(silent.is_empty(), "these do not open with `//!`: {silent:?}");
}

#[test]
fn only_the_command_line_prints() {
    let prints = ["println!", "print!(", "eprint", "io::stdout", "io::stderr"];
    let loud: Vec<_> = sources()
        .iter()
        .filter(|s| s.stage != "cli" && prints.iter().any(|p| s.text.contains(p)))
        .map(|s| s.path.display().to_string())
        .collect();
    assert!(loud.is_empty(), "these print: {loud:?}");
}
