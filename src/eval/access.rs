//! `base[keys]`: elements, slices, members of hashes, parametrised types and references.

use super::call::Caller;
use super::compiler::Compiler;
use super::error::EvalError;
use super::facts::fact_sym;
use super::lift::{Known, Res, known, over_choices};
use super::operators;
use super::scope::Env;
use crate::puppet::ast::{Expr, ExprKind};
use crate::repo::Loc;
use crate::value::{Origin, SymExpr, Value};
use std::sync::Arc;

impl<'s> Compiler<'s> {
    pub(crate) fn access(&mut self, env: Env<'s>, expr: &'s Expr, base: &'s Expr, keys: &'s [Expr]) -> Res<Value> {
        if let ExprKind::TypeRef(name) = &base.kind {
            let keys = self.eval_args(env, keys).map_err(|error| no_class_name(env, name, keys, error))?;
            return self.specialize(name, keys).map_err(|e| e.at(&env.file.loc(expr.span)));
        }
        let questions = self.questions();
        let base_value = self.eval(env, base)?;
        let question = self.question_since(questions);
        let keys = self.eval_args(env, keys);
        self.asked_member(question, &base_value, keys.as_deref().unwrap_or_default());
        let keys = keys?;
        let at = env.file.loc(expr.span);
        if let Value::Type(ty) = &base_value {
            return self.specialize_type(ty, keys);
        }
        self.index(env, &base_value, &keys, &at).map_err(|e| e.at(&env.file.loc(base.span)))
    }

    /// `base[keys]` over values.
    pub(crate) fn index(&mut self, env: Env<'s>, base: &Value, keys: &[Value], at: &Loc) -> Res<Value> {
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
        over_choices("[]", &args, &mut |a| match a.split_first() {
            Some((base, keys)) => {
                operators::index(&mut Caller { compiler: self, env }, base, keys).map(|v| placed(v, at))
            }
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
        Some(self.host_fact(&full).unwrap_or_else(|| fact_sym(&full, None)))
    }
}

/// `Class[A]`, where `A` is no type: its name would be a text.
fn no_class_name(env: Env<'_>, name: &str, keys: &[Expr], error: EvalError) -> EvalError {
    let unknown = matches!(&error, EvalError::Puppet { issue: Some("UNKNOWN_RESOURCE_TYPE"), .. });
    let key = keys.iter().find(|_| unknown && name == "Class");
    match key.map(|key| (key, &key.kind)) {
        Some((key, ExprKind::TypeRef(written))) => {
            let message = format!(
                "Illegal Class name in class reference. A TypeReference['{written}']-Type cannot be used where a String is expected"
            );
            EvalError::issue("ILLEGAL_HOSTCLASS_NAME", message).at(&env.file.loc(key.span))
        }
        _ => error,
    }
}

/// A hash indexed by something unknown: any of its values.
fn any_member(hash: &crate::value::Hash) -> Value {
    let values = hash.entries.values().cloned().chain([Value::Undef]);
    super::lift::choice(values.take(super::lift::MAX_ALTERNATIVES + 1).collect::<Vec<_>>())
}

/// An element that was taken out of a list remembers where.
fn placed(value: Value, place: &Loc) -> Value {
    if let Value::Sym(sym) = &value {
        let Some(sample) = &sym.sample else { return value };
        let sample = Some(placed(sample.clone(), place));
        return super::lift::sym(sym.expr.clone(), sample);
    }
    let Value::Str(s) = &value else { return value };
    let Some(Origin::Element { index, len, at: None, list }) = s.origin.as_deref() else { return value };
    let origin = Origin::Element { index: *index, len: *len, at: Some(place.clone()), list: list.clone() };
    Value::str_from(s.text.clone(), Arc::new(origin))
}
