//! Slows guessing: after a few failures for one name from one address, each further try must wait longer. Another address is not slowed
//! by it, so nobody locks the owner out from home.

use super::problem::Problem;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use telecast_core::error::Kind;
use telecast_core::limits;

/// Pairs that are remembered; the oldest are forgotten beyond it.
const REMEMBERED: usize = 10_000;
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(300);

/// Where somebody guesses from who is signed in: wherever it is, his guesses are counted together.
pub const ANYWHERE: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);

/// Remembers failures.
#[derive(Default)]
pub struct Doorman {
    failures: Mutex<HashMap<(String, IpAddr), (u32, Duration)>>,
}

impl Doorman {
    fn failures(&self) -> std::sync::MutexGuard<'_, HashMap<(String, IpAddr), (u32, Duration)>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this try may be made now (time since the program's start).
    pub fn admit(&self, name: &str, from: IpAddr, now: Duration) -> Result<(), Problem> {
        let failures = self.failures();
        let Some((count, last)) = failures.get(&(name.to_lowercase(), network(from))) else { return Ok(()) };
        let Some(excess) = count.checked_sub(limits::SIGN_IN_TRIES) else { return Ok(()) };
        let wait = Duration::from_secs(1 << excess.min(9)).min(LONGEST);
        match (*last + wait).checked_sub(now) {
            Some(left) if !left.is_zero() => {
                Err(Problem::new(Kind::TooMany, "Too many wrong tries. Wait a moment.")
                    .retry_after(left.as_secs() + 1))
            }
            _ => Ok(()),
        }
    }

    /// A try was wrong.
    pub fn failed(&self, name: &str, from: IpAddr, now: Duration) {
        let mut failures = self.failures();
        if failures.len() >= REMEMBERED {
            failures.retain(|_, (_, last)| *last + LONGEST > now);
            if failures.len() >= REMEMBERED {
                failures.clear();
            }
        }
        let entry = failures.entry((name.to_lowercase(), network(from))).or_insert((0, now));
        *entry = (entry.0.saturating_add(1), now);
    }

    /// A try was right.
    pub fn succeeded(&self, name: &str, from: IpAddr) {
        self.failures().remove(&(name.to_lowercase(), network(from)));
    }
}

/// An IPv6 household has a /64.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        },
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_slows_down_for_one_name_from_one_address() {
        let doorman = Doorman::default();
        let (here, there) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
        let now = Duration::from_secs(100);
        for _ in 0..limits::SIGN_IN_TRIES {
            assert!(doorman.admit("anna", here, now).is_ok());
            doorman.failed("Anna", here, now);
        }
        assert!(doorman.admit("anna", here, now).is_err(), "slowed");
        assert!(doorman.admit("anna", there, now).is_ok(), "not from elsewhere");
        assert!(doorman.admit("anna", here, now + LONGEST).is_ok(), "not for ever");
    }
}
