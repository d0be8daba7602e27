//! Definitions that Puppet refuses while it reads the main manifest, before anything is evaluated.

use super::classes::known_as;
use super::compiler::Compiler;
use super::error::EvalError;
use super::metaparams::{is_metaparam, is_tag};
use super::session::Session;
use super::source::{DefKind, SourceFile};
use crate::puppet::Dialect;
use crate::puppet::ast::{NodeDef, NodeMatch, Param, Span};
use crate::repo::Loc;
use ecow::EcoString;
use rustc_hash::FxHashMap;

impl Compiler<'_> {
    /// Types of parameters that are none, definitions of one name, and parameters named like what every resource takes.
    pub(crate) fn check_definitions(&mut self) {
        let session = self.session;
        if self.checks_types() && !session.main_files().iter().all(|number| self.evaluate_types(*number)) {
            return;
        }
        let twin = self.rooted_class().or_else(|| self.repeated_node());
        let parameter = || (!self.is_legacy()).then(|| self.taken_parameter()).flatten();
        if let Some(error) = twin.or_else(parameter) {
            self.record(error);
        }
    }

    /// The classes of an ENC are tags of the catalog as they are written.
    fn rooted_class(&self) -> Option<EvalError> {
        let enc = self.host.enc.as_ref()?;
        let mut names = enc.classes_with_params.iter().map(|(name, _)| name).chain(&enc.classes);
        let name = names.find(|name| !is_tag(name))?;
        Some(EvalError::puppet(format!("Invalid tag '{}'", name.to_lowercase())))
    }

    fn repeated_node(&self) -> Option<EvalError> {
        let repeated = self.session.repeated.get_or_init(|| {
            let of = |kinds: &[DefKind]| repeated_name(self.session, kinds);
            let apart = of(&[DefKind::Function]).or_else(|| of(&[DefKind::Alias, DefKind::Define]));
            let node = apart.or_else(|| repeated_node(self.session));
            node.or_else(|| of(&[DefKind::Class, DefKind::Define]))
        });
        repeated.as_ref().map(|(message, at)| EvalError::puppet(message.clone()).at(at))
    }

    /// A parameter without default would take the place of a metaparameter; with one it is handed down.
    fn taken_parameter(&self) -> Option<EvalError> {
        let files = self.session.main_files().iter().filter_map(|n| self.session.file(*n));
        files.into_iter().find_map(|file| {
            let taken = |p: &&Param| is_metaparam(&p.name) && p.default.is_none();
            parameters(file).find_map(|(name, params)| {
                let name_of = &params.iter().find(taken)?.name;
                let message = format!(
                    "{name_of} is a metaparameter; please choose another parameter name in the {name} definition"
                );
                Some(EvalError::puppet(message))
            })
        })
    }
}

/// What Puppet says of the first node definition whose name is taken, and where that is.
fn repeated_node(session: &Session) -> Option<(String, Loc)> {
    let mut seen: FxHashMap<EcoString, Loc> = FxHashMap::default();
    let named = |(file, node): (&'_ SourceFile, &'_ NodeDef)| -> Vec<(EcoString, Loc)> {
        node.matches.iter().map(|m| (known_as(m), file.loc(span_of(m)))).collect()
    };
    session.nodes().flat_map(named).find_map(|(name, at)| {
        let first = seen.insert(name.clone(), at.clone())?;
        Some((format!("Node '{name}' is already defined (line: {}); cannot redefine", first.line), at))
    })
}

/// What Puppet says of the first definition of these kinds in the main manifests whose name is taken, and where that is.
fn repeated_name(session: &Session, of: &[DefKind]) -> Option<(String, Loc)> {
    if session.options.dialect == Dialect::Legacy {
        return None;
    }
    let mut seen: FxHashMap<EcoString, (DefKind, Loc)> = FxHashMap::default();
    let files = session.main_files().iter().filter_map(|n| session.file(*n));
    files.flat_map(named).filter(|(_, kind, _)| of.contains(kind)).find_map(|(name, kind, at)| {
        let (before, first) = seen.insert(name.clone(), (kind, at.clone()))?;
        Some((redefined(&name, (before, kind), &format!("(line: {})", first.line)), at))
    })
}

/// What Puppet says of the second of two definitions of one name in a module's manifest.
pub(super) fn taken(file: &SourceFile, first: u32, again: u32) -> Option<EvalError> {
    let ((name, before, there), (_, kind, at)) = (named_one(file, first)?, named_one(file, again)?);
    let message = redefined(&name, (before, kind), &super::declare::position(&there));
    Some(EvalError::puppet(message).at(&at))
}

fn redefined(name: &str, kinds: (DefKind, DefKind), place: &str) -> String {
    let entity = |of: &str| {
        format!("Attempt to redefine entity 'http://puppet.com/2016.1/runtime/{of}/{name}'. Originally set at {place}")
    };
    match kinds {
        (DefKind::Function, _) | (_, DefKind::Function) => entity("function"),
        (DefKind::Class, DefKind::Class) => format!("Class '{name}' is already defined {place}; cannot redefine"),
        (DefKind::Class, _) => {
            format!("'{name}' is already defined {place} as a class; cannot redefine as a definition")
        }
        (_, DefKind::Class) => {
            format!("Definition '{name}' is already defined {place}; cannot be redefined as a class")
        }
        _ => entity("type"),
    }
}

/// Classes, defined types, functions and type aliases of a file, and where their names stand.
fn named(file: &SourceFile) -> impl Iterator<Item = (EcoString, DefKind, Loc)> {
    (0u32..).zip(&file.defs).filter_map(|(number, _)| named_one(file, number))
}

fn named_one(file: &SourceFile, number: u32) -> Option<(EcoString, DefKind, Loc)> {
    let def = file.defs.get(number as usize)?;
    let span = match def.kind {
        DefKind::Class => file.class(number)?.name_span,
        DefKind::Define => file.define(number)?.name_span,
        DefKind::Function => file.function(number)?.name_span,
        DefKind::Alias => file.def_expr(number)?.span,
        DefKind::Node => return None,
    };
    Some((def.name.to_lowercase(), def.kind, file.loc(span)))
}

fn span_of(node: &NodeMatch) -> Span {
    match node {
        NodeMatch::Name(_, span) | NodeMatch::Regex(_, span) | NodeMatch::Default(span) => *span,
    }
}

/// Classes and defined types of a file with their parameters.
fn parameters(file: &SourceFile) -> impl Iterator<Item = (&str, &[Param])> {
    (0u32..).zip(&file.defs).filter_map(|(number, def)| match def.kind {
        DefKind::Class => file.class(number).map(|c| (&*c.name, &c.params[..])),
        DefKind::Define => file.define(number).map(|d| (&*d.name, &d.params[..])),
        _ => None,
    })
}
