//! Sign-ins through an identity provider that are under way: each is bound to the browser that began it, is finished once and in time.
//!
//! Kept here and not in the browser: what comes back is believed only if it began here. Bounded: a flood of beginnings pushes out the oldest,
//! which are those that nobody will finish.

use crate::adapters::oidc::Begun;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use telecast_core::limits;
use telecast_core::secret::SecretHash;

/// One that has begun.
struct Entry {
    /// The browser that began it, as the hash of its cookie.
    browser: SecretHash,
    /// Issuer and client at that time: an answer to one is none to another (RFC 9207 §1).
    provider: (String, String),
    begun: Begun,
    until: Duration,
}

#[derive(Default)]
struct Inner {
    /// By the hash of the state: who looks for one learns nothing from how long it takes.
    by_state: HashMap<Vec<u8>, Entry>,
    /// The oldest first; those that are finished as well, until their time is over.
    order: VecDeque<(Vec<u8>, Duration)>,
}

/// See the module.
#[derive(Default)]
pub struct Pending(Mutex<Inner>);

impl Pending {
    /// One has begun (`now` is the time since the program's start).
    pub fn put(
        &self,
        state: &SecretHash,
        browser: SecretHash,
        provider: (String, String),
        begun: Begun,
        now: Duration,
    ) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while inner.order.front().is_some_and(|(_, until)| *until <= now)
            || inner.order.len() >= limits::OIDC_PENDING
        {
            let Some((oldest, _)) = inner.order.pop_front() else { break };
            inner.by_state.remove(&oldest);
        }
        let (state, until) = (state.as_bytes().to_vec(), now + limits::OIDC_BEGUN);
        inner.order.push_back((state.clone(), until));
        inner.by_state.insert(state, Entry { browser, provider, begun, until });
    }

    /// The one of that state, if this browser began it with this provider and in time. It is gone then. One of another browser stays.
    pub fn take(
        &self,
        state: &SecretHash,
        browser: &SecretHash,
        provider: &(String, String),
        now: Duration,
    ) -> Option<Begun> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = inner.by_state.get(state.as_bytes())?;
        let is_its_own = entry.browser == *browser && entry.provider == *provider && now < entry.until;
        if !is_its_own {
            return None;
        }
        inner.by_state.remove(state.as_bytes()).map(|entry| entry.begun)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(text: &str) -> SecretHash {
        SecretHash::of(&text.to_owned().into())
    }

    fn begun() -> Begun {
        let text = |text: &str| text.to_owned().into();
        Begun { nonce: text("n"), verifier: text("v"), redirect_uri: String::new(), at_ms: 0 }
    }

    fn provider() -> (String, String) {
        ("https://id.example".to_owned(), "tv".to_owned())
    }

    #[test]
    fn one_is_finished_once_in_time_and_by_the_browser_that_began_it() {
        let (pending, now) = (Pending::default(), Duration::from_secs(9));
        pending.put(&hash("s"), hash("mine"), provider(), begun(), now);
        let other = ("https://other.example".to_owned(), "tv".to_owned());
        let late = now + limits::OIDC_BEGUN;
        for (state, browser, provider, at) in [
            ("x", "mine", provider(), now),
            ("s", "yours", provider(), now),
            ("s", "mine", other, now),
            ("s", "mine", provider(), late),
        ] {
            assert!(pending.take(&hash(state), &hash(browser), &provider, at).is_none(), "{state} {browser}");
        }
        let in_time = late.saturating_sub(Duration::from_millis(1));
        assert!(pending.take(&hash("s"), &hash("mine"), &provider(), in_time).is_some());
        assert!(pending.take(&hash("s"), &hash("mine"), &provider(), in_time).is_none(), "once");
    }

    #[test]
    fn a_flood_pushes_out_the_oldest_and_takes_no_more_memory() {
        let (pending, now) = (Pending::default(), Duration::from_secs(9));
        for number in 0..limits::OIDC_PENDING + 2 {
            pending.put(&hash(&number.to_string()), hash("mine"), provider(), begun(), now);
        }
        let is_there = |state: &str| pending.take(&hash(state), &hash("mine"), &provider(), now).is_some();
        assert!(!is_there("0") && !is_there("1") && is_there("2"));
        assert_eq!(pending.0.lock().expect("whole").order.len(), limits::OIDC_PENDING);
        pending.put(&hash("new"), hash("mine"), provider(), begun(), now + limits::OIDC_BEGUN);
        let inner = pending.0.lock().expect("whole");
        assert_eq!((inner.order.len(), inner.by_state.len()), (1, 1), "what has run out is forgotten");
    }
}
