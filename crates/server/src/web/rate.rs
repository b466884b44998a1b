//! Token buckets: how often somebody may do what. Whoever is let in takes from the bucket of his account, so a household is not slowed by its number;
//! whoever is not, from that of his network. Playlists and segments are bounded by their session and take from none.
//!
//! Memory is bounded whoever asks: two generations of so many buckets each, of which the older one is forgotten when the younger one is full. What is forgotten
//! is full again, so a flood from a million addresses gains by it what it has anyway: a burst for each.

use crate::config::Network;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Buckets of one generation.
const KEPT: usize = 1 << 16;

/// What is limited together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rate {
    /// Not at all: what is cheap, and asked often by good pages.
    Free,
    /// Whatever else the API does.
    Usual,
    /// Trying to get in.
    Door,
    /// What makes the station read much again.
    Refresh,
}

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// At once.
    pub burst: u32,
    /// In the long run.
    pub per_minute: u32,
}

/// How often whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// At all.
    pub enabled: bool,
    /// The network of those who are not let in.
    pub unknown: Bucket,
    /// An account.
    pub account: Bucket,
    /// Sign-in and the like, of a network.
    pub door: Bucket,
    /// Reading much again, of an account.
    pub refresh: Bucket,
    /// Sockets and event streams of an account at once.
    pub sockets: usize,
    /// Connections of a network at once.
    pub connections: usize,
    /// Networks that are not limited.
    pub exempt: Vec<Network>,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            enabled: true,
            unknown: Bucket { burst: 20, per_minute: 600 },
            account: Bucket { burst: 60, per_minute: 1200 },
            door: Bucket { burst: 10, per_minute: 10 },
            refresh: Bucket { burst: 2, per_minute: 2 },
            sockets: 10,
            connections: 256,
            exempt: Vec::new(),
        }
    }
}

impl RateLimits {
    /// Whether whoever asks from there is limited.
    pub fn bind(&self, address: IpAddr) -> bool {
        self.enabled && !self.exempt.iter().any(|network| network.contains(address))
    }
}

/// Whose bucket.
#[derive(Clone, Copy, Debug, Hash)]
pub enum Who<'a> {
    /// An account.
    Account(&'a str),
    /// A network ([`super::doorman::network`]).
    Network(IpAddr),
}

/// How a bucket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its size.
    pub limit: u32,
    /// What is left.
    pub remaining: u32,
    /// Seconds until it is full again; of an empty one, until there is one to take.
    pub reset_s: u64,
}

/// Tokens left, at a time since the program's start.
type Level = (f32, Duration);

#[derive(Default)]
struct Generations {
    young: HashMap<u64, Level>,
    old: HashMap<u64, Level>,
}

/// All buckets.
#[derive(Default)]
pub struct Rates {
    hasher: RandomState,
    levels: Mutex<Generations>,
}

impl Rates {
    /// Takes one token of `bucket`; `Err`: there is none.
    pub fn take(
        &self,
        rate: Rate,
        who: Who<'_>,
        bucket: Bucket,
        now: Duration,
    ) -> Result<Standing, Standing> {
        self.look(rate, who, bucket, now, 1.0)
    }

    /// The same, but takes none.
    pub fn peek(
        &self,
        rate: Rate,
        who: Who<'_>,
        bucket: Bucket,
        now: Duration,
    ) -> Result<Standing, Standing> {
        self.look(rate, who, bucket, now, 0.0)
    }

    fn look(
        &self,
        rate: Rate,
        who: Who<'_>,
        bucket: Bucket,
        now: Duration,
        take: f32,
    ) -> Result<Standing, Standing> {
        let name = self.hasher.hash_one((rate, who));
        let (size, per_second) = (bucket.burst as f32, bucket.per_minute as f32 / 60.0);
        let mut levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        let known = levels.young.get(&name).or_else(|| levels.old.get(&name)).copied();
        let level = known.map_or(size, |(left, since)| {
            (left + now.saturating_sub(since).as_secs_f32() * per_second).min(size)
        });
        let wait = |missing: f32| (missing / per_second).ceil() as u64;
        let enough = level >= 1.0;
        let left = if enough { level - take } else { level };
        if take > 0.0 {
            // Also of whoever is refused: an empty bucket that is asked for is not forgotten.
            if levels.young.len() >= KEPT && !levels.young.contains_key(&name) {
                levels.old = std::mem::take(&mut levels.young);
            }
            levels.young.insert(name, (left, now));
        }
        if !enough {
            return Err(Standing { limit: bucket.burst, remaining: 0, reset_s: wait(1.0 - level).max(1) });
        }
        Ok(Standing { limit: bucket.burst, remaining: left as u32, reset_s: wait(size - left) })
    }

    /// Buckets that are remembered.
    pub fn count(&self) -> usize {
        let levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        levels.young.len() + levels.old.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_for_each_by_itself() {
        let (rates, now, bucket) =
            (Rates::default(), Duration::from_secs(9), Bucket { burst: 3, per_minute: 30 });
        let (one, two) = (Who::Account("one"), Who::Network([10, 0, 0, 1].into()));
        for remaining in [2, 1, 0] {
            let standing = rates.take(Rate::Door, one, bucket, now).expect("there is one");
            assert_eq!((standing.limit, standing.remaining), (3, remaining));
        }
        let empty = rates.take(Rate::Door, one, bucket, now).expect_err("empty");
        assert_eq!(empty, Standing { limit: 3, remaining: 0, reset_s: 2 });
        assert_eq!(rates.peek(Rate::Door, one, bucket, now), Err(empty));
        assert!(rates.take(Rate::Door, two, bucket, now).is_ok(), "of somebody else");
        assert!(rates.take(Rate::Usual, one, bucket, now).is_ok(), "of something else");
        assert!(rates.take(Rate::Door, one, bucket, now + Duration::from_secs(2)).is_ok(), "later");
        assert!(rates.take(Rate::Door, one, bucket, now + Duration::from_secs(3)).is_err(), "not much later");
    }

    #[test]
    fn a_bucket_tells_to_the_second_when_there_is_more() {
        // A quarter of one in a second.
        let (rates, bucket, one) =
            (Rates::default(), Bucket { burst: 4, per_minute: 15 }, Who::Account("one"));
        let (take, peek) = (
            |s| rates.take(Rate::Usual, one, bucket, Duration::from_secs(s)),
            |s| rates.peek(Rate::Usual, one, bucket, Duration::from_secs(s)),
        );
        let standing = |remaining, reset_s| Standing { limit: 4, remaining, reset_s };
        assert_eq!(peek(100), Ok(standing(4, 0)));
        assert_eq!(rates.count(), 0, "who only looks is not remembered");
        for (remaining, reset_s) in [(3, 4), (2, 8), (1, 12), (0, 16)] {
            assert_eq!(take(100), Ok(standing(remaining, reset_s)));
            assert_eq!(peek(100).is_ok(), remaining > 0);
        }
        assert_eq!(take(100), Err(standing(0, 4)), "empty");
        assert_eq!(take(102), Err(standing(0, 2)), "half of one, which a try in vain leaves there");
        assert_eq!(peek(103), Err(standing(0, 1)));
        assert_eq!(peek(104), Ok(standing(1, 12)));
        assert_eq!(take(104), Ok(standing(0, 16)), "one came, one was taken");
        assert_eq!(peek(1000), Ok(standing(4, 0)), "never more than its size");
        let slow = Bucket { burst: 1, per_minute: 1 };
        assert!(rates.take(Rate::Door, one, slow, Duration::from_secs(1)).is_ok());
        let empty = rates.take(Rate::Door, one, slow, Duration::from_millis(60_900)).expect_err("nearly");
        assert_eq!(empty.reset_s, 1, "never nought, whose meaning would be now");
    }

    #[test]
    fn the_older_half_is_forgotten_when_the_younger_is_full_and_not_for_somebody_known() {
        let (rates, bucket, now) =
            (Rates::default(), Bucket { burst: 9, per_minute: 1 }, Duration::from_secs(1));
        let ask = |number: u32| {
            let _ = rates.take(Rate::Usual, Who::Network(number.into_address()), bucket, now);
            rates.count()
        };
        let full = KEPT as u32;
        for number in 0..full {
            assert_eq!(ask(number), number as usize + 1);
        }
        assert_eq!(ask(7), KEPT, "somebody known");
        assert_eq!(ask(full), KEPT + 1, "one more: a new generation");
        for number in full + 1..2 * full {
            assert_eq!(ask(number), number as usize + 1);
        }
        assert_eq!(ask(2 * full), KEPT + 1, "the first generation is gone");
    }

    #[test]
    fn who_is_exempt_is_not_limited_and_nobody_is_when_it_is_off() {
        let exempt = vec![Network::parse("10.0.0.0/8").expect("a network")];
        let limits = RateLimits { exempt, ..RateLimits::default() };
        assert!(!limits.bind([10, 1, 2, 3].into()));
        assert!(limits.bind([192, 0, 2, 1].into()));
        assert!(!RateLimits { enabled: false, ..limits }.bind([192, 0, 2, 1].into()));
    }

    #[test]
    fn a_million_addresses_take_no_more_memory_and_help_nobody_who_asks_all_the_time() {
        let (rates, bucket) = (Rates::default(), RateLimits::default().unknown);
        let busy = Who::Network([192, 0, 2, 1].into());
        let mut let_in = 0;
        for number in 0..1_000_000_u32 {
            let now = Duration::from_micros(u64::from(number));
            let _ = rates.take(Rate::Usual, Who::Network(number.into_address()), bucket, now);
            // A hundred times in this second.
            if number % 10_000 == 0 {
                let_in += u32::from(rates.take(Rate::Usual, busy, bucket, now).is_ok());
            }
        }
        assert!(rates.count() <= 2 * KEPT, "{}", rates.count());
        assert!((20..=31).contains(&let_in), "a burst, and what comes in a second: {let_in}");
    }

    trait IntoAddress {
        fn into_address(self) -> IpAddr;
    }

    impl IntoAddress for u32 {
        fn into_address(self) -> IpAddr {
            IpAddr::V4((0x0B00_0000 + self).into())
        }
    }
}
