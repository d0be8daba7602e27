//! Relationships: chaining arrows and the metaparameters that say the same.

use super::branch::BranchId;
use super::collect::collector_number;
use super::compiler::Compiler;
use super::error::EvalError;
use super::lift::Res;
use super::operators::label;
use super::reference::{Reference, references};
use super::scope::Env;
use crate::catalog::{Declaration, Name, Param, Relates, Relation, Resource, ResourceId, ResourceKind};
use crate::puppet::ast::{Expr, RelationOp};
use crate::repo::Loc;
use crate::value::types::Type;
use crate::value::{SymExpr, Tri, Value};
use ecow::EcoString;
use std::sync::Arc;

/// One end of an arrow.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// With the title as it is written, if it is another.
    Resource(Reference, Option<EcoString>),
    Collector(usize),
    /// A reference whose title is not known.
    Unknown(Value),
}

/// An arrow, resolved when everything has been declared.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    source: Vec<End>,
    target: Vec<End>,
    refresh: bool,
    at: Loc,
    pub(crate) branch: Option<BranchId>,
}

/// A resource that is meant.
enum Meant {
    /// By a collector.
    Found(ResourceId),
    /// With its title as it is written, if that is another.
    Named(Reference, Option<EcoString>),
}

/// The same, and whether it is only possibly meant.
type Resolved = (Meant, bool);

/// A resource that an arrow points at.
struct Target {
    meant: Meant,
    possible: bool,
    id: Option<ResourceId>,
    /// As a parameter names it.
    text: Value,
}

impl Pending {
    /// The same, if no collector takes part.
    pub(crate) fn plain(&self) -> Option<Self> {
        let is_plain = |end: &End| !matches!(end, End::Collector(_));
        (self.source.iter().all(is_plain) && self.target.iter().all(is_plain)).then(|| self.clone())
    }

    /// The same in another branch.
    pub(crate) fn in_branch(&self, branch: Option<BranchId>) -> Self {
        Self { branch, ..self.clone() }
    }
}

impl<'s> Compiler<'s> {
    /// `a -> b`; its value is the right side, so that chains go on.
    pub(crate) fn relation(
        &mut self,
        env: Env<'s>,
        expr: &'s Expr,
        op: RelationOp,
        a: &'s Expr,
        b: &'s Expr,
    ) -> Res<Value> {
        let left = self.eval(env, a)?;
        let right = self.eval(env, b)?;
        let (source, target) = match op {
            RelationOp::Before | RelationOp::Notify => (&left, &right),
            RelationOp::Require | RelationOp::Subscribe => (&right, &left),
        };
        let (source, target) = (self.ends(source)?, self.ends(target)?);
        let refresh = matches!(op, RelationOp::Notify | RelationOp::Subscribe);
        if let Some(number) = collector_number(&right) {
            let instead = self.ends(&left)?;
            self.instead_of.insert(number, instead);
        }
        self.pending.push(Pending { source, target, refresh, at: env.file.loc(expr.span), branch: self.branch });
        let empty = matches!(&right, Value::Array(list) if list.items.is_empty());
        Ok(match right {
            _ if empty => left,
            // The value of an arrow is a list, also of one.
            Value::Type(_) => Value::array(vec![right]),
            right => right,
        })
    }

    fn ends(&mut self, value: &Value) -> Res<Vec<End>> {
        if let Some(number) = collector_number(value) {
            return Ok(vec![End::Collector(number)]);
        }
        if let Value::Array(list) = value {
            let mut out = Vec::new();
            for item in &list.items {
                out.extend(self.ends(item)?);
            }
            return Ok(out);
        }
        let (mut refs, mut bad) = (Vec::new(), None);
        references(value, &mut refs, &mut |v| bad = Some(v.clone()));
        match bad {
            Some(Value::Type(t)) if is_untitled(&t) => {
                Err(EvalError::puppet(format!("No title provided and \"{t}[]\" is not a valid resource reference")))
            }
            Some(value) if !value.is_unknown() => {
                let message = format!(
                    "Illegal relationship operand, can not form a relationship with {}. A Catalog type is required.",
                    label(&value)
                );
                Err(EvalError::issue("ILLEGAL_RELATIONSHIP_OPERAND_TYPE", message))
            }
            None if matches!(value, Value::Undef) => {
                let message = "Illegal relationship operand, can not form a relationship with an Undef Value. A Catalog type is required.";
                Err(EvalError::issue("ILLEGAL_RELATIONSHIP_OPERAND_TYPE", message))
            }
            bad => {
                let unknown = bad.filter(|_| refs.is_empty()).map(End::Unknown);
                let written = |reference: &Reference| match value {
                    Value::Type(t) => match &**t {
                        Type::Resource { title: Some(title), .. } => reference.written(title),
                        _ => None,
                    },
                    _ => None,
                };
                let resource = |reference: Reference| {
                    let written = written(&reference);
                    End::Resource(reference, written)
                };
                Ok(refs.into_iter().map(resource).chain(unknown).collect())
            }
        }
    }

    /// Turns arrows into `before` and `notify` parameters of their sources.
    pub(crate) fn settle_relations(&mut self) {
        for pending in std::mem::take(&mut self.pending) {
            let outer = std::mem::replace(&mut self.branch, pending.branch);
            let targets = self.targets(&pending);
            for (source, maybe) in self.resolve_ends(&pending.source, true) {
                self.settle_source(&source, maybe, &targets, &pending);
            }
            self.branch = outer;
        }
    }

    fn targets(&self, pending: &Pending) -> Vec<Target> {
        let target = |(meant, possible): Resolved| {
            let text = match &meant {
                Meant::Found(id) => self.catalog.get(*id).map(Resource::reference).unwrap_or_default(),
                Meant::Named(reference, Some(title)) => format!("{}[{title}]", reference.type_name),
                Meant::Named(reference, None) => reference.to_string(),
            };
            Target { possible, id: self.id_meant(&meant), text: Value::str(text), meant }
        };
        self.resolve_ends(&pending.target, false).into_iter().map(target).collect()
    }

    fn id_meant(&self, meant: &Meant) -> Option<ResourceId> {
        match meant {
            Meant::Found(id) => Some(*id),
            Meant::Named(reference, _) => self.declared_id(reference),
        }
    }

    fn name_meant(&self, meant: &Meant) -> Option<Reference> {
        match meant {
            Meant::Found(id) => self.catalog.get(*id).map(|found| Reference::new(&found.type_name, &found.title)),
            Meant::Named(reference, _) => Some(reference.clone()),
        }
    }

    /// The resources meant, and whether each is only possibly so. A collector that found nothing gives way, as a source,
    /// to what stood left of it in the chain.
    fn resolve_ends(&self, ends: &[End], as_source: bool) -> Vec<Resolved> {
        let instead = |number: &usize| match self.instead_of.get(number) {
            Some(ends) if as_source => self.resolve_ends(ends, true),
            _ => Vec::new(),
        };
        ends.iter()
            .flat_map(|end| match end {
                End::Resource(reference, written) => vec![(Meant::Named(reference.clone(), written.clone()), false)],
                End::Unknown(value) => {
                    let found = self.of_unknown_title(value);
                    found.map(|reference| (Meant::Named(reference, None), false)).into_iter().collect()
                }
                End::Collector(number) => {
                    let found = self.collected_by(*number).into_iter();
                    let found: Vec<_> = found.map(|(id, maybe)| (Meant::Found(id), maybe)).collect();
                    if found.is_empty() { instead(number) } else { found }
                }
            })
            .collect()
    }

    fn settle_source(&mut self, source: &Meant, maybe: bool, targets: &[Target], pending: &Pending) {
        let source_id = self.id_meant(source);
        let mut sure = Vec::new();
        for target in targets {
            let (Some(id), Some(to)) = (source_id, target.id) else {
                self.settle_nowhere(source, source_id.is_some(), &target.meant, pending);
                continue;
            };
            let (possible, at) = (maybe || target.possible, pending.at.clone());
            self.catalog.relations.push(Relation { source: id, target: to, refresh: pending.refresh, possible, at });
            if !possible {
                sure.push(target.text.clone());
            }
        }
        if let Some(id) = source_id.filter(|_| !sure.is_empty()) {
            self.points_at(id, sure, pending);
        }
    }

    fn settle_nowhere(&mut self, source: &Meant, has_source: bool, target: &Meant, pending: &Pending) {
        let Some((source, target)) = self.name_meant(source).zip(self.name_meant(target)) else { return };
        let missing = if has_source { &target } else { &source };
        if self.maybe_declared(missing) == Tri::Maybe {
            return;
        }
        let other = if has_source { format!("from '{source}'") } else { format!("on '{target}'") };
        let message = match missing.title.is_empty() {
            true => format!("No title provided and \"{missing}\" is not a valid resource reference"),
            false => format!("Could not find resource '{missing}' for relationship {other}"),
        };
        self.record(EvalError::puppet(message).at(&pending.at));
    }

    /// Adds the targets of an arrow to the parameter that says the same.
    fn points_at(&mut self, id: ResourceId, texts: Vec<Value>, pending: &Pending) {
        let name = if pending.refresh { "notify" } else { "before" };
        let Some(resource) = self.catalog.resources.get_mut(id as usize) else { return };
        match resource.params.iter_mut().find(|p| p.name == name) {
            Some(param) => {
                let mut items = match &param.value {
                    Value::Array(list) => list.items.clone(),
                    Value::Undef => Vec::new(),
                    other => vec![other.clone()],
                };
                items.extend(texts);
                param.value = Value::array(items);
            }
            None => {
                resource.params.push(Param { name: name.into(), value: Value::array(texts), at: pending.at.clone() })
            }
        }
    }

    /// Relationship metaparameters to relations; dangling ones are errors.
    pub(crate) fn settle_metaparams(&mut self) {
        let mut out = std::mem::take(&mut self.catalog.relations);
        let relating = self.relating();
        out.reserve(relating.iter().map(|(_, declaration)| declaration.relates(relates).len()).sum());
        for (id, declaration) in relating {
            for relates in declaration.relates(relates) {
                self.settle_param(id, relates, &mut out);
            }
        }
        self.catalog.relations = once_each(out);
    }

    /// The resources that reach the agent and have relationships.
    fn relating(&self) -> Vec<(ResourceId, Arc<Declaration>)> {
        let counts = |r: &&Resource| !r.is_virtual && (r.possible.is_none() || r.kind != ResourceKind::UnknownType);
        let relating = (0..).zip(&self.catalog.resources).filter(|(_, r)| !r.is_plain && counts(r));
        let relating = relating.filter(|(_, r)| !r.declaration.relates(relates).is_empty());
        relating.map(|(id, r)| (id, r.declaration.clone())).collect()
    }

    /// The reference to a resource whose title is not known: one that was declared with the very same title.
    fn of_unknown_title(&self, value: &Value) -> Option<Reference> {
        let Value::Sym(sym) = value else { return None };
        let SymExpr::Call(name, args) = &sym.expr else { return None };
        let [Value::Str(type_name), title] = &args[..] else { return None };
        let reference = Reference::new(&type_name.text, &title.to_string());
        let found = self.catalog.get(self.declared_id(&reference)?)?;
        (name == "reference" && found.symbolic_title.as_ref() == Some(title)).then_some(reference)
    }

    fn settle_param(&mut self, id: ResourceId, relates: &Relates, out: &mut Vec<Relation>) {
        let param = &relates.param;
        let of_unknown =
            relates.bad.iter().filter_map(|v| self.of_unknown_title(v)).map(|r| Name::new(r.type_name, r.title));
        let of_unknown: Vec<_> = of_unknown.collect();
        let branch = self.extra.get(id as usize).and_then(|e| e.branch);
        let outer = std::mem::replace(&mut self.branch, branch);
        if let Some(value) = relates.bad.last().filter(|v| !v.is_unknown()) {
            if let Value::Type(t) = value
                && let Some(reference) = Reference::parse(&t.to_string())
            {
                let message = format!("Could not find resource '{reference}' in parameter '{}'", param.name);
                self.record(EvalError::puppet(message).at(&param.at));
            }
            let shown = match value {
                Value::Hash(h) if h.entries.is_empty() => "{}".to_owned(),
                Value::Type(t) => format!("{t}[]"),
                other => other.to_string(),
            };
            let message = format!("No title provided and \"{shown}\" is not a valid resource reference");
            self.record(EvalError::puppet(message).at(&param.at));
        }
        for other in relates.others.iter().chain(&of_unknown) {
            match self.catalog.id_of(other.print, &other.type_name, &other.title) {
                Some(to) => {
                    let (source, target) =
                        if matches!(&*param.name, "before" | "notify") { (id, to) } else { (to, id) };
                    let refresh = matches!(&*param.name, "notify" | "subscribe");
                    out.push(Relation { source, target, refresh, possible: false, at: param.at.clone() });
                }
                None if relates.sure => self.dangling(id, param, other),
                None => {}
            }
        }
        self.branch = outer;
    }

    fn dangling(&mut self, id: ResourceId, param: &Param, other: &Name) {
        let reference = &Reference { type_name: other.type_name.clone(), title: other.title.clone() };
        if self.maybe_declared(reference) != Tri::No {
            return;
        }
        let own = self.catalog.get(id).map(Resource::reference).unwrap_or_default();
        let message = match reference.title.is_empty() {
            true => format!("No title provided and \"{reference}\" is not a valid resource reference"),
            false => format!("Could not find resource '{reference}' in parameter '{}' (on {own})", param.name),
        };
        self.record(EvalError::puppet(message).at(&param.at));
    }

    /// Whether a resource of this type with an unknown title may be the one.
    fn maybe_declared(&self, reference: &Reference) -> Tri {
        let unknown = |r: &Resource| {
            r.type_name == reference.type_name && r.symbolic_title.as_ref().is_some_and(Value::is_unknown)
        };
        if self.blind || reference.title.contains('‹') || self.catalog.resources.iter().any(unknown) {
            Tri::Maybe
        } else {
            Tri::No
        }
    }
}

/// Relations without repetitions. Of two that say the same the one that is certain stays.
fn once_each(mut relations: Vec<Relation>) -> Vec<Relation> {
    if relations.iter().any(|r| r.possible) {
        relations.sort_by_key(|r| r.possible);
    }
    let key = |r: &Relation| (u64::from(r.source) << 32 | u64::from(r.target), r.refresh);
    let mut seen = rustc_hash::FxHashSet::default();
    seen.reserve(relations.len());
    relations.retain(|r| seen.insert(key(r)));
    relations
}

/// A type of resource without a title.
fn is_untitled(t: &Type) -> bool {
    matches!(t, Type::Resource { type_name, title: None } if !type_name.is_empty())
}

/// What a parameter names, if it is a relationship.
fn relates(param: &Param) -> Option<Relates> {
    param.relates().then_some(())?;
    let (mut found, mut bad) = (Vec::new(), Vec::new());
    references(&param.value, &mut found, &mut |v| bad.push(v.clone()));
    let others = found.into_iter().map(|r| Name::new(r.type_name, r.title)).collect();
    let sure = crate::eval::lift::known_deep(&param.value) != crate::eval::lift::Known::No;
    Some(Relates { param: param.clone(), others, bad, sure })
}

/// Whether a resource has no relationships of its own.
pub(super) fn has_none(resource: &Resource) -> bool {
    resource.declaration.relates(relates).is_empty()
}
