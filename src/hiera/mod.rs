//! Hiera: hiera.yaml of version 3, 4 and 5, lookups and merges, with provenance.
//!
//! Every value knows the file and line it was written on, and every answer lists the files it
//! depends on. Custom Ruby backends are modelled as rows of `rules/knowledge/hiera_backends.toml`.

mod api;
mod call;
mod config;
mod config3;
mod data;
mod datadir;
mod deep;
mod elsewhere;
mod engine;
mod error;
mod files;
mod interpolate;
mod json;
mod key;
mod level;
mod memo;
mod merge;
mod model;
mod options;
mod roles;
mod scalar;
mod shared;
mod sound;
mod stand;
mod template;
pub mod yaml;

use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

pub use api::{BackendAnswer, DeepOptions, HieraScope, Lookup, Merge, Outcome, RegexDecision, ScopeValue};
pub use data::{Data, Hash, Origin, PerHost, Piece, Value};
pub use error::HieraError;
pub use files::{DataFiles, matches_holes as path_fits};
pub use level::{FunctionKind, LevelNote, PathPattern};
pub use memo::Memo;
pub use model::{HieraSettings, Kind, Model, Models};
pub use stand::{Ground, Stand, Trail};

use crate::repo::{Layout, Tree};
use config::Reader;
use elsewhere::Elsewhere;
use engine::Run;
use files::Files;
use key::Key;
use level::Layer;

/// The Hiera of one tree. Lookups may run on any number of threads.
pub struct Hiera {
    files: Files,
    /// hiera.yaml of version 3, which old servers had.
    global: Option<Layer>,
    environment: Option<Layer>,
    modules: FxHashMap<String, Layer>,
    notes: Vec<String>,
    options: OnceLock<OptionsIn>,
    elsewhere: Elsewhere,
    grounds: stand::Grounds,
    shared: shared::Shared,
}

impl Hiera {
    /// Reads the configuration of a tree. Data files are read when a lookup needs them; `shared`
    /// keeps them for other trees.
    pub fn load(
        tree: &Tree,
        layout: &Layout,
        settings: &HieraSettings,
        shared: &Arc<DataFiles>,
    ) -> Result<Self, HieraError> {
        let models = Models::built_in()?;
        let mut hiera = Self {
            files: Files::new(tree.clone(), Arc::clone(shared)),
            global: None,
            environment: None,
            modules: FxHashMap::default(),
            notes: Vec::new(),
            shared: shared::Shared::default(),
            options: OnceLock::new(),
            elsewhere: Elsewhere::new(&settings.unknown),
            grounds: stand::Grounds::default(),
        };
        let reader = |file: &str, is_module| Reader {
            tree,
            models: &models,
            settings,
            file: Arc::from(file),
            root: &layout.root,
            is_module,
        };
        if let Some(file) = &layout.hiera {
            let (layer, version) = layer(&reader(file, false));
            hiera.tell(&layer);
            let slot = if version == Some(3) { &mut hiera.global } else { &mut hiera.environment };
            *slot = Some(layer);
        }
        for (name, folder) in &layout.modules {
            let file = format!("{folder}/hiera.yaml");
            if tree.exists(&file) {
                let (layer, version) = layer(&reader(&file, true));
                if version == Some(3) {
                    hiera.notes.push(format!("{file}: version 3 in a module is ignored, as Puppet does"));
                    continue;
                }
                hiera.modules.insert(name.clone(), layer);
            }
        }
        Ok(hiera)
    }

    /// `lookup(key)`: dots dig, `lookup_options` apply unless a merge is given.
    pub fn lookup(&self, key: &str, scope: &dyn HieraScope, merge: Option<&Merge>) -> Lookup {
        let run = Run::new(self, scope);
        let answer = Key::parse(key).map_err(engine::Stop::Error).and_then(|key| run.top(&key, merge));
        run.finish(answer)
    }

    /// A value with what stands in `%{…}` put in.
    pub fn interpolated(&self, value: &Data, scope: &dyn HieraScope) -> Lookup {
        let run = Run::new(self, scope);
        run.own();
        let answer = run.interpolated(value).map(Some);
        run.finish(answer)
    }

    /// The automatic lookup of a class parameter (`class::parameter`): the key is never split.
    pub fn bind(&self, key: &str, scope: &dyn HieraScope) -> Lookup {
        let run = Run::new(self, scope);
        let answer = run.top(&Key::whole(key), None);
        run.finish(answer)
    }

    /// Whether two data files say the same for the keys that `concerns` takes.
    #[must_use]
    pub fn says_the_same(&self, one: &str, other: &str, concerns: &dyn Fn(&str) -> bool) -> bool {
        let tree = self.files.tree();
        if tree.oid(one) == tree.oid(other) && tree.exists(one) == tree.exists(other) {
            return true;
        }
        let (Some(one), Some(other)) = (self.plain_file(one), self.plain_file(other)) else { return false };
        let entries = |file: &Arc<yaml::DataFile>| {
            let root = file.root.as_hash().cloned().unwrap_or_default();
            root.iter().filter(|(k, _)| k.as_str().is_none_or(concerns)).cloned().collect::<Hash>()
        };
        entries(&one) == entries(&other)
    }

    /// The content of a data file; empty for one that does not exist, `None` for one that can't be read.
    fn plain_file(&self, path: &str) -> Option<Arc<yaml::DataFile>> {
        let slot = self.files.slot(path);
        if !slot.exists {
            let root = Data::new(Value::Hash(Arc::default()));
            return Some(Arc::new(yaml::DataFile { root, refused: None, refused_but_regexp: None, notes: Vec::new() }));
        }
        let format = if path.ends_with(".json") { files::Format::Json } else { files::Format::Yaml };
        self.files.data(&slot, format).ok().filter(|file| file.refused.is_none())
    }

    /// What a reader should know of the configuration, absent data included.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The levels whose data is not part of the repository, with the reason.
    #[must_use]
    pub fn absent(&self) -> Vec<(String, String)> {
        let levels = self.global.iter().chain(&self.environment).flat_map(|layer| &layer.levels);
        levels.filter_map(|level| Some((level.name.clone(), level.absent()?.to_owned()))).collect()
    }

    /// What is done with each level.
    #[must_use]
    pub fn levels(&self) -> Vec<LevelNote> {
        self.global.iter().chain(&self.environment).flat_map(|layer| &layer.levels).map(level::Level::note).collect()
    }

    /// The configuration's own error, if it cannot be used.
    #[must_use]
    pub fn config_error(&self) -> Option<&HieraError> {
        self.global.iter().chain(&self.environment).find_map(|layer| layer.error.as_ref())
    }

    /// Whether there is any hierarchy at all.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        self.global.is_some() || self.environment.is_some() || !self.modules.is_empty()
    }

    /// Whether some files call a key by its last part alone, the rest of it being their path.
    #[must_use]
    pub fn shortens(&self) -> bool {
        let layers = self.global.iter().chain(&self.environment);
        layers.flat_map(|layer| &layer.levels).any(level::Level::shortens)
    }

    /// Patterns of the data files that a scope may read; `None` where it
    /// may be any.
    #[must_use]
    pub fn patterns(&self, scope: &dyn HieraScope) -> Option<Vec<PathPattern>> {
        let layers = self.global.iter().chain(&self.environment).chain(self.modules.values());
        let levels = layers.flat_map(|layer| layer.levels.iter().chain(&layer.defaults));
        let mut out = Vec::new();
        for level in levels.filter(|l| l.absent().is_none()) {
            level.patterns(scope, &mut out)?;
        }
        out.sort();
        out.dedup();
        Some(out)
    }

    /// The variables that paths of the hierarchy are made of, sorted.
    #[must_use]
    pub fn path_variables(&self) -> Vec<String> {
        let mut names = std::collections::BTreeSet::new();
        for level in self.global.iter().chain(&self.environment).flat_map(|layer| &layer.levels) {
            if let level::Places::Paths(paths) | level::Places::Globs(paths) = &level.places {
                names.extend(paths.iter().flat_map(|p| p.variables()).map(|v| v.trim_start_matches("::").to_owned()));
            }
            if let level::Backend::Role { variable } = &level.backend {
                names.insert(variable.clone());
            }
        }
        names.into_iter().collect()
    }

    fn tell(&mut self, layer: &Layer) {
        self.notes.extend(layer.notes.iter().cloned());
        for level in &layer.levels {
            if let Some(why) = level.absent() {
                self.notes.push(format!("{}: level `{}` passed over: {why}", layer.config, level.name));
            }
        }
    }

    fn layers(&self, module: Option<&str>) -> [Option<&Layer>; 3] {
        let module = if self.modules.is_empty() { None } else { module.and_then(|name| self.modules.get(name)) };
        [self.global.as_ref(), self.environment.as_ref(), module]
    }

    fn is_legacy(&self) -> bool {
        self.global.is_some()
    }

    /// Whether `lookup_options` can say anything about keys of a module. Most repositories have
    /// none, and where only modules have them no other key needs to look.
    fn has_options(&self, module: Option<&str>) -> bool {
        let found = self.options.get_or_init(|| self.find_options());
        let of_module = |name: &str| found.modules.contains(name) || self.modules.get(name).is_some_and(Layer::calls);
        found.anywhere || self.environment.as_ref().is_some_and(Layer::calls) || module.is_some_and(of_module)
    }

    /// Whether some data file has `lookup_options`.
    fn has_options_in_data(&self) -> bool {
        let found = self.options.get_or_init(|| self.find_options());
        found.anywhere || !found.modules.is_empty()
    }

    fn find_options(&self) -> OptionsIn {
        let mut found = OptionsIn::default();
        if self.is_legacy() {
            return found;
        }
        let tree = self.files.tree();
        let is_data = |path: &str| path.ends_with("yaml") || path.ends_with(".json");
        let mentions =
            |path: &str| tree.read(path).ok().flatten().is_some_and(|bytes| memmem(&bytes, b"lookup_options"));
        for path in tree.list("").filter(|path| is_data(path) && mentions(path)) {
            match self.module_of(path) {
                Some(name) => _ = found.modules.insert(name.to_owned()),
                None => found.anywhere = true,
            }
        }
        found
    }

    /// The module with a hiera.yaml of its own whose folder a path lies in.
    fn module_of(&self, path: &str) -> Option<&str> {
        let folder = |layer: &Layer| layer.config.strip_suffix("hiera.yaml").map(str::to_owned);
        let inside = |layer: &Layer| folder(layer).is_some_and(|folder| path.starts_with(&folder));
        self.modules.iter().find(|(_, layer)| inside(layer)).map(|(name, _)| name.as_str())
    }

    /// Whether a Ruby expression matches.
    fn matches(&self, pattern: &str, text: &str) -> Result<bool, HieraError> {
        let bad =
            |e| HieraError::new(format!("{pattern}: not a usable regular expression: {e}"), "correct the expression");
        crate::value::regex::is_match(pattern, text).map_err(bad)
    }
}

/// Where `lookup_options` were found.
#[derive(Default)]
struct OptionsIn {
    anywhere: bool,
    modules: FxHashSet<String>,
}

fn memmem(haystack: &[u8], needle: &[u8]) -> bool {
    let Some(first) = needle.first() else { return true };
    let mut rest = haystack;
    while let Some(at) = rest.iter().position(|b| b == first) {
        rest = rest.get(at..).unwrap_or_default();
        if rest.starts_with(needle) {
            return true;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

/// Reads one hiera.yaml; a broken one is a layer whose lookups all fail.
fn layer(reader: &Reader<'_>) -> (Layer, Option<i64>) {
    let outcome = read_config(reader);
    outcome.unwrap_or_else(|error| {
        let layer = Layer {
            config: Arc::clone(&reader.file),
            levels: Vec::new(),
            defaults: Vec::new(),
            error: Some(error),
            notes: Vec::new(),
        };
        (layer, None)
    })
}

/// One of these is in any configuration of version 3 that is meant to be used.
const BACKENDS: &[&str] = &["backends", "yaml", "json", "eyaml", "hierarchy"];

fn read_config(reader: &Reader<'_>) -> Result<(Layer, Option<i64>), HieraError> {
    let bytes = reader.tree.read(&reader.file).map_err(|e| reader.fail(1, e.to_string(), "fetch the file"))?;
    let file = yaml::load(&reader.file, bytes.as_deref().unwrap_or_default())
        .map_err(|error| HieraError { message: format!("({}): {}", reader.file, error.message), ..error })?;
    let empty = Hash::default();
    let config = file.root.as_hash().unwrap_or(&empty);
    let version = config::version(config);
    let layer = match version {
        Some(5) => reader.version5(config)?,
        Some(4) => reader.version4(config)?,
        Some(3) if !BACKENDS.iter().any(|name| config.get(name).is_some()) => {
            let note = format!("{}: version 3 without a backend is ignored, as Puppet does", reader.file);
            let (config, notes) = (Arc::clone(&reader.file), vec![note]);
            return Ok((Layer { config, levels: Vec::new(), defaults: Vec::new(), error: None, notes }, None));
        }
        Some(3) => {
            reader.check3(config)?;
            reader.version3(config)
        }
        other => return Err(config3::unsupported(reader, other)),
    };
    Ok((layer, version))
}
