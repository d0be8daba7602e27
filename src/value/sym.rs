//! Values that differ from host to host or are not known at all.

use super::{Tri, Value};
use ecow::EcoString;
use rustc_hash::FxHashSet;
use std::fmt;

/// A symbolic value.
///
/// With a `sample` it is known for the host being compiled, but another host of the same group may
/// have another; a decision that rests on it must be recorded. Without one it is unknown.
#[derive(Clone)]
pub struct Sym {
    /// How it is made up. Two symbolic values are the same iff their expressions are.
    pub expr: SymExpr,
    /// The value on the host being compiled.
    pub sample: Option<Value>,
    /// Of how many symbolic values it is made up, each counted as often as it occurs.
    weight: u32,
}

/// Most symbolic values that one is made up of. What a program doubles in a loop grows past every bound, and to compare
/// it or to print it takes a walk through all of it.
const MAX_WEIGHT: u32 = 10_000;

/// The expression of a symbolic value.
#[derive(Clone, Debug)]
pub enum SymExpr {
    /// A fact of the host (`hostname`, `networking.ip`).
    Fact(EcoString),
    /// Something that can't be computed here.
    Opaque(Cause),
    /// A string put together from parts.
    Concat(Vec<Value>),
    /// A pure function or operator over values some of which are symbolic.
    Call(EcoString, Vec<Value>),
    /// One of several, depending on an unknown condition.
    Choice(Vec<Value>),
}

/// Why something is unknown; the unit in which coverage is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cause {
    /// Sort of cause.
    pub kind: CauseKind,
    /// Which fact, function, key …
    pub name: EcoString,
}

/// Sorts of cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CauseKind {
    /// A fact nobody gave.
    Fact,
    /// A function that reads the outside or is not implemented.
    Function,
    /// A Hiera key or layer that is not in the repository.
    Hiera,
    /// A variable that is never set as far as can be seen.
    Variable,
    /// Ruby in a template that could not be evaluated.
    Template,
    /// A module that is not in the repository.
    Module,
    /// An exported resource or a query.
    Query,
    /// A limit of time, depth or size was reached.
    Limit,
}

impl fmt::Debug for Sym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sym").field("expr", &self.expr).field("sample", &self.sample).finish()
    }
}

impl Sym {
    /// A symbolic value. One that would be made up of too many others is unknown, for the first cause of that.
    pub(crate) fn new(expr: SymExpr, sample: Option<Value>) -> Self {
        let weight = expr.weight();
        let whole = Self { expr, sample, weight };
        if weight <= MAX_WEIGHT {
            return whole;
        }
        let mut causes = Vec::new();
        Self { sample: None, ..whole }.causes(&mut causes);
        let limit = || Cause { kind: CauseKind::Limit, name: "an unknown value of very many parts".into() };
        let cause = causes.into_iter().next().unwrap_or_else(limit);
        Self { expr: SymExpr::Opaque(cause), sample: None, weight: 1 }
    }

    /// Truthiness. Strings put together are true; a choice is what all its members are.
    #[must_use]
    pub fn truth(&self) -> Tri {
        if let Some(sample) = &self.sample {
            return sample.truth();
        }
        match &self.expr {
            SymExpr::Concat(_) => Tri::Yes,
            SymExpr::Choice(values) => merge_truth(values),
            _ => Tri::Maybe,
        }
    }

    /// Collects the root causes of an unknown. Parts that occur many times are looked at once.
    pub fn causes(&self, out: &mut Vec<Cause>) {
        self.collect_causes(out, &mut FxHashSet::default());
    }

    fn collect_causes(&self, out: &mut Vec<Cause>, seen: &mut FxHashSet<*const Self>) {
        if self.sample.is_some() || !seen.insert(std::ptr::from_ref(self)) {
            return;
        }
        match &self.expr {
            SymExpr::Fact(name) => out.push(Cause { kind: CauseKind::Fact, name: name.clone() }),
            SymExpr::Opaque(cause) => out.push(cause.clone()),
            SymExpr::Concat(values) | SymExpr::Call(_, values) | SymExpr::Choice(values) => {
                let parts = values.iter().filter_map(|v| if let Value::Sym(sym) = v { Some(sym) } else { None });
                parts.for_each(|sym| sym.collect_causes(out, seen));
            }
        }
    }
}

fn merge_truth(values: &[Value]) -> Tri {
    let mut truths = values.iter().map(Value::truth);
    let Some(first) = truths.next() else { return Tri::Maybe };
    if truths.all(|t| t == first) { first } else { Tri::Maybe }
}

impl SymExpr {
    fn weight(&self) -> u32 {
        match self {
            Self::Fact(_) | Self::Opaque(_) => 1,
            Self::Concat(values) | Self::Call(_, values) | Self::Choice(values) => values.iter().fold(1, weighed),
        }
    }
}

/// A weight with that of one more value: what is known weighs nothing. Past the bound nothing is looked at any more.
fn weighed(sum: u32, value: &Value) -> u32 {
    if sum > MAX_WEIGHT {
        return sum;
    }
    match value {
        Value::Sym(sym) => sum.saturating_add(sym.weight),
        Value::Array(list) => list.items.iter().fold(sum, weighed),
        Value::Hash(hash) => hash.entries.iter().fold(sum, |sum, (key, value)| weighed(weighed(sum, key), value)),
        Value::Sensitive(value) => weighed(sum, value),
        _ => sum,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_doubles_becomes_unknown_for_its_cause() {
        let cause = Cause { kind: CauseKind::Variable, name: "x".into() };
        let doubled = |value: Value, _| Value::call("+", vec![value.clone(), Value::array(vec![value])], None);
        let one = Value::Sym(std::sync::Arc::new(Sym::new(SymExpr::Opaque(cause.clone()), None)));
        let Value::Sym(few) = (0..5).fold(one.clone(), doubled) else { panic!("it is not known") };
        assert!(matches!(few.expr, SymExpr::Call(..)) && few.weight == 63);
        let Value::Sym(many) = (0..13).fold(one, doubled) else { panic!("it is not known") };
        assert_eq!((&many.expr, many.weight), (&SymExpr::Opaque(cause), 1));
    }
}
