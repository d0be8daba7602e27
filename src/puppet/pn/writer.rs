//! The notation itself: calls, lists, maps, strings and numbers.

use std::fmt::Write as _;

/// Float in Ruby's `to_s`.
pub(super) fn float(value: f64) -> String {
    let plain = format!("{value:?}");
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-4..1e15).contains(&magnitude) {
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let point = if mantissa.contains('.') { "" } else { ".0" };
        let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |d| ('-', d));
        return format!("{mantissa}{point}e{sign}{digits:0>2}");
    }
    plain
}

/// Text under construction.
pub(super) struct Writer {
    pub(super) out: String,
}

impl Writer {
    pub(super) fn item(&mut self, f: impl FnOnce(&mut Self)) {
        self.out.push(' ');
        f(self);
    }

    pub(super) fn call(&mut self, name: &str, f: impl FnOnce(&mut Self)) {
        self.out.push('(');
        self.out.push_str(name);
        f(self);
        self.out.push(')');
    }

    pub(super) fn list<T>(&mut self, items: &[T], mut f: impl FnMut(&mut Self, &T)) {
        self.out.push('[');
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.out.push(' ');
            }
            f(self, item);
        }
        self.out.push(']');
    }

    /// `(name {entries})`
    pub(super) fn map_call(&mut self, name: &str, f: impl FnOnce(&mut Self)) {
        self.call(name, |w| w.item(|w| w.map(f)));
    }

    pub(super) fn map(&mut self, f: impl FnOnce(&mut Self)) {
        self.out.push('{');
        f(self);
        self.out.push('}');
    }

    pub(super) fn key(&mut self, name: &str) {
        if !self.out.ends_with('{') {
            self.out.push(' ');
        }
        let _ = write!(self.out, ":{name} ");
    }

    pub(super) fn string(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            match c {
                '\t' => self.out.push_str("\\t"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\0'..='\u{1f}' => {
                    let _ = write!(self.out, "\\o{:03o}", u32::from(c));
                }
                _ => self.out.push(c),
            }
        }
        self.out.push('"');
    }

    pub(super) fn named(&mut self, name: &str, text: &str) {
        self.call(name, |w| w.item(|w| w.string(text)));
    }

    /// Ruby marks a pattern that is not ASCII as of a fixed encoding, which shows its flags.
    pub(super) fn regex(&mut self, source: &str) {
        if source.is_ascii() {
            self.named("regexp", source)
        } else {
            self.named("regexp", &format!("(?-imx:{source})"))
        }
    }
}
