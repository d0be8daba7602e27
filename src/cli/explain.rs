//! `holdpoint explain RULE`: the page of a rule, offline.

use super::args::rule_ids;
use super::failure::{Exit, Failure};
use super::terminal::Terminal;
use crate::checks::meta::{self, RuleMeta};
use clap::Args;

/// Arguments of `explain`.
#[derive(Args)]
pub(crate) struct ExplainArgs {
    /// The id of a rule, as findings print it in brackets
    #[arg(value_name = "RULE", value_parser = rule_ids())]
    rule: String,
}

pub(crate) fn run(args: &ExplainArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    if let Some(rule) = meta::find(&args.rule) {
        terminal.print(&page(rule))?;
    }
    Ok(Exit::Clean)
}

fn page(rule: &RuleMeta) -> String {
    let mut out = format!("# {}\n\n{}\n\n", rule.id, rule.summary);
    let ignorable = if rule.ignorable { "can be ignored with a reason" } else { "cannot be ignored" };
    out += &format!("severity {}, confidence {}, ", rule.severity, rule.confidence);
    out += &format!("failure mode {}; {ignorable}; since {}\n", rule.failure_mode, rule.since);
    for incident in &rule.incidents {
        out += &format!("incident: {} {} {}", incident.date, incident.title, incident.url);
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    format!("{out}\n{}", rule.prose)
}
