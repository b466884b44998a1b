//! The task of a channel of one's own while somebody watches it. It writes nothing: what is on follows from the time, and from the prepared pieces and the other
//! channels that are due ([`telecast_media::air`]). Where another channel is on, it holds a lease of that channel's tape, and shows what that shows as a relay.
//!
//! - What it has once shown stays: sequences follow each other and time never goes back, even if the system's clock does.
//! - It wakes when the next part is over, or when other pieces are due.
//! - Pieces are put one behind another as they come; where none is due, nothing comes, and viewers are told. So it is with one that cannot be read: that is tried again
//!   as long as it may pass, and one that is damaged is not put there again.
//! - `live`: slots in which another channel is on. `following`: the lease of its tape.

mod following;
mod live;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use telecast_media::air::{self, Clock as Clocks, Place, Placed};
use telecast_media::segment::{Counters, Waiting};
use telecast_media::subtitles::Name;
use telecast_media::tape::{Index, Origin, Segment, Track};
use telecast_media::time::{HZ, to_ticks};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Command, Snapshot};
use crate::adapters::air_file::{AirFile, Aired};
use crate::adapters::clock::Clock;
use crate::adapters::own_channels::{Due, OnAir};
use crate::adapters::pieces::Piece;
use crate::adapters::stream::Fault;
use following::Following;
pub use following::Sources;
use live::Relaying;

/// What has been on this long before somebody comes is there at once (ticks): players hold back, and like to have something to hold on to.
const BACK: i64 = 60 * HZ;
/// So much of the past stays (ticks): an index of ten minutes takes one MiB.
const WINDOW: i64 = 600 * HZ;
/// It looks again after this at the latest, and no sooner than that.
const LOOK: Duration = Duration::from_secs(1);
const BREATH: Duration = Duration::from_millis(20);
/// Nothing has been on for this long (ticks): viewers are told.
const PATIENCE: i64 = 2 * HZ;
/// A piece that cannot be read is tried again after this.
const AGAIN: Duration = Duration::from_secs(5);
/// Bytes of a piece in which its first clock is looked for.
const FRONT: u64 = 350 * 188;
/// The system's clock has been set if it differs by more than this from what has passed (milliseconds).
const SET_MS: i64 = 1_000;

/// The time of a channel, which never goes back.
struct Now {
    clock: Clock,
    /// What it was, by the channel and by what is steady (milliseconds).
    last: (i64, i64),
}

impl Now {
    fn begin(clock: Clock) -> Self {
        Self { clock, last: (clock.wall_ms(), clock.steady_ms()) }
    }

    /// Milliseconds since 1970: the system's, but where that has been set back, what it was and what has passed.
    fn ms(&mut self) -> i64 {
        let (wall, steady) = (self.clock.wall_ms(), self.clock.steady_ms());
        let passed = self.last.0 + (steady - self.last.1).max(0);
        let now = if wall < passed - SET_MS { passed } else { wall.max(self.last.0) };
        self.last = (now, steady);
        now
    }
}

/// A piece that is on.
struct OnPiece {
    placed: Placed,
    piece: Arc<Piece>,
    /// From where on it is shown, by its own tape time.
    from: i64,
    /// Its segments that are still to come as far as they have been read, as they stand in the piece itself.
    coming: VecDeque<Arc<Segment>>,
    /// The first of them as it stands on the channel.
    first: Option<Arc<Segment>>,
}

impl OnPiece {
    /// From its own tape time `from` on.
    fn begin(placed: Placed, piece: Arc<Piece>, from: i64) -> Self {
        Self { placed, piece, from, coming: VecDeque::new(), first: None }
    }

    /// Reads what follows tape time `shown` of the channel, if something of it has been shown.
    fn read(&mut self, shown: Option<i64>) -> std::io::Result<()> {
        let behind = shown.map(|shown| shown - self.placed.place.start + self.placed.piece.start);
        let own = behind.map_or(self.from, |behind| behind.max(self.from));
        self.coming = self.piece.segments(own)?.into();
        Ok(())
    }

    /// The segment that comes first of those that have been read.
    fn first(&mut self) -> Option<Arc<Segment>> {
        while self.first.is_none() {
            let own = self.coming.front()?;
            match self.placed.segment(own) {
                Some(first) => self.first = Some(Arc::new(first)),
                None => self.pass(),
            }
        }
        self.first.clone()
    }

    /// It is over.
    fn pass(&mut self) {
        self.coming.pop_front();
        self.first = None;
    }
}

pub(super) struct Own {
    /// Id of the channel.
    name: String,
    on_air: watch::Receiver<Arc<OnAir>>,
    sources: Sources,
    file: Arc<AirFile>,
    publish: watch::Sender<Arc<Snapshot>>,
    troubled: watch::Sender<bool>,
    now: Now,
    index: Index,
    /// The piece that is on.
    on: Option<OnPiece>,
    /// Pieces that could not be read, and when the one that is on is tried again.
    unread: Vec<Arc<Piece>>,
    again: Option<Instant>,
    /// The relay that is on.
    relaying: Option<Relaying>,
    /// Channels that are followed, and who tells that there is more of them.
    following: Vec<Following>,
    news: Arc<Notify>,
    /// What has been aired last of another tape: which, and up to when by its time.
    seen: Option<(u64, i64)>,
    /// It was on last.
    goes_on: bool,
    /// Offset behind what is on, and the continuity counters of what would come next.
    base: u64,
    counters: Vec<(u16, u8)>,
    /// The clocks up to which that goes; none: nobody knows.
    clocks: Option<Clocks>,
    /// Relays so far, and whether one was on last.
    relays: u32,
    is_behind_relay: bool,
    /// Tracks of what was on last that was prepared for this channel.
    house: Vec<Track>,
    epoch_ms: i64,
    since: u64,
    trouble: Option<Arc<Fault>>,
    began: i64,
}

impl Own {
    pub(super) fn new(
        name: String,
        (on_air, sources): (watch::Receiver<Arc<OnAir>>, Sources),
        file: Arc<AirFile>,
        clock: Clock,
        (publish, troubled): (watch::Sender<Arc<Snapshot>>, watch::Sender<bool>),
    ) -> Self {
        Self {
            name,
            on_air,
            sources,
            file,
            publish,
            troubled,
            now: Now::begin(clock),
            index: Index::default(),
            on: None,
            unread: Vec::new(),
            again: None,
            relaying: None,
            following: Vec::new(),
            news: Arc::default(),
            seen: None,
            goes_on: false,
            base: 0,
            counters: Vec::new(),
            clocks: None,
            relays: 0,
            is_behind_relay: false,
            house: Vec::new(),
            epoch_ms: 0,
            since: u64::MAX,
            trouble: None,
            began: i64::MAX,
        }
    }

    pub(super) async fn run(mut self, mut inbox: mpsc::Receiver<Command>, stop: CancellationToken) {
        let more = Arc::clone(&self.news);
        loop {
            let wake = self.step();
            tokio::select! {
                () = tokio::time::sleep_until(wake) => {}
                () = more.notified() => {}
                changed = self.on_air.changed() => if changed.is_err() {
                    // The channel is gone.
                    self.index.ended = true;
                    self.tell(Some(Arc::new(Fault::Ended)));
                    return;
                },
                Some(command) = inbox.recv() => answer(command),
                () = stop.cancelled() => {
                    self.index.ended = true;
                    self.tell(Some(Arc::new(Fault::Stopped)));
                    return;
                }
            }
        }
    }

    /// Shows what is on by now; says when there will be more.
    fn step(&mut self) -> Instant {
        let on_air = Arc::clone(&self.on_air.borrow_and_update());
        let now = (self.now.ms() - on_air.epoch_ms) * HZ / 1000;
        self.began = self.began.min(now);
        self.epoch_ms = on_air.epoch_ms;
        self.unread.retain(|piece| on_air.pieces.iter().any(|due| Arc::ptr_eq(&due.piece, piece)));
        let mut next = now + HZ;
        self.follow(&on_air, now);
        // What is on is shown to its end before something else begins.
        let mut news = self.relaying.is_some() && self.relayed(&on_air, now, &mut next);
        while self.relaying.is_none() {
            let shown = self.pieces(&on_air, now, &mut next);
            let joined = self.relayed(&on_air, now, &mut next);
            news |= shown | joined;
            if !joined {
                break;
            }
        }
        if self.relaying.is_some() {
            // What was foreseen of a piece comes later, or not at all.
            self.index.coming = None;
        }
        self.evict(now);
        let is_over = |last: &Arc<Segment>| last.end.is_some_and(|end| end + PATIENCE < now);
        let idle = self.index.segments.back().map_or(self.began + PATIENCE < now, is_over);
        if idle != self.trouble.is_some() {
            self.trouble = idle.then(|| Arc::new(Fault::Stalled));
            if idle {
                tracing::warn!(channel = self.name, "nothing is prepared for now");
            }
            news = true;
        }
        if news {
            self.tell(None);
        }
        let left = Duration::from_micros(((next - now).max(0) * 1_000_000 / HZ) as u64);
        Instant::now() + left.clamp(BREATH, LOOK)
    }

    /// Shows what is on by now of pieces; `next` becomes when there will be more. Says whether there is something new to see.
    fn pieces(&mut self, on_air: &OnAir, now: i64, next: &mut i64) -> bool {
        let mut news = false;
        // Each turn takes a segment, or ends it.
        while let Some(segment) = self.next(on_air, now) {
            let foreseen = self.index.coming.replace(Arc::clone(&segment));
            news |= foreseen.is_none_or(|known| known.sequence != segment.sequence);
            let Some(shown) = air::open(&segment, now) else {
                *next = (*next).min(over(&segment, None));
                break;
            };
            let complete = shown.is_complete();
            news |= self.show(shown, false);
            if !complete {
                *next = (*next).min(over(&segment, self.index.segments.back().map(|open| &**open)));
                break;
            }
            self.index.coming = None;
            if let Some(on) = &mut self.on {
                on.pass();
            }
        }
        news
    }

    /// The segment that is on, or the one that comes next; none: it is not known yet.
    fn next(&mut self, on_air: &OnAir, now: i64) -> Option<Arc<Segment>> {
        if let Some(segment) = self.of_piece() {
            return Some(segment);
        }
        let is_unread = |piece: &Arc<Piece>| self.unread.iter().any(|known| Arc::ptr_eq(known, piece));
        let may_come = |on: &&OnPiece| !on.piece.is_spoilt() && on.placed.end() > now;
        if self.on.as_ref().filter(may_come).is_some_and(|on| is_unread(&on.piece)) {
            return None;
        }
        let last = self.index.segments.back().and_then(|last| last.end);
        let from = last.unwrap_or(now - BACK);
        let follows = |due: &&Due| due.end() > from && last.is_none_or(|last| due.start >= last);
        let due = on_air.pieces.iter().filter(follows).find(|due| !is_unread(&due.piece))?;
        if due.start > now {
            return None;
        }
        let placed = self.place(on_air, due);
        let own = (from - due.start).max(0) + placed.piece.start;
        self.file.push(Arc::new(Aired::Piece(placed.clone(), Arc::clone(&due.piece))));
        self.counters = placed.counters();
        self.base = placed.place.base + due.piece.outline().bytes;
        self.on = Some(OnPiece::begin(placed, Arc::clone(&due.piece), own));
        self.again = None;
        self.of_piece()
    }

    /// The segment that is on, or comes next, of the piece that is on; none: it is over, or cannot be read just now.
    fn of_piece(&mut self) -> Option<Arc<Segment>> {
        let on = self.on.as_mut()?;
        let is_time = self.again.is_none_or(|again| again <= Instant::now());
        if on.coming.is_empty() && is_time && !on.piece.is_spoilt() {
            let shown = self.index.segments.back().and_then(|last| last.end);
            let read = on.read(shown);
            self.unread.retain(|piece| !Arc::ptr_eq(piece, &on.piece));
            self.again = None;
            if let Err(error) = read {
                tracing::error!(%error, channel = self.name, "a prepared piece cannot be read");
                self.unread.push(Arc::clone(&on.piece));
                self.again = Some(Instant::now() + AGAIN);
            }
        }
        on.first()
    }

    /// A piece where it stands: as it was reckoned, or behind what has been shown.
    fn place(&mut self, on_air: &OnAir, due: &Due) -> Placed {
        let reckoned = Place {
            start: due.start,
            wall_ms: on_air.epoch_ms + due.start * 1000 / HZ,
            sequence: due.sequence,
            discontinuity_sequence: due.discontinuity_sequence,
            run: due.run,
            base: self.base,
        };
        let place = self.index.segments.back().map_or(reckoned, |last| Place {
            sequence: last.sequence + 1,
            discontinuity_sequence: last.discontinuity_sequence + 1,
            run: last.run.number + 1,
            ..reckoned
        });
        (self.seen, self.goes_on) = (None, false);
        let placed = Placed::after(place, Arc::clone(due.piece.outline()), &self.counters);
        // Behind a relay the clock is marked as another.
        let before = self.clocks.take().filter(|_| !self.is_behind_relay);
        let (placed, clocks) = placed.eased(&due.piece.edges(), before);
        self.clocks = clocks;
        let placed = placed.with_texts(due.piece.texts());
        if !std::mem::take(&mut self.is_behind_relay) {
            return placed.with_list(self.relays);
        }
        let front = due.piece.read(0, FRONT.min(due.piece.outline().bytes)).unwrap_or_default();
        placed.behind_relay(self.relays, air::first_clock(&front, |_, _| true))
    }

    /// Puts a segment where it belongs; says whether a reader could see something new. Of a relay a raw reader has no more than the picture: behind that lie
    /// pictures that are not on yet.
    fn show(&mut self, segment: Segment, is_relayed: bool) -> bool {
        let parts = |segment: &Segment| segment.lanes.iter().map(|lane| lane.parts.len()).sum::<usize>();
        let mut before = (0, false);
        if let Some(open) = self.index.segments.pop_back_if(|last| last.sequence == segment.sequence) {
            before = (parts(&open), open.is_complete());
        }
        let news = before != (parts(&segment), segment.is_complete());
        self.since = self.since.min(segment.sequence);
        self.index.next_sequence = segment.sequence + 1;
        let picture = segment.lanes.first().and_then(|lane| Some(lane.extent()?.1));
        let reach = if is_relayed { picture.unwrap_or(segment.base) } else { air::reach(&segment) };
        self.file.set(0, reach);
        if !is_relayed || self.house.is_empty() {
            let own = segment.run.tracks.iter().filter(|track| !air::is_beside(track));
            self.house = own.cloned().collect();
        }
        self.index.segments.push_back(Arc::new(segment));
        news
    }

    fn evict(&mut self, now: i64) {
        let old = |oldest: &mut Arc<Segment>| oldest.end.is_some_and(|end| end < now - WINDOW);
        while self.index.segments.len() > 1 && self.index.segments.pop_front_if(old).is_some() {}
        if let Some(first) = self.index.segments.front() {
            self.file.set(first.first_byte(), 0);
        }
    }

    /// What may be read: with what is listed, and with what is firm.
    fn texts(&self) -> Vec<Name> {
        let of_runs = self.index.segments.iter().flat_map(|segment| segment.run.texts.all.iter());
        let mut all: BTreeSet<Name> = of_runs.map(|text| text.name).collect();
        for due in &self.on_air.borrow().pieces {
            all.extend(due.piece.text_names().iter().copied());
        }
        all.into_iter().collect()
    }

    fn tell(&mut self, fault: Option<Arc<Fault>>) {
        let last = self.index.segments.back();
        let tracks = last.map_or(Vec::new(), |last| offered(&last.run.tracks));
        let runs = last.map_or(0, |last| u64::from(last.run.number));
        self.publish.send_replace(Arc::new(Snapshot {
            index: self.index.clone(),
            since: self.since,
            tracks,
            waiting: if last.is_some() { Waiting::Nothing } else { Waiting::KeyFrame },
            mapped: last.is_some(),
            fault,
            trouble: self.trouble.clone(),
            counters: Counters { runs, bytes: self.file.end(), ..Counters::default() },
            texts: self.texts(),
            ..Snapshot::empty()
        }));
        self.troubled.send_if_modified(|told| {
            std::mem::replace(told, self.trouble.is_some()) != self.trouble.is_some()
        });
    }
}

/// Tracks as whoever plays the channel is to see them: sound that was made for a relay is there as any other, and what it was made of is not offered beside it.
fn offered(tracks: &[Track]) -> Vec<Track> {
    let own = tracks.iter().filter(|track| !air::is_beside(track)).map(|track| match track.origin {
        Origin::Derived { from } => Track { origin: Origin::Stream { pid: from.into() }, ..track.clone() },
        Origin::Stream { .. } => track.clone(),
    });
    own.collect()
}

/// Sound of a prepared piece is what every player can play: there is nothing to be made of it.
pub(super) fn answer(command: Command) {
    match command {
        Command::Derive(_, reply) => drop(reply),
        Command::Ask(asked) => drop(asked),
        Command::Rest(_) | Command::Warm(_) | Command::Made(_) => {}
    }
}

/// When the next part of a segment is over of which `shown` has been.
fn over(segment: &Segment, shown: Option<&Segment>) -> i64 {
    let end = segment.end.unwrap_or(segment.start + HZ);
    let next = segment.lanes.iter().filter_map(|lane| {
        let scale = segment.run.track(lane.track)?.timescale();
        let known = shown.and_then(|shown| shown.lane(lane.track)).map_or(0, |lane| lane.parts.len());
        let part = lane.parts.get(known)?;
        let frames = lane.frames.get(..(part.first + part.count) as usize)?;
        let length: i64 = frames.iter().map(|frame| i64::from(frame.duration)).sum();
        // Rounded down there, so a tick later here.
        Some(to_ticks(lane.start + length, scale) + 1)
    });
    next.min().map_or(end, |next| next.min(end))
}

#[cfg(test)]
mod tests;
