//! How a Puppet repository is laid out: manifests, module path, global folders, hiera.yaml.
//!
//! What is configured wins; the rest is found from what is there. Choices that a reader could
//! doubt are told as notes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::tree::{Tree, normal};

/// What the user said about the layout.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LayoutSettings {
    /// Folders of modules, in order.
    pub modulepath: Option<Vec<String>>,
    /// Site manifests or folders of them.
    pub manifests: Option<Vec<String>>,
    /// The hiera.yaml in use.
    pub hiera: Option<String>,
    /// The folder below `environments/` to look at.
    pub environment: Option<String>,
    /// Whether the older dialect is accepted.
    pub legacy: Option<bool>,
}

/// Where things are in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The root of the environment: empty, or `environments/NAME`.
    pub root: String,
    /// Its name.
    pub environment: String,
    /// Site manifests in the order of evaluation.
    pub manifests: Vec<Arc<str>>,
    /// Folders of modules, in order of precedence.
    pub modulepath: Vec<String>,
    /// Folders that hold modules but are not on the module path (`modules-staging`).
    pub staging: Vec<String>,
    /// Module name -> its folder; the first on the module path wins.
    pub modules: BTreeMap<String, String>,
    /// The global templates folder of the old days.
    pub templates: Option<String>,
    /// The global files folder of the old days.
    pub files: Option<String>,
    /// The hiera.yaml in use.
    pub hiera: Option<String>,
    /// Whether it was written for Puppet 3 or older.
    pub is_legacy: bool,
    /// Choices worth telling.
    pub notes: Vec<String>,
}

/// Why a tree is not a Puppet repository.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// There is no manifest at all.
    #[error("{label}: no Puppet manifest (*.pp) in it")]
    NotPuppet {
        /// The revision or folder.
        label: String,
    },
    /// The environment asked for is not there.
    #[error("{label}: there is no environments/{environment}")]
    NoEnvironment {
        /// The revision or folder.
        label: String,
        /// The name asked for.
        environment: String,
    },
}

impl LayoutError {
    /// What the user can do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotPuppet { .. } => "point --repo at the root of a Puppet repository",
            Self::NoEnvironment { .. } => "check [repo] environment in holdpoint.toml",
        }
    }
}

impl Layout {
    /// Finds out how a tree is laid out.
    pub fn discover(tree: &Tree, settings: &LayoutSettings) -> Result<Self, LayoutError> {
        if !tree.list("").any(|path| path.ends_with(".pp")) {
            return Err(LayoutError::NotPuppet { label: tree.label().into() });
        }
        let (root, environment) = environment(tree, settings)?;
        let mut notes = Vec::new();
        let conf = environment_conf(tree, &join(&root, "environment.conf"));
        let homes = module_homes(tree, &root);
        let modulepath = modulepath(tree, &root, settings, conf.get("modulepath"), &homes, &mut notes);
        let staging: BTreeSet<&String> = homes.iter().filter(|h| !modulepath.contains(h) && is_staging(h)).collect();
        let templates = Some(join(&root, "templates")).filter(|d| tree.is_dir(d));
        let site = join(&root, "manifests/site.pp");
        let imports = has_import(tree, &site);
        let is_legacy = settings.legacy.unwrap_or(imports || (templates.is_some() && conf.is_empty()));
        Ok(Self {
            manifests: manifests(tree, &root, settings, conf.get("manifest"), imports),
            modules: modules(tree, &modulepath),
            files: Some(join(&root, "files")).filter(|d| tree.is_dir(d)),
            hiera: super::hiera_file::find(tree, &root, settings.hiera.as_deref(), &modulepath, &mut notes),
            staging: staging.into_iter().cloned().collect(),
            root,
            environment,
            modulepath,
            templates,
            is_legacy,
            notes,
        })
    }
}

pub(crate) fn join(base: &str, rest: &str) -> String {
    if base.is_empty() { rest.to_owned() } else { format!("{base}/{rest}") }
}

/// `environments/production` where environments hold the code, else the root.
fn environment(tree: &Tree, settings: &LayoutSettings) -> Result<(String, String), LayoutError> {
    let holds_code = |name: &str| {
        ["manifests", "modules", "site", "site-modules"]
            .iter()
            .any(|d| tree.is_dir(&format!("environments/{name}/{d}")))
    };
    if let Some(name) = &settings.environment {
        if tree.is_dir(&format!("environments/{name}")) {
            return Ok((format!("environments/{name}"), name.clone()));
        }
        return Err(LayoutError::NoEnvironment { label: tree.label().into(), environment: name.clone() });
    }
    let names: Vec<&str> = tree.children("environments").into_iter().filter(|n| holds_code(n)).collect();
    let usual = ["production", "prod", "main", "master"];
    let picked = usual.iter().find(|n| names.contains(n)).copied().or_else(|| names.first().copied());
    Ok(match picked {
        Some(name) if !tree.is_dir("manifests") => (format!("environments/{name}"), name.to_owned()),
        _ => (String::new(), "production".into()),
    })
}

/// `key = value` lines.
fn environment_conf(tree: &Tree, path: &str) -> BTreeMap<String, String> {
    let Ok(Some(text)) = tree.text(path) else { return BTreeMap::new() };
    let pairs = text.lines().map(str::trim).filter(|l| !l.starts_with(['#', '['])).filter_map(|l| l.split_once('='));
    pairs.map(|(k, v)| (k.trim().to_owned(), v.trim().trim_matches(['"', '\'']).to_owned())).collect()
}

/// Folders that hold modules: `H` for every `H/NAME/manifests/*.pp` that is not inside a module.
fn module_homes(tree: &Tree, root: &str) -> Vec<String> {
    let mut homes: BTreeMap<String, usize> = BTreeMap::new();
    for path in tree.list(root).filter(|path| path.ends_with(".pp")) {
        let Some((module, _)) = path.split_once("/manifests/") else { continue };
        let Some((home, _)) = module.rsplit_once('/') else { continue };
        if !home
            .split('/')
            .any(|part| matches!(part, "spec" | "fixtures" | "examples" | "tests" | "test" | "acceptance"))
        {
            *homes.entry(home.to_owned()).or_default() += 1;
        }
    }
    let usual = join(root, "modules");
    if tree.is_dir(&usual) {
        // Its modules may have functions and types alone.
        homes.entry(usual).or_default();
    }
    let known: Vec<String> = homes.into_keys().collect();
    let is_outer = |home: &String| !known.iter().any(|outer| inside_module(tree, home, outer));
    known.iter().filter(|home| is_outer(home)).cloned().collect()
}

fn inside_module(tree: &Tree, home: &str, outer: &str) -> bool {
    let Some(rest) = home.strip_prefix(outer).and_then(|r| r.strip_prefix('/')) else { return false };
    let name = rest.split('/').next().unwrap_or(rest);
    tree.is_dir(&format!("{outer}/{name}/manifests"))
}

fn is_staging(home: &str) -> bool {
    let name = home.rsplit('/').next().unwrap_or(home);
    name.contains("staging") || name.contains("disabled") || name.contains("attic")
}

/// The usual order of precedence when nothing is configured.
const USUAL: &[&str] =
    &["private/modules", "site", "site-modules", "dist", "modules", "vendor_modules", "core_modules"];

fn modulepath(
    tree: &Tree,
    root: &str,
    settings: &LayoutSettings,
    conf: Option<&String>,
    homes: &[String],
    notes: &mut Vec<String>,
) -> Vec<String> {
    if let Some(told) = &settings.modulepath {
        return told.iter().map(|p| normal(p)).collect();
    }
    let Some(conf) = conf else {
        let mut found: Vec<String> = homes.iter().filter(|h| !is_staging(h)).cloned().collect();
        let rank = |home: &String| {
            let name = home.strip_prefix(root).unwrap_or(home).trim_start_matches('/');
            USUAL.iter().position(|u| *u == name).unwrap_or(USUAL.len())
        };
        found.sort_by(|a, b| rank(a).cmp(&rank(b)).then(a.cmp(b)));
        return found;
    };
    let mut out = Vec::new();
    for part in conf.split(':').map(str::trim).filter(|p| !p.is_empty()) {
        if part.starts_with(['/', '$']) {
            if part != "$basemodulepath" {
                notes.push(format!("environment.conf: {part} on the module path is not part of the repository"));
            }
        } else {
            out.push(normal(&join(root, part)));
        }
    }
    if conf.contains("$basemodulepath") && !root.is_empty() && tree.is_dir("modules") {
        out.push("modules".into());
    }
    out
}

fn modules(tree: &Tree, modulepath: &[String]) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for home in modulepath {
        for name in tree.children(home) {
            let folder = format!("{home}/{name}");
            let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'));
            if is_name && tree.is_dir(&folder) {
                out.entry(name.to_owned()).or_insert(folder);
            }
        }
    }
    out
}

fn manifests(
    tree: &Tree,
    root: &str,
    settings: &LayoutSettings,
    conf: Option<&String>,
    imports: bool,
) -> Vec<Arc<str>> {
    if let Some(told) = &settings.manifests {
        return told.iter().flat_map(|path| manifest(tree, &normal(path))).collect();
    }
    if let Some(path) = conf.filter(|p| !p.starts_with(['/', '$'])) {
        return manifest(tree, &normal(&join(root, path)));
    }
    let site = join(root, "manifests/site.pp");
    if imports {
        return manifest(tree, &site);
    }
    let all = manifest(tree, &join(root, "manifests"));
    if all.is_empty() { manifest(tree, &join(root, "site.pp")) } else { all }
}

/// A manifest, or every manifest below a folder.
fn manifest(tree: &Tree, path: &str) -> Vec<Arc<str>> {
    if tree.exists(path) {
        return vec![Arc::from(path)];
    }
    let mut all: Vec<Arc<str>> = tree.list(path).filter(|p| p.ends_with(".pp")).cloned().collect();
    all.sort();
    all
}

/// Whether a site manifest pulls in others the old way.
fn has_import(tree: &Tree, site: &str) -> bool {
    let Ok(Some(text)) = tree.text(site) else { return false };
    text.lines()
        .any(|line| line.trim_start().strip_prefix("import").is_some_and(|r| r.trim_start().starts_with(['"', '\''])))
}
