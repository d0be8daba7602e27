//! From the notes of an evaluation to a trace, where they tell all of it.

use super::super::compiler::Compiler;
use super::super::outcome::CompileError;
use super::super::reference::Reference;
use super::super::scope::{ScopeId, ScopeKind};
use super::super::source::DefKind;
use super::record::{Lengths, Recorder};
use super::trace::{Done, Fork, Held, Instance, Local, Made, MadeType, Named, Place, Rest, Trace, Unit};
use crate::catalog::{Resource, ResourceKind, print_of};
use crate::repo::Loc;
use crate::value::{Cause, Value};
use ecow::EcoString;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

impl Compiler<'_> {
    pub(super) fn finish_trace(&self, recorder: Recorder) -> Option<Trace> {
        let now = Lengths::of(self);
        if recorder.spoilt.get() || now.fixed != recorder.lengths.fixed || self.fatal {
            return None;
        }
        let scope = recorder.scope()?;
        let rest = Rest {
            forks: self.forks(&recorder)?,
            groups: self.groups - recorder.groups,
            arrows: self.arrows(&recorder)?,
            realized: self.realized(&recorder)?,
            included: self.inclusions(&recorder)?,
            errors: self.errors_noted(&recorder)?,
            logs: self.catalog.logs.get(recorder.lengths.logs..)?.to_vec(),
            matches: self.last_match(&recorder),
            assigned: self.assigned(&recorder, scope),
            ..Rest::default()
        };
        let done = Done {
            steps: self.steps - recorder.steps,
            last_loc: self.last_loc.clone().filter(|at| recorder.last_loc.as_ref() != Some(at)),
            instance: self.instance(&recorder, scope)?,
            ..Done::default()
        };
        let (made, types) = self.made(&recorder, scope)?;
        let (mut files, Recorder { given, words, asked, lookups, names, unknowns, observations, stays, .. }) =
            (recorder.files.clone(), recorder);
        files.sort_unstable();
        files.dedup();
        let questions = &self.session.traces().questions;
        let name =
            |(kind, name, place): (DefKind, EcoString, Option<Place>)| questions.of_name(Named { kind, name, place });
        let names: Box<[_]> = names.into_iter().map(name).collect();
        let held = |path: Arc<str>| questions.of_path(Held { content: self.session.tree.oid(&path), path });
        let files: Box<[_]> = files.into_iter().map(held).collect();
        let (asked, open) = questions.of_all(asked.into_inner());
        let (open_names, settled): (Vec<_>, Vec<_>) =
            names.iter().cloned().partition(|(number, named)| *number == 0 || named.place.is_none());
        let numbers = asked.iter().map(|q| q.number).chain(settled.iter().map(|n| n.0));
        Some(Trace {
            given,
            numbers: numbers.chain(files.iter().map(|f| f.0)).collect(),
            enclosing: asked.iter().any(|question| question.enclosing),
            asked: asked.into(),
            open: open.into(),
            lookups: lookups.into_inner().into(),
            open_names: open_names.into(),
            names,
            files,
            revision: self.session.revision(),
            stays,
            compared: AtomicU64::new(0),
            done: Done {
                rest: Rest {
                    words: (!rest.errors.is_empty()).then_some(words),
                    unknowns: counted(unknowns),
                    observations,
                    ..rest
                }
                .boxed(),
                made: made.into(),
                types: types.into(),
                ..done
            },
        })
    }

    /// What a statement matched: later ones may ask for it.
    fn last_match(&self, recorder: &Recorder) -> Option<Option<Arc<[Value]>>> {
        let stays = matches!(recorder.unit, Unit::Statement { .. }) && recorder.has_matched(self.matches.as_ref());
        stays.then(|| self.matches.clone())
    }

    /// What became of the instance itself and its scope.
    fn instance(&self, recorder: &Recorder, scope: ScopeId) -> Option<Option<Instance>> {
        let (resource, scope) = (self.catalog.get(recorder.root)?, self.scopes.get(scope as usize)?);
        match recorder.unit {
            Unit::Statement { .. } => Some(None),
            Unit::Instance { .. } if scope.kind != ScopeKind::Define || scope.resource != recorder.root => None,
            _ if resource.tags != recorder.tags => None,
            _ => Some(Some(Instance {
                declaration: resource.declaration.clone(),
                defaults: scope.defaults.clone(),
                source: scope.source.clone(),
            })),
        }
    }

    /// What a statement left in the scope of its class.
    fn assigned(&self, recorder: &Recorder, scope: ScopeId) -> Vec<(EcoString, Value)> {
        let mut names = recorder.assigned.clone();
        names.sort_unstable();
        names.dedup();
        let vars = self.scopes.get(scope as usize).map(|s| &s.vars);
        names.into_iter().filter_map(|name| vars?.get(&name).cloned().map(|value| (name, value))).collect()
    }

    fn forks(&self, recorder: &Recorder) -> Option<Vec<Fork>> {
        let fork = |branch: &super::super::branch::Branch| {
            Some(Fork {
                parent: recorder.local(branch.parent)?,
                group: branch.group.checked_sub(recorder.groups)?,
                arm: branch.arm,
                text: branch.text.clone(),
            })
        };
        self.branches.get(recorder.branches..)?.iter().map(fork).collect()
    }

    fn made(&self, recorder: &Recorder, scope: ScopeId) -> Option<(Vec<Made>, Vec<MadeType>)> {
        let ids = recorder.resources..self.catalog.resources.len();
        let waiting = self.unevaluated.get(recorder.lengths.unevaluated..)?;
        let mut types = Vec::new();
        let made: Option<Vec<Made>> = ids.clone().map(|id| self.made_one(recorder, scope, id, &mut types)).collect();
        let made = made?;
        let is_defined = |m: &Made| types.get(m.of_type as usize).is_some_and(|t| t.def.is_some());
        let defined = ids.zip(&made).filter(|(_, m)| is_defined(m)).map(|(id, _)| id);
        defined.eq(waiting.iter().map(|id| *id as usize)).then_some((made, types))
    }

    fn made_one(&self, recorder: &Recorder, scope: ScopeId, id: usize, types: &mut Vec<MadeType>) -> Option<Made> {
        let (resource, extra) = (self.catalog.resources.get(id)?, self.extra.get(id)?);
        let title = super::super::reference::canonical_title(&resource.type_name, &resource.title);
        let print = print_of(&resource.type_name, &title);
        let plain = extra.scope == scope
            && resource.container == Some(recorder.root)
            && !extra.evaluated
            && extra.includers.is_empty()
            && resource.also_in.is_empty();
        let is_under = self.catalog.get(recorder.root).is_some_and(|root| resource.tags.is_under(&root.tags));
        (plain && is_under).then_some(())?;
        let found = self.catalog.id_of(print, &resource.type_name, &title).is_some_and(|at| at as usize == id);
        Some(Made {
            print,
            is_instance: resource.kind == ResourceKind::Defined,
            title: (title != resource.title).then_some(title),
            found,
            declaration: resource.declaration.clone(),
            tags: resource.tags.own(),
            is_virtual: resource.is_virtual,
            is_plain: resource.is_tidy() && super::super::relate::has_none(resource),
            branch: recorder.local(extra.branch)?,
            of_type: self.of_type(types, resource, extra.def.map(|at| self.place(at))),
            is_named: super::super::alias::second_names(resource).iter().any(Option::is_some),
        })
    }

    fn arrows(&self, recorder: &Recorder) -> Option<Vec<(super::super::relate::Pending, Local)>> {
        let new = self.pending.get(recorder.lengths.pending..)?;
        new.iter().map(|p| Some((p.plain()?, recorder.local(p.branch)?))).collect()
    }

    fn realized(&self, recorder: &Recorder) -> Option<Vec<(Reference, Option<Loc>, Local)>> {
        let new = self.realizes.get(recorder.lengths.realizes..)?;
        new.iter().map(|r| Some((r.target.clone(), r.at.clone(), recorder.local(r.branch)?))).collect()
    }

    fn errors_noted(&self, recorder: &Recorder) -> Option<Vec<(CompileError, Local)>> {
        recorder.errors.iter().map(|(error, branch)| Some((error.clone(), recorder.local(*branch)?))).collect()
    }

    fn inclusions(&self, recorder: &Recorder) -> Option<Vec<(EcoString, Local)>> {
        recorder.included.iter().map(|(name, branch)| Some((name.clone(), recorder.local(*branch)?))).collect()
    }

    /// The type of a resource among those met so far.
    fn of_type(&self, types: &mut Vec<MadeType>, resource: &Resource, def: Option<Place>) -> u32 {
        let known = types.iter().position(|t| t.name == resource.type_name && t.kind == resource.kind && t.def == def);
        let at = known.unwrap_or_else(|| {
            let mut made = MadeType { name: resource.type_name.clone(), kind: resource.kind, def, number: 0 };
            made.number = self.session.traces().questions.of_type(&made);
            types.push(made);
            types.len() - 1
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }
}

/// How often each is there, in the order met.
fn counted(all: Vec<Cause>) -> Vec<(Cause, u32)> {
    let mut out: Vec<(Cause, u32)> = Vec::new();
    for cause in all {
        match out.iter_mut().find(|(known, _)| *known == cause) {
            Some((_, count)) => *count += 1,
            None => out.push((cause, 1)),
        }
    }
    out
}
