//! What a package consists of, wherever it was read from.

use super::control::Control;

/// What a member of the data archive is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberKind {
    /// A regular file.
    File,
    /// A directory.
    Dir,
    /// A symbolic link and what it says.
    Symlink(String),
    /// A second name of another member.
    Hardlink(String),
    /// A device or a pipe.
    Special,
}

/// One member of the data archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Absolute path, without a trailing slash.
    pub path: String,
    /// What it is.
    pub kind: MemberKind,
    /// Permission bits.
    pub mode: u32,
    /// Owner's name, or number where there is no name.
    pub owner: String,
    /// Content, for the few small files that the analysis reads (units, for their aliases).
    pub content: Option<String>,
}

impl Member {
    /// Is it a symbolic link?
    #[must_use]
    pub fn is_link(&self) -> bool {
        matches!(self.kind, MemberKind::Symlink(_))
    }
}

/// One maintainer script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// `preinst`, `postinst`, `prerm`, `postrm` or `config`.
    pub name: String,
    /// Its text; bytes that are no UTF-8 are replaced.
    pub text: String,
}

impl Script {
    /// The interpreter named in the first line, `/bin/sh` where there is none.
    #[must_use]
    pub fn interpreter(&self) -> &str {
        let first = self.text.lines().next().unwrap_or_default();
        let named = first.strip_prefix("#!").unwrap_or_default();
        named.split_whitespace().next().unwrap_or("/bin/sh")
    }

    /// The text of line `number` (from 1), trimmed.
    #[must_use]
    pub fn line(&self, number: u32) -> &str {
        let index = (number as usize).saturating_sub(1);
        self.text.lines().nth(index).unwrap_or_default().trim()
    }
}

/// Where a package was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A `.deb` file.
    File(String),
    /// The dpkg database of this machine.
    Installed(String),
    /// An `.rpm` file.
    Rpm(String),
}

impl Origin {
    /// The path, for messages.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Origin::File(path) | Origin::Installed(path) | Origin::Rpm(path) => path,
        }
    }
}

/// A package as the analysis needs it.
#[derive(Clone, Debug)]
pub struct Package {
    /// Where it was read from.
    pub origin: Origin,
    /// Control fields.
    pub control: Control,
    /// Maintainer scripts, by name.
    pub scripts: Vec<Script>,
    /// Absolute paths of conffiles.
    pub conffiles: Vec<String>,
    /// Data members in archive order.
    pub members: Vec<Member>,
    /// debconf questions and their defaults.
    pub questions: Vec<(String, String)>,
}

impl Package {
    /// Does rpm, and not dpkg, call its scripts?
    pub(crate) fn is_rpm(&self) -> bool {
        matches!(self.origin, Origin::Rpm(_))
    }

    /// The script of that name.
    #[must_use]
    pub fn script(&self, name: &str) -> Option<&Script> {
        self.scripts.iter().find(|s| s.name == name)
    }

    /// Symbolic links among the data, with their targets.
    pub fn links(&self) -> impl Iterator<Item = (&str, &str)> {
        self.members.iter().filter_map(|m| match &m.kind {
            MemberKind::Symlink(target) => Some((m.path.as_str(), target.as_str())),
            _ => None,
        })
    }
}
