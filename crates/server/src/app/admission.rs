//! Who may begin a session: so many in all, of one account, on one receiver, and with pictures coded for them. Whoever is turned away is told why and when to come back.
//!
//! A [`Slot`] counts until it is dropped, with the session's owner. Receivers count in the tuner pool, which knows where a stream comes
//! from; pictures that are coded, with their owner ([`super::transcoders`]).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use telecast_core::error::{Error, Kind};
use telecast_core::limits;
use telecast_core::session::{Reason, ReasonCode};

use super::settings::InForce;

/// What is counted, and how far it may go.
pub(super) struct Admission {
    settings: InForce,
    counts: Arc<Mutex<Counts>>,
}

/// Slots that are taken.
#[derive(Default)]
struct Counts {
    all: usize,
    accounts: HashMap<String, usize>,
}

fn counts(of: &Mutex<Counts>) -> MutexGuard<'_, Counts> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The right to one session.
pub(super) struct Slot {
    account: String,
    counts: Arc<Mutex<Counts>>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut counts = counts(&self.counts);
        counts.all -= 1;
        if let Some(count) = counts.accounts.get_mut(&self.account) {
            *count -= 1;
            if *count == 0 {
                counts.accounts.remove(&self.account);
            }
        }
    }
}

impl Admission {
    pub(super) fn new(settings: InForce) -> Self {
        Self { settings, counts: Arc::default() }
    }

    /// Sessions that hold a slot.
    pub(super) fn count(&self) -> usize {
        counts(&self.counts).all
    }

    /// A slot for `account`.
    ///
    /// # Errors
    /// `Unavailable`, with reason and when to try again.
    pub(super) fn admit(&self, account: &str) -> Result<Slot, Error> {
        let limits = self.settings.now().limits;
        let mut counts = counts(&self.counts);
        if counts.all >= limits.sessions {
            return Err(refused(&Reason::full(ReasonCode::TooManySessions), "all"));
        }
        if counts.accounts.get(account).copied().unwrap_or_default() >= limits.account {
            return Err(refused(&Reason::full(ReasonCode::TooManyOfAccount), "account"));
        }
        counts.all += 1;
        *counts.accounts.entry(account.to_owned()).or_default() += 1;
        Ok(Slot { account: account.to_owned(), counts: Arc::clone(&self.counts) })
    }
}

/// Nobody is let in; `limit` is the label of the figure.
pub(super) fn refused(reason: &Reason, limit: &'static str) -> Error {
    metrics::counter!("telecast_admissions_refused_total", "limit" => limit).increment(1);
    let words = reason.code.english();
    Error::new(Kind::Unavailable, format!("{}. {}", words.title, words.advice))
        .because(reason.code.name())
        .retry_after(reason.retry_after.unwrap_or(limits::ADMISSION_RETRY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::settings::{Limits, Settings};

    #[test]
    fn slots_are_counted_in_all_and_for_each_account_and_come_back() {
        let limits = |sessions| Settings {
            limits: Limits { sessions, account: 2, receiver: usize::MAX },
            ..Settings::with_tapes_in("tapes".into())
        };
        let settings = InForce::new(limits(3));
        let admission = Admission::new(settings.clone());
        let one = admission.admit("anna").expect("one");
        let two = admission.admit("anna").expect("two");
        let reason = |refused: Result<Slot, Error>| {
            let error = refused.err().expect("refused");
            assert_eq!((error.kind, error.retry_after), (Kind::Unavailable, Some(limits::ADMISSION_RETRY)));
            error.reason.expect("a reason")
        };
        assert_eq!(reason(admission.admit("anna")), "too_many_of_account");
        let three = admission.admit("ben").expect("another account");
        assert_eq!((admission.count(), reason(admission.admit("ben"))), (3, "too_many_sessions"));
        drop(one);
        admission.admit("anna").expect("given back");
        drop(two);
        // Fewer are allowed from now on: who is in stays, nobody comes.
        settings.set(limits(1));
        assert_eq!(reason(admission.admit("anna")), "too_many_sessions");
        drop(three);
        assert_eq!(admission.count(), 0);
        admission.admit("anna").expect("one");
        assert!(counts(&admission.counts).accounts.is_empty(), "nothing is left behind");
    }
}
