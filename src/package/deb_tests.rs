//! Tests of package reading: the fields that come out, and hostile files.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::build::DebBuilder;
use super::deb::{Limits, read_bytes};
use super::error::DebError;
use super::member::MemberKind;

fn sample() -> Vec<u8> {
    let deb = DebBuilder::new("sample", "1.2-3").field("Depends", "adduser, libc6 (>= 2)");
    let deb = deb.script("postrm", "#!/bin/sh\nset -e\nuserdel x\n").conffile("/etc/sample.conf", "a");
    deb.link("/etc/wmf", "/usr/local/wmf").file("/usr/bin/sample", "b").build().unwrap()
}

#[test]
fn reads_scripts_fields_links_and_conffiles() {
    let package = read_bytes("x.deb", &sample(), &Limits::default()).unwrap();
    assert_eq!(package.control.package(), "sample");
    assert_eq!(package.control.depends(), ["adduser", "libc6"]);
    assert_eq!(package.script("postrm").unwrap().line(3), "userdel x");
    assert_eq!(package.conffiles, ["/etc/sample.conf"]);
    assert_eq!(package.links().collect::<Vec<_>>(), [("/etc/wmf", "/usr/local/wmf")]);
    assert!(package.members.iter().any(|m| m.path == "/usr/bin" && m.kind == MemberKind::Dir));
}

#[test]
fn truncated_anywhere_is_an_error_with_the_name() {
    let whole = sample();
    for cut in (0..whole.len() - 8).step_by(7) {
        let error = read_bytes("x.deb", &whole[..cut], &Limits::default()).unwrap_err();
        assert!(error.to_string().starts_with("x.deb: "), "{cut}: {error}");
        assert!(!error.help().is_empty());
    }
}

#[test]
fn limits_hold() {
    let tight = [
        Limits { members: 2, ..Limits::default() },
        Limits { file: 3, ..Limits::default() },
        Limits { name: 4, ..Limits::default() },
        Limits { total: 600, ..Limits::default() },
    ];
    for limits in tight {
        let error = read_bytes("x.deb", &sample(), &limits).unwrap_err();
        assert!(matches!(error, DebError::TooLarge { .. }), "{limits:?}: {error}");
    }
}

#[test]
fn a_bomb_of_zeros_is_refused() {
    let zeros = "0".repeat(100 << 20);
    let bomb = DebBuilder::new("bomb", "1").file("/zeros", &zeros).build().unwrap();
    let limits = Limits { floor: 16 << 20, ..Limits::default() };
    let error = read_bytes("bomb.deb", &bomb, &limits).unwrap_err();
    assert!(matches!(error, DebError::TooLarge { .. }), "{error}");
}

#[test]
fn long_names_are_read_and_unsafe_ones_refused() {
    let long = format!("/usr/share/{}/file", "long-".repeat(60));
    let target = format!("/{}", "far/".repeat(60));
    let deb = DebBuilder::new("long", "1").file(&long, "x").link("/usr/share/link", &target);
    let package = read_bytes("x.deb", &deb.build().unwrap(), &Limits::default()).unwrap();
    assert!(package.members.iter().any(|m| m.path == long), "{:?}", package.members);
    assert_eq!(package.links().next(), Some(("/usr/share/link", target.as_str())));
    let huge = DebBuilder::new("long", "1").file(&format!("/{}", "n".repeat(1 << 20)), "x").build().unwrap();
    let error = read_bytes("x.deb", &huge, &Limits::default()).unwrap_err();
    assert!(matches!(error, DebError::TooLarge { .. }), "{error}");
}

#[test]
fn names_that_lead_out_are_refused() {
    let error = raw_member(b"./../etc/passwd").unwrap_err();
    assert!(matches!(error, DebError::BadName { .. }), "{error}");
    assert!(raw_member(b"./etc/passwd").is_ok());
}

/// A package whose one data member has its name written past the library's checks.
fn raw_member(name: &[u8]) -> Result<super::member::Package, DebError> {
    use std::io::Write;
    let mut header = tar::Header::new_gnu();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name);
    header.set_entry_type(tar::EntryType::Regular);
    header.set_size(0);
    header.set_cksum();
    let mut data = header.as_bytes().to_vec();
    data.extend_from_slice(&[0; 1024]);
    let whole = sample();
    let at = whole.windows(11).position(|w| w == b"data.tar.gz").unwrap();
    let mut bytes = whole[..at].to_vec();
    writeln!(bytes, "{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`", "data.tar", 0, 0, 0, "100644", data.len()).unwrap();
    bytes.extend_from_slice(&data);
    read_bytes("x.deb", &bytes, &Limits::default())
}

/// Bytes changed at random places: an answer or an error, never the end of the program.
#[test]
fn damaged_packages_never_stop_the_reader() {
    let whole = sample();
    let mut seed: u64 = 20_150_519;
    let mut next = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap()
    };
    for _ in 0..4000 {
        let mut bytes = whole.clone();
        for _ in 0..=next() % 4 {
            let at = next() % bytes.len();
            bytes[at] = u8::try_from(next() % 256).unwrap();
        }
        let _ = read_bytes("x.deb", &bytes, &Limits::default());
    }
}
