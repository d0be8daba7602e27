//! `=~`, `in`, and what makes an option of `case` or a selector fit.

use super::compiler::Compiler;
use super::error::EvalError;
use super::lift::{Res, lift};
use super::ops::{self, a_label};
use crate::puppet::ast::BinaryOp;
use crate::value::{Tri, Value};
use std::sync::Arc;

/// Groups of a regex match.
pub(crate) type Captures = Arc<[Value]>;

impl Compiler<'_> {
    /// `=~` and `!~`
    pub(crate) fn match_operator(&mut self, op: BinaryOp, left: &Value, right: &Value) -> Res<Value> {
        let negated = op == BinaryOp::NotMatch;
        let pattern = right.sample().clone();
        if let Value::Type(ty) = &pattern {
            let fits = self.type_match(ty, left);
            return Ok(tri_value(fits, negated, left, right));
        }
        let mut captures = None;
        let result = lift(super::expr::symbol(op), &[left.clone(), right.clone()], false, &mut |a| match a {
            [left, right] => {
                let found = match_regex(left, right)?;
                let hit = found.is_some();
                captures = found.or_else(|| captures.take());
                Ok(Value::Bool(hit != negated))
            }
            _ => Ok(Value::Undef),
        })?;
        if result.is_unknown() {
            self.matches = Some(vec![super::lift::sym(crate::value::SymExpr::Call("match".into(), vec![left.clone(), right.clone()]), None); 10].into());
        } else if captures.is_some() {
            self.matches = captures;
            if matches!(left, Value::Sym(_)) {
                self.per_host_matches(left, right);
            }
        }
        Ok(result)
    }

    /// Groups matched in a per-host text differ per host too.
    fn per_host_matches(&mut self, left: &Value, right: &Value) {
        let Some(groups) = &self.matches else { return };
        let wrap = |(i, v): (usize, &Value)| {
            let number = Value::Int(i64::try_from(i).unwrap_or(0));
            let call = crate::value::SymExpr::Call("match group".into(), vec![left.clone(), right.clone(), number]);
            super::lift::sym(call, Some(v.clone()))
        };
        self.matches = Some(groups.iter().enumerate().map(wrap).collect());
    }

    /// `a in b`
    pub(crate) fn member(&mut self, left: &Value, right: &Value) -> Res<Value> {
        if let Value::Array(list) = right
            && let Value::Type(ty) = left
            && list.items.iter().all(|v| !matches!(v, Value::Type(_)))
        {
            let fits: Vec<Tri> = list.items.iter().map(|v| self.type_match(ty, v)).collect();
            return Ok(Value::Bool(fits.contains(&Tri::Yes)));
        }
        lift("in", &[left.clone(), right.clone()], true, &mut |a| match a {
            [a, b] => plain_in(a, b).map(Value::Bool),
            _ => Ok(Value::Undef),
        })
    }

    /// Whether a subject fits an option.
    pub(crate) fn option_fits(&mut self, subject: &Value, option: &Value) -> Res<Tri> {
        let result = match option {
            Value::Regex(_) => match subject.sample() {
                Value::Str(_) | Value::Sym(_) => self.match_operator(BinaryOp::Match, subject, option)?,
                _ => Value::Bool(false),
            },
            Value::Type(ty) if !matches!(subject.sample(), Value::Type(_)) => {
                return Ok(self.type_match(ty, subject));
            }
            Value::Type(_) => {
                let same = self.operator(BinaryOp::Eq, subject.clone(), option.clone())?;
                match (same.truth(), subject.sample(), option) {
                    (Tri::No, Value::Type(a), Value::Type(b)) => Value::Bool(super::typeexpr::is_member_type(b, a)),
                    _ => same,
                }
            }
            Value::Array(list) if matches!(subject.sample(), Value::Array(_)) => return self.lists_fit(subject, &list.items),
            Value::Hash(hash) if matches!(subject.sample(), Value::Hash(_)) => return self.hashes_fit(subject, &hash.entries.clone()),
            _ => self.operator(BinaryOp::Eq, subject.clone(), option.clone())?,
        };
        Ok(self.decide(&result))
    }

    fn lists_fit(&mut self, subject: &Value, options: &[Value]) -> Res<Tri> {
        let Some(items) = subject.as_array().filter(|i| i.len() == options.len()).map(<[Value]>::to_vec) else { return Ok(Tri::No) };
        let mut all = Tri::Yes;
        for (item, option) in items.iter().zip(options) {
            all = and(all, if matches!(option, Value::Default) { Tri::Yes } else { self.option_fits(item, option)? });
        }
        Ok(all)
    }

    fn hashes_fit(&mut self, subject: &Value, options: &crate::value::Entries) -> Res<Tri> {
        let Some(entries) = subject.as_hash().cloned() else { return Ok(Tri::No) };
        let mut all = Tri::Yes;
        for (key, option) in options {
            let fits = match entries.get(key) {
                Some(value) => self.option_fits(value, option)?,
                None => Tri::No,
            };
            all = and(all, fits);
        }
        Ok(all)
    }

    /// The truth of a value; resting on a per-host value it is written down.
    pub(crate) fn decide(&mut self, value: &Value) -> Tri {
        let truth = value.truth();
        if let Value::Sym(sym) = value
            && sym.sample.is_some()
        {
            self.observe_truth(value, truth == Tri::Yes);
        }
        truth
    }
}

fn and(a: Tri, b: Tri) -> Tri {
    match (a, b) {
        (Tri::No, _) | (_, Tri::No) => Tri::No,
        (Tri::Yes, Tri::Yes) => Tri::Yes,
        _ => Tri::Maybe,
    }
}

fn tri_value(fits: Tri, negated: bool, left: &Value, right: &Value) -> Value {
    match fits {
        Tri::Yes => Value::Bool(!negated),
        Tri::No => Value::Bool(negated),
        Tri::Maybe => super::lift::sym(crate::value::SymExpr::Call("=~".into(), vec![left.clone(), right.clone()]), None),
    }
}

/// `a in b` over known values.
pub(crate) fn plain_in(a: &Value, b: &Value) -> Res<bool> {
    match a {
        Value::Regex(r) => regex_in(r, b),
        _ => Ok(ops::contains(a, b)),
    }
}

fn regex_in(pattern: &str, right: &Value) -> Res<bool> {
    let re = crate::value::regex::compile(pattern).map_err(|e| EvalError::puppet(e.to_string()))?;
    let hit = |v: &Value| matches!(v, Value::Str(s) if re.is_match(s.text.as_str()).unwrap_or(false));
    Ok(match right {
        Value::Array(list) => list.items.iter().any(hit),
        Value::Hash(hash) => hash.entries.keys().any(hit),
        other => hit(other),
    })
}

/// Matches a text against a regex or the text of one.
pub(crate) fn match_regex(left: &Value, right: &Value) -> Res<Option<Captures>> {
    let pattern: &str = match right {
        Value::Regex(r) => r,
        Value::Str(s) => &s.text,
        other => {
            let ruby = match other {
                Value::Undef => "nil".into(),
                Value::Bool(b) => b.to_string(),
                Value::Default => "Symbol".into(),
                other => ops::label(other),
            };
            let message = format!("Can not convert right match operand to a regular expression. Caused by 'no implicit conversion of {ruby} into String'.");
            return Err(EvalError::issue("MATCH_NOT_REGEXP", message));
        }
    };
    let Value::Str(text) = left else {
        let message = format!("Left match operand must result in a String value. Got {}.", a_label(left));
        return Err(EvalError::issue("MATCH_NOT_STRING", message));
    };
    captures(pattern, &text.text)
}

fn captures(pattern: &str, text: &str) -> Res<Option<Captures>> {
    let bad = |e: crate::value::regex::RegexError| {
        let message = format!("Can not convert right match operand to a regular expression. Caused by '{e}'.");
        EvalError::issue("MATCH_NOT_REGEXP", message)
    };
    let found = crate::value::regex::captures(pattern, text).map_err(bad)?;
    Ok(found.map(|groups| groups.into_iter().map(|g| g.map_or(Value::Undef, Value::str)).collect()))
}
