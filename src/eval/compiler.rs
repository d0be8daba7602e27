//! One compilation: its state, its limits, and the order in which a catalog comes about.

use super::branch::{Branch, BranchId};
use super::collect::{Collector, Realize};
use super::error::EvalError;
use super::facts::HostSpec;
use super::lift::Res;
use super::names::Names;
use super::outcome::{CompileError, Compiled, Observation};
use super::overrides::Override;
use super::relate::Pending;
use super::scope::{Env, Scope, ScopeId, ScopeKind, TOP};
use super::session::{DefAt, Session};
use crate::catalog::{Catalog, Log, ResourceId};
use crate::puppet::ast::{Block, Expr, Lambda};
use crate::repo::Loc;
use crate::value::{Cause, CauseKind, Value};
use ecow::EcoString;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Most evaluation steps of one catalog.
const MAX_STEPS: u64 = 60_000_000;
/// Deepest nesting of calls, includes and instances.
const MAX_DEPTH: u32 = 400;
/// Room for the resources of most hosts.
const MANY: usize = 6144;
/// Most resources of one catalog.
pub(crate) const MAX_RESOURCES: usize = 200_000;

/// What the compiler keeps of a resource beside the catalog's own record.
#[derive(Debug)]
pub(crate) struct Extra {
    /// Where it was declared.
    pub(crate) scope: ScopeId,
    pub(crate) branch: Option<BranchId>,
    /// Definition of a defined type.
    pub(crate) def: Option<DefAt>,
    /// The number that traces know its type by; 0 if it was not taken over.
    pub(crate) type_number: u32,
    pub(crate) evaluated: bool,
    /// Undecided conditions under which a class was included; empty when it certainly is.
    pub(crate) includers: Vec<(ResourceId, Option<BranchId>)>,
}

/// A lambda together with where it was written.
#[derive(Clone, Copy)]
pub(crate) struct Closure<'s> {
    pub(crate) env: Env<'s>,
    pub(crate) lambda: &'s Lambda,
}

/// The state of one compilation.
pub(crate) struct Compiler<'s> {
    pub(crate) session: &'s Session,
    pub(crate) host: &'s HostSpec,
    pub(crate) catalog: Catalog,
    pub(crate) extra: Vec<Extra>,
    pub(crate) scopes: Vec<Scope>,
    /// Room for the variables of an instance.
    pub(crate) spare_vars: FxHashMap<EcoString, Value>,
    pub(crate) class_scopes: FxHashMap<EcoString, ScopeId>,
    pub(crate) class_ids: FxHashMap<EcoString, ResourceId>,
    pub(crate) hidden_classes: FxHashSet<EcoString>,
    pub(crate) node_scope: ScopeId,
    pub(crate) branches: Vec<Branch>,
    pub(crate) branch: Option<BranchId>,
    pub(crate) groups: u32,
    pub(crate) journal: Vec<(ScopeId, EcoString)>,
    pub(crate) matches: Option<Arc<[Value]>>,
    pub(crate) closures: Vec<Closure<'s>>,
    pub(crate) collectors: Vec<Collector<'s>>,
    pub(crate) by_type: super::collect::ByType,
    pub(crate) realizes: Vec<Realize>,
    pub(crate) overrides: Vec<Override>,
    /// The class that set a parameter over what the resource was declared with.
    pub(crate) set_by: FxHashMap<(ResourceId, EcoString), EcoString>,
    pub(crate) pending: Vec<Pending>,
    /// What stood left of a collector in a chain of arrows.
    pub(crate) instead_of: FxHashMap<usize, Vec<super::relate::End>>,
    pub(crate) unevaluated: Vec<ResourceId>,
    pub(crate) defs: Names<Option<DefAt>>,
    pub(super) loaded: Names<DefAt>,
    /// Names that no file of their own defines.
    pub(super) absent: Names<()>,
    pub(super) loaded_files: FxHashSet<u32>,
    pub(crate) aliases: FxHashMap<EcoString, super::named_types::Known>,
    pub(crate) deps: FxHashSet<Arc<str>>,
    pub(crate) observations: Vec<Observation>,
    pub(crate) errors: Vec<CompileError>,
    pub(crate) possible_errors: Vec<CompileError>,
    pub(crate) data_files: indexmap::IndexSet<Arc<str>>,
    pub(crate) steps: u64,
    pub(crate) depth: u32,
    pub(crate) last_loc: Option<Loc>,
    /// The declaration of the instance of a defined type that is being evaluated.
    pub(crate) instance: Option<Loc>,
    pub(crate) fatal: bool,
    pub(crate) rendering: Vec<Vec<Value>>,
    pub(crate) annotations: FxHashMap<usize, super::typeexpr::Annotation>,
    pub(crate) atomic: u32,
    /// Something was declared whose code is not here: references may point into it.
    pub(crate) blind: bool,
    /// Decisions on per-host values are not written down; whether there were any.
    pub(crate) muted: Option<bool>,
    pub(crate) observed: super::group::Observed,
    /// Data paths made of per-host values.
    pub(crate) per_host_paths: FxHashSet<Arc<str>>,
    /// What of traces is known to be so here.
    pub(crate) confirmed: super::memo::Confirmed,
    /// Where in the chain of each scope resource defaults are met next, and how often that was forgotten.
    pub(crate) anchors: super::metaparams::Anchors,
    /// Top scope and the node's scope are complete.
    pub(crate) generating: bool,
    /// Lists of paths that are among `deps` already, by address.
    pub(crate) dep_lists: FxHashSet<usize>,
    /// Keys that were looked up in data.
    pub(crate) lookups: FxHashSet<EcoString>,
    pub(crate) hiera_memo: crate::hiera::Memo,
    /// The Hiera functions that this compilation is run for, from without, and what each was asked.
    pub(crate) asking: Vec<(EcoString, crate::value::Value)>,
    /// What a Hiera function has put in the cache of its context.
    pub(crate) context_cache: crate::value::Entries,
    pub(crate) standing: super::answers::Standing,
    pub(crate) current_container: ResourceId,
    /// Statement or call in which errors arise, for their wording.
    pub(crate) context: Option<(&'static str, Loc)>,
    pub(crate) kinds: FxHashMap<EcoString, (crate::catalog::ResourceKind, Option<DefAt>)>,
    pub(crate) escapes: Vec<EvalError>,
    /// Why a call from Ruby failed.
    pub(crate) ruby_failure: Option<String>,
    /// Functions in the Puppet language being run, each with the branch it was called in.
    pub(crate) running: Vec<(DefAt, Option<BranchId>)>,
    /// Classes are noted, not evaluated.
    pub(crate) shallow: bool,
    /// The condition that comes next, if it stands as a statement in the body of a class.
    pub(crate) standing_condition: Option<super::body::Standing>,
    /// Notes of the instance being evaluated, if it may come out alike elsewhere.
    pub(crate) recorder: Option<Box<super::memo::Recorder>>,
    /// Parameters without a value, while a default is evaluated.
    pub(crate) awaited: Option<super::awaited::Awaited>,
    /// Aliases met while an annotation is evaluated.
    pub(crate) aliases_met: Option<Vec<EcoString>>,
}

/// Compiles the catalog of one host. Needs a deep stack: call it on a thread with 64 MB.
#[must_use]
pub fn compile(session: &Session, host: &HostSpec) -> Compiled {
    let mut compiler = Compiler::new(session, host);
    compiler.run();
    compiler.into_outcome()
}

impl<'s> Compiler<'s> {
    pub(crate) fn new(session: &'s Session, host: &'s HostSpec) -> Self {
        Self {
            session,
            host,
            catalog: Catalog::with_room(host.certname.clone(), MANY),
            extra: Vec::with_capacity(MANY),
            scopes: vec![Scope::new(ScopeKind::Top, None, 0)],
            spare_vars: FxHashMap::default(),
            class_scopes: FxHashMap::default(),
            class_ids: FxHashMap::default(),
            hidden_classes: FxHashSet::default(),
            node_scope: TOP,
            branches: Vec::new(),
            branch: None,
            groups: 0,
            journal: Vec::new(),
            matches: None,
            closures: Vec::new(),
            collectors: Vec::new(),
            by_type: super::collect::ByType::default(),
            realizes: Vec::new(),
            overrides: Vec::new(),
            set_by: FxHashMap::default(),
            pending: Vec::new(),
            instead_of: FxHashMap::default(),
            unevaluated: Vec::new(),
            defs: Names::default(),
            loaded: Names::default(),
            absent: Names::default(),
            loaded_files: FxHashSet::default(),
            aliases: FxHashMap::default(),
            deps: FxHashSet::default(),
            observations: Vec::new(),
            errors: Vec::new(),
            possible_errors: Vec::new(),
            data_files: indexmap::IndexSet::new(),
            steps: 0,
            depth: 0,
            last_loc: None,
            instance: None,
            fatal: false,
            rendering: Vec::new(),
            annotations: FxHashMap::default(),
            atomic: 0,
            blind: false,
            muted: None,
            observed: super::group::Observed::default(),
            per_host_paths: FxHashSet::default(),
            confirmed: super::memo::Confirmed::default(),
            anchors: super::metaparams::Anchors::default(),
            generating: false,
            dep_lists: FxHashSet::default(),
            lookups: FxHashSet::default(),
            hiera_memo: crate::hiera::Memo::default(),
            asking: Vec::new(),
            context_cache: crate::value::Entries::default(),
            standing: super::answers::Standing::default(),
            current_container: super::classes::CLASS_MAIN,
            context: None,
            kinds: FxHashMap::default(),
            escapes: Vec::new(),
            ruby_failure: None,
            running: Vec::new(),
            shallow: false,
            standing_condition: None,
            recorder: None,
            awaited: None,
            aliases_met: None,
        }
    }

    /// Top scope, node definition and ENC.
    pub(crate) fn run_roots(&mut self) {
        self.declare_roots();
        self.seed_top_scope();
        self.evaluate_main();
        if let Err(error) = self.evaluate_node() {
            self.record(error);
        }
        self.evaluate_enc();
    }

    fn run(&mut self) {
        self.run_roots();
        self.generate();
        self.finish();
    }

    fn evaluate_main(&mut self) {
        self.check_definitions();
        for number in self.session.main_files() {
            let Some(file) = self.session.file(*number) else { continue };
            self.deps.insert(file.path.clone());
            if let Some((at, message, issue)) = self.session.syntax_error(file) {
                self.record(EvalError::Puppet { issue: Some(issue), message, at: Some(at) });
            }
            let env = Env { scope: TOP, file };
            if let Err(error) = self.run_block(env, &file.parsed.body) {
                self.record(error);
            }
        }
    }

    /// Runs statements, each on its own: an error is recorded and the next one is tried. The value is
    /// that of the last.
    pub(crate) fn run_body(&mut self, env: Env<'s>, body: &'s Block) -> Value {
        match self.run_block(env, body) {
            Ok(value) => value,
            Err(EvalError::Return(value)) => value,
            Err(error) => {
                self.record(error);
                Value::Undef
            }
        }
    }

    /// The same for the body of a conditional: jumps travel on.
    pub(crate) fn run_block(&mut self, env: Env<'s>, body: &'s [Expr]) -> Res<Value> {
        let mut last = Value::Undef;
        for expr in body {
            match self.eval(env, expr) {
                Ok(value) => last = value,
                Err(error) if error.is_control() || self.strict_errors() || self.fatal => return Err(error),
                Err(error) => {
                    self.record(error);
                    self.poison(env, expr);
                }
            }
        }
        Ok(last)
    }

    /// Inside functions and lambdas an error ends the whole call.
    fn strict_errors(&self) -> bool {
        self.atomic > 0
    }

    /// A new scope whose variables are looked up from `parent`.
    pub(crate) fn push_scope(&mut self, mut scope: Scope) -> ScopeId {
        let id = u32::try_from(self.scopes.len()).unwrap_or(u32::MAX);
        if scope.kind == ScopeKind::Local {
            scope.owner = scope.parent.and_then(|p| self.scopes.get(p as usize)).map_or(TOP, |p| p.owner);
        } else {
            scope.owner = id;
        }
        self.scopes.push(scope);
        id
    }

    /// The resource that contains what is declared in a scope.
    pub(crate) fn container(&self, scope: ScopeId) -> ResourceId {
        self.scopes.get(scope as usize).map_or(0, |s| s.resource)
    }

    /// Counts a step; past the limit nothing goes on.
    pub(crate) fn step(&mut self) -> Res<()> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            self.fatal = true;
            return Err(EvalError::Limit { what: format!("more than {MAX_STEPS} evaluation steps"), at: None });
        }
        Ok(())
    }

    /// Runs `f` one level deeper.
    pub(crate) fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Res<T>) -> Res<T> {
        if self.depth >= MAX_DEPTH {
            return Err(EvalError::Limit { what: format!("calls nested more than {MAX_DEPTH} deep"), at: None });
        }
        self.depth += 1;
        let result = f(self);
        self.depth -= 1;
        result
    }

    /// Keeps an error: as one of the catalog, or of a possibility.
    pub(crate) fn record(&mut self, error: EvalError) {
        let (issue, message, at) = match error {
            EvalError::Puppet { issue, message, at } => (issue, message, at),
            EvalError::Limit { what, at } => (None, what, at),
            other => (None, other.to_string(), None),
        };
        let possible = self.branch_text(self.branch);
        let is_placed = at.is_some();
        let at = at.or_else(|| self.last_loc.clone());
        let instance = self.instance.as_ref().filter(|_| issue.is_some()).map(|at| self.statement_of(at));
        let error = CompileError { at, message, issue, instance, possible };
        match &error.possible {
            Some(_) if is_placed => self.noted_error(&error),
            _ => self.spoil(),
        }
        self.keep_error(error);
    }

    /// Keeps an error unless it is there already.
    pub(crate) fn keep_error(&mut self, error: CompileError) {
        let list = if error.possible.is_some() { &mut self.possible_errors } else { &mut self.errors };
        if list.len() < 1000 && !list.contains(&error) {
            list.push(error);
        }
    }

    /// Logs a message at the statement being evaluated.
    pub(crate) fn log(&mut self, level: &str, message: String) {
        if self.catalog.logs.len() < 10_000 {
            self.catalog.logs.push(Log { level: level.into(), message, at: self.last_loc.clone() });
        } else {
            self.spoil();
        }
    }

    /// Counts an unknown by cause.
    pub(crate) fn count(&mut self, kind: CauseKind, name: impl Into<EcoString>) {
        let cause = Cause { kind, name: name.into() };
        self.noted_unknown(&cause);
        *self.catalog.unknowns.entry(cause).or_default() += 1;
    }

    fn into_outcome(self) -> Compiled {
        Compiled {
            catalog: self.catalog,
            errors: self.errors,
            possible_errors: self.possible_errors,
            deps: self.deps,
            observations: self.observations,
            lookups: self.lookups,
            data_files: self.data_files.into_iter().collect(),
        }
    }
}

/// Evaluates the code of a session as an expression in top scope, as a console would.
#[must_use]
pub fn evaluate(session: &Session, host: &HostSpec) -> (Value, Compiled) {
    let mut compiler = Compiler::new(session, host);
    compiler.declare_roots();
    compiler.seed_top_scope();
    compiler.check_definitions();
    let mut value = Value::Undef;
    if let Some(file) = session.main_files().first().and_then(|n| session.file(*n)) {
        if let Some((at, message, issue)) = session.syntax_error(file) {
            compiler.record(EvalError::Puppet { issue: Some(issue), message, at: Some(at) });
        }
        match compiler.run_block(Env { scope: TOP, file }, &file.parsed.body) {
            Ok(last) => value = last,
            Err(error) => compiler.record(error),
        }
    }
    (value, compiler.into_outcome())
}
