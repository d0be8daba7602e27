//! Any text as the maintainer scripts of a package: parsed and run abstractly in every phase, or refused;
//! never a panic, and never for long.
#![no_main]

use holdpoint::package::{Control, Member, MemberKind, Origin, Package, Script, analyse_phases};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    // A line of its own tells the scripts apart, so that what one makes another takes away.
    let (install, remove) = text.split_once("\n#---\n").unwrap_or(("", text));
    let script = |name: &str, text: &str| Script { name: name.to_owned(), text: text.to_owned() };
    let member = |path: &str, kind| Member {
        path: path.to_owned(),
        kind,
        mode: 0o644,
        owner: "root".to_owned(),
        content: None,
    };
    let package = Package {
        origin: Origin::File("fuzz".to_owned()),
        control: Control::parse("Package: fuzz\nVersion: 1\nDepends: adduser\n"),
        scripts: vec![script("postinst", install), script("prerm", remove), script("postrm", remove)],
        conffiles: vec!["/etc/fuzz.conf".to_owned()],
        members: vec![
            member("/etc/fuzz.conf", MemberKind::File),
            member("/usr/share/fuzz", MemberKind::Dir),
            member("/usr/share/fuzz/link", MemberKind::Symlink("../target".to_owned())),
        ],
        questions: vec![("fuzz/purge".to_owned(), "true".to_owned())],
    };
    let _ = analyse_phases(&package);
});
