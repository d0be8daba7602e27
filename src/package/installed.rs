//! The dpkg database of a machine, read as packages: status, scripts, file lists, conffiles.

use std::fs;
use std::path::{Path, PathBuf};

use super::control::{Control, questions};
use super::member::{Member, MemberKind, Origin, Package, Script};

/// A dpkg database below some root (`/` for this machine).
#[derive(Clone, Debug)]
pub(crate) struct DpkgDatabase {
    root: PathBuf,
}

impl DpkgDatabase {
    pub(crate) fn at(root: &Path) -> Self {
        DpkgDatabase { root: root.to_owned() }
    }

    /// The package, where it is installed or has conffiles left.
    pub(crate) fn find(&self, name: &str) -> Option<Package> {
        let control = self.status(name)?;
        let stem = self.stem(name, control.get("Architecture").unwrap_or_default())?;
        let info = |end: &str| read_lossy(&PathBuf::from(format!("{}.{end}", stem.display())));
        let scripts = ["preinst", "postinst", "prerm", "postrm", "config"];
        let scripts = scripts.iter().filter_map(|s| Some(Script { name: (*s).to_owned(), text: info(s)? }));
        Some(Package {
            origin: Origin::Installed(stem.display().to_string()),
            scripts: scripts.collect(),
            conffiles: conffiles(&control),
            members: self.members(&info("list").unwrap_or_default()),
            questions: info("templates").map(|t| questions(&t)).unwrap_or_default(),
            control,
        })
    }

    fn status(&self, name: &str) -> Option<Control> {
        let text = read_lossy(&self.root.join("var/lib/dpkg/status"))?;
        let wanted = format!("Package: {name}");
        let found = text.split("\n\n").find(|p| p.lines().next() == Some(wanted.as_str()))?;
        let control = Control::parse(found);
        let gone = control.get("Status").is_some_and(|s| s.ends_with("not-installed"));
        (!gone).then_some(control)
    }

    /// Path of the info files without their ending; multi-arch packages carry the architecture.
    fn stem(&self, name: &str, arch: &str) -> Option<PathBuf> {
        let info = self.root.join("var/lib/dpkg/info");
        let names = [name.to_owned(), format!("{name}:{arch}")];
        let stems = names.iter().map(|n| info.join(n));
        stems.into_iter().find(|s| PathBuf::from(format!("{}.list", s.display())).exists())
    }

    fn members(&self, list: &str) -> Vec<Member> {
        let paths = list.lines().filter(|l| l.starts_with('/') && *l != "/.");
        paths.filter_map(|path| self.member(path)).collect()
    }

    fn member(&self, path: &str) -> Option<Member> {
        let real = self.root.join(path.trim_start_matches('/'));
        let kind = match fs::symlink_metadata(&real) {
            Ok(m) if m.file_type().is_symlink() => {
                MemberKind::Symlink(fs::read_link(&real).ok()?.display().to_string())
            }
            Ok(m) if m.is_dir() => MemberKind::Dir,
            _ => MemberKind::File,
        };
        let unit = kind == MemberKind::File && super::deb::wants_content(path);
        let content = if unit { read_lossy(&real) } else { None };
        Some(Member { path: path.to_owned(), kind, mode: 0, owner: String::new(), content })
    }
}

fn conffiles(control: &Control) -> Vec<String> {
    let lines = control.get("Conffiles").unwrap_or_default().lines();
    let current = lines.filter(|l| !l.ends_with(" obsolete"));
    let paths = current.filter_map(|l| l.split_whitespace().next()).filter(|p| p.starts_with('/'));
    paths.map(str::to_owned).collect()
}

fn read_lossy(path: &Path) -> Option<String> {
    fs::read(path).ok().map(|b| String::from_utf8_lossy(&b).into_owned())
}
