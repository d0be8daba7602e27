//! `to_yaml` in the layout of Ruby's Psych over libyaml, line folding included.

use super::args::{Outcome, arg, count};
use crate::eval::interp::{Block, Interp};
use crate::value::{Entries, Value, display, regex};

/// Width at which libyaml folds.
const WIDTH: usize = 80;

/// How a string is written.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    Plain,
    Single,
    Double,
    Literal,
}

pub(super) fn to_yaml(_: &mut dyn Interp, args: &[Value], _: Option<Block>) -> Outcome {
    count("to_yaml", args, 1, 2)?;
    Ok(Value::str(dump(arg(args, 0))))
}

/// A document.
#[must_use]
pub(crate) fn dump(value: &Value) -> String {
    let mut out = Emitter { text: "---".to_owned(), column: 3 };
    out.node(value, 0, Place::Root);
    out.newline();
    out.text
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Root,
    Item,
    Value,
}

struct Emitter {
    text: String,
    column: usize,
}

impl Emitter {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        match text.rfind('\n') {
            Some(at) => self.column = text.get(at + 1..).map_or(0, |t| t.chars().count()),
            None => self.column += text.chars().count(),
        }
    }

    fn newline(&mut self) {
        if !self.text.ends_with('\n') {
            self.push("\n");
        }
    }

    fn line(&mut self, indent: usize) {
        self.newline();
        self.push(&" ".repeat(indent));
    }

    /// A value after `---`, `- ` or `key:`.
    fn node(&mut self, value: &Value, indent: usize, place: Place) {
        match value {
            Value::Array(a) if a.items.is_empty() => self.push(" []"),
            Value::Hash(h) if h.entries.is_empty() => self.push(" {}"),
            Value::Array(a) => {
                let inline = place == Place::Item;
                for (i, item) in a.items.iter().enumerate() {
                    if i == 0 && inline {
                        self.push(" -");
                    } else {
                        self.line(indent);
                        self.push("-");
                    }
                    self.node(item, indent + 2, Place::Item);
                }
            }
            Value::Hash(h) => self.mapping(&h.entries, indent, place),
            other => self.scalar(other, indent),
        }
    }

    fn mapping(&mut self, entries: &Entries, indent: usize, place: Place) {
        for (i, (key, value)) in entries.iter().enumerate() {
            if i == 0 && place == Place::Item {
                self.push(" ");
            } else {
                self.line(indent);
            }
            self.key(key, indent);
            let inner = match value {
                Value::Array(_) => indent,
                _ => indent + 2,
            };
            self.node(value, inner, Place::Value);
        }
    }

    fn key(&mut self, key: &Value, indent: usize) {
        match key {
            Value::Array(_) | Value::Hash(_) => {
                self.push("?");
                self.node(key, indent + 2, Place::Item);
                self.line(indent);
                self.push(":");
            }
            Value::Undef => self.push("! '':"),
            Value::Str(s) => {
                let style = match style_of(&s.text) {
                    Style::Literal => Style::Double,
                    other => other,
                };
                self.string(&s.text, style, indent, false);
                self.push(":");
            }
            other => {
                self.push(&plain(other));
                self.push(":");
            }
        }
    }

    fn scalar(&mut self, value: &Value, indent: usize) {
        match value {
            Value::Undef => {}
            Value::Str(s) => {
                self.push(" ");
                if s.text == "<<" {
                    self.push("!!str ");
                }
                self.string(&s.text, style_of(&s.text), indent.max(2), true);
            }
            other => {
                self.push(" ");
                self.push(&plain(other));
            }
        }
    }

    fn string(&mut self, text: &str, style: Style, indent: usize, fold: bool) {
        match style {
            Style::Plain => self.folded(text, indent, fold),
            Style::Single => {
                self.push("'");
                self.single(&text.replace('\'', "''"), indent, fold);
                self.push("'");
            }
            Style::Double => self.double(text, indent, fold),
            Style::Literal => self.literal(text, indent),
        }
    }

    fn single(&mut self, text: &str, indent: usize, fold: bool) {
        if let Some(head) = text.strip_suffix('\n') {
            self.folded(head, indent, fold);
            self.push("\n\n");
            self.push(&" ".repeat(indent));
        } else {
            self.folded(text, indent, fold);
        }
    }

    /// Text broken at single blanks past the width.
    fn folded(&mut self, text: &str, indent: usize, fold: bool) {
        let chars: Vec<char> = text.chars().collect();
        let mut after_space = false;
        for (i, c) in chars.iter().enumerate() {
            let inside = i > 0 && i + 1 < chars.len();
            if *c == ' ' && fold && inside && !after_space && self.column > WIDTH && chars.get(i + 1) != Some(&' ') {
                self.push("\n");
                self.push(&" ".repeat(indent));
                after_space = true;
                continue;
            }
            after_space = *c == ' ';
            let mut buffer = [0; 4];
            self.push(c.encode_utf8(&mut buffer));
        }
    }

    fn double(&mut self, text: &str, indent: usize, fold: bool) {
        self.push("\"");
        let chars: Vec<char> = text.chars().collect();
        let mut after_space = false;
        for (i, c) in chars.iter().enumerate() {
            let inside = i > 0 && i + 1 < chars.len();
            if *c == ' ' && fold && inside && !after_space && self.column > WIDTH {
                self.push("\n");
                self.push(&" ".repeat(indent));
                if chars.get(i + 1) == Some(&' ') {
                    self.push("\\");
                }
                after_space = true;
                continue;
            }
            after_space = *c == ' ';
            self.push(&escaped(*c));
        }
        self.push("\"");
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.push("|");
        if text.starts_with([' ', '\n']) {
            self.push("2");
        }
        if !text.ends_with('\n') {
            self.push("-");
        } else if text.ends_with("\n\n") || text == "\n" {
            self.push("+");
        }
        let body = text.strip_suffix('\n').unwrap_or(text);
        for line in body.split('\n') {
            self.push("\n");
            if !line.is_empty() {
                self.push(&" ".repeat(indent));
                self.push(line);
            }
        }
        if text.ends_with("\n\n") {
            self.push("\n");
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Float(f) if f.is_nan() => ".nan".to_owned(),
        Value::Float(f) if f.is_infinite() => if *f > 0.0 { ".inf" } else { "-.inf" }.to_owned(),
        Value::Float(f) => display::float(*f),
        Value::Default => ":default".to_owned(),
        other => other.to_string(),
    }
}

fn escaped(c: char) -> String {
    match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\0' => "\\0".to_owned(),
        '\x07' => "\\a".to_owned(),
        '\x08' => "\\b".to_owned(),
        '\t' => "\\t".to_owned(),
        '\n' => "\\n".to_owned(),
        '\x0b' => "\\v".to_owned(),
        '\x0c' => "\\f".to_owned(),
        '\r' => "\\r".to_owned(),
        '\x1b' => "\\e".to_owned(),
        '\u{85}' => "\\N".to_owned(),
        '\u{a0}' => "\u{a0}".to_owned(),
        '\u{2028}' => "\\L".to_owned(),
        '\u{2029}' => "\\P".to_owned(),
        c if (c as u32) < 0x20 || c as u32 == 0x7f => format!("\\x{:02X}", c as u32),
        c => c.to_string(),
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    regex::is_match(pattern, text).unwrap_or(false)
}

/// The style Psych asks for, corrected by what libyaml allows.
fn style_of(text: &str) -> Style {
    let special = text.chars().any(|c| {
        matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
            || (c as u32) < 0x20 && c != '\n'
            || c as u32 == 0x7f
    });
    if special {
        return Style::Double;
    }
    if matches(r"\n(?!\Z)", text) {
        // A blank before a line break cannot stand in a block.
        return if text.contains(" \n") { Style::Double } else { literal_or_double(text) };
    }
    if text == "<<" {
        return Style::Single;
    }
    if matches!(text, "y" | "n" | "Y" | "N") || matches(r"^[^[:word:]][^\x22]*$", text) && !text.is_empty() {
        return Style::Double;
    }
    if text.is_empty() || !reads_as_string(text) {
        return Style::Single;
    }
    if plain_allowed(text) { Style::Plain } else { Style::Single }
}

/// Leading line breaks and trailing ones beyond the first need quotes.
fn literal_or_double(text: &str) -> Style {
    if text.trim_matches('\n').is_empty() || text.ends_with("\n\n") && !text.trim_end_matches('\n').contains('\n') {
        Style::Double
    } else {
        Style::Literal
    }
}

/// Whether YAML 1.1, as Psych reads it, takes the bare text for a string.
fn reads_as_string(text: &str) -> bool {
    let other = [
        r"\A(yes|true|on|no|false|off)\z",
        r"\A(null|~)\z",
        r"\A[-+]?0[0-7_,]*\z",
        r"\A[-+]?(0|[1-9](?:[0-9]|,[0-9]|_[0-9])*)\z",
        r"\A[-+]?0[bB][01_,]+\z",
        r"\A[-+]?0[xX][0-9a-fA-F_,]+\z",
        r"\A0[0-9]+\z",
        r"\A(?:[-+]?([0-9][0-9_,]*)?\.[0-9]*([eE][+-][0-9]+)?(?# base 10))\z",
        r"\A[-+]?\.(inf|nan)\z",
        r"\A\d{4}-\d{1,2}-\d{1,2}([Tt]|\s+|\z)",
        r"\A[-+]?[0-9][0-9_]*(:[0-5]?[0-9]){1,2}(\.[0-9_]*)?\z",
        r"\A0[0-7]*\.[0-9]+\z",
        r"\A:.",
    ];
    let bare = text.to_lowercase();
    !other.iter().any(|p| matches(p, &bare))
}

fn plain_allowed(text: &str) -> bool {
    let first = text.chars().next().unwrap_or(' ');
    let indicator = ",[]{}#&*!|>'\"%@`".contains(first)
        || matches!(first, '-' | '?' | ':') && text.chars().nth(1).is_none_or(char::is_whitespace);
    let blank_ends = text.starts_with(' ') || text.ends_with(' ') || text.ends_with('\n');
    !(indicator
        || blank_ends
        || text.contains(": ")
        || text.ends_with(':')
        || text.contains(" #")
        || text.starts_with("---")
        || text.starts_with("..."))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn strings_as_psych_writes_them() {
        let table = [
            ("a", "--- a\n"),
            ("a\n", "--- 'a\n\n  '\n"),
            ("a\nb", "--- |-\n  a\n  b\n"),
            ("a\nb\n", "--- |\n  a\n  b\n"),
            ("", "--- ''\n"),
            (" a", "--- \" a\"\n"),
            ("a ", "--- 'a '\n"),
            ("a: b", "--- 'a: b'\n"),
            ("yes", "--- 'yes'\n"),
            ("y", "--- \"y\"\n"),
            ("08", "--- '08'\n"),
            ("1e3", "--- 1e3\n"),
            ("1.2.3", "--- 1.2.3\n"),
            ("/x", "--- \"/x\"\n"),
            ("a\tb", "--- \"a\\tb\"\n"),
            ("12:30:00", "--- '12:30:00'\n"),
            ("it's", "--- it's\n"),
            ("0o17", "--- 0o17\n"),
            ("5.", "--- '5.'\n"),
            (" a\nb", "--- |2-\n   a\n  b\n"),
        ];
        for (text, expected) in table {
            assert_eq!(dump(&Value::str(text)), expected, "{text:?}");
        }
    }

    #[test]
    fn long_strings_fold() {
        let text = "a b ".repeat(30);
        let folded = dump(&Value::str(text));
        assert!(folded.lines().next().unwrap().ends_with("a b a b a"), "{folded}");
        assert_eq!(folded.lines().count(), 2);
    }

    #[test]
    fn collections() {
        let list = |items: Vec<Value>| Value::array(items);
        let hash =
            |pairs: Vec<(&str, Value)>| Value::hash(pairs.into_iter().map(|(k, v)| (Value::str(k), v)).collect());
        let nested = list(vec![
            list(vec![Value::Int(1), list(vec![Value::Int(2)])]),
            hash(vec![("a", list(vec![Value::Int(1)]))]),
        ]);
        assert_eq!(dump(&nested), "---\n- - 1\n  - - 2\n- a:\n  - 1\n");
        let tree = hash(vec![
            ("a", Value::Undef),
            ("b", list(vec![])),
            ("d", hash(vec![("e", Value::Int(1))])),
            ("f", list(vec![hash(vec![("g", Value::Int(1)), ("h", Value::Int(2))]), Value::Int(3)])),
        ]);
        assert_eq!(dump(&tree), "---\na:\nb: []\nd:\n  e: 1\nf:\n- g: 1\n  h: 2\n- 3\n");
    }
}
