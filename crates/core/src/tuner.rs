//! Who holds which tuner. A pure pool: leases in, streams out.
//!
//! Laws (tested over random histories):
//! - A fence is given once; it grows; it has one owner.
//! - Streams on one receiver never need more transponders than it has tuners.
//! - All viewers of a service on a receiver share one stream; services of a transponder share its tuner.
//! - After all leases have ended and the idle time has passed, no stream is left.
//! - What is unknown never counts as free: a receiver that does not tell its tuners has one, and a refusal by the box
//!   is believed for [`limits::REFUSAL_MEMORY`].

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
    /// Until when a refusal is believed, and how many transponders were on when it came.
    refused: Option<(Now, usize)>,
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
    pub fn acquire(&mut self, channel: &ChannelId, sources: &[Source], holder: &str, priority: Priority, now: Now) -> Result<Grant, Refusal> {
        let running = sources.iter().map(|source| key(source, channel)).find(|key| self.streams.contains_key(key));
        if let Some(key) = running {
            return Ok(Grant { fence: self.lease(&key, holder, priority, now), stream: key, open: None });
        }
        for source in sources {
            if self.has_room(source, now) || self.drop_idle_for(source, now) {
                let key = key(source, channel);
                let transponder = (!source.service.is_iptv()).then(|| source.service.transponder());
                self.streams.insert(key.clone(), Stream { transponder, idle_since: None });
                let fence = self.lease(&key, holder, priority, now);
                return Ok(Grant { fence, stream: key, open: Some(source.clone()) });
            }
        }
        Err(self.refusal(sources, now))
    }

    fn lease(&mut self, key: &StreamKey, holder: &str, priority: Priority, now: Now) -> Fence {
        self.last_fence += 1;
        let fence = Fence(self.last_fence);
        if let Some(stream) = self.streams.get_mut(key) {
            stream.idle_since = None;
        }
        let expires = now + limits::LEASE_EXPIRY;
        self.leases.insert(fence, Lease { fence, stream: key.clone(), holder: holder.to_owned(), priority, expires });
        fence
    }

    /// Transponders that are on at a receiver.
    fn tuned(&self, receiver: &str) -> BTreeSet<Transponder> {
        self.streams.iter().filter(|(key, _)| key.receiver == receiver).filter_map(|(_, stream)| stream.transponder).collect()
    }

    fn has_room(&self, source: &Source, now: Now) -> bool {
        if source.service.is_iptv() {
            return true;
        }
        let Some(receiver) = self.receivers.get(&source.receiver) else { return false };
        let tuned = self.tuned(&source.receiver);
        if tuned.contains(&source.service.transponder()) {
            return true;
        }
        let learnt = receiver.refused.filter(|(until, _)| *until > now).map(|(_, count)| count);
        let limit = receiver.tuners.map_or(1, |tuners| tuners as usize);
        tuned.len() < limit.min(learnt.unwrap_or(usize::MAX))
    }

    /// Ends streams that only run on because nobody has asked for their tuner.
    fn drop_idle_for(&mut self, source: &Source, now: Now) -> bool {
        let mut idle: Vec<(Now, StreamKey)> = self
            .streams
            .iter()
            .filter(|(key, _)| key.receiver == source.receiver)
            .filter_map(|(key, stream)| Some((stream.idle_since?, key.clone())))
            .collect();
        idle.sort();
        for (_, key) in idle {
            self.close(&key);
            if self.has_room(source, now) {
                return true;
            }
        }
        false
    }

    fn refusal(&self, sources: &[Source], now: Now) -> Refusal {
        let ours = |lease: &&Lease| sources.iter().any(|source| source.receiver == lease.stream.receiver);
        let holders: Vec<Holder> = self
            .leases
            .values()
            .filter(ours)
            .map(|lease| Holder { channel: lease.stream.channel.clone(), what: lease.holder.clone(), until: lease.expires })
            .collect();
        let learnt_until = sources
            .iter()
            .filter_map(|source| self.receivers.get(&source.receiver)?.refused)
            .map(|(until, _)| until)
            .filter(|until| *until > now)
            .min();
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

    /// The box refused to tune `key`, or ended it because it needed the tuner.
    pub fn refused(&mut self, key: &StreamKey, now: Now) {
        self.close(key);
        let tuned = self.tuned(&key.receiver).len();
        if let Some(receiver) = self.receivers.get_mut(&key.receiver) {
            receiver.refused = Some((now + limits::REFUSAL_MEMORY, tuned));
        }
    }

    /// A stream is over; its leases end.
    pub fn close(&mut self, key: &StreamKey) {
        self.streams.remove(key);
        self.leases.retain(|_, lease| lease.stream != *key);
    }

    /// Ends what has run out; says which streams ended.
    pub fn sweep(&mut self, now: Now) -> Vec<StreamKey> {
        let expired: Vec<Lease> = self.leases.values().filter(|lease| lease.expires <= now).cloned().collect();
        for lease in expired {
            self.leases.remove(&lease.fence);
            self.mark_idle(&lease.stream, lease.expires);
        }
        let idle = |stream: &Stream| stream.idle_since.is_some_and(|since| since + limits::IDLE <= now);
        let ended: Vec<StreamKey> = self.streams.iter().filter(|(_, s)| idle(s)).map(|(key, _)| key.clone()).collect();
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
        let service = ServiceRef::parse(&format!("1:0:19:{sid:X}:{transponder:X}:1:C00000:0:0:0:")).expect("reference");
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
        let grants: Vec<Grant> =
            (0..10).map(|n| pool.acquire(&channel, &sources, &n.to_string(), Priority::Viewer, at(0)).expect("grant")).collect();
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
        assert_eq!(refusal.holders, [Holder { channel: one, what: "Anna".into(), until: limits::LEASE_EXPIRY }]);
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
        fn no_history_breaks_the_laws(tuners in 1u32..4, acts in proptest::collection::vec(act(), 1..60)) {
            let mut pool = Pool::default();
            pool.set_receiver("r", Some(tuners));
            let mut seen = BTreeSet::new();
            let mut fences: Vec<Fence> = Vec::new();
            let mut now = at(0);
            for act in acts {
                match act {
                    Act::Acquire(n) => {
                        let (channel, sources) = source("r", n, n / 3);
                        if let Ok(grant) = pool.acquire(&channel, &sources, "x", Priority::Viewer, now) {
                            prop_assert!(seen.insert(grant.fence), "a fence twice");
                            prop_assert!(fences.iter().all(|old| *old < grant.fence), "a fence that fell");
                            fences.push(grant.fence);
                        }
                    }
                    Act::Release(n) if !fences.is_empty() => pool.release(fences[n % fences.len()], now),
                    Act::Renew(n) if !fences.is_empty() => { pool.renew(fences[n % fences.len()], now); }
                    Act::Refuse(n) => {
                        let lease = pool.leases().nth(n).map(|lease| lease.stream.clone());
                        if let Some(stream) = lease { pool.refused(&stream, now); }
                    }
                    Act::Wait(seconds) => { now += at(seconds); pool.sweep(now); }
                    _ => {}
                }
                prop_assert!(pool.usage("r").1 <= tuners as usize, "more transponders than tuners");
                prop_assert!(pool.leases().all(|lease| pool.is_open(&lease.stream)), "a lease without stream");
            }
            for fence in &fences { pool.release(*fence, now); }
            pool.sweep(now + limits::IDLE);
            prop_assert_eq!((pool.streams(), pool.leases().count()), (0, 0), "a leak");
        }
    }
}
