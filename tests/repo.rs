//! The repository stage against git: built on the spot, and real clones where they are named by
//! `HOLDPOINT_OPERATIONS_PUPPET` and `HOLDPOINT_PUPPET` (bare or not).
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::time::Instant;

use holdpoint::repo::Repo;
use rayon::prelude::*;

fn real(variable: &str) -> Option<Repo> {
    Some(Repo::open(std::env::var_os(variable)?).unwrap())
}

#[test]
fn lists_and_reads_a_real_repository() {
    let Some(repo) = real("HOLDPOINT_OPERATIONS_PUPPET") else { return };
    let start = Instant::now();
    let tree = repo.at("d3590882967").unwrap();
    let listed = start.elapsed();
    let paths: Vec<_> = tree.list("").cloned().collect();
    let bytes: usize = paths.par_iter().map(|p| tree.read(p).ok().flatten().map_or(0, |b| b.len())).sum();
    let read = start.elapsed();
    eprintln!("listed {} in {listed:?}, read {bytes} bytes in {read:?}; unread {:?}", tree.len(), tree.unread());
    assert!(tree.len() > 10_800 && bytes > 20_000_000);
}
