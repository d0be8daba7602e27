//! How fast packages are judged: the control members of the folder in `HOLDPOINT_BENCH_DEBS`, on all cores, and the
//! package index in `HOLDPOINT_BENCH_INDEX`. Without them small ones are made up.

#![allow(clippy::expect_used)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use holdpoint::package::archive::Index;
use holdpoint::package::{DebBuilder, Limits, analyse, read_control_member};
use rayon::prelude::*;
use std::hint::black_box;
use std::path::{Path, PathBuf};

fn packages(made: &Path) -> Vec<PathBuf> {
    let folder = std::env::var_os("HOLDPOINT_BENCH_DEBS").map_or_else(|| made.to_owned(), PathBuf::from);
    if folder == made {
        make(made);
    }
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    files.filter(|path| path.extension().is_some_and(|end| end == "deb")).collect()
}

fn make(folder: &Path) {
    let postrm = "#!/bin/sh\nset -e\nif [ \"$1\" = purge ]; then\n  rm -rf /var/lib/x /var/log/x\n  deluser --quiet x || true\nfi\n";
    let postinst = "#!/bin/sh\nset -e\ngetent passwd x >/dev/null || adduser --system --group x\n";
    for number in 0..50 {
        let deb = DebBuilder::new(&format!("x{number}"), "1").script("postinst", postinst).script("postrm", postrm);
        if let Ok(bytes) = deb.build() {
            let _ = std::fs::write(folder.join(format!("x{number}.deb")), bytes);
        }
    }
}

fn control_members(c: &mut Criterion) {
    let made = tempfile::tempdir().expect("a folder for packages");
    let packages = packages(made.path());
    let mut group = c.benchmark_group("removal");
    group.throughput(Throughput::Elements(packages.len() as u64));
    group.sample_size(10);
    group.bench_function("control", |b| {
        b.iter(|| {
            let read = packages.par_iter().filter_map(|path| read_control_member(path, &Limits::default()).ok());
            black_box(read.map(|package| analyse(&package).effects.len()).sum::<usize>())
        });
    });
    group.finish();
}

fn index(c: &mut Criterion) {
    let made = tempfile::NamedTempFile::new().expect("a file for the index");
    let one =
        |n: u32| format!("Package: p{n}\nVersion: 1.{n}\nDepends: p{} (>= 1), libc6 | libc\nDescription: x\n\n", n + 1);
    std::fs::write(made.path(), (0..2000).map(one).collect::<String>()).expect("the index is written");
    let path = std::env::var_os("HOLDPOINT_BENCH_INDEX").map_or_else(|| made.path().to_owned(), PathBuf::from);
    let mut group = c.benchmark_group("removal");
    group.sample_size(10);
    group.bench_function("index", |b| b.iter(|| black_box(Index::open(&path).expect("the index is read").len())));
    group.finish();
}

criterion_group!(benches, control_members, index);
criterion_main!(benches);
