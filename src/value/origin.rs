//! Where a value came from, when the place that uses it does not tell.

use super::{Str, Value};
use crate::repo::Loc;
use ecow::EcoString;
use std::sync::Arc;

/// A step in the history of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Written here in a manifest or template.
    Literal(Loc),
    /// Looked up: the key and where it stands.
    Hiera {
        /// The key.
        key: EcoString,
        /// The line in the data file.
        at: Loc,
    },
    /// One element taken out of a list: `list[index]`.
    Element {
        /// Which.
        index: i64,
        /// Length of the list.
        len: usize,
        /// Where it was taken out.
        at: Option<Loc>,
        /// Where the list came from.
        list: Option<Arc<Origin>>,
    },
    /// Elements joined into one string: `join(list, sep)`.
    Joined {
        /// The separator.
        separator: EcoString,
        /// Length of the list.
        len: usize,
        /// Where it was joined.
        at: Option<Loc>,
        /// Where the list came from.
        list: Option<Arc<Origin>>,
    },
    /// Rendered from a template: which stretch of the text came from which template line and value.
    Rendered(Vec<RenderedPiece>),
}

/// A stretch of rendered text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedPiece {
    /// First byte in the rendered text.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// The template line it was written on.
    pub at: Loc,
    /// Where the inserted value came from; `None` for the template's own text.
    pub origin: Option<Arc<Origin>>,
}

/// Rendered texts one after the other, each with its stretches; nothing unless all were rendered.
#[must_use]
pub fn in_a_row(parts: &[Value]) -> Option<Value> {
    let (mut text, mut stretches) = (EcoString::new(), Vec::new());
    for part in parts {
        let Value::Str(one) = part else { return None };
        let Some(Origin::Rendered(pieces)) = one.origin.as_deref() else { return None };
        let start = u32::try_from(text.len()).ok()?;
        let moved = |p: &RenderedPiece| RenderedPiece {
            start: p.start.saturating_add(start),
            end: p.end.saturating_add(start),
            ..p.clone()
        };
        stretches.extend(pieces.iter().map(moved));
        text.push_str(&one.text);
    }
    Some(Value::Str(Str { text, origin: Some(Arc::new(Origin::Rendered(stretches))) }))
}
