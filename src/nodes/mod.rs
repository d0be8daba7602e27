//! Which hosts exist, and what is known of them.
//!
//! Hosts come from node definitions (a finite regular expression is written out, an open one is
//! represented) and from fact files. Facts come from files or from rules in holdpoint.toml; what
//! neither tells is unknown.

mod domains;
mod enumerate;
mod facts;
mod hosts;
mod legacy_facts;
mod matching;
mod mentioned;
mod pattern;
mod ruby_regex;

pub use facts::{FactRule, Facts, HostFacts};
pub use hosts::{Exactness, HostSpec, Hosts, enumerate_hosts};
pub use matching::NodeIndex;
pub use mentioned::mentioned_hosts;
pub use pattern::{BadPattern, HostPattern};
pub use ruby_regex::rust_pattern;
