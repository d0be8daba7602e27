//! Which of the classes that no host has a change touches.
//!
//! A class is touched by its own manifest, by a file or template that its module's manifests name, by data
//! whose keys are its parameters, and by the data of its role. A role is taken in place of what it includes.

use super::unit::Run;
use crate::repo::Tree;
use ecow::EcoString;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Most classes looked at: past that a change is a move of the whole repository.
const MOST: usize = 60;

/// The classes that the change touches and that none of the hosts has, with the roles that bring one along.
pub(super) fn of(run: &Run<'_>, placed: &BTreeSet<EcoString>) -> BTreeSet<EcoString> {
    let mut touched: BTreeSet<EcoString> = BTreeSet::new();
    for path in run.changed {
        touched.extend(by_file(run, path).into_iter().filter(|c| !placed.contains(c)));
    }
    let roles = bringing(run, placed, &touched);
    touched.extend(roles);
    touched.into_iter().take(MOST).collect()
}

fn by_file(run: &Run<'_>, path: &str) -> Vec<EcoString> {
    let tree = run.head.tree();
    if path.ends_with(".pp") {
        return run.head.session.classes_in(path).cloned().collect();
    }
    let data = [".yaml", ".yml", ".json", ".eyaml"].iter().any(|e| path.ends_with(e));
    let layout = &run.head.layout;
    let shared = [&layout.templates, &layout.files].into_iter().flatten();
    let below = |folder: &String| path.strip_prefix(folder.as_str())?.strip_prefix('/');
    if let Some(name) = shared.filter_map(below).next() {
        // What lies in a folder that all modules share is named without a module, from anywhere.
        return users(run, "", name);
    }
    match shipped(path) {
        Some((module, name)) => users(run, module, &name),
        None if data => by_data(tree, path),
        None => Vec::new(),
    }
}

/// `modules/x/templates/a/b.erb` is `x/a/b.erb` to whoever uses it, mostly the module itself.
fn shipped(path: &str) -> Option<(&str, String)> {
    let (module, file) = ["/templates/", "/files/"].iter().find_map(|f| path.split_once(f))?;
    let name = module.rsplit('/').next()?;
    Some((module, format!("{name}/{file}")))
}

/// Classes of a module whose manifests name a file of it.
fn users(run: &Run<'_>, module: &str, name: &str) -> Vec<EcoString> {
    let tree = run.head.tree();
    let manifests = tree.list(module).filter(|p| p.ends_with(".pp"));
    let names = |p: &&Arc<str>| tree.text(p).ok().flatten().is_some_and(|t| t.contains(name));
    manifests.filter(names).flat_map(|p| run.head.session.classes_in(p).cloned()).collect()
}

/// The classes whose parameters a data file sets, and the role whose data it is.
fn by_data(tree: &Tree, path: &str) -> Vec<EcoString> {
    let text = tree.text(path).ok().flatten().unwrap_or_default();
    let keys = text.lines().filter_map(|l| l.trim_start_matches(['"', '\'', '{', ' ']).split_once(": "));
    let classes = keys.filter_map(|(key, _)| key.trim_end_matches(['"', '\'']).rsplit_once("::"));
    let mut found: Vec<EcoString> = classes.map(|(class, _)| class.trim_start_matches("::").into()).collect();
    let bare = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    if let Some((_, role)) = bare.split_once("/role/") {
        let role = role.strip_prefix("common/").unwrap_or(role);
        found.push(format!("role::{}", role.replace('/', "::")).into());
    }
    found
}

/// Unplaced roles whose manifests name a touched class.
fn bringing(run: &Run<'_>, placed: &BTreeSet<EcoString>, touched: &BTreeSet<EcoString>) -> Vec<EcoString> {
    if touched.is_empty() {
        return Vec::new();
    }
    let tree = run.head.tree();
    let manifests = tree.list("").filter(|p| p.ends_with(".pp") && p.contains("role/"));
    let names_one = |p: &&Arc<str>| {
        let text = tree.text(p).ok().flatten().unwrap_or_default();
        touched.iter().any(|c| includes(&text, c))
    };
    let roles = manifests.filter(names_one).flat_map(|p| run.head.session.classes_in(p).cloned());
    roles.filter(|c| c.starts_with("role::") && !placed.contains(c)).collect()
}

/// Whether a manifest names a class by its whole name.
fn includes(text: &str, class: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':');
    text.match_indices(class).any(|(at, _)| {
        let before = text.get(..at).unwrap_or("").trim_end_matches("::");
        let after = text.get(at + class.len()..).unwrap_or("");
        !before.ends_with(part) && !after.starts_with(|c: char| part(c) && c != ':') && !after.starts_with("::")
    })
}

#[cfg(test)]
mod tests {
    use super::{includes, shipped};

    #[test]
    fn a_class_is_named_whole() {
        for (text, expected) in [
            ("include ::sentry\n", true),
            ("class { '::sentry': }", true),
            ("include sentry::web", false),
            ("include profile::sentry", false),
            ("include sentryx", false),
        ] {
            assert_eq!(includes(text, "sentry"), expected, "{text}");
        }
    }

    #[test]
    fn a_file_is_called_after_its_module() {
        assert_eq!(shipped("modules/x/templates/a/b.erb").map(|(_, n)| n).as_deref(), Some("x/a/b.erb"));
        assert_eq!(shipped("hieradata/common.yaml"), None);
    }
}
