//! The repository stage over real clones, bare or not, that `HOLDPOINT_OPERATIONS_PUPPET` and
//! `HOLDPOINT_PUPPET` name: `cargo test --test repo -- --ignored`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, missing_docs)]

use std::time::Instant;

use holdpoint::repo::Repo;
use rayon::prelude::*;

/// The clone that a variable names; a test that was asked for does not pass without one.
fn real(variable: &str) -> Repo {
    let path = std::env::var_os(variable).unwrap_or_else(|| panic!("set {variable} to a clone of the repository"));
    Repo::open(path).unwrap()
}

#[test]
#[ignore = "needs a fetched repository: set HOLDPOINT_OPERATIONS_PUPPET"]
fn lists_and_reads_a_real_repository() {
    let repo = real("HOLDPOINT_OPERATIONS_PUPPET");
    let start = Instant::now();
    let tree = repo.at("d3590882967").unwrap();
    let listed = start.elapsed();
    let paths: Vec<_> = tree.list("").cloned().collect();
    let bytes: usize = paths.par_iter().map(|p| tree.read(p).ok().flatten().map_or(0, |b| b.len())).sum();
    let read = start.elapsed();
    eprintln!("listed {} in {listed:?}, read {bytes} bytes in {read:?}; unread {:?}", tree.len(), tree.unread());
    assert!(tree.len() > 10_800 && bytes > 20_000_000);
}

/// Node definitions of the site manifests, those that old ones import included.
fn hosts(tree: &holdpoint::repo::Tree, layout: &holdpoint::repo::Layout) -> holdpoint::nodes::Hosts {
    use holdpoint::puppet::{Dialect, ast::ExprKind, parse};
    let parsed: Vec<_> =
        layout.manifests.iter().map(|path| parse(&tree.text(path).unwrap().unwrap(), Dialect::Legacy)).collect();
    let nodes: Vec<_> = parsed
        .iter()
        .flat_map(|p| &p.body)
        .filter_map(|e| match &e.kind {
            ExprKind::Node(node) => Some(&**node),
            _ => None,
        })
        .collect();
    holdpoint::nodes::enumerate_hosts(&nodes, &[], &holdpoint::nodes::mentioned_hosts(tree, layout))
}

#[test]
#[ignore = "needs fetched repositories: set HOLDPOINT_OPERATIONS_PUPPET and HOLDPOINT_PUPPET"]
fn knows_the_layout_and_hosts_of_real_repositories() {
    for (variable, rev, hiera, least) in [
        ("HOLDPOINT_PUPPET", "ec2ef38306c", None, 700),
        ("HOLDPOINT_PUPPET", "988bc23d901", Some("modules/puppetmaster/files/production.hiera.yaml"), 1000),
        ("HOLDPOINT_OPERATIONS_PUPPET", "d3590882967", Some("modules/puppetmaster/files/hiera/production.yaml"), 1500),
    ] {
        let repo = real(variable);
        let tree = repo.at(rev).unwrap();
        let start = Instant::now();
        let layout = holdpoint::repo::Layout::discover(&tree, &Default::default()).unwrap();
        let laid = start.elapsed();
        let hosts = hosts(&tree, &layout);
        eprintln!(
            "{rev}: layout {laid:?}, hosts {:?}: {} hosts, {} exact; {} modules in {:?}, {} manifests, legacy {}\n{:#?}",
            start.elapsed(),
            hosts.hosts.len(),
            hosts.exact(),
            layout.modules.len(),
            layout.modulepath,
            layout.manifests.len(),
            layout.is_legacy,
            layout.notes
        );
        for (place, why) in &hosts.notes {
            eprintln!("  {place}: {why}");
        }
        let mut reasons = std::collections::BTreeMap::new();
        for host in &hosts.hosts {
            if let holdpoint::nodes::Exactness::Representative { why } = &host.exactness {
                let entry: &mut (usize, String) = reasons.entry(why.clone()).or_default();
                entry.0 += 1;
                entry.1 = host.certname.clone();
            }
        }
        eprintln!("{reasons:#?}");
        assert_eq!(layout.hiera.as_deref(), hiera);
        assert!(hosts.hosts.len() > least);
    }
}
