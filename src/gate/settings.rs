//! What the configuration file and the fact files say, as the pipeline needs it.

use super::{GateError, Inputs, Selection};
use crate::checks::meta;
use crate::config::{self, Config};
use crate::eval::{HostSpec, Specs};
use crate::finding::suppress::IgnoreRow;
use crate::finding::{Finding, Pool};
use crate::nodes::Facts;
use crate::repo::{Loc, Repo, Tree, WORKTREE};
use std::sync::Arc;

/// Settings of a run.
pub(super) struct Settings {
    pub(super) config: Config,
    pub(super) ignores: Vec<IgnoreRow>,
    specs: Specs,
}

impl Settings {
    /// Reads `holdpoint.toml` at the head's root, or the file that was named, and the fact files.
    pub(super) fn load(inputs: &Inputs<'_>, head: &Tree) -> Result<Self, GateError> {
        let config = read_config(inputs, head)?;
        let file: Arc<str> = config_name(inputs).into();
        let folder = inputs.facts.as_ref().map(|dir| facts_tree(dir)).transpose()?;
        let facts = Facts::load(folder.as_ref(), config.facts.clone());
        let ignores = config.ignores.iter().map(|i| row(i, &file)).collect();
        Ok(Self { config, ignores, specs: Specs::new(facts) })
    }

    /// Settings without a file.
    pub(super) fn new(facts: Option<&std::path::Path>) -> Result<Self, GateError> {
        let folder = facts.map(facts_tree).transpose()?;
        let specs = Specs::new(Facts::load(folder.as_ref(), Vec::new()));
        Ok(Self { config: Config::default(), ignores: Vec::new(), specs })
    }

    /// Whether a rule runs: the command line wins over the file.
    pub(super) fn takes(&self, rules: &Selection, id: &str) -> bool {
        let off = self.config.rules.disable.iter().any(|d| d == id);
        rules.takes(id) && (!off || rules.only.iter().any(|o| o == id))
    }

    /// Hosts that fact files name.
    pub(super) fn known_hosts(&self) -> Vec<String> {
        self.specs.facts().certnames()
    }

    /// What fact files could not tell.
    pub(super) fn notes(&self) -> impl Iterator<Item = String> {
        self.specs.facts().notes.iter().map(|(path, why)| format!("facts file {path}: {why}"))
    }

    /// A host with what is known of it.
    pub(super) fn spec(&self, certname: &str) -> HostSpec {
        self.specs.of(certname)
    }

    /// The pools the user named, over the hosts there are.
    pub(super) fn pools(&self, hosts: &[String]) -> Vec<Pool> {
        let members = |p: &config::Pool| {
            hosts.iter().filter(|h| p.hosts.iter().any(|m| m.matches(h))).map(|h| Arc::from(h.as_str())).collect()
        };
        self.config.pools.iter().map(|p| Pool { name: p.name.clone(), hosts: members(p), open: false }).collect()
    }

    /// Applies severities that the user set for a rule.
    pub(super) fn override_severities(&self, findings: &mut [Finding]) {
        for finding in findings {
            if let Some(severity) = self.config.rules.severity.get(&finding.rule) {
                finding.severity = *severity;
            }
        }
    }

    /// Why too little was compiled for a verdict.
    #[expect(clippy::cast_precision_loss, reason = "counts of hosts are far below 2^52")]
    pub(super) fn insufficient(&self, compiled: usize, total: usize, unreached: usize) -> Option<String> {
        if total == 0 {
            return Some("no node definition and no fact file names a host".to_owned());
        }
        let total = total.saturating_sub(unreached);
        if total == 0 {
            return None;
        }
        let missing = (total - compiled.min(total)) as f64 / total as f64;
        let which = if unreached == 0 { "" } else { " that the change can reach" };
        (missing > self.config.max_uncompiled)
            .then(|| format!("{compiled} of {total} hosts{which} compile; a verdict would stand on too little"))
    }
}

fn config_name(inputs: &Inputs<'_>) -> String {
    inputs.config.as_ref().map_or_else(|| config::FILE_NAME.to_owned(), |p| p.display().to_string())
}

fn read_config(inputs: &Inputs<'_>, head: &Tree) -> Result<Config, GateError> {
    let text = match &inputs.config {
        Some(path) => Some(std::fs::read_to_string(path).map_err(|e| {
            GateError::input(&format!("{}: {e}", path.display()), Some("name a readable file with --config"))
        })?),
        None => head.text(config::FILE_NAME).ok().flatten().map(|t| t.to_string()),
    };
    let Some(text) = text else { return Ok(Config::default()) };
    let rules: Vec<&str> = meta::all().iter().map(|m| m.id.as_str()).collect();
    config::parse(&config_name(inputs), &text, &rules).map_err(|e| GateError::input(&e, Some(e.help())))
}

fn facts_tree(dir: &std::path::Path) -> Result<Tree, GateError> {
    let repo = Repo::open(dir).map_err(|e| GateError::input(&e, Some(e.help())))?;
    repo.at(WORKTREE).map_err(|e| GateError::input(&e, Some(e.help())))
}

fn row(ignore: &config::Ignore, file: &Arc<str>) -> IgnoreRow {
    let subject = ignore.subject.clone().unwrap_or_else(|| "*".to_owned());
    IgnoreRow {
        rule: ignore.rule.clone(),
        subject,
        reason: ignore.reason.clone(),
        until: ignore.until,
        at: Loc::new(file.clone(), ignore.line),
    }
}
