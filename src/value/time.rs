//! `Timestamp` and `Timespan`: nanoseconds, and their default text.

use super::{Entries, Object, Value};
use std::sync::Arc;

/// Nanoseconds of a second.
pub const SECOND: i128 = 1_000_000_000;

/// The nanoseconds an object of time stands for.
#[must_use]
pub fn nanos(object: &Object) -> Option<i128> {
    match object.attrs.get(&Value::str("nsecs")) {
        Some(Value::Int(n)) => Some(i128::from(*n)),
        Some(Value::Str(s)) => s.text.parse().ok(),
        _ => None,
    }
}

/// The nanoseconds and the kind (`Timestamp`, `Timespan`) of a value, if it is one of time.
#[must_use]
pub fn of_value(value: &Value) -> Option<(&str, i128)> {
    match value {
        Value::Object(o) if matches!(o.type_name.as_str(), "Timestamp" | "Timespan") => {
            Some((o.type_name.as_str(), nanos(o)?))
        }
        _ => None,
    }
}

/// An object of time.
#[must_use]
pub fn object(kind: &str, nanos: i128) -> Value {
    let stored = i64::try_from(nanos).map_or_else(|_| Value::str(nanos.to_string()), Value::Int);
    let attrs: Entries = [(Value::str("nsecs"), stored)].into_iter().collect();
    Value::Object(Arc::new(Object { type_name: kind.into(), attrs }))
}

/// `D-HH:MM:SS.N`, as a span prints.
#[must_use]
pub fn show_timespan(nanos: i128) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let n = nanos.unsigned_abs();
    let seconds = n / SECOND.unsigned_abs();
    // Puppet does not fill it up: five milliseconds print like half a second.
    let fraction = (n % SECOND.unsigned_abs()).to_string();
    let fraction = fraction.trim_end_matches('0');
    let fraction = if fraction.is_empty() { "0" } else { fraction };
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    format!("{sign}{days}-{:02}:{:02}:{:02}.{fraction}", rest / 3600, rest / 60 % 60, rest % 60)
}

/// `YYYY-MM-DDTHH:MM:SS.N UTC`, as a point in time prints.
#[must_use]
pub fn show_timestamp(nanos: i128) -> String {
    let parts = civil(nanos);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09} UTC",
        parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second, parts.nano
    )
}

/// A point in time in the calendar, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Civil {
    pub year: i64,
    pub month: u32,
    pub day: u32,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    pub nano: u32,
    /// Days since the epoch.
    pub days: i64,
}

/// The calendar date of nanoseconds since the epoch.
#[must_use]
pub fn civil(nanos: i128) -> Civil {
    let seconds = i64::try_from(nanos.div_euclid(SECOND)).unwrap_or(i64::MAX / 4);
    let days = seconds.div_euclid(86_400);
    let rest = small(seconds.rem_euclid(86_400));
    let (year, month, day) = date_of(days);
    Civil {
        year,
        month,
        day,
        hour: rest / 3600,
        minute: rest / 60 % 60,
        second: rest % 60,
        nano: u32::try_from(nanos.rem_euclid(SECOND)).unwrap_or(0),
        days,
    }
}

fn small(n: i64) -> u32 {
    u32::try_from(n).unwrap_or(0)
}

/// Days since the epoch to a date of the proleptic Gregorian calendar.
fn date_of(days: i64) -> (i64, u32, u32) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = small(day_of_year - (153 * shifted_month + 2) / 5 + 1);
    let month = small(if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 });
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// A date to days since the epoch.
#[must_use]
pub fn days_of(year: i64, month: u32, day: u32) -> i64 {
    let y = year - i64::from(month <= 2);
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let shifted_month = i64::from(if month > 2 { month - 3 } else { month + 9 });
    let day_of_year = (153 * shifted_month + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Reads the default text forms: `D-HH:MM:SS.N` and its shorter forms, ISO 8601 for a point in time.
#[must_use]
pub fn parse_default(kind: &str, text: &str) -> Option<i128> {
    if kind == "Timespan" { parse_timespan(text) } else { parse_timestamp(text) }
}

fn parse_timespan(text: &str) -> Option<i128> {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |t| (-1, t));
    let has_days = text.contains('-');
    let (days, clock) = text.split_once('-').unwrap_or(("0", text));
    let (clock, fraction) = clock.split_once('.').map_or((clock, None), |(c, f)| (c, Some(f)));
    let units = clock.split(':').map(digits).collect::<Option<Vec<i128>>>()?;
    let seconds = match (units.as_slice(), fraction, has_days) {
        ([h, m, s], ..) => (h * 60 + m) * 60 + s,
        ([m, s], Some(_), false) => m * 60 + s,
        ([h, m], None, true) => (h * 60 + m) * 60,
        ([s], _, false) => *s,
        _ => return None,
    };
    let fraction = fraction.unwrap_or("0");
    Some(sign * ((digits(days)? * 86_400 + seconds) * SECOND + fraction_nanos(fraction)?))
}

fn digits(text: &str) -> Option<i128> {
    let fine = !text.is_empty() && text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit());
    if fine { text.parse().ok() } else { None }
}

fn fraction_nanos(text: &str) -> Option<i128> {
    let padded: String = text.chars().chain("000000000".chars()).take(9).collect();
    digits(text).and_then(|_| digits(&padded))
}

fn parse_timestamp(text: &str) -> Option<i128> {
    let (date, clock) = text.split_once(['T', ' ']).unwrap_or((text, "00:00:00"));
    let (clock, zone) = split_zone(clock.trim());
    let ymd = date.split('-').map(digits).collect::<Option<Vec<i128>>>()?;
    let [year, month, day] = *ymd.as_slice() else { return None };
    let (clock, fraction) = clock.split_once('.').map_or((clock, "0"), |(c, f)| (c, f));
    let hms = clock.split(':').map(digits).collect::<Option<Vec<i128>>>()?;
    let seconds = match *hms.as_slice() {
        [h, m, s] => (h * 60 + m) * 60 + s,
        [h, m] => (h * 60 + m) * 60,
        _ => return None,
    };
    let (year, month, day) = (i64::try_from(year).ok()?, u32::try_from(month).ok()?, u32::try_from(day).ok()?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let days = i128::from(days_of(year, month, day));
    Some((days * 86_400 + seconds - zone?) * SECOND + fraction_nanos(fraction)?)
}

/// The zone at the end of a time, in seconds east of UTC.
fn split_zone(clock: &str) -> (&str, Option<i128>) {
    for name in [" UTC", "Z", " GMT"] {
        if let Some(rest) = clock.strip_suffix(name) {
            return (rest, Some(0));
        }
    }
    let Some(at) = clock.rfind(['+', '-']) else { return (clock, Some(0)) };
    let (rest, zone) = clock.split_at(at);
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let plain: String = zone.chars().filter(char::is_ascii_digit).collect();
    let offset = digits(&plain).filter(|_| plain.len() == 4).map(|n| sign * ((n / 100) * 60 + n % 100) * 60);
    (rest.trim_end(), offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_as_puppet_does() {
        assert_eq!(show_timespan(93_784_500_000_000), "1-02:03:04.5");
        assert_eq!(show_timespan(-SECOND), "-0-00:00:01.0");
        assert_eq!(show_timestamp(1_580_688_000 * SECOND), "2020-02-03T00:00:00.000000000 UTC");
        assert_eq!(days_of(2020, 2, 29), 18_321);
    }
}
