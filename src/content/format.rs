//! Which format a file has: by its first line, its name in the repository, its name on the host.

use serde::Deserialize;
use std::sync::OnceLock;

const ROWS: &str = include_str!("../../rules/knowledge/formats.toml");

/// The parsers that are built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Parser {
    Yaml,
    Json,
    Python,
    Shell,
    Ruby,
    Erb,
    Epp,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Format {
    #[serde(rename = "id")]
    _id: String,
    pub(crate) parser: Parser,
    #[serde(default)]
    extensions: Vec<String>,
    #[serde(default)]
    interpreters: Vec<String>,
    #[serde(default)]
    names: Vec<String>,
    pub(crate) what_breaks: String,
}

/// Settings of one program that it iterates over.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SequenceSetting {
    pub(crate) program: String,
    pub(crate) file: String,
    pub(crate) names: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Formats {
    #[serde(default)]
    format: Vec<Format>,
    #[serde(default)]
    pub(crate) sequence_setting: Vec<SequenceSetting>,
}

/// The rows, read once. A test keeps them readable.
pub(crate) fn rows() -> &'static Formats {
    static FORMATS: OnceLock<Formats> = OnceLock::new();
    FORMATS.get_or_init(|| toml::from_str(ROWS).unwrap_or_default())
}

/// The format of a file; `None` if it is none that can be judged.
pub(crate) fn detect(path: &str, target: Option<&str>, text: &str) -> Option<&'static Format> {
    let formats = &rows().format;
    let template = formats.iter().find(|f| matches!(f.parser, Parser::Erb | Parser::Epp) && f.has_name(path));
    if template.is_some() {
        return template;
    }
    // A template by its folder: the name tells what it renders to.
    if path.contains("/templates/") && text.contains("<%") {
        return formats.iter().find(|f| f.parser == Parser::Erb);
    }
    if let Some(line) = text.strip_prefix("#!") {
        let interpreter = interpreter(line.lines().next().unwrap_or_default())?;
        return formats.iter().find(|f| f.interpreters.contains(&interpreter));
    }
    formats.iter().find(|f| f.has_name(path)).or_else(|| formats.iter().find(|f| target.is_some_and(|t| f.has_name(t))))
}

impl Format {
    fn has_name(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let extension = name.rsplit_once('.').map(|(_, e)| e);
        self.names.iter().any(|n| n == name) || self.extensions.iter().any(|e| Some(e.as_str()) == extension)
    }
}

/// `/usr/bin/env python3 -u` is `python`.
fn interpreter(line: &str) -> Option<String> {
    let mut words = line.split_whitespace().map(|w| w.rsplit('/').next().unwrap_or(w));
    let mut word = words.next()?;
    while word == "env" || word.starts_with('-') || word.contains('=') {
        word = words.next()?;
    }
    let plain = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    Some(if plain.is_empty() { word.to_owned() } else { plain.to_owned() })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::{Formats, Parser, ROWS, detect};

    #[test]
    fn the_rows_can_be_read() {
        let rows: Formats = toml::from_str(ROWS).unwrap();
        assert!(rows.format.len() >= 7 && !rows.sequence_setting.is_empty());
    }

    #[test]
    fn the_first_line_decides_then_the_names() {
        for (path, target, text, parser) in [
            ("m/files/x.py", None, "x = 1\n", Some(Parser::Python)),
            ("m/files/x.py", None, "#!/usr/bin/env bash\n", Some(Parser::Shell)),
            ("m/files/tool", None, "#!/usr/bin/python3 -u\n", Some(Parser::Python)),
            ("m/files/tool", None, "#!/usr/bin/env -S FOO=1 python3.9\n", Some(Parser::Python)),
            ("m/files/tool.sh", None, "#!/usr/bin/perl\n", None),
            ("m/templates/x.yaml.erb", Some("/etc/x.yaml"), "", Some(Parser::Erb)),
            ("m/templates/tool", None, "#!/bin/sh\n<%= @x %>\n", Some(Parser::Erb)),
            ("m/files/conf", Some("/etc/x.yaml"), "a: 1", Some(Parser::Yaml)),
            ("m/files/conf", Some("/etc/x.conf"), "a: 1", None),
        ] {
            assert_eq!(detect(path, target, text).map(|f| f.parser), parser, "{path} {text:?}");
        }
    }
}
