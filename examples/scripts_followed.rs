//! How many maintainer scripts of a folder of packages are parsed and followed, and how fast.
//! Usage: `scripts_followed DEB_DIR [-v]`.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use holdpoint::package::{Limits, analyse, read_path};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let verbose = args.iter().any(|a| a == "-v");
    let mut paths: Vec<_> = std::fs::read_dir(Path::new(&args[0])).unwrap().map(|e| e.unwrap().path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "deb"));
    paths.sort();
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
