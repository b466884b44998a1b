//! The door to one service outside: it counts technical failures, stays shut while the breaker is open, and tells how long to pause between calls.
//!
//! What counts is decided in `core::breaker`; here are the clock, the log and the figures. A change is logged once.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use telecast_core::breaker::{Breaker, Failure, Pace, State};

use super::clock::Clock;

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

    /// Whether a call may be made now; whoever may tells how it went.
    ///
    /// # Errors
    /// For how long not.
    pub fn pass(&self) -> Result<(), Duration> {
        let now = self.clock.uptime();
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = inner.0.pass(now);
        if passed.is_ok() && inner.0.state(now) == State::HalfOpen {
            tracing::info!(name = self.name, "a receiver that had failed is asked again");
            self.show(State::HalfOpen);
        }
        passed
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
