//! A run of another tape that is still being written, as it stands on a channel of one's own: a live channel as a slot.
//!
//! - It begins with one of that run's segments. Sequences go on, its times are moved so that nothing lies between it and what was on before, and nothing is
//!   copied: a frame's bytes lie where the source's tape has them ([`Relay::segment`], [`Relay::retime`]).
//! - Each of the channel's tracks is one of the source's ([`cast`]); what the source has not is silence, so that renditions of a session go on.
//! - Of the bytes only those of frames that are aired are given; packets of others are null packets (ISO/IEC 13818-1 §2.4.3.3), so a raw reader never
//!   meets a picture before the join or behind the end.
//! - Where it ends in the middle of a segment, that is closed there ([`close`]).

use std::sync::Arc;

use super::{Counter, Place, map_pid, set_version};
use crate::codec::audio;
use crate::mpegts::retime;
use crate::segment::{PART_TARGET, setup};
use crate::tape::{Frame, Index, Lane, Origin, Part, Run, Segment, Setup, Texts, Track, TrackId};
use crate::time::{HZ, to_scale, to_ticks};
use crate::ts::packet::{NULL_PID, PACKET, Packet};
use crate::ts::psi::Kind;

/// Names of picture and first sound where nothing was on before, as in a prepared piece.
const PICTURE: TrackId = 0;
const SOUND: TrackId = 1;
/// Sounds as they were broadcast, beside what is made of them, are called so and the next.
const BROADCAST: TrackId = 0x40;
/// Sounds that a channel has at most.
const SOUNDS: usize = 8;
/// Samples of a frame of silence, and its rate where no sound of the channel is known.
const SILENT_SAMPLES: u32 = 1024;
/// Offsets of sounds that are made: those of each relay lie so far apart.
const APART: u32 = 40;

/// What stands for a track of the channel: a track of the source, or silence.
pub type Role = (TrackId, Option<TrackId>);

/// Which track of `source` stands for which of the channel, whose tracks have been `house` so far: the picture for the picture, for each sound the one in
/// its language, or the first. Sounds that a decoder may not know come along under names of their own, for those who code a picture anew.
pub fn cast(source: &Run, house: &[Track]) -> Vec<Role> {
    let mut roles: Vec<Role> = Vec::new();
    if let Some(picture) = source.tracks.iter().find(|track| track.kind.is_video()) {
        let own = house.iter().find(|track| track.kind.is_video()).map_or(PICTURE, |track| track.id);
        roles.push((own, Some(picture.id)));
    }
    let known: Vec<&Track> =
        source.tracks.iter().filter(|track| track.kind == Kind::AacAdts && track.setup.is_some()).collect();
    let mut sounds: Vec<(TrackId, Option<[u8; 3]>)> = house
        .iter()
        .filter(|track| track.kind.is_audio() && track.id < BROADCAST)
        .map(|track| (track.id, track.language))
        .collect();
    if sounds.is_empty() {
        for track in &known {
            if sounds.iter().all(|(_, language)| *language != track.language) && sounds.len() < SOUNDS {
                sounds.push((SOUND + sounds.len() as TrackId, track.language));
            }
        }
    }
    if sounds.is_empty() {
        sounds.push((SOUND, None));
    }
    roles.extend(sounds.into_iter().map(|(own, language)| {
        let same = known.iter().find(|track| track.language == language).or(known.first());
        (own, same.map(|track| track.id))
    }));
    let foreign = source.tracks.iter().filter(|track| {
        track.kind.is_audio() && track.kind != Kind::AacAdts && matches!(track.origin, Origin::Stream { .. })
    });
    roles.extend(
        foreign.take(SOUNDS).zip(BROADCAST..).map(|(track, own): (&Track, TrackId)| (own, Some(track.id))),
    );
    roles
}

/// Whether a track is a sound as it was broadcast, which stands beside what was made of it.
pub fn is_beside(track: &Track) -> bool {
    track.id >= BROADCAST
}

/// A segment of the run in force that can be begun with: it begins at `from` or later, there are `lag` ticks already from its beginning on, and each of `sounds` is
/// there in it. The newest of them, or the `oldest`.
pub fn entry<'a>(
    index: &'a Index,
    lag: i64,
    sounds: &[TrackId],
    from: i64,
    oldest: bool,
) -> Option<&'a Arc<Segment>> {
    let last = index.segments.back()?;
    let edge = covered(last)?;
    let of_run = index.segments.iter().rev().take_while(|segment| segment.run.number == last.run.number);
    let mut all = of_run.take_while(|segment| segment.start >= from).filter(|segment| {
        let first = segment.lanes.first().and_then(|lane| lane.frames.first());
        let is_heard = |id: &TrackId| {
            segment.lane(*id).is_some_and(|lane| !lane.frames.is_empty() && !lane.is_promised())
        };
        segment.start + lag <= edge
            && first.is_some_and(|frame| frame.random_access)
            && sounds.iter().all(is_heard)
    });
    if oldest { all.last() } else { all.next() }
}

/// Up to which time (ticks) the cutting track of a segment has come.
fn covered(segment: &Segment) -> Option<i64> {
    let lane = segment.lanes.first()?;
    let scale = segment.run.track(lane.track)?.timescale();
    Some(to_ticks(lane.start + lane.duration(), scale))
}

/// Of a PID: from where to where its packets are aired, by the source's offsets.
#[derive(Clone, Copy, Debug)]
struct Window {
    pid: u16,
    begin: u64,
    /// Behind the last frame that is aired so far.
    reached: u64,
    /// What is added to its continuity counters.
    shift: u8,
}

/// A sound that was made, in a file of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// Track here.
    pub own: TrackId,
    /// Track there.
    pub source: TrackId,
    /// What it says there that it was made from.
    pub from: TrackId,
    /// Offset there of its first frame that is aired.
    first: Option<u64>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Relay {
    /// Where it stands.
    pub place: Place,
    /// Sequence of its first segment on the source's tape.
    pub first: u64,
    /// Number of this relay on the channel: names its offsets of sounds that were made, and the version of its programme list.
    number: u32,
    /// Number of the run there, tape time there at which it begins, and what its clock is off.
    source: u32,
    start: i64,
    offset: i64,
    /// Offset there of its first byte.
    base: u64,
    roles: Vec<Role>,
    run: Arc<Run>,
    silent: Option<Setup>,
    windows: Vec<Window>,
    sides: Vec<Side>,
    map_pid: Option<u16>,
    /// Nothing behind what has been reached is aired.
    over: bool,
    /// Offset there of the packet whose clock does not go on from what was on before.
    mark: Option<u64>,
}

impl Relay {
    /// From `first` on, at `place`, with these roles; `house` are the tracks that were on before, `number` counts relays of the channel from 1.
    pub fn begin(place: Place, first: &Segment, roles: Vec<Role>, house: &[Track], number: u32) -> Self {
        let silent =
            house.iter().find(|track| track.kind == Kind::AacAdts).and_then(|track| track.setup.clone());
        let side = |(own, source): &Role| {
            let track = first.run.track((*source)?)?;
            let Origin::Derived { from } = track.origin else { return None };
            Some(Side { own: *own, source: track.id, from, first: None })
        };
        let sides = roles.iter().filter_map(side).collect();
        let mut relay = Self {
            place,
            first: first.sequence,
            number,
            source: first.run.number,
            start: first.start,
            offset: first.run.offset,
            base: first.first_byte(),
            roles,
            run: Arc::clone(&first.run),
            silent,
            windows: Vec::new(),
            sides,
            map_pid: map_pid(&first.run.tables),
            over: false,
            mark: None,
        };
        relay.run = Arc::new(relay.cast_run(&first.run, house));
        relay
    }

    /// The source's run as it stands here.
    fn cast_run(&self, source: &Run, house: &[Track]) -> Run {
        let language =
            |own: TrackId| house.iter().find(|track| track.id == own).and_then(|track| track.language);
        let track = |(own, from): &Role| match from.and_then(|from| source.track(from)) {
            Some(track) => {
                let origin = match track.origin {
                    Origin::Derived { .. } => Origin::Derived { from: *own },
                    stream @ Origin::Stream { .. } => stream,
                };
                Track { id: *own, origin, ..track.clone() }
            }
            None => Track {
                id: *own,
                kind: Kind::AacAdts,
                origin: Origin::Derived { from: *own },
                language: language(*own),
                audio_type: 0,
                setup: self.silent.clone().or_else(presumed),
            },
        };
        let mut tables = source.tables.clone();
        tables.chunks_exact_mut(PACKET).for_each(|packet| self.version(packet));
        Run {
            number: self.place.run,
            start: self.place.start,
            offset: 0,
            tracks: self.roles.iter().map(track).collect(),
            tables,
            texts: Texts { from: source.texts.from - self.start + self.place.start, ..source.texts.clone() },
        }
    }

    /// The run here.
    pub fn run(&self) -> &Arc<Run> {
        &self.run
    }

    /// Sounds that were made, and lie in files of their own.
    pub fn sides(&self) -> &[Side] {
        &self.sides
    }

    /// Some sound of the channel is silence because the source had none for it.
    pub fn is_mute(&self) -> bool {
        self.roles.iter().any(|(_, source)| source.is_none())
    }

    /// Whether a segment of the source belongs to it.
    pub fn takes(&self, source: &Segment) -> bool {
        source.run.number == self.source && source.sequence >= self.first
    }

    /// Learns of a segment what was not known before: what decoders need, and where the packets of each track begin. `before`: the continuity counters of what
    /// would come next on the channel. Says whether what decoders need has changed.
    pub fn learn(
        &mut self,
        source: &Segment,
        before: &[(u16, u8)],
        mut read: impl FnMut(u64, u64) -> Option<Vec<u8>>,
    ) -> bool {
        let shift = |pid: u16, own: u8| {
            let next = before.iter().find(|(known, _)| *known == pid).map_or(own, |(_, next)| *next);
            next.wrapping_sub(own) & 0x0F
        };
        for (_, track) in self.roles.clone() {
            let Some(track) = track.and_then(|id| source.run.track(id)) else { continue };
            let lane = source.lane(track.id);
            let frame = lane.and_then(|lane| lane.frames.iter().find(|frame| frame.length > 0));
            let Some(begin) = frame.map(|frame| frame.begin) else { continue };
            match track.origin {
                Origin::Stream { pid } if self.windows.iter().all(|window| window.pid != pid) => {
                    let packet = read(begin, begin + PACKET as u64);
                    let own = packet.as_deref().and_then(Packet::new).map_or(0, |packet| packet.continuity());
                    self.windows.push(Window { pid, begin, reached: begin, shift: shift(pid, own) });
                }
                Origin::Stream { .. } => {}
                Origin::Derived { .. } => {
                    if let Some(side) = self.sides.iter_mut().find(|side| side.source == track.id) {
                        side.first.get_or_insert(begin);
                    }
                }
            }
        }
        let before = &self.run.tracks;
        let known = self.roles.iter().zip(before).any(|((_, from), track)| {
            from.and_then(|from| source.run.track(from)).is_some_and(|now| now.setup != track.setup)
        });
        if known {
            let house = self.run.tracks.clone();
            self.run = Arc::new(self.cast_run(&source.run, &house));
        }
        known
    }

    /// Notes where tables and the clock begin in the relay's first bytes, as the source has them.
    pub fn learn_front(&mut self, front: &[u8], before: &[(u16, u8)], marked: bool) {
        let mut counters: Vec<Counter> = Vec::new();
        Counter::note(&mut counters, front);
        for pid in [Some(0), self.map_pid].into_iter().flatten() {
            let Some(own) = counters.iter().find(|own| own.pid == pid) else { continue };
            let next = before.iter().find(|(known, _)| *known == pid).map_or(own.first, |(_, next)| *next);
            let shift = next.wrapping_sub(own.first) & 0x0F;
            self.windows.push(Window { pid, begin: 0, reached: u64::MAX, shift });
        }
        self.mark = first_clock(front, |at, pid| marked && self.is_aired(self.base + at, pid))
            .map(|at| self.base + at);
    }

    /// A segment of the source as it stands here; what of it has been by `now` is for [`super::open`] to say. `None`: it belongs to another run.
    pub fn segment(&self, source: &Segment) -> Option<Segment> {
        let nth = source.sequence.checked_sub(self.first).filter(|_| source.run.number == self.source)?;
        let into = source.start - self.start;
        let mut lanes: Vec<Lane> = Vec::with_capacity(self.roles.len());
        for (own, from) in &self.roles {
            let lane = from.and_then(|from| source.lane(from));
            lanes.push(match (lane, from) {
                (Some(lane), _) => self.lane(*own, lane),
                (None, Some(_)) => Lane::empty(*own),
                (None, None) => self.silence(*own, source),
            });
        }
        Some(Segment {
            sequence: self.place.sequence + nth,
            run: Arc::clone(&self.run),
            discontinuity: nth == 0,
            discontinuity_sequence: self.place.discontinuity_sequence,
            start: self.place.start + into,
            end: source.end.map(|end| end - self.start + self.place.start),
            wall_ms: self.place.wall_ms + into * 1000 / HZ,
            base: self.place.base + source.base.saturating_sub(self.base),
            recovery: source.recovery,
            lanes,
        })
    }

    fn lane(&self, own: TrackId, lane: &Lane) -> Lane {
        let track = self.run.track(own);
        let scale = track.map_or(HZ as u32, Track::timescale);
        let side = self.sides.iter().find(|side| side.own == own);
        let moved = |frame: &Frame| {
            let mut frame = *frame;
            match side {
                // It was to be made when somebody asks: nobody does here.
                _ if frame.is_promised() => frame = Frame::silent(frame.duration),
                _ if frame.length == 0 => {}
                Some(side) => frame.begin = self.side_offset(frame.begin, side),
                None => frame.begin = self.place.base + frame.begin.saturating_sub(self.base),
            }
            frame
        };
        let start = lane.start + to_scale(self.place.start, scale) - to_scale(self.start, scale);
        Lane { track: own, start, frames: lane.frames.iter().map(moved).collect(), ..lane.clone() }
    }

    fn side_offset(&self, source: u64, side: &Side) -> u64 {
        (u64::from(self.number) << APART) + source.saturating_sub(side.first.unwrap_or(source))
    }

    /// The offset there of a byte of a sound that was made; none: it is another relay's.
    pub fn side_source(&self, own: TrackId, offset: u64) -> Option<(Side, u64)> {
        let side = *self.sides.iter().find(|side| side.own == own)?;
        (offset >> APART == u64::from(self.number))
            .then(|| (side, (offset & ((1 << APART) - 1)) + side.first.unwrap_or(0)))
    }

    /// Silence for as long as the source's picture has been.
    fn silence(&self, own: TrackId, source: &Segment) -> Lane {
        let rate = self.run.track(own).map_or(48_000, Track::timescale);
        let nth = |ticks: i64| {
            let samples = to_scale(ticks - self.start, rate);
            samples.div_euclid(i64::from(SILENT_SAMPLES))
                + i64::from(samples.rem_euclid(i64::from(SILENT_SAMPLES)) > 0)
        };
        let until = source.end.or_else(|| covered(source)).unwrap_or(source.start);
        let (first, end) = (nth(source.start), nth(until));
        let mut lane = Lane {
            track: own,
            start: to_scale(self.place.start, rate) + first * i64::from(SILENT_SAMPLES),
            frames: (first..end).map(|_| Frame::silent(SILENT_SAMPLES)).collect(),
            parts: Vec::new(),
            closed: source.end.is_some(),
        };
        let is_over = lane.closed;
        fill_parts(&mut lane, rate, is_over);
        lane
    }

    /// Notes what is aired: bytes of frames behind it are not, until it is noted too.
    pub fn note(&mut self, shown: &Segment) {
        for lane in &shown.lanes {
            let Some(Origin::Stream { pid }) = shown.run.track(lane.track).map(|track| track.origin) else {
                continue;
            };
            if let (Some((_, end)), Some(window)) =
                (lane.extent(), self.windows.iter_mut().find(|window| window.pid == pid))
            {
                window.reached = window.reached.max(end - self.place.base + self.base);
            }
        }
    }

    /// Nothing more of it is aired: says how many bytes it has.
    pub fn end(&mut self) -> u64 {
        self.over = true;
        let tracks = self.windows.iter().filter(|window| window.reached < u64::MAX);
        tracks.map(|window| window.reached).max().unwrap_or(self.base) - self.base
    }

    /// Tape time there of a tape time here.
    pub fn source_time(&self, own: i64) -> i64 {
        own - self.place.start + self.start
    }

    /// Offset there of a byte of it.
    pub fn source_offset(&self, own: u64) -> u64 {
        self.base + own
    }

    /// Whether a packet is aired that lies at offset `at` there.
    fn is_aired(&self, at: u64, pid: u16) -> bool {
        // What belongs to no track goes with the picture.
        let window = self.windows.iter().find(|window| window.pid == pid).or(self.windows.first());
        window.is_none_or(|window| window.begin <= at && (!self.over || at < window.reached))
    }

    /// Gives whole packets from its offset `own` on tape times, continuity counters and versions of the channel; what is not aired of them becomes null packets.
    pub fn retime(&self, own: u64, bytes: &mut [u8]) {
        for (number, packet) in bytes.chunks_exact_mut(PACKET).enumerate() {
            let at = self.base + own + (number * PACKET) as u64;
            let Some(pid) = Packet::new(packet).map(|packet| packet.pid()) else { continue };
            if !self.is_aired(at, pid) {
                packet[1] = (NULL_PID >> 8) as u8;
                packet[2] = NULL_PID as u8;
                packet[3] = 0x10;
                continue;
            }
            retime(packet, self.offset - self.start + self.place.start);
            self.version(packet);
            if self.mark == Some(at) {
                packet[5] |= 0x80;
            }
            let shift = self.windows.iter().find(|window| window.pid == pid).map_or(0, |window| window.shift);
            // Only the counter turns over: what is scrambled has bits above it.
            packet[3] = packet[3] & 0xF0 | packet[3].wrapping_add(shift) & 0x0F;
        }
    }

    /// Programme list and map are other ones than those of what was on before.
    fn version(&self, packet: &mut [u8]) {
        let Some(pid) = Packet::new(packet).map(|packet| packet.pid()) else { return };
        if pid == 0 {
            set_version(packet, (self.number & 0x0F) as u8 * 2 + 1);
        } else if Some(pid) == self.map_pid {
            set_version(packet, (self.place.run & 0x1F) as u8);
        }
    }
}

/// Offset of the first packet in `front` that has a clock and that `is_aired`.
pub fn first_clock(front: &[u8], is_aired: impl Fn(u64, u16) -> bool) -> Option<u64> {
    let mut packets = front.chunks_exact(PACKET).zip((0..).step_by(PACKET));
    let found = packets.find(|(packet, at)| {
        Packet::new(packet).is_some_and(|packet| packet.pcr_27m().is_some() && is_aired(*at, packet.pid()))
    });
    found.map(|(_, at)| at)
}

/// What decoders are told of silence where no sound is known.
fn presumed() -> Option<Setup> {
    let front = audio::presumed(Kind::AacAdts);
    Some(setup(Kind::AacAdts, &front, audio::header(Kind::AacAdts, &front)?))
}

/// Closes a segment of which `whole` is known and `shown` is listed at tape time `end`, or as far as it goes: what is listed stays, pictures that would be presented behind the end
/// are left out, the last one stands up to it, and sounds go as far as the picture. `None`: nothing of it is left.
pub fn close(whole: &Segment, shown: Option<&Segment>, end: i64) -> Option<Segment> {
    let listed =
        |track: TrackId| shown.and_then(|shown| shown.lane(track)).map_or(&[][..], |lane| &lane.parts);
    let count = |parts: &[Part]| parts.iter().map(|part| part.count as usize).sum::<usize>();
    let cutting = whole.lanes.first()?;
    let scale = whole.run.track(cutting.track).map_or(HZ as u32, Track::timescale);
    let mut lane = Lane { parts: listed(cutting.track).to_vec(), ..cutting.clone() };
    let (mut time, mut presented, mut kept) = (lane.start, lane.start, 0);
    for (number, frame) in lane.frames.iter().enumerate() {
        time += i64::from(frame.duration);
        presented = presented.max(time + i64::from(frame.composition));
        if to_ticks(presented.max(time), scale) <= end || number < count(&lane.parts) {
            kept = number + 1;
        } else {
            break;
        }
    }
    lane.frames.truncate(kept);
    let usual = i64::from(lane.frames.last()?.duration);
    let (so_far, presented) = (lane.start + lane.duration(), presented_end(&lane));
    // What is left before the end is less than two pictures, or the source has ended before.
    let is_near = end.saturating_sub(to_ticks(presented, scale)) <= to_ticks(2 * usual, scale);
    let wanted = if is_near { to_scale(end, scale) } else { presented };
    let is_picture = whole.run.track(cutting.track).is_some_and(|track| track.kind.is_video());
    if is_picture
        && kept > count(&lane.parts)
        && wanted > so_far
        && let Some(last) = lane.frames.last_mut()
    {
        last.duration += (wanted - so_far) as u32;
    }
    let over = to_ticks(lane.start + lane.duration(), scale);
    fill_parts(&mut lane, scale, true);
    let mut lanes = vec![lane];
    for sound in whole.lanes.iter().skip(1) {
        lanes.push(close_sound(whole, sound, listed(sound.track), over));
    }
    Some(Segment { end: Some(over), lanes, run: Arc::clone(&whole.run), ..*whole })
}

/// When the last picture of a lane has been presented, in its timescale.
fn presented_end(lane: &Lane) -> i64 {
    let mut time = lane.start;
    let ends = lane.frames.iter().map(|frame| {
        time += i64::from(frame.duration);
        time + i64::from(frame.composition)
    });
    ends.max().unwrap_or(lane.start)
}

/// A sound of a segment that is over at `end`: silence stands where it has not come so far.
fn close_sound(segment: &Segment, sound: &Lane, listed: &[Part], end: i64) -> Lane {
    let track = segment.run.track(sound.track);
    let scale = track.map_or(HZ as u32, Track::timescale);
    let mut lane = Lane { parts: listed.to_vec(), ..sound.clone() };
    let count: usize = listed.iter().map(|part| part.count as usize).sum();
    let mut time = lane.start;
    let kept = lane.frames.iter().take_while(|frame| {
        let begins = to_ticks(time, scale);
        time += i64::from(frame.duration);
        begins < end
    });
    let kept = kept.count().max(count);
    lane.frames.truncate(kept);
    let samples = lane.frames.last().map_or(SILENT_SAMPLES, |last| last.duration.max(1));
    if lane.frames.is_empty() {
        lane.start = to_scale(segment.start, scale);
    }
    if track.is_some_and(|track| track.setup.is_some() && !is_beside(track)) {
        let mut until = lane.start + lane.duration();
        while to_ticks(until, scale) < end && lane.frames.len() < usize::from(u16::MAX) {
            lane.frames.push(Frame::silent(samples));
            until += i64::from(samples);
        }
    }
    fill_parts(&mut lane, scale, true);
    lane
}

/// Makes parts of the frames that are in none yet; `closed`: the last one is not waited for.
fn fill_parts(lane: &mut Lane, scale: u32, closed: bool) {
    let target = to_scale(PART_TARGET, scale);
    let mut first = lane.parts.iter().map(|part| part.count).sum::<u32>();
    let frames = lane.frames.len() as u32;
    while first < frames {
        let (mut count, mut duration) = (0, 0);
        for frame in &lane.frames[first as usize..] {
            if count > 0 && duration + i64::from(frame.duration) > target {
                break;
            }
            count += 1;
            duration += i64::from(frame.duration);
        }
        if !closed && first + count == frames {
            break;
        }
        let independent = lane.frames[first as usize].random_access;
        lane.parts.push(Part { first, count, duration: duration as u32, independent });
        first += count;
    }
    lane.closed = closed;
}

#[cfg(test)]
mod laws;
