//! Metaparameters and tags.

use super::compiler::Compiler;
use super::scope::{Scope, ScopeId};
use crate::catalog::{Param, ResourceId, ResourceKind, Tags};
use crate::value::Value;
use crate::value::types::Type;
use ecow::EcoString;
use rustc_hash::FxHashMap;

/// The nearest scope with resource defaults along the chain of each scope, as far as somebody asked.
#[derive(Debug, Default)]
pub(crate) struct Anchors {
    nearest: Vec<Option<Option<ScopeId>>>,
    /// By what number traces know the defaults of a scope and of those after it, if they do.
    numbers: FxHashMap<ScopeId, Option<u32>>,
}

impl Anchors {
    /// A scope has got other defaults.
    pub(crate) fn forget(&mut self) {
        self.nearest.clear();
        self.numbers.clear();
    }

    /// The number of the defaults of a scope, if that was found out.
    pub(crate) fn number(&self, anchor: ScopeId) -> Option<Option<u32>> {
        self.numbers.get(&anchor).copied()
    }

    /// Notes the number.
    pub(crate) fn keep_number(&mut self, anchor: ScopeId, number: Option<u32>) {
        self.numbers.insert(anchor, number);
    }
}

/// Parameters that every resource takes.
pub(crate) fn is_metaparam(name: &str) -> bool {
    matches!(
        name,
        "alias"
            | "audit"
            | "before"
            | "consume"
            | "export"
            | "loglevel"
            | "noop"
            | "notify"
            | "require"
            | "schedule"
            | "stage"
            | "subscribe"
            | "tag"
    )
}

impl Compiler<'_> {
    /// Adds resource defaults that are not set; `undef` counts as set.
    pub(crate) fn add_defaults(&self, scope: ScopeId, type_name: &str, params: &mut Vec<Param>) {
        for (_, defaults) in self.defaults_from(scope).filter(|(t, _)| t == type_name) {
            let missing: Vec<Param> =
                defaults.iter().filter(|d| !params.iter().any(|p| p.name == d.name)).cloned().collect();
            params.extend(missing);
        }
    }

    /// A class that does not say belongs to the stage of the class that declares it.
    pub(crate) fn staged(&self, scope: ScopeId, mut params: Vec<Param>) -> Vec<Param> {
        let outer = self.scopes.get(scope as usize).and_then(|scope| self.catalog.get(scope.resource));
        let stage = outer.filter(|r| r.kind == ResourceKind::Class).and_then(|r| r.param("stage"));
        if let Some(stage) = stage
            && !params.iter().any(|p| p.name == "stage")
        {
            params.push(stage.clone());
        }
        params
    }

    /// Resource defaults along the dynamic chain, nearest first.
    pub(crate) fn defaults_from(&self, scope: ScopeId) -> impl Iterator<Item = &(EcoString, Vec<Param>)> {
        let next = |id: &ScopeId| self.scopes.get(*id as usize).and_then(|s| s.dynamic);
        std::iter::successors(Some(scope), next)
            .filter_map(|id| self.scopes.get(id as usize))
            .flat_map(|scope| &scope.defaults)
    }

    /// The first scope along the dynamic chain that has resource defaults.
    pub(crate) fn anchor(&mut self, scope: ScopeId) -> Option<ScopeId> {
        if let Some(known) = self.anchors.nearest.get(scope as usize).copied().flatten() {
            return known;
        }
        let next = |id: &ScopeId| self.scopes.get(*id as usize).and_then(|s| s.dynamic);
        let has = |id: &ScopeId| self.scopes.get(*id as usize).is_some_and(Scope::has_defaults);
        let found = std::iter::successors(Some(scope), next).find(has);
        if self.anchors.nearest.len() <= scope as usize {
            self.anchors.nearest.resize(scope as usize + 1, None);
        }
        if let Some(slot) = self.anchors.nearest.get_mut(scope as usize) {
            *slot = Some(found);
        }
        found
    }

    /// The tags of a resource: type, title, `tag`, and those of its container.
    pub(crate) fn tags_of(&self, type_name: &str, title: &str, params: &[Param], container: ResourceId) -> Tags {
        Tags::new(own_tags(type_name, title, params)).under(self.catalog.get(container).map(|c| &c.tags))
    }
}

/// The tags that a resource has wherever it stands.
fn own_tags(type_name: &str, title: &str, params: &[Param]) -> Vec<EcoString> {
    let mut tags = Vec::new();
    add_tag(&mut tags, type_name);
    if !matches!((type_name, title), ("Class" | "Stage", "main")) {
        add_tag(&mut tags, title);
    }
    for param in params.iter().filter(|p| p.name == "tag") {
        tags_in(&param.value, &mut tags);
    }
    tags
}

/// Adds the tags in a value. A hash is the list of its keys and values; a reference to a resource holds none.
pub(crate) fn tags_in(value: &Value, tags: &mut Vec<EcoString>) {
    match value {
        Value::Hash(hash) => hash.entries.iter().for_each(|(k, v)| {
            listed_tags(k, tags);
            listed_tags(v, tags);
        }),
        Value::Type(t) if is_reference(t) => {}
        other => listed_tags(other, tags),
    }
}

fn listed_tags(value: &Value, tags: &mut Vec<EcoString>) {
    each_tag(value, &mut |text| add_tag(tags, text));
}

/// The first text in a value of `tag` that is none.
pub(crate) fn invalid_tag(value: &Value) -> Option<String> {
    let mut bad = None;
    let mut look = |value: &Value| {
        each_tag(value, &mut |text| {
            if bad.is_none() && !is_tag(text) {
                bad = Some(text.to_lowercase());
            }
        });
    };
    match value {
        Value::Hash(hash) => hash.entries.iter().for_each(|(k, v)| {
            look(k);
            look(v);
        }),
        Value::Type(t) if is_reference(t) => {}
        other => look(other),
    }
    bad
}

fn each_tag(value: &Value, take: &mut impl FnMut(&str)) {
    match value {
        Value::Array(list) => list.items.iter().for_each(|v| each_tag(v, take)),
        Value::Undef | Value::Sym(_) => {}
        Value::Str(text) => take(&text.text),
        Value::Default => take("default"),
        Value::Hash(_) => take(&crate::value::inspect::inspect(value)),
        Value::Regex(regex) => take(&format!("(?-mix:{regex})")),
        Value::Type(t) => take(&reference_text(t)),
        other => take(&other.to_string()),
    }
}

/// A reference as its resource prints: without quotes.
fn reference_text(t: &Type) -> String {
    match t {
        Type::Resource { type_name, title: Some(title) } => format!("{type_name}[{title}]"),
        other => other.to_string(),
    }
}

/// Whether it names resources.
pub(crate) fn is_reference(t: &Type) -> bool {
    matches!(t, Type::Resource { title: Some(_), .. } | Type::Class { name: Some(_) })
}

/// Adds a tag and its segments, if it is a valid one.
pub(crate) fn add_tag(tags: &mut Vec<EcoString>, text: &str) {
    if !is_tag(text) {
        return;
    }
    let tag: EcoString = text.to_lowercase().into();
    if tag.contains("::") {
        tags.extend(tag.split("::").filter(|s| !s.is_empty()).map(EcoString::from));
    }
    tags.push(tag);
}

pub(crate) fn is_tag(text: &str) -> bool {
    let mut chars = text.chars();
    let first = chars.next().is_some_and(|c| c.is_alphanumeric() || c == '_');
    first && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '.' | '-'))
}
