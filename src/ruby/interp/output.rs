//! What a template writes: literal text and values, each with the line it came from.

use super::{Interp, Stop};
use crate::ruby::values;
use crate::value::{Origin, SymExpr, Value};
use std::sync::Arc;

/// Most bytes one template may write.
const MAX_OUTPUT: usize = 16 << 20;

/// A stretch of what a template wrote.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The text, or the unknown that stands in its place.
    pub value: Value,
    /// Line of the template that wrote it (where it starts, for literal text).
    pub line: u32,
    /// Where the text came from, when it came out of a value.
    pub origin: Option<Arc<Origin>>,
    /// Whether it is literal text of the template.
    pub literal: bool,
    /// The unknown on which it depends whether it is written at all.
    pub condition: Option<Value>,
}

/// The text so far.
#[derive(Debug, Default)]
pub(crate) struct Output {
    pub(crate) pieces: Vec<Piece>,
    bytes: usize,
}

impl Interp<'_> {
    /// Literal text of the template.
    pub(super) fn write_literal(&mut self, number: i64) -> Result<(), Stop> {
        let text = usize::try_from(number).ok().and_then(|n| self.texts.get(n));
        let Some(text) = text else { return Ok(()) };
        let piece = Piece {
            value: Value::str(text.text.as_str()),
            line: text.line,
            origin: None,
            literal: true,
            condition: self.condition(),
        };
        self.write(piece)
    }

    /// The value of `<%= … %>`.
    pub(super) fn write_value(&mut self, value: &Value) -> Result<(), Stop> {
        let text = crate::ruby::methods::inspect::to_s(value);
        match &text {
            Value::Sym(sym) => match &sym.expr {
                SymExpr::Concat(parts) => parts.iter().try_for_each(|part| self.write_one(part.clone())),
                _ => self.write_one(text),
            },
            _ => self.write_one(text),
        }
    }

    fn condition(&self) -> Option<Value> {
        if self.possible == 0 { None } else { self.doubt.clone() }
    }

    fn write_one(&mut self, value: Value) -> Result<(), Stop> {
        let origin = values::origin_of(&value);
        let piece = Piece { value, line: self.line, origin, literal: false, condition: self.condition() };
        self.write(piece)
    }

    fn write(&mut self, piece: Piece) -> Result<(), Stop> {
        self.out.bytes += piece.value.as_str().map_or(16, str::len);
        if self.out.bytes > MAX_OUTPUT {
            return Err(Stop::Limit("a template that writes more than 16 MiB"));
        }
        self.out.pieces.push(piece);
        Ok(())
    }
}
