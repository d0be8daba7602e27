//! The rendered text as one value that still knows which template line and value each stretch came from.

use super::{Piece, values};
use crate::repo::Loc;
use crate::value::{Origin, RenderedPiece, Str, Sym, SymExpr, Value};
use ecow::EcoString;
use std::sync::Arc;

/// Puts the pieces together. Runs of possible pieces become one unknown that holds them. `before` lines
/// of the file come before the template.
pub(super) fn whole(pieces: &[Piece], path: &Arc<str>, before: u32) -> Value {
    let is_known = pieces.iter().all(|p| p.condition.is_none() && matches!(p.value, Value::Str(_)));
    let (open, stretches) = if is_known { room(pieces) } else { <_>::default() };
    let mut text = Text { path, before, parts: Vec::new(), lines: Vec::new(), open, stretches };
    let mut rest = pieces;
    while let [first, ..] = rest {
        let run = rest.iter().take_while(|p| p.condition == first.condition).count();
        let (now, later) = rest.split_at(run);
        match &first.condition {
            None => now.iter().for_each(|p| text.piece(p)),
            Some(condition) => text.possible(condition, now),
        }
        rest = later;
    }
    text.finish()
}

/// Room for a text that is known as a whole: such texts are kept by the thousand, with no byte to spare.
fn room(pieces: &[Piece]) -> (EcoString, Vec<RenderedPiece>) {
    let length = pieces.iter().map(|p| p.value.as_str().map_or(0, str::len)).sum();
    (EcoString::with_capacity(length), Vec::with_capacity(pieces.len()))
}

struct Text<'a> {
    path: &'a Arc<str>,
    before: u32,
    parts: Vec<Value>,
    /// The line each part was written on.
    lines: Vec<u32>,
    open: EcoString,
    stretches: Vec<RenderedPiece>,
}

impl Text<'_> {
    fn at(&self, line: u32) -> Loc {
        Loc::new(self.path.clone(), line.saturating_add(self.before))
    }

    fn part(&mut self, value: Value, line: u32) {
        self.parts.push(value);
        self.lines.push(line);
    }

    fn piece(&mut self, piece: &Piece) {
        let Value::Str(known) = &piece.value else {
            self.close();
            self.part(piece.value.clone(), piece.line);
            return;
        };
        let start = offset(self.open.len());
        self.open.push_str(&known.text);
        let at = self.at(piece.line);
        let origin = piece.origin.clone().or_else(|| known.origin.clone());
        self.stretches.push(RenderedPiece { start, end: offset(self.open.len()), at, origin });
    }

    fn possible(&mut self, condition: &Value, pieces: &[Piece]) {
        self.close();
        let bare: Vec<Piece> = pieces.iter().map(|p| Piece { condition: None, ..p.clone() }).collect();
        let line = pieces.first().map_or(0, |p| p.line);
        self.part(values::derived("possibly", &[condition, &whole(&bare, self.path, self.before)], None), line);
    }

    fn close(&mut self) {
        if !self.stretches.is_empty() {
            let origin = Some(Arc::new(Origin::Rendered(std::mem::take(&mut self.stretches))));
            let text = std::mem::take(&mut self.open);
            self.part(Value::Str(Str { text, origin }), 0);
        }
    }

    fn finish(mut self) -> Value {
        self.close();
        if self.parts.len() <= 1 {
            return self.parts.pop().unwrap_or_else(|| Value::str(""));
        }
        let sample = self.sample();
        Value::Sym(Arc::new(Sym::new(SymExpr::Concat(self.parts), sample)))
    }

    /// The text on the host being compiled, with the stretches of all its parts.
    fn sample(&self) -> Option<Value> {
        let (mut text, mut stretches) = (EcoString::new(), Vec::new());
        for (part, line) in self.parts.iter().zip(&self.lines) {
            let start = offset(text.len());
            text.push_str(part.as_str()?);
            match values::origin_of(part).as_deref() {
                Some(Origin::Rendered(inner)) => {
                    let moved = |p: &RenderedPiece| RenderedPiece {
                        start: p.start.saturating_add(start),
                        end: p.end.saturating_add(start),
                        ..p.clone()
                    };
                    stretches.extend(inner.iter().map(moved));
                }
                origin => stretches.push(RenderedPiece {
                    start,
                    end: offset(text.len()),
                    at: self.at(*line),
                    origin: origin.cloned().map(Arc::new),
                }),
            }
        }
        Some(Value::Str(Str { text, origin: Some(Arc::new(Origin::Rendered(stretches))) }))
    }
}

fn offset(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
