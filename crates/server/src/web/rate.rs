//! Token buckets: how often somebody may do what. Bounded in number; whoever has a full bucket is forgotten first, which changes nothing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use telecast_core::limits;

/// Buckets that are kept; full ones go first, then all: forgetting is kinder than growing.
const KEPT: usize = 10_000;

/// What is limited together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rate {
    /// Reading: cheap, and bounded by connections.
    Free,
    /// Changing something, per account.
    Write,
    /// Trying to get in, per network.
    Door,
}

impl Rate {
    /// Size of the bucket, and tokens per second.
    fn bucket(self) -> Option<(f64, f64)> {
        match self {
            Self::Free => None,
            Self::Write => Some((f64::from(limits::WRITE_BURST), f64::from(limits::WRITE_PER_SECOND))),
            Self::Door => Some((f64::from(limits::DOOR_BURST), f64::from(limits::DOOR_PER_MINUTE) / 60.0)),
        }
    }
}

/// All buckets.
#[derive(Default)]
pub struct Rates(Mutex<HashMap<(Rate, String), (f64, Duration)>>);

impl Rates {
    /// Takes one token at `now` (time since the program's start); `Err`: seconds until there is one.
    pub fn take(&self, rate: Rate, who: &str, now: Duration) -> Result<(), u64> {
        let Some((size, per_second)) = rate.bucket() else { return Ok(()) };
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= KEPT {
            buckets.retain(|(rate, _), (left, since)| {
                rate.bucket().is_some_and(|(size, per_second)| {
                    *left + now.saturating_sub(*since).as_secs_f64() * per_second < size
                })
            });
            if buckets.len() >= KEPT {
                buckets.clear();
            }
        }
        let (left, since) = buckets.entry((rate, who.to_owned())).or_insert((size, now));
        let filled = (*left + now.saturating_sub(*since).as_secs_f64() * per_second).min(size);
        (*left, *since) = (filled, now);
        if filled < 1.0 {
            return Err(((1.0 - filled) / per_second).ceil() as u64);
        }
        *left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_for_each_by_itself() {
        let (rates, now) = (Rates::default(), Duration::from_secs(9));
        for _ in 0..limits::DOOR_BURST {
            assert_eq!(rates.take(Rate::Door, "a", now), Ok(()));
        }
        assert_eq!(rates.take(Rate::Door, "a", now), Err(2));
        assert_eq!(rates.take(Rate::Door, "b", now), Ok(()));
        assert_eq!(rates.take(Rate::Write, "a", now), Ok(()));
        assert_eq!(rates.take(Rate::Door, "a", now + Duration::from_secs(2)), Ok(()));
        assert_eq!(rates.take(Rate::Free, "a", now), Ok(()));
    }
}
