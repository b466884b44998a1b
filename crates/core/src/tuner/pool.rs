//! The pool itself. See the module above for its laws.

use super::refusals::Refusals;
use super::{Cause, Fence, Grant, Holder, Lease, Now, Priority, Refusal, StreamKey};
use crate::limits;
use crate::lineup::{ChannelId, Source, Transponder};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What the host allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Tuners of each receiver that may keep ready what nobody watches; 0: nothing is kept ready.
    pub warm_tuners: usize,
    /// Viewers on one receiver at once.
    pub viewers: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self { warm_tuners: 0, viewers: usize::MAX }
    }
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
    refusals: Refusals,
}

impl Receiver {
    /// How many transponders can be on at `now`, for all that is known.
    fn capacity(&self, now: Now) -> usize {
        let told = self.tuners.map_or(1, |tuners| tuners as usize);
        self.refusals.capacity(now).map_or(told, |(learnt, _)| told.min(learnt))
    }
}

/// What it costs to take a tuner away: least first. Who holds it, how many, since when it is idle, who came last.
type Cost = (Option<Priority>, usize, Now, Reverse<Option<Fence>>);

/// All tuners of all receivers.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    rules: Rules,
    receivers: BTreeMap<String, Receiver>,
    streams: BTreeMap<StreamKey, Stream>,
    leases: BTreeMap<Fence, Lease>,
    last_fence: u64,
}

impl Pool {
    /// An empty pool.
    pub fn new(rules: Rules) -> Self {
        Self { rules, ..Self::default() }
    }

    /// From now on by these rules. What was granted stays granted.
    pub fn set_rules(&mut self, rules: Rules) {
        self.rules = rules;
    }

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
    ///
    /// # Errors
    /// Why nobody can, and who holds the tuners.
    pub fn acquire(
        &mut self,
        channel: &ChannelId,
        sources: &[Source],
        holder: &str,
        priority: Priority,
        now: Now,
    ) -> Result<Grant, Refusal> {
        // Where it runs already, unless nobody more may watch there: then another source, if there is one.
        let mut running = sources.iter().map(|source| StreamKey::of(source, channel));
        let running =
            running.find(|key| self.streams.contains_key(key) && self.admits(&key.receiver, priority));
        if let Some(key) = running {
            if !self.may_join(&key, priority, now) {
                return Err(self.refusal(sources, priority, now));
            }
            let fence = self.lease(&key, holder, priority, now);
            return Ok(Grant { fence, stream: key, open: None, lost: Vec::new() });
        }
        let admitted = || sources.iter().filter(|source| self.admits(&source.receiver, priority));
        let chosen = if priority == Priority::Background {
            admitted().find(|source| self.is_spare(source, now)).map(|source| (source.clone(), Vec::new()))
        } else {
            let free = admitted().find(|source| self.has_room(source, now));
            match free {
                Some(source) => Some((source.clone(), Vec::new())),
                None => admitted()
                    .filter_map(|source| Some((self.victims(source, priority, now)?, source)))
                    .min_by_key(|(victims, _)| victims.iter().map(|(cost, _)| *cost).max())
                    .map(|(victims, source)| (source.clone(), victims)),
            }
        };
        let Some((source, victims)) = chosen else { return Err(self.refusal(sources, priority, now)) };
        let lost = self.take(&source.receiver, &victims);
        let key = StreamKey::of(&source, channel);
        self.streams.insert(key.clone(), Stream { transponder: transponder(&source), idle_since: None });
        let fence = self.lease(&key, holder, priority, now);
        Ok(Grant { fence, stream: key, open: Some(source), lost })
    }

    /// The stream `from` goes on from `source`, with its leases. Gives its new key and the leases that were ended for it; none if there
    /// is no room: then nothing has changed.
    pub fn rehome(&mut self, from: &StreamKey, source: &Source, now: Now) -> Option<(StreamKey, Vec<Lease>)> {
        let key = StreamKey::of(source, &from.channel);
        if key == *from {
            return self.streams.contains_key(from).then(|| (key, Vec::new()));
        }
        if self.streams.contains_key(&key) {
            return None;
        }
        let priority = self.strength(|other| other == from)?;
        let old = self.streams.remove(from)?;
        let victims =
            if self.has_room(source, now) { Some(Vec::new()) } else { self.victims(source, priority, now) };
        let Some(victims) = victims else {
            self.streams.insert(from.clone(), old);
            return None;
        };
        let lost = self.take(&source.receiver, &victims);
        let stream = Stream { transponder: transponder(source), idle_since: old.idle_since };
        self.streams.insert(key.clone(), stream);
        for lease in self.leases.values_mut().filter(|lease| lease.stream == *from) {
            lease.stream = key.clone();
        }
        Some((key, lost))
    }

    fn lease(&mut self, key: &StreamKey, holder: &str, priority: Priority, now: Now) -> Fence {
        self.last_fence += 1;
        let fence = Fence(self.last_fence);
        if let Some(stream) = self.streams.get_mut(key) {
            stream.idle_since = None;
        }
        let expires = now + limits::LEASE_EXPIRY;
        let lease = Lease { fence, stream: key.clone(), holder: holder.to_owned(), priority, expires };
        self.leases.insert(fence, lease);
        fence
    }

    /// Transponders that are on at a receiver.
    fn tuned(&self, receiver: &str) -> BTreeSet<Transponder> {
        let ours = self.streams.iter().filter(|(key, _)| key.receiver == receiver);
        ours.filter_map(|(_, stream)| stream.transponder).collect()
    }

    /// The strongest claim on the streams that `which` names; none if nobody holds any.
    fn strength(&self, which: impl Fn(&StreamKey) -> bool) -> Option<Priority> {
        self.leases.values().filter(|lease| which(&lease.stream)).map(|lease| lease.priority).max()
    }

    /// Whether `key` needs that transponder of that receiver.
    fn uses(&self, key: &StreamKey, receiver: &str, transponder: Transponder) -> bool {
        key.receiver == receiver
            && self.streams.get(key).is_some_and(|stream| stream.transponder == Some(transponder))
    }

    /// Whether a receiver may serve one more.
    fn admits(&self, receiver: &str, priority: Priority) -> bool {
        priority != Priority::Viewer || self.viewers(receiver) < self.rules.viewers
    }

    /// Viewers on a receiver.
    pub fn viewers(&self, receiver: &str) -> usize {
        let ours = self.leases.values().filter(|lease| lease.stream.receiver == receiver);
        ours.filter(|lease| lease.priority == Priority::Viewer).count()
    }

    fn has_room(&self, source: &Source, now: Now) -> bool {
        let Some(wanted) = transponder(source) else { return true };
        let Some(receiver) = self.receivers.get(&source.receiver) else { return false };
        let tuned = self.tuned(&source.receiver);
        tuned.contains(&wanted)
            || (receiver.refusals.blocked(wanted, &tuned, now).is_none()
                && tuned.len() < receiver.capacity(now))
    }

    /// What must go to make room for `source`: of those who are weaker than `priority` the weakest, and no more than needed.
    fn victims(&self, source: &Source, priority: Priority, now: Now) -> Option<Vec<(Cost, Transponder)>> {
        let (receiver, wanted) = (self.receivers.get(&source.receiver)?, transponder(source)?);
        let mut rest = self.tuned(&source.receiver);
        let cost = |one: &Transponder| (self.cost(&source.receiver, *one), *one);
        let mut candidates: Vec<(Cost, Transponder)> = rest.iter().map(cost).collect();
        candidates.retain(|((claim, ..), _)| *claim < Some(priority));
        candidates.sort();
        let is_blocked =
            |rest: &BTreeSet<Transponder>| receiver.refusals.blocked(wanted, rest, now).is_some();
        let mut victims = Vec::new();
        while rest.len() >= receiver.capacity(now) || is_blocked(&rest) {
            let without = |one: &Transponder| rest.iter().filter(|other| *other != one).copied().collect();
            let helps = candidates.iter().position(|(_, one)| !is_blocked(&without(one)))?;
            let victim = candidates.remove(helps);
            rest.remove(&victim.1);
            victims.push(victim);
        }
        Some(victims)
    }

    fn cost(&self, receiver: &str, transponder: Transponder) -> Cost {
        let held = || self.leases.values().filter(|lease| self.uses(&lease.stream, receiver, transponder));
        let streams = self.streams.iter().filter(|(key, _)| self.uses(key, receiver, transponder));
        // A transponder is idle since its last stream is; one that is held is not idle at all.
        let idle = streams.filter_map(|(_, stream)| stream.idle_since).max().unwrap_or_default();
        let claim = held().map(|lease| lease.priority).max();
        (claim, held().count(), idle, Reverse(held().map(|lease| lease.fence).max()))
    }

    /// Ends the streams of these transponders; gives the leases that were lost.
    fn take(&mut self, receiver: &str, victims: &[(Cost, Transponder)]) -> Vec<Lease> {
        let mut lost = Vec::new();
        for (_, victim) in victims {
            let keys = self.streams.keys().filter(|key| self.uses(key, receiver, *victim));
            for key in keys.cloned().collect::<Vec<_>>() {
                lost.extend(self.leases.values().filter(|lease| lease.stream == key).cloned());
                self.close(&key);
            }
        }
        lost.sort_by_key(|lease| lease.fence);
        lost
    }

    /// A guess joins what nobody else holds, if it could have been begun as well.
    fn may_join(&self, key: &StreamKey, priority: Priority, now: Now) -> bool {
        if priority > Priority::Background {
            return true;
        }
        let transponder = self.streams.get(key).and_then(|stream| stream.transponder);
        self.strength(|other| other == key).is_none()
            && transponder.is_some_and(|transponder| self.is_within_budget(&key.receiver, transponder, now))
    }

    fn is_spare(&self, source: &Source, now: Now) -> bool {
        let within = |transponder| {
            self.is_within_budget(&source.receiver, transponder, now) && self.has_room(source, now)
        };
        // Whoever gives a list counts those who watch: nothing of it is kept ready.
        !source.service.is_listed() && transponder(source).is_some_and(within)
    }

    /// Whether `wanted` may be kept ready: it comes with what somebody watches, or a tuner may be spent on it.
    fn is_within_budget(&self, receiver: &str, wanted: Transponder, now: Now) -> bool {
        let Some(known) = self.receivers.get(receiver) else { return false };
        let ready = self
            .streams
            .keys()
            .filter(|key| self.strength(|other| other == *key) == Some(Priority::Background));
        if self.rules.warm_tuners == 0 || ready.count() >= limits::WARM_STREAMS {
            return false;
        }
        let claim = |one: Transponder| self.strength(|key| self.uses(key, receiver, one));
        if claim(wanted) > Some(Priority::Background) {
            return true;
        }
        let mut tuned = self.tuned(receiver);
        let spent = tuned.iter().filter(|one| **one != wanted && claim(**one) == Some(Priority::Background));
        let affordable = spent.count() < self.rules.warm_tuners;
        tuned.insert(wanted);
        // The last one is left to the box itself; and of a box that does not tell, none is known to be free.
        affordable && known.tuners.is_some() && tuned.len() < known.capacity(now)
    }

    fn refusal(&self, sources: &[Source], priority: Priority, now: Now) -> Refusal {
        let ours = |lease: &&Lease| sources.iter().any(|source| source.receiver == lease.stream.receiver);
        // What is weaker does not stand in the way; what needs no tuner neither.
        let in_the_way = |lease: &&Lease| {
            let tuned = self.streams.get(&lease.stream).is_some_and(|stream| stream.transponder.is_some());
            lease.priority >= priority && tuned
        };
        let holders: Vec<Holder> =
            self.leases.values().filter(ours).filter(in_the_way).map(Holder::from).collect();
        let full =
            !sources.is_empty() && sources.iter().all(|source| !self.admits(&source.receiver, priority));
        let learnt_until = sources.iter().filter_map(|source| self.learnt_until(source, now)).min();
        let (cause, retry_after) = match learnt_until {
            _ if full => (Cause::Full, limits::ADMISSION_RETRY),
            Some(until) => (Cause::Refused, until.saturating_sub(now)),
            None if holders.is_empty() => (Cause::NoSource, Duration::ZERO),
            None => (Cause::InUse, limits::IDLE),
        };
        Refusal { cause, holders, retry_after }
    }

    /// Until when what the box has refused stands in the way of `source`.
    fn learnt_until(&self, source: &Source, now: Now) -> Option<Now> {
        let receiver = self.receivers.get(&source.receiver)?;
        let told = receiver.tuners.map_or(1, |tuners| tuners as usize);
        let fewer =
            receiver.refusals.capacity(now).filter(|(learnt, _)| *learnt < told).map(|(_, until)| until);
        let tuned = self.tuned(&source.receiver);
        receiver.refusals.blocked(transponder(source)?, &tuned, now).max(fewer)
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
        if self.is_held(key) {
            return;
        }
        if let Some(stream) = self.streams.get_mut(key) {
            stream.idle_since.get_or_insert(now);
        }
    }

    /// The box refused to tune `key`, or ended it because it needed the tuner. Beside nothing of ours it was not for want of a tuner that
    /// we could give back, and beside the same transponder not for want of any.
    pub fn learn(&mut self, key: &StreamKey, now: Now) {
        let Some(transponder) = self.streams.get(key).and_then(|stream| stream.transponder) else { return };
        let others = self.streams.iter().filter(|(other, _)| *other != key && other.receiver == key.receiver);
        let beside: BTreeSet<Transponder> = others.filter_map(|(_, stream)| stream.transponder).collect();
        if beside.is_empty() || beside.contains(&transponder) {
            return;
        }
        if let Some(receiver) = self.receivers.get_mut(&key.receiver) {
            receiver.refusals.learn(transponder, key.channel.clone(), beside, now);
        }
    }

    /// The box sends what was asked for.
    pub fn works(&mut self, key: &StreamKey) {
        let transponder = self.streams.get(key).and_then(|stream| stream.transponder);
        if let (Some(transponder), Some(receiver)) = (transponder, self.receivers.get_mut(&key.receiver)) {
            receiver.refusals.forget(transponder);
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
            self.streams.iter().filter(|(_, stream)| idle(stream)).map(|(key, _)| key.clone()).collect();
        for key in &ended {
            self.close(key);
        }
        ended
    }

    /// Whether the stream is still meant to run.
    pub fn is_open(&self, key: &StreamKey) -> bool {
        self.streams.contains_key(key)
    }

    /// Whether somebody holds the stream.
    pub fn is_held(&self, key: &StreamKey) -> bool {
        self.leases.values().any(|lease| lease.stream == *key)
    }

    /// All leases, oldest first.
    pub fn leases(&self) -> impl Iterator<Item = &Lease> {
        self.leases.values()
    }

    /// (tuners if known, transponders that are on) of a receiver.
    pub fn usage(&self, receiver: &str) -> (Option<u32>, usize) {
        (self.receivers.get(receiver).and_then(|receiver| receiver.tuners), self.tuned(receiver).len())
    }

    /// What `receiver` has refused and is not asked for just now: a channel of each transponder, and until when.
    pub fn left_alone(&self, receiver: &str, now: Now) -> Vec<(ChannelId, Now)> {
        let Some(found) = self.receivers.get(receiver) else { return Vec::new() };
        let tuned = self.tuned(receiver);
        found.refusals.in_force(&tuned, now).map(|(channel, until)| (channel.clone(), until)).collect()
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

/// What a source needs a tuner for; none if it needs no tuner.
fn transponder(source: &Source) -> Option<Transponder> {
    let service = &source.service;
    (!service.is_iptv() || service.is_listed()).then(|| service.transponder())
}
