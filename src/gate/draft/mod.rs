//! `init`: a first `holdpoint.toml` for a repository, from what is found in it.
//!
//! Each setting comes with a comment that tells what it was drawn from, and what is missing is asked for. The
//! draft is text for people: it is right as it stands, and better once they have filled it in.

mod hierarchy;
mod survey;

use super::revision::{self, Revision};
use super::settings::Settings;
use super::{DraftRequest, GateError, hosts};
use crate::config;
use crate::eval::FileCache;
use crate::repo::Repo;
use std::fmt::Write;
use std::sync::Arc;

/// Drafts the file.
pub(super) fn run(request: &DraftRequest<'_>) -> Result<String, GateError> {
    let repo = Repo::open(&request.inputs.repo).map_err(|e| GateError::input(&e, Some(e.help())))?;
    request.inputs.progress.stage("reading the revision", None);
    let tree = revision::tree(&repo, &request.rev, &request.rev, &request.inputs)?;
    let settings = Settings::new(request.inputs.facts.as_deref())?;
    let revision = revision::open(tree, &settings.config, &Arc::new(FileCache::default()))?;
    let names = hosts::known(&revision, &settings);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "# Settings of holdpoint for this repository, drafted by `holdpoint init` from what it found.\n\
         # FILL IN marks what the repository does not tell. The README of holdpoint says what each setting does."
    );
    layout(&revision, &mut out);
    domains(&names, &mut out);
    request.inputs.progress.stage("compiling a sample of hosts", None);
    let met = super::pipeline::on_pool(&request.inputs, || survey::run(&revision, &settings, &names))?;
    met.facts(&mut out);
    hierarchy::write(&revision, &mut out);
    met.functions(&revision, &mut out);
    check(&out)?;
    Ok(out)
}

/// What is drafted must be read again.
fn check(text: &str) -> Result<(), GateError> {
    config::parse(config::FILE_NAME, text, &[]).map_err(|e| GateError::Unanalysable {
        message: format!("the draft would not be valid: {e}"),
        help: Some("write holdpoint.toml by hand; the README describes it".to_owned()),
    })?;
    Ok(())
}

fn layout(revision: &Revision, out: &mut String) {
    let layout = &revision.layout;
    let _ = writeln!(out, "\n[repo]");
    layout.notes.iter().for_each(|note| comment(note, out));
    let _ = writeln!(out, "modulepath = {}", list(&layout.modulepath));
    let manifests: Vec<&str> = layout.manifests.iter().map(AsRef::as_ref).collect();
    if manifests.len() > 12 {
        let _ = writeln!(out, "# {} main manifests, {} the first of them", manifests.len(), manifests[0]);
    } else {
        let _ = writeln!(out, "manifests = {}", list(&manifests));
    }
    match &layout.hiera {
        Some(path) => _ = writeln!(out, "hiera = {}", quoted(path)),
        None => comment("no hiera.yaml was found; name it with hiera = \"…\" if there is one", out),
    }
    if layout.is_legacy {
        comment("read as written for Puppet 3; dialect = \"modern\" if that is wrong", out);
        let _ = writeln!(out, "dialect = \"legacy\"");
    }
}

/// How many hosts each domain has: what fact rules are written for.
fn domains(names: &[String], out: &mut String) {
    let mut counts = std::collections::BTreeMap::new();
    for name in names {
        *counts.entry(name.split_once('.').map_or("", |(_, domain)| domain)).or_insert(0usize) += 1;
    }
    let mut rows: Vec<_> = counts.into_iter().collect();
    rows.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let _ = writeln!(out, "\n# --- Facts, by host ---");
    comment(&format!("{} hosts follow from the node definitions:", names.len()), out);
    for (domain, count) in rows.iter().take(20) {
        let pattern = if domain.is_empty() { "names without a domain".to_owned() } else { format!("*.{domain}") };
        comment(&format!("  {pattern}: {count}"), out);
    }
}

/// A comment line; text of the repository cannot end it.
fn comment(text: &str, out: &mut String) {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
    let _ = writeln!(out, "# {line}");
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn list<T: AsRef<str>>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(|i| quoted(i.as_ref())).collect();
    format!("[{}]", items.join(", "))
}
