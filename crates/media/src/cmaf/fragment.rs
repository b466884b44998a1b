//! Media fragments: `moof` and `mdat`.

use super::boxes::Boxes;
use super::past::{Past, Picture};
use crate::codec::{aac, ac3_silence, audio, h264, hevc};
use crate::tape::{Frame, Lane, Origin, Rendition, Segment, Setup, Track, reaches};
use crate::time::to_ticks;
use crate::ts::packet::{PACKET, Packet};
use crate::ts::{pes, psi::Kind};
use std::borrow::Cow;
use std::ops::Range;

/// How much of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Extent {
    /// All of it.
    Whole,
    /// One part, by its number.
    Part(u32),
}

/// Why a fragment cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Missing {
    /// The segment has no such track or part.
    #[error("there is no such part or track in this segment")]
    NotThere,
    /// The bytes are gone or cannot be read.
    #[error("the tape's bytes {begin}..{end} cannot be read: {source}")]
    Bytes {
        /// First tape offset wanted.
        begin: u64,
        /// End of the range.
        end: u64,
        /// Why.
        source: std::io::Error,
    },
}

/// The frames of `lane` that belong to `extent` of a rendition cut by `master`.
pub fn frames(segment: &Segment, master: &Lane, lane: &Lane, extent: Extent) -> Option<Range<usize>> {
    let Extent::Part(number) = extent else { return Some(0..lane.frames.len()) };
    let part = master.parts.get(number as usize)?;
    let own = part.first as usize..(part.first + part.count) as usize;
    if lane.track == master.track {
        return Some(own);
    }
    // A frame of sound belongs to the part in which it starts; the last part takes what is left.
    let scale = |lane: &Lane| segment.run.track(lane.track).map_or(90_000, Track::timescale);
    let from = to_ticks(master.time(own.start), scale(master));
    let to = to_ticks(master.time(own.end), scale(master));
    let last = master.closed && number as usize + 1 == master.parts.len();
    let mut time = lane.start;
    let (mut first, mut end) = (lane.frames.len(), lane.frames.len());
    for (index, frame) in lane.frames.iter().enumerate() {
        let ticks = to_ticks(time, scale(lane));
        if first == lane.frames.len() && (reaches(ticks, from) || number == 0) {
            first = index;
        }
        if reaches(ticks, to) && !last {
            end = index;
            break;
        }
        time += i64::from(frame.duration);
    }
    Some(first.min(end)..end)
}

/// Where the decoder comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entry {
    /// From the segment before, or the run begins.
    Through,
    /// From elsewhere: the segment's first picture is the first that it sees (a viewer joins or seeks). The same as [`Entry::Through`]
    /// unless that picture is a recovery point of H.264, or a CRA picture of HEVC, within a run.
    Here,
}

/// Makes `extent` of `segment`. `read` gives the bytes of a range of offsets in a track's file; it is asked frame by frame.
pub fn fragment<'a>(
    segment: &Segment,
    rendition: Rendition,
    extent: Extent,
    read: impl FnMut(Origin, u64, u64) -> std::io::Result<Cow<'a, [u8]>>,
) -> Result<Vec<u8>, Missing> {
    enter(segment, rendition, extent, Entry::Through, read)
}

/// As [`fragment`], for a decoder that comes from `entry`.
pub fn enter<'a>(
    segment: &Segment,
    rendition: Rendition,
    extent: Extent,
    entry: Entry,
    mut read: impl FnMut(Origin, u64, u64) -> std::io::Result<Cow<'a, [u8]>>,
) -> Result<Vec<u8>, Missing> {
    let master = rendition.master().and_then(|id| segment.lane(id)).ok_or(Missing::NotThere)?;
    let mut parts = Vec::with_capacity(2);
    for (number, id) in rendition.tracks().enumerate() {
        let (Some(lane), Some(track)) = (segment.lane(id), segment.run.track(id)) else {
            return Err(Missing::NotThere);
        };
        // What is only promised would be taken for silence.
        let range = frames(segment, master, lane, extent).filter(|_| !lane.is_promised());
        let range = range.ok_or(Missing::NotThere)?;
        if !range.is_empty() {
            let past = past(segment, lane, track, entry, &mut read)?;
            parts.push((number as u32 + 1, Stretch { track, lane, range, past }));
        }
    }
    if parts.is_empty() {
        return Err(Missing::NotThere);
    }
    // The samples are written once, behind a gap as long as what goes before them.
    let gap = header_length(parts.iter().map(|(_, stretch)| stretch.range.len()));
    let frames = parts.iter().flat_map(|(_, stretch)| &stretch.lane.frames[stretch.range.clone()]);
    let bound: usize = frames.map(|frame| frame.length as usize).sum();
    let mut out = Vec::with_capacity(gap + bound);
    out.resize(gap, 0);
    let mut tracks = Vec::with_capacity(2);
    for (number, stretch) in parts {
        let start = out.len() - gap;
        let (time, samples) = payload(&stretch, &mut out, &mut read)?;
        tracks.push(Traf { number, time, samples, start });
    }
    let header = header(segment.sequence, &tracks, out.len() - gap);
    // Shorter if frames without samples were left out.
    out.drain(..gap - header.len());
    out[..header.len()].copy_from_slice(&header);
    Ok(out)
}

/// What the pictures of `lane` must not say, if it is one of pictures.
fn past<'a>(
    segment: &Segment,
    lane: &Lane,
    track: &Track,
    entry: Entry,
    read: &mut impl FnMut(Origin, u64, u64) -> std::io::Result<Cow<'a, [u8]>>,
) -> Result<Option<Past>, Missing> {
    if !track.kind.is_video() {
        return Ok(None);
    }
    let run = Past::of_run(segment, lane, track);
    // Where a run begins, whoever comes through comes from another picture.
    let is_entered = entry == Entry::Here || segment.discontinuity;
    let Some(first) = lane.frames.first().filter(|_| run.is_none() && is_entered) else {
        return Ok(run);
    };
    let (begin, end) = (first.begin, first.begin + u64::from(first.length));
    let packets = read(track.origin, begin, end).map_err(|source| Missing::Bytes { begin, end, source })?;
    Ok(Past::of_entry(lane, track, &packets))
}

/// Frames of a lane to be written.
struct Stretch<'a> {
    track: &'a Track,
    lane: &'a Lane,
    range: Range<usize>,
    past: Option<Past>,
}

/// Bytes before the samples, for tracks of so many samples.
fn header_length(samples: impl Iterator<Item = usize>) -> usize {
    let track = |samples| 8 + 16 + 20 + 20 + 16 * samples; // traf, tfhd, tfdt, trun
    8 + 16 + 8 + samples.map(track).sum::<usize>() // moof, mfhd, mdat
}

struct Traf {
    number: u32,
    time: i64,
    samples: Vec<(Frame, u32)>,
    /// Where its samples begin in `mdat`.
    start: usize,
}

/// `moof`, and the head of an `mdat` of `length` bytes.
fn header(sequence: u64, tracks: &[Traf], length: usize) -> Vec<u8> {
    let samples = tracks.iter().map(|track| track.samples.len());
    let mut b = Boxes { out: Vec::with_capacity(header_length(samples)) };
    let mut patches = Vec::new();
    b.wrap(b"moof", |b| {
        b.full(b"mfhd", 0, 0, |b| b.u32(sequence as u32));
        for track in tracks {
            b.wrap(b"traf", |b| {
                b.full(b"tfhd", 0, 0x2_0000, |b| b.u32(track.number)); // default-base-is-moof
                b.full(b"tfdt", 1, 0, |b| b.u64(track.time.max(0) as u64));
                // data offset; per sample: duration, size, flags, composition offset (signed)
                b.full(b"trun", 1, 0x0F01, |b| {
                    b.u32(track.samples.len() as u32);
                    patches.push((b.out.len(), track.start));
                    b.u32(0);
                    for (frame, size) in &track.samples {
                        b.u32(frame.duration);
                        b.u32(*size);
                        b.u32(if frame.random_access { 0x0200_0000 } else { 0x0101_0000 });
                        b.u32(frame.composition as u32);
                    }
                });
            });
        }
    });
    let data = b.out.len() + 8;
    for (at, start) in patches {
        b.out[at..at + 4].copy_from_slice(&((data + start) as u32).to_be_bytes());
    }
    b.u32((8 + length) as u32);
    b.bytes(b"mdat");
    b.out
}

/// Appends the samples of `stretch` to `media`; says when the first begins, and which frames they are and how long.
fn payload<'a>(
    stretch: &Stretch<'_>,
    media: &mut Vec<u8>,
    read: &mut impl FnMut(Origin, u64, u64) -> std::io::Result<Cow<'a, [u8]>>,
) -> Result<(i64, Vec<(Frame, u32)>), Missing> {
    let Stretch { track, lane, range, past } = stretch;
    let frames = &lane.frames[range.clone()];
    let (mut first, mut time) = (lane.time(range.start), lane.time(range.start));
    let mut elementary = Elementary::default();
    let mut samples: Vec<(Frame, u32)> = Vec::with_capacity(frames.len());
    for (number, frame) in range.clone().zip(frames) {
        let (start, mut sample) = (media.len(), *frame);
        let decoded = time;
        time += i64::from(frame.duration);
        if frame.length == 0 {
            if !silence(track, media) {
                // No silence of this codec is known: the frame before it stands longer.
                if let Some((last, _)) = samples.last_mut() {
                    last.duration += frame.duration;
                }
                continue;
            }
        } else {
            let (begin, end) = (frame.begin, frame.begin + u64::from(frame.length));
            let packets =
                read(track.origin, begin, end).map_err(|source| Missing::Bytes { begin, end, source })?;
            match track.origin {
                Origin::Derived { .. } => media.extend_from_slice(raw_aac(&packets)),
                Origin::Stream { pid } if track.kind.is_video() => {
                    elementary.collect(&packets, pid, frame.begin);
                    let (past, bytes) = (past.as_ref(), &elementary.bytes);
                    let mut stands_in = false;
                    match past.map(|past| past.picture(number, decoded, frame, bytes)) {
                        None => {}
                        Some(Picture::Written { stand_in, composition }) => {
                            (stands_in, sample.composition) = (stand_in, composition);
                        }
                        Some(Picture::LeftOut) => {
                            match samples.last_mut() {
                                Some((last, _)) => last.duration += frame.duration,
                                None => first = time,
                            }
                            continue;
                        }
                    }
                    let changed = |unit: &[u8]| past?.changed(number, stands_in, unit);
                    to_length_prefixed(track.kind, bytes, media, changed);
                }
                Origin::Stream { pid } => {
                    elementary.collect(&packets, pid, frame.begin);
                    let found = elementary.bytes.get(usize::from(frame.skip)..).unwrap_or(&[]);
                    let length = audio::header(track.kind, found).map_or(0, |header| header.length);
                    let found = &found[..length.min(found.len())];
                    media.extend_from_slice(if track.kind == Kind::AacAdts { raw_aac(found) } else { found });
                }
            }
        }
        samples.push((sample, (media.len() - start) as u32));
    }
    Ok((first, samples))
}

/// Appends an access unit of `kind`; see [`h264::to_length_prefixed`].
fn to_length_prefixed(
    kind: Kind,
    annex_b: &[u8],
    media: &mut Vec<u8>,
    changed: impl FnMut(&[u8]) -> Option<Vec<u8>>,
) {
    if kind == Kind::Hevc {
        hevc::to_length_prefixed(annex_b, media);
    } else {
        h264::to_length_prefixed(annex_b, media, changed);
    }
}

/// Appends a frame of silence in the format of the track; `false`: there is none.
fn silence(track: &Track, media: &mut Vec<u8>) -> bool {
    match (&track.setup, track.kind) {
        (_, Kind::AacAdts) => {
            media.extend_from_slice(aac::silence(track.header().map_or(2, |header| header.channels)));
            true
        }
        (Some(Setup::Audio { front, .. }), Kind::Ac3 | Kind::Eac3) => {
            let frame = ac3_silence::silence(front);
            media.extend_from_slice(frame.as_deref().unwrap_or(&[]));
            frame.is_some()
        }
        _ => false,
    }
}

fn raw_aac(adts: &[u8]) -> &[u8] {
    adts.get(aac::adts_header_length(adts)..).unwrap_or(&[])
}

/// The elementary bytes of PES packets, PES headers left out. Kept as long as frames lie in the same packets.
#[derive(Default)]
pub(crate) struct Elementary {
    pub(crate) bytes: Vec<u8>,
    from: Option<(u64, usize)>,
}

impl Elementary {
    pub(crate) fn collect(&mut self, packets: &[u8], pid: u16, begin: u64) {
        let done = match self.from {
            Some((from, length)) if from == begin && length <= packets.len() => length,
            _ => {
                self.bytes.clear();
                self.bytes.reserve(packets.len());
                0
            }
        };
        for packet in
            packets[done..].chunks_exact(PACKET).filter_map(Packet::new).filter(|packet| packet.pid() == pid)
        {
            let payload = packet.payload();
            let skip =
                if packet.unit_start() { pes::header(payload).map_or(0, |header| header.length) } else { 0 };
            self.bytes.extend_from_slice(payload.get(skip..).unwrap_or(&[]));
        }
        self.from = Some((begin, packets.len()));
    }
}
