//! How fast manifests are read: all `.pp` files of the tree in `HOLDPOINT_BENCH_TREE`, or the
//! parse fixtures when it is not set, on one core.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use holdpoint::puppet::{Dialect, parse};
use std::hint::black_box;
use walkdir::WalkDir;

fn sources() -> Vec<String> {
    let Ok(root) = std::env::var("HOLDPOINT_BENCH_TREE") else { return fixture_sources() };
    let files = WalkDir::new(root).into_iter().flatten().filter(|f| f.path().extension().is_some_and(|e| e == "pp"));
    files.filter_map(|f| std::fs::read_to_string(f.path()).ok()).collect()
}

fn fixture_sources() -> Vec<String> {
    let text = include_str!("../fixtures/language/parse/cases.jsonl");
    let cases = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    cases.filter_map(|case| case["src"].as_str().map(str::to_owned)).collect()
}

fn parse_tree(c: &mut Criterion) {
    let sources = sources();
    let bytes: usize = sources.iter().map(String::len).sum();
    let mut group = c.benchmark_group("parse");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.sample_size(20);
    group.bench_function("tree", |b| {
        b.iter(|| {
            for src in &sources {
                black_box(parse(src, Dialect::Modern));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, parse_tree);
criterion_main!(benches);
