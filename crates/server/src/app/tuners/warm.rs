//! What is kept ready for whom: the guesses of `core::tuner`, and the leases that came of them.
//!
//! Nothing is begun before the viewer has a picture: the box and the machine have enough to do until then. Leases of guesses are not renewed,
//! so they end a while after the last zap.

use std::collections::HashMap;

use telecast_core::lineup::{Channel, ChannelId, Lineup};
use telecast_core::tuner::{Fence, Zaps, likely_next};

/// Channels kept ready for one viewer at most: next, the one before, previous.
const EACH: usize = 3;

/// What somebody may want next, and what is held for it.
#[derive(Default)]
pub(super) struct Warm {
    zaps: Zaps,
    /// Viewers who wait for their picture: what they watch, and what they watched before.
    waiting: HashMap<String, (ChannelId, Option<ChannelId>)>,
    held: HashMap<String, Vec<(Fence, ChannelId)>>,
}

/// What to do for one viewer.
pub(super) struct Change {
    pub(super) viewer: String,
    /// Guesses that were wrong.
    pub(super) give_up: Vec<Fence>,
    /// Guesses that are still good.
    pub(super) renew: Vec<Fence>,
    /// New ones, the likeliest first.
    pub(super) want: Vec<Channel>,
}

impl Warm {
    /// `viewer` watches `channel` now.
    pub(super) fn zapped(&mut self, viewer: &str, channel: &ChannelId) {
        let before = self.zaps.zap(viewer, channel);
        self.waiting.insert(viewer.to_owned(), (channel.clone(), before));
    }

    /// `channel` gives a picture: what may those want next who waited for it?
    pub(super) fn pictured(&mut self, channel: &ChannelId, lineup: &Lineup) -> Vec<Change> {
        let viewers = self.waiting.extract_if(|_, (wanted, _)| wanted == channel).collect::<Vec<_>>();
        let change = |(viewer, (channel, before)): (String, (ChannelId, Option<ChannelId>))| {
            let likely: Vec<&Channel> =
                likely_next(lineup, &channel, before.as_ref()).into_iter().take(EACH).collect();
            let held = self.held.remove(&viewer).unwrap_or_default();
            let (good, wrong): (Vec<_>, Vec<_>) =
                held.into_iter().partition(|(_, id)| likely.iter().any(|channel| channel.id == *id));
            let want = likely.into_iter().filter(|channel| good.iter().all(|(_, id)| *id != channel.id));
            let change = Change {
                want: want.cloned().collect(),
                give_up: wrong.into_iter().map(|(fence, _)| fence).collect(),
                renew: good.iter().map(|(fence, _)| *fence).collect(),
                viewer: viewer.clone(),
            };
            self.held.insert(viewer, good);
            change
        };
        viewers.into_iter().map(change).collect()
    }

    /// A guess got a lease.
    pub(super) fn hold(&mut self, viewer: &str, fence: Fence, channel: ChannelId) {
        self.held.entry(viewer.to_owned()).or_default().push((fence, channel));
    }

    /// Forgets leases that are over, and whoever waits for nothing any more.
    pub(super) fn sweep(&mut self, is_lease: impl Fn(Fence) -> bool, runs: impl Fn(&ChannelId) -> bool) {
        self.waiting.retain(|_, (channel, _)| runs(channel));
        self.held.retain(|_, held| {
            held.retain(|(fence, _)| is_lease(*fence));
            !held.is_empty()
        });
    }
}
