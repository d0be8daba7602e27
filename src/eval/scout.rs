//! A look ahead: which data files a host may read, told without evaluating its classes.
//!
//! Top scope and node definition are run, which set what most hierarchies are made of; whatever only
//! a class could tell is left open.

use super::compiler::Compiler;
use super::facts::HostSpec;
use super::scope::{ScopeId, TOP};
use super::session::Session;
use crate::hiera::{HieraScope, PathPattern, ScopeValue};
use crate::value::Value;

/// What a host may read.
#[derive(Debug)]
pub struct Scout {
    /// Patterns of paths; `None` where any file may be read.
    patterns: Option<Vec<PathPattern>>,
}

impl Scout {
    /// Looks ahead for a host. Needs a deep stack, as compiling does.
    #[must_use]
    pub fn new(session: &Session, host: &HostSpec) -> Self {
        let mut compiler = Compiler::new(session, host);
        compiler.shallow = true;
        compiler.run_roots();
        let scope = Ahead { compiler: &compiler, scope: compiler.node_scope };
        Self { patterns: session.hiera().patterns(&scope) }
    }

    /// As much as the facts of a host tell, before anything is evaluated: of what it may read nothing is left out, but
    /// much of what it does not read is in.
    #[must_use]
    pub fn glance(session: &Session, host: &HostSpec) -> Self {
        Self { patterns: session.hiera().patterns(&Glance { host }) }
    }

    /// Whether the host may read a data file for a key; `None` is any key.
    #[must_use]
    pub fn may_read(&self, path: &str, key: Option<&str>) -> bool {
        self.patterns.as_ref().is_none_or(|all| all.iter().any(|p| p.fits(path, key)))
    }
}

/// Variables as far as they are settled; the others are unknown, for a class may set them.
struct Ahead<'c, 's> {
    compiler: &'c Compiler<'s>,
    scope: ScopeId,
}

impl HieraScope for Ahead<'_, '_> {
    fn member(&self, root: &str, path: &[&str]) -> Option<ScopeValue> {
        if crate::eval::reference::unrooted(root) == "facts" {
            let fact = self.compiler.host.fact(&path.join("."));
            return Some(known(fact.and_then(|v| v.as_str().map(str::to_owned))));
        }
        let whole = self.compiler.lookup_var(TOP, root)?;
        let inner = path.iter().try_fold(whole, |value, name| value.as_hash()?.get(&Value::str(*name)).cloned());
        Some(known(inner.and_then(|v| v.as_str().map(str::to_owned))))
    }

    fn variable(&self, name: &str) -> ScopeValue {
        let found = [self.scope, TOP].iter().find_map(|scope| self.compiler.lookup_var(*scope, name));
        let bare = crate::eval::reference::unrooted(name);
        let found = found.or_else(|| self.compiler.host.fact(bare).filter(|_| !bare.contains("::")));
        known(found.and_then(|v| v.as_str().map(str::to_owned)))
    }
}

/// Facts, and the variables of top scope that are facts, which nothing sets anew; the others are unknown.
struct Glance<'h> {
    host: &'h HostSpec,
}

impl Glance<'_> {
    fn fact(&self, path: &str) -> Option<String> {
        self.host.fact(path)?.as_str().map(str::to_owned)
    }

    /// Whether a variable is what the host's facts say: an ENC may say something else.
    fn is_fact(&self, name: &str) -> bool {
        let sets = |enc: &std::sync::Arc<super::facts::Enc>| enc.parameters.iter().any(|(n, _)| n == name);
        let is_given = self.host.derived(name).is_some() || self.host.facts.values.contains_key(name);
        is_given && !self.host.enc.as_ref().is_some_and(sets)
    }
}

impl HieraScope for Glance<'_> {
    fn member(&self, root: &str, path: &[&str]) -> Option<ScopeValue> {
        let inner = path.join(".");
        Some(known(match crate::eval::reference::unrooted(root) {
            "facts" => self.fact(&inner),
            "trusted" => self.host.derived(&format!("trusted.{inner}")).map(str::to_owned),
            _ => None,
        }))
    }

    /// A name without `::` before it may be one of the node's scope.
    fn variable(&self, name: &str) -> ScopeValue {
        let fact = name.strip_prefix("::").filter(|bare| self.is_fact(bare));
        known(fact.and_then(|bare| self.fact(bare)))
    }
}

fn known(text: Option<String>) -> ScopeValue {
    text.map_or_else(|| ScopeValue::Unknown("not settled yet".to_owned()), ScopeValue::PerHost)
}
