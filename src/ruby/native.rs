//! Native types that a module writes in Ruby: which parameter names them, and what they are ordered after.
//!
//! The body of an `autorequire` runs as far as it stays within what is understood; else it names nothing.

use super::ast::Block;
use super::erb::TemplateScope;
use super::interp::{Interp, Stop};
use super::type_file;
use crate::value::{SymExpr, Value};
use ecow::EcoString;
use std::sync::{Arc, OnceLock};

/// A native type as its file defines it.
#[derive(Debug, Default)]
pub struct NativeType {
    path: Arc<str>,
    /// The parameters that name a resource; several make a composite name.
    pub namevars: Vec<EcoString>,
    /// Every parameter and property that it defines.
    pub(super) params: Vec<EcoString>,
    /// Whether it may have others, which could not be read; so it is until its definition was found.
    pub(super) others: bool,
    pub(super) auto: Vec<Auto>,
    /// Methods of the type itself, of its provider and of the files that they require.
    pub(super) methods: Vec<(EcoString, Arc<Block>)>,
    /// Constants of those files that are literals.
    pub(super) constants: Vec<(EcoString, Value)>,
    /// What parameters are if nothing is said.
    pub(super) standards: Vec<(EcoString, Standard)>,
    defaults: OnceLock<Vec<(EcoString, Value)>>,
}

/// `defaultto`
#[derive(Debug)]
pub(super) enum Standard {
    Value(Value),
    Computed(Arc<Block>),
}

/// An edge that the agent adds by itself.
#[derive(Debug)]
pub(super) struct Auto {
    pub(super) direction: Direction,
    pub(super) type_name: EcoString,
    pub(super) body: Arc<Block>,
}

/// Which way such an edge points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Direction {
    /// The other resource comes first.
    pub after: bool,
    /// A refresh travels along it.
    pub refresh: bool,
}

/// A resource that one of this type is ordered against, if it is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Which way.
    pub direction: Direction,
    /// Type of the other resource, as Ruby names it.
    pub type_name: EcoString,
    /// Its title or name.
    pub title: EcoString,
}

impl NativeType {
    /// Reads the definition of a type from its file; `required` reads what it requires by name, `provider` is the
    /// file of its provider if there is but one.
    #[must_use]
    pub fn parse(
        text: &str,
        path: &str,
        provider: Option<&str>,
        required: &dyn Fn(&str) -> Option<Arc<str>>,
    ) -> Option<Self> {
        type_file::read(text, path, provider, required)
    }

    /// A type of which nothing is known yet.
    pub(super) fn at(path: &str) -> Self {
        Self { path: path.into(), others: true, ..Self::default() }
    }

    /// What parameters are where a resource does not say: unknown where it can't be told, absent where asking raises.
    pub(super) fn defaults(&self) -> &[(EcoString, Value)] {
        self.defaults.get_or_init(|| {
            let one = |(name, standard): &(EcoString, Standard)| Some((name.clone(), self.standard(standard)?));
            self.standards.iter().filter_map(one).collect()
        })
    }

    fn standard(&self, standard: &Standard) -> Option<Value> {
        let body = match standard {
            Standard::Value(value) => return Some(value.clone()),
            Standard::Computed(body) => body,
        };
        let none = EcoString::new();
        let mut scope = Own::titled(&none);
        match self.interp(&mut scope).run_method(body, Vec::new(), true) {
            Ok(value) | Err(Stop::Return(value) | Stop::Leave(None, value) | Stop::Next(value)) => Some(value),
            Err(Stop::Raised(..)) => None,
            Err(_) => Some(Value::unknown(crate::value::CauseKind::Limit, "a default")),
        }
    }

    pub(super) fn interp<'a>(&'a self, scope: &'a mut dyn TemplateScope) -> Interp<'a> {
        let interp = Interp::new(scope, &self.path, &[]).for_native();
        interp.with_methods(&self.methods).with_constants(&self.constants)
    }

    /// Whether it certainly has no such parameter.
    #[must_use]
    pub fn lacks(&self, name: &str) -> bool {
        !self.others && !matches!(name, "name" | "provider") && self.params.iter().all(|p| p != name)
    }

    /// Whether it orders its resources against others.
    #[must_use]
    pub fn relates(&self) -> bool {
        !self.auto.is_empty()
    }

    /// What a resource with these parameters is ordered against.
    #[must_use]
    pub fn related(&self, title: &EcoString, params: &[(EcoString, Value)]) -> Vec<Related> {
        let mut out = Vec::new();
        let names = self.title_parts(title);
        for auto in &self.auto {
            let mut scope = Own { title, params, names: names.clone(), defaults: self.defaults() };
            let value = match self.interp(&mut scope).run_method(&auto.body, Vec::new(), true) {
                Ok(value) | Err(Stop::Return(value) | Stop::Leave(None, value) | Stop::Next(value)) => value,
                Err(_) => continue,
            };
            out.extend(certain(&value).into_iter().map(|title| Related {
                direction: auto.direction,
                type_name: auto.type_name.clone(),
                title,
            }));
        }
        out
    }
}

/// The titles that a value holds whatever of it is unknown.
fn certain(value: &Value) -> Vec<EcoString> {
    if let Value::Sym(sym) = value
        && let SymExpr::Choice(options) = &sym.expr
    {
        let mut options = options.iter().map(certain);
        let first = options.next().unwrap_or_default();
        return options.fold(first, |kept, other| kept.into_iter().filter(|t| other.contains(t)).collect());
    }
    let titles = value.as_array().unwrap_or(std::slice::from_ref(value));
    titles.iter().filter_map(Value::as_str).map(Into::into).collect()
}

/// The resource itself, as the body of an `autorequire` sees it.
pub(super) struct Own<'a> {
    title: &'a EcoString,
    params: &'a [(EcoString, Value)],
    names: Vec<(EcoString, Value)>,
    defaults: &'a [(EcoString, Value)],
}

impl<'a> Own<'a> {
    /// A resource of which only the title is known.
    pub(super) fn titled(title: &'a EcoString) -> Self {
        Self { title, params: &[], names: Vec::new(), defaults: &[] }
    }
}

impl TemplateScope for Own<'_> {
    fn variable(&mut self, _: &str) -> Option<Value> {
        None
    }

    fn call_function(&mut self, _: &str, _: &[Value]) -> Option<Value> {
        None
    }

    fn has_variable(&mut self, _: &str) -> bool {
        false
    }

    fn resource(&mut self) -> Vec<(EcoString, Value)> {
        let mut out = self.params.to_vec();
        let title = |name: &str| (name.into(), Value::str(self.title.clone()));
        let more = self.names.iter().chain(self.defaults).cloned();
        for (name, value) in more.chain([title("name"), title("title")]) {
            if !out.iter().any(|(n, _)| *n == name) {
                out.push((name, value));
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn reads_names_and_what_it_comes_after() {
        let text = "Puppet::Type.newtype(:m_config) do\n newparam(:path, :namevar => true)\n newparam(:other) do\n desc 'x'\n end\n\
                    autorequire(:anchor) do\n ['m::install::end']\n end\n autonotify(:file) { [self[:path], self[:target]].compact }\n\
                    autorequire(:user) { catalog.resource(:user, 'x') }\nend";
        let native = NativeType::parse(text, "m_config.rb", None, &|_| None).unwrap();
        assert_eq!(native.namevars, ["path"]);
        let found = native.related(&"/a".into(), &[("target".into(), Value::str("/t"))]);
        let shown: Vec<String> =
            found.iter().map(|r| format!("{}[{}] {}", r.type_name, r.title, r.direction.refresh)).collect();
        assert_eq!(shown, ["anchor[m::install::end] false", "file[/a] true", "file[/t] true"]);
        let inner = "Puppet::Type.newtype(:t) do\n newparam(:id) do\n isnamevar\n end\nend";
        assert_eq!(NativeType::parse(inner, "t.rb", None, &|_| None).unwrap().namevars, ["id"]);
    }
}
