//! What comes out alike on many hosts, and in both revisions, is evaluated once.
//!
//! While an instance of a defined type, a class or a statement of a class is evaluated, a [`Recorder`]
//! notes whatever it asks the rest of the compilation (variables, facts, keys of the data, whether
//! something is declared, where names are defined) and what comes of it. Where another one starts alike
//! and every question has the same answer, what came of the first is done again instead
//! ([`trace::Trace`]). Whatever does anything out of this frame (collectors, overrides, first inclusions
//! of classes, errors that break the catalog) is evaluated each time: of a class that includes others
//! anew, its parameters and each statement by itself. Errors under an undecided condition are told again
//! where the lines that they name are the same.

mod agree;
mod keep;
mod questions;
mod record;
mod replay;
mod same;
mod store;
mod trace;

pub(crate) use questions::Confirmed;
pub(crate) use record::Recorder;
pub(crate) use same::{same as same_value, same_all as same_values};
pub(crate) use store::Store;
pub(crate) use trace::Unit;
