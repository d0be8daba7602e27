//! Groups of flags that verbs share.

use super::failure::{Exit, Failure};
use super::output::{self, Output};
use super::terminal::Terminal;
use crate::checks::meta;
use crate::finding::{Confidence, Date, Report, Severity};
use crate::gate::{Archive, Inputs, Selection, Tree};
use crate::report::{self, Format, Palette};
use clap::Args;
use clap::builder::PossibleValuesParser;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// What is read.
#[derive(Args)]
pub(crate) struct InputArgs {
    /// The Puppet repository: a work tree, a bare git directory or a plain folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    repo: PathBuf,
    /// Folder with facts of hosts: one YAML or JSON file a host
    #[arg(long, value_name = "DIR")]
    facts: Option<PathBuf>,
    /// Configuration file, instead of holdpoint.toml at the repository's root
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Threads; all cores by default. The result does not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

impl InputArgs {
    /// Refuses a configuration file where none is read.
    pub(crate) fn without_config(&self) -> Result<(), Failure> {
        match &self.config {
            Some(_) => Err(Failure::usage("--config has no meaning here: a new file is drafted", "leave it out")),
            None => Ok(()),
        }
    }

    /// The repository.
    pub(crate) fn repo(&self) -> &std::path::Path {
        &self.repo
    }

    pub(crate) fn inputs<'a>(&self, terminal: &'a Terminal) -> Inputs<'a> {
        Inputs {
            repo: self.repo.clone(),
            facts: self.facts.clone(),
            config: self.config.clone(),
            jobs: self.jobs.map(usize::from),
            env: environment(),
            today: today(),
            progress: terminal.progress(),
        }
    }
}

/// Environment variables that are text; the one place that reads them for the gate.
fn environment() -> BTreeMap<String, String> {
    let text = |(k, v): (std::ffi::OsString, std::ffi::OsString)| Some((k.into_string().ok()?, v.into_string().ok()?));
    std::env::vars_os().filter_map(text).collect()
}

/// The day in UTC: the one place that reads the clock.
fn today() -> Option<Date> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Date::from_unix_days(u32::try_from(since.as_secs() / 86_400).ok()?)
}

/// Where packages come from.
#[derive(Args)]
pub(crate) struct ArchiveArgs {
    /// A package file that the change removes or installs; repeatable
    #[arg(long, value_name = "FILE")]
    deb: Vec<PathBuf>,
    /// Folder with package files
    #[arg(long, value_name = "DIR")]
    deb_dir: Option<PathBuf>,
    /// Allow asking the archive with `apt-get download`
    #[arg(long)]
    fetch: bool,
    /// Package index, for what apt takes along: a Packages file, apt's lists or a mirror's folder; repeatable
    #[arg(long, value_name = "PATH")]
    index: Vec<PathBuf>,
}

impl ArchiveArgs {
    pub(crate) fn archive(&self) -> Archive {
        Archive {
            debs: self.deb.clone(),
            deb_dir: self.deb_dir.clone(),
            fetch: self.fetch,
            indexes: self.index.clone(),
        }
    }
}

/// Which rules run.
#[derive(Args)]
pub(crate) struct RuleArgs {
    /// Run this rule alone; repeatable
    #[arg(long, value_name = "RULE", value_parser = rule_ids(), hide_possible_values = true)]
    only: Vec<String>,
    /// Leave this rule out; repeatable
    #[arg(long, value_name = "RULE", value_parser = rule_ids(), hide_possible_values = true)]
    except: Vec<String>,
}

impl RuleArgs {
    pub(crate) fn selection(&self) -> Selection {
        Selection { only: self.only.clone(), except: self.except.clone() }
    }
}

/// Accepts the id of a rule and suggests the nearest for anything else.
pub(crate) fn rule_ids() -> PossibleValuesParser {
    PossibleValuesParser::new(meta::all().iter().map(|rule| rule.id.as_str()))
}

/// What becomes of the report.
#[derive(Args)]
pub(crate) struct ReportArgs {
    /// human, concise, json, gitlab, markdown, sarif, github or junit, to standard output or to a file; repeatable
    #[arg(long, value_name = "FORMAT[=FILE]", default_value = "human")]
    output: Vec<Output<Format>>,
    /// Exit with 1 from this severity on: info, low, medium, high, critical
    #[arg(long, value_name = "LEVEL", default_value = "high")]
    fail_on: Severity,
    /// Findings below this confidence do not count for the exit code: low, medium, high
    #[arg(long, value_name = "LEVEL", default_value = "low")]
    min_confidence: Confidence,
    /// Findings never fail the run; too little analysed still does
    #[arg(long)]
    warn_only: bool,
}

impl ReportArgs {
    /// Refuses what could not be carried out, before any work is done.
    pub(crate) fn validate(&self) -> Result<(), Failure> {
        output::distinct(&self.output)
    }

    /// Writes the report and gives the verdict.
    pub(crate) fn deliver(&self, report: &Report, terminal: &Terminal) -> Result<Exit, Failure> {
        output::deliver(&self.output, terminal, |format, to_file| {
            report::render(format, report, if to_file { Palette::Plain } else { terminal.palette() })
        })?;
        if let Some(failure) = Failure::too_little(&report.coverage) {
            terminal.complain(&failure);
        }
        Ok(self.verdict(report))
    }

    fn verdict(&self, report: &Report) -> Exit {
        if !self.warn_only && report.reaches(self.fail_on, self.min_confidence) {
            Exit::Findings
        } else if report.coverage.insufficient.is_some() {
            Exit::TooLittle
        } else {
            Exit::Clean
        }
    }
}

/// `worktree`, `auto` or the name of a revision or folder.
pub(crate) fn tree(text: &str) -> Result<Tree, String> {
    match text {
        "" => Err("a revision is expected".to_owned()),
        "worktree" => Ok(Tree::Worktree),
        "auto" => Ok(Tree::Auto),
        name => Ok(Tree::Named(name.to_owned())),
    }
}

/// As [`tree`], where there is nothing to work a base out from.
pub(crate) fn fixed_tree(text: &str) -> Result<Tree, String> {
    match tree(text)? {
        Tree::Auto => Err("`auto` is for `--base` alone".to_owned()),
        tree => Ok(tree),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Finding;

    fn verdict(finding: Option<Finding>, insufficient: bool, warn_only: bool) -> Exit {
        let mut report = Report { findings: finding.into_iter().collect(), ..Report::default() };
        report.coverage.insufficient = insufficient.then(|| "why".to_owned());
        let (fail_on, min_confidence) = (Severity::High, Confidence::Medium);
        ReportArgs { output: Vec::new(), fail_on, min_confidence, warn_only }.verdict(&report)
    }

    #[test]
    fn the_exit_code_follows_threshold_confidence_and_coverage() {
        let high = || Finding::new("r", "s", "m").severity(Severity::High);
        for (finding, insufficient, warn_only, exit) in [
            (None, false, false, Exit::Clean),
            (Some(high()), false, false, Exit::Findings),
            (Some(high()), true, false, Exit::Findings),
            (Some(high()), false, true, Exit::Clean),
            (Some(high()), true, true, Exit::TooLittle),
            (Some(high().severity(Severity::Medium)), false, false, Exit::Clean),
            (Some(high().confidence(Confidence::Low)), false, false, Exit::Clean),
            (None, true, false, Exit::TooLittle),
        ] {
            assert_eq!(verdict(finding.clone(), insufficient, warn_only), exit, "{finding:?}");
        }
    }
}
