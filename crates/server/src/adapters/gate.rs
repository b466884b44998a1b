//! The door to one service outside: it counts technical failures, stays shut while the breaker is open, and tells how long to pause between calls.
//!
//! What counts is decided in `core::breaker`; here are the clock, the log and the figures. A change is logged once.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use telecast_core::breaker::{Breaker, Failure, Pace, State};

use super::clock::Clock;

/// A call that nobody waits for any more after this long has timed out; one given up sooner tells nothing.
const LATE: Duration = Duration::from_secs(1);

/// A door; shared by all who go through it.
#[derive(Debug)]
pub struct Gate {
    name: String,
    clock: Clock,
    inner: Mutex<(Breaker, Pace)>,
}

impl Gate {
    /// An open door. `name` is the label of its figures.
    pub fn new(name: String, clock: Clock) -> Self {
        let gate = Self { name, clock, inner: Mutex::default() };
        gate.show(State::Closed);
        gate
    }

    /// Whether a call may be made now.
    ///
    /// # Errors
    /// For how long not.
    pub fn pass(&self) -> Result<Call<'_>, Duration> {
        let now = self.clock.uptime();
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = inner.0.pass(now);
        if passed.is_ok() && inner.0.state(now) == State::HalfOpen {
            tracing::info!(name = self.name, "a receiver that had failed is asked again");
            self.show(State::HalfOpen);
        }
        passed.map(|()| Call { gate: self, since: now, told: false })
    }

    /// How long it stays shut; none if somebody may pass.
    pub fn shut_for(&self) -> Option<Duration> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).0.closed_for(self.clock.uptime())
    }

    /// Where the breaker stands.
    pub fn state(&self) -> State {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).0.state(self.clock.uptime())
    }

    /// How long to wait before the next call.
    pub fn pause(&self) -> Duration {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).1.wait(self.clock.uptime())
    }

    /// A call failed technically.
    pub fn failed(&self, failure: Failure) {
        let now = self.clock.uptime();
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.1.failed(now);
        if inner.0.failed(now) {
            let rest_s = inner.0.closed_for(now).unwrap_or_default().as_secs();
            tracing::warn!(
                name = self.name,
                reason = failure.name(),
                rest_s,
                "a receiver fails and is left alone"
            );
            metrics::counter!("telecast_breaker_trips_total", "name" => self.name.clone(), "reason" => failure.name())
                .increment(1);
            self.show(State::Open);
        }
    }

    /// A call was answered.
    pub fn succeeded(&self) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.1.succeeded();
        if inner.0.succeeded() {
            tracing::info!(name = self.name, "a receiver that had failed answers again");
            self.show(State::Closed);
        }
    }

    fn show(&self, state: State) {
        metrics::gauge!("telecast_breaker_state", "name" => self.name.clone()).set(f64::from(state as u8));
    }
}

/// A call that may be made, and tells how it went: if not in words, then when it is dropped.
#[derive(Debug)]
pub struct Call<'a> {
    gate: &'a Gate,
    since: Duration,
    told: bool,
}

impl Call<'_> {
    /// It failed technically.
    pub fn failed(mut self, failure: Failure) {
        self.told = true;
        self.gate.failed(failure);
    }

    /// It was answered.
    pub fn succeeded(mut self) {
        self.told = true;
        self.gate.succeeded();
    }

    /// How long it has taken so far.
    pub fn taken(&self) -> Duration {
        self.gate.clock.uptime().saturating_sub(self.since)
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if self.told {
            return;
        }
        if self.taken() >= LATE {
            self.gate.failed(Failure::TimedOut);
        } else {
            self.gate.inner.lock().unwrap_or_else(PoisonError::into_inner).0.undecided();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use telecast_core::limits;

    #[tokio::test]
    async fn calls_that_nobody_waits_for_tell_by_how_long_they_took() {
        let gate = Gate::new("a box".into(), Clock::start());
        for _ in 0..limits::BREAKER_FAILURES {
            drop(gate.pass().unwrap());
        }
        assert_eq!(gate.state(), State::Closed, "given up at once, they tell nothing");
        let calls: Vec<Call<'_>> = (0..limits::BREAKER_FAILURES).map(|_| gate.pass().unwrap()).collect();
        tokio::time::sleep(LATE).await;
        drop(calls);
        assert_eq!(gate.state(), State::Open);
    }
}
