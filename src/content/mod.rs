//! What a shipped file says.

pub mod mail;
pub mod references;
