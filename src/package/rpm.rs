//! Opens an `.rpm`: scriptlets, file list and requirements from its headers. The payload is not
//! unpacked.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use super::control::Control;
use super::error::DebError;
use super::member::{Member, MemberKind, Origin, Package, Script};
use rpm::{FileEntry, FileFlags, PackageMetadata, Scriptlet};

/// Bytes of the lead, and of a header's own head.
const LEAD: usize = 96;
const HEAD: usize = 16;
/// Bytes of both headers together.
const MAX_HEADERS: u64 = 64 << 20;

/// Does the file begin as an rpm does?
pub(super) fn is_rpm(path: &Path) -> bool {
    let mut magic = [0; 4];
    File::open(path).and_then(|mut f| f.read_exact(&mut magic)).is_ok() && magic == [0xed, 0xab, 0xee, 0xdb]
}

/// Reads a package file.
pub(super) fn read(path: &Path) -> Result<Package, DebError> {
    let name = path.display().to_string();
    let io = |source| DebError::Io { path: name.clone(), source };
    let mut bytes = Vec::new();
    File::open(path).map_err(io)?.take(MAX_HEADERS).read_to_end(&mut bytes).map_err(io)?;
    parse(&name, &bytes)
}

fn parse(name: &str, bytes: &[u8]) -> Result<Package, DebError> {
    let damaged = |what: String| DebError::Damaged { path: name.to_owned(), what };
    if headers_end(bytes).is_none() {
        return Err(damaged("the headers are longer than the file, or too large".to_owned()));
    }
    let read = PackageMetadata::parse(&mut Cursor::new(bytes)).map_err(|e| damaged(e.to_string()))?;
    let entries = read.get_file_entries().map_err(|e| damaged(e.to_string()))?;
    let package = read.get_name().map_err(|e| damaged(e.to_string()))?;
    let version = [read.get_version().unwrap_or_default(), read.get_release().unwrap_or_default()].join("-");
    let requires = read.get_requires().unwrap_or_default().into_iter().map(|d| d.name);
    let requires: Vec<String> = requires.filter(|n| !n.contains(['(', '/', '\n'])).collect();
    let control = format!("Package: {package}\nVersion: {version}\nDepends: {}\n", requires.join(", "));
    let scripts = [
        ("pre", read.get_pre_install_script()),
        ("post", read.get_post_install_script()),
        ("preun", read.get_pre_uninstall_script()),
        ("postun", read.get_post_uninstall_script()),
    ];
    Ok(Package {
        origin: Origin::Rpm(name.to_owned()),
        control: Control::parse(&control),
        scripts: scripts.into_iter().filter_map(|(name, script)| Some(scriptlet(name, script.ok()?))).collect(),
        conffiles: entries.iter().filter(|e| e.flags().contains(FileFlags::CONFIG)).map(path_of).collect(),
        members: entries.iter().map(member).collect(),
        questions: Vec::new(),
    })
}

/// Where the two headers end, by their own numbers; `None` where that is past the end.
fn headers_end(bytes: &[u8]) -> Option<usize> {
    let after = |start: usize| {
        let number = |at: usize| {
            let four = bytes.get(start + at..start + at + 4)?;
            Some(four.iter().fold(0usize, |n, b| n << 8 | usize::from(*b)))
        };
        let end = (start + HEAD).checked_add(number(8)?.checked_mul(16)?)?.checked_add(number(12)?)?;
        (end <= bytes.len()).then_some(end)
    };
    after(after(LEAD)?.next_multiple_of(8))
}

/// An interpreter other than the shell is kept as the script's first line.
fn scriptlet(name: &str, script: Scriptlet) -> Script {
    let program = script.program.unwrap_or_default().join(" ");
    let shell = program.is_empty() || program.ends_with("/sh") || program.ends_with("/bash");
    let text = if shell { script.script } else { format!("#!{program}\n{}", script.script) };
    Script { name: name.to_owned(), text }
}

fn path_of(entry: &FileEntry<'_>) -> String {
    entry.path().display().to_string()
}

fn member(entry: &FileEntry<'_>) -> Member {
    let mode = entry.mode().raw_mode();
    let kind = match (mode & 0o170_000, entry.linkto()) {
        (0o040_000, _) => MemberKind::Dir,
        (0o120_000, target) => MemberKind::Symlink(target.unwrap_or_default().to_owned()),
        (0o100_000, _) => MemberKind::File,
        _ => MemberKind::Special,
    };
    let owner = entry.user().to_owned();
    Member { path: path_of(entry), kind, mode: u32::from(mode & 0o7777), owner, content: None }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::package::{Kind, Phase, analyse_phases};
    use rpm::{FileOptions, PackageBuilder};

    fn sample() -> Vec<u8> {
        let mut builder = PackageBuilder::new("shop", "1.2", "MIT", "noarch", "a shop");
        let config = FileOptions::new("/etc/shop.conf").config();
        builder.with_file_contents("x", config).unwrap();
        builder.with_symlink(FileOptions::symlink("/lib/shop", "/srv/shop")).unwrap();
        builder.pre_uninstall_script(
            "if [ $1 -eq 0 ]; then\n  systemctl --no-reload disable --now shop.service || :\nfi\n",
        );
        builder.post_uninstall_script(
            "if [ \"$1\" = 0 ]; then userdel shop; rm -rf /var/lib/shop; else userdel old; fi\n",
        );
        let mut bytes = Vec::new();
        builder.build().unwrap().write(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn erasing_runs_the_scripts_with_zero_and_takes_configuration_along() {
        let removal = analyse_phases(&parse("shop.rpm", &sample()).unwrap());
        let on = |kind: Kind| -> Vec<&str> { removal.of(Phase::Remove, kind).map(|e| e.subject.as_str()).collect() };
        assert_eq!((removal.package.as_str(), removal.version.as_str()), ("shop", "1.2-1"));
        assert_eq!(on(Kind::UserDeleted), ["shop"]);
        assert_eq!(on(Kind::DataDestroyed), ["/var/lib/shop"]);
        assert_eq!(on(Kind::ServiceStopped), ["shop.service"]);
        assert_eq!(on(Kind::LinkRemoved), ["/usr/lib/shop"]);
        assert_eq!(on(Kind::ConffileRemoved), ["/etc/shop.conf"]);
        assert!(removal.effects.iter().all(|e| e.phase == Phase::Remove), "rpm has no purge");
        let users = removal.other_phases.iter().filter(|e| e.kind == Kind::UserDeleted);
        let upgrade: Vec<(Phase, &str)> = users.map(|e| (e.phase, e.subject.as_str())).collect();
        assert_eq!(upgrade, [(Phase::Upgrade, "old")]);
    }

    #[test]
    fn a_file_cut_short_or_with_lying_sizes_is_an_error() {
        let whole = sample();
        let end = headers_end(&whole).unwrap();
        for length in [0, 4, 95, 110, 300, end - 1] {
            assert!(parse("cut.rpm", &whole[..length]).is_err(), "{length} bytes");
        }
        for at in [LEAD + 8, LEAD + 12] {
            let mut lying = whole.clone();
            lying[at] = 0xff;
            assert!(parse("lying.rpm", &lying).is_err(), "size at {at}");
        }
    }
}
