//! Which files may define a name: Puppet's autoload rules over the module path.

use crate::repo::{Layout, Tree};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// The module folders of a revision.
#[derive(Debug, Default)]
pub(crate) struct Modules {
    /// Module name to its folder.
    folders: FxHashMap<Box<str>, Arc<str>>,
    /// Facts defined by modules (`Facter.add`), by file name.
    pub(crate) facts: FxHashSet<Box<str>>,
    /// Native types defined by modules.
    pub(crate) types: FxHashMap<Box<str>, Arc<str>>,
    /// Functions written in Ruby, by name.
    pub(crate) ruby_functions: FxHashMap<Box<str>, Arc<str>>,
}

impl Modules {
    pub(crate) fn index(tree: &Tree, layout: &Layout) -> Self {
        let mut modules = Self::default();
        for (name, folder) in &layout.modules {
            modules.folders.insert(name.as_str().into(), folder.as_str().into());
            modules.index_ruby(tree, folder);
        }
        modules
    }

    fn index_ruby(&mut self, tree: &Tree, folder: &str) {
        for path in tree.list(&format!("{folder}/lib")) {
            let Some(rest) = path.get(folder.len() + 5..).and_then(|p| p.strip_suffix(".rb")) else { continue };
            if let Some(name) = rest.strip_prefix("puppet/type/").filter(|n| !n.contains('/')) {
                self.types.entry(name.into()).or_insert_with(|| path.clone());
            } else if let Some(name) = rest.strip_prefix("puppet/parser/functions/") {
                let name = name.rsplit('/').next().unwrap_or(name);
                self.ruby_functions.entry(name.into()).or_insert_with(|| path.clone());
            } else if let Some(name) = rest.strip_prefix("puppet/functions/") {
                self.ruby_functions.entry(name.replace('/', "::").into()).or_insert_with(|| path.clone());
            } else if let Some(name) = rest.strip_prefix("facter/") {
                self.facts.insert(name.into());
            }
        }
    }

    /// The folder of a module.
    pub(crate) fn folder(&self, module: &str) -> Option<&Arc<str>> {
        self.folders.get(module)
    }

    /// Files that may define a class or defined type, most specific first.
    pub(crate) fn manifests(&self, name: &str) -> Vec<String> {
        let (module, rest) = name.split_once("::").unwrap_or((name, ""));
        let Some(folder) = self.folders.get(module) else { return Vec::new() };
        let mut out = Vec::new();
        let mut rest = rest.replace("::", "/");
        while !rest.is_empty() {
            out.push(format!("{folder}/manifests/{rest}.pp"));
            rest.truncate(rest.rfind('/').unwrap_or(0));
        }
        out.push(format!("{folder}/manifests/init.pp"));
        out
    }

    /// The file that may define a function (`functions`) or type alias (`types`). A name without a module is
    /// the environment's own.
    pub(crate) fn file_of(&self, sort: &str, name: &str) -> Option<String> {
        let Some((module, rest)) = name.split_once("::") else { return Some(format!("{sort}/{name}.pp")) };
        if module == "environment" {
            return Some(format!("{sort}/{}.pp", rest.replace("::", "/")));
        }
        let folder = self.folders.get(module)?;
        Some(format!("{folder}/{sort}/{}.pp", rest.replace("::", "/")))
    }
}
