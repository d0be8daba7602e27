//! What the gate has to say: findings, their identity, their places, and the report that holds them.
//!
//! Vocabulary for `checks`, which make findings, and for `rollout` and `report`, which read them.
//! Nothing here knows a rule, a catalog or an output format.

mod date;
mod fingerprint;
mod hosts;
mod level;
mod location;
mod model;
mod outcome;
mod proposal;
pub mod suppress;

pub use date::Date;
pub use fingerprint::assign as assign_fingerprints;
pub use hosts::{HostSet, Pool};
pub use level::{Confidence, FailureMode, Severity};
pub use location::{Location, Place, Role, Side};
pub use model::{Cell, Finding, Incident, Status, Suppression};
pub use outcome::{Coverage, NotCompiled, Report, SCHEMA_VERSION, UnknownCause, Unknowns, Unread};
pub use proposal::{Edge, Goal, Proposal};
