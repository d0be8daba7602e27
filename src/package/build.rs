//! Builds small `.deb` files in memory, for tests, fixtures and the `build_deb` example: an `ar`
//! of `debian-binary`, `control.tar.gz` and `data.tar.gz`. Not a packaging tool.

use std::io::{self, Write};
use std::path::Path;

use flate2::{Compression, write::GzEncoder};

use super::control::Control;

/// What the package to build holds.
#[derive(Clone, Debug, Default)]
pub struct DebBuilder {
    fields: Vec<(String, String)>,
    control: Vec<(String, Vec<u8>)>,
    data: Vec<(String, Data)>,
}

#[derive(Clone, Debug)]
enum Data {
    Dir,
    File(Vec<u8>),
    Link(String),
}

impl DebBuilder {
    /// A package of that name and version.
    #[must_use]
    pub fn new(package: &str, version: &str) -> Self {
        let fields = [("Package", package), ("Version", version), ("Architecture", "all")];
        let standard = [("Maintainer", "nobody <nobody@invalid>"), ("Description", "test package")];
        let all = fields.into_iter().chain(standard);
        let fields = all.map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        DebBuilder { fields, ..Self::default() }
    }

    /// A package from a folder: control files in `DEBIAN/`, everything else is data. Symbolic links
    /// are kept as links.
    ///
    /// # Errors
    /// When the folder cannot be read or has no `DEBIAN/control`.
    pub fn from_dir(dir: &Path) -> io::Result<Self> {
        let text = std::fs::read_to_string(dir.join("DEBIAN/control"))?;
        let control = Control::parse(&text);
        let mut deb = DebBuilder::new(control.package(), control.version());
        for (name, value) in control.fields() {
            deb = deb.field(name, value);
        }
        for entry in walkdir::WalkDir::new(dir).sort_by_file_name() {
            let entry = entry.map_err(io::Error::other)?;
            let inner = entry.path().strip_prefix(dir).map_err(io::Error::other)?;
            deb.add(entry.path(), &inner.to_string_lossy(), entry.file_type())?;
        }
        Ok(deb)
    }

    fn add(&mut self, path: &Path, inner: &str, kind: std::fs::FileType) -> io::Result<()> {
        match inner.strip_prefix("DEBIAN") {
            Some("" | "/control") => {}
            Some(name) => self.control.push((name.trim_start_matches('/').to_owned(), std::fs::read(path)?)),
            None if inner.is_empty() => {}
            None => {
                let data = if kind.is_symlink() {
                    Data::Link(std::fs::read_link(path)?.to_string_lossy().into_owned())
                } else if kind.is_dir() {
                    Data::Dir
                } else {
                    Data::File(std::fs::read(path)?)
                };
                self.data.push((format!("/{inner}"), data));
            }
        }
        Ok(())
    }

    /// Sets a control field.
    #[must_use]
    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a maintainer script.
    #[must_use]
    pub fn script(self, name: &str, text: &str) -> Self {
        self.control_file(name, text.as_bytes())
    }

    /// Adds any file to the control member (`conffiles`, `templates`, …).
    #[must_use]
    pub fn control_file(mut self, name: &str, bytes: &[u8]) -> Self {
        self.control.push((name.to_owned(), bytes.to_vec()));
        self
    }

    /// Adds a regular file at an absolute path.
    #[must_use]
    pub fn file(mut self, path: &str, text: &str) -> Self {
        self.data.push((path.to_owned(), Data::File(text.as_bytes().to_vec())));
        self
    }

    /// Adds a regular file and lists it as a conffile.
    #[must_use]
    pub fn conffile(mut self, path: &str, text: &str) -> Self {
        let line = format!("{path}\n");
        match self.control.iter_mut().find(|(n, _)| n == "conffiles") {
            Some((_, list)) => list.extend_from_slice(line.as_bytes()),
            None => self.control.push(("conffiles".to_owned(), line.into_bytes())),
        }
        self.file(path, text)
    }

    /// Adds an empty directory.
    #[must_use]
    pub fn dir(mut self, path: &str) -> Self {
        self.data.push((path.to_owned(), Data::Dir));
        self
    }

    /// Adds a symbolic link.
    #[must_use]
    pub fn link(mut self, path: &str, target: &str) -> Self {
        self.data.push((path.to_owned(), Data::Link(target.to_owned())));
        self
    }

    /// The finished package.
    ///
    /// # Errors
    /// When a name is too long for the archive format.
    pub fn build(&self) -> io::Result<Vec<u8>> {
        let mut out = b"!<arch>\n".to_vec();
        ar_member(&mut out, "debian-binary", b"2.0\n")?;
        ar_member(&mut out, "control.tar.gz", &gzip(&self.control_tar()?)?)?;
        ar_member(&mut out, "data.tar.gz", &gzip(&self.data_tar()?)?)?;
        Ok(out)
    }

    fn control_tar(&self) -> io::Result<Vec<u8>> {
        let mut tar = tar::Builder::new(Vec::new());
        let lines = self.fields.iter().map(|(n, v)| format!("{n}: {v}\n"));
        add_file(&mut tar, "./control", lines.collect::<String>().as_bytes(), 0o644)?;
        for (name, bytes) in &self.control {
            add_file(&mut tar, &format!("./{name}"), bytes, 0o755)?;
        }
        tar.into_inner()
    }

    fn data_tar(&self) -> io::Result<Vec<u8>> {
        let mut tar = tar::Builder::new(Vec::new());
        for dir in self.parents() {
            add_dir(&mut tar, &dir)?;
        }
        for (path, data) in &self.data {
            let name = format!(".{path}");
            match data {
                Data::Dir => {}
                Data::File(bytes) => add_file(&mut tar, &name, bytes, 0o644)?,
                Data::Link(target) => add_link(&mut tar, &name, target)?,
            }
        }
        tar.into_inner()
    }

    /// Directories to list: parents of every member, and the empty ones asked for.
    fn parents(&self) -> Vec<String> {
        let mut dirs = std::collections::BTreeSet::from([String::from("/")]);
        for (path, data) in &self.data {
            let cuts = path.match_indices('/').skip(1).map(|(at, _)| path[..at].to_owned());
            dirs.extend(cuts);
            if matches!(data, Data::Dir) {
                dirs.insert(path.clone());
            }
        }
        dirs.into_iter().collect()
    }
}

fn header(kind: tar::EntryType, mode: u32, size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header
}

fn add_file(tar: &mut tar::Builder<Vec<u8>>, name: &str, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut head = header(tar::EntryType::Regular, mode, bytes.len() as u64);
    tar.append_data(&mut head, name, bytes)
}

fn add_dir(tar: &mut tar::Builder<Vec<u8>>, path: &str) -> io::Result<()> {
    let name = format!(".{}/", path.trim_end_matches('/'));
    let mut head = header(tar::EntryType::Directory, 0o755, 0);
    tar.append_data(&mut head, name, io::empty())
}

fn add_link(tar: &mut tar::Builder<Vec<u8>>, name: &str, target: &str) -> io::Result<()> {
    let mut head = header(tar::EntryType::Symlink, 0o777, 0);
    tar.append_link(&mut head, name, target)
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn ar_member(out: &mut Vec<u8>, name: &str, bytes: &[u8]) -> io::Result<()> {
    let size = bytes.len();
    writeln!(out, "{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`", 0, 0, 0, "100644")?;
    out.extend_from_slice(bytes);
    if size % 2 == 1 {
        out.push(b'\n');
    }
    Ok(())
}
