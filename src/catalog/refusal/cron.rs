//! What `cron` refuses of a time.

use super::forms::munging;
use crate::value::Value;

const DAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const SPECIALS: [&str; 9] =
    ["reboot", "yearly", "annually", "monthly", "weekly", "daily", "midnight", "hourly", "absent"];

pub(super) fn no_minute(value: &Value) -> Option<String> {
    no_time(value, "minute", (0, 59), &[])
}

pub(super) fn no_hour(value: &Value) -> Option<String> {
    no_time(value, "hour", (0, 23), &[])
}

pub(super) fn no_weekday(value: &Value) -> Option<String> {
    no_time(value, "weekday", (0, 7), &DAYS)
}

pub(super) fn no_month(value: &Value) -> Option<String> {
    no_time(value, "month", (1, 12), &MONTHS)
}

pub(super) fn no_monthday(value: &Value) -> Option<String> {
    no_time(value, "monthday", (1, 31), &[])
}

pub(super) fn no_special(text: &str) -> Option<String> {
    (!SPECIALS.contains(&text)).then(|| format!("Invalid special schedule {}", crate::value::inspect::quote(text)))
}

/// A list is taken item by item.
fn no_time(value: &Value, name: &str, bounds: (i64, i64), words: &[&str]) -> Option<String> {
    let items = value.as_array().unwrap_or(std::slice::from_ref(value));
    items.iter().find_map(|item| {
        let fits = match item {
            Value::Int(n) => (bounds.0..=bounds.1).contains(n),
            Value::Str(text) => is_pattern(&text.text) || is_number(&text.text, bounds) || is_word(&text.text, words),
            _ => true,
        };
        let why = || {
            munging(
                item,
                name,
                &format!("{} is not a valid {name}", item.as_str().map_or_else(|| item.to_string(), str::to_owned)),
            )
        };
        (!fits).then(why)
    })
}

/// `absent`, `*`, `*/N`, `A-B` and `A-B/N`.
fn is_pattern(text: &str) -> bool {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let is_range = |s: &str| s.split_once('-').is_some_and(|(from, to)| digits(from) && digits(to));
    match text.split_once('/') {
        Some((range, step)) => digits(step) && (range == "*" || is_range(range)),
        None => text == "absent" || text == "*" || is_range(text),
    }
}

fn is_number(text: &str, (least, most): (i64, i64)) -> bool {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    digits && text.parse().is_ok_and(|n: i64| (least..=most).contains(&n))
}

/// The name of a day or month, or its first three letters.
fn is_word(text: &str, words: &[&str]) -> bool {
    let text = text.to_lowercase();
    words.iter().any(|word| *word == text || text.len() == 3 && word.starts_with(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_a_name_or_a_pattern() {
        for (text, fits) in [("Tue", true), ("sunday", true), ("7", true), ("1-5", true), ("*/2", true), ("*", true)]
            .into_iter()
            .chain([("8", false), ("*x", false), ("Mon-Fri", false), ("1,3", false), ("tues", false), ("", false)])
        {
            assert_eq!(no_weekday(&Value::str(text)).is_none(), fits, "{text}");
        }
        assert!(no_hour(&Value::Int(24)).is_some_and(|why| why.contains("24 is not a valid hour")));
        assert!(no_month(&Value::str("0")).is_some());
    }
}
