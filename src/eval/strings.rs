//! Interpolated strings and rendered EPP text.

use super::compiler::Compiler;
use super::error::EvalError;
use super::lift::{Res, concat};
use super::scope::Env;
use crate::puppet::Dialect;
use crate::puppet::ast::{Expr, ExprKind, StrPart};
use crate::value::Value;

/// Longest string that is built.
pub(crate) const MAX_STRING: usize = 64 << 20;

impl<'s> Compiler<'s> {
    /// A heredoc. What is put together only here is held against its syntax here.
    pub(crate) fn heredoc(&mut self, env: Env<'s>, syntax: &str, text: &'s Expr) -> Res<Value> {
        let value = self.eval(env, text)?;
        if let (ExprKind::Concat(_), Value::Str(made)) = (&text.kind, &value)
            && self.session.options.dialect == Dialect::Modern
            && let Some((issue, message)) = crate::puppet::misread(syntax, &made.text)
        {
            return Err(EvalError::issue(issue, message).at(&env.file.loc(text.span)));
        }
        Ok(value)
    }

    /// `"text ${expr}"`. A string that is nothing but one expression keeps the origin of its text.
    pub(crate) fn interpolate(&mut self, env: Env<'s>, parts: &'s [StrPart]) -> Res<Value> {
        let mut values = Vec::with_capacity(parts.len());
        let mut size = 0usize;
        for part in parts {
            let value = match part {
                StrPart::Text(text) => Value::str(text.clone()),
                StrPart::Expr(expr) => self.eval(env, expr)?,
            };
            size += value.as_str().map_or(16, str::len);
            if size > MAX_STRING {
                return Err(EvalError::Limit {
                    what: format!("a string longer than {} MB", MAX_STRING >> 20),
                    at: None,
                });
            }
            values.push(value);
        }
        if let [Value::Str(only)] = &values[..] {
            return Ok(Value::Str(only.clone()));
        }
        let origin = values.iter().find_map(|v| match v {
            Value::Str(s) => s.origin.clone().filter(|o| !matches!(**o, crate::value::Origin::Literal(_))),
            _ => None,
        });
        Ok(match (concat(values), origin) {
            (Value::Str(mut s), Some(origin)) => {
                s.origin = Some(origin);
                Value::Str(s)
            }
            (value, _) => value,
        })
    }

    /// Text of an EPP template.
    pub(crate) fn render(&mut self, text: &str) {
        if let Some(out) = self.rendering.last_mut() {
            out.push(Value::str(text));
        }
    }

    /// A value printed by an EPP template.
    pub(crate) fn render_value(&mut self, value: Value) {
        if let Some(out) = self.rendering.last_mut() {
            out.push(value);
        }
    }
}
