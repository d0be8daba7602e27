//! One resource of a catalog: what its declaration says, and where it stands in this catalog.
//!
//! What the declaration says is the same on many hosts, which share it ([`Declaration`]); whoever changes
//! it gets a copy of its own.

use super::refusal::Refusal;
use super::{Automatic, Name, ResourceId, Tags};
use crate::repo::Loc;
use crate::value::Value;
use ecow::EcoString;
use rustc_hash::FxHasher;
use std::any::Any;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock};

/// One resource. The fields of its [`Declaration`] are read and written as if they were its own.
#[derive(Clone)]
pub struct Resource {
    /// What its declaration says.
    pub declaration: Arc<Declaration>,
    /// The class or defined type that contains it (Stage and main: none).
    pub container: Option<ResourceId>,
    /// Further containers (`contain` from several classes).
    pub also_in: Vec<ResourceId>,
    /// Tags.
    pub tags: Tags,
    /// Virtual or exported and not realised (such resources do not reach the agent).
    pub is_virtual: bool,
    /// Declared under a condition that could not be decided; the text of that condition.
    pub possible: Option<Arc<str>>,
    /// It is known to have no relationships, and nothing that is dropped at the end of a compilation: nobody need look
    /// at its declaration, which lies elsewhere in memory.
    pub(crate) is_plain: bool,
}

/// What a declaration says of a resource.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// Capitalised per segment: `File`, `Apt::Conf`, `Class`.
    pub type_name: EcoString,
    /// Title; for a class its capitalised name.
    pub title: EcoString,
    /// The title as a value when it is symbolic.
    pub symbolic_title: Option<Value>,
    /// Parameters in order, metaparameters included, defaults applied.
    pub params: Vec<Param>,
    /// Where it is declared.
    pub at: Loc,
    /// Last line of the declaration (for patches and suppressions).
    pub end_line: u32,
    /// Exported.
    pub exported: bool,
    /// What sort of resource it is.
    pub kind: ResourceKind,
    /// What follows from the rest.
    pub derived: Derived,
}

/// What follows from a declaration, once somebody asked. A changed copy has to find out anew.
#[derive(Debug, Default)]
pub struct Derived {
    /// What is left of it at the end of a compilation, if less.
    tidied: OnceLock<Option<Arc<Declaration>>>,
    relates: OnceLock<Box<[Relates]>>,
    digest: OnceLock<u64>,
    filed: OnceLock<Filed>,
    asks: OnceLock<Asks>,
    strange: OnceLock<bool>,
    refusal: OnceLock<Option<Box<Refusal>>>,
}

/// The relationships that a resource's type asks for, as a reading of the type tells.
#[derive(Debug)]
struct Asks {
    /// The reading, kept so that nothing else takes its address.
    by: Arc<dyn Any + Send + Sync>,
    others: Arc<[Automatic]>,
}

/// Where somebody keeps what is known of an instance that is declared so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Filed {
    /// Whose it is, as an address.
    pub(crate) by: usize,
    /// Where the type is defined.
    pub(crate) place: (usize, u32),
    /// Its number there.
    pub(crate) number: usize,
}

/// What a relationship parameter names.
#[derive(Debug)]
pub struct Relates {
    /// The parameter.
    pub param: Param,
    /// The resources named.
    pub others: Vec<Name>,
    /// What is no reference.
    pub bad: Vec<Value>,
    /// Whether nothing in it is unknown.
    pub sure: bool,
}

impl Clone for Derived {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// Sorts of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceKind {
    /// Native type: what the agent acts on.
    Native,
    /// Instance of a defined type: a container.
    Defined,
    /// Class: a container.
    Class,
    /// Stage.
    Stage,
    /// A type that is neither native nor defined in what could be read.
    UnknownType,
}

/// One parameter.
#[derive(Clone, Debug)]
pub struct Param {
    /// Name.
    pub name: EcoString,
    /// Value.
    pub value: Value,
    /// Where the value was given: the attribute's line, a default statement, an override, a Hiera entry.
    pub at: Loc,
}

impl Param {
    /// Whether it is a relationship.
    pub(crate) fn relates(&self) -> bool {
        is_relationship(&self.name)
    }

    /// Whether it is a relationship with lists in its list, or with nothing.
    fn nests(&self) -> bool {
        let is_nested = |v: &Value| matches!(v, Value::Array(_) | Value::Undef);
        self.relates() && self.value.as_array().is_some_and(|list| list.iter().any(is_nested))
    }

    fn flatten(&mut self) {
        let mut items = Vec::new();
        flatten(&self.value, &mut items);
        self.value = Value::array(items);
    }
}

/// Whether a parameter of this name is a relationship.
pub(crate) fn is_relationship(name: &str) -> bool {
    matches!(name, "before" | "require" | "notify" | "subscribe")
}

fn flatten(value: &Value, out: &mut Vec<Value>) {
    match value {
        Value::Array(list) => list.items.iter().for_each(|item| flatten(item, out)),
        Value::Undef => {}
        other => out.push(other.clone()),
    }
}

impl Resource {
    /// A resource that nothing contains yet.
    #[must_use]
    pub fn new(declaration: Declaration) -> Self {
        Self {
            declaration: Arc::new(declaration),
            container: None,
            also_in: Vec::new(),
            tags: Tags::default(),
            is_virtual: false,
            possible: None,
            is_plain: false,
        }
    }

    /// Drops parameters that are `undef`, and what was not known of a splat. Lists in relationships are made one list.
    pub fn tidy(&mut self) {
        if !self.is_plain
            && let Some(tidied) = self.declaration.tidy().clone()
        {
            self.declaration = tidied;
        }
    }

    /// Whether [`Self::tidy`] has nothing to do.
    pub(crate) fn is_tidy(&self) -> bool {
        self.declaration.tidy().is_none()
    }

    /// Takes another declaration.
    pub(crate) fn declares(&mut self, declaration: Arc<Declaration>) {
        self.declaration = declaration;
        self.is_plain = false;
    }

    /// `Type[title]`
    #[must_use]
    pub fn reference(&self) -> String {
        format!("{}[{}]", self.type_name, self.title)
    }

    /// A parameter by name.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&Param> {
        self.params.iter().find(|p| p.name == name)
    }

    /// A parameter's value by name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.param(name).map(|p| &p.value)
    }

    /// A parameter's text, if it is a known string.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str()
    }
}

impl Declaration {
    /// What its relationship parameters name, as `read` tells.
    pub fn relates(&self, read: impl Fn(&Param) -> Option<Relates>) -> &[Relates] {
        self.derived.relates.get_or_init(|| self.params.iter().filter_map(read).collect())
    }

    /// A number that equal parameters have in common.
    pub(crate) fn digest(&self) -> u64 {
        *self.derived.digest.get_or_init(|| {
            let mut state = FxHasher::default();
            for param in &self.params {
                param.name.hash(&mut state);
                param.value.hash_whole(&mut state);
            }
            state.finish()
        })
    }

    /// The relationships that its type asks for, as `read` tells for a reading of the type; only those of the first
    /// reading are kept.
    pub(crate) fn asks<T: Any + Send + Sync>(
        &self,
        by: &Arc<T>,
        read: impl Fn() -> Vec<Automatic>,
    ) -> Arc<[Automatic]> {
        let make = || Asks { by: by.clone(), others: read().into() };
        let known = self.derived.asks.get_or_init(make);
        let is_same = std::ptr::addr_eq(Arc::as_ptr(&known.by), Arc::as_ptr(by));
        if is_same { known.others.clone() } else { read().into() }
    }

    /// Whether it has attributes that Puppet's own type of this name does not know, as `look` tells.
    pub(crate) fn is_strange(&self, look: impl FnOnce() -> bool) -> bool {
        *self.derived.strange.get_or_init(look)
    }

    /// Why the agent refuses it, as `find` tells.
    pub(crate) fn refused(&self, find: impl FnOnce() -> Option<Refusal>) -> Option<&Refusal> {
        self.derived.refusal.get_or_init(|| find().map(Box::new)).as_deref()
    }

    /// Where it is filed, if it is.
    pub(crate) fn filed(&self) -> Option<&Filed> {
        self.derived.filed.get()
    }

    /// Notes where it is filed; the first note stays.
    pub(crate) fn file(&self, filed: Filed) {
        _ = self.derived.filed.set(filed);
    }

    fn tidy(&self) -> &Option<Arc<Self>> {
        self.derived.tidied.get_or_init(|| self.tidied())
    }

    fn tidied(&self) -> Option<Arc<Self>> {
        let stays = |p: &Param| p.name != "*" && !matches!(p.value, Value::Undef);
        if self.params.iter().all(|p| stays(p) && !p.nests()) {
            return None;
        }
        let mut rest = self.clone();
        rest.params.retain(stays);
        rest.params.iter_mut().filter(|p| p.nests()).for_each(Param::flatten);
        Some(Arc::new(rest))
    }
}

impl Deref for Resource {
    type Target = Declaration;

    fn deref(&self) -> &Declaration {
        &self.declaration
    }
}

impl DerefMut for Resource {
    fn deref_mut(&mut self) -> &mut Declaration {
        self.is_plain = false;
        let declaration = Arc::make_mut(&mut self.declaration);
        // One that nobody shares is not copied: what followed from it before does not follow any more.
        declaration.derived = Derived::default();
        declaration
    }
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resource")
            .field("type_name", &self.type_name)
            .field("title", &self.title)
            .field("symbolic_title", &self.symbolic_title)
            .field("params", &self.params)
            .field("at", &self.at)
            .field("end_line", &self.end_line)
            .field("container", &self.container)
            .field("also_in", &self.also_in)
            .field("tags", &self.tags)
            .field("is_virtual", &self.is_virtual)
            .field("exported", &self.exported)
            .field("possible", &self.possible)
            .field("kind", &self.kind)
            .finish()
    }
}

#[cfg(test)]
impl Resource {
    /// A native resource without parameters, for tests.
    pub(crate) fn bare(type_name: &str, title: &str) -> Self {
        Self::new(Declaration {
            type_name: type_name.into(),
            title: title.into(),
            symbolic_title: None,
            params: Vec::new(),
            at: Loc::new("a.pp", 1),
            end_line: 1,
            exported: false,
            kind: ResourceKind::Native,
            derived: Derived::default(),
        })
    }
}
