//! Words to fields: parameters, substitutions, splitting, patterns.

use std::rc::Rc;

use super::glob;
use super::interp::Interp;
use super::ir::{Name, Op, Param, Piece, Word};
use super::state::State;
use super::text::{Bit, Text, Truth, Value};

/// Where dpkg has scripts look for commands, unless its caller says otherwise.
const SEARCH_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Text with `*`, `?` and `[…]` active.
pub(crate) fn active(raw: &str) -> Text {
    let mut out = Text::default();
    let mut rest = raw;
    while let Some(at) = rest.find(['*', '?', '[']) {
        out.push(Bit::Lit(rest[..at].to_owned()));
        let tail = &rest[at..];
        let length = if tail.starts_with('[') { class_length(tail) } else { Some(1) };
        match length {
            Some(length) => out.push(Bit::Glob(tail[..length].to_owned())),
            None => out.push(Bit::Lit(tail[..1].to_owned())),
        }
        rest = &tail[length.unwrap_or(1)..];
    }
    out.push(Bit::Lit(rest.to_owned()));
    out
}

fn class_length(tail: &str) -> Option<usize> {
    let close = tail.char_indices().skip(2).find(|(_, c)| *c == ']')?;
    let length = close.0 + 1;
    (!tail[..length].contains('/')).then_some(length)
}

/// A piece of an expanded word: its value, and whether it may be split.
struct Part {
    value: Value,
    split: bool,
    quoted: bool,
}

impl Interp<'_> {
    /// Expands a word without splitting, as in an assignment or after `case`.
    pub(crate) fn expand_one(&mut self, word: &Word, state: &mut State) -> Value {
        let parts = self.parts(word, state);
        let mut whole = Value::lit("");
        for part in parts {
            whole = whole.then(&part.value, &word.raw);
        }
        whole
    }

    /// As [`Interp::expand_one`], with patterns as plain characters.
    pub(crate) fn expand_plain(&mut self, word: &Word, state: &mut State) -> Value {
        self.expand_one(word, state).map(Text::quoted)
    }

    /// Expands a word to fields.
    pub(crate) fn expand_fields(&mut self, word: &Word, state: &mut State) -> Vec<Value> {
        if let Some(args) = all_arguments(word, state) {
            return args;
        }
        let parts = self.parts(word, state);
        let many = parts.iter().any(|p| p.value.0.len() > 1);
        if many {
            return self.alternative_fields(&parts, &word.raw, state);
        }
        let parts = parts.into_iter().filter_map(|p| Some((p.value.0.into_iter().next()?, p.split, p.quoted)));
        let separators = separators(state);
        split(parts.collect(), &separators).into_iter().map(Value::one).collect()
    }

    /// One field of several alternatives; where an alternative splits, the list is unknown.
    fn alternative_fields(&mut self, parts: &[Part], raw: &str, state: &State) -> Vec<Value> {
        let mut whole = Value::lit("");
        for part in parts {
            whole = whole.then(&part.value, raw);
        }
        let quoted = parts.iter().any(|p| p.quoted);
        let separators = separators(state);
        let mut kept = Vec::new();
        for text in whole.0 {
            let mut fields = split(vec![(text, !quoted, quoted)], &separators);
            match fields.len() {
                0 => {}
                1 => kept.append(&mut fields),
                _ => kept.push(Text::hole(raw)),
            }
        }
        if kept.is_empty() { Vec::new() } else { vec![Value(kept)] }
    }

    fn parts(&mut self, word: &Word, state: &mut State) -> Vec<Part> {
        word.pieces.iter().map(|piece| self.part(piece, state)).collect()
    }

    fn part(&mut self, piece: &Piece, state: &mut State) -> Part {
        match piece {
            Piece::Text { text, quoted: true } => Part { value: Value::lit(text), split: false, quoted: true },
            Piece::Text { text, quoted: false } => {
                Part { value: Value::one(active(text)), split: false, quoted: false }
            }
            Piece::Param { param, quoted } => open(self.param_value(param, state), *quoted),
            Piece::Subst { body, raw, quoted } => {
                let text = self.substitute(body, raw, state);
                open(Value::one(text), *quoted)
            }
            Piece::Home(user) => Part { value: home(user.as_deref(), state), split: false, quoted: true },
            Piece::Arith(raw) => Part { value: Value::hole(&format!("$(({raw}))")), split: false, quoted: true },
        }
    }

    fn param_value(&mut self, param: &Param, state: &mut State) -> Value {
        let base = lookup(&param.name, &param.raw, state);
        match &param.op {
            Op::Plain => base.unwrap_or_else(|| self.unset(param, state)),
            Op::Default { word, if_empty } => self.default(base, word, *if_empty, param, state),
            Op::Assign { word, if_empty } => {
                let value = self.default(base, word, *if_empty, param, state);
                if let Name::Var(name) = &param.name {
                    state.vars.insert(name.clone(), value.clone());
                }
                value
            }
            Op::Error => base.unwrap_or_else(|| Value::hole(&param.raw)),
            Op::Alternative { word, if_empty } => match filled(base.as_ref(), *if_empty) {
                Truth::Yes => self.expand_one(word, state),
                Truth::No => Value::lit(""),
                Truth::Likely(true, why) => resting(self.expand_one(word, state), &why),
                Truth::Likely(false, why) => resting(Value::lit(""), &why),
                Truth::Maybe(_) => self.expand_one(word, state).or(Value::lit("")),
            },
            Op::Length => match base.as_ref().and_then(Value::known) {
                Some(text) => Value::lit(&text.chars().count().to_string()),
                None => Value::hole(&param.raw),
            },
            Op::Trim { pattern, suffix, longest } => {
                let base = base.unwrap_or_else(|| self.unset(param, state));
                self.trimmed(base, pattern, *suffix, *longest, &param.raw, state)
            }
            Op::Unsupported => Value::hole(&param.raw),
        }
    }

    fn default(&mut self, base: Option<Value>, word: &Word, if_empty: bool, param: &Param, state: &mut State) -> Value {
        if base.is_none() && state.foreign.is_some() {
            return Value::hole(&param.raw);
        }
        match (filled(base.as_ref(), if_empty), base) {
            // What a likely value rests on, the value itself carries.
            (Truth::Yes | Truth::Likely(true, _), Some(value)) => value,
            (Truth::No, _) | (_, None) => self.expand_one(word, state),
            (Truth::Likely(false, why), _) => resting(self.expand_one(word, state), &why),
            (_, Some(value)) => value.or(self.expand_one(word, state)).bounded(&param.raw),
        }
    }

    fn trimmed(
        &mut self,
        base: Value,
        pattern: &Word,
        suffix: bool,
        longest: bool,
        raw: &str,
        state: &mut State,
    ) -> Value {
        let pattern = self.expand_one(pattern, state);
        let [pattern] = pattern.0.as_slice() else { return Value::hole(raw) };
        base.map(|text| match text.known() {
            Some(known) if !pattern.has_hole() => {
                let cut = Text::lit(&glob::trim(known, pattern, suffix, longest));
                Text { assumed: text.assumed.clone(), ..cut }
            }
            _ => Text::hole(raw),
        })
    }

    /// An unset variable is empty, unless a file that was read may have set it.
    #[allow(clippy::unused_self)]
    fn unset(&self, param: &Param, state: &State) -> Value {
        match (&param.name, &state.foreign) {
            (Name::Other, _) => Value::hole(&param.raw),
            (Name::Var(_), Some(_)) => Value::hole(&param.raw),
            _ => Value::lit(""),
        }
    }
}

/// The result of an expansion: split and matched unless quoted.
fn open(value: Value, quoted: bool) -> Part {
    let value = if quoted { value.map(Text::quoted) } else { value.map(activate) };
    Part { value, split: !quoted, quoted }
}

fn lookup(name: &Name, raw: &str, state: &State) -> Option<Value> {
    match name {
        Name::Var(name) => match name.as_str() {
            "DPKG_ROOT" if !state.vars.contains_key(name) => Some(Value::lit("")),
            "PWD" => Some(Value::lit(&state.cwd)),
            "PATH" if !state.vars.contains_key(name) => Some(Value::lit(SEARCH_PATH)),
            "HOME" if !state.vars.contains_key(name) => Some(Value::lit("/root")),
            _ => state.vars.get(name).cloned(),
        },
        Name::Arg(0) => Some(Value::hole("$0")),
        Name::Arg(n) => state.args.get(n - 1).cloned(),
        Name::All => {
            let mut whole = Value::lit("");
            for (index, arg) in state.args.iter().enumerate() {
                let gap = Value::lit(if index == 0 { "" } else { " " });
                whole = whole.then(&gap, raw).then(arg, raw);
            }
            Some(whole)
        }
        Name::Count => Some(Value::lit(&state.args.len().to_string())),
        Name::Status => Some(state.status.value()),
        Name::Other => None,
    }
}

/// The same value, resting on an assumption.
fn resting(value: Value, why: &Rc<str>) -> Value {
    value.map(|text| Text { assumed: text.assumed.clone().or_else(|| Some(why.clone())), ..text })
}

fn filled(value: Option<&Value>, if_empty: bool) -> Truth {
    match value {
        None => Truth::No,
        Some(_) if !if_empty => Truth::Yes,
        Some(value) => Truth::over(value.0.iter().map(is_filled), "a variable that may be empty"),
    }
}

/// Is the text more than nothing?
pub(crate) fn is_filled(text: &Text) -> Truth {
    match text.known() {
        Some(known) => Truth::of(!known.is_empty()).resting_on(text),
        None if text.is_surely_filled() => Truth::Yes,
        None => Truth::maybe(&format!("{text} is not empty")),
    }
}

/// The home that an install script gave a user; that of an account which is gone stays as it is written.
fn home(user: Option<&str>, state: &State) -> Value {
    let Some(user) = user else { return Value::lit("/root") };
    if state.world.gone_users.contains(user) {
        return Value::lit(&format!("~{user}"));
    }
    state.world.homes.get(user).map_or_else(|| Value::hole(&format!("~{user}")), |home| Value::lit(home))
}

/// `"$@"` alone gives every argument as a field.
fn all_arguments(word: &Word, state: &State) -> Option<Vec<Value>> {
    match word.pieces.as_slice() {
        [Piece::Param { param, .. }] if param.name == Name::All && word.raw.contains('@') => Some(state.args.clone()),
        _ => None,
    }
}

fn separators(state: &State) -> String {
    let ifs = state.vars.get("IFS").and_then(Value::known);
    ifs.map_or_else(|| " \t\n".to_owned(), str::to_owned)
}

/// Makes patterns in plain text active, as the result of an unquoted expansion.
fn activate(text: Text) -> Text {
    let mut out = Text { bits: Vec::new(), assumed: text.assumed };
    for bit in text.bits {
        match bit {
            Bit::Lit(plain) => active(&plain).bits.into_iter().for_each(|b| out.push(b)),
            other => out.push(other),
        }
    }
    out
}

fn split(parts: Vec<(Text, bool, bool)>, separators: &str) -> Vec<Text> {
    let mut fields = Vec::new();
    let mut now = Text::default();
    let mut open = false;
    for (text, may_split, quoted) in parts {
        open |= quoted;
        let assumed: Option<Rc<str>> = text.assumed.clone();
        for bit in text.bits {
            match bit {
                Bit::Lit(plain) if may_split => {
                    for (index, chunk) in plain.split(|c| separators.contains(c)).enumerate() {
                        if index > 0 && (open || !now.bits.is_empty()) {
                            fields.push(std::mem::take(&mut now));
                            open = false;
                        }
                        now.push(Bit::Lit(chunk.to_owned()));
                    }
                }
                other => now.push(other),
            }
        }
        if now.assumed.is_none() {
            now.assumed = assumed;
        }
    }
    if open || !now.bits.is_empty() {
        fields.push(now);
    }
    fields
}
