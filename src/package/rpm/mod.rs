//! Opens an `.rpm`: scriptlets, file list and requirements from its header. The payload is not
//! unpacked, so what units and init scripts say in themselves is not known.

mod header;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use super::control::Control;
use super::deb::{Limits, safe_path};
use super::error::DebError;
use super::member::{Member, MemberKind, Origin, Package, Script};
use header::Header;

/// The first bytes of a package.
const MAGIC: [u8; 4] = [0xed, 0xab, 0xee, 0xdb];

/// Tags of the header that are asked for.
mod tag {
    pub(super) const NAME: u32 = 1000;
    pub(super) const VERSION: u32 = 1001;
    pub(super) const RELEASE: u32 = 1002;
    pub(super) const OLD_NAMES: u32 = 1027;
    pub(super) const MODES: u32 = 1030;
    pub(super) const LINKS: u32 = 1036;
    pub(super) const FLAGS: u32 = 1037;
    pub(super) const OWNERS: u32 = 1039;
    pub(super) const REQUIRES: u32 = 1049;
    pub(super) const DIR_OF: u32 = 1116;
    pub(super) const NAMES: u32 = 1117;
    pub(super) const DIRS: u32 = 1118;
}

/// A scriptlet's name, and the tags of its text and of the program that runs it.
const SCRIPTLETS: [(&str, u32, u32); 6] = [
    ("pre", 1023, 1085),
    ("post", 1024, 1086),
    ("preun", 1025, 1087),
    ("postun", 1026, 1088),
    ("preuntrans", 5104, 5106),
    ("postuntrans", 5105, 5107),
];

/// The tags of one sort of triggers: texts, programs, what sets them off, when, and which text that is.
struct Triggers {
    prefix: &'static str,
    texts: u32,
    programs: u32,
    names: u32,
    flags: u32,
    text_of: u32,
}

const TRIGGERS: [Triggers; 3] = [
    Triggers { prefix: "transfile", texts: 5076, programs: 5077, names: 5079, flags: 5082, text_of: 5080 },
    Triggers { prefix: "file", texts: 5066, programs: 5067, names: 5069, flags: 5072, text_of: 5070 },
    Triggers { prefix: "", texts: 1065, programs: 1092, names: 1066, flags: 1068, text_of: 1069 },
];

/// Set where a trigger acts before its target is removed, and where the package that has it is.
const ON_REMOVAL: u32 = 1 << 17;
/// Triggers that are looked at.
const MAX_TRIGGERS: usize = 1000;
/// Bytes of a field.
const FIELD: usize = 4096;
/// Requirements that are looked at.
const MAX_REQUIRES: usize = 20_000;
/// The flag of a configuration file.
const CONFIG: u32 = 1;

/// Does the file begin as an rpm does?
pub(super) fn is_rpm(path: &Path) -> bool {
    let mut magic = [0; 4];
    File::open(path).and_then(|mut f| f.read_exact(&mut magic)).is_ok() && magic == MAGIC
}

/// Do the bytes begin as an rpm does?
pub(super) fn are_rpm(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// Reads a package file.
pub(super) fn read(path: &Path, limits: &Limits) -> Result<Package, DebError> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|source| DebError::Io { path: name.clone(), source })?;
    parse(&name, BufReader::new(file), limits)
}

/// Reads a package; `name` is used in messages.
pub(super) fn parse(name: &str, mut file: impl Read, limits: &Limits) -> Result<Package, DebError> {
    let damaged = |what: String| DebError::Damaged { path: name.to_owned(), what };
    let header = Header::read(&mut file).map_err(|e| damaged(e.to_string()))?;
    let [package, version, release] = [tag::NAME, tag::VERSION, tag::RELEASE].map(|tag| first_line(header.text(tag)));
    if package.is_empty() {
        return Err(damaged("the header names no package".to_owned()));
    }
    let requires = header.texts(tag::REQUIRES, MAX_REQUIRES).into_iter().map(first_line);
    let requires: Vec<String> = requires.filter(|name| !name.contains(['(', '/'])).collect();
    let control = format!("Package: {package}\nVersion: {version}-{release}\nDepends: {}\n", requires.join(", "));
    let files = Files { name, header: &header, limits }.read()?;
    let config = files.iter().filter(|(flags, _)| flags & CONFIG != 0);
    Ok(Package {
        origin: Origin::Rpm(name.to_owned()),
        control: Control::parse(&control),
        scripts: scripts(name, &header, limits)?,
        conffiles: config.map(|(_, member)| member.path.clone()).collect(),
        members: files.into_iter().map(|(_, member)| member).collect(),
        questions: Vec::new(),
    })
}

/// What may stand in a field: one line of no great length.
fn first_line(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(&text[..text.len().min(FIELD)]);
    text.lines().next().unwrap_or_default().to_owned()
}

fn scripts(name: &str, header: &Header, limits: &Limits) -> Result<Vec<Script>, DebError> {
    let mut all = Vec::new();
    let mut add = |called: String, text: &[u8], program: &[u8]| {
        if text.len().max(program.len()) as u64 > limits.file {
            return Err(too_large(name, "a scriptlet", limits.file));
        }
        all.extend(scriptlet(called, text, program));
        Ok(())
    };
    for (called, text, program) in SCRIPTLETS {
        add(called.to_owned(), header.text(text), &header.texts(program, MAX_TRIGGERS).join(&b' '))?;
    }
    for (called, text, program) in TRIGGERS.iter().flat_map(|sort| triggers(header, sort)) {
        add(called, text, program)?;
    }
    Ok(all)
}

/// Triggers that run when the package itself is removed, each named as rpm tells it, with what sets it off: the
/// text, and the program that runs it.
fn triggers<'h>(header: &'h Header, sort: &Triggers) -> Vec<(String, &'h [u8], &'h [u8])> {
    let [texts, programs, names] = [sort.texts, sort.programs, sort.names].map(|t| header.texts(t, MAX_TRIGGERS));
    let [flags, text_of] = [sort.flags, sort.text_of].map(|t| header.numbers(t));
    let acting = (0..names.len()).filter(|n| flags.get(*n).is_some_and(|f| f & ON_REMOVAL != 0));
    let one = |n: usize| {
        let which = *text_of.get(n)? as usize;
        let program = programs.get(which).copied().unwrap_or_default();
        Some((format!("{}triggerun -- {}", sort.prefix, first_line(names[n])), *texts.get(which)?, program))
    };
    acting.filter_map(one).collect()
}

/// An interpreter other than the shell is kept as the script's first line; a program with no text is called as it is.
fn scriptlet(name: String, text: &[u8], program: &[u8]) -> Option<Script> {
    let [text, program] = [text, program].map(String::from_utf8_lossy);
    let shell = program.is_empty() || program.ends_with("/sh") || program.ends_with("/bash");
    let text = match (shell, text.is_empty()) {
        (true, true) => return None,
        (true, false) => text.into_owned(),
        (false, true) => program.into_owned(),
        (false, false) => format!("#!{program}\n{text}"),
    };
    Some(Script { name, text })
}

fn too_large(name: &str, what: &'static str, limit: u64) -> DebError {
    DebError::TooLarge { path: name.to_owned(), what, limit }
}

/// The list of files.
struct Files<'a> {
    name: &'a str,
    header: &'a Header,
    limits: &'a Limits,
}

impl Files<'_> {
    /// The files with their flags.
    fn read(&self) -> Result<Vec<(u32, Member)>, DebError> {
        // Before rpm 4 the paths were whole.
        let whole = self.header.count(tag::NAMES) == 0;
        let names_tag = if whole { tag::OLD_NAMES } else { tag::NAMES };
        let most = self.limits.members;
        if self.header.count(names_tag) > most {
            return Err(too_large(self.name, "the number of files", most as u64));
        }
        let [names, dirs, links, owners] =
            [names_tag, tag::DIRS, tag::LINKS, tag::OWNERS].map(|t| self.header.texts(t, most));
        if names.len() < self.header.count(names_tag) {
            let what = format!("it has {} files and {} names", self.header.count(names_tag), names.len());
            return Err(DebError::Damaged { path: self.name.to_owned(), what });
        }
        let [dir_of, modes, flags] = [tag::DIR_OF, tag::MODES, tag::FLAGS].map(|t| self.header.numbers(t));
        let mut kept = 0;
        let one = |(at, base): (usize, &&[u8])| {
            let of = |all: &[&[u8]]| String::from_utf8_lossy(all.get(at).copied().unwrap_or_default()).into_owned();
            let dir = dir_of.get(at).and_then(|dir| dirs.get(*dir as usize).copied());
            let dir = if whole { &[][..] } else { dir.ok_or_else(|| self.no_folder(base))? };
            let target = links.get(at).map_or(0, |target| target.len());
            let owner = owners.get(at).map_or(0, |owner| owner.len());
            self.bounded(&mut kept, &[dir.len() + base.len(), target, owner])?;
            let path = safe_path(self.name, &[dir, base].concat())?;
            let mode = modes.get(at).copied().unwrap_or(0o100_644);
            let member =
                Member { path, kind: kind(mode, of(&links)), mode: mode & 0o7777, owner: of(&owners), content: None };
            Ok((flags.get(at).copied().unwrap_or_default(), member))
        };
        names.iter().enumerate().map(one).collect()
    }

    /// Counts what is held of names.
    fn bounded(&self, kept: &mut u64, lengths: &[usize]) -> Result<(), DebError> {
        *kept += lengths.iter().sum::<usize>() as u64;
        if *kept > self.limits.kept {
            return Err(too_large(self.name, "what is held of its names", self.limits.kept));
        }
        let long = lengths.iter().any(|length| *length > self.limits.name);
        if long { Err(too_large(self.name, "a file name", self.limits.name as u64)) } else { Ok(()) }
    }

    fn no_folder(&self, base: &[u8]) -> DebError {
        let what = format!("the file {:?} has no folder", first_line(base));
        DebError::Damaged { path: self.name.to_owned(), what }
    }
}

fn kind(mode: u32, target: String) -> MemberKind {
    match mode & 0o170_000 {
        0o040_000 => MemberKind::Dir,
        0o120_000 => MemberKind::Symlink(target),
        0o100_000 => MemberKind::File,
        _ => MemberKind::Special,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::package::{Kind, Phase, Verdict, analyse_phases};
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
        let removal = analyse_phases(&parse("shop.rpm", &sample()[..], &Limits::default()).unwrap());
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

    /// The main header's own head: past the lead and the signatures.
    fn main_header(bytes: &[u8]) -> usize {
        let number = |at: usize| bytes[at..at + 4].iter().fold(0, |n, b| n << 8 | usize::from(*b));
        let end = 96 + 16 + 16 * number(96 + 8) + number(96 + 12);
        end.next_multiple_of(8)
    }

    #[test]
    fn a_file_cut_short_or_with_lying_numbers_is_an_error_or_a_smaller_package() {
        let whole = sample();
        let start = main_header(&whole);
        for length in [0, 4, 95, 110, 300, start + 8, start + 500] {
            assert!(parse("cut.rpm", &whole[..length], &Limits::default()).is_err(), "{length} bytes");
        }
        for at in [96 + 8, 96 + 12, start + 8, start + 12] {
            let mut lying = whole.clone();
            lying[at] = 0xff;
            assert!(parse("lying.rpm", &lying[..], &Limits::default()).is_err(), "size at {at}");
        }
        for at in start + 16..start + 16 + 16 * 60 {
            let mut lying = whole.clone();
            lying[at] = 0xff;
            if let Ok(package) = parse("lying.rpm", &lying[..], &Limits::default()) {
                assert!(package.members.len() <= 3, "entry at {at}");
            }
        }
    }

    #[test]
    fn triggers_of_its_own_run_where_their_target_is_installed() {
        let mut builder = PackageBuilder::new("shop", "1", "MIT", "noarch", "a shop");
        builder.trigger_un("postfix", None, "[ $1 = 0 ] && [ $2 = 1 ] && userdel with-mail\n");
        builder.trigger_postun("postfix", None, "userdel never\n");
        builder.file_trigger_un("/usr/lib", None, "rm -rf /var/cache/shop\n");
        let mut bytes = Vec::new();
        builder.build().unwrap().write(&mut bytes).unwrap();
        let removal = analyse_phases(&parse("shop.rpm", &bytes[..], &Limits::default()).unwrap());
        let told = |kind: Kind| -> Vec<_> {
            removal.of(Phase::Remove, kind).map(|e| (e.subject.as_str(), e.verdict, e.why.as_str())).collect()
        };
        assert_eq!(told(Kind::UserDeleted), [("with-mail", Verdict::Possible, "if postfix is installed")]);
        let why = "a recursive delete; if files in /usr/lib are left";
        assert_eq!(told(Kind::DataDestroyed), [("/var/cache/shop", Verdict::Possible, why)]);
    }
}
