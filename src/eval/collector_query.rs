//! The query of a collector, evaluated to something that can be asked of each resource.

use super::compiler::Compiler;
use super::error::EvalError;
use super::lift::Res;
use super::scope::Env;
use crate::catalog::Resource;
use crate::puppet::ast::{BinaryOp, Expr, ExprKind};
use crate::value::{Tri, Value};
use ecow::EcoString;
use rustc_hash::FxHashMap;

/// A query.
#[derive(Clone, Debug)]
pub(crate) enum Query {
    All,
    Is(EcoString, Value),
    IsNot(EcoString, Value),
    And(Box<Query>, Box<Query>),
    Or(Box<Query>, Box<Query>),
}

impl<'s> Compiler<'s> {
    pub(crate) fn query(&mut self, env: Env<'s>, expr: &'s Expr) -> Res<Query> {
        match &expr.kind {
            ExprKind::Nop => Ok(Query::All),
            ExprKind::Paren(inner) => self.query(env, inner),
            ExprKind::Binary(BinaryOp::And, a, b) => {
                Ok(Query::And(Box::new(self.query(env, a)?), Box::new(self.query(env, b)?)))
            }
            ExprKind::Binary(BinaryOp::Or, a, b) => {
                Ok(Query::Or(Box::new(self.query(env, a)?), Box::new(self.query(env, b)?)))
            }
            ExprKind::Binary(BinaryOp::Eq, a, b) => Ok(Query::Is(attribute(a)?, self.operand(env, b)?)),
            ExprKind::Binary(BinaryOp::Ne, a, b) => Ok(Query::IsNot(attribute(a)?, self.operand(env, b)?)),
            _ => Err(illegal()),
        }
    }

    /// What an attribute is compared with: a plain value.
    fn operand(&mut self, env: Env<'s>, expr: &'s Expr) -> Res<Value> {
        let model = match &expr.kind {
            ExprKind::Array(_) => "LiteralList",
            ExprKind::Hash(_) => "LiteralHash",
            ExprKind::Regex(_) => "LiteralRegularExpression",
            ExprKind::TypeRef(_) => "QualifiedReference",
            _ => return self.eval(env, expr),
        };
        let why = format!("Cannot transform object of class Puppet::Pops::Model::{model}");
        Err(EvalError::issue("RUNTIME_ERROR", format!("Error while evaluating a Virtual Query, {why}")))
    }
}

fn illegal() -> EvalError {
    EvalError::issue("ILLEGAL_QUERY_EXPRESSION", "Illegal query expression. It cannot be used in a query")
}

fn attribute(expr: &Expr) -> Res<EcoString> {
    match &expr.kind {
        ExprKind::Name(name) | ExprKind::Var(name) | ExprKind::Reserved(name) | ExprKind::Str(name) => Ok(name.clone()),
        _ => Err(illegal()),
    }
}

/// Whether containers have a tag: by the address of the tag that is asked for, and that of theirs.
#[derive(Debug, Default)]
pub(crate) struct Containers(FxHashMap<usize, FxHashMap<usize, bool>>);

impl Containers {
    fn of(&mut self, tag: &str) -> &mut FxHashMap<usize, bool> {
        self.0.entry(tag.as_ptr().addr()).or_default()
    }
}

impl Query {
    /// Whether a resource fits.
    pub(crate) fn fits(&self, resource: &Resource, containers: &mut Containers) -> Tri {
        match self {
            Self::All => Tri::Yes,
            Self::Is(name, value) => compare(resource, name, value, containers),
            Self::IsNot(name, value) => match compare_whole(resource, name, value, containers) {
                Tri::Yes => Tri::No,
                Tri::No => Tri::Yes,
                Tri::Maybe => Tri::Maybe,
            },
            Self::And(a, b) => match (a.fits(resource, containers), b.fits(resource, containers)) {
                (Tri::No, _) | (_, Tri::No) => Tri::No,
                (Tri::Yes, Tri::Yes) => Tri::Yes,
                _ => Tri::Maybe,
            },
            Self::Or(a, b) => match (a.fits(resource, containers), b.fits(resource, containers)) {
                (Tri::Yes, _) | (_, Tri::Yes) => Tri::Yes,
                (Tri::No, Tri::No) => Tri::No,
                _ => Tri::Maybe,
            },
        }
    }
}

fn compare(resource: &Resource, name: &str, value: &Value, containers: &mut Containers) -> Tri {
    if value.is_unknown() {
        return Tri::Maybe;
    }
    if name == "tag" {
        return truth(match value.as_str() {
            Some(text) => resource.tags.has(text, containers.of(text)),
            None => {
                let tag = value.to_string().to_lowercase();
                resource.tags.iter().any(|t| *t == tag)
            }
        });
    }
    if name == "title" {
        if resource.symbolic_title.as_ref().is_some_and(Value::is_unknown) {
            return Tri::Maybe;
        }
        return truth(super::operators::equals(&Value::str(resource.title.clone()), value));
    }
    match resource.value(name) {
        None => truth(matches!(value, Value::Undef)),
        Some(found) if found.is_unknown() => Tri::Maybe,
        Some(found) => truth(match found.sample() {
            Value::Array(list) => {
                list.items.iter().any(|v| super::operators::equals(v, value)) || super::operators::equals(found, value)
            }
            other => super::operators::equals(other, value),
        }),
    }
}

/// `!=` looks at a parameter as a whole, `tag` included.
fn compare_whole(resource: &Resource, name: &str, value: &Value, containers: &mut Containers) -> Tri {
    match resource.value(name) {
        Some(found @ Value::Array(_)) if !value.is_unknown() => truth(super::operators::equals(found, value)),
        _ => compare(resource, name, value, containers),
    }
}

fn truth(b: bool) -> Tri {
    if b { Tri::Yes } else { Tri::No }
}
