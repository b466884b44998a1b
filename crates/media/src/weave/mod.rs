//! One transport stream out of the segments of an HLS stream of somebody else's, whatever they are: fragmented MP4, transport stream or packed audio, with
//! picture and sound together or each in a playlist of its own (RFC 8216 §3, §4.3.4.1).
//!
//! - A [`Weave`] has lanes. The first has the picture (or is all there is), and leads: what it gives is what is given, with the sound that belongs beside it.
//!   Each other lane is one more sound.
//! - Segments of all lanes lie on one timeline. Sound that lies before what leads is too old and left out; what lies behind it waits.
//! - A stream has the same PID for as long as its lane has it in the same place. Where a segment does not continue the one before (§4.3.2.3), the stream says so.
//!
//! It knows nothing of playlists, and fetches nothing: [`Weave::lacks`] says what should come next.

mod packed;
mod transport;

use std::collections::VecDeque;

use crate::fmp4::{self, Header};
use crate::multiplex::{Multiplexer, Unit};
use crate::time::HZ;
use crate::ts::clock::nearest;
use crate::ts::packet::PACKET;
use crate::ts::psi::{Kind, Stream};

/// PID of the first stream of the first lane; each lane has [`STREAMS_MOST`] of them.
const FIRST_PID: u16 = 0x100;
/// Streams of one lane.
const STREAMS_MOST: usize = 32;
/// Lanes: a picture, and as many sounds as anybody sends.
pub const LANES_MOST: usize = 9;
/// Sound that begins earlier than what leads, but not by more than this, is still given (ticks).
const EARLY: i64 = HZ;
/// Bytes in which a transport stream begins: some hide it behind a picture's header.
const JUNK: usize = 4096;
/// What is further away is on another timeline (ticks).
const FAR: i64 = 60 * HZ;

/// Why a segment gives nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is in no form that is known.
    #[error("segments that are neither MPEG transport stream nor fragmented MP4 nor sound in frames")]
    Unknown,
    /// A transport stream without a programme.
    #[error("a transport stream without a programme map")]
    NoProgramme,
    /// Fragments whose header has not come.
    #[error("fragmented MP4 without the header that EXT-X-MAP names")]
    NoHeader,
    /// See there.
    #[error(transparent)]
    Mp4(#[from] fmp4::Fault),
    /// There is no access unit in it.
    #[error("segments with nothing in them")]
    Empty,
}

/// A segment.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// The header, where it is another than that of the segment before.
    pub header: Option<&'a [u8]>,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Number of its timeline: the playlist's discontinuity sequence.
    pub timeline: u64,
}

/// Lanes on their way into one stream.
pub struct Weave {
    lanes: Vec<Lane>,
    multiplexer: Multiplexer,
    /// What leads, since the last [`Weave::give`].
    leading: Vec<Unit>,
    /// Its first and last time.
    span: (i64, i64),
    /// Its timeline.
    timeline: u64,
    /// It does not continue what was given.
    broken: bool,
}

#[derive(Default)]
struct Lane {
    /// What its playlist says of its sound.
    language: Option<[u8; 3]>,
    header: Option<Header>,
    /// When the next sample of each of its tracks is decoded, for fragments that do not say it.
    times: Vec<i64>,
    /// When packed audio goes on that does not say it.
    next: i64,
    streams: Vec<Stream>,
    /// Sound that has not been given, with its timeline.
    waiting: VecDeque<(u64, Unit)>,
    /// Timeline and last time of the newest segment.
    reach: Option<(u64, i64)>,
    /// Nothing more is expected of it.
    over: bool,
}

impl Weave {
    /// Lanes for what leads, and for sounds of these languages; of more than [`LANES_MOST`] the first ones.
    pub fn new(sounds: &[Option<[u8; 3]>]) -> Self {
        let sound = |language: &Option<[u8; 3]>| Lane { language: *language, ..Lane::default() };
        let lanes = std::iter::once(Lane::default()).chain(sounds.iter().map(sound));
        Self {
            lanes: lanes.take(LANES_MOST).collect(),
            multiplexer: Multiplexer::default(),
            leading: Vec::new(),
            span: (0, 0),
            timeline: 0,
            broken: false,
        }
    }

    /// Takes the next segment of a lane. Of the first lane [`Weave::give`] must have given the one before.
    ///
    /// # Errors
    /// Nothing can be read of it; the next one may be better.
    pub fn push(&mut self, lane: usize, segment: Segment<'_>) -> Result<(), Fault> {
        let near = self.span.1;
        let Some(own) = self.lanes.get_mut(lane) else { return Ok(()) };
        let mut units = own.read(segment, lane)?;
        for unit in &mut units {
            let later = unit.pts - unit.dts;
            unit.dts = nearest(unit.dts, near);
            unit.pts = unit.dts + nearest(later, 0);
        }
        let last = units.iter().map(|unit| unit.dts).max().ok_or(Fault::Empty)?;
        own.reach = Some((segment.timeline, last));
        if lane > 0 {
            own.waiting.extend(units.into_iter().map(|unit| (segment.timeline, unit)));
            return Ok(());
        }
        // A stream whose picture is longer than its sound is measured by the picture.
        let is_picture =
            |unit: &&Unit| own.streams.iter().any(|stream| stream.pid == unit.pid && stream.kind.is_video());
        let last = units.iter().filter(is_picture).map(|unit| unit.dts).max().unwrap_or(last);
        let first = units.iter().map(|unit| unit.dts).min().unwrap_or(last);
        self.broken |= self.timeline != segment.timeline && !self.multiplexer.is_new();
        (self.leading, self.span, self.timeline) = (units, (first, last), segment.timeline);
        Ok(())
    }

    /// The lane whose next segment is needed before all sound is there that belongs beside what leads.
    pub fn lacks(&self) -> Option<usize> {
        (1..self.lanes.len()).find(|lane| {
            let lane = &self.lanes[*lane];
            let behind = match lane.reach {
                None => true,
                Some((_, last)) if (last - self.span.1).abs() < FAR => last < self.span.1,
                Some((timeline, _)) => timeline < self.timeline,
            };
            behind && !lane.over
        })
    }

    /// Nothing more comes of that lane. Its sound stays in the map.
    pub fn end(&mut self, lane: usize) {
        if let Some(lane) = self.lanes.get_mut(lane) {
            lane.over = true;
        }
    }

    /// Whether a sound lies apart from which something may still come.
    pub fn has_sound_apart(&self) -> bool {
        self.lanes.iter().skip(1).any(|lane| !lane.over)
    }

    /// Appends what leads to `out`, with what belongs beside it.
    pub fn give(&mut self, out: &mut Vec<u8>) {
        let mut units = std::mem::take(&mut self.leading);
        let (first, last) = self.span;
        for lane in self.lanes.iter_mut().skip(1) {
            while let Some((timeline, unit)) = lane.waiting.front() {
                // Far away is another timeline: one that comes, or one that was.
                let far = (unit.dts - last).abs() >= FAR;
                let waits = if far { *timeline > self.timeline } else { unit.dts > last };
                if waits {
                    break;
                }
                let Some((_, unit)) = lane.waiting.pop_front() else { break };
                if !far && unit.dts >= first - EARLY {
                    units.push(unit);
                }
            }
        }
        units.sort_by_key(|unit| unit.dts);
        let streams: Vec<Stream> = self.lanes.iter().flat_map(|lane| &lane.streams).cloned().collect();
        self.multiplexer.declare(&streams);
        if std::mem::take(&mut self.broken) {
            self.multiplexer.break_off();
        }
        for unit in &units {
            self.multiplexer.write(unit, out);
        }
    }
}

impl Lane {
    /// Units of a segment, with PIDs of this lane.
    fn read(&mut self, segment: Segment<'_>, lane: usize) -> Result<Vec<Unit>, Fault> {
        if let Some(header) = segment.header {
            // One that cannot be read leaves none: the one before is of other samples.
            self.header = None;
            self.times.clear();
            self.header = Some(Header::read(header)?);
        }
        let base = FIRST_PID + (lane * STREAMS_MOST) as u16;
        let (streams, mut units) = if is_transport(segment.bytes) {
            transport::read(segment.bytes)?
        } else if let Some(packed) = packed::read(segment.bytes) {
            self.packed(&packed)
        } else if is_fragmented(segment.bytes) {
            self.fragments(segment.bytes)?
        } else {
            return Err(Fault::Unknown);
        };
        let wanted = |stream: &Stream| lane == 0 || stream.kind.is_audio();
        let streams: Vec<Stream> =
            streams.into_iter().filter(wanted).take(STREAMS_MOST).map(|stream| self.named(stream)).collect();
        units.retain_mut(|unit| {
            let place = streams.iter().position(|stream| stream.pid == unit.pid);
            unit.pid = base + place.unwrap_or(0) as u16;
            place.is_some()
        });
        let numbered = streams.into_iter().zip(base..).map(|(stream, pid)| Stream { pid, ..stream });
        let streams: Vec<Stream> = numbered.collect();
        if streams != self.streams {
            // What waits belongs to what was there before.
            self.waiting.clear();
            self.streams = streams;
        }
        Ok(units)
    }

    /// With the language that the playlist says, where the stream says none.
    fn named(&self, stream: Stream) -> Stream {
        match self.language.filter(|_| stream.kind.is_audio() && stream.language.is_none()) {
            None => stream,
            Some([a, b, c]) => {
                let told = [0x0A, 4, a, b, c, stream.audio_type];
                let descriptors = [&stream.descriptors[..], &told].concat();
                Stream { language: self.language, descriptors, ..stream }
            }
        }
    }

    fn packed(&mut self, packed: &packed::Packed<'_>) -> (Vec<Stream>, Vec<Unit>) {
        let begin = packed.time.unwrap_or(self.next);
        let mut units = Vec::new();
        let length = packed.frames(|frame, time| {
            let time = begin + time;
            units.push(Unit { pid: 0, dts: time, pts: time, random_access: false, data: frame.to_vec() });
        });
        self.next = begin + length;
        (vec![Stream::new(0, packed.kind, None, 0)], units)
    }

    fn fragments(&mut self, bytes: &[u8]) -> Result<(Vec<Stream>, Vec<Unit>), Fault> {
        // Some segments bring their header along.
        if let Ok(header) = Header::read(bytes) {
            self.header = Some(header);
        }
        let header = self.header.as_ref().ok_or(Fault::NoHeader)?;
        let mut units = Vec::new();
        header.samples(bytes, &mut self.times, |sample| {
            units.push(Unit {
                pid: sample.stream as u16,
                dts: sample.dts,
                pts: sample.pts,
                random_access: sample.random_access,
                data: sample.data,
            });
        });
        let mut has_picture = false;
        let streams = header.streams().zip(0..).map(|((kind, language), pid)| {
            // A programme has one picture; of another nobody would know which.
            let more = kind.is_video() && std::mem::replace(&mut has_picture, true);
            Stream::new(pid, if more { Kind::Other(0) } else { kind }, language, 0)
        });
        let streams = streams.filter(|stream| !matches!(stream.kind, Kind::Other(_))).collect();
        Ok((streams, units))
    }
}

/// Whether a segment is transport stream: from its first byte on, or behind something that is nothing else.
pub fn is_transport(bytes: &[u8]) -> bool {
    let is_other = || is_fragmented(bytes) || packed::read(bytes).is_some();
    let last = JUNK.min(bytes.len().saturating_sub(3 * PACKET));
    transport::begins(bytes, 0) || (!is_other() && (1..=last).any(|at| transport::begins(bytes, at)))
}

/// Whether these are boxes that may stand at the beginning of a segment (ISO/IEC 23000-19 §7.3.2).
fn is_fragmented(bytes: &[u8]) -> bool {
    let kind = bytes.get(4..8).unwrap_or(&[]);
    let known: [&[u8]; 11] =
        [b"styp", b"ftyp", b"moof", b"moov", b"sidx", b"prft", b"emsg", b"free", b"skip", b"uuid", b"mdat"];
    known.contains(&kind)
}
