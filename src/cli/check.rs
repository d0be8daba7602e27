//! `holdpoint check`: base against head.

use super::args::{ArchiveArgs, InputArgs, ReportArgs, RuleArgs, fixed_tree, tree};
use super::failure::{Exit, Failure};
use super::terminal::Terminal;
use crate::gate::{self, CatalogsRequest, CheckRequest, Tree};
use clap::Args;
use std::path::PathBuf;

/// Arguments of `check`.
#[derive(Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
    /// Compare catalogs that Puppet compiled instead: folder of base's, one JSON file a host (`puppet catalog
    /// compile`, PuppetDB, octocatalog-diff)
    #[arg(long, value_name = "DIR", requires = "head_catalogs", conflicts_with_all = ["base", "head", "facts"])]
    base_catalogs: Option<PathBuf>,
    /// Folder of head's catalogs
    #[arg(long, value_name = "DIR", requires = "base_catalogs")]
    head_catalogs: Option<PathBuf>,
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
    let request = args.change.request(terminal);
    let report = match args.base_catalogs.clone().zip(args.head_catalogs.clone()) {
        None => gate::check(&request)?,
        Some((base, head)) => {
            let CheckRequest { inputs, archive, rules, .. } = request;
            gate::check_catalogs(&CatalogsRequest { inputs, base, head, archive, rules })?
        }
    };
    args.report.deliver(&report, terminal)
}
