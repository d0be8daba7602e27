//! A revision opened for compiling: its tree, its layout, its session.

use super::{GateError, Inputs, Tree as Wanted};
use crate::config::Config;
use crate::diff::Sources;
use crate::eval::{FileCache, Options, Session};
use crate::puppet::Dialect;
use crate::repo::{Layout, Repo, Tree, WORKTREE, auto_base};
use std::sync::Arc;

/// A revision, ready to compile hosts from.
pub(super) struct Revision {
    pub(super) label: String,
    pub(super) session: Session,
    pub(super) sources: Sources,
    pub(super) layout: Layout,
    pub(super) dialect: Dialect,
}

impl Revision {
    pub(super) fn tree(&self) -> &Tree {
        self.sources.tree()
    }
}

/// The tree asked for; `head` is what it would be compared with.
pub(super) fn tree(repo: &Repo, wanted: &Wanted, head: &Wanted, inputs: &Inputs<'_>) -> Result<Tree, GateError> {
    let name = match wanted {
        Wanted::Worktree => WORKTREE.to_owned(),
        Wanted::Named(name) => name.clone(),
        Wanted::Auto => {
            auto_base(&inputs.env, repo, None, name_of(head)).map_err(|e| GateError::input(&e, Some(e.help())))?.rev
        }
    };
    repo.at(&name).map_err(|e| GateError::input(&e, Some(e.help())))
}

fn name_of(wanted: &Wanted) -> &str {
    match wanted {
        Wanted::Named(name) => name,
        Wanted::Worktree | Wanted::Auto => WORKTREE,
    }
}

/// Opens a tree. Parsed files are shared with whatever else uses `cache`.
pub(super) fn open(tree: Tree, config: &Config, cache: &Arc<FileCache>) -> Result<Revision, GateError> {
    let layout = Layout::discover(&tree, &config.layout)
        .map_err(|e| GateError::Unanalysable { message: e.to_string(), help: Some(e.help().to_owned()) })?;
    let dialect = if layout.is_legacy { Dialect::Legacy } else { Dialect::Modern };
    let strict = config.strict;
    let options = Options {
        dialect,
        strict,
        strict_variables: strict,
        complete: false,
        hiera: config.hiera.clone(),
        storeconfigs: config.storeconfigs,
        bundled_types: config.bundled_types,
        layout: Some(layout.clone()),
        ..Options::default()
    };
    let session = Session::new(tree.clone(), options, cache.clone());
    let mounts = layout.files.iter().map(|folder| ("files".to_owned(), folder.clone())).collect();
    let sources = Sources::new(tree.clone(), layout.modulepath.clone(), mounts);
    Ok(Revision { label: tree.label().to_owned(), session, sources, layout, dialect })
}
