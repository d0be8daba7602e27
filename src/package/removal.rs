//! From a package to what removing it would do: dpkg's own part and that of its scripts.

use std::collections::BTreeMap;

use super::effect::{Effect, Kind, NotAnalysed, Phase, Removal};
use super::member::Package;
use super::{dpkg, host};
use crate::shell::knowledge::Knowledge;
use crate::shell::parse::on_big_stack;

/// What removing and then purging the package would do.
#[must_use]
pub fn analyse(package: &Package) -> Removal {
    let mut effects = dpkg::effects(package, Knowledge::builtin());
    let mut not_analysed = Vec::new();
    match on_big_stack(|| host::run_scripts(package)) {
        Ok(runs) => {
            effects.extend(runs.effects);
            not_analysed = runs.not_analysed;
        }
        Err(error) => {
            not_analysed.push(NotAnalysed { script: "all".to_owned(), line: 0, reason: error.to_string() });
        }
    }
    not_analysed.sort();
    not_analysed.dedup();
    Removal {
        package: package.control.package().to_owned(),
        version: package.control.version().to_owned(),
        source: package.origin.path().to_owned(),
        effects: settle(effects),
        not_analysed,
    }
}

/// Several packages at once, in the order given.
#[must_use]
pub fn analyse_many(packages: &[Package]) -> Vec<Removal> {
    use rayon::prelude::*;
    packages.par_iter().map(analyse).collect()
}

/// Each effect once a phase, the surest of equals, sorted; what is gone after remove is no effect
/// of purge.
fn settle(effects: Vec<Effect>) -> Vec<Effect> {
    let mut best: BTreeMap<(Phase, Kind, String), Effect> = BTreeMap::new();
    for effect in effects {
        let key = (effect.phase, effect.kind, effect.subject.clone());
        match best.get(&key) {
            Some(known) if known.verdict <= effect.verdict => {}
            _ => drop(best.insert(key, effect)),
        }
    }
    best.into_values().collect()
}
