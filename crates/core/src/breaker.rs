//! When to leave a sick service alone: a circuit breaker, and the pause between calls. Pure: `now` comes in.
//!
//! Laws (tested as tables and over random histories):
//! - [`limits::BREAKER_FAILURES`] technical failures within [`limits::BREAKER_WINDOW`] open it; a success forgets them.
//! - Open, nothing passes for [`limits::BREAKER_OPEN`]; then one trial at a time does: its success closes, its failure opens again.
//! - A trial that never tells how it went is given up after [`limits::RECEIVER_CALL`].
//!
//! It does not know what a failure is: whoever calls decides. "No tuner" is an answer, not a failure.

use crate::limits;
use std::collections::VecDeque;
use std::time::Duration;

/// Monotonic time: since the program began.
pub type Now = Duration;

/// Where it stands; the numbers are those of the metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Everything passes.
    Closed = 0,
    /// One call may find out.
    HalfOpen = 1,
    /// Nothing passes.
    Open = 2,
}

/// What counts as a technical failure; the label of the metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nobody answers there.
    NoConnection,
    /// It answered too late, or stopped in the middle.
    TimedOut,
    /// It said 5xx.
    ServerError,
}

impl Failure {
    /// Its stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoConnection => "no_connection",
            Self::TimedOut => "timed_out",
            Self::ServerError => "server_error",
        }
    }
}

/// A circuit breaker.
#[derive(Clone, Debug, Default)]
pub struct Breaker {
    failures: VecDeque<Now>,
    /// Nothing passes before this.
    open_until: Option<Now>,
    /// When the trial that is under way began.
    trial: Option<Now>,
}

impl Breaker {
    /// Where it stands.
    pub fn state(&self, now: Now) -> State {
        match self.open_until {
            None => State::Closed,
            Some(until) if now < until => State::Open,
            Some(_) => State::HalfOpen,
        }
    }

    /// Whether a call may be made; a call that may must be told of ([`Self::failed`], [`Self::succeeded`]).
    ///
    /// # Errors
    /// For how long not.
    pub fn pass(&mut self, now: Now) -> Result<(), Duration> {
        let Some(until) = self.open_until else { return Ok(()) };
        if now < until {
            return Err(until.saturating_sub(now));
        }
        if let Some(trial) = self.trial
            && now < trial + limits::RECEIVER_CALL
        {
            return Err((trial + limits::RECEIVER_CALL).saturating_sub(now));
        }
        self.trial = Some(now);
        Ok(())
    }

    /// A call failed technically. `true`: that has opened it.
    pub fn failed(&mut self, now: Now) -> bool {
        match self.state(now) {
            // What was under way when it opened tells nothing new.
            State::Open => false,
            State::HalfOpen => {
                self.open(now);
                true
            }
            State::Closed => {
                self.failures.retain(|then| *then + limits::BREAKER_WINDOW > now);
                self.failures.push_back(now);
                let opens = self.failures.len() >= limits::BREAKER_FAILURES;
                if opens {
                    self.open(now);
                }
                opens
            }
        }
    }

    /// A call was given up before it could tell anything: if it was the trial, the next one is.
    pub fn undecided(&mut self) {
        self.trial = None;
    }

    /// A call succeeded. `true`: that has closed it.
    pub fn succeeded(&mut self) -> bool {
        self.failures.clear();
        self.trial = None;
        self.open_until.take().is_some()
    }

    /// How long nothing will pass; none if something may.
    pub fn closed_for(&self, now: Now) -> Option<Duration> {
        self.open_until.map(|until| until.saturating_sub(now)).filter(|rest| !rest.is_zero())
    }

    fn open(&mut self, now: Now) {
        self.failures.clear();
        self.trial = None;
        self.open_until = Some(now + limits::BREAKER_OPEN);
    }
}

/// The pause between calls to a service that has trouble.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    failures: u32,
    ready_at: Now,
}

impl Pace {
    /// How long to wait before the next call.
    pub fn wait(&self, now: Now) -> Duration {
        self.ready_at.saturating_sub(now)
    }

    /// A call failed technically: the next one waits, twice as long as the last time.
    pub fn failed(&mut self, now: Now) {
        self.ready_at = now + doubled(limits::PACE_FIRST, self.failures, limits::PACE_MOST);
        self.failures = self.failures.saturating_add(1);
    }

    /// A call succeeded.
    pub fn succeeded(&mut self) {
        *self = Self::default();
    }
}

/// `first`, doubled `times`, at most `most`.
pub fn doubled(first: Duration, times: u32, most: Duration) -> Duration {
    1u32.checked_shl(times.min(31))
        .and_then(|factor| first.checked_mul(factor))
        .map_or(most, |time| time.min(most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: u64) -> Now {
        Duration::from_secs(seconds)
    }

    enum Do {
        Fail,
        Succeed,
        /// Asks, and expects this.
        Pass(Result<(), u64>),
    }
    use Do::{Fail, Pass, Succeed};

    #[test]
    fn a_trial_that_is_given_up_makes_room_for_the_next() {
        let mut breaker = Breaker::default();
        (0..limits::BREAKER_FAILURES).for_each(|_| {
            breaker.failed(at(0));
        });
        let then = limits::BREAKER_OPEN;
        assert!(breaker.pass(then).is_ok());
        assert!(breaker.pass(then).is_err(), "one at a time");
        breaker.undecided();
        assert_eq!(breaker.state(then), State::HalfOpen);
        assert!(breaker.pass(then).is_ok());
    }

    #[test]
    fn it_opens_tries_and_closes_as_stated() {
        let open = limits::BREAKER_OPEN.as_secs();
        let call = limits::RECEIVER_CALL.as_secs();
        for (name, story) in [
            (
                "two failures are none",
                vec![(0, Fail, State::Closed), (1, Fail, State::Closed), (2, Pass(Ok(())), State::Closed)],
            ),
            (
                "three open it",
                vec![
                    (0, Fail, State::Closed),
                    (1, Fail, State::Closed),
                    (59, Fail, State::Open),
                    (60, Pass(Err(open - 1)), State::Open),
                ],
            ),
            (
                "old ones do not count",
                vec![
                    (0, Fail, State::Closed),
                    (1, Fail, State::Closed),
                    (60, Fail, State::Closed),
                    (61, Fail, State::Closed),
                ],
            ),
            (
                "nor do those before a success",
                vec![
                    (0, Fail, State::Closed),
                    (1, Fail, State::Closed),
                    (2, Succeed, State::Closed),
                    (3, Fail, State::Closed),
                ],
            ),
            (
                "one trial passes at a time, and closes it",
                vec![
                    (0, Fail, State::Closed),
                    (0, Fail, State::Closed),
                    (0, Fail, State::Open),
                    (open - 1, Pass(Err(1)), State::Open),
                    (open, Pass(Ok(())), State::HalfOpen),
                    (open + 1, Pass(Err(call - 1)), State::HalfOpen),
                    (open + 2, Succeed, State::Closed),
                    (open + 2, Pass(Ok(())), State::Closed),
                    (open + 3, Fail, State::Closed),
                ],
            ),
            (
                "a trial that fails opens it anew",
                vec![
                    (0, Fail, State::Closed),
                    (0, Fail, State::Closed),
                    (0, Fail, State::Open),
                    (open, Pass(Ok(())), State::HalfOpen),
                    (open + 1, Fail, State::Open),
                    (open + 2, Pass(Err(open - 1)), State::Open),
                    (2 * open + 1, Pass(Ok(())), State::HalfOpen),
                ],
            ),
            (
                "a trial that is never heard of is given up",
                vec![
                    (0, Fail, State::Closed),
                    (0, Fail, State::Closed),
                    (0, Fail, State::Open),
                    (open, Pass(Ok(())), State::HalfOpen),
                    (open + call, Pass(Ok(())), State::HalfOpen),
                ],
            ),
            (
                "a late failure does not prolong it",
                vec![
                    (0, Fail, State::Closed),
                    (0, Fail, State::Closed),
                    (0, Fail, State::Open),
                    (5, Fail, State::Open),
                    (open, Pass(Ok(())), State::HalfOpen),
                ],
            ),
        ] {
            let mut breaker = Breaker::default();
            for (step, (seconds, act, state)) in story.into_iter().enumerate() {
                match act {
                    Fail => assert_eq!(
                        breaker.failed(at(seconds)),
                        state == State::Open && breaker_opens(step, seconds),
                        "{name}: {step}"
                    ),
                    Succeed => {
                        breaker.succeeded();
                    }
                    Pass(expected) => {
                        assert_eq!(breaker.pass(at(seconds)), expected.map_err(at), "{name}: {step}");
                    }
                }
                assert_eq!(breaker.state(at(seconds)), state, "{name}: {step}");
                assert_eq!(breaker.closed_for(at(seconds)).is_some(), state == State::Open, "{name}: {step}");
            }
        }
    }

    /// The only failure of the stories above that finds it open already.
    fn breaker_opens(step: usize, seconds: u64) -> bool {
        (step, seconds) != (3, 5)
    }

    #[test]
    fn pauses_double_up_to_their_most_and_are_forgotten() {
        let mut pace = Pace::default();
        assert_eq!(pace.wait(at(0)), at(0));
        let mut waits = Vec::new();
        for _ in 0..7 {
            pace.failed(at(10));
            waits.push(pace.wait(at(10)).as_millis());
        }
        assert_eq!(waits, [250, 500, 1000, 2000, 4000, 8000, 8000]);
        assert_eq!(pace.wait(at(15)), at(3), "time that has passed counts");
        pace.succeeded();
        assert_eq!(pace.wait(at(10)), at(0));
        assert_eq!(doubled(at(1), 40, at(60)), at(60), "no overflow");
    }

    #[test]
    fn states_and_failures_have_the_names_and_numbers_of_the_metrics() {
        let states = [State::Closed, State::HalfOpen, State::Open];
        assert_eq!(states.map(|state| state as u8), [0, 1, 2]);
        let failures = [Failure::NoConnection, Failure::TimedOut, Failure::ServerError];
        assert_eq!(failures.map(Failure::name), ["no_connection", "timed_out", "server_error"]);
    }

    proptest! {
        #[test]
        fn it_is_never_stuck_and_never_opens_for_few(acts in proptest::collection::vec((0u8..3, 0u64..20), 1..80)) {
            let mut breaker = Breaker::default();
            let (mut now, mut failures) = (at(0), 0);
            for (act, wait) in acts {
                now += at(wait);
                let before = breaker.state(now);
                match act {
                    0 => {
                        failures += 1;
                        prop_assert_eq!(breaker.failed(now), before != State::Open && breaker.state(now) == State::Open);
                    }
                    1 => {
                        failures = 0;
                        prop_assert_eq!(breaker.succeeded(), before != State::Closed);
                    }
                    _ => prop_assert!(breaker.pass(now).is_ok() != (before == State::Open) || before == State::HalfOpen),
                }
                if before == State::Closed && breaker.state(now) == State::Open {
                    prop_assert!(failures >= limits::BREAKER_FAILURES, "opened after {failures}");
                }
            }
            let later = now + limits::BREAKER_OPEN + limits::RECEIVER_CALL;
            prop_assert_eq!(breaker.pass(later), Ok(()), "stuck");
        }
    }
}
