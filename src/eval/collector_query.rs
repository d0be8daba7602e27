//! The query of a collector, evaluated to something that can be asked of each resource.

use super::compiler::Compiler;
use super::error::EvalError;
use super::lift::Res;
use super::scope::Env;
use crate::catalog::{Resource, Sought};
use crate::puppet::ast::{BinaryOp, Expr, ExprKind};
use crate::value::{Tri, Value};
use ecow::EcoString;

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
            ExprKind::Binary(BinaryOp::Eq, a, b) => Ok(Query::Is(attribute(a)?, self.operand(env, a, b)?)),
            ExprKind::Binary(BinaryOp::Ne, a, b) => Ok(Query::IsNot(attribute(a)?, self.operand(env, a, b)?)),
            _ => Err(illegal()),
        }
    }

    /// What an attribute is compared with: a plain value, and no number for a tag.
    fn operand(&mut self, env: Env<'s>, of: &Expr, expr: &'s Expr) -> Res<Value> {
        let why = "Cannot transform a number to a tag";
        if matches!(expr.kind, ExprKind::Int(..) | ExprKind::Float(_)) && attribute(of)? == "tag" {
            return Err(EvalError::issue("RUNTIME_ERROR", format!("Error while evaluating a Virtual Query, {why}")));
        }
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

/// The tags that a query asks for, by address, and what is known of each.
#[derive(Debug, Default)]
pub(crate) struct TagsSought(Vec<(usize, Sought)>);

impl TagsSought {
    fn of(&mut self, tag: &str) -> Option<&mut Sought> {
        let address = tag.as_ptr().addr();
        let at = self.0.iter().position(|(known, _)| *known == address).unwrap_or_else(|| {
            self.0.push((address, Sought::new(tag)));
            self.0.len() - 1
        });
        self.0.get_mut(at).map(|(_, sought)| sought)
    }
}

impl Query {
    /// Whether a resource fits.
    pub(crate) fn fits(&self, resource: &Resource, sought: &mut TagsSought) -> Tri {
        match self {
            Self::All => Tri::Yes,
            Self::Is(name, value) => compare(resource, name, value, sought),
            Self::IsNot(name, value) => match compare_whole(resource, name, value, sought) {
                Tri::Yes => Tri::No,
                Tri::No => Tri::Yes,
                Tri::Maybe => Tri::Maybe,
            },
            Self::And(a, b) => match (a.fits(resource, sought), b.fits(resource, sought)) {
                (Tri::No, _) | (_, Tri::No) => Tri::No,
                (Tri::Yes, Tri::Yes) => Tri::Yes,
                _ => Tri::Maybe,
            },
            Self::Or(a, b) => match (a.fits(resource, sought), b.fits(resource, sought)) {
                (Tri::Yes, _) | (_, Tri::Yes) => Tri::Yes,
                (Tri::No, Tri::No) => Tri::No,
                _ => Tri::Maybe,
            },
        }
    }
}

fn compare(resource: &Resource, name: &str, value: &Value, sought: &mut TagsSought) -> Tri {
    if value.is_unknown() {
        return Tri::Maybe;
    }
    if name == "tag" {
        return truth(match value.as_str() {
            Some(text) => sought.of(text).is_some_and(|sought| resource.tags.has(sought)),
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
fn compare_whole(resource: &Resource, name: &str, value: &Value, sought: &mut TagsSought) -> Tri {
    match resource.value(name) {
        Some(found) if !value.is_unknown() && !found.is_unknown() && (name == "tag" || found.as_array().is_some()) => {
            truth(super::operators::equals(found, value))
        }
        _ => compare(resource, name, value, sought),
    }
}

fn truth(b: bool) -> Tri {
    if b { Tri::Yes } else { Tri::No }
}
