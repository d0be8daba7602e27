//! Maintainer scripts, read as data: parsed, then run abstractly with the phase known.
//!
//! A script's own arguments are known, everything about the host is symbolic: a condition that
//! the script alone does not settle forks the run and its text is kept as the guard of what
//! follows. Nothing is executed. What cannot be followed is reported with line and reason.

mod bre;
mod builtins;
mod commands;
mod conditions;
mod expand;
mod glob;
mod interp;
mod ir;
pub(crate) mod knowledge;
mod lower;
mod lower_word;
pub(crate) mod parse;
pub(crate) mod report;
mod simple;
mod special;
mod state;
#[cfg(test)]
mod tests;
mod text;
pub(crate) mod world;
mod x509;

pub use parse::ScriptError;

use interp::Interp;
use knowledge::Knowledge;
use report::{Deed, Note};
use state::State;
use world::{Setting, Stage, World};

/// What one script does when called with `args`.
pub(crate) struct Ran {
    pub(crate) deeds: Vec<Deed>,
    pub(crate) notes: Vec<Note>,
    /// The host afterwards.
    pub(crate) world: World,
}

/// A script that was parsed once, to be run in each of its phases.
pub(crate) struct Parsed {
    node: std::rc::Rc<ir::Node>,
    errexit: bool,
}

/// Parses a script. Needs the big stack of [`parse::on_big_stack`], as its runs do.
pub(crate) fn parsed(text: &str) -> Result<Parsed, ScriptError> {
    Ok(Parsed { node: parse::parse(text, 1)?, errexit: sets_errexit(text) })
}

/// Runs a script abstractly.
pub(crate) fn run(script: &Parsed, args: &[&str], stage: Stage, setting: &Setting, world: World) -> Ran {
    let mut interp = Interp::new(Knowledge::builtin(), setting, stage);
    let before = world.clone();
    let mut state = State::new(args, world);
    state.errexit = script.errexit;
    // dpkg tells a script whose it is.
    state.vars.insert("DPKG_MAINTSCRIPT_PACKAGE".to_owned(), text::Value::lit(&setting.package));
    // A script that asks debconf's questions was started by it already.
    state.frontend = stage == Stage::Installing;
    interp.start = Some((script.node.clone(), State { world: World::default(), ..state.clone() }));
    let end = interp.exec(&script.node, state).any();
    let mut world = end.map_or(before, |state| state.world);
    world.mentioned.append(&mut interp.mentioned);
    Ran { deeds: interp.deeds, notes: interp.notes.into_iter().collect(), world }
}

/// `#!/bin/sh -e`.
fn sets_errexit(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    let flags = first.split_whitespace().skip(1).find(|w| w.starts_with('-'));
    first.starts_with("#!") && flags.is_some_and(|f| f.contains('e'))
}
