//! Type names and parametrised types in expressions; type checks of values.

use super::compiler::Compiler;
use super::error::EvalError;
use super::lift::{Known, Res, known, over_choices, sym};
use super::reference::{canonical_class, canonical_type};
use super::scope::Env;
use super::source::DefKind;
use crate::puppet::Dialect;
use crate::puppet::ast::Expr;
use crate::value::types::{self, Type, TypeContext};
use crate::value::{SymExpr, Tri, Value};
use ecow::EcoString;
use std::sync::Arc;

/// What an annotation stands for, and the aliases it is made of.
pub(crate) struct Annotation {
    ty: Arc<Type>,
    aliases: Arc<[EcoString]>,
}

impl TypeContext for Compiler<'_> {
    fn type_alias(&mut self, name: &str) -> Option<Arc<Type>> {
        self.alias(name)
    }

    fn observe(&mut self, subject: &Value, decided: bool) {
        self.observe_truth(subject, decided);
    }
}

impl<'s> Compiler<'s> {
    /// A bare type name.
    pub(crate) fn type_ref(&mut self, name: &str) -> Res<Value> {
        let name = crate::eval::reference::unrooted(name);
        let ty = self.named_type(name);
        if stands_for_itself(&ty) {
            let message =
                format!("Error while evaluating a Type-Name, Type alias '{name}' cannot be resolved to a real type");
            return Err(EvalError::issue("RUNTIME_ERROR", message));
        }
        if matches!(*ty, Type::Resource { .. }) {
            self.require_type(name)?;
        }
        Ok(Value::Type(ty))
    }

    /// A type of resource that is nowhere is an error, where all that a catalog needs is here.
    fn require_type(&mut self, name: &str) -> Res<()> {
        let lower = name.to_lowercase();
        let native = lower == "resource" || lower == "stage" || self.is_core_type(&lower);
        let known = !self.session.options.complete
            || native
            || self.session.modules.types.contains_key(&*lower)
            || self.find_def(DefKind::Define, &lower).is_some();
        if known {
            Ok(())
        } else {
            Err(EvalError::issue("UNKNOWN_RESOURCE_TYPE", format!("Resource type not found: {name}")))
        }
    }

    fn named_type(&mut self, name: &str) -> Arc<Type> {
        if let Some(ty) = types::base(name) {
            return Arc::new(ty);
        }
        if let Some(alias) = self.alias(name) {
            return alias;
        }
        Arc::new(Type::Resource { type_name: canonical_type(name), title: None })
    }

    /// `Name[keys]`
    pub(crate) fn specialize(&mut self, name: &str, keys: Vec<Value>) -> Res<Value> {
        let name = crate::eval::reference::unrooted(name);
        if name == "Class" || name == "Resource" || types::base(name).is_none() {
            if name != "Class" && self.alias(name).is_none() {
                self.require_type(name)?;
            }
            return self.references(name, keys);
        }
        Ok(Value::Type(Arc::new(types::build(name, &keys, self)?)))
    }

    /// `Type[a, b]`: one reference, or an array of them. Symbolic titles give symbolic references.
    fn references(&mut self, name: &str, keys: Vec<Value>) -> Res<Value> {
        let listed = matches!(keys.as_slice(), [Value::Array(_)]);
        let mut flat = Vec::new();
        keys.into_iter().for_each(|k| flatten(self.legacy_titles(k), &mut flat));
        if name == "Resource" {
            return self.resource_type(flat);
        }
        if name != "Class" && self.alias(name).is_some() {
            return Ok(Value::Type(self.named_type(name)));
        }
        if name == "Class" && self.session.options.dialect == Dialect::Modern {
            flat.iter().filter_map(Value::as_str).try_for_each(|name| types::class_name(name).map(|_| ()))?;
        }
        let several = listed || flat.len() > 1;
        if several {
            // What is undefined refers to nothing.
            flat.retain(|key| !matches!(key, Value::Undef));
        }
        let mut out = Vec::with_capacity(flat.len());
        for key in flat {
            out.push(over_choices("reference", &[Value::str(name), key], &mut |a| symbolic_reference(name, a.get(1)))?);
        }
        Ok(if out.len() == 1 && !several { out.swap_remove(0) } else { Value::array(out) })
    }

    fn resource_type(&mut self, keys: Vec<Value>) -> Res<Value> {
        let Some((first, titles)) = keys.split_first() else {
            return Ok(Value::Type(Arc::new(Type::Resource { type_name: EcoString::new(), title: None })));
        };
        let name = match first.sample() {
            Value::Str(s) => {
                types::type_reference(&s.text)?;
                canonical_type(&s.text)
            }
            Value::Type(t) => match &**t {
                Type::Resource { type_name, .. } => type_name.clone(),
                Type::Class { .. } => "Class".into(),
                _ => return Err(not_a_resource_type(first)),
            },
            Value::Sym(_) => return Ok(first.clone()),
            _ => return Err(not_a_resource_type(first)),
        };
        if titles.is_empty() {
            let ty = if name == "Class" {
                Type::Class { name: None }
            } else {
                Type::Resource { type_name: name, title: None }
            };
            return Ok(Value::Type(Arc::new(ty)));
        }
        self.references(&name, titles.to_vec())
    }

    /// `value[keys]` where the value is a type.
    pub(crate) fn specialize_type(&mut self, ty: &Arc<Type>, keys: Vec<Value>) -> Res<Value> {
        match &**ty {
            Type::Resource { type_name, title: Some(title) } => self.resource_attribute(type_name, title, &keys),
            Type::Resource { type_name, title: None } if type_name.is_empty() => self.resource_type(keys),
            Type::Resource { type_name, title: None } => self.references(&type_name.clone(), keys),
            Type::Class { name: None } => self.references("Class", keys),
            Type::Class { name: Some(name) } => self.resource_attribute("Class", &canonical_type(name), &keys),
            other => Ok(Value::Type(Arc::new(types::build(other.name(), &keys, self)?))),
        }
    }

    /// `File['/x']['mode']`
    fn resource_attribute(&mut self, type_name: &str, title: &str, keys: &[Value]) -> Res<Value> {
        let Some(id) = self.find_resource(type_name, title) else {
            return Err(EvalError::issue("UNKNOWN_RESOURCE", format!("Resource not found: {type_name}['{title}']")));
        };
        let resource = self.catalog.get(id);
        let value =
            |key: &Value| resource.and_then(|r| r.value(key.as_str().unwrap_or_default())).cloned().unwrap_or_default();
        Ok(match keys {
            [key] => value(key),
            keys => Value::array(keys.iter().map(value).collect()),
        })
    }

    /// Whether a value is of a type.
    pub(crate) fn type_match(&mut self, ty: &Arc<Type>, value: &Value) -> Tri {
        ty.matches(value, self)
    }

    /// The type that an annotation stands for; evaluated once.
    pub(crate) fn annotation(&mut self, env: Env<'s>, expr: &'s Expr) -> Res<Arc<Type>> {
        let key = std::ptr::from_ref(expr) as usize;
        if let Some(Annotation { ty, aliases }) = self.annotations.get(&key) {
            let (ty, aliases) = (ty.clone(), aliases.clone());
            aliases.iter().for_each(|name| self.note_alias(name));
            self.aliases_met.iter_mut().for_each(|met| met.extend(aliases.iter().cloned()));
            return Ok(ty);
        }
        let outer = self.aliases_met.replace(Vec::new());
        let value = self.eval(env, expr);
        let met = std::mem::replace(&mut self.aliases_met, outer).unwrap_or_default();
        if let Some(outer) = &mut self.aliases_met {
            outer.extend(met.iter().cloned());
        }
        let ty = match value? {
            Value::Type(ty) => ty,
            _ => Arc::new(Type::Any),
        };
        self.annotations.insert(key, Annotation { ty: ty.clone(), aliases: met.into() });
        Ok(ty)
    }
}

fn not_a_resource_type(key: &Value) -> EvalError {
    let got = match key.sample() {
        Value::Undef => "Undef".to_owned(),
        other => types::infer(other).generalize().to_string(),
    };
    let message = format!("First argument to Resource[] must be a resource type or a String. Got {got}.");
    EvalError::issue("ILLEGAL_RESOURCE_SPECIALIZATION", message)
}

/// A title of a class that is no string, by its Ruby class.
fn not_a_class_name(got: &str) -> EvalError {
    let article = if got.starts_with(['A', 'I', 'O', 'U']) { "An" } else { "A" };
    let message =
        format!("Illegal Class name in class reference. {article} {got} cannot be used where a String is expected");
    EvalError::issue("ILLEGAL_HOSTCLASS_NAME", message)
}

/// Whether aliases name but one another.
fn stands_for_itself(ty: &Arc<Type>) -> bool {
    let mut at = ty;
    for _ in 0..1000 {
        let Type::Alias(alias) = &**at else { return false };
        match alias.target.get() {
            Some(target) => at = target,
            None => return false,
        }
    }
    true
}

fn flatten(value: Value, out: &mut Vec<Value>) {
    match &value {
        Value::Array(a) => a.items.iter().for_each(|v| flatten(v.clone(), out)),
        _ => out.push(value),
    }
}

fn symbolic_reference(name: &str, key: Option<&Value>) -> Res<Value> {
    let Some(key) = key.filter(|k| known(k) != Known::Fully) else { return one_reference(name, key) };
    let sample = if key.is_unknown() { None } else { Some(one_reference(name, Some(key.sample()))?) };
    Ok(sym(SymExpr::Call("reference".into(), vec![Value::str(name), key.clone()]), sample))
}

fn one_reference(name: &str, key: Option<&Value>) -> Res<Value> {
    if let Some(Value::Array(list)) = key {
        // What is undefined refers to nothing.
        let keys = list.items.iter().filter(|k| !matches!(k, Value::Undef));
        let refs: Res<Vec<Value>> = keys.map(|k| symbolic_reference(name, Some(k))).collect();
        return refs.map(Value::array);
    }
    let title: EcoString = match key {
        Some(Value::Str(s)) => s.text.clone(),
        Some(Value::Type(t)) if name == "Class" => {
            let message =
                format!("Illegal Class name in class reference. A {t}-Type cannot be used where a String is expected");
            return Err(EvalError::issue("ILLEGAL_HOSTCLASS_NAME", message));
        }
        Some(Value::Undef) => return Ok(Value::Undef),
        Some(Value::Default) if name == "Class" => return Err(not_a_class_name("Object")),
        None => {
            return Err(EvalError::issue("MISSING_TITLE", "Missing title. The title expression resulted in undef"));
        }
        Some(other) if name == "Class" => return Err(not_a_class_name(&super::operators::label_plain(other))),
        Some(other) => {
            let got = match other {
                Value::Type(_) => types::infer(other).generalize().to_string(),
                other => super::operators::label_plain(other),
            };
            let message = format!(
                "Error creating type specialization of a {name}-Type, Cannot use {got} where a resource title String is expected"
            );
            return Err(EvalError::issue("BAD_TYPE_SPECIALIZATION", message));
        }
    };
    Ok(Value::Type(Arc::new(if name == "Class" {
        Type::Class { name: Some(canonical_class(&title)) }
    } else {
        Type::Resource { type_name: canonical_type(name), title: Some(title) }
    })))
}
