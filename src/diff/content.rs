//! What a file resource would put on the host, line by line with where each line came from.

use super::Sources;
use crate::catalog::Resource;
use crate::repo::Loc;
use crate::value::{Origin, RenderedPiece, Sym, SymExpr, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Longest alternative of an unknown that is shown as it is.
const MAX_SHOWN: usize = 100;

/// The content of a file resource.
#[derive(Clone, Debug)]
pub enum Content {
    /// Nothing is said about content (links, directories, `ensure => present` alone).
    None,
    /// Given in the catalog: text, or text with unknown parts.
    Value(Value),
    /// A file of the repository.
    File(String, Arc<[u8]>),
    /// A folder of the repository, recursed: path below it to bytes.
    Folder(String, BTreeMap<String, Arc<[u8]>>),
    /// The source is named and is not in the repository.
    Missing(String),
    /// Comes from elsewhere (another server, a private mount) or the address is unknown.
    Elsewhere,
}

/// A line of a file as it would be on the host.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its text; unknown parts read as `‹…›`.
    pub text: String,
    /// Where it is written in the repository.
    pub at: Loc,
    /// Origins of the values inserted into it.
    pub origins: Vec<Arc<Origin>>,
    /// Written under a condition that is not known: it may not be there.
    pub maybe: bool,
}

/// The content a file resource puts on the host.
#[must_use]
pub fn content_of(resource: &Resource, sources: &Sources) -> Content {
    if let Some(value) = resource.value("content") {
        return Content::Value(value.clone());
    }
    match resource.value("source") {
        None | Some(Value::Undef) => Content::None,
        Some(Value::Array(list)) => first_present(&list.items, resource, sources),
        Some(value) => one_source(value, resource, sources),
    }
}

/// Of a list of sources the agent takes the first that exists.
fn first_present(items: &[Value], resource: &Resource, sources: &Sources) -> Content {
    let mut missing = Content::Elsewhere;
    for item in items {
        match one_source(item, resource, sources) {
            Content::Missing(path) => missing = Content::Missing(path),
            found => return found,
        }
    }
    missing
}

fn one_source(value: &Value, resource: &Resource, sources: &Sources) -> Content {
    let Some(path) = value.as_str().and_then(|address| sources.path_of(address)) else { return Content::Elsewhere };
    if let Some(bytes) = sources.bytes(&path) {
        return Content::File(path, bytes);
    }
    if sources.tree().is_dir(&path) {
        return if recurses(resource) { folder(&path, resource, sources) } else { Content::None };
    }
    if sources.tree().exists(&path) { Content::Elsewhere } else { Content::Missing(path) }
}

fn recurses(resource: &Resource) -> bool {
    match resource.value("recurse") {
        Some(Value::Bool(b)) => *b,
        Some(v) => matches!(v.as_str(), Some("true" | "remote" | "inf")),
        None => false,
    }
}

fn folder(path: &str, resource: &Resource, sources: &Sources) -> Content {
    let below = |p: &str| p.strip_prefix(path).map(|r| r.trim_start_matches('/').to_owned());
    let files = sources.tree().list(path).filter_map(|p| Some((below(p)?, sources.bytes(p)?)));
    let (ignored, depth) = (ignored(resource), depth(resource));
    let taken = |name: &str| {
        name.split('/').count() <= depth && !name.split('/').any(|part| ignored.iter().any(|i| wildcard(i, part)))
    };
    Content::Folder(path.to_owned(), files.filter(|(name, _)| taken(name)).collect())
}

/// Names that the agent passes over.
fn ignored(resource: &Resource) -> Vec<String> {
    match resource.value("ignore") {
        Some(Value::Array(list)) => list.items.iter().map(ToString::to_string).collect(),
        Some(Value::Undef) | None => Vec::new(),
        Some(one) => vec![one.to_string()],
    }
}

fn depth(resource: &Resource) -> usize {
    let limit = resource.value("recurselimit").and_then(|v| v.to_string().parse().ok());
    limit.unwrap_or(usize::MAX)
}

/// `*` is any run of characters, `?` any one. Goes back to the last `*` alone, so that no pattern takes long.
fn wildcard(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t, mut retry) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || text.get(t) == Some(c) => (p, t) = (p + 1, t + 1),
            _ => {
                let Some((star, from)) = retry else { return false };
                retry = Some((star, from + 1));
                (p, t) = (star + 1, from + 1);
            }
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

impl Content {
    /// Whether both put the same bytes on the host. Where a content comes from does not matter.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Folder(_, a), Self::Folder(_, b)) => a == b,
            (Self::Value(a), Self::Value(b)) if a == b => true,
            (Self::Missing(a), Self::Missing(b)) => a == b,
            (Self::None, Self::None) | (Self::Elsewhere, Self::Elsewhere) => true,
            _ => match (self.bytes(), other.bytes()) {
                (Some(a), Some(b)) => a == b,
                _ => false,
            },
        }
    }

    /// The bytes, where they are wholly known.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Value(value) => value.as_str().map(str::as_bytes),
            Self::File(_, bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The lines, as far as there is text at all; `given_at` is where a literal content stands.
    #[must_use]
    pub fn lines(&self, given_at: &Loc) -> Vec<Line> {
        match self {
            Self::Value(value) => value_lines(value, given_at),
            Self::File(path, bytes) => file_lines(path, bytes),
            Self::Folder(path, files) => {
                files.iter().flat_map(|(f, b)| file_lines(&format!("{path}/{f}"), b)).collect()
            }
            Self::None | Self::Missing(_) | Self::Elsewhere => Vec::new(),
        }
    }

    /// The repository file it is copied from.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::File(path, _) | Self::Folder(path, _) | Self::Missing(path) => Some(path),
            _ => None,
        }
    }
}

fn file_lines(path: &str, bytes: &[u8]) -> Vec<Line> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Vec::new() };
    let path: Arc<str> = path.into();
    let at = |n: usize| Loc { path: path.clone(), line: u32::try_from(n + 1).unwrap_or(u32::MAX) };
    text.lines()
        .enumerate()
        .map(|(n, l)| Line { text: l.to_owned(), at: at(n), origins: Vec::new(), maybe: false })
        .collect()
}

fn value_lines(value: &Value, given_at: &Loc) -> Vec<Line> {
    let mut lines = LineBuilder { lines: Vec::new(), open: false, maybe: false, given_at };
    lines.value(value);
    lines.lines
}

/// Puts lines together from pieces that may begin and end inside a line.
struct LineBuilder<'a> {
    lines: Vec<Line>,
    open: bool,
    maybe: bool,
    given_at: &'a Loc,
}

/// A value as a template writes it.
fn written(value: &Value) -> Option<&str> {
    if *value == Value::Undef { Some("") } else { value.as_str() }
}

impl LineBuilder<'_> {
    fn value(&mut self, value: &Value) {
        match value {
            Value::Str(s) => match s.origin.as_deref() {
                Some(Origin::Rendered(pieces)) => self.pieces(&s.text, pieces),
                _ => self.text(&s.text, &self.given_at.clone(), s.origin.as_ref()),
            },
            Value::Sym(sym) => self.symbolic(sym),
            other => self.text(&other.to_string(), &self.given_at.clone(), None),
        }
    }

    fn symbolic(&mut self, sym: &Sym) {
        match (&sym.expr, &sym.sample) {
            (SymExpr::Concat(parts), _) => parts.iter().for_each(|p| self.value(p)),
            // What a template writes only under an unknown condition: shown, since it may be there.
            (SymExpr::Call(name, operands), _) if name == "possibly" => {
                let before = std::mem::replace(&mut self.maybe, true);
                operands.iter().skip(1).for_each(|p| self.value(p));
                self.maybe = before;
            }
            (_, Some(sample)) => self.value(sample),
            (SymExpr::Choice(values), None) => self.one_of(values),
            (expr, None) => self.text(&expr.to_string(), &self.given_at.clone(), None),
        }
    }

    /// One of several short texts: all are shown, and each brings its origin.
    fn one_of(&mut self, values: &[Value]) {
        let texts: Option<Vec<&str>> =
            values.iter().map(|v| written(v).filter(|t| t.len() <= MAX_SHOWN && !t.contains(['\n', '|']))).collect();
        let shown = texts.map_or_else(|| "‹one of several›".to_owned(), |t| format!("‹{}›", t.join("|")));
        self.text(&shown, &self.given_at.clone(), None);
        let origins = values.iter().flat_map(Value::origins).cloned();
        if let Some(line) = self.lines.last_mut() {
            line.origins.extend(origins);
        }
    }

    fn pieces(&mut self, text: &str, pieces: &[RenderedPiece]) {
        for piece in pieces {
            if let Some(part) = text.get(piece.start as usize..piece.end as usize) {
                self.text(part, &piece.at, piece.origin.as_ref());
            }
        }
    }

    fn text(&mut self, text: &str, at: &Loc, origin: Option<&Arc<Origin>>) {
        for (n, part) in text.split_inclusive('\n').enumerate() {
            // A value inserted by a template keeps the template's line; the template's own text moves on.
            let line = if origin.is_some() || at.line == 0 { at.line } else { at.line + u32::try_from(n).unwrap_or(0) };
            self.part(part, &Loc { path: at.path.clone(), line }, origin);
        }
    }

    fn part(&mut self, part: &str, at: &Loc, origin: Option<&Arc<Origin>>) {
        if !self.open {
            self.lines.push(Line { text: String::new(), at: at.clone(), origins: Vec::new(), maybe: self.maybe });
        }
        if let Some(line) = self.lines.last_mut() {
            line.text.push_str(part.trim_end_matches('\n'));
            line.origins.extend(origin.cloned());
        }
        self.open = !part.ends_with('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::wildcard;

    #[test]
    fn names_that_are_passed_over() {
        for (pattern, text, expected) in [
            (".git", ".git", true),
            ("*.md", "README.md", true),
            ("*.md", "README.mdx", false),
            ("a?c*", "abcd", true),
            ("*a*b", "xxaxxbxb", true),
            ("*a*b", "xxaxxbx", false),
        ] {
            assert_eq!(wildcard(pattern, text), expected, "{pattern} {text}");
        }
    }
}
