//! `holdpoint removal`: what removing or purging packages would do.

use super::failure::{Exit, Failure};
use super::terminal::Terminal;
use clap::Args;

/// Arguments of `removal`.
#[derive(Args)]
pub(crate) struct RemovalArgs {
    /// Package files, or names of installed packages
    #[arg(value_name = "FILE.deb|NAME", required = true)]
    packages: Vec<String>,
}

pub(crate) fn run(args: &RemovalArgs, _terminal: &Terminal) -> Result<Exit, Failure> {
    let message = format!("removal of {}: not wired yet", args.packages.join(", "));
    Err(Failure { message, help: None, code: 3 })
}
