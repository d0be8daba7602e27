//! A `Packages` index held as its text, with the place of each paragraph. Fields are read when they
//! are asked for: of 60,000 packages a question touches a few hundred.

use std::collections::BTreeMap;
use std::path::Path;

use super::files::{self, IndexError};
use super::relation::{Group, Relation, compare};

/// One or more indexes together.
#[derive(Debug, Default)]
pub struct Index {
    texts: Vec<String>,
    /// Sorted by name, newest version first.
    places: Vec<Place>,
    /// Provided name -> places that provide it.
    provided: BTreeMap<String, Vec<u32>>,
    /// Places of the packages of a plain installation.
    base: Vec<u32>,
    from: Vec<String>,
}

/// Where a paragraph lies, and its name within it.
#[derive(Clone, Copy, Debug)]
struct Place {
    text: u32,
    start: u32,
    end: u32,
    name: (u32, u16),
    provides: bool,
    base: bool,
}

/// A package as an index lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed<'a> {
    paragraph: &'a str,
}

impl<'a> Listed<'a> {
    /// A field's value on one line; continuation lines are not part of the fields asked for here.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'a str> {
        let lines = self.paragraph.lines();
        let value = |line: &'a str| line.strip_prefix(name)?.strip_prefix(':');
        lines.filter_map(value).next().map(str::trim)
    }

    /// Package name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.field("Package").unwrap_or_default()
    }

    /// Version.
    #[must_use]
    pub fn version(&self) -> &'a str {
        self.field("Version").unwrap_or_default()
    }

    /// The groups of a dependency field.
    #[must_use]
    pub fn groups(&self, field: &str) -> Vec<Group> {
        self.field(field).map(Group::parse_all).unwrap_or_default()
    }

    /// What it provides besides itself.
    #[must_use]
    pub fn provides(&self) -> Vec<Relation> {
        self.groups("Provides").into_iter().flat_map(|g| g.0).collect()
    }

    /// Would dpkg or apt refuse to remove it?
    #[must_use]
    pub fn is_essential(&self) -> bool {
        ["Essential", "Protected", "Important"].iter().any(|f| self.field(f) == Some("yes"))
    }

    /// Is it part of a plain installation?
    #[must_use]
    pub fn is_base(&self) -> bool {
        self.is_essential() || matches!(self.field("Priority"), Some("required" | "important"))
    }
}

impl Index {
    /// Reads a file, apt's lists or a mirror's folder.
    ///
    /// # Errors
    /// When there is no index, or it cannot be read.
    pub fn open(path: &Path) -> Result<Index, IndexError> {
        let mut index = Index::default();
        index.add(path)?;
        Ok(index)
    }

    /// Adds what another path holds.
    ///
    /// # Errors
    /// As [`Index::open`].
    pub fn add(&mut self, path: &Path) -> Result<(), IndexError> {
        let before = self.places.len();
        for file in files::below(path)? {
            self.scan(files::text(&file)?);
        }
        if self.places.len() == before {
            return Err(IndexError::None { path: path.display().to_string() });
        }
        self.from.push(path.display().to_string());
        self.sort();
        Ok(())
    }

    /// An index from its text.
    #[must_use]
    pub fn from_text(text: &str) -> Index {
        let mut index = Index::default();
        index.scan(text.to_owned());
        index.sort();
        index
    }

    /// Adds paragraphs that lie in no file.
    pub fn add_text(&mut self, text: String) {
        self.scan(text);
        self.sort();
    }

    /// Where it was read from.
    #[must_use]
    pub fn source(&self) -> String {
        self.from.join(", ")
    }

    /// Number of packages, versions counted apart.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Is there no package in it?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    fn scan(&mut self, text: String) {
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        let mut start = 0;
        for paragraph in text.split("\n\n") {
            let end = start + paragraph.len();
            if let Some(place) = place(paragraph, start, end, number) {
                self.places.push(place);
            }
            start = end + 2;
        }
        self.texts.push(text);
    }

    fn sort(&mut self) {
        let mut places = std::mem::take(&mut self.places);
        places.sort_by(|a, b| self.name(a).cmp(self.name(b)).then_with(|| self.newer_first(a, b)));
        let mut provided: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (number, place) in (0u32..).zip(&places).filter(|(_, place)| place.provides) {
            for one in self.listed(place).provides() {
                provided.entry(one.name).or_default().push(number);
            }
        }
        self.base = (0u32..).zip(&places).filter(|(_, place)| place.base).map(|(number, _)| number).collect();
        self.places = places;
        self.provided = provided;
    }

    fn newer_first(&self, a: &Place, b: &Place) -> std::cmp::Ordering {
        compare(self.listed(b).version(), self.listed(a).version())
    }

    fn name(&self, place: &Place) -> &str {
        let start = place.name.0 as usize;
        let text = self.texts.get(place.text as usize).map(String::as_str).unwrap_or_default();
        text.get(start..start + usize::from(place.name.1)).unwrap_or_default()
    }

    fn listed(&self, place: &Place) -> Listed<'_> {
        let text = self.texts.get(place.text as usize).map(String::as_str).unwrap_or_default();
        Listed { paragraph: text.get(place.start as usize..place.end as usize).unwrap_or_default() }
    }

    /// Every version of a package, newest first.
    pub fn versions<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Listed<'a>> {
        let first = self.places.partition_point(|p| self.name(p) < name);
        self.places[first..].iter().take_while(move |p| self.name(p) == name).map(|p| self.listed(p))
    }

    /// The newest version of a package.
    #[must_use]
    pub fn newest(&self, name: &str) -> Option<Listed<'_>> {
        let first = self.places.partition_point(|p| self.name(p) < name);
        self.places.get(first).filter(|p| self.name(p) == name).map(|p| self.listed(p))
    }

    /// Packages that provide a name, in the order of their own names.
    pub fn providers(&self, name: &str) -> impl Iterator<Item = Listed<'_>> {
        let numbers = self.provided.get(name).into_iter().flatten();
        numbers.filter_map(|n| self.places.get(*n as usize)).map(|p| self.listed(p))
    }

    /// Packages of a plain installation, by name.
    pub fn base(&self) -> impl Iterator<Item = Listed<'_>> {
        self.base.iter().filter_map(|n| self.places.get(*n as usize)).map(|p| self.listed(p))
    }

    /// Every package, by name.
    pub fn all(&self) -> impl Iterator<Item = Listed<'_>> {
        self.places.iter().map(|p| self.listed(p))
    }
}

fn place(paragraph: &str, start: usize, end: usize, text: u32) -> Option<Place> {
    let offset = |part: &str| u32::try_from(start + (part.as_ptr() as usize - paragraph.as_ptr() as usize)).ok();
    let mut place = Place {
        text,
        start: offset(paragraph)?,
        end: u32::try_from(end).ok()?,
        name: (0, 0),
        provides: false,
        base: false,
    };
    for line in paragraph.split('\n') {
        match line.as_bytes().first() {
            Some(b'P') if line.starts_with("Package:") => {
                let name = line.get("Package:".len()..)?.trim();
                place.name = (offset(name)?, u16::try_from(name.len()).ok()?);
            }
            Some(b'P') => {
                place.provides |= line.starts_with("Provides:");
                place.base |= matches!(line, "Priority: required" | "Priority: important" | "Protected: yes");
            }
            Some(b'E' | b'I') => place.base |= matches!(line, "Essential: yes" | "Important: yes"),
            _ => {}
        }
    }
    (place.name.1 > 0).then_some(place)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    const TEXT: &str = "Package: b\nVersion: 1.9\n\nPackage: a\nVersion: 1\nProvides: mta, x (= 2)\nPriority: required\n\n\
                        Package:b\nVersion: 1.10\nDescription: text\n Package: no\n";

    #[test]
    fn the_newest_version_comes_first() {
        let index = Index::from_text(TEXT);
        let versions: Vec<&str> = index.versions("b").map(|l| l.version()).collect();
        assert_eq!((index.len(), versions), (3, vec!["1.10", "1.9"]));
        assert_eq!(index.newest("b").map(|l| l.version()), Some("1.10"));
        assert!(index.newest("no").is_none() && index.newest("a").unwrap().is_base());
    }

    #[test]
    fn provided_names_are_found() {
        let index = Index::from_text(TEXT);
        assert_eq!(index.providers("mta").map(|l| l.name()).collect::<Vec<_>>(), ["a"]);
        assert_eq!(index.newest("a").unwrap().provides().len(), 2);
    }

    #[test]
    fn packed_files_and_folders_are_read_once() {
        use std::io::Write;
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("dists/x/main/binary-amd64");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::write(inner.join("Packages"), TEXT).unwrap();
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(TEXT.as_bytes()).unwrap();
        std::fs::write(inner.join("Packages.gz"), packed.finish().unwrap()).unwrap();
        assert_eq!(Index::open(dir.path()).unwrap().len(), 3);
        assert_eq!(Index::open(&inner.join("Packages.gz")).unwrap().len(), 3);
        std::fs::write(inner.join("Packages.xz"), b"\xfd7zXZ\0 damaged").unwrap();
        assert!(Index::open(&inner.join("Packages.xz")).is_err());
        assert!(Index::open(&dir.path().join("nothing")).is_err());
    }
}
