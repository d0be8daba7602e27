//! How fast catalogs are compiled: that of one host, warm, and those of all hosts, cold. The tree is the folder in
//! `HOLDPOINT_BENCH_TREE` with the settings in `HOLDPOINT_BENCH_CONFIG` and the facts in `HOLDPOINT_BENCH_FACTS`, or a
//! fixture.

use criterion::{Criterion, criterion_group, criterion_main};
use holdpoint::config::{self, Config};
use holdpoint::eval::group::compile_group;
use holdpoint::eval::{FileCache, HostSpec, Options, Session, Specs, compile};
use holdpoint::nodes::{Facts, enumerate_hosts, mentioned_hosts};
use holdpoint::puppet::Dialect;
use holdpoint::repo::{Layout, Repo, Tree, WORKTREE};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

const FIXTURE: &str = "fixtures/incidents/2015-mailman-config-without-restart/head";

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

fn config() -> Outcome<Config> {
    let Some(file) = setting("HOLDPOINT_BENCH_CONFIG") else { return Ok(Config::default()) };
    let rules: Vec<&str> = holdpoint::checks::meta::all().iter().map(|m| m.id.as_str()).collect();
    Ok(config::parse(&file, &std::fs::read_to_string(&file)?, &rules)?)
}

fn facts() -> Outcome<Option<Tree>> {
    setting("HOLDPOINT_BENCH_FACTS").map(|folder| Ok(Repo::open(&folder)?.at(WORKTREE)?)).transpose()
}

fn session(tree: &Tree, config: &Config) -> Outcome<Session> {
    let layout = Layout::discover(tree, &config.layout)?;
    let dialect = if layout.is_legacy { Dialect::Legacy } else { Dialect::Modern };
    let hiera = config.hiera.clone();
    let options = Options { dialect, complete: false, hiera, layout: Some(layout), ..Options::default() };
    Ok(Session::new(tree.clone(), options, Arc::new(FileCache::default())))
}

/// The hosts of each node definition.
fn blocks(session: &Session, specs: &Specs) -> Vec<Vec<HostSpec>> {
    let nodes: Vec<_> = session.nodes().map(|(_, n)| n).collect();
    let hosts = enumerate_hosts(&nodes, &[], &mentioned_hosts(session.tree(), session.layout())).hosts;
    let mut blocks: BTreeMap<Option<usize>, Vec<HostSpec>> = BTreeMap::new();
    for host in hosts {
        blocks.entry(host.node).or_default().push(specs.of(&host.certname));
    }
    blocks.into_values().collect()
}

fn run(c: &mut Criterion) -> Outcome<()> {
    let root = setting("HOLDPOINT_BENCH_TREE").unwrap_or_else(|| FIXTURE.to_owned());
    let tree = Repo::open(&root)?.at(WORKTREE)?;
    let config = config()?;
    let specs = Specs::new(Facts::load(facts()?.as_ref(), config.facts.clone()));
    let pool = rayon::ThreadPoolBuilder::new().stack_size(256 << 20).build()?;
    let warm = session(&tree, &config)?;
    let hosts = blocks(&warm, &specs);
    let wanted = setting("HOLDPOINT_BENCH_HOST");
    let picked = |spec: &&HostSpec| wanted.as_ref().is_none_or(|w| spec.certname == w.as_str());
    let one = hosts.iter().flatten().find(picked).ok_or("no such host")?;
    let mut group = c.benchmark_group("compile");
    group.sample_size(10);
    group.bench_function(format!("one catalog ({})", one.certname), |b| {
        pool.install(|| b.iter(|| black_box(compile(&warm, one))));
    });
    group.bench_function("all hosts, cold", |b| {
        let all =
            || session(&tree, &config).map(|s| hosts.par_iter().map(|h| compile_group(&s, h).len()).sum::<usize>());
        b.iter(|| pool.install(|| black_box(all().ok())));
    });
    group.finish();
    Ok(())
}

fn benches_of_compile(c: &mut Criterion) {
    if let Err(error) = run(c) {
        panic!("{error}");
    }
}

criterion_group!(benches, benches_of_compile);
criterion_main!(benches);
