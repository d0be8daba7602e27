//! `NAME = ('x')`: a string where a tuple of one was meant.
//!
//! Said only of a setting at the top of a file, in capitals, whose name speaks of several things or
//! is known as a sequence, and whose value is one string literal alone in its parentheses. Strings
//! joined over several parts are what such parentheses are also for: they are left alone.

use super::Unsound;
use super::python::{line_at, nested_too_deeply};
use crate::content::format::rows;
use ruff_python_ast::{Expr, Stmt, StmtAssign};
use ruff_python_parser::parse_module;
use ruff_text_size::Ranged;

/// Endings of names that hold one thing although they end in `S`.
const SINGULAR: &[&str] = &[
    "SS",
    "US",
    "IS",
    "OS",
    "ALIAS",
    "DNS",
    "HTTPS",
    "TLS",
    "SMTPS",
    "LDAPS",
    "NFS",
    "CORS",
    "ARGS",
    "OPTS",
    "OPTIONS",
    "JS",
    "CSS",
    "TS",
    "VS",
    "BS",
    "PROGRESS",
    "GPS",
    "AWS",
    "SYNTAX_ERRORS",
    "TRIES",
    "SECONDS",
    "DAYS",
    "HOURS",
    "MINUTES",
    "BYTES",
    "NEWS",
    "FLAGS",
    "SETTINGS",
    "TAGS",
    "PARAMS",
    "PREFS",
    "CREDENTIALS",
    "WORDS",
    "GIS",
    "RDS",
];

pub(super) fn find(path: &str, target: Option<&str>, text: &str) -> Vec<Unsound> {
    if nested_too_deeply(text) {
        return Vec::new();
    }
    let Ok(parsed) = parse_module(text) else { return Vec::new() };
    let assigns = parsed.suite().iter().filter_map(Stmt::as_assign_stmt);
    assigns.filter_map(|assign| one(path, target, text, assign)).collect()
}

fn one(path: &str, target: Option<&str>, text: &str, assign: &StmtAssign) -> Option<Unsound> {
    let [Expr::Name(name)] = assign.targets.as_slice() else { return None };
    let literal = assign.value.as_string_literal_expr()?;
    if literal.value.is_implicit_concatenated() || !alone_in_parentheses(text, assign, literal.range()) {
        return None;
    }
    let value = literal.value.to_str();
    let program = known_sequence(path, target, &name.id);
    let speaks_of_several = is_plural(&name.id) && !value.contains([' ', ',', '%', '{']);
    if program.is_none() && !speaks_of_several {
        return None;
    }
    let iterated = value.chars().take(2).map(|c| format!("'{c}'")).collect::<Vec<_>>().join(", ");
    Some(Unsound {
        line: line_at(text, assign.range().start().to_usize()),
        message: format!("{} = ('{value}') is a string, not a tuple of one: `('{value}',)` is", name.id),
        what_breaks: format!(
            "{} goes through it letter by letter: {iterated} …",
            program.unwrap_or("whatever iterates over it")
        ),
        certain: program.is_some(),
    })
}

/// Whether the literal stands alone, on one line, within parentheses of its own.
fn alone_in_parentheses(text: &str, assign: &StmtAssign, literal: ruff_text_size::TextRange) -> bool {
    let statement = text.get(assign.range().start().to_usize()..assign.range().end().to_usize()).unwrap_or_default();
    let before = text.get(assign.range().start().to_usize()..literal.start().to_usize()).unwrap_or_default();
    let after = text.get(literal.end().to_usize()..assign.range().end().to_usize()).unwrap_or_default();
    let opened = before.split_once('=').is_some_and(|(_, rest)| rest.trim() == "(");
    opened && after.trim() == ")" && !statement.contains('\n')
}

fn known_sequence(path: &str, target: Option<&str>, name: &str) -> Option<&'static str> {
    let base = |p: &str| p.rsplit('/').next().unwrap_or_default().to_owned();
    let names = [base(path), target.map(base).unwrap_or_default()];
    let fits = |glob: &str| match glob.strip_prefix('*') {
        Some(suffix) => names.iter().any(|n| n.ends_with(suffix)),
        None => names.iter().any(|n| n == glob),
    };
    let row = rows().sequence_setting.iter().find(|r| fits(&r.file) && r.names.iter().any(|n| n == name));
    row.map(|r| r.program.as_str())
}

fn is_plural(name: &str) -> bool {
    let capitals = name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    capitals && name.len() > 3 && name.ends_with('S') && !SINGULAR.iter().any(|s| name.ends_with(s))
}
