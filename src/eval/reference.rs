//! Names and references of resources in canonical form.

use super::compiler::Compiler;
use crate::catalog::ResourceId;
use crate::value::Value;
use crate::value::types::Type;
use ecow::EcoString;

/// A name without the colons that root it.
pub(crate) fn unrooted(name: &str) -> &str {
    let mut rest = name;
    while let Some(shorter) = rest.strip_prefix("::") {
        rest = shorter;
    }
    rest
}

/// The class and the name in it, of a variable that is written with its class. This is asked for each variable of each
/// trace; looking for a single colon is several times as fast as looking for two.
pub(crate) fn qualified(name: &str) -> Option<(&str, &str)> {
    let at = name.bytes().rposition(|byte| byte == b':')?;
    let (class, last) = (name.get(..at)?, name.get(at + 1..)?);
    Some((class.strip_suffix(':')?, last))
}

/// `apt::conf` to `Apt::Conf`.
pub(crate) fn canonical_type(name: &str) -> EcoString {
    let name = unrooted(name);
    if is_canonical(name) {
        return name.into();
    }
    let mut out = String::with_capacity(name.len());
    let mut upper = true;
    for c in name.chars() {
        match (c.is_ascii(), upper) {
            (true, true) => out.push(c.to_ascii_uppercase()),
            (true, false) => out.push(c.to_ascii_lowercase()),
            (false, true) => out.extend(c.to_uppercase()),
            (false, false) => out.extend(c.to_lowercase()),
        }
        upper = c == ':';
    }
    out.into()
}

/// Whether a name is written like that already, as most are.
fn is_canonical(name: &str) -> bool {
    let mut after = b':';
    name.bytes().all(|byte| {
        let upper = std::mem::replace(&mut after, byte) == b':';
        byte.is_ascii() && !if upper { byte.is_ascii_lowercase() } else { byte.is_ascii_uppercase() }
    })
}

/// A class name in lower case without leading colons.
pub(crate) fn canonical_class(name: &str) -> EcoString {
    unrooted(name).to_lowercase().into()
}

/// The title under which a resource is found.
pub(crate) fn canonical_title(type_name: &str, title: &str) -> EcoString {
    match type_name {
        "File" if title.len() > 1 && title.ends_with('/') => title.trim_end_matches('/').into(),
        "Class" if title == "main" => title.into(),
        "Class" => canonical_type(title),
        _ => title.into(),
    }
}

/// A reference found in a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) type_name: EcoString,
    pub(crate) title: EcoString,
}

impl Reference {
    /// A title of it, if that is not the one it is known by.
    pub(crate) fn written(&self, title: &str) -> Option<EcoString> {
        (self.type_name != "Class" && self.title != title).then(|| title.into())
    }

    pub(crate) fn new(type_name: &str, title: &str) -> Self {
        let type_name = canonical_type(type_name);
        let title = canonical_title(&type_name, title);
        Self { type_name, title }
    }

    /// Reads `Type[title]`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (type_name, rest) = text.split_once('[')?;
        let title = rest.strip_suffix(']')?;
        let good = type_name.starts_with(|c: char| c.is_ascii_alphabetic()) && !title.is_empty();
        good.then(|| Self::new(type_name, title))
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}[{}]", self.type_name, self.title)
    }
}

/// The references in a value, in order; what is no reference is handed to `other`.
pub(crate) fn references(value: &Value, out: &mut Vec<Reference>, other: &mut dyn FnMut(&Value)) {
    match value {
        Value::Type(ty) => match &**ty {
            Type::Resource { type_name, title: Some(title) } if !type_name.is_empty() => {
                out.push(Reference::new(type_name, title))
            }
            Type::Class { name: Some(name) } => out.push(Reference::new("Class", name)),
            _ => other(value),
        },
        Value::Str(s) => match Reference::parse(&s.text) {
            Some(reference) => out.push(reference),
            None => other(value),
        },
        Value::Array(list) => list.items.iter().for_each(|v| references(v, out, other)),
        Value::Sym(sym) => match (&sym.sample, super::lift::alternatives(value)) {
            (Some(sample), _) => references(sample, out, other),
            (None, Some(values)) => values.iter().for_each(|v| references(v, out, other)),
            (None, None) => other(value),
        },
        Value::Undef => {}
        _ => other(value),
    }
}

impl Compiler<'_> {
    /// A declared resource.
    pub(crate) fn find_resource(&self, type_name: &str, title: &str) -> Option<ResourceId> {
        let reference = Reference::new(type_name, title);
        self.find_reference(&reference)
    }

    /// A declared resource by reference.
    pub(crate) fn find_reference(&self, reference: &Reference) -> Option<ResourceId> {
        let found = self.declared_id(reference);
        found.map_or_else(|| self.asked_absent(reference), |id| self.reads(reference, id));
        found
    }

    /// The same for who only wants to know whether it is declared.
    pub(crate) fn declared_id(&self, reference: &Reference) -> Option<ResourceId> {
        self.catalog.id(&reference.type_name, &reference.title)
    }
}

#[cfg(test)]
mod tests {
    use super::{canonical_type, qualified};

    #[test]
    fn types_are_written_with_capitals() {
        let all =
            [("apt::conf", "Apt::Conf"), ("::File", "File"), ("APT::conf", "Apt::Conf"), ("Éa", "Éa"), ("éa", "Éa")];
        all.iter().for_each(|(name, written)| assert_eq!(canonical_type(name), *written));
    }

    #[test]
    fn the_class_of_a_variable() {
        let all = [("a::b::c", Some(("a::b", "c"))), ("::c", Some(("", "c"))), ("c", None), ("a:c", None)];
        all.iter().for_each(|(name, parts)| assert_eq!(qualified(name), *parts, "{name}"));
    }
}
