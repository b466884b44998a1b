//! Slows guessing: after a few failures for one name from one address, each further try must wait longer. Another address is not slowed
//! by it, so nobody locks the owner out from home.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use telecast_core::limits;

/// Pairs that are remembered; those whose failures are longest ago are forgotten beyond it.
const REMEMBERED: usize = 10_000;
/// The longest wait.
const LONGEST: Duration = Duration::from_secs(300);

/// Where somebody guesses from who is signed in: wherever it is, his guesses are counted together.
pub const ANYWHERE: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);

/// Not yet: the next try may be made after this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooSoon(pub Duration);

/// How often it was wrong, and when the last time (since the program's start).
type Failures = HashMap<(String, IpAddr), (u32, Duration)>;

/// Remembers failures.
#[derive(Default)]
pub struct Doorman {
    failures: Mutex<Failures>,
}

impl Doorman {
    fn failures(&self) -> MutexGuard<'_, Failures> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this try may be made now (time since the program's start).
    pub fn admit(&self, name: &str, from: IpAddr, now: Duration) -> Result<(), TooSoon> {
        let failures = self.failures();
        let Some((count, last)) = failures.get(&(name.to_lowercase(), network(from))) else { return Ok(()) };
        let Some(excess) = count.checked_sub(limits::SIGN_IN_TRIES) else { return Ok(()) };
        let wait = Duration::from_secs(1 << excess.min(9)).min(LONGEST);
        match (*last + wait).saturating_sub(now) {
            Duration::ZERO => Ok(()),
            left => Err(TooSoon(left)),
        }
    }

    /// A try was wrong.
    pub fn failed(&self, name: &str, from: IpAddr, now: Duration) {
        let mut failures = self.failures();
        if failures.len() >= REMEMBERED {
            // Half of them at once: a flood of names pays for one look in 5,000.
            let mut times: Vec<Duration> = failures.values().map(|&(_, last)| last).collect();
            let (_, &mut middle, _) = times.select_nth_unstable(REMEMBERED / 2);
            failures.retain(|_, &mut (_, last)| last > middle);
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
pub(crate) fn network(address: IpAddr) -> IpAddr {
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

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));

    fn at(s: u64) -> Duration {
        Duration::from_secs(s)
    }

    #[test]
    fn guessing_slows_down_for_one_name_from_one_address() {
        let doorman = Doorman::default();
        for _ in 0..limits::SIGN_IN_TRIES {
            assert_eq!(doorman.admit("anna", HERE, at(100)), Ok(()));
            doorman.failed("Anna", HERE, at(100));
        }
        assert_eq!(doorman.admit("ANNA", HERE, at(100)), Err(TooSoon(at(1))), "slowed");
        assert_eq!(doorman.admit("anna", THERE, at(100)), Ok(()), "not from elsewhere");
        assert_eq!(doorman.admit("berta", HERE, at(100)), Ok(()), "not another");
        assert_eq!(doorman.admit("anna", HERE, at(101)), Ok(()), "not for ever");
    }

    #[test]
    fn each_further_failure_doubles_the_wait_up_to_five_minutes() {
        let doorman = Doorman::default();
        for _ in 1..limits::SIGN_IN_TRIES {
            doorman.failed("anna", HERE, at(100));
        }
        for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300] {
            doorman.failed("anna", HERE, at(100));
            assert_eq!(doorman.admit("anna", HERE, at(100)), Err(TooSoon(at(wait))));
            assert_eq!(doorman.admit("anna", HERE, at(100 + wait - 1)), Err(TooSoon(at(1))));
            assert_eq!(doorman.admit("anna", HERE, at(100 + wait)), Ok(()));
        }
    }

    #[test]
    fn who_was_right_begins_anew() {
        let doorman = Doorman::default();
        for _ in 0..=limits::SIGN_IN_TRIES {
            doorman.failed("anna", HERE, at(1));
            doorman.failed("anna", THERE, at(1));
        }
        doorman.succeeded("Anna", HERE);
        assert_eq!(doorman.admit("anna", HERE, at(1)), Ok(()));
        assert_eq!(
            doorman.admit("anna", THERE, at(1)),
            Err(TooSoon(at(2))),
            "who is elsewhere was not right"
        );
    }

    #[test]
    fn a_flood_of_names_pushes_out_what_is_old_and_not_who_guesses_now() {
        let doorman = Doorman::default();
        for number in 0..REMEMBERED {
            assert_eq!(doorman.failures().len(), number, "all of them until it is full");
            doorman.failed(&number.to_string(), HERE, at(number as u64));
        }
        doorman.failed("anna", HERE, at(REMEMBERED as u64));
        assert_eq!(doorman.failures().len(), REMEMBERED / 2, "the older half has gone, and she has come");
        for number in 0..3 * REMEMBERED {
            let now = at((REMEMBERED + number) as u64);
            if number % 1000 == 0 {
                doorman.failed("anna", HERE, now);
            }
            doorman.failed(&format!("flood {number}"), THERE, now);
            assert!(doorman.failures().len() <= REMEMBERED);
        }
        assert!(doorman.failures().len() >= REMEMBERED / 2, "not more than half of them");
        let last = at(4 * REMEMBERED as u64 - 1000);
        assert_eq!(doorman.admit("anna", HERE, last), Err(TooSoon(LONGEST)), "all of hers count");
    }

    #[test]
    fn a_household_is_a_v4_address_or_the_first_half_of_a_v6_address() {
        let network = |text: &str| network(text.parse().expect("an address")).to_string();
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    }
}
