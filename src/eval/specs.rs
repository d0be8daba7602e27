//! Hosts with what fact files and fact rules tell of them, as the compiler takes them.
//!
//! Equal facts are held once, so that hosts with the same ones are known to be alike.

use super::facts::{self, HostSpec};
use super::functions::from_json;
use crate::nodes::Facts;
use ecow::EcoString;
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
        let known = self.known.of(certname);
        let mut facts = known.facts;
        if !known.is_complete {
            FROM_NAME.iter().for_each(|name| drop(facts.remove(*name)));
            if let Some(serde_json::Value::Object(networking)) = facts.get_mut("networking") {
                FROM_NAME.iter().for_each(|name| drop(networking.remove(*name)));
            }
            facts.retain(|_, v| !v.as_object().is_some_and(serde_json::Map::is_empty));
        }
        let key = serde_json::to_string(&(&facts, known.is_complete)).unwrap_or_default();
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let facts = shared.entry(key).or_insert_with(|| {
            let values = facts.iter().map(|(k, v)| (EcoString::from(k.as_str()), from_json(v))).collect();
            Arc::new(facts::Facts { values, complete: known.is_complete })
        });
        HostSpec { facts: facts.clone(), ..HostSpec::named(certname) }
    }
}
