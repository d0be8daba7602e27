//! Points in time and spans: making them and formatting them.

use super::args::{Outcome, arg, count, string, wrong};
use crate::eval::error::EvalError;
use crate::eval::interp::{Block, Interp};
use crate::value::time::{self, SECOND, civil, days_of};
use crate::value::{CauseKind, Value};

/// Names of months and days.
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

pub(super) fn strftime(_: &mut dyn Interp, args: &[Value], _: Option<Block>) -> Outcome {
    count("strftime", args, 1, 3)?;
    match time::of_value(arg(args, 0)) {
        Some(("Timestamp", n)) => Ok(Value::str(format_time(string("strftime", "format", arg(args, 1))?, n))),
        Some((_, n)) => Ok(Value::str(format_span(string("strftime", "format", arg(args, 1))?, n))),
        // The time of day is not known here.
        None if matches!(arg(args, 0), Value::Str(_)) => Ok(Value::unknown(CauseKind::Function, "strftime")),
        None => Err(wrong("strftime", "time_object", "a Timestamp value", arg(args, 0))),
    }
}

fn name(names: &[&str], i: u32) -> String {
    names.get(i as usize).copied().unwrap_or_default().to_owned()
}

/// Year and week by ISO 8601: those of the Thursday of the week.
fn iso_week(days: i64) -> (i64, i64) {
    let thursday = days - (days + 3).rem_euclid(7) + 3;
    let year = civil(i128::from(thursday) * 86_400 * SECOND).year;
    (year, (thursday - days_of(year, 1, 1)).div_euclid(7) + 1)
}

/// Formats a point in time (UTC).
fn format_time(format: &str, nanos: i128) -> String {
    let c = civil(nanos);
    let weekday = u32::try_from((c.days + 4).rem_euclid(7)).unwrap_or(0);
    let yday = c.days - days_of(c.year, 1, 1) + 1;
    let hour12 = if c.hour.is_multiple_of(12) { 12 } else { c.hour % 12 };
    let directive = |kind: char| -> Option<(String, char, usize)> {
        let text = |s: String| Some((s, ' ', 0));
        let number = |n: i64, width: usize| Some((n.to_string(), '0', width));
        match kind {
            'Y' => number(c.year, 4),
            'C' => number(c.year.div_euclid(100), 2),
            'y' => number(c.year.rem_euclid(100), 2),
            'm' => number(i64::from(c.month), 2),
            'B' => text(name(&MONTHS, c.month - 1)),
            'b' | 'h' => text(name(&MONTHS, c.month - 1).chars().take(3).collect()),
            'd' => number(i64::from(c.day), 2),
            'e' => Some((c.day.to_string(), ' ', 2)),
            'j' => number(yday, 3),
            'H' => number(i64::from(c.hour), 2),
            'k' => Some((c.hour.to_string(), ' ', 2)),
            'I' => number(i64::from(hour12), 2),
            'l' => Some((hour12.to_string(), ' ', 2)),
            'M' => number(i64::from(c.minute), 2),
            'S' => number(i64::from(c.second), 2),
            'L' => text(format!("{:03}", c.nano / 1_000_000)),
            'N' => text(format!("{:09}", c.nano)),
            'p' => text(if c.hour < 12 { "AM" } else { "PM" }.to_owned()),
            'P' => text(if c.hour < 12 { "am" } else { "pm" }.to_owned()),
            'A' => text(name(&DAYS, weekday)),
            'a' => text(name(&DAYS, weekday).chars().take(3).collect()),
            'u' => number(if weekday == 0 { 7 } else { i64::from(weekday) }, 1),
            'w' => number(i64::from(weekday), 1),
            'U' => number((yday + 6 - i64::from(weekday)).div_euclid(7), 2),
            'W' => number((yday + 6 - (i64::from(weekday) + 6).rem_euclid(7)).div_euclid(7), 2),
            'G' => number(iso_week(c.days).0, 4),
            'g' => number(iso_week(c.days).0.rem_euclid(100), 2),
            'V' => number(iso_week(c.days).1, 2),
            's' => text(nanos.div_euclid(SECOND).to_string()),
            'z' => text("+0000".to_owned()),
            'Z' => text("UTC".to_owned()),
            'F' => text(format_time("%Y-%m-%d", nanos)),
            'T' | 'X' => text(format_time("%H:%M:%S", nanos)),
            'D' | 'x' => text(format_time("%m/%d/%y", nanos)),
            'R' => text(format_time("%H:%M", nanos)),
            'r' => text(format_time("%I:%M:%S %p", nanos)),
            'c' => text(format_time("%a %b %e %H:%M:%S %Y", nanos)),
            'n' => text("\n".to_owned()),
            't' => text("\t".to_owned()),
            '%' => text("%".to_owned()),
            _ => None,
        }
    };
    directives(format, &directive)
}

/// Replaces `%-5X` and the like; an unknown directive stays.
fn directives(format: &str, directive: &dyn Fn(char) -> Option<(String, char, usize)>) -> String {
    let mut out = String::new();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut flags = String::new();
        while let Some(f) = chars.next_if(|c| "-0_^#:".contains(*c)) {
            flags.push(f);
        }
        let mut width = String::new();
        while let Some(d) = chars.next_if(char::is_ascii_digit) {
            width.push(d);
        }
        let Some(kind) = chars.next() else {
            out.push('%');
            break;
        };
        match directive(kind) {
            None => out.push_str(&format!("%{flags}{width}{kind}")),
            Some((text, pad, default)) => {
                let pad = if flags.contains('_') {
                    ' '
                } else if flags.contains('0') {
                    '0'
                } else {
                    pad
                };
                let width = if flags.contains('-') { 0 } else { width.parse().unwrap_or(default).min(1024) };
                let fraction = matches!(kind, 'N' | 'L') && width > 0;
                let text = if fraction { text.chars().chain("000000000".chars()).take(width).collect() } else { text };
                let missing = width.saturating_sub(text.chars().count());
                out.extend(std::iter::repeat_n(pad, missing));
                out.push_str(&if flags.contains('^') { text.to_uppercase() } else { text });
            }
        }
    }
    out
}

/// Formats a span; the highest unit in the format holds all that is above it.
fn format_span(format: &str, nanos: i128) -> String {
    let n = nanos.unsigned_abs();
    let units: [(char, u128, u128, usize); 4] = [
        ('D', 86_400_000_000_000, u128::MAX, 1),
        ('H', 3_600_000_000_000, 24, 2),
        ('M', 60_000_000_000, 60, 2),
        ('S', 1_000_000_000, 60, 2),
    ];
    let highest = units.iter().find(|(c, ..)| used(format, *c)).map(|u| u.0);
    let directive = |kind: char| -> Option<(String, char, usize)> {
        match kind {
            '%' => return Some(("%".to_owned(), ' ', 0)),
            'L' => return Some((fraction(n, 3), '0', 0)),
            'N' => return Some((fraction(n, 9), '0', 0)),
            _ => {}
        }
        let (_, size, modulus, width) = units.iter().find(|(c, ..)| *c == kind)?;
        let whole = n / size;
        let value = if highest == Some(kind) { whole } else { whole % modulus };
        Some((value.to_string(), '0', *width))
    };
    let text = directives(format, &directive);
    if nanos < 0 { format!("-{text}") } else { text }
}

fn fraction(n: u128, digits: usize) -> String {
    let text: String = format!("{:09}", n % 1_000_000_000).chars().take(digits).collect();
    let trimmed = text.trim_end_matches('0');
    if trimmed.is_empty() { "0".to_owned() } else { trimmed.to_owned() }
}

fn used(format: &str, kind: char) -> bool {
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c == '%' && chars.by_ref().find(|c| c.is_ascii_alphabetic() || *c == '%') == Some(kind) {
            return true;
        }
    }
    false
}

#[allow(clippy::cast_possible_truncation)]
fn from_number(value: &Value) -> Option<i128> {
    match value {
        Value::Int(i) => Some(i128::from(*i) * SECOND),
        Value::Float(f) => Some((f * 1e9) as i128),
        _ => None,
    }
}

/// A format or several, tried in order.
fn formats(value: &Value) -> Vec<String> {
    match value {
        Value::Str(s) => vec![s.text.to_string()],
        Value::Array(a) => a.items.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

fn unable(text: &str, formats: &[String]) -> EvalError {
    EvalError::puppet(match formats {
        [one] => format!("Unable to parse '{text}' using format '{one}'"),
        many => format!("Unable to parse '{text}' using any of the formats {}", many.join(", ")),
    })
}

/// `Timestamp(…)`
pub(super) fn new_timestamp(args: &[Value]) -> Outcome {
    if args.is_empty() {
        return Ok(Value::unknown(CauseKind::Function, "Timestamp"));
    }
    let (from, format) = split_hash(args);
    if let Some(n) = from_number(&from) {
        return Ok(time::object("Timestamp", n));
    }
    let text = string("new_timestamp", "string", &from)?;
    let formats = formats(&format);
    let parsed = if formats.is_empty() {
        time::parse_default("Timestamp", text)
    } else {
        formats.iter().find_map(|f| parse_time(text, f))
    };
    parsed.map(|n| time::object("Timestamp", n)).ok_or_else(|| unable(text, &formats))
}

/// Arguments in order, or as one hash.
fn split_hash(args: &[Value]) -> (Value, Value) {
    match args {
        [Value::Hash(h)] => {
            let get = |n: &str| h.entries.get(&Value::str(n)).cloned().unwrap_or_default();
            (get("string"), get("format"))
        }
        _ => (arg(args, 0).clone(), arg(args, 1).clone()),
    }
}

/// Reads a time by a format.
fn parse_time(text: &str, format: &str) -> Option<i128> {
    let (mut year, mut month, mut day, mut seconds, mut fraction) = (1970_i64, 1_u32, 1_u32, 0_i128, 0_i128);
    let (mut rest, mut pm, mut zone) = (text, None, 0_i128);
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            rest = if c.is_whitespace() { rest.trim_start() } else { rest.strip_prefix(c)? };
            continue;
        }
        let kind = chars.find(|c| !"-0_^#".contains(*c))?;
        let mut number = |width: usize| -> Option<i128> {
            let digits: String = rest.trim_start().chars().take(width).take_while(char::is_ascii_digit).collect();
            rest = rest.trim_start().get(digits.len()..)?;
            digits.parse().ok()
        };
        match kind {
            'Y' => year = i64::try_from(number(4)?).ok()?,
            'y' => year = i64::try_from(number(2).map(|y| if y < 69 { 2000 + y } else { 1900 + y })?).ok()?,
            'm' => month = u32::try_from(number(2)?).ok()?,
            'd' | 'e' => day = u32::try_from(number(2)?).ok()?,
            'H' | 'I' | 'k' | 'l' => seconds += number(2)? * 3600,
            'M' => seconds += number(2)? * 60,
            'S' => seconds += number(2)?,
            's' => {
                let n = number(18)?;
                (year, month, day, seconds) = (1970, 1, 1, n);
            }
            'N' | 'L' => {
                let digits: String = rest.chars().take(9).take_while(char::is_ascii_digit).collect();
                rest = rest.get(digits.len()..)?;
                fraction = digits.chars().chain("000000000".chars()).take(9).collect::<String>().parse().ok()?;
            }
            'F' => return composite(text, format, "%F", "%Y-%m-%d"),
            'T' => return composite(text, format, "%T", "%H:%M:%S"),
            'R' => return composite(text, format, "%R", "%H:%M"),
            'p' | 'P' => {
                pm = Some(rest.get(..2)?.eq_ignore_ascii_case("pm"));
                rest = rest.get(2..)?;
            }
            'b' | 'B' => {
                let found = MONTHS.iter().position(|m| rest.to_lowercase().starts_with(&m.to_lowercase()[..3]))?;
                month = u32::try_from(found).ok()? + 1;
                rest = rest.trim_start_matches(|c: char| c.is_alphabetic());
            }
            'a' | 'A' => rest = rest.trim_start_matches(|c: char| c.is_alphabetic()),
            'z' | 'Z' => {
                let end = rest.find(' ').unwrap_or(rest.len());
                let (name, after) = rest.split_at_checked(end)?;
                zone = zone_offset(name)?;
                rest = after;
            }
            '%' => rest = rest.strip_prefix('%')?,
            _ => return None,
        }
    }
    if let Some(pm) = pm {
        let hour = seconds / 3600;
        seconds += if pm && hour < 12 {
            12 * 3600
        } else if !pm && hour == 12 {
            -12 * 3600
        } else {
            0
        };
    }
    let fine = rest.trim().is_empty() && (1..=12).contains(&month) && (1..=31).contains(&day);
    fine.then(|| (i128::from(days_of(year, month, day)) * 86_400 + seconds - zone) * SECOND + fraction)
}

fn composite(text: &str, format: &str, short: &str, long: &str) -> Option<i128> {
    parse_time(text, &format.replace(short, long))
}

fn zone_offset(name: &str) -> Option<i128> {
    if matches!(name, "UTC" | "GMT" | "Z") {
        return Some(0);
    }
    let sign = if name.starts_with('-') { -1 } else { 1 };
    let digits: String = name.chars().filter(char::is_ascii_digit).collect();
    let n: i128 = digits.parse().ok().filter(|_| digits.len() == 4)?;
    Some(sign * ((n / 100) * 3600 + n % 100 * 60))
}

/// `Timespan(…)`
pub(super) fn new_timespan(args: &[Value]) -> Outcome {
    let span = |n| Ok(time::object("Timespan", n));
    match args {
        [Value::Hash(h)] if !h.entries.contains_key(&Value::str("string")) => return span(from_fields(&h.entries)?),
        [Value::Int(_), Value::Int(_), ..] => {
            let names = ["days", "hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds"];
            let fields = names.iter().zip(args).map(|(n, v)| (Value::str(*n), v.clone())).collect();
            return span(from_fields(&fields)?);
        }
        _ => {}
    }
    let (from, format) = split_hash(args);
    if let Some(n) = from_number(&from) {
        return span(n);
    }
    let text = string("new_timespan", "string", &from)?;
    let formats = formats(&format);
    let parsed = if formats.is_empty() {
        time::parse_default("Timespan", text)
    } else {
        formats.iter().find_map(|f| parse_span(text, f))
    };
    parsed.map_or_else(|| Err(unable(text, &formats)), span)
}

fn from_fields(fields: &crate::value::Entries) -> Result<i128, EvalError> {
    let get = |name: &str| match fields.get(&Value::str(name)) {
        Some(Value::Int(i)) => Ok(i128::from(*i)),
        None => Ok(0),
        Some(other) => Err(wrong("new_timespan", name, "an Integer value", other)),
    };
    let seconds = ((get("days")? * 24 + get("hours")?) * 60 + get("minutes")?) * 60 + get("seconds")?;
    let n = ((seconds * 1000 + get("milliseconds")?) * 1000 + get("microseconds")?) * 1000 + get("nanoseconds")?;
    Ok(if fields.get(&Value::str("negative")) == Some(&Value::Bool(true)) { -n } else { n })
}

fn parse_span(text: &str, format: &str) -> Option<i128> {
    let (sign, mut rest) = text.strip_prefix('-').map_or((1, text), |t| (-1, t));
    let mut total: i128 = 0;
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            rest = rest.strip_prefix(c)?;
            continue;
        }
        let kind = chars.find(|c| !"-0_".contains(*c) && !c.is_ascii_digit())?;
        let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).take(15).collect();
        rest = rest.trim_start().get(digits.len()..)?;
        let n: i128 = digits.parse().ok()?;
        total += match kind {
            'D' => n * 86_400 * SECOND,
            'H' => n * 3600 * SECOND,
            'M' => n * 60 * SECOND,
            'S' => n * SECOND,
            'L' | 'N' => digits.chars().chain("000000000".chars()).take(9).collect::<String>().parse().ok()?,
            _ => return None,
        };
    }
    rest.is_empty().then_some(sign * total)
}
