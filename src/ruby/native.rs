//! Native types that a module writes in Ruby: which parameter names them, and what they are ordered after.
//!
//! The body of an `autorequire` runs as far as it stays within what is understood; else it names nothing.

use super::ast::{Block, BlockArg, Call, Expr, Kind};
use super::erb::TemplateScope;
use super::interp::{Interp, Stop};
use super::lower;
use super::syntax::{nests_by_words, refused, with_room};
use crate::value::Value;
use ecow::EcoString;
use std::sync::Arc;

/// Most files that are read because a type requires them.
const MAX_REQUIRED: usize = 16;

/// A native type as its file defines it.
#[derive(Debug, Default)]
pub struct NativeType {
    path: Arc<str>,
    /// The parameters that name a resource; several make a composite name.
    pub namevars: Vec<EcoString>,
    auto: Vec<Auto>,
    /// Methods of the type itself, and of the files that it requires.
    pub(super) methods: Vec<(EcoString, Arc<Block>)>,
    requires: Vec<EcoString>,
}

/// An edge that the agent adds by itself.
#[derive(Debug)]
struct Auto {
    direction: Direction,
    type_name: EcoString,
    body: Arc<Block>,
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
    /// Reads the definition of a type from its file; `required` reads what it requires by name.
    #[must_use]
    pub fn parse(text: &str, path: &str, required: &dyn Fn(&str) -> Option<Arc<str>>) -> Option<Self> {
        let mut native = Self { path: path.into(), ..Self::default() };
        native.walk(&program(text)?, 0);
        let mut from = 0;
        while let Some(name) = native.requires.get(from).cloned().filter(|_| from < MAX_REQUIRED) {
            from += 1;
            if let Some(helper) = required(&name).and_then(|text| program(&text)) {
                let mut inner = Self::default();
                inner.walk(&helper, 0);
                native.methods.splice(0..0, inner.methods);
                native.requires.extend(inner.requires.into_iter().filter(|r| *r != name));
            }
        }
        Some(native)
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    fn walk(&mut self, expr: &Expr, depth: usize) {
        match &expr.kind {
            Kind::Seq(body) if depth < 8 => body.iter().for_each(|e| self.walk(e, depth + 1)),
            Kind::Assign(_, value) if depth < 8 => self.walk(value, depth + 1),
            Kind::Call(call) => self.statement(call, depth),
            Kind::Def(name, block) => self.methods.push((name.clone(), Arc::clone(block))),
            _ => {}
        }
    }

    fn statement(&mut self, call: &Call, depth: usize) {
        let Some(name) = call.args.first().and_then(word) else { return };
        let block = match &call.block {
            Some(BlockArg::Literal(block)) => Some(block),
            _ => None,
        };
        let direction = |after, refresh| Direction { after, refresh };
        let direction = match &*call.name {
            "autorequire" => direction(true, false),
            "autosubscribe" => direction(true, true),
            "autobefore" => direction(false, false),
            "autonotify" => direction(false, true),
            "newtype" => return block.into_iter().for_each(|b| self.walk(&b.body, depth + 1)),
            "newparam" | "newproperty" => {
                if names(call, block) {
                    self.namevars.push(name);
                }
                return;
            }
            "require" => return self.requires.push(name),
            _ => return,
        };
        if let Some(body) = block {
            self.auto.push(Auto { direction, type_name: name, body: Arc::clone(body) });
        }
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
            let mut scope = Own { title, params, names: names.clone() };
            let mut interp = Interp::new(&mut scope, &self.path, &[]).for_native();
            let value = match interp.run_method(&auto.body, Vec::new(), true) {
                Ok(value) | Err(Stop::Return(value) | Stop::Next(value)) => value,
                Err(_) => continue,
            };
            let titles = value.as_array().unwrap_or(std::slice::from_ref(&value));
            out.extend(titles.iter().filter_map(Value::as_str).map(|title| Related {
                direction: auto.direction,
                type_name: auto.type_name.clone(),
                title: title.into(),
            }));
        }
        out
    }
}

fn program(text: &str) -> Option<Expr> {
    if refused(text).is_some() {
        return None;
    }
    let source = text.to_owned();
    with_room(text.len(), nests_by_words(text), move || {
        let parsed = ruby_prism::parse(source.as_bytes());
        lower::program(&parsed.node())
    })
}

fn word(expr: &Expr) -> Option<EcoString> {
    match &expr.kind {
        Kind::Symbol(s) | Kind::Str(s) => Some(s.clone()),
        _ => None,
    }
}

/// Whether a parameter is declared to be a name: `:namevar => true` or `isnamevar`.
fn names(call: &Call, block: Option<&Arc<Block>>) -> bool {
    let option = call.args.iter().skip(1).any(|arg| match &arg.kind {
        Kind::Hash(pairs) => pairs.iter().any(|pair| match pair {
            super::ast::Pair::Entry(key, value) => {
                word(key).is_some_and(|k| k == "namevar" || k == "isnamevar")
                    && !matches!(value.kind, Kind::Bool(false) | Kind::Nil)
            }
            super::ast::Pair::Spread(_) => false,
        }),
        _ => false,
    });
    let said = |e: &Expr| matches!(&e.kind, Kind::Call(call) if call.name == "isnamevar");
    option
        || block.is_some_and(|b| match &b.body.kind {
            Kind::Seq(items) => items.iter().any(said),
            _ => said(&b.body),
        })
}

/// The resource itself, as the body of an `autorequire` sees it.
pub(super) struct Own<'a> {
    title: &'a EcoString,
    params: &'a [(EcoString, Value)],
    names: Vec<(EcoString, Value)>,
}

impl<'a> Own<'a> {
    /// A resource of which only the title is known.
    pub(super) fn titled(title: &'a EcoString) -> Self {
        Self { title, params: &[], names: Vec::new() }
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
        for (name, value) in self.names.iter().cloned().chain([title("name"), title("title")]) {
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
        let native = NativeType::parse(text, "m_config.rb", &|_| None).unwrap();
        assert_eq!(native.namevars, ["path"]);
        let found = native.related(&"/a".into(), &[("target".into(), Value::str("/t"))]);
        let shown: Vec<String> =
            found.iter().map(|r| format!("{}[{}] {}", r.type_name, r.title, r.direction.refresh)).collect();
        assert_eq!(shown, ["anchor[m::install::end] false", "file[/a] true", "file[/t] true"]);
        let inner = "Puppet::Type.newtype(:t) do\n newparam(:id) do\n isnamevar\n end\nend";
        assert_eq!(NativeType::parse(inner, "t.rb", &|_| None).unwrap().namevars, ["id"]);
    }
}
