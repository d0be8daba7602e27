//! Colour, or none.

use crate::finding::Severity;

/// Whether to colour. The caller decides; see `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Palette {
    /// No escape sequence at all.
    #[default]
    Plain,
    /// ANSI colours.
    Colour,
}

impl Palette {
    fn wrap(self, code: &str, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colour => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }

    /// Something to read first.
    pub(crate) fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// The frame: arrows, bars, line numbers.
    pub(crate) fn frame(self, text: &str) -> String {
        self.wrap("1;34", text)
    }

    /// Something that is in the colour of its severity.
    pub(crate) fn severity(self, severity: Severity, text: &str) -> String {
        let code = match severity {
            Severity::Critical => "1;35",
            Severity::High => "1;31",
            Severity::Medium => "1;33",
            Severity::Low => "1;36",
            Severity::Info => "1;32",
        };
        self.wrap(code, text)
    }

    /// An underline under related evidence.
    pub(crate) fn related(self, text: &str) -> String {
        self.wrap("1;34", text)
    }

    /// A line of a diff.
    pub(crate) fn diff(self, line: &str) -> String {
        match line.as_bytes().first() {
            Some(b'+') => self.wrap("32", line),
            Some(b'-') => self.wrap("31", line),
            _ => line.to_owned(),
        }
    }
}
