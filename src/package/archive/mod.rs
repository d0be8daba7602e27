//! The archive: `Packages` indexes, dependency relations, and what apt takes along when a package
//! is removed from a host in a given state.
//!
//! Its edge: it answers for the set of packages it is given or can derive; what a host has besides
//! it cannot know. Of apt's resolver it has the part that a removal needs: nothing new is installed
//! to save a package, as apt does not either.

mod cascade;
mod files;
mod index;
mod relation;
mod state;

pub use cascade::{Cascade, Taken, cascade, implied_cascade};
pub use files::IndexError;
pub use index::{Index, Listed};
pub use relation::{Group, Relation};
pub use state::{HostState, Installed};
