//! A piece of a repository and what it mentions.

use super::words::{Mention, Style, Tail, mentions};
use crate::eval::DefKind;
use regex::Regex;
use rustc_hash::FxHashSet;
use std::sync::{Arc, OnceLock};

/// What a piece is: what can reach it, or what it reaches, follows from that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A manifest of a module.
    Manifest(Arc<str>),
    /// A template or file of a module: the module and the path below its folder.
    Asset(Arc<str>, Arc<str>),
    /// Something that is called by this name.
    Named(String),
    /// A top-level entry of a data file; `*` for any.
    Data(String),
    /// Definitions in a main manifest.
    Defined(Vec<String>),
    /// A node definition, by number.
    Node(usize),
    /// Statements that every host runs.
    Top,
}

/// A piece of a repository. Mentions are kept as digests: two that collide only say too much.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) kind: Kind,
    words: Vec<u64>,
    passed: Vec<u64>,
    /// Parts of names are used to load something right here.
    loads_parts: bool,
    /// Names of classes that are only passed on count: something loads what a variable names.
    pub(super) is_open: bool,
    /// The same for defined types.
    declares: bool,
    /// It loads classes that variables name: whoever passes it something is open too.
    pub(super) is_sink: bool,
    paths: Vec<u64>,
    /// Paths below folders that are computed.
    below: Vec<Below>,
    starts: Vec<Box<str>>,
    ends: Vec<Box<str>>,
    /// Words also mean names that end in them: names were relative once.
    pub(super) is_relative: bool,
    /// Words also mean the names that functions make of them.
    pub(super) makes: Vec<Parts>,
}

/// What a function puts before and after the names that it is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) starts: Vec<Box<str>>,
    pub(super) ends: Vec<Box<str>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Below {
    text: Box<str>,
    is_whole: bool,
}

impl Below {
    /// Whether a path below a module may be meant.
    fn fits(&self, path: &str) -> bool {
        let mut rest = Some(path);
        while let Some(tail) = rest {
            let below = tail.strip_prefix(&*self.text);
            if below.is_some_and(|b| !self.is_whole || b.is_empty() || b.starts_with('/')) {
                return true;
            }
            rest = tail.split_once('/').map(|(_, tail)| tail);
        }
        false
    }
}

impl Place {
    pub(super) fn read(kind: Kind, module: &str, text: &str, style: Style) -> Self {
        let mut place = Self {
            kind,
            words: Vec::new(),
            passed: Vec::new(),
            loads_parts: style != Style::Puppet || uses_names(text),
            is_open: style == Style::Puppet && loads_variables(text),
            declares: style == Style::Puppet && declares_variables(text),
            is_sink: style == Style::Puppet && loads_variables(text),
            paths: Vec::new(),
            below: Vec::new(),
            starts: Vec::new(),
            ends: Vec::new(),
            is_relative: false,
            makes: Vec::new(),
        };
        mentions(text, style, &mut |mention| match mention {
            Mention::Word(word) => place.words.push(digest(word)),
            Mention::Passed(word) => place.passed.push(digest(word)),
            Mention::Key(word) => place.words.push(key_digest(word)),
            Mention::Start(text) => place.starts.push(text.to_lowercase().into()),
            Mention::End(text) => place.ends.push(text.to_lowercase().into()),
            Mention::Path(first, tail) => place.paths.push(tail_digest(first, tail)),
            Mention::Below(Tail::Whole(text)) => place.below.push(Below { text: text.into(), is_whole: true }),
            Mention::Below(Tail::Open(text)) => place.below.push(Below { text: text.into(), is_whole: false }),
            Mention::OwnPath(tail) => place.paths.push(tail_digest(module, tail)),
        });
        if style != Style::Data {
            place.words.extend(folders_read(text, module).into_iter().map(loads_digest));
        }
        for list in [&mut place.words, &mut place.passed, &mut place.paths] {
            list.sort_unstable();
            list.dedup();
        }
        place
    }

    /// Takes out the beginnings and ends of names that it puts together, if there are any. Functions get
    /// the rest from their callers, who are looked at instead.
    pub(super) fn take_parts(&mut self) -> Option<Parts> {
        let names = |list: &mut Vec<Box<str>>| {
            let all = std::mem::take(list);
            all.into_iter().filter(|part| part.contains("::")).collect::<Vec<_>>()
        };
        let parts = Parts { starts: names(&mut self.starts), ends: names(&mut self.ends) };
        (parts != Parts::default()).then_some(parts)
    }

    /// Words that mean one of the `known` names in the namespaces of `own` mean nothing else.
    pub(super) fn resolve(&mut self, own: &str, known: &[String], text: &str) {
        let mut namespace = own;
        while !namespace.is_empty() {
            for name in known {
                let tail = name.strip_prefix(namespace).and_then(|rest| rest.strip_prefix("::"));
                if let Some(at) = tail.and_then(|tail| self.words.binary_search(&digest(longest_word(tail))).ok()) {
                    if !tail.is_some_and(|tail| is_absolute(tail, text)) {
                        self.words.remove(at);
                    }
                    self.words.push(digest(longest_word(name)));
                    self.words.sort_unstable();
                }
            }
            namespace = namespace.rsplit_once("::").map_or("", |(outer, _)| outer);
        }
    }

    /// Whether it mentions a word.
    pub(super) fn says(&self, word: &str) -> bool {
        self.words.binary_search(&digest(word)).is_ok()
    }

    /// Whether it asks Hiera for a key.
    pub(super) fn asks(&self, key: &str) -> bool {
        self.words.binary_search(&key_digest(key)).is_ok()
    }

    /// Whether it mentions one of the targets.
    pub(super) fn meets(&self, targets: &Targets) -> bool {
        let known = |w: &u64| targets.words.contains(w) || self.is_relative && targets.tails.contains(w);
        let parts = self.is_open || self.declares || self.loads_parts;
        self.words.iter().any(known)
            || self.is_open && self.passed.iter().any(|w| targets.classes.contains(w))
            || self.declares && self.passed.iter().any(|w| targets.defines.contains(w))
            || self.paths.iter().any(|p| targets.paths.contains(p))
            || self.reads(targets)
            || self.makes.iter().any(|parts| self.makes_one(parts, targets))
            || parts && self.starts.iter().any(|s| targets.names.iter().any(|n| n.starts_with(&**s)))
            || parts && self.ends.iter().any(|e| targets.names.iter().any(|n| n.ends_with(&**e)))
    }

    /// Whether a function makes a target of a word here.
    fn makes_one(&self, parts: &Parts, targets: &Targets) -> bool {
        targets.names.iter().any(|name| {
            let after = parts.starts.iter().filter_map(|start| name.strip_prefix(&**start));
            let before = parts.ends.iter().filter_map(|end| name.strip_suffix(&**end));
            after.chain(before).any(|rest| self.says(longest_word(rest)))
        })
    }

    /// Whether it reads data of a module at a path that it puts together.
    fn reads(&self, targets: &Targets) -> bool {
        let fits = |path: &str| self.below.is_empty() || self.below.iter().any(|below| below.fits(path));
        targets
            .loaded
            .iter()
            .any(|(module, path)| self.words.binary_search(&loads_digest(module)).is_ok() && fits(path))
    }
}

/// What is looked for.
#[derive(Debug, Default)]
pub(super) struct Targets {
    words: FxHashSet<u64>,
    tails: FxHashSet<u64>,
    paths: FxHashSet<u64>,
    /// Words that name a class, and that name a defined type.
    classes: FxHashSet<u64>,
    defines: FxHashSet<u64>,
    /// Data of modules: the module and the path below it.
    loaded: Vec<(String, String)>,
    names: Vec<String>,
}

impl Targets {
    /// Whether any key at all is looked for.
    pub(super) fn has_any_key(&self) -> bool {
        self.names.iter().any(|name| name == super::data::ANY)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty() && self.paths.is_empty() && self.loaded.is_empty()
    }

    /// Something that is named: a class, defined type, function, type alias, or no one knows what.
    pub(super) fn name(&mut self, kind: Option<DefKind>, name: &str) {
        let word = digest(longest_word(name));
        self.words.insert(word);
        if kind != Some(DefKind::Define) {
            self.classes.insert(word);
        }
        if kind != Some(DefKind::Class) {
            self.defines.insert(word);
        }
        let mut rest = name;
        while let Some((_, tail)) = rest.split_once("::") {
            self.tails.insert(digest(longest_word(tail)));
            rest = tail;
        }
        self.names.push(name.to_lowercase());
    }

    /// A key of data: whoever names it, and the class that it is a parameter of.
    pub(super) fn key(&mut self, key: &str) {
        let word = longest_word(key);
        self.words.insert(key_digest(word));
        self.names.push(key.to_lowercase());
        if let Some((class, _)) = key.rsplit_once("::") {
            self.name(Some(DefKind::Class), class);
        }
    }

    /// Data of a module, for those who read it at a path of their own making.
    pub(super) fn loaded(&mut self, module: &str, path: &str) {
        self.loaded.push((module.to_owned(), path.to_owned()));
    }

    /// A file below a module's `files` or `templates`: named as a whole, by a folder that it is in, or by
    /// the beginning of its path.
    pub(super) fn asset(&mut self, module: &str, path: &str) {
        let whole = format!("{module}/{path}");
        for (first, rest) in [(module, path), ("", path), ("modules", &whole)] {
            self.paths.insert(tail_digest(first, Tail::Whole(rest)));
            for (at, c) in rest.char_indices() {
                let before = rest.get(..at).unwrap_or_default();
                // Where the module is computed too, that is a path of its own.
                if at > 0 || first != "modules" {
                    self.paths.insert(tail_digest(first, Tail::Open(before)));
                }
                if c == '/' {
                    self.paths.insert(tail_digest(first, Tail::Whole(before)));
                }
            }
        }
    }
}

/// Whether a text names something from the top: `::name`.
fn is_absolute(name: &str, text: &str) -> bool {
    let starts =
        |at: usize| !text.get(..at).is_some_and(|before| before.ends_with(|c: char| c.is_alphanumeric() || c == '_'));
    text.match_indices(&format!("::{name}")).any(|(at, _)| starts(at))
}

/// Whether code loads the class that a variable names, so that a name passed on may be loaded there.
fn loads_variables(text: &str) -> bool {
    static SINK: OnceLock<Option<Regex>> = OnceLock::new();
    let pattern = r"(?m)(?:^|[{;\s])(include|contain|require|hiera_include)\s*\(?\s*(\$|lookup|hiera)|class\s*\{\s*\$|\.(include|contain|require)\s*(\(|$)|create_resources\(\s*['\x22]?class";
    SINK.get_or_init(|| Regex::new(pattern).ok()).as_ref().is_none_or(|sink| sink.is_match(text))
}

/// Whether code declares resources of the type that a variable names. Such variables are set nearby.
fn declares_variables(text: &str) -> bool {
    static SINK: OnceLock<Option<Regex>> = OnceLock::new();
    let pattern = r"(?m)(create_resources|ensure_resources?)\(\s*\$|^\s*\$\w+\s*\{|Resource\[\s*\$";
    SINK.get_or_init(|| Regex::new(pattern).ok()).as_ref().is_none_or(|sink| sink.is_match(text))
}

/// Whether code uses computed text as the name of something to load.
fn uses_names(text: &str) -> bool {
    static SINK: OnceLock<Option<Regex>> = OnceLock::new();
    let pattern = r#"(?m)\b(include|contain|require|hiera_include|hiera(_array|_hash)?|lookup|create_resources|ensure_resources?|realize|getvar|call|class\s*\{|inherits)\b?[^\n']*(\$|")|\.(include|contain|require|lookup)\b"#;
    let sink = SINK.get_or_init(|| Regex::new(pattern).ok());
    sink.as_ref().is_none_or(|sink| sink.is_match(text))
}

/// A name with dashes or dots is read as several words; where all of it is, the longest is.
fn longest_word(name: &str) -> &str {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != ':');
    words.max_by_key(|w| w.len()).unwrap_or(name)
}

fn digest(word: &str) -> u64 {
    fold(0xcbf2_9ce4_8422_2325, word)
}

/// Modules that code finds the folder of, to read files there; its own if it does not say.
fn folders_read<'t>(text: &'t str, own: &'t str) -> Vec<&'t str> {
    static CALL: OnceLock<Option<Regex>> = OnceLock::new();
    let pattern = r"\b(?:get_module_path|module_directory|loadyaml|loadjson)\b\s*\(?\s*(?:['\x22](\w+))?";
    let call = CALL.get_or_init(|| Regex::new(pattern).ok());
    let found = call.iter().flat_map(|call| call.captures_iter(text));
    found.flat_map(|c| c.get(1).map(|m| m.as_str()).into_iter().chain([own])).collect()
}

fn loads_digest(module: &str) -> u64 {
    fold(digest("@"), module)
}

/// Keys of data are names of their own.
fn key_digest(word: &str) -> u64 {
    fold(digest("?"), word)
}

fn tail_digest(first: &str, tail: Tail<'_>) -> u64 {
    match tail {
        Tail::Whole(text) => fold(fold(digest(first), "/"), text),
        Tail::Open(text) => fold(fold(fold(digest(first), "/"), text), "*"),
    }
}

fn fold(start: u64, text: &str) -> u64 {
    text.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3))
}
