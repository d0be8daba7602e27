//! Numbers.

use super::{Answer, inspect};
use crate::ruby::interp::{Callable, Interp};
use crate::ruby::values;
use crate::value::Value;

#[allow(clippy::cast_precision_loss)]
fn as_float(value: &Value) -> Option<f64> {
    match value {
        Value::Int(i) => Some(*i as f64),
        Value::Float(f) => Some(*f),
        _ => None,
    }
}

/// A float's integer part, if it is in range.
#[allow(clippy::cast_possible_truncation)]
pub(crate) fn truncated(f: f64) -> Option<Value> {
    (f.is_finite() && f.abs() < 9.0e18).then(|| Value::Int(f as i64))
}

pub(crate) fn call(
    it: &mut Interp<'_>,
    receiver: &Value,
    name: &str,
    args: &[Value],
    block: Option<&Callable>,
) -> Answer {
    match (receiver, args) {
        (Value::Int(a), [Value::Int(b)]) => {
            if let Some(value) = integers(it, *a, name, *b)? {
                return Ok(Some(value));
            }
        }
        (_, [other]) => {
            if let (Some(a), Some(b)) = (as_float(receiver), as_float(other)) {
                if let Some(value) = floats(a, name, b) {
                    return Ok(Some(value));
                }
            } else if matches!(name, "+" | "-" | "*" | "/" | "%" | "**") {
                return it.raise(format!(
                    "{} can't be coerced into {}",
                    super::class_name(other),
                    super::class_name(receiver)
                ));
            }
        }
        _ => {}
    }
    if let (Value::Int(n), Some(block)) = (receiver, block) {
        return loops(it, *n, name, args, block);
    }
    Ok(single(receiver, name, args))
}

fn integers(it: &Interp<'_>, a: i64, name: &str, b: i64) -> Answer {
    let small = || u32::try_from(b).ok();
    let value = match name {
        "+" => a.checked_add(b),
        "-" => a.checked_sub(b),
        "*" => a.checked_mul(b),
        "/" | "div" | "%" | "modulo" if b == 0 => return it.raise("divided by 0"),
        "/" | "div" => Some(a.wrapping_div_euclid(b) - i64::from(b < 0 && a.wrapping_rem_euclid(b) != 0)),
        "%" | "modulo" => Some(((a % b) + b) % b),
        "**" | "pow" => small().and_then(|b| a.checked_pow(b)),
        "<<" => small().filter(|b| *b < 62).and_then(|b| a.checked_mul(1 << b)),
        ">>" => small().map(|b| a >> b.min(63)),
        "&" => Some(a & b),
        "|" => Some(a | b),
        "^" => Some(a ^ b),
        "gcd" => Some(gcd(a, b)),
        _ => return Ok(None),
    };
    Ok(Some(value.map_or_else(|| values::beyond("a large integer"), Value::Int)))
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a.saturating_abs() } else { gcd(b, a % b) }
}

fn floats(a: f64, name: &str, b: f64) -> Option<Value> {
    Some(Value::Float(match name {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" | "fdiv" | "quo" => a / b,
        "%" => a - b * (a / b).floor(),
        "**" => a.powf(b),
        _ => return None,
    }))
}

fn loops(it: &mut Interp<'_>, n: i64, name: &str, args: &[Value], block: &Callable) -> Answer {
    let range: Vec<i64> = match (name, args) {
        ("times", []) => (0..n.min(1_000_000)).collect(),
        ("upto", [Value::Int(to)]) => (n..=*to).take(1_000_000).collect(),
        ("downto", [Value::Int(to)]) => (*to..=n).rev().take(1_000_000).collect(),
        ("step", [Value::Int(to), Value::Int(by)]) if *by > 0 => {
            (n..=*to).step_by(usize::try_from(*by).unwrap_or(1)).take(1_000_000).collect()
        }
        _ => return Ok(None),
    };
    for i in range {
        it.yield_to(block, vec![Value::Int(i)])?;
    }
    Ok(Some(Value::Int(n)))
}

fn single(receiver: &Value, name: &str, args: &[Value]) -> Option<Value> {
    let float = as_float(receiver)?;
    match (receiver, name, args) {
        (_, "to_i" | "to_int" | "truncate", []) => truncated(float),
        (_, "to_f", []) => Some(Value::Float(float)),
        (Value::Int(n), "round" | "floor" | "ceil" | "to_c" | "ord", _) => Some(Value::Int(*n)),
        (_, "round", []) => truncated(float.round()),
        (_, "floor", []) => truncated(float.floor()),
        (_, "ceil", []) => truncated(float.ceil()),
        (_, "round", [Value::Int(digits)]) if (0..16).contains(digits) => {
            let scale = 10f64.powi(i32::try_from(*digits).ok()?);
            if *digits == 0 { truncated(float.round()) } else { Some(Value::Float((float * scale).round() / scale)) }
        }
        (Value::Int(n), "abs" | "magnitude", []) => Some(Value::Int(n.saturating_abs())),
        (_, "abs", []) => Some(Value::Float(float.abs())),
        (Value::Int(n), "-@", []) => n.checked_neg().map(Value::Int),
        (_, "-@", []) => Some(Value::Float(-float)),
        (_, "+@", []) => Some(receiver.clone()),
        (_, "zero?", []) => Some(Value::Bool(float == 0.0)),
        (_, "positive?", []) => Some(Value::Bool(float > 0.0)),
        (_, "negative?", []) => Some(Value::Bool(float < 0.0)),
        (Value::Int(n), "even?", []) => Some(Value::Bool(n % 2 == 0)),
        (Value::Int(n), "odd?", []) => Some(Value::Bool(n % 2 != 0)),
        (Value::Int(n), "succ" | "next", []) => n.checked_add(1).map(Value::Int),
        (Value::Int(n), "pred", []) => n.checked_sub(1).map(Value::Int),
        (Value::Int(n), "to_s", [Value::Int(base)]) => in_base(*n, *base),
        (Value::Int(n), "chr", []) => {
            u32::try_from(*n).ok().and_then(char::from_u32).map(|c| Value::str(c.to_string()))
        }
        (Value::Int(n), "times", []) if *n < 100_000 => Some(Value::array((0..*n).map(Value::Int).collect())),
        (_, "to_s", []) => Some(inspect::to_s(receiver)),
        (_, "integer?", []) => Some(Value::Bool(matches!(receiver, Value::Int(_)))),
        (_, "clamp", [low, high]) => {
            let (low_f, high_f) = (as_float(low)?, as_float(high)?);
            Some(
                if float < low_f {
                    low
                } else if float > high_f {
                    high
                } else {
                    receiver
                }
                .clone(),
            )
        }
        _ => None,
    }
}

fn in_base(n: i64, base: i64) -> Option<Value> {
    let base = u64::try_from(base).ok().filter(|b| (2..=36).contains(b))?;
    let mut rest = n.unsigned_abs();
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit(u32::try_from(rest % base).ok()?, u32::try_from(base).ok()?)?);
        rest /= base;
        if rest == 0 {
            break;
        }
    }
    let sign = if n < 0 { "-" } else { "" };
    Some(Value::str(format!("{sign}{}", digits.iter().rev().collect::<String>())))
}

/// `'12abc'.to_i` is 12.
pub(crate) fn lenient_int(text: &str) -> Value {
    lenient_int_base(text, 10)
}

pub(crate) fn lenient_int_base(text: &str, base: i64) -> Value {
    let Some(base) = u32::try_from(base).ok().filter(|b| (2..=36).contains(b)) else {
        return values::beyond("to_i with that base");
    };
    let text = text.trim_start();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut n: i64 = 0;
    for c in digits.chars() {
        match c.to_digit(base) {
            Some(d) => match n.checked_mul(i64::from(base)).and_then(|n| n.checked_add(i64::from(d))) {
                Some(next) => n = next,
                None => return large(digits, base),
            },
            None if c == '_' => {}
            None => break,
        }
    }
    Value::Int(if negative { -n } else { n })
}

/// `'1.5x'.to_f` is 1.5.
pub(crate) fn lenient_float(text: &str) -> f64 {
    let text = text.trim_start();
    let ends = text.char_indices().map(|(i, c)| i + c.len_utf8()).take(64);
    let parses =
        |end: usize| text.get(..end).filter(|t| !t.ends_with('.') && t.ends_with(|c: char| c.is_ascii_digit()));
    ends.filter_map(parses).filter_map(|t| t.parse().ok()).last().unwrap_or(0.0)
}

/// `Integer('0x1f')`
pub(crate) fn strict_int(text: &str) -> Option<Value> {
    let text = text.trim().replace('_', "");
    let (sign, digits) = text.strip_prefix('-').map_or((1, text.as_str()), |rest| (-1, rest));
    let parsed = if let Some(hex) = digits.strip_prefix("0x") {
        i64::from_str_radix(hex, 16)
    } else if let Some(binary) = digits.strip_prefix("0b") {
        i64::from_str_radix(binary, 2)
    } else if digits.len() > 1 && digits.starts_with('0') {
        i64::from_str_radix(digits.trim_start_matches('0').trim_start_matches('o'), 8)
    } else {
        digits.parse()
    };
    parsed.ok().map(|n| Value::Int(sign * n))
}

/// `Math.sqrt` and kin.
pub(crate) fn math(name: &str, number: &Value) -> Value {
    let Some(f) = as_float(number) else { return values::derived(name, &[number], None) };
    Value::Float(match name {
        "sqrt" => f.sqrt(),
        "log2" => f.log2(),
        "log10" => f.log10(),
        _ => f.ln(),
    })
}

/// An integer beyond 64 bits keeps its digits: a remainder can be told.
fn large(digits: &str, base: u32) -> Value {
    let own: String = digits.chars().take_while(|c| c.is_digit(base)).collect();
    values::object(values::BIG, &[Value::str(own), Value::Int(i64::from(base))])
}

/// Methods of an integer beyond 64 bits.
pub(crate) fn large_call(attrs: &crate::value::Entries, name: &str, args: &[Value]) -> Option<Value> {
    let mut parts = attrs.values();
    let (digits, base) = (parts.next()?.as_str()?, parts.next()?);
    let Value::Int(base) = base else { return None };
    let ("%" | "modulo", [Value::Int(by)]) = (name, args) else { return None };
    let (by, radix) = (i128::from(*by), u32::try_from(*base).ok()?);
    if by <= 0 {
        return None;
    }
    let step = |rest: i128, c: char| Some((rest * i128::from(*base) + i128::from(c.to_digit(radix)?)) % by);
    let rest = digits.chars().try_fold(0i128, step)?;
    i64::try_from(rest).ok().map(Value::Int)
}
