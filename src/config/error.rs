//! Errors in holdpoint.toml.

/// A mistake, with its place and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct ConfigError {
    /// As given.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl ConfigError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &str {
        &self.help
    }

    pub(crate) fn new(file: &str, text: &str, at: usize, message: impl Into<String>, help: impl Into<String>) -> Self {
        let (line, column) = position(text, at);
        Self { file: file.into(), line, column, message: message.into(), help: help.into() }
    }
}

/// Line and column of a byte offset.
pub(crate) fn position(text: &str, at: usize) -> (u32, u32) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}

/// The name of a list that is nearest to what was written.
pub(crate) fn nearest<'a>(written: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let ratio = |name: &str| similar::TextDiff::from_chars(name, written).ratio();
    let scored = names.map(|name| (ratio(name), name)).filter(|(score, _)| *score >= 0.6);
    scored.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1))).map(|(_, name)| name)
}
