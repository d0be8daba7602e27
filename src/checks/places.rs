//! Short ways to say where evidence stands.

use crate::finding::Location;
use crate::package::{By, Effect};
use crate::repo::Loc;

/// A line of the head.
pub(crate) fn head(at: &Loc, label: &str) -> Location {
    Location::head(at).label(label)
}

/// A line of the base.
pub(crate) fn base(at: &Loc, label: &str) -> Location {
    Location::base(at).label(label)
}

/// A line of a maintainer script.
pub(crate) fn of_script(package: &str, script: &str, line: u32, label: &str) -> Location {
    Location::package(format!("{package} {script}"), line).label(label)
}

/// What does it: the script line, or the package's own data.
pub(crate) fn of_effect(package: &str, effect: &Effect, label: &str) -> Location {
    match &effect.by {
        By::Script { script, line, text } => of_script(package, script, *line, label).snippet(text.clone()),
        By::Tool(_) => Location::package(format!("{package} data"), 0)
            .label(if label.is_empty() { "shipped by the package" } else { label })
            .snippet(effect.subject.clone()),
    }
}
