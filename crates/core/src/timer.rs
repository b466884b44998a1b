//! Timers of receivers: what each is called, when it is on, and which of them leave no tuner for another.
//!
//! Pure. A receiver decides itself whether it can record; what is said here is what can be known before it is asked. Services of one transponder share a
//! tuner. A repeated timer is on at the same time of day in the receiver's zone, whatever summer time does.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::lineup::{self, Transponder};

const DAY_S: i64 = 86_400;
/// The bits of a repeated timer's days: Monday is the lowest.
const DAYS: u8 = 0x7F;

/// When something is recorded, and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Where it is received.
    pub transponder: Transponder,
    /// From (Unix seconds); of a repeated one, the next time.
    pub begin_s: i64,
    /// Until (the same).
    pub end_s: i64,
    /// The days on which it is repeated, Monday in the lowest bit; 0: it is on once.
    pub repeated: u8,
}

impl Slot {
    /// When it is on for some of the time from `from_s` until `to_s`.
    pub fn within(&self, (from_s, to_s): (i64, i64), zone: &TimeZone) -> Option<(i64, i64)> {
        let meets = |(begin, end): (i64, i64)| begin < to_s && end > from_s;
        if meets((self.begin_s, self.end_s)) {
            return Some((self.begin_s, self.end_s));
        }
        if self.repeated & DAYS == 0 {
            return None;
        }
        let begin = Timestamp::from_second(self.begin_s).ok()?.to_zoned(zone.clone());
        let length = self.end_s.saturating_sub(self.begin_s);
        let first = from_s.saturating_sub(self.end_s).div_euclid(DAY_S).max(1);
        let last = to_s.saturating_sub(self.begin_s).div_euclid(DAY_S) + 1;
        (first..=last).find_map(|days| {
            let day = begin.checked_add(Span::new().try_days(days).ok()?).ok()?;
            let is_on = self.repeated >> day.weekday().to_monday_zero_offset() & 1 == 1;
            let start = day.timestamp().as_second();
            Some((start, start.saturating_add(length))).filter(|time| is_on && meets(*time))
        })
    }
}

/// The name of a timer, as long as it stays where it is: a receiver names it by service, begin and end, and by nothing else.
pub fn id(receiver: &str, reference: &str, begin_s: i64, end_s: i64) -> String {
    let reference = reference.trim_end_matches(':');
    format!("{:016x}", lineup::hash(&format!("{receiver}\n{reference}\n{begin_s}\n{end_s}")))
}

/// Which of `others` (by their places) leave no tuner for `wanted` at some moment, if there are so many; empty: it finds one.
pub fn in_the_way(wanted: &Slot, others: &[Slot], tuners: usize, zone: &TimeZone) -> Vec<usize> {
    let span = (wanted.begin_s, wanted.end_s);
    let on: Vec<(usize, (i64, i64))> = others
        .iter()
        .enumerate()
        .filter(|(_, other)| other.transponder != wanted.transponder)
        .filter_map(|(place, other)| Some((place, other.within(span, zone)?)))
        .collect();
    // Tuners only become fewer when something begins.
    let begins = on.iter().map(|(_, (begin, _))| *begin).filter(|begin| *begin >= wanted.begin_s);
    let moments: BTreeSet<i64> = begins.chain([wanted.begin_s]).collect();
    for moment in moments {
        let then = || on.iter().filter(|(_, (begin, end))| (*begin..*end).contains(&moment));
        let needed: BTreeSet<Transponder> = then().map(|(place, _)| others[*place].transponder).collect();
        if needed.len() + 1 > tuners {
            return then().map(|(place, _)| *place).collect();
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 23 November 2026, a Monday, midnight in UTC.
    const MONDAY: i64 = 1_795_392_000;

    fn slot(tsid: u32, begin: i64, end: i64) -> Slot {
        let transponder = Transponder { namespace: 0x00C0_0000, onid: 1, tsid };
        Slot { transponder, begin_s: MONDAY + begin, end_s: MONDAY + end, repeated: 0 }
    }

    #[test]
    fn what_is_in_the_way_follows_from_tuners_and_transponders() {
        let others = [slot(1, 1000, 2000), slot(2, 1500, 2500)];
        let none: &[usize] = &[];
        for (wanted, tuners, way, why) in [
            (slot(1, 0, 5000), 2, none, "shares a transponder"),
            (slot(3, 0, 5000), 3, none, "a tuner each"),
            (slot(3, 0, 5000), 2, &[0, 1], "both are on at once"),
            (slot(3, 2000, 5000), 2, none, "one is over when it begins"),
            (slot(3, 2000, 5000), 1, &[1], "and the other is not"),
            (slot(3, 2500, 5000), 1, none, "all are over"),
            (slot(3, 0, 1000), 1, none, "none has begun"),
            (slot(2, 0, 5000), 1, &[0], "its own transponder does not help"),
        ] {
            assert_eq!(in_the_way(&wanted, &others, tuners, &TimeZone::UTC), way, "{why}");
        }
    }

    #[test]
    fn a_repeated_timer_is_on_at_its_time_of_day_whatever_summer_time_does() {
        let zone = TimeZone::get("Europe/Berlin").expect("a zone");
        let at = |text: &str| text.parse::<Timestamp>().expect(text).as_second();
        // Saturdays and Sundays at 20:15; the clocks change on Sunday the 28th of March 2027.
        let weekly = Slot {
            begin_s: at("2027-03-27T20:15:00+01:00"),
            end_s: at("2027-03-27T21:45:00+01:00"),
            repeated: 0b110_0000,
            ..slot(1, 0, 0)
        };
        for (from, to, is_on) in [
            ("2027-03-27T21:00:00+01:00", "2027-03-27T22:00:00+01:00", true),
            ("2027-03-28T20:15:00+02:00", "2027-03-28T20:16:00+02:00", true),
            ("2027-03-28T21:45:00+02:00", "2027-03-28T22:45:00+02:00", false),
            ("2027-03-29T20:15:00+02:00", "2027-03-29T21:45:00+02:00", false),
            ("2027-04-03T21:44:00+02:00", "2027-04-03T23:00:00+02:00", true),
            ("2027-03-20T20:15:00+01:00", "2027-03-20T21:45:00+01:00", false),
        ] {
            assert_eq!(weekly.within((at(from), at(to)), &zone).is_some(), is_on, "{from}");
        }
        assert_eq!(
            weekly.within((at("2027-03-28T20:30:00+02:00"), at("2027-03-28T21:00:00+02:00")), &zone),
            Some((at("2027-03-28T20:15:00+02:00"), at("2027-03-28T21:45:00+02:00")))
        );
        let rubbish = Slot { begin_s: i64::MIN, end_s: i64::MAX - 1, repeated: 0xFF, ..slot(1, 0, 0) };
        assert!(rubbish.within((0, 1), &zone).is_some());
        let rubbish = Slot { begin_s: i64::MAX - 1, end_s: i64::MAX, ..rubbish };
        assert_eq!(rubbish.within((0, 1), &zone), None);
    }

    #[test]
    fn a_name_is_of_receiver_service_and_times_and_of_no_colon() {
        let name = id("box", "1:0:19:1:2:3:C00000:0:0:0:", 10, 20);
        assert_eq!(name, id("box", "1:0:19:1:2:3:C00000:0:0:0", 10, 20));
        for other in [
            id("bax", "1:0:19:1:2:3:C00000:0:0:0:", 10, 20),
            id("box", "1:0:19:2:2:3:C00000:0:0:0:", 10, 20),
            id("box", "1:0:19:1:2:3:C00000:0:0:0:", 11, 20),
            id("box", "1:0:19:1:2:3:C00000:0:0:0:", 10, 21),
        ] {
            assert_ne!(name, other);
        }
    }
}
