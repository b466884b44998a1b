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
