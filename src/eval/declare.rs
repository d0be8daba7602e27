//! Declarations: attributes, types, and what makes a declaration a duplicate.

use super::bodies::flat_titles;
use super::compiler::{Compiler, Extra, MAX_RESOURCES};
use super::error::EvalError;
use super::lift::{Known, Res, alternatives, known};
use super::reference::{canonical_class, canonical_title, canonical_type};
use super::scope::Env;
use super::session::DefAt;
use super::source::DefKind;
use crate::catalog::{Declaration, Derived, Param, Resource, ResourceId, ResourceKind, print_of};
use crate::puppet::ast::{AttrKind, AttrOp, Form};
use crate::repo::Loc;
use crate::value::types::Type;
use crate::value::{CauseKind, Value};
use ecow::EcoString;
use std::sync::Arc;

/// One resource to be declared.
pub(crate) struct Decl {
    pub(crate) type_name: EcoString,
    pub(crate) title: EcoString,
    pub(crate) symbolic: Option<Value>,
    pub(crate) params: Vec<Param>,
    pub(crate) form: Form,
    pub(crate) at: Loc,
    pub(crate) end_line: u32,
}

/// Resource types of Puppet itself, of the modules that its packages bring along, and of the commonest modules.
const CORE_TYPES: &[&str] = &[
    "augeas",
    "computer",
    "cron",
    "exec",
    "file",
    "filebucket",
    "group",
    "host",
    "interface",
    "k5login",
    "macauthorization",
    "mailalias",
    "maillist",
    "mcx",
    "mount",
    "nagios_command",
    "nagios_contact",
    "nagios_contactgroup",
    "nagios_host",
    "nagios_hostdependency",
    "nagios_hostescalation",
    "nagios_hostextinfo",
    "nagios_hostgroup",
    "nagios_service",
    "nagios_servicedependency",
    "nagios_serviceescalation",
    "nagios_serviceextinfo",
    "nagios_servicegroup",
    "nagios_timeperiod",
    "notify",
    "package",
    "resources",
    "router",
    "schedule",
    "scheduled_task",
    "selboolean",
    "selmodule",
    "service",
    "ssh_authorized_key",
    "sshkey",
    "tidy",
    "user",
    "vlan",
    "yumrepo",
    "zfs",
    "zone",
    "zpool",
    "component",
    "whit",
    "anchor",
    "file_line",
    "concat_file",
    "concat_fragment",
];

/// Those that Puppet has had without any module since version 6.
const OWN_TYPES: &[&str] = &[
    "component",
    "exec",
    "file",
    "filebucket",
    "group",
    "notify",
    "package",
    "resources",
    "schedule",
    "service",
    "tidy",
    "user",
    "whit",
];

impl Compiler<'_> {
    /// Whether a type is there without any module of the repository.
    pub(super) fn is_core_type(&self, lower: &str) -> bool {
        let all = if self.session.options.bundled_types { CORE_TYPES } else { OWN_TYPES };
        all.contains(&lower)
    }
}

impl<'s> Compiler<'s> {
    /// Attributes of a body, each with its line; a splat brings several.
    pub(crate) fn attributes(&mut self, env: Env<'s>, ops: &'s [AttrOp]) -> Res<Vec<Param>> {
        let mut out: Vec<Param> = Vec::with_capacity(ops.len());
        for op in ops {
            let at = env.file.loc(op.span);
            match &op.kind {
                AttrKind::Set(name) | AttrKind::Append(name) => {
                    let value = match self.eval(env, &op.value) {
                        Ok(value) => value,
                        Err(error) if error.is_control() || self.atomic > 0 => return Err(error),
                        Err(error) => {
                            self.record(error);
                            super::facts::opaque(CauseKind::Variable, format!("{name} (not evaluated)"))
                        }
                    };
                    push_attribute(&mut out, Param { name: name.clone(), value, at })?;
                }
                AttrKind::Splat => {
                    let value = self.eval(env, &op.value)?;
                    self.splat_attributes(&mut out, &value, &at)?;
                }
            }
        }
        Ok(out)
    }

    fn splat_attributes(&mut self, out: &mut Vec<Param>, value: &Value, at: &Loc) -> Res<()> {
        if value.is_unknown() {
            self.count_causes(value);
            return push_attribute(out, Param { name: "*".into(), value: value.clone(), at: at.clone() });
        }
        let Some(entries) = value.as_hash() else {
            let got = crate::value::types::infer(value);
            return Err(EvalError::issue("TYPE_MISMATCH", format!("Expected value of type Hash, got {}", got.name())));
        };
        for (name, value) in entries {
            push_attribute(out, Param { name: name.to_string().into(), value: value.clone(), at: at.clone() })?;
        }
        Ok(())
    }

    /// Declares a resource for each title.
    pub(crate) fn declare_titles(
        &mut self,
        env: Env<'s>,
        type_name: &str,
        title: &Value,
        params: Vec<Param>,
        place: &Place,
    ) -> Res<Vec<Value>> {
        let titles = flat_titles(title)?;
        self.declare_each(env, type_name, titles, params, place)
    }

    /// The same for titles one by one.
    pub(super) fn declare_each(
        &mut self,
        env: Env<'s>,
        type_name: &str,
        titles: Vec<Value>,
        params: Vec<Param>,
        place: &Place,
    ) -> Res<Vec<Value>> {
        let (mut out, mut params) = (Vec::with_capacity(titles.len()), params);
        let last = titles.len();
        for (title, number) in titles.into_iter().zip(1..) {
            if let Some(values) = alternatives(&title).map(<[Value]>::to_vec) {
                let group = self.new_group();
                let text: Arc<str> = "the title is one of several".into();
                for (arm, value) in (0u32..).zip(values) {
                    if matches!(value, Value::Str(_)) {
                        let params = params.clone();
                        let declared =
                            self.in_branch(group, arm, &text, |c| c.declare_one(env, type_name, value, params, place));
                        out.extend(declared.ok());
                    }
                }
            } else {
                let params = if number == last { std::mem::take(&mut params) } else { params.clone() };
                out.push(self.declare_one(env, type_name, title, params, place)?);
            }
        }
        Ok(out)
    }

    fn declare_one(
        &mut self,
        env: Env<'s>,
        type_name: &str,
        title: Value,
        params: Vec<Param>,
        place: &Place,
    ) -> Res<Value> {
        let symbolic = (known(&title) != Known::Fully).then(|| title.clone());
        if title.is_unknown() {
            self.count_causes(&title);
        }
        let text: EcoString = title.to_string().into();
        if type_name == "Class" && title.is_unknown() {
            // Some class, and none can say which.
            self.blind = true;
            return Ok(title);
        }
        if type_name == "Class" {
            self.declare_class(env, &text, params, &place.at, place.end_line)?;
            return Ok(Value::Type(Arc::new(Type::Class { name: Some(canonical_class(&text)) })));
        }
        let decl = Decl {
            type_name: type_name.into(),
            title: text.clone(),
            symbolic,
            params,
            form: place.form,
            at: place.at.clone(),
            end_line: place.end_line,
        };
        self.declare(env, decl)?;
        Ok(Value::Type(Arc::new(Type::Resource { type_name: type_name.into(), title: Some(text) })))
    }

    /// Takes a tag from a resource again.
    pub(crate) fn forget_tag(&mut self, id: ResourceId, tag: &str) {
        self.touches(id);
        self.changes(id);
        if let Some(resource) = self.catalog.resources.get_mut(id as usize) {
            resource.tags.remove(tag);
        }
    }

    /// Adds a resource that is no class to the catalog.
    pub(crate) fn declare(&mut self, env: Env<'s>, decl: Decl) -> Res<ResourceId> {
        let mut decl = decl;
        if let Some(full) = self.relative_define(env, &decl.type_name) {
            decl.type_name = full;
        }
        let (kind, def) = self.kind_of(&decl.type_name)?;
        let title = canonical_title(&decl.type_name, &decl.title);
        let print = print_of(&decl.type_name, &title);
        let twin = self.catalog.id_of(print, &decl.type_name, &title);
        if let Some(twin) = twin {
            self.met_twin(twin);
            self.check_duplicate(twin, &decl)?;
        }
        if self.catalog.resources.len() >= MAX_RESOURCES {
            self.fatal = true;
            return Err(EvalError::Limit { what: format!("more than {MAX_RESOURCES} resources"), at: None });
        }
        let owner = self.scopes.get(env.scope as usize).map_or(env.scope, |s| s.owner);
        let container = self.container(owner);
        let mut params = decl.params;
        self.add_defaults(owner, &decl.type_name, &mut params);
        let invalid = |p: &Param| (p.name == "tag").then(|| super::metaparams::invalid_tag(&p.value)).flatten();
        if let Some(tag) = params.iter().find_map(invalid) {
            return Err(EvalError::puppet(format!("Invalid tag '{tag}'")).at(&decl.at));
        }
        if kind != ResourceKind::Class && params.iter().any(|p| p.name == "stage" && !matches!(p.value, Value::Undef)) {
            let message = format!(
                "Only classes can set 'stage'; normal resources like {}[{}] cannot change run stage",
                decl.type_name, decl.title
            );
            return Err(EvalError::puppet(message));
        }
        let tags = self.tags_of(&decl.type_name, &decl.title, &params, container);
        let declaration = Declaration {
            type_name: decl.type_name.clone(),
            title: decl.title,
            symbolic_title: decl.symbolic,
            params,
            at: decl.at,
            end_line: decl.end_line,
            exported: decl.form == Form::Exported,
            kind,
            derived: Derived::default(),
        };
        let resource = Resource {
            container: Some(container).filter(|_| kind != ResourceKind::Stage),
            tags,
            is_virtual: decl.form != Form::Regular,
            ..Resource::new(declaration)
        };
        let id = self.add(env, resource, def);
        if twin.is_none_or(|t| self.extra.get(t as usize).is_some_and(|e| e.branch.is_some()) && self.branch.is_none())
        {
            self.catalog.name_as(print, &decl.type_name, &title, id);
        }
        self.index_alias(id)?;
        self.apply_pending(id)?;
        if kind == ResourceKind::Defined {
            self.unevaluated.push(id);
        }
        Ok(id)
    }

    /// Puts a resource into the catalog.
    pub(crate) fn add(&mut self, env: Env<'s>, resource: Resource, def: Option<DefAt>) -> ResourceId {
        let id = ResourceId::try_from(self.catalog.resources.len()).unwrap_or(ResourceId::MAX);
        let owner = self.scopes.get(env.scope as usize).map_or(env.scope, |s| s.owner);
        self.catalog.resources.push(resource);
        self.extra.push(Extra {
            scope: owner,
            branch: self.branch,
            def,
            type_number: 0,
            evaluated: false,
            includers: Vec::new(),
        });
        id
    }

    /// Puts a resource into the catalog, to be found by its title.
    pub(crate) fn add_named(&mut self, env: Env<'s>, resource: Resource, def: Option<DefAt>) -> ResourceId {
        let (type_name, title) = (resource.type_name.clone(), resource.title.clone());
        let id = self.add(env, resource, def);
        self.catalog.name(&type_name, &title, id);
        id
    }

    fn check_duplicate(&mut self, twin: ResourceId, decl: &Decl) -> Res<()> {
        let other = self.extra.get(twin as usize).and_then(|e| e.branch);
        if self.exclusive(other, self.branch) {
            return Ok(());
        }
        let Some(old) = self.catalog.resources.get(twin as usize) else { return Ok(()) };
        if old.symbolic_title.as_ref().is_some_and(Value::is_unknown)
            || decl.symbolic.as_ref().is_some_and(Value::is_unknown)
        {
            return Ok(());
        }
        let message = format!(
            "Duplicate declaration: {}[{}] is already declared at {}; cannot redeclare",
            decl.type_name,
            decl.title,
            position(&old.at)
        );
        let error = EvalError::Puppet { issue: None, message, at: None };
        if other.is_none() && self.branch.is_none() {
            return Err(error);
        }
        let branch = self.branch.or(other);
        let outer = std::mem::replace(&mut self.branch, branch);
        self.record(error.at(&decl.at));
        self.branch = outer;
        Ok(())
    }

    /// The full name of a define that is named relative to the current namespace, as Puppet 3 took it.
    fn relative_define(&mut self, env: Env<'s>, type_name: &str) -> Option<EcoString> {
        if !self.is_legacy() {
            return None;
        }
        let lower = type_name.to_lowercase();
        if self.is_core_type(&lower) || self.find_def(DefKind::Define, &lower).is_some() {
            return None;
        }
        let source = self.source_of(env.scope);
        self.legacy_name(DefKind::Define, &source, &lower).map(|full| canonical_type(&full))
    }

    /// What sort of resource a type makes, and where it is defined.
    pub(crate) fn kind_of(&mut self, type_name: &str) -> Res<(ResourceKind, Option<DefAt>)> {
        if let Some(found) = self.kinds.get(type_name) {
            return Ok(*found);
        }
        let lower: EcoString = type_name.to_lowercase().into();
        let kind = if lower == "stage" {
            (ResourceKind::Stage, None)
        } else if self.is_core_type(&lower) {
            (ResourceKind::Native, None)
        } else if let Some(def) = self.find_def(DefKind::Define, &lower) {
            (ResourceKind::Defined, Some(def))
        } else if let Some(path) = self.session.modules.types.get(&*lower) {
            self.depend(path.clone());
            (ResourceKind::Native, None)
        } else {
            if self.session.may_lie_elsewhere(&lower) {
                self.blind = true;
                self.count(CauseKind::Module, lower.split("::").next().unwrap_or(&lower));
            } else {
                let message = format!("Unknown resource type: '{lower}'");
                self.record_in_context(None, message);
            }
            (ResourceKind::UnknownType, None)
        };
        self.kinds.insert(type_name.into(), kind);
        Ok(kind)
    }
}

/// Where and how a body stands.
pub(crate) struct Place {
    pub(crate) at: Loc,
    pub(crate) end_line: u32,
    pub(crate) form: Form,
}

/// `(line: 3)` or `(file: x, line: 3)`.
pub(crate) fn position(at: &Loc) -> String {
    format!("(file: {}, line: {})", at.path, at.line)
}

fn push_attribute(out: &mut Vec<Param>, param: Param) -> Res<()> {
    if out.iter().any(|p| p.name == param.name) {
        let message = format!("The attribute '{}' has already been set", param.name);
        return Err(EvalError::issue("DUPLICATE_ATTRIBUE", message).at(&param.at));
    }
    out.push(param);
    Ok(())
}
