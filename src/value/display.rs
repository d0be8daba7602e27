//! How a value reads inside a string.

use super::{SymExpr, Value};
use std::fmt;

impl fmt::Display for Value {
    /// As `"${value}"` prints it; an unknown prints as `‹…›` with its cause.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undef => Ok(()),
            Self::Default => f.write_str("default"),
            Self::Bool(b) => write!(f, "{b}"),
            Self::Int(i) => write!(f, "{i}"),
            Self::Float(x) => write!(f, "{x:?}"),
            Self::Str(s) => f.write_str(&s.text),
            Self::Regex(r) => write!(f, "/{r}/"),
            Self::Array(a) => write_list(f, &a.items),
            Self::Hash(h) => write_hash(f, &h.entries),
            Self::Type(t) => write!(f, "{t:?}"),
            Self::Sensitive(_) => f.write_str("Sensitive [value redacted]"),
            Self::Object(o) => f.write_str(&o.type_name),
            Self::Sym(s) => match &s.sample {
                Some(v) => v.fmt(f),
                None => s.expr.fmt(f),
            },
        }
    }
}

impl fmt::Display for SymExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fact(name) => write!(f, "‹fact {name}›"),
            Self::Opaque(cause) => write!(f, "‹{}›", cause.name),
            Self::Concat(parts) => parts.iter().try_for_each(|p| p.fmt(f)),
            Self::Call(name, _) => write!(f, "‹{name}(…)›"),
            Self::Choice(_) => f.write_str("‹one of several›"),
        }
    }
}

fn write_list(f: &mut fmt::Formatter<'_>, items: &[Value]) -> fmt::Result {
    f.write_str("[")?;
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{item}")?;
    }
    f.write_str("]")
}

fn write_hash(f: &mut fmt::Formatter<'_>, entries: &super::Entries) -> fmt::Result {
    f.write_str("{")?;
    for (i, (k, v)) in entries.iter().enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{k} => {v}")?;
    }
    f.write_str("}")
}
