//! `holdpoint plan`: how to let a change out.

use super::check::ChangeArgs;
use super::failure::{Exit, Failure};
use super::output::{self, Output};
use super::terminal::Terminal;
use crate::gate;
use crate::report::{self, Palette, PlanFormat};
use crate::rollout::{self, Settings};
use clap::Args;

/// Arguments of `plan`.
#[derive(Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    change: ChangeArgs,
    /// Begin with this host
    #[arg(long, value_name = "HOST")]
    canary: Option<String>,
    /// Share of a pool that may be out at a time, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 25, value_parser = clap::value_parser!(u8).range(1..=100))]
    pool_share: u8,
    /// Minutes between two agent runs; also how long a stage is watched
    #[arg(long, value_name = "MINUTES", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=10080))]
    interval: u32,
    /// Begin a status document
    #[arg(long)]
    status_document: bool,
    /// human, markdown or json, to standard output or to a file; repeatable
    #[arg(long, value_name = "FORMAT[=FILE]", default_value = "human")]
    output: Vec<Output<PlanFormat>>,
}

pub(crate) fn run(args: &PlanArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    output::distinct(&args.output)?;
    let report = gate::check(&args.change.request(terminal))?;
    if let Some(host) = args.canary.as_ref().filter(|h| !is_known(&report, h)) {
        return Err(Failure::usage(
            format!("`{host}` is not among the hosts that the change touches"),
            "leave `--canary` out, or name a host from the plan",
        ));
    }
    let settings = Settings { interval: args.interval, pool_share: args.pool_share, canary: args.canary.clone() };
    let plan = rollout::plan(&report, &settings, args.status_document);
    output::deliver(&args.output, terminal, |format, to_file| {
        report::render_plan(format, &plan, if to_file { Palette::Plain } else { terminal.palette() })
    })?;
    Ok(match Failure::too_little(&report.coverage) {
        Some(failure) => {
            terminal.complain(&failure);
            Exit::TooLittle
        }
        None => Exit::Clean,
    })
}

fn is_known(report: &crate::finding::Report, host: &str) -> bool {
    let sets = report.new_findings().map(|f| &f.hosts).chain([&report.changed]);
    sets.flat_map(|set| &set.members).any(|member| **member == *host)
}
