//! From raw findings to a report: quoted lines, suppressions, fingerprints.

use crate::checks::meta;
use crate::finding::suppress::{self, Ignore, IgnoreRow, Judge, Malformed};
use crate::finding::{Date, Finding, Location, Side};
use crate::puppet::{Dialect, resource_extents};
use crate::repo::Tree;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Quotes the line of every location that does not quote it yet.
pub(super) fn quote(findings: &mut [Finding], base: Option<&Tree>, head: &Tree) {
    let mut texts: BTreeMap<(bool, String), Option<Arc<str>>> = BTreeMap::new();
    for location in findings.iter_mut().flat_map(|f| &mut f.locations) {
        let tree = match location.side {
            Side::Head => Some(head),
            Side::Base => base,
            Side::Package => None,
        };
        let (Some(tree), true) = (tree, location.snippet.is_none() && location.line > 0) else { continue };
        let key = (location.side == Side::Base, location.path.clone());
        let text = texts.entry(key).or_insert_with(|| tree.text(&location.path).ok().flatten());
        if let Some(text) = text {
            let quoted = std::mem::replace(location, Location::new(Side::Head, "", 0)).snippet_of(text);
            *location = quoted;
        }
    }
}

/// Where ignores are to be looked for.
pub(super) struct Scope<'a> {
    /// The head.
    pub(super) head: &'a Tree,
    /// Its dialect.
    pub(super) dialect: Dialect,
    /// Changed files; `None` in an audit, where the whole tree is looked at.
    pub(super) changed: Option<Vec<&'a str>>,
    /// Rows of the configuration.
    pub(super) rows: &'a [IgnoreRow],
    /// The day of the run.
    pub(super) today: Option<Date>,
}

/// Sets findings aside, and adds what is wrong with the ignores.
pub(super) fn suppress(findings: &mut Vec<Finding>, scope: &Scope<'_>, takes: &dyn Fn(&str) -> bool) {
    let (ignores, malformed) = read_ignores(findings, scope);
    let audit = scope.changed.is_none();
    let judge = Judge {
        today: scope.today,
        ignorable: &|rule| meta::find(rule).map(|m| m.ignorable),
        expects_match: &|rule| audit && takes(rule) && AUDITED.contains(&rule),
    };
    let applied = suppress::apply(findings, &ignores, &malformed, scope.rows, &judge);
    if takes(suppress::STALE) {
        findings.extend(applied.stale);
    }
}

/// Rules that speak in an audit; an ignore of another can't match there.
const AUDITED: [&str; 2] = ["single-smarthost", "config-unsound"];

fn read_ignores(findings: &[Finding], scope: &Scope<'_>) -> (Vec<Ignore>, Vec<Malformed>) {
    let mut paths: Vec<&str> = match &scope.changed {
        Some(changed) => changed.clone(),
        None => scope.head.list("").map(AsRef::as_ref).filter(|p: &&str| is_text(p)).collect(),
    };
    paths.extend(findings.iter().flat_map(|f| &f.locations).filter(|l| l.side == Side::Head).map(|l| l.path.as_str()));
    paths.sort_unstable();
    paths.dedup();
    let (mut ignores, mut malformed) = (Vec::new(), Vec::new());
    for path in paths {
        let Some(text) = scope.head.text(path).ok().flatten() else { continue };
        let (mut good, bad) = suppress::scan(path, &text);
        if !good.is_empty() && path.ends_with(".pp") {
            let extents: Vec<_> = resource_extents(&text, scope.dialect)
                .into_iter()
                .map(|(first, last)| suppress::Extent { first, last })
                .collect();
            suppress::widen(&mut good, &extents);
        }
        ignores.extend(good);
        malformed.extend(bad);
    }
    (ignores, malformed)
}

fn is_text(path: &str) -> bool {
    [".pp", ".epp", ".erb", ".yaml", ".yml", ".py", ".sh", ".conf"].iter().any(|ending| path.ends_with(ending))
}
