//! The type system of Puppet: types as values, membership, inference, and the wording of mismatches.

use ecow::EcoString;

/// A type. Resource and class references are types too (`File['/x']`, `Class['a']`).
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// `Any`
    Any,
    /// `Resource[type, title]`; `File['/x']` is `Resource { type_name: "File", title: Some("/x") }`.
    Resource {
        /// Capitalised type name, per segment; empty for bare `Resource`.
        type_name: EcoString,
        /// Title.
        title: Option<EcoString>,
    },
    /// `Class[name]`, name in lower case without leading `::`.
    Class {
        /// Class name.
        name: Option<EcoString>,
    },
    /// A name that could not be resolved to a known type.
    Unresolved(EcoString),
}
