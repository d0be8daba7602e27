//! holdpoint: what a change to a Puppet repository would really do, and what of it would end in a
//! post-mortem, said before the change merges.
//!
//! Data flows one way:
//!
//! ```text
//! repo(base, head) -> puppet -> eval(nodes, hiera) -> catalog x2 -> diff -> checks -> finding -> rollout -> report
//!                                                                     ^
//!                        package (.deb, archive) + shell (maintainer scripts): evidence
//! ```
//!
//! `value` and `catalog` are vocabulary: data without behaviour of a stage, filled by one stage and
//! read by the next ones.

pub mod catalog;
pub mod checks;
pub mod cli;
pub mod config;
pub mod content;
pub mod diff;
pub mod eval;
pub mod finding;
pub mod gate;
pub mod hiera;
pub mod nodes;
pub mod package;
pub mod puppet;
pub mod reach;
pub mod repo;
pub mod report;
pub mod rollout;
pub mod ruby;
pub mod shell;
pub mod value;
