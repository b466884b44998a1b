//! How each source of each channel fared, so that the next one is tried first while one is ill.
//!
//! An ill source is asked last, never forbidden: whoever clicks knows perhaps that the dish was mended. What is known is bounded
//! ([`limits::ILL_SOURCES`]), and forgotten when the source gives a picture.
//!
//! It does not open anything, and does not count for the breaker: see `core::breaker`.

use super::{Now, StreamKey};
use crate::breaker::doubled;
use crate::limits;
use crate::lineup::{ChannelId, Source};
use std::collections::BTreeMap;
use std::time::Duration;

/// What was wrong with a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ill {
    /// The receiver could not be reached or did not let us in.
    Receiver,
    /// The receiver refused to tune, or ended without a byte.
    Refused,
    /// Nothing came, or no programme in it.
    OffAir,
    /// It stayed scrambled.
    Scrambled,
    /// It played and then ended or fell silent.
    Broken,
}

impl Ill {
    /// For how long others are better: the first time, and at most.
    fn memory(self) -> (Duration, Duration) {
        let (first, most) = match self {
            Self::Broken => (5, 60),
            Self::Receiver => (15, 60),
            Self::Refused => (30, 600),
            Self::OffAir | Self::Scrambled => (120, 1800),
        };
        (Duration::from_secs(first), Duration::from_secs(most))
    }
}

#[derive(Clone, Debug)]
struct Record {
    ill: Ill,
    times: u32,
    until: Now,
}

/// What is known of all sources.
#[derive(Clone, Debug, Default)]
pub struct Health {
    records: BTreeMap<StreamKey, Record>,
}

impl Health {
    /// It failed; the same fault again is remembered for twice as long.
    pub fn failed(&mut self, source: &StreamKey, ill: Ill, now: Now) {
        let before = self.records.get(source).filter(|record| record.ill == ill);
        let times = before.map_or(0, |record| record.times.saturating_add(1));
        let (first, most) = ill.memory();
        let until = now + doubled(first, times, most);
        self.records.insert(source.clone(), Record { ill, times, until });
        while self.records.len() > limits::ILL_SOURCES {
            let oldest =
                self.records.iter().min_by_key(|(_, record)| record.until).map(|(key, _)| key.clone());
            oldest.and_then(|key| self.records.remove(&key));
        }
    }

    /// It gave a picture.
    pub fn works(&mut self, source: &StreamKey) {
        self.records.remove(source);
    }

    /// A receiver is gone.
    pub fn forget_receiver(&mut self, id: &str) {
        self.records.retain(|key, _| key.receiver != id);
    }

    /// What is wrong with it, and until when others are better.
    pub fn ill(&self, source: &StreamKey, now: Now) -> Option<(Ill, Now)> {
        self.records.get(source).filter(|record| record.until > now).map(|record| (record.ill, record.until))
    }

    /// Those that are well in the order given, and those that are ill, whichever will be well first.
    pub fn sort(&self, channel: &ChannelId, sources: &[Source], now: Now) -> (Vec<Source>, Vec<Source>) {
        let until = |source: &Source| self.ill(&StreamKey::of(source, channel), now).map(|(_, until)| until);
        let (mut ill, well): (Vec<Source>, Vec<Source>) =
            sources.iter().cloned().partition(|source| until(source).is_some());
        ill.sort_by_key(until);
        (well, ill)
    }
}
