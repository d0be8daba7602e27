//! `holdpoint rules`: what there is.

use super::failure::{Exit, Failure};
use super::terminal::Terminal;
use crate::checks::meta::{self, RuleMeta};
use clap::{Args, ValueEnum};

/// Arguments of `rules`.
#[derive(Args)]
pub(crate) struct RulesArgs {
    /// The form
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    output: Form,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    Human,
    Json,
}

pub(crate) fn run(args: &RulesArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    terminal.print(&match args.output {
        Form::Human => table(meta::all()),
        Form::Json => format!("{:#}\n", json(meta::all())),
    })?;
    Ok(Exit::Clean)
}

fn table(rules: &[RuleMeta]) -> String {
    let width = rules.iter().map(|r| r.id.len()).max().unwrap_or(0);
    rules.iter().map(|r| format!("{:width$}  {:8}  {}\n", r.id, r.severity, r.summary)).collect()
}

fn json(rules: &[RuleMeta]) -> serde_json::Value {
    let row = |r: &RuleMeta| {
        serde_json::json!({
            "id": r.id, "summary": r.summary, "since": r.since, "severity": r.severity,
            "confidence": r.confidence, "failure_mode": r.failure_mode, "ignorable": r.ignorable,
            "incidents": r.incidents,
        })
    };
    rules.iter().map(row).collect()
}
