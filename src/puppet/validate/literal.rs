//! Literal keys of a hash, compared as Ruby compares them: `1` and `1.0` differ, `a` and `'a'` do not.

use super::super::ast::{Expr, ExprKind, Span};
use super::super::locate;
use rustc_hash::FxHashSet;
use std::fmt::Write as _;

#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    Text(&'a str),
    Int(i64),
    Float(u64),
    Bool(bool),
    Undef,
    Default,
    Regex(&'a str),
    Array(Vec<Key<'a>>),
    Hash(Vec<(Key<'a>, Key<'a>)>),
}

/// Entries whose key was there before: the arrow, and the key as Ruby prints it.
pub(super) fn duplicates(entries: &[(Expr, Expr)], src: &str, heredocs: &[Span]) -> Vec<(Span, String)> {
    let mut found = Vec::new();
    if entries.len() < 2 {
        return found;
    }
    let mut seen = FxHashSet::default();
    for (expr, value) in entries {
        let Some(key) = literal(expr) else { continue };
        let shown = if seen.contains(&key) { Some(show(&key)) } else { None };
        seen.insert(key);
        if let Some(shown) = shown {
            let start = locate::next_code(src, expr.span.end, heredocs);
            found.push((Span { start, end: value.span.end }, shown));
        }
    }
    found
}

fn literal(expr: &Expr) -> Option<Key<'_>> {
    Some(match &expr.kind {
        ExprKind::Str(s) | ExprKind::Name(s) => Key::Text(s),
        ExprKind::Int(v, _) => Key::Int(*v),
        ExprKind::Float(v) => Key::Float(v.to_bits()),
        ExprKind::Bool(b) => Key::Bool(*b),
        ExprKind::Undef => Key::Undef,
        ExprKind::Default => Key::Default,
        ExprKind::Regex(r) => Key::Regex(r),
        ExprKind::Array(items) => Key::Array(items.iter().map(literal).collect::<Option<_>>()?),
        ExprKind::Hash(entries) => {
            Key::Hash(entries.iter().map(|(k, v)| Some((literal(k)?, literal(v)?))).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// Ruby's `to_s`.
fn show(key: &Key<'_>) -> String {
    match key {
        Key::Text(s) => (*s).to_owned(),
        Key::Undef => String::new(),
        Key::Default => "default".to_owned(),
        Key::Regex(r) => format!("(?-mix:{r})"),
        other => inspect(other),
    }
}

/// Ruby's `inspect`.
fn inspect(key: &Key<'_>) -> String {
    match key {
        Key::Text(s) => format!("{s:?}"),
        Key::Int(v) => v.to_string(),
        Key::Float(bits) => format!("{:?}", f64::from_bits(*bits)),
        Key::Bool(b) => b.to_string(),
        Key::Undef => "nil".to_owned(),
        Key::Default => ":default".to_owned(),
        Key::Regex(r) => format!("/{r}/"),
        Key::Array(items) => format!("[{}]", items.iter().map(inspect).collect::<Vec<_>>().join(", ")),
        Key::Hash(entries) => {
            let mut out = String::from("{");
            for (i, (k, v)) in entries.iter().enumerate() {
                let comma = if i > 0 { ", " } else { "" };
                let _ = write!(out, "{comma}{}=>{}", inspect(k), inspect(v));
            }
            out + "}"
        }
    }
}
