//! Which node definition a host gets: its exact name, else the first expression in source order
//! that matches, else `default`. There is no matching of short names.
//!
//! A repository has hundreds of expressions, most of which begin with the name of a pool: only those
//! whose beginning fits a name are tried.

use std::sync::OnceLock;

use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Hir, Look};
use rustc_hash::FxHashMap;

use super::ruby_regex::rust_pattern;
use crate::puppet::ast::{NodeDef, NodeMatch};

/// Node definitions, ready to be asked.
#[derive(Debug)]
pub struct NodeIndex {
    exact: FxHashMap<String, usize>,
    /// In source order.
    patterns: Vec<Pattern>,
    /// By the first byte of a name: those that may match it, in source order.
    by_first: OnceLock<Vec<Vec<usize>>>,
    default: Option<usize>,
    /// Expressions that cannot be read, with the reason.
    pub unreadable: Vec<(usize, String)>,
}

/// An expression of a node definition.
#[derive(Debug)]
struct Pattern {
    place: usize,
    /// In Rust's syntax.
    source: String,
    /// What a name begins with if it matches; `None` where that can't be said.
    beginnings: Option<Vec<Vec<u8>>>,
    regex: OnceLock<Option<Matcher>>,
}

#[derive(Debug)]
enum Matcher {
    Plain(regex::bytes::Regex),
    /// With look-around or back-references.
    Fancy(Box<fancy_regex::Regex>),
}

impl NodeIndex {
    /// Takes the definitions in source order.
    #[must_use]
    pub fn new(nodes: &[&NodeDef]) -> Self {
        let mut index = Self {
            exact: FxHashMap::default(),
            patterns: Vec::new(),
            by_first: OnceLock::new(),
            default: None,
            unreadable: Vec::new(),
        };
        for (place, node) in nodes.iter().enumerate() {
            for wanted in &node.matches {
                index.add(place, wanted);
            }
        }
        index
    }

    fn add(&mut self, place: usize, wanted: &NodeMatch) {
        match wanted {
            NodeMatch::Name(name, _) => {
                self.exact.entry(name.to_lowercase().into()).or_insert(place);
            }
            NodeMatch::Regex(source, _) => match Pattern::new(place, rust_pattern(source)) {
                Ok(pattern) => self.patterns.push(pattern),
                Err(why) => self.unreadable.push((place, why)),
            },
            NodeMatch::Default(_) => {
                self.default.get_or_insert(place);
            }
        }
    }

    /// The definition for a host; `None` means that Puppet refuses to compile for it (if there are
    /// definitions at all).
    #[must_use]
    pub fn find(&self, certname: &str) -> Option<usize> {
        let name = certname.to_lowercase();
        self.exact.get(&name).copied().or_else(|| self.by_regex(&name)).or(self.default)
    }

    fn by_regex(&self, name: &str) -> Option<usize> {
        let lists = self.by_first.get_or_init(|| (0..=u8::MAX).map(|byte| self.beginning_with(byte)).collect());
        let fitting = lists.get(usize::from(*name.as_bytes().first()?))?;
        fitting.iter().filter_map(|n| self.patterns.get(*n)).find(|p| p.fits(name)).map(|p| p.place)
    }

    fn beginning_with(&self, byte: u8) -> Vec<usize> {
        let may = |b: &Vec<u8>| b.first().is_none_or(|first| *first == byte);
        let numbered = self.patterns.iter().enumerate();
        numbered.filter(|(_, p)| p.beginnings.as_ref().is_none_or(|all| all.iter().any(may))).map(|(n, _)| n).collect()
    }
}

impl Pattern {
    fn new(place: usize, source: String) -> Result<Self, String> {
        let parsed = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(&source);
        let beginnings = parsed.as_ref().ok().and_then(beginnings);
        if parsed.is_err() {
            fancy_regex::Regex::new(&source).map_err(|e| e.to_string())?;
        }
        Ok(Self { place, source, beginnings, regex: OnceLock::new() })
    }

    fn fits(&self, name: &str) -> bool {
        let may = |all: &Vec<Vec<u8>>| all.iter().any(|b| name.as_bytes().starts_with(b));
        self.beginnings.as_ref().is_none_or(may) && self.matches(name)
    }

    fn matches(&self, name: &str) -> bool {
        match self.regex.get_or_init(|| self.compile()) {
            Some(Matcher::Plain(regex)) => regex.is_match(name.as_bytes()),
            Some(Matcher::Fancy(regex)) => regex.is_match(name).unwrap_or(false),
            None => false,
        }
    }

    fn compile(&self) -> Option<Matcher> {
        let plain = regex::bytes::RegexBuilder::new(&self.source).unicode(false).build();
        plain.map(Matcher::Plain).ok().or_else(|| {
            let fancy = fancy_regex::Regex::new(&self.source).ok()?;
            Some(Matcher::Fancy(Box::new(fancy)))
        })
    }
}

/// What every match begins with, if the expression begins where the name does.
fn beginnings(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    // Names are single lines, so the start of a line is the start of the name.
    let starts = hir.properties().look_set_prefix();
    if ![Look::Start, Look::StartLF, Look::StartCRLF].iter().any(|look| starts.contains(*look)) {
        return None;
    }
    let literals = Extractor::new().extract(hir);
    Some(literals.literals()?.iter().map(|literal| literal.as_bytes().to_vec()).collect())
}
