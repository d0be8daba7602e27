//! Reading Puppet: source text to a typed tree with spans.
//!
//! A pure function of the text. It imports nothing of ours, so that it could become a crate by
//! moving this folder. Errors ride along with the tree: one file may have several.

pub mod ast;
mod escape;
pub(crate) mod extent;
pub(crate) mod label;
mod lexer;
mod line_index;
mod locate;
mod parser;
pub mod pn;
#[cfg(test)]
mod tests;
mod validate;

pub use extent::{file_titles, resource_extents};
pub use line_index::LineIndex;
pub use parser::MAX_HEIGHT;
pub(crate) use validate::misread;

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
    /// Errors in the order in which Puppet would meet them; it stops at the first that is not validation's.
    pub errors: Vec<SyntaxError>,
    /// What Puppet 7 warns of and takes (`DUPLICATE_KEY`, an error in Puppet 8).
    pub warnings: Vec<SyntaxError>,
    /// Whether the errors are those of validation: the text itself could be read.
    pub validated: bool,
    /// Older dialect, in source order.
    pub legacy: Vec<LegacyNote>,
    /// Lines taken by the text of heredocs, in order.
    pub(crate) heredocs: Vec<ast::Span>,
    /// `#` comments, for inline suppressions: span and text without the `#`.
    pub comments: Vec<(ast::Span, EcoString)>,
}

/// Parses a manifest. Never fails: what could not be read is in [`Parsed::errors`].
#[must_use]
pub fn parse(src: &str, dialect: Dialect) -> Parsed {
    if src.len() > MAX_SOURCE {
        return too_large(src.len());
    }
    let (parsed, late) = parser::parse_manifest(src, dialect);
    validated(parsed, late, src, dialect)
}

/// Parses an EPP template.
#[must_use]
pub fn parse_epp(src: &str) -> Parsed {
    if src.len() > MAX_SOURCE {
        return too_large(src.len());
    }
    let (parsed, late) = parser::parse_template(src);
    validated(parsed, late, src, Dialect::Modern)
}

/// Bytes of the longest text that is read: a hundred times the largest manifest that people keep.
const MAX_SOURCE: usize = 8 << 20;

fn too_large(len: usize) -> Parsed {
    let message = format!("The file is too large to be read as a manifest: {len} bytes, the limit is {MAX_SOURCE}");
    Parsed {
        errors: vec![SyntaxError { issue: "FILE_TOO_LARGE", message, span: ast::Span::default() }],
        ..Parsed::default()
    }
}

/// Adds what is well formed and not allowed, unless the text could not be read at all.
fn validated(mut parsed: Parsed, late: Vec<SyntaxError>, src: &str, dialect: Dialect) -> Parsed {
    if parsed.errors.is_empty() {
        parsed.validated = true;
        let found = validate::validate(&parsed, late, src, dialect);
        parsed.errors = found.errors;
        parsed.warnings.extend(found.warnings);
        parsed.legacy.extend(found.legacy);
    }
    parsed.legacy.sort_by_key(|note| note.span);
    parsed
}
