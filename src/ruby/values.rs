//! What Ruby has and Puppet's values have not: symbols, ranges, constants, procs; and how unknowns
//! combine.
//!
//! They are carried as [`Value::Object`] with a `Ruby::…` type name, so that arrays and hashes can
//! hold them without a second value type.

use crate::value::{Cause, CauseKind, Entries, Hash, Object, Origin, Str, Sym, SymExpr, Value};
use ecow::EcoString;
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// Most parts that the expression of an unknown may have before it is cut short.
const MAX_WEIGHT: usize = 400;
/// Most alternatives kept apart.
const MAX_CHOICES: usize = 8;

pub(crate) const SYMBOL: &str = "Ruby::Symbol";
pub(crate) const CONSTANT: &str = "Ruby::Constant";
pub(crate) const RANGE: &str = "Ruby::Range";
pub(crate) const PROC: &str = "Ruby::Proc";
pub(crate) const SCOPE: &str = "Ruby::Scope";
/// An address and the length of its network part.
pub(crate) const ADDRESS: &str = "Ruby::IPAddr";
/// An integer beyond 64 bits: its digits and their base.
pub(crate) const BIG: &str = "Ruby::Integer";
/// Bytes that are no text, as hex digits.
pub(crate) const BYTES: &str = "Ruby::Bytes";
pub(crate) const RESOURCE: &str = "Ruby::Resource";
/// Whatever provider the agent picks for a resource.
pub(crate) const PROVIDER: &str = "Puppet::Provider";
/// A block that was given to a method.
pub(crate) const BLOCK: &str = "Ruby::Block";
pub(crate) const MATCH: &str = "Ruby::Match";
/// A URI: its text.
pub(crate) const URI: &str = "Ruby::URI";
pub(crate) const VERSION: &str = "Ruby::Version";

/// A Ruby object with its attributes in order.
pub(crate) fn object(type_name: &str, attrs: &[Value]) -> Value {
    let attrs = attrs.iter().enumerate().map(|(i, v)| (Value::Int(i64::try_from(i).unwrap_or(0)), v.clone())).collect();
    Value::Object(Arc::new(Object { type_name: type_name.into(), attrs }))
}

/// The attributes of an object of that type.
pub(crate) fn attrs<'v>(value: &'v Value, type_name: &str) -> Option<&'v Entries> {
    match value {
        Value::Object(o) if o.type_name == type_name => Some(&o.attrs),
        _ => None,
    }
}

/// The first attribute of an object of that type, as text.
pub(crate) fn text_of<'v>(value: &'v Value, type_name: &str) -> Option<&'v str> {
    attrs(value, type_name)?.first()?.1.as_str()
}

/// `:name`
pub(crate) fn symbol(name: &str) -> Value {
    object(SYMBOL, &[Value::str(name)])
}

/// `None` for anything that is no symbol.
pub(crate) fn as_symbol(value: &Value) -> Option<&str> {
    text_of(value, SYMBOL)
}

/// A name given as string or symbol.
pub(crate) fn as_name(value: &Value) -> Option<&str> {
    as_symbol(value).or_else(|| value.as_str())
}

/// An index in Ruby's sense: negative counts from the end.
/// A value of Ruby as the Puppet language sees it: symbols are strings, ranges and the like are unknown.
pub(crate) fn to_puppet(value: &Value) -> Value {
    match value {
        Value::Array(list) if list.items.iter().any(foreign) => {
            Value::array(list.items.iter().map(to_puppet).collect())
        }
        Value::Hash(hash) if hash.entries.iter().any(|(k, v)| foreign(k) || foreign(v)) => {
            hash_of(hash.entries.iter().map(|(k, v)| (to_puppet(k), to_puppet(v))).collect())
        }
        Value::Object(object) if object.type_name.starts_with("Ruby::") => match as_symbol(value) {
            Some("undef") => Value::Undef,
            Some("default") => Value::Default,
            Some(name) => Value::str(name),
            None => beyond(object.type_name.clone()),
        },
        other => other.clone(),
    }
}

/// Whether it has to be turned into a value of the language.
fn foreign(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.items.iter().any(foreign),
        Value::Hash(hash) => hash.entries.iter().any(|(k, v)| foreign(k) || foreign(v)),
        Value::Object(object) => object.type_name.starts_with("Ruby::"),
        _ => false,
    }
}

pub(crate) fn index(at: i64, len: usize) -> Option<usize> {
    let len = i64::try_from(len).ok()?;
    let at = if at < 0 { at + len } else { at };
    usize::try_from(at).ok().filter(|_| at < len)
}

/// Where a stretch of elements or letters begins, for which the place behind the last one will do.
pub(crate) fn start(from: i64, len: usize) -> Option<usize> {
    if usize::try_from(from) == Ok(len) { Some(len) } else { index(from, len) }
}

/// Length as Ruby integer.
pub(crate) fn int(n: usize) -> Value {
    Value::Int(i64::try_from(n).unwrap_or(i64::MAX))
}

/// Rebuilds a hash.
pub(crate) fn hash_of(entries: Entries) -> Value {
    Value::Hash(Arc::new(Hash { entries, origin: None }))
}

/// The origin that a string or list carries.
pub(crate) fn origin_of(value: &Value) -> Option<Arc<Origin>> {
    match value {
        Value::Str(s) => s.origin.clone(),
        Value::Array(a) => a.origin.clone(),
        Value::Hash(h) => h.origin.clone(),
        Value::Sym(s) => s.sample.as_ref().and_then(origin_of),
        _ => None,
    }
}

/// The same value with an origin, where it can carry one.
pub(crate) fn with_origin(value: Value, origin: Arc<Origin>) -> Value {
    match value {
        Value::Str(s) => Value::Str(Str { text: s.text, origin: Some(origin) }),
        Value::Sym(s) if s.sample.is_some() => {
            let sample = s.sample.clone().map(|v| with_origin(v, origin));
            Value::Sym(Arc::new(Sym::new(s.expr.clone(), sample)))
        }
        other => other,
    }
}

/// An unknown of our own making: Ruby that is not modelled.
pub(crate) fn beyond(reason: impl Into<EcoString>) -> Value {
    Value::unknown(CauseKind::Template, reason)
}

/// Joins strings, some of which may not be known.
pub(crate) fn concat(parts: Vec<Value>) -> Value {
    let mut flat: Vec<Value> = Vec::with_capacity(parts.len());
    for part in parts {
        match &part {
            Value::Sym(sym) => match &sym.expr {
                SymExpr::Concat(inner) => inner.iter().for_each(|v| push_text(&mut flat, v.clone())),
                _ => flat.push(part),
            },
            _ => push_text(&mut flat, part),
        }
    }
    if flat.len() <= 1 {
        return flat.pop().unwrap_or_else(|| Value::str(""));
    }
    let sample = sample_text(&flat).map(Value::str);
    Value::Sym(Arc::new(Sym::new(SymExpr::Concat(flat), sample)))
}

fn push_text(flat: &mut Vec<Value>, part: Value) {
    if let (Some(Value::Str(last)), Value::Str(next)) = (flat.last_mut(), &part) {
        last.text.push_str(&next.text);
        last.origin = match (last.origin.take(), &next.origin) {
            (Some(origin), None) => Some(origin),
            (None, origin) => origin.clone(),
            (Some(a), Some(b)) => Some(a).filter(|a| a == b),
        };
        return;
    }
    flat.push(part);
}

fn sample_text(parts: &[Value]) -> Option<EcoString> {
    let mut text = EcoString::new();
    for part in parts {
        text.push_str(part.as_str()?);
    }
    Some(text)
}

/// The result of a method some of whose operands are symbolic.
pub(crate) fn derived(name: &str, operands: &[&Value], sample: Option<Value>) -> Value {
    let sample = sample.map(|v| v.sample().clone());
    let mut budget = MAX_WEIGHT;
    if operands.iter().all(|v| weigh(v, &mut budget)) {
        let operands = operands.iter().map(|v| (*v).clone()).collect();
        return Value::Sym(Arc::new(Sym::new(SymExpr::Call(name.into(), operands), sample)));
    }
    let mut seen = FxHashSet::default();
    let cause = operands.iter().find_map(|v| first_cause(v, 64, &mut seen));
    let cause = cause.unwrap_or(Cause { kind: CauseKind::Template, name: name.into() });
    Value::Sym(Arc::new(Sym::new(SymExpr::Opaque(cause), sample)))
}

fn weigh(value: &Value, budget: &mut usize) -> bool {
    let Some(left) = budget.checked_sub(1) else { return false };
    *budget = left;
    match value {
        Value::Array(a) => a.items.iter().all(|v| weigh(v, budget)),
        Value::Hash(h) => h.entries.values().all(|v| weigh(v, budget)),
        Value::Sym(s) => match &s.expr {
            SymExpr::Concat(parts) | SymExpr::Call(_, parts) | SymExpr::Choice(parts) => {
                parts.iter().all(|v| weigh(v, budget))
            }
            _ => true,
        },
        _ => true,
    }
}

/// Any root cause inside, looked for to a depth. Values hold others that they share: each is looked into once.
fn first_cause(value: &Value, depth: usize, seen: &mut FxHashSet<usize>) -> Option<Cause> {
    let depth = depth.checked_sub(1)?;
    let address = match value {
        Value::Array(a) => Arc::as_ptr(a).addr(),
        Value::Hash(h) => Arc::as_ptr(h).addr(),
        Value::Sym(s) => Arc::as_ptr(s).addr(),
        _ => return None,
    };
    if !seen.insert(address) {
        return None;
    }
    match value {
        Value::Array(a) => a.items.iter().find_map(|v| first_cause(v, depth, seen)),
        Value::Hash(h) => h.entries.values().find_map(|v| first_cause(v, depth, seen)),
        Value::Sym(s) => match &s.expr {
            SymExpr::Fact(name) => Some(Cause { kind: CauseKind::Fact, name: name.clone() }),
            SymExpr::Opaque(cause) => Some(cause.clone()),
            SymExpr::Concat(parts) | SymExpr::Call(_, parts) | SymExpr::Choice(parts) => {
                parts.iter().find_map(|v| first_cause(v, depth, seen))
            }
        },
        _ => None,
    }
}

/// One of several values, depending on something unknown.
pub(crate) fn choice(subject: &Value, values: Vec<Value>) -> Value {
    let mut kept: Vec<Value> = Vec::new();
    for value in values {
        let inner = match &value {
            Value::Sym(s) => match &s.expr {
                SymExpr::Choice(inner) if s.sample.is_none() => inner.clone(),
                _ => vec![value],
            },
            _ => vec![value],
        };
        for one in inner {
            if !kept.contains(&one) {
                kept.push(one);
            }
        }
    }
    if kept.len() > MAX_CHOICES {
        return derived("one of many", &[subject], None);
    }
    if kept.len() == 1 {
        return kept.pop().unwrap_or_default();
    }
    Value::Sym(Arc::new(Sym::new(SymExpr::Choice(kept), None)))
}

/// Whether a symbolic value is anywhere inside.
pub(crate) fn holds_symbolic(value: &Value) -> bool {
    match value {
        Value::Sym(_) => true,
        Value::Array(a) => a.items.iter().any(holds_symbolic),
        Value::Hash(h) => h.entries.iter().any(|(k, v)| holds_symbolic(k) || holds_symbolic(v)),
        _ => false,
    }
}

/// The value with every per-host part replaced by its sample; `None` if one has none.
pub(crate) fn settled(value: &Value) -> Option<Value> {
    Some(match value {
        Value::Sym(s) => settled(s.sample.as_ref()?)?,
        Value::Array(a) if holds_symbolic(value) => Value::array(a.items.iter().map(settled).collect::<Option<_>>()?),
        Value::Hash(h) if holds_symbolic(value) => {
            hash_of(h.entries.iter().map(|(k, v)| Some((settled(k)?, settled(v)?))).collect::<Option<_>>()?)
        }
        other => other.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_of_what_shares_its_parts_is_found_in_the_end() {
        let site = SymExpr::Opaque(Cause { kind: CauseKind::Variable, name: "site".into() });
        let unknown = Value::Sym(Arc::new(Sym::new(site.clone(), None)));
        // A walk through all of its branches would take 2^50 steps.
        let without_cause = (0..50).fold(Value::Int(1), |value, _| Value::array(vec![value.clone(), value]));
        let list = Value::array(vec![without_cause, unknown]);
        let Value::Sym(found) = derived("size", &[&list], None) else { panic!("it is not known") };
        assert_eq!(found.expr, site);
    }
}
