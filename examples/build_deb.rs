//! Builds a `.deb` from a folder: control files in `DEBIAN/`, the rest is data, links stay links.
//! Usage: `build_deb FOLDER OUT.deb`.
#![allow(clippy::print_stdout)]

use std::path::Path;

use holdpoint::package::DebBuilder;

fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [folder, out] = args.as_slice() else {
        return Err(std::io::Error::other("usage: build_deb FOLDER OUT.deb"));
    };
    let bytes = DebBuilder::from_dir(Path::new(folder))?.build()?;
    std::fs::write(out, &bytes)?;
    println!("{out}: {} bytes", bytes.len());
    Ok(())
}
