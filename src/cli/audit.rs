//! `holdpoint audit`: the standing risks of one revision.

use super::args::{ArchiveArgs, InputArgs, ReportArgs, RuleArgs, fixed_tree};
use super::failure::{Exit, Failure};
use super::terminal::Terminal;
use crate::gate::{self, AuditRequest, Tree};
use clap::Args;

/// Arguments of `audit`.
#[derive(Args)]
pub(crate) struct AuditArgs {
    #[command(flatten)]
    inputs: InputArgs,
    /// Under inspection: a revision, a folder, or `worktree`
    #[arg(long, value_name = "REV|DIR|worktree", default_value = "worktree", value_parser = fixed_tree)]
    rev: Tree,
    #[command(flatten)]
    archive: ArchiveArgs,
    #[command(flatten)]
    rules: RuleArgs,
    #[command(flatten)]
    report: ReportArgs,
}

pub(crate) fn run(args: &AuditArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    args.report.validate()?;
    let report = gate::audit(&AuditRequest {
        inputs: args.inputs.inputs(terminal),
        rev: args.rev.clone(),
        archive: args.archive.archive(),
        rules: args.rules.selection(),
    })?;
    args.report.deliver(&report, terminal)
}
