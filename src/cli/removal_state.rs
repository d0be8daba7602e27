//! `holdpoint removal`: the host that the removal is asked for, and what apt would take along there.

use super::failure::Failure;
use crate::package::archive::{Cascade, HostState, Index, cascade, implied_cascade};
use clap::Args;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Arguments that say what else the host has.
#[derive(Args)]
pub(super) struct StateArgs {
    /// Package index: a Packages file, apt's lists or a mirror's folder; repeatable
    #[arg(long, value_name = "PATH")]
    index: Vec<PathBuf>,
    /// Packages of the host: a dpkg status file, or a list of names (needs --index)
    #[arg(long, value_name = "FILE")]
    status: Option<PathBuf>,
    /// Packages that the host has on purpose, with all that they need (needs --index)
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', conflicts_with = "status")]
    with: Vec<String>,
}

/// What is known of the host.
pub(super) struct Host {
    index: Option<Index>,
    known: Option<(String, HostState)>,
    with: BTreeSet<String>,
}

/// What apt would take along with one package, and on what that rests.
#[derive(Serialize)]
pub(super) struct Along {
    /// Which packages the host was taken to have.
    state: String,
    /// The newest version in the index.
    #[serde(skip_serializing_if = "Option::is_none")]
    newest_in_archive: Option<String>,
    #[serde(flatten)]
    cascade: Cascade,
}

impl Host {
    /// Reads what the arguments name; `installed` stands for this machine.
    pub(super) fn read(args: &StateArgs, installed: bool) -> Result<Host, Failure> {
        let mut index: Option<Index> = None;
        for path in &args.index {
            let into = index.get_or_insert_default();
            into.add(path).map_err(|e| Failure::usage(e.to_string(), e.help()))?;
        }
        let known = match &args.status {
            Some(path) => Some((path.display().to_string(), status(path, index.as_ref())?)),
            None if installed && args.with.is_empty() => this_machine(),
            None => None,
        };
        Ok(Host { index, known, with: args.with.iter().cloned().collect() })
    }

    /// The version of a package that the host is known or derived to have.
    pub(super) fn version(&self, package: &str) -> Option<&str> {
        match (&self.known, &self.index) {
            (Some((_, state)), _) => state.get(package).map(|p| p.version.as_str()),
            (None, Some(index)) => index.newest(package).map(|l| l.version()),
            (None, None) => None,
        }
    }

    /// What goes along with `package`; `None` where nothing is known of the host.
    pub(super) fn along(&self, package: &str) -> Option<Along> {
        let newest = self.index.as_ref().and_then(|i| i.newest(package)).map(|l| l.version().to_owned());
        let (state, cascade) = match (&self.known, &self.index) {
            (Some((from, state)), _) => (from.clone(), cascade(state, package)),
            (None, Some(index)) => {
                let wanted = self.with.iter().cloned().chain([package.to_owned()]).collect();
                let cascade = implied_cascade(index, &wanted, &BTreeSet::new(), package);
                let names: Vec<&str> = wanted.iter().map(String::as_str).collect();
                let of = format!("a plain host with {} (from {})", names.join(", "), index.source());
                (of, cascade)
            }
            (None, None) => return None,
        };
        Some(Along { state, newest_in_archive: newest, cascade })
    }
}

fn status(path: &Path, index: Option<&Index>) -> Result<HostState, Failure> {
    let text = std::fs::read_to_string(path).map_err(|e| {
        Failure::usage(format!("{}: cannot read: {e}", path.display()), "check the path given to --status")
    })?;
    if text.lines().any(|l| l.starts_with("Package:")) {
        let marks = std::fs::read_to_string(path.with_file_name("extended_states")).unwrap_or_default();
        return Ok(HostState::from_status(&text, &marks));
    }
    let Some(index) = index else {
        let message = format!("{}: a list of names says nothing of dependencies", path.display());
        return Err(Failure::usage(message, "give --index as well"));
    };
    Ok(HostState::from_list(&text, index))
}

fn this_machine() -> Option<(String, HostState)> {
    let status = std::fs::read("/var/lib/dpkg/status").ok()?;
    let marks = std::fs::read("/var/lib/apt/extended_states").unwrap_or_default();
    let state = HostState::from_status(&String::from_utf8_lossy(&status), &String::from_utf8_lossy(&marks));
    Some(("this machine".to_owned(), state))
}

/// The text for people.
pub(super) fn describe(along: Option<&Along>, version: &str) -> String {
    let Some(along) = along else {
        return "\nwhat apt takes along is not known: name the host's packages with --status, or --index and --with\n"
            .to_owned();
    };
    let mut out = format!("\ntaken along by apt, on {}\n", along.state);
    for taken in &along.cascade.taken {
        let mark = match (taken.essential, taken.recommended) {
            (true, _) => " (essential)",
            (false, true) => " (if recommended packages are installed)",
            (false, false) => "",
        };
        let _ = writeln!(
            out,
            "    {}{mark}\n      depends on {}, which {} was there for",
            taken.package, taken.because, taken.after
        );
    }
    if along.cascade.taken.is_empty() {
        out.push_str("    nothing\n");
    }
    if !along.cascade.autoremove.is_empty() {
        let _ = writeln!(out, "  autoremove would then offer: {}", along.cascade.autoremove.join(" "));
    }
    if let Some(newest) = along.newest_in_archive.as_deref().filter(|n| *n != version) {
        let _ = writeln!(out, "  the archive has version {newest}: hosts that have it run the scripts of that one");
    }
    out
}
