//! What one evaluation asked, and what came of it.

use super::super::data::Lookup;
use super::super::outcome::{CompileError, Observation};
use super::super::reference::Reference;
use super::super::scope::ScopeId;
use super::super::source::DefKind;
use super::questions::Number;
use crate::catalog::{Declaration, Log, OwnTags, Param, Print, ResourceKind};
use crate::repo::{Loc, Oid};
use crate::value::{Cause, Tri, Value};
use ecow::EcoString;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// A definition by the parsed file that holds it, which revisions share, and its number there.
pub(crate) type Place = (usize, u32);

/// Where a variable is looked up once the instance's own scopes do not have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outside {
    /// The scope of the class whose statement it is.
    Own,
    /// The node's scope or top scope around an instance.
    Enclosing,
    /// Top scope, or the scope of a class that the name holds.
    Top,
}

/// A question to the rest of the compilation, with its answer.
#[derive(Debug)]
pub(crate) enum Asked {
    /// A variable.
    Variable(Outside, EcoString, Option<Value>),
    /// A member of one: its name, the keys that lead to it.
    Member(Outside, EcoString, Vec<Value>, Value),
    /// A fact by its path.
    Fact(EcoString, Option<Value>),
    /// Whether a resource is declared.
    Declared(Reference, Tri),
    /// A resource that was not there when it was looked for.
    Absent(Reference),
    /// What was declared of a resource that was looked into.
    Holds(Reference, Arc<Declaration>),
}

/// A name that was resolved, and where to.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Named {
    pub(crate) kind: DefKind,
    pub(crate) name: EcoString,
    pub(crate) place: Option<Place>,
}

/// A file that was consulted, and what it held.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Held {
    pub(crate) path: Arc<str>,
    pub(crate) content: Option<Oid>,
}

/// A question that traces have in common.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) number: Number,
    /// Its answer hangs on the scope around the instance: what is known of it is known for the node's scope alone.
    pub(crate) enclosing: bool,
    pub(crate) asked: Arc<Asked>,
}

impl Made {
    /// Canonical title.
    pub(super) fn title(&self) -> &str {
        self.title.as_ref().unwrap_or(&self.declaration.title)
    }
}

/// What is evaluated as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// An instance of a defined type, found where `outer` is, in the scope around it.
    Instance { outer: ScopeId, enclosing: ScopeId },
    /// A class, in its scope, which includes no class that was not there before; or its parameters alone.
    Class { own: ScopeId, params: bool },
    /// A statement of a class's body, by where it begins, in the class's scope.
    Statement { number: u32, own: ScopeId },
}

/// What traces are found by: definition, title, number of the statement, digest of the declaration.
pub(crate) type Key = (Place, EcoString, Option<u32>, u64);

/// Which branch something happens in: that of the unit (`None`) or one that arose with it.
pub(crate) type Local = Option<u32>;

/// A branch that arose.
#[derive(Debug)]
pub(crate) struct Fork {
    pub(crate) parent: Local,
    /// Counted from the groups that there were before.
    pub(crate) group: u32,
    pub(crate) arm: u32,
    pub(crate) text: Arc<str>,
}

/// A resource that was declared.
#[derive(Debug)]
pub(crate) struct Made {
    /// Of its canonical type and title.
    pub(crate) print: Print,
    /// The canonical title, if that is not its title.
    pub(crate) title: Option<EcoString>,
    pub(crate) declaration: Arc<Declaration>,
    /// Without those of its container.
    pub(crate) tags: OwnTags,
    pub(crate) branch: Local,
    /// Its type, among those of the trace.
    pub(crate) of_type: u32,
    /// Whether it is the one found by its title, and not one of another branch.
    pub(crate) found: bool,
    pub(crate) is_virtual: bool,
    /// As its resource knows it.
    pub(crate) is_plain: bool,
    /// It may have a second name.
    pub(crate) is_named: bool,
    /// It is an instance of a defined type.
    pub(crate) is_instance: bool,
}

/// A type of what was declared.
#[derive(Debug)]
pub(crate) struct MadeType {
    pub(crate) name: EcoString,
    pub(crate) kind: ResourceKind,
    /// Where it is defined.
    pub(crate) def: Option<Place>,
    pub(crate) number: Number,
}

/// What must be the same from the start.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) symbolic: Option<Value>,
    /// Of an instance or class.
    pub(crate) declaration: Option<Arc<Declaration>>,
    /// Resource defaults along the dynamic chain, by number.
    pub(crate) defaults: Number,
    /// Whether it is only possible.
    pub(crate) possible: bool,
    /// What is known of the host as a whole.
    pub(crate) complete_facts: bool,
}

/// What errors name: where the instance or class is declared, and the instance around it.
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) at: Loc,
    pub(crate) within: Option<Loc>,
}

/// What became of an instance or class itself, and of its scope.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) declaration: Arc<Declaration>,
    pub(crate) defaults: Vec<(EcoString, Vec<Param>)>,
    pub(crate) source: EcoString,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Done {
    /// Of an instance or class.
    pub(crate) instance: Option<Instance>,
    pub(crate) made: Box<[Made]>,
    pub(crate) types: Box<[MadeType]>,
    pub(crate) steps: u64,
    /// The last statement, unless that was before.
    pub(crate) last_loc: Option<Loc>,
    /// Most units have nothing of it.
    pub(crate) rest: Option<Box<Rest>>,
}

/// What came of it beside resources, kept apart: traces are walked by the thousand, and memory is what it takes.
#[derive(Debug, Default)]
pub(crate) struct Rest {
    /// Variables that a class or a statement of it set in its scope.
    pub(crate) assigned: Vec<(EcoString, Value)>,
    /// What the last match captured, if there was one.
    pub(crate) matches: Option<Option<Arc<[Value]>>>,
    pub(crate) forks: Vec<Fork>,
    pub(crate) groups: u32,
    pub(crate) arrows: Vec<(super::super::relate::Pending, Local)>,
    pub(crate) realized: Vec<(Reference, Option<Loc>, Local)>,
    /// Classes that were there and are included once more.
    pub(crate) included: Vec<(EcoString, Local)>,
    pub(crate) logs: Vec<Log>,
    /// Errors under an undecided condition.
    pub(crate) errors: Vec<(CompileError, Local)>,
    /// What they name, if there are any.
    pub(crate) words: Option<Words>,
    /// Each with how often it was met.
    pub(crate) unknowns: Vec<(Cause, u32)>,
    /// Each with its key.
    pub(crate) observations: Vec<(u64, Observation)>,
}

impl Rest {
    /// Itself, if there is anything.
    pub(super) fn boxed(self) -> Option<Box<Self>> {
        let is_empty = self.assigned.is_empty()
            && self.matches.is_none()
            && self.forks.is_empty()
            && self.groups == 0
            && self.arrows.is_empty()
            && self.realized.is_empty()
            && self.included.is_empty()
            && self.logs.is_empty()
            && self.errors.is_empty()
            && self.unknowns.is_empty()
            && self.observations.is_empty();
        (!is_empty).then(|| Box::new(self))
    }
}

/// The evaluation of an instance, a class, or a statement of a class.
#[derive(Debug)]
pub(crate) struct Trace {
    pub(crate) given: Given,
    /// Questions that have a number, and those that are put each time.
    pub(crate) asked: Box<[Question]>,
    pub(crate) open: Box<[Asked]>,
    /// The numbers of questions, names and files. Where all of them are known nothing else has to be walked through.
    pub(crate) numbers: Box<[Number]>,
    /// Some of its questions hang on the scope around the instance.
    pub(crate) enclosing: bool,
    /// Keys of the data that were looked up.
    pub(crate) lookups: Box<[Lookup]>,
    /// Names that were resolved, each with its number.
    pub(crate) names: Box<[(Number, Arc<Named>)]>,
    /// Those of them that may come to lead elsewhere.
    pub(crate) open_names: Box<[(Number, Arc<Named>)]>,
    /// Files that were consulted beside those of names, each with the number of its path.
    pub(crate) files: Box<[(Number, Arc<Held>)]>,
    /// The revision it was recorded in, and whether it holds in that alone.
    pub(crate) revision: u32,
    pub(crate) stays: bool,
    /// For other revisions by number, two bits each: whether the files have been compared, and are the same.
    pub(crate) compared: AtomicU64,
    pub(crate) done: Done,
}

impl Unit {
    /// Where resource defaults are looked for.
    pub(super) fn defaults_scope(self) -> ScopeId {
        match self {
            Self::Instance { outer, .. } => outer,
            Self::Class { own, .. } | Self::Statement { own, .. } => own,
        }
    }

    /// Where variables are looked for that it does not have itself.
    pub(super) fn variables_scope(self) -> ScopeId {
        match self {
            Self::Instance { enclosing, .. } => enclosing,
            Self::Class { own, .. } | Self::Statement { own, .. } => own,
        }
    }
}
