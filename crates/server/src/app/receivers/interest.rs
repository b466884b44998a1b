//! Of which bouquets a box is asked what is on: those that somebody has looked at lately, often; all others now and then, so that a first look is not an
//! empty one. What nobody looks at costs the box next to nothing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use telecast_core::lineup::{ChannelId, ReadBouquet};
use tokio::sync::Notify;
use tokio::time::Instant;

/// What is looked at is asked for again so often.
pub(super) const OFTEN: Duration = Duration::from_mins(5);
/// And what is not.
const SELDOM: Duration = Duration::from_mins(30);
/// Whoever has looked so long ago looks no more.
const LOOKING: Duration = Duration::from_mins(10);

/// Who has looked at what of one receiver, and when that was read.
#[derive(Default)]
pub(super) struct Interest {
    inner: Mutex<Inner>,
    /// Somebody looks at what nobody has looked at lately.
    pub(super) anew: Notify,
}

#[derive(Default)]
struct Inner {
    looked: HashMap<ChannelId, Instant>,
    /// By their references.
    read: HashMap<String, Instant>,
}

impl Interest {
    /// Somebody looks at these channels.
    pub(super) fn look<'a>(&self, now: Instant, channels: impl Iterator<Item = &'a ChannelId>) {
        let mut is_new = false;
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        for channel in channels {
            match inner.looked.get_mut(channel) {
                Some(looked) => is_new |= now - std::mem::replace(looked, now) > LOOKING,
                None => is_new |= inner.looked.insert(channel.clone(), now).is_none(),
            }
        }
        drop(inner);
        if is_new {
            self.anew.notify_one();
        }
    }

    /// What is on in that bouquet is to be asked for.
    pub(super) fn is_due(&self, now: Instant, bouquet: &ReadBouquet) -> bool {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(age) = inner.read.get(&bouquet.reference).map(|read| now - *read) else { return true };
        let is_watched = || {
            let looked = |channel: ChannelId| inner.looked.get(&channel).copied();
            let mut channels = bouquet.services.iter().map(|entry| entry.service.channel_id());
            channels.any(|channel| looked(channel).is_some_and(|looked| now - looked <= LOOKING))
        };
        // A moment early is better than a turn late.
        age >= SELDOM || (age >= OFTEN * 9 / 10 && is_watched())
    }

    /// It has been read.
    pub(super) fn read(&self, now: Instant, bouquet: &ReadBouquet) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.read.insert(bouquet.reference.clone(), now);
    }

    /// All of them are to be asked for, whenever that was done.
    pub(super) fn forget(&self) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).read.clear();
    }

    /// Bouquets and channels that are no more are forgotten.
    pub(super) fn keep(&self, now: Instant, bouquets: &[ReadBouquet]) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.read.retain(|reference, _| bouquets.iter().any(|bouquet| bouquet.reference == *reference));
        inner.looked.retain(|_, looked| now - *looked <= LOOKING);
    }
}

#[cfg(test)]
mod tests {
    use telecast_core::lineup::ServiceRef;

    use super::*;

    fn bouquet(number: u32) -> ReadBouquet {
        let service =
            ServiceRef::parse(&format!("1:0:19:{number:X}:3FB:1:C00000:0:0:0:")).expect("a reference");
        ReadBouquet {
            reference: format!("bouquet {number}"),
            name: String::new(),
            radio: false,
            services: vec![(service, String::new()).into()],
        }
    }

    #[test]
    fn what_is_looked_at_is_read_often_and_all_else_now_and_then() {
        let (interest, watched, other) = (Interest::default(), bouquet(1), bouquet(2));
        let (begun, mut times) = (Instant::now(), [0; 2]);
        let channel = watched.services[0].service.channel_id();
        for minute in 0..60 {
            let now = begun + Duration::from_mins(minute);
            if minute % 2 == 0 {
                interest.look(now, std::iter::once(&channel));
            }
            for (bouquet, times) in [&watched, &other].into_iter().zip(&mut times) {
                if interest.is_due(now, bouquet) {
                    *times += 1;
                    interest.read(now, bouquet);
                }
            }
        }
        assert_eq!(times, [12, 2]);
    }

    #[tokio::test]
    async fn a_new_look_wakes_and_one_that_goes_on_does_not() {
        let (interest, channel) = (Interest::default(), bouquet(1).services[0].service.channel_id());
        let begun = Instant::now();
        let woken = async || tokio::time::timeout(Duration::ZERO, interest.anew.notified()).await.is_ok();
        for (at, is_new) in [(Duration::ZERO, true), (LOOKING, false), (LOOKING * 2 + OFTEN, true)] {
            interest.look(begun + at, std::iter::once(&channel));
            assert_eq!(woken().await, is_new, "{at:?}");
        }
    }
}
