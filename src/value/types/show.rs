//! How a type is written: its canonical signature.

use super::{Alias, Member, Range, Signature, Type, TypeRef};
use crate::value::quote::quote;
use crate::value::time;
use ecow::EcoString;
use std::fmt::{self, Write};

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Writer { out: f, left: 0, open: Vec::new() }.ty(self)
    }
}

impl Type {
    /// The signature with aliases spelled out (`Stdlib::Port = Integer[0, 65535]`).
    #[must_use]
    pub fn expanded(&self) -> String {
        let mut out = String::new();
        let _ = Writer { out: &mut out, left: MAX_SPELLED, open: Vec::new() }.ty(self);
        out
    }

    /// As references are written in catalogs: `File[/x]`, the title without quotes.
    #[must_use]
    pub fn reference(&self) -> String {
        match self {
            Self::Resource { type_name, title: Some(title) } => format!("{type_name}[{title}]"),
            Self::Class { name: Some(name) } => format!("Class[{}]", super::build::capitalize(name)),
            other => other.expanded(),
        }
    }

    /// The bare name of the type.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Any => "Any",
            Self::Undef => "Undef",
            Self::Default => "Default",
            Self::Scalar => "Scalar",
            Self::ScalarData => "ScalarData",
            Self::Data => "Data",
            Self::RichData => "RichData",
            Self::Numeric => "Numeric",
            Self::Integer(_) => "Integer",
            Self::Float(..) => "Float",
            Self::String(_) | Self::Literal(_) => "String",
            Self::Enum { .. } => "Enum",
            Self::Pattern(_) => "Pattern",
            Self::Boolean(_) => "Boolean",
            Self::Regexp(_) => "Regexp",
            Self::Collection(_) => "Collection",
            Self::Array(..) => "Array",
            Self::Hash(..) => "Hash",
            Self::Tuple(..) => "Tuple",
            Self::Struct(_) => "Struct",
            Self::Iterable(_) => "Iterable",
            Self::Iterator(_) => "Iterator",
            Self::Callable(_) => "Callable",
            Self::Type(_) => "Type",
            Self::CatalogEntry => "CatalogEntry",
            Self::Class { .. } => "Class",
            _ => self.rare_name(),
        }
    }

    fn rare_name(&self) -> &str {
        match self {
            Self::Resource { .. } => "Resource",
            Self::Sensitive(_) => "Sensitive",
            Self::Timestamp(..) => "Timestamp",
            Self::Timespan(..) => "Timespan",
            Self::SemVer(_) => "SemVer",
            Self::SemVerRange => "SemVerRange",
            Self::Uri(_) => "URI",
            Self::Binary => "Binary",
            Self::Init(..) => "Init",
            Self::Object(name) | Self::Unresolved(name) => name,
            Self::Runtime(_) => "Runtime",
            Self::Optional(_) => "Optional",
            Self::NotUndef(_) => "NotUndef",
            Self::Variant(_) => "Variant",
            Self::Unit => "Unit",
            Self::Alias(alias) => &alias.name,
            _ => "Any",
        }
    }
}

struct Writer<'a, W: Write> {
    out: &'a mut W,
    /// How many aliases are still spelled out.
    left: u32,
    /// Aliases that are being spelled out: within itself one is named only.
    open: Vec<EcoString>,
}

/// Most aliases spelled out in one text, and most of them within each other.
const MAX_SPELLED: u32 = 1000;
const MAX_OPEN: usize = 50;

impl<W: Write> Writer<'_, W> {
    fn ty(&mut self, t: &Type) -> fmt::Result {
        match t {
            Type::Integer(r) if *r != Range::ANY => self.list("Integer", bounds(*r)),
            Type::Float(a, b) if *a != f64::NEG_INFINITY || *b != f64::INFINITY => {
                self.list("Float", float_bounds(*a, *b))
            }
            Type::String(r) if !r.is_plain_size() => self.list("String", bounds(*r)),
            Type::Enum { values, ignore_case } if !values.is_empty() => {
                let flag = ignore_case.then(|| "true".to_owned());
                self.list("Enum", values.iter().map(|v| quote(v)).chain(flag))
            }
            Type::Pattern(patterns) if !patterns.is_empty() => {
                self.list("Pattern", patterns.iter().map(|p| slashes(p)))
            }
            Type::Boolean(Some(b)) => write!(self.out, "Boolean[{b}]"),
            Type::Regexp(Some(r)) => write!(self.out, "Regexp[{}]", slashes(r)),
            Type::Collection(r) if !r.is_plain_size() => self.list("Collection", bounds(*r)),
            Type::Array(..) | Type::Hash(..) | Type::Tuple(..) | Type::Struct(_) => self.collection(t),
            Type::Callable(sig) => self.callable(sig),
            Type::Resource { .. } | Type::Class { .. } => self.reference(t),
            Type::Timestamp(a, b) => self.list("Timestamp", time_bounds(*a, *b, time::show_timestamp)),
            Type::Timespan(a, b) => self.list("Timespan", time_bounds(*a, *b, time::show_timespan)),
            Type::SemVer(ranges) if !ranges.is_empty() => self.list("SemVer", ranges.iter().map(|r| format!("'{r}'"))),
            Type::Runtime(parts) if !parts.is_empty() => {
                let name = |(i, p): (usize, &ecow::EcoString)| if i == 0 { p.to_string() } else { quote(p) };
                self.list("Runtime", parts.iter().enumerate().map(name))
            }
            Type::Variant(types) if !types.is_empty() => {
                self.out.write_str("Variant[")?;
                self.types(types)?;
                self.out.write_char(']')
            }
            Type::Alias(alias) => self.alias(alias),
            Type::Unresolved(name) => write!(self.out, "TypeReference[{}]", quote(name)),
            _ => self.with_inner(t),
        }
    }

    fn alias(&mut self, alias: &Alias) -> fmt::Result {
        self.out.write_str(&alias.name)?;
        let is_open = self.open.len() >= MAX_OPEN || self.open.contains(&alias.name);
        let Some(target) = alias.target.get().filter(|_| self.left > 0 && !is_open) else { return Ok(()) };
        self.left -= 1;
        self.open.push(alias.name.clone());
        let done = self.out.write_str(" = ").and_then(|()| self.ty(target));
        self.open.pop();
        done
    }

    fn with_inner(&mut self, t: &Type) -> fmt::Result {
        self.out.write_str(t.name())?;
        let (Type::Iterable(inner)
        | Type::Iterator(inner)
        | Type::Type(inner)
        | Type::Sensitive(inner)
        | Type::Optional(inner)
        | Type::NotUndef(inner)
        | Type::Init(inner, _)) = t
        else {
            return Ok(());
        };
        let Some(inner) = inner else { return Ok(()) };
        match (t, &**inner) {
            (Type::Sensitive(_) | Type::NotUndef(_), Type::Any) => Ok(()),
            (Type::Optional(_) | Type::NotUndef(_), Type::Literal(text)) => write!(self.out, "[{}]", quote(text)),
            _ => {
                self.out.write_char('[')?;
                self.ty(inner)?;
                self.out.write_char(']')
            }
        }
    }

    fn list(&mut self, name: &str, parts: impl IntoIterator<Item = String>) -> fmt::Result {
        self.out.write_str(name)?;
        let parts: Vec<String> = parts.into_iter().collect();
        if parts.is_empty() { Ok(()) } else { write!(self.out, "[{}]", parts.join(", ")) }
    }

    fn types(&mut self, types: &[TypeRef]) -> fmt::Result {
        for (i, t) in types.iter().enumerate() {
            if i > 0 {
                self.out.write_str(", ")?;
            }
            self.ty(t)?;
        }
        Ok(())
    }

    fn size(&mut self, size: Range) -> fmt::Result {
        if size.is_plain_size() {
            return Ok(());
        }
        bounds(size).into_iter().try_for_each(|b| write!(self.out, ", {b}"))
    }

    fn collection(&mut self, t: &Type) -> fmt::Result {
        let name = t.name();
        match t {
            Type::Array(_, size) | Type::Hash(_, _, size) if *size == Range::ZERO => write!(self.out, "{name}[0, 0]"),
            Type::Array(e, size) if **e == Type::Any && size.is_plain_size() => self.out.write_str(name),
            Type::Hash(k, v, size) if **k == Type::Any && **v == Type::Any && size.is_plain_size() => {
                self.out.write_str(name)
            }
            Type::Array(element, size) => self.sized(name, std::slice::from_ref(element), *size),
            Type::Hash(k, v, size) => self.sized(name, &[k.clone(), v.clone()], *size),
            Type::Tuple(types, size) if !types.is_empty() => self.sized(name, types, size.unwrap_or(Range::SIZE)),
            Type::Struct(members) if !members.is_empty() => self.members(members),
            _ => self.out.write_str(name),
        }
    }

    fn sized(&mut self, name: &str, types: &[TypeRef], size: Range) -> fmt::Result {
        write!(self.out, "{name}[")?;
        self.types(types)?;
        self.size(size)?;
        self.out.write_char(']')
    }

    fn members(&mut self, members: &[Member]) -> fmt::Result {
        self.out.write_str("Struct[{")?;
        for (i, m) in members.iter().enumerate() {
            if i > 0 {
                self.out.write_str(", ")?;
            }
            let key = quote(&m.name);
            match (m.optional, m.value.accepts_undef()) {
                (true, false) => write!(self.out, "Optional[{key}] => ")?,
                (false, true) => write!(self.out, "NotUndef[{key}] => ")?,
                _ => write!(self.out, "{key} => ")?,
            }
            self.ty(&m.value)?;
        }
        self.out.write_str("}]")
    }

    fn callable(&mut self, sig: &Signature) -> fmt::Result {
        self.out.write_str("Callable")?;
        let Some(params) = &sig.params else {
            return match &sig.returns {
                Some(returns) => {
                    self.out.write_str("[[], ")?;
                    self.ty(returns)?;
                    self.out.write_char(']')
                }
                None => Ok(()),
            };
        };
        self.out.write_str(if sig.returns.is_some() { "[[" } else { "[" })?;
        let shown: Vec<TypeRef> = params.iter().filter(|t| !matches!(***t, Type::Unit)).cloned().collect();
        self.types(&shown)?;
        let mut tail: Vec<String> = match sig.size {
            Some(size) => bounds(size),
            None if params.is_empty() => vec!["0".to_owned(), "0".to_owned()],
            None => Vec::new(),
        };
        tail.extend(sig.block.as_ref().map(ToString::to_string));
        if !shown.is_empty() && !tail.is_empty() {
            self.out.write_str(", ")?;
        }
        self.out.write_str(&tail.join(", "))?;
        self.out.write_char(']')?;
        match &sig.returns {
            Some(returns) => {
                self.out.write_str(", ")?;
                self.ty(returns)?;
                self.out.write_char(']')
            }
            None => Ok(()),
        }
    }

    fn reference(&mut self, t: &Type) -> fmt::Result {
        match t {
            Type::Resource { type_name, .. } if type_name.is_empty() => self.out.write_str("Resource"),
            Type::Resource { type_name, title: Some(title) } => write!(self.out, "{type_name}[{}]", quote(title)),
            Type::Resource { type_name, title: None } => self.out.write_str(type_name),
            Type::Class { name: Some(name) } => write!(self.out, "Class[{name}]"),
            _ => self.out.write_str("Class"),
        }
    }
}

/// Bounds of a number: both are shown when given, however far.
fn bounds(r: Range) -> Vec<String> {
    if r == Range::ANY {
        return Vec::new();
    }
    let low = if r.min == i64::MIN { "default".to_owned() } else { r.low().to_string() };
    if r.max == i64::MAX && r.min != i64::MAX { vec![low] } else { vec![low, r.max.to_string()] }
}

fn float_bounds(a: f64, b: f64) -> Vec<String> {
    let show = |x: f64| crate::value::display::float(x);
    let low = if a == f64::NEG_INFINITY { "default".to_owned() } else { show(a) };
    if b == f64::INFINITY { vec![low] } else { vec![low, show(b)] }
}

fn time_bounds(a: i128, b: i128, show: fn(i128) -> String) -> Vec<String> {
    if a == i128::MIN && b == i128::MAX {
        return Vec::new();
    }
    let low = if a == i128::MIN { "default".to_owned() } else { format!("'{}'", show(a)) };
    if b == i128::MAX || a == b { vec![low] } else { vec![low, format!("'{}'", show(b))] }
}

/// A pattern between slashes.
#[must_use]
pub fn slashes(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 2);
    out.push('/');
    let mut escaped = false;
    for c in pattern.chars() {
        match c {
            '/' if !escaped => out.push_str("\\/"),
            '\n' if !escaped => out.push_str("\\n"),
            _ => out.push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    out.push('/');
    out
}
