//! Who may begin a session: so many in all, of one account, on one receiver, and with pictures coded for them. Whoever is turned away is told why and when to come back.
//!
//! A [`Slot`] counts until it is dropped, with the session's owner. Receivers count in the tuner pool, which knows where a stream comes
//! from; pictures that are coded, with their owner ([`super::transcoders`]).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use telecast_core::error::{Error, Kind};
use telecast_core::limits;
use telecast_core::session::{Reason, ReasonCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::settings::Limits;

/// What is counted.
pub(super) struct Admission {
    limits: Limits,
    all: Arc<Semaphore>,
    accounts: Arc<Mutex<HashMap<String, usize>>>,
}

/// The right to one session.
pub(super) struct Slot {
    account: String,
    accounts: Arc<Mutex<HashMap<String, usize>>>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = accounts.get_mut(&self.account) {
            *count -= 1;
            if *count == 0 {
                accounts.remove(&self.account);
            }
        }
    }
}

impl Admission {
    pub(super) fn new(limits: Limits) -> Self {
        // A semaphore counts no further than this.
        let all = limits.sessions.min(Semaphore::MAX_PERMITS);
        let limits = Limits { sessions: all, ..limits };
        Self { limits, all: Arc::new(Semaphore::new(all)), accounts: Arc::default() }
    }

    /// Sessions that hold a slot.
    pub(super) fn count(&self) -> usize {
        self.limits.sessions - self.all.available_permits()
    }

    /// A slot for `account`.
    ///
    /// # Errors
    /// `Unavailable`, with reason and when to try again.
    pub(super) fn admit(&self, account: &str) -> Result<Slot, Error> {
        let permit = Arc::clone(&self.all).try_acquire_owned();
        let permit = permit.map_err(|_| refused(&Reason::full(ReasonCode::TooManySessions), "all"))?;
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = accounts.entry(account.to_owned()).or_default();
        if *count >= self.limits.account {
            if *count == 0 {
                accounts.remove(account);
            }
            return Err(refused(&Reason::full(ReasonCode::TooManyOfAccount), "account"));
        }
        *count += 1;
        Ok(Slot { account: account.to_owned(), accounts: Arc::clone(&self.accounts), _permit: permit })
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

    #[test]
    fn slots_are_counted_in_all_and_for_each_account_and_come_back() {
        let admission = Admission::new(Limits { sessions: 3, account: 2, receiver: usize::MAX });
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
        drop((two, three));
        assert_eq!(admission.count(), 0);
        assert!(admission.accounts.lock().expect("unpoisoned").is_empty(), "nothing is left behind");
    }
}
