//! hiera.yaml of version 5 and 4 -> levels, with the checks that Puppet makes.

use std::sync::Arc;

use super::data::{Data, Hash, Value};
use super::datadir::{self, Place};
use super::error::HieraError;
use super::files::Format;
use super::key::Key;
use super::level::{Backend, Function, FunctionKind, Layer, Level, Places};
use super::model::{HieraSettings, Kind, Model, Models};
use super::template::Template;
use crate::repo::Tree;

const FUNCTIONS: &[&str] = &["data_hash", "lookup_key", "data_dig", "hiera3_backend"];
const LOCATIONS: &[&str] = &["path", "paths", "glob", "globs", "uri", "uris", "mapped_paths"];

/// What a configuration is read with.
pub(crate) struct Reader<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) models: &'a Models,
    pub(crate) settings: &'a HieraSettings,
    /// The configuration file.
    pub(crate) file: Arc<str>,
    /// The root of the environment in the tree.
    pub(crate) root: &'a str,
    /// Whether it belongs to a module.
    pub(crate) is_module: bool,
}

type Checked<T> = Result<T, HieraError>;

impl Reader<'_> {
    pub(crate) fn fail(&self, line: u32, message: impl Into<String>, help: &str) -> HieraError {
        HieraError::new(message, help).at(&self.file, line)
    }

    /// A value of the wrong type.
    fn mistyped(&self, line: u32, what: &str, help: &str) -> HieraError {
        self.fail(line, format!("The Lookup Configuration at '{}' has wrong type, {what}", self.file), help)
    }

    fn base(&self) -> &str {
        self.file.rsplit_once('/').map_or("", |(dir, _)| dir)
    }

    /// Where a datadir lies.
    pub(crate) fn datadir(&self, written: &str) -> Place {
        datadir::locate(written, self.base(), self.root, self.tree, self.settings)
    }

    /// The row for a function, the user's first.
    fn function(&self, name: &str) -> Option<&Model> {
        self.settings.models.function(name).or_else(|| self.models.function(name))
    }

    /// Reads version 5.
    pub(crate) fn version5(&self, config: &Hash) -> Checked<Layer> {
        if let Some(version) = config.get("version").filter(|d| !matches!(d.value, Value::Int(_))) {
            let what = format!("entry 'version' expects an Integer value, got {}", version.type_name());
            return Err(self.mistyped(line(version), &what, "write 5"));
        }
        let known = ["version", "defaults", "hierarchy", "plan_hierarchy", "default_hierarchy"];
        self.known_keys(config, &known, "hiera.yaml")?;
        let none = Hash::default();
        let defaults = self.hash(config, "defaults")?.unwrap_or(&none);
        self.known_keys(defaults, &["data_hash", "lookup_key", "data_dig", "datadir", "options"], "defaults")?;
        if FUNCTIONS.iter().filter(|f| defaults.get(f).is_some()).count() > 1 {
            return Err(self.fail(
                1,
                "Only one of data_hash, lookup_key, data_dig, or hiera3_backend can be defined in defaults",
                "keep one",
            ));
        }
        let builtin;
        let defaults = if config.get("defaults").is_none_or(is_nothing) {
            builtin = [("datadir", "data"), ("data_hash", "yaml_data")]
                .map(|(k, v)| (Data::str(k), Data::str(v)))
                .into_iter()
                .collect();
            &builtin
        } else {
            defaults
        };
        let levels = match config.get("hierarchy").filter(|d| !is_nothing(d)) {
            None => vec![self.common(defaults)?],
            Some(list) => self.hierarchy(list, defaults)?,
        };
        let fallback = match config.entry("default_hierarchy") {
            Some((key, _)) if !self.is_module => {
                return Err(self.fail(
                    line(key),
                    "'default_hierarchy' is only allowed in the module layer",
                    "move it to a module's hiera.yaml",
                ));
            }
            Some((_, list)) => self.hierarchy(list, defaults)?,
            None => Vec::new(),
        };
        Ok(Layer { config: Arc::clone(&self.file), levels, defaults: fallback, error: None, notes: Vec::new() })
    }

    fn common(&self, defaults: &Hash) -> Checked<Level> {
        let entry: Hash = [("name", "Common"), ("path", "common.yaml")]
            .map(|(k, v)| (Data::str(k), Data::str(v)))
            .into_iter()
            .collect();
        self.level(&entry, defaults, 1)
    }

    fn hierarchy(&self, list: &Data, defaults: &Hash) -> Checked<Vec<Level>> {
        let Some(items) = list.as_array() else {
            return Err(self.mistyped(line(list), "entry 'hierarchy' expects an Array value", "make it a list"));
        };
        let mut levels: Vec<Level> = Vec::new();
        let mut lines: Vec<u32> = Vec::new();
        for item in items {
            let Some(entry) = item.as_hash() else {
                return Err(self.mistyped(
                    line(item),
                    "a hierarchy entry expects a Struct value",
                    "give it a name and a path",
                ));
            };
            let at = entry.entry("name").map_or(line(item), |(key, _)| line(key));
            let level = self.level(entry, defaults, at)?;
            if let Some(first) = levels.iter().position(|l| l.name == level.name) {
                let first = lines.get(first).copied().unwrap_or(1);
                let message =
                    format!("Hierarchy name '{}' defined more than once. First defined at (line: {first})", level.name);
                return Err(self.fail(at, message, "rename one of them"));
            }
            levels.push(level);
            lines.push(at);
        }
        Ok(levels)
    }

    fn level(&self, entry: &Hash, defaults: &Hash, at: u32) -> Checked<Level> {
        let known: Vec<&str> =
            FUNCTIONS.iter().chain(LOCATIONS).copied().chain(["name", "options", "datadir"]).collect();
        self.known_keys(entry, &known, "a hierarchy entry")?;
        let name = self
            .text(entry, "name")?
            .ok_or_else(|| self.mistyped(at, "a hierarchy entry expects a value for key 'name'", "name it"))?;
        let (kind, function) = self.provider(entry, defaults, name, at)?;
        if LOCATIONS.iter().filter(|key| entry.get(key).is_some()).count() > 1 {
            let message = format!(
                "Only one of path, paths, glob, globs, uri, uris, or mapped_paths can be defined in hierarchy '{name}'"
            );
            return Err(self.fail(at, message, "keep one"));
        }
        let options = self.options(entry, defaults, name, at)?;
        let written = self.text(entry, "datadir")?.or(self.text(defaults, "datadir")?).unwrap_or("data");
        let place = if self.settings.absent.iter().any(|n| n == name) {
            Place::Absent("said to be absent in holdpoint.toml".into())
        } else {
            self.datadir(written)
        };
        let needs_dir = ["path", "paths", "glob", "globs", "mapped_paths"].iter().any(|k| entry.get(k).is_some());
        let (backend, places) = match place {
            Place::Absent(why) if needs_dir => (Backend::Absent { why }, Places::Nowhere),
            place => {
                let dir = match place {
                    Place::Tree(dir) => dir,
                    Place::Absent(_) => String::new(),
                };
                (self.backend(kind, function, options, at)?, self.places(entry, &dir)?)
            }
        };
        if uses_methods(&backend, &places) {
            return Err(self.fail(at, Template::no_methods().message, "use variables only in paths and options"));
        }
        let backend = self.refused(entry, defaults, function).unwrap_or(backend);
        Ok(Level { name: name.into(), backend, places })
    }

    /// Puppet's own functions take a path and nothing else.
    fn refused(&self, entry: &Hash, defaults: &Hash, function: &str) -> Option<Backend> {
        let has_path = ["path", "paths", "glob", "globs", "mapped_paths"].iter().any(|key| entry.get(key).is_some());
        let options = entry.get("options").or(defaults.get("options")).and_then(Data::as_hash);
        let is_right = has_path && options.is_none_or(|options| options.iter().next().is_none());
        if is_right || !matches!(function, "yaml_data" | "json_data") {
            return None;
        }
        let message = format!(
            "'{function}' one of 'path', 'paths' 'glob', 'globs' or 'mapped_paths' must be declared in hiera.yaml when using this data_hash function"
        );
        Some(Backend::Refused { error: HieraError::new(message, "give a path, and no options") })
    }

    fn provider<'h>(
        &self,
        entry: &'h Hash,
        defaults: &'h Hash,
        name: &str,
        at: u32,
    ) -> Checked<(&'static str, &'h str)> {
        let mut own = FUNCTIONS.iter().filter(|f| entry.get(f).is_some());
        let (found, table) = match (own.next(), own.next()) {
            (Some(_), Some(_)) => {
                let message = format!(
                    "Only one of data_hash, lookup_key, data_dig, or hiera3_backend can be defined in hierarchy '{name}'"
                );
                return Err(self.fail(at, message, "keep one"));
            }
            (Some(kind), None) => (Some(kind), entry),
            (None, _) => (FUNCTIONS.iter().find(|f| defaults.get(f).is_some()), defaults),
        };
        let Some(kind) = found else {
            let message = format!(
                "One of data_hash, lookup_key, data_dig, or hiera3_backend must be defined in hierarchy '{name}'"
            );
            return Err(self.fail(at, message, "add data_hash: yaml_data to it or to defaults"));
        };
        let function = self.text(table, kind)?.unwrap_or_default();
        if *kind == "hiera3_backend" && (self.is_module || matches!(function, "yaml" | "json")) {
            let at = table.entry(kind).map_or(at, |(key, _)| line(key));
            let message = "'hiera3_backend' is only allowed in the global layer";
            return Err(self.fail(at, message, "use a data_hash function"));
        }
        Ok((kind, function))
    }

    fn options(&self, entry: &Hash, defaults: &Hash, name: &str, at: u32) -> Checked<Vec<(String, Template, Data)>> {
        let of_entry = self.hash(entry, "options")?;
        let Some(options) = of_entry.or(self.hash(defaults, "options")?) else { return Ok(Vec::new()) };
        let user = if of_entry.is_some() { format!("hierarchy '{name}'") } else { "defaults".into() };
        let mut out = Vec::new();
        for (key, value) in options.iter() {
            let key = key.as_str().unwrap_or_default();
            if matches!(key, "path" | "uri") {
                let message = format!("Option key '{key}' used in {user} is reserved by Puppet");
                return Err(self.fail(at, message, "rename the option"));
            }
            if !is_option_name(key) {
                let what = format!("entry 'options' key of entry '{key}' expects a match for Pattern");
                return Err(self.mistyped(at, &what, "name it with letters, digits, `_` and `-`"));
            }
            out.push((key.to_owned(), Template::parse(value.as_str().unwrap_or_default()), value.clone()));
        }
        Ok(out)
    }

    fn backend(&self, kind: &str, function: &str, options: Vec<(String, Template, Data)>, at: u32) -> Checked<Backend> {
        let Some(model) = self.function(function) else {
            return Ok(match (kind, function) {
                ("hiera3_backend", name) => {
                    Backend::Unknown { why: format!("the Hiera 3 backend `{name}` is not known") }
                }
                (_, "hocon_data") => Backend::Unknown { why: "HOCON data is not read".into() },
                (kind, name) => {
                    let kind = match kind {
                        "data_hash" => FunctionKind::DataHash,
                        "data_dig" => FunctionKind::DataDig,
                        _ => FunctionKind::LookupKey,
                    };
                    Backend::Function(Function { name: name.into(), kind, options })
                }
            });
        };
        Ok(match model.kind {
            Kind::Yaml => Backend::File { format: Format::Yaml, encrypted: false },
            Kind::Json => Backend::File { format: Format::Json, encrypted: false },
            Kind::Eyaml => Backend::File { format: Format::Yaml, encrypted: true },
            Kind::ExpandPath => Backend::ExpandPath { keys: model.keys },
            Kind::Absent => {
                Backend::Absent { why: format!("`{function}` reads data that is not part of the repository") }
            }
            Kind::RegexData => {
                let wanted = model.match_option.as_deref().unwrap_or("node");
                let subject = options.into_iter().find(|(name, _, _)| name == wanted).map(|(_, template, _)| template);
                let missing = || self.fail(at, format!("the option '{wanted}' is missing"), "give the text to match");
                Backend::Regex { key: regex_key(model), subject: subject.ok_or_else(missing)? }
            }
            Kind::Role | Kind::Namespaced | Kind::Nothing => {
                Backend::Unknown { why: format!("`{function}` belongs to Hiera 3") }
            }
        })
    }

    fn places(&self, entry: &Hash, dir: &str) -> Checked<Places> {
        let in_dir = |texts: Vec<&str>| texts.into_iter().map(|t| self.path(dir, t)).collect();
        if let Some(path) = self.text(entry, "path")? {
            return Ok(Places::Paths(in_dir(vec![path])));
        }
        if let Some(paths) = self.texts(entry, "paths")? {
            return Ok(Places::Paths(in_dir(paths)));
        }
        if let Some(glob) = self.text(entry, "glob")? {
            return Ok(Places::Globs(in_dir(vec![glob])));
        }
        if let Some(globs) = self.texts(entry, "globs")? {
            return Ok(Places::Globs(in_dir(globs)));
        }
        match self.texts(entry, "mapped_paths")?.as_deref() {
            None => Ok(Places::Nowhere),
            Some([variable, local, path]) => Ok(Places::Mapped {
                variable: Key::parse(variable)?,
                local: (*local).into(),
                path: self.path(dir, path),
            }),
            Some(_) => Err(self.mistyped(1, "mapped_paths expects size to be 3", "give a variable, a name and a path")),
        }
    }

    /// A path below a data directory; an absolute one replaces it.
    pub(crate) fn path(&self, dir: &str, written: &str) -> Template {
        if written.starts_with('/') {
            let (folder, name) = written.rsplit_once('/').unwrap_or(("", written));
            if let Place::Tree(folder) = self.datadir(folder) {
                return Template::parse(&datadir::join(&folder, name));
            }
            return Template::parse("../outside");
        }
        // Not tidied: what stands in for a variable may be empty.
        Template::parse(&if dir.is_empty() { written.to_owned() } else { format!("{dir}/{written}") })
    }

    fn known_keys(&self, hash: &Hash, known: &[&str], what: &str) -> Checked<()> {
        let unknown = hash.iter().find(|(key, _)| !key.as_str().is_some_and(|k| known.contains(&k)));
        unknown.map_or(Ok(()), |(key, _)| {
            let name = key.as_str().unwrap_or("?");
            Err(self.mistyped(
                line(key),
                &format!("{what}: unrecognized key '{name}'"),
                "remove the key or correct its spelling",
            ))
        })
    }

    fn hash<'h>(&self, table: &'h Hash, key: &str) -> Checked<Option<&'h Hash>> {
        match table.get(key) {
            None => Ok(None),
            Some(data) if key == "defaults" && is_nothing(data) => Ok(None),
            Some(data) => data.as_hash().map(Some).ok_or_else(|| {
                self.mistyped(line(data), &format!("entry '{key}' expects a Hash value"), "make it a hash")
            }),
        }
    }

    fn text<'h>(&self, table: &'h Hash, key: &str) -> Checked<Option<&'h str>> {
        match table.get(key) {
            None => Ok(None),
            Some(data) => data.as_str().filter(|s| !s.is_empty()).map(Some).ok_or_else(|| {
                self.mistyped(
                    line(data),
                    &format!("entry '{key}' expects a String[1] value, got {}", data.type_name()),
                    "make it a string",
                )
            }),
        }
    }

    fn texts<'h>(&self, table: &'h Hash, key: &str) -> Checked<Option<Vec<&'h str>>> {
        let Some(data) = table.get(key) else { return Ok(None) };
        let list: Option<Vec<&str>> = data.as_array().and_then(|items| items.iter().map(Data::as_str).collect());
        let list = list.filter(|l| !l.is_empty() && l.iter().all(|s| !s.is_empty()));
        list.map(Some).ok_or_else(|| {
            self.mistyped(
                line(data),
                &format!("entry '{key}' expects an Array of strings"),
                "make it a list of strings",
            )
        })
    }

    /// Reads version 4.
    pub(crate) fn version4(&self, config: &Hash) -> Checked<Layer> {
        self.known_keys(config, &["version", "datadir", "hierarchy"], "hiera.yaml")?;
        let default = self.text(config, "datadir")?.unwrap_or("data");
        let mut levels = Vec::new();
        for item in config.get("hierarchy").and_then(Data::as_array).unwrap_or_default() {
            let Some(entry) = item.as_hash() else { continue };
            self.known_keys(entry, &["backend", "name", "datadir", "path", "paths"], "a hierarchy entry")?;
            let name = self.text(entry, "name")?.unwrap_or_default();
            let backend = self.text(entry, "backend")?.unwrap_or_default();
            let format = match backend {
                "yaml" => Format::Yaml,
                "json" => Format::Json,
                other => {
                    return Err(self.fail(
                        line(item),
                        format!("No data provider is registered for backend '{other}'"),
                        "use yaml or json",
                    ));
                }
            };
            let paths = match self.texts(entry, "paths")? {
                Some(paths) => paths,
                None => vec![self.text(entry, "path")?.unwrap_or(name)],
            };
            let dir = match self.datadir(self.text(entry, "datadir")?.unwrap_or(default)) {
                Place::Tree(dir) => dir,
                Place::Absent(_) => continue,
            };
            let places = paths.into_iter().map(|p| self.path(&dir, &with_extension(p, backend))).collect();
            levels.push(Level {
                name: name.into(),
                backend: Backend::File { format, encrypted: false },
                places: Places::Paths(places),
            });
        }
        Ok(Layer { config: Arc::clone(&self.file), levels, defaults: Vec::new(), error: None, notes: Vec::new() })
    }
}

/// Whether a path or an option holds `%{name('…')}`.
fn uses_methods(backend: &Backend, places: &Places) -> bool {
    let in_options = match backend {
        Backend::Function(function) => function.options.iter().any(|(_, template, _)| template.has_methods),
        Backend::Regex { subject, .. } => subject.has_methods,
        _ => false,
    };
    in_options
        || match places {
            Places::Nowhere => false,
            Places::Paths(paths) | Places::Globs(paths) => paths.iter().any(|path| path.has_methods),
            Places::Mapped { path, .. } => path.has_methods,
        }
}

/// Puppet's `/\A[A-Za-z](:?[0-9A-Za-z_-]*[0-9A-Za-z])?\z/`, its slip of the pen included.
fn is_option_name(name: &str) -> bool {
    let mut chars = name.chars();
    let starts = chars.next().is_some_and(|c| c.is_ascii_alphabetic());
    let rest = chars.as_str();
    let inner = rest.strip_prefix(':').unwrap_or(rest);
    let ends = inner.is_empty() || inner.ends_with(|c: char| c.is_ascii_alphanumeric());
    starts
        && (rest.is_empty() || !inner.is_empty())
        && ends
        && inner.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

/// `x` -> `x.yaml`
pub(crate) fn with_extension(path: &str, extension: &str) -> String {
    let end = format!(".{extension}");
    if path.ends_with(&end) { path.into() } else { format!("{path}{end}") }
}

pub(crate) fn regex_key(model: &Model) -> String {
    model.regex_key.clone().unwrap_or_else(|| "__regex".into())
}

/// What counts as not written at all.
fn is_nothing(data: &Data) -> bool {
    matches!(data.value, Value::Undef | Value::Bool(false))
}

fn line(data: &Data) -> u32 {
    data.at.as_ref().map_or(1, |at| at.line)
}

/// The number that a text begins with, as Ruby takes it; 0 if there is none.
fn leading_number(text: &str) -> i64 {
    let digits: String = text.trim_start().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

/// The version a configuration says it has; 3 when it says nothing.
pub(crate) fn version(config: &Hash) -> Option<i64> {
    match config.get("version").map(|d| &d.value) {
        None | Some(Value::Undef) => Some(3),
        Some(Value::Int(number)) => Some(*number),
        #[allow(clippy::cast_possible_truncation)]
        Some(Value::Float(number)) => Some(*number as i64),
        Some(Value::Str(text)) => Some(leading_number(text)),
        Some(_) => None,
    }
}
