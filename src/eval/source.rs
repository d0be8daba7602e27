//! One parsed manifest and the definitions in it.
//!
//! Parsed once, shared by every compilation and by both revisions. Definitions are found by the
//! path of indices that leads to them, so that the tree stays immutable and unindexed.

use crate::puppet::ast::{ClassDef, DefineDef, Expr, ExprKind, FunctionDef, NodeDef, Span};
use crate::puppet::extent::statement_with;
use crate::puppet::{self, Dialect, LineIndex, Parsed};
use crate::repo::Loc;
use ecow::EcoString;
use std::sync::Arc;

/// What a definition defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum DefKind {
    /// Class.
    Class,
    /// Defined type.
    Define,
    /// Function.
    Function,
    /// Type alias.
    Alias,
    /// Node.
    Node,
}

impl DefKind {
    /// How many there are.
    pub(crate) const COUNT: usize = 5;
}

/// A definition: its kind, lower-case name and the way to it.
#[derive(Clone, Debug)]
pub(crate) struct Def {
    pub(crate) kind: DefKind,
    pub(crate) name: EcoString,
    path: Vec<u32>,
}

/// A manifest.
#[derive(Debug)]
pub struct SourceFile {
    /// Path in the repository.
    pub path: Arc<str>,
    /// The tree and its errors.
    pub parsed: Parsed,
    /// The text, for quoting conditions.
    pub text: Arc<str>,
    lines: LineIndex,
    pub(crate) defs: Vec<Def>,
}

impl SourceFile {
    /// Parses a manifest.
    #[must_use]
    pub fn parse(path: Arc<str>, text: Arc<str>, dialect: Dialect) -> Self {
        let parsed = puppet::parse(&text, dialect);
        let mut defs = Vec::new();
        collect(&parsed.body, &mut Vec::new(), &mut defs);
        let lines = LineIndex::new(&text);
        Self { path, parsed, text, lines, defs }
    }

    /// Parses an EPP template.
    pub(crate) fn epp(path: Arc<str>, text: Arc<str>) -> Self {
        let lines = LineIndex::new(&text);
        Self { path, parsed: puppet::parse_epp(&text), text, lines, defs: Vec::new() }
    }

    /// Where a span starts.
    #[must_use]
    pub fn loc(&self, span: Span) -> Loc {
        Loc { path: self.path.clone(), line: self.lines.line(span.start) }
    }

    /// Where a class, defined type or function of this name begins.
    pub(crate) fn defined_at(&self, name: &str) -> Option<Loc> {
        let is_it = |def: &Def| !matches!(def.kind, DefKind::Node | DefKind::Alias) && def.name == name;
        let number = u32::try_from(self.defs.iter().position(is_it)?).ok()?;
        self.def_expr(number).map(|expr| self.loc(expr.span))
    }

    /// The line of the statement that declares a resource whose body begins on this one.
    pub(crate) fn statement_line(&self, line: u32) -> Option<u32> {
        statement_with(&self.parsed.body, &self.lines, line)
    }

    /// Last line of a span.
    pub(crate) fn end_line(&self, span: Span) -> u32 {
        self.lines.line(span.end.saturating_sub(1).max(span.start))
    }

    /// The source text of a span, on one line and not too long.
    pub(crate) fn quote(&self, span: Span) -> Arc<str> {
        let raw = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let line: Vec<&str> = raw.split_whitespace().collect();
        line.join(" ").chars().take(120).collect::<String>().into()
    }

    pub(crate) fn find(&self, kind: DefKind, name: &str) -> Option<u32> {
        let at = self.defs.iter().position(|d| d.kind == kind && d.name == name)?;
        u32::try_from(at).ok()
    }

    pub(super) fn def_expr(&self, number: u32) -> Option<&Expr> {
        let def = self.defs.get(number as usize)?;
        let (first, rest) = def.path.split_first()?;
        let mut expr = self.parsed.body.get(*first as usize)?;
        for step in rest {
            let ExprKind::Class(class) = &expr.kind else { return None };
            expr = class.body.get(*step as usize)?;
        }
        Some(expr)
    }

    pub(crate) fn class(&self, number: u32) -> Option<&ClassDef> {
        match &self.def_expr(number)?.kind {
            ExprKind::Class(class) => Some(class),
            _ => None,
        }
    }

    pub(crate) fn define(&self, number: u32) -> Option<&DefineDef> {
        match &self.def_expr(number)?.kind {
            ExprKind::Define(define) => Some(define),
            _ => None,
        }
    }

    pub(crate) fn function(&self, number: u32) -> Option<&FunctionDef> {
        match &self.def_expr(number)?.kind {
            ExprKind::Function(function) => Some(function),
            _ => None,
        }
    }

    pub(crate) fn alias(&self, number: u32) -> Option<&Expr> {
        match &self.def_expr(number)?.kind {
            ExprKind::TypeAlias { value, .. } => Some(value),
            _ => None,
        }
    }

    /// The node definitions of the file, in order.
    pub fn nodes(&self) -> impl Iterator<Item = &NodeDef> {
        (0u32..).zip(&self.defs).filter(|(_, d)| d.kind == DefKind::Node).filter_map(|(i, _)| {
            match &self.def_expr(i)?.kind {
                ExprKind::Node(node) => Some(&**node),
                _ => None,
            }
        })
    }
}

fn collect(body: &[Expr], path: &mut Vec<u32>, out: &mut Vec<Def>) {
    for (i, expr) in (0u32..).zip(body) {
        let (kind, name) = match &expr.kind {
            ExprKind::Class(c) => (DefKind::Class, lower(&c.name)),
            ExprKind::Define(d) => (DefKind::Define, lower(&d.name)),
            ExprKind::Function(f) => (DefKind::Function, lower(&f.name)),
            ExprKind::TypeAlias { name, .. } => (DefKind::Alias, lower(name)),
            ExprKind::Node(_) => (DefKind::Node, EcoString::new()),
            _ => continue,
        };
        path.push(i);
        out.push(Def { kind, name, path: path.clone() });
        if let ExprKind::Class(class) = &expr.kind {
            collect(&class.body, path, out);
        }
        path.pop();
    }
}

fn lower(name: &str) -> EcoString {
    crate::eval::reference::unrooted(name).to_lowercase().into()
}
