//! What a shipped file says.

pub mod references;
