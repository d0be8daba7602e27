//! Floats: arithmetic as C has it, and rounding as Ruby does it.

use super::number::truncated;
use crate::value::Value;

/// What two numbers give of which one is a float.
pub(crate) fn pair(a: f64, name: &str, b: f64) -> Option<Value> {
    Some(Value::Float(match name {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" | "fdiv" | "quo" => a / b,
        "%" | "modulo" => modulo(a, b),
        "remainder" => a % b,
        "**" | "pow" if a >= 0.0 || b.fract() == 0.0 => a.powf(b),
        "div" => return truncated((a / b).floor()),
        "divmod" => {
            let rest = modulo(a, b);
            return Some(Value::array(vec![truncated(((a - rest) / b).round())?, Value::Float(rest)]));
        }
        "coerce" => return Some(Value::array(vec![Value::Float(b), Value::Float(a)])),
        _ => return None,
    }))
}

/// The rest has the divisor's sign.
fn modulo(a: f64, b: f64) -> f64 {
    let rest = a % b;
    if rest != 0.0 && (rest < 0.0) != (b < 0.0) { rest + b } else { rest }
}

/// Methods of one float.
pub(crate) fn one(f: f64, name: &str, args: &[Value]) -> Option<Value> {
    match (name, args) {
        ("to_i" | "to_int", []) => truncated(f),
        ("round" | "floor" | "ceil" | "truncate", []) => truncated(whole(f, name)),
        ("round" | "floor" | "ceil" | "truncate", [Value::Int(digits)]) => at(f, name, *digits),
        ("abs" | "magnitude", []) => Some(Value::Float(f.abs())),
        ("-@", []) => Some(Value::Float(-f)),
        ("finite?", []) => Some(Value::Bool(f.is_finite())),
        ("nan?", []) => Some(Value::Bool(f.is_nan())),
        ("infinite?", []) if f.is_infinite() => Some(Value::Int(if f > 0.0 { 1 } else { -1 })),
        ("infinite?", []) => Some(Value::Undef),
        _ => None,
    }
}

fn whole(f: f64, name: &str) -> f64 {
    match name {
        "floor" => f.floor(),
        "ceil" => f.ceil(),
        "truncate" => f.trunc(),
        _ => f.round(),
    }
}

/// Rounded to so many places (`rb_float_round` and kin of Ruby's `numeric.c`).
fn at(f: f64, name: &str, digits: i64) -> Option<Value> {
    if digits <= 0 {
        let whole = if digits < 0 && name == "round" { f.trunc() } else { whole(f, name) };
        let Value::Int(whole) = truncated(whole)? else { return None };
        return super::integer::one(whole, name, &[Value::Int(digits)]);
    }
    let name = match name {
        "truncate" => {
            if f < 0.0 {
                "ceil"
            } else {
                "floor"
            }
        }
        other => other,
    };
    if !f.is_finite() || is_exact(f, digits) {
        return Some(Value::Float(f));
    }
    // Beyond that Ruby reckons with fractions.
    if digits > 14 {
        return None;
    }
    let scale = 10f64.powi(i32::try_from(digits).ok()?);
    let scaled = f * scale;
    Some(Value::Float(match name {
        "floor" => match (scaled.floor() + 1.0) / scale {
            above if above > f => scaled.floor() / scale,
            above => above,
        },
        "ceil" => match (scaled.ceil() - 1.0) / scale {
            below if below < f => scaled.ceil() / scale,
            below => below,
        },
        _ => nearest(f, scaled, scale) / scale,
    }))
}

/// The half goes away from zero, unless the float lies on its other side.
fn nearest(f: f64, scaled: f64, scale: f64) -> f64 {
    let rounded = scaled.round();
    if f > 0.0 && (rounded + 0.5) / scale <= f {
        rounded + 1.0
    } else if f < 0.0 && (rounded - 0.5) / scale >= f {
        rounded - 1.0
    } else {
        rounded
    }
}

/// Whether a float has no more places than that (`float_round_overflow`).
fn is_exact(f: f64, digits: i64) -> bool {
    if f == 0.0 {
        return true;
    }
    let exponent = i64::try_from(f.to_bits() >> 52 & 0x7ff).unwrap_or(0) - 1022;
    digits >= 17 - if exponent > 0 { exponent / 4 } else { exponent / 3 - 1 }
}
