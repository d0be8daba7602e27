//! A calendar day, for the end of a suppression. Given from outside: nothing here reads a clock.

use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// Text that is no day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no date of the form YYYY-MM-DD")]
pub struct BadDate(pub String);

impl Date {
    /// A day, if the calendar has it.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        (day >= 1 && day <= days_in(year, month)?).then_some(Self { year, month, day })
    }

    /// The day that lies this many days after 1970-01-01 (dates up to the year 9999).
    #[must_use]
    pub fn from_unix_days(days: u32) -> Option<Self> {
        let mut left = days;
        let mut year = 1970_u16;
        while left >= year_length(year) {
            left -= year_length(year);
            year = year.checked_add(1).filter(|y| *y <= 9999)?;
        }
        let mut month = 1_u8;
        while let Some(length) = days_in(year, month).filter(|n| left >= u32::from(*n)) {
            left -= u32::from(length);
            month += 1;
        }
        Self::new(year, month, u8::try_from(left + 1).ok()?)
    }
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn year_length(year: u16) -> u32 {
    if is_leap(year) { 366 } else { 365 }
}

fn days_in(year: u16, month: u8) -> Option<u8> {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if is_leap(year) { 29 } else { 28 }),
        _ => None,
    }
}

impl FromStr for Date {
    type Err = BadDate;

    fn from_str(text: &str) -> Result<Self, BadDate> {
        parse(text).ok_or_else(|| BadDate(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Date> {
    let shaped = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let lengths = year.len() == 4 && month.len() == 2 && day.len() == 2 && parts.next().is_none();
    if !(shaped && lengths) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn reads_only_days_that_exist() {
        for (text, ok) in [
            ("2026-12-01", true),
            ("2024-02-29", true),
            ("2023-02-29", false),
            ("2026-13-01", false),
            ("2026-1-1", false),
            ("2026-12-011", false),
            ("soon", false),
            ("2026-00-10", false),
        ] {
            assert_eq!(text.parse::<Date>().is_ok(), ok, "{text}");
        }
    }

    #[test]
    fn counts_from_the_epoch() {
        for (days, date) in [(0, "1970-01-01"), (59, "1970-03-01"), (11_016, "2000-02-29"), (20_777, "2026-11-20")] {
            assert_eq!(Date::from_unix_days(days).unwrap().to_string(), date);
        }
        assert_eq!(Date::from_unix_days(u32::MAX), None);
    }
}
