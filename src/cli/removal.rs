//! `holdpoint removal`: what removing or purging packages would do.

use super::failure::{Exit, Failure};
use super::removal_state::{self, Along, Host, StateArgs};
use super::terminal::Terminal;
use crate::package::{Limits, Package, PackageSources, Removal, analyse_phases, describe, read_path, why};
use clap::{Args, ValueEnum};
use rayon::prelude::*;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Arguments of `removal`.
#[derive(Args)]
pub(crate) struct RemovalArgs {
    /// Package files, or names of packages
    #[arg(value_name = "FILE.deb|FILE.rpm|NAME", required = true)]
    packages: Vec<String>,
    /// A package file to look names up in; repeatable
    #[arg(long, value_name = "FILE")]
    deb: Vec<PathBuf>,
    /// Folder with package files to look names up in
    #[arg(long, value_name = "DIR")]
    deb_dir: Option<PathBuf>,
    /// Allow asking the archive with `apt-get download`
    #[arg(long)]
    fetch: bool,
    /// Look in this machine's dpkg database; so it is where no other place is given
    #[arg(long)]
    installed: bool,
    /// List what purging would do on top
    #[arg(long)]
    purge: bool,
    /// Show the script lines behind what happens to one user, group, path or service
    #[arg(long, value_name = "SUBJECT", conflicts_with = "output")]
    why: Option<String>,
    #[command(flatten)]
    host: StateArgs,
    /// The form
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    output: Form,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    Human,
    Json,
}

pub(crate) fn run(args: &RemovalArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let downloads = tempfile::tempdir().map_err(|e| Failure::write(&std::env::temp_dir(), &e))?;
    let host = Host::read(&args.host, here(args))?;
    let sources = sources(args, downloads.path())?;
    let read: Result<Vec<_>, Failure> = args.packages.par_iter().map(|name| one(name, &sources, &host)).collect();
    let read = read?;
    if let Some(subject) = &args.why {
        let texts = read.iter().filter_map(|(package, removal)| Some(why(package.as_ref()?, removal, subject)));
        terminal.print(&texts.collect::<Vec<_>>().join("\n"))?;
        return Ok(Exit::Clean);
    }
    let answer = |(_, removal): (_, Removal)| Answer { cascade: host.along(&removal.package), removal };
    let answers: Vec<Answer> = read.into_iter().map(answer).collect();
    terminal.print(&match args.output {
        Form::Human => human(&answers, args.purge),
        Form::Json => json(&answers)?,
    })?;
    Ok(Exit::Clean)
}

/// Whether this machine's packages are meant.
fn here(args: &RemovalArgs) -> bool {
    let is_file = |name: &String| name.ends_with(".deb") || name.ends_with(".rpm") || name.contains('/');
    let nowhere_else = args.deb.is_empty() && args.deb_dir.is_none() && !args.fetch;
    args.installed || (nowhere_else && !args.packages.iter().any(is_file))
}

/// One package's answer: the removal with what goes along.
#[derive(Serialize)]
struct Answer {
    #[serde(flatten)]
    removal: Removal,
    #[serde(skip_serializing_if = "Option::is_none")]
    cascade: Option<Along>,
}

fn sources(args: &RemovalArgs, downloads: &Path) -> Result<PackageSources, Failure> {
    let mut sources = PackageSources::new();
    for path in &args.deb {
        sources.add_file(path).map_err(|e| Failure::usage(e.to_string(), e.help()))?;
    }
    if let Some(dir) = &args.deb_dir {
        sources.add_dir(dir).map_err(|e| Failure::usage(e.to_string(), e.help()))?;
    }
    if args.installed || (args.deb.is_empty() && args.deb_dir.is_none() && !args.fetch) {
        sources.add_database(Path::new("/"));
    }
    if args.fetch {
        sources.allow_fetch(downloads);
    }
    Ok(sources)
}

/// The package and what removing it does. Of one that only the host's list knows, what goes along can
/// still be told; its scripts are named as not read.
fn one(name: &str, sources: &PackageSources, host: &Host) -> Result<(Option<Package>, Removal), Failure> {
    let is_file = name.ends_with(".deb") || name.ends_with(".rpm") || name.contains('/');
    if is_file {
        let read = read_path(Path::new(name), &Limits::default());
        let package = read.map_err(|e| Failure::usage(e.to_string(), e.help()))?;
        let removal = analyse_phases(&package);
        return Ok((Some(package), removal));
    }
    match (sources.find(name), host.version(name)) {
        (Ok(package), _) => {
            let removal = analyse_phases(&package);
            Ok((Some(*package), removal))
        }
        (Err(missing), Some(version)) => Ok((None, Removal::not_read(name, version, &missing.why))),
        (Err(missing), None) => Err(Failure::usage(missing.to_string(), missing.help())),
    }
}

fn human(answers: &[Answer], purge: bool) -> String {
    let along = |a: &Answer| removal_state::describe(a.cascade.as_ref(), &a.removal.version);
    let texts: Vec<String> = answers.iter().map(|a| describe(&a.removal, purge) + &along(a)).collect();
    texts.join("\n")
}

/// One package is an object, several are a list.
fn json(answers: &[Answer]) -> Result<String, Failure> {
    let text = match answers {
        [only] => serde_json::to_string_pretty(only),
        many => serde_json::to_string_pretty(many),
    };
    let failed = |e: serde_json::Error| Failure { message: e.to_string(), help: None, code: 3 };
    text.map(|t| t + "\n").map_err(failed)
}
