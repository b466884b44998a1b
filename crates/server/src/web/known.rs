//! Who has been let in lately: a viewer who watches asks the store nothing.
//!
//! - A credential is looked up in the store once in [`limits::LAST_SEEN`]; in between it is answered from memory.
//! - What takes a right away in this process counts for the very next request; what another process does (the command line), at the
//!   next look ([`LOOK`]). Both move [`Store::access_turn`], and what was read before it moved is worth nothing.
//! - That a credential is used is noted with each look-up, for all of a second in one transaction.
//! - Who was let in once is asked about even while his network is refused for its strangers ([`Known::has_met`]).
//! - Only who is let in is remembered. Whoever is not is looked up each time, and let in as soon as the store has him.

use super::guard::{Credential, Principal};
use crate::adapters::clock::Clock;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use telecast_core::limits;
use telecast_store::{Error, Store, Used};
use tokio_util::sync::CancellationToken;

/// What another process has done is looked for this often, and use is noted this often.
pub const LOOK: Duration = Duration::from_secs(1);
/// Uses of one transaction: it stays below some milliseconds.
const NOTED: usize = 256;

/// A credential that was found in the store.
#[derive(Clone, Debug)]
pub struct Found {
    /// Whose it is.
    pub principal: Principal,
    /// When it ends by itself (milliseconds since 1970).
    pub until_ms: i64,
    /// When it was used last, as far as the store knows.
    pub used_ms: Option<i64>,
}

struct Entry {
    principal: Principal,
    until_ms: i64,
    /// When it was looked up, and the turn before that.
    at_ms: i64,
    turn: u64,
}

#[derive(Default)]
struct Inner {
    entries: HashMap<Credential, Entry>,
    /// To be noted: at most one for each entry that there was in a second.
    used: HashMap<Credential, i64>,
    /// Whoever was let in since the start and has not been refused since: worth a question to the store.
    met: HashSet<Credential>,
}

/// See the module.
#[derive(Default)]
pub struct Known(Mutex<Inner>);

impl Known {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whose credential this is, if that is known and still holds in `turn`.
    pub fn get(&self, credential: &Credential, turn: u64, now_ms: i64) -> Option<Principal> {
        let inner = self.inner();
        let entry = inner.entries.get(credential)?;
        // A clock that was put back makes it old, too.
        let fresh = (0..limits::LAST_SEEN.as_millis() as i64).contains(&(now_ms - entry.at_ms));
        (fresh && entry.turn == turn && now_ms < entry.until_ms).then(|| entry.principal.clone())
    }

    /// Whether this credential has let somebody in before, as far as is remembered. It may not do so any more.
    pub fn has_met(&self, credential: &Credential) -> bool {
        self.inner().met.contains(credential)
    }

    /// It lets nobody in any more.
    pub fn refused(&self, credential: &Credential) {
        self.inner().met.remove(credential);
    }

    /// Remembers what was found at `now_ms`; `turn` is the one before it was looked for.
    pub fn put(&self, found: Found, turn: u64, now_ms: i64) -> Principal {
        let principal = found.principal;
        let credential = principal.credential;
        let mut inner = self.inner();
        if inner.entries.len() >= limits::KNOWN && !inner.entries.contains_key(&credential) {
            let old = now_ms - limits::LAST_SEEN.as_millis() as i64;
            inner.entries.retain(|_, entry| entry.turn == turn && entry.at_ms > old);
            if inner.entries.len() >= limits::KNOWN {
                inner.entries.clear();
            }
        }
        let again = |last| now_ms - last >= limits::LAST_SEEN.as_millis() as i64;
        if found.used_ms.is_none_or(again) && inner.used.len() < limits::KNOWN {
            inner.used.insert(credential, now_ms);
        }
        if inner.met.len() >= limits::KNOWN {
            inner.met.clear();
        }
        inner.met.insert(credential);
        let entry = Entry { principal: principal.clone(), until_ms: found.until_ms, at_ms: now_ms, turn };
        inner.entries.insert(credential, entry);
        principal
    }

    /// Keeps what is known in step with `store` until `stop`, and notes what is left then.
    pub async fn keep(&self, store: &Store, clock: Clock, stop: CancellationToken) {
        let mut second = tokio::time::interval(LOOK);
        second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut failing = false;
        while stop.run_until_cancelled(second.tick()).await.is_some() {
            let kept = match store.look_at_access().await {
                Ok(()) => self.note(store).await,
                failed => failed,
            };
            if kept.is_err() {
                metrics::counter!("telecast_store_failures_total").increment(1);
            }
            if kept.is_err() != std::mem::replace(&mut failing, kept.is_err())
                && let Err(error) = kept
            {
                tracing::warn!(%error, "who was here, and who may no longer be, cannot be kept; it is tried again");
            }
            self.forget(store.access_turn(), clock.wall_ms());
        }
        if let Err(error) = self.note(store).await {
            tracing::debug!(%error, "who was here last is not noted");
        }
    }

    /// Notes what was used.
    async fn note(&self, store: &Store) -> Result<(), Error> {
        loop {
            let due: Vec<(Credential, i64)> = {
                let used = &mut self.inner().used;
                let some: Vec<Credential> = used.keys().take(NOTED).copied().collect();
                some.into_iter().filter_map(|credential| used.remove_entry(&credential)).collect()
            };
            if due.is_empty() {
                return Ok(());
            }
            let used: Vec<(Used, i64)> =
                due.iter().filter_map(|(credential, at_ms)| Some((used(credential)?, *at_ms))).collect();
            store.note_use(&used).await.inspect_err(|_| {
                let mut inner = self.inner();
                for (credential, at_ms) in due {
                    inner.used.entry(credential).or_insert(at_ms);
                }
            })?;
        }
    }

    /// Drops what would not be believed any more.
    fn forget(&self, turn: u64, now_ms: i64) {
        let old = now_ms - limits::LAST_SEEN.as_millis() as i64;
        self.inner().entries.retain(|_, entry| entry.turn == turn && entry.at_ms > old);
    }
}

/// What of a credential is noted in the store.
fn used(credential: &Credential) -> Option<Used> {
    match credential {
        Credential::Cookie(hash) => Some(Used::SignIn(*hash)),
        Credential::Token(hash) => Some(Used::Token(*hash)),
        Credential::Player(hash) => Some(Used::Player(*hash)),
        Credential::Anonymous(..) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use telecast_core::access::Role;
    use telecast_core::secret::SecretHash;

    const NOW: i64 = 1_790_000_000_000;
    const AGE: i64 = limits::LAST_SEEN.as_millis() as i64;

    fn found(number: usize, until_ms: i64, used_ms: Option<i64>) -> Found {
        let hash = SecretHash::of(&number.to_string().into());
        let principal = Principal {
            account: number.to_string(),
            name: "Anna".into(),
            role: Role::Viewer,
            scopes: Vec::new(),
            profile: None,
            has_pin: false,
            until_ms: None,
            credential: Credential::Token(hash),
        };
        Found { principal, until_ms, used_ms }
    }

    #[test]
    fn what_was_found_holds_for_a_while_and_in_its_turn() {
        let known = Known::default();
        let is = |of: &Found, turn, now| known.get(&of.principal.credential, turn, now).is_some();
        let token = found(1, NOW + AGE / 2, None);
        assert!(!is(&token, 7, NOW));
        known.put(token.clone(), 7, NOW);
        for (turn, now, holds) in [
            (7, NOW, true),
            (8, NOW, false),
            (7, NOW - 1, false),
            (7, NOW + AGE / 2 - 1, true),
            (7, NOW + AGE / 2, false),
        ] {
            assert_eq!(is(&token, turn, now), holds, "turn {turn}, {} ms later", now - NOW);
        }
        let cookie = found(2, i64::MAX, None);
        known.put(cookie.clone(), 7, NOW);
        assert!(is(&cookie, 7, NOW + AGE - 1) && !is(&cookie, 7, NOW + AGE), "age");
        // A right was taken away while it was looked up.
        known.put(cookie.clone(), 7, NOW);
        assert!(!is(&cookie, 8, NOW));
    }

    #[test]
    fn use_is_noted_once_a_minute_and_what_is_old_is_dropped() {
        let known = Known::default();
        for (number, used_ms, noted) in
            [(1, None, 1), (2, Some(NOW - AGE), 2), (3, Some(NOW - AGE + 1), 2), (1, None, 2)]
        {
            known.put(found(number, i64::MAX, used_ms), 0, NOW);
            assert_eq!(known.inner().used.len(), noted, "{number}");
        }
        known.forget(0, NOW + AGE - 1);
        assert_eq!(known.inner().entries.len(), 3);
        known.forget(1, NOW);
        assert_eq!(known.inner().entries.len(), 0);
    }

    #[test]
    fn there_are_never_more_than_so_many() {
        let known = Known::default();
        for number in 0..limits::KNOWN + 5 {
            known.put(found(number, i64::MAX, None), 0, NOW);
            assert!(known.inner().entries.len() <= limits::KNOWN);
        }
        assert!(known.get(&found(limits::KNOWN + 4, 0, None).principal.credential, 0, NOW).is_some());
    }
}
