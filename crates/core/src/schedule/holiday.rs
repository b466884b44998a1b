//! Days that are computed: Easter and what hangs on it, days of the month, the nth weekday of a month.
//!
//! The names are those of German law (feast days of all states and of single ones) and of what people do anyhow (Christmas Eve, carnival, Advent);
//! any other country's are rules. Easter is that of the Gregorian calendar, by the algorithm of Meeus, Jones and Butcher.

use super::values::Day;
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// A weekday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WeekdayName {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl WeekdayName {
    /// As the calendar counts.
    pub fn weekday(self) -> Weekday {
        match self {
            Self::Mon => Weekday::Monday,
            Self::Tue => Weekday::Tuesday,
            Self::Wed => Weekday::Wednesday,
            Self::Thu => Weekday::Thursday,
            Self::Fri => Weekday::Friday,
            Self::Sat => Weekday::Saturday,
            Self::Sun => Weekday::Sunday,
        }
    }
}

/// How a day of the year is found. One of `easter`, `on`, (`nth`, `weekday`, `month`) and (`weekday`, `before`) is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DayRule {
    /// So many days after Easter Sunday; below 0 before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub easter: Option<i32>,
    /// A day of the month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<Day>,
    /// Which of the month's weekdays, from 1; -1: the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth: Option<i8>,
    /// Weekday.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weekday: Option<WeekdayName>,
    /// Month, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub month: Option<i8>,
    /// The last such weekday before this day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Day>,
    /// So many days later; below 0 earlier.
    #[serde(skip_serializing_if = "is_zero")]
    pub shift: i32,
    /// So many days from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<u16>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde wants it
fn is_zero(number: &i32) -> bool {
    *number == 0
}

/// Days in a year, at most, that one rule may cover; a longer one is a season.
const RULE_DAYS: u16 = 60;
/// How far a rule's days may be moved.
const SHIFT: i32 = 100;

impl DayRule {
    /// What is wrong with it, if anything.
    pub fn fault(&self) -> Option<&'static str> {
        let nth = self.nth.is_some() || self.month.is_some();
        let given = [self.easter.is_some(), self.on.is_some(), nth, self.before.is_some()];
        if given.into_iter().filter(|is| *is).count() != 1 {
            return Some(
                "give one of 'easter', 'on', 'nth' with 'weekday' and 'month', or 'weekday' with 'before'",
            );
        }
        if nth && (self.weekday.is_none() || self.month.is_none() || self.nth.is_none()) {
            return Some("'nth' needs 'weekday' and 'month'");
        }
        if self.before.is_some() && self.weekday.is_none() {
            return Some("'before' needs a 'weekday'");
        }
        if self.weekday.is_some() && !nth && self.before.is_none() {
            return Some("'weekday' goes with 'nth' and 'month', or with 'before'");
        }
        if self.nth.is_some_and(|nth| !matches!(nth, -1 | 1..=5)) {
            return Some("'nth' is 1 to 5, or -1 for the last");
        }
        if self.month.is_some_and(|month| !(1..=12).contains(&month)) {
            return Some("'month' is 1 to 12");
        }
        if self.days.is_some_and(|days| days == 0 || days > RULE_DAYS) {
            return Some("'days' is 1 to 60");
        }
        if self.easter.is_some_and(|days| days.abs() > SHIFT) || self.shift.abs() > SHIFT {
            return Some("'easter' and 'shift' are 100 days at most");
        }
        None
    }

    /// Its first day in that year; none: the year has none (29 February, a fifth Monday).
    pub fn first(&self, year: i16) -> Option<Date> {
        let fixed = |day: &Day| match day.year {
            Some(only) if only != year => None,
            _ => Date::new(year, day.month, day.day).ok(),
        };
        let found = if let Some(days) = self.easter {
            easter(year)?.checked_add(i64::from(days).days()).ok()?
        } else if let Some(day) = &self.on {
            fixed(day)?
        } else if let (Some(nth), Some(weekday), Some(month)) = (self.nth, self.weekday, self.month) {
            Date::new(year, month, 1).ok()?.nth_weekday_of_month(nth, weekday.weekday()).ok()?
        } else if let (Some(weekday), Some(before)) = (self.weekday, &self.before) {
            fixed(before)?.nth_weekday(-1, weekday.weekday()).ok()?
        } else {
            return None;
        };
        found.checked_add(i64::from(self.shift).days()).ok()
    }

    /// Whether that day is one of its days.
    pub fn holds(&self, date: Date) -> bool {
        let days = i64::from(self.days.unwrap_or(1));
        // Days about the turn of the year belong to a rule of the year before or after.
        [date.year() - 1, date.year(), date.year() + 1].into_iter().any(|year| {
            let first = self.first(year);
            let last = first.and_then(|first| first.checked_add((days - 1).days()).ok());
            first.zip(last).is_some_and(|(first, last)| first <= date && date <= last)
        })
    }
}

/// Easter Sunday of the Gregorian calendar.
#[allow(clippy::many_single_char_names)] // as the algorithm is published
pub fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e, f) = (b / 4, b % 4, (b + 8) / 25);
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    Date::new(year, (n / 31) as i8, (n % 31 + 1) as i8).ok()
}

const fn after_easter(days: i32) -> DayRule {
    DayRule { easter: Some(days), ..EMPTY }
}

const fn on(month: i8, day: i8) -> DayRule {
    DayRule { on: Some(Day { year: None, month, day }), ..EMPTY }
}

const fn before(weekday: WeekdayName, month: i8, day: i8, shift: i32) -> DayRule {
    DayRule { weekday: Some(weekday), before: Some(Day { year: None, month, day }), shift, ..EMPTY }
}

const EMPTY: DayRule = DayRule {
    easter: None,
    on: None,
    nth: None,
    weekday: None,
    month: None,
    before: None,
    shift: 0,
    days: None,
};

/// Days by name.
pub const NAMED: &[(&str, DayRule)] = &[
    ("new_year", on(1, 1)),
    ("epiphany", on(1, 6)),
    ("womens_day", on(3, 8)),
    ("carnival_thursday", after_easter(-52)),
    ("carnival_monday", after_easter(-48)),
    ("shrove_tuesday", after_easter(-47)),
    ("ash_wednesday", after_easter(-46)),
    ("palm_sunday", after_easter(-7)),
    ("maundy_thursday", after_easter(-3)),
    ("good_friday", after_easter(-2)),
    ("holy_saturday", after_easter(-1)),
    ("easter_sunday", after_easter(0)),
    ("easter_monday", after_easter(1)),
    ("labour_day", on(5, 1)),
    ("mothers_day", DayRule { nth: Some(2), weekday: Some(WeekdayName::Sun), month: Some(5), ..EMPTY }),
    ("ascension", after_easter(39)),
    ("whit_sunday", after_easter(49)),
    ("whit_monday", after_easter(50)),
    ("corpus_christi", after_easter(60)),
    ("assumption", on(8, 15)),
    ("childrens_day", on(9, 20)),
    ("german_unity", on(10, 3)),
    ("halloween", on(10, 31)),
    ("reformation", on(10, 31)),
    ("all_saints", on(11, 1)),
    ("repentance", before(WeekdayName::Wed, 11, 23, 0)),
    ("advent_1", before(WeekdayName::Sun, 12, 25, -21)),
    ("advent_2", before(WeekdayName::Sun, 12, 25, -14)),
    ("advent_3", before(WeekdayName::Sun, 12, 25, -7)),
    ("advent_4", before(WeekdayName::Sun, 12, 25, 0)),
    ("st_nicholas", on(12, 6)),
    ("christmas_eve", on(12, 24)),
    ("christmas_day", on(12, 25)),
    ("boxing_day", on(12, 26)),
    ("new_years_eve", on(12, 31)),
];

/// Sets of days by name: `de` are the nine feast days of all of Germany, `de-by` and the like those of a state.
pub const SETS: &[(&str, &[&str])] = &[
    ("de", ALL_OF_GERMANY),
    ("de-bw", &["epiphany", "corpus_christi", "all_saints"]),
    ("de-by", &["epiphany", "corpus_christi", "assumption", "all_saints"]),
    ("de-be", &["womens_day"]),
    ("de-bb", &["easter_sunday", "whit_sunday", "reformation"]),
    ("de-hb", &["reformation"]),
    ("de-hh", &["reformation"]),
    ("de-he", &["corpus_christi"]),
    ("de-mv", &["womens_day", "reformation"]),
    ("de-ni", &["reformation"]),
    ("de-nw", &["corpus_christi", "all_saints"]),
    ("de-rp", &["corpus_christi", "all_saints"]),
    ("de-sl", &["corpus_christi", "assumption", "all_saints"]),
    ("de-sn", &["reformation", "repentance"]),
    ("de-st", &["epiphany", "reformation"]),
    ("de-sh", &["reformation"]),
    ("de-th", &["childrens_day", "reformation"]),
];

const ALL_OF_GERMANY: &[&str] = &[
    "new_year",
    "good_friday",
    "easter_monday",
    "labour_day",
    "ascension",
    "whit_monday",
    "german_unity",
    "christmas_day",
    "boxing_day",
];

/// The rules of a name: one day's, or those of a set (a state's are with the country's). None: there is no such name.
pub fn named(name: &str) -> Option<Vec<DayRule>> {
    let one = |name: &str| NAMED.iter().find(|(known, _)| *known == name).map(|(_, rule)| rule.clone());
    if let Some(rule) = one(name) {
        return Some(vec![rule]);
    }
    let (_, days) = SETS.iter().find(|(known, _)| *known == name)?;
    let country = if name == "de" { &[] } else { ALL_OF_GERMANY };
    Some(days.iter().chain(country).filter_map(|day| one(day)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect(text)
    }

    #[test]
    fn easter_is_where_the_church_has_it() {
        for (year, date) in [
            (1961, "1961-04-02"),
            (1981, "1981-04-19"),
            (2000, "2000-04-23"),
            (2008, "2008-03-23"),
            (2011, "2011-04-24"),
            (2024, "2024-03-31"),
            (2025, "2025-04-20"),
            (2026, "2026-04-05"),
            (2027, "2027-03-28"),
            (2038, "2038-04-25"),
            (2285, "2285-03-22"),
        ] {
            assert_eq!(easter(year), Some(day(date)), "{year}");
        }
    }

    #[test]
    fn named_days_of_2026_and_2025() {
        for (name, date) in [
            ("new_year", "2026-01-01"),
            ("carnival_thursday", "2026-02-12"),
            ("carnival_monday", "2026-02-16"),
            ("good_friday", "2026-04-03"),
            ("easter_monday", "2026-04-06"),
            ("mothers_day", "2026-05-10"),
            ("ascension", "2026-05-14"),
            ("whit_monday", "2026-05-25"),
            ("corpus_christi", "2026-06-04"),
            ("repentance", "2026-11-18"),
            ("advent_1", "2026-11-29"),
            ("advent_4", "2026-12-20"),
            ("advent_1", "2025-11-30"),
            ("advent_4", "2025-12-21"),
            ("repentance", "2025-11-19"),
        ] {
            let rules = named(name).expect(name);
            let date = day(date);
            assert_eq!(rules[0].first(date.year()), Some(date), "{name}");
        }
        assert!(named("christmas").is_none());
        // What the states' laws say: Bavaria has 13 with the Assumption, Berlin 10, Saxony 11.
        for (state, count) in
            [("de", 9), ("de-by", 13), ("de-be", 10), ("de-sn", 11), ("de-nw", 11), ("de-bb", 12)]
        {
            assert_eq!(named(state).expect(state).len(), count, "{state}");
        }
        for (set, days) in SETS {
            assert!(days.iter().all(|day| NAMED.iter().any(|(known, _)| known == day)), "{set}");
        }
    }

    #[test]
    fn rules_say_where_a_day_is_and_where_there_is_none() {
        let rule = |text: &str| -> DayRule { serde_json::from_str(text).expect(text) };
        let thanksgiving = rule(r#"{"nth":4,"weekday":"thu","month":11}"#);
        assert!(thanksgiving.holds(day("2026-11-26")) && !thanksgiving.holds(day("2026-11-19")));
        let memorial = rule(r#"{"nth":-1,"weekday":"mon","month":5}"#);
        assert!(memorial.holds(day("2026-05-25")));
        let leap = rule(r#"{"on":"02-29"}"#);
        assert!(leap.holds(day("2028-02-29")) && leap.first(2027).is_none());
        let fifth = rule(r#"{"nth":5,"weekday":"mon","month":2}"#);
        assert_eq!(fifth.first(2026), None);
        // Twelve nights go over the turn of the year.
        let nights = rule(r#"{"on":"12-25","days":12}"#);
        assert!(
            nights.holds(day("2026-01-05"))
                && nights.holds(day("2025-12-25"))
                && !nights.holds(day("2026-01-06"))
        );
        for wrong in [
            "{}",
            r#"{"nth":4}"#,
            r#"{"easter":1,"on":"12-24"}"#,
            r#"{"weekday":"mon","easter":1}"#,
            r#"{"before":"12-24"}"#,
            r#"{"nth":6,"weekday":"mon","month":2}"#,
            r#"{"nth":1,"weekday":"mon","month":13}"#,
            r#"{"on":"12-24","days":0}"#,
            r#"{"easter":1,"shift":-101}"#,
        ] {
            assert!(rule(wrong).fault().is_some(), "{wrong}");
        }
        for (name, rule) in NAMED {
            assert_eq!(rule.fault(), None, "{name}");
        }
    }
}
