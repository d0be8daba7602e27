//! `=~`, `in`, and what makes an option of `case` or a selector fit.

use super::call::Caller;
use super::compiler::Compiler;
use super::lift::{Res, over_choices};
use super::operators;
use super::scope::Env;
use crate::puppet::ast::{BinaryOp, UnaryOp};
use crate::value::{SymExpr, Tri, Value};
use std::sync::Arc;

/// Groups of a regex match.
pub(crate) type Captures = Arc<[Value]>;

/// How many match variables an unknown match sets.
const UNKNOWN_GROUPS: usize = 10;

impl<'s> Compiler<'s> {
    /// `=~` and `!~`
    pub(crate) fn match_operator(&mut self, env: Env<'s>, op: BinaryOp, left: &Value, right: &Value) -> Res<Value> {
        let legacy_text = self.legacy_text(left);
        let left = legacy_text.as_ref().unwrap_or(left);
        let mut captures = None;
        let result = over_choices("=~", &[left.clone(), right.clone()], &mut |a| match a {
            [left, right] => {
                let (value, found) = operators::find_match(&mut Caller { compiler: self, env }, left, right)?;
                captures = found.or_else(|| captures.take());
                Ok(value)
            }
            _ => Ok(Value::Undef),
        })?;
        if result.is_unknown() {
            let group = super::lift::sym(SymExpr::Call("match".into(), vec![left.clone(), right.clone()]), None);
            self.matches = Some(vec![group; UNKNOWN_GROUPS].into());
        } else if let Some(captures) = captures {
            self.matches = Some(captures.into());
        }
        match op {
            BinaryOp::NotMatch => operators::unary(&mut Caller { compiler: self, env }, UnaryOp::Not, &result),
            _ => Ok(result),
        }
    }

    /// `a in b`
    pub(crate) fn member(&mut self, env: Env<'s>, left: &Value, right: &Value) -> Res<Value> {
        let mut captures = None;
        let result = over_choices("in", &[left.clone(), right.clone()], &mut |a| match a {
            [left, right] => {
                let (value, found) = operators::is_in(&mut Caller { compiler: self, env }, left, right)?;
                captures = found.or_else(|| captures.take());
                Ok(value)
            }
            _ => Ok(Value::Undef),
        })?;
        if let Some(captures) = captures {
            self.matches = Some(captures.into());
        }
        Ok(result)
    }

    /// Whether a subject fits an option.
    pub(crate) fn option_fits(&mut self, env: Env<'s>, subject: &Value, option: &Value) -> Res<Tri> {
        let (fits, captures) = operators::case_matches(&mut Caller { compiler: self, env }, option, subject)?;
        if let Some(captures) = captures {
            self.matches = Some(captures.into());
        }
        Ok(fits)
    }

    /// The truth of a value; resting on a per-host value it is written down.
    pub(crate) fn decide(&mut self, value: &Value) -> Tri {
        let truth = value.truth();
        if let Value::Sym(sym) = value
            && sym.sample.is_some()
            && !matches!(sym.expr, SymExpr::Concat(_))
        {
            self.observe_truth(value, truth == Tri::Yes);
        }
        truth
    }
}
