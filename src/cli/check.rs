//! `holdpoint check`: base against head.

use super::args::{ArchiveArgs, InputArgs, ReportArgs, RuleArgs, fixed_tree, tree};
use super::failure::{Exit, Failure};
use super::terminal::Terminal;
use crate::gate::{self, CheckRequest, Tree};
use clap::Args;

/// Arguments of `check`.
#[derive(Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
    #[command(flatten)]
    report: ReportArgs,
}

/// What the change is; shared with `plan`.
#[derive(Args)]
pub(crate) struct ChangeArgs {
    #[command(flatten)]
    inputs: InputArgs,
    /// Compared with: a revision, a folder, or `auto` (CI variables, else the merge base)
    #[arg(long, value_name = "REV|DIR|auto", default_value = "auto", value_parser = tree)]
    base: Tree,
    /// Under inspection: a revision, a folder, or `worktree`
    #[arg(long, value_name = "REV|DIR|worktree", default_value = "worktree", value_parser = fixed_tree)]
    head: Tree,
    #[command(flatten)]
    archive: ArchiveArgs,
    #[command(flatten)]
    rules: RuleArgs,
}

impl ChangeArgs {
    pub(crate) fn request<'a>(&self, terminal: &'a Terminal) -> CheckRequest<'a> {
        CheckRequest {
            inputs: self.inputs.inputs(terminal),
            base: self.base.clone(),
            head: self.head.clone(),
            archive: self.archive.archive(),
            rules: self.rules.selection(),
        }
    }
}

pub(crate) fn run(args: &CheckArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    args.report.validate()?;
    let report = gate::check(&args.change.request(terminal))?;
    args.report.deliver(&report, terminal)
}
