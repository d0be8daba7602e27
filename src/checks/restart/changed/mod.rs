//! Files whose content changes in a way that somebody could notice, whatever puts them on the host.
//!
//! Files with content or source of their own, folders that are recursed, files put together of fragments
//! (`concat`), and resources that edit part of a file (`edits`). What is merely taken up or given up by
//! Puppet says less, since nobody knows what lay there: it counts with less confidence (`Changed::is_sure`).

mod concat;
mod edits;
mod files;
mod text;

use crate::catalog::{Resource, ResourceId};
use crate::checks::{HostContext, HostSide};
use crate::diff::Differs;
use crate::repo::Loc;

/// A file that changes.
pub(super) struct Changed<'a> {
    /// The resource at head that writes it.
    pub(super) id: ResourceId,
    pub(super) resource: &'a Resource,
    /// Its path on the host.
    pub(super) path: String,
    /// The first line that differs.
    pub(super) first: Loc,
    /// The lines that are gone or new, without their indentation.
    pub(super) lines: Vec<String>,
    /// What becomes of it.
    pub(super) what: What,
    /// How far it is known that it differs: parts of a text may not be known, or a template not be rendered.
    pub(super) differs: Differs,
}

/// What becomes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// It says something else.
    Changes,
    /// Puppet begins to write it.
    Appears,
    /// It is removed.
    Goes,
}

impl<'a> Changed<'a> {
    fn new(id: ResourceId, resource: &'a Resource, path: String, first: Loc, lines: Vec<String>) -> Self {
        Self { id, resource, path, first, lines, what: What::Changes, differs: Differs::Surely }
    }

    fn becomes(mut self, what: What) -> Self {
        self.what = what;
        self
    }

    /// Whether it is certain that the host's file differs afterwards.
    pub(super) fn is_sure(&self) -> bool {
        self.what == What::Changes
    }

    /// Whether what differs is out of sight, so that it may be nothing.
    pub(super) fn is_guess(&self) -> bool {
        self.differs == Differs::Perhaps
    }

    /// For a sentence about it, and one about it and others.
    pub(super) fn verbs(&self) -> (&'static str, &'static str) {
        match self.what {
            What::Changes => ("changes", "change"),
            What::Appears => ("is new", "are new"),
            What::Goes => ("is removed", "are removed"),
        }
    }

    /// The kind of change, as findings are told apart by it.
    pub(super) fn kind(&self) -> &'static str {
        match self.what {
            What::Changes => "content",
            What::Appears => "added",
            What::Goes => "gone",
        }
    }

    /// What to say of the line.
    pub(super) fn label(&self) -> &'static str {
        match self.what {
            What::Changes => "this changes",
            What::Appears => "this is new",
            What::Goes => "this removes it",
        }
    }
}

/// Every such file of a host, in the order of the head catalog.
pub(super) fn changed<'a>(cx: &HostContext<'a>, base: HostSide<'a>, head: HostSide<'a>) -> Vec<Changed<'a>> {
    let mut found = Vec::new();
    for change in cx.changes {
        files::of(change, base, head, &mut found);
        found.extend(edits::of(change, base, head));
    }
    found.extend(concat::all(cx.changes, base, head));
    found
}
