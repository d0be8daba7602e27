//! Where packages are looked for: files given by name, a folder of files, the machine's own dpkg
//! database, and the archive by way of apt. The first that knows the package answers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::deb::{Limits, read_control, read_path};
use super::error::DebError;
use super::fetch;
use super::installed::DpkgDatabase;
use super::member::Package;

/// A package that was found.
pub type Found = Box<Package>;

/// Why a package was not found, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFound {
    /// The package asked for.
    pub name: String,
    /// Where it was looked for, and what stood in the way.
    pub why: String,
}

impl std::fmt::Display for NotFound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "package {} was not found: {}", self.name, self.why)
    }
}

impl NotFound {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        "give the file with --deb FILE, a folder with --deb-dir DIR, or let apt get it with --fetch"
    }
}

/// The places to look for packages, in order.
#[derive(Clone, Debug, Default)]
pub struct PackageSources {
    limits: Limits,
    /// Name -> newest file, from the control fields.
    files: BTreeMap<String, (String, PathBuf)>,
    /// Control paragraphs of those files.
    controls: BTreeMap<String, String>,
    /// Files of a folder that could not be read.
    unreadable: Vec<String>,
    database: Option<DpkgDatabase>,
    fetch_into: Option<PathBuf>,
}

impl PackageSources {
    /// No source yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one package file.
    ///
    /// # Errors
    /// When the file cannot be read: it was named, so that is no detail.
    pub fn add_file(&mut self, path: &Path) -> Result<String, DebError> {
        let control = read_control(path, &self.limits)?;
        let name = control.package().to_owned();
        self.controls.insert(name.clone(), control.to_string());
        self.files.insert(name.clone(), (control.version().to_owned(), path.to_owned()));
        Ok(name)
    }

    /// Adds every `.deb` and `.rpm` of a folder by the name in its control fields; the newest version wins.
    /// A file that cannot be read is kept for [`PackageSources::unreadable`].
    ///
    /// # Errors
    /// When the folder itself cannot be read.
    pub fn add_dir(&mut self, dir: &Path) -> Result<usize, DebError> {
        let io = |source| DebError::Io { path: dir.display().to_string(), source };
        let entries = std::fs::read_dir(dir).map_err(io)?;
        let paths = entries.filter_map(Result::ok).map(|e| e.path());
        let mut debs: Vec<PathBuf> =
            paths.filter(|p| p.extension().is_some_and(|e| e == "deb" || e == "rpm")).collect();
        debs.sort();
        for path in &debs {
            self.add_indexed(path);
        }
        Ok(debs.len())
    }

    fn add_indexed(&mut self, path: &Path) {
        match read_control(path, &self.limits) {
            Ok(control) => {
                let known = self.files.get(control.package());
                if known.is_none_or(|(version, _)| is_newer(control.version(), version)) {
                    self.controls.insert(control.package().to_owned(), control.to_string());
                    let entry = (control.version().to_owned(), path.to_owned());
                    self.files.insert(control.package().to_owned(), entry);
                }
            }
            Err(error) => self.unreadable.push(error.to_string()),
        }
    }

    /// Adds the dpkg database below `root` (`/` for this machine).
    pub fn add_database(&mut self, root: &Path) {
        self.database = Some(DpkgDatabase::at(root));
    }

    /// Allows `apt-get download` into `folder`.
    pub fn allow_fetch(&mut self, folder: &Path) {
        self.fetch_into = Some(folder.to_owned());
    }

    /// Files of the given folders that could not be read, with the reason.
    #[must_use]
    pub fn unreadable(&self) -> &[String] {
        &self.unreadable
    }

    /// Control paragraphs of the packages known from files, as an index holds them.
    #[must_use]
    pub fn controls(&self) -> String {
        self.controls.values().map(|paragraph| format!("{paragraph}\n")).collect()
    }

    /// Names of packages known from files.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Looks a package up.
    ///
    /// # Errors
    /// Where it is nowhere, or its file cannot be read.
    pub fn find(&self, name: &str) -> Result<Found, NotFound> {
        let mut tried = Vec::new();
        if let Some((_, path)) = self.files.get(name) {
            return self.open(name, path);
        }
        tried.push(format!("not among {} package files", self.files.len()));
        if let Some(database) = &self.database {
            match database.find(name) {
                Some(package) => return Ok(Box::new(package)),
                None => tried.push("not installed here".to_owned()),
            }
        }
        if let Some(folder) = &self.fetch_into {
            match fetch::download(name, folder) {
                Ok(path) => return self.open(name, &path),
                Err(why) => tried.push(why),
            }
        }
        tried.extend(self.unreadable.iter().take(3).cloned());
        Err(NotFound { name: name.to_owned(), why: tried.join("; ") })
    }

    fn open(&self, name: &str, path: &Path) -> Result<Found, NotFound> {
        let package = read_path(path, &self.limits);
        package.map(Box::new).map_err(|e| NotFound { name: name.to_owned(), why: e.to_string() })
    }
}

fn is_newer(candidate: &str, known: &str) -> bool {
    match (candidate.parse::<debversion::Version>(), known.parse::<debversion::Version>()) {
        (Ok(a), Ok(b)) => a > b,
        _ => candidate > known,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::package::{DebBuilder, MemberKind};
    use std::fs;

    #[test]
    fn the_newest_version_of_a_folder_wins_and_damage_is_remembered() {
        let dir = tempfile::tempdir().unwrap();
        for (file, version) in [("z.deb", "1.9-1"), ("a.deb", "1.10-1"), ("m.deb", "1.10~rc1-1")] {
            fs::write(dir.path().join(file), DebBuilder::new("x", version).build().unwrap()).unwrap();
        }
        fs::write(dir.path().join("bad.deb"), "no archive").unwrap();
        let mut sources = PackageSources::new();
        assert_eq!(sources.add_dir(dir.path()).unwrap(), 4);
        assert_eq!(sources.find("x").unwrap().control.version(), "1.10-1");
        let missing = sources.find("y").unwrap_err().to_string();
        assert!(missing.contains("bad.deb") && missing.contains("y was not found"), "{missing}");
    }

    #[cfg(unix)]
    #[test]
    fn the_dpkg_database_knows_scripts_links_and_conffiles() {
        let root = tempfile::tempdir().unwrap();
        let info = root.path().join("var/lib/dpkg/info");
        fs::create_dir_all(&info).unwrap();
        fs::create_dir_all(root.path().join("etc/x")).unwrap();
        let status = "Package: other\nStatus: install ok installed\n\nPackage: x\nStatus: install ok installed\n\
                      Architecture: all\nVersion: 1\nConffiles:\n /etc/x/x.conf 0123\n /etc/x/old 4567 obsolete\n";
        fs::write(root.path().join("var/lib/dpkg/status"), status).unwrap();
        fs::write(info.join("x.list"), "/.\n/etc\n/etc/x\n/etc/x/link\n/etc/x/x.conf\n").unwrap();
        fs::write(info.join("x.postrm"), "#!/bin/sh\nuserdel x\n").unwrap();
        std::os::unix::fs::symlink("/usr/share/x", root.path().join("etc/x/link")).unwrap();
        let mut sources = PackageSources::new();
        sources.add_database(root.path());
        let package = sources.find("x").unwrap();
        assert_eq!(package.conffiles, ["/etc/x/x.conf"]);
        assert_eq!(package.links().collect::<Vec<_>>(), [("/etc/x/link", "/usr/share/x")]);
        assert_eq!(package.script("postrm").unwrap().line(2), "userdel x");
        assert!(package.members.iter().any(|m| m.path == "/etc/x" && m.kind == MemberKind::Dir));
        assert!(sources.find("absent").is_err());
    }
}
