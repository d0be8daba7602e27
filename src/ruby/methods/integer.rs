//! Integers: arithmetic on two of them, bits, digits, rounding to tens.

use super::Answer;
use crate::ruby::interp::Interp;
use crate::ruby::values;
use crate::value::Value;

/// What two integers give. What leaves 64 bits is unknown.
pub(crate) fn pair(it: &mut Interp<'_>, a: i64, name: &str, b: i64) -> Answer {
    let (wide_a, wide_b) = (i128::from(a), i128::from(b));
    let small = || u32::try_from(b).ok();
    let value = match name {
        "+" => a.checked_add(b),
        "-" => a.checked_sub(b),
        "*" => a.checked_mul(b),
        "/" | "div" | "%" | "modulo" | "divmod" | "remainder" if b == 0 => return it.raise_itself("divided by 0"),
        "/" | "div" => i64::try_from(floored(wide_a, wide_b).0).ok(),
        "%" | "modulo" => i64::try_from(floored(wide_a, wide_b).1).ok(),
        "remainder" => i64::try_from(wide_a % wide_b).ok(),
        "divmod" => {
            let (quotient, rest) = floored(wide_a, wide_b);
            let (Ok(quotient), Ok(rest)) = (i64::try_from(quotient), i64::try_from(rest)) else { return Ok(None) };
            return Ok(Some(Value::array(vec![Value::Int(quotient), Value::Int(rest)])));
        }
        "coerce" => return Ok(Some(Value::array(vec![Value::Int(b), Value::Int(a)]))),
        "**" | "pow" => small().and_then(|b| a.checked_pow(b)),
        "<<" if b < 0 => return pair(it, a, ">>", b.saturating_neg()),
        ">>" if b < 0 => return pair(it, a, "<<", b.saturating_neg()),
        "<<" => small().filter(|b| *b < 62).and_then(|b| a.checked_mul(1 << b)),
        ">>" => small().map(|b| a >> b.min(63)),
        "&" => Some(a & b),
        "|" => Some(a | b),
        "^" => Some(a ^ b),
        "[]" if b >= 0 => Some(a >> b.min(63) & 1),
        "gcd" => i64::try_from(gcd(wide_a, wide_b)).ok(),
        "lcm" if a == 0 || b == 0 => Some(0),
        "lcm" => i64::try_from((wide_a / gcd(wide_a, wide_b) * wide_b).abs()).ok(),
        _ => return Ok(None),
    };
    Ok(Some(value.map_or_else(|| values::beyond("a large integer"), Value::Int)))
}

/// Quotient rounded down, and the rest, which has the divisor's sign.
fn floored(a: i128, b: i128) -> (i128, i128) {
    let (quotient, rest) = (a / b, a % b);
    if rest != 0 && (rest < 0) != (b < 0) { (quotient - 1, rest + b) } else { (quotient, rest) }
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}

/// Methods of one integer.
pub(crate) fn one(n: i64, name: &str, args: &[Value]) -> Option<Value> {
    match (name, args) {
        ("round" | "floor" | "ceil" | "truncate", [Value::Int(digits)]) if *digits < 0 => to_tens(n, name, *digits),
        ("round" | "floor" | "ceil" | "truncate", [] | [Value::Int(_)]) => Some(Value::Int(n)),
        ("to_c" | "ord" | "to_i" | "to_int" | "numerator", []) => Some(Value::Int(n)),
        ("denominator", []) => Some(Value::Int(1)),
        ("abs" | "magnitude", []) => n.checked_abs().map(Value::Int),
        ("-@", []) => n.checked_neg().map(Value::Int),
        ("~", []) => Some(Value::Int(!n)),
        ("even?", []) => Some(Value::Bool(n % 2 == 0)),
        ("odd?", []) => Some(Value::Bool(n % 2 != 0)),
        ("succ" | "next", []) => n.checked_add(1).map(Value::Int),
        ("pred", []) => n.checked_sub(1).map(Value::Int),
        ("to_s" | "inspect", [Value::Int(base)]) => in_base(n, *base),
        ("digits", []) if n >= 0 => Some(digits(n, 10)),
        ("digits", [Value::Int(base)]) if n >= 0 && *base >= 2 => Some(digits(n, *base)),
        ("bit_length", []) => Some(Value::Int(i64::from(64 - (if n < 0 { !n } else { n }).leading_zeros()))),
        ("size", []) => Some(Value::Int(8)),
        // Beyond ASCII it is a byte that is no text.
        ("chr", []) => u8::try_from(n).ok().filter(u8::is_ascii).map(|c| Value::str(char::from(c).to_string())),
        ("times", []) if n < 100_000 => Some(Value::array((0..n).map(Value::Int).collect())),
        _ => None,
    }
}

/// Rounded at a place before the point: away from zero at the half.
fn to_tens(n: i64, name: &str, digits: i64) -> Option<Value> {
    let Some(unit) = digits
        .checked_neg()
        .and_then(|d| u32::try_from(d).ok())
        .and_then(|d| 10i128.checked_pow(d))
        .filter(|u| *u < 1 << 100)
    else {
        return Some(Value::Int(0)).filter(|_| matches!(name, "round" | "truncate"));
    };
    let n = i128::from(n);
    let (down, rest) = (n.div_euclid(unit), n.rem_euclid(unit));
    let tens = match name {
        "floor" => down,
        "ceil" => down + i128::from(rest != 0),
        "truncate" => n / unit,
        _ => (n.abs() + unit / 2) / unit * n.signum(),
    };
    i64::try_from(tens * unit).ok().map(Value::Int)
}

/// Least significant first.
fn digits(n: i64, base: i64) -> Value {
    let mut out = vec![Value::Int(n % base)];
    let mut rest = n / base;
    while rest > 0 {
        out.push(Value::Int(rest % base));
        rest /= base;
    }
    Value::array(out)
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
