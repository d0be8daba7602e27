//! holdpoint.toml: what a repository tells about itself, as typed settings.
//!
//! Unknown keys, unknown rules and bad patterns are errors with file, line and column: a setting
//! that does nothing would be trusted all the same.

mod error;
mod network;
mod raw;
mod read;

use std::collections::BTreeMap;

pub use error::ConfigError;
pub use read::parse;

use crate::finding::{Confidence, Date, Severity};
use crate::hiera::HieraSettings;
use crate::nodes::{FactRule, HostPattern};
use crate::repo::LayoutSettings;

/// The file's name at the root of a repository.
pub const FILE_NAME: &str = "holdpoint.toml";

/// All settings. The default is what holds without a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Where things are.
    pub layout: LayoutSettings,
    /// Whether unknown variables and such are errors, as in Puppet 8.
    pub strict: bool,
    /// Whether the servers store exported resources, if it is said.
    pub storeconfigs: Option<bool>,
    /// Whether agents come with the types that left Puppet's core (`cron`, `mount`, `yumrepo` …); Debian's do not.
    pub bundled_types: bool,
    /// Facts by host.
    pub facts: Vec<FactRule>,
    /// Hiera's Ruby backends and absent data.
    pub hiera: HieraSettings,
    /// Which rules, and how grave.
    pub rules: RuleSettings,
    /// Findings that are accepted.
    pub ignores: Vec<Ignore>,
    /// Hosts that serve together.
    pub pools: Vec<Pool>,
    /// The share of hosts that may fail to compile before the result is worthless.
    pub max_uncompiled: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            layout: LayoutSettings::default(),
            strict: false,
            storeconfigs: None,
            bundled_types: true,
            facts: Vec::new(),
            hiera: HieraSettings::default(),
            rules: RuleSettings::default(),
            ignores: Vec::new(),
            pools: Vec::new(),
            max_uncompiled: 0.5,
        }
    }
}

/// Which rules run, and what fails a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleSettings {
    /// Only these, when any is named.
    pub enable: Vec<String>,
    /// Not these.
    pub disable: Vec<String>,
    /// Severity instead of the rule's own.
    pub severity: BTreeMap<String, Severity>,
    /// Findings from this severity on fail the run.
    pub fail_on: Option<Severity>,
    /// Findings below this confidence are left out.
    pub min_confidence: Option<Confidence>,
}

/// A finding that is accepted, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Ignore {
    /// The rule.
    pub rule: String,
    /// The subject it is about (`Package[x]`, a path); any when not given. `*` stands for any text.
    pub subject: Option<String>,
    /// The hosts; any when empty.
    pub hosts: Vec<HostPattern>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Where it stands in the file.
    pub line: u32,
}

/// Hosts that serve together, for the slices of a rollout.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// Its hosts.
    pub hosts: Vec<HostPattern>,
    /// The host to begin with.
    pub canary: Option<String>,
    /// How many of it may be out at once.
    pub slice: Option<u32>,
}
