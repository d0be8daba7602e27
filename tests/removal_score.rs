//! The removal analysis held to records of real removals: prints the table, and fails where a measure
//! falls below what it has reached. The records and their packages are not part of the repository:
//! `HOLDPOINT_ORACLE` names the file (else `../shared/removal/oracle.jsonl`), `HOLDPOINT_DEBS` the folder.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[allow(dead_code)]
#[path = "../examples/score_removal.rs"]
mod score_removal;

use std::path::{Path, PathBuf};

/// Mean of precision and recall that every measure keeps.
const FLOOR: f64 = 0.98;

#[test]
fn no_measure_falls_below_what_it_has_reached() {
    let named = std::env::var_os("HOLDPOINT_ORACLE").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/removal/oracle.jsonl");
    let oracle = named.unwrap_or(beside);
    let Some(debs) = std::env::var_os("HOLDPOINT_DEBS").map(PathBuf::from).filter(|_| oracle.is_file()) else {
        println!("no records or no packages: nothing is measured");
        return;
    };
    let found = score_removal::table(&oracle, &debs, None, None);
    let mut low = Vec::new();
    for (name, tally) in &found {
        tally.print(name, false);
        if tally.ratios().2 < FLOOR {
            low.push(name);
        }
    }
    assert!(!found.is_empty() && low.is_empty(), "below the floor: {low:?}");
}
