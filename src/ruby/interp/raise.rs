//! Exceptions, and how sure it is that real Ruby ends with them.

use super::{Interp, Stop};
use crate::value::Value;

/// What an exception rests on, the surest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// A gap of this evaluator may be behind it.
    Open,
    /// A value is nil, which it need not be on a server that knows more.
    Nil,
    /// A value is what it is.
    Value,
    /// The program says so: it raises, or a function of Puppet's that it calls fails.
    Words,
}

impl Ground {
    /// What an exception rests on that a value is the reason of.
    pub(crate) fn of(value: &Value) -> Self {
        if matches!(value, Value::Undef) { Self::Nil } else { Self::Value }
    }

    /// The same of several values.
    pub(crate) fn of_all(values: &[Value]) -> Self {
        values.iter().map(Self::of).min().unwrap_or(Self::Value)
    }
}

impl Interp<'_> {
    /// Raises an exception at the current line.
    pub(crate) fn raise<T>(&self, message: impl Into<String>) -> Result<T, Stop> {
        Err(Stop::Raised(message.into(), self.line))
    }

    /// The same for a reason that is no gap of ours, if it is certain that the program comes there.
    pub(crate) fn raise_itself<T>(&mut self, message: impl Into<String>) -> Result<T, Stop> {
        self.raise_on(Ground::Value, message)
    }

    pub(crate) fn raise_on<T>(&mut self, ground: Ground, message: impl Into<String>) -> Result<T, Stop> {
        let message = message.into();
        self.raised_itself = (self.possible == 0).then(|| (message.clone(), ground));
        self.raise(message)
    }

    /// What an exception rests on that left the program.
    pub(crate) fn ground_of(&self, message: &str) -> Ground {
        self.raised_itself.as_ref().filter(|(own, _)| own == message).map_or(Ground::Open, |(_, ground)| *ground)
    }
}
