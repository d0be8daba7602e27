//! Where something stands: a path in the repository and a line. Shared by every later stage.

use std::fmt;
use std::sync::Arc;

/// A line of a file in the repository (or of a package's control member).
#[derive(Clone, Debug, Eq, PartialOrd, Ord)]
pub struct Loc {
    /// Path relative to the repository root, with `/`.
    pub path: Arc<str>,
    /// One-based line; 0 when only the file is known.
    pub line: u32,
}

impl PartialEq for Loc {
    // Most paths that are compared are one and the same text.
    fn eq(&self, other: &Self) -> bool {
        self.line == other.line && (Arc::ptr_eq(&self.path, &other.path) || self.path == other.path)
    }
}

impl std::hash::Hash for Loc {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.path.hash(state);
        self.line.hash(state);
    }
}

impl Loc {
    /// A location.
    #[must_use]
    pub fn new(path: impl Into<Arc<str>>, line: u32) -> Self {
        Self { path: path.into(), line }
    }
}

impl fmt::Display for Loc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 { f.write_str(&self.path) } else { write!(f, "{}:{}", self.path, self.line) }
    }
}
