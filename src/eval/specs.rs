//! Hosts with what fact files and fact rules tell of them, as the compiler takes them.
//!
//! Equal facts are held once, so that hosts with the same ones are known to be alike.

use super::facts::{self, HostSpec};
use super::lift::{choice, concat};
use crate::nodes::{Facts, HostFacts};
use crate::value::Value;
use ecow::EcoString;
use indexmap::IndexMap;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Facts that follow from a host's name; the evaluator derives them itself, so that hosts can share a catalog.
const FROM_NAME: [&str; 4] = ["hostname", "domain", "fqdn", "clientcert"];

/// What is known of all hosts.
#[derive(Debug, Default)]
pub struct Specs {
    known: Facts,
    shared: Mutex<BTreeMap<String, Arc<facts::Facts>>>,
}

impl Specs {
    /// Takes the facts over.
    #[must_use]
    pub fn new(known: Facts) -> Self {
        Self { known, shared: Mutex::default() }
    }

    /// As they were read.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.known
    }

    /// A host with what is known of it.
    #[must_use]
    pub fn of(&self, certname: &str) -> HostSpec {
        let mut known = self.known.of(certname);
        if !known.is_complete {
            FROM_NAME.iter().for_each(|name| drop(known.facts.remove(*name)));
            if let Some(serde_json::Value::Object(networking)) = known.facts.get_mut("networking") {
                FROM_NAME.iter().for_each(|name| drop(networking.remove(*name)));
            }
        }
        let key = serde_json::to_string(&(&known.facts, &known.begins, known.is_complete)).unwrap_or_default();
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let facts = shared.entry(key).or_insert_with(|| Arc::new(values(&known)));
        HostSpec { facts: facts.clone(), ..HostSpec::named(certname) }
    }
}

fn values(known: &HostFacts) -> facts::Facts {
    let mut values = IndexMap::new();
    for (name, json) in &known.facts {
        if known.is_complete {
            values.insert(name.as_str().into(), Value::from_json(json));
        } else {
            leaves(name, json, &mut values);
        }
    }
    for (name, texts) in &known.begins {
        let rest = facts::fact_sym(name, None);
        let begin = |text: &String| concat(vec![Value::str(text.as_str()), rest.clone()]);
        values.insert(name.as_str().into(), choice(texts.iter().map(begin)));
    }
    facts::Facts { values, complete: known.is_complete }
}

/// What rules set of a structured fact are single members: the others are unknown, not undefined.
fn leaves(name: &str, json: &serde_json::Value, out: &mut IndexMap<EcoString, Value>) {
    match json {
        serde_json::Value::Object(members) => {
            members.iter().for_each(|(member, json)| leaves(&format!("{name}.{member}"), json, out));
        }
        json => {
            out.insert(name.into(), Value::from_json(json));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::nodes::{FactRule, HostPattern};
    use std::collections::BTreeMap;

    #[test]
    fn rules_tell_members_and_beginnings_and_leave_the_rest_unknown() {
        let rule = FactRule {
            hosts: vec![HostPattern::parse("*.x.org").unwrap()],
            set: serde_json::json!({"os": {"name": "Debian"}}).as_object().unwrap().clone(),
            begins: BTreeMap::from([("networking.ip".to_owned(), vec!["10.1.".to_owned(), "10.2.".to_owned()])]),
        };
        let specs = Specs::new(Facts::load(None, vec![rule]));
        let (a, b) = (specs.of("a.x.org"), specs.of("b.x.org"));
        assert!(Arc::ptr_eq(&a.facts, &b.facts), "equal facts are held once");
        assert_eq!(a.fact("os.name"), Some(Value::str("Debian")));
        assert!(a.fact("os").unwrap().is_unknown() && a.fact("os.release").unwrap().is_unknown());
        for name in ["networking.ip", "ipaddress"] {
            assert_eq!(a.fact(name).unwrap().truth(), crate::value::Tri::Yes, "{name}");
        }
        assert_eq!(specs.of("c.y.org").fact("ipaddress").unwrap().truth(), crate::value::Tri::Maybe);
    }
}
