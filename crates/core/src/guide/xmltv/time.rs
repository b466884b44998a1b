//! Times as XMLTV writes them: `YYYYMMDDhhmmss +hhmm` or a part of it. The calendar is Gregorian throughout; that guides have two million times
//! is why it is done by hand.
//!
//! Seconds, minutes and hours may be missing. The offset may be `+0100`, `+01:00`, `+01`, `Z` or a name of those that guides use; without one the
//! zone decides: a time that the clocks leap over is moved on by as much as they leap (02:30 becomes 03:30), and of a time that comes twice it is the
//! earlier (RFC 5545 §3.3.5). `24:00` is the next day's beginning. Years are 1 to 9999, without their first and last day.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// What can be read and written: from the second day of the year 1 to the last but one of 9999, so that an offset leads to no other year.
const FIRST: i64 = -62_135_510_400;
const LAST: i64 = 253_402_200_000;

/// Where times without an offset are at home.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    zone: TimeZone,
    /// Seconds east of Greenwich, if that is the same at all times.
    fixed: Option<i64>,
}

impl Clock {
    pub(super) fn new(zone: TimeZone) -> Self {
        let fixed = zone.to_fixed_offset().ok().map(|offset| i64::from(offset.seconds()));
        Self { zone, fixed }
    }

    /// Milliseconds since 1970; none: nobody can read it.
    pub(super) fn read(&self, text: &[u8]) -> Option<i64> {
        let text = text.trim_ascii();
        let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, offset) = text.split_at(digits);
        let local = local_seconds(digits)?;
        let offset = offset.trim_ascii();
        let seconds = if offset.is_empty() { self.at_home(local)? } else { local - offset_seconds(offset)? };
        (FIRST..=LAST).contains(&seconds).then_some(seconds * 1_000)
    }

    fn at_home(&self, local: i64) -> Option<i64> {
        if let Some(fixed) = self.fixed {
            return Some(local - fixed);
        }
        let local = Offset::UTC.to_datetime(Timestamp::from_second(local).ok()?);
        self.zone.to_ambiguous_timestamp(local).compatible().ok().map(Timestamp::as_second)
    }
}

/// Seconds from 1970 to what these digits say, as if they were UTC.
fn local_seconds(digits: &[u8]) -> Option<i64> {
    if !matches!(digits.len(), 8 | 10 | 12 | 14) {
        return None;
    }
    let mut all = [b'0'; 14];
    all[..digits.len()].copy_from_slice(digits);
    let two = |at: usize| i64::from(all[at] - b'0') * 10 + i64::from(all[at + 1] - b'0');
    let (year, month, day) = (two(0) * 100 + two(2), two(4), two(6));
    let (hour, minute, second) = (two(8), two(10), two(12));
    let last_day = match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    // A leap second is the first of the next minute.
    let in_day = hour < 24 && minute < 60 && second <= 60;
    let at_its_end = hour == 24 && minute == 0 && second == 0;
    let makes_sense = year > 0 && (1..=last_day).contains(&day) && (in_day || at_its_end);
    makes_sense.then(|| days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// Days from 1970-01-01. Years are counted from March, so that the leap day is the last: 153 days in five months, and 146,097 in 400 years.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + year * 365 + year / 4 - year / 100 + day_of_year - 719_468
}

/// The inverse of [`days`]: year, month, day.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (after, civil_month) = if month < 10 { (0, month + 3) } else { (1, month - 9) };
    (era * 400 + year + after, civil_month, day - (153 * month + 2) / 5 + 1)
}

/// Seconds east of Greenwich.
fn offset_seconds(text: &[u8]) -> Option<i64> {
    let sign = match text[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return named(text),
    };
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| i64::from(byte - b'0'));
    let (hours, minutes) = match &text[1..] {
        [a, b] => ([a, b], None),
        [a, b, c, d] | [a, b, b':', c, d] => ([a, b], Some([c, d])),
        _ => return None,
    };
    let hours = digit(hours[0])? * 10 + digit(hours[1])?;
    let minutes = match minutes {
        Some(minutes) => digit(minutes[0])? * 10 + digit(minutes[1])?,
        None => 0,
    };
    (hours < 26 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

/// Names of offsets that guides use, where they mean one thing. `IST`, say, means three.
fn named(text: &[u8]) -> Option<i64> {
    let minutes = match text.to_ascii_uppercase().as_slice() {
        b"Z" | b"UTC" | b"UT" | b"GMT" | b"WET" => 0,
        b"BST" | b"WEST" | b"CET" | b"MET" | b"MEZ" => 60,
        b"CEST" | b"MEST" | b"MESZ" | b"EET" | b"SAST" => 120,
        b"EEST" | b"MSK" => 180,
        b"AWST" => 480,
        b"JST" | b"KST" => 540,
        b"ACST" => 570,
        b"AEST" => 600,
        b"ACDT" => 630,
        b"AEDT" => 660,
        b"NZST" => 720,
        b"NZDT" => 780,
        b"NDT" => -150,
        b"BRT" | b"ADT" => -180,
        b"NST" => -210,
        b"AST" | b"EDT" => -240,
        b"EST" | b"CDT" => -300,
        b"CST" | b"MDT" => -360,
        b"MST" | b"PDT" => -420,
        b"PST" | b"AKDT" => -480,
        b"AKST" => -540,
        b"HST" => -600,
        _ => return None,
    };
    Some(minutes * 60)
}

/// Writes times of a zone, and remembers the offset for as long as it holds.
#[derive(Clone, Debug)]
pub(super) struct Hand {
    zone: TimeZone,
    /// Whole minutes in seconds: no more has room in what is written.
    offset: i64,
    /// The offset holds from here (seconds since 1970) …
    from: i64,
    /// … until before here.
    until: i64,
}

impl Hand {
    pub(super) fn new(zone: TimeZone) -> Self {
        Self { zone, offset: 0, from: 0, until: 0 }
    }

    /// `YYYYMMDDhhmmss +hhmm`. Parts of a second are left out; what is before the year 1 or after 9999 is moved there.
    pub(super) fn write(&mut self, out: &mut Vec<u8>, at_ms: i64) {
        let at = at_ms.div_euclid(1_000).clamp(FIRST, LAST);
        if !(self.from..self.until).contains(&at) {
            self.look_up(at);
        }
        let local = at + self.offset;
        let (year, month, day) = date(local.div_euclid(86_400));
        let second = local.rem_euclid(86_400);
        let mut text = *b"YYYYMMDDhhmmss +hhmm";
        let mut put = |at: usize, number: i64| {
            text[at] = b'0' + (number / 10) as u8;
            text[at + 1] = b'0' + (number % 10) as u8;
        };
        let offset = self.offset.abs() / 60;
        let numbers = [year / 100, year % 100, month, day, second / 3_600, second / 60 % 60, second % 60];
        for (at, number) in (0..).step_by(2).zip(numbers) {
            put(at, number);
        }
        put(16, offset / 60);
        put(18, offset % 60);
        if self.offset < 0 {
            text[15] = b'-';
        }
        out.extend_from_slice(&text);
    }

    #[cold]
    fn look_up(&mut self, at: i64) {
        let stamp = |seconds| Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
        self.offset = i64::from(self.zone.to_offset(stamp(at)).seconds()) / 60 * 60;
        let before = self.zone.preceding(stamp(at + 1)).next();
        let after = self.zone.following(stamp(at)).next();
        self.from = before.map_or(FIRST, |change| change.timestamp().as_second());
        self.until = after.map_or(LAST + 1, |change| change.timestamp().as_second());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Central Europe, whatever database the machine has.
    fn central_europe() -> TimeZone {
        TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
    }

    #[test]
    fn times_are_read() {
        let clock = Clock::new(central_europe());
        for (text, expected) in [
            ("20260301203000 +0100", Some("2026-03-01T19:30:00Z")),
            ("20260301203000 +01:00", Some("2026-03-01T19:30:00Z")),
            ("20260301203000 +01", Some("2026-03-01T19:30:00Z")),
            ("20260301203000+0100", Some("2026-03-01T19:30:00Z")),
            ("  20260301203000   -0330 ", Some("2026-03-02T00:00:00Z")),
            ("20260301203000 Z", Some("2026-03-01T20:30:00Z")),
            ("20260301203000Z", Some("2026-03-01T20:30:00Z")),
            ("20260301203000 UTC", Some("2026-03-01T20:30:00Z")),
            ("20260301203000 CET", Some("2026-03-01T19:30:00Z")),
            ("20260701203000 cest", Some("2026-07-01T18:30:00Z")),
            ("200007281733 BST", Some("2000-07-28T16:33:00Z")),
            ("20260301203000 EST", Some("2026-03-02T01:30:00Z")),
            ("202603012030 +0000", Some("2026-03-01T20:30:00Z")),
            ("202603012030", Some("2026-03-01T19:30:00Z")),
            ("2026030120", Some("2026-03-01T19:00:00Z")),
            ("20260301", Some("2026-02-28T23:00:00Z")),
            ("20260701203000", Some("2026-07-01T18:30:00Z")),
            // The clocks leap from 02:00 to 03:00 …
            ("20260329015959", Some("2026-03-29T00:59:59Z")),
            ("20260329023000", Some("2026-03-29T01:30:00Z")),
            ("20260329030000", Some("2026-03-29T01:00:00Z")),
            // … and from 03:00 back to 02:00.
            ("20261025023000", Some("2026-10-25T00:30:00Z")),
            ("20261025030000", Some("2026-10-25T02:00:00Z")),
            ("20260301240000 +0000", Some("2026-03-02T00:00:00Z")),
            ("20260301240000", Some("2026-03-01T23:00:00Z")),
            ("20161231235960 Z", Some("2017-01-01T00:00:00Z")),
            ("20240229000000 Z", Some("2024-02-29T00:00:00Z")),
            ("00010102000000 Z", Some("0001-01-02T00:00:00Z")),
            ("99991230000000 Z", Some("9999-12-30T00:00:00Z")),
            ("00010101000000 Z", None),
            ("99991231000000 Z", None),
            ("", None),
            ("tomorrow", None),
            ("2026", None),
            ("202603", None),
            ("2026030120300", None),
            ("202603012030000", None),
            ("20260229000000 Z", None),
            ("21000229000000 Z", None),
            ("20261301000000 Z", None),
            ("20260001000000 Z", None),
            ("20260100000000 Z", None),
            ("20260431000000 Z", None),
            ("20260301250000 Z", None),
            ("20260301240001 Z", None),
            ("20260301206000 Z", None),
            ("20260301203061 Z", None),
            ("00000301203000 Z", None),
            ("20260301203000 +1", None),
            ("20260301203000 +010", None),
            ("20260301203000 +01000", None),
            ("20260301203000 +0160", None),
            ("20260301203000 +9900", None),
            ("20260301203000 +01-00", None),
            ("20260301203000 LOCAL", None),
            ("20260301203000 +0100 x", None),
            ("20260301203000 ++100", None),
        ] {
            let expected = expected.map(|time| time.parse::<Timestamp>().unwrap().as_millisecond());
            assert_eq!(clock.read(text.as_bytes()), expected, "{text:?}");
        }
    }

    #[test]
    fn times_are_written_in_their_zone() {
        let offset =
            |hours, minutes| TimeZone::fixed(Offset::from_seconds((hours * 60 + minutes) * 60).unwrap());
        for (zone, at, expected) in [
            (TimeZone::UTC, "2026-03-01T19:30:00Z", "20260301193000 +0000"),
            (offset(1, 0), "2026-03-01T23:30:59Z", "20260302003059 +0100"),
            (offset(-3, -30), "2026-01-01T00:00:00Z", "20251231203000 -0330"),
            (central_europe(), "2026-03-29T00:59:59Z", "20260329015959 +0100"),
            (central_europe(), "2026-03-29T01:00:00Z", "20260329030000 +0200"),
            (central_europe(), "2026-10-25T00:30:00Z", "20261025023000 +0200"),
            (central_europe(), "2026-10-25T01:30:00Z", "20261025023000 +0100"),
            (
                TimeZone::fixed(Offset::from_seconds(3_208).unwrap()),
                "1890-01-01T00:00:00Z",
                "18900101005300 +0053",
            ),
        ] {
            let mut out = Vec::new();
            Hand::new(zone).write(&mut out, at.parse::<Timestamp>().unwrap().as_millisecond());
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }

    #[test]
    fn the_offset_is_remembered_only_while_it_holds() {
        let mut hand = Hand::new(central_europe());
        let change = "2026-03-29T01:00:00Z".parse::<Timestamp>().unwrap().as_millisecond();
        for (at, expected) in
            [(change, "+0200"), (change - 1, "+0100"), (change + 1, "+0200"), (change - 1_000, "+0100")]
        {
            let mut out = Vec::new();
            hand.write(&mut out, at);
            assert!(out.ends_with(expected.as_bytes()), "{at}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(at in FIRST..LAST, east in -93_599..93_599_i32, place in 0..3_u8) {
            let zone = match place {
                0 => TimeZone::UTC,
                1 => central_europe(),
                _ => TimeZone::fixed(Offset::from_seconds(east).unwrap()),
            };
            let mut out = Vec::new();
            Hand::new(zone).write(&mut out, at * 1_000 + 999);
            prop_assert_eq!(Clock::new(TimeZone::UTC).read(&out), Some(at * 1_000));
        }

        #[test]
        fn the_calendar_is_jiffs(at in FIRST..LAST) {
            let civil = Offset::UTC.to_datetime(Timestamp::from_second(at).unwrap());
            let digits = civil.strftime("%Y%m%d%H%M%S").to_string();
            prop_assert_eq!(local_seconds(digits.as_bytes()), Some(at));
        }

        #[test]
        fn no_time_panics(text in prop::collection::vec(any::<u8>(), 0..30), at in any::<i64>()) {
            let _ = Clock::new(central_europe()).read(&text);
            let mut out = Vec::new();
            Hand::new(central_europe()).write(&mut out, at);
            prop_assert_eq!(out.len(), 20);
        }
    }
}
