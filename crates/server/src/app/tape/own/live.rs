//! Slots in which another channel is on: what its tape shows, from a boundary on that lies a little back, so that nothing is missing where it joins; and a
//! slate as long as there is nothing.

use std::sync::Arc;

use telecast_core::lineup::ChannelId;
use telecast_media::air::{self, Counter, Place, Relay, Role};
use telecast_media::tape::{Segment, Track, TrackId};
use telecast_media::time::HZ;

use super::following::{Followed, Following};
use super::{Own, over};
use crate::adapters::air_file::{Aired, Relayed};
use crate::adapters::own_channels::{DueLive, OnAir, Why};
use crate::adapters::pieces::Piece;
use crate::app::tape::Tape;

/// A channel is tuned to so long before its slot begins (ticks).
const AHEAD: i64 = 12 * HZ;
/// So much of the source is there before it is joined (ticks): sound that comes late, and a network's moods.
const LAG: i64 = 2 * HZ;
/// The same where the source goes on with another run.
const GOES_ON: i64 = HZ / 4;
/// Nothing has come for so long (ticks): a slate is shown. Sooner than viewers are told that there is nothing.
const STARVED: i64 = 3 * HZ / 2;
/// The same where nobody has seen anything yet: tuning takes its time.
const TUNING: i64 = 6 * HZ;
/// A sound that is made is waited for until the source's run is so long (ticks); then it is silence until it comes.
const SOUND: i64 = 5 * HZ;
/// The end of a slot is closed so long before it is due (ticks), so that its last picture can be made to end with it.
const FINISH: i64 = HZ / 2;
/// What begins so soon behind what was on follows it without a gap (ticks).
const TOUCH: i64 = 3 * HZ;
/// A slot of which less is left is not joined any more (ticks).
const LEAST: i64 = HZ;
/// Relays that end and begin in one step at most: a source that changes all the time waits for the next.
const TURNS: usize = 8;
/// Bytes in which tables and clocks are looked for where something begins, and the last packets of each PID where it ends.
const FRONT: u64 = 11_000 * 188;
const TAIL: u64 = 22_000 * 188;

/// What is relayed.
enum Whence {
    Tape(Tape),
    /// A slate, and its segments.
    Slate(Vec<Arc<Segment>>),
}

impl Whence {
    fn segment(&self, sequence: u64) -> Option<Arc<Segment>> {
        match self {
            Self::Tape(tape) => tape.snapshot().index.segment(sequence).cloned(),
            Self::Slate(all) => all.iter().find(|segment| segment.sequence == sequence).cloned(),
        }
    }

    /// Nothing more of this run will come from `sequence` on.
    fn is_over(&self, sequence: u64) -> bool {
        match self {
            Self::Tape(tape) => tape.snapshot().fault.is_some(),
            Self::Slate(all) => all.last().is_none_or(|last| last.sequence < sequence),
        }
    }
}

/// A relay that is on.
pub(super) struct Relaying {
    relay: Relay,
    from: Relayed,
    whence: Whence,
    /// Start of the slot that it is for.
    slot: i64,
    /// Sequence there of the segment that is on.
    next: u64,
    /// Continuity counters of what would have come next before it.
    before: Vec<(u16, u8)>,
}

impl Own {
    /// Follows the channels that are on, or soon will be, and no others.
    pub(super) fn follow(&mut self, on_air: &OnAir, now: i64) {
        let due = |live: &&DueLive| live.start - AHEAD <= now && now < live.end;
        let wanted: Vec<&DueLive> = on_air.lives.iter().filter(due).collect();
        self.following.retain(|one| wanted.iter().any(|live| live.start == one.start));
        for live in wanted {
            if self.following.iter().all(|one| one.start != live.start) {
                let whose = (live.channel.clone(), self.holder());
                let (sources, news) = (self.sources.clone(), Arc::clone(&self.news));
                self.following.push(Following::begin(live.start, whose, sources, news));
            }
        }
    }

    /// Who holds tuners for it, for people: its name.
    fn holder(&self) -> String {
        let lineup = self.sources.lineup.load();
        let own = lineup.known_as(&ChannelId(self.name.clone()));
        own.map_or_else(|| self.name.clone(), |own| own.name.clone())
    }

    /// Goes on with what is relayed, or begins with it. Says whether there is something new to see; `next` becomes when there may be more.
    pub(super) fn relayed(&mut self, on_air: &OnAir, now: i64, next: &mut i64) -> bool {
        let mut news = false;
        for _ in 0..TURNS {
            let Some(relaying) = self.relaying.take() else {
                if !self.join(on_air, now, next) {
                    break;
                }
                news = true;
                continue;
            };
            let slot = relaying.slot;
            let end = on_air.lives.iter().find(|live| live.start == slot).map_or(now, |live| live.end);
            if self.go_on(relaying, end, now, (&mut news, next)) {
                break;
            }
        }
        news
    }

    /// Shows what is on of a relay. `true`: it goes on.
    fn go_on(
        &mut self,
        mut relaying: Relaying,
        end: i64,
        now: i64,
        (news, next): (&mut bool, &mut i64),
    ) -> bool {
        loop {
            let source = relaying.whence.segment(relaying.next);
            let Some(source) = source.as_ref().filter(|source| relaying.relay.takes(source)) else {
                let is_other = source.is_some() || relaying.whence.is_over(relaying.next);
                if is_other || self.is_starved(&relaying, now) || now >= end {
                    self.finish(relaying, None, i64::MAX);
                    *news = true;
                    return false;
                }
                self.relaying = Some(relaying);
                return true;
            };
            self.learn(&mut relaying, source);
            let Some(whole) = relaying.relay.segment(source) else { return false };
            let has_come = whole.lanes.first().map_or(0, |lane| lane.frames.len()) > 0;
            let is_last = whole.end.is_none_or(|over| over > end);
            let may_end = now >= end || now >= end - FINISH && covers(&whole) >= end;
            if whole.start >= end || is_last && may_end || !has_come && now >= end {
                self.finish(relaying, Some(&whole), end);
                *news = true;
                return false;
            }
            let limit = if is_last { now.min(end - FINISH) } else { now };
            let shown = air::open(&whole, limit);
            let is_complete = shown.as_ref().is_some_and(Segment::is_complete);
            if let Some(shown) = shown {
                relaying.relay.note(&shown);
                *news |= self.show(shown, true);
            }
            if !is_complete {
                *next = (*next).min(over(&whole, self.index.segments.back().map(|open| &**open)));
                if is_last {
                    *next = (*next).min(end - FINISH);
                }
                if self.is_starved(&relaying, now) {
                    self.finish(relaying, Some(&whole), i64::MAX);
                    *news = true;
                    return false;
                }
                self.publish_relay(&relaying, None);
                self.relaying = Some(relaying);
                return true;
            }
            self.publish_relay(&relaying, None);
            relaying.next += 1;
            if self.could_be_heard(&relaying) {
                self.finish(relaying, None, i64::MAX);
                *news = true;
                return false;
            }
        }
    }

    /// It has been silence so far because the source had no sound for the channel, and from the next segment on it has one.
    fn could_be_heard(&self, relaying: &Relaying) -> bool {
        if !relaying.relay.is_mute() || !matches!(relaying.whence, Whence::Tape(_)) {
            return false;
        }
        let next = relaying.whence.segment(relaying.next);
        next.is_some_and(|next| {
            let begins = next.lanes.first().and_then(|lane| lane.frames.first());
            let roles = air::cast(&next.run, &self.house);
            let is_there = |(_, from): &Role| {
                from.is_some_and(|from| next.lane(from).is_some_and(|lane| !lane.frames.is_empty()))
            };
            begins.is_some_and(|frame| frame.random_access) && roles.iter().all(is_there)
        })
    }

    /// What there is of a relay has been over for too long.
    fn is_starved(&self, relaying: &Relaying, now: i64) -> bool {
        let last = self.index.segments.back().map_or(i64::MIN, |last| covers(last));
        last.max(relaying.relay.place.start) + STARVED < now
    }

    /// Learns what a segment tells of its tracks; what decoders need holds for all of the run that is listed.
    fn learn(&mut self, relaying: &mut Relaying, source: &Segment) {
        let from = &relaying.from;
        if !relaying.relay.learn(source, &relaying.before, |begin, end| from.read(begin, end).ok()) {
            return;
        }
        let run = relaying.relay.run();
        for segment in self.index.segments.iter_mut().filter(|segment| segment.run.number == run.number) {
            Arc::make_mut(segment).run = Arc::clone(run);
        }
    }

    fn publish_relay(&self, relaying: &Relaying, bytes: Option<u64>) {
        self.file.replace(Arc::new(Aired::Relay(
            Box::new(relaying.relay.clone()),
            relaying.from.clone(),
            bytes,
        )));
    }

    /// Ends a relay at tape time `end`, or as far as it goes; `whole` is what is known of the segment that is on.
    fn finish(&mut self, mut relaying: Relaying, whole: Option<&Segment>, end: i64) {
        let open = self.index.segments.back().filter(|last| !last.is_complete()).cloned();
        let whole = whole.or(open.as_deref());
        if let Some(whole) = whole.filter(|whole| whole.start < end) {
            let shown = open.as_deref().filter(|open| open.sequence == whole.sequence);
            if let Some(closed) = air::close(whole, shown, end) {
                relaying.relay.note(&closed);
                self.show(closed, true);
            }
        }
        let bytes = relaying.relay.end();
        let covered = self.index.segments.back().map(|last| covers(last));
        self.seen = match &relaying.whence {
            Whence::Tape(tape) => covered.map(|own| (tape.id, relaying.relay.source_time(own))),
            Whence::Slate(_) => self.seen,
        };
        self.goes_on = matches!(relaying.whence, Whence::Tape(_));
        self.publish_relay(&relaying, Some(bytes));
        self.base = relaying.relay.place.base + bytes;
        self.file.set(0, self.base);
        // What comes next goes on with the counters.
        let mut counters: Vec<Counter> = Vec::new();
        if let Ok(tail) = self.file.read(self.base - bytes.min(TAIL), self.base) {
            Counter::note(&mut counters, &tail);
        }
        self.counters.retain(|(pid, _)| counters.iter().all(|own| own.pid != *pid));
        self.counters.extend(counters.iter().map(|own| (own.pid, own.next)));
    }

    /// Begins with what is to be on now, if it is there; a slate if it has not been for too long.
    fn join(&mut self, on_air: &OnAir, now: i64, next: &mut i64) -> bool {
        let due = |live: &&DueLive| live.start <= now && now + LEAST < live.end;
        let Some(live) = on_air.lives.iter().find(due) else {
            let coming = on_air.lives.iter().map(|live| live.start).filter(|start| *start > now);
            *next = coming.fold(*next, i64::min);
            return false;
        };
        let last = self.index.segments.back().and_then(|last| last.end);
        if last.is_some_and(|last| last > now) || self.on.as_ref().is_some_and(|on| on.placed.end() > now) {
            return false;
        }
        let since = last.unwrap_or(self.began).max(live.start).max(self.began);
        let followed = self.following.iter().find(|one| one.start == live.start);
        let followed = followed.map(|one| one.followed.borrow().clone());
        let why = match followed {
            Some(Followed::Tape(tape, sounds)) => {
                if self.join_tape(live, (&tape, &sounds), now) {
                    return true;
                }
                Why::NoPicture
            }
            Some(Followed::Nothing(why)) => why,
            None => Why::NoTuner,
        };
        let patience = if last.is_some_and(|last| last >= self.began) { STARVED } else { TUNING };
        if now < since + patience {
            *next = (*next).min(since + patience);
            return false;
        }
        let Some(slate) = &live.slate else { return false };
        live.fate.tell(why);
        metrics::counter!("telecast_station_slates_total").increment(1);
        self.join_slate(live, slate, now)
    }

    fn join_tape(&mut self, live: &DueLive, (tape, sounds): (&Tape, &[TrackId]), now: i64) -> bool {
        let snapshot = tape.snapshot();
        let Some(run) = snapshot.newest_run().filter(|_| snapshot.trouble.is_none()) else { return false };
        let edge = snapshot.index.segments.back().map_or(run.start, |last| covers(last));
        let is_made = |id: &TrackId| run.track(*id).is_some_and(|track| track.setup.is_some());
        let wanted: &[TrackId] = if edge > run.start + SOUND { &[] } else { sounds };
        if !wanted.iter().all(is_made) {
            return false;
        }
        let seen = self.seen.filter(|(of, _)| *of == tape.id).map(|(_, until)| until);
        let entry = match seen.filter(|_| self.goes_on) {
            // Nothing was on since: what follows there follows here.
            Some(seen) => air::entry(&snapshot.index, GOES_ON, wanted, seen - HZ / 10, true),
            None => air::entry(&snapshot.index, LAG, wanted, seen.unwrap_or(i64::MIN), false),
        };
        let Some(first) = entry else { return false };
        let roles = air::cast(&first.run, &self.house);
        let from = tape.main.relayed(&snapshot.sides);
        self.begin(live, first, roles, (Whence::Tape(tape.clone()), from), now);
        tracing::info!(channel = self.name, source = live.channel.0, "a live channel is on");
        true
    }

    fn join_slate(&mut self, live: &DueLive, slate: &Arc<Piece>, now: i64) -> bool {
        let (mut all, mut at): (Vec<Arc<Segment>>, i64) = (Vec::new(), slate.outline().start);
        while let Ok(some) = slate.segments(at)
            && let Some(end) = some.last().and_then(|last| last.end)
        {
            all.extend(some);
            at = end;
        }
        let Some(first) = all.first().cloned() else { return false };
        let roles = air::cast(&first.run, &self.house);
        self.begin(live, &first, roles, (Whence::Slate(all), Relayed::Piece(Arc::clone(slate))), now);
        true
    }

    /// Puts a relay behind what was on.
    fn begin(
        &mut self,
        live: &DueLive,
        first: &Arc<Segment>,
        roles: Vec<Role>,
        (whence, from): (Whence, Relayed),
        now: i64,
    ) {
        let last = self.index.segments.back();
        let behind = last.and_then(|last| last.end).map_or(live.start, |last| last.max(live.start));
        let start = if now - behind <= TOUCH { behind } else { now };
        let (sequence, discontinuity_sequence, run) = last.map_or(live.reckoned, |last| {
            (last.sequence + 1, last.discontinuity_sequence + 1, last.run.number + 1)
        });
        let wall_ms = self.epoch_ms + start * 1000 / HZ;
        let place = Place { start, wall_ms, sequence, discontinuity_sequence, run, base: self.base };
        self.relays += 1;
        let mut relay = Relay::begin(place, first, roles, &self.house, self.relays);
        let before = self.counters.clone();
        relay.learn(first, &before, |begin, end| from.read(begin, end).ok());
        let base = relay.source_offset(0);
        let is_broadcast =
            |track: &Track| matches!(track.origin, telecast_media::tape::Origin::Stream { .. });
        let lanes = first.lanes.iter().filter(|lane| first.run.track(lane.track).is_some_and(is_broadcast));
        let front = lanes.filter_map(|lane| Some(lane.extent()?.1)).max().unwrap_or(base);
        let front = from.read(base, front.min(base + FRONT)).unwrap_or_default();
        relay.learn_front(&front, &before, self.base > 0);
        self.on = None;
        self.is_behind_relay = true;
        self.file.push(Arc::new(Aired::Relay(Box::new(relay.clone()), from.clone(), None)));
        self.relaying =
            Some(Relaying { relay, from, whence, slot: live.start, next: first.sequence, before });
    }
}

/// Tape time up to which the picture of a segment goes.
fn covers(segment: &Segment) -> i64 {
    let lane = segment.lanes.first();
    let scale = lane.and_then(|lane| segment.run.track(lane.track)).map_or(HZ as u32, Track::timescale);
    lane.map_or(segment.start, |lane| telecast_media::time::to_ticks(lane.start + lane.duration(), scale))
}
