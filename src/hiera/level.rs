//! A hierarchy as it was configured: layers of levels, ready to be looked through.

use std::sync::Arc;

use super::api::HieraScope;
use super::data::Data;
use super::engine::push_namespace;
use super::error::HieraError;
use super::files::Format;
use super::key::Key;
use super::model::Naming;
use super::template::{HOLE, Template};

/// One hiera.yaml.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    /// Its path.
    pub(crate) config: Arc<str>,
    pub(crate) levels: Vec<Level>,
    /// `default_hierarchy` of a module.
    pub(crate) defaults: Vec<Level>,
    /// It cannot be used: every lookup fails with this.
    pub(crate) error: Option<HieraError>,
    /// What a reader should know.
    pub(crate) notes: Vec<String>,
}

impl Layer {
    /// Whether a function is asked, which may have `lookup_options` of its own.
    pub(crate) fn calls(&self) -> bool {
        self.levels.iter().any(|level| matches!(level.backend, Backend::Function(_)))
    }
}

/// One entry of a hierarchy.
#[derive(Debug, Clone)]
pub(crate) struct Level {
    pub(crate) name: String,
    pub(crate) backend: Backend,
    pub(crate) places: Places,
}

/// What is done at a place.
#[derive(Debug, Clone)]
pub(crate) enum Backend {
    /// A file that holds the key.
    File { format: Format, encrypted: bool },
    /// A folder split by namespace; the place is the path without the extension.
    ExpandPath { keys: Naming },
    /// Expressions matched against a subject.
    Regex { key: String, subject: Template },
    /// One file per role; the places end where the role's path begins.
    Role { variable: String },
    /// A function that is not modelled.
    Function(Function),
    /// Puppet's own function, configured so that it fails.
    Refused { error: HieraError },
    /// Not part of the repository.
    Absent { why: String },
    /// Cannot be evaluated.
    Unknown { why: String },
}

/// A function and what it is handed.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) kind: FunctionKind,
    pub(crate) options: Vec<(String, Template, Data)>,
}

/// What a Hiera function is called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionKind {
    /// All data at once.
    DataHash,
    /// One key.
    LookupKey,
    /// One key and what is dug for in its value.
    DataDig,
}

impl FunctionKind {
    /// As `hiera.yaml` names it.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::DataHash => "data_hash",
            Self::LookupKey => "lookup_key",
            Self::DataDig => "data_dig",
        }
    }
}

/// Where a level's data lies.
#[derive(Debug, Clone)]
pub(crate) enum Places {
    /// Nowhere in particular.
    Nowhere,
    Paths(Vec<Template>),
    Globs(Vec<Template>),
    /// One path per element of a variable.
    Mapped {
        variable: Key,
        local: String,
        path: Template,
    },
}

/// Paths that a level looks at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathPattern {
    pattern: String,
    /// The path ends as the key's namespace does.
    by_namespace: bool,
}

impl PathPattern {
    /// Whether a file is looked at for a key; `None` is any key.
    #[must_use]
    pub fn fits(&self, path: &str, key: Option<&str>) -> bool {
        let ends = |key: &str| {
            let mut tail = String::new();
            push_namespace(&mut tail, key);
            path.ends_with(&tail)
        };
        (!self.by_namespace || key.is_none_or(ends)) && super::path_fits(path, &self.pattern)
    }
}

/// What is done with a level, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelNote {
    /// As it was named.
    pub name: String,
    /// What is done with it.
    pub state: String,
    /// Its data is not part of the repository.
    pub absent: bool,
    /// A function that is not modelled.
    pub function: Option<String>,
}

impl Level {
    /// What is done with it.
    pub(crate) fn note(&self) -> LevelNote {
        let function = match &self.backend {
            Backend::Function(function) => Some(function.name.clone()),
            _ => None,
        };
        let state = match &self.backend {
            Backend::File { encrypted: true, .. } => "read; what is encrypted is unknown".to_owned(),
            Backend::File { .. } => "read".to_owned(),
            Backend::ExpandPath { .. } => "read as a folder split by the key's namespace".to_owned(),
            Backend::Regex { .. } => "read as expressions that are matched against an option".to_owned(),
            Backend::Role { .. } => "read as a hierarchy per role".to_owned(),
            Backend::Function(Function { name, .. }) => {
                format!("function {name} is not modelled: what it may hold is unknown")
            }
            Backend::Refused { error } => format!("fails: {}", error.message),
            Backend::Absent { why } => format!("passed over: {why}"),
            Backend::Unknown { why } => format!("unknown: {why}"),
        };
        LevelNote { name: self.name.clone(), state, absent: self.absent().is_some(), function }
    }

    /// Adds the patterns of the paths that are looked at; `None` where they can't be told.
    pub(crate) fn patterns(&self, scope: &dyn HieraScope, out: &mut Vec<PathPattern>) -> Option<()> {
        let (Places::Paths(templates) | Places::Globs(templates)) = &self.places else { return None };
        if !matches!(self.backend, Backend::File { .. } | Backend::ExpandPath { .. } | Backend::Regex { .. }) {
            return None;
        }
        for template in templates {
            let mut path = String::new();
            template.path(scope, &mut path).ok()?;
            if matches!(self.backend, Backend::ExpandPath { .. }) {
                path.push(HOLE);
            }
            let open = |c: char| matches!(c, '*' | '?' | '[' | '{');
            let pattern: String = if matches!(self.places, Places::Globs(_)) && path.contains(open) {
                let fixed = path.split(open).next().unwrap_or_default();
                format!("{fixed}{HOLE}")
            } else {
                path
            };
            out.push(PathPattern {
                pattern: crate::repo::normal(&pattern),
                by_namespace: matches!(self.backend, Backend::ExpandPath { .. }),
            });
        }
        Some(())
    }

    /// Whether files may call a key by its last part alone.
    pub(crate) fn shortens(&self) -> bool {
        matches!(self.backend, Backend::ExpandPath { keys } if keys != Naming::Whole)
    }

    /// Whether data of this level is known to lie elsewhere.
    pub(crate) fn absent(&self) -> Option<&str> {
        match &self.backend {
            Backend::Absent { why } => Some(why),
            _ => None,
        }
    }
}
