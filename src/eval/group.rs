//! Hosts that share one catalog: what was decided on per-host values, asked again for another host.

use super::compiler::{Compiler, compile};
use super::facts::HostSpec;
use super::interp::{Block, Interp};
use super::lift::Res;
use super::outcome::{Compiled, Observation};
use super::session::Session;
use crate::puppet::ast::{BinaryOp, UnaryOp};
use crate::value::types::{Type, TypeContext};
use crate::value::{SymExpr, Value};
use ecow::EcoString;
use rustc_hash::FxHashSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Most observations that one catalog keeps.
const MAX_OBSERVATIONS: usize = 20_000;

/// Hosts and the catalog they share.
#[derive(Debug)]
pub struct Group {
    /// Names, in the order given.
    pub hosts: Vec<EcoString>,
    /// The catalog, compiled for the first of them.
    pub compiled: Compiled,
}

/// Compiles hosts of one node block; those for which every decision falls alike share a catalog.
#[must_use]
pub fn compile_group(session: &Session, hosts: &[HostSpec]) -> Vec<Group> {
    compile_part(session, hosts, hosts.len() > 1)
}

/// The same for some of the hosts of a block. What tells hosts apart is symbolic where the block as a
/// whole is `shared`, so that a catalog does not depend on how many hosts are compiled along with it.
#[must_use]
pub fn compile_part(session: &Session, hosts: &[HostSpec], shared: bool) -> Vec<Group> {
    let mut groups: Vec<(HostSpec, Group)> = Vec::new();
    for host in hosts {
        match groups.iter_mut().find(|(first, group)| agrees(session, first, &group.compiled, host)) {
            Some((_, group)) => join(group, host),
            None => {
                let spec = HostSpec { shared, ..host.clone() };
                let compiled = compile(session, &spec);
                groups.push((spec, Group { hosts: vec![host.certname.clone()], compiled }));
            }
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Takes a host in. Data files of its own, present or not, are among what the catalog rests on.
fn join(group: &mut Group, host: &HostSpec) {
    group.hosts.push(host.certname.clone());
    let compiled = &mut group.compiled;
    let others = compiled.observations.iter().filter_map(|o| match o {
        Observation::File(path, parts) => other_path(path, parts, host).filter(|other| *other != **path),
        _ => None,
    });
    let others: Vec<Arc<str>> = others.map(Arc::from).collect();
    compiled.deps.extend(others);
}

/// The path of a data file for another host.
fn other_path(path: &str, parts: &[Value], host: &HostSpec) -> Option<String> {
    let mut other = path.to_owned();
    for part in parts {
        other = other.replace(part.as_str()?, resolve(part, host)?.as_str().unwrap_or_default());
    }
    Some(other)
}

/// Whether another host would have got the same catalog.
fn agrees(session: &Session, first: &HostSpec, compiled: &Compiled, host: &HostSpec) -> bool {
    let same_facts =
        Arc::ptr_eq(&first.facts, &host.facts) || first.facts.values.is_empty() && host.facts.values.is_empty();
    same_facts && compiled.observations.iter().all(|o| holds(session, compiled, o, host))
}

/// The decision that keeps a host from sharing a catalog, if there is one.
#[must_use]
pub fn disagreement<'c>(session: &Session, compiled: &'c Compiled, host: &HostSpec) -> Option<&'c Observation> {
    compiled.observations.iter().find(|o| !holds(session, compiled, o, host))
}

fn holds(session: &Session, compiled: &Compiled, observation: &Observation, host: &HostSpec) -> bool {
    match observation {
        Observation::Truth(value, decided) => {
            resolve(value, host).is_some_and(|v| (v.truth() == crate::value::Tri::Yes) == *decided)
        }
        Observation::Equals(value, was) => resolve(value, host).is_some_and(|v| v == *was),
        Observation::File(path, parts) => other_path(path, parts, host).is_some_and(|other| {
            let concerns = |key: &str| key == "lookup_options" || compiled.lookups.contains(key);
            *other == **path || session.hiera().says_the_same(path, &other, &concerns)
        }),
    }
}

/// The value of a symbolic expression on another host; `None` if it can't be told.
fn resolve(value: &Value, host: &HostSpec) -> Option<Value> {
    match value {
        Value::Sym(sym) => match &sym.expr {
            SymExpr::Fact(path) => host.fact(path).map(|v| v.sample().clone()),
            SymExpr::Concat(parts) => {
                let parts: Option<Vec<Value>> = parts.iter().map(|p| resolve(p, host)).collect();
                Some(super::lift::concat(parts?))
            }
            SymExpr::Call(name, args) => {
                let args: Option<Vec<Value>> = args.iter().map(|a| resolve(a, host)).collect();
                call(name, &args?, host)
            }
            // What is unknown is so on every host; a function may not even look at it.
            SymExpr::Opaque(_) | SymExpr::Choice(_) => Some(value.clone()),
        },
        Value::Array(list) => {
            let items: Option<Vec<Value>> = list.items.iter().map(|v| resolve(v, host)).collect();
            Some(Value::array(items?))
        }
        Value::Hash(hash) => {
            let entries: Option<crate::value::Entries> =
                hash.entries.iter().map(|(k, v)| Some((resolve(k, host)?, resolve(v, host)?))).collect();
            Some(Value::hash(entries?))
        }
        other => Some(other.clone()),
    }
}

fn call(name: &str, args: &[Value], host: &HostSpec) -> Option<Value> {
    use super::operators::{binary, find_match, index, unary};
    let cx = &mut Alone { host };
    match (name, args) {
        // The text itself may differ, but whatever its kind decides, decides alike.
        ("template", [_, text]) => Some(text.clone()),
        ("match", [text, pattern, Value::Int(n)]) => {
            let groups = find_match(cx, text, pattern).ok()?.1?;
            groups.get(usize::try_from(*n).ok()?).cloned()
        }
        ("!", [v]) => unary(cx, UnaryOp::Not, v).ok(),
        ("-", [v]) => unary(cx, UnaryOp::Minus, v).ok(),
        ("[]", [base, keys @ ..]) => index(cx, base, keys).ok(),
        (_, [a, b]) if binary_op(name).is_some() => binary(cx, binary_op(name)?, a, b).ok(),
        _ => super::functions::find(name)?(cx, args, None).ok(),
    }
}

fn binary_op(name: &str) -> Option<BinaryOp> {
    use BinaryOp::{Add, And, Div, Eq, Ge, Gt, In, Le, Lt, Match, Mod, Mul, Ne, NotMatch, Or, Shl, Shr, Sub};
    let all = [Or, And, In, Match, NotMatch, Mul, Div, Mod, Add, Sub, Shl, Shr, Eq, Ne, Gt, Ge, Lt, Le];
    all.into_iter().find(|op| super::operators::symbol(*op) == name)
}

/// Functions called again for another host see their arguments and its name.
struct Alone<'h> {
    host: &'h HostSpec,
}

impl TypeContext for Alone<'_> {
    fn type_alias(&mut self, _: &str) -> Option<Arc<Type>> {
        None
    }

    fn observe(&mut self, _: &Value, _: bool) {}
}

impl Interp for Alone<'_> {
    fn call_block(&mut self, _: Block, _: &[Value]) -> Res<Value> {
        Err(super::error::EvalError::puppet("no lambda here"))
    }

    fn call_function(&mut self, name: &str, args: &[Value], block: Option<Block>) -> Res<Value> {
        let missing = || super::error::EvalError::puppet(format!("Unknown function: '{name}'."));
        super::functions::find(name).ok_or_else(missing)?(self, args, block)
    }

    fn variable(&mut self, name: &str) -> Option<Value> {
        self.host.fact(crate::eval::reference::unrooted(name)).map(|v| v.sample().clone())
    }

    fn log(&mut self, _: &str, _: String) {}
}

impl Compiler<'_> {
    /// Writes down a decision on a per-host value.
    pub(crate) fn observe_truth(&mut self, value: &Value, decided: bool) {
        self.observe_once(Observation::Truth(value.clone(), decided));
    }

    /// Writes down that the value itself was used up in a decision.
    pub(crate) fn observe_value(&mut self, value: &Value) {
        if let Value::Sym(sym) = value
            && let Some(sample) = &sym.sample
        {
            self.observe_once(Observation::Equals(value.clone(), sample.clone()));
        }
    }

    pub(crate) fn observe_once(&mut self, observation: Observation) {
        if let Some(met) = &mut self.muted {
            *met = true;
            return;
        }
        let key = key(&observation);
        self.noted_observation(key, &observation);
        if self.observations.len() < MAX_OBSERVATIONS && self.observed.insert(key) {
            self.observations.push(observation);
        }
    }

    /// The same for one whose key is known.
    pub(crate) fn observe_again(&mut self, key: u64, observation: &Observation) {
        if self.observations.len() < MAX_OBSERVATIONS && self.observed.insert(key) {
            self.observations.push(observation.clone());
        }
    }
}

/// Equal observations have equal keys.
fn key(observation: &Observation) -> u64 {
    let mut state = rustc_hash::FxHasher::default();
    std::mem::discriminant(observation).hash(&mut state);
    match observation {
        Observation::Truth(value, decided) => {
            value.hash_whole(&mut state);
            decided.hash(&mut state);
        }
        Observation::Equals(value, was) => {
            value.hash_whole(&mut state);
            was.hash_whole(&mut state);
        }
        Observation::File(path, parts) => {
            path.hash(&mut state);
            parts.iter().for_each(|part| part.hash_whole(&mut state));
        }
    }
    state.finish()
}

/// Keys of what was observed.
pub(crate) type Observed = FxHashSet<u64>;
