//! Collectors and `realize`: what makes virtual resources real, and overrides by query.

use super::branch::BranchId;
use super::collector_query::{Query, TagsSought};
use super::compiler::{Compiler, Extra};
use super::error::EvalError;
use super::lift::Res;
use super::overrides::{Change, mark_appends};
use super::reference::Reference;
use super::scope::Env;
use crate::catalog::{Resource, ResourceId};
use crate::puppet::ast::{self, Expr};
use crate::repo::Loc;
use crate::value::types::Type;
use crate::value::{Tri, Value};
use ecow::EcoString;
use rustc_hash::FxHashMap;

/// Resources by type, in the order declared.
#[derive(Debug, Default)]
pub(crate) struct ByType {
    places: FxHashMap<EcoString, usize>,
    /// The places of types that traces know by number.
    numbered: Vec<Option<usize>>,
    types: Vec<OfType>,
    /// The place of the type of each resource that was taken in.
    seen: Vec<usize>,
}

/// Resources of one type.
#[derive(Debug, Default)]
struct OfType {
    name: EcoString,
    ids: Vec<ResourceId>,
    /// Those whose parameters or tags have changed since they were taken in, as it happened.
    changed: Vec<ResourceId>,
}

impl ByType {
    /// Takes in what was declared since.
    pub(crate) fn take_in(&mut self, resources: &[Resource], extra: &[Extra]) {
        let (from, new) = (self.seen.len(), resources.get(self.seen.len()..).unwrap_or_default());
        let extra = extra.get(from..).unwrap_or_default();
        for (id, (resource, extra)) in
            (ResourceId::try_from(from).unwrap_or(ResourceId::MAX)..).zip(new.iter().zip(extra))
        {
            let place = self.place_of(resource, extra.type_number as usize);
            if let Some(of_type) = self.types.get_mut(place) {
                of_type.ids.push(id);
            }
            self.seen.push(place);
        }
    }

    /// Where a resource's type is. Its name, which lies elsewhere in memory, is read only where no number is known.
    fn place_of(&mut self, resource: &Resource, number: usize) -> usize {
        if let Some(Some(place)) = self.numbered.get(number).filter(|_| number > 0) {
            return *place;
        }
        let known = self.places.get(&resource.type_name).copied();
        let place = known.unwrap_or_else(|| {
            let name = resource.type_name.clone();
            self.types.push(OfType { name: name.clone(), ..OfType::default() });
            self.places.insert(name, self.types.len() - 1);
            self.types.len() - 1
        });
        if self.numbered.len() <= number {
            self.numbered.resize(number + 1, None);
        }
        self.numbered.get_mut(number).into_iter().for_each(|known| *known = Some(place));
        place
    }

    /// Notes that a resource was changed. One that no collector has seen yet is looked at anyway.
    fn changed(&mut self, id: ResourceId) {
        let of_type = self.seen.get(id as usize).and_then(|place| self.types.get_mut(*place));
        of_type.into_iter().for_each(|of_type| of_type.changed.push(id));
    }

    /// All of them, type by type.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&EcoString, &Vec<ResourceId>)> {
        self.types.iter().map(|of_type| (&of_type.name, &of_type.ids))
    }

    fn of(&self, type_name: &str) -> Option<&OfType> {
        self.types.get(*self.places.get(type_name)?)
    }
}

/// A collector at work.
#[derive(Debug)]
pub(crate) struct Collector<'s> {
    type_name: EcoString,
    exported: bool,
    query: Query,
    change: Change,
    branch: Option<BranchId>,
    scope: Env<'s>,
    /// Resources it has dealt with, in the order found.
    done: indexmap::IndexSet<ResourceId>,
    /// Those of them of which it is not decided that the query finds them.
    undecided: rustc_hash::FxHashSet<ResourceId>,
    /// How many resources of its type, and how many changes of resources, it has looked at.
    looked_at: (usize, usize),
}

impl std::fmt::Debug for Env<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "scope {} in {}", self.scope, self.file.path)
    }
}

/// A reference to be realised.
#[derive(Debug)]
pub(crate) struct Realize {
    pub(crate) target: Reference,
    pub(crate) branch: Option<BranchId>,
    pub(crate) at: Option<Loc>,
}

impl<'s> Compiler<'s> {
    /// `Type<| query |>`; its value names the collector in relationships.
    pub(crate) fn collect(&mut self, env: Env<'s>, expr: &'s Expr, collector: &'s ast::Collector) -> Res<Value> {
        let at = env.file.loc(expr.span);
        let wanted = self.eval(env, &collector.type_name).map_err(|error| match &collector.type_name.kind {
            ast::ExprKind::TypeRef(name) => no_such_type(name).in_call("Virtual Query", &at, &at),
            _ => error,
        })?;
        let type_name = match wanted {
            Value::Type(t) => match &*t {
                Type::Resource { type_name, title: None } => type_name.clone(),
                Type::Class { .. } => {
                    return Err(EvalError::puppet("Classes cannot be collected").in_call("Virtual Query", &at, &at));
                }
                other => return Err(no_such_type(other.name()).in_call("Virtual Query", &at, &at)),
            },
            _ => return Ok(Value::Undef),
        };
        if self.session.options.complete && self.kind_of_quiet(&type_name).is_none() {
            return Err(no_such_type(&type_name).in_call("Virtual Query", &at, &at));
        }
        let query = match &collector.query {
            Some(query) => self.query(env, query)?,
            None => Query::All,
        };
        let params = self.attributes(env, &collector.ops)?;
        let change = Change { params: mark_appends(params, &collector.ops), source: None, at };
        let number = self.collectors.len();
        self.collectors.push(Collector {
            type_name,
            exported: collector.exported,
            query,
            change,
            branch: self.branch,
            scope: env,
            done: indexmap::IndexSet::new(),
            undecided: rustc_hash::FxHashSet::default(),
            looked_at: (0, 0),
        });
        Ok(collector_value(number))
    }

    fn kind_of_quiet(&mut self, type_name: &str) -> Option<()> {
        let errors = self.errors.len();
        let kind = self.kind_of(type_name).ok()?.0;
        self.errors.truncate(errors);
        if kind == crate::catalog::ResourceKind::UnknownType {
            self.kinds.remove(type_name);
            return None;
        }
        Some(())
    }

    /// Runs all collectors and pending realisations; whether anything happened.
    pub(crate) fn evaluate_collectors(&mut self) -> bool {
        let mut any = false;
        for _ in 0..1000 {
            let mut round = false;
            for number in 0..self.collectors.len() {
                round |= self.run_collector(number);
            }
            round |= self.run_realizes();
            any |= round;
            if let Err(error) = self.step() {
                self.record(error);
                break;
            }
            if !round {
                break;
            }
        }
        any
    }

    fn run_collector(&mut self, number: usize) -> bool {
        self.by_type.take_in(&self.catalog.resources, &self.extra);
        let candidates = self.candidates(number);
        let Some(collector) = self.collectors.get(number) else { return false };
        if collector.exported && self.session.options.storeconfigs == Some(false) {
            return false;
        }
        self.steps += candidates.len() as u64;
        let mut sought = TagsSought::default();
        let found: Vec<(ResourceId, Tri)> = candidates
            .into_iter()
            .filter_map(|id| Some((id, self.catalog.get(id)?)))
            .filter(|(_, r)| !collector.exported || r.exported)
            .map(|(id, r)| (id, collector.query.fits(r, &mut sought)))
            .filter(|(_, fits)| *fits != Tri::No)
            .collect();
        let (change, branch, env) = (collector.change.clone(), collector.branch, collector.scope);
        for (id, fits) in &found {
            if let Some(collector) = self.collectors.get_mut(number) {
                collector.done.insert(*id);
                if *fits == Tri::Maybe {
                    collector.undecided.insert(*id);
                }
            }
            self.collected(*id, *fits, &change, branch, env);
        }
        !found.is_empty()
    }

    /// A resource is changed: collectors look at it once more.
    pub(crate) fn changes(&mut self, id: ResourceId) {
        self.by_type.changed(id);
    }

    /// Resources that are new or have changed since a collector ran, in the order declared.
    fn candidates(&mut self, number: usize) -> Vec<ResourceId> {
        let Some(collector) = self.collectors.get_mut(number) else { return Vec::new() };
        let Some(of_type) = self.by_type.of(&collector.type_name) else { return Vec::new() };
        let now = (of_type.ids.len(), of_type.changed.len());
        let (known, changes) = std::mem::replace(&mut collector.looked_at, now);
        let new = of_type.ids.get(known..).unwrap_or_default();
        let first_new = new.first().copied().unwrap_or(ResourceId::MAX);
        let changed = of_type.changed.get(changes..).unwrap_or_default().iter().copied();
        let mut out: Vec<ResourceId> = changed.filter(|id| *id < first_new && !collector.done.contains(id)).collect();
        out.sort_unstable();
        out.dedup();
        out.extend(new);
        out
    }

    fn collected(&mut self, id: ResourceId, fits: Tri, change: &Change, branch: Option<BranchId>, env: Env<'s>) {
        let outer = std::mem::replace(&mut self.branch, branch);
        let result = if fits == Tri::Maybe {
            let group = self.new_group();
            self.in_branch(group, 0, &"the collector's query".into(), |c| {
                c.realize_one(id);
                c.apply_override(id, change)
            })
        } else {
            self.realize_one(id);
            self.apply_override(id, change)
        };
        self.branch = outer;
        if let Err(error) = result {
            self.record(error.at(&env.file.loc(crate::puppet::ast::Span::default())));
        }
    }

    /// Makes a virtual resource real; under a condition it becomes possible.
    fn realize_one(&mut self, id: ResourceId) {
        let branch = self.branch;
        let (Some(resource), Some(extra)) =
            (self.catalog.resources.get_mut(id as usize), self.extra.get_mut(id as usize))
        else {
            return;
        };
        if std::mem::replace(&mut resource.is_virtual, false) && extra.branch.is_none() {
            extra.branch = branch;
        }
    }

    /// Notes references to realise.
    pub(crate) fn realize(&mut self, target: Reference) {
        let realize = Realize { target, branch: self.branch, at: self.last_loc.clone() };
        self.realizes.push(realize);
    }

    fn run_realizes(&mut self) -> bool {
        let pending = std::mem::take(&mut self.realizes);
        let mut any = false;
        for realize in pending {
            match self.find_reference(&realize.target) {
                Some(id) => {
                    any = true;
                    let outer = std::mem::replace(&mut self.branch, realize.branch);
                    self.realize_one(id);
                    self.branch = outer;
                }
                None => self.realizes.push(realize),
            }
        }
        any
    }

    /// References that could not be realised.
    pub(crate) fn unrealized(&mut self) {
        let pending = std::mem::take(&mut self.realizes);
        for realize in pending {
            let outer = std::mem::replace(&mut self.branch, realize.branch);
            let error = EvalError::puppet(format!("Failed to realize virtual resources {}", realize.target));
            self.record(match &realize.at {
                Some(at) => error.at(at),
                None => error,
            });
            self.branch = outer;
        }
    }

    /// The resources that a collector has found so far, and whether each is only possibly found.
    pub(crate) fn collected_by(&self, number: usize) -> Vec<(ResourceId, bool)> {
        let Some(collector) = self.collectors.get(number) else { return Vec::new() };
        collector.done.iter().map(|id| (*id, collector.undecided.contains(id))).collect()
    }
}

fn no_such_type(name: &str) -> EvalError {
    EvalError::puppet(format!("Resource type {} doesn't exist", name.to_lowercase()))
}

/// A collector as operand of a relationship.
fn collector_value(number: usize) -> Value {
    let entries = [(Value::str("number"), Value::Int(i64::try_from(number).unwrap_or(0)))];
    Value::Object(std::sync::Arc::new(crate::value::Object {
        type_name: "Collector".into(),
        attrs: entries.into_iter().collect(),
    }))
}

/// The number of the collector that a value stands for.
pub(crate) fn collector_number(value: &Value) -> Option<usize> {
    match value {
        Value::Object(object) if object.type_name == "Collector" => match object.attrs.get(&Value::str("number")) {
            Some(Value::Int(n)) => usize::try_from(*n).ok(),
            _ => None,
        },
        _ => None,
    }
}
