//! Content of shipped files.
