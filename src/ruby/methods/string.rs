//! Strings: everything but patterns, which are in `substitute`.

use super::{Answer, array, changing, charset, inspect, number, substitute};
use crate::ruby::interp::{Callable, Ground, Interp, Stop};
use crate::ruby::values;
use crate::value::{Str, Value};

pub(crate) fn call(it: &mut Interp<'_>, s: &Str, name: &str, args: &[Value], block: Option<&Callable>) -> Answer {
    if let Some(block) = block
        && let Some(parts) = handed_on(s, name, args)
    {
        for part in parts {
            it.yield_to(block, vec![part])?;
        }
        return Ok(Some(Value::Str(s.clone())));
    }
    if let Some(value) = convert(&s.text, name, args) {
        // A conversion of a string keeps telling where the string came from.
        return Ok(Some(match (&s.origin, &value) {
            (Some(origin), Value::Str(_)) => values::with_origin(value, origin.clone()),
            _ => value,
        }));
    }
    if let Some(value) = ask(it, s, name, args)? {
        return Ok(Some(value));
    }
    substitute::call(it, s, name, args, block)
}

/// What a block is given one by one, where the string itself is the answer then.
fn handed_on(s: &Str, name: &str, args: &[Value]) -> Option<Vec<Value>> {
    let parts = matches!(name, "chars" | "each_char" | "lines" | "each_line" | "bytes" | "each_byte");
    let parts = if parts { pieces(&s.text, name, args)? } else { return None };
    Some(parts.as_array()?.to_vec())
}

/// The string as a list.
fn pieces(text: &str, name: &str, args: &[Value]) -> Option<Value> {
    Some(Value::array(match (name, args) {
        ("chars" | "each_char", []) => text.chars().map(|c| Value::str(c.to_string())).collect(),
        ("bytes" | "each_byte", []) => text.bytes().map(|b| Value::Int(i64::from(b))).collect(),
        ("lines" | "each_line", []) => text.split_inclusive('\n').map(Value::str).collect(),
        ("lines" | "each_line", [Value::Hash(options)])
            if options.entries.get(&values::symbol("chomp")) == Some(&Value::Bool(true)) =>
        {
            text.lines().map(Value::str).collect()
        }
        ("lines" | "each_line", [Value::Str(end)]) if !end.text.is_empty() => {
            text.split_inclusive(end.text.as_str()).map(Value::str).collect()
        }
        _ => return None,
    }))
}

fn convert(text: &str, name: &str, args: &[Value]) -> Option<Value> {
    let out: String = match (name, args) {
        ("upcase", []) => text.to_uppercase(),
        ("downcase", []) => text.to_lowercase(),
        ("swapcase", []) => text
            .chars()
            .map(|c| if c.is_uppercase() { c.to_lowercase().to_string() } else { c.to_uppercase().to_string() })
            .collect(),
        ("capitalize", []) => capitalize(text),
        ("strip", []) => text.trim_matches(is_blank).to_owned(),
        ("lstrip", []) => text.trim_start_matches(is_blank).to_owned(),
        ("rstrip", []) => text.trim_end_matches(is_blank).to_owned(),
        ("chomp", []) => {
            let text = text.strip_suffix('\n').unwrap_or(text);
            text.strip_suffix('\r').unwrap_or(text).to_owned()
        }
        ("chomp" | "delete_suffix", [Value::Str(suffix)]) => {
            text.strip_suffix(suffix.text.as_str()).unwrap_or(text).to_owned()
        }
        ("delete_prefix", [Value::Str(prefix)]) => text.strip_prefix(prefix.text.as_str()).unwrap_or(text).to_owned(),
        ("chop", []) => {
            let mut chars = text.chars();
            chars.next_back();
            chars.as_str().to_owned()
        }
        ("reverse", []) => text.chars().rev().collect(),
        ("dump", []) if text.is_ascii() => inspect::quoted(text),
        ("ljust" | "rjust" | "center", [Value::Int(width), rest @ ..]) => justify(text, name, *width, rest.first())?,
        ("succ" | "next", []) => crate::value::successor(text),
        ("shellescape", []) => super::paths::escaped(text),
        ("force_encoding" | "encode" | "unicode_normalize", _) | ("to_str" | "b" | "scrub", []) => text.to_owned(),
        ("chr", []) => text.chars().next().map(String::from).unwrap_or_default(),
        _ => return charset::call(text, name, args),
    };
    Some(Value::str(out))
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | '\0')
}

fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    first + &chars.as_str().to_lowercase()
}

fn justify(text: &str, name: &str, width: i64, pad: Option<&Value>) -> Option<String> {
    let width = usize::try_from(width).unwrap_or(0);
    let missing = width.saturating_sub(text.chars().count());
    if missing > 100_000 {
        return None;
    }
    let pad = pad.and_then(Value::as_str).filter(|p| !p.is_empty()).unwrap_or(" ");
    let fill = |n: usize| pad.chars().cycle().take(n).collect::<String>();
    Some(match name {
        "ljust" => format!("{text}{}", fill(missing)),
        "rjust" => format!("{}{text}", fill(missing)),
        _ => format!("{}{text}{}", fill(missing / 2), fill(missing - missing / 2)),
    })
}

fn ask(it: &mut Interp<'_>, s: &Str, name: &str, args: &[Value]) -> Answer {
    let text = s.text.as_str();
    Ok(Some(match (name, args) {
        ("size" | "length", []) => values::int(text.chars().count()),
        ("bytesize", []) => values::int(text.len()),
        ("empty?", []) => Value::Bool(text.is_empty()),
        ("to_i", []) => number::lenient_int(text),
        ("to_i", [Value::Int(base)]) => number::lenient_int_base(text, *base),
        ("hex", []) => number::lenient_int_base(text.trim_start_matches("0x"), 16),
        ("to_f", []) => Value::Float(number::lenient_float(text)),
        ("to_sym" | "intern", []) => values::symbol(text),
        ("+", [other]) => match other {
            Value::Str(_) => values::concat(vec![Value::Str(s.clone()), other.clone()]),
            _ => {
                let class = super::format::class_of(other);
                return it.raise_on(Ground::of(other), format!("no implicit conversion of {class} into String"));
            }
        },
        ("*", [other @ (Value::Str(_) | Value::Array(_) | Value::Hash(_) | Value::Bool(_))]) => {
            let class = super::format::class_of(other);
            return it.raise_itself(format!("no implicit conversion of {class} into Integer"));
        }
        ("*", [Value::Undef]) => return it.raise_on(Ground::Nil, "no implicit conversion from nil to integer"),
        ("*", [Value::Int(n)]) => match usize::try_from(*n) {
            Ok(n) if text.len().saturating_mul(n) < 1 << 20 => Value::str(text.repeat(n)),
            _ => return Ok(None),
        },
        ("%", [Value::Array(list)]) => it.format(&Value::Str(s.clone()), &list.items)?,
        ("%", [other]) => it.format(&Value::Str(s.clone()), std::slice::from_ref(other))?,
        ("include?", [Value::Str(part)]) => Value::Bool(text.contains(part.text.as_str())),
        ("start_with?", parts) if all_text(parts) => {
            Value::Bool(parts.iter().filter_map(Value::as_str).any(|p| text.starts_with(p)))
        }
        ("end_with?", parts) if all_text(parts) => {
            Value::Bool(parts.iter().filter_map(Value::as_str).any(|p| text.ends_with(p)))
        }
        ("casecmp", [Value::Str(other)]) => {
            Value::Int(text.to_lowercase().as_str().cmp(other.text.to_lowercase().as_str()) as i64)
        }
        ("casecmp?", [Value::Str(other)]) => Value::Bool(text.to_lowercase() == other.text.to_lowercase()),
        ("casecmp" | "casecmp?", [_]) => Value::Undef,
        ("chars" | "each_char" | "bytes" | "each_byte" | "lines" | "each_line", _) => {
            return Ok(pieces(text, name, args));
        }
        ("valid_encoding?", []) => Value::Bool(true),
        ("ascii_only?", []) => Value::Bool(text.is_ascii()),
        ("oct", []) if !text.contains(['x', 'b', 'o', 'd', 'X', 'B', 'O', 'D']) => number::lenient_int_base(text, 8),
        ("sum", []) => Value::Int(i64::from(text.bytes().fold(0u16, |sum, byte| sum.wrapping_add(byte.into())))),
        ("ord", []) => text.chars().next().map_or(Value::Undef, |c| Value::Int(i64::from(u32::from(c)))),
        ("index", [Value::Str(part)]) => position(text, text.find(part.text.as_str())),
        ("rindex", [Value::Str(part)]) => position(text, text.rfind(part.text.as_str())),
        ("partition", [Value::Str(part)]) => halves(text, text.find(part.text.as_str()), part.text.len(), false),
        ("rpartition", [Value::Str(part)]) => halves(text, text.rfind(part.text.as_str()), part.text.len(), true),
        ("[]" | "slice", [Value::Str(part)]) => {
            if text.contains(part.text.as_str()) {
                Value::Str(part.clone())
            } else {
                Value::Undef
            }
        }
        ("[]" | "slice", [Value::Int(at)]) => {
            let len = text.chars().count();
            let found = values::index(*at, len).and_then(|i| text.chars().nth(i));
            found.map_or(Value::Undef, |c| Value::str(c.to_string()))
        }
        ("[]" | "slice", [Value::Int(from), Value::Int(len)]) => cut(text, *from, *len),
        ("[]" | "slice", [range]) if values::attrs(range, values::RANGE).is_some() => {
            match array::range_of(range, text.chars().count()) {
                Some((from, to)) => Value::str(text.chars().skip(from).take(to - from).collect::<String>()),
                None => Value::Undef,
            }
        }
        _ => return Ok(None),
    }))
}

fn all_text(parts: &[Value]) -> bool {
    parts.iter().all(|p| matches!(p, Value::Str(_)))
}

fn position(text: &str, byte: Option<usize>) -> Value {
    byte.and_then(|b| text.get(..b)).map_or(Value::Undef, |before| values::int(before.chars().count()))
}

fn halves(text: &str, at: Option<usize>, len: usize, right: bool) -> Value {
    let parts = match at {
        Some(at) => [text.get(..at), text.get(at..at + len), text.get(at + len..)].map(Option::unwrap_or_default),
        None if right => ["", "", text],
        None => [text, "", ""],
    };
    Value::array(parts.into_iter().map(Value::str).collect())
}

fn cut(text: &str, from: i64, len: i64) -> Value {
    match (values::start(from, text.chars().count()), usize::try_from(len)) {
        (Some(from), Ok(len)) => Value::str(text.chars().skip(from).take(len).collect::<String>()),
        _ => Value::Undef,
    }
}

/// What becomes of the string, and the method's result.
pub(crate) fn mutate(
    it: &mut Interp<'_>,
    receiver: &Value,
    name: &str,
    args: Vec<Value>,
    block: Option<&Callable>,
) -> Result<(Value, Value), Stop> {
    let changed = match (name, args.as_slice()) {
        ("<<" | "concat", args) => {
            let parts = std::iter::once(receiver.clone()).chain(args.iter().map(inspect::to_s)).collect();
            values::concat(parts)
        }
        ("prepend", args) => {
            let parts = args.iter().map(inspect::to_s).chain(std::iter::once(receiver.clone())).collect();
            values::concat(parts)
        }
        ("replace", [other]) => inspect::to_s(other),
        ("clear", []) => Value::str(""),
        ("insert", [Value::Int(at), part]) => {
            let Some((before, after)) = parted(receiver, *at) else { return it.raise_itself("index out of string") };
            values::concat(vec![Value::str(before), inspect::to_s(part), Value::str(after)])
        }
        ("slice!", args) => {
            let taken = it.send(receiver.clone(), "slice", args.to_vec(), None)?;
            return Ok(match (without(receiver, args, &taken), taken) {
                (Some(rest), taken) => (rest, taken),
                (None, _) => (values::beyond("String#slice!"), values::beyond("String#slice!")),
            });
        }
        ("delete" | "insert" | "pop" | "shift" | "update", _) => {
            let result = it.send(receiver.clone(), name, args, block)?;
            return Ok((receiver.clone(), result));
        }
        _ => return changing::by_name(it, receiver, name, args, block),
    };
    Ok((changed.clone(), changed))
}

/// The text before and behind a place; from the end it is counted from behind the last character.
fn parted(text: &Value, at: i64) -> Option<(String, String)> {
    let text = text.as_str()?;
    let len = i64::try_from(text.chars().count()).ok()?;
    let at = usize::try_from(if at < 0 { at + len + 1 } else { at }).ok().filter(|_| at <= len)?;
    Some((text.chars().take(at).collect(), text.chars().skip(at).collect()))
}

/// What is left of a text when a part is taken out; `None` if it is not known where the part lay.
fn without(text: &Value, args: &[Value], taken: &Value) -> Option<Value> {
    let (text, part) = match (text.as_str()?, taken) {
        (_, Value::Undef) => return Some(text.clone()),
        (text, Value::Str(part)) => (text, part.text.as_str()),
        _ => return None,
    };
    let first = match args {
        [Value::Int(at), ..] => {
            let len = text.chars().count();
            let at = values::index(*at, len).unwrap_or(len);
            text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte)
        }
        [Value::Str(_)] => text.find(part)?,
        [range] if values::attrs(range, values::RANGE).is_some() => {
            let (from, _) = array::range_of(range, text.chars().count())?;
            text.char_indices().nth(from).map_or(text.len(), |(byte, _)| byte)
        }
        _ => return None,
    };
    Some(Value::str(format!("{}{}", text.get(..first)?, text.get(first + part.len()..)?)))
}
