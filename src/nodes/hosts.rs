//! The hosts of a repository: one per name that a node definition stands for.

use std::collections::{BTreeMap, BTreeSet};

use super::domains::Domains;
use super::enumerate::{self, Name, Names};
use super::matching::NodeIndex;
use crate::puppet::ast::{NodeDef, NodeMatch};

/// How far a host's name is to be believed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exactness {
    /// It stands in the node definition, or a finite expression gives it, or it has facts.
    Exact,
    /// It stands for hosts whose names are not all known.
    Representative {
        /// Why.
        why: String,
    },
}

/// A host to compile for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostSpec {
    /// In lower case.
    pub certname: String,
    /// Its node definition, by place in the list that was given; none when nothing is defined.
    pub node: Option<usize>,
    /// How far to believe it.
    pub exactness: Exactness,
}

/// Names kept of an open expression, besides those that have a data file of their own.
const REPRESENTATIVES: usize = 3;

/// All hosts, sorted by certname.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosts {
    /// Sorted by certname, each once.
    pub hosts: Vec<HostSpec>,
    /// Definitions that could not be written out, with the reason.
    pub notes: Vec<(usize, String)>,
}

impl Hosts {
    /// How many names are exact.
    #[must_use]
    pub fn exact(&self) -> usize {
        self.hosts.iter().filter(|h| h.exactness == Exactness::Exact).count()
    }
}

/// Enumerates the hosts of node definitions (in source order) and of fact files (`known`).
/// `mentioned` are names found elsewhere in the repository: they complete domains, and stand in for
/// expressions that match too many names to write out. An open expression gets few hosts: what it
/// matches is not known, and hosts of one definition seldom differ.
#[must_use]
pub fn enumerate_hosts(nodes: &[&NodeDef], known: &[String], mentioned: &[String]) -> Hosts {
    let index = NodeIndex::new(nodes);
    let mut notes: Vec<(usize, String)> = index.unreadable.clone();
    let mut found: BTreeMap<String, HostSpec> = BTreeMap::new();
    let generated = generate(nodes, &mut notes);
    let full = generated.iter().flat_map(|(_, names)| &names.names).filter(|n| !n.open_end).map(|n| n.text.as_str());
    let exact = nodes.iter().flat_map(|n| &n.matches).filter_map(|m| match m {
        NodeMatch::Name(name, _) => Some(name.as_str()),
        _ => None,
    });
    let domains = Domains::new(
        full.chain(exact).chain(known.iter().chain(mentioned).map(String::as_str).filter(|n| n.contains('.'))),
    );
    for name in known {
        let certname = name.to_lowercase();
        let node = index.find(&certname);
        found.insert(certname.clone(), HostSpec { certname, node, exactness: Exactness::Exact });
    }
    for certname in exact_names(nodes) {
        let node = index.find(&certname);
        found.insert(certname.clone(), HostSpec { certname, node, exactness: Exactness::Exact });
    }
    let by_place = taken_by(&index, mentioned, &generated);
    for (place, names) in &generated {
        let real = by_place.get(place).map(Vec::as_slice).unwrap_or_default();
        for spec in settle(*place, names, real, &Context { domains: &domains, index: &index, mentioned }) {
            found.entry(spec.certname.clone()).or_insert(spec);
        }
    }
    if let Some(spec) = default_host(nodes, &domains, &index) {
        found.entry(spec.certname.clone()).or_insert(spec);
    }
    Hosts { hosts: found.into_values().collect(), notes }
}

/// Names written in definitions, but for those that others inherit from.
fn exact_names(nodes: &[&NodeDef]) -> BTreeSet<String> {
    let mut bases: BTreeSet<&str> = BTreeSet::new();
    for node in nodes {
        if let Some(NodeMatch::Name(name, _)) = &node.parent {
            bases.insert(name);
        }
    }
    let names = nodes.iter().flat_map(|n| &n.matches).filter_map(|m| match m {
        NodeMatch::Name(name, _) if !bases.contains(name.as_str()) => Some(name.to_lowercase().into()),
        _ => None,
    });
    names.collect()
}

fn generate(nodes: &[&NodeDef], notes: &mut Vec<(usize, String)>) -> Vec<(usize, Names)> {
    let mut out = Vec::new();
    for (place, node) in nodes.iter().enumerate() {
        for wanted in &node.matches {
            let NodeMatch::Regex(source, _) = wanted else { continue };
            match enumerate::names(source) {
                Ok(names) if names.names.is_empty() => notes.push((place, "no host name can match it".into())),
                Ok(names) => out.push((place, names)),
                Err(why) => notes.push((place, format!("hosts not listed: {why}"))),
            }
        }
    }
    out
}

/// Names mentioned elsewhere, by the definition that takes them, where names are only a sample.
fn taken_by(index: &NodeIndex, mentioned: &[String], generated: &[(usize, Names)]) -> BTreeMap<usize, Vec<String>> {
    let mut out: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    if generated.iter().any(|(_, names)| names.is_sample) {
        for name in mentioned.iter().filter(|n| n.contains('.')) {
            if let Some(place) = index.find(name) {
                out.entry(place).or_default().push(name.clone());
            }
        }
    }
    out
}

/// What names are settled with.
struct Context<'a> {
    domains: &'a Domains,
    index: &'a NodeIndex,
    /// Sorted.
    mentioned: &'a [String],
}

impl Context<'_> {
    /// Whether a data file is named for the host.
    fn has_data(&self, certname: &str) -> bool {
        let label = certname.split('.').next().unwrap_or(certname);
        self.mentioned.binary_search_by(|n| n.as_str().cmp(label)).is_ok()
    }
}

/// The names that this definition really gets, completed where they were open.
fn settle(place: usize, names: &Names, real: &[String], cx: &Context<'_>) -> Vec<HostSpec> {
    let full = |name: &Name| {
        let completed = cx.domains.complete(&name.text);
        let first = match name.text.starts_with(['.', '-']) {
            _ if name.open_end => completed,
            true => format!("host{}", name.text),
            false => name.text.clone(),
        };
        [first, name.text.clone()].into_iter().find(|text| cx.index.find(text) == Some(place))
    };
    let all: Vec<String> = match names.is_sample && !real.is_empty() {
        true => real.to_vec(),
        false => names.names.iter().filter_map(full).collect(),
    };
    let (certnames, exactness) = match &names.why {
        None => (all, Exactness::Exact),
        Some(why) => (few(all, cx), Exactness::Representative { why: why.clone() }),
    };
    certnames
        .into_iter()
        .map(|certname| HostSpec { certname, node: Some(place), exactness: exactness.clone() })
        .collect()
}

/// The first, the middle and the last, and those with data of their own.
fn few(all: Vec<String>, cx: &Context<'_>) -> Vec<String> {
    let last = all.len().saturating_sub(1);
    let spread: Vec<usize> = (0..REPRESENTATIVES).map(|i| last * i / (REPRESENTATIVES - 1)).collect();
    let kept = all.into_iter().enumerate().filter(|(i, name)| spread.contains(i) || cx.has_data(name));
    kept.map(|(_, name)| name).take(enumerate::OPEN_CAP as usize).collect()
}

/// A name that only `default` takes.
fn default_host(nodes: &[&NodeDef], domains: &Domains, index: &NodeIndex) -> Option<HostSpec> {
    let is_default = |m: &NodeMatch| matches!(m, NodeMatch::Default(_));
    let place = nodes.iter().position(|node| node.matches.iter().any(is_default));
    if place.is_none() && !nodes.is_empty() {
        return None;
    }
    let names = ["default-node", "unlisted-host", "zz-no-such-host"];
    let certname = names.iter().map(|n| format!("{n}.{}", domains.usual())).find(|n| index.find(n) == place)?;
    let why = "it stands for every host without a definition of its own".into();
    Some(HostSpec { certname, node: place, exactness: Exactness::Representative { why } })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::puppet::ast::Span;

    fn node(pattern: &str) -> NodeDef {
        let span = Span::default();
        let one = match pattern.strip_prefix('/').and_then(|p| p.strip_suffix('/')) {
            Some(regex) => NodeMatch::Regex(regex.into(), span),
            None if pattern == "default" => NodeMatch::Default(span),
            None => NodeMatch::Name(pattern.into(), span),
        };
        NodeDef { matches: vec![one], parent: None, body: Vec::new() }
    }

    fn shown(patterns: &[&str], known: &[&str]) -> Vec<String> {
        let nodes: Vec<NodeDef> = patterns.iter().map(|p| node(p)).collect();
        let refs: Vec<&NodeDef> = nodes.iter().collect();
        let known: Vec<String> = known.iter().map(|k| (*k).to_owned()).collect();
        let mentioned = ["ms-be1051.eqiad.wmnet".to_owned(), "w7".to_owned()];
        let hosts = enumerate_hosts(&refs, &known, &mentioned).hosts;
        let mark = |h: &HostSpec| if h.exactness == Exactness::Exact { "" } else { "~" };
        hosts.iter().map(|h| format!("{}{}={:?}", mark(h), h.certname, h.node.unwrap_or(99))).collect()
    }

    #[test]
    fn exact_names_win_then_source_order() {
        let got = shown(&[r"/^a[12]\.x\.org$/", "A1.x.org", r"/^a[23]\.x\.org$/", "default"], &[]);
        assert_eq!(got, ["a1.x.org=1", "a2.x.org=0", "a3.x.org=2", "~default-node.x.org=3"]);
    }

    #[test]
    fn open_ends_are_completed_from_known_domains() {
        let got =
            shown(&["b1.codfw.wmnet", "w1.eqiad.wmnet", r"/^g3\.codfw\./", r"/^w10.*/", r"/\.eqiad\.wmnet$/"], &[]);
        assert_eq!(
            got,
            ["b1.codfw.wmnet=0", "~g3.codfw.wmnet=2", "~host.eqiad.wmnet=4", "w1.eqiad.wmnet=1", "~w10.eqiad.wmnet=3"]
        );
    }

    #[test]
    fn open_expressions_get_few_hosts() {
        let got = shown(&[r"/^w[0-9]\.eqiad\./", r"/^v[0-9]\.eqiad\.wmnet$/"], &[]);
        let open: Vec<&str> = got.iter().map(String::as_str).filter(|h| h.starts_with('~')).collect();
        assert_eq!(open, ["~w0.eqiad.wmnet=0", "~w4.eqiad.wmnet=0", "~w7.eqiad.wmnet=0", "~w9.eqiad.wmnet=0"]);
        assert_eq!(got.len(), 14);
    }

    #[test]
    fn names_mentioned_elsewhere_stand_in_for_too_many() {
        assert_eq!(
            shown(&[r"/^ms-be1\d\d\d\.eqiad\./", r"/^x1\.eqiad\./"], &[]),
            ["~ms-be1051.eqiad.wmnet=0", "~x1.eqiad.wmnet=1"]
        );
    }

    #[test]
    fn hosts_with_facts_are_hosts() {
        assert_eq!(shown(&["default"], &["Q.x.org"]), ["~default-node.eqiad.wmnet=0", "q.x.org=0"]);
        assert_eq!(shown(&["a.x.org"], &["q.x.org"]), ["a.x.org=0", "q.x.org=99"]);
    }
}
