//! Conditions, loops and rescue; and what happens when a condition is not known.
//!
//! On an unknown condition every arm runs, what it writes is marked possible, and what it assigns
//! becomes one of several values.

use super::{Eval, Interp, Stop};
use crate::ruby::ast::{Begin, Case, Expr, Kind, Loop, Place};
use crate::ruby::values;
use crate::value::{Tri, Value};
use ecow::EcoString;

type Bindings = Vec<(EcoString, Value)>;

impl Interp<'_> {
    /// Truth of a condition; a decision on a per-host value is reported to the scope.
    pub(crate) fn decide(&mut self, value: &Value) -> Tri {
        let truth = match value {
            Value::Object(_) => Tri::Yes,
            other => other.truth(),
        };
        if matches!(value, Value::Sym(_)) && truth != Tri::Maybe {
            self.scope.observe(value, truth == Tri::Yes);
        }
        truth
    }

    pub(super) fn if_else(&mut self, [condition, then, otherwise]: &[Expr; 3]) -> Eval {
        let value = self.eval(condition)?;
        match self.decide(&value) {
            Tri::Yes => self.eval(then),
            Tri::No => self.eval(otherwise),
            Tri::Maybe => self.every_arm(&value, &[then, otherwise]),
        }
    }

    pub(super) fn logical(&mut self, a: &Expr, b: &Expr, and: bool) -> Eval {
        let left = self.eval(a)?;
        match (self.decide(&left), and) {
            (Tri::Yes, true) | (Tri::No, false) => self.eval(b),
            (Tri::No, true) | (Tri::Yes, false) => Ok(left),
            (Tri::Maybe, _) => {
                let nothing = Expr { line: 0, kind: Kind::Nil };
                let right = self.every_arm(&left, &[b, &nothing])?;
                Ok(values::derived(if and { "&&" } else { "||" }, &[&left, &right], None))
            }
        }
    }

    /// Runs every arm as a possibility.
    pub(super) fn every_arm(&mut self, condition: &Value, arms: &[&Expr]) -> Eval {
        let before = (self.locals.clone(), self.instance.clone());
        let mut results = Vec::new();
        let mut ends: Vec<(Bindings, Bindings)> = Vec::new();
        let mut left = None;
        for arm in arms {
            self.locals.clone_from(&before.0);
            self.instance.clone_from(&before.1);
            self.possible += 1;
            self.doubt = Some(condition.clone());
            let result = self.eval(arm);
            self.possible -= 1;
            match result {
                Ok(value) => {
                    results.push(value);
                    ends.push((std::mem::take(&mut self.locals), std::mem::take(&mut self.instance)));
                }
                Err(Stop::Limit(what)) => return Err(Stop::Limit(what)),
                Err(Stop::Raised(..)) => {}
                Err(jump) => left = Some(jump),
            }
        }
        self.merge(condition, before, &ends);
        if let Some(jump) = left {
            if results.is_empty() {
                return Err(jump);
            }
            // The rest of this block may or may not run; whoever called the block resets the count.
            self.possible += 1;
            self.doubt = Some(condition.clone());
        }
        Ok(if results.is_empty() {
            values::derived("if", &[condition], None)
        } else {
            values::choice(condition, results)
        })
    }

    fn merge(&mut self, condition: &Value, before: (Bindings, Bindings), ends: &[(Bindings, Bindings)]) {
        let locals: Vec<&Bindings> = ends.iter().map(|e| &e.0).collect();
        let instance: Vec<&Bindings> = ends.iter().map(|e| &e.1).collect();
        self.locals = merged(condition, before.0, &locals);
        self.instance = merged(condition, before.1, &instance);
    }

    pub(super) fn case(&mut self, case: &Case) -> Eval {
        let subject = case.subject.as_ref().map(|s| self.eval(s)).transpose()?;
        let mut possible: Vec<&Expr> = Vec::new();
        let mut doubt = Value::Undef;
        for (patterns, body) in &case.arms {
            let mut matched = Tri::No;
            for value in self.arguments(patterns)? {
                let answer = match &subject {
                    Some(subject) => self.case_equal(&value, subject)?,
                    None => value,
                };
                match self.decide(&answer) {
                    Tri::Yes => matched = Tri::Yes,
                    Tri::Maybe if matched == Tri::No => {
                        matched = Tri::Maybe;
                        doubt = answer;
                    }
                    _ => {}
                }
            }
            match matched {
                Tri::Yes if possible.is_empty() => return self.eval(body),
                Tri::No => {}
                _ => possible.push(body),
            }
            if matched == Tri::Yes {
                return self.every_arm(&doubt, &possible);
            }
        }
        if possible.is_empty() {
            return self.eval(&case.otherwise);
        }
        possible.push(&case.otherwise);
        self.every_arm(&doubt, &possible)
    }

    pub(super) fn repeat(&mut self, repeat: &Loop) -> Eval {
        let mut first = repeat.body_first;
        loop {
            if !std::mem::take(&mut first) {
                let value = self.eval(&repeat.condition)?;
                match (self.decide(&value), repeat.until) {
                    (Tri::Maybe, _) => return self.every_arm(&value, &[&repeat.body]),
                    (Tri::Yes, true) | (Tri::No, false) => return Ok(Value::Undef),
                    _ => {}
                }
            }
            match self.eval(&repeat.body) {
                Err(Stop::Break(value)) => return Ok(value),
                Err(Stop::Next(_)) | Ok(_) => {}
                Err(other) => return Err(other),
            }
        }
    }

    pub(super) fn for_each(&mut self, place: &Place, collection: &Expr, body: &Expr) -> Eval {
        let collection = self.eval(collection)?;
        let Some(items) = crate::ruby::methods::iterate::elements(&collection) else {
            self.assign(place, values::derived("each", &[&collection], None))?;
            return self.every_arm(&collection, &[body]);
        };
        for item in items {
            self.assign(place, item)?;
            match self.eval(body) {
                Err(Stop::Break(value)) => return Ok(value),
                Err(Stop::Next(_)) | Ok(_) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(collection)
    }

    pub(super) fn begin(&mut self, begin: &Begin) -> Eval {
        let mut result = self.eval(&begin.body);
        match (&result, &begin.rescue) {
            (Err(Stop::Raised(message, _)), Some((place, handler))) => {
                if let Some(place) = place {
                    self.assign(place, Value::str(message.as_str()))?;
                }
                result = self.eval(handler);
            }
            (Ok(_), _) => {
                if let Some(otherwise) = &begin.otherwise {
                    result = self.eval(otherwise);
                }
            }
            _ => {}
        }
        if let Some(ensure) = &begin.ensure {
            self.eval(ensure)?;
        }
        result
    }
}

/// Each variable's value over all arms.
fn merged(condition: &Value, before: Bindings, ends: &[&Bindings]) -> Bindings {
    if ends.is_empty() {
        return before;
    }
    let mut names: Vec<EcoString> = before.iter().map(|(n, _)| n.clone()).collect();
    for (name, _) in ends.iter().flat_map(|e| e.iter().skip(before.len())) {
        if !names.iter().skip(before.len()).any(|n| n == name) {
            names.push(name.clone());
        }
    }
    let mut out = Bindings::with_capacity(names.len());
    for (at, name) in names.into_iter().enumerate() {
        let found = |end: &&Bindings| {
            let slot =
                if at < before.len() { end.get(at) } else { end.iter().skip(before.len()).find(|(n, _)| *n == name) };
            slot.map(|(_, v)| v.clone()).unwrap_or_default()
        };
        out.push((name.clone(), values::choice(condition, ends.iter().map(found).collect())));
    }
    out
}
