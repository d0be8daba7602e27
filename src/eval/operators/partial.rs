//! Matches on text of which only the beginning is known.

use super::{Outcome, one_of, truth_value};
use crate::value::regex::match_on_prefix;
use crate::value::{SymExpr, Tri, Value};

/// `left =~ right` as far as the beginning of the text decides it.
pub(super) fn match_beginning(left: &Value, right: &Value) -> Option<Outcome> {
    let (Value::Sym(sym), Value::Regex(pattern)) = (left, right) else { return None };
    match &sym.expr {
        SymExpr::Concat(parts) if sym.sample.is_none() => {
            let Some(Value::Str(prefix)) = parts.first() else { return None };
            let answer = match_on_prefix(pattern, &prefix.text);
            (answer != Tri::Maybe).then(|| Ok(truth_value("=~", &[left, right], answer)))
        }
        SymExpr::Choice(values) if values.iter().all(begins) => {
            let mut answers: Vec<Value> = Vec::new();
            for value in values {
                let answer = match_beginning(value, right)?.ok()?;
                if !answers.contains(&answer) {
                    answers.push(answer);
                }
            }
            Some(Ok(one_of(answers)))
        }
        _ => None,
    }
}

/// Whether the beginning of a text is known and no more.
fn begins(value: &Value) -> bool {
    matches!(value, Value::Sym(s) if s.sample.is_none() && matches!(&s.expr, SymExpr::Concat(parts) if matches!(parts.first(), Some(Value::Str(_)))))
}
