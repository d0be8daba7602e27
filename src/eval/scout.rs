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

fn known(text: Option<String>) -> ScopeValue {
    text.map_or_else(|| ScopeValue::Unknown("not settled yet".to_owned()), ScopeValue::PerHost)
}
