//! What is known of hosts: from fact files, or from rules in holdpoint.toml.
//!
//! A host with a fact file has exactly those facts. For any other host the rules that match it
//! apply in order, later ones over earlier ones; what they do not set is unknown, not undefined.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::legacy_facts;
use super::pattern::HostPattern;
use crate::hiera::{self, Data};
use crate::repo::Tree;

/// `[[facts]]` of holdpoint.toml.
#[derive(Debug, Clone, PartialEq)]
pub struct FactRule {
    /// The hosts it is for.
    pub hosts: Vec<HostPattern>,
    /// What it sets; a dotted name reaches into structured facts.
    pub set: Map<String, Value>,
    /// Facts of which only the beginning is known: one of these.
    pub begins: BTreeMap<String, Vec<String>>,
}

/// Facts of all hosts.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    by_host: BTreeMap<String, Arc<Entry>>,
    rules: Vec<FactRule>,
    /// Files that were not understood, with the reason.
    pub notes: Vec<(Arc<str>, String)>,
}

#[derive(Debug, Default)]
struct Entry {
    facts: Map<String, Value>,
    trusted: Map<String, Value>,
}

/// What is known of one host.
#[derive(Debug, Clone, PartialEq)]
pub struct HostFacts {
    /// Fact name -> value.
    pub facts: Map<String, Value>,
    /// The `$trusted` hash.
    pub trusted: Map<String, Value>,
    /// Facts of which only the beginning is known, with what they may begin with.
    pub begins: BTreeMap<String, Vec<String>>,
    /// Whether these are all facts: a name that is missing is undefined if so, and unknown if not.
    pub is_complete: bool,
}

impl Facts {
    /// Reads every YAML and JSON file of a folder.
    #[must_use]
    pub fn load(files: Option<&Tree>, rules: Vec<FactRule>) -> Self {
        let mut all = Self { rules, ..Self::default() };
        for (tree, path) in files.iter().flat_map(|tree| tree.list("").map(move |path| (tree, path))) {
            let is_facts = [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end));
            if is_facts && let Err(why) = all.file(tree, path) {
                all.notes.push((Arc::clone(path), why));
            }
        }
        all
    }

    /// The hosts that have a fact file, sorted.
    #[must_use]
    pub fn certnames(&self) -> Vec<String> {
        self.by_host.keys().cloned().collect()
    }

    /// What is known of a host.
    #[must_use]
    pub fn of(&self, certname: &str) -> HostFacts {
        let name = certname.to_lowercase();
        let entry = self.by_host.get(&name);
        let mut facts = match entry {
            Some(entry) => entry.facts.clone(),
            None => self.ruled(&name),
        };
        for (path, value) in own(&name) {
            if legacy_facts::get(&facts, path).is_none() {
                legacy_facts::set(&mut facts, path, value);
            }
        }
        if entry.is_none() {
            legacy_facts::complete(&mut facts);
        }
        let trusted = trusted(&name, entry.map(|e| &e.trusted));
        let begins = if entry.is_some() { BTreeMap::new() } else { self.beginnings(&name) };
        HostFacts { facts, trusted, begins, is_complete: entry.is_some() }
    }

    fn beginnings(&self, name: &str) -> BTreeMap<String, Vec<String>> {
        let mut begins = BTreeMap::new();
        for rule in self.matching(name) {
            for (path, texts) in &rule.begins {
                for path in std::iter::once(path.as_str()).chain(legacy_facts::other_name(path)) {
                    begins.insert(path.to_owned(), texts.clone());
                }
            }
            for path in rule.set.keys() {
                begins.remove(path);
                legacy_facts::other_name(path).map(|other| begins.remove(other));
            }
        }
        begins
    }

    fn matching(&self, name: &str) -> impl Iterator<Item = &FactRule> {
        self.rules.iter().filter(move |rule| rule.hosts.iter().any(|p| p.matches(name)))
    }

    fn ruled(&self, name: &str) -> Map<String, Value> {
        let mut facts = Map::new();
        for rule in self.matching(name) {
            let mut set = Map::new();
            for (path, value) in &rule.set {
                legacy_facts::set(&mut set, path, value.clone());
            }
            legacy_facts::complete(&mut set);
            legacy_facts::merge(&mut facts, &set);
        }
        facts
    }

    fn file(&mut self, tree: &Tree, path: &Arc<str>) -> Result<(), String> {
        let bytes = tree.read(path).map_err(|e| e.to_string())?.unwrap_or_default();
        let json: Value = if path.ends_with(".json") {
            serde_json::from_slice(&bytes).map_err(|e| format!("not JSON: {e}"))?
        } else {
            let file = hiera::yaml::load(path, &bytes).map_err(|e| e.to_string())?;
            plain(&file.root)
        };
        let stem = path.rsplit('/').next().unwrap_or(path);
        let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
        match json {
            Value::Array(rows) => self.rows(&rows),
            Value::Object(map) => self.map(map, stem),
            _ => Err("neither a map of facts nor a list of them".into()),
        }
    }

    /// One host: a plain map, `{name, values}`, or `{certname, facts, trusted}`.
    fn map(&mut self, mut map: Map<String, Value>, stem: &str) -> Result<(), String> {
        let text = |map: &Map<String, Value>, key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
        let mut trusted = Map::new();
        let mut name = None;
        if let (Some(Value::Object(inner)), Some(certname)) = (map.get("facts").cloned(), text(&map, "certname")) {
            if let Some(Value::Object(given)) = map.remove("trusted") {
                trusted = given;
            }
            (name, map) = (Some(certname), by_name(inner));
        } else if let Some(Value::Object(values)) = map.get("values").cloned() {
            (name, map) = (text(&map, "name"), values);
        }
        if let Some(Value::Object(given)) = map.remove("trusted") {
            legacy_facts::merge(&mut trusted, &given);
        }
        let fqdn = || legacy_facts::get(&map, "networking.fqdn").and_then(Value::as_str).map(str::to_owned);
        let told = text(&trusted, "certname").or(name).or_else(|| text(&map, "clientcert"));
        let certname =
            told.or_else(|| stem.contains('.').then(|| stem.to_owned())).or_else(|| text(&map, "fqdn")).or_else(fqdn);
        let certname = certname.unwrap_or_else(|| stem.to_owned()).to_lowercase();
        if map.is_empty() {
            return Err("no facts in it".into());
        }
        self.by_host.insert(certname, Arc::new(Entry { facts: map, trusted }));
        Ok(())
    }

    /// PuppetDB: rows of `{certname, name, value}`, or of whole hosts.
    fn rows(&mut self, rows: &[Value]) -> Result<(), String> {
        let mut single: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
        for row in rows {
            let Value::Object(row) = row else { return Err("a row is no map".into()) };
            let certname = row.get("certname").and_then(Value::as_str);
            let Some(certname) = certname else { return Err("a row has no certname".into()) };
            match (row.get("name").and_then(Value::as_str), row.get("value")) {
                (Some(name), Some(value)) => {
                    single.entry(certname.to_lowercase()).or_default().insert(name.to_owned(), value.clone());
                }
                _ => self.map(row.clone(), certname)?,
            }
        }
        for (certname, facts) in single {
            self.by_host.insert(certname, Arc::new(Entry { facts, trusted: Map::new() }));
        }
        Ok(())
    }
}

/// PuppetDB wraps facts as `{data: [{name, value}]}` in some answers.
fn by_name(facts: Map<String, Value>) -> Map<String, Value> {
    let Some(Value::Array(rows)) = facts.get("data") else { return facts };
    let pair = |row: &Value| Some((row.get("name")?.as_str()?.to_owned(), row.get("value")?.clone()));
    rows.iter().filter_map(pair).collect()
}

/// What a name says about its host.
fn own(certname: &str) -> Vec<(&'static str, Value)> {
    let (hostname, domain) = certname.split_once('.').unwrap_or((certname, ""));
    vec![
        ("hostname", json!(hostname)),
        ("domain", json!(domain)),
        ("fqdn", json!(certname)),
        ("clientcert", json!(certname)),
        ("networking.hostname", json!(hostname)),
        ("networking.domain", json!(domain)),
        ("networking.fqdn", json!(certname)),
    ]
}

fn trusted(certname: &str, given: Option<&Map<String, Value>>) -> Map<String, Value> {
    let (hostname, domain) = certname.split_once('.').unwrap_or((certname, ""));
    let mut out = Map::new();
    out.insert("authenticated".into(), json!("remote"));
    out.insert("certname".into(), json!(certname));
    out.insert("extensions".into(), json!({}));
    out.insert("hostname".into(), json!(hostname));
    out.insert("domain".into(), json!(domain));
    out.insert("external".into(), json!({}));
    if let Some(given) = given {
        legacy_facts::merge(&mut out, given);
    }
    out
}

fn plain(data: &Data) -> Value {
    use hiera::Value as V;
    match &data.value {
        V::Undef | V::Unknown(_) => Value::Null,
        V::Bool(b) => json!(b),
        V::Int(i) => json!(i),
        V::Float(f) => json!(f),
        V::Str(text) | V::Symbol(text) | V::Regexp(text) => json!(text.as_str()),
        V::PerHost(inner) => json!(inner.text.as_str()),
        V::Array(items) => Value::Array(items.iter().map(plain).collect()),
        V::Hash(hash) => {
            let name = |key: &Data| key.as_str().map_or_else(|| plain(key).to_string(), str::to_owned);
            Value::Object(hash.iter().map(|(key, value)| (name(key), plain(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn load(files: &[(&str, &str)]) -> Facts {
        Facts::load(Some(&Tree::from_files("facts", files.iter().copied())), Vec::new())
    }

    #[test]
    fn reads_every_shape() {
        for (name, text) in [
            ("A.x.org.yaml", "os:\n  family: Debian\n"),
            ("n.json", r#"{"fqdn": "a.x.org", "os": {"family": "Debian"}}"#),
            ("n.yaml", "--- !ruby/object:Puppet::Node::Facts\nname: a.x.org\nvalues:\n  os: {family: Debian}\n"),
            ("n.json", r#"[{"certname": "a.x.org", "name": "os", "value": {"family": "Debian"}}]"#),
            ("n.json", r#"[{"certname": "a.x.org", "facts": {"os": {"family": "Debian"}}, "trusted": {}}]"#),
            (
                "n.json",
                r#"{"certname": "a.x.org", "facts": {"data": [{"name": "os", "value": {"family": "Debian"}}]}}"#,
            ),
        ] {
            let facts = load(&[(name, text)]);
            assert_eq!(facts.certnames(), ["a.x.org"], "{text}");
            let host = facts.of("a.x.org");
            assert_eq!(legacy_facts::get(&host.facts, "os.family").unwrap(), "Debian", "{text}");
            assert!(host.is_complete);
            assert_eq!((&host.facts["hostname"], &host.trusted["domain"]), (&json!("a"), &json!("x.org")));
        }
    }

    #[test]
    fn names_files_that_are_no_facts() {
        let facts = load(&[("a.json", "[1]"), ("b.yaml", "- {x: 1}"), ("c.json", "{"), ("readme.txt", "hi")]);
        assert_eq!(facts.notes.len(), 3, "{:?}", facts.notes);
    }

    #[test]
    fn later_rules_win_and_both_names_are_set() {
        let rule = |host: &str, set: Value| FactRule {
            hosts: vec![HostPattern::parse(host).unwrap()],
            set: set.as_object().unwrap().clone(),
            begins: BTreeMap::new(),
        };
        let rules = vec![
            rule("*", json!({"os.release.major": "10", "os.name": "Debian"})),
            rule("db*", json!({"operatingsystemmajrelease": "11"})),
        ];
        let facts = Facts::load(None, rules);
        let host = facts.of("db1.x.org");
        assert_eq!(legacy_facts::get(&host.facts, "os.release.major").unwrap(), "11");
        assert_eq!(host.facts["operatingsystem"], "Debian");
        assert!(!host.is_complete && !host.facts.contains_key("ipaddress"));
        assert_eq!(facts.of("web").facts["operatingsystemmajrelease"], "10");
    }
}
