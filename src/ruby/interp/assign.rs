//! Variables and places.

use super::{Eval, Interp, Stop};
use crate::ruby::ast::{Expr, Operator, Place};
use crate::ruby::lower::PlaceRef;
use crate::ruby::values;
use crate::value::{Tri, Value};

impl Interp<'_> {
    pub(crate) fn local(&self, name: &str) -> Option<&Value> {
        let frame = self.locals.get(self.frame..).unwrap_or_default();
        frame.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    pub(crate) fn set_local(&mut self, name: &str, value: Value) {
        let frame = self.locals.get_mut(self.frame..).unwrap_or_default();
        match frame.iter_mut().rev().find(|(n, _)| n == name) {
            Some((_, slot)) => *slot = value,
            None => self.locals.push((name.into(), value)),
        }
    }

    fn set_instance(&mut self, name: &str, value: Value) {
        match self.instance.iter_mut().find(|(n, _)| n == name) {
            Some((_, slot)) => *slot = value,
            None => self.instance.push((name.into(), value)),
        }
    }

    pub(super) fn assign(&mut self, place: &Place, value: Value) -> Result<(), Stop> {
        match place {
            Place::Local(name) => self.set_local(name, value),
            Place::Instance(name) => self.set_instance(name, value),
            Place::Index(receiver, args) => self.assign_ref(PlaceRef::Index(receiver, args), value)?,
            Place::Group(places) => self.assign_several(places, &value)?,
            Place::Rest(Some(inner)) => self.assign(inner, value)?,
            Place::Rest(None) => {}
            Place::Beyond(what) => return self.raise(format!("assignment to {what}")),
        }
        Ok(())
    }

    pub(super) fn assign_ref(&mut self, place: PlaceRef<'_>, value: Value) -> Result<(), Stop> {
        match place {
            PlaceRef::Local(name) => self.set_local(name, value),
            PlaceRef::Instance(name) => self.set_instance(name, value),
            PlaceRef::Index(receiver, args) => {
                let container = self.eval(receiver)?;
                let mut args = self.arguments(args)?;
                args.push(value);
                let (changed, _) = self.mutate(container.clone(), "[]=", args, None)?;
                self.changed(&container, &changed);
                self.write_back(receiver, changed)?;
            }
        }
        Ok(())
    }

    /// Stores what a mutating method made of its receiver.
    pub(super) fn write_back(&mut self, receiver: &Expr, changed: Value) -> Result<(), Stop> {
        match crate::ruby::lower::place_of(receiver) {
            Some(place) => self.assign_ref(place, changed),
            None => Ok(()),
        }
    }

    pub(super) fn assign_several(&mut self, places: &[Place], value: &Value) -> Result<(), Stop> {
        let Some(items) = value.as_array() else {
            if value.is_unknown() {
                return places.iter().try_for_each(|p| self.assign(p, values::derived("[]", &[value], None)));
            }
            return match places.split_first() {
                Some((first, rest)) => {
                    self.assign(first, value.clone())?;
                    rest.iter().try_for_each(|p| self.assign(p, Value::Undef))
                }
                None => Ok(()),
            };
        };
        let after = places.iter().rev().take_while(|p| !matches!(p, Place::Rest(_))).count();
        let mut at = 0;
        for place in places {
            if matches!(place, Place::Rest(_)) {
                let end = items.len().saturating_sub(after).max(at);
                let middle = items.get(at..end).unwrap_or_default().to_vec();
                self.assign(place, Value::array(middle))?;
                at = end;
            } else {
                self.assign(place, items.get(at).cloned().unwrap_or_default())?;
                at += 1;
            }
        }
        Ok(())
    }

    fn read(&mut self, place: &Place) -> Eval {
        match place {
            Place::Local(name) => Ok(self.local(name).cloned().unwrap_or_default()),
            Place::Instance(name) => Ok(self.instance_variable(name)),
            Place::Index(receiver, args) => {
                let receiver = self.eval(receiver)?;
                let args = self.arguments(args)?;
                self.send(receiver, "[]", args, None)
            }
            _ => Ok(values::beyond("assignment target")),
        }
    }

    pub(super) fn update(&mut self, place: &Place, operator: &Operator, value: &Expr) -> Eval {
        let old = self.read(place)?;
        let new = match operator {
            Operator::Or | Operator::And => {
                let stays = if matches!(operator, Operator::Or) { Tri::Yes } else { Tri::No };
                let truth = self.decide(&old);
                if truth == stays {
                    return Ok(old);
                }
                let new = self.eval(value)?;
                if truth == Tri::Maybe { values::choice(&old, vec![old.clone(), new]) } else { new }
            }
            Operator::Method(name) => {
                let value = self.eval(value)?;
                self.send(old, name, vec![value], None)?
            }
        };
        self.assign(place, new.clone())?;
        Ok(new)
    }
}
