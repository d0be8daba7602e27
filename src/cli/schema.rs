//! `holdpoint schema`: the form of the JSON report.

use super::failure::{Exit, Failure};
use super::terminal::Terminal;

const SCHEMA: &str = include_str!("../../schema/report.schema.json");

pub(crate) fn run(terminal: &Terminal) -> Result<Exit, Failure> {
    terminal.print(SCHEMA)?;
    Ok(Exit::Clean)
}
