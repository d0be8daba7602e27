//! First and last lines of resource expressions: the scope of an inline ignore.

use super::ast::{Block, Expr, ExprKind};
use super::{Dialect, LineIndex, parse};
use ecow::EcoString;

/// Lines of every resource body, default, override and collector of a text, in source order.
#[must_use]
pub fn resource_extents(text: &str, dialect: Dialect) -> Vec<(u32, u32)> {
    let parsed = parse(text, dialect);
    let index = LineIndex::new(text);
    let mut found = Vec::new();
    walk(&parsed.body, &mut |expr| {
        if is_resource(&expr.kind) {
            found.push((index.line(expr.span.start), index.line(expr.span.end.saturating_sub(1))));
        }
    });
    found
}

/// Where the statement begins that declares a resource whose body begins on a line.
pub(crate) fn statement_with(block: &Block, index: &LineIndex, line: u32) -> Option<u32> {
    let mut found = None;
    walk(block, &mut |expr| {
        if let ExprKind::Resource(resource) = &expr.kind
            && resource.bodies.iter().any(|body| index.line(body.span.start) == line)
        {
            found.get_or_insert(index.line(expr.span.start));
        }
    });
    found
}

/// The literal titles of `file` resources in a text.
#[must_use]
pub fn file_titles(text: &str, dialect: Dialect) -> Vec<EcoString> {
    let mut titles = Vec::new();
    walk(&parse(text, dialect).body, &mut |expr| {
        if let ExprKind::Resource(resource) = &expr.kind
            && matches!(&resource.type_name.kind, ExprKind::Name(name) if name == "file")
        {
            resource.bodies.iter().for_each(|body| literal_titles(&body.title, &mut titles));
        }
    });
    titles
}

fn literal_titles(title: &Expr, out: &mut Vec<EcoString>) {
    match &title.kind {
        ExprKind::Str(text) => out.push(text.clone()),
        ExprKind::Array(items) => items.iter().for_each(|item| literal_titles(item, out)),
        _ => {}
    }
}

fn is_resource(kind: &ExprKind) -> bool {
    matches!(
        kind,
        ExprKind::Resource(_) | ExprKind::ResourceDefaults(_) | ExprKind::ResourceOverride(_) | ExprKind::Collect(_)
    )
}

/// Visits statements, into every block that can hold a resource.
fn walk(block: &Block, visit: &mut dyn FnMut(&Expr)) {
    for expr in block {
        visit(expr);
        inner(&expr.kind, visit);
    }
}

fn inner(kind: &ExprKind, visit: &mut dyn FnMut(&Expr)) {
    match kind {
        ExprKind::Class(def) => walk(&def.body, visit),
        ExprKind::Define(def) => walk(&def.body, visit),
        ExprKind::Node(def) => walk(&def.body, visit),
        ExprKind::If { then, otherwise, .. } | ExprKind::Unless { then, otherwise, .. } => {
            walk(then, visit);
            walk(otherwise, visit);
        }
        ExprKind::Case { options, .. } => options.iter().for_each(|o| walk(&o.body, visit)),
        ExprKind::Call(call) => call.lambda.iter().for_each(|l| walk(&l.body, visit)),
        ExprKind::Method(call) => call.lambda.iter().for_each(|l| walk(&l.body, visit)),
        ExprKind::Relation(_, left, right) => {
            for side in [left, right] {
                visit(side);
                inner(&side.kind, visit);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{file_titles, resource_extents};
    use crate::puppet::Dialect;

    #[test]
    fn resources_in_blocks_and_chains_have_extents() {
        let text = "class a {\n  if $x {\n    file { '/a':\n      mode => '0644',\n    }\n  }\n  package { 'p': } -> service { 's':\n  }\n}\n";
        assert_eq!(resource_extents(text, Dialect::Modern), [(3, 5), (7, 7), (7, 8)]);
    }

    #[test]
    fn titles_of_files_are_found_in_lists_and_blocks() {
        let text = "class a {\n  if $x { file { ['/a', '/b']: } }\n  user { '/c': }\n}\n";
        assert_eq!(file_titles(text, Dialect::Modern), ["/a", "/b"]);
    }
}
