//! Compiles every node block of a revision and tells what could not be:
//! `compile_all REPO REV [HOST-PREFIX] [--config FILE] [--threads N] [--one] [--afresh] [--digest]`; on two threads
//! unless others are asked for; with `--one` a single host of each block, with `--afresh` nothing is taken over from one host to the next, and `--digest` prints a
//! number for each catalog that is another if anything in it is. `--after REV` compiles each block at that revision
//! first, and with `--touched` at the second one only those hosts of which a file that they consulted differs, as
//! the gate does.
//!
//! A measuring instrument for the compiler; not part of the gate.
#![allow(clippy::print_stdout)]

use holdpoint::checks::meta;
use holdpoint::config::{self, Config};
use holdpoint::eval::group::{Group, compile_group, compile_part, disagreement};
use holdpoint::eval::{CompileError, Compiled, FileCache, HostSpec, Options, Session, Specs};
use holdpoint::nodes::{Facts, enumerate_hosts, mentioned_hosts};
use holdpoint::puppet::Dialect;
use holdpoint::repo::{FileChange, Layout, Repo, changed};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let config = config(&mut args)?;
    let mut flag = |name: &str| args.iter().position(|a| a == name).map(|at| args.remove(at)).is_some();
    let (afresh, digest) = (flag("--afresh"), flag("--digest"));
    let touched = flag("--touched");
    let after = args.iter().position(|a| a == "--after").map(|at| args.drain(at..=at + 1).next_back());
    let threads = args.iter().position(|a| a == "--threads").map(|at| args.drain(at..=at + 1).next_back());
    let threads = threads.flatten().map_or(Ok(2), |n| n.parse())?;
    let one_each = args.iter().position(|a| a == "--one").map(|at| args.remove(at)).is_some();
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
        afresh,
        hiera: config.hiera,
        layout: Some(layout.clone()),
        ..Options::default()
    };
    let cache = FileCache::lasting();
    let before = after.flatten().map(|rev| repo.at(&rev)).transpose()?;
    let files = before.as_ref().filter(|_| touched).map(|before| changed(before, &tree));
    let files: Option<BTreeSet<&str>> = files.as_ref().map(|files| files.iter().flat_map(FileChange::paths).collect());
    let before = before.map(|tree| Session::new(tree, options.clone(), cache.clone()));
    let session = Session::new(tree, options, cache);
    let nodes: Vec<_> = session.nodes().map(|(_, n)| n).collect();
    let hosts = enumerate_hosts(&nodes, &[], &mentioned_hosts(session.tree(), &layout)).hosts;
    println!("{} node blocks, {} hosts, opened in {:?}", nodes.len(), hosts.len(), start.elapsed());
    let mut blocks: BTreeMap<Option<usize>, Vec<HostSpec>> = BTreeMap::new();
    for host in hosts.iter().filter(|h| only.as_ref().is_none_or(|o| h.certname.starts_with(o.as_str()))) {
        blocks.entry(host.node).or_default().push(specs.of(&host.certname));
    }
    let mut blocks: Vec<_> = blocks.into_values().collect();
    if one_each {
        blocks.iter_mut().for_each(|block| block.truncate(1));
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(256 << 20).build()?;
    let start = Instant::now();
    let spent = AtomicU64::new(0);
    let one = |block: &Vec<HostSpec>| {
        let start = Instant::now();
        let earlier = before.as_ref().map(|revision| compile_group(revision, block));
        spent.fetch_add(u64::try_from(start.elapsed().as_micros()).unwrap_or(0), Ordering::Relaxed);
        let groups = match (earlier, &files) {
            (Some(earlier), Some(files)) => anew(&session, block, earlier, files),
            (earlier, _) => {
                drop(earlier);
                compile_group(&session, block)
            }
        };
        let took = start.elapsed();
        if took.as_secs_f32() > 2.0 {
            println!("slow: {} and {} more, {} catalogs, {took:?}", block[0].certname, block.len() - 1, groups.len());
        }
        if digest {
            groups
                .iter()
                .for_each(|g| println!("digest {} {:016x}", g.compiled.catalog.certname, digest_of(&g.compiled)));
        }
        Summary::of(&session, &specs, &groups, only.is_some())
    };
    let all = pool.install(|| blocks.par_iter().map(one).reduce(Summary::default, Summary::and));
    println!("compiled in {:?}", start.elapsed());
    if before.is_some() {
        println!("of the threads' time, {} ms for the revision before", spent.into_inner() / 1000);
    }
    all.print();
    Ok(())
}

/// The catalogs of the second revision, where those that consulted nothing that differs are those of the first.
fn anew(session: &Session, block: &[HostSpec], earlier: Vec<Group>, files: &BTreeSet<&str>) -> Vec<Group> {
    let is_touched = |group: &Group| group.compiled.deps.iter().any(|path| files.contains(&**path));
    let (stale, mut groups): (Vec<Group>, Vec<Group>) = earlier.into_iter().partition(is_touched);
    let hosts: BTreeSet<_> = stale.iter().flat_map(|group| &group.hosts).collect();
    let specs: Vec<HostSpec> = block.iter().filter(|h| hosts.contains(&h.certname)).cloned().collect();
    groups.extend(compile_part(session, &specs, block.len() > 1));
    groups
}

/// All of a catalog as one number.
fn digest_of(compiled: &Compiled) -> u64 {
    let mut unknowns: Vec<_> = compiled.catalog.unknowns.iter().collect();
    unknowns.sort();
    let mut lookups: Vec<_> = compiled.lookups.iter().collect();
    lookups.sort();
    let mut deps: Vec<_> = compiled.deps.iter().collect();
    deps.sort();
    let catalog = &compiled.catalog;
    let parts = [
        format!("{:?}", catalog.resources),
        format!(
            "{:?} {:?}",
            catalog.relations,
            catalog
                .automatic
                .iter()
                .flat_map(|(id, all)| all.iter().map(move |a| (*id, &a.other, a.after, a.refresh)))
                .collect::<Vec<_>>()
        ),
        format!("{:?} {:?}", catalog.classes, catalog.logs),
        format!("{:?} {:?}", compiled.errors, compiled.possible_errors),
        format!("{deps:?}"),
        format!("{:?}", compiled.observations),
        format!("{unknowns:?} {lookups:?} {:?}", compiled.data_files),
    ];
    if std::env::var_os("DIGEST_PARTS").is_some() {
        let each: Vec<String> = parts.iter().map(|p| format!("{:08x}", digest(p) as u32)).collect();
        println!("parts {} {}", catalog.certname, each.join(" "));
    }
    digest(&parts.concat())
}

fn digest(text: &str) -> u64 {
    let mut state = std::hash::DefaultHasher::new();
    text.hash(&mut state);
    state.finish()
}

/// What is kept of catalogs: they themselves would fill the memory.
#[derive(Default)]
struct Summary {
    hosts: usize,
    clean: usize,
    catalogs: usize,
    resources: usize,
    apart: Counts,
    errors: Counts,
    first: Counts,
    maybe: Counts,
    refused: Counts,
    unknowns: Counts,
    hosts_unknown: Counts,
    lines: Vec<String>,
}

type Counts = BTreeMap<String, usize>;

impl Summary {
    fn of(session: &Session, specs: &Specs, groups: &[Group], verbose: bool) -> Self {
        let mut out = Self::default();
        out.apart(session, specs, groups);
        for group in groups {
            out.add(group, verbose);
        }
        out
    }

    fn add(&mut self, group: &Group, verbose: bool) {
        let (compiled, n) = (&group.compiled, group.hosts.len());
        self.hosts += n;
        self.catalogs += 1;
        self.resources += compiled.catalog.resources.len();
        self.clean += if compiled.errors.is_empty() { n } else { 0 };
        let at = |e: &CompileError| e.at.as_ref().map(ToString::to_string).unwrap_or_default();
        let text =
            |e: &CompileError| format!("{} @ {}", e.message.replace(compiled.catalog.certname.as_str(), "HOST"), at(e));
        let errors: BTreeSet<String> = compiled.errors.iter().map(text).collect();
        errors.into_iter().for_each(|e| *self.errors.entry(e).or_default() += n);
        compiled.errors.first().into_iter().for_each(|e| *self.first.entry(text(e)).or_default() += n);
        compiled.possible_errors.iter().for_each(|e| *self.maybe.entry(text(e)).or_default() += n);
        let catalog = &compiled.catalog;
        let real = catalog.resources.iter().filter(|r| !r.is_virtual);
        let refused = real.filter_map(|r| Some(r.refusal()?.told(r)));
        let unrealised = catalog.unrealised();
        refused
            .chain(unrealised.iter().map(|u| format!("{u} @ {}", u.at)))
            .for_each(|why| *self.refused.entry(why).or_default() += n);
        for (cause, count) in &compiled.catalog.unknowns {
            *self.unknowns.entry(format!("{cause:?}")).or_default() += *count as usize;
            *self.hosts_unknown.entry(format!("{cause:?}")).or_default() += n;
        }
        if verbose {
            self.lines.push(format!("== {:?}: {} observations", group.hosts, compiled.observations.len()));
            let shown = compiled.observations.iter().take(20);
            self.lines.extend(shown.map(|o| format!("   {}", format!("{o:?}").chars().take(300).collect::<String>())));
        }
    }

    /// What keeps hosts of one node block from sharing a catalog.
    fn apart(&mut self, session: &Session, specs: &Specs, groups: &[Group]) {
        let Some((first, rest)) = groups.split_first() else { return };
        for other in rest {
            let spec = HostSpec { shared: true, ..specs.of(&other.hosts[0]) };
            let why = disagreement(session, &first.compiled, &spec);
            let text = format!("{why:?}").replace(first.hosts[0].as_str(), "HOST").replace("origin: None", "");
            *self.apart.entry(text.chars().take(400).collect()).or_insert(0) += 1;
        }
    }

    fn and(mut self, other: Self) -> Self {
        self.hosts += other.hosts;
        self.clean += other.clean;
        self.catalogs += other.catalogs;
        self.resources += other.resources;
        let pairs = [
            (&mut self.apart, other.apart),
            (&mut self.errors, other.errors),
            (&mut self.first, other.first),
            (&mut self.maybe, other.maybe),
            (&mut self.refused, other.refused),
            (&mut self.unknowns, other.unknowns),
            (&mut self.hosts_unknown, other.hosts_unknown),
        ];
        for (into, from) in pairs {
            from.into_iter().for_each(|(text, n)| *into.entry(text).or_default() += n);
        }
        self.lines.extend(other.lines);
        self
    }

    fn print(&self) {
        println!(
            "{} of {} hosts without error ({} catalogs), {} resources",
            self.clean, self.hosts, self.catalogs, self.resources
        );
        top("what the agent refuses", &self.refused, 60);
        top("what keeps hosts apart", &self.apart, 40);
        top("first errors, by hosts", &self.first, 60);
        top("errors, by hosts", &self.errors, 60);
        top("possible errors, by hosts", &self.maybe, 25);
        top("unknown, by uses", &self.unknowns, 40);
        top("unknown, by hosts", &self.hosts_unknown, 60);
        self.lines.iter().for_each(|line| println!("{line}"));
    }
}

/// The settings named with `--config`, taken out of the arguments.
fn config(args: &mut Vec<String>) -> Result<Config, Box<dyn std::error::Error>> {
    let Some(at) = args.iter().position(|a| a == "--config") else { return Ok(Config::default()) };
    let file = args.get(at + 1).ok_or("--config FILE")?.clone();
    args.drain(at..at + 2);
    let rules: Vec<&str> = meta::all().iter().map(|m| m.id.as_str()).collect();
    Ok(config::parse(&file, &std::fs::read_to_string(&file)?, &rules)?)
}

fn top(what: &str, counts: &BTreeMap<String, usize>, n: usize) {
    let mut list: Vec<_> = counts.iter().collect();
    list.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    println!("-- {what}: {} kinds", list.len());
    for (text, count) in list.into_iter().take(n) {
        println!("{count:6} {}", text.chars().take(900).collect::<String>().replace('\n', " / "));
    }
}
