//! Sockets and event streams that are open, by what let them in: when that ends, they end, and no others.
//!
//! A sign-out in this process ends its own at once ([`Listeners::end`]). What another process does to the store (a token that
//! is revoked on the command line, an account that is removed) is seen when the credential is looked at again ([`check`]).

use super::Web;
use super::guard::{Credential, Principal};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use telecast_core::access::Scope;
use tokio_util::sync::CancellationToken;

/// A credential is looked at again this often while something listens by it: from memory, as a rule.
pub const CHECK: Duration = Duration::from_secs(5);

#[derive(Default)]
struct Open {
    next: u64,
    by_credential: HashMap<Credential, Vec<(u64, CancellationToken)>>,
    by_account: HashMap<String, usize>,
}

/// All that listen. Cheap to clone.
#[derive(Clone, Default)]
pub struct Listeners(Arc<Mutex<Open>>);

impl Listeners {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody listens from now on, until what this gives is dropped. `None`: `most` listen for this account already.
    pub fn join(&self, account: &str, credential: Credential, most: usize) -> Option<Listening> {
        let mut open = self.open();
        if open.by_account.get(account).copied().unwrap_or_default() >= most {
            return None;
        }
        *open.by_account.entry(account.to_owned()).or_default() += 1;
        let (number, ended) = (open.next, CancellationToken::new());
        open.next += 1;
        open.by_credential.entry(credential).or_default().push((number, ended.clone()));
        Some(Listening { all: self.clone(), account: account.to_owned(), credential, number, ended })
    }

    /// Ends all that listen by this credential.
    pub fn end(&self, credential: &Credential) {
        let gone = self.open().by_credential.remove(credential);
        gone.into_iter().flatten().for_each(|(_, ended)| ended.cancel());
    }

    /// How many listen.
    pub fn count(&self) -> usize {
        self.open().by_credential.values().map(Vec::len).sum()
    }
}

/// Somebody who listens.
pub struct Listening {
    all: Listeners,
    account: String,
    credential: Credential,
    number: u64,
    ended: CancellationToken,
}

impl Listening {
    /// Returns when it must end.
    pub async fn ended(&self) {
        self.ended.cancelled().await;
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut open = self.all.open();
        if let Some(count) = open.by_account.get_mut(&self.account) {
            *count -= 1;
            if *count == 0 {
                open.by_account.remove(&self.account);
            }
        }
        if let Some(listening) = open.by_credential.get_mut(&self.credential) {
            listening.retain(|(number, _)| *number != self.number);
            if listening.is_empty() {
                open.by_credential.remove(&self.credential);
            }
        }
    }
}

/// Whether `principal` may still do what it might: it is there, with the same rights. While the store cannot say, it may.
pub async fn check(web: &Web, principal: &Principal) -> bool {
    if let Credential::Anonymous(_, network) = principal.credential {
        let config = web.config();
        return config.anonymous || config.iptv_networks.iter().any(|near| near.contains(network));
    }
    match web.accounts.holder(&principal.credential, web.clock.wall_ms()).await {
        Ok(found) => {
            found.is_some_and(|found| found.scopes.contains(&Scope::Watch) && found.is_as(principal))
        }
        Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use telecast_core::secret::SecretHash;

    #[test]
    fn an_end_reaches_its_own_and_what_is_dropped_is_forgotten() {
        let of = |byte| Credential::Cookie(SecretHash::from([byte; 32]));
        let listeners = Listeners::default();
        let join = |account: &str, byte| listeners.join(account, of(byte), 2);
        let (Some(one), Some(two), Some(other)) = (join("anna", 1), join("anna", 1), join("ben", 2)) else {
            panic!("there is room")
        };
        assert!(join("anna", 3).is_none(), "two listen for her, whatever lets them in");
        drop(two);
        assert_eq!(listeners.count(), 2);
        listeners.end(&of(1));
        assert!(one.ended.is_cancelled() && !other.ended.is_cancelled());
        let again = join("anna", 1).expect("one has gone");
        drop(one);
        assert!(!again.ended.is_cancelled());
        assert_eq!(listeners.count(), 2, "an end that is over does not take the next one with it");
        listeners.end(&Credential::Token(SecretHash::from([2; 32])));
        assert!(!other.ended.is_cancelled(), "a token is not a cookie");
    }
}
