//! Which paths of the host a configuration text refers to.

/// A path that a line refers to.
pub struct PathRef {
    /// The path.
    pub path: String,
    /// What sort of line it is.
    pub kind: &'static str,
}

/// References in one line.
#[must_use]
pub fn in_line(_line: &str) -> Vec<PathRef> {
    Vec::new()
}
