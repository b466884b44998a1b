//! Manners towards those who are asked for logos: few at once, and nobody who fails again and again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use telecast_core::breaker::doubled;
use telecast_core::limits;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::adapters::clock::Clock;

/// How long a host is left alone that has failed: the first time, and at most.
const REST: (Duration, Duration) = (Duration::from_secs(10), Duration::from_mins(30));
/// Hosts that are remembered.
const HOSTS: usize = 512;

/// All hosts.
pub(super) struct Hosts {
    clock: Clock,
    known: Mutex<HashMap<String, Arc<Host>>>,
    all: Arc<Semaphore>,
}

struct Host {
    slots: Arc<Semaphore>,
    /// How often it has failed on end, and until when it is left alone (time since the start).
    rest: Mutex<(u32, Duration)>,
}

/// The right to ask a host once. Given up without a word it says nothing of the host.
pub(super) struct Visit {
    clock: Clock,
    host: Arc<Host>,
    _slots: [OwnedSemaphorePermit; 2],
}

impl Hosts {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, known: Mutex::default(), all: Arc::new(Semaphore::new(limits::LOGOS_AT_ONCE)) }
    }

    /// Waits until `name` may be asked, of which at most `slots` are at once; none: it is left alone just now.
    pub(super) async fn enter(&self, name: &str, slots: usize) -> Option<Visit> {
        let host = self.host(name, slots);
        let is_left_alone = || self.clock.uptime() < host.rest().1;
        if is_left_alone() {
            return None;
        }
        let own = Arc::clone(&host.slots).acquire_owned().await.ok()?;
        let all = Arc::clone(&self.all).acquire_owned().await.ok()?;
        // It may have failed while others asked it.
        if is_left_alone() {
            return None;
        }
        Some(Visit { clock: self.clock, host, _slots: [own, all] })
    }

    fn host(&self, name: &str, slots: usize) -> Arc<Host> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= HOSTS && !known.contains_key(name) {
            let now = self.clock.uptime();
            known.retain(|_, host| Arc::strong_count(host) > 1 || now < host.rest().1);
            // All of them fail: who knows what is asked for here.
            if known.len() >= HOSTS {
                known.clear();
            }
        }
        let made = || Host { slots: Arc::new(Semaphore::new(slots)), rest: Mutex::default() };
        Arc::clone(known.entry(name.to_owned()).or_insert_with(|| Arc::new(made())))
    }
}

impl Host {
    fn rest(&self) -> (u32, Duration) {
        *self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Visit {
    /// Whether it has answered.
    pub(super) fn leave(self, answered: bool) {
        let mut rest = self.host.rest.lock().unwrap_or_else(PoisonError::into_inner);
        let times = if answered { 0 } else { rest.0 + 1 };
        let until = match times.checked_sub(1) {
            Some(before) => self.clock.uptime() + doubled(REST.0, before, REST.1),
            None => Duration::ZERO,
        };
        *rest = (times, until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn few_ask_at_once_and_who_fails_is_left_alone() {
        let hosts = Hosts::new(Clock::start());
        let one = hosts.enter("a.example", 2).await.expect("free");
        let two = hosts.enter("a.example", 2).await.expect("free");
        let third = tokio::time::timeout(Duration::from_millis(30), hosts.enter("a.example", 2)).await;
        assert!(third.is_err(), "it waits");
        let other = hosts.enter("b.example", 2).await.expect("another's slots are its own");
        other.leave(true);
        one.leave(true);
        let third = hosts.enter("a.example", 2).await.expect("free again");
        third.leave(false);
        assert!(hosts.enter("a.example", 2).await.is_none(), "it has failed");
        assert!(hosts.enter("b.example", 2).await.is_some());
        // Somebody who asked before that hears from it: it is well.
        two.leave(true);
        assert!(hosts.enter("a.example", 2).await.is_some());
    }

    #[tokio::test]
    async fn hosts_without_end_are_not_remembered() {
        let hosts = Hosts::new(Clock::start());
        for at in 0..HOSTS * 2 + 10 {
            hosts.enter(&format!("{at}.example"), 1).await.expect("free").leave(at % 2 == 0);
        }
        let known = hosts.known.lock().unwrap_or_else(PoisonError::into_inner).len();
        assert!(known <= HOSTS, "{known}");
    }
}
