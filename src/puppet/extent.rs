//! First and last lines of resource expressions: the scope of an inline ignore.

use super::ast::{Block, Expr, ExprKind};
use super::{Dialect, LineIndex, parse};

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

fn is_resource(kind: &ExprKind) -> bool {
    matches!(kind, ExprKind::Resource(_) | ExprKind::ResourceDefaults(_) | ExprKind::ResourceOverride(_) | ExprKind::Collect(_))
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
    use super::resource_extents;
    use crate::puppet::Dialect;

    #[test]
    fn resources_in_blocks_and_chains_have_extents() {
        let text = "class a {\n  if $x {\n    file { '/a':\n      mode => '0644',\n    }\n  }\n  package { 'p': } -> service { 's':\n  }\n}\n";
        assert_eq!(resource_extents(text, Dialect::Modern), [(3, 5), (7, 7), (7, 8)]);
    }
}
