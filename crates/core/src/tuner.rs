//! Who holds which tuner. A pure pool: leases in, streams out.
//!
//! Laws (tested over random histories):
//! - A fence is given once; it grows; it has one owner.
//! - Streams on one receiver never need more transponders than it has tuners.
//! - All viewers of a service on a receiver share one stream; services of a transponder share its tuner.
//! - After all leases have ended and the idle time has passed, no stream is left.
//! - What is unknown never counts as free: a receiver that does not tell its tuners has one, and a refusal by the box
//!   is believed for [`limits::REFUSAL_MEMORY`]: first for that transponder, since its signal may be at fault, and when a
//!   second transponder is refused beside the same streams, for the number of tuners.
//! - A stream that nobody holds gives way to one that somebody wants, if that helps, and only then.

use crate::limits;
use crate::lineup::{ChannelId, Source, Transponder};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A number that grows with each lease; whoever shows an old one is not obeyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fence(pub u64);

/// Monotonic time: since the program began.
pub type Now = Duration;

/// What a tuner is wanted for; later is stronger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Kept ready in case someone wants it.
    Background,
    /// Somebody watches.
    Viewer,
    /// A recording.
    Recording,
}

/// One stream from one receiver.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamKey {
    /// Receiver.
    pub receiver: String,
    /// Channel.
    pub channel: ChannelId,
}

/// A holder's right to a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Its fence.
    pub fence: Fence,
    /// The stream that it holds.
    pub stream: StreamKey,
    /// Who: for people.
    pub holder: String,
    /// What for.
    pub priority: Priority,
    /// When it ends unless renewed.
    pub expires: Now,
}

/// What was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Fence of the lease.
    pub fence: Fence,
    /// The stream.
    pub stream: StreamKey,
    /// The source to open, if the stream is new.
    pub open: Option<Source>,
}

/// Who stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The channel that is on.
    pub channel: ChannelId,
    /// Who holds it, and what for.
    pub what: String,
    /// When its lease ends unless it is renewed.
    pub until: Now,
}

/// Why nothing was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Who holds the tuners.
    pub holders: Vec<Holder>,
    /// When it is worth trying again.
    pub retry_after: Duration,
    /// A receiver has refused lately although a tuner seemed to be free.
    pub learnt: bool,
}

#[derive(Clone, Debug)]
struct Stream {
    transponder: Option<Transponder>,
    /// Since when nobody holds it.
    idle_since: Option<Now>,
}

#[derive(Clone, Debug, Default)]
struct Receiver {
    tuners: Option<u32>,
    /// Until when the refusal of a transponder is believed, and how many others were on when it came.
    refused: BTreeMap<Transponder, (Now, usize)>,
}

impl Receiver {
    /// How many transponders can be on at `now`, for all that is known.
    fn capacity(&self, now: Now) -> usize {
        let told = self.tuners.map_or(1, |tuners| tuners as usize);
        let crowded = || {
            self.refused
                .values()
                .filter(|(until, others)| *until > now && *others > 0)
                .map(|(_, others)| *others)
        };
        if crowded().count() < 2 {
            return told;
        }
        crowded().max().map_or(told, |learnt| told.min(learnt))
    }

    /// Until when the box's refusals stand in the way of `wanted`.
    fn refused_until(&self, wanted: Transponder, now: Now) -> Option<Now> {
        let believed = |(until, _): &(Now, usize)| (*until > now).then_some(*until);
        let itself = self.refused.get(&wanted).and_then(believed);
        let told = self.tuners.map_or(1, |tuners| tuners as usize);
        let learnt =
            (self.capacity(now) < told).then(|| self.refused.values().filter_map(believed).min()).flatten();
        itself.max(learnt)
    }
}

/// All tuners of all receivers.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    receivers: BTreeMap<String, Receiver>,
    streams: BTreeMap<StreamKey, Stream>,
    leases: BTreeMap<Fence, Lease>,
    last_fence: u64,
}

impl Pool {
    /// Tells of a receiver, and how many tuners it says it has.
    pub fn set_receiver(&mut self, id: &str, tuners: Option<u32>) {
        self.receivers.entry(id.to_owned()).or_default().tuners = tuners;
    }

    /// A receiver is gone; its streams and leases end.
    pub fn remove_receiver(&mut self, id: &str) -> Vec<StreamKey> {
        self.receivers.remove(id);
        let gone: Vec<StreamKey> = self.streams.keys().filter(|key| key.receiver == id).cloned().collect();
        for key in &gone {
            self.close(key);
        }
        gone
    }

    /// A tuner for `channel`, from the first of `sources` that can give it.
    pub fn acquire(
        &mut self,
        channel: &ChannelId,
        sources: &[Source],
        holder: &str,
        priority: Priority,
        now: Now,
    ) -> Result<Grant, Refusal> {
        let running =
            sources.iter().map(|source| key(source, channel)).find(|key| self.streams.contains_key(key));
        if let Some(key) = running {
            return Ok(Grant { fence: self.lease(&key, holder, priority, now), stream: key, open: None });
        }
        let free = sources.iter().find(|source| self.has_room(source, now));
        let source = match free {
            Some(source) => source,
            None => match sources.iter().find(|source| self.drop_idle_for(source, now)) {
                Some(source) => source,
                None => return Err(self.refusal(sources, now)),
            },
        };
        let key = key(source, channel);
        let transponder = (!source.service.is_iptv()).then(|| source.service.transponder());
        self.streams.insert(key.clone(), Stream { transponder, idle_since: None });
        let fence = self.lease(&key, holder, priority, now);
        Ok(Grant { fence, stream: key, open: Some(source.clone()) })
    }

    fn lease(&mut self, key: &StreamKey, holder: &str, priority: Priority, now: Now) -> Fence {
        self.last_fence += 1;
        let fence = Fence(self.last_fence);
        if let Some(stream) = self.streams.get_mut(key) {
            stream.idle_since = None;
        }
        let expires = now + limits::LEASE_EXPIRY;
        self.leases.insert(
            fence,
            Lease { fence, stream: key.clone(), holder: holder.to_owned(), priority, expires },
        );
        fence
    }

    /// Transponders that are on at a receiver.
    fn tuned(&self, receiver: &str) -> BTreeSet<Transponder> {
        self.streams
            .iter()
            .filter(|(key, _)| key.receiver == receiver)
            .filter_map(|(_, stream)| stream.transponder)
            .collect()
    }

    fn has_room(&self, source: &Source, now: Now) -> bool {
        if source.service.is_iptv() {
            return true;
        }
        let Some(receiver) = self.receivers.get(&source.receiver) else { return false };
        let (tuned, wanted) = (self.tuned(&source.receiver), source.service.transponder());
        if tuned.contains(&wanted) {
            return true;
        }
        let refused = receiver.refused.get(&wanted).is_some_and(|(until, _)| *until > now);
        !refused && tuned.len() < receiver.capacity(now)
    }

    /// Ends the streams of the transponder that has been unused for longest, if that makes room for `source`.
    fn drop_idle_for(&mut self, source: &Source, now: Now) -> bool {
        let Some(receiver) = self.receivers.get(&source.receiver) else { return false };
        let wanted = source.service.transponder();
        let refused = receiver.refused.get(&wanted).is_some_and(|(until, _)| *until > now);
        let tuned = self.tuned(&source.receiver);
        if refused || tuned.len() > receiver.capacity(now) {
            return false;
        }
        let ours = || self.streams.iter().filter(|(key, _)| key.receiver == source.receiver);
        // A transponder is idle since its last stream is; one that is held is not idle at all.
        let idle_since = |transponder: &Transponder| {
            let streams = ours().filter(|(_, stream)| stream.transponder == Some(*transponder));
            streams
                .map(|(_, stream)| stream.idle_since)
                .try_fold(Now::ZERO, |last, since| Some(last.max(since?)))
        };
        let Some((_, given_up)) = tuned.iter().filter_map(|one| Some((idle_since(one)?, *one))).min() else {
            return false;
        };
        let ended: Vec<StreamKey> = ours()
            .filter(|(_, stream)| stream.transponder == Some(given_up))
            .map(|(key, _)| key.clone())
            .collect();
        for key in &ended {
            self.close(key);
        }
        true
    }

    fn refusal(&self, sources: &[Source], now: Now) -> Refusal {
        let ours = |lease: &&Lease| sources.iter().any(|source| source.receiver == lease.stream.receiver);
        let holders: Vec<Holder> = self
            .leases
            .values()
            .filter(ours)
            .map(|lease| Holder {
                channel: lease.stream.channel.clone(),
                what: lease.holder.clone(),
                until: lease.expires,
            })
            .collect();
        let refused_until = |source: &Source| {
            self.receivers.get(&source.receiver)?.refused_until(source.service.transponder(), now)
        };
        let learnt_until = sources.iter().filter_map(refused_until).min();
        let retry_after = learnt_until.map_or(limits::IDLE, |until| until.saturating_sub(now));
        Refusal { holders, retry_after, learnt: learnt_until.is_some() }
    }

    /// The holder of `fence` still wants its stream. `false`: it has none any more.
    pub fn renew(&mut self, fence: Fence, now: Now) -> bool {
        self.leases.get_mut(&fence).map(|lease| lease.expires = now + limits::LEASE_EXPIRY).is_some()
    }

    /// The holder of `fence` has gone; the stream goes on for the idle time.
    pub fn release(&mut self, fence: Fence, now: Now) {
        let Some(lease) = self.leases.remove(&fence) else { return };
        self.mark_idle(&lease.stream, now);
    }

    fn mark_idle(&mut self, key: &StreamKey, now: Now) {
        if self.leases.values().any(|lease| lease.stream == *key) {
            return;
        }
        if let Some(stream) = self.streams.get_mut(key) {
            stream.idle_since.get_or_insert(now);
        }
    }

    /// The box refused to tune `key`, or ended it because it needed the tuner. What nobody holds any more is forgotten
    /// with the refusal's time.
    pub fn refused(&mut self, key: &StreamKey, now: Now) {
        let transponder = self.streams.get(key).and_then(|stream| stream.transponder);
        self.close(key);
        let tuned = self.tuned(&key.receiver);
        let (Some(transponder), Some(receiver)) = (transponder, self.receivers.get_mut(&key.receiver)) else {
            return;
        };
        receiver.refused.retain(|_, (until, _)| *until > now);
        // Beside another stream of the same transponder it was not the tuner that lacked.
        if !tuned.contains(&transponder) {
            receiver.refused.insert(transponder, (now + limits::REFUSAL_MEMORY, tuned.len()));
        }
    }

    /// A stream is over; its leases end.
    pub fn close(&mut self, key: &StreamKey) {
        self.streams.remove(key);
        self.leases.retain(|_, lease| lease.stream != *key);
    }

    /// Ends what has run out; says which streams ended.
    pub fn sweep(&mut self, now: Now) -> Vec<StreamKey> {
        let expired: Vec<Lease> =
            self.leases.values().filter(|lease| lease.expires <= now).cloned().collect();
        for lease in expired {
            self.leases.remove(&lease.fence);
            self.mark_idle(&lease.stream, lease.expires);
        }
        let idle = |stream: &Stream| stream.idle_since.is_some_and(|since| since + limits::IDLE <= now);
        let ended: Vec<StreamKey> =
            self.streams.iter().filter(|(_, s)| idle(s)).map(|(key, _)| key.clone()).collect();
        for key in &ended {
            self.close(key);
        }
        ended
    }

    /// Whether the stream is still meant to run.
    pub fn is_open(&self, key: &StreamKey) -> bool {
        self.streams.contains_key(key)
    }

    /// All leases, oldest first.
    pub fn leases(&self) -> impl Iterator<Item = &Lease> {
        self.leases.values()
    }

    /// (tuners if known, transponders that are on) of a receiver.
    pub fn usage(&self, receiver: &str) -> (Option<u32>, usize) {
        (self.receivers.get(receiver).and_then(|receiver| receiver.tuners), self.tuned(receiver).len())
    }

    /// All streams, with the transponder that each needs and since when nobody has held it.
    pub fn open_streams(&self) -> impl Iterator<Item = (&StreamKey, Option<Transponder>, Option<Now>)> {
        self.streams.iter().map(|(key, stream)| (key, stream.transponder, stream.idle_since))
    }

    /// Number of streams.
    pub fn streams(&self) -> usize {
        self.streams.len()
    }
}

fn key(source: &Source, channel: &ChannelId) -> StreamKey {
    StreamKey { receiver: source.receiver.clone(), channel: channel.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lineup::ServiceRef;
    use proptest::prelude::*;

    fn source(receiver: &str, sid: u32, transponder: u32) -> (ChannelId, Vec<Source>) {
        let service =
            ServiceRef::parse(&format!("1:0:19:{sid:X}:{transponder:X}:1:C00000:0:0:0:")).expect("reference");
        (service.channel_id(), vec![Source { receiver: receiver.into(), service }])
    }

    fn at(seconds: u64) -> Now {
        Duration::from_secs(seconds)
    }

    #[test]
    fn ten_simultaneous_starts_give_one_stream_and_ten_viewers() {
        let mut pool = Pool::default();
        pool.set_receiver("r", Some(1));
        let (channel, sources) = source("r", 1, 1);
        let grants: Vec<Grant> = (0..10)
            .map(|n| {
                pool.acquire(&channel, &sources, &n.to_string(), Priority::Viewer, at(0)).expect("grant")
            })
            .collect();
        assert_eq!(grants.iter().filter(|grant| grant.open.is_some()).count(), 1);
        assert_eq!((pool.streams(), pool.leases().count()), (1, 10));
    }

    #[test]
    fn a_refusal_says_who_and_until_when() {
        let mut pool = Pool::default();
        pool.set_receiver("r", Some(1));
        let (one, sources) = source("r", 1, 1);
        pool.acquire(&one, &sources, "Anna", Priority::Viewer, at(0)).expect("grant");
        let (two, sources) = source("r", 2, 2);
        let refusal = pool.acquire(&two, &sources, "Ben", Priority::Viewer, at(1)).expect_err("one tuner");
        assert_eq!(
            refusal.holders,
            [Holder { channel: one, what: "Anna".into(), until: limits::LEASE_EXPIRY }]
        );
        let (three, sources) = source("r", 3, 1);
        assert!(pool.acquire(&three, &sources, "Cleo", Priority::Viewer, at(1)).is_ok(), "same transponder");
    }

    #[test]
    fn an_idle_stream_gives_way_at_once_and_ends_by_itself() {
        let mut pool = Pool::default();
        pool.set_receiver("r", None);
        let (one, sources) = source("r", 1, 1);
        let grant = pool.acquire(&one, &sources, "Anna", Priority::Viewer, at(0)).expect("grant");
        pool.release(grant.fence, at(1));
        assert!(pool.sweep(at(5)).is_empty() && pool.is_open(&grant.stream));
        let (two, sources) = source("r", 2, 2);
        let other = pool.acquire(&two, &sources, "Ben", Priority::Viewer, at(6)).expect("idle gives way");
        assert!(!pool.is_open(&grant.stream));
        pool.release(other.fence, at(7));
        assert_eq!(pool.sweep(at(17)), [other.stream]);
    }

    fn running(pool: &mut Pool, sid: u32, transponder: u32, seconds: u64) -> Result<Grant, Refusal> {
        let (channel, sources) = source("r", sid, transponder);
        pool.acquire(&channel, &sources, "x", Priority::Viewer, at(seconds))
    }

    #[test]
    fn a_viewer_who_comes_back_in_time_keeps_the_stream() {
        let mut pool = Pool::default();
        pool.set_receiver("r", Some(1));
        let first = running(&mut pool, 1, 1, 0).expect("granted");
        pool.release(first.fence, at(1));
        let back = running(&mut pool, 1, 1, 5).expect("joined");
        assert_eq!((back.open, back.stream.clone()), (None, first.stream));
        assert!(pool.sweep(at(60)).is_empty() && pool.is_open(&back.stream));
    }

    #[test]
    fn a_refused_transponder_is_left_alone_for_a_while_and_the_others_are_not() {
        let mut pool = Pool::default();
        pool.set_receiver("r", Some(2));
        let dead = running(&mut pool, 1, 1, 0).expect("granted");
        pool.refused(&dead.stream, at(0));
        assert_eq!((pool.streams(), pool.leases().count()), (0, 0));
        let again = running(&mut pool, 1, 1, 1).expect_err("believed");
        let memory = limits::REFUSAL_MEMORY;
        assert_eq!((again.learnt, again.retry_after), (true, memory.saturating_sub(at(1))));
        running(&mut pool, 2, 2, 1).expect("one dead channel is not a dead receiver");
        assert!(running(&mut pool, 1, 1, memory.as_secs()).is_ok(), "and is tried again");
    }

    #[test]
    fn two_transponders_refused_beside_the_same_stream_teach_how_many_tuners_there_are() {
        let mut pool = Pool::default();
        pool.set_receiver("r", Some(8));
        let kept = running(&mut pool, 1, 1, 0).expect("granted");
        for n in [2, 3] {
            let refused = running(&mut pool, n, n, 0).expect("not known yet");
            pool.refused(&refused.stream, at(0));
        }
        let learnt = running(&mut pool, 4, 4, 1).expect_err("learnt");
        assert!(learnt.learnt);
        assert_eq!(learnt.holders.len(), 1, "and who holds the one there is");
        pool.release(kept.fence, at(2));
        assert!(running(&mut pool, 5, 5, 3).is_ok(), "the one that is there is given");
        assert!(!pool.is_open(&kept.stream));
    }

    #[test]
    fn an_idle_stream_ends_only_if_that_helps() {
        let mut pool = Pool::default();
        pool.set_receiver("r", Some(2));
        let idle = running(&mut pool, 1, 1, 0).expect("granted");
        let held = running(&mut pool, 2, 1, 0).expect("same transponder");
        running(&mut pool, 3, 2, 0).expect("granted");
        pool.release(idle.fence, at(1));
        running(&mut pool, 4, 3, 2).expect_err("its tuner is held by another stream");
        assert!(pool.is_open(&idle.stream), "so it goes on for whoever zaps back");
        pool.release(held.fence, at(3));
        running(&mut pool, 4, 3, 4).expect("now both are idle");
        assert!(!pool.is_open(&idle.stream) && !pool.is_open(&held.stream));
    }

    #[test]
    fn a_free_receiver_is_taken_before_an_idle_stream_of_a_better_one_ends() {
        let mut pool = Pool::default();
        pool.set_receiver("a", Some(1));
        pool.set_receiver("b", Some(1));
        let idle = {
            let (channel, sources) = source("a", 1, 1);
            pool.acquire(&channel, &sources, "x", Priority::Viewer, at(0)).expect("granted")
        };
        pool.release(idle.fence, at(1));
        let (channel, mut sources) = source("a", 2, 2);
        sources.extend(source("b", 2, 2).1);
        let grant = pool.acquire(&channel, &sources, "y", Priority::Viewer, at(2)).expect("granted");
        assert_eq!((grant.stream.receiver.as_str(), pool.is_open(&idle.stream)), ("b", true));
    }

    #[test]
    fn streams_from_elsewhere_need_no_tuner_and_a_receiver_that_is_gone_has_none() {
        let mut pool = Pool::default();
        pool.set_receiver("r", Some(0));
        running(&mut pool, 1, 1, 0).expect_err("no tuner at all");
        let service = ServiceRef::parse("4097:0:1:0:0:0:0:0:0:0:http%3a//a/x").expect("reference");
        let (channel, sources) = (service.channel_id(), [Source { receiver: "r".into(), service }]);
        pool.acquire(&channel, &sources, "x", Priority::Viewer, at(0)).expect("no tuner needed");
        let gone = pool.remove_receiver("r");
        assert_eq!((gone.len(), pool.streams(), pool.leases().count()), (1, 0, 0));
    }

    #[derive(Clone, Debug)]
    enum Act {
        Acquire(u32),
        Release(usize),
        Renew(usize),
        Refuse(usize),
        Wait(u64),
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![
            4 => (0u32..12).prop_map(Act::Acquire),
            3 => (0usize..64).prop_map(Act::Release),
            1 => (0usize..64).prop_map(Act::Renew),
            1 => (0usize..64).prop_map(Act::Refuse),
            2 => (1u64..60).prop_map(Act::Wait),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]
        #[test]
        fn no_history_breaks_the_laws(
            tuners in (proptest::option::of(1u32..4), 1u32..3), acts in proptest::collection::vec(act(), 1..60)
        ) {
            let mut pool = Pool::default();
            let limits_of = [("r", tuners.0.unwrap_or(1)), ("s", tuners.1)];
            pool.set_receiver("r", tuners.0);
            pool.set_receiver("s", Some(tuners.1));
            let mut fences: Vec<Fence> = Vec::new();
            let mut now = at(0);
            for act in acts {
                match act {
                    Act::Acquire(n) => {
                        // A third of the channels is known to both receivers.
                        let (channel, mut sources) = source("r", n, n / 3);
                        if n % 3 == 0 { sources.extend(source("s", n, n / 3).1); }
                        let was_on = sources.iter().any(|source| pool.is_open(&key(source, &channel)));
                        match pool.acquire(&channel, &sources, "x", Priority::Viewer, now) {
                            Ok(grant) => {
                                prop_assert!(fences.last().is_none_or(|last| *last < grant.fence), "a fence that did not grow");
                                prop_assert_eq!(grant.open.is_some(), !was_on, "one stream for all viewers of a channel");
                                fences.push(grant.fence);
                            }
                            Err(refusal) => {
                                prop_assert!(!was_on, "refused what is on");
                                prop_assert!(refusal.learnt || !refusal.holders.is_empty(), "a refusal without a reason");
                                prop_assert!(refusal.holders.iter().all(|holder| holder.until + at(60) > now));
                                prop_assert!(refusal.retry_after > Duration::ZERO);
                            }
                        }
                    }
                    Act::Release(n) if !fences.is_empty() => pool.release(fences[n % fences.len()], now),
                    Act::Renew(n) if !fences.is_empty() => {
                        let fence = fences[n % fences.len()];
                        let held = pool.leases().any(|lease| lease.fence == fence);
                        prop_assert_eq!(pool.renew(fence, now), held, "an old fence is not obeyed");
                    }
                    Act::Refuse(n) => {
                        let lease = pool.leases().nth(n % 4).map(|lease| lease.stream.clone());
                        if let Some(stream) = lease { pool.refused(&stream, now); }
                    }
                    Act::Wait(seconds) => {
                        now += at(seconds);
                        let living: Vec<Fence> = pool.leases().filter(|lease| lease.expires > now).map(|lease| lease.fence).collect();
                        pool.sweep(now);
                        prop_assert!(pool.leases().map(|lease| lease.fence).eq(living), "time ends what is over, and only that");
                    }
                    _ => {}
                }
                for (receiver, tuners) in limits_of {
                    prop_assert!(pool.usage(receiver).1 <= tuners as usize, "more transponders than tuners");
                }
                prop_assert!(pool.leases().all(|lease| pool.is_open(&lease.stream)), "a lease without stream");
            }
            for fence in &fences { pool.release(*fence, now); }
            pool.sweep(now + limits::IDLE);
            prop_assert_eq!((pool.streams(), pool.leases().count()), (0, 0), "a leak");
        }

        #[test]
        fn holders_that_fall_silent_leave_nothing_behind(acts in proptest::collection::vec(act(), 1..60)) {
            let mut pool = Pool::default();
            pool.set_receiver("r", Some(3));
            let mut now = at(0);
            for act in acts {
                match act {
                    Act::Acquire(n) => { let _ = running(&mut pool, n, n / 3, now.as_secs()); }
                    Act::Wait(seconds) => { now += at(seconds); pool.sweep(now); }
                    _ => {}
                }
            }
            pool.sweep(now + limits::LEASE_EXPIRY + limits::IDLE);
            prop_assert_eq!((pool.streams(), pool.leases().count()), (0, 0), "a leak");
        }
    }
}
