//! From a package to what removing it would do: dpkg's own part and that of its scripts.

use super::dpkg;
use super::effect::Removal;
use super::member::Package;
use crate::shell::knowledge::Knowledge;

/// What removing and then purging the package would do.
#[must_use]
pub fn analyse(package: &Package) -> Removal {
    let knowledge = Knowledge::builtin();
    let effects = dpkg::effects(package, knowledge);
    Removal {
        package: package.control.package().to_owned(),
        version: package.control.version().to_owned(),
        source: package.origin.path().to_owned(),
        effects,
        not_analysed: Vec::new(),
    }
}

/// Several packages at once, in the order given.
#[must_use]
pub fn analyse_many(packages: &[Package]) -> Vec<Removal> {
    use rayon::prelude::*;
    packages.par_iter().map(analyse).collect()
}
