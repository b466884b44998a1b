//! A channel of one's own as a tape: prepared pieces, each a tape that is complete, and relays of other tapes stand one after another on a time axis, and what a reader
//! may see of them follows from the time alone.
//!
//! - A piece is aired from its first byte to its last. Its segments keep their frames; sequence, discontinuity sequence and time are moved to
//!   where it stands ([`Placed::segment`]).
//! - What has not been yet is not listed: of the segment that is on, the frames and parts that are over ([`open`]).
//! - Bytes of the channel are the pieces' bytes one behind another. Read through [`Placed::retime`] they have tape times, so that no clock jumps
//!   where one piece ends and the next begins (ISO/IEC 13818-1 §2.4.2.2), and none steps back ([`Placed::eased`]).
//! - Sound stays as it was coded: its last frame may overhang the last picture of its piece, and the first frame of the next then begins before it is over, by less than
//!   a frame. Players of segments see neither: there each frame has its place by the index.
//! - Another channel that is on as it is stands there as a [`Relay`]: a run of a tape that is still being written, moved like a piece, whose bytes are the source's.
//!
//! When which piece stands where is somebody else's decision.

mod clocks;
mod relay;

pub use clocks::{Clock, Edges, edges};
pub use relay::{Relay, Role, Side, cast, close, entry, first_clock, is_beside};

use crate::mpegts::retime;
use crate::subtitles::Text;
use crate::tape::{Index, Lane, Run, Segment, Texts, Track};
use crate::time::{HZ, to_scale, to_ticks};
use crate::ts::packet::{PACKET, Packet};
use crate::ts::psi::crc32;
use clocks::Ease;
use std::sync::Arc;

/// A run of a piece, as it is needed to place it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PieceRun {
    /// As it stands in the piece's own tape.
    pub run: Arc<Run>,
    /// Offset in the piece from which on its packets lie.
    pub base: u64,
}

/// Continuity counters of a PID (ISO/IEC 13818-1 §2.4.3.3) in a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    /// PID.
    pub pid: u16,
    /// That of its first packet with payload.
    pub first: u8,
    /// That of what would come next.
    pub next: u8,
}

impl Counter {
    /// Notes whole packets in `all`.
    pub fn note(all: &mut Vec<Self>, bytes: &[u8]) {
        for packet in bytes.chunks_exact(PACKET).filter_map(Packet::new).filter(Packet::has_payload) {
            let (pid, next) = (packet.pid(), (packet.continuity() + 1) & 0x0F);
            match all.iter_mut().find(|known| known.pid == pid) {
                Some(known) => known.next = next,
                None => all.push(Self { pid, first: packet.continuity(), next }),
            }
        }
    }

    /// Makes whole packets, which begin anew to count, go on behind what was noted in `all` up to where they begin; `shifts` is what is added on each PID, as far as it is known.
    pub fn join(all: &[Self], shifts: &mut Vec<(u16, u8)>, bytes: &mut [u8]) {
        for packet in bytes.chunks_exact_mut(PACKET) {
            let Some(seen) = Packet::new(packet) else { continue };
            // Without payload it carries the number of the one before.
            let (pid, own, before) = (seen.pid(), seen.continuity(), u8::from(!seen.has_payload()));
            let shift = shifts.iter().find(|(known, _)| *known == pid).map(|(_, shift)| *shift);
            let shift = shift.unwrap_or_else(|| {
                let next = all.iter().find(|known| known.pid == pid).map_or(own, |known| known.next);
                let shift = next.wrapping_sub(own + before) & 0x0F;
                shifts.push((pid, shift));
                shift
            });
            packet[3] = packet[3] & 0xF0 | (own + shift) & 0x0F;
        }
    }
}

/// What is known of a piece without reading all of its index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// Its runs, in order; mostly one.
    pub runs: Vec<PieceRun>,
    /// Sequence of its first segment in its own tape.
    pub first: u64,
    /// Number of its segments.
    pub segments: u64,
    /// Tape time of its start in its own tape.
    pub start: i64,
    /// Length in ticks: from the start of its first segment to the end of its last.
    pub length: i64,
    /// Bytes.
    pub bytes: u64,
    /// Its continuity counters.
    pub counters: Vec<Counter>,
    /// PID of its programme map.
    pub map_pid: Option<u16>,
}

impl Outline {
    /// The outline of a tape that is complete; `bytes` is how long it is, and `counters` are what is counted in it. `None`: nothing is on it, or something of it is
    /// open.
    pub fn of(index: &Index, bytes: u64, counters: Vec<Counter>) -> Option<Self> {
        let (first, last) = (index.segments.front()?, index.segments.back()?);
        if !index.segments.iter().all(|segment| segment.is_complete()) {
            return None;
        }
        let mut runs: Vec<PieceRun> = Vec::new();
        for segment in &index.segments {
            if runs.last().is_none_or(|known| known.run.number != segment.run.number) {
                runs.push(PieceRun { run: Arc::clone(&segment.run), base: segment.base });
            }
        }
        if let Some(first) = runs.first_mut() {
            first.base = 0;
        }
        Some(Self {
            runs,
            first: first.sequence,
            segments: index.segments.len() as u64,
            start: first.start,
            length: last.end? - first.start,
            bytes,
            map_pid: index.segments.front().and_then(|first| map_pid(&first.run.tables)),
            counters,
        })
    }
}

/// Where a piece stands on a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Tape time of its start on the channel.
    pub start: i64,
    /// The same on the wall clock, milliseconds since 1970.
    pub wall_ms: i64,
    /// Sequence of its first segment on the channel.
    pub sequence: u64,
    /// Discontinuity sequence in force in its first segment.
    pub discontinuity_sequence: u64,
    /// Number of its first run on the channel.
    pub run: u32,
    /// Offset of its first byte on the channel.
    pub base: u64,
}

impl Place {
    /// Where what follows stands, if nothing lies between.
    pub fn after(&self, piece: &Outline) -> Self {
        let runs = piece.runs.len().max(1) as u32;
        Self {
            start: self.start + piece.length,
            wall_ms: self.wall_ms + piece.length * 1000 / HZ,
            sequence: self.sequence + piece.segments,
            discontinuity_sequence: self.discontinuity_sequence + u64::from(runs),
            run: self.run + runs,
            base: self.base + piece.bytes,
        }
    }
}

/// A piece that stands somewhere.
#[derive(Clone, Debug)]
pub struct Placed {
    /// Where.
    pub place: Place,
    /// What.
    pub piece: Arc<Outline>,
    /// Its runs on the channel, as in the outline.
    runs: Vec<Arc<Run>>,
    /// What is added to the continuity counters of each PID.
    shifts: Vec<(u16, u8)>,
    /// Version of the programme list, where another stood before it.
    list: Option<u8>,
    /// Offset of the packet whose clock does not go on from what was on before.
    mark: Option<u64>,
    /// Where its clocks would step back.
    eases: Vec<Ease>,
}

impl Placed {
    /// The piece at that place; `before` is what is aired up to there, so that continuity counters go on.
    pub fn new(place: Place, piece: Arc<Outline>, before: Option<&Self>) -> Self {
        Self::after(place, piece, &before.map(Self::counters).unwrap_or_default())
    }

    /// The same behind anything, of which these are the continuity counters of what would come next.
    pub fn after(place: Place, piece: Arc<Outline>, before: &[(u16, u8)]) -> Self {
        let moved = |(number, of): (usize, &PieceRun)| {
            Arc::new(Run {
                number: place.run + number as u32,
                start: of.run.start - piece.start + place.start,
                // Bytes are read with tape times.
                offset: 0,
                tracks: of.run.tracks.clone(),
                tables: of.run.tables.clone(),
                texts: of.run.texts.clone(),
            })
        };
        let runs = piece.runs.iter().enumerate().map(moved).collect();
        let shift = |own: &Counter| {
            let next = before.iter().find(|(pid, _)| *pid == own.pid).map_or(own.first, |(_, next)| *next);
            (own.pid, next.wrapping_sub(own.first) & 0x0F)
        };
        let mut shifts: Vec<(u16, u8)> = piece.counters.iter().map(shift).collect();
        // What this piece has not goes on where another will have it again.
        shifts.extend(before.iter().filter(|(pid, _)| piece.counters.iter().all(|own| own.pid != *pid)));
        Self { place, piece, runs, shifts, list: None, mark: None, eases: Vec::new() }
    }

    /// What was on before was no piece but the relay of that number ([`Relay`]): the programme list is another one, and the packet at offset `mark` has a clock
    /// that does not go on.
    #[must_use]
    pub fn behind_relay(self, number: u32, mark: Option<u64>) -> Self {
        Self { mark, ..self.with_list(number) }
    }

    /// The same of a piece between which and that relay there are others.
    #[must_use]
    pub fn with_list(self, number: u32) -> Self {
        let list = (number > 0).then_some(((number & 0x0F) as u8 * 2 + 2) & 0x1F);
        Self { list, ..self }
    }

    /// The same so that none of its clocks, which are `own`, steps back behind the last ones `before` it or amid it. Says what its last ones are, on the channel.
    #[must_use]
    pub fn eased(self, own: &[Edges], before: Option<Clock>) -> (Self, Option<Clock>) {
        let (eases, last) = clocks::eases(own, self.place.start - self.piece.start, before);
        (Self { eases, ..self }, last)
    }

    /// The continuity counter of what comes next on each PID, on the channel.
    pub fn counters(&self) -> Vec<(u16, u8)> {
        self.shifts.iter().filter_map(|(pid, _)| Some((*pid, self.next(*pid)?))).collect()
    }

    /// The same with what may be read while it is on, in times from its start on.
    #[must_use]
    pub fn with_texts(mut self, all: Arc<[Text]>) -> Self {
        let texts = Texts { from: self.place.start, all };
        let told = |run: &Arc<Run>| Arc::new(Run { texts: texts.clone(), ..(**run).clone() });
        self.runs = self.runs.iter().map(told).collect();
        self
    }

    /// The continuity counter of what comes next on a PID, on the channel.
    fn next(&self, pid: u16) -> Option<u8> {
        let (_, shift) = self.shifts.iter().find(|(known, _)| *known == pid)?;
        let own = self.piece.counters.iter().find(|own| own.pid == pid).map_or(0, |own| own.next);
        Some((own + shift) & 0x0F)
    }

    /// Tape time on the channel at which it is over.
    pub fn end(&self) -> i64 {
        self.place.start + self.piece.length
    }

    /// Its runs on the channel.
    pub fn runs(&self) -> &[Arc<Run>] {
        &self.runs
    }

    /// A segment of the piece's own tape as it stands on the channel. `None`: it is none of its segments.
    pub fn segment(&self, own: &Segment) -> Option<Segment> {
        let nth = own.sequence.checked_sub(self.piece.first).filter(|nth| *nth < self.piece.segments)?;
        let number = self.piece.runs.iter().position(|known| known.run.number == own.run.number)?;
        let run = Arc::clone(self.runs.get(number)?);
        let into = own.start - self.piece.start;
        let moved = |lane: &Lane| {
            let scale = run.track(lane.track).map_or(HZ as u32, Track::timescale);
            let start = lane.start + to_scale(self.place.start, scale) - to_scale(self.piece.start, scale);
            let frames = lane.frames.iter().map(|frame| {
                let mut frame = *frame;
                if frame.length > 0 {
                    frame.begin += self.place.base;
                }
                frame
            });
            Lane { start, frames: frames.collect(), ..lane.clone() }
        };
        Some(Segment {
            sequence: self.place.sequence + nth,
            discontinuity: nth == 0 || own.discontinuity,
            discontinuity_sequence: self.place.discontinuity_sequence + number as u64,
            start: self.place.start + into,
            end: own.end.map(|end| end - self.piece.start + self.place.start),
            wall_ms: self.place.wall_ms + into * 1000 / HZ,
            base: self.place.base + own.base,
            recovery: own.recovery,
            lanes: own.lanes.iter().map(moved).collect(),
            run,
        })
    }

    /// Gives whole packets of the piece, from its offset `at` on, tape times and continuity counters of the channel.
    pub fn retime(&self, at: u64, bytes: &mut [u8]) {
        let mut ahead = self.piece.runs.iter().peekable();
        let mut offset = 0;
        for (number, packet) in bytes.chunks_exact_mut(PACKET).enumerate() {
            let here = at + (number * PACKET) as u64;
            while let Some(next) = ahead.next_if(|next| next.base <= here) {
                offset = next.run.offset;
            }
            retime(packet, offset - self.piece.start + self.place.start);
            self.eases.iter().filter(|ease| ease.base <= here).for_each(|ease| ease.apply(packet));
            let pid = Packet::new(packet).map(|packet| packet.pid());
            if self.piece.map_pid.is_some_and(|map| Some(map) == pid) {
                set_version(packet, (self.place.run & 0x1F) as u8);
            }
            if let Some(list) = self.list.filter(|_| pid == Some(0)) {
                set_version(packet, list);
            }
            if self.mark == Some(here) {
                packet[5] |= 0x80;
            }
            let shift =
                self.shifts.iter().find(|(known, _)| Some(*known) == pid).map_or(0, |(_, shift)| *shift);
            packet[3] = packet[3] & 0xF0 | packet[3].wrapping_add(shift) & 0x0F;
        }
    }
}

/// The PID of the programme map, by the PAT and PMT that stand in `tables`.
pub fn map_pid(tables: &[u8]) -> Option<u16> {
    let mut pids = tables.chunks_exact(PACKET).filter_map(Packet::new).map(|packet| packet.pid());
    pids.find(|pid| *pid != 0)
}

/// Gives a programme map that begins and ends in this packet another version (ISO/IEC 13818-1 §2.4.4.9): what the piece before has said does not hold any more.
fn set_version(packet: &mut [u8], version: u8) {
    let Some(seen) = Packet::new(packet).filter(Packet::unit_start) else { return };
    let payload = PACKET - seen.payload().len();
    let Some(begin) = packet.get(payload).map(|pointer| payload + 1 + usize::from(*pointer)) else { return };
    let Some(section) = packet.get_mut(begin..) else { return };
    let Some([_, high, low]) = section.first_chunk::<3>() else { return };
    let length = 3 + (usize::from(*high & 0x0F) << 8 | usize::from(*low));
    let Some(section) = section.get_mut(..length).filter(|section| section.len() > 9) else { return };
    section[5] = section[5] & 0xC1 | version << 1;
    let (body, sum) = section.split_at_mut(length - 4);
    sum.copy_from_slice(&crc32(body).to_be_bytes());
}

/// What of a segment is over at tape time `now`: frames of each lane that have ended, and the parts that they fill. `None`: nothing is.
pub fn open(segment: &Segment, now: i64) -> Option<Segment> {
    if segment.end.is_some_and(|end| end <= now) {
        return Some(segment.clone());
    }
    let over = |lane: &Lane| {
        let scale = segment.run.track(lane.track).map_or(HZ as u32, Track::timescale);
        let (mut time, mut frames) = (lane.start, 0);
        for frame in &lane.frames {
            time += i64::from(frame.duration);
            if to_ticks(time, scale) > now {
                break;
            }
            frames += 1;
        }
        let whole = lane.parts.iter().take_while(|part| (part.first + part.count) as usize <= frames).count();
        Lane {
            frames: lane.frames[..frames].to_vec(),
            parts: lane.parts[..whole].to_vec(),
            closed: false,
            ..*lane
        }
    };
    let lanes: Vec<Lane> = segment.lanes.iter().map(over).collect();
    let begun = lanes.first().is_some_and(|lane| !lane.frames.is_empty());
    begun.then(|| Segment { lanes, end: None, run: Arc::clone(&segment.run), ..*segment })
}

/// Offset on the channel up to which bytes may be read: behind the last frame of any lane of what is listed.
pub fn reach(segment: &Segment) -> u64 {
    segment.lanes.iter().filter_map(|lane| Some(lane.extent()?.1)).max().unwrap_or(segment.base)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::multiplex::{Multiplexer, Unit};
    use crate::segment::{Segmenter, Start};
    use crate::tape::{Frame, Origin, Part};
    use crate::ts::psi::{Kind, Stream};
    use proptest::prelude::*;

    fn track(id: u8, kind: Kind, pid: u16) -> Track {
        Track { id, kind, origin: Origin::Stream { pid }, language: None, audio_type: 0, setup: None }
    }

    /// A piece of so many segments of `length` pictures of 1/25 s with a frame of 1,000 bytes each, and as much of another lane.
    fn piece(segments: u64, length: u32) -> Index {
        let tracks = vec![track(0, Kind::H264, 0x100), track(1, Kind::AacAdts, 0x101)];
        let run = Arc::new(Run {
            number: 0,
            start: 0,
            offset: -7,
            tracks,
            tables: Vec::new(),
            texts: Texts::default(),
        });
        let mut index = Index { ended: true, ..Index::default() };
        for nth in 0..segments {
            let start = nth as i64 * i64::from(length) * 3600;
            let lane = |id: u8| {
                let frame = |number: u32| Frame {
                    begin: (nth * u64::from(length) + u64::from(number)) * 2000 + u64::from(id) * 1000,
                    length: 1000,
                    duration: 3600,
                    composition: 0,
                    skip: 0,
                    random_access: number == 0,
                };
                let parts = (0..length).step_by(5).map(|first| Part {
                    first,
                    count: 5.min(length - first),
                    duration: 3600 * 5.min(length - first),
                    independent: first == 0,
                });
                Lane {
                    track: id,
                    start,
                    frames: (0..length).map(frame).collect(),
                    parts: parts.collect(),
                    closed: true,
                }
            };
            index.segments.push_back(Arc::new(Segment {
                sequence: 40 + nth,
                run: Arc::clone(&run),
                discontinuity: false,
                discontinuity_sequence: 0,
                start,
                end: Some(start + i64::from(length) * 3600),
                wall_ms: 5,
                base: nth * u64::from(length) * 2000,
                recovery: None,
                lanes: vec![lane(0), lane(1)],
            }));
        }
        index.next_sequence = 40 + segments;
        index
    }

    /// Some seconds of sound alone.
    fn sound() -> Vec<u8> {
        let mut frame = vec![0xFF, 0xF1, 0x4C, 0x80, 0x0C, 0x9F, 0xFC];
        frame.resize(100, 0);
        let (mut multiplexer, mut out) = (Multiplexer::default(), Vec::new());
        multiplexer.declare(&[Stream::new(0x101, Kind::AacAdts, Some(*b"deu"), 0)]);
        for number in 0..300 {
            let at = number * 1920;
            let unit = Unit { pid: 0x101, dts: at, pts: at, random_access: true, data: frame.clone() };
            multiplexer.write(&unit, &mut out);
        }
        out
    }

    proptest! {
        /// Pieces one behind another are a tape: sequences follow each other, times touch, discontinuities stand where a piece begins.
        #[test]
        fn pieces_make_a_tape(lengths in proptest::collection::vec((1u64..5, 1u32..60), 1..8), from in 0i64..1 << 40, at in 0u64..1 << 30) {
            let mut place = Place { start: from, wall_ms: 77, sequence: at, discontinuity_sequence: 9, run: 4, base: at };
            let mut all: Vec<Segment> = Vec::new();
            let mut begins = Vec::new();
            for (segments, length) in lengths {
                let index = piece(segments, length);
                let bytes = segments * u64::from(length) * 2000;
                let outline = Arc::new(Outline::of(&index, bytes, Vec::new()).expect("complete"));
                let placed = Placed::new(place, Arc::clone(&outline), None);
                begins.push(place.sequence);
                all.extend(index.segments.iter().map(|own| placed.segment(own).expect("its own")));
                place = place.after(&outline);
                prop_assert_eq!(place.start, placed.end());
            }
            for pair in all.windows(2) {
                prop_assert_eq!(pair[0].sequence + 1, pair[1].sequence);
                prop_assert_eq!(pair[0].end, Some(pair[1].start));
                prop_assert!(reach(&pair[0]) <= pair[1].first_byte());
                let begins = begins.contains(&pair[1].sequence);
                prop_assert_eq!(pair[1].discontinuity, begins);
                prop_assert_eq!(pair[0].discontinuity_sequence + u64::from(begins), pair[1].discontinuity_sequence);
                prop_assert_eq!(pair[0].run.number + u32::from(begins), pair[1].run.number);
            }
        }

        /// The segment that is on only grows, and holds at its end what it is.
        #[test]
        fn what_is_on_grows(length in 1u32..60, steps in proptest::collection::vec(0i64..20_000, 1..40)) {
            let index = piece(2, length);
            let (whole, mut now) = (&index.segments[1], index.segments[1].start);
            let mut shown: Option<Segment> = None;
            for step in steps {
                now += step;
                let next = open(whole, now);
                if let (Some(before), Some(next)) = (&shown, &next) {
                    for (before, next) in before.lanes.iter().zip(&next.lanes) {
                        prop_assert_eq!(&before.frames[..], &next.frames[..before.frames.len()]);
                        prop_assert_eq!(&before.parts[..], &next.parts[..before.parts.len()]);
                    }
                }
                if let Some(next) = &next {
                    prop_assert_eq!(next.is_complete(), now >= whole.end.unwrap_or(0));
                    prop_assert!(next.lanes.iter().all(|lane| to_ticks(lane.start + lane.duration(), HZ as u32) <= now));
                }
                shown = next;
            }
        }
    }

    #[test]
    fn bytes_of_a_piece_have_tape_times() {
        let clip = sound();
        let mut segmenter = Segmenter::new(Start::default());
        let mut bytes = Vec::new();
        segmenter.push(&clip, 0, &mut bytes);
        segmenter.finish();
        let index = segmenter.index().clone();
        let mut counters = Vec::new();
        Counter::note(&mut counters, &bytes);
        let outline = Arc::new(Outline::of(&index, bytes.len() as u64, counters).expect("complete"));
        let place = Place { start: 1 << 34, base: 188 * 7, ..Place::default() };
        let placed = Placed::new(place, Arc::clone(&outline), None);
        let mut moved = bytes.clone();
        placed.retime(0, &mut moved);
        // Read in two halves it is the same.
        let (front, back) = bytes.split_at(bytes.len() / PACKET / 2 * PACKET);
        let (mut front, mut back) = (front.to_vec(), back.to_vec());
        placed.retime(0, &mut front);
        placed.retime(front.len() as u64, &mut back);
        assert_eq!([front, back].concat(), moved);
        // A tape made of those bytes has them at the place's time less the wraps of 33 bits.
        let mut again = Segmenter::new(Start::default());
        again.push(&moved, 0, &mut Vec::new());
        again.finish();
        let first = &again.index().segments[0].run;
        assert_eq!((first.start - first.offset).rem_euclid(1 << 33), place.start.rem_euclid(1 << 33));
        // Once more behind itself: nothing is missing at the seam.
        let next = Placed::new(place.after(&outline), Arc::clone(&outline), Some(&placed));
        let mut behind = bytes.clone();
        next.retime(0, &mut behind);
        let mut both = Segmenter::new(Start::default());
        both.push(&[moved, behind].concat(), 0, &mut Vec::new());
        both.finish();
        assert_eq!(
            (both.counters().lost_packets, both.counters().runs, both.counters().damaged_sections),
            (0, 1, 0)
        );
        let map = both.map().expect("a map");
        assert_eq!(map.version, (next.place.run & 0x1F) as u8);
    }
}
