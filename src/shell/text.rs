//! Symbolic strings: known text, patterns, and holes that keep the wording of what was not known.

use std::fmt;
use std::rc::Rc;

/// Most alternatives that a value keeps before it is given up as unknown.
pub(crate) const MAX_ALTERNATIVES: usize = 12;

/// Longest text that is kept; longer ones become unknown.
const MAX_LENGTH: usize = 256 << 10;

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Bit {
    Lit(String),
    /// An active `*`, `?` or `[…`.
    Glob(String),
    /// Unknown text, with the words that stand for it in a report.
    Hole(Rc<str>),
}

/// One possible string.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Text {
    pub(crate) bits: Vec<Bit>,
    /// Set where the text rests on an assumption, such as a default answer.
    pub(crate) assumed: Option<Rc<str>>,
}

impl Text {
    pub(crate) fn lit(text: &str) -> Text {
        let mut made = Text::default();
        made.push(Bit::Lit(text.to_owned()));
        made
    }

    pub(crate) fn hole(words: &str) -> Text {
        Text { bits: vec![Bit::Hole(Rc::from(words))], assumed: None }
    }

    pub(crate) fn assumed(text: &str, why: &str) -> Text {
        Text { assumed: Some(Rc::from(why)), ..Text::lit(text) }
    }

    /// Appends a bit, joining literals.
    pub(crate) fn push(&mut self, bit: Bit) {
        match (self.bits.last_mut(), bit) {
            (_, Bit::Lit(new)) if new.is_empty() => {}
            (Some(Bit::Lit(old)), Bit::Lit(new)) => old.push_str(&new),
            (_, bit) => self.bits.push(bit),
        }
    }

    pub(crate) fn append(&mut self, other: &Text) {
        if self.len() + other.len() > MAX_LENGTH || self.bits.len() + other.bits.len() > 4096 {
            *self = Text::hole("a very long text");
            return;
        }
        for bit in &other.bits {
            self.push(bit.clone());
        }
        if self.assumed.is_none() {
            self.assumed.clone_from(&other.assumed);
        }
    }

    /// Bytes of known text and of wording.
    pub(crate) fn len(&self) -> usize {
        let bits = self.bits.iter().map(|bit| match bit {
            Bit::Lit(text) | Bit::Glob(text) => text.len(),
            Bit::Hole(words) => words.len(),
        });
        bits.sum()
    }

    /// Patterns that match nothing known become unknown text.
    pub(crate) fn unmatched(self) -> Text {
        let change = |bit| match bit {
            Bit::Glob(text) => Bit::Hole(Rc::from(text)),
            other => other,
        };
        Text { bits: self.bits.into_iter().map(change).collect(), assumed: self.assumed }
    }

    /// The string, where all of it is known and no pattern is active.
    pub(crate) fn known(&self) -> Option<&str> {
        match self.bits.as_slice() {
            [] => Some(""),
            [Bit::Lit(text)] => Some(text),
            _ => None,
        }
    }

    pub(crate) fn has_hole(&self) -> bool {
        self.bits.iter().any(|b| matches!(b, Bit::Hole(_)))
    }

    pub(crate) fn has_glob(&self) -> bool {
        self.bits.iter().any(|b| matches!(b, Bit::Glob(_)))
    }

    /// Is there certainly at least one character?
    pub(crate) fn is_surely_filled(&self) -> bool {
        self.bits.iter().any(|b| !matches!(b, Bit::Hole(_)))
    }

    /// The same text with patterns as plain characters.
    pub(crate) fn quoted(self) -> Text {
        let mut out = Text { bits: Vec::new(), assumed: self.assumed };
        for bit in self.bits {
            out.push(match bit {
                Bit::Glob(text) => Bit::Lit(text),
                other => other,
            });
        }
        out
    }

    /// The known text at the start.
    pub(crate) fn prefix(&self) -> &str {
        match self.bits.first() {
            Some(Bit::Lit(text)) => text,
            _ => "",
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bits.iter().try_for_each(|bit| match bit {
            Bit::Lit(text) | Bit::Glob(text) => f.write_str(text),
            Bit::Hole(words) => f.write_str(words),
        })
    }
}

/// What a variable may hold: one or several texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Value(pub(crate) Vec<Text>);

impl Value {
    pub(crate) fn lit(text: &str) -> Value {
        Value(vec![Text::lit(text)])
    }

    pub(crate) fn hole(words: &str) -> Value {
        Value(vec![Text::hole(words)])
    }

    pub(crate) fn one(text: Text) -> Value {
        Value(vec![text])
    }

    /// Bytes of all alternatives.
    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(Text::len).sum()
    }

    /// The one known string.
    pub(crate) fn known(&self) -> Option<&str> {
        match self.0.as_slice() {
            [only] => only.known(),
            _ => None,
        }
    }

    /// Both sets of alternatives; too many become unknown.
    pub(crate) fn or(self, other: Value) -> Value {
        let mut all = self.0;
        for text in other.0 {
            if !all.contains(&text) {
                all.push(text);
            }
        }
        Value(all)
    }

    /// Too many alternatives are given up; `words` then stand for the value.
    pub(crate) fn bounded(self, words: &str) -> Value {
        if self.0.len() > MAX_ALTERNATIVES { Value::hole(words) } else { self }
    }

    /// Every text of this followed by every text of the other.
    pub(crate) fn then(&self, other: &Value, words: &str) -> Value {
        let mut all = Vec::new();
        for left in &self.0 {
            for right in &other.0 {
                let mut both = left.clone();
                both.append(right);
                all.push(both);
            }
        }
        Value(all).bounded(words)
    }

    pub(crate) fn map(self, change: impl Fn(Text) -> Text) -> Value {
        Value(self.0.into_iter().map(change).collect())
    }
}

/// Three-valued truth, and an assumption in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    Yes,
    No,
    /// So on an ordinary host; the words say what could be otherwise.
    Likely(bool, Rc<str>),
    /// Not settled; the words are the condition.
    Maybe(Rc<str>),
}

impl Truth {
    pub(crate) fn of(known: bool) -> Truth {
        if known { Truth::Yes } else { Truth::No }
    }

    pub(crate) fn maybe(words: &str) -> Truth {
        Truth::Maybe(Rc::from(words))
    }

    pub(crate) fn likely(so: bool, words: &str) -> Truth {
        Truth::Likely(so, Rc::from(words))
    }

    pub(crate) fn not(self) -> Truth {
        match self {
            Truth::Yes => Truth::No,
            Truth::No => Truth::Yes,
            Truth::Likely(so, why) => Truth::Likely(!so, why),
            Truth::Maybe(why) => Truth::Maybe(Rc::from(format!("not: {why}"))),
        }
    }

    pub(crate) fn and(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::No, _) | (_, Truth::No) => Truth::No,
            (Truth::Yes, t) | (t, Truth::Yes) => t,
            (Truth::Likely(false, why), _) | (_, Truth::Likely(false, why)) => Truth::Likely(false, why),
            (Truth::Maybe(why), _) | (_, Truth::Maybe(why)) => Truth::Maybe(why),
            (likely, _) => likely,
        }
    }

    pub(crate) fn or(self, other: Truth) -> Truth {
        self.not_plain().and(other.not_plain()).not_plain()
    }

    /// `not` without touching the words.
    fn not_plain(self) -> Truth {
        match self {
            Truth::Maybe(why) => Truth::Maybe(why),
            other => other.not(),
        }
    }

    /// Rests on the assumption of `text`, where it has one.
    pub(crate) fn resting_on(self, text: &Text) -> Truth {
        match (&text.assumed, self) {
            (Some(why), Truth::Yes) => Truth::Likely(true, why.clone()),
            (Some(why), Truth::No) => Truth::Likely(false, why.clone()),
            (_, truth) => truth,
        }
    }

    /// Joins the answers for several alternatives of a value.
    pub(crate) fn over(answers: impl Iterator<Item = Truth>, words: &str) -> Truth {
        let mut all: Vec<Truth> = answers.collect();
        all.dedup();
        match all.len() {
            1 => all.remove(0),
            _ => Truth::maybe(words),
        }
    }
}
