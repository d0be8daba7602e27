//! Which resources were written by the same hand: in one class, define or module.

use crate::catalog::{Catalog, Resource, ResourceId};
use std::collections::BTreeSet;

/// Modules whose classes have nothing in common but the folder.
const COLLECTIONS: [&str; 6] = ["profile", "profiles", "role", "roles", "misc", "site"];

/// Modules whose defines wrap the files and services of others.
const WRAPPERS: [&str; 16] = [
    "systemd",
    "base",
    "service",
    "uwsgi",
    "apache",
    "httpd",
    "nginx",
    "concat",
    "supervisor",
    "supervisord",
    "upstart",
    "stdlib",
    "rsyslog",
    "java",
    "python",
    "varnish",
];

/// Names of what a resource belongs to. Two resources belong together if they share one.
pub(super) fn scopes(resource: &Resource, catalog: &Catalog) -> BTreeSet<String> {
    let mut scopes = BTreeSet::from([format!("file {}", resource.at.path)]);
    for id in containers(resource, catalog) {
        let Some(container) = catalog.get(id) else { break };
        if container.type_name == "Class" {
            scopes.insert(class_scope(&container.title));
            break;
        }
        scopes.insert(format!("define {id}"));
        scopes.extend(module_of(&container.type_name).filter(|m| !WRAPPERS.contains(&m.as_str())));
    }
    scopes
}

/// The containers from the inside out.
pub(super) fn containers<'a>(resource: &'a Resource, catalog: &'a Catalog) -> impl Iterator<Item = ResourceId> + 'a {
    const DEPTH: usize = 50;
    std::iter::successors(resource.container, |id| catalog.get(*id)?.container).take(DEPTH)
}

/// The module of a define, unless its defines have nothing in common.
fn module_of(define: &str) -> Option<String> {
    let module = define.split("::").next()?.to_ascii_lowercase();
    (!COLLECTIONS.contains(&module.as_str())).then_some(module)
}

fn class_scope(class: &str) -> String {
    let class = class.to_ascii_lowercase();
    let module = class.split("::").next().unwrap_or(&class);
    if COLLECTIONS.contains(&module) { class } else { module.to_owned() }
}
