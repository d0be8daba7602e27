//! The compiled catalog: resources, where each parameter came from, containment, relationships.
//!
//! The data model alone. `eval` fills it, `graph` reads the refresh graph off it, `diff` compares two.

mod compiled;
mod graph;
mod index;
mod refusal;
mod resource;
mod tags;

pub use compiled::{NoCatalog, read as read_compiled};
pub use graph::{End, Reached, RefreshGraph, Refreshed};
pub use index::Name;
pub(crate) use index::{Print, print_of};
pub use resource::{Declaration, Derived, Param, Relates, Resource, ResourceKind};
pub(crate) use resource::{Filed, is_relationship};
pub use tags::Tags;
pub(crate) use tags::{OwnTags, Sought};

use crate::repo::Loc;
use crate::value::Cause;
use ecow::EcoString;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Index of a resource in its catalog.
pub type ResourceId = u32;

/// A catalog of one host, or of a group of hosts that compile alike.
#[derive(Debug, Default)]
pub struct Catalog {
    /// The host it was compiled for.
    pub certname: EcoString,
    /// Resources in declaration order; classes and defined types are resources too (`Class[A::B]`).
    pub resources: Vec<Resource>,
    /// Which resource a name leads to.
    index: index::Index,
    /// Relationships written by the author (chaining arrows and metaparameters), resolved.
    pub relations: Vec<Relation>,
    /// Relationships that the agent adds by itself for types of modules, by the resource whose type asks for them.
    pub automatic: Vec<(ResourceId, Arc<[Automatic]>)>,
    /// Classes in evaluation order, lower case.
    pub classes: Vec<EcoString>,
    /// What was logged (`notice` …) and warned while compiling.
    pub logs: Vec<Log>,
    /// Root causes of unknowns met, with how often.
    pub unknowns: FxHashMap<Cause, u32>,
}

/// A relationship between two resources or containers.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// Comes first.
    pub source: ResourceId,
    /// Comes after.
    pub target: ResourceId,
    /// Whether a refresh travels along it (`notify`, `subscribe`, `~>`).
    pub refresh: bool,
    /// A collector whose query could not be decided may find an end of it, or not.
    pub possible: bool,
    /// Where it was written.
    pub at: Loc,
}

/// A relationship that a module's own type asks for, with a resource that may not be declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Automatic {
    /// The other one, canonical type and title.
    pub other: (EcoString, EcoString),
    /// The other one comes first.
    pub after: bool,
    /// Whether a refresh travels along it.
    pub refresh: bool,
}

/// A log entry of the compilation.
#[derive(Clone, Debug, PartialEq)]
pub struct Log {
    /// `debug info notice warning err alert emerg crit`
    pub level: EcoString,
    /// Text.
    pub message: String,
    /// Where.
    pub at: Option<Loc>,
}

impl Catalog {
    /// An empty catalog of a host, with room for as many resources.
    pub(crate) fn with_room(certname: EcoString, resources: usize) -> Self {
        let mut catalog = Self { certname, resources: Vec::with_capacity(resources), ..Self::default() };
        catalog.reserve_names(resources);
        catalog
    }

    /// A resource by canonical type and title.
    #[must_use]
    pub fn find(&self, type_name: &str, title: &str) -> Option<&Resource> {
        self.get(self.id(type_name, title)?)
    }

    /// A resource by index.
    #[must_use]
    pub fn get(&self, id: ResourceId) -> Option<&Resource> {
        self.resources.get(id as usize)
    }

    /// Resources of a type that reach the agent.
    pub fn of_type<'a>(&'a self, type_name: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.resources.iter().filter(move |r| !r.is_virtual && r.type_name == type_name)
    }
}
