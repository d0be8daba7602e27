//! Data files of one tree, parsed once and shared with other trees that hold the same content.

use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use super::error::HieraError;
use super::template::HOLE;
use super::yaml::{self, DataFile};
use super::{data::Value, json};
use crate::repo::{Oid, Tree};

/// Most patterns that the alternatives of one give, and the longest pattern.
const MAX_ALTERNATIVES: usize = 1000;
const MAX_GLOB: usize = 4096;

/// Parsed data files by content, to be shared between base and head.
#[derive(Default)]
pub struct DataFiles {
    parsed: Mutex<FxHashMap<Written, Parsed>>,
}

/// A content, where it lies, and how it is read.
type Written = (Oid, Arc<str>, Format);

type Parsed = Result<Arc<DataFile>, HieraError>;

/// How a data file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Format {
    Yaml,
    Json,
}

/// A path that was looked at.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) path: Arc<str>,
    pub(crate) exists: bool,
    /// It is a folder, which Puppet tries to read.
    pub(crate) is_folder: bool,
    parsed: OnceLock<Parsed>,
}

/// The data files of one tree.
pub(crate) struct Files {
    tree: Tree,
    shared: Arc<DataFiles>,
    slots: RwLock<FxHashMap<Arc<str>, Arc<Slot>>>,
    candidates: RwLock<FxHashMap<String, Arc<Candidates>>>,
}

/// The files that a path with unknown parts could be.
pub(crate) struct Candidates {
    pub(crate) slots: Vec<Arc<Slot>>,
    pub(crate) paths: Arc<[Arc<str>]>,
    holders: OnceLock<Holders>,
}

/// Which of them hold a key, and which cannot be told from their keys.
#[derive(Default)]
struct Holders {
    by_key: FxHashMap<Box<str>, Vec<u32>>,
    special: Vec<u32>,
}

impl Files {
    pub(crate) fn new(tree: Tree, shared: Arc<DataFiles>) -> Self {
        Self { tree, shared, slots: RwLock::default(), candidates: RwLock::default() }
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(crate) fn slot(&self, path: &str) -> Arc<Slot> {
        if let Some(slot) = self.slots.read().unwrap_or_else(PoisonError::into_inner).get(path) {
            return Arc::clone(slot);
        }
        let normal = crate::repo::normal(path);
        let exists = self.tree.exists(&normal);
        let is_folder = !exists && self.tree.is_dir(&normal);
        let slot = Arc::new(Slot { exists, is_folder, path: Arc::from(normal), parsed: OnceLock::new() });
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(Arc::from(path)).or_insert(slot))
    }

    /// The content of a file that exists.
    pub(crate) fn data(&self, slot: &Slot, format: Format) -> Parsed {
        slot.parsed.get_or_init(|| self.parse(&slot.path, format)).clone()
    }

    fn parse(&self, path: &Arc<str>, format: Format) -> Parsed {
        let Some(oid) = self.tree.oid(path) else { return Err(unreadable(path, self.tree.read(path).err())) };
        let key = (oid, Arc::clone(path), format);
        if let Some(known) = self.shared.lock().get(&key) {
            return known.clone();
        }
        let parsed = match self.tree.read(path) {
            Ok(Some(bytes)) => read(path, &bytes, format).map(Arc::new),
            outcome => Err(unreadable(path, outcome.err())),
        };
        self.shared.lock().entry(key).or_insert(parsed).clone()
    }

    /// The files that a path with unknown parts could be.
    pub(crate) fn candidates(&self, pattern: &str) -> Arc<Candidates> {
        let known = self.candidates.read().unwrap_or_else(PoisonError::into_inner).get(pattern).cloned();
        known.unwrap_or_else(|| {
            let found = self.matching(pattern);
            let mut memo = self.candidates.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(memo.entry(pattern.into()).or_insert(found))
        })
    }

    fn matching(&self, pattern: &str) -> Arc<Candidates> {
        let literal = pattern.split(HOLE).next().unwrap_or_default();
        let folder = literal.rsplit_once('/').map_or("", |(dir, _)| dir);
        let paths = self.tree.list(folder).filter(|path| matches_holes(path, pattern));
        let slots: Vec<Arc<Slot>> = paths.map(|path| self.slot(path)).collect();
        let paths = slots.iter().map(|slot| Arc::clone(&slot.path)).collect();
        Arc::new(Candidates { slots, paths, holders: OnceLock::new() })
    }

    /// Those of the candidates worth a look for a key, in their order.
    pub(crate) fn holders<'c>(&self, all: &'c Candidates, format: Format, key: &str) -> Vec<&'c Arc<Slot>> {
        let holders = all.holders.get_or_init(|| self.index(&all.slots, format));
        let mut places: Vec<u32> = holders.special.clone();
        places.extend(holders.by_key.get(key).into_iter().flatten());
        places.sort_unstable();
        places.into_iter().filter_map(|place| all.slots.get(place as usize)).collect()
    }

    fn index(&self, slots: &[Arc<Slot>], format: Format) -> Holders {
        let mut holders = Holders::default();
        for (place, slot) in (0u32..).zip(slots) {
            match self.data(slot, format) {
                Ok(file) if file.refused.is_none() => {
                    let keys = file
                        .root
                        .as_hash()
                        .into_iter()
                        .flat_map(super::data::Hash::iter)
                        .filter_map(|(k, _)| k.as_str());
                    keys.for_each(|key| holders.by_key.entry(key.into()).or_default().push(place));
                }
                _ => holders.special.push(place),
            }
        }
        holders
    }
}

impl DataFiles {
    fn lock(&self) -> std::sync::MutexGuard<'_, FxHashMap<Written, Parsed>> {
        self.parsed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unreadable(path: &Arc<str>, why: Option<crate::repo::ReadError>) -> HieraError {
    let why = why.map_or_else(|| "no such file".into(), |e| e.to_string());
    let mut error = HieraError::new(format!("data file not read: {why}"), "fetch the file or remove it");
    error.file = Some(Arc::clone(path));
    error
}

fn read(path: &Arc<str>, bytes: &[u8], format: Format) -> Result<DataFile, HieraError> {
    let loaded = match format {
        Format::Yaml => yaml::load(path, bytes),
        Format::Json => json::load(path, bytes),
    };
    let mut file = loaded
        .map_err(|error| HieraError { message: format!("Unable to parse ({path}): {}", error.message), ..error })?;
    if format == Format::Json && file.root.as_hash().is_none() {
        let got = file.root.type_name();
        let message = format!(
            "Value returned from data_hash function 'json_data', when using location '{path}', has wrong type, expects a Hash value, got {got}"
        );
        return Err(HieraError::new(message, "make it an object").at(path, 1));
    }
    if !matches!(file.root.value, Value::Hash(_) | Value::Undef | Value::Bool(false)) {
        file.notes.push((1, "file does not contain a valid yaml hash; it is passed over".into()));
    }
    Ok(file)
}

/// Whether a path fits a pattern in which each hole stands for any text.
#[must_use]
pub fn matches_holes(path: &str, pattern: &str) -> bool {
    let mut pieces = pattern.split(HOLE);
    let Some(mut rest) = path.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else { return rest.is_empty() };
    for piece in middle {
        match rest.find(piece) {
            Some(at) => rest = rest.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Ruby's `Dir.glob` for one pattern over the paths of a tree: `*`, `**/`, `?`, `[a]`, `{a,b}`. Alternatives come in
/// the order they are written, a path once for each that it fits.
/// `None` if there are too many.
pub(crate) fn glob(tree: &Tree, pattern: &str) -> Option<Vec<Arc<str>>> {
    let mut plain = Vec::new();
    unbraced(pattern, &mut plain)?;
    Some(plain.iter().flat_map(|pattern| glob_plain(tree, pattern)).collect())
}

/// `{b,a}.yaml` -> `b.yaml`, `a.yaml`; `None` past the limit, which a few groups in a row would pass by far.
fn unbraced(pattern: &str, out: &mut Vec<String>) -> Option<()> {
    if out.len() >= MAX_ALTERNATIVES || pattern.len() > MAX_GLOB {
        return None;
    }
    let Some((head, rest)) = pattern.split_once('{') else {
        out.push(pattern.to_owned());
        return Some(());
    };
    let (mut depth, mut start, mut words) = (1usize, 0, Vec::new());
    for (at, c) in rest.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && c == ',') {
            words.push(rest.get(start..at).unwrap_or_default());
            start = at + 1;
        }
        if depth == 0 {
            break;
        }
    }
    if depth > 0 {
        out.push(pattern.to_owned());
        return Some(());
    }
    let tail = rest.get(start..).unwrap_or_default();
    words.iter().try_for_each(|word| unbraced(&format!("{head}{word}{tail}"), out))
}

fn glob_plain(tree: &Tree, pattern: &str) -> Vec<Arc<str>> {
    let literal = pattern.split(['*', '?', '[']).next().unwrap_or_default();
    let folder = literal.rsplit_once('/').map_or("", |(dir, _)| dir);
    let Some(regex) = glob_regex(pattern) else { return Vec::new() };
    tree.list(folder).filter(|path| regex.is_match(path)).cloned().collect()
}

fn glob_regex(pattern: &str) -> Option<regex::Regex> {
    let mut out = String::from("^");
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let mut taken = c.len_utf8();
        match c {
            '*' if rest.starts_with("**/") => {
                out.push_str("(?:[^./][^/]*/)*");
                taken = 3;
            }
            '*' => out.push_str(if out.ends_with(['^', '/']) { "(?:[^./][^/]*)?" } else { "[^/]*" }),
            '?' => out.push_str("[^/]"),
            '[' => match rest.find(']').and_then(|end| rest.get(..=end)) {
                Some(class) => {
                    out.push_str(&class.replacen("[!", "[^", 1));
                    taken = class.len();
                }
                None => out.push_str("\\["),
            },
            c => out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    out.push('$');
    regex::Regex::new(&out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_are_written_out_up_to_a_limit() {
        let mut out = Vec::new();
        assert!(unbraced("{b,a{1,2}}.yaml", &mut out).is_some());
        assert_eq!(out, ["b.yaml", "a1.yaml", "a2.yaml"]);
        assert!(unbraced(&"{a,b}".repeat(40), &mut Vec::new()).is_none());
    }
}
