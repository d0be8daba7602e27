//! What can go wrong when a package is read, and what the reader may do about it.

/// A package could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DebError {
    /// The file could not be opened or read.
    #[error("{path}: cannot read: {source}")]
    Io {
        /// File.
        path: String,
        /// Cause.
        source: std::io::Error,
    },
    /// The file is no Debian package.
    #[error("{path}: not a Debian package: {what}")]
    NotDeb {
        /// File.
        path: String,
        /// What was found.
        what: String,
    },
    /// The file ends too early, or its parts are damaged.
    #[error("{path}: truncated or damaged: {what}")]
    Damaged {
        /// File.
        path: String,
        /// Which part and how.
        what: String,
    },
    /// The file is larger than a package may be.
    #[error("{path}: refused: {what} goes over the limit of {limit}")]
    TooLarge {
        /// File.
        path: String,
        /// What is too large.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// A member's name leads out of the tree or is no name.
    #[error("{path}: refused: member name {name:?} is not safe")]
    BadName {
        /// File.
        path: String,
        /// The name.
        name: String,
    },
    /// The control member lacks what every package has.
    #[error("{path}: the control member has no {what}")]
    BadControl {
        /// File.
        path: String,
        /// What is missing.
        what: &'static str,
    },
}

impl DebError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            DebError::Io { .. } => "check that the path is right and readable",
            DebError::NotDeb { .. } => "give a binary package (.deb), as `apt-get download NAME` leaves it",
            DebError::Damaged { path, .. } if is_rpm(path) => {
                "fetch the file again and compare its checksum (`rpm -K FILE`)"
            }
            DebError::TooLarge { path, .. } if is_rpm(path) => {
                "a package this size is not read; look at its scripts with `rpm -qp --scripts FILE`"
            }
            DebError::Damaged { .. } => "fetch the file again (`apt-get download NAME`) and compare its checksum",
            DebError::TooLarge { .. } => {
                "a package this size is not read; look at its scripts with `dpkg-deb --control`"
            }
            DebError::BadName { .. } => "do not install this file; fetch the package from a trusted archive",
            DebError::BadControl { .. } => "rebuild the package: its control file is incomplete",
        }
    }
}

fn is_rpm(path: &str) -> bool {
    path.ends_with(".rpm")
}
