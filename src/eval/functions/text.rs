//! Functions on strings, and on lists of strings.

use super::args::{Outcome, arg, count, integer, string, wrong};
use crate::eval::error::EvalError;
use crate::eval::interp::{Block, Interp};
use crate::ruby::lenient_int;
use crate::value::{Value, successor, types};

type Cx<'a> = &'a mut dyn Interp;
type Blk = Option<Block>;

/// What Ruby strips: blanks, and NUL at the end.
const BLANK: [char; 7] = [' ', '\t', '\n', '\x0b', '\x0c', '\r', '\0'];

/// Applies to a string; numbers stay; lists element by element.
fn each_text(name: &str, args: &[Value], f: &dyn Fn(&str) -> String) -> Outcome {
    // Stdlib's is of the older form: it looks at the first argument alone, and leaves what is no text in lists.
    let older = name == "swapcase";
    count(name, args, 1, if older { usize::MAX } else { 1 })?;
    let one = |v: &Value| match v {
        Value::Int(_) | Value::Float(_) => Some(v.clone()),
        Value::Str(s) => Some(Value::str(f(&s.text))),
        _ => None,
    };
    let value = arg(args, 0);
    if let Some(done) = one(value).filter(|v| !older || v.as_str().is_some()) {
        return Ok(done);
    }
    let refuse = || wrong(name, "arg", "a value of type Numeric, String, or Iterable[Variant[String, Numeric]]", value);
    let Value::Array(list) = value else { return Err(refuse()) };
    let items = &list.items;
    let out: Option<Vec<Value>> = items.iter().map(one).collect();
    // The common type of both kinds is one that the parameter does not take.
    let is_text = |v: &Value| matches!(v, Value::Str(_));
    let mixed = items.iter().any(is_text) && !items.iter().all(is_text) && !older;
    out.filter(|_| !mixed).map(Value::array).ok_or_else(refuse)
}

/// Case changes also go into nested arrays and hashes.
fn each_deep(name: &str, args: &[Value], f: &dyn Fn(&str) -> String) -> Outcome {
    count(name, args, 1, 1)?;
    let value = arg(args, 0);
    if !is_string_data(value) {
        return Err(wrong(name, "arg", "a value of type Numeric, String, Array, or Hash", value));
    }
    deep(value, f)
}

/// Texts and numbers, in lists and hashes however deep.
fn is_string_data(value: &Value) -> bool {
    match value {
        Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Sym(_) => true,
        Value::Array(list) => list.items.iter().all(is_string_data),
        Value::Hash(hash) => hash.entries.iter().all(|(key, value)| is_string_data(key) && is_string_data(value)),
        _ => false,
    }
}

fn deep(value: &Value, f: &dyn Fn(&str) -> String) -> Outcome {
    match value {
        Value::Str(s) => Ok(Value::str(f(&s.text))),
        Value::Array(a) => Ok(Value::array(a.items.iter().map(|v| deep(v, f)).collect::<Result<_, _>>()?)),
        Value::Hash(h) => {
            let pairs = h.entries.iter().map(|(k, v)| Ok((deep(k, f)?, deep(v, f)?)));
            Ok(Value::hash(pairs.collect::<Result<_, EvalError>>()?))
        }
        other => Ok(other.clone()),
    }
}

/// First letter up, the others down.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().collect::<String>() + &chars.as_str().to_lowercase()).unwrap_or_default()
}

pub(super) fn upcase(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    each_deep("upcase", args, &str::to_uppercase)
}

pub(super) fn downcase(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    each_deep("downcase", args, &str::to_lowercase)
}

pub(super) fn capitalize(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    each_text("capitalize", args, &capital)
}

pub(super) fn camelcase(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    each_text("camelcase", args, &|s| s.split('_').map(capital).collect())
}

pub(super) fn swapcase(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    let swap =
        |c: char| -> String { if c.is_uppercase() { c.to_lowercase().collect() } else { c.to_uppercase().collect() } };
    each_text("swapcase", args, &|s| s.chars().map(swap).collect())
}

pub(super) fn strip(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    each_text("strip", args, &trim)
}

/// As Ruby's `strip`.
pub(super) fn trim(text: &str) -> String {
    text.trim_start_matches(BLANK).trim_end_matches(BLANK).to_owned()
}

pub(super) fn lstrip(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    each_text("lstrip", args, &|s| s.trim_start_matches(BLANK).to_owned())
}

pub(super) fn rstrip(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    each_text("rstrip", args, &|s| s.trim_end_matches(BLANK).to_owned())
}

pub(super) fn chomp(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    let cut = |s: &str| s.strip_suffix("\r\n").or_else(|| s.strip_suffix(['\n', '\r'])).unwrap_or(s).to_owned();
    each_text("chomp", args, &cut)
}

pub(super) fn chop(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    let cut = |s: &str| match s.strip_suffix("\r\n") {
        Some(rest) => rest.to_owned(),
        None => s.char_indices().next_back().and_then(|(i, _)| s.get(..i)).unwrap_or_default().to_owned(),
    };
    each_text("chop", args, &cut)
}

pub(super) fn squeeze(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("squeeze", args, 1, 2)?;
    let only = args.get(1).map(ToString::to_string);
    let f = |s: &str| {
        let mut out = String::new();
        for c in s.chars() {
            let repeated = out.ends_with(c) && only.as_ref().is_none_or(|set| set.contains(c));
            if !repeated {
                out.push(c);
            }
        }
        out
    };
    match arg(args, 0) {
        Value::Array(a) => Ok(Value::array(
            a.items.iter().map(|v| if let Value::Str(s) = v { Value::str(f(&s.text)) } else { v.clone() }).collect(),
        )),
        Value::Str(s) => Ok(Value::str(f(&s.text))),
        other => Err(EvalError::puppet(format!(
            "squeeze(): Requires either array or string to work with, got {}",
            types::infer(other).name()
        ))),
    }
}

/// Adds text before or after each element (and each key of a hash).
fn affix(name: &str, args: &[Value], f: &dyn Fn(&str, &str) -> String) -> Outcome {
    count(name, args, 1, usize::MAX)?;
    let extra = match arg(args, 1) {
        Value::Undef => "",
        Value::Str(s) => &s.text,
        other => {
            return Err(EvalError::puppet(format!(
                "{name}(): expected second argument to be a String, got {}",
                super::ruby::inspect(other)
            )));
        }
    };
    let one = |v: &Value| match v {
        Value::Sym(_) => {
            Value::call(name, vec![v.clone(), Value::str(extra)], v.sample().as_str().map(|s| Value::str(f(s, extra))))
        }
        other => Value::str(f(&other.to_string(), extra)),
    };
    match arg(args, 0) {
        Value::Array(a) => Ok(Value::array(a.items.iter().map(one).collect())),
        Value::Hash(h) => Ok(Value::hash(h.entries.iter().map(|(k, v)| (one(k), v.clone())).collect())),
        other => Err(EvalError::puppet(format!(
            "{name}(): expected first argument to be an Array or a Hash, got {}",
            super::ruby::inspect(other)
        ))),
    }
}

pub(super) fn prefix(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    affix("prefix", args, &|s, p| format!("{p}{s}"))
}

pub(super) fn suffix(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    affix("suffix", args, &|s, p| format!("{s}{p}"))
}

/// One string or several, as the second argument of `start_with`.
fn ends(name: &str, args: &[Value], test: &dyn Fn(&str, &str) -> bool) -> Outcome {
    count(name, args, 2, 2)?;
    let text = string(name, "test_string", arg(args, 0))?;
    let parts: Vec<&Value> = match arg(args, 1) {
        Value::Array(a) => a.items.iter().collect(),
        other => vec![other],
    };
    let mut hit = false;
    for part in parts {
        hit |= test(text, string(name, "part", part)?);
    }
    Ok(Value::Bool(hit))
}

pub(super) fn start_with(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    ends("stdlib::start_with", args, &|s, p| s.starts_with(p))
}

pub(super) fn end_with(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    ends("stdlib::end_with", args, &|s, p| s.ends_with(p))
}

pub(super) fn dos2unix(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("dos2unix", args, 1, 1)?;
    Ok(Value::str(string("dos2unix", "arg", arg(args, 0))?.replace("\r\n", "\n")))
}

pub(super) fn unix2dos(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("unix2dos", args, 1, 1)?;
    Ok(Value::str(string("unix2dos", "arg", arg(args, 0))?.replace("\r\n", "\n").replace('\n', "\r\n")))
}

/// Number bases 2 to 36.
pub(super) fn convert_base(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("convert_base", args, 2, 2)?;
    let refuse = |what: &str| EvalError::puppet(format!("convert_base(): {what}"));
    let text = match arg(args, 0) {
        Value::Int(i) => i.to_string(),
        Value::Str(s) if !s.text.is_empty() && s.text.bytes().all(|b| b.is_ascii_digit()) => s.text.to_string(),
        _ => {
            return Err(refuse("First argument must be an integer or a string corresponding to an integer in base 10"));
        }
    };
    let base = arg(args, 1).to_string().parse::<u128>().ok().filter(|b| (2..=36).contains(b));
    let base = base.ok_or_else(|| refuse("Second argument (new base) must be between 2 and 36"))?;
    let negative = text.starts_with('-');
    let mut n = text.trim_start_matches('-').parse::<u128>().map_err(|_| refuse("number too big"))?;
    let mut digits = Vec::new();
    loop {
        digits.push(u32::try_from(n % base).ok().and_then(|d| char::from_digit(d, 36)).unwrap_or('0'));
        n /= base;
        if n == 0 {
            break;
        }
    }
    digits.extend(negative.then_some('-'));
    Ok(Value::str(digits.into_iter().rev().collect::<String>()))
}

/// `range('a', 'd')`, `range(1, 9, 2)`, `range('host01', 'host10')`, `range('1..3')`
pub(super) fn range(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("range", args, 1, 3)?;
    let (from, to, exclusive) = match args {
        [only] => {
            let text = only.to_string();
            let split = text
                .split_once("...")
                .map(|(a, b)| (a, b, true))
                .or_else(|| text.split_once("..").map(|(a, b)| (a, b, false)));
            match split.or_else(|| text.split_once('-').map(|(a, b)| (a, b, false))) {
                Some((a, b, exclusive)) => (a.trim().to_owned(), b.trim().to_owned(), exclusive),
                None => {
                    return Err(EvalError::puppet(format!(
                        "range(): Unable to compute range from range start: {text} to end: "
                    )));
                }
            }
        }
        _ => (arg(args, 0).to_string(), arg(args, 1).to_string(), false),
    };
    let step = match args.get(2) {
        None => 1,
        Some(Value::Str(s)) => s.text.parse::<i64>().unwrap_or(1).abs().max(1),
        Some(Value::Int(0)) => {
            let why = "range(): 3rd arg (step size) must be a non zero integer (e.g. 1 or -1)";
            return Err(EvalError::puppet(why));
        }
        Some(other) => integer("range", "step", other)?.abs().max(1),
    };
    let step = usize::try_from(step).unwrap_or(usize::MAX);
    if !from.is_empty() && from.bytes().all(|b| b.is_ascii_digit()) {
        return numbers(&from, &to, exclusive, step);
    }
    words(&from, &to, exclusive, step)
}

fn numbers(from: &str, to: &str, exclusive: bool, step: usize) -> Outcome {
    let Ok(a) = from.parse::<i64>() else { return Err(super::args::too_much("range")) };
    // Whatever the end is, the start makes it a number, as `to_i` does.
    let Value::Int(b) = lenient_int(to) else { return Err(super::args::too_much("range")) };
    let b = if exclusive { b.saturating_sub(1) } else { b };
    if b.saturating_sub(a) >= 1_000_000 {
        return Err(super::args::too_much("range"));
    }
    Ok(Value::array((a..=b).step_by(step).map(Value::Int).collect()))
}

/// As Ruby's ranges of strings: from one to the next, as long as they are no longer than the last.
fn words(from: &str, to: &str, exclusive: bool, step: usize) -> Outcome {
    if let ([a], [b]) = (from.as_bytes(), to.as_bytes()) {
        let last = if exclusive { b.saturating_sub(1) } else { *b };
        return Ok(Value::array((*a..=last).step_by(step).map(|c| Value::str(char::from(c).to_string())).collect()));
    }
    let (mut out, mut current, past) = (Vec::new(), from.to_owned(), successor(to));
    let mut more = from < to || from == to && !exclusive;
    while more && current != past && out.len() <= super::args::MAX_ITEMS {
        let next = successor(&current);
        more = current != to && !(exclusive && next == to) && !next.is_empty() && next.len() <= to.len();
        out.push(Value::str(std::mem::replace(&mut current, next)));
    }
    Ok(Value::array(out.into_iter().step_by(step).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_as_in_ranges_of_ruby() {
        let all = [
            (("1.8", "2.1", false), "[1.8, 1.9, 2.0, 2.1]"),
            (("ABC", "ABE", true), "[ABC, ABD]"),
            ((".profile", "d", false), "[.profile]"),
            (("a-8", "a-11", false), "[]"),
            (("-1", "5", false), "[-1]"),
            (("Y", "b", false), "[Y, Z, [, \\, ], ^, _, `, a, b]"),
        ];
        for ((from, to, exclusive), expected) in all {
            let found = words(from, to, exclusive, 1).unwrap_or_default();
            assert_eq!(found.to_string(), expected, "{from} to {to}");
        }
        assert_eq!(numbers("8", "a3", false, 1).unwrap_or_default(), Value::array(Vec::new()));
    }
}
