//! How a value reads inside a string.

use super::{Object, SymExpr, Value, time};
use std::fmt;

impl fmt::Display for Value {
    /// As `"${value}"` prints it; an unknown prints as `‹…›` with its cause.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undef => Ok(()),
            Self::Default => f.write_str("default"),
            Self::Bool(b) => write!(f, "{b}"),
            Self::Int(i) => write!(f, "{i}"),
            Self::Float(x) => f.write_str(&float(*x)),
            Self::Str(s) => f.write_str(&s.text),
            Self::Regex(r) => f.write_str(&super::types::slashes(r)),
            Self::Array(a) => write_list(f, &a.items),
            Self::Hash(h) => write_hash(f, &h.entries),
            Self::Type(t) => f.write_str(&t.expanded()),
            Self::Sensitive(_) => f.write_str("Sensitive [value redacted]"),
            Self::Object(o) => write_object(f, o),
            Self::Sym(s) => match &s.sample {
                Some(v) => v.fmt(f),
                None => s.expr.fmt(f),
            },
        }
    }
}

impl fmt::Display for SymExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fact(name) => write!(f, "‹fact {name}›"),
            Self::Opaque(cause) => write!(f, "‹{}›", cause.name),
            Self::Concat(parts) => parts.iter().try_for_each(|p| p.fmt(f)),
            Self::Call(name, _) => write!(f, "‹{name}(…)›"),
            Self::Choice(_) => f.write_str("‹one of several›"),
        }
    }
}

fn write_list(f: &mut fmt::Formatter<'_>, items: &[Value]) -> fmt::Result {
    f.write_str("[")?;
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        match item {
            Value::Type(t) => write!(f, "{t}")?,
            other => write!(f, "{other}")?,
        }
    }
    f.write_str("]")
}

fn write_hash(f: &mut fmt::Formatter<'_>, entries: &super::Entries) -> fmt::Result {
    f.write_str("{")?;
    for (i, (k, v)) in entries.iter().enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{k} => {v}")?;
    }
    f.write_str("}")
}

fn write_object(f: &mut fmt::Formatter<'_>, object: &Object) -> fmt::Result {
    match object.type_name.as_str() {
        "Timestamp" => f.write_str(&time::show_timestamp(time::nanos(object).unwrap_or(0))),
        "Timespan" => f.write_str(&time::show_timespan(time::nanos(object).unwrap_or(0))),
        name => match object.attrs.get(&Value::str("text")) {
            Some(text) => write!(f, "{text}"),
            None => write!(f, "{}", super::quote::program_attrs(name, &object.attrs)),
        },
    }
}

/// A float as Ruby prints it: shortest digits that read back, exponent from 1e15 on and below 1e-4.
#[must_use]
pub fn float(x: f64) -> String {
    if x.is_nan() {
        return "NaN".to_owned();
    }
    if x.is_infinite() {
        return if x > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let magnitude = x.abs();
    if magnitude != 0.0 && !(1e-4..1e15).contains(&magnitude) {
        let text = format!("{x:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let digits = if digits.contains('.') { digits.to_owned() } else { format!("{digits}.0") };
        let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |e| ('-', e));
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    let text = format!("{x}");
    if text.contains('.') { text } else { format!("{text}.0") }
}

#[cfg(test)]
mod tests {
    use super::float;

    #[test]
    fn floats_print_as_in_ruby() {
        let table = [
            (1.0, "1.0"),
            (1e20, "1.0e+20"),
            (1e15, "1.0e+15"),
            (1e14, "100000000000000.0"),
            (1.5e-7, "1.5e-07"),
            (0.0001, "0.0001"),
            (-0.5, "-0.5"),
            (0.0, "0.0"),
        ];
        for (x, expected) in table {
            assert_eq!(float(x), expected);
        }
    }
}
