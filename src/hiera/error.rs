//! Errors in Hiera's configuration and data, each with file, line and remedy.

use std::sync::Arc;

/// Why a file or a lookup fails, as real Puppet would fail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", place(.file.as_deref(), *.line))]
pub struct HieraError {
    /// What is wrong.
    pub message: String,
    /// The file, if one is to blame.
    pub file: Option<Arc<str>>,
    /// Line, from 1.
    pub line: Option<u32>,
    /// What to do about it.
    pub help: String,
}

impl HieraError {
    pub(crate) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), file: None, line: None, help: help.into() }
    }

    pub(crate) fn at(mut self, file: &Arc<str>, line: u32) -> Self {
        self.file.get_or_insert_with(|| Arc::clone(file));
        self.line.get_or_insert(line);
        self
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &str {
        &self.help
    }
}

fn place(file: Option<&str>, line: Option<u32>) -> String {
    match (file, line) {
        (Some(file), Some(line)) => format!(" ({file}:{line})"),
        (Some(file), None) => format!(" ({file})"),
        _ => String::new(),
    }
}
