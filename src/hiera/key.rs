//! Dotted keys: splitting them and digging with them.

use super::data::{Data, Value};
use super::error::HieraError;

/// One part of a dotted key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment {
    Name(String),
    Index(i64),
}

impl Segment {
    /// As a member of the list that a function is handed.
    pub(crate) fn as_data(&self) -> Data {
        match self {
            Self::Name(name) => Data::str(name.as_str()),
            Self::Index(index) => Data::new(Value::Int(*index)),
        }
    }
}

/// A key: its root, and what to dig for in the value found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) root: String,
    pub(crate) segments: Vec<Segment>,
}

impl Key {
    /// Splits at dots; quoted parts keep theirs.
    pub(crate) fn parse(text: &str) -> Result<Self, HieraError> {
        if !text.contains(['\'', '"', '.']) {
            return Ok(Self { root: text.into(), segments: Vec::new() });
        }
        let syntax = || HieraError::new(format!("Syntax error in key: '{text}'"), "quote parts that hold dots");
        let mut parts = split(text).ok_or_else(syntax)?.into_iter();
        let root = match parts.next().ok_or_else(syntax)? {
            Segment::Name(name) => name,
            Segment::Index(number) => number.to_string(),
        };
        Ok(Self { root, segments: parts.collect() })
    }

    /// A key that is not split, as automatic parameter lookup uses.
    pub(crate) fn whole(text: &str) -> Self {
        Self { root: text.into(), segments: Vec::new() }
    }

    /// `a` of `a::b::c`.
    pub(crate) fn module(&self) -> Option<&str> {
        self.root.split_once("::").map(|(module, _)| module).filter(|m| !m.is_empty())
    }
}

fn split(text: &str) -> Option<Vec<Segment>> {
    let mut out = Vec::new();
    let mut rest = text;
    loop {
        let (segment, tail) = one(rest)?;
        out.push(segment);
        if tail.is_empty() {
            return Some(out);
        }
        rest = tail.strip_prefix('.')?;
    }
}

fn one(text: &str) -> Option<(Segment, &str)> {
    let trimmed = text.trim_start();
    if let Some(quote) = trimmed.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let (name, tail) = trimmed.get(1..)?.split_once(quote)?;
        return (!name.is_empty()).then(|| (Segment::Name(name.into()), tail.trim_start()));
    }
    let end = text.find(['\'', '"', '.']).unwrap_or(text.len());
    let (name, tail) = text.split_at(end);
    let name = name.trim();
    if end == 0 {
        return None;
    }
    let is_number = name.trim_start_matches(['+', '-', ':']).bytes().all(|b| b.is_ascii_digit());
    let number = name.parse().ok().filter(|_| is_number && !name.is_empty());
    Some((number.map_or_else(|| Segment::Name(name.into()), Segment::Index), tail))
}

/// Digs into a value. `None`: there is nothing there.
pub(crate) fn dig(key: &str, segments: &[Segment], value: &Data) -> Result<Option<Data>, HieraError> {
    let mut value = value;
    for segment in segments {
        let next = match (&value.value, segment) {
            (Value::Undef, _) => None,
            (Value::Unknown(_), _) => return Ok(Some(value.clone())),
            (Value::Array(items), Segment::Index(i)) => usize::try_from(*i).ok().and_then(|i| items.get(i)),
            (Value::Hash(hash), Segment::Name(name)) => hash.get(name),
            (Value::Hash(hash), Segment::Index(i)) => hash.get_data(&Data::new(Value::Int(*i))),
            (Value::Int(number), _) => return Err(no_method(*number)),
            _ => return Err(mismatch(key, segment, value)),
        };
        match next {
            Some(inner) => value = inner,
            None => return Ok(None),
        }
    }
    Ok(Some(value.clone()))
}

/// A number has a `[]` in Ruby, so Puppet takes it for a hash and fails.
fn no_method(number: i64) -> HieraError {
    let message = format!("undefined method `include?' for {number}:Integer");
    HieraError::new(message, "look the value up without the last part of the key, or make it a hash")
}

fn mismatch(key: &str, segment: &Segment, value: &Data) -> HieraError {
    let class = match &value.value {
        Value::Bool(true) => "TrueClass",
        Value::Bool(false) => "FalseClass",
        Value::Array(_) => "Array",
        Value::Symbol(_) => "Symbol",
        _ => value.type_name(),
    };
    let segment = match segment {
        Segment::Name(name) => name.clone(),
        Segment::Index(i) => i.to_string(),
    };
    let error = HieraError::new(
        format!(
            "Data Provider type mismatch: Got {class} when a hash-like object was expected to access value using '{segment}' from key '{key}'"
        ),
        "look the value up without the last part of the key, or make it a hash",
    );
    match &value.at {
        Some(at) => error.at(&at.file, at.line),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn splits_dotted_keys() {
        let show = |text| match Key::parse(text) {
            Err(error) => error.message,
            Ok(key) => format!("{:?}", (key.root, key.segments)),
        };
        assert_eq!(show("a::b"), r#"("a::b", [])"#);
        assert_eq!(show("a.b.0"), r#"("a", [Name("b"), Index(0)])"#);
        assert_eq!(show(r#""a.b".c"#), r#"("a.b", [Name("c")])"#);
        assert_eq!(show("facts.os.\"family\""), r#"("facts", [Name("os"), Name("family")])"#);
        for bad in ["a..b", ".a", "a.", "a'b'", "literal('')", "''"] {
            assert!(show(bad).starts_with("Syntax error"), "{bad}: {}", show(bad));
        }
    }
}
