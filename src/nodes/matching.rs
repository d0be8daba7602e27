//! Which node definition a host gets: its exact name, else the first expression in source order
//! that matches, else `default`. There is no matching of short names.

use fancy_regex::Regex;
use regex::bytes::{RegexSet, RegexSetBuilder};
use rustc_hash::FxHashMap;

use super::ruby_regex::rust_pattern;
use crate::puppet::ast::{NodeDef, NodeMatch};

/// Node definitions, ready to be asked.
pub struct NodeIndex {
    exact: FxHashMap<String, usize>,
    /// Definition and expression in Rust's syntax, in source order.
    patterns: Vec<(usize, String)>,
    /// All expressions at once, unless one of them needs more than a set can do.
    set: Option<RegexSet>,
    regexes: Vec<(usize, Regex)>,
    default: Option<usize>,
    /// Expressions that cannot be read, with the reason.
    pub unreadable: Vec<(usize, String)>,
}

impl NodeIndex {
    /// Takes the definitions in source order.
    #[must_use]
    pub fn new(nodes: &[&NodeDef]) -> Self {
        let mut index = Self {
            exact: FxHashMap::default(),
            patterns: Vec::new(),
            set: None,
            regexes: Vec::new(),
            default: None,
            unreadable: Vec::new(),
        };
        for (place, node) in nodes.iter().enumerate() {
            for wanted in &node.matches {
                index.add(place, wanted);
            }
        }
        index.compile();
        index
    }

    fn compile(&mut self) {
        let all = self.patterns.iter().map(|(_, pattern)| pattern);
        self.set = RegexSetBuilder::new(all).unicode(false).build().ok();
        if self.set.is_some() {
            return;
        }
        for (place, pattern) in &self.patterns {
            match Regex::new(pattern) {
                Ok(regex) => self.regexes.push((*place, regex)),
                Err(error) => self.unreadable.push((*place, error.to_string())),
            }
        }
    }

    fn add(&mut self, place: usize, wanted: &NodeMatch) {
        match wanted {
            NodeMatch::Name(name, _) => {
                self.exact.entry(name.to_lowercase().into()).or_insert(place);
            }
            NodeMatch::Regex(source, _) => self.patterns.push((place, rust_pattern(source))),
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
        if let Some(set) = &self.set {
            let first = set.matches(name.as_bytes()).iter().next()?;
            return self.patterns.get(first).map(|(place, _)| *place);
        }
        let matches = |regex: &Regex| regex.is_match(name).unwrap_or(false);
        self.regexes.iter().find(|(_, regex)| matches(regex)).map(|(place, _)| *place)
    }
}
