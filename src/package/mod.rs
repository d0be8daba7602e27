//! Debian packages: what one holds, and what removing it would do.
//!
//! Reads `.deb` files, the machine's own dpkg database or a fetched archive file as data, never
//! runs a script of theirs, and turns them into a list of removal effects with evidence.
//! Its edge: it knows nothing of catalogs; the checks join the two.

pub mod archive;
mod build;
mod calls;
mod container;
mod control;
mod deb;
#[cfg(test)]
mod deb_tests;
mod describe;
mod dpkg;
mod effect;
mod error;
mod fetch;
mod host;
mod installed;
mod member;
mod removal;
mod rpm;
mod shipped;
mod sources;
mod whole;
mod why;

pub use build::DebBuilder;
pub use control::Control;
pub use deb::{Limits, read_bytes, read_control_member, read_path};
pub use describe::describe;
pub(crate) use dpkg::merged;
pub use effect::{By, Effect, Kind, NotAnalysed, Phase, Removal, Verdict};
pub use error::DebError;
pub use member::{Member, MemberKind, Origin, Package, Script};
pub use removal::{analyse, analyse_phases};
pub use shipped::Shipped;
pub use sources::{Found, NotFound, PackageSources};
pub use why::why;
