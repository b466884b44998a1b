//! Sound that is made when somebody asks for it: what it will be like, of what it is made, and where it then lies.
//!
//! - Frames of AAC can be counted before they are made: a whole segment that has the source of a derived sound, but not that sound, gets a lane
//!   of [promised](Frame::is_promised) frames ([`promise`]). So it can be listed at once, and what is listed does not change when it is made.
//! - Promised frames follow what was made as it came, without a gap: they are counted on from what is before them, or back from what is behind them,
//!   or, if there is neither, from the beginning of the run.
//! - A [`Stretch`] is made at once: whole promised segments of one run, with [`PRE_ROLL`] frames of the source before them, so that neither decoder
//!   nor encoder begins where somebody listens, and [`POST_ROLL`] behind them, for the encoder looks ahead.
//! - What was made is one ADTS frame for each promised one, in order, and nothing else; with the stretch's name ([`Place`]) that tells where each belongs.
//!
//! Files, filters and who asks belong to the server.

use crate::cmaf::{Elementary, Missing};
use crate::codec::aac;
use crate::codec::audio::{self, FrameHeader};
use crate::segment::{PART_TARGET, setup};
use crate::tape::{Frame, Index, Lane, Origin, PAST, Run, Segment, Setup, Track, TrackId, source_id};
use crate::time::{HZ, to_scale, to_ticks};
use crate::ts::psi::Kind;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::{Error, ErrorKind};
use std::ops::Range;
use std::sync::Arc;

/// Frames of the source that are decoded before those that are wanted.
pub const PRE_ROLL: usize = 8;
/// Frames of the source behind them: the encoder looks two frames ahead.
pub const POST_ROLL: usize = 4;
/// Segments are made together up to this length (ticks): starting ffmpeg takes as long as making some seconds, and whoever seeks waits for all of it.
const LENGTH: i64 = 16 * HZ;
/// Segments made together at most, where they are as short as parts.
const SEGMENTS: usize = 64;
/// Samples of a frame of AAC.
const SAMPLES: i64 = 1024;
/// Bits of an offset within what was made of a stretch; the sequence of its first segment stands above them.
const WITHIN: u32 = 24;

/// Promises derived track `id` to all whole segments that have what it is made from, and not it.
pub(crate) fn promise(index: &mut Index, id: TrackId) {
    let known = known(index, id);
    let mut begin = 0;
    while let Some(run) = index.segments.get(begin).map(|segment| Arc::clone(&segment.run)) {
        let same = index.segments.range(begin..).take_while(|segment| segment.run.number == run.number);
        let range = begin..begin + same.count();
        begin = range.end;
        let Some(track) = promised_track(&run, id, &known) else { continue };
        let gaps = gaps(index, range.clone(), id);
        if gaps.is_empty() {
            continue;
        }
        if run.track(id) != Some(&track) {
            describe(index, range.clone(), &track);
        }
        for gap in gaps {
            fill(index, &range, gap, id, track.timescale());
        }
    }
}

/// What sound `id` was like when it was made, and of what.
fn known(index: &Index, id: TrackId) -> Vec<(Kind, FrameHeader, Setup)> {
    let mut known: Vec<(Kind, FrameHeader, Setup)> = Vec::new();
    let mut last = None;
    for run in index.segments.iter().map(|segment| &segment.run) {
        if last == Some(run.number) {
            continue;
        }
        last = Some(run.number);
        let source = run.track(source_id(id)).and_then(|track| Some((track.kind, *track.header()?)));
        let made = run.track(id).and_then(|track| track.setup.clone());
        if let (Some((kind, header)), Some(made)) = (source, made) {
            known.retain(|(other, like, _)| *other != kind || !alike(like, &header));
            known.push((kind, header, made));
        }
    }
    known
}

fn alike(one: &FrameHeader, other: &FrameHeader) -> bool {
    (one.rate, one.channels, one.samples) == (other.rate, other.channels, other.samples)
}

/// Track `id` as `run` is to have it; `None`: it cannot be told what will be made.
fn promised_track(run: &Run, id: TrackId, known: &[(Kind, FrameHeader, Setup)]) -> Option<Track> {
    let from = run.track(source_id(id))?;
    if let Some(track) = run.track(id).filter(|track| track.setup.is_some()) {
        return Some(track.clone());
    }
    let header = from.header()?;
    let before = known.iter().find(|(kind, like, _)| *kind == from.kind && alike(like, header));
    let setup = match (before, from.kind) {
        (Some((_, _, setup)), _) => setup.clone(),
        (None, Kind::Ac3 | Kind::Eac3 | Kind::MpegAudio) => {
            // Stereo at the rate of the source: so the filter is told to make it.
            let frame = aac::frame(header.rate, 2, aac::silence(2))?;
            setup(Kind::AacAdts, &frame, aac::adts(&frame)?)
        }
        // Only what was decoded tells the rate of AAC that may have its spectral band replicated.
        _ => return None,
    };
    let origin = Origin::Derived { from: from.id };
    Some(Track { id, kind: Kind::AacAdts, origin, setup: Some(setup), ..from.clone() })
}

/// Tells all segments of a run that it has `track`.
fn describe(index: &mut Index, range: Range<usize>, track: &Track) {
    let mut run = Arc::clone(&index.segments[range.start].run);
    let tracks = &mut Arc::make_mut(&mut run).tracks;
    match tracks.iter_mut().find(|known| known.id == track.id) {
        Some(known) => known.clone_from(track),
        None => tracks.push(track.clone()),
    }
    for segment in index.segments.range_mut(range) {
        let segment = Arc::make_mut(segment);
        segment.run = Arc::clone(&run);
        if segment.lane(track.id).is_none() {
            segment.lanes.push(Lane::empty(track.id));
        }
    }
}

/// Where in `range` the sound is missing and could be made: positions of segments that follow each other.
fn gaps(index: &Index, range: Range<usize>, id: TrackId) -> Vec<Range<usize>> {
    let is_missing = |segment: &Segment| {
        segment.is_complete()
            && segment.lane(id).is_none_or(|lane| lane.frames.is_empty())
            && segment.lane(source_id(id)).is_some_and(|lane| !lane.frames.is_empty())
    };
    let mut gaps: Vec<Range<usize>> = Vec::new();
    for at in range.filter(|at| is_missing(&index.segments[*at])) {
        match gaps.last_mut().filter(|gap| gap.end == at) {
            Some(gap) => gap.end += 1,
            None => gaps.push(at..at + 1),
        }
    }
    gaps
}

/// Promises what is missing in `gap`, in samples of `rate` a second.
fn fill(index: &mut Index, run: &Range<usize>, gap: Range<usize>, id: TrackId, rate: u32) {
    let lane =
        |at: usize| index.segments[at].lane(id).filter(|lane| run.contains(&at) && !lane.frames.is_empty());
    let before = gap.start.checked_sub(1).and_then(lane).map(|lane| lane.start + lane.duration());
    let behind = (gap.end < run.end).then(|| lane(gap.end)).flatten().map(|lane| lane.start);
    let first = to_scale(index.segments[gap.start].start, rate);
    let zero = behind.unwrap_or_else(|| to_scale(index.segments[gap.start].run.start, rate));
    // The first whole frame that begins in the gap.
    let mut next = before.unwrap_or_else(|| first + (zero - first).rem_euclid(SAMPLES));
    let target = to_scale(PART_TARGET, rate) as u32;
    for segment in index.segments.range_mut(gap) {
        let segment = Arc::make_mut(segment);
        let end = segment.end.unwrap_or(segment.start);
        let mut lane = Lane { start: next, ..Lane::new(id) };
        while to_ticks(next, rate) < end && behind.is_none_or(|behind| next < behind) {
            // What is left of a frame makes the last one longer.
            let left = behind.map_or(i64::MAX, |behind| behind - next);
            let samples = if left < 2 * SAMPLES { left } else { SAMPLES };
            lane.push(Frame::promised(samples as u32), target);
            next += samples;
        }
        lane.close();
        match segment.lanes.iter_mut().find(|known| known.track == id) {
            Some(known) => *known = lane,
            None => segment.lanes.push(lane),
        }
    }
}

/// What a stretch is called: as long as a tape promises the same, it means the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The derived track.
    pub track: TrackId,
    /// Sequence of its first segment.
    pub first: u64,
    /// Sequence of its last segment.
    pub last: u64,
    /// When its first frame begins, in samples.
    pub time: i64,
}

impl Place {
    /// Offset, as frames have it, of the first byte of what was made.
    pub fn offset(&self) -> u64 {
        PAST + (self.first << WITHIN)
    }

    /// First sequence of the stretch whose bytes lie at `offset`, and where within them; `None`: it is no offset of such bytes.
    pub fn at(offset: u64) -> Option<(u64, u64)> {
        let place = offset.checked_sub(PAST)?;
        Some((place >> WITHIN, place & ((1 << WITHIN) - 1)))
    }

    /// The segments, if all of them are there and promised as the place says.
    fn segments<'a>(&self, index: &'a Index) -> Option<Vec<&'a Arc<Segment>>> {
        if self.last < self.first || self.last - self.first >= SEGMENTS as u64 {
            return None;
        }
        let segments: Vec<_> =
            (self.first..=self.last).map(|sequence| index.segment(sequence)).collect::<Option<_>>()?;
        let is_promised = |segment: &&Arc<Segment>| segment.lane(self.track).is_some_and(Lane::is_promised);
        let begins = segments[0].lane(self.track)?.start == self.time;
        (begins && segments.iter().all(is_promised)).then_some(segments)
    }
}

/// Segments whose sound is made at once.
pub struct Stretch {
    /// Which.
    pub place: Place,
    /// Codec of the source.
    pub kind: Kind,
    /// Samples per second of what is made.
    rate: u32,
    channels: u8,
    /// Where each frame is to begin, in samples.
    slots: Vec<i64>,
    source: Track,
    /// From where to where, in ticks.
    span: (i64, i64),
    /// Frames of the source with their times in its samples, by segment.
    frames: Vec<Vec<(i64, Frame)>>,
}

/// What goes into the filter of a stretch.
pub struct Input {
    /// Whole frames as they were broadcast.
    pub bytes: Vec<u8>,
    /// Samples per second of what comes out; times and counts are in these.
    pub rate: u32,
    /// So many samples are to be left out at the beginning of what is decoded: then frames come out that begin where they are promised.
    pub trim: i64,
    /// How many samples have gone in before, those left out not counted, and the time of the next: one for each part without a hole.
    pub begins: Vec<(i64, i64)>,
}

impl Stretch {
    /// The stretch that begins with the promised segment `sequence`; `None`: nothing is promised there.
    pub fn plan(index: &Index, id: TrackId, sequence: u64) -> Option<Self> {
        let first = index.segment(sequence)?;
        let promised = |segment: &&Arc<Segment>| {
            segment.run.number == first.run.number && segment.lane(id).is_some_and(Lane::is_promised)
        };
        let at = index.segments.partition_point(|segment| segment.sequence < sequence);
        let whole = |segment: &&Arc<Segment>| {
            segment.sequence == sequence || segment.end.is_some_and(|end| end <= first.start + LENGTH)
        };
        let segments: Vec<&Arc<Segment>> =
            index.segments.range(at..).take(SEGMENTS).take_while(promised).take_while(whole).collect();
        let lanes: Vec<&Lane> = segments.iter().filter_map(|segment| segment.lane(id)).collect();
        let (start, last) = (lanes.first()?.start, lanes.last()?);
        let place = Place { track: id, first: sequence, last: segments.last()?.sequence, time: start };
        let made = first.run.track(id)?;
        let (rate, channels) = made.header().map(|header| (header.rate, header.channels))?;
        let source = first.run.track(source_id(id))?.clone();
        let span = (to_ticks(start, rate), to_ticks(last.start + last.duration(), rate));
        let slots = lanes.iter().flat_map(|lane| (0..lane.frames.len()).map(|at| lane.time(at))).collect();
        let frames = frames(index, at..at + segments.len(), &source, span);
        Some(Self { place, kind: source.kind, rate, channels, slots, source, span, frames })
    }

    /// What is to go into the filter; `read` gives the bytes of a range of the stream. `None`: the source itself was silent.
    ///
    /// # Errors
    /// They are gone, or are not what was written.
    pub fn input<'a>(
        &self,
        mut read: impl FnMut(u64, u64) -> std::io::Result<Cow<'a, [u8]>>,
    ) -> Result<Option<Input>, Missing> {
        let Origin::Stream { pid } = self.source.origin else { return Err(Missing::NotThere) };
        let from = self.source.timescale();
        let moved = |samples: i64| (i128::from(samples) * i128::from(self.rate) / i128::from(from)) as i64;
        let (mut bytes, mut begins, mut fed) = (Vec::new(), Vec::new(), 0);
        let mut expected = None;
        let within = |(time, frame): &(i64, Frame)| {
            let (begin, end) = (to_ticks(*time, from), to_ticks(time + i64::from(frame.duration), from));
            frame.length > 0 && begin < self.span.1 && end > self.span.0
        };
        if !self.frames.iter().flatten().any(within) {
            return Ok(None);
        }
        for frames in &self.frames {
            let own = || frames.iter().filter(|(_, frame)| frame.length > 0);
            let begin = own().map(|(_, frame)| frame.begin).min();
            let end = own().map(|(_, frame)| frame.begin + u64::from(frame.length)).max();
            let Some((begin, end)) = begin.zip(end) else { continue };
            let packets = read(begin, end).map_err(|source| Missing::Bytes { begin, end, source })?;
            let mut elementary = Elementary::default();
            for (time, frame) in own() {
                let range =
                    (frame.begin - begin) as usize..(frame.begin - begin) as usize + frame.length as usize;
                elementary.collect(packets.get(range).unwrap_or(&[]), pid, frame.begin);
                let found = elementary.bytes.get(usize::from(frame.skip)..).unwrap_or(&[]);
                let header = audio::header(self.kind, found).filter(|header| header.length <= found.len());
                let header = header.ok_or_else(|| {
                    // It was read when it came.
                    let source =
                        Error::new(ErrorKind::InvalidData, "no frame of sound stands there any more");
                    Missing::Bytes { begin, end, source }
                })?;
                let samples = if self.kind == Kind::AacLatm { frame.duration } else { header.samples };
                if expected != Some(*time) {
                    begins.push((moved(fed), moved(*time)));
                }
                bytes.extend_from_slice(&found[..header.length]);
                expected = Some(time + i64::from(samples));
                fed += i64::from(samples);
            }
        }
        // Something should have been there.
        let (Some((_, start)), Some(slot)) = (begins.first().copied(), self.slots.first()) else {
            return Err(Missing::NotThere);
        };
        let trim = (slot - start).rem_euclid(SAMPLES);
        for (fed, time) in &mut begins {
            match *fed {
                0 => *time += trim,
                _ => *fed -= trim,
            }
        }
        Ok(Some(Input { bytes, rate: self.rate, trim, begins }))
    }

    /// What was made, put in order: `come` are ADTS frames without a hole, with the time of the first. Where nothing has come is silence. `None`: it is not
    /// sound as it was promised, or none at all.
    pub fn made(&self, come: &[(i64, Vec<u8>)]) -> Option<Vec<u8>> {
        let mut frames: Vec<Option<&[u8]>> = vec![None; self.slots.len()];
        let mut any = false;
        for (time, bytes) in come {
            let (mut time, mut rest) = (*time, &bytes[..]);
            while let Some(header) = aac::adts(rest) {
                let (frame, more) = rest.split_at_checked(header.length)?;
                if (header.rate, header.channels) != (self.rate, self.channels) {
                    return None;
                }
                // The slot that it is nearest to: behind a hole it may begin up to half a frame beside.
                let at = self.slots.partition_point(|slot| *slot < time + SAMPLES / 2).checked_sub(1);
                let slot = at.filter(|at| time - self.slots[*at] <= SAMPLES / 2);
                if let Some(slot) = slot.and_then(|at| frames.get_mut(at)).filter(|slot| slot.is_none()) {
                    *slot = Some(frame);
                    any = true;
                }
                time += SAMPLES;
                rest = more;
            }
        }
        any.then(|| self.joined(&frames)).flatten()
    }

    /// The same of a source that was silent.
    pub fn silent(&self) -> Option<Vec<u8>> {
        self.joined(&vec![None; self.slots.len()])
    }

    fn joined(&self, frames: &[Option<&[u8]>]) -> Option<Vec<u8>> {
        let silence = aac::frame(self.rate, self.channels, aac::silence(self.channels))?;
        let made: Vec<u8> = frames.iter().flat_map(|frame| frame.unwrap_or(&silence)).copied().collect();
        (made.len() < 1 << WITHIN).then_some(made)
    }
}

/// Frames of `source` in the segments at `range`, and around them as many as are wanted to make what lies between two times (ticks).
fn frames(
    index: &Index,
    range: Range<usize>,
    source: &Track,
    (begin, end): (i64, i64),
) -> Vec<Vec<(i64, Frame)>> {
    let number = index.segments[range.start].run.number;
    let rate = source.timescale();
    let of = |segment: &Arc<Segment>| -> Vec<(i64, Frame)> {
        let Some(lane) = segment.lane(source.id) else { return Vec::new() };
        let mut time = lane.start;
        let timed = lane.frames.iter().map(|frame| {
            let begun = time;
            time += i64::from(frame.duration);
            (begun, *frame)
        });
        timed.collect()
    };
    let same = |segment: &&Arc<Segment>| segment.run.number == number;
    let is_before = |(time, frame): &(i64, Frame)| to_ticks(time + i64::from(frame.duration), rate) <= begin;
    let is_behind = |(time, _): &(i64, Frame)| to_ticks(*time, rate) >= end;
    let mut out: VecDeque<Vec<(i64, Frame)>> = index.segments.range(range.clone()).map(of).collect();
    let mut before = out.iter().flatten().filter(|frame| is_before(frame)).count();
    for segment in index.segments.range(..range.start).rev().take_while(same) {
        if before >= PRE_ROLL {
            break;
        }
        let frames = of(segment);
        before += frames.iter().filter(|frame| is_before(frame)).count();
        out.push_front(frames);
    }
    let mut left_out = before.saturating_sub(PRE_ROLL);
    for frames in &mut out {
        let count = frames.iter().take_while(|frame| is_before(frame)).count().min(left_out);
        frames.drain(..count);
        left_out -= count;
    }
    let mut behind = out.iter().flatten().filter(|frame| is_behind(frame)).count();
    for segment in index.segments.range(range.end..).take_while(same) {
        if behind >= POST_ROLL {
            break;
        }
        let mut frames = of(segment);
        let inside = frames.iter().filter(|frame| !is_behind(frame)).count();
        frames.truncate(inside + POST_ROLL - behind);
        behind += frames.len() - inside.min(frames.len());
        out.push_back(frames);
    }
    out.into()
}

/// Puts what was made of the stretch at `place` into the index. `false`, and nothing is changed: the tape does not promise that any more, or `made` is damaged.
pub fn install(index: &mut Index, place: &Place, made: &[u8]) -> bool {
    let Some(segments) = place.segments(index) else { return false };
    let (mut rest, mut begin) = (made, place.offset());
    let mut lanes: VecDeque<Lane> = VecDeque::new();
    for segment in segments {
        let Some(mut lane) = segment.lane(place.track).cloned() else { return false };
        for frame in &mut lane.frames {
            let Some(length) =
                aac::adts(rest).map(|header| header.length).filter(|length| *length <= rest.len())
            else {
                return false;
            };
            *frame = Frame { begin, length: length as u32, ..*frame };
            (rest, begin) = (&rest[length..], begin + length as u64);
        }
        lanes.push_back(lane);
    }
    if !rest.is_empty() {
        return false;
    }
    let from = index.segments.partition_point(|segment| segment.sequence < place.first);
    for (segment, made) in index.segments.range_mut(from..).zip(lanes) {
        let lanes = &mut Arc::make_mut(segment).lanes;
        lanes.iter_mut().filter(|lane| lane.track == made.track).for_each(|lane| lane.clone_from(&made));
    }
    true
}
