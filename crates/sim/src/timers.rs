//! Timers of a box: what it will record, records and has recorded, and which of them stand in each other's way.
//!
//! States follow the box's clock and only go forward: waiting, prepared (a tuner is taken already), running, ended.
//! A repeated timer waits again after its end. Nothing is written anywhere; what a recording changes for others is
//! its tuner. Bits of `repeated` are weekdays, Monday first; the box lives in UTC.

use std::collections::BTreeSet;

use crate::lineup;
use crate::tuners::Tuners;

/// A box takes the tuner this long before a timer begins.
pub(crate) const PREPARE_S: i64 = 20;
/// After a failed preparation a box waits this long, at first.
const BACKOFF_S: u32 = 5;
const DAY_S: i64 = 86_400;
/// Conflicts of repeated timers are looked for this far ahead.
const LOOK_AHEAD_S: i64 = 15 * DAY_S;

/// `state` in a timer list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    Waiting = 0,
    Prepared = 1,
    Running = 2,
    Ended = 3,
}

/// One timer. Times are Unix seconds of the box's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Timer {
    /// Given by [`Timers`]; no client sees it.
    pub(crate) id: u64,
    /// With trailing colon, as the box writes it.
    pub(crate) reference: String,
    pub(crate) service_name: String,
    pub(crate) eit: u16,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) begin: i64,
    pub(crate) end: i64,
    pub(crate) disabled: bool,
    /// Only shows the service at its time.
    pub(crate) justplay: bool,
    pub(crate) always_zap: bool,
    /// 0 nothing, 1 standby, 2 deep standby, 3 automatic.
    pub(crate) afterevent: u8,
    pub(crate) dirname: Option<String>,
    pub(crate) tags: String,
    pub(crate) repeated: u8,
    pub(crate) state: State,
    /// Seconds until the next attempt after no tuner was to be had; 0 while all is well.
    pub(crate) backoff_s: u32,
}

impl Timer {
    /// A timer as a box makes it when only the necessary is given.
    pub(crate) fn new(reference: &str, name: &str, begin: i64, end: i64) -> Self {
        Self {
            id: 0,
            reference: reference.to_owned(),
            service_name: String::new(),
            eit: 0,
            name: name.to_owned(),
            description: String::new(),
            begin,
            end,
            disabled: false,
            justplay: false,
            always_zap: false,
            afterevent: 3,
            dirname: None,
            tags: String::new(),
            repeated: 0,
            state: State::Waiting,
            backoff_s: 0,
        }
    }

    pub(crate) fn transponder(&self) -> String {
        lineup::transponder(&self.reference)
    }

    pub(crate) fn is_active(&self) -> bool {
        matches!(self.state, State::Prepared | State::Running)
    }

    /// Whether it needs a demodulator at its time: streams from the network do not.
    fn needs_tuner(&self) -> bool {
        !self.disabled && !self.justplay && !self.reference.contains("//")
    }

    /// Whether a client's reference and times name this timer: exact, the trailing colon included.
    pub(crate) fn is(&self, reference: &str, begin: i64, end: i64) -> bool {
        self.is_on(reference) && self.begin == begin && self.end == end
    }

    /// Eleven fields are compared as text, so a missing trailing colon is another service.
    pub(crate) fn is_on(&self, reference: &str) -> bool {
        self.reference.split(':').take(11).eq(reference.split(':').take(11))
    }

    fn repeats_on(&self, day: i64) -> bool {
        // 1 January 1970 was a Thursday
        self.repeated >> (day + 3).rem_euclid(7) & 1 == 1
    }

    /// Goes to the next day of a repeated timer that has not passed yet.
    fn go_on(&mut self, now: i64) {
        if self.repeated & 0x7F == 0 {
            return;
        }
        let days = ((now - self.end).div_euclid(DAY_S)).max(0);
        (self.begin, self.end) = (self.begin + days * DAY_S, self.end + days * DAY_S);
        while self.end <= now || !self.repeats_on(self.begin.div_euclid(DAY_S)) {
            (self.begin, self.end) = (self.begin + DAY_S, self.end + DAY_S);
        }
    }

    /// When it will record, each time.
    fn times(&self, now: i64) -> Vec<(i64, i64)> {
        if self.repeated & 0x7F == 0 {
            return vec![(self.begin, self.end)];
        }
        let last = (now + LOOK_AHEAD_S).max(self.begin);
        let days = 0..=(last - self.begin) / DAY_S;
        let at = |day: i64| (self.begin + day * DAY_S, self.end + day * DAY_S);
        days.map(at).filter(|(begin, _)| self.repeats_on(begin.div_euclid(DAY_S))).collect()
    }
}

/// All timers of a box.
#[derive(Debug, Clone, Default)]
pub(crate) struct Timers {
    pub(crate) list: Vec<Timer>,
    next: u64,
}

impl Timers {
    /// Adds a timer whatever stands in its way; gives its number.
    pub(crate) fn push(&mut self, mut timer: Timer, now: i64) -> u64 {
        self.next += 1;
        timer.id = self.next;
        timer.go_on(now);
        self.list.push(timer);
        self.next
    }

    /// What a box adds without a word and yet does not add: the same service at the same time.
    pub(crate) fn has_double(&self, timer: &Timer) -> bool {
        let same = |other: &&Timer| other.state != State::Ended && other.id != timer.id;
        self.list.iter().filter(same).any(|other| other.is(&timer.reference, timer.begin, timer.end))
    }

    /// The timers that cannot all be recorded, the new one first; empty when all is well.
    pub(crate) fn conflicts(&self, new: &Timer, tuners: usize, now: i64) -> Vec<Timer> {
        if !new.needs_tuner() {
            return Vec::new();
        }
        let ahead = |other: &&Timer| other.id != new.id && other.needs_tuner() && other.state != State::Ended;
        let others: Vec<(&Timer, Vec<(i64, i64)>)> =
            self.list.iter().filter(ahead).map(|other| (other, other.times(now))).collect();
        for (begin, end) in new.times(now) {
            let starts = others.iter().flat_map(|(_, times)| times).map(|(start, _)| *start);
            let moments: BTreeSet<i64> =
                starts.filter(|start| (begin..end).contains(start)).chain([begin]).collect();
            for moment in moments {
                let at = |times: &[(i64, i64)]| times.iter().any(|(from, to)| (*from..*to).contains(&moment));
                let then = || others.iter().filter(|(_, times)| at(times)).map(|(other, _)| *other);
                let mut needed: BTreeSet<String> = then().map(Timer::transponder).collect();
                needed.insert(new.transponder());
                if needed.len() > tuners {
                    return [new.clone()].into_iter().chain(then().cloned()).collect();
                }
            }
        }
        Vec::new()
    }

    /// Takes a timer out; its recording ends.
    pub(crate) fn remove(&mut self, id: u64, tuners: &mut Tuners) -> Option<Timer> {
        let at = self.list.iter().position(|timer| timer.id == id)?;
        tuners.end_recording(id);
        Some(self.list.remove(at))
    }

    /// Does what is due; gives the services that the box itself has to show.
    pub(crate) fn advance(&mut self, now: i64, tuners: &mut Tuners) -> Vec<String> {
        let mut shown = Vec::new();
        for timer in self.list.iter_mut().filter(|timer| timer.state != State::Ended) {
            if now >= timer.end {
                tuners.end_recording(timer.id);
                timer.state = if timer.repeated == 0 { State::Ended } else { State::Waiting };
                timer.go_on(now);
            }
            if timer.disabled || timer.state == State::Ended {
                continue;
            }
            if now >= timer.begin - PREPARE_S && !timer.needs_tuner() {
                timer.state = timer.state.max(State::Prepared);
            } else if now >= timer.begin - PREPARE_S {
                let recorded = tuners.record(&timer.transponder(), timer.id);
                timer.state = if recorded { timer.state.max(State::Prepared) } else { State::Waiting };
                timer.backoff_s = if recorded { 0 } else { BACKOFF_S };
            }
            if now >= timer.begin && timer.state == State::Prepared {
                timer.state = State::Running;
                if timer.justplay || timer.always_zap {
                    shown.push(timer.reference.clone());
                }
            }
        }
        shown
    }

    /// Recordings end with the box; they begin again when it is back in time.
    pub(crate) fn interrupt(&mut self, tuners: &mut Tuners) {
        for timer in self.list.iter_mut().filter(|timer| timer.is_active()) {
            tuners.end_recording(timer.id);
            timer.state = State::Waiting;
        }
    }

    /// As a box lists them: what is to come by time, then what is over.
    pub(crate) fn listed(&self) -> Vec<Timer> {
        let mut list = self.list.clone();
        list.sort_by_key(|timer| (timer.state == State::Ended, timer.begin));
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONDAY: i64 = 1_795_392_000; // 23 November 2026, midnight

    fn timer(transponder: u16, begin: i64, end: i64) -> Timer {
        let reference = format!("1:0:19:1:{transponder:X}:1:C00000:0:0:0:");
        Timer::new(&reference, "x", MONDAY + begin, MONDAY + end)
    }

    #[test]
    fn conflicts_follow_from_tuners_and_transponders() {
        let mut timers = Timers::default();
        timers.push(timer(1, 1000, 2000), MONDAY);
        timers.push(timer(2, 1500, 2500), MONDAY);
        let conflicts = |new: &Timer, tuners: usize| timers.conflicts(new, tuners, MONDAY).len();
        assert_eq!(conflicts(&timer(1, 0, 5000), 2), 0, "shares a transponder");
        assert_eq!(conflicts(&timer(3, 0, 5000), 3), 0, "a tuner each");
        assert_eq!(conflicts(&timer(3, 0, 5000), 2), 3, "itself first, then both");
        assert_eq!(conflicts(&timer(3, 2000, 5000), 2), 0, "one is over when it begins");
        assert_eq!(conflicts(&timer(3, 2000, 5000), 1), 2);
        assert_eq!(conflicts(&Timer { disabled: true, ..timer(3, 0, 5000) }, 1), 0);
        assert_eq!(conflicts(&Timer { justplay: true, ..timer(3, 0, 5000) }, 1), 0);
        let daily = Timer { repeated: 0x7F, ..timer(3, 1000 - 3 * DAY_S, 1200 - 3 * DAY_S) };
        assert_eq!(conflicts(&daily, 1), 2, "on a later day");
        let tuesdays = Timer { repeated: 0b10, ..daily };
        assert_eq!(conflicts(&tuesdays, 1), 0);
    }

    #[test]
    fn states_follow_the_clock() {
        let (mut timers, mut tuners) = (Timers::default(), Tuners::new(1));
        timers.push(timer(1, 1000, 2000), MONDAY);
        let mut at = |second: i64| {
            timers.advance(MONDAY + second, &mut tuners);
            (timers.list[0].state, tuners.list[0].is_recording())
        };
        assert_eq!(at(900), (State::Waiting, false));
        assert_eq!(at(980), (State::Prepared, true));
        assert_eq!(at(1000), (State::Running, true));
        assert_eq!(at(900), (State::Running, true), "a clock that goes back ends nothing");
        assert_eq!(at(2000), (State::Ended, false));
    }

    #[test]
    fn a_repeated_timer_waits_for_its_next_day() {
        let (mut timers, mut tuners) = (Timers::default(), Tuners::new(1));
        timers.push(Timer { repeated: 0b10_0001, ..timer(1, 1000, 2000) }, MONDAY);
        timers.advance(MONDAY + 1500, &mut tuners);
        timers.advance(MONDAY + 2000, &mut tuners);
        let (state, begin) = (timers.list[0].state, timers.list[0].begin);
        assert_eq!((state, begin), (State::Waiting, MONDAY + 5 * DAY_S + 1000), "Saturday");
        timers.advance(MONDAY + 20 * DAY_S, &mut tuners);
        assert_eq!(timers.list[0].begin, MONDAY + 21 * DAY_S + 1000, "Monday again");
    }

    #[test]
    fn without_a_tuner_a_timer_tries_again() {
        let (mut timers, mut tuners) = (Timers::default(), Tuners::new(1));
        timers.push(timer(1, 0, 1000), MONDAY);
        timers.push(timer(2, 0, 2000), MONDAY);
        timers.advance(MONDAY, &mut tuners);
        assert_eq!((timers.list[1].state, timers.list[1].backoff_s), (State::Waiting, BACKOFF_S));
        timers.advance(MONDAY + 1000, &mut tuners);
        assert_eq!((timers.list[1].state, timers.list[1].backoff_s), (State::Running, 0));
    }
}
