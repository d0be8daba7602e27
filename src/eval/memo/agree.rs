//! Whether everything that a trace rests on is so here: its questions are asked again.

use super::super::compiler::{Compiler, MAX_RESOURCES};
use super::super::data::{Found, Lookup};
use super::super::reference::{qualified, unrooted};
use super::super::scope::{Env, ScopeId, TOP};
use super::super::session::DefAt;
use super::super::source::DefKind;
use super::questions::Number;
use super::record::step;
use super::same::{same, same_if_any, same_params};
use super::store::Slot;
use super::trace::{Asked, Given, Made, MadeType, Named, Outside, Question, Rest, Trace, Unit};
use crate::catalog::{Declaration, Resource, ResourceId, ResourceKind};
use crate::repo::Tree;
use crate::value::Value;
use ecow::EcoString;
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl<'s> Compiler<'s> {
    /// The first trace of which everything that it rests on is so here. Evaluation is deterministic: where all that
    /// leaves no mark is the same, the unit would look up the same keys, in this order, up to the first that differs.
    pub(super) fn first_that_agrees<'t>(
        &mut self,
        slot: &'t Slot,
        id: ResourceId,
        unit: Unit,
        def: DefAt,
    ) -> Option<&'t Trace> {
        let file = self.session.file(def.0)?;
        let mut again = Again { env: Env { scope: unit.variables_scope(), file }, unit, found: Vec::new() };
        slot.traces().find(|t| self.agrees(t, id, &mut again))
    }

    fn agrees(&mut self, trace: &Trace, id: ResourceId, again: &mut Again<'s>) -> bool {
        let unit = again.unit;
        let is_known = self.may_keep(trace.enclosing, unit) && self.confirmed.has_all(&trace.numbers);
        self.same_start(&trace.given, id, unit)
            && self.same_words(trace, id)
            && self.same_files(trace)
            && (is_known || trace.asked.iter().all(|question| self.is_so(question, unit)))
            && trace.open.iter().all(|asked| self.same_answer(asked, unit))
            && trace.done.rest.as_ref().is_none_or(|rest| self.has_room(rest, unit))
            && self.all_free(&trace.done.made)
            // What leaves marks comes last, in the order of the evaluation.
            && trace.lookups.iter().all(|lookup| self.found_again(lookup, again))
            && self.all_lead(trace, is_known)
            && trace.done.types.iter().all(|made| self.same_type(made))
    }

    /// Whether a question has the same answer here; where it can't change any more that is kept in mind.
    fn is_so(&mut self, question: &Question, unit: Unit) -> bool {
        let number = if self.may_keep(question.enclosing, unit) { question.number } else { 0 };
        if number > 0 && self.confirmed.has(number) {
            return true;
        }
        let is_so = self.same_answer(&question.asked, unit);
        if is_so && number > 0 && self.is_settled(&question.asked) {
            self.confirmed.add(number);
        }
        is_so
    }

    /// Whether what is known of questions is known for this unit: all look from the scope of the node, or from the top.
    fn may_keep(&self, enclosing: bool, unit: Unit) -> bool {
        !enclosing || matches!(unit, Unit::Instance { enclosing, .. } if enclosing == self.node_scope)
    }

    /// Whether an answer is so for good: a variable that has a value keeps it, unless it belongs to an arm of a
    /// condition, is not complete yet, or another one may come before it.
    fn is_settled(&self, asked: &Asked) -> bool {
        match asked {
            Asked::Fact(..) => true,
            Asked::Variable(outside, name, _) | Asked::Member(outside, name, ..) => {
                self.branch.is_none()
                    && match qualified(name) {
                        Some((class, variable)) => self.has_own(unrooted(class), variable),
                        None => *outside == Outside::Top || self.generating,
                    }
            }
            Asked::Declared(..) | Asked::Absent(..) | Asked::Holds(..) => false,
        }
    }

    /// Whether a variable is the class's own, and not one of its parent class.
    fn has_own(&self, class: &str, variable: &str) -> bool {
        let scope = match class.is_empty() {
            true => Some(&TOP),
            false => self.class_scopes.get(class),
        };
        scope.and_then(|id| self.scopes.get(*id as usize)).is_some_and(|scope| scope.vars.contains_key(variable))
    }

    fn same_start(&mut self, given: &Given, id: ResourceId, unit: Unit) -> bool {
        let Some(resource) = self.catalog.get(id) else { return false };
        given.possible == self.branch.is_some()
            && given.complete_facts == self.host.facts.complete
            && match &given.declaration {
                Some(before) if Arc::ptr_eq(before, &resource.declaration) => true,
                before => {
                    same_if_any(given.symbolic.as_ref(), resource.symbolic_title.as_ref())
                        && before.as_ref().is_none_or(|before| same_params(&before.params, &resource.params))
                }
            }
            && self.defaults_number(unit.defaults_scope()) == Some(given.defaults)
    }

    /// An error names the statements around it: they must be the same.
    fn same_words(&self, trace: &Trace, id: ResourceId) -> bool {
        let words = trace.done.rest.as_ref().and_then(|rest| rest.words.as_ref());
        words
            .is_none_or(|words| self.catalog.get(id).is_some_and(|r| r.at == words.at) && self.instance == words.within)
    }

    /// The number of the resource defaults that hold in a scope; 0 if there are none.
    pub(super) fn defaults_number(&mut self, scope: ScopeId) -> Option<u32> {
        let Some(anchor) = self.anchor(scope) else { return Some(0) };
        if let Some(number) = self.anchors.number(anchor) {
            return number;
        }
        let defaults = self.defaults_from(anchor).cloned().collect();
        let number = self.session.traces().questions.of_defaults(defaults);
        self.anchors.keep_number(anchor, number);
        number
    }

    /// Whether the files consulted hold the same in this revision.
    fn same_files(&self, trace: &Trace) -> bool {
        let revision = self.session.revision();
        if trace.revision == revision {
            return true;
        }
        if trace.stays {
            return false;
        }
        let Some(bit) = revision.checked_mul(2).filter(|bit| *bit < 64) else {
            return same_contents(trace, &self.session.tree);
        };
        let known = trace.compared.load(Ordering::Relaxed) >> bit;
        if known & 1 == 1 {
            return known & 2 == 2;
        }
        let is_same = same_contents(trace, &self.session.tree);
        trace.compared.fetch_or((1 | u64::from(is_same) << 1) << bit, Ordering::Relaxed);
        is_same
    }

    fn same_answer(&self, asked: &Asked, unit: Unit) -> bool {
        match asked {
            Asked::Variable(outside, name, value) => {
                let now = self.outside(*outside, unit, name);
                same_if_any(now.as_ref(), value.as_ref()) && (now.is_some() || !self.hides(name))
            }
            Asked::Member(outside, name, keys, value) => {
                let now = self.outside(*outside, unit, name);
                now.and_then(|base| step(&base, keys)).is_some_and(|member| same(&member, value))
            }
            Asked::Fact(path, value) => same_if_any(self.host.fact(path).as_ref(), value.as_ref()),
            Asked::Declared(reference, answer) => self.declared(reference) == *answer,
            Asked::Holds(reference, before) => {
                let now = self.declared_id(reference).and_then(|id| self.catalog.get(id));
                now.is_some_and(|now| same_declared(before, now))
            }
            Asked::Absent(reference) => self.declared_id(reference).is_none(),
        }
    }

    /// Looks the key up once more, unless that was done for an earlier trace.
    fn found_again(&mut self, lookup: &Lookup, again: &mut Again<'s>) -> bool {
        if self.agrees_here(again.env.scope, lookup) {
            return true;
        }
        let known = again.found.iter().position(|(asked, _)| asked.is_same_question(lookup));
        let at = known.unwrap_or_else(|| {
            let found = self.look_up(again.env, &lookup.key, &lookup.how);
            again.found.push((lookup.question(), found));
            again.found.len() - 1
        });
        let is_same = again.found.get(at).is_some_and(|(_, found)| found.is_same(&lookup.answer));
        if is_same {
            self.note_agreed(again.env.scope, lookup);
        }
        is_same
    }

    fn outside(&self, outside: Outside, unit: Unit, name: &str) -> Option<Value> {
        match outside {
            Outside::Own | Outside::Enclosing => self.lookup_from(unit.variables_scope(), name),
            Outside::Top if qualified(name).is_some() => self.lookup_var(TOP, name),
            Outside::Top => self.lookup_from(TOP, name),
        }
    }

    /// Whether all names mean what they meant.
    fn all_lead(&mut self, trace: &Trace, is_known: bool) -> bool {
        match is_known {
            true => trace.open_names.iter().all(|(number, named)| self.leads(*number, named)),
            false => trace.names.iter().all(|(number, named)| self.leads(*number, named)),
        }
    }

    /// Whether a name means what it meant. What it takes to find out is consulted, as ever.
    fn leads(&mut self, number: Number, named: &Named) -> bool {
        if self.confirmed.leads(number, named) {
            return true;
        }
        let leads = self.resolves(named);
        if leads {
            self.confirmed.add_name(number, named);
        }
        leads
    }

    fn resolves(&mut self, Named { kind, name, place }: &Named) -> bool {
        let kind = *kind;
        let found = match self.defs.get(kind, name).copied() {
            Some(found) if kind != DefKind::Alias || self.aliases.contains_key(name) => found,
            _ => {
                if kind == DefKind::Alias {
                    self.alias(name);
                }
                self.find_def(kind, name)
            }
        };
        found.map(|at| self.place(at)) == *place
    }

    fn hides(&self, name: &str) -> bool {
        qualified(name).is_some_and(|(class, _)| self.hidden_class(unrooted(class)))
    }

    /// Whether the classes that would be included once more are there, and the variables are not.
    fn has_room(&self, rest: &Rest, unit: Unit) -> bool {
        rest.included.iter().all(|(name, _)| self.class_ids.contains_key(name)) && self.unset(&rest.assigned, unit)
    }

    /// Whether none of the variables is set.
    fn unset(&self, assigned: &[(EcoString, Value)], unit: Unit) -> bool {
        let vars = self.scopes.get(unit.variables_scope() as usize).map(|s| &s.vars);
        assigned.iter().all(|(name, _)| vars.is_none_or(|vars| !vars.contains_key(name)))
    }

    /// Whether nothing is there yet of what would be declared.
    fn all_free(&self, made: &[Made]) -> bool {
        self.catalog.resources.len() + made.len() < MAX_RESOURCES
            && made.iter().all(|m| !self.catalog.knows_print(m.print) || self.is_free(m))
    }

    fn is_free(&self, made: &Made) -> bool {
        self.catalog.id_of(made.print, &made.declaration.type_name, made.title()).is_none()
    }

    /// Whether a type is what it was.
    fn same_type(&mut self, made: &MadeType) -> bool {
        if self.confirmed.type_at(made.number).is_some() {
            return true;
        }
        let Ok((kind, def)) = self.kind_of(&made.name) else { return false };
        let is_same =
            kind == made.kind && kind != ResourceKind::UnknownType && def.map(|at| self.place(at)) == made.def;
        if is_same {
            self.confirmed.add_type(made.number, def);
        }
        is_same
    }
}

/// What is known while traces of one unit are tried.
struct Again<'s> {
    env: Env<'s>,
    unit: Unit,
    /// What was looked up already.
    found: Vec<(Lookup, Found)>,
}

/// Whether a declaration says what it said before; where it stands does not matter.
fn same_declared(before: &Arc<Declaration>, now: &Resource) -> bool {
    Arc::ptr_eq(before, &now.declaration) || same_params(&before.params, &now.params)
}

fn same_contents(trace: &Trace, tree: &Tree) -> bool {
    trace.files.iter().all(|(_, held)| tree.oid(&held.path) == held.content)
}
