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
