//! The rendered text as one value that still knows which template line and value each stretch came from.

use super::{Piece, values};
use crate::repo::Loc;
use crate::value::{Origin, RenderedPiece, Str, Sym, SymExpr, Value};
use ecow::EcoString;
use std::sync::Arc;

/// Puts the pieces together. Runs of possible pieces become one unknown that holds them.
pub(super) fn whole(pieces: &[Piece], path: &Arc<str>) -> Value {
    let mut text = Text { path, parts: Vec::new(), open: EcoString::new(), stretches: Vec::new() };
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

struct Text<'a> {
    path: &'a Arc<str>,
    parts: Vec<Value>,
    open: EcoString,
    stretches: Vec<RenderedPiece>,
}

impl Text<'_> {
    fn piece(&mut self, piece: &Piece) {
        let Value::Str(known) = &piece.value else {
            self.close();
            self.parts.push(piece.value.clone());
            return;
        };
        let offset = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let start = offset(self.open.len());
        self.open.push_str(&known.text);
        let at = Loc::new(self.path.clone(), piece.line);
        let origin = piece.origin.clone().or_else(|| known.origin.clone());
        self.stretches.push(RenderedPiece { start, end: offset(self.open.len()), at, origin });
    }

    fn possible(&mut self, condition: &Value, pieces: &[Piece]) {
        self.close();
        let bare: Vec<Piece> = pieces.iter().map(|p| Piece { condition: None, ..p.clone() }).collect();
        self.parts.push(values::derived("possibly", &[condition, &whole(&bare, self.path)], None));
    }

    fn close(&mut self) {
        if !self.stretches.is_empty() {
            let origin = Some(Arc::new(Origin::Rendered(std::mem::take(&mut self.stretches))));
            self.parts.push(Value::Str(Str { text: std::mem::take(&mut self.open), origin }));
        }
    }

    fn finish(mut self) -> Value {
        self.close();
        if self.parts.len() <= 1 {
            return self.parts.pop().unwrap_or_else(|| Value::str(""));
        }
        let known: Option<EcoString> = self.parts.iter().map(Value::as_str).collect();
        Value::Sym(Arc::new(Sym { expr: SymExpr::Concat(self.parts), sample: known.map(Value::str) }))
    }
}
