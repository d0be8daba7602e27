//! Holds what a change is said to reach against compiled catalogs: `reach_audit REPO REV COUNT [STEP [quick|once]]`.
//!
//! For each of COUNT commits back from REV, every host that the change is said not to reach is
//! compiled at head; a catalog that consulted a changed file is printed as a miss. With `quick` nothing is
//! compiled: it tells how far changes reach. With `once` the hosts are compiled at REV alone, and what they
//! consulted there stands for all commits: many commits in little time, with a false miss where a catalog
//! has changed since. Main manifests are not counted, for every host reads them.
#![allow(clippy::print_stdout)]

use holdpoint::eval::group::compile_group;
use holdpoint::eval::{FileCache, HostSpec, Options, Scout, Session};
use holdpoint::nodes::{enumerate_hosts, mentioned_hosts};
use holdpoint::puppet::Dialect;
use holdpoint::reach::Reach;
use holdpoint::repo::{FileChange, Layout, LayoutSettings, Repo, changed};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [repo, rev, count, rest @ ..] = &args[..] else { return Err("REPO REV COUNT [STEP]".into()) };
    let step: usize = rest.first().map_or(Ok(1), |s| s.parse())?;
    let repo = Repo::open(repo)?;
    let cache = Arc::new(FileCache::default());
    rayon::ThreadPoolBuilder::new().num_threads(2).stack_size(256 << 20).build_global()?;
    let mode = rest.get(1).map_or("", String::as_str);
    let known = if mode == "once" { Some(consulted(&open(&repo, rev, &cache)?)) } else { None };
    for n in 0..count.parse()? {
        let head = format!("{rev}~{}", n * step);
        let (base, head) = (open(&repo, &format!("{head}^"), &cache)?, open(&repo, &head, &cache)?);
        match &known {
            Some(known) => held_against(known, &base, &head),
            None => one(&base, &head, mode != "quick"),
        }
    }
    Ok(())
}

fn open(repo: &Repo, rev: &str, cache: &Arc<FileCache>) -> Result<Session, Failure> {
    let tree = repo.at(rev)?;
    let layout = Layout::discover(&tree, &LayoutSettings::default())?;
    let dialect = if layout.is_legacy { Dialect::Legacy } else { Dialect::Modern };
    let options = Options { dialect, layout: Some(layout), complete: false, ..Options::default() };
    Ok(Session::new(tree, options, cache.clone()))
}

/// What each host's catalog rests on.
type Known = BTreeMap<String, BTreeSet<Arc<str>>>;

fn consulted(session: &Session) -> Known {
    let nodes: Vec<_> = session.nodes().map(|(_, n)| n).collect();
    let mut blocks: BTreeMap<Option<usize>, Vec<HostSpec>> = BTreeMap::new();
    for host in enumerate_hosts(&nodes, &[], &mentioned_hosts(session.tree(), session.layout())).hosts {
        blocks.entry(host.node).or_default().push(HostSpec::named(&host.certname));
    }
    let blocks: Vec<_> = blocks.into_values().collect();
    let groups = blocks.par_iter().flat_map_iter(|block| compile_group(session, block));
    let of_group = |group: holdpoint::eval::group::Group| {
        let deps: BTreeSet<Arc<str>> = group.compiled.deps.into_iter().collect();
        group.hosts.into_iter().map(move |host| (host.to_string(), deps.clone())).collect::<Vec<_>>()
    };
    groups.flat_map_iter(of_group).collect()
}

fn held_against(known: &Known, base: &Session, head: &Session) {
    let files = changed(base.tree(), head.tree());
    let reach = Reach::new(base, head, &files);
    let main: BTreeSet<&str> = head.main_sources().map(|f| &*f.path).collect();
    let paths: BTreeSet<&str> = files.iter().flat_map(FileChange::paths).filter(|p| !main.contains(p)).collect();
    let nodes: Vec<_> = head.nodes().map(|(_, n)| n).collect();
    let hosts = enumerate_hosts(&nodes, &[], &mentioned_hosts(head.tree(), head.layout())).hosts;
    let (mut reached, mut misses) = (0, BTreeMap::new());
    for host in &hosts {
        let edited = host.node.is_some_and(|n| base.node_text(n) != head.node_text(n));
        let spec = HostSpec::named(&host.certname);
        if edited
            || reach.node(host.node)
            || reach.data(host.node, || Scout::glance(head, &spec), || Scout::new(head, &spec))
        {
            reached += 1;
        } else if let Some(deps) = known.get(&host.certname) {
            for path in paths.iter().filter(|path| deps.contains(**path)) {
                *misses.entry(path.to_string()).or_insert(0) += 1;
            }
        }
    }
    println!("{}: {} files, {reached} of {} hosts reached", head.tree().label(), files.len(), hosts.len());
    misses.iter().for_each(|(path, count)| println!("  MISS {count} hosts rest on {path}"));
}

fn one(base: &Session, head: &Session, compiles: bool) {
    let files = changed(base.tree(), head.tree());
    let paths: BTreeSet<&str> = files.iter().flat_map(FileChange::paths).collect();
    let start = Instant::now();
    let reach = Reach::new(base, head, &files);
    let took = start.elapsed();
    let nodes: Vec<_> = head.nodes().map(|(_, n)| n).collect();
    let hosts = enumerate_hosts(&nodes, &[], &mentioned_hosts(head.tree(), head.layout())).hosts;
    let mut blocks: BTreeMap<usize, Vec<HostSpec>> = BTreeMap::new();
    let scout = |spec: &HostSpec| Scout::new(head, spec);
    for host in &hosts {
        let spec = HostSpec::named(&host.certname);
        let edited = host.node.is_some_and(|n| base.node_text(n) != head.node_text(n));
        if !edited && !reach.node(host.node) && !reach.data(host.node, || Scout::glance(head, &spec), || scout(&spec)) {
            blocks.entry(host.node.unwrap_or(usize::MAX)).or_default().push(spec);
        }
    }
    let left_out: usize = blocks.values().map(Vec::len).sum();
    println!(
        "{}: {} files, {} of {} hosts reached in {took:?}{}",
        head.tree().label(),
        files.len(),
        hosts.len() - left_out,
        hosts.len(),
        reach.everything().map(|why| format!(" (all: {why})")).unwrap_or_default()
    );
    if !compiles {
        return;
    }
    let main: BTreeSet<&str> = head.main_sources().map(|f| &*f.path).collect();
    let blocks: Vec<_> = blocks.into_values().collect();
    let misses: BTreeSet<String> = blocks
        .par_iter()
        .flat_map_iter(|block| compile_group(head, block))
        .flat_map_iter(|group| {
            let host = group.hosts.first().cloned().unwrap_or_default();
            let met = group.compiled.deps.iter().filter(|d| paths.contains(&***d) && !main.contains(&***d));
            met.map(|d| format!("{host} rests on {d}")).collect::<Vec<_>>()
        })
        .collect();
    misses.iter().take(5).for_each(|miss| println!("  MISS {miss}"));
}
