//! Command knowledge: what the commands in maintainer scripts take away, as rows of
//! `rules/knowledge/commands.toml`, and what an ordinary host has.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::Deserialize;

use super::report::DeedKind;
use super::text::Value;

/// All rows.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Knowledge {
    /// Directories that many packages share: no package's removal takes them.
    shared_dirs: BTreeSet<String>,
    stock: Stock,
    /// Shell libraries whose commands have rows here, and their package; a `*` ends the start of a name.
    libraries: BTreeMap<String, String>,
    /// Library -> shell text that does what its functions come to.
    library_functions: BTreeMap<String, String>,
    command: Vec<Command>,
    #[serde(skip)]
    by_name: BTreeMap<String, usize>,
}

/// What an ordinary host has, and has not.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stock {
    commands: BTreeSet<String>,
    usual_commands: BTreeSet<String>,
    absent_commands: BTreeSet<String>,
    users: BTreeSet<String>,
    /// Alternatives that a package of every ordinary host offers as well.
    alternatives: BTreeSet<String>,
    present: Vec<String>,
    absent: Vec<String>,
    /// Endings of files that other tools leave behind now and then.
    leftovers: Vec<String>,
}

/// One command, or several that are alike.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Command {
    pub(crate) names: Vec<String>,
    #[serde(default)]
    pub(crate) flags: BTreeSet<String>,
    /// Options that take the next argument.
    #[serde(default)]
    pub(crate) valued: BTreeSet<String>,
    /// An option that is in neither list is a usage error: nothing is done.
    #[serde(default)]
    pub(crate) strict: bool,
    /// `ok` unless it says otherwise.
    #[serde(default)]
    pub(crate) status: Ending,
    /// A behaviour that rows cannot say; named here, written in Rust.
    #[serde(default)]
    pub(crate) special: String,
    #[serde(default)]
    pub(crate) act: Vec<Act>,
}

/// How a command ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Ending {
    #[default]
    Ok,
    Unknown,
}

/// What a command does, and when.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Act {
    pub(crate) does: DeedKind,
    pub(crate) subject: Subject,
    /// Only with one of these options.
    #[serde(default)]
    pub(crate) with: Vec<String>,
    /// Not with any of these.
    #[serde(default)]
    pub(crate) without: Vec<String>,
    /// Only where the first operand is one of these.
    #[serde(default)]
    pub(crate) verb: Vec<String>,
    /// Only where the second operand is one of these.
    #[serde(default)]
    pub(crate) second: Vec<String>,
    #[serde(default)]
    pub(crate) possible: bool,
    #[serde(default)]
    pub(crate) why: String,
}

/// Which operands are the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Subject {
    All,
    First,
    Second,
    /// All but the first.
    Rest,
}

impl Subject {
    pub(crate) fn pick(self, operands: &[Value]) -> &[Value] {
        let len = operands.len();
        match self {
            Subject::All => operands,
            Subject::First => &operands[..len.min(1)],
            Subject::Second => &operands[len.min(1)..len.min(2)],
            Subject::Rest => &operands[len.min(1)..],
        }
    }
}

const BUILTIN: &str = include_str!("../../rules/knowledge/commands.toml");

impl Knowledge {
    /// The rows that are built in; a test holds them to the syntax.
    pub(crate) fn builtin() -> &'static Knowledge {
        static CELL: OnceLock<Knowledge> = OnceLock::new();
        CELL.get_or_init(|| Knowledge::parse(BUILTIN).unwrap_or_default())
    }

    fn parse(text: &str) -> Result<Knowledge, toml::de::Error> {
        let mut read: Knowledge = toml::from_str(text)?;
        let pairs = read.command.iter().enumerate();
        read.by_name = pairs.flat_map(|(i, c)| c.names.iter().map(move |n| (n.clone(), i))).collect();
        Ok(read)
    }

    pub(crate) fn command(&self, name: &str) -> Option<&Command> {
        let base = name.rsplit('/').next().unwrap_or(name);
        self.by_name.get(base).and_then(|index| self.command.get(*index))
    }

    pub(crate) fn is_shared_dir(&self, path: &str) -> bool {
        let trees = ["/usr/share/locale", "/usr/share/man", "/usr/share/icons"];
        let name = path.rsplit('/').next().unwrap_or_default();
        self.shared_dirs.contains(path) || !name.contains('.') && trees.iter().any(|t| path.starts_with(t))
    }

    pub(crate) fn is_library(&self, path: &str) -> bool {
        self.libraries.contains_key(path)
    }

    /// Does the library bring debconf's commands by running the script under its frontend?
    pub(crate) fn is_debconf(&self, path: &str) -> bool {
        path.starts_with("/usr/share/debconf/confmodule") && self.is_library(path)
    }

    /// Shell text that stands in for a library.
    pub(crate) fn library_text(&self, path: &str) -> Option<&str> {
        self.library_functions.get(path).map(String::as_str)
    }

    /// Is a library there, with these packages beside it? `None`: it is no known library.
    pub(crate) fn has_library(&self, path: &str, packages: &BTreeSet<String>) -> Option<bool> {
        let owner = self.libraries.get(path)?;
        let brings = |package: &String| match owner.strip_suffix('*') {
            Some(start) => package.starts_with(start),
            None => package == owner,
        };
        Some(owner.is_empty() || packages.iter().any(brings))
    }

    pub(crate) fn is_stock_command(&self, name: &str) -> bool {
        self.stock.commands.contains(name)
    }

    pub(crate) fn is_usual_command(&self, name: &str) -> bool {
        self.stock.usual_commands.contains(name)
    }

    pub(crate) fn is_absent_command(&self, name: &str) -> bool {
        self.stock.absent_commands.contains(name)
    }

    pub(crate) fn is_stock_user(&self, name: &str) -> bool {
        self.stock.users.contains(name)
    }

    pub(crate) fn is_stock_alternative(&self, name: &str) -> bool {
        self.stock.alternatives.contains(name)
    }

    pub(crate) fn stock_path(&self, path: &str) -> Option<bool> {
        let known = |list: &[String]| list.iter().any(|p| p == path);
        if known(&self.stock.present) {
            return Some(true);
        }
        known(&self.stock.absent).then_some(false)
    }

    pub(crate) fn is_leftover(&self, path: &str) -> bool {
        self.stock.leftovers.iter().any(|end| path.ends_with(end.as_str()))
    }
}

/// A command's arguments told apart.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) options: Vec<(String, Option<Value>)>,
    pub(crate) operands: Vec<Value>,
    /// Options that the command does not have.
    pub(crate) refused: Vec<String>,
}

impl Arguments {
    pub(crate) fn has(&self, names: &[&str]) -> bool {
        self.options.iter().any(|(o, _)| names.contains(&o.as_str()))
    }

    pub(crate) fn value(&self, names: &[&str]) -> Option<&Value> {
        let found = self.options.iter().find(|(o, _)| names.contains(&o.as_str()));
        found.and_then(|(_, value)| value.as_ref())
    }

    pub(crate) fn known(&self, index: usize) -> Option<&str> {
        self.operands.get(index).and_then(Value::known)
    }
}

impl Command {
    /// Tells options, their values and operands apart.
    pub(crate) fn arguments(&self, args: &[Value]) -> Arguments {
        let mut out = Arguments::default();
        let mut rest = args.iter();
        while let Some(arg) = rest.next() {
            match arg.known() {
                Some("--") => out.operands.extend(rest.by_ref().cloned()),
                Some(text) if text.starts_with("--") => self.long(text, &mut rest, &mut out),
                Some(text) if text.starts_with('-') && text.len() > 1 => self.short(text, &mut rest, &mut out),
                _ => out.operands.push(arg.clone()),
            }
        }
        out
    }

    fn long<'v>(&self, text: &str, rest: &mut impl Iterator<Item = &'v Value>, out: &mut Arguments) {
        let (name, inline) = match text.split_once('=') {
            Some((name, value)) => (name, Some(Value::lit(value))),
            None => (text, None),
        };
        let value = if inline.is_none() && self.valued.contains(name) { rest.next().cloned() } else { inline };
        self.check(name, out);
        out.options.push((name.to_owned(), value));
    }

    fn short<'v>(&self, text: &str, rest: &mut impl Iterator<Item = &'v Value>, out: &mut Arguments) {
        if self.flags.contains(text) || self.valued.contains(text) {
            let value = if self.valued.contains(text) { rest.next().cloned() } else { None };
            out.options.push((text.to_owned(), value));
            return;
        }
        let letters: Vec<char> = text.chars().skip(1).collect();
        for (index, letter) in letters.iter().enumerate() {
            let name = format!("-{letter}");
            self.check(&name, out);
            if self.valued.contains(&name) {
                let inline: String = letters[index + 1..].iter().collect();
                let value = if inline.is_empty() { rest.next().cloned() } else { Some(Value::lit(&inline)) };
                out.options.push((name, value));
                return;
            }
            out.options.push((name, None));
        }
    }

    fn check(&self, name: &str, out: &mut Arguments) {
        let abbreviates = |known: &String| name.starts_with("--") && name.len() > 3 && known.starts_with(name);
        let has = |list: &BTreeSet<String>| list.contains(name) || list.iter().any(abbreviates);
        if self.strict && !has(&self.flags) && !has(&self.valued) {
            out.refused.push(name.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    #[allow(clippy::unwrap_used, clippy::expect_used)]
    #[test]
    fn the_rows_that_are_built_in_can_be_read() {
        super::Knowledge::parse(super::BUILTIN).unwrap();
    }
}
