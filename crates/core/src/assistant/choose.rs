//! Which provider is asked: the first in the host's order that is well, and for how long one that is not is left alone.
//!
//! A provider's health is a [`Breaker`] (three technical failures in a minute) and the time before which it wants not to be asked. What is wrong with
//! a request, or with what one provider's model can do, counts against nobody. An answer may take longer than the breaker waits for a trial; then
//! another one is tried beside it, which harms nobody.

use super::fault::{Fault, FaultKind};
use crate::breaker::{Breaker, Now};
use std::time::Duration;

/// A provider that says "too many" and not for how long is left alone for this.
pub const LIMITED: Duration = Duration::from_secs(20);
/// A provider whose key or account does not do is left alone for this: a person must act, and should not have to restart anything then.
pub const REFUSED: Duration = Duration::from_mins(1);

/// How a provider is.
#[derive(Clone, Debug, Default)]
pub struct Health {
    breaker: Breaker,
    /// Not to be asked before this.
    not_before: Option<Now>,
}

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// This one, by its place in the order. How it went must be told ([`Health::answered`], [`Health::failed`], [`Health::undecided`]).
    Ask(usize),
    /// Nobody for so long.
    Wait(Duration),
    /// There is nobody.
    Nobody,
}

/// The first in the order that may be asked now. `except`: those that this answer has tried already, by their places.
pub fn choose(providers: &mut [Health], except: &[usize], now: Now) -> Choice {
    let mut wait: Option<Duration> = None;
    for (place, health) in providers.iter_mut().enumerate() {
        if except.contains(&place) {
            continue;
        }
        match health.pass(now) {
            Ok(()) => return Choice::Ask(place),
            Err(rest) => wait = Some(wait.map_or(rest, |wait| wait.min(rest))),
        }
    }
    wait.map_or(Choice::Nobody, Choice::Wait)
}

impl Health {
    /// The answer came to its end.
    pub fn answered(&mut self) {
        self.breaker.succeeded();
        self.not_before = None;
    }

    /// It was given up before anything could be told: cancelled, or void.
    pub fn undecided(&mut self) {
        self.breaker.undecided();
    }

    /// It failed so. `true`: that has opened the breaker.
    pub fn failed(&mut self, fault: &Fault, now: Now) -> bool {
        let pause = match fault.kind {
            FaultKind::RateLimited => Some(fault.retry_after.unwrap_or(LIMITED)),
            FaultKind::Auth | FaultKind::Quota => Some(REFUSED),
            _ => fault.retry_after,
        };
        if let Some(pause) = pause {
            let until = now.saturating_add(pause);
            self.not_before = Some(self.not_before.map_or(until, |before| before.max(until)));
        }
        match fault.failure() {
            Some(_) => self.breaker.failed(now),
            None => {
                self.breaker.undecided();
                false
            }
        }
    }

    /// For how long it is left alone; none: it may be asked.
    pub fn away_for(&self, now: Now) -> Option<Duration> {
        let asked = self.not_before.map(|before| before.saturating_sub(now)).filter(|rest| !rest.is_zero());
        asked.max(self.breaker.closed_for(now))
    }

    fn pass(&mut self, now: Now) -> Result<(), Duration> {
        match self.away_for(now) {
            Some(rest) => Err(rest),
            None => self.breaker.pass(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits;

    fn at(seconds: u64) -> Now {
        Duration::from_secs(seconds)
    }

    fn fail(health: &mut Health, kind: FaultKind, retry_after: Option<Duration>, now: Now) -> bool {
        health.failed(&Fault { retry_after, ..Fault::new(kind) }, now)
    }

    #[test]
    fn the_first_that_is_well_is_asked() {
        let mut providers = vec![Health::default(), Health::default()];
        assert_eq!(choose(&mut providers, &[], at(0)), Choice::Ask(0));
        assert_eq!(choose(&mut providers, &[0], at(0)), Choice::Ask(1));
        assert_eq!(choose(&mut providers, &[0, 1], at(0)), Choice::Nobody);
        assert_eq!(choose(&mut [], &[], at(0)), Choice::Nobody);
        for (seconds, opens) in [(0, false), (1, false), (2, true)] {
            assert_eq!(fail(&mut providers[0], FaultKind::ServerError, None, at(seconds)), opens);
        }
        assert_eq!(
            choose(&mut providers, &[], at(3)),
            Choice::Ask(1),
            "three failures and the next is asked"
        );
        let back = at(2) + limits::BREAKER_OPEN;
        assert_eq!(choose(&mut providers, &[], back), Choice::Ask(0), "it may try again");
        assert_eq!(choose(&mut providers, &[], back), Choice::Ask(1), "one trial at a time");
        providers[0].undecided();
        assert_eq!(choose(&mut providers, &[], back), Choice::Ask(0), "one that was cancelled is none");
        providers[0].answered();
        assert_eq!(choose(&mut providers, &[], back), Choice::Ask(0));
    }

    #[test]
    fn who_wants_to_be_left_alone_is() {
        for (kind, asked, away) in [
            (FaultKind::RateLimited, None, Some(LIMITED)),
            (FaultKind::RateLimited, Some(at(7)), Some(at(7))),
            (FaultKind::Overloaded, Some(at(7)), Some(at(7))),
            (FaultKind::Overloaded, None, None),
            (FaultKind::Auth, None, Some(REFUSED)),
            (FaultKind::Quota, None, Some(REFUSED)),
            (FaultKind::BadRequest, None, None),
            (FaultKind::TooLarge, None, None),
        ] {
            let mut providers = vec![Health::default()];
            fail(&mut providers[0], kind, asked, at(100));
            assert_eq!(providers[0].away_for(at(100)), away, "{kind:?}");
            let expected = away.map_or(Choice::Ask(0), Choice::Wait);
            assert_eq!(choose(&mut providers, &[], at(100)), expected, "{kind:?}");
            let later = at(100) + away.unwrap_or_default();
            assert_eq!(choose(&mut providers, &[], later), Choice::Ask(0), "{kind:?}");
        }
    }

    #[test]
    fn the_shortest_wait_is_told() {
        let mut providers = vec![Health::default(), Health::default()];
        fail(&mut providers[0], FaultKind::RateLimited, Some(at(30)), at(0));
        fail(&mut providers[1], FaultKind::RateLimited, Some(at(9)), at(0));
        assert_eq!(choose(&mut providers, &[], at(1)), Choice::Wait(at(8)));
    }

    #[test]
    fn faulty_requests_open_nothing() {
        let mut health = Health::default();
        for seconds in 0..10 {
            assert!(!fail(&mut health, FaultKind::TooLarge, None, at(seconds)));
        }
        assert_eq!(health.away_for(at(10)), None);
    }
}
