//! Jobs of timers and cron: what runs to its end reads its files anew each time.
//!
//! A job that names the file speaks against a daemon that is merely called like it. Its command is looked at, and the
//! script that the command runs; what that script runs in turn is not.

use super::lines::{Mention, mention, names_file};
use super::readers::is_program;
use super::services::{Service, starters};
use crate::catalog::Resource;
use crate::checks::HostSide;
use crate::checks::removal::{file_path, wanted};
use crate::content::settings::is_comment;
use crate::diff::content_of;

/// Whether a job of the host, or the script that it runs, names the file.
pub(super) fn job_names(path: &str, services: &[Service<'_>], head: HostSide<'_>) -> bool {
    let commands = commands(services, head);
    commands.iter().any(|line| names_file(line, path))
        || scripts_of(&commands, head).any(|s| script_names(s, path, head))
}

/// The lines that start jobs: units of no daemon, and cron's commands.
fn commands(services: &[Service<'_>], head: HostSide<'_>) -> Vec<String> {
    let catalog = head.catalog();
    let daemon = |name: &str| services.iter().any(|s| !s.oneshot && s.name == name);
    let units = starters(catalog).into_iter().filter(|s| s.of.sort == "unit" && !daemon(s.of.service));
    let lines = units.flat_map(|u| content_of(u.file, head.sources()).lines(&u.file.at)).map(|l| l.text);
    let crons = catalog.of_type("Cron").filter(|r| wanted(r)).filter_map(|r| r.text("command"));
    lines.filter(|l| l.trim_start().starts_with("Exec")).chain(crons.map(str::to_owned)).collect()
}

/// The managed scripts that the commands run.
fn scripts_of<'a>(commands: &[String], head: HostSide<'a>) -> impl Iterator<Item = &'a Resource> {
    let files = head.catalog().of_type("File").filter(|r| wanted(r) && is_program(file_path(r)));
    files.filter(|r| commands.iter().any(|line| mention(line, file_path(r)) == Some(Mention::File)))
}

fn script_names(script: &Resource, path: &str, head: HostSide<'_>) -> bool {
    let lines = content_of(script, head.sources()).lines(&script.at);
    lines.iter().any(|l| !is_comment(&l.text) && mention(&l.text, path) == Some(Mention::File))
}
