//! What two catalogs that hold declarations in common differ in: as much as if each had its own.

use super::{Change, Side, Sources, apart, compare};
use crate::catalog::{Catalog, Resource, read_compiled};
use crate::repo::Tree;

const CATALOG: &str = r#"{"name": "a.example", "edges": [], "classes": [], "resources": [
    {"type": "File", "title": "/etc/copied", "parameters": {"source": "puppet:///modules/m/a.conf"}},
    {"type": "File", "title": "/etc/written", "parameters": {"content": "x"}},
    {"type": "Service", "title": "s", "parameters": {"ensure": "running"}}]}"#;

fn catalog() -> Catalog {
    read_compiled(CATALOG).ok().and_then(|all| all.into_iter().next()).unwrap_or_default()
}

/// A catalog with the same declarations in the same memory.
fn sharing(other: &Catalog, keeps: impl Fn(&Resource) -> bool) -> Catalog {
    let mut catalog = Catalog::default();
    catalog.resources.extend(other.resources.iter().filter(|r| keeps(r)).cloned());
    catalog
}

fn sources(text: &str) -> Sources {
    let tree = Tree::from_files("t", [("modules/m/files/a.conf", text)]);
    Sources::new(tree, vec!["modules".to_owned()], [].into())
}

fn changes(base: &Catalog, head: &Catalog, text: &str) -> Vec<String> {
    let (old, new) = (sources("x"), sources(text));
    let changes = compare(Side { catalog: base, sources: &old }, Side { catalog: head, sources: &new });
    let title = |catalog: &Catalog, id| catalog.get(id).map(Resource::reference).unwrap_or_default();
    let shown = |change: &Change| match change {
        Change::Added(id) => format!("+{}", title(head, *id)),
        Change::Removed(id) => format!("-{}", title(base, *id)),
        Change::Param { head: id, name, .. } => format!("{}.{name}", title(head, *id)),
        Change::Content { head: id, .. } => format!("~{}", title(head, *id)),
    };
    changes.iter().map(shown).collect()
}

#[test]
fn one_declaration_is_no_change() {
    let base = catalog();
    assert_eq!(base.resources.len(), 3);
    let head = sharing(&base, |_| true);
    assert!(changes(&base, &head, "x").is_empty());
    assert!(apart(&base, &head).1.is_empty());
    assert!(changes(&base, &catalog(), "x").is_empty());
}

#[test]
fn a_file_that_it_copies_may_differ() {
    let base = catalog();
    for head in [sharing(&base, |_| true), catalog()] {
        assert_eq!(changes(&base, &head, "y"), ["~File[/etc/copied]"]);
    }
}

#[test]
fn what_comes_and_goes_is_told() {
    let base = catalog();
    let head = sharing(&base, |r| r.type_name != "Service");
    assert_eq!(changes(&base, &head, "x"), ["-Service[s]"]);
    assert_eq!(changes(&head, &base, "x"), ["+Service[s]"]);
    assert_eq!(apart(&base, &head).0.len(), 1);
}

#[test]
fn what_is_not_realised_at_base_is_new() {
    let mut base = catalog();
    let head = sharing(&base, |_| true);
    base.resources.iter_mut().filter(|r| r.type_name == "Service").for_each(|r| r.is_virtual = true);
    assert_eq!(changes(&base, &head, "x"), ["+Service[s]"]);
}

#[test]
fn a_declaration_that_stands_twice_is_told_by_name() {
    let mut base = catalog();
    let twice = sharing(&base, |r| r.type_name == "Service");
    base.resources.extend(twice.resources);
    let head = sharing(&base, |_| true);
    assert!(changes(&base, &head, "x").is_empty());
    assert_eq!(apart(&base, &head).1.len(), 2);
}
