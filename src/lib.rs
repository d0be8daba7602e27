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
//! `value`, `catalog` and `finding` are vocabulary: data without behaviour of a stage, filled by one
//! stage and read by the next ones. `gate` runs the stages in this order; `cli` calls `gate`.

pub mod catalog;
pub mod checks;
pub mod cli;
pub mod eval;
pub mod finding;
pub mod gate;
pub mod puppet;
pub mod report;
pub mod repo;
pub mod rollout;
pub mod value;
