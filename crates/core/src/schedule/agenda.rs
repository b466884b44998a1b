//! When blocks begin: the days' templates as moments, in ticks, and the clock on the wall.
//!
//! A wall time becomes a tick here and nowhere else. On the night of 25 hours what begins at 02:30 begins the first time; on that of 23 hours, at
//! the moment at which the clock jumps over it. Moments never fall; of several at one moment the last counts.

use super::document::{DayOf, Holiday, Season};
use super::holiday::{self, DayRule};
use super::values::Day;
use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};
use std::collections::VecDeque;

/// Ticks in a millisecond.
pub const TICKS_PER_MS: i64 = 90;
/// Ticks in a day of 24 hours.
pub(super) const DAY: i64 = 24 * 3_600 * 90_000;
/// Days that are looked back for what began last, and ahead for what begins next: a template may hold for one day of the year.
const REACH_DAYS: usize = 400;
/// Days that are laid out at once.
const AHEAD_DAYS: i64 = 2;

/// A start of a template.
#[derive(Clone, Debug)]
pub(super) struct PlanStart {
    /// Seconds since midnight, by the clock on the wall.
    pub(super) at_s: u32,
    /// Number of the block.
    pub(super) block: u16,
    /// How late it may begin, in ticks; `i64::MAX`: however late.
    pub(super) late: i64,
}

/// A rule of the calendar, its names looked up.
#[derive(Clone, Debug)]
pub(super) struct PlanDay {
    pub(super) template: u16,
    rule: DayOf,
    days: Vec<DayRule>,
}

impl PlanDay {
    pub(super) fn new(template: u16, rule: &DayOf) -> Self {
        let of = |day: &Holiday| match day {
            Holiday::Named(name) => holiday::named(name).unwrap_or_default(),
            Holiday::Rule(rule) => vec![rule.clone()],
        };
        Self { template, rule: rule.clone(), days: rule.holidays.iter().flat_map(of).collect() }
    }

    pub(super) fn holds(&self, date: Date) -> bool {
        let rule = &self.rule;
        (rule.weekdays.is_empty() || rule.weekdays.iter().any(|day| day.weekday() == date.weekday()))
            && (rule.months.is_empty() || rule.months.contains(&date.month()))
            && (rule.seasons.is_empty() || rule.seasons.contains(&season(date)))
            && is_between(rule.from, rule.until, date)
            && (rule.holidays.is_empty() || self.days.iter().any(|day| day.holds(date)))
    }
}

fn season(date: Date) -> Season {
    match date.month() {
        3..=5 => Season::Spring,
        6..=8 => Season::Summer,
        9..=11 => Season::Autumn,
        _ => Season::Winter,
    }
}

fn is_between(from: Option<Day>, until: Option<Day>, date: Date) -> bool {
    let key = |day: Day| (i32::from(day.year.unwrap_or(date.year())), day.month, day.day);
    let now = (i32::from(date.year()), date.month(), date.day());
    let after = from.is_none_or(|from| key(from) <= now);
    let before = until.is_none_or(|until| now <= key(until));
    match (from, until) {
        // From November to February: over the turn of the year.
        (Some(from), Some(until)) if key(from) > key(until) => after || before,
        _ => after && before,
    }
}

/// A moment at which a block begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// When, in ticks.
    pub(super) tick: i64,
    /// Number of the template, and of the start in it.
    pub(super) template: u16,
    pub(super) start: u16,
    pub(super) block: u16,
    /// How late it may begin, in ticks.
    pub(super) late: i64,
}

/// Days laid out, as far as somebody has asked.
#[derive(Clone, Debug)]
pub(super) struct Agenda<'a> {
    templates: &'a [Vec<PlanStart>],
    calendar: &'a [PlanDay],
    zone: &'a TimeZone,
    /// Rising; what is past is dropped, but for the last that has begun.
    moments: VecDeque<Moment>,
    /// The next day to be laid out.
    next: Date,
    /// Its beginning.
    next_tick: i64,
    /// Offset to UTC in ticks, and from when to when it holds.
    offset: (i64, i64, i64),
}

/// The moment of a tick.
pub(super) fn timestamp(tick: i64) -> Timestamp {
    let ms = tick.div_euclid(TICKS_PER_MS);
    Timestamp::from_millisecond(ms).unwrap_or(if ms < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// The tick of a wall time.
fn tick(zone: &TimeZone, date: Date, at_s: u32) -> i64 {
    let (hour, minute, second) = (at_s / 3_600, at_s / 60 % 60, at_s % 60);
    let wall = date.at(hour as i8, minute as i8, second as i8, 0);
    let found = zone.to_ambiguous_timestamp(wall);
    let gap = matches!(found.offset(), AmbiguousOffset::Gap { .. });
    let Ok(moment) = found.compatible() else { return i64::MAX / 4 };
    // What lies at the very beginning of the jump is the jump's own moment, and that is not before itself.
    let behind = moment.checked_add(1.second()).unwrap_or(moment);
    if gap && let Some(jump) = zone.preceding(behind).next() {
        return jump.timestamp().as_millisecond() * TICKS_PER_MS;
    }
    moment.as_millisecond() * TICKS_PER_MS
}

impl<'a> Agenda<'a> {
    /// The agenda from `at` on, with what began last before it.
    pub(super) fn new(
        templates: &'a [Vec<PlanStart>],
        calendar: &'a [PlanDay],
        zone: &'a TimeZone,
        at: i64,
    ) -> Self {
        let today = zone.to_datetime(timestamp(at)).date();
        let mut agenda = Self {
            templates,
            calendar,
            zone,
            moments: VecDeque::new(),
            next: today,
            next_tick: at,
            offset: (0, i64::MAX, i64::MIN),
        };
        let mut day = today;
        for _ in 0..REACH_DAYS {
            agenda.next = day;
            agenda.lay_out();
            let begun = agenda.moments.front().is_some_and(|first| first.tick <= at);
            if begun {
                break;
            }
            agenda.moments.clear();
            let Ok(before) = day.checked_sub(1.day()) else { break };
            day = before;
        }
        if agenda.moments.is_empty() {
            agenda.next = today;
        }
        agenda
    }

    fn template(&self, date: Date) -> Option<u16> {
        self.calendar.iter().find(|rule| rule.holds(date)).map(|rule| rule.template)
    }

    /// Lays out one more day.
    fn lay_out(&mut self) {
        let date = self.next;
        if let Some(template) = self.template(date) {
            for (number, start) in self.templates[template as usize].iter().enumerate() {
                let tick = tick(self.zone, date, start.at_s);
                let tick = self.moments.back().map_or(tick, |last| tick.max(last.tick));
                if self.moments.back().is_some_and(|last| last.tick == tick) {
                    self.moments.pop_back();
                }
                let (start_number, block) = (number as u16, start.block);
                self.moments.push_back(Moment {
                    tick,
                    template,
                    start: start_number,
                    block,
                    late: start.late,
                });
            }
        }
        // The calendar ends in the year 9999; nothing is laid out behind that.
        self.next_tick = i64::MAX;
        if let Ok(next) = date.checked_add(1.day()) {
            self.next = next;
            self.next_tick = tick(self.zone, next, 0);
        }
    }

    /// Lays out days until there is something behind `at`, and two days in any case.
    fn reach(&mut self, at: i64) {
        let soon = at.saturating_add(AHEAD_DAYS * DAY);
        let far = at.saturating_add(REACH_DAYS as i64 * DAY);
        for _ in 0..REACH_DAYS {
            let has_next = self.moments.back().is_some_and(|last| last.tick > at);
            if self.next_tick > if has_next { soon } else { far } {
                break;
            }
            self.lay_out();
        }
    }

    /// What has begun last at `at`, which never falls from call to call. What should have begun after `since` and was over before it did is put
    /// into `missed`.
    pub(super) fn begun(&mut self, since: i64, at: i64, missed: &mut Vec<Moment>) -> Option<Moment> {
        self.reach(at);
        while self.moments.get(1).is_some_and(|next| next.tick <= at) {
            missed.extend(self.moments.pop_front().filter(|over| over.tick > since));
        }
        self.moments.front().copied().filter(|moment| moment.tick <= at)
    }

    /// What begins next after `at`, which was asked about by [`begun`](Self::begun).
    pub(super) fn next(&self, at: i64) -> Option<Moment> {
        self.moments.iter().find(|moment| moment.tick > at).copied()
    }

    /// Until when something that begins at `at` must have ended, so that no start is later than it may be; at most `most` ticks later.
    pub(super) fn deadline(&self, at: i64, most: i64) -> i64 {
        let mut deadline = at.saturating_add(most);
        for moment in self.moments.iter().filter(|moment| moment.tick > at) {
            if moment.tick >= deadline {
                break;
            }
            deadline = deadline.min(moment.tick.saturating_add(moment.late));
        }
        deadline
    }

    /// Offset of the clock on the wall to UTC at `at`, in ticks.
    pub(super) fn offset(&mut self, at: i64) -> i64 {
        let (_, from, until) = self.offset;
        if at < from || at >= until {
            let moment = timestamp(at);
            let ticks = |moment: Timestamp| moment.as_millisecond() * TICKS_PER_MS;
            let from = self.zone.preceding(moment).next().map_or(at, |t| ticks(t.timestamp()));
            let until = self.zone.following(moment).next().map_or(i64::MAX, |t| ticks(t.timestamp()));
            let offset = i64::from(self.zone.to_offset(moment).seconds()) * 90_000;
            self.offset = (offset, from.min(at), until);
        }
        self.offset.0
    }

    /// The next moment from `at` on, `slack` ticks before it counted as on it, at which the wall shows a multiple of `minutes`.
    pub(super) fn round_up(&mut self, at: i64, minutes: u16, slack: i64) -> i64 {
        let offset = self.offset(at);
        let step = i64::from(minutes.max(1)) * 60 * 90_000;
        let wall = at - slack + offset;
        wall + (-wall).rem_euclid(step) - offset
    }

    /// Seconds since midnight on the wall at `at`.
    pub(super) fn wall_s(&mut self, at: i64) -> u32 {
        let offset = self.offset(at);
        ((at + offset).rem_euclid(DAY) / 90_000) as u32
    }
}
