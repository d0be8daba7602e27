//! Large values that were held against an annotation before, and what came of it.
//!
//! A catalog of services that every role fetches is checked against the same structure for each host. Its value is one
//! in memory, however many hosts have it, and so is the annotation. Only what is known in full is kept.

use super::compiler::Compiler;
use super::named_types::is_fixed;
use crate::puppet::ast::Expr;
use crate::value::types::Type;
use crate::value::{Tri, Value};
use rustc_hash::FxHashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Members from which on it is worth it.
const LARGE: usize = 16;
/// Most outcomes kept.
const MAX_KEPT: usize = 10_000;

/// Outcomes by the address of the annotation and that of the value, which is kept so that no other takes its place.
#[derive(Debug, Default)]
pub(crate) struct Judged(RwLock<FxHashMap<(usize, usize), (Value, Tri)>>);

impl Judged {
    fn get(&self, place: (usize, usize)) -> Option<Tri> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&place).map(|(_, fits)| *fits)
    }

    fn keep(&self, place: (usize, usize), value: &Value, fits: Tri) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() < MAX_KEPT {
            all.insert(place, (value.clone(), fits));
        }
    }
}

impl<'s> Compiler<'s> {
    /// Whether a value is of the type that an annotation stands for.
    pub(super) fn fits_annotation(&mut self, expr: &'s Expr, ty: &Arc<Type>, value: &Value) -> Tri {
        let Some(address) = large(value) else { return self.type_match(ty, value) };
        let place = (std::ptr::from_ref(expr).addr(), address);
        if let Some(fits) = self.session.judged.get(place) {
            return fits;
        }
        let fits = self.type_match(ty, value);
        if is_fixed(expr, &mut |_| true) && !value.has_sym() {
            self.session.judged.keep(place, value, fits);
        }
        fits
    }
}

fn large(value: &Value) -> Option<usize> {
    match value {
        Value::Array(list) if list.items.len() >= LARGE => Some(Arc::as_ptr(list).addr()),
        Value::Hash(hash) if hash.entries.len() >= LARGE => Some(Arc::as_ptr(hash).addr()),
        _ => None,
    }
}
