//! Propagation rules, each with its near miss (facts from real Puppet's noop runs).

use super::RefreshGraph;
use crate::catalog::{Catalog, Declaration, Derived, Relation, Resource, ResourceKind};
use crate::repo::Loc;

/// A catalog from `(type, title, container)`; relations are added by index.
fn catalog(resources: &[(&str, &str, Option<u32>)], relations: &[(u32, u32, bool)]) -> Catalog {
    let at = Loc::new("site.pp", 1);
    let resource = |(kind, title, container): &(&str, &str, Option<u32>)| {
        let declaration = Declaration {
            type_name: (*kind).into(),
            title: (*title).into(),
            symbolic_title: None,
            params: Vec::new(),
            at: at.clone(),
            end_line: 1,
            exported: false,
            kind: if *kind == "Class" { ResourceKind::Class } else { ResourceKind::Native },
            derived: Derived::default(),
        };
        Resource { container: *container, ..Resource::new(declaration) }
    };
    let relation = |(source, target, refresh): &(u32, u32, bool)| Relation {
        source: *source,
        target: *target,
        refresh: *refresh,
        possible: false,
        at: at.clone(),
    };
    Catalog {
        resources: resources.iter().map(resource).collect(),
        relations: relations.iter().map(relation).collect(),
        ..Catalog::default()
    }
}

#[test]
fn a_refresh_needs_a_refresh_edge() {
    let resources = [("File", "/f", None), ("Service", "s", None)];
    assert!(RefreshGraph::new(&catalog(&resources, &[(0, 1, true)])).refreshes(0, 1));
    let ordered = RefreshGraph::new(&catalog(&resources, &[(0, 1, false)]));
    assert!(!ordered.refreshes(0, 1) && ordered.comes_before(0, 1) && !ordered.comes_before(1, 0));
}

#[test]
fn a_quiet_file_in_the_middle_stops_it() {
    let file = [("File", "/f", None), ("File", "/g", None), ("Exec", "e", None)];
    assert!(!RefreshGraph::new(&catalog(&file, &[(0, 1, true), (1, 2, true)])).refreshes(0, 2));
    let exec = [("File", "/f", None), ("Exec", "x", None), ("Exec", "e", None)];
    assert!(RefreshGraph::new(&catalog(&exec, &[(0, 1, true), (1, 2, true)])).refreshes(0, 2));
}

#[test]
fn a_class_passes_an_event_out_but_not_through_when_empty() {
    // File[/f] in Class[b] ~> Class[a] with Service[s]
    let members = [("Class", "B", None), ("File", "/f", Some(0)), ("Class", "A", None), ("Service", "s", Some(2))];
    assert!(RefreshGraph::new(&catalog(&members, &[(0, 2, true)])).refreshes(1, 3));
    // … with an empty class between them
    let through = [
        ("Class", "B", None),
        ("File", "/f", Some(0)),
        ("Class", "A", None),
        ("Service", "s", Some(2)),
        ("Class", "M", None),
    ];
    let graph = RefreshGraph::new(&catalog(&through, &[(0, 4, true), (4, 2, true)]));
    assert!(!graph.refreshes(1, 3) && graph.comes_before(1, 3));
}

#[test]
fn cycles_are_found_through_containers() {
    let resources = [("Class", "A", None), ("File", "/f", Some(0)), ("Service", "s", None)];
    let fine = RefreshGraph::new(&catalog(&resources, &[(0, 2, true)]));
    assert_eq!(fine.cycle(), None);
    assert!(fine.would_cycle(2, 1) && !fine.would_cycle(1, 2));
    let broken = RefreshGraph::new(&catalog(&resources, &[(0, 2, true), (2, 1, false)]));
    assert!(broken.cycle().is_some_and(|c| c.contains(&2) && c.contains(&1)));
}

#[test]
fn a_file_comes_after_its_folder_and_owner() {
    let graph = RefreshGraph::new(&catalog(&[("File", "/a/b/c", None), ("File", "/a", None)], &[]));
    assert!(graph.comes_before(1, 0));
}
