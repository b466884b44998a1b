//! Sound: frames timed by counting samples, holes filled with whole frames of silence, so that every lane of sound
//! is without gap within a run.

use super::timeline::Timeline;
use super::{JUMP, LATE, SEGMENT_MINIMUM};
use crate::codec::audio::{self, FrameHeader, Splitter};
use crate::codec::{aac, ac3, mpa};
use crate::tape::{Frame, Run, Setup, TrackId};
use crate::time::{to_scale, to_ticks};
use crate::ts::clock::nearest;
use crate::ts::psi::Kind;
use std::collections::VecDeque;

mod tap;

pub use tap::Tapped;

/// Frames kept from before a run: two seconds at 48 kHz AAC.
const EARLY_LIMIT: usize = 100;
/// Frames that wait for what cuts: more than half a minute. What comes no further within that time is given up.
const WAITING_LIMIT: usize = 2048;
/// So many frames in a row with another format are no damage.
const STRANGE: u32 = 4;
/// So many PES packets in a row that begin with a frame of another codec are no damage.
const FOREIGN: u32 = 2;
/// A lane of silence is filled by at most this many frames at a time (40 s at 48 kHz): a bound, never reached on air.
const FILL_LIMIT: i64 = 2048;

/// One track of sound of the source, or one derived from it.
pub(super) struct Sound {
    pub(super) track: TrackId,
    pub(super) kind: Kind,
    splitter: Splitter,
    /// Elementary bytes seen.
    position: u64,
    /// Position, tape offset and time stamp of the PES packets that frames may begin in: the last two.
    units: VecDeque<(u64, u64, Option<u64>)>,
    /// Run whose clock is in use, and its offset.
    run: Option<(u32, i64)>,
    header: Option<FrameHeader>,
    /// Time of the next frame in samples.
    next: Option<i64>,
    late: bool,
    waiting: VecDeque<(i64, Frame)>,
    /// Frames that came before the run began, with their time stamps: it may begin before them.
    early: VecDeque<(Option<u64>, FrameHeader, Frame, Vec<u8>)>,
    tap: Option<Vec<Tapped>>,
    torn: bool,
    /// The newest frames of a stretch without hole and the times of the first, should a transcoder be started: from [`crate::past::PRE_ROLL`] before the
    /// oldest segment that is not over on.
    recent: VecDeque<(i64, Vec<u8>)>,
    /// Of a derived sound: the picture's edge when it was asked for (ticks).
    asked: Option<i64>,
    /// Frames in a row whose header is not what the run says.
    strange: u32,
    /// PES packets in a row that begin with a frame of another codec than announced.
    foreign: u32,
    /// Frames of silence put in.
    pub(super) filled: u64,
    /// Frames not used because they, or bytes before them, were damaged.
    pub(super) damaged: u64,
    /// Bytes were lost: nobody knows the time of a frame before the next time stamp.
    untimed: bool,
    /// It comes on another PID than the run in force knows.
    moved: bool,
    /// A frame's checksum was right once, so that a wrong one tells something.
    checked: bool,
}

impl Sound {
    pub(super) fn new(track: TrackId, kind: Kind) -> Self {
        Self {
            track,
            kind,
            splitter: Splitter::new(kind),
            position: 0,
            units: VecDeque::new(),
            run: None,
            header: None,
            next: None,
            late: false,
            waiting: VecDeque::new(),
            early: VecDeque::new(),
            tap: None,
            torn: true,
            recent: VecDeque::new(),
            asked: None,
            strange: 0,
            foreign: 0,
            filled: 0,
            damaged: 0,
            untimed: false,
            moved: false,
            checked: false,
        }
    }

    /// What goes on in its place when its stream is gone: the same times, and no frames.
    pub(super) fn shadow(&self) -> Self {
        Self {
            run: self.run,
            header: self.header,
            next: self.next,
            late: self.late,
            waiting: self.waiting.clone(),
            filled: self.filled,
            ..Self::new(self.track, self.kind)
        }
    }

    /// What goes on in its place when it comes on another PID: silence until a run begins that knows that one.
    pub(super) fn moved(shadow: Self) -> Self {
        Self { moved: true, untimed: true, late: true, ..shadow }
    }

    /// That run has begun: it is timed by its clock alone.
    fn arrive(&mut self, timeline: &mut Timeline) {
        if std::mem::take(&mut self.moved) {
            self.settle(timeline);
            self.waiting.clear();
            (self.run, self.next) = (None, None);
            self.torn = true;
        }
    }

    /// A derived sound, asked for when the picture's edge is at `edge` (ticks).
    pub(super) fn asked(track: TrackId, edge: i64) -> Self {
        Self { asked: Some(edge), ..Self::new(track, Kind::AacAdts) }
    }

    /// A PES packet begins at tape offset `begin`, with these elementary bytes.
    pub(super) fn unit(&mut self, begin: u64, pts: Option<u64>, front: &[u8]) {
        // No layer of MPEG audio has the number that is zero in an ADTS header (ISO/IEC 11172-3 §2.4.2.3).
        let foreign = self.kind == Kind::MpegAudio && aac::adts(front).is_some();
        self.foreign = if foreign { self.foreign + 1 } else { 0 };
        if self.units.len() == 2 {
            self.units.pop_front();
        }
        self.units.push_back((self.position, begin, pts));
    }

    /// Elementary bytes out of a packet that ends at tape offset `end`.
    pub(super) fn payload(&mut self, bytes: &[u8], end: u64, timeline: &mut Timeline) {
        if self.units.is_empty() {
            return;
        }
        let mut frames: Vec<(Vec<u8>, FrameHeader, i64)> = Vec::new();
        self.splitter.push(bytes, |frame, header, at| frames.push((frame.to_vec(), header, at)));
        for (frame, header, at) in frames {
            let start = (self.position as i64 + at).max(0) as u64;
            self.whole_frame(&frame, header, start, end, timeline);
        }
        self.position += bytes.len() as u64;
    }

    /// It was announced as MPEG audio, and is AAC.
    pub(super) fn is_mistaken(&self) -> bool {
        self.foreign >= FOREIGN
    }

    /// Bytes were lost: a frame begun is not continued.
    pub(super) fn broken(&mut self) {
        // Whatever was lost belonged to a frame at least.
        self.damaged += u64::from(!self.untimed);
        self.splitter.reset();
        self.untimed = true;
        // They may have been those of the frame that is lost.
        self.units.iter_mut().for_each(|unit| unit.2 = None);
    }

    fn whole_frame(
        &mut self,
        bytes: &[u8],
        header: FrameHeader,
        start: u64,
        end: u64,
        timeline: &mut Timeline,
    ) {
        let Some(&(unit, begin, _)) = self.units.iter().rev().find(|unit| unit.0 <= start) else { return };
        // A time stamp belongs to the first frame that starts in its PES packet; it is used once.
        let pts = self.units.iter_mut().rev().find(|unit| unit.0 <= start).and_then(|unit| unit.2.take());
        let Ok(skip) = u16::try_from(start - unit) else { return };
        self.untimed &= pts.is_none();
        if self.untimed {
            // The hole is silence where it was, not before the next time stamp.
            self.damaged += 1;
            return;
        }
        if self.is_damaged(bytes) {
            self.damaged += 1;
            self.torn = true;
            match self.next {
                Some(_) if header.samples > 0 => self.silence(1, timeline),
                _ => self.untimed = true,
            }
            return;
        }
        let frame = Frame {
            begin,
            length: (end - begin) as u32,
            duration: header.samples,
            composition: 0,
            skip,
            random_access: true,
        };
        if !timeline.carries(self.track) && !timeline.is_cut_by(self.track) {
            if self.early.len() == EARLY_LIMIT {
                self.early.pop_front();
            }
            self.early.push_back((pts, header, frame, bytes.to_vec()));
            return;
        }
        self.catch_up(timeline);
        self.timed_frame(pts, header, frame, bytes, timeline);
    }

    /// Times what came before there was a run to time it by.
    fn catch_up(&mut self, timeline: &mut Timeline) {
        if timeline.carries(self.track) {
            self.arrive(timeline);
        }
        for (pts, header, frame, bytes) in std::mem::take(&mut self.early) {
            self.timed_frame(pts, header, frame, &bytes, timeline);
        }
    }

    /// Whether a frame's checksum says that it must not be heard. That of ADTS, which hardly anybody sends, is not looked at: only a decoder
    /// knows which bits it is over (ISO/IEC 14496-3 §1.A.2.2.2).
    fn is_damaged(&mut self, bytes: &[u8]) -> bool {
        let sound = match self.kind {
            Kind::Ac3 | Kind::Eac3 => Some(ac3::is_sound(bytes)),
            Kind::MpegAudio => mpa::is_sound(bytes),
            _ => None,
        };
        let Some(sound) = sound else { return false };
        self.checked |= sound;
        !sound && self.checked
    }

    fn timed_frame(
        &mut self,
        pts: Option<u64>,
        header: FrameHeader,
        frame: Frame,
        bytes: &[u8],
        timeline: &mut Timeline,
    ) {
        self.describe(bytes, header, timeline);
        if timeline.is_cut_by(self.track) && timeline.run().is_some() && timeline.outdated() {
            // Nothing else cuts: the new run begins here, or with the next time stamp.
            let Some(pts) = pts else { return };
            self.adopt(header);
            self.waiting.clear();
            self.next = None;
            self.strange = 0;
            timeline.begin_run(pts as i64);
            timeline.set_up(self.track, &setup(self.kind, bytes, header));
        } else if self.strange > 0 {
            return;
        }
        let mut time = self.time_of(pts, header, timeline);
        if let (None, true, Some(pts)) = (time, timeline.is_cut_by(self.track), pts) {
            self.next = None;
            timeline.begin_run(pts as i64);
            timeline.set_up(self.track, &setup(self.kind, bytes, header));
            time = self.time_of(Some(pts), header, timeline);
        }
        let Some(time) = time else { return };
        self.accept(time, frame, bytes, header, timeline);
    }

    /// Frames made by a transcoder, each with its time in samples.
    pub(super) fn derived(&mut self, time: i64, bytes: &[u8], begin: u64, timeline: &mut Timeline) {
        let Some(header) = aac::adts(bytes) else { return };
        if !self.describe(bytes, header, timeline) {
            return;
        }
        let Some(run) = timeline.run() else { return };
        let length = bytes.len() as u32;
        let frame =
            Frame { begin, length, duration: header.samples, composition: 0, skip: 0, random_access: true };
        if to_ticks(time, header.rate) < run.start {
            // Made of sound from before the run.
            timeline.place_behind(self.track, time, frame, &setup(self.kind, bytes, header));
            self.next = Some(time + i64::from(header.samples));
            return;
        }
        self.run = Some((run.number, run.offset));
        self.accept(time, frame, bytes, header, timeline);
    }

    /// Whether the frame can be decoded as the run says. The first frame of a run says it; what is listed must not change, so a
    /// header that says something else is damage, or, if it stays so, a reason for a new run.
    fn describe(&mut self, bytes: &[u8], header: FrameHeader, timeline: &mut Timeline) -> bool {
        let known =
            timeline.run().and_then(|run| run.track(self.track)).and_then(|track| track.header().copied());
        if let Some(known) = known {
            if (known.rate, known.channels, known.samples) == (header.rate, header.channels, header.samples) {
                self.strange = 0;
                self.adopt(header);
                return true;
            }
            self.strange += 1;
            if self.strange >= STRANGE {
                timeline.renew();
            }
            return false;
        }
        self.strange = 0;
        self.adopt(header);
        timeline.set_up(self.track, &setup(self.kind, bytes, header));
        true
    }

    fn adopt(&mut self, header: FrameHeader) {
        if self.header.is_some_and(|old| old.rate != header.rate) {
            // What waits and what was counted is in samples of another length.
            self.next = None;
            self.waiting.clear();
        }
        self.header = Some(header);
    }

    /// The time of a frame in samples, by its time stamp where that is credible, else as counted ([`Self::accept`] rounds the one to the other).
    fn time_of(&mut self, pts: Option<u64>, header: FrameHeader, timeline: &Timeline) -> Option<i64> {
        let run = timeline.run()?;
        let Some(pts) = pts else { return self.next };
        let at = |offset: i64| {
            let ticks = nearest(pts as i64, timeline.edge() - offset) + offset;
            to_scale(ticks, header.rate)
        };
        if let (Some((number, offset)), Some(next)) = (self.run, self.next)
            && (at(offset) - next).abs() <= to_scale(JUMP, header.rate)
        {
            if number == run.number || to_ticks(at(offset), header.rate) < run.start {
                return Some(at(offset));
            }
            // Beyond the end of its run: shown where the new clock has a place for it, else not at all.
            let moved = at(run.offset);
            if !begins(run, moved, header.rate) {
                return None;
            }
            self.run = Some((run.number, run.offset));
            self.next = None;
            self.torn = true;
            return Some(moved);
        }
        if self.next.is_some() && timeline.is_cut_by(self.track) {
            // The clock of a programme without pictures has jumped: a new run, here.
            return None;
        }
        if self.run.map(|(number, _)| number) != Some(run.number) {
            self.run = Some((run.number, run.offset));
            self.next = None;
            self.torn = true;
        }
        Some(at(run.offset))
    }

    fn accept(
        &mut self,
        mut time: i64,
        frame: Frame,
        bytes: &[u8],
        header: FrameHeader,
        timeline: &mut Timeline,
    ) {
        let Some(run) = timeline.run() else { return };
        let samples = i64::from(header.samples.max(1));
        let current = self.run.is_none_or(|(number, _)| number == run.number);
        if current && to_ticks(time, header.rate) < run.start {
            self.next = Some(time + samples);
            return;
        }
        if self.next.is_none() {
            // The first of the run: whole frames of silence stand before it.
            let start = to_scale(self.begin(run, timeline), header.rate);
            let missing = (time - start).div_euclid(samples).clamp(0, FILL_LIMIT);
            self.next = Some(time - missing * samples);
        }
        if let Some(next) = self.next {
            let missing = (time - next + samples / 2).div_euclid(samples);
            if missing < 0 {
                self.torn = true;
                // It is there again, if behind the silence that stands for it: what follows is waited for.
                self.late = false;
                return;
            }
            if missing > 0 {
                self.silence(missing.min(FILL_LIMIT), timeline);
                self.torn = true;
                time = self.next.unwrap_or(time).max(time - samples / 2);
            } else {
                time = next;
            }
        }
        self.late = false;
        self.keep(time, bytes, header, timeline);
        self.next = Some(time + i64::from(header.samples));
        self.waiting.push_back((time, frame));
        self.settle(timeline);
        if self.waiting.len() > WAITING_LIMIT {
            // What it waits for does not come.
            self.waiting.pop_front();
            self.torn = true;
        }
    }

    /// Appends `count` frames of silence after the last frame.
    fn silence(&mut self, count: i64, timeline: &mut Timeline) {
        let Some(header) = self.header else { return };
        for _ in 0..count {
            let Some(next) = self.next else { return };
            self.waiting.push_back((next, Frame::silent(header.samples)));
            self.next = Some(next + i64::from(header.samples));
            self.filled += 1;
        }
        self.settle(timeline);
    }

    /// Moves into the index what the picture has reached, and fills what is late.
    pub(super) fn settle(&mut self, timeline: &mut Timeline) {
        let Some(rate) = self.header.map(|header| header.rate) else { return };
        if timeline.is_cut_by(self.track) {
            for (_, frame) in self.waiting.drain(..) {
                timeline.cut(self.track, frame, rate);
            }
            return;
        }
        self.cross(rate, timeline);
        while let Some((time, frame)) = self.waiting.front() {
            if !timeline.place(self.track, *time, *frame, rate) {
                break;
            }
            self.waiting.pop_front();
        }
        if self.waiting.is_empty()
            && let Some(next) = self.next
        {
            timeline.cover(self.track, to_ticks(next, rate));
        }
    }

    /// A run has begun: what waits was timed by the clock of the one before, and is moved to the new one or dropped.
    fn cross(&mut self, rate: u32, timeline: &Timeline) {
        let (Some((number, offset)), Some(run)) = (self.run, timeline.run()) else { return };
        if number == run.number || self.waiting.is_empty() {
            return;
        }
        let moved = to_scale(run.offset - offset, rate);
        let waiting =
            std::mem::take(&mut self.waiting).into_iter().map(|(time, frame)| (time + moved, frame));
        self.waiting = waiting.filter(|(time, _)| begins(run, *time, rate)).collect();
        self.torn = true;
        if let Some((time, frame)) = self.waiting.back() {
            self.next = Some(time + i64::from(frame.duration));
            self.run = Some((run.number, run.offset));
        }
    }

    /// From when on it is to be there in `run` (ticks): what a derived sound was not asked for in time is made when somebody wants it.
    fn begin(&self, run: &Run, timeline: &Timeline) -> i64 {
        match self.asked {
            Some(_) => timeline.open_since(self.track).max(run.start),
            None => run.start,
        }
    }

    /// Called when the picture's edge has moved: sound missing for too long becomes silence.
    pub(super) fn follow(&mut self, timeline: &mut Timeline) {
        if timeline.carries(self.track) {
            self.catch_up(timeline);
        }
        self.settle(timeline);
        timeline.give_up(self.track, LATE);
        let Some(run) = timeline.run() else { return };
        let (edge, number, offset) = (timeline.edge(), run.number, run.offset);
        let start = self.begin(run, timeline);
        let rate = self.header.map_or(48_000, |header| header.rate);
        let stale = self.run.is_some_and(|(old, _)| old != number);
        let covered = self.next.filter(|_| !stale).map_or(start, |next| to_ticks(next, rate).max(start));
        // It cannot be missed before it was asked for.
        let due = self.asked.map_or(covered, |asked| covered.max(asked));
        if !self.late && edge - due <= LATE {
            return;
        }
        self.late = true;
        if self.header.is_none() {
            let (header, setup) = presume(self.kind);
            self.header = Some(header);
            timeline.set_up(self.track, &setup);
        }
        if stale || self.next.is_none() {
            self.run = Some((number, offset));
            self.next = Some(to_scale(covered, rate));
        }
        self.torn = true;
        let samples = i64::from(self.header.map_or(1024, |header| header.samples.max(1)));
        let missing = (to_scale(edge, rate) - self.next.unwrap_or(0)).div_euclid(samples) + 1;
        self.silence(missing.clamp(0, FILL_LIMIT), timeline);
    }

    /// The source is gone: what waits will never be shown.
    pub(super) fn interrupt(&mut self) {
        self.splitter.reset();
        self.units.clear();
        self.waiting.clear();
        self.early.clear();
        self.recent.clear();
        self.next = None;
        self.run = None;
        self.late = false;
        self.torn = true;
    }
}

/// Whether `time` (in samples of `rate`) lies in the first seconds of a run.
fn begins(run: &Run, time: i64, rate: u32) -> bool {
    (run.start..run.start + SEGMENT_MINIMUM).contains(&to_ticks(time, rate))
}

/// What silence is made of where no frame has ever come.
pub(super) fn presume(kind: Kind) -> (FrameHeader, Setup) {
    let front = audio::presumed(kind);
    let header = audio::header(kind, &front).or_else(|| aac::adts(&front));
    let header = header.unwrap_or(FrameHeader { length: 0, samples: 1024, rate: 48_000, channels: 2 });
    (header, setup(kind, &front, header))
}

/// What a decoder must know, from the first bytes of a frame.
pub(crate) fn setup(kind: Kind, bytes: &[u8], header: FrameHeader) -> Setup {
    if kind == Kind::AacAdts
        && let Some(config) = aac::specific_config(bytes)
    {
        return Setup::Aac { header, config };
    }
    let mut front = [0; 8];
    for (to, from) in front.iter_mut().zip(bytes) {
        *to = *from;
    }
    Setup::Audio { header, front }
}
