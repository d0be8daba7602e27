//! hiera.yaml of version 3 -> levels: one list of sources, gone through once per backend.

use std::sync::Arc;

use super::config::{Reader, regex_key, with_extension};
use super::data::{Data, Hash, Value};
use super::datadir::Place;
use super::error::HieraError;
use super::files::Format;
use super::level::{Backend, Layer, Level, Places};
use super::model::{Kind, Model};
use super::template::Template;

const DEFAULT_DATADIR: &str = "/etc/puppetlabs/code/environments/production/hieradata";

impl Reader<'_> {
    /// A hierarchy of version 3 is a list of paths. Levels that are hashes are those of a later version, which must
    /// be said.
    pub(crate) fn check3(&self, config: &Hash) -> Result<(), HieraError> {
        let Some(Value::Array(levels)) = config.get("hierarchy").map(|d| &d.value) else { return Ok(()) };
        let Some(at) = levels.iter().position(|level| level.as_hash().is_some()) else { return Ok(()) };
        let start = format!("The Lookup Configuration at '{}' has wrong type, entry 'hierarchy'", self.file);
        let first = format!("{start} variant 0 expects a String value, got Tuple");
        let second = format!("{start} variant 1 index {at} expects a String value, got Struct");
        Err(self.fail(1, format!(" {first}\n  {second}"), "say `version: 5`"))
    }

    /// Reads version 3.
    pub(crate) fn version3(&self, config: &Hash) -> Layer {
        let mut layer = Layer {
            config: Arc::clone(&self.file),
            levels: Vec::new(),
            defaults: Vec::new(),
            error: None,
            notes: Vec::new(),
        };
        let sources = texts(config.get("hierarchy"), &["nodes/%{::trusted.certname}", "common"]);
        for backend in texts(config.get("backends"), &["yaml"]) {
            let ruby = self.backend_file(&backend);
            let row = self.settings.models.backend(&backend, &ruby).or_else(|| self.models.backend(&backend, &ruby));
            match row {
                Some(row) => layer.levels.extend(self.backend3(config, row, &backend, &sources)),
                None => layer.levels.push(level(
                    &backend,
                    Backend::Unknown { why: format!("the Hiera backend `{backend}` is not known") },
                    Places::Nowhere,
                )),
            }
        }
        layer
    }

    /// The Ruby file of a backend, if a module has it; it is read, not run.
    fn backend_file(&self, name: &str) -> String {
        let end = format!("/lib/hiera/backend/{name}_backend.rb");
        let path = self.tree.list("").find(|path| path.ends_with(&end));
        path.and_then(|path| self.tree.text(path).ok().flatten()).map_or_else(String::new, |text| text.to_string())
    }

    fn backend3(&self, config: &Hash, row: &Model, name: &str, sources: &[String]) -> Vec<Level> {
        if self.settings.absent.iter().any(|n| n == name) || row.kind == Kind::Absent {
            let why = format!("`{name}` reads data that is not part of the repository");
            return vec![level(name, Backend::Absent { why }, Places::Nowhere)];
        }
        if row.kind == Kind::Nothing {
            return Vec::new();
        }
        let section = row.section.as_deref().filter(|_| config.get(name).is_none()).unwrap_or(name);
        let dir = self.section_dir(config, section);
        let file = |format, encrypted| Backend::File { format, encrypted };
        match row.kind {
            Kind::Json => vec![self.plain(name, dir, sources, "json", file(Format::Json, false))],
            Kind::Eyaml => {
                let extension = option(config, section, "extension").and_then(Data::as_str).unwrap_or("eyaml");
                vec![self.plain(name, dir, sources, extension, file(Format::Yaml, true))]
            }
            Kind::Namespaced => {
                let expanded = row.expand_option.as_deref().and_then(|o| option(config, section, o));
                let expanded = texts(expanded, &[]);
                sources.iter().map(|s| self.namespaced(config, row, &dir, &expanded, s)).collect()
            }
            Kind::Role => vec![self.role(config, row, &dir, name)],
            _ => vec![self.plain(name, dir, sources, "yaml", file(Format::Yaml, false))],
        }
    }

    fn section_dir(&self, config: &Hash, section: &str) -> Place {
        let written = option(config, section, "datadir").and_then(Data::as_str);
        self.datadir(written.unwrap_or(DEFAULT_DATADIR))
    }

    fn plain(&self, name: &str, dir: Place, sources: &[String], extension: &str, backend: Backend) -> Level {
        match dir {
            Place::Absent(why) => level(name, Backend::Absent { why }, Places::Nowhere),
            Place::Tree(dir) => {
                let paths = sources.iter().map(|s| self.path(&dir, &with_extension(s, extension)));
                level(name, backend, Places::Paths(paths.collect()))
            }
        }
    }

    /// One source of a backend that knows namespaces, sections and expressions.
    fn namespaced(&self, config: &Hash, row: &Model, dir: &Place, expanded: &[String], source: &str) -> Level {
        let name = format!("{} {source}", row.name);
        if let Some(subject) = prefixed(row.regex_prefix.as_deref(), source) {
            let file = row.regex_prefix.as_deref().unwrap_or_default();
            let backend = Backend::Regex { key: regex_key(row), subject: Template::parse(subject) };
            return match dir {
                Place::Tree(dir) => {
                    level(&name, backend, Places::Paths(vec![self.path(dir, &with_extension(file, "yaml"))]))
                }
                Place::Absent(why) => level(&name, Backend::Absent { why: why.clone() }, Places::Nowhere),
            };
        }
        let (dir, rest) = self.sectioned(config, row, dir, source);
        match dir {
            Place::Absent(why) => level(&name, Backend::Absent { why }, Places::Nowhere),
            Place::Tree(dir) if expanded.iter().any(|e| e == rest) => {
                level(&name, Backend::ExpandPath { keys: row.keys }, Places::Paths(vec![self.path(&dir, rest)]))
            }
            Place::Tree(dir) => {
                let backend = Backend::File { format: Format::Yaml, encrypted: false };
                level(&name, backend, Places::Paths(vec![self.path(&dir, &with_extension(rest, "yaml"))]))
            }
        }
    }

    /// `private/x` -> the data directory of `private`, and `x`.
    fn sectioned<'s>(&self, config: &Hash, row: &Model, dir: &Place, source: &'s str) -> (Place, &'s str) {
        for section in &row.sections {
            if let Some(rest) = prefixed(Some(section), source) {
                let longer = format!("{section}{}", row.section_suffix);
                let section = if config.get(&longer).is_some() { &longer } else { section };
                return (self.section_dir(config, section), rest);
            }
        }
        (dir.clone(), source)
    }

    fn role(&self, config: &Hash, row: &Model, dir: &Place, name: &str) -> Level {
        let listed = row.hierarchy_option.as_deref().and_then(|o| config.get(o));
        let sources = texts(listed.or_else(|| config.get("hierarchy")), &[]);
        let folder = row.folder.as_deref().unwrap_or("role");
        let mut paths = Vec::new();
        for source in &sources {
            if let (Place::Tree(dir), rest) = self.sectioned(config, row, dir, source) {
                paths.push(self.path(&dir, &format!("{folder}/{rest}/")));
            }
        }
        let variable = row.variable.clone().unwrap_or_else(|| "_roles".into());
        level(name, Backend::Role { variable }, Places::Paths(paths))
    }
}

fn level(name: &str, backend: Backend, places: Places) -> Level {
    Level { name: name.into(), backend, places }
}

fn prefixed<'s>(prefix: Option<&str>, source: &'s str) -> Option<&'s str> {
    source.strip_prefix(prefix?)?.strip_prefix('/')
}

fn option<'h>(config: &'h Hash, section: &str, name: &str) -> Option<&'h Data> {
    config.get(section)?.as_hash()?.get(name)
}

fn texts(data: Option<&Data>, default: &[&str]) -> Vec<String> {
    let owned = |d: &Data| d.as_str().map(str::to_owned);
    match data {
        None => default.iter().map(|s| (*s).to_owned()).collect(),
        Some(data) => match data.as_array() {
            Some(items) => items.iter().filter_map(owned).collect(),
            None => owned(data).into_iter().collect(),
        },
    }
}

/// Puppet's own error when a version is not supported.
pub(crate) fn unsupported(reader: &Reader<'_>, version: Option<i64>) -> HieraError {
    let why = match version {
        Some(number) => format!("This runtime does not support hiera.yaml version {number}"),
        // Ruby asks a list or a hash for its number.
        None => "undefined method `to_i' for the version that the file gives".to_owned(),
    };
    reader.fail(1, why, "use version 5")
}
