//! What is kept ready for whom: the guesses of `core::tuner`, and the leases that came of them.
//!
//! Nothing is begun before the viewer has a picture: the box and the machine have enough to do until then. Leases of guesses are not renewed,
//! so they end a while after the last zap.

use std::collections::HashMap;

use telecast_core::lineup::{Channel, ChannelId, Lineup};
use telecast_core::tuner::{Fence, Zaps, likely_next};

/// Channels kept ready for one viewer at most: next, the one before, previous; or, where there is no tuner for those, some that need none.
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
    /// So many of them are enough.
    pub(super) enough: usize,
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
            let likely = likely_next(lineup, &channel, before.as_ref());
            let held = self.held.remove(&viewer).unwrap_or_default();
            let (good, wrong): (Vec<_>, Vec<_>) =
                held.into_iter().partition(|(_, id)| likely.iter().any(|channel| channel.id == *id));
            // What needs no tuner may stay; it does not stand in the way of what is likelier.
            let likeliest = |id: &ChannelId| likely.iter().take(EACH).any(|channel| channel.id == *id);
            let enough = EACH - good.iter().filter(|(_, id)| likeliest(id)).count();
            let want = likely.into_iter().filter(|channel| good.iter().all(|(_, id)| *id != channel.id));
            let change = Change {
                want: want.cloned().collect(),
                enough,
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

#[cfg(test)]
mod tests {
    use super::*;
    use telecast_core::lineup::{ReadBouquet, ServiceRef};

    fn id(sid: u32) -> ChannelId {
        service(sid).channel_id()
    }

    fn service(sid: u32) -> ServiceRef {
        ServiceRef::parse(&format!("1:0:19:{sid:X}:{sid:X}:1:C00000:0:0:0:")).expect("reference")
    }

    #[test]
    fn what_comes_with_the_same_tuner_is_there_for_when_there_is_none_for_the_likelier() {
        // Of nine channels 3, 7 and 8 share a transponder.
        let shared = |sid: u32| if [3, 7, 8].contains(&sid) { 99 } else { sid };
        let service = |sid: u32| format!("1:0:19:{sid:X}:{:X}:1:C00000:0:0:0:", shared(sid));
        let service = |sid: u32| ServiceRef::parse(&service(sid)).expect("reference");
        let services = (1..=9).map(|sid| (service(sid), sid.to_string()).into()).collect();
        let read = ReadBouquet { reference: "b".into(), name: "B".into(), radio: false, services };
        let lineup = Lineup::pool(&[("r".into(), vec![read])]);
        let mut warm = Warm::default();
        let on = service(3).channel_id();
        warm.zapped("Anna", &on);
        let change = warm.pictured(&on, &lineup).remove(0);
        let names: String = change.want.iter().map(|channel| channel.name.clone()).collect();
        assert_eq!((names.as_str(), change.enough), ("4278", 3));
        warm.hold("Anna", Fence(1), service(8).channel_id());
        warm.zapped("Anna", &on);
        let again = warm.pictured(&on, &lineup).remove(0);
        assert_eq!((again.renew, again.enough), (vec![Fence(1)], 3), "4 and 2 are tried all the same");
    }

    #[test]
    fn a_zap_keeps_what_is_still_likely_and_gives_up_the_rest_once_there_is_a_picture() {
        let services = (1..=9).map(|sid| (service(sid), sid.to_string()).into()).collect();
        let read = ReadBouquet { reference: "b".into(), name: "B".into(), radio: false, services };
        let lineup = Lineup::pool(&[("r".into(), vec![read])]);
        let mut warm = Warm::default();
        warm.zapped("Anna", &id(3));
        assert!(warm.pictured(&id(4), &lineup).is_empty(), "not hers");
        let names =
            |change: &Change| change.want.iter().map(|channel| channel.name.clone()).collect::<String>();
        let first = warm.pictured(&id(3), &lineup).remove(0);
        assert_eq!((names(&first), first.give_up.len(), first.renew.len()), ("42".into(), 0, 0));
        assert!(warm.pictured(&id(3), &lineup).is_empty(), "once for each zap");
        warm.hold("Anna", Fence(1), id(4));
        warm.hold("Anna", Fence(2), id(2));
        warm.zapped("Anna", &id(4));
        let next = warm.pictured(&id(4), &lineup).remove(0);
        // Of 5, 3 (before, and previous) nothing is held yet; 4 is watched, and 2 is far now.
        assert_eq!((names(&next), next.give_up, next.renew), ("53".into(), vec![Fence(1), Fence(2)], vec![]));
        warm.hold("Anna", Fence(3), id(5));
        warm.hold("Anna", Fence(4), id(3));
        warm.zapped("Anna", &id(3));
        let back = warm.pictured(&id(3), &lineup).remove(0);
        assert_eq!((names(&back), back.give_up, back.renew), ("42".into(), vec![Fence(3), Fence(4)], vec![]));
        warm.hold("Anna", Fence(5), id(4));
        warm.zapped("Anna", &id(5));
        let two = warm.pictured(&id(5), &lineup).remove(0);
        assert_eq!((names(&two), two.renew), ("63".into(), vec![Fence(5)]), "4 is beside 5 as well");
        assert_eq!((first.enough, two.enough), (3, 2));
        warm.sweep(|fence| fence != Fence(5), |_| false);
        assert!(warm.held.is_empty() && warm.waiting.is_empty(), "nothing is left behind");
    }
}
