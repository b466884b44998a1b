//! Times and days as people say them. What they mean is settled with a clock and a zone that come in, where a call is carried out.

use jiff::civil::{Date, Time, Weekday, time};
use jiff::{Timestamp, ToSpan, Zoned};
use std::fmt;

/// When evening begins on television.
pub const PRIME_TIME: Time = time(20, 15, 0, 0);

/// A moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum When {
    /// Now.
    #[default]
    Now,
    /// This evening; now, if it has begun.
    Tonight,
    /// Tomorrow evening.
    Tomorrow,
    /// Then.
    At(Timestamp),
}

impl When {
    /// Reads `now`, `tonight`, `tomorrow`, or a time by RFC 3339 with its offset.
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "now" => Some(Self::Now),
            "tonight" => Some(Self::Tonight),
            "tomorrow" => Some(Self::Tomorrow),
            _ => text.parse().ok().map(Self::At),
        }
    }

    /// The moment that is meant.
    pub fn moment(self, now: &Zoned) -> Timestamp {
        let evening = |date: Date| {
            let zoned = date.to_datetime(PRIME_TIME).to_zoned(now.time_zone().clone());
            zoned.map_or(now.timestamp(), |zoned| zoned.timestamp())
        };
        match self {
            Self::Now => now.timestamp(),
            Self::Tonight => evening(now.date()).max(now.timestamp()),
            Self::Tomorrow => evening(now.date().saturating_add(1.day())),
            Self::At(then) => then,
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now => f.write_str("now"),
            Self::Tonight => f.write_str("tonight"),
            Self::Tomorrow => f.write_str("tomorrow"),
            Self::At(then) => then.fmt(f),
        }
    }
}

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Day {
    /// Today.
    Today,
    /// Tomorrow.
    Tomorrow,
    /// The next of these: today, if it is one.
    Weekday(Weekday),
    /// That day.
    Date(Date),
}

/// Names as they are read and written, in the order of the week.
pub(super) const WEEKDAYS: [(Weekday, &str); 7] = [
    (Weekday::Monday, "monday"),
    (Weekday::Tuesday, "tuesday"),
    (Weekday::Wednesday, "wednesday"),
    (Weekday::Thursday, "thursday"),
    (Weekday::Friday, "friday"),
    (Weekday::Saturday, "saturday"),
    (Weekday::Sunday, "sunday"),
];

impl Day {
    /// Reads `today`, `tomorrow`, an English weekday, or a date (`2026-01-31`).
    pub fn parse(text: &str) -> Option<Self> {
        let word = text.to_ascii_lowercase();
        match word.as_str() {
            "today" => return Some(Self::Today),
            "tomorrow" => return Some(Self::Tomorrow),
            _ => {}
        }
        let weekday = WEEKDAYS.iter().find(|(_, name)| *name == word);
        let is_date = text.len() == "2026-01-31".len();
        weekday
            .map(|(weekday, _)| Self::Weekday(*weekday))
            .or_else(|| text.parse().ok().filter(|_| is_date).map(Self::Date))
    }

    /// The date that is meant.
    pub fn date(self, today: Date) -> Date {
        match self {
            Self::Today => today,
            Self::Tomorrow => today.saturating_add(1.day()),
            Self::Weekday(weekday) => {
                let ahead = today.weekday().until(weekday);
                today.saturating_add(i64::from(ahead).days())
            }
            Self::Date(date) => date,
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Today => f.write_str("today"),
            Self::Tomorrow => f.write_str("tomorrow"),
            Self::Weekday(weekday) => {
                let name = WEEKDAYS.iter().find(|(known, _)| known == weekday).map_or("", |(_, name)| name);
                f.write_str(name)
            }
            Self::Date(date) => date.fmt(f),
        }
    }
}
