//! How many maintainer scripts of a folder of packages are parsed and followed, and how fast.
//! Usage: `scripts_followed DEB_DIR [-v]`; with `--control` the control members alone are read and run, on all cores.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use holdpoint::package::{Limits, analyse, read_control_member, read_path};
use rayon::prelude::*;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let verbose = args.iter().any(|a| a == "-v");
    let mut paths: Vec<_> = std::fs::read_dir(Path::new(&args[0])).unwrap().map(|e| e.unwrap().path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "deb"));
    paths.sort();
    if args.iter().any(|a| a == "--control") {
        return control_members(&paths);
    }
    let (mut packages, mut scripts, mut whole, mut noted) = (0, 0, 0, 0);
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let (mut reading, mut running) = (0.0, 0.0);
    for path in &paths {
        let start = Instant::now();
        let package = match read_path(path, &Limits::default()) {
            Ok(package) => package,
            Err(error) => {
                println!("{error}");
                continue;
            }
        };
        reading += start.elapsed().as_secs_f64();
        let start = Instant::now();
        let removal = analyse(&package);
        let took = start.elapsed().as_secs_f64();
        running += took;
        packages += 1;
        scripts += package.scripts.len();
        if took > 0.3 {
            println!("{}: {took:.2} s", removal.package);
        }
        whole += removal.not_analysed.iter().filter(|n| n.line == 0).count();
        noted += removal.not_analysed.len();
        for place in &removal.not_analysed {
            let reason = place.reason.split(':').next().unwrap_or_default().to_owned();
            *reasons.entry(reason).or_default() += 1;
            if verbose {
                println!("{} {}:{}: {}", removal.package, place.script, place.line, place.reason);
            }
        }
    }
    println!(
        "{packages} of {} packages, {scripts} scripts; {whole} scripts not parsed, {noted} places noted",
        paths.len()
    );
    println!("reading {reading:.2} s, analysis {running:.2} s");
    for (reason, count) in reasons {
        println!("  {count:5} {reason}");
    }
}

/// The rate at which control members are read, parsed and run through.
fn control_members(paths: &[std::path::PathBuf]) {
    let start = Instant::now();
    let effects: usize = paths
        .par_iter()
        .filter_map(|path| read_control_member(path, &Limits::default()).ok())
        .map(|package| analyse(&package).effects.len())
        .sum();
    let took = start.elapsed().as_secs_f64();
    println!(
        "{} control members, {effects} effects, {took:.2} s: {:.0} a second",
        paths.len(),
        paths.len() as f64 / took
    );
}
