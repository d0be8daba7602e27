//! Any bytes as a package file: an answer or an error, within the limits, and never a panic.
//!
//! The first byte says how the rest is taken: as the whole file, as a member of an otherwise sound
//! package, so that the readers of the members are reached too, or as the header of an rpm.
#![no_main]

use holdpoint::package::{Limits, analyse, read_bytes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&kind, rest)) = input.split_first() else { return };
    let members = ["control.tar", "control.tar.gz", "control.tar.xz", "data.tar", "data.tar.xz", "data.tar.zst"];
    let bytes = match usize::from(kind) % (members.len() + 2) {
        way if way < members.len() => with_member(members[way], rest),
        way if way == members.len() => rest.to_vec(),
        _ => rpm_with_header(rest),
    };
    let limits = Limits { members: 5_000, floor: 4 << 20, total: 16 << 20, ..Limits::default() };
    if let Ok(package) = read_bytes("fuzz.deb", &bytes, &limits) {
        let _ = analyse(&package);
    }
});

/// An rpm of which the header is the input, behind a lead and a list of signatures without any.
fn rpm_with_header(body: &[u8]) -> Vec<u8> {
    let mut out = vec![0xed, 0xab, 0xee, 0xdb];
    out.resize(96, 0);
    out.extend_from_slice(&[0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    out.extend_from_slice(body);
    out
}

/// A package of which one member is the input.
fn with_member(name: &str, body: &[u8]) -> Vec<u8> {
    let mut out = b"!<arch>\n".to_vec();
    member(&mut out, "debian-binary", b"2.0\n");
    if name.starts_with("data") {
        member(&mut out, "control.tar", &control());
    }
    member(&mut out, name, body);
    if name.starts_with("control") {
        member(&mut out, "data.tar", &[0; 1024]);
    }
    out
}

fn member(out: &mut Vec<u8>, name: &str, body: &[u8]) {
    out.extend_from_slice(format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 100_644, body.len()).as_bytes());
    out.extend_from_slice(body);
    if body.len() % 2 == 1 {
        out.push(b'\n');
    }
}

/// A tar that holds a control file alone.
fn control() -> Vec<u8> {
    let text = b"Package: fuzz\nVersion: 1\n";
    let mut header = [0_u8; 512];
    header[..9].copy_from_slice(b"./control");
    header[100..107].copy_from_slice(b"0000644");
    header[124..135].copy_from_slice(format!("{:011o}", text.len()).as_bytes());
    header[257..263].copy_from_slice(b"ustar\0");
    header[156] = b'0';
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|b| u32::from(*b)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    let mut out = header.to_vec();
    out.extend_from_slice(text);
    out.resize(1024 + 1024, 0);
    out
}
