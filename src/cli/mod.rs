//! The command line: one file a verb, and the only place that prints.
//!
//! Standard output carries the report alone; progress and errors go to standard error. Every verb
//! returns an [`Exit`] or a [`Failure`]; nothing below this folder ends the process.

mod args;
mod audit;
mod catalog;
mod check;
mod completions;
mod explain;
mod failure;
mod init;
mod output;
mod plan;
mod progress;
mod removal;
mod removal_state;
mod rules;
mod schema;
mod terminal;

use clap::{Parser, Subcommand};
use failure::{Exit, Failure};
use std::process::ExitCode;
use terminal::Terminal;

/// Says what a change to a Puppet repository would really do, and what of it would end in a post-mortem
///
/// Exit codes: 0 nothing at or over the threshold, 1 findings, 2 usage or configuration, 3 not enough
/// could be analysed.
#[derive(Parser)]
#[command(name = "holdpoint", version, max_term_width = 100, disable_help_subcommand = true)]
struct Cli {
    #[command(flatten)]
    terminal: terminal::TerminalArgs,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Compare two revisions: the gate
    Check(Box<check::CheckArgs>),
    /// Inspect one revision for standing risks
    Audit(Box<audit::AuditArgs>),
    /// Say what removing or purging packages would do
    Removal(removal::RemovalArgs),
    /// Plan the rollout of a change in stages
    Plan(Box<plan::PlanArgs>),
    /// Show the compiled catalog of a host, or how it differs
    Catalog(catalog::CatalogArgs),
    /// Draft a holdpoint.toml from what is in the repository
    Init(init::InitArgs),
    /// Show the page of a rule
    Explain(explain::ExplainArgs),
    /// List the rules
    Rules(rules::RulesArgs),
    /// Print the JSON schema of the report
    Schema,
    /// Print a completion script for a shell
    Completions(completions::CompletionsArgs),
}

/// Reads the arguments, runs the verb, says what went wrong.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let terminal = Terminal::new(&cli.terminal);
    let result = dispatch(&cli.verb, &terminal);
    terminal.finish();
    match result {
        Ok(exit) => exit.into(),
        Err(failure) => {
            terminal.complain(&failure);
            ExitCode::from(failure.code)
        }
    }
}

fn dispatch(verb: &Verb, terminal: &Terminal) -> Result<Exit, Failure> {
    match verb {
        Verb::Check(args) => check::run(args, terminal),
        Verb::Audit(args) => audit::run(args, terminal),
        Verb::Removal(args) => removal::run(args, terminal),
        Verb::Plan(args) => plan::run(args, terminal),
        Verb::Catalog(args) => catalog::run(args, terminal),
        Verb::Init(args) => init::run(args, terminal),
        Verb::Explain(args) => explain::run(args, terminal),
        Verb::Rules(args) => rules::run(args, terminal),
        Verb::Schema => schema::run(terminal),
        Verb::Completions(args) => completions::run(args, terminal),
    }
}
