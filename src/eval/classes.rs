//! Classes and nodes: declaring them, inheriting, evaluating their bodies once.

use super::branch::BranchId;
use super::compiler::Compiler;
use super::error::EvalError;
use super::lift::Res;
use super::reference::{canonical_class, canonical_type};
use super::scope::{Env, Scope, ScopeId, ScopeKind, TOP};
use super::session::DefAt;
use super::source::{DefKind, SourceFile};
use crate::catalog::{Declaration, Derived, Param, Resource, ResourceId, ResourceKind};
use crate::puppet::ast::{Block, ClassDef, NodeDef, NodeMatch};
use crate::repo::Loc;
use crate::value::{CauseKind, Value};
use ecow::EcoString;

/// `Stage[main]`
pub(crate) const STAGE_MAIN: ResourceId = 0;
/// `Class[main]`
pub(crate) const CLASS_MAIN: ResourceId = 2;

impl<'s> Compiler<'s> {
    /// Stage, settings and main: what every catalog begins with.
    pub(crate) fn declare_roots(&mut self) {
        let Some(file) = self.session.main_files().first().and_then(|n| self.session.file(*n)) else {
            return self.record(EvalError::puppet("no manifest was found"));
        };
        let env = Env { scope: TOP, file };
        let at = Loc::new(file.path.clone(), 0);
        let stage = self.root("Stage", "main", ResourceKind::Stage, None, &at);
        let settings = self.root("Class", "Settings", ResourceKind::Class, Some(STAGE_MAIN), &at);
        let main = self.root("Class", "main", ResourceKind::Class, Some(STAGE_MAIN), &at);
        for resource in [stage, settings, main] {
            self.add_named(env, resource, None);
        }
        if let Some(top) = self.scopes.get_mut(TOP as usize) {
            top.resource = CLASS_MAIN;
        }
    }

    fn root(
        &self,
        type_name: &str,
        title: &str,
        kind: ResourceKind,
        container: Option<ResourceId>,
        at: &Loc,
    ) -> Resource {
        let declaration = Declaration {
            type_name: type_name.into(),
            title: title.into(),
            symbolic_title: None,
            params: Vec::new(),
            at: at.clone(),
            end_line: at.line,
            exported: false,
            kind,
            derived: Derived::default(),
        };
        let tags = self.tags_of(type_name, title, &[], ResourceId::MAX);
        Resource { container, tags, ..Resource::new(declaration) }
    }

    /// `class { 'name': … }`
    pub(crate) fn declare_class(
        &mut self,
        env: Env<'s>,
        name: &str,
        params: Vec<Param>,
        at: &Loc,
        end_line: u32,
    ) -> Res<ResourceId> {
        self.spoil();
        let name = self.resolve_class(env, name);
        if let Some(id) = self.class_ids.get(&name).copied() {
            return self.class_again(id, &params);
        }
        let Some(def) = self.find_def(DefKind::Class, &name) else {
            return self.absent_class(env, &name, params, at, format!("Could not find declared class {name}"));
        };
        self.new_class(env, &name, def, params, at, end_line)
    }

    /// A class that can't be found: an error, or a class without visible content when its module is
    /// known to lie elsewhere.
    fn absent_class(
        &mut self,
        env: Env<'s>,
        name: &EcoString,
        params: Vec<Param>,
        at: &Loc,
        message: String,
    ) -> Res<ResourceId> {
        self.hidden_classes.insert(name.clone());
        if !self.session.may_lie_elsewhere(name) {
            return Err(EvalError::puppet(message));
        }
        self.blind = true;
        self.count(CauseKind::Module, name.split("::").next().unwrap_or(name));
        let mut resource = self.root("Class", &canonical_type(name), ResourceKind::Class, Some(STAGE_MAIN), at);
        resource.params = params;
        let id = self.add_named(env, resource, None);
        self.class_ids.insert(name.clone(), id);
        self.note_includer(id);
        Ok(id)
    }

    fn class_again(&mut self, id: ResourceId, params: &[Param]) -> Res<ResourceId> {
        let other = self.extra.get(id as usize).and_then(|e| e.branch);
        self.note_includer(id);
        if self.exclusive(other, self.branch) || (other.is_some() && self.branch.is_none()) {
            params.iter().for_each(|p| self.set_param(id, p.clone()));
            return Ok(id);
        }
        let title = self.catalog.get(id).map(|r| r.title.clone()).unwrap_or_default();
        let declared = match self.extra.get(id as usize).is_some_and(|e| e.def.is_some()) {
            true if self.catalog.get(id).is_some_and(|r| r.end_line > 0) => {
                self.catalog.get(id).map(|r| format!(" at {}", super::declare::position(&r.at))).unwrap_or_default()
            }
            _ => String::new(),
        };
        let message = format!("Duplicate declaration: Class[{title}] is already declared{declared}; cannot redeclare");
        if self.branch.is_none() && other.is_none() {
            return Err(EvalError::puppet(message));
        }
        self.record(EvalError::puppet(message));
        Ok(id)
    }

    /// Includes a class: evaluates it unless that has been done.
    pub(crate) fn include(&mut self, env: Env<'s>, name: &str, at: &Loc) -> Res<ResourceId> {
        let name = self.resolve_class(env, name);
        if let Some(id) = self.class_ids.get(&name).copied() {
            self.noted_inclusion(&name);
            self.note_includer(id);
            return Ok(id);
        }
        let Some(def) = self.find_def(DefKind::Class, &name) else {
            let message = format!("Could not find class ::{name} for {}", self.host.certname);
            return self.absent_class(env, &name, Vec::new(), at, message);
        };
        self.new_class(env, &name, def, Vec::new(), at, 0)
    }

    /// The class meant: absolute, or in the older dialect the nearest one around the code that names it.
    fn resolve_class(&mut self, env: Env<'s>, name: &str) -> EcoString {
        let plain = canonical_class(name);
        if !self.is_legacy() || name.starts_with("::") {
            return plain;
        }
        let source = self.source_of(env.scope);
        self.legacy_name(DefKind::Class, &source, &plain).unwrap_or(plain)
    }

    /// Writes down under which condition a class is included (again). Where there is none, no other matters.
    pub(super) fn note_includer(&mut self, id: ResourceId) {
        let Some(extra) = self.extra.get_mut(id as usize) else { return };
        let includer = (self.current_container, self.branch);
        let is_certain = |(_, branch): &(ResourceId, Option<BranchId>)| branch.is_none();
        if extra.includers.first().is_some_and(is_certain) {
            return;
        }
        if is_certain(&includer) {
            extra.includers.clear();
        }
        if !extra.includers.contains(&includer) {
            extra.includers.push(includer);
        }
    }

    fn new_class(
        &mut self,
        env: Env<'s>,
        name: &EcoString,
        at: DefAt,
        params: Vec<Param>,
        loc: &Loc,
        end_line: u32,
    ) -> Res<ResourceId> {
        let Some((file, class)) = self.session.file(at.0).and_then(|f| Some((f, f.class(at.1)?))) else {
            return Err(EvalError::puppet(format!("Could not find class ::{name} for {}", self.host.certname)));
        };
        self.note_syntax(file);
        let owner = self.scopes.get(env.scope as usize).map_or(env.scope, |s| s.owner);
        let tags = self.tags_of("Class", name, &params, self.container(owner));
        let mut resource = self.root("Class", &canonical_type(name), ResourceKind::Class, Some(STAGE_MAIN), loc);
        resource.tags = tags;
        resource.end_line = end_line;
        resource.params = self.staged(owner, params);
        resource.container = Some(self.stage_of(&resource)?);
        let id = self.add_named(env, resource, Some(at));
        self.class_ids.insert(name.clone(), id);
        self.note_includer(id);
        // The class is there before its parent runs, which may include it in turn.
        let parent = match &class.parent {
            Some(parent) => {
                let full = if parent.starts_with("::") { None } else { self.legacy_name(DefKind::Class, name, parent) };
                Some(self.parent_scope(env, full.as_ref().unwrap_or(parent), loc)?)
            }
            None => None,
        };
        self.apply_pending(id)?;
        self.deeper(|c| {
            c.evaluate_class(env, file, class, name, id, parent);
            Ok(())
        })?;
        Ok(id)
    }

    /// The stage that a class belongs to, which has to be declared by then.
    fn stage_of(&self, class: &Resource) -> Res<ResourceId> {
        let Some(stage) = class.param("stage").and_then(|p| p.value.as_str()) else { return Ok(STAGE_MAIN) };
        let found = self.find_resource("Stage", stage);
        if found.is_none() && self.hidden_classes.is_empty() && !self.blind {
            let message = format!("Could not find stage {stage} specified by {}", class.reference());
            return Err(EvalError::puppet(message));
        }
        Ok(found.unwrap_or(STAGE_MAIN))
    }

    fn note_syntax(&mut self, file: &'s SourceFile) {
        if let Some((at, message, issue)) = self.session.syntax_error(file) {
            self.record(EvalError::Puppet { issue: Some(issue), message, at: Some(at) });
        }
    }

    fn parent_scope(&mut self, env: Env<'s>, parent: &str, at: &Loc) -> Res<ScopeId> {
        let name = self.resolve_class(env, parent);
        if self.session.options.complete && self.find_def(DefKind::Class, &name).is_none() {
            let message = format!("Could not find parent resource type '::{name}' of type hostclass in production");
            return Err(EvalError::puppet(message).at(at));
        }
        self.deeper(|c| c.include(env, &name, at))?;
        self.class_scopes
            .get(&name)
            .copied()
            .ok_or_else(|| EvalError::puppet(format!("Class {name} inherits from itself")))
    }

    /// The node or top scope at the end of the dynamic chain.
    pub(crate) fn enclosing(&self, scope: ScopeId) -> ScopeId {
        let mut at = scope;
        for _ in 0..100_000 {
            let Some(scope) = self.scopes.get(at as usize) else { return TOP };
            match (scope.kind, scope.dynamic) {
                (ScopeKind::Node, _) => return at,
                (_, Some(next)) => at = next,
                (_, None) => return TOP,
            }
        }
        TOP
    }

    fn evaluate_class(
        &mut self,
        env: Env<'s>,
        file: &'s SourceFile,
        class: &'s ClassDef,
        name: &EcoString,
        id: ResourceId,
        parent: Option<ScopeId>,
    ) {
        let owner = self.scopes.get(env.scope as usize).map_or(env.scope, |s| s.owner);
        let mut scope = Scope::new(ScopeKind::Class, Some(parent.unwrap_or_else(|| self.enclosing(owner))), id);
        scope.dynamic = Some(parent.unwrap_or(owner));
        scope.source.clone_from(name);
        let scope = self.push_scope(scope);
        self.class_scopes.insert(name.clone(), scope);
        self.catalog.classes.push(name.clone());
        let inner = Env { scope, file };
        self.bind(scope, "title".into(), Value::str(name.clone()));
        self.bind(scope, "name".into(), Value::str(name.clone()));
        if self.shallow {
            return;
        }
        // Whatever includes a class anew can't be told without it.
        let around = self.recorder.take();
        around.iter().for_each(|recorder| recorder.spoil());
        self.isolated(id, |c| c.run_class(inner, id, class, name));
        self.recorder = around;
    }

    /// Runs the body of a class, define or node: matches, jumps and error handling start afresh.
    pub(crate) fn isolated(&mut self, id: ResourceId, f: impl FnOnce(&mut Self)) {
        let matches = self.matches.take();
        let atomic = std::mem::take(&mut self.atomic);
        let container = std::mem::replace(&mut self.current_container, id);
        let context = self.context.clone();
        let escapes = std::mem::take(&mut self.escapes);
        f(self);
        self.escapes = escapes;
        self.context = context;
        self.current_container = container;
        self.atomic = atomic;
        self.matches = matches;
    }

    /// Evaluates the node block that matches the host.
    pub(crate) fn evaluate_node(&mut self) -> Res<()> {
        let session = self.session;
        if self.host.without_node || session.nodes().next().is_none() {
            return Ok(());
        }
        let Some((file, node)) = session.node_for(&self.host.certname) else {
            let name = &self.host.certname;
            return Err(EvalError::puppet(format!("Could not find node statement with name 'default' or '{name}'")));
        };
        self.run_node(file, node, TOP, 0)
    }

    fn run_node(&mut self, file: &'s SourceFile, node: &'s NodeDef, outer: ScopeId, depth: u8) -> Res<()> {
        let mut parent = outer;
        if let Some(NodeMatch::Name(name, _)) = &node.parent
            && depth < 20
            && let Some((file, node)) = self.session.node_named(name)
        {
            self.run_node(file, node, outer, depth + 1)?;
            parent = self.node_scope;
        }
        let title = node_title(node, &self.host.certname);
        let at = file.loc(node_span(node));
        let mut resource = self.root("Node", &title, ResourceKind::Class, Some(CLASS_MAIN), &at);
        resource.tags = self.tags_of("Node", &title, &[], CLASS_MAIN);
        resource.tags.add(vec!["class".into()]);
        let id = self.add_named(Env { scope: TOP, file }, resource, None);
        let mut scope = Scope::new(ScopeKind::Node, Some(parent), id);
        scope.source = title;
        self.node_scope = self.push_scope(scope);
        let env = Env { scope: self.node_scope, file };
        let body: &'s Block = &node.body;
        let name = self.scopes.get(self.node_scope as usize).map(|s| s.source.clone()).unwrap_or_default();
        self.bind(self.node_scope, "title".into(), Value::str(name.clone()));
        self.bind(self.node_scope, "name".into(), Value::str(name));
        self.isolated(id, |c| {
            c.matches = node_groups(node, &c.host.certname);
            c.run_body(env, body);
        });
        Ok(())
    }

    /// Classes that the ENC names, after the node block and in its scope.
    pub(crate) fn evaluate_enc(&mut self) {
        let Some(enc) = self.host.enc.clone() else { return };
        let Some(file) = self.session.main_files().first().and_then(|n| self.session.file(*n)) else { return };
        let env = Env { scope: self.node_scope, file };
        let at = Loc::new(file.path.clone(), 0);
        let written = enc.classes_with_params.iter().map(|(name, _)| name).chain(&enc.classes);
        self.catalog.classes.extend(written.filter(|n| n.contains(char::is_uppercase)).cloned());
        for (name, params) in &enc.classes_with_params {
            let params =
                params.iter().map(|(n, v)| Param { name: n.clone(), value: v.clone(), at: at.clone() }).collect();
            let outer = self.context.replace(("Resource Statement", at.clone()));
            let declared = self.declare_class(env, name, params, &at, 0);
            self.context = outer;
            if let Err(error) = declared {
                self.record(error);
            }
        }
        for name in &enc.classes {
            if let Err(error) = self.include(env, name, &at) {
                let message = error.to_string().replace("class ::", "class ");
                self.record(EvalError::puppet(message));
            }
        }
    }
}

/// What the regex of a node definition captured.
fn node_groups(node: &NodeDef, host: &str) -> Option<super::matching::Captures> {
    let of = |m: &NodeMatch| match m {
        NodeMatch::Regex(r, _) => crate::value::regex::captures(r, host).ok().flatten(),
        _ => None,
    };
    let groups = node.matches.iter().find_map(of)?;
    Some(groups.into_iter().map(|g| g.map_or(Value::Undef, Value::str)).collect())
}

fn node_span(node: &NodeDef) -> crate::puppet::ast::Span {
    match node.matches.first() {
        Some(NodeMatch::Name(_, span) | NodeMatch::Regex(_, span) | NodeMatch::Default(span)) => *span,
        None => crate::puppet::ast::Span::default(),
    }
}

/// The name under which Puppet keeps a node definition.
pub(super) fn known_as(node: &NodeMatch) -> EcoString {
    match node {
        NodeMatch::Name(name, _) => name.clone(),
        NodeMatch::Default(_) => "default".into(),
        NodeMatch::Regex(regex, _) => {
            let kept = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | ':');
            let letters: String = regex.to_lowercase().chars().filter(kept).collect();
            EcoString::from(format!("__node_regexp__{}", letters.trim_start_matches('.')))
        }
    }
}

/// The title of a node resource: the name that matched.
fn node_title(node: &NodeDef, host: &str) -> EcoString {
    let named = node.matches.iter().any(|m| matches!(m, NodeMatch::Name(n, _) if n.eq_ignore_ascii_case(host)));
    if named {
        return host.into();
    }
    let of = |m: &NodeMatch| match m {
        NodeMatch::Regex(r, _) if crate::value::regex::is_match(r, host).unwrap_or(false) => Some(known_as(m)),
        _ => None,
    };
    let default = || node.matches.iter().any(|m| matches!(m, NodeMatch::Default(_)));
    node.matches.iter().find_map(of).unwrap_or_else(|| {
        let name = node.matches.iter().find(|m| matches!(m, NodeMatch::Name(..)) && !default());
        name.map_or_else(|| "default".into(), known_as)
    })
}
