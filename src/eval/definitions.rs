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
    /// Node definitions of one name, and parameters named like what every resource takes.
    pub(crate) fn check_definitions(&mut self) {
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
        let repeated =
            self.session.repeated.get_or_init(|| repeated_node(self.session).or_else(|| repeated_name(self.session)));
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

/// What Puppet says of the first class or defined type of the main manifests whose name is taken, and where that is.
fn repeated_name(session: &Session) -> Option<(String, Loc)> {
    if session.options.dialect == Dialect::Legacy {
        return None;
    }
    let mut seen: FxHashMap<EcoString, (bool, Loc)> = FxHashMap::default();
    let files = session.main_files().iter().filter_map(|n| session.file(*n));
    files.flat_map(named).find_map(|(name, is_class, at)| {
        let (was_class, first) = seen.insert(name.clone(), (is_class, at.clone()))?;
        let line = first.line;
        let message = match (was_class, is_class) {
            (true, true) => format!("Class '{name}' is already defined (line: {line}); cannot redefine"),
            (true, false) => {
                format!("'{name}' is already defined (line: {line}) as a class; cannot redefine as a definition")
            }
            (false, true) => {
                format!("Definition '{name}' is already defined (line: {line}); cannot be redefined as a class")
            }
            (false, false) => format!(
                "Attempt to redefine entity 'http://puppet.com/2016.1/runtime/type/{name}'. Originally set at line {line}"
            ),
        };
        Some((message, at))
    })
}

/// Classes and defined types of a file, and where their names stand.
fn named(file: &SourceFile) -> impl Iterator<Item = (EcoString, bool, Loc)> {
    (0u32..).zip(&file.defs).filter_map(|(number, def)| match def.kind {
        DefKind::Class => Some((def.name.to_lowercase(), true, file.loc(file.class(number)?.name_span))),
        DefKind::Define => Some((def.name.to_lowercase(), false, file.loc(file.define(number)?.name_span))),
        _ => None,
    })
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
