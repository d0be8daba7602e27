//! `holdpoint catalog HOST`: what a host would get, or how it would differ.

use super::args::{InputArgs, fixed_tree};
use super::failure::{Exit, Failure};
use super::terminal::Terminal;
use crate::gate::{self, CatalogRequest, Tree};
use clap::{Args, ValueEnum};

/// Arguments of `catalog`.
#[derive(Args)]
pub(crate) struct CatalogArgs {
    /// The host, as the node definitions name it
    host: String,
    #[command(flatten)]
    inputs: InputArgs,
    /// A revision, a folder, or `worktree`
    #[arg(long, value_name = "REV|DIR|worktree", default_value = "worktree", value_parser = fixed_tree)]
    rev: Tree,
    /// Compare two revisions instead: `BASE..HEAD`
    #[arg(long, value_name = "BASE..HEAD", conflicts_with = "rev", value_parser = range)]
    diff: Option<(Tree, Tree)>,
    /// Where a value came from: a resource, or one parameter of it
    #[arg(long, value_name = "TYPE[TITLE].PARAM", conflicts_with = "diff")]
    why: Option<String>,
    /// The form
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    output: Form,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    Human,
    Json,
}

fn range(text: &str) -> Result<(Tree, Tree), String> {
    let (base, head) = text.split_once("..").ok_or("two revisions are expected: BASE..HEAD")?;
    Ok((fixed_tree(base)?, fixed_tree(head.trim_start_matches('.'))?))
}

pub(crate) fn run(args: &CatalogArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let (against, rev) = match &args.diff {
        Some((base, head)) => (Some(base.clone()), head.clone()),
        None => (None, args.rev.clone()),
    };
    let inputs = args.inputs.inputs(terminal);
    let output =
        gate::catalog(&CatalogRequest { inputs, host: args.host.clone(), rev, against, why: args.why.clone() })?;
    terminal.print(&match args.output {
        Form::Human => output.text,
        Form::Json => format!("{:#}\n", output.json),
    })?;
    Ok(Exit::Clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_range() {
        let named = |name: &str| Tree::Named(name.to_owned());
        assert_eq!(range("a..b"), Ok((named("a"), named("b"))));
        assert_eq!(range("a^..worktree"), Ok((named("a^"), Tree::Worktree)));
        assert!(range("a").is_err() && range("a..").is_err() && range("auto..b").is_err());
    }
}
