//! Resource expressions: what a body says, and the resources that come of it.
//!
//! As in Puppet the titles and attributes of all bodies are evaluated before the first resource is declared. What makes
//! a title a title is here; what a declaration does is in `declare`.

use super::compiler::Compiler;
use super::declare::Place;
use super::error::EvalError;
use super::lift::Res;
use super::reference::canonical_type;
use super::scope::Env;
use crate::catalog::Param;
use crate::puppet::ast::{self, Expr, ExprKind};
use crate::repo::Loc;
use crate::value::Value;
use crate::value::types::Type;
use ecow::EcoString;

/// A body as evaluated.
struct Body {
    titles: Vec<Value>,
    /// One of its titles is `default`: its attributes go to the other bodies.
    has_default: bool,
    params: Vec<Param>,
    place: Place,
    title_at: Loc,
}

impl<'s> Compiler<'s> {
    /// `type { title: … }`
    pub(crate) fn resource(&mut self, env: Env<'s>, expr: &'s Expr, resource: &'s ast::Resource) -> Res<Value> {
        let type_name = self.resource_type_name(env, &resource.type_name)?;
        let mut used = Vec::new();
        let mut bodies = Vec::with_capacity(resource.bodies.len());
        for body in &resource.bodies {
            bodies.push(self.body(env, body, resource.form, &mut used)?);
        }
        let defaults = bodies.iter().find(|b| b.has_default).map(|b| b.params.clone()).unwrap_or_default();
        let (mut out, at) = (Vec::new(), env.file.loc(expr.span));
        for body in bodies {
            let title_at = body.title_at.clone();
            let outer = self.context.replace(("Resource Statement", at.clone()));
            let made = self.declare_body(env, &type_name, body, &defaults);
            self.context = outer;
            out.extend(made.map_err(|e| e.in_call("Resource Statement", &at, &title_at))?);
        }
        Ok(Value::array(out))
    }

    fn body(&mut self, env: Env<'s>, body: &'s ast::ResourceBody, form: ast::Form, used: &mut Vec<Value>) -> Res<Body> {
        let title_at = env.file.loc(body.title.span);
        let title = self.eval(env, &body.title)?;
        let title = self.legacy_titles(title);
        let titles = refuse_numbers(&title).and_then(|()| flat_titles(&title)).map_err(|e| e.at(&title_at))?;
        for title in &titles {
            if used.contains(title) {
                let message = format!("The title '{title}' has already been used in this resource expression");
                return Err(EvalError::issue("DUPLICATE_TITLE", message).at(&title_at));
            }
            used.push(title.clone());
        }
        let params = self.attributes(env, &body.ops)?;
        let (defaults, titles): (Vec<_>, Vec<_>) = titles.into_iter().partition(|t| matches!(t, Value::Default));
        let place = Place { at: env.file.loc(body.span), end_line: env.file.end_line(body.span), form };
        Ok(Body { titles, has_default: !defaults.is_empty(), params, place, title_at })
    }

    fn declare_body(&mut self, env: Env<'s>, type_name: &str, body: Body, defaults: &[Param]) -> Res<Vec<Value>> {
        let Body { titles, mut params, place, .. } = body;
        if titles.is_empty() {
            // No resource, and yet its type has to be there.
            let is_class = type_name == "Class";
            return if is_class { Ok(Vec::new()) } else { self.kind_of(type_name).map(|_| Vec::new()) };
        }
        let is_missing = |d: &&Param| !params.iter().any(|p| p.name == d.name);
        let missing: Vec<Param> = defaults.iter().filter(is_missing).cloned().collect();
        params.extend(missing);
        self.declare_each(env, type_name, titles, params, &place)
    }

    fn resource_type_name(&mut self, env: Env<'s>, expr: &'s Expr) -> Res<EcoString> {
        match &expr.kind {
            ExprKind::Name(name) | ExprKind::Reserved(name) => return Ok(canonical_type(name)),
            ExprKind::TypeRef(name) => return Ok(canonical_type(name)),
            _ => {}
        }
        let value = self.eval(env, expr)?;
        match value.sample() {
            Value::Type(t) if names_type(expr) => match &**t {
                Type::Resource { type_name, title: None } if !type_name.is_empty() => Ok(type_name.clone()),
                Type::Class { name: None } => Ok("Class".into()),
                other => Err(illegal_type(&other.to_string())),
            },
            other => Err(illegal_type(&crate::value::types::infer(other).generalize().to_string())),
        }
    }
}

/// Whether an expression may name a type of resource: a capitalised name, with keys or without.
fn names_type(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::TypeRef(_) => true,
        ExprKind::Access(base, _) => matches!(base.kind, ExprKind::TypeRef(_)),
        _ => false,
    }
}

fn illegal_type(got: &str) -> EvalError {
    let message =
        format!("Illegal Resource Type expression, expected result to be a type name, or untitled Resource, got {got}");
    EvalError::issue("ILLEGAL_RESOURCE_TYPE", message)
}

/// The titles in a value, lists within lists included.
pub(super) fn flat_titles(title: &Value) -> Res<Vec<Value>> {
    let mut out = Vec::new();
    flatten_titles(title, &mut out)?;
    Ok(out)
}

fn flatten_titles(title: &Value, out: &mut Vec<Value>) -> Res<()> {
    match title.sample() {
        Value::Array(list) => {
            for (i, item) in list.items.iter().enumerate() {
                match item.sample() {
                    Value::Array(_) => flatten_titles(item, out)?,
                    other => out.push(one_title(item, other, Some(i))?),
                }
            }
            Ok(())
        }
        other => {
            out.push(one_title(title, other, None)?);
            Ok(())
        }
    }
}

fn one_title(value: &Value, sample: &Value, index: Option<usize>) -> Res<Value> {
    let at = index.unwrap_or(0);
    match sample {
        Value::Str(s) if s.text.is_empty() => {
            let message = format!("Empty string title at {at}. Title strings must have a length greater than zero.");
            Err(EvalError::issue("EMPTY_STRING_TITLE_AT", message))
        }
        Value::Undef if index.is_none() => {
            Err(EvalError::issue("MISSING_TITLE", "Missing title. The title expression resulted in undef"))
        }
        Value::Undef => Err(EvalError::issue(
            "MISSING_TITLE_AT",
            format!("Missing title at index {at}. The title expression resulted in an undef title"),
        )),
        Value::Str(_) | Value::Sym(_) | Value::Default => Ok(value.clone()),
        Value::Int(_) | Value::Float(_) => Ok(Value::str(sample.to_string())),
        Value::Type(t) if matches!(**t, Type::Class { name: Some(_) }) => match &**t {
            Type::Class { name: Some(name) } => Ok(Value::str(name.clone())),
            _ => Ok(Value::Undef),
        },
        other => {
            let message = format!(
                "Illegal title type at index {at}. Expected String, got {}",
                super::operators::label_plain(other)
            );
            Err(EvalError::issue("ILLEGAL_TITLE_TYPE_AT", message))
        }
    }
}

/// A number is no title, other than in `create_resources`.
fn refuse_numbers(title: &Value) -> Res<()> {
    let items = title.as_array().unwrap_or(std::slice::from_ref(title));
    let bad = items.iter().enumerate().find(|(_, v)| matches!(v, Value::Int(_) | Value::Float(_)));
    bad.map_or(Ok(()), |(i, v)| {
        let got = super::operators::label_plain(v);
        let message = format!("Illegal title type at index {i}. Expected String, got {got}");
        Err(EvalError::issue("ILLEGAL_TITLE_TYPE_AT", message))
    })
}
