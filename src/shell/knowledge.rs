//! Command knowledge: what the commands in maintainer scripts take away, as rows of
//! `rules/knowledge/commands.toml`.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde::Deserialize;

/// All rows.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Knowledge {
    /// Directories that many packages share: no package's removal takes them.
    #[serde(default)]
    shared_dirs: BTreeSet<String>,
}

const BUILTIN: &str = include_str!("../../rules/knowledge/commands.toml");

impl Knowledge {
    /// The rows that are built in; a test holds them to the syntax.
    pub(crate) fn builtin() -> &'static Knowledge {
        static CELL: OnceLock<Knowledge> = OnceLock::new();
        CELL.get_or_init(|| toml::from_str(BUILTIN).unwrap_or_default())
    }

    pub(crate) fn is_shared_dir(&self, path: &str) -> bool {
        self.shared_dirs.contains(path)
    }
}
