//! Strings with `%{…}` in them, split once into text and what to put in.

use ecow::EcoString;
use std::sync::Arc;

use super::api::{HieraScope, ScopeValue};
use super::data::{Data, PerHost, Piece, Value};
use super::error::HieraError;
use super::key::{self, Key};

/// Stands in a rendered path for a piece that is not known.
pub(crate) const HOLE: char = '\0';

/// A string that may hold interpolations.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Template {
    pub(crate) parts: Vec<Part>,
    /// It uses `%{name('…')}`, which only values may.
    pub(crate) has_methods: bool,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    Text(EcoString),
    /// `%{var}`, `%{scope('var')}`
    Var(Key),
    /// `%{lookup('key')}`, `%{hiera('key')}`
    Lookup(EcoString),
    /// `%{alias('key')}`; only as the whole string.
    Alias(EcoString),
    /// An interpolation that fails.
    Bad(HieraError),
}

/// Whether a string has anything to interpolate.
pub(crate) fn is_dynamic(text: &str) -> bool {
    text.contains("%{")
}

impl Template {
    pub(crate) fn parse(text: &str) -> Self {
        let (mut parts, mut has_methods) = (Vec::new(), false);
        let mut rest = text;
        while let Some(start) = rest.find("%{") {
            let Some(length) = rest.get(start + 2..).and_then(|r| r.find('}')) else { break };
            push_text(&mut parts, rest.get(..start).unwrap_or_default());
            let inner = rest.get(start + 2..start + 2 + length).unwrap_or_default();
            rest = rest.get(start + 3 + length..).unwrap_or_default();
            has_methods |= method(inner.trim()).is_some();
            parts.extend(part(inner.trim(), text, inner.len() + 3 == text.len()));
        }
        push_text(&mut parts, rest);
        Self { parts, has_methods }
    }

    /// The variables it needs.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Var(key) => Some(key.root.as_str()),
            _ => None,
        })
    }

    /// The same, with what is dug for in them.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.parts.iter().filter_map(|part| match part {
            Part::Var(key) => Some(key),
            _ => None,
        })
    }

    /// Why a path with a method in it is refused.
    pub(crate) fn no_methods() -> HieraError {
        HieraError::new(
            "Interpolation using method syntax is not allowed in this context",
            "use variables only in paths and options",
        )
    }

    /// Appends the string to `out`, with [`HOLE`] for what is not known; methods are not allowed.
    pub(crate) fn path(&self, scope: &dyn HieraScope, out: &mut String) -> Result<Rendered, HieraError> {
        let mut rendered = Rendered::default();
        if self.has_methods {
            return Err(Self::no_methods());
        }
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Bad(error) => return Err(error.clone()),
                Part::Lookup(_) | Part::Alias(_) => return Err(Self::no_methods()),
                Part::Var(key) => match variable(key, scope)? {
                    Got::Missing => {}
                    Got::Value(data, per_host) => {
                        rendered.per_host |= per_host;
                        match &data.value {
                            Value::Unknown(why) => {
                                rendered.holes.push(alternatives(key, scope));
                                rendered.unknown.get_or_insert_with(|| why.to_string());
                                out.push(HOLE);
                            }
                            _ => push_data(&data, out),
                        }
                    }
                },
            }
        }
        Ok(rendered)
    }
}

/// What a rendering depended on.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Rendered {
    pub(crate) unknown: Option<String>,
    pub(crate) per_host: bool,
    /// What each hole can be, where that is known.
    pub(crate) holes: Vec<Option<Vec<String>>>,
}

/// Most paths that one path with holes is taken for.
const MAX_FILLED: usize = 256;

impl Rendered {
    /// Whether it is known of some hole what it can be.
    pub(crate) fn is_narrowed(&self) -> bool {
        self.holes.iter().any(Option::is_some)
    }

    /// The paths that a path can be: known words put in, [`HOLE`] where anything may stand. Past the limit the holes
    /// that are left stay open.
    pub(crate) fn filled(&self, pattern: &str) -> Vec<String> {
        let mut pieces = pattern.split(HOLE);
        let mut paths = vec![pieces.next().unwrap_or_default().to_owned()];
        for (piece, hole) in pieces.zip(self.holes.iter().chain(std::iter::repeat(&None))) {
            let words = hole.as_deref().filter(|words| paths.len() * words.len() <= MAX_FILLED);
            let open = [HOLE.to_string()];
            let words = words.unwrap_or(&open);
            let with = |path: &String| words.iter().map(|word| format!("{path}{word}{piece}")).collect::<Vec<_>>();
            paths = paths.iter().flat_map(with).collect();
        }
        paths
    }
}

fn alternatives(key: &Key, scope: &dyn HieraScope) -> Option<Vec<String>> {
    if key.segments.is_empty() { scope.alternatives(&key.root) } else { None }
}

/// The value of a variable, dug into.
#[derive(PartialEq)]
pub(crate) enum Got {
    Missing,
    Value(Data, bool),
}

pub(crate) fn variable(key: &Key, scope: &dyn HieraScope) -> Result<Got, HieraError> {
    if let Some((path, found)) = names(key).and_then(|p| Some((p.join("."), scope.member(&key.root, &p)?))) {
        return Ok(got(found, &format!("{}.{path}", key.root)));
    }
    let (data, per_host) = match got(scope.variable(&key.root), &key.root) {
        Got::Value(data, per_host) => (data, per_host),
        Got::Missing => return Ok(Got::Missing),
    };
    if key.segments.is_empty() {
        return Ok(Got::Value(data, per_host));
    }
    Ok(match key::dig(&key.root, &key.segments, &data)? {
        Some(inner) => Got::Value(inner, per_host),
        None => Got::Missing,
    })
}

fn got(found: ScopeValue, name: &str) -> Got {
    match found {
        ScopeValue::Known(data) => Got::Value(data, false),
        ScopeValue::PerHost(text) => {
            let pieces = vec![Piece::Variable(name.into())];
            Got::Value(Data::new(Value::PerHost(Arc::new(PerHost { text: text.into(), pieces }))), true)
        }
        ScopeValue::Missing => Got::Missing,
        ScopeValue::Unknown(why) => Got::Value(Data::new(Value::Unknown(why.into())), false),
    }
}

/// The segments of a key, if it has any and all are names.
fn names(key: &Key) -> Option<Vec<&str>> {
    let path = key.segments.iter().map(|segment| match segment {
        key::Segment::Name(name) => Some(name.as_str()),
        key::Segment::Index(_) => None,
    });
    let path: Option<Vec<&str>> = path.collect();
    path.filter(|p| !p.is_empty())
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    if !text.is_empty() {
        parts.push(Part::Text(text.into()));
    }
}

fn part(inner: &str, whole: &str, is_whole: bool) -> Option<Part> {
    if matches!(inner, "" | "::" | "\"\"" | "''" | "\"::\"" | "'::'") {
        return None;
    }
    let Some((method, argument)) = method(inner) else { return Some(var(inner, whole)) };
    Some(match method {
        "lookup" | "hiera" => Part::Lookup(argument.into()),
        "literal" => Part::Text(argument.into()),
        "scope" => var(argument, whole),
        "alias" if is_whole => Part::Alias(argument.into()),
        "alias" => Part::Bad(HieraError::new(
            "'alias' interpolation is only permitted if the expression is equal to the entire string",
            "use lookup() instead of alias(), or remove the text around it",
        )),
        other => Part::Bad(HieraError::new(
            format!("Unknown interpolation method '{other}'"),
            "use lookup, hiera, alias, literal or scope",
        )),
    })
}

fn var(name: &str, whole: &str) -> Part {
    match Key::parse(name) {
        Ok(key) => Part::Var(key),
        Err(error) => Part::Bad(HieraError::new(format!("Syntax error in string: {whole}"), error.help)),
    }
}

/// `name('argument')` or `name("argument")`.
fn method(inner: &str) -> Option<(&str, &str)> {
    let (name, rest) = inner.split_once('(')?;
    let argument = rest.strip_suffix(')')?;
    let quote = argument.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let text = argument.get(1..)?.strip_suffix(quote)?;
    let is_word = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (is_word && !text.is_empty() && !text.contains(quote)).then_some((name, text))
}

/// Appends a value as Ruby's `to_s` would print it.
pub(crate) fn push_data(data: &Data, out: &mut String) {
    match &data.value {
        Value::Undef => {}
        Value::Str(text) => out.push_str(text),
        Value::PerHost(inner) => out.push_str(&inner.text),
        _ => inspect(data, out),
    }
}

fn inspect(data: &Data, out: &mut String) {
    match &data.value {
        Value::Undef => out.push_str("nil"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Int(i) => out.push_str(&i.to_string()),
        Value::Float(f) => out.push_str(&ruby_float(*f)),
        Value::Str(text) => out.push_str(&ruby_string(text)),
        Value::PerHost(inner) => out.push_str(&ruby_string(&inner.text)),
        Value::Symbol(name) => {
            out.push(':');
            out.push_str(name);
        }
        Value::Regexp(source) => out.push_str(&format!("/{source}/")),
        Value::Unknown(_) => out.push('?'),
        Value::Array(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                out.push_str(if place > 0 { ", " } else { "" });
                inspect(item, out);
            }
            out.push(']');
        }
        Value::Hash(hash) => {
            out.push('{');
            for (place, (key, value)) in hash.iter().enumerate() {
                out.push_str(if place > 0 { ", " } else { "" });
                inspect(key, out);
                out.push_str("=>");
                inspect(value, out);
            }
            out.push('}');
        }
    }
}

fn ruby_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{1b}' => out.push_str("\\e"),
            '#' if matches!(chars.peek(), Some('{' | '$' | '@')) => out.push_str("\\#"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// As Ruby prints floats: `1.0`, `1.0e+20`.
pub(crate) fn ruby_float(f: f64) -> String {
    if f.is_nan() {
        return "NaN".into();
    }
    if f.is_infinite() {
        return if f > 0.0 { "Infinity" } else { "-Infinity" }.into();
    }
    let size = f.abs();
    if f == 0.0 || (1e-4..1e16).contains(&size) {
        let text = format!("{f}");
        return if text.contains('.') { text } else { format!("{text}.0") };
    }
    let text = format!("{f:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = if digits.contains('.') { digits.to_owned() } else { format!("{digits}.0") };
    let (sign, number) = exponent.strip_prefix('-').map_or(('+', exponent), |n| ('-', n));
    format!("{digits}e{sign}{number:0>2}")
}
