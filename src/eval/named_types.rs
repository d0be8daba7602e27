//! Aliases of types, evaluated once for all hosts of a revision.
//!
//! What an alias stands for hangs on the aliases that it names, and on nothing else unless an expression in it says so.
//! Where all of them are defined where they were, the type is taken over. Whoever records is told of every one of them:
//! a trace that rests on an alias rests on all that it is made of.

use super::compiler::Compiler;
use super::reference::{canonical_type, unrooted};
use super::scope::{Env, TOP};
use super::session::DefAt;
use super::source::DefKind;
use crate::puppet::ast::{Expr, ExprKind};
use crate::value::Value;
use crate::value::types::{self, Type};
use ecow::EcoString;
use rustc_hash::FxHashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// An alias as one compilation knows it.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    ty: Arc<Type>,
    /// The aliases that it is made of, all the way down.
    parts: Arc<[EcoString]>,
    /// It is part of a circle whose evaluation has not come to its end: what the others are made of is not known yet.
    is_open: bool,
}

/// An alias as all hosts of a revision know it.
#[derive(Clone, Debug)]
struct Shared {
    ty: Arc<Type>,
    /// The aliases that it is made of, all the way down, and where they are defined.
    parts: Arc<[(EcoString, DefAt)]>,
}

/// The aliases of a revision by where they are defined.
#[derive(Debug, Default)]
pub(crate) struct Aliases(RwLock<FxHashMap<DefAt, Shared>>);

impl Aliases {
    fn get(&self, at: DefAt) -> Option<Shared> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&at).cloned()
    }

    fn keep(&self, at: DefAt, shared: Shared) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).entry(at).or_insert(shared);
    }
}

impl<'s> Compiler<'s> {
    /// The type that an alias stands for.
    pub(crate) fn alias(&mut self, name: &str) -> Option<Arc<Type>> {
        let key: EcoString = unrooted(name).to_lowercase().into();
        let known = match self.aliases.get(&key) {
            Some(known) => known.clone(),
            None => {
                let at = self.find_def(DefKind::Alias, &key)?;
                self.taken_over(&key, at).or_else(|| self.evaluated(name, &key, at))?
            }
        };
        self.note_alias(&key);
        known.parts.iter().for_each(|part| self.note_alias(part));
        if let Some(met) = &mut self.aliases_met {
            met.push(key);
            met.extend(known.parts.iter().cloned());
        }
        Some(known.ty)
    }

    /// The alias as another host knows it, if all that it is made of is the same here.
    fn taken_over(&mut self, key: &EcoString, at: DefAt) -> Option<Known> {
        let shared = self.session.aliases.get(at)?;
        let is_same = shared.parts.iter().all(|(part, at)| self.find_def(DefKind::Alias, part) == Some(*at));
        is_same.then_some(())?;
        let parts = shared.parts.iter().map(|(part, _)| part.clone()).collect();
        let known = Known { ty: shared.ty, parts, is_open: false };
        self.aliases.insert(key.clone(), known.clone());
        Some(known)
    }

    fn evaluated(&mut self, name: &str, key: &EcoString, at: DefAt) -> Option<Known> {
        let file = self.session.file(at.0)?;
        let expr = file.alias(at.1)?;
        let alias = types::Alias::declare(canonical_type(name));
        let ty = Arc::new(Type::Alias(alias.clone()));
        self.aliases.insert(key.clone(), Known { ty: ty.clone(), parts: Arc::default(), is_open: true });
        let outer = self.aliases_met.replace(Vec::new());
        let value = self.eval(Env { scope: TOP, file }, expr);
        let mut parts = std::mem::replace(&mut self.aliases_met, outer).unwrap_or_default();
        parts.sort_unstable();
        parts.dedup();
        parts.retain(|part| part != key);
        let is_type = matches!(value, Ok(Value::Type(_)));
        alias.define(match value {
            Ok(Value::Type(ty)) => ty,
            _ => Arc::new(Type::Any),
        });
        let is_open = parts.iter().any(|part| self.aliases.get(part).is_some_and(Known::is_under_way));
        let known = Known { ty, parts: parts.into(), is_open };
        self.aliases.insert(key.clone(), known.clone());
        if !is_open {
            self.close_circle(&known);
            if is_type {
                self.share(at, expr, &known);
            }
        }
        Some(known)
    }

    /// A circle is whole: its other members are evaluated once more when they are asked for.
    fn close_circle(&mut self, known: &Known) {
        for part in known.parts.iter() {
            if self.aliases.get(part).is_some_and(|known| known.is_open) {
                self.aliases.remove(part);
            }
        }
    }

    /// Keeps an alias for other hosts.
    fn share(&self, at: DefAt, expr: &Expr, known: &Known) {
        let place = |part: &EcoString| Some((part.clone(), (*self.defs.get(DefKind::Alias, part)?)?));
        let is_alias = |name: &str| known.parts.contains(&unrooted(name).to_lowercase().into());
        let parts: Option<Arc<[_]>> = known.parts.iter().map(place).collect();
        if let Some(parts) = parts
            && is_fixed(expr, &mut |name| types::base(name).is_some() || is_alias(name))
        {
            self.session.aliases.keep(at, Shared { ty: known.ty.clone(), parts });
        }
    }

    /// An alias that was evaluated before is named again, for whoever records.
    pub(super) fn note_alias(&mut self, name: &str) {
        if self.recorder.is_some() {
            self.find_def(DefKind::Alias, name);
        }
    }
}

impl Known {
    fn is_under_way(&self) -> bool {
        matches!(&*self.ty, Type::Alias(alias) if alias.target.get().is_none())
    }
}

/// Whether a type as written means the same wherever it is evaluated in a revision, if that is so of the names in it.
pub(super) fn is_fixed(expr: &Expr, name: &mut dyn FnMut(&str) -> bool) -> bool {
    match &expr.kind {
        ExprKind::TypeRef(written) => name(written),
        ExprKind::Str(_) | ExprKind::Int(..) | ExprKind::Float(_) | ExprKind::Bool(_) => true,
        ExprKind::Name(_) | ExprKind::Regex(_) | ExprKind::Default | ExprKind::Undef => true,
        ExprKind::Access(base, keys) => is_fixed(base, name) && keys.iter().all(|key| is_fixed(key, name)),
        ExprKind::Array(items) => items.iter().all(|item| is_fixed(item, name)),
        ExprKind::Hash(entries) => entries.iter().all(|(key, value)| is_fixed(key, name) && is_fixed(value, name)),
        _ => false,
    }
}
