//! What Puppet 3 took and later versions refuse, for manifests in its dialect: numbers and truth as text, elements that
//! are added to a hash, names that are relative to the class around them.

use super::compiler::Compiler;
use super::error::EvalError;
use super::lift::Res;
use super::scope::Env;
use super::source::DefKind;
use crate::puppet::Dialect;
use crate::puppet::ast::{Expr, ExprKind};
use crate::value::Value;
use ecow::EcoString;

impl<'s> Compiler<'s> {
    /// Whether the manifests are in the older dialect.
    pub(super) fn is_legacy(&self) -> bool {
        self.session.options.dialect == Dialect::Legacy
    }

    /// What a value was matched as: all of them were taken for text.
    pub(super) fn legacy_text(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Int(_) | Value::Float(_) | Value::Bool(_) if self.is_legacy() => Some(Value::str(value.to_string())),
            Value::Undef if self.is_legacy() => Some(Value::str("")),
            _ => None,
        }
    }

    /// A title, or the titles of a list, that are numbers, as text.
    pub(super) fn legacy_titles(&self, title: Value) -> Value {
        match &title {
            Value::Int(_) | Value::Float(_) if self.is_legacy() => Value::str(title.to_string()),
            Value::Array(list) if self.is_legacy() => {
                Value::array(list.items.iter().map(|item| self.legacy_titles(item.clone())).collect())
            }
            _ => title,
        }
    }

    /// `$hash[key] = value`, which added an element to the hash; whether it is that.
    pub(super) fn set_element(&mut self, env: Env<'s>, target: &'s Expr, value: &Value) -> Res<bool> {
        let ExprKind::Access(base, keys) = &target.kind else { return Ok(false) };
        let (ExprKind::Var(name), [key], true) = (&base.kind, keys.as_slice(), self.is_legacy()) else {
            return Ok(false);
        };
        let key = self.eval(env, key)?;
        let Some(holder) = self.holder(env.scope, name) else { return Ok(false) };
        let held = self.lookup_from(env.scope, name).unwrap_or_default();
        if held.is_unknown() {
            // With one element more it is no better known.
            return Ok(true);
        }
        let Some(mut entries) = held.as_hash().cloned() else { return Ok(false) };
        if self.branch.is_none() && entries.contains_key(&key) {
            return Err(EvalError::puppet(format!("Assigning to the hash '{name}' with an existing key '{key}'")));
        }
        entries.insert(key, value.clone());
        self.spoil();
        self.bind(holder, name.clone(), Value::hash(entries));
        Ok(true)
    }

    /// What a name meant in a namespace: the nearest definition around it, before the one that is called just so.
    pub(super) fn legacy_name(&mut self, kind: DefKind, namespace: &str, name: &str) -> Option<EcoString> {
        if !self.is_legacy() || namespace.is_empty() {
            return None;
        }
        let mut namespaces = std::iter::successors(Some(namespace), |inner| Some(inner.rsplit_once("::")?.0));
        namespaces.find_map(|outer| {
            let full = EcoString::from(format!("{outer}::{name}").to_lowercase());
            self.find_def(kind, &full).map(|_| full)
        })
    }
}
