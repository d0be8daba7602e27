//! Equality, ordering and hashing of values.
//!
//! `==` here is identity of data (exact, case sensitive, as hash keys and catalogs compare); the
//! language's own `==` is [`Value::loosely_equals`].

use super::{Str, Value};
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

impl PartialEq for Str {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Str {}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Undef, Self::Undef) | (Self::Default, Self::Default) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Str(a), Self::Str(b)) => a == b,
            (Self::Regex(a), Self::Regex(b)) => a == b,
            // Most of what large values hold is one and the same in memory.
            (Self::Array(a), Self::Array(b)) => Arc::ptr_eq(a, b) || a.items == b.items,
            (Self::Hash(a), Self::Hash(b)) => Arc::ptr_eq(a, b) || a.entries == b.entries,
            (Self::Type(a), Self::Type(b)) => a == b,
            (Self::Sensitive(a), Self::Sensitive(b)) => a == b,
            (Self::Object(a), Self::Object(b)) => a.type_name == b.type_name && a.attrs == b.attrs,
            (Self::Sym(a), Self::Sym(b)) => Arc::ptr_eq(a, b) || a.expr == b.expr,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl PartialEq for super::SymExpr {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Fact(a), Self::Fact(b)) => a == b,
            (Self::Opaque(a), Self::Opaque(b)) => a == b,
            (Self::Concat(a), Self::Concat(b)) | (Self::Choice(a), Self::Choice(b)) => a == b,
            (Self::Call(f, a), Self::Call(g, b)) => f == g && a == b,
            _ => false,
        }
    }
}

impl Value {
    /// A number that equal values have in common, whatever the order of what hashes hold.
    pub(crate) fn print(&self) -> u64 {
        let mut state = FxHasher::default();
        match self {
            Self::Array(list) => list.items.iter().for_each(|item| item.print().hash(&mut state)),
            Self::Hash(hash) => {
                let entry = |(key, value): (&Self, &Self)| (key.print(), value.print());
                hash.entries.iter().map(entry).map(mixed).fold(0_u64, u64::wrapping_add).hash(&mut state);
            }
            Self::Sensitive(value) => value.print().hash(&mut state),
            other => other.hash(&mut state),
        }
        state.finish()
    }

    /// Hashes symbolic values and hashes with all that they hold, where [`Hash`] is content with less.
    pub(crate) fn hash_whole<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Sym(sym) => sym.expr.hash_whole(state),
            Self::Array(list) => whole(list.items.iter(), state),
            Self::Hash(hash) => whole(hash.entries.iter().flat_map(|(k, v)| [k, v]), state),
            Self::Sensitive(value) => value.hash_whole(state),
            Self::Object(object) => format!("{object:?}").hash(state),
            Self::Type(ty) => ty.to_string().hash(state),
            other => other.hash(state),
        }
    }
}

fn mixed(pair: (u64, u64)) -> u64 {
    let mut state = FxHasher::default();
    pair.hash(&mut state);
    state.finish()
}

fn whole<'v, H: Hasher>(values: impl Iterator<Item = &'v Value>, state: &mut H) {
    let mut count = 0_usize;
    for value in values {
        value.hash_whole(state);
        count += 1;
    }
    count.hash(state);
}

impl super::SymExpr {
    fn hash_whole<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Fact(path) => path.hash(state),
            Self::Opaque(cause) => cause.hash(state),
            Self::Concat(values) | Self::Choice(values) => whole(values.iter(), state),
            Self::Call(name, values) => {
                name.hash(state);
                whole(values.iter(), state);
            }
        }
    }
}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Bool(b) => b.hash(state),
            Self::Int(i) => i.hash(state),
            Self::Float(f) => f.to_bits().hash(state),
            Self::Str(s) => s.text.hash(state),
            Self::Regex(r) => r.hash(state),
            Self::Array(a) => a.items.hash(state),
            Self::Hash(h) => h.entries.len().hash(state),
            Self::Sensitive(v) => v.hash(state),
            Self::Undef | Self::Default | Self::Type(_) | Self::Object(_) | Self::Sym(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_equal_prints() {
        let hash = |pairs: &[(&str, i64)]| {
            Value::hash(pairs.iter().map(|(key, n)| (Value::str(*key), Value::Int(*n))).collect())
        };
        let (one, other) = (hash(&[("a", 1), ("b", 2)]), hash(&[("b", 2), ("a", 1)]));
        assert!(one == other && one.print() == other.print());
        assert_eq!(Value::array(vec![one.clone()]).print(), Value::array(vec![other]).print());
        assert_ne!(one.print(), hash(&[("a", 2), ("b", 1)]).print());
        assert_ne!(Value::array(vec![one]).print(), Value::array(Vec::new()).print());
    }
}
