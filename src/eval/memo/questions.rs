//! Questions that traces have in common, by number.
//!
//! Most traces ask the same: the site, the realm, where `File` is defined. A question that has a number is
//! put once to a compilation; from then on its answer is known ([`Confirmed`]). Only what can't change
//! once it is so gets one.

use super::super::session::DefAt;
use super::same::{same, same_all, same_if_any, same_params};
use super::trace::{Asked, Held, MadeType, Named, Outside, Place, Question};
use crate::catalog::Param;
use crate::value::Value;
use crate::value::numbers::Numbers;
use ecow::EcoString;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

/// Most questions that get a number.
const MAX_NUMBERS: u32 = 4_000_000;

/// The number of a question; none for those that are put each time.
pub(crate) type Number = u32;

/// All questions that have a number.
#[derive(Debug, Default)]
pub(crate) struct Questions(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    asked: FxHashMap<u64, Vec<(Arc<Asked>, Number)>>,
    names: FxHashMap<Arc<Named>, Number>,
    paths: FxHashMap<Arc<str>, Number>,
    held: FxHashSet<Arc<Held>>,
    types: FxHashMap<(EcoString, Option<Place>), Number>,
    defaults: FxHashMap<u64, Vec<(Defaults, Number)>>,
    count: Number,
    absent_count: Number,
    type_count: Number,
    defaults_count: Number,
}

/// Resource defaults along a dynamic chain, nearest first.
pub(crate) type Defaults = Vec<(EcoString, Vec<Param>)>;

/// Most sets of resource defaults.
const MAX_DEFAULTS: Number = 100_000;

impl Inner {
    fn next(&mut self) -> Number {
        self.count = (self.count + 1).min(MAX_NUMBERS);
        if self.count == MAX_NUMBERS { 0 } else { self.count }
    }

    fn next_absent(&mut self) -> Number {
        self.absent_count = (self.absent_count + 1).min(MAX_NUMBERS);
        if self.absent_count == MAX_NUMBERS { 0 } else { self.absent_count }
    }
}

impl Questions {
    /// The questions that have a number, as all traces hold them, and the others.
    pub(super) fn of_all(&self, asked: Vec<Asked>) -> (Vec<Question>, Vec<Asked>) {
        let (mut numbered, mut open) = (Vec::new(), Vec::new());
        for question in asked {
            match self.of(question) {
                Ok(question) => numbered.push(question),
                Err(question) => open.push(question),
            }
        }
        (numbered, open)
    }

    /// The question as all traces hold it, or itself if it has no number.
    fn of(&self, asked: Asked) -> Result<Question, Asked> {
        let enclosing =
            matches!(asked, Asked::Variable(Outside::Enclosing, ..) | Asked::Member(Outside::Enclosing, ..));
        let Some(print) = print_of(&asked) else { return Err(asked) };
        let (number, asked) = self.shared(asked, print);
        Ok(Question { number, enclosing, asked })
    }

    fn shared(&self, asked: Asked, print: u64) -> (Number, Arc<Asked>) {
        let inner = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = inner.asked.get(&print).and_then(|all| all.iter().find(|(other, _)| is_same(other, &asked)));
        if let Some((asked, number)) = known {
            return (*number, asked.clone());
        }
        let (number, asked) = (inner.next(), Arc::new(asked));
        inner.asked.entry(print).or_default().push((asked.clone(), number));
        (number, asked)
    }

    /// Where a name leads to as all traces hold it, with a number. Names that lead nowhere are counted apart.
    pub(super) fn of_name(&self, named: Named) -> (Number, Arc<Named>) {
        let inner = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, number)) = inner.names.get_key_value(&named) {
            return (*number, known.clone());
        }
        let number = match named.place {
            Some(_) => inner.next(),
            None => inner.next_absent(),
        };
        let named = Arc::new(named);
        inner.names.insert(named.clone(), number);
        (number, named)
    }

    /// A file as all traces hold it, with the number of its path.
    pub(super) fn of_path(&self, held: Held) -> (Number, Arc<Held>) {
        let inner = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = inner.paths.get(&held.path).copied().unwrap_or_else(|| {
            let number = inner.next();
            inner.paths.insert(held.path.clone(), number);
            number
        });
        if let Some(known) = inner.held.get(&held) {
            return (number, known.clone());
        }
        let held = Arc::new(held);
        inner.held.insert(held.clone());
        (number, held)
    }

    /// The number of resource defaults, above 0; none past the limit.
    pub(super) fn of_defaults(&self, defaults: Defaults) -> Option<Number> {
        let mut state = FxHasher::default();
        defaults.iter().for_each(|(ty, params)| (ty, params.len()).hash(&mut state));
        let values = defaults.iter().flat_map(|(_, params)| params);
        values.for_each(|param| roughly(&param.value, &mut state));
        let inner = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let alike = inner.defaults.entry(state.finish()).or_default();
        if let Some((_, number)) = alike.iter().find(|(known, _)| same_defaults(known, &defaults)) {
            return Some(*number);
        }
        let number = inner.defaults_count + 1;
        (number < MAX_DEFAULTS).then(|| {
            inner.defaults_count = number;
            alike.push((defaults, number));
            number
        })
    }

    /// The number of a type as it is defined; types are counted apart.
    pub(super) fn of_type(&self, made: &MadeType) -> Number {
        let inner = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (made.name.clone(), made.def);
        if let Some(number) = inner.types.get(&key) {
            return *number;
        }
        inner.type_count += 1;
        inner.types.insert(key, inner.type_count);
        inner.type_count
    }
}

/// A number that equal questions have in common; `None` for those whose answer may change.
fn print_of(asked: &Asked) -> Option<u64> {
    let mut state = FxHasher::default();
    std::mem::discriminant(asked).hash(&mut state);
    match asked {
        Asked::Fact(path, value) => {
            path.hash(&mut state);
            value.iter().for_each(|v| roughly(v, &mut state));
        }
        Asked::Variable(outside, name, Some(value)) if *outside != Outside::Own => {
            (*outside == Outside::Top, name).hash(&mut state);
            roughly(value, &mut state);
        }
        Asked::Member(outside, name, keys, value) if *outside != Outside::Own => {
            (*outside == Outside::Top, name, keys.len()).hash(&mut state);
            keys.iter().chain([value]).for_each(|v| roughly(v, &mut state));
        }
        _ => return None,
    }
    Some(state.finish())
}

/// What tells most values apart, without a look at all of a large one.
fn roughly(value: &Value, state: &mut FxHasher) {
    std::mem::discriminant(value).hash(state);
    match value {
        Value::Str(text) => text.text.hash(state),
        Value::Bool(b) => b.hash(state),
        Value::Int(n) => n.hash(state),
        Value::Array(list) => list.items.len().hash(state),
        Value::Hash(hash) => hash.entries.len().hash(state),
        Value::Sym(sym) => sym.sample.iter().for_each(|v| roughly(v, state)),
        _ => {}
    }
}

fn is_same(a: &Asked, b: &Asked) -> bool {
    match (a, b) {
        (Asked::Fact(a, v), Asked::Fact(b, w)) => a == b && same_if_any(v.as_ref(), w.as_ref()),
        (Asked::Variable(o, a, v), Asked::Variable(p, b, w)) => o == p && a == b && same_if_any(v.as_ref(), w.as_ref()),
        (Asked::Member(o, a, k, v), Asked::Member(p, b, l, w)) => o == p && a == b && same_all(k, l) && same(v, w),
        _ => false,
    }
}

fn same_defaults(a: &Defaults, b: &Defaults) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|((s, p), (t, q))| s == t && same_params(p, q))
}

/// What is known to be so in one compilation.
#[derive(Debug, Default)]
pub(crate) struct Confirmed {
    numbers: Numbers,
    /// Names that lead nowhere so far.
    absent: Numbers,
    /// Where types are defined, by number.
    types: Vec<Option<Option<DefAt>>>,
}

impl Confirmed {
    pub(super) fn has(&self, number: Number) -> bool {
        self.numbers.has(number as usize)
    }

    /// Whether all of them are known to be so.
    pub(super) fn has_all(&self, numbers: &[Number]) -> bool {
        numbers.iter().all(|number| self.has(*number))
    }

    /// Notes that something is so; whether that is new.
    pub(super) fn add(&mut self, number: Number) -> bool {
        self.numbers.add(number as usize)
    }

    /// Whether a name is known to lead where it does; a name that leads nowhere may do so later.
    pub(super) fn leads(&self, number: Number, named: &Named) -> bool {
        number > 0 && self.of_name(named).has(number as usize)
    }

    pub(super) fn add_name(&mut self, number: Number, named: &Named) {
        match named.place {
            _ if number == 0 => false,
            Some(_) => self.numbers.add(number as usize),
            None => self.absent.add(number as usize),
        };
    }

    fn of_name(&self, named: &Named) -> &Numbers {
        if named.place.is_some() { &self.numbers } else { &self.absent }
    }

    /// More is defined now: names that led nowhere may lead there.
    pub(crate) fn more_is_defined(&mut self) {
        self.absent.clear();
    }

    /// Where a type is defined, if that was asked.
    pub(super) fn type_at(&self, number: Number) -> Option<Option<DefAt>> {
        self.types.get(number as usize).copied().flatten()
    }

    pub(super) fn add_type(&mut self, number: Number, def: Option<DefAt>) {
        let at = number as usize;
        if at >= self.types.len() {
            self.types.resize((at + 1).next_power_of_two(), None);
        }
        if let Some(slot) = self.types.get_mut(at) {
            *slot = Some(def);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::source::DefKind;
    use super::*;

    fn site(text: &str) -> Asked {
        Asked::Variable(Outside::Top, "site".into(), Some(Value::str(text)))
    }

    #[test]
    fn equal_questions_have_one_number() {
        let all = Questions::default();
        let number = |text| all.of(site(text)).map(|question| question.number).ok();
        let (one, other, again) = (number("a"), number("b"), number("a"));
        assert!(one > Some(0) && one != other && one == again);
    }

    #[test]
    fn what_may_change_has_none() {
        let all = Questions::default();
        assert!(all.of(Asked::Variable(Outside::Own, "x".into(), Some(Value::Int(1)))).is_err());
        assert!(all.of(Asked::Variable(Outside::Top, "x".into(), None)).is_err());
    }

    #[test]
    fn a_name_that_leads_nowhere_may_lead_somewhere_later() {
        let (all, mut known) = (Questions::default(), Confirmed::default());
        let named = |place| Named { kind: DefKind::Class, name: "x".into(), place };
        let [(absent, nowhere), (there, somewhere)] = [None, Some((1, 1))].map(|place| all.of_name(named(place)));
        known.add_name(absent, &nowhere);
        assert!(known.leads(absent, &nowhere) && !known.leads(there, &somewhere));
        known.add_name(there, &somewhere);
        known.more_is_defined();
        assert!(!known.leads(absent, &nowhere) && known.leads(there, &somewhere));
    }

    #[test]
    fn what_is_noted_is_known() {
        let mut known = Confirmed::default();
        assert!(!known.has(700) && known.add(700) && !known.add(700) && known.has(700) && !known.has(699));
        known.add_type(3, None);
        assert_eq!((known.type_at(3), known.type_at(2)), (Some(None), None));
    }
}
