//! What is known of a host before its catalog is compiled: its name, facts, ENC output.
//!
//! A host that stands for a group has its name-derived facts as symbolic values with a sample, so
//! that decisions resting on them can be checked for the other members.

use crate::value::{Cause, CauseKind, Sym, SymExpr, Value};
use ecow::EcoString;
use indexmap::IndexMap;
use std::sync::Arc;

/// Facts of a host.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Top-level facts, structured ones as hashes; dotted names (`os.family`) add single members.
    pub values: IndexMap<EcoString, Value>,
    /// Whether a fact that is not in `values` does not exist (else it is unknown).
    pub complete: bool,
}

/// Output of an external node classifier.
#[derive(Clone, Debug, Default)]
pub struct Enc {
    /// Classes without parameters.
    pub classes: Vec<EcoString>,
    /// Classes with parameters.
    pub classes_with_params: Vec<(EcoString, Vec<(EcoString, Value)>)>,
    /// Top-scope variables.
    pub parameters: Vec<(EcoString, Value)>,
    /// Environment.
    pub environment: Option<EcoString>,
}

/// A host to compile for.
#[derive(Clone, Debug, Default)]
pub struct HostSpec {
    /// Certificate name, lower case.
    pub certname: EcoString,
    /// It stands for a group: decisions on its name are recorded.
    pub shared: bool,
    /// Its facts.
    pub facts: Arc<Facts>,
    /// ENC output.
    pub enc: Option<Arc<Enc>>,
    /// Node definitions are passed over: the host has the classes of its ENC alone.
    pub without_node: bool,
}

impl HostSpec {
    /// A host of which only the name is known.
    #[must_use]
    pub fn named(certname: &str) -> Self {
        Self { certname: certname.to_lowercase().into(), ..Self::default() }
    }

    /// The same, standing for a group.
    #[must_use]
    pub fn for_group(certname: &str) -> Self {
        Self { shared: true, ..Self::named(certname) }
    }

    /// The value of a fact by dotted path: given, derived from the name, or unknown. `None` when it
    /// certainly does not exist.
    #[must_use]
    pub fn fact(&self, path: &str) -> Option<Value> {
        if let Some(value) = self.given(path) {
            return Some(value);
        }
        if let Some(text) = self.derived(path) {
            return Some(self.per_host(path, text));
        }
        if self.facts.complete { None } else { Some(fact_sym(path, None)) }
    }

    fn given(&self, path: &str) -> Option<Value> {
        if let Some(value) = self.facts.values.get(path) {
            return Some(value.clone());
        }
        let mut parts = path.split('.');
        let mut value = self.facts.values.get(parts.next()?)?;
        for part in parts {
            value = value.as_hash()?.get(&Value::str(part))?;
        }
        Some(value.clone())
    }

    /// The text of a fact that follows from the name.
    #[must_use]
    pub fn derived(&self, path: &str) -> Option<&str> {
        let (host, domain) = self.certname.split_once('.').unwrap_or((&self.certname, ""));
        match path {
            "hostname" | "networking.hostname" | "trusted.hostname" => Some(host),
            "domain" | "networking.domain" | "trusted.domain" => Some(domain),
            "fqdn" | "clientcert" | "certname" | "networking.fqdn" | "trusted.certname" => Some(&self.certname),
            _ => None,
        }
    }

    /// A text that holds for this host and may differ on another of its group.
    pub(crate) fn per_host(&self, path: &str, text: &str) -> Value {
        if self.shared { fact_sym(path, Some(Value::str(text))) } else { Value::str(text) }
    }
}

/// A symbolic fact.
pub(crate) fn fact_sym(path: &str, sample: Option<Value>) -> Value {
    Value::Sym(Arc::new(Sym::new(SymExpr::Fact(path.into()), sample)))
}

/// An unknown with its cause.
pub(crate) fn opaque(kind: CauseKind, name: impl Into<EcoString>) -> Value {
    Value::Sym(Arc::new(Sym::new(SymExpr::Opaque(Cause { kind, name: name.into() }), None)))
}
