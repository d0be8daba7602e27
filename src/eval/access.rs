//! `base[keys]`: elements, slices, members of hashes, parametrised types and references.

use super::compiler::Compiler;
use super::error::EvalError;
use super::facts::fact_sym;
use super::lift::{Known, Res, known, lift};
use super::ops::{a_label, label};
use super::scope::Env;
use crate::puppet::ast::{Expr, ExprKind};
use crate::repo::Loc;
use crate::value::{Origin, SymExpr, Value};
use std::sync::Arc;

impl<'s> Compiler<'s> {
    pub(crate) fn access(&mut self, env: Env<'s>, expr: &'s Expr, base: &'s Expr, keys: &'s [Expr]) -> Res<Value> {
        if let ExprKind::TypeRef(name) = &base.kind {
            let keys = self.eval_args(env, keys)?;
            return self.specialize(name, keys).map_err(|e| e.at(&env.file.loc(expr.span)));
        }
        let base_value = self.eval(env, base)?;
        let keys = self.eval_args(env, keys)?;
        let at = env.file.loc(expr.span);
        if let Value::Type(ty) = &base_value {
            return self.specialize_type(ty, keys);
        }
        self.index(&base_value, &keys, &at).map_err(|e| e.at(&env.file.loc(base.span)))
    }

    /// `base[keys]` over values.
    pub(crate) fn index(&mut self, base: &Value, keys: &[Value], at: &Loc) -> Res<Value> {
        if let Some(value) = self.index_fact(base, keys) {
            return Ok(value);
        }
        if let (Value::Hash(hash), [key]) = (base, keys)
            && known(key) == Known::No
            && super::lift::alternatives(key).is_none()
        {
            return Ok(any_member(hash));
        }
        let mut args = vec![base.clone()];
        args.extend_from_slice(keys);
        lift("[]", &args, false, &mut |a| match a.split_first() {
            Some((base, keys)) => element(base, keys, at),
            None => Ok(Value::Undef),
        })
    }

    /// A member of an unknown fact is a fact of its own.
    fn index_fact(&self, base: &Value, keys: &[Value]) -> Option<Value> {
        let Value::Sym(sym) = base else { return None };
        let (SymExpr::Fact(path), None, [key]) = (&sym.expr, &sym.sample, keys) else { return None };
        let key = match key {
            Value::Str(s) => s.text.to_string(),
            Value::Int(i) => i.to_string(),
            _ => return None,
        };
        let full = if path == "facts" { key } else { format!("{path}.{key}") };
        Some(self.host.fact(&full).unwrap_or_else(|| fact_sym(&full, None)))
    }
}

/// A hash indexed by something unknown: any of its values.
fn any_member(hash: &crate::value::Hash) -> Value {
    let values = hash.entries.values().cloned().chain([Value::Undef]);
    super::lift::choice(values.take(super::lift::MAX_ALTERNATIVES + 1).collect::<Vec<_>>())
}

/// The element or slice of a known value.
pub(crate) fn element(base: &Value, keys: &[Value], at: &Loc) -> Res<Value> {
    match base {
        Value::Array(list) => list_element(list, keys, at),
        Value::Hash(hash) => hash_element(hash, keys),
        Value::Str(s) => substring(&s.text, keys),
        other => {
            let message = format!("Operator '[]' is not applicable to {}.", a_label(other));
            Err(EvalError::issue("OPERATOR_NOT_APPLICABLE", message))
        }
    }
}

fn integer(key: &Value) -> Res<i64> {
    let wrong = || {
        let message = format!("An Array[] cannot use {} where Integer is expected", label(key));
        EvalError::issue("BAD_SLICE_KEY_TYPE", message)
    };
    match key {
        Value::Int(i) => Ok(*i),
        Value::Str(s) => match super::ops::to_number(&s.text) {
            Some(Value::Int(i)) => Ok(i),
            _ => Err(wrong()),
        },
        _ => Err(wrong()),
    }
}

fn list_element(list: &Arc<crate::value::Array>, keys: &[Value], at: &Loc) -> Res<Value> {
    let items = &list.items;
    match keys {
        [index] => {
            let index = integer(index)?;
            let Some(value) = resolve(index, items.len()).and_then(|i| items.get(i)) else { return Ok(Value::Undef) };
            Ok(from_list(value, index, items.len(), at, list.origin.clone()))
        }
        [from, count] => Ok(Value::array(slice(items, integer(from)?, integer(count)?))),
        _ => {
            let message = format!("Array supports [] with one or two arguments. Got {}", keys.len());
            Err(EvalError::issue("BAD_ARRAY_SLICE_ARITY", message))
        }
    }
}

/// An element that remembers it was taken out of a list.
pub(crate) fn from_list(value: &Value, index: i64, len: usize, at: &Loc, list: Option<Arc<Origin>>) -> Value {
    match value {
        Value::Str(s) => {
            let origin = Origin::Element { index, len, at: Some(at.clone()), list: list.or_else(|| s.origin.clone()) };
            Value::str_from(s.text.clone(), Arc::new(origin))
        }
        other => other.clone(),
    }
}

fn resolve(index: i64, len: usize) -> Option<usize> {
    let len = i64::try_from(len).ok()?;
    let index = if index < 0 { index.checked_add(len)? } else { index };
    usize::try_from(index).ok()
}

fn bounds(from: i64, count: i64, len: usize) -> Option<(usize, usize)> {
    let size = i64::try_from(len).ok()?;
    let mut start = if from < 0 { from.checked_add(size)? } else { from };
    let end = if count < 0 { size.checked_add(count)?.checked_add(1)? } else { start.checked_add(count)? };
    start = start.max(0);
    let (start, end) = (usize::try_from(start).ok()?, usize::try_from(end.max(0)).ok()?.min(len));
    (start < end).then_some((start, end))
}

fn slice(items: &[Value], from: i64, count: i64) -> Vec<Value> {
    bounds(from, count, items.len()).and_then(|(a, b)| items.get(a..b)).map(<[Value]>::to_vec).unwrap_or_default()
}

fn hash_element(hash: &Arc<crate::value::Hash>, keys: &[Value]) -> Res<Value> {
    match keys {
        [key] => Ok(hash.entries.get(key).cloned().unwrap_or_default()),
        _ => Ok(Value::array(keys.iter().filter_map(|k| hash.entries.get(k).cloned()).collect())),
    }
}

fn substring(text: &str, keys: &[Value]) -> Res<Value> {
    let number = |key: &Value| match key {
        Value::Int(i) => Ok(*i),
        other => {
            let got = super::ops::a_label(other);
            let message = format!("A substring operation does not accept {got} as a character index. Expected an Integer");
            Err(EvalError::issue("BAD_STRING_SLICE_KEY_TYPE", message))
        }
    };
    let chars: Vec<char> = text.chars().collect();
    let part = match keys {
        [index] => resolve(number(index)?, chars.len()).and_then(|i| chars.get(i..=i)),
        [from, count] => bounds(number(from)?, number(count)?, chars.len()).and_then(|(a, b)| chars.get(a..b)),
        _ => {
            let message = format!("String supports [] with one or two arguments. Got {}", keys.len());
            return Err(EvalError::issue("BAD_STRING_SLICE_ARITY", message));
        }
    };
    Ok(Value::str(part.map(String::from_iter).unwrap_or_default()))
}
