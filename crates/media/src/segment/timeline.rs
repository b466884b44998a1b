//! The index under construction: runs, segments and parts as the cutting track's frames arrive.

use super::sound::presume;
use super::{FIRST_PART, PART_TARGET, SEGMENT_MAXIMUM, SEGMENT_MINIMUM};
use crate::tape::{Frame, Index, Lane, Part, Recovery, Run, Segment, Setup, Texts, Track, TrackId};
use crate::time::{HZ, to_scale, to_ticks};
use std::collections::BTreeSet;
use std::sync::Arc;

mod mend;
mod rest;

/// The writer's side of an [`Index`].
pub(super) struct Timeline {
    pub(super) index: Index,
    run: Option<Arc<Run>>,
    runs: u32,
    discontinuity_sequence: u64,
    /// Still in the first group of pictures of a run that began after nothing or an interruption.
    first_segments: bool,
    /// End of the cutting track's last frame, in ticks.
    edge: i64,
    /// Samples of a run that is cut by its sound: at 44.1 kHz a frame is no whole number of ticks.
    samples: i64,
    /// Wall clock at tape time 0 of the run, milliseconds; slewed.
    wall_zero_ms: i64,
    /// Wall clock of the bytes that are being read, milliseconds.
    pub(super) now_ms: i64,
    /// Tracks that the next run will have, as the programme map tells.
    pub(super) planned: Vec<Track>,
    /// PAT and PMT of the programme, in packets.
    pub(super) tables: Vec<u8>,
    /// The last run ended because nothing came any more (or none has begun).
    pub(super) interrupted: bool,
    /// The source's clock has jumped: nothing is taken until a new run begins.
    suspended: bool,
    /// A track's format has changed: the next random access point begins a run.
    renewal: bool,
    /// The run began at a recovery point: its pictures that are still near that; all others before them were.
    pub(super) recovery: Option<Recovery>,
    /// Time (ticks) that the run's leading pictures may still take: [`LEADING`] in all.
    leading: i64,
    /// Derived tracks of the run in force that nobody needs just now: segments have empty lanes for them.
    pub(super) resting: BTreeSet<TrackId>,
    /// Time (ticks) of damaged pictures that were left out and that others are still to stand for.
    owed: i64,
}

/// Leading pictures are not shown. If each took its time all the same, everything behind them would be decoded so much later than it is
/// shown; if none took any, the first part would be complete so much later.
const LEADING: i64 = FIRST_PART;

/// `PROGRAM-DATE-TIME` follows the arrival by at most this per segment.
const SLEW_MS: i64 = 2;

impl Timeline {
    pub(super) fn new(sequence: u64) -> Self {
        Self {
            index: Index { next_sequence: sequence, ..Index::default() },
            run: None,
            runs: 0,
            discontinuity_sequence: 0,
            first_segments: true,
            edge: 0,
            samples: 0,
            wall_zero_ms: 0,
            now_ms: 0,
            planned: Vec::new(),
            tables: Vec::new(),
            interrupted: true,
            suspended: false,
            renewal: false,
            recovery: None,
            leading: 0,
            resting: BTreeSet::new(),
            owed: 0,
        }
    }

    /// Goes on where an earlier tape of the same channel ended, with a run of its own.
    pub(super) fn resume(past: Index) -> Option<Self> {
        let last = past.segments.back().cloned()?;
        Some(Self {
            edge: last.end?,
            runs: last.run.number + 1,
            discontinuity_sequence: last.discontinuity_sequence,
            index: Index { ended: false, ..past },
            ..Self::new(last.sequence + 1)
        })
    }

    /// End of the cutting track's last frame in ticks.
    pub(super) fn edge(&self) -> i64 {
        self.edge
    }

    /// The run in force.
    pub(super) fn run(&self) -> Option<&Arc<Run>> {
        self.run.as_ref()
    }

    /// Begins a run of the planned tracks at the edge, where the source's clock says `source_time` (ticks).
    pub(super) fn begin_run(&mut self, source_time: i64) {
        self.close_segment();
        let tracks = self.planned.clone();
        let run = Run {
            number: self.runs,
            start: self.edge,
            offset: self.edge - source_time,
            tracks,
            tables: self.tables.clone(),
            texts: Texts::default(),
        };
        self.first_segments = std::mem::take(&mut self.interrupted);
        self.wall_zero_ms = self.now_ms - self.edge * 1000 / HZ;
        self.runs += 1;
        self.suspended = false;
        self.renewal = false;
        self.recovery = None;
        self.leading = LEADING;
        self.owed = 0;
        self.samples = 0;
        self.run = Some(Arc::new(run));
    }

    /// Ends the run: nothing more will come that continues it.
    pub(super) fn end_run(&mut self) {
        self.show_out();
        self.close_segment();
        for position in 0..self.index.segments.len() {
            let open = self.index.segments[position].lanes.iter().filter(|lane| !lane.closed);
            for id in open.map(|lane| lane.track).collect::<Vec<_>>() {
                self.complete(position, id);
            }
        }
        self.run = None;
        self.interrupted = true;
    }

    /// Takes no frame of the cutting track until a new run begins.
    pub(super) fn suspend(&mut self) {
        self.show_out();
        self.close_segment();
        self.suspended = true;
    }

    /// See [`Self::suspend`].
    pub(super) fn suspended(&self) -> bool {
        self.suspended
    }

    /// A track can no longer be decoded as the run says.
    pub(super) fn renew(&mut self) {
        self.renewal = true;
    }

    /// Whether what comes needs a run of its own: the one in force is over, can no longer be decoded as it says, or is of other tracks than
    /// those that are planned.
    pub(super) fn outdated(&self) -> bool {
        let Some(run) = self.run.as_ref().filter(|_| !self.suspended && !self.renewal) else { return true };
        run.tracks.first().map(|track| track.id) != self.planned.first().map(|track| track.id)
            || !self
                .planned
                .iter()
                .all(|planned| run.track(planned.id).is_some_and(|track| track.origin == planned.origin))
    }

    /// Whether the run in force knows `id` from where it comes now: what has moved to another PID is found there from the next run on only.
    pub(super) fn carries(&self, id: TrackId) -> bool {
        let origin = |tracks: &[Track]| tracks.iter().find(|track| track.id == id).map(|track| track.origin);
        self.run.as_ref().is_some_and(|run| origin(&run.tracks) == origin(&self.planned))
    }

    /// Runs begun.
    pub(super) fn runs(&self) -> u64 {
        u64::from(self.runs)
    }

    /// Whether `id` is the track whose frames cut parts and segments.
    pub(super) fn is_cut_by(&self, id: TrackId) -> bool {
        self.planned.first().is_some_and(|track| track.id == id)
    }

    /// What a decoder needs for `id` has become known: it holds for all segments of the run in force.
    pub(super) fn set_up(&mut self, id: TrackId, setup: &Setup) {
        let Some(run) = &mut self.run else { return };
        if let Some(track) = Arc::make_mut(run).tracks.iter_mut().find(|track| track.id == id) {
            track.setup = Some(setup.clone());
        }
        let run = Arc::clone(run);
        self.tell_segments(id, &run);
    }

    /// The same for the run of a segment, which may be over.
    fn set_up_in(&mut self, position: usize, id: TrackId, setup: &Setup) {
        let mut run = Arc::clone(&self.index.segments[position].run);
        if self.run.as_ref().is_some_and(|in_force| in_force.number == run.number) {
            return self.set_up(id, setup);
        }
        if let Some(track) = Arc::make_mut(&mut run).tracks.iter_mut().find(|track| track.id == id) {
            track.setup = Some(setup.clone());
        }
        self.tell_segments(id, &run);
    }

    fn tell_segments(&mut self, id: TrackId, run: &Arc<Run>) {
        for segment in self.index.segments.iter_mut().filter(|segment| segment.run.number == run.number) {
            let segment = Arc::make_mut(segment);
            segment.run = Arc::clone(run);
            // Lanes were opened in ticks of a track whose rate nobody knew.
            if let (Some(track), start) = (run.track(id), segment.start)
                && let Some(lane) =
                    segment.lanes.iter_mut().find(|lane| lane.track == id && lane.frames.is_empty())
            {
                lane.start = to_scale(start, track.timescale());
            }
        }
    }

    /// A frame of the track that cuts; `duration` in the track's timescale. Says whether something was closed.
    pub(super) fn cut(&mut self, id: TrackId, frame: Frame, timescale: u32) -> bool {
        self.append(id, frame, timescale, Role::Usual)
    }

    /// As [`Timeline::cut`], for a recovery point.
    pub(super) fn cut_recovery_point(&mut self, id: TrackId, frame: Frame, timescale: u32) -> bool {
        self.append(id, frame, timescale, Role::RecoveryPoint)
    }

    fn append(&mut self, id: TrackId, mut frame: Frame, timescale: u32, role: Role) -> bool {
        let Some(run) = self.run.clone().filter(|run| !self.suspended && run.track(id).is_some()) else {
            return false;
        };
        let leading = role == Role::Leading;
        let ticks = to_ticks(i64::from(frame.duration), timescale);
        let closes = !leading && self.index.segments.back().is_some_and(|open| open.end.is_none()) && {
            let open = self.index.segments.back().expect("just seen");
            let length = self.edge - open.start;
            if self.first_segments {
                let limit = if open.start == run.start { FIRST_PART } else { PART_TARGET };
                (frame.random_access && !run_of_sound(&run)) || length + ticks > limit
            } else {
                (frame.random_access && length >= SEGMENT_MINIMUM) || length + ticks > SEGMENT_MAXIMUM
            }
        };
        if closes {
            if (frame.random_access && !run_of_sound(&run)) || self.edge - run.start >= SEGMENT_MINIMUM {
                self.first_segments = false;
            }
            self.close_segment();
        }
        if self.index.segments.back().is_none_or(|last| last.end.is_some()) {
            self.open_segment(&run, frame.begin);
        }
        let segment = Arc::make_mut(self.index.segments.back_mut().expect("one is open"));
        let (sound, begun) = (run_of_sound(&run), to_scale(run.start, timescale));
        let lane = segment
            .lanes
            .iter_mut()
            .find(|lane| lane.track == id)
            .expect("every track of the run has a lane");
        if lane.frames.is_empty() {
            lane.start = if sound { begun + self.samples } else { to_scale(segment.start, timescale) };
        } else if role == Role::RecoveryPoint {
            frame.random_access = false;
        }
        let target = if leading { u32::MAX } else { to_scale(PART_TARGET, timescale) as u32 };
        let parted = lane.push(frame, target);
        if sound {
            self.samples += i64::from(frame.duration);
        }
        if let Some(near) = self.recovery.take().filter(|near| near.count > 0) {
            segment.recovery.get_or_insert(Recovery { count: 0, stand_ins: 0, ..near }).count += 1;
            self.recovery = Some(Recovery { count: near.count - 1, ..near });
        }
        self.edge = if sound { run.start + to_ticks(self.samples, timescale) } else { self.edge + ticks };
        closes || parted
    }

    /// A reference picture that would be presented before the run's first one. Later ones count on its place in the decoder's buffer, so
    /// it is kept, to be presented in an instant behind the run's first, and in the same part: a part that began with it would claim
    /// to begin there. `false`: there is no recovery point near.
    pub(super) fn stand_in(&mut self, id: TrackId, frame: Frame) -> bool {
        let Some(near) = self.recovery.as_mut().filter(|near| near.count > 0) else { return false };
        near.stand_ins += 1;
        let presented = self.run.as_ref().map_or(0, |run| run.start) + i64::from(near.stand_ins);
        let composition = (presented - self.edge) as i32;
        // A tick at least: no two pictures are decoded at one time.
        let duration = i64::from(frame.duration).min(self.leading).max(1);
        self.leading -= duration;
        self.append(id, Frame { composition, duration: duration as u32, ..frame }, HZ as u32, Role::Leading);
        let segment = self.index.segments.back_mut().map(Arc::make_mut);
        if let Some(recovery) = segment.and_then(|segment| segment.recovery.as_mut()) {
            recovery.stand_ins += 1;
        }
        true
    }

    /// A picture that would be presented before the run's first one: it refers to what was before that, and nobody could show it.
    /// The frame before it stands for its `duration` too, as long as that fits into a part, so that decoding times keep near to
    /// presentation times.
    pub(super) fn pass_over(&mut self, id: TrackId, duration: i64) {
        if let Some(near) = &mut self.recovery {
            near.count = near.count.saturating_sub(1);
        }
        let Some(open) = self.index.segments.back_mut().filter(|segment| segment.end.is_none()) else {
            return;
        };
        let lane = Arc::make_mut(open).lanes.iter_mut().find(|lane| lane.track == id);
        let Some(lane) = lane else { return };
        let first = lane.parts.last().map_or(0, |part| (part.first + part.count) as usize);
        let length: i64 = lane.frames[first..].iter().map(|frame| i64::from(frame.duration)).sum();
        if let Some(last) = lane.frames[first..].last_mut() {
            let more = duration.min(PART_TARGET - length).min(self.leading).max(0);
            last.duration += more as u32;
            self.leading -= more;
            self.edge += more;
        }
    }

    /// A frame of another track, by its time in that track's timescale. `false`: it must wait for the cutting track.
    pub(super) fn place(&mut self, id: TrackId, time: i64, frame: Frame, timescale: u32) -> bool {
        let ticks = to_ticks(time, timescale);
        if ticks >= self.edge && self.run.is_some() {
            return false;
        }
        for position in self.first_open(id)..self.index.segments.len() {
            let segment = &self.index.segments[position];
            if segment.end.is_some_and(|end| ticks >= end) {
                self.complete(position, id);
                continue;
            }
            if ticks < segment.start {
                // The segment that it belongs to has been given up.
                return true;
            }
            let end_before = self.end_before(position, id);
            let segment = Arc::make_mut(&mut self.index.segments[position]);
            if let Some(lane) = segment.lanes.iter_mut().find(|lane| lane.track == id && !lane.closed) {
                let target = to_scale(PART_TARGET, timescale) as u32;
                match end_before.filter(|_| lane.frames.is_empty() && frame.duration > 0) {
                    Some(end) => lane.push_behind(end, time, frame, target),
                    None => {
                        if lane.frames.is_empty() {
                            lane.start = time;
                        }
                        lane.push(frame, target);
                    }
                }
            }
            return true;
        }
        true
    }

    /// A frame of sound, by its time in samples, of a run that is over: it goes where it belongs if that is still open, behind
    /// silence for what is missing before it.
    pub(super) fn place_behind(&mut self, id: TrackId, time: i64, frame: Frame, setup: &Setup) {
        let (Some(header), open) = (setup.header(), self.first_open(id)) else { return };
        let ticks = to_ticks(time, header.rate);
        let holds =
            |segment: &Arc<Segment>| segment.end.is_some_and(|end| (segment.start..end).contains(&ticks));
        let Some(behind) = self.index.segments.range(open..).position(holds) else { return };
        for position in open..open + behind {
            self.complete(position, id);
        }
        let position = open + behind;
        match self.index.segments[position].run.track(id) {
            Some(track) if track.setup.is_none() => self.set_up_in(position, id, setup),
            Some(track) if track.timescale() == header.rate => {}
            _ => return,
        }
        let start = self.lane_start(position, id, header.rate);
        let segment = Arc::make_mut(&mut self.index.segments[position]);
        let Some(lane) = segment.lanes.iter_mut().find(|lane| lane.track == id && !lane.closed) else {
            return;
        };
        if lane.frames.is_empty() {
            lane.start = start;
        }
        let (target, half) = (to_scale(PART_TARGET, header.rate) as u32, i64::from(header.samples / 2));
        while lane.start + lane.duration() + half < time {
            lane.push(Frame::silent(header.samples), target);
        }
        if lane.start + lane.duration() <= time + half {
            lane.push(frame, target);
        }
    }

    /// What has not come for runs that are over, `patience` (ticks) after it should have, is silence: a short run must not stay open
    /// because nobody has the time to miss its sound.
    pub(super) fn give_up(&mut self, id: TrackId, patience: i64) {
        let Some(number) = self.run.as_ref().map(|run| run.number) else { return };
        for position in self.first_open(id)..self.index.segments.len() {
            let segment = &self.index.segments[position];
            if segment.run.number == number || segment.end.is_none_or(|end| self.edge - end <= patience) {
                return;
            }
            self.complete(position, id);
        }
    }

    /// Where a lane without frames begins, in samples: where the one before ends, if that is of the same run.
    fn lane_start(&self, position: usize, id: TrackId, rate: u32) -> i64 {
        let start = self.index.segments[position].start;
        self.end_before(position, id).unwrap_or_else(|| to_scale(start, rate))
    }

    /// Where the lane of `id` ends in the segment before, if that is of the same run and holds frames.
    fn end_before(&self, position: usize, id: TrackId) -> Option<i64> {
        let before = self.index.segments.get(position.checked_sub(1)?)?;
        let lane =
            before.lane(id).filter(|_| before.run.number == self.index.segments[position].run.number)?;
        (!lane.frames.is_empty()).then(|| lane.start + lane.duration())
    }

    /// Position of the first segment whose lane for `id` is open.
    fn first_open(&self, id: TrackId) -> usize {
        let closed = |segment: &Arc<Segment>| segment.lane(id).is_none_or(|lane| lane.closed);
        let behind = self.index.segments.iter().rev().take_while(|segment| !closed(segment)).count();
        self.index.segments.len() - behind
    }

    /// Closes lanes that reach their segment's end although no later frame has come: `covered` in ticks.
    pub(super) fn cover(&mut self, id: TrackId, covered: i64) {
        for position in self.first_open(id)..self.index.segments.len() {
            if self.index.segments[position].end.is_none_or(|end| covered < end) {
                return;
            }
            self.complete(position, id);
        }
    }

    /// Nothing more will come for the lane of `id` in an ended segment. Sound that ends before its picture, as it does when
    /// a source goes away, goes on as silence: players take the end of one for the end of both.
    fn complete(&mut self, position: usize, id: TrackId) {
        let unheard = self.index.segments[position].run.track(id).filter(|track| track.setup.is_none());
        if let Some(kind) = unheard.map(|track| track.kind).filter(|kind| kind.is_audio()) {
            self.set_up_in(position, id, &presume(kind).1);
        }
        let header = self.index.segments[position].run.track(id).and_then(|track| track.header().copied());
        let start = header.map(|header| self.lane_start(position, id, header.rate));
        let segment = Arc::make_mut(&mut self.index.segments[position]);
        let Some(lane) = segment.lanes.iter_mut().find(|lane| lane.track == id && !lane.closed) else {
            return;
        };
        if let (Some(header), Some(end)) = (header.filter(|header| header.samples > 0), segment.end) {
            if lane.frames.is_empty() {
                lane.start = start.unwrap_or_else(|| to_scale(segment.start, header.rate));
            }
            let mut next = lane.start + lane.duration();
            while to_ticks(next, header.rate) < end {
                lane.push(Frame::silent(header.samples), to_scale(PART_TARGET, header.rate) as u32);
                next += i64::from(header.samples);
            }
        }
        lane.close();
    }

    fn open_segment(&mut self, run: &Arc<Run>, base: u64) {
        let discontinuity = run.start == self.edge
            && self.index.segments.back().is_some_and(|last| last.run.number != run.number);
        let first_of_run = self.index.segments.back().is_none_or(|last| last.run.number != run.number);
        self.discontinuity_sequence += u64::from(discontinuity);
        let expected = self.wall_zero_ms + self.edge * 1000 / HZ;
        if !first_of_run {
            self.wall_zero_ms += (self.now_ms - expected).clamp(-SLEW_MS, SLEW_MS);
        }
        self.index.segments.push_back(Arc::new(Segment {
            sequence: self.index.next_sequence,
            run: Arc::clone(run),
            discontinuity,
            discontinuity_sequence: self.discontinuity_sequence,
            start: self.edge,
            end: None,
            wall_ms: self.wall_zero_ms + self.edge * 1000 / HZ,
            base,
            recovery: None,
            lanes: run.tracks.iter().map(|track| self.lane(track.id)).collect(),
        }));
        self.index.next_sequence += 1;
    }

    fn close_segment(&mut self) {
        let edge = self.edge;
        let Some(open) = self.index.segments.back_mut().filter(|segment| segment.end.is_none()) else {
            return;
        };
        let segment = Arc::make_mut(open);
        segment.end = Some(edge);
        if let Some(lane) = segment.lanes.first_mut() {
            lane.close();
        }
    }
}

/// What a frame of the track that cuts is to its segment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Usual,
    /// Decoding may begin here if nothing is told of the past, and that is left out only where a segment begins ([`crate::cmaf::Entry`]).
    RecoveryPoint,
    /// It stays in the part of the picture before it.
    Leading,
}

/// A run without pictures is cut by its sound, of which every frame is a random access point.
fn run_of_sound(run: &Run) -> bool {
    run.tracks.first().is_some_and(|track| track.kind.is_audio())
}

impl Lane {
    pub(crate) fn new(track: TrackId) -> Self {
        Self { track, start: 0, frames: Vec::new(), parts: Vec::new(), closed: false }
    }

    /// Adds the first frame, at `time`, behind a lane that ends at `end`. What stood for sound that had not come yet ends with a whole frame
    /// at the segment's end: the rest is silence too, and what is left of a frame makes the last one longer.
    fn push_behind(&mut self, end: i64, time: i64, frame: Frame, target: u32) {
        let (missing, duration) = (time - end, i64::from(frame.duration));
        if missing < 0 {
            return;
        }
        self.start = end;
        let (whole, rest) = (missing / duration, (missing % duration) as u32);
        for left in (0..whole).rev() {
            let longer = if left == 0 { rest } else { 0 };
            self.push(Frame::silent(frame.duration + longer), target);
        }
        let longer = if whole == 0 { rest } else { 0 };
        self.push(Frame { duration: frame.duration + longer, ..frame }, target);
    }

    /// Adds a frame; closes the part before it if the frame does not fit in. Says whether it did.
    pub(crate) fn push(&mut self, frame: Frame, target: u32) -> bool {
        let first = self.parts.last().map_or(0, |part| (part.first + part.count) as usize);
        let duration: u32 = self.frames[first..].iter().map(|frame| frame.duration).sum();
        let full = self.frames.len() > first && duration + frame.duration > target;
        if full {
            self.part(first, duration);
        }
        self.frames.push(frame);
        full
    }

    /// Nothing more will come: the rest is the last part.
    pub(crate) fn close(&mut self) {
        if self.closed {
            return;
        }
        self.closed = true;
        let first = self.parts.last().map_or(0, |part| (part.first + part.count) as usize);
        if first < self.frames.len() {
            let duration = self.frames[first..].iter().map(|frame| frame.duration).sum();
            self.part(first, duration);
        }
        self.frames.shrink_to_fit();
        self.parts.shrink_to_fit();
    }

    fn part(&mut self, first: usize, duration: u32) {
        let count = (self.frames.len() - first) as u32;
        let independent = self.frames[first].random_access;
        self.parts.push(Part { first: first as u32, count, duration, independent });
    }
}
