//! `holdpoint init`: a first configuration file, from what is in the repository.

use super::args::{InputArgs, fixed_tree};
use super::failure::{Exit, Failure};
use super::terminal::Terminal;
use crate::config::FILE_NAME;
use crate::gate::{self, DraftRequest, Tree};
use clap::Args;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Arguments of `init`.
#[derive(Args)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    inputs: InputArgs,
    /// Drafted from: a revision, a folder, or `worktree`
    #[arg(long, value_name = "REV|DIR|worktree", default_value = "worktree", value_parser = fixed_tree)]
    rev: Tree,
    /// Print the draft instead of writing holdpoint.toml at the repository's root
    #[arg(long)]
    stdout: bool,
    /// Overwrite a file that is there
    #[arg(long, conflicts_with = "stdout")]
    force: bool,
}

pub(crate) fn run(args: &InitArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    args.inputs.without_config()?;
    let path = args.inputs.repo().join(FILE_NAME);
    if !args.stdout {
        refuse(args, &path)?;
    }
    let draft = gate::draft(&DraftRequest { inputs: args.inputs.inputs(terminal), rev: args.rev.clone() })?;
    if args.stdout {
        terminal.print(&draft)?;
    } else {
        write(&path, &draft, args.force)?;
        terminal.print(&format!("{} is drafted: look for FILL IN\n", path.display()))?;
    }
    Ok(Exit::Clean)
}

/// What can be told before any work is done.
fn refuse(args: &InitArgs, path: &Path) -> Result<(), Failure> {
    let repo = args.inputs.repo();
    if !repo.join(".git").exists() && repo.join("HEAD").is_file() && repo.join("objects").is_dir() {
        let message = format!("{} is a bare git directory: there is no work tree to write to", repo.display());
        return Err(Failure::usage(message, "print the draft with --stdout"));
    }
    if !args.force && path.exists() { Err(there(path)) } else { Ok(()) }
}

fn there(path: &Path) -> Failure {
    Failure::usage(
        format!("{} is there already", path.display()),
        "print the draft with --stdout, or overwrite the file with --force",
    )
}

fn write(path: &Path, text: &str, force: bool) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => there(path),
        _ => Failure::write(path, &error),
    })
}
