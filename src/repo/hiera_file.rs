//! Which hiera.yaml a repository uses.
//!
//! Control repositories have it at their root. Older ones ship it to the server as a file of a
//! module, often one per realm: then the production one is taken, and said so.

use super::layout::join;
use super::tree::Tree;

/// Words that mark a configuration for something other than production.
const ELSEWHERE: &[&str] =
    &["lab", "test", "dev", "spec", "fixture", "example", "staging", "pontoon", "vagrant", "cloud", "rake", "wmcs"];

/// Finds it.
pub(crate) fn find(
    tree: &Tree,
    root: &str,
    told: Option<&str>,
    modulepath: &[String],
    notes: &mut Vec<String>,
) -> Option<String> {
    if let Some(path) = told {
        if !tree.exists(path) {
            notes.push(format!("{path}: named in holdpoint.toml as hiera.yaml, and not there"));
        }
        return Some(path.to_owned());
    }
    for path in [join(root, "hiera.yaml"), "hiera.yaml".to_owned(), join(root, "hiera/hiera.yaml")] {
        if tree.exists(&path) {
            return Some(path);
        }
    }
    let mut shipped: Vec<&str> = modulepath.iter().flat_map(|home| shipped(tree, home)).collect();
    shipped.sort_by_key(|path| (penalty(path), path.len(), *path));
    let picked = shipped.first()?;
    notes.push(match shipped.len() {
        1 => format!("hiera.yaml: {picked}"),
        count => {
            format!("hiera.yaml: {picked}, of {count} that modules ship; [repo] hiera in holdpoint.toml names another")
        }
    });
    Some((*picked).to_owned())
}

/// Files of modules that are a Hiera configuration.
fn shipped<'t>(tree: &'t Tree, home: &str) -> Vec<&'t str> {
    let is_named = |path: &&str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let in_folder = path.contains("/files/hiera/") || path.contains("/hiera/");
        path.contains("/files/") && name.ends_with(".yaml") && (name.contains("hiera") || in_folder)
    };
    tree.list(home).map(|p| &**p).filter(is_named).filter(|path| is_configuration(tree, path)).collect()
}

fn is_configuration(tree: &Tree, path: &str) -> bool {
    let Ok(Some(text)) = tree.text(path) else { return false };
    text.lines().any(|line| line.starts_with(":hierarchy:") || line.starts_with("hierarchy:"))
}

fn penalty(path: &str) -> u8 {
    let tail = path.split("/files/").nth(1).unwrap_or(path);
    let elsewhere = ELSEWHERE.iter().any(|word| tail.contains(word));
    u8::from(elsewhere) * 2 + u8::from(!tail.contains("production"))
}
