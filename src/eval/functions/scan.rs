//! `scanf`, and integers out of text as Ruby reads them.

use super::args::{Outcome, arg, count, string};
use crate::eval::interp::{Block, Interp};
use crate::value::Value;

/// `text.to_i`: the integer at the start, 0 if there is none.
pub(super) fn leading_integer(text: &str) -> i64 {
    let text = text.trim_start();
    let (negative, body) =
        text.strip_prefix('-').map_or((false, text.strip_prefix('+').unwrap_or(text)), |t| (true, t));
    let digits: String = body.chars().take_while(|c| c.is_ascii_digit() || *c == '_').filter(|c| *c != '_').collect();
    let n = digits.parse::<i64>().unwrap_or(0);
    if negative { -n } else { n }
}

pub(super) fn scanf(cx: &mut dyn Interp, args: &[Value], block: Option<Block>) -> Outcome {
    count("scanf", args, 2, 2)?;
    let found = Value::array(scan(string("scanf", "data", arg(args, 0))?, string("scanf", "format", arg(args, 1))?));
    match block {
        Some(block) => super::args::call(cx, block, &[found]),
        None => Ok(found),
    }
}

/// Reads values by a format until something does not fit.
fn scan(data: &str, format: &str) -> Vec<Value> {
    let mut out = Vec::new();
    let mut rest = data;
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_whitespace() {
            rest = rest.trim_start();
            continue;
        }
        if c != '%' || chars.peek() == Some(&'%') {
            if c == '%' {
                chars.next();
            }
            match rest.strip_prefix(c) {
                Some(after) => rest = after,
                None => return out,
            }
            continue;
        }
        let skip = chars.next_if_eq(&'*').is_some();
        let mut width = String::new();
        while let Some(d) = chars.next_if(char::is_ascii_digit) {
            width.push(d);
        }
        let width = width.parse().unwrap_or(usize::MAX);
        let Some(kind) = chars.next() else { return out };
        let set: String = if kind == '[' { chars.by_ref().take_while(|c| *c != ']').collect() } else { String::new() };
        let Some((value, after)) = field(rest, kind, width, &set) else { return out };
        rest = after;
        if !skip {
            out.push(value);
        }
    }
    out
}

fn field<'a>(text: &'a str, kind: char, width: usize, set: &str) -> Option<(Value, &'a str)> {
    let text = if matches!(kind, 'c' | '[') { text } else { text.trim_start() };
    let sign = |i: usize, c: char| i == 0 && matches!(c, '-' | '+');
    let accepts = |i: usize, c: char| match kind {
        'd' | 'i' | 'u' => sign(i, c) || c.is_ascii_digit(),
        'x' | 'X' => sign(i, c) || c.is_ascii_hexdigit() || i == 1 && matches!(c, 'x' | 'X'),
        'o' => sign(i, c) || ('0'..='7').contains(&c),
        'f' | 'e' | 'g' => sign(i, c) || c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '-'),
        'c' => i < if width == usize::MAX { 1 } else { width },
        '[' => in_set(set, c),
        _ => !c.is_whitespace(),
    };
    let taken: String =
        text.chars().take(width).enumerate().take_while(|(i, c)| accepts(*i, *c)).map(|(_, c)| c).collect();
    let rest = text.get(taken.len()..)?;
    let value = match kind {
        _ if taken.is_empty() => return None,
        'd' | 'u' => Value::Int(taken.parse().ok()?),
        'i' => Value::Int(crate::value::convert::ruby_integer(&taken, None)?),
        'x' | 'X' => Value::Int(crate::value::convert::ruby_integer(&taken, Some(16))?),
        'o' => Value::Int(crate::value::convert::ruby_integer(&taken, Some(8))?),
        'f' | 'e' | 'g' => Value::Float(taken.parse().ok()?),
        _ => Value::str(taken),
    };
    Some((value, rest))
}

fn in_set(set: &str, c: char) -> bool {
    let (negated, set) = set.strip_prefix('^').map_or((false, set), |s| (true, s));
    let members: Vec<char> = set.chars().collect();
    let mut hit = members.contains(&c);
    for window in members.windows(3) {
        if let [from, '-', to] = window {
            hit |= (*from..=*to).contains(&c);
        }
    }
    hit != negated
}
