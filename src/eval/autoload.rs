//! Which files may define a name: Puppet's autoload rules over the module path.

use crate::repo::Tree;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Where manifests and modules lie in a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The main manifest, or the folder of main manifests.
    pub manifest: Arc<str>,
    /// Folders that hold modules, best first.
    pub module_paths: Vec<Arc<str>>,
}

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

impl Layout {
    /// Reads `environment.conf`, else looks for the customary folders.
    #[must_use]
    pub fn detect(tree: &Tree) -> Self {
        let root = ["", "environments/production/"].into_iter().find(|r| has_layout(tree, r)).unwrap_or("");
        let conf = tree.text(&format!("{root}environment.conf")).ok().flatten();
        let setting = |name: &str| conf.as_deref().and_then(|text| conf_value(text, name));
        let manifest = setting("manifest").map_or_else(|| format!("{root}manifests"), |m| format!("{root}{m}"));
        let paths = setting("modulepath").unwrap_or("modules:vendor_modules:core_modules:site-modules:site:thirdparty");
        let module_paths = paths.split(':').filter(|p| !p.starts_with(['$', '/']) && !p.is_empty());
        let mut module_paths: Vec<Arc<str>> = module_paths.map(|p| format!("{root}{p}").into()).collect();
        module_paths.retain(|p| tree.is_dir(p));
        Self { manifest: manifest.into(), module_paths }
    }
}

fn has_layout(tree: &Tree, root: &str) -> bool {
    tree.exists(&format!("{root}environment.conf")) || tree.is_dir(&format!("{root}manifests"))
}

fn conf_value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == name).then(|| value.trim())
    })
}

impl Modules {
    pub(crate) fn index(tree: &Tree, layout: &Layout) -> Self {
        let mut modules = Self::default();
        for base in &layout.module_paths {
            for name in tree.children(base) {
                let folder: Arc<str> = format!("{base}/{name}").into();
                modules.folders.entry(name.into()).or_insert_with(|| folder.clone());
                modules.index_ruby(tree, &folder);
            }
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

    /// The file that may define a function (`functions`) or type alias (`types`).
    pub(crate) fn file_of(&self, sort: &str, name: &str) -> Option<String> {
        let (module, rest) = name.split_once("::")?;
        let folder = self.folders.get(module)?;
        Some(format!("{folder}/{sort}/{}.pp", rest.replace("::", "/")))
    }
}
