//! Which Ruby backends are known, and what they do: rows of data.

use serde::Deserialize;

use super::error::HieraError;

/// What a function or backend does with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A YAML file that holds the key.
    Yaml,
    /// A JSON file that holds the key.
    Json,
    /// YAML with encrypted values.
    Eyaml,
    /// A folder of YAML files, split by the key's namespace.
    ExpandPath,
    /// A YAML file of expressions that are matched against an option.
    RegexData,
    /// Not part of the repository.
    Absent,
    /// Hiera 3: a hierarchy per role.
    Role,
    /// Hiera 3: YAML with namespaces, sections and expressions.
    Namespaced,
    /// Has no data: there for the sake of its section alone.
    Nothing,
}

/// What a key is called in a file that its namespace leads to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Naming {
    /// As it is asked for.
    #[default]
    Whole,
    /// The last part of it.
    Last,
    /// The last part of it; if that is not there, as it is asked for.
    LastThenWhole,
}

impl Naming {
    /// The names to look for, in their order.
    pub(super) fn names(self, key: &str) -> impl Iterator<Item = &str> {
        let last = key.rsplit_once("::").map_or(key, |(_, last)| last);
        let (first, second) = match self {
            Self::Whole => (key, None),
            Self::Last => (last, None),
            Self::LastThenWhole => (last, Some(key).filter(|key| *key != last)),
        };
        std::iter::once(first).chain(second)
    }
}

/// One row of the knowledge.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The function or backend.
    pub name: String,
    /// What it does.
    pub kind: Kind,
    /// A text in the Ruby file of a backend, by which versions of it are told apart: the row is for those that have it.
    #[serde(default)]
    pub says: Option<String>,
    /// The section of hiera.yaml that configures it, if there is none of its own name.
    #[serde(default)]
    pub section: Option<String>,
    /// What a section's name may have added to it.
    #[serde(default)]
    pub section_suffix: String,
    /// What keys are called in files that their namespace leads to.
    #[serde(default)]
    pub keys: Naming,
    /// The option whose text expressions are matched against.
    #[serde(default)]
    pub match_option: Option<String>,
    /// The key that holds the expression.
    #[serde(default)]
    pub regex_key: Option<String>,
    /// The option that lists sources split by namespace.
    #[serde(default)]
    pub expand_option: Option<String>,
    /// Sections whose name is a prefix of sources and names another data directory.
    #[serde(default)]
    pub sections: Vec<String>,
    /// Sources below this prefix are matched against expressions.
    #[serde(default)]
    pub regex_prefix: Option<String>,
    /// The variable that lists the roles.
    #[serde(default)]
    pub variable: Option<String>,
    /// The top-level option that lists the sources for roles.
    #[serde(default)]
    pub hierarchy_option: Option<String>,
    /// The folder of role data.
    #[serde(default)]
    pub folder: Option<String>,
}

/// All rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Models {
    /// Functions of version 5.
    #[serde(default, rename = "function")]
    pub functions: Vec<Model>,
    /// Backends of version 3.
    #[serde(default, rename = "backend")]
    pub backends: Vec<Model>,
}

const BUILT_IN: &str = include_str!("../../rules/knowledge/hiera_backends.toml");

impl Models {
    /// The rows that come with the program.
    pub fn built_in() -> Result<Self, HieraError> {
        toml::from_str(BUILT_IN).map_err(|e| HieraError::new(format!("hiera_backends.toml: {e}"), "correct the row"))
    }

    /// The row of a function; a later row of the same name wins.
    pub(crate) fn function(&self, name: &str) -> Option<&Model> {
        self.functions.iter().rev().find(|row| row.name == name)
    }

    /// The row of a backend of which this is the Ruby file; a later row of the same name wins.
    pub(crate) fn backend(&self, name: &str, ruby: &str) -> Option<&Model> {
        let fits = |row: &&Model| row.name == name && row.says.as_ref().is_none_or(|says| ruby.contains(says.as_str()));
        self.backends.iter().rev().find(fits)
    }
}

/// What the user says about Hiera in holdpoint.toml.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HieraSettings {
    /// Further rows, which win over those that come with the program.
    pub models: Models,
    /// Where data directories of the server lie in the repository; an empty value says: nowhere.
    pub datadirs: std::collections::BTreeMap<String, String>,
    /// Names of hierarchy levels to pass over.
    pub absent: Vec<String>,
    /// Keys that absent levels are known to hold something of; `*` stands for any text.
    pub unknown: Vec<String>,
}
