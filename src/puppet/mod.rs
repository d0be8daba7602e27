//! Reading Puppet: source text to a typed tree with spans.
//!
//! A pure function of the text. It imports nothing of ours, so that it could become a crate by
//! moving this folder. Errors ride along with the tree: one file may have several.

pub mod ast;
mod line_index;

pub use line_index::LineIndex;

use ecow::EcoString;

/// What to accept beyond the language of Puppet 4 to 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Dialect {
    /// Puppet 4 to 8 exactly, validation included.
    #[default]
    Modern,
    /// Also what Puppet 2.6 to 3 took; each use is named in [`Parsed::legacy`].
    Legacy,
}

/// A syntax or validation error.
#[derive(Clone, Debug, PartialEq)]
pub struct SyntaxError {
    /// Puppet's issue code (`SYNTAX_ERROR`, `IDEM_EXPRESSION_NOT_LAST` …).
    pub issue: &'static str,
    /// Puppet's own wording.
    pub message: String,
    /// Where.
    pub span: ast::Span,
}

/// A use of the older dialect that was accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct LegacyNote {
    /// What it is, in a few words.
    pub what: &'static str,
    /// Where.
    pub span: ast::Span,
}

/// The outcome of parsing one source text.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The program; regions in error are `ExprKind::Error`.
    pub body: ast::Block,
    /// Errors in source order.
    pub errors: Vec<SyntaxError>,
    /// What Puppet 7 warns of and takes (`DUPLICATE_KEY`, an error in Puppet 8).
    pub warnings: Vec<SyntaxError>,
    /// Older dialect, in source order.
    pub legacy: Vec<LegacyNote>,
    /// `#` comments, for inline suppressions: span and text without the `#`.
    pub comments: Vec<(ast::Span, EcoString)>,
}
