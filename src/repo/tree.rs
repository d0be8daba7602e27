//! One revision or folder as a read-only map of path -> bytes.
//!
//! The listing is complete from the start; contents are read when asked for, once, from any
//! thread. What could not be read is remembered: it is part of what a report has to own up to.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

use super::error::ReadError;
use super::links::{self, Resolved};
use super::listing::{Raw, RawKind};
use super::store::{MAX_FILE, Oid, Store, content_id};

/// A read-only map of path -> bytes. Paths are relative, with `/`, without `.` or `..`.
#[derive(Clone)]
pub struct Tree(Arc<Inner>);

struct Inner {
    label: String,
    entries: Vec<Entry>,
    by_path: FxHashMap<Arc<str>, u32>,
    source: Source,
    unread: Mutex<BTreeMap<Arc<str>, ReadError>>,
}

#[derive(Clone)]
struct Entry {
    path: Arc<str>,
    /// Where the content lies when a link led here.
    real: Option<Arc<str>>,
    state: Result<(), ReadError>,
    oid: OnceLock<Oid>,
    bytes: OnceLock<Result<Arc<[u8]>, ReadError>>,
}

/// Where contents come from.
#[derive(Clone)]
pub(crate) enum Source {
    Git(Arc<Store>),
    Folder(PathBuf),
    Memory,
}

/// A path that could not be read, or not in full.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// Relative to the root of the tree.
    pub path: Arc<str>,
    /// Why.
    pub why: ReadError,
}

impl Tree {
    pub(crate) fn new(label: String, source: Source, listing: Vec<Raw>) -> Self {
        let mut unread = BTreeMap::new();
        let entries: Vec<Entry> = links::resolve(listing).into_iter().map(entry).collect();
        let mut by_path = FxHashMap::with_capacity_and_hasher(entries.len(), Default::default());
        for (number, entry) in (0u32..).zip(&entries) {
            by_path.insert(Arc::clone(&entry.path), number);
            if let Err(why) = &entry.state {
                unread.insert(Arc::clone(&entry.path), why.clone());
            }
        }
        Self(Arc::new(Inner { label, entries, by_path, source, unread: Mutex::new(unread) }))
    }

    /// A tree made of these files, for tests and for input that comes as text.
    #[must_use]
    pub fn from_files<P, B>(label: &str, files: impl IntoIterator<Item = (P, B)>) -> Self
    where
        P: AsRef<str>,
        B: AsRef<[u8]>,
    {
        let files: BTreeMap<String, Arc<[u8]>> =
            files.into_iter().map(|(path, bytes)| (normal(path.as_ref()), Arc::from(bytes.as_ref()))).collect();
        let raw = |path: &String| Raw { path: path.as_str().into(), kind: RawKind::File, oid: None };
        let tree = Self::new(label.into(), Source::Memory, files.keys().map(raw).collect());
        for entry in &tree.0.entries {
            if let Some(bytes) = files.get(&*entry.path) {
                let _ = entry.bytes.set(Ok(Arc::clone(bytes)));
            }
        }
        tree
    }

    /// The same tree with other bytes in one of its files, or with one file more.
    #[must_use]
    pub fn with_file(&self, path: &str, bytes: &[u8]) -> Self {
        let path: Arc<str> = normal(path).into();
        let mut entries: Vec<Entry> = self.0.entries.iter().filter(|e| e.path != path).cloned().collect();
        let place = entries.partition_point(|e| e.path < path);
        let bytes = OnceLock::from(Ok(Arc::from(bytes)));
        entries.insert(place, Entry { path, real: None, state: Ok(()), oid: OnceLock::new(), bytes });
        let by_path = (0u32..).zip(&entries).map(|(number, e)| (Arc::clone(&e.path), number)).collect();
        let source = self.0.source.clone();
        Self(Arc::new(Inner { label: self.0.label.clone(), entries, by_path, source, unread: Mutex::default() }))
    }

    /// How the user named it.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.0.label
    }

    /// How many files it lists, unreadable ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.entries.len()
    }

    /// Whether it lists no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.entries.is_empty()
    }

    /// The content of a file; `None` when there is no such file.
    pub fn read(&self, path: &str) -> Result<Option<Arc<[u8]>>, ReadError> {
        match self.entry(path) {
            None => Ok(None),
            Some(entry) => self.bytes(entry).map(Some),
        }
    }

    /// The content as text. Bytes that are not UTF-8 are replaced, and the path is noted as unread.
    pub fn text(&self, path: &str) -> Result<Option<Arc<str>>, ReadError> {
        let Some(bytes) = self.read(path)? else { return Ok(None) };
        if let Ok(text) = std::str::from_utf8(&bytes) {
            return Ok(Some(Arc::from(text)));
        }
        self.note(path, ReadError::NotUtf8);
        Ok(Some(Arc::from(&*String::from_utf8_lossy(&bytes))))
    }

    /// Whether a file stands at this path (readable or not).
    #[must_use]
    pub fn exists(&self, path: &str) -> bool {
        self.entry(path).is_some()
    }

    /// Whether files lie below this path. The root (`""`) always is a folder.
    #[must_use]
    pub fn is_dir(&self, path: &str) -> bool {
        let path = path.trim_matches('/');
        path.is_empty() || self.list(path).next().is_some()
    }

    /// All files below a folder (`""`: all), sorted by path.
    pub fn list<'a>(&'a self, folder: &str) -> impl Iterator<Item = &'a Arc<str>> + use<'a> {
        let folder = folder.trim_matches('/');
        let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let first = self.0.entries.partition_point(|e| *e.path < *start);
        let tail = self.0.entries.get(first..).unwrap_or_default();
        tail.iter().map(|e| &e.path).take_while(move |p| p.starts_with(&start))
    }

    /// The names directly below a folder, sorted, each once.
    #[must_use]
    pub fn children(&self, folder: &str) -> Vec<&str> {
        let skip = match folder.trim_matches('/') {
            "" => 0,
            folder => folder.len() + 1,
        };
        let mut names: Vec<&str> = Vec::new();
        for path in self.list(folder) {
            let rest = path.get(skip..).unwrap_or_default();
            let name = rest.split('/').next().unwrap_or(rest);
            if names.last() != Some(&name) {
                names.push(name);
            }
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The identity of a file's content; equal contents have equal ids in every tree.
    #[must_use]
    pub fn oid(&self, path: &str) -> Option<Oid> {
        let entry = self.entry(path)?;
        if let Some(oid) = entry.oid.get() {
            return Some(*oid);
        }
        let oid = content_id(&self.bytes(entry).ok()?).ok()?;
        Some(*entry.oid.get_or_init(|| oid))
    }

    /// Where the content of a path lies, if a link leads from it.
    #[must_use]
    pub fn real_path(&self, path: &str) -> Option<&Arc<str>> {
        self.entry(path)?.real.as_ref()
    }

    /// What could not be read so far, sorted by path.
    #[must_use]
    pub fn unread(&self) -> Vec<Unread> {
        let notes = self.0.unread.lock().unwrap_or_else(PoisonError::into_inner);
        notes.iter().map(|(path, why)| Unread { path: Arc::clone(path), why: why.clone() }).collect()
    }

    fn entry(&self, path: &str) -> Option<&Entry> {
        let number = match self.0.by_path.get(path) {
            Some(number) => *number,
            None if is_normal(path) => return None,
            None => *self.0.by_path.get(normal(path).as_str())?,
        };
        self.0.entries.get(number as usize)
    }

    fn bytes(&self, entry: &Entry) -> Result<Arc<[u8]>, ReadError> {
        let outcome = entry.bytes.get_or_init(|| {
            let outcome = entry.state.clone().and_then(|()| self.load(entry));
            if let Err(why) = &outcome {
                self.note(&entry.path, why.clone());
            }
            outcome
        });
        outcome.clone()
    }

    fn load(&self, entry: &Entry) -> Result<Arc<[u8]>, ReadError> {
        match (&self.0.source, entry.oid.get()) {
            (Source::Git(store), Some(oid)) => store.blob(oid),
            (Source::Folder(root), _) => load_file(&root.join(&**entry.real.as_ref().unwrap_or(&entry.path))),
            (Source::Git(_) | Source::Memory, _) => Err(ReadError::Missing),
        }
    }

    fn note(&self, path: &str, why: ReadError) {
        let mut notes = self.0.unread.lock().unwrap_or_else(PoisonError::into_inner);
        notes.entry(Arc::from(path)).or_insert(why);
    }
}

impl std::fmt::Debug for Tree {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tree({}, {} files)", self.label(), self.len())
    }
}

fn entry(resolved: Resolved) -> Entry {
    let Resolved { raw, real } = resolved;
    let state = match raw.kind {
        RawKind::Unread(why) => Err(why),
        RawKind::File | RawKind::Link(_) => Ok(()),
    };
    let oid = raw.oid.map_or_else(OnceLock::new, OnceLock::from);
    Entry { path: raw.path, real, state, oid, bytes: OnceLock::new() }
}

fn load_file(path: &std::path::Path) -> Result<Arc<[u8]>, ReadError> {
    use std::io::Read;
    let failed = |e: std::io::Error| ReadError::Io(e.to_string());
    let file = std::fs::File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    if size > MAX_FILE {
        return Err(ReadError::TooLarge { size, limit: MAX_FILE });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    file.take(MAX_FILE).read_to_end(&mut bytes).map_err(failed)?;
    Ok(Arc::from(bytes))
}

fn is_normal(path: &str) -> bool {
    !path.split('/').any(|part| matches!(part, "" | "." | ".."))
}

/// `./a//b/../c` -> `a/c`. A path that leads out of the tree becomes one that cannot exist.
#[must_use]
pub fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.pop().is_none() => return "..".into(),
            ".." => {}
            name => parts.push(name),
        }
    }
    parts.join("/")
}
