//! `sprintf`.

use super::{inspect, number};
use crate::ruby::values;
use crate::value::Value;

#[derive(Default)]
struct Spec {
    left: bool,
    zero: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
}

/// Formats; `None` for a directive that is not modelled or an argument that does not fit.
pub(crate) fn sprintf(template: &str, args: &[Value]) -> Option<String> {
    let mut out = String::new();
    let mut args_left = args.iter();
    let mut chars = template.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut spec = Spec::default();
        let mut named: Option<Value> = None;
        loop {
            match chars.next()? {
                '%' => {
                    out.push('%');
                    break;
                }
                '-' => spec.left = true,
                '0' if spec.width == 0 && spec.precision.is_none() => spec.zero = true,
                '+' => spec.plus = true,
                ' ' => spec.space = true,
                '#' => spec.alternate = true,
                '*' => {
                    let Value::Int(width) = args_left.next()? else { return None };
                    spec.width = usize::try_from(*width).ok()?;
                }
                '.' => spec.precision = Some(0),
                d @ '0'..='9' => {
                    let slot = spec.precision.as_mut().unwrap_or(&mut spec.width);
                    *slot = slot.checked_mul(10)?.checked_add(d.to_digit(10)? as usize).filter(|w| *w < 10_000)?;
                }
                open @ ('<' | '{') => {
                    let close = if open == '<' { '>' } else { '}' };
                    let name: String = chars.by_ref().take_while(|c| *c != close).collect();
                    let value = args.first()?.as_hash()?.get(&values::symbol(&name))?.clone();
                    if open == '{' {
                        out.push_str(inspect::to_s(&value).as_str()?);
                        break;
                    }
                    named = Some(value);
                }
                directive => {
                    let value = match named.take() {
                        Some(value) => value,
                        None => args_left.next()?.clone(),
                    };
                    out.push_str(&pad(&spec, directive, &one(&spec, directive, &value)?));
                    break;
                }
            }
        }
    }
    Some(out)
}

fn one(spec: &Spec, directive: char, value: &Value) -> Option<String> {
    let text = match directive {
        's' => inspect::to_s(value).as_str()?.to_owned(),
        'p' => inspect::inspect(value).as_str()?.to_owned(),
        'd' | 'i' | 'u' => integer(value)?.to_string(),
        'x' => format!("{}{:x}", if spec.alternate { "0x" } else { "" }, integer(value)?),
        'X' => format!("{:X}", integer(value)?),
        'o' => format!("{:o}", integer(value)?),
        'b' => format!("{:b}", integer(value)?),
        'c' => inspect::to_s(value).as_str()?.chars().next()?.to_string(),
        'f' => format!("{:.*}", spec.precision.unwrap_or(6), float(value)?),
        'e' => {
            let text = format!("{:.*e}", spec.precision.unwrap_or(6), float(value)?);
            let (mantissa, exponent) = text.split_once('e')?;
            let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |d| ('-', d));
            format!("{mantissa}e{sign}{digits:0>2}")
        }
        'g' => inspect::float(float(value)?).trim_end_matches(".0").to_owned(),
        _ => return None,
    };
    let signed = "diufeg".contains(directive) && !text.starts_with('-');
    Some(match (directive, spec.precision) {
        ('s', Some(n)) => text.chars().take(n).collect(),
        _ if signed && spec.plus => format!("+{text}"),
        _ if signed && spec.space => format!(" {text}"),
        _ => text,
    })
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Int(i) => Some(*i),
        Value::Float(f) => match number::truncated(f.floor())? {
            Value::Int(i) => Some(i),
            _ => None,
        },
        Value::Str(s) => match number::strict_int(&s.text)? {
            Value::Int(i) => Some(i),
            _ => None,
        },
        _ => None,
    }
}

#[allow(clippy::cast_precision_loss)]
fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Int(i) => Some(*i as f64),
        Value::Float(f) => Some(*f),
        Value::Str(s) => s.text.trim().parse().ok(),
        _ => None,
    }
}

fn pad(spec: &Spec, directive: char, text: &str) -> String {
    let missing = spec.width.saturating_sub(text.chars().count());
    if missing == 0 {
        return text.to_owned();
    }
    if spec.left {
        return format!("{text}{}", " ".repeat(missing));
    }
    if spec.zero && directive != 's' {
        let (sign, digits) = match text.strip_prefix(['-', '+']) {
            Some(digits) => text.split_at(text.len() - digits.len()),
            None => ("", text),
        };
        return format!("{sign}{}{digits}", "0".repeat(missing));
    }
    format!("{}{text}", " ".repeat(missing))
}
