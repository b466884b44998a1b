//! Transport stream out of a tape: segments for players that want HLS with MPEG-TS, and the point at which a raw reader joins.
//!
//! A segment is PAT, PMT and the packets of its tracks in byte order. It takes the packets from where its predecessor's last frame ended
//! to where its own last frame ends, so joined segments hold each packet once and continuity counters go on. Derived sound is
//! put into PES packets here (ISO/IEC 13818-1 §2.4.3.6), one frame each; its counters begin anew in each segment, announced by the
//! discontinuity indicator.

mod choice;

pub use choice::{Choice, Which};

use crate::cmaf::Missing;
use crate::tape::{Index, Lane, Origin, Rendition, Run, Segment, Track};
use crate::time::{HZ, to_ticks};
use crate::ts::clock::WRAP;
use crate::ts::packet::{NULL_PID, PACKET, Packet, SYNC};
use crate::ts::pes::{self, Front, write_timestamp};
use crate::ts::psi::{Pat, Pmt, Stream, packetise};
use std::borrow::Cow;

/// PID of the programme map in segments.
const PMT_PID: u16 = 0x1000;
/// PID of derived sound; streams that lie there are moved out of the way by taking the next.
const DERIVED_PID: u16 = 0x1010;

/// Where a raw reader joins: the newest random access point of the track that cuts.
pub fn join(index: &Index) -> Option<Joined> {
    index.segments.iter().rev().find_map(|segment| {
        let frame = segment.lanes.first()?.frames.iter().rev().find(|frame| frame.random_access)?;
        let mut joined = Joined {
            offset: frame.begin,
            run: 0,
            tables: segment.run.tables.clone(),
            unmarked: Vec::new(),
            seamless: false,
        };
        joined.enter(&segment.run);
        Some(joined)
    })
}

/// A raw reader that has joined: the first packet of each track is marked by the discontinuity indicator (ISO/IEC 13818-1 §2.4.3.5), at
/// the join and wherever a run begins.
pub struct Joined {
    /// Tape offset at which it begins.
    pub offset: u64,
    /// PAT and PMT, to be sent first.
    pub tables: Vec<u8>,
    run: u32,
    /// PIDs whose next packet is to be marked.
    unmarked: Vec<u16>,
    seamless: bool,
}

impl Joined {
    /// Of a tape whose clocks and counters go on from run to run: only the join itself is marked.
    #[must_use]
    pub fn seamless(mut self) -> Self {
        self.seamless = true;
        self
    }

    fn enter(&mut self, run: &Run) {
        self.run = run.number;
        self.unmarked = run
            .tracks
            .iter()
            .filter_map(|track| match track.origin {
                Origin::Stream { pid } => Some(pid),
                Origin::Derived { .. } => None,
            })
            .collect();
    }

    /// Marks what is to be marked in `bytes`, whole packets from tape offset `offset` on.
    pub fn pass(&mut self, offset: u64, bytes: Vec<u8>, index: &Index) -> Vec<u8> {
        let next =
            index.segments.iter().rev().take_while(|segment| segment.run.number > self.run).last().cloned();
        // A run is known one picture after its first packets: a little late is better than never.
        let next = next.filter(|segment| !self.seamless && segment.base < offset + bytes.len() as u64);
        if self.unmarked.is_empty() && next.is_none() {
            return bytes;
        }
        let mut out = Vec::with_capacity(bytes.len() + 8 * PACKET);
        let mut next = next.as_deref();
        for (number, packet) in bytes.chunks(PACKET).enumerate() {
            let at = offset + (number * PACKET) as u64;
            if let Some(segment) = next.take_if(|segment| segment.base <= at) {
                self.enter(&segment.run);
            }
            let own = Packet::new(packet).and_then(|packet| {
                self.unmarked.iter().position(|pid| *pid == packet.pid()).map(|place| (packet, place))
            });
            if let Some((packet, place)) = own {
                self.unmarked.swap_remove(place);
                mark(&packet, &mut out);
            } else {
                out.extend_from_slice(packet);
            }
        }
        out
    }
}

/// A reader for a filter that goes through all runs: what it passes on has tape times (and [`LEAD`]) in place of the source's, so that no
/// clock ever jumps. It goes as far as runs are known, a picture behind the tape.
pub struct Continuous {
    /// Tape offset of what comes next.
    pub offset: u64,
    /// PAT and PMT, to be sent first.
    pub tables: Vec<u8>,
}

/// Tape times of [`Continuous`] begin here (ticks): decoding times before the first picture would be negative.
pub const LEAD: i64 = 10 * HZ;

impl Continuous {
    /// Joins at the newest random access point of the run in force; `None` before there is one.
    pub fn join(index: &Index) -> Option<Self> {
        let joined = join(index)?;
        Some(Self { offset: joined.offset, tables: joined.tables })
    }

    /// Up to which offset it may go now: where the newest picture ends.
    pub fn reach(index: &Index) -> u64 {
        let frames = index.segments.iter().rev().filter_map(|segment| segment.lanes.first()?.frames.last());
        frames.map(|frame| frame.begin + u64::from(frame.length)).find(|end| *end > 0).unwrap_or(0)
    }

    /// Whole packets from [`Continuous::offset`] on, with tape times.
    pub fn pass(&mut self, mut bytes: Vec<u8>, index: &Index) -> Vec<u8> {
        let begin = self.offset;
        self.offset += bytes.len() as u64;
        let first = index.segments.partition_point(|segment| segment.base <= begin).saturating_sub(1);
        let mut ahead =
            index.segments.range(first..).map(|segment| (segment.base, segment.run.offset)).peekable();
        let Some((_, mut offset)) = ahead.next() else { return bytes };
        for (number, packet) in bytes.chunks_exact_mut(PACKET).enumerate() {
            let at = begin + (number * PACKET) as u64;
            while let Some((_, next)) = ahead.next_if(|(base, _)| *base <= at) {
                offset = next;
            }
            retime(packet, offset + LEAD);
        }
        bytes
    }
}

/// Whole packets of `run` with tape times (and [`LEAD`]) in place of the source's.
pub fn in_tape_time(mut bytes: Vec<u8>, run: &Run) -> Vec<u8> {
    for packet in bytes.chunks_exact_mut(PACKET) {
        retime(packet, run.offset + LEAD);
    }
    bytes
}

/// Adds `ticks` to the time stamps of a packet: its PCR (ISO/IEC 13818-1 §2.4.3.5), and PTS and DTS of a PES header that begins in it.
pub(crate) fn retime(packet: &mut [u8], ticks: i64) {
    retime_each(packet, (ticks, ticks, ticks));
}

/// The same, where PCR, PTS and DTS are not moved by as much.
pub(crate) fn retime_each(packet: &mut [u8], (pcr, pts, dts): (i64, i64, i64)) {
    let moved = |value: u64, ticks: i64| (value as i64).wrapping_add(ticks).rem_euclid(WRAP) as u64;
    let Some(seen) = Packet::new(packet) else { return };
    let (begins, payload) = (seen.unit_start(), PACKET - seen.payload().len());
    if seen.pcr_27m().is_some() {
        let base = u64::from(u32::from_be_bytes([packet[6], packet[7], packet[8], packet[9]])) << 1
            | u64::from(packet[10] >> 7);
        let base = moved(base, pcr);
        packet[6..10].copy_from_slice(&((base >> 1) as u32).to_be_bytes());
        packet[10] = packet[10] & 0x7F | ((base & 1) as u8) << 7;
    }
    let Some(header) = packet.get(payload..).filter(|_| begins).and_then(pes::header) else { return };
    for (at, value, ticks) in [(9, header.pts, pts), (14, header.dts, dts)] {
        if let Some((value, place)) = value.zip(packet.get_mut(payload + at..payload + at + 5)) {
            let prefix = place[0] >> 4;
            place.copy_from_slice(&write_timestamp(prefix, moved(value, ticks)));
        }
    }
}

/// Appends a packet with the discontinuity indicator set: where it has no room for it, behind a packet that has nothing else.
pub(crate) fn mark(packet: &Packet<'_>, out: &mut Vec<u8>) {
    let bytes = packet.bytes();
    if bytes[3] & 0x20 != 0 && bytes[4] > 0 {
        let at = out.len();
        out.extend_from_slice(bytes);
        out[at + 5] |= 0x80;
        return;
    }
    let mut marker = [0xFF; PACKET];
    // Without payload the counter does not count on (§2.4.3.3): it is that of the packet before.
    let before = packet.continuity().wrapping_sub(u8::from(packet.has_payload())) & 0x0F;
    marker[..6].copy_from_slice(&[SYNC, bytes[1] & 0x1F, bytes[2], 0x20 | before, PACKET as u8 - 5, 0x80]);
    out.extend_from_slice(&marker);
    out.extend_from_slice(bytes);
}

/// A whole segment as transport stream. `before` is the segment before it in the same run, if it is still there.
pub fn segment<'a>(
    segment: &Segment,
    before: Option<&Segment>,
    rendition: Rendition,
    mut read: impl FnMut(Origin, u64, u64) -> std::io::Result<Cow<'a, [u8]>>,
) -> Result<Vec<u8>, Missing> {
    let run = &segment.run;
    let tracks: Vec<&Track> =
        rendition.tracks().map(|id| run.track(id)).collect::<Option<_>>().ok_or(Missing::NotThere)?;
    let derived_pid = (DERIVED_PID..NULL_PID)
        .find(|pid| run.tracks.iter().all(|t| t.origin != Origin::Stream { pid: *pid }));
    let derived_pid = derived_pid.unwrap_or(DERIVED_PID);
    let mut out = tables(run, &tracks, derived_pid, segment.sequence);
    let mut packets: Vec<(u64, [u8; PACKET])> = Vec::new();
    for track in &tracks {
        let lane = segment.lane(track.id).ok_or(Missing::NotThere)?;
        let previous = before.and_then(|before| before.lane(track.id));
        match track.origin {
            Origin::Stream { pid } => own_packets(lane, previous, pid, &mut read, &mut packets)?,
            Origin::Derived { .. } => {
                derived_packets(segment, lane, track, derived_pid, &mut read, &mut packets)?;
            }
        }
    }
    packets.sort_by_key(|(offset, _)| *offset);
    out.reserve(packets.len() * PACKET);
    for (_, packet) in &packets {
        out.extend_from_slice(packet);
    }
    Ok(out)
}

fn tables(run: &Run, tracks: &[&Track], derived_pid: u16, sequence: u64) -> Vec<u8> {
    let streams: Vec<Stream> = tracks
        .iter()
        .map(|track| {
            let pid = match track.origin {
                Origin::Stream { pid } => pid,
                Origin::Derived { .. } => derived_pid,
            };
            Stream::new(pid, track.kind, track.language, track.audio_type)
        })
        .collect();
    let pcr_pid = run
        .tracks
        .iter()
        .find_map(|track| match track.origin {
            Origin::Stream { pid } => Some(pid),
            Origin::Derived { .. } => None,
        })
        .unwrap_or(NULL_PID);
    let pat = Pat { transport_stream_id: 1, version: 0, programmes: vec![(1, PMT_PID)] };
    let pmt = Pmt { programme: 1, version: run.number as u8 & 0x1F, pcr_pid, scrambled: false, streams };
    let mut out = Vec::with_capacity(2 * PACKET);
    let mut counter = sequence as u8 & 0x0F;
    packetise(&pat.section(), 0, &mut counter, &mut out);
    let mut counter = sequence as u8 & 0x0F;
    packetise(&pmt.section(), PMT_PID, &mut counter, &mut out);
    out
}

/// A track's packets that belong to this segment.
fn own_packets<'a>(
    lane: &Lane,
    previous: Option<&Lane>,
    pid: u16,
    read: &mut impl FnMut(Origin, u64, u64) -> std::io::Result<Cow<'a, [u8]>>,
    packets: &mut Vec<(u64, [u8; PACKET])>,
) -> Result<(), Missing> {
    let own = || lane.frames.iter().filter(|frame| frame.length > 0);
    let ends = |lane: &Lane| {
        lane.frames.iter().filter(|f| f.length > 0).map(|f| f.begin + u64::from(f.length)).max()
    };
    let (Some(first), Some(end)) = (own().next().map(|frame| frame.begin), ends(lane)) else { return Ok(()) };
    let begin = previous.and_then(ends).map_or(first, |before| before.max(first));
    if begin >= end {
        return Ok(());
    }
    let bytes =
        read(Origin::Stream { pid }, begin, end).map_err(|source| Missing::Bytes { begin, end, source })?;
    for (number, packet) in bytes.chunks_exact(PACKET).enumerate() {
        let offset = begin + (number * PACKET) as u64;
        if let Some(view) = Packet::new(packet).filter(|view| view.pid() == pid) {
            packets.push((offset, *view.bytes()));
        }
    }
    Ok(())
}

fn derived_packets<'a>(
    segment: &Segment,
    lane: &Lane,
    track: &Track,
    pid: u16,
    read: &mut impl FnMut(Origin, u64, u64) -> std::io::Result<Cow<'a, [u8]>>,
    packets: &mut Vec<(u64, [u8; PACKET])>,
) -> Result<(), Missing> {
    let mut time = lane.start;
    let (mut counter, mut cut) = (0, Vec::new());
    // Its counter begins anew with every segment.
    let mut front = Front { discontinuity: true, ..Front::default() };
    for frame in &lane.frames {
        let ticks = to_ticks(time, track.timescale());
        time += i64::from(frame.duration);
        if frame.length == 0 {
            continue;
        }
        let (begin, end) = (frame.begin, frame.begin + u64::from(frame.length));
        let bytes = read(track.origin, begin, end).map_err(|source| Missing::Bytes { begin, end, source })?;
        let pts = (ticks - segment.run.offset).rem_euclid(WRAP) as u64;
        let mut pes = vec![0, 0, 1, 0xC0];
        pes.extend_from_slice(&((bytes.len() + 8) as u16).to_be_bytes());
        pes.extend_from_slice(&[0x84, 0x80, 5]);
        pes.extend_from_slice(&write_timestamp(2, pts));
        // Beside the picture that is decoded at this moment.
        let place = place(segment, ticks);
        pes::packetise((&pes, &bytes), pid, std::mem::take(&mut front), &mut counter, &mut cut);
        packets.extend(cut.chunks_exact(PACKET).filter_map(|packet| Some((place, packet.try_into().ok()?))));
        cut.clear();
    }
    Ok(())
}

/// The tape offset at which the cutting track's frame of that time begins.
fn place(segment: &Segment, ticks: i64) -> u64 {
    let Some(lane) = segment.lanes.first() else { return 0 };
    let scale = segment.run.tracks.first().map_or(90_000, Track::timescale);
    let mut time = lane.start;
    let mut place = 0;
    for frame in &lane.frames {
        if to_ticks(time, scale) > ticks {
            break;
        }
        place = frame.begin;
        time += i64::from(frame.duration);
    }
    place
}
