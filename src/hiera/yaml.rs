//! YAML files as data: the first document, as Ruby's Psych would load it, each value with its line.
//!
//! Duplicate keys are allowed (the last wins, and it is noted). Aliases share their target; what
//! they would expand to is bounded, and one that holds itself is an error.

use std::sync::Arc;

use ecow::EcoString;
use libyaml_safer::{Event, EventData, Parser};
use rustc_hash::{FxHashMap, FxHashSet};

use super::data::{Data, Hash, Origin, Value};
use super::error::HieraError;
use super::scalar::{self, Scalar};

/// Larger data files are refused.
pub(crate) const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Values in one file, aliases expanded.
const MAX_WEIGHT: u64 = 2_000_000;
/// Nesting in one file.
const MAX_DEPTH: usize = 200;

/// A data file that was read.
#[derive(Debug, Clone)]
pub struct DataFile {
    /// The first document; `Undef` when the file is empty.
    pub root: Data,
    /// Oddities worth telling, with their lines.
    pub notes: Vec<(u32, String)>,
    /// The first object of a Ruby class that a safe load refuses, with its line.
    pub(crate) refused: Option<(String, u32)>,
    /// The same, regular expressions apart.
    pub(crate) refused_but_regexp: Option<(String, u32)>,
}

/// Reads the first document of a YAML text.
pub fn load(file: &Arc<str>, text: &[u8]) -> Result<DataFile, HieraError> {
    if text.len() > MAX_BYTES {
        let message = format!("{} bytes of data are over the limit of {MAX_BYTES}", text.len());
        return Err(HieraError::new(message, "split the file").at(file, 1));
    }
    let mut input = text;
    let mut parser = Parser::new();
    parser.set_input_string(&mut input);
    let mut loader = Loader {
        file,
        parser,
        anchors: FxHashMap::default(),
        open: Vec::new(),
        out: DataFile { root: Data::new(Value::Undef), notes: Vec::new(), refused: None, refused_but_regexp: None },
        weight: 0,
    };
    loader.document()?;
    Ok(loader.out)
}

/// A finished value and what it would weigh with its aliases expanded.
#[derive(Clone)]
struct Node {
    data: Data,
    weight: u64,
}

struct Loader<'a, R> {
    file: &'a Arc<str>,
    parser: Parser<R>,
    anchors: FxHashMap<String, Node>,
    /// Anchors of collections that are not closed yet.
    open: Vec<String>,
    out: DataFile,
    weight: u64,
}

impl<R: std::io::BufRead> Loader<'_, R> {
    fn next(&mut self) -> Result<Event, HieraError> {
        self.parser.parse().map_err(|error| {
            let line = error.problem_mark().map_or(1, |mark| line_number(mark.line));
            HieraError::new(format!("not YAML: {error}"), "correct the syntax").at(self.file, line)
        })
    }

    fn document(&mut self) -> Result<(), HieraError> {
        loop {
            let event = self.next()?;
            match event.data {
                EventData::StreamStart { .. } | EventData::DocumentStart { .. } => {}
                EventData::StreamEnd | EventData::DocumentEnd { .. } => return Ok(()),
                _ => {
                    self.out.root = self.node(event, 0)?.data;
                    // What is wrong after it shows only where the document ends.
                    return self.next().map(|_| ());
                }
            }
        }
    }

    fn error(&self, line: u32, message: String, help: &str) -> HieraError {
        HieraError::new(message, help).at(self.file, line)
    }

    fn node(&mut self, event: Event, depth: usize) -> Result<Node, HieraError> {
        let line = line_number(event.start_mark.line);
        if depth > MAX_DEPTH {
            let message = format!("nested deeper than {MAX_DEPTH} levels");
            return Err(self.error(line, message, "flatten the data"));
        }
        let (node, anchor) = match event.data {
            EventData::Alias { anchor } => return self.alias(&anchor, line),
            EventData::Scalar { anchor, tag, value, quoted_implicit, .. } => {
                (self.scalar(tag.as_deref(), &value, quoted_implicit, line), anchor)
            }
            EventData::SequenceStart { anchor, tag, .. } => {
                self.open.extend(anchor.clone());
                let node = self.sequence(line, depth)?;
                (self.tagged(node, tag.as_deref(), line), self.close(anchor))
            }
            EventData::MappingStart { anchor, tag, .. } => {
                self.open.extend(anchor.clone());
                let node = self.mapping(line, depth)?;
                (self.tagged(node, tag.as_deref(), line), self.close(anchor))
            }
            _ => return Err(self.error(line, "unexpected end of data".into(), "correct the syntax")),
        };
        if let Some(name) = anchor {
            self.anchors.insert(name, node.clone());
        }
        Ok(node)
    }

    fn close(&mut self, anchor: Option<String>) -> Option<String> {
        if anchor.is_some() {
            self.open.pop();
        }
        anchor
    }

    fn alias(&mut self, name: &str, line: u32) -> Result<Node, HieraError> {
        if self.open.iter().any(|open| open == name) {
            let message = format!("the alias `*{name}` is inside its own anchor `&{name}`");
            return Err(self.error(line, message, "write the value out instead of referring to itself"));
        }
        let Some(node) = self.anchors.get(name).cloned() else {
            return Err(self.error(line, format!("Unknown alias: {name}"), "define the anchor above its use"));
        };
        self.weight += node.weight;
        if self.weight > MAX_WEIGHT {
            let message = format!("aliases expand to more than {MAX_WEIGHT} values at `*{name}`");
            return Err(self.error(line, message, "do not nest aliases so deep"));
        }
        Ok(node)
    }

    fn scalar(&mut self, tag: Option<&str>, text: &str, quoted: bool, line: u32) -> Node {
        let value = match tag {
            _ if quoted => Value::Str(text.into()),
            None => self.plain(text, line),
            Some(tag) => self.tagged_scalar(tag, text, line),
        };
        self.weight += 1;
        Node { data: self.at(value, line), weight: 1 }
    }

    fn plain(&mut self, text: &str, line: u32) -> Value {
        match scalar::plain(text) {
            Scalar::Value(value) => value,
            Scalar::Class(class) => {
                self.refuse(class, line);
                Value::Unknown(format!("a Ruby {class}: {text}").into())
            }
        }
    }

    fn tagged_scalar(&mut self, tag: &str, text: &str, line: u32) -> Value {
        match tag {
            "!str" | "!ruby/string" | "tag:yaml.org,2002:str" => Value::Str(text.into()),
            "!float" | "tag:yaml.org,2002:float" => match scalar::number(text) {
                #[allow(clippy::cast_precision_loss)]
                Some(Value::Int(i)) => Value::Float(i as f64),
                Some(float) => float,
                None => Value::Unknown(format!("not a number: {text}").into()),
            },
            "!ruby/regexp" => {
                self.refuse("Regexp", line);
                Value::Regexp(regexp_source(text))
            }
            "!binary" | "tag:yaml.org,2002:binary" => Value::Unknown("binary data".into()),
            _ if tag.starts_with("!ruby/sym") => Value::Symbol(text.into()),
            _ => match refused_class(tag, text) {
                Some(class) => {
                    self.refuse(&class, line);
                    Value::Unknown(format!("a Ruby {class}").into())
                }
                None => self.plain(text, line),
            },
        }
    }

    fn tagged(&mut self, node: Node, tag: Option<&str>, line: u32) -> Node {
        let Some(class) = tag.and_then(|tag| refused_class(tag, "")) else { return node };
        self.refuse(&class, line);
        node
    }

    fn refuse(&mut self, class: &str, line: u32) {
        let place = (class.to_owned(), line);
        self.out.refused.get_or_insert_with(|| place.clone());
        if class != "Regexp" {
            self.out.refused_but_regexp.get_or_insert(place);
        }
    }

    fn sequence(&mut self, line: u32, depth: usize) -> Result<Node, HieraError> {
        let (mut items, mut weight) = (Vec::new(), 1);
        loop {
            let event = self.next()?;
            if matches!(event.data, EventData::SequenceEnd) {
                break;
            }
            let node = self.node(event, depth + 1)?;
            weight += node.weight;
            items.push(node.data);
        }
        self.weight += 1;
        Ok(Node { data: self.at(Value::Array(items.into()), line), weight })
    }

    fn mapping(&mut self, line: u32, depth: usize) -> Result<Node, HieraError> {
        let (mut hash, mut weight) = (Hash::default(), 1);
        let mut own: FxHashSet<EcoString> = FxHashSet::default();
        loop {
            let event = self.next()?;
            if matches!(event.data, EventData::MappingEnd) {
                break;
            }
            let key_line = line_number(event.start_mark.line);
            let key = self.node(event, depth + 1)?;
            let event = self.next()?;
            let value = self.node(event, depth + 1)?;
            weight += key.weight + value.weight;
            if key.data.as_str() == Some("<<") && merge_into(&mut hash, &value.data) {
                continue;
            }
            // Setting over what `<<` brought along is its purpose; only keys written out count.
            let name = key.data.as_str().map(EcoString::from);
            hash.insert(symbol_to_text(key.data), value.data);
            if let Some(name) = name
                && !own.insert(name.clone())
            {
                self.out.notes.push((key_line, format!("`{name}` is set twice; the last one counts")));
            }
        }
        self.weight += 1;
        Ok(Node { data: self.at(Value::Hash(Arc::new(hash)), line), weight })
    }

    fn at(&self, value: Value, line: u32) -> Data {
        Data { value, at: Some(Origin { file: Arc::clone(self.file), line }) }
    }
}

/// `<<`: the entries of a mapping, or of several of which the first wins. False if it is neither.
fn merge_into(hash: &mut Hash, value: &Data) -> bool {
    if let Some(other) = value.as_hash() {
        for (key, value) in other.iter() {
            hash.insert(key.clone(), value.clone());
        }
        return true;
    }
    let Some(items) = value.as_array() else { return false };
    if items.iter().any(|item| item.as_hash().is_none()) {
        return false;
    }
    items.iter().rev().for_each(|item| {
        merge_into(hash, item);
    });
    true
}

/// Puppet turns symbols that are keys into text.
fn symbol_to_text(key: Data) -> Data {
    match key.value {
        Value::Symbol(name) => Data { value: Value::Str(name), at: key.at },
        _ => key,
    }
}

/// The class that a tag would make an object of.
fn refused_class(tag: &str, text: &str) -> Option<String> {
    let class = match tag.split_once(':') {
        Some(("!ruby/object", "Hash")) => return None,
        Some((
            "!ruby/object" | "!ruby/struct" | "!ruby/array" | "!seq" | "!map" | "!ruby/hash" | "!str" | "!ruby/string"
            | "!ruby/exception" | "!ruby/marshalable",
            class,
        )) => class.to_owned(),
        _ => match tag {
            "!ruby/object" => "Object".into(),
            "!ruby/struct" => "Struct".into(),
            "!ruby/exception" => "Exception".into(),
            "!ruby/range" => "Range".into(),
            "!ruby/class" | "!ruby/module" => text.to_owned(),
            "!set" | "tag:yaml.org,2002:set" => "Psych::Set".into(),
            _ => return None,
        },
    };
    Some(class)
}

/// `/a.b/i` -> `(?i)a.b`
fn regexp_source(text: &str) -> EcoString {
    let Some(inner) = text.strip_prefix('/') else { return text.into() };
    let Some((source, flags)) = inner.rsplit_once('/') else { return text.into() };
    let known: String = flags.chars().filter(|c| matches!(c, 'i' | 'm' | 'x')).collect();
    if known.is_empty() { source.into() } else { format!("(?{known}){source}").into() }
}

fn line_number(from_zero: u64) -> u32 {
    u32::try_from(from_zero).unwrap_or(u32::MAX - 1) + 1
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn read(text: &str) -> Result<DataFile, HieraError> {
        load(&Arc::from("f.yaml"), text.as_bytes())
    }

    #[test]
    fn hostile_files_are_refused_with_line_and_remedy() {
        let laughs: String =
            (1..12).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", "))).collect();
        let nested = format!("a: {}1{}", "[".repeat(300), "]".repeat(300));
        for (text, line, message) in [
            ("a: &x\n  - 1\n  - *x\n", 3, "inside its own anchor"),
            ("a: &x {b: *x}\n", 1, "inside its own anchor"),
            ("a: 1\nb: *nope\n", 2, "Unknown alias: nope"),
            (&format!("a0: &a0 x\n{laughs}"), 8, "expand to more than"),
            (&nested, 1, "nested deeper"),
            ("a: [1\nb: 2\n", 2, "not YAML"),
            ("\ta: 1\n", 1, "not YAML"),
            ("a a\nb: 1\n", 2, "mapping values are not allowed"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.message.contains(message), "{error}");
            assert_eq!(
                (error.line, error.file.as_deref(), error.help.is_empty()),
                (Some(line), Some("f.yaml"), false),
                "{error}"
            );
        }
        let _ = read(&"[".repeat(10_000)).unwrap_err();
        let _ = read(&"? ".repeat(10_000)).unwrap_err();
    }

    #[test]
    fn keeps_lines_merges_and_tells_duplicates() {
        let file = read("a: &d {x: 1, y: 2}\nb:\n  <<: *d\n  y: 3\na: 4\n").unwrap();
        let root = file.root.as_hash().unwrap();
        assert_eq!(root.get("a").unwrap().value, Value::Int(4));
        assert_eq!(root.get("b").unwrap().as_hash().unwrap().get("x").unwrap().at.as_ref().unwrap().line, 1);
        assert_eq!(root.get("b").unwrap().as_hash().unwrap().get("y").unwrap().value, Value::Int(3));
        assert_eq!(file.notes, [(5, "`a` is set twice; the last one counts".to_owned())]);
        assert_eq!(read("").unwrap().root.value, Value::Undef);
        assert_eq!(read("a: 2020-01-01\n").unwrap().refused, Some(("Date".into(), 1)));
    }
}
