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
    let mut data = raw_header(name, tar::EntryType::Regular, 0).to_vec();
    data.extend_from_slice(&[0; 1024]);
    with_data("data.tar", &data)
}

fn raw_header(name: &[u8], kind: tar::EntryType, size: u64) -> [u8; 512] {
    let mut header = tar::Header::new_gnu();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_cksum();
    *header.as_bytes()
}

/// A sound package with another data member.
fn with_data(name: &str, data: &[u8]) -> Result<super::member::Package, DebError> {
    use std::io::Write;
    let whole = sample();
    let at = whole.windows(11).position(|w| w == b"data.tar.gz").unwrap();
    let mut bytes = whole[..at].to_vec();
    writeln!(bytes, "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`", 0, 0, 0, "100644", data.len()).unwrap();
    bytes.extend_from_slice(data);
    if data.len() % 2 == 1 {
        bytes.push(b'\n');
    }
    read_bytes("x.deb", &bytes, &Limits::default())
}

/// Packed blocks of a tar, so many times over.
fn gzipped(block: &[u8], times: usize) -> Vec<u8> {
    use std::io::Write;
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    (0..times).for_each(|_| out.write_all(block).unwrap());
    out.finish().unwrap()
}

fn refused_for(result: Result<super::member::Package, DebError>, what: &str) {
    match result {
        Err(DebError::TooLarge { what: found, .. }) => assert!(found.contains(what), "{found} is not {what}"),
        other => panic!("not refused for {what}: {:?}", other.map(|p| p.members.len())),
    }
}

#[test]
fn members_without_end_are_refused() {
    let header = raw_header(b"./x", tar::EntryType::Regular, 0);
    refused_for(with_data("data.tar.gz", &gzipped(&header, 300_000)), "number of members");
}

#[test]
fn names_and_contents_are_held_to_a_limit_together() {
    let mut named = raw_header(b"././@LongLink", tar::EntryType::GNULongName, 4000).to_vec();
    named.extend_from_slice(&[b'n'; 4096]);
    named.extend_from_slice(&raw_header(b"./x", tar::EntryType::Regular, 0));
    refused_for(with_data("data.tar.gz", &gzipped(&named, 20_000)), "held");
    let mut scripts = raw_header(b"./etc/init.d/x", tar::EntryType::Regular, 4 << 20).to_vec();
    scripts.resize(512 + (4 << 20), b'#');
    refused_for(with_data("data.tar.gz", &gzipped(&scripts, 20)), "held");
}

#[test]
fn a_bomb_goes_off_where_it_lies_whatever_the_file_weighs() {
    let mut zeros = raw_header(b"./zeros", tar::EntryType::Regular, 600 << 20).to_vec();
    zeros.resize(1 << 20, 0);
    refused_for(with_data("data.tar.gz", &gzipped(&zeros, 600)), "unpacked size");
}

#[test]
fn unpackers_get_no_more_memory_than_real_packages_need() {
    // A window of 2 GiB; a dictionary of 4 GiB.
    let zstd = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00];
    let lzma = [0x5d, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0];
    for (name, bytes) in [("data.tar.zst", &zstd[..]), ("data.tar.lzma", &lzma[..])] {
        let error = with_data(name, bytes).unwrap_err();
        assert!(matches!(error, DebError::Damaged { .. }), "{name}: {error}");
    }
}

#[test]
fn a_name_with_a_nul_is_refused() {
    let mut data = raw_header(b"././@LongLink", tar::EntryType::GNULongName, 8).to_vec();
    data.extend_from_slice(b"./a\0b/c\0");
    data.resize(1024, 0);
    data.extend_from_slice(&raw_header(b"./x", tar::EntryType::Regular, 0));
    data.extend_from_slice(&[0; 1024]);
    let error = with_data("data.tar", &data).unwrap_err();
    assert!(matches!(error, DebError::BadName { .. }), "{error}");
}

#[test]
fn sizes_that_lie_are_errors() {
    let mut data = raw_header(b"./usr/bin/x", tar::EntryType::Regular, 1 << 40).to_vec();
    data.extend_from_slice(&[0; 1024]);
    assert!(matches!(with_data("data.tar", &data), Err(DebError::Damaged { .. })));
    let whole = sample();
    let at = whole.windows(11).position(|w| w == b"data.tar.gz").unwrap();
    for (claim, field) in
        [("more", "9999999999"), ("less", "1         "), ("none", "x         "), ("below", "-1        ")]
    {
        let mut bytes = whole.clone();
        bytes[at + 48..at + 58].copy_from_slice(field.as_bytes());
        assert!(read_bytes("x.deb", &bytes, &Limits::default()).is_err(), "{claim}");
    }
}

#[test]
fn sizes_told_twice_or_over_all_bounds_are_errors() {
    let member = |size: [u8; 12], before: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.as_mut_bytes()[..3].copy_from_slice(b"./x");
        header.as_mut_bytes()[124..136].copy_from_slice(&size);
        header.set_cksum();
        [before, header.as_bytes(), &[0; 1024]].concat()
    };
    let beyond = member([0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], &[]);
    let mut pax = raw_header(b"./pax", tar::EntryType::XHeader, 16).to_vec();
    pax.extend_from_slice(b"16 size=9999999\n");
    pax.resize(1024, 0);
    let told_twice = member(*b"00000000000\0", &pax);
    for data in [beyond, told_twice] {
        assert!(matches!(with_data("data.tar", &data), Err(DebError::Damaged { .. })));
    }
}

#[test]
fn an_archive_of_many_members_is_refused() {
    let whole = sample();
    let extra = format!("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", "_x", 0, 0, 0, "100644", 0).repeat(1000);
    let bytes = [&whole[..72], extra.as_bytes(), &whole[72..]].concat();
    assert!(read_bytes("x.deb", &bytes, &Limits::default()).unwrap_err().to_string().contains("members"));
}

#[test]
fn a_unit_with_a_million_targets_is_told_in_bounds() {
    let unit = format!("[Install]\nWantedBy={}\n", "x ".repeat(1_000_000));
    let deb = DebBuilder::new("x", "1").file("/lib/systemd/system/x.service", &unit);
    let deb = deb
        .script("postinst", "deb-systemd-helper enable x.service")
        .script("postrm", "deb-systemd-helper purge x.service");
    let package = read_bytes("x.deb", &deb.build().unwrap(), &Limits::default()).unwrap();
    assert!(crate::package::analyse(&package).effects.len() < 1000);
}

#[test]
fn other_packings_are_read_and_unknown_ones_named() {
    let mut data = raw_header(b"./usr/bin/x", tar::EntryType::Regular, 0).to_vec();
    data.extend_from_slice(&[0; 1024]);
    let mut xz = Vec::new();
    std::io::copy(&mut xz2::read::XzEncoder::new(data.as_slice(), 9), &mut xz).unwrap();
    let zst = zstd::encode_all(data.as_slice(), 19).unwrap();
    for (name, bytes) in [("data.tar", &data), ("data.tar.xz", &xz), ("data.tar.zst", &zst)] {
        assert_eq!(with_data(name, bytes).unwrap().members.len(), 1, "{name}");
    }
    let error = with_data("data.tar.bz2", &data).unwrap_err().to_string();
    assert!(error.contains("data.tar.bz2"), "{error}");
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
