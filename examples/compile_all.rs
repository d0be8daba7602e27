//! Compiles every node block of a revision and tells what could not be:
//! `compile_all REPO REV [HOST-PREFIX] [--config FILE]`.
//!
//! A measuring instrument for the compiler; not part of the gate.
#![allow(clippy::print_stdout)]

use holdpoint::eval::group::{Group, compile_group, disagreement};
use holdpoint::checks::meta;
use holdpoint::config::{self, Config};
use holdpoint::eval::{FileCache, HostSpec, Options, Session, Specs};
use holdpoint::nodes::{Facts, enumerate_hosts, mentioned_hosts};
use holdpoint::puppet::Dialect;
use holdpoint::repo::{Layout, Repo};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let config = config(&mut args)?;
    let mut args = args.into_iter();
    let repo = Repo::open(args.next().ok_or("REPO")?)?;
    let tree = repo.at(&args.next().ok_or("REV")?)?;
    let only = args.next();
    let start = Instant::now();
    let layout = Layout::discover(&tree, &config.layout)?;
    let dialect = if layout.is_legacy { Dialect::Legacy } else { Dialect::Modern };
    let specs = Specs::new(Facts::load(None, config.facts));
    let options = Options {
        dialect,
        strict: config.strict,
        strict_variables: config.strict,
        complete: false,
        hiera: config.hiera,
        layout: Some(layout.clone()),
        ..Options::default()
    };
    let session = Session::new(tree, options, Arc::new(FileCache::default()));
    let nodes: Vec<_> = session.nodes().map(|(_, n)| n).collect();
    let hosts = enumerate_hosts(&nodes, &[], &mentioned_hosts(session.tree(), &layout)).hosts;
    println!("{} node blocks, {} hosts, opened in {:?}", nodes.len(), hosts.len(), start.elapsed());
    let mut blocks: BTreeMap<Option<usize>, Vec<HostSpec>> = BTreeMap::new();
    for host in hosts.iter().filter(|h| only.as_ref().is_none_or(|o| h.certname.starts_with(o.as_str()))) {
        blocks.entry(host.node).or_default().push(specs.of(&host.certname));
    }
    let blocks: Vec<_> = blocks.into_values().collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).stack_size(256 << 20).build()?;
    let start = Instant::now();
    let one = |block: &Vec<HostSpec>| {
        let start = Instant::now();
        let groups = compile_group(&session, block);
        if start.elapsed().as_secs_f32() > 2.0 {
            println!(
                "slow: {} and {} more, {} catalogs, {:?}",
                block[0].certname,
                block.len() - 1,
                groups.len(),
                start.elapsed()
            );
        }
        groups
    };
    let of_block: Vec<_> = pool.install(|| blocks.par_iter().map(one).collect());
    println!(
        "{} hosts: {} catalogs in {:?}",
        blocks.iter().map(Vec::len).sum::<usize>(),
        of_block.iter().map(Vec::len).sum::<usize>(),
        start.elapsed()
    );
    apart(&session, &specs, &of_block);
    let groups: Vec<_> = of_block.into_iter().flatten().collect();
    report(&groups, only.is_some());
    Ok(())
}

/// The settings named with `--config`, taken out of the arguments.
fn config(args: &mut Vec<String>) -> Result<Config, Box<dyn std::error::Error>> {
    let Some(at) = args.iter().position(|a| a == "--config") else { return Ok(Config::default()) };
    let file = args.get(at + 1).ok_or("--config FILE")?.clone();
    args.drain(at..at + 2);
    let rules: Vec<&str> = meta::all().iter().map(|m| m.id.as_str()).collect();
    Ok(config::parse(&file, &std::fs::read_to_string(&file)?, &rules)?)
}

/// What keeps hosts of one node block from sharing a catalog.
fn apart(session: &Session, specs: &Specs, blocks: &[Vec<Group>]) {
    let mut reasons = BTreeMap::new();
    for groups in blocks {
        let Some((first, rest)) = groups.split_first() else { continue };
        for other in rest {
            let why = disagreement(session, &first.compiled, &HostSpec { shared: true, ..specs.of(&other.hosts[0]) });
            let text = format!("{why:?}").replace(first.hosts[0].as_str(), "HOST").replace("origin: None", "");
            *reasons.entry(text.chars().take(400).collect()).or_insert(0) += 1;
        }
    }
    top("what keeps hosts apart", &reasons, 40);
}

fn report(groups: &[Group], verbose: bool) {
    let clean = groups.iter().filter(|g| g.compiled.errors.is_empty());
    let hosts: usize = clean.clone().map(|g| g.hosts.len()).sum();
    let total: usize = groups.iter().map(|g| g.hosts.len()).sum();
    let resources: usize = groups.iter().map(|g| g.compiled.catalog.resources.len()).sum();
    println!(
        "{hosts} of {total} hosts without error ({} catalogs of {}), {resources} resources",
        clean.count(),
        groups.len()
    );
    let (mut errors, mut unknowns, mut maybe) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for group in groups {
        let mut seen = std::collections::BTreeSet::new();
        for error in &group.compiled.errors {
            let at = error.at.as_ref().map(ToString::to_string).unwrap_or_default();
            let message = error.message.replace(group.compiled.catalog.certname.as_str(), "HOST");
            if seen.insert(message.clone()) {
                *errors.entry(format!("{message} @ {at}")).or_insert(0) += group.hosts.len();
            }
        }
        for error in &group.compiled.possible_errors {
            let at = error.at.as_ref().map(ToString::to_string).unwrap_or_default();
            *maybe.entry(format!("{} @ {at}", error.message)).or_insert(0) += 1;
        }
        for (cause, n) in &group.compiled.catalog.unknowns {
            *unknowns.entry(format!("{cause:?}")).or_insert(0) += *n as usize;
        }
    }
    top("errors, by hosts", &errors, 60);
    top("possible errors", &maybe, 25);
    top("unknown", &unknowns, 50);
    if verbose {
        for group in groups {
            println!("== {:?}: {} observations", group.hosts, group.compiled.observations.len());
            for o in group.compiled.observations.iter().take(20) {
                println!("   {}", format!("{o:?}").chars().take(300).collect::<String>());
            }
        }
    }
}

fn top(what: &str, counts: &BTreeMap<String, usize>, n: usize) {
    let mut list: Vec<_> = counts.iter().collect();
    list.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    println!("-- {what}: {} kinds", list.len());
    for (text, count) in list.into_iter().take(n) {
        println!("{count:6} {}", text.chars().take(400).collect::<String>().replace('\n', " / "));
    }
}
