//! What a shipped file says: its format and whether it is sound, the settings and paths in it.
//!
//! Everything here reads text as data and knows nothing of hosts or catalogs. What is known of
//! formats and programs is rows in `rules/knowledge/`.

pub(crate) mod blocks;
mod format;
pub mod mail;
pub mod references;
pub mod requirements;
pub mod settings;
mod soundness;

pub use soundness::{Unsound, check, not_judged};
