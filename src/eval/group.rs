//! Hosts that share one catalog: what was decided on per-host values, asked again for another host.

use super::compiler::Compiler;
use super::outcome::Observation;
use crate::value::{SymExpr, Value};

/// Most observations that one catalog keeps.
const MAX_OBSERVATIONS: usize = 20_000;

impl Compiler<'_> {
    /// Writes down a decision on a per-host value.
    pub(crate) fn observe_truth(&mut self, value: &Value, decided: bool) {
        let observation = Observation::Truth(value.clone(), decided);
        self.observe_once(observation);
    }

    /// Writes down that the value itself was used up in a decision.
    pub(crate) fn observe_value(&mut self, value: &Value) {
        if let Value::Sym(sym) = value
            && let Some(sample) = &sym.sample
        {
            self.observe_once(Observation::Equals(value.clone(), sample.clone()));
        }
    }

    fn observe_once(&mut self, observation: Observation) {
        if self.observations.len() < MAX_OBSERVATIONS && !self.observations.contains(&observation) {
            self.observations.push(observation);
        }
    }
}

/// Whether an expression mentions a fact.
#[must_use]
pub fn mentions_fact(expr: &SymExpr) -> bool {
    match expr {
        SymExpr::Fact(_) => true,
        SymExpr::Opaque(_) => false,
        SymExpr::Concat(values) | SymExpr::Call(_, values) | SymExpr::Choice(values) => {
            values.iter().any(|v| matches!(v, Value::Sym(s) if mentions_fact(&s.expr)))
        }
    }
}
