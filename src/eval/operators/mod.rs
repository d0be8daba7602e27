//! The operators of the language over values, unknown and per-host ones included.
//!
//! An operator over an unknown gives a symbolic result; over per-host values it is computed on the
//! samples and keeps the expression, so that another host of the group can be checked against it.

mod access;
mod arith;
mod compare;
mod partial;
mod plain;

pub use access::index;
pub use compare::{case_matches, find_match, is_in, loosely_equals};
pub(crate) use plain::equals;

use super::error::EvalError;
use super::interp::Interp;
use crate::puppet::ast::{BinaryOp, UnaryOp};
use crate::value::{Sym, SymExpr, Tri, Value};

/// The order of two values of one kind; `None` where the language has none.
pub(crate) fn order_of(a: &Value, b: &Value) -> Option<std::cmp::Ordering> {
    compare::compare(a, b).ok()
}

/// The outcome of an operator.
pub(crate) type Outcome = Result<Value, EvalError>;

/// How many alternatives of an unknown are followed one by one.
const MAX_CHOICES: usize = 16;

/// Applies an infix operator that computes a value (`and` and `or` decide on what is given).
///
/// # Errors
/// As Puppet: operands that the operator does not take.
pub fn binary(cx: &mut dyn Interp, op: BinaryOp, left: &Value, right: &Value) -> Outcome {
    match op {
        BinaryOp::Eq => Ok(truth_value("==", &[left, right], compare::equal(cx, left, right))),
        BinaryOp::Ne => Ok(truth_value("!=", &[left, right], compare::equal(cx, left, right).negate())),
        BinaryOp::And => Ok(logic("and", left, right, Tri::and(left.truth(), || right.truth()))),
        BinaryOp::Or => {
            let either = Tri::and(left.truth().negate(), || right.truth().negate()).negate();
            Ok(logic("or", left, right, either))
        }
        BinaryOp::In => is_in(cx, left, right).map(|found| found.0),
        BinaryOp::Match => find_match(cx, left, right).map(|found| found.0),
        BinaryOp::NotMatch => {
            let (value, _) = find_match(cx, left, right)?;
            unary(cx, UnaryOp::Not, &value)
        }
        BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
            lift(cx, symbol(op), &[left, right], &|_, args| match args {
                [l, r] => compare::order(op, l, r),
                _ => Ok(Value::Undef),
            })
        }
        _ => lift(cx, symbol(op), &[left, right], &|cx, args| match args {
            [l, r] => arith::calculate(cx, op, l, r),
            _ => Ok(Value::Undef),
        }),
    }
}

/// Applies a prefix operator. A splat gives an array.
///
/// # Errors
/// When the operand of `-` is no number.
pub fn unary(cx: &mut dyn Interp, op: UnaryOp, operand: &Value) -> Outcome {
    match op {
        UnaryOp::Not => Ok(truth_value("!", &[operand], operand.truth().negate())),
        UnaryOp::Minus => lift(cx, "-", &[operand], &|cx, args| match args {
            [v] => arith::negate(cx, v),
            _ => Ok(Value::Undef),
        }),
        UnaryOp::Splat => {
            lift(cx, "*", &[operand], &|_, args| Ok(Value::array(args.first().map(unfold).unwrap_or_default())))
        }
    }
}

/// The elements a splat makes of a value.
#[must_use]
pub fn unfold(value: &Value) -> Vec<Value> {
    match value {
        Value::Undef => Vec::new(),
        Value::Array(a) => a.items.clone(),
        Value::Hash(h) => h.entries.iter().map(|(k, v)| Value::array(vec![k.clone(), v.clone()])).collect(),
        other => vec![other.clone()],
    }
}

/// The operator as it is written.
#[must_use]
pub fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Or => "or",
        BinaryOp::And => "and",
        BinaryOp::In => "in",
        BinaryOp::Match => "=~",
        BinaryOp::NotMatch => "!~",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Mod => "%",
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Shl => "<<",
        BinaryOp::Shr => ">>",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
    }
}

fn logic(name: &str, left: &Value, right: &Value, truth: Tri) -> Value {
    truth_value(name, &[left, right], truth)
}

/// A boolean result: symbolic when unknown or when an operand differs from host to host.
pub(crate) fn truth_value(name: &str, args: &[&Value], truth: Tri) -> Value {
    let decided = match truth {
        Tri::Yes => Some(Value::Bool(true)),
        Tri::No => Some(Value::Bool(false)),
        Tri::Maybe => None,
    };
    if decided.is_some() && !args.iter().any(|v| per_host(v)) {
        return decided.unwrap_or_default();
    }
    Value::call(name, args.iter().map(|v| (*v).clone()).collect(), decided)
}

/// Whether another host of the group may have another value.
fn per_host(value: &Value) -> bool {
    match value {
        Value::Sym(s) => s.sample.is_some(),
        Value::Array(a) => a.items.iter().any(per_host),
        Value::Hash(h) => h.entries.iter().any(|(k, v)| per_host(k) || per_host(v)),
        _ => false,
    }
}

type Plain<'a> = &'a dyn Fn(&mut dyn Interp, &[Value]) -> Outcome;

/// Applies a function of known arguments to arguments that may be symbolic.
///
/// # Errors
/// What the function raises on known arguments or on the samples.
pub(crate) fn lift(cx: &mut dyn Interp, name: &str, args: &[&Value], plain: Plain<'_>) -> Outcome {
    let owned: Vec<Value> = args.iter().map(|v| (*v).clone()).collect();
    if !args.iter().any(|v| matches!(v, Value::Sym(_))) {
        return plain(cx, &owned);
    }
    if args.iter().all(|v| !v.is_unknown()) {
        let samples: Vec<Value> = args.iter().map(|v| v.sample().clone()).collect();
        let sample = plain(cx, &samples)?;
        return Ok(Value::call(name, owned, Some(sample)));
    }
    Ok(choices(cx, name, &owned, plain).unwrap_or_else(|| Value::call(name, owned, None)))
}

/// Follows the alternatives of the only unknown argument.
fn choices(cx: &mut dyn Interp, name: &str, args: &[Value], plain: Plain<'_>) -> Option<Value> {
    let mut unknown = args.iter().enumerate().filter(|(_, v)| v.is_unknown());
    let (at, value) = unknown.next()?;
    if unknown.next().is_some() {
        return None;
    }
    let Value::Sym(sym) = value else { return None };
    let SymExpr::Choice(values) = &sym.expr else { return None };
    if values.is_empty() || values.len() > MAX_CHOICES {
        return None;
    }
    let mut results: Vec<Value> = Vec::new();
    for value in values {
        let mut with = args.to_vec();
        *with.get_mut(at)? = value.clone();
        let refs: Vec<&Value> = with.iter().collect();
        // An alternative that fails would have ended the compilation: it cannot be the one.
        if let Ok(result) = lift(cx, name, &refs, plain)
            && !results.contains(&result)
        {
            results.push(result);
        }
    }
    Some(one_of(results))
}

/// One of several values; a single one stands for itself.
#[must_use]
pub fn one_of(mut values: Vec<Value>) -> Value {
    match (values.len(), values.pop()) {
        (1, Some(only)) => only,
        (_, Some(last)) => {
            values.push(last);
            Value::Sym(std::sync::Arc::new(Sym::new(SymExpr::Choice(values), None)))
        }
        _ => Value::unknown(crate::value::CauseKind::Variable, "no alternative"),
    }
}

/// What a value is called in messages, with its article.
pub(crate) fn label(value: &Value) -> String {
    let name = label_plain(value);
    let an = name.starts_with(['A', 'E', 'I', 'O', 'U']);
    format!("{} {name}", if an { "an" } else { "a" })
}

/// What a value is called in messages.
pub(crate) fn label_plain(value: &Value) -> String {
    match value {
        Value::Undef => "Undef Value".to_owned(),
        Value::Bool(_) => "Boolean".to_owned(),
        Value::Int(_) => "Integer".to_owned(),
        Value::Float(_) => "Float".to_owned(),
        Value::Str(_) => "String".to_owned(),
        Value::Regex(_) => "Regexp".to_owned(),
        Value::Array(_) => "Array".to_owned(),
        Value::Hash(_) => "Hash".to_owned(),
        Value::Type(t) => format!("{t}-Type"),
        Value::Sensitive(_) => "Sensitive".to_owned(),
        Value::Object(o) => o.type_name.to_string(),
        Value::Default | Value::Sym(_) => "Object".to_owned(),
    }
}
