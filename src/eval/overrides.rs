//! `Type { … }` defaults and `Type[x] { … }` overrides: who may change what.

use super::compiler::Compiler;
use super::error::EvalError;
use super::lift::Res;
use super::reference::{Reference, references};
use super::scope::Env;
use crate::catalog::{Param, ResourceId};
use crate::puppet::ast::{self, AttrKind, Expr};
use crate::repo::Loc;
use crate::value::Value;
use crate::value::types::Type;
use ecow::EcoString;
use std::sync::Arc;

/// An override that waits for its resource.
#[derive(Debug)]
pub(crate) struct Override {
    target: Reference,
    change: Change,
}

/// What an override changes.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// Parameters, and whether each is appended (`+>`).
    pub(crate) params: Vec<(Param, bool)>,
    /// Class or define whose code overrides; `None` may change anything (collectors).
    pub(crate) source: Option<EcoString>,
    pub(crate) at: Loc,
}

impl<'s> Compiler<'s> {
    /// `Type { a => 1 }`
    pub(crate) fn resource_defaults(&mut self, env: Env<'s>, defaults: &'s ast::ResourceDefaults) -> Res<Value> {
        let value = self.eval(env, &defaults.type_name)?;
        let type_name = match &value {
            Value::Type(t) => match &**t {
                Type::Resource { type_name, title: None } => type_name.clone(),
                other => {
                    let message = format!(
                        "Illegal Resource Type expression, expected result to be a type name, or untitled Resource, got Type[{other}]"
                    );
                    return Err(
                        EvalError::issue("ILLEGAL_RESOURCE_TYPE", message).at(&env.file.loc(defaults.type_name.span))
                    );
                }
            },
            _ => return Ok(Value::Undef),
        };
        let params = self.attributes(env, &defaults.ops)?;
        let owner = self.scopes.get(env.scope as usize).map_or(env.scope, |s| s.owner);
        self.writes(owner);
        self.anchors.forget();
        let Some(scope) = self.scopes.get_mut(owner as usize) else { return Ok(Value::Undef) };
        let mut clash = None;
        match scope.defaults.iter_mut().find(|(t, _)| *t == type_name) {
            Some((_, old)) => {
                for param in params {
                    if old.iter().any(|p| p.name == param.name) {
                        clash = Some(param);
                    } else {
                        old.push(param);
                    }
                }
            }
            None => scope.defaults.push((type_name.clone(), params)),
        }
        match clash {
            Some(param) if self.branch.is_none() => {
                let message = format!("Default already defined for {type_name} {{ {} }}; cannot redefine", param.name);
                Err(EvalError::puppet(message).at(&param.at))
            }
            _ => Ok(value),
        }
    }

    /// `Type[x] { a => 1 }`
    pub(crate) fn resource_override(
        &mut self,
        env: Env<'s>,
        expr: &'s Expr,
        over: &'s ast::ResourceOverride,
    ) -> Res<Value> {
        let reference = self.eval(env, &over.reference)?;
        if let Some(got) = not_a_resource(&reference) {
            let message = format!("Resource Override can only operate on resources, got: {got}");
            return Err(EvalError::issue("ILLEGAL_OVERRIDDEN_TYPE", message));
        }
        let params = self.attributes(env, &over.ops)?;
        let params = mark_appends(params, &over.ops);
        let change = Change { params, source: Some(self.source_of(env.scope)), at: env.file.loc(expr.span) };
        let mut targets = Vec::new();
        references(&reference, &mut targets, &mut |_| {});
        for target in targets {
            self.override_one(target, change.clone())?;
        }
        Ok(reference)
    }

    fn override_one(&mut self, target: Reference, change: Change) -> Res<()> {
        match self.find_reference(&target) {
            Some(id) => self.apply_override(id, &change),
            None => {
                self.overrides.push(Override { target, change });
                Ok(())
            }
        }
    }

    /// Applies overrides that were written before their resource.
    pub(crate) fn apply_pending(&mut self, id: ResourceId) -> Res<()> {
        if self.overrides.is_empty() {
            return Ok(());
        }
        let Some(resource) = self.catalog.get(id) else { return Ok(()) };
        let own = Reference::new(&resource.type_name, &resource.title);
        let (now, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.overrides).into_iter().partition(|o| o.target == own);
        self.overrides = later;
        now.into_iter().try_for_each(|o| self.apply_override(id, &o.change))
    }

    /// Overrides whose resource never came.
    pub(crate) fn dangling_overrides(&mut self) {
        for over in std::mem::take(&mut self.overrides) {
            let message = format!("Could not find resource(s) {} for overriding", over.target);
            self.record(EvalError::puppet(message).at(&over.change.at));
        }
    }

    /// Changes parameters of a resource, if the source may.
    pub(crate) fn apply_override(&mut self, id: ResourceId, change: &Change) -> Res<()> {
        self.touches(id);
        self.changes(id);
        let owner = self.extra.get(id as usize).map(|e| self.source_of(e.scope)).unwrap_or_default();
        if let Some(source) = &change.source
            && *source != owner
            && !self.is_child(source, &owner)
        {
            return Err(EvalError::puppet("Only subclasses can override parameters").at(&change.at));
        }
        for (param, append) in &change.params {
            self.override_param(id, param, *append, change, &owner)?;
        }
        Ok(())
    }

    fn override_param(&mut self, id: ResourceId, param: &Param, append: bool, change: &Change, owner: &str) -> Res<()> {
        let Some(resource) = self.catalog.resources.get_mut(id as usize) else { return Ok(()) };
        if param.name == "tag" {
            let mut tags = Vec::new();
            super::metaparams::tags_in(&param.value, &mut tags);
            resource.tags.add(tags);
        }
        let Some(current) = resource.param(&param.name).cloned() else {
            resource.params.push(param.clone());
            self.note_setter(id, param, change);
            return Ok(());
        };
        let setter = self.set_by.get(&(id, param.name.clone())).cloned().unwrap_or_else(|| owner.into());
        let may = change.source.as_deref().is_none_or(|s| *s != *setter && self.is_child(s, &setter));
        if !may {
            let name = self.catalog.get(id).map(crate::catalog::Resource::reference).unwrap_or_default();
            let message = format!(
                "Parameter '{}' is already set on {name} at {}; cannot redefine",
                param.name,
                super::declare::position(&current.at)
            );
            return Err(EvalError::puppet(message).at(&change.at));
        }
        let value = if append {
            Value::array(flat(&current.value).into_iter().chain(flat(&param.value)).collect())
        } else if self.branch.is_some() {
            super::lift::choice([current.value.clone(), param.value.clone()])
        } else {
            param.value.clone()
        };
        let resource = self.catalog.resources.get_mut(id as usize);
        if let Some(current) = resource.and_then(|r| r.params.iter_mut().find(|p| p.name == param.name)) {
            *current = Param { value, ..param.clone() };
        }
        self.note_setter(id, param, change);
        Ok(())
    }

    /// Only what inherits from the class that set a parameter may set it anew.
    fn note_setter(&mut self, id: ResourceId, param: &Param, change: &Change) {
        if let Some(source) = &change.source {
            self.set_by.insert((id, param.name.clone()), source.clone());
        }
    }

    /// Whether class `child` inherits, directly or not, from `parent`.
    fn is_child(&self, child: &str, parent: &str) -> bool {
        let mut at = self.class_scopes.get(child).copied();
        for _ in 0..100 {
            let Some(scope) = at.and_then(|id| self.scopes.get(id as usize)) else { return false };
            if scope.source == parent && scope.source != child {
                return true;
            }
            at = scope.parent;
        }
        false
    }
}

/// Which of the evaluated attributes were written with `+>`.
pub(crate) fn mark_appends(params: Vec<Param>, ops: &[ast::AttrOp]) -> Vec<(Param, bool)> {
    let appended = |name: &str| ops.iter().any(|op| matches!(&op.kind, AttrKind::Append(n) if n == name));
    params.into_iter().map(|p| (p.clone(), appended(&p.name))).collect()
}

fn flat(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list.items.iter().flat_map(flat).collect(),
        Value::Undef => Vec::new(),
        other => vec![other.clone()],
    }
}

/// A reference as a value.
pub(crate) fn reference_value(type_name: &str, title: &str) -> Value {
    Value::Type(Arc::new(match type_name {
        "Class" => Type::Class { name: Some(super::reference::canonical_class(title)) },
        _ => Type::Resource { type_name: type_name.into(), title: Some(title.into()) },
    }))
}

/// What a value is where an override needs a resource.
fn not_a_resource(value: &Value) -> Option<String> {
    match value {
        Value::Undef => Some("Undef Value".to_owned()),
        Value::Type(t) if !matches!(**t, Type::Resource { .. }) => Some(format!("{t}-Type")),
        Value::Array(list) => list.items.iter().find_map(not_a_resource),
        _ => None,
    }
}
