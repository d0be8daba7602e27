//! Opens a `.deb` (xz, gzip, zstd or plain members) under limits; the only place that knows how
//! the archive is unpacked. Contents are streamed past, not held.

use std::cell::Cell;
use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::Path;

use super::container::{self, Sort};
use super::control::{Control, questions};
use super::error::DebError;
use super::member::{Member, MemberKind, Origin, Package, Script};

/// What a package may hold before it is refused.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Members of one archive.
    pub members: usize,
    /// Bytes of one control file or kept data file.
    pub file: u64,
    /// Bytes of one member name.
    pub name: usize,
    /// Bytes of names, link targets, scripts and kept data files together.
    pub kept: u64,
    /// Unpacked bytes whatever the size of the package.
    pub floor: u64,
    /// Unpacked bytes per packed byte above the floor.
    pub ratio: u64,
    /// Unpacked bytes in all.
    pub total: u64,
}

impl Default for Limits {
    fn default() -> Self {
        // Of all packages of Debian 12 none unpacks to more than 62 times its size above this floor.
        Limits {
            members: 200_000,
            file: 4 << 20,
            name: 4096,
            kept: 32 << 20,
            floor: 256 << 20,
            ratio: 64,
            total: 8 << 30,
        }
    }
}

/// Names of the control members that are kept.
const SCRIPTS: [&str; 5] = ["preinst", "postinst", "prerm", "postrm", "config"];

/// Reads a package file.
///
/// # Errors
/// When the file cannot be opened, is damaged, no package, or goes over the limits.
pub fn read_path(path: &Path, limits: &Limits) -> Result<Package, DebError> {
    if super::rpm::is_rpm(path) {
        return super::rpm::read(path, limits);
    }
    let name = path.display().to_string();
    let io = |source| DebError::Io { path: name.clone(), source };
    let file = File::open(path).map_err(io)?;
    let size = file.metadata().map_err(io)?.len();
    let reading = Reading::new(&name, limits);
    let mut file = BufReader::with_capacity(1 << 16, file);
    super::whole::check(&mut file, size).map_err(|e| reading.io_error("archive", &e))?;
    reading.package(file, true)
}

/// Reads a package from memory; `name` is used in messages.
///
/// # Errors
/// As [`read_path`].
pub fn read_bytes(name: &str, bytes: &[u8], limits: &Limits) -> Result<Package, DebError> {
    if super::rpm::are_rpm(bytes) {
        return super::rpm::parse(name, bytes, limits);
    }
    let size = bytes.len() as u64;
    let reading = Reading::new(name, limits);
    super::whole::check(&mut Cursor::new(bytes), size).map_err(|e| reading.io_error("archive", &e))?;
    reading.package(Cursor::new(bytes), true)
}

/// Reads the control fields only.
pub(crate) fn read_control(path: &Path, limits: &Limits) -> Result<Control, DebError> {
    read_control_member(path, limits).map(|p| p.control)
}

/// Reads the control member alone: fields, scripts, conffiles, and no data.
///
/// # Errors
/// As [`read_path`].
pub fn read_control_member(path: &Path, limits: &Limits) -> Result<Package, DebError> {
    if super::rpm::is_rpm(path) {
        return super::rpm::read(path, limits);
    }
    let name = path.display().to_string();
    let io = |source| DebError::Io { path: name.clone(), source };
    let file = File::open(path).map_err(io)?;
    let size = file.metadata().map_err(io)?.len();
    let reading = Reading::new(&name, limits);
    let mut file = BufReader::new(file);
    super::whole::check(&mut file, size).map_err(|e| reading.io_error("archive", &e))?;
    reading.package(file, false)
}

/// Many times what any package has.
const CONFFILES: usize = 20_000;

/// A member's name and link target, wherever the archive keeps them.
struct Named {
    path: String,
    link: Vec<u8>,
}

/// Where a member's header in a tar holds its size.
const SIZE_FIELD: std::ops::Range<usize> = 124..136;

/// Names too long for a member's own header, given in one before it, and the size where that is given there.
#[derive(Default)]
struct LongNames {
    size: Option<u64>,
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
}

impl LongNames {
    fn take_pax(&mut self, bytes: &[u8]) {
        for extension in tar::PaxExtensions::new(bytes).filter_map(Result::ok) {
            match extension.key_bytes() {
                b"path" => self.path = Some(extension.value_bytes().to_vec()),
                b"size" => self.size = extension.value().ok().and_then(|v| v.parse().ok()),
                b"linkpath" => self.link = Some(extension.value_bytes().to_vec()),
                _ => {}
            }
        }
    }
}

struct Reading<'a> {
    path: &'a str,
    limits: &'a Limits,
    /// Packed bytes read so far.
    packed: Cell<u64>,
    /// Bytes of names and contents that are held.
    kept: Cell<u64>,
}

type Entry<'e, 'r> = tar::Entry<'e, Box<dyn Read + 'r>>;

impl<'a> Reading<'a> {
    fn new(path: &'a str, limits: &'a Limits) -> Self {
        Reading { path, limits, packed: Cell::new(0), kept: Cell::new(0) }
    }
}

impl Reading<'_> {
    fn package(&self, reader: impl Read, with_data: bool) -> Result<Package, DebError> {
        let mut reader = Counted { inner: reader, packed: &self.packed };
        let opened = container::open(&mut reader).map_err(|e| self.io_error("header", &e))?;
        opened.map_err(|what| DebError::NotDeb { path: self.path.to_owned(), what })?;
        let mut package =
            self.member(&mut reader, Sort::Control, "control member", |inner, this| this.control_member(inner))?;
        if with_data {
            package.members =
                self.member(&mut reader, Sort::Data, "data member", |inner, this| this.data_member(inner))?;
        }
        Ok(package)
    }

    /// Reads the member that is to come next, past those that readers skip.
    fn member<T>(
        &self,
        reader: &mut impl Read,
        wanted: Sort,
        part: &'static str,
        read: impl for<'x> FnOnce(Box<dyn Read + 'x>, &'x Self) -> Result<T, DebError>,
    ) -> Result<T, DebError> {
        let failed = |e: &std::io::Error| self.io_error(part, e);
        let mut header = container::next(reader).map_err(|e| failed(&e))?;
        while let Some(extra) = header.as_ref().filter(|h| h.sort == Sort::Extra) {
            skip(reader, extra.size + extra.size % 2).map_err(|e| failed(&e))?;
            header = container::next(reader).map_err(|e| failed(&e))?;
        }
        let Some(header) = header.filter(|h| h.sort == wanted) else {
            return Err(DebError::Damaged { path: self.path.to_owned(), what: format!("there is no {part}") });
        };
        let mut body = reader.by_ref().take(header.size);
        let unpacked = header.unpack(&mut body).map_err(|e| failed(&e))?;
        let found = read(unpacked, self)?;
        let left = body.limit() + header.size % 2;
        skip(reader, left).map_err(|e| failed(&e))?;
        Ok(found)
    }

    fn control_member<'r>(&'r self, inner: Box<dyn Read + 'r>) -> Result<Package, DebError> {
        let mut package = self.empty();
        self.each_entry(inner, "control member", |entry, named, this| {
            let name = named.path.trim_start_matches('/');
            if SCRIPTS.contains(&name) {
                let text = this.text(entry)?;
                package.scripts.push(Script { name: name.to_owned(), text });
            } else if name == "control" {
                package.control = Control::parse(&this.text(entry)?);
            } else if name == "conffiles" {
                package.conffiles = conffile_paths(&this.text(entry)?);
                if package.conffiles.len() > CONFFILES {
                    return Err(this.too_large("the number of conffiles", CONFFILES as u64));
                }
            } else if name == "templates" {
                package.questions = questions(&this.text(entry)?);
            }
            Ok(())
        })?;
        self.complete(package)
    }

    fn empty(&self) -> Package {
        Package {
            origin: Origin::File(self.path.to_owned()),
            control: Control::default(),
            scripts: Vec::new(),
            conffiles: Vec::new(),
            members: Vec::new(),
            questions: Vec::new(),
        }
    }

    fn complete(&self, package: Package) -> Result<Package, DebError> {
        let missing = |what| Err(DebError::BadControl { path: self.path.to_owned(), what });
        if package.control.package().is_empty() {
            return missing("Package field");
        }
        if package.control.version().is_empty() {
            return missing("Version field");
        }
        Ok(package)
    }

    fn data_member<'r>(&'r self, inner: Box<dyn Read + 'r>) -> Result<Vec<Member>, DebError> {
        let mut members = Vec::new();
        self.each_entry(inner, "data member", |entry, named, this| {
            let kind = this.kind(entry, &named.link)?;
            let wanted = kind == MemberKind::File && wants_content(&named.path);
            let content = if wanted { Some(this.text(entry)?) } else { None };
            let mode = entry.header().mode().unwrap_or(0) & 0o7777;
            members.push(Member { path: named.path, kind, mode, owner: owner(entry), content });
            Ok(())
        })?;
        Ok(members)
    }

    /// Walks an unpacked tar under the limits; paths come absolute and without a trailing slash.
    fn each_entry<'r>(
        &'r self,
        inner: Box<dyn Read + 'r>,
        part: &'static str,
        mut each: impl FnMut(&mut Entry<'_, 'r>, Named, &Self) -> Result<(), DebError>,
    ) -> Result<(), DebError> {
        let bounded: Box<dyn Read + 'r> =
            Box::new(Bounded { inner, unpacked: 0, packed: &self.packed, limits: *self.limits });
        let mut archive = tar::Archive::new(bounded);
        // Raw: the library would read a long name of any size into memory.
        let entries = archive.entries().map_err(|e| self.io_error(part, &e))?.raw(true);
        let mut names = LongNames::default();
        for (count, entry) in entries.enumerate() {
            let mut entry = entry.map_err(|e| self.io_error(part, &e))?;
            self.honest_size(&entry, &names)?;
            if count >= self.limits.members {
                return Err(self.too_large("the number of members", self.limits.members as u64));
            }
            if self.long_name(&mut entry, &mut names)? {
                continue;
            }
            let path = self.safe_path(&names.path.take().unwrap_or_else(|| entry.path_bytes().into_owned()))?;
            names.size = None;
            let link = names.link.take().or_else(|| entry.link_name_bytes().map(|l| l.into_owned()));
            self.keep((path.len() + link.as_ref().map_or(0, Vec::len)) as u64)?;
            each(&mut entry, Named { path, link: link.unwrap_or_default() }, self)?;
        }
        Ok(())
    }

    /// A size that is over 64 bits, or that one header gives otherwise than another, is refused.
    fn honest_size(&self, entry: &Entry<'_, '_>, names: &LongNames) -> Result<(), DebError> {
        let field = entry.header().as_bytes().get(SIZE_FIELD).unwrap_or_default();
        let binary = field.first().is_some_and(|first| first & 0x80 != 0);
        let over = binary && (field[0] != 0x80 || field[1..4].iter().any(|byte| *byte != 0));
        if over || names.size.is_some_and(|told| told != entry.size()) {
            let what = "the size of a member is not what its headers say".to_owned();
            return Err(DebError::Damaged { path: self.path.to_owned(), what });
        }
        Ok(())
    }

    /// Counts what is held in memory.
    fn keep(&self, bytes: u64) -> Result<(), DebError> {
        self.kept.set(self.kept.get().saturating_add(bytes));
        if self.kept.get() > self.limits.kept {
            return Err(self.too_large("what is held of its names and scripts", self.limits.kept));
        }
        Ok(())
    }

    fn safe_path(&self, raw: &[u8]) -> Result<String, DebError> {
        if raw.len() > self.limits.name {
            return Err(self.too_large("a member name", self.limits.name as u64));
        }
        safe_path(self.path, raw)
    }

    fn kind(&self, entry: &Entry<'_, '_>, link: &[u8]) -> Result<MemberKind, DebError> {
        use tar::EntryType as T;
        if link.len() > self.limits.name {
            return Err(self.too_large("a link target", self.limits.name as u64));
        }
        let target = String::from_utf8_lossy(link).into_owned();
        Ok(match entry.header().entry_type() {
            T::Regular | T::Continuous | T::GNUSparse => MemberKind::File,
            T::Directory => MemberKind::Dir,
            T::Symlink => MemberKind::Symlink(target),
            T::Link => MemberKind::Hardlink(absolute(&target)),
            _ => MemberKind::Special,
        })
    }

    /// Takes in a header that only names the next member; says whether it was one.
    fn long_name(&self, entry: &mut Entry<'_, '_>, names: &mut LongNames) -> Result<bool, DebError> {
        use tar::EntryType as T;
        match entry.header().entry_type() {
            T::GNULongName => names.path = Some(self.name_bytes(entry)?),
            T::GNULongLink => names.link = Some(self.name_bytes(entry)?),
            T::XHeader => names.take_pax(&self.header_bytes(entry, 64 << 10)?),
            T::XGlobalHeader => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn name_bytes(&self, entry: &mut Entry<'_, '_>) -> Result<Vec<u8>, DebError> {
        let mut bytes = self.header_bytes(entry, self.limits.name as u64 + 1)?;
        if bytes.last() == Some(&0) {
            bytes.pop();
        }
        Ok(bytes)
    }

    fn header_bytes(&self, entry: &mut Entry<'_, '_>, most: u64) -> Result<Vec<u8>, DebError> {
        if entry.size() > most {
            return Err(self.too_large("a member name", most));
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(|e| self.io_error("a member name", &e))?;
        Ok(bytes)
    }

    fn text(&self, entry: &mut Entry<'_, '_>) -> Result<String, DebError> {
        if entry.size() > self.limits.file {
            return Err(self.too_large("a control file", self.limits.file));
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(|e| self.io_error("a member", &e))?;
        let text = String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
        self.keep(text.len() as u64)?;
        Ok(text)
    }

    fn too_large(&self, what: &'static str, limit: u64) -> DebError {
        DebError::TooLarge { path: self.path.to_owned(), what, limit }
    }

    fn io_error(&self, part: &str, error: &std::io::Error) -> DebError {
        if error.to_string().contains(OVER) {
            return self.too_large("the unpacked size", room(self.packed.get(), self.limits));
        }
        DebError::Damaged { path: self.path.to_owned(), what: format!("{part}: {error}") }
    }
}

const OVER: &str = "unpacked size over the limit";

/// Unpacked bytes that so many packed ones may come to.
fn room(packed: u64, limits: &Limits) -> u64 {
    packed.saturating_mul(limits.ratio).saturating_add(limits.floor).min(limits.total)
}

/// A reader that counts.
struct Counted<'c, R> {
    inner: R,
    packed: &'c Cell<u64>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.packed.set(self.packed.get().saturating_add(n as u64));
        Ok(n)
    }
}

/// A reader that fails once more comes out than what went in so far allows: a bomb is noticed where
/// it goes off, however large the file around it.
struct Bounded<'c, R> {
    inner: R,
    unpacked: u64,
    packed: &'c Cell<u64>,
    limits: Limits,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.unpacked = self.unpacked.saturating_add(n as u64);
        if self.unpacked > room(self.packed.get(), &self.limits) {
            return Err(std::io::Error::other(OVER));
        }
        Ok(n)
    }
}

fn skip(reader: &mut impl Read, bytes: u64) -> std::io::Result<()> {
    std::io::copy(&mut reader.take(bytes), &mut std::io::sink()).map(drop)
}

fn owner(entry: &Entry<'_, '_>) -> String {
    match entry.header().username() {
        Ok(Some(name)) if !name.is_empty() => name.to_owned(),
        _ => entry.header().uid().map(|u| u.to_string()).unwrap_or_default(),
    }
}

/// Contents that the analysis reads: units for their `[Install]` section, init scripts for their
/// run levels, sysusers lines for accounts, certificates for the links that are named after them,
/// apache2's modules for those that they need.
pub(crate) fn wants_content(path: &str) -> bool {
    let folder = path.contains("/systemd/system/") || path.contains("/systemd/user/");
    if path.starts_with("/usr/share/ca-certificates/") || path.starts_with("/etc/apache2/mods-available/") {
        return true;
    }
    if path.contains("/sysusers.d/") || path.starts_with("/etc/init.d/") {
        return true;
    }
    folder && [".service", ".socket", ".timer", ".path", ".mount", ".target"].iter().any(|end| path.ends_with(end))
}

fn conffile_paths(text: &str) -> Vec<String> {
    // dpkg also knows "remove-on-upgrade PATH": such a file is not shipped.
    let lines = text.lines().map(str::trim).filter(|l| l.starts_with('/'));
    lines.map(str::to_owned).collect()
}

/// A member's name as an absolute path; one that leads out of the tree is refused. `package` is named in the message.
pub(super) fn safe_path(package: &str, raw: &[u8]) -> Result<String, DebError> {
    let text = String::from_utf8_lossy(raw);
    if text.contains('\0') || text.split('/').any(|part| part == "..") {
        return Err(DebError::BadName { path: package.to_owned(), name: text.into_owned() });
    }
    let parts = text.split('/').filter(|p| !p.is_empty() && *p != ".");
    Ok(parts.fold(String::with_capacity(raw.len() + 1), |path, part| path + "/" + part))
}

/// A tar's link target or name as an absolute path.
pub(crate) fn absolute(name: &str) -> String {
    format!("/{}", name.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/'))
}
