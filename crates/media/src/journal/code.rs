//! Numbers, runs and segments as bytes of a record, and back. Whatever bytes come, reading ends and takes no more memory than they
//! have bytes for.

use crate::codec::{Picture, audio::FrameHeader, h264, hevc};
use crate::tape::{Frame, Lane, Origin, PAST, Part, Recovery, Run, Segment, Setup, Texts, Track};
use crate::ts::psi::Kind;
use std::sync::Arc;

/// Appends to a record.
pub(super) struct Writer {
    pub(super) out: Vec<u8>,
}

impl Writer {
    pub(super) fn tagged(tag: u8) -> Self {
        Self { out: vec![tag] }
    }

    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }

    fn signed(&mut self, value: i64) {
        self.number((value << 1 ^ value >> 63) as u64);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.out.extend_from_slice(bytes);
    }

    pub(super) fn run(&mut self, run: &Run) {
        self.number(u64::from(run.number));
        self.signed(run.start);
        self.signed(run.offset);
        self.bytes(&run.tables);
        self.number(run.tracks.len() as u64);
        for track in &run.tracks {
            self.track(track);
        }
    }

    fn track(&mut self, track: &Track) {
        let (kind, other) = kind_code(track.kind);
        self.out.extend_from_slice(&[track.id, kind, other, track.audio_type]);
        match track.origin {
            Origin::Stream { pid } => {
                self.out.push(0);
                self.number(u64::from(pid));
            }
            Origin::Derived { from } => self.out.extend_from_slice(&[1, from]),
        }
        self.bytes(track.language.as_ref().map_or(&[], |code| &code[..]));
        match &track.setup {
            None => self.out.push(0),
            Some(Setup::Avc(config)) => {
                self.out.push(1);
                self.sets(&[&config.sps, &config.pps]);
            }
            Some(Setup::Hevc(config)) => {
                self.out.push(5);
                self.sets(&[&config.vps, &config.sps, &config.pps]);
            }
            Some(Setup::Picture(picture)) => {
                self.out.push(2);
                let (count, second) = picture.frame_rate.unwrap_or((0, 0));
                for value in [picture.width, picture.height, count, second, u32::from(picture.interlaced)] {
                    self.number(u64::from(value));
                }
            }
            Some(Setup::Aac { header, config }) => {
                self.out.push(3);
                self.header(header);
                self.out.extend_from_slice(config);
            }
            Some(Setup::Audio { header, front }) => {
                self.out.push(4);
                self.header(header);
                self.out.extend_from_slice(front);
            }
        }
    }

    fn sets(&mut self, kinds: &[&Vec<Vec<u8>>]) {
        for sets in kinds {
            self.number(sets.len() as u64);
            for set in *sets {
                self.bytes(set);
            }
        }
    }

    fn header(&mut self, header: &FrameHeader) {
        self.number(header.length as u64);
        self.number(u64::from(header.samples));
        self.number(u64::from(header.rate));
        self.out.push(header.channels);
    }

    pub(super) fn segment(&mut self, segment: &Segment) {
        self.number(segment.sequence);
        self.number(u64::from(segment.run.number));
        self.out.push(u8::from(segment.discontinuity));
        self.number(segment.discontinuity_sequence);
        self.signed(segment.start);
        self.signed(segment.end.unwrap_or(segment.start) - segment.start);
        self.signed(segment.wall_ms);
        self.number(segment.base);
        self.number(segment.lanes.len() as u64);
        for lane in &segment.lanes {
            self.lane(lane, segment.base);
        }
        // Written where it is, so that all other records are as they were before there was such a thing.
        if let Some(recovery) = segment.recovery {
            self.number(u64::from(recovery.frame_num));
            self.number(u64::from(recovery.count));
            self.number(u64::from(recovery.stand_ins));
        }
    }

    fn lane(&mut self, lane: &Lane, base: u64) {
        self.out.push(lane.track);
        self.signed(lane.start);
        self.number(lane.frames.len() as u64);
        let mut before = base;
        for frame in &lane.frames {
            let frame = if frame.begin < PAST { *frame } else { Frame::promised(frame.duration) };
            self.signed(frame.begin.wrapping_sub(before) as i64);
            before = frame.begin;
            self.number(u64::from(frame.length) << 1 | u64::from(frame.random_access));
            self.number(u64::from(frame.duration));
            self.signed(i64::from(frame.composition));
            self.number(u64::from(frame.skip));
        }
        self.number(lane.parts.len() as u64);
        for part in &lane.parts {
            self.number(u64::from(part.count));
        }
    }
}

/// Reads a record.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*bytes)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn small<T: TryFrom<u64>>(&mut self) -> Option<T> {
        T::try_from(self.number()?).ok()
    }

    fn signed(&mut self) -> Option<i64> {
        let value = self.number()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// How many things follow; each takes a byte at least.
    fn count(&mut self) -> Option<usize> {
        self.small().filter(|count: &usize| *count <= self.rest.len())
    }

    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.count()?;
        let (bytes, rest) = self.rest.split_at(length);
        self.rest = rest;
        Some(bytes)
    }

    pub(super) fn run(&mut self) -> Option<Run> {
        Some(Run {
            number: self.small().filter(|number| *number < u32::MAX)?,
            start: self.signed()?,
            offset: self.signed()?,
            tables: self.bytes()?.to_vec(),
            tracks: (0..self.count()?).map(|_| self.track()).collect::<Option<_>>()?,
            texts: Texts::default(),
        })
    }

    fn track(&mut self) -> Option<Track> {
        let [id, kind, other, audio_type] = self.fixed()?;
        let kind = kind_of(kind, other)?;
        let origin = match self.byte()? {
            0 => Origin::Stream { pid: self.small()? },
            1 => Origin::Derived { from: self.byte()? },
            _ => return None,
        };
        let language = self.bytes()?.try_into().ok();
        let setup = match self.byte()? {
            0 => None,
            1 => Some(Setup::Avc(h264::Config::new(self.sets()?, self.sets()?)?)),
            5 => Some(Setup::Hevc(hevc::Config::new(self.sets()?, self.sets()?, self.sets()?)?)),
            2 => {
                let (width, height) = (self.small()?, self.small()?);
                let (count, second) = (self.small()?, self.small()?);
                let frame_rate = (second > 0).then_some((count, second));
                Some(Setup::Picture(Picture { width, height, frame_rate, interlaced: self.number()? == 1 }))
            }
            3 => Some(Setup::Aac { header: self.header()?, config: self.fixed()? }),
            4 => Some(Setup::Audio { header: self.header()?, front: self.fixed()? }),
            _ => return None,
        };
        Some(Track { id, kind, origin, language, audio_type, setup })
    }

    fn sets(&mut self) -> Option<Vec<Vec<u8>>> {
        (0..self.count()?).map(|_| self.bytes().map(<[u8]>::to_vec)).collect()
    }

    fn header(&mut self) -> Option<FrameHeader> {
        Some(FrameHeader {
            length: self.small()?,
            samples: self.small()?,
            rate: self.small()?,
            channels: self.byte()?,
        })
    }

    /// A segment and the number of its run; `run` gives what is known of that so far.
    pub(super) fn segment(&mut self, run: impl FnOnce(u32) -> Option<Arc<Run>>) -> Option<(u32, Segment)> {
        // There is always a next one.
        let sequence = self.number().filter(|sequence| *sequence < u64::MAX)?;
        let number = self.small()?;
        let discontinuity = self.byte()? == 1;
        let discontinuity_sequence = self.number()?;
        let start = self.signed()?;
        let end = start.checked_add(self.signed()?)?;
        let wall_ms = self.signed()?;
        let base = self.number()?;
        let lanes = (0..self.count()?).map(|_| self.lane(base)).collect::<Option<_>>()?;
        let recovery = if self.is_empty() {
            None
        } else {
            Some(Recovery { frame_num: self.small()?, count: self.small()?, stand_ins: self.small()? })
        };
        let segment = Segment {
            sequence,
            run: run(number)?,
            discontinuity,
            discontinuity_sequence,
            start,
            end: Some(end),
            wall_ms,
            base,
            recovery,
            lanes,
        };
        Some((number, segment))
    }

    fn lane(&mut self, base: u64) -> Option<Lane> {
        let track = self.byte()?;
        let start = self.signed()?;
        let (mut before, mut end) = (base, start);
        let mut frames = Vec::new();
        for _ in 0..self.count()? {
            before = before.wrapping_add(self.signed()? as u64);
            let length = self.number()?;
            let random_access = length & 1 == 1;
            let length = u32::try_from(length >> 1).ok()?;
            before.checked_add(u64::from(length))?;
            let duration: u32 = self.small()?;
            end = end.checked_add(i64::from(duration))?;
            let frame = Frame {
                begin: before,
                length,
                random_access,
                duration,
                composition: i32::try_from(self.signed()?).ok()?,
                skip: self.small()?,
            };
            // No stream is so long: there is only what is promised.
            if frame.begin >= PAST && frame != Frame::promised(duration) {
                return None;
            }
            frames.push(frame);
        }
        frames.shrink_to_fit();
        let mut parts: Vec<Part> = Vec::new();
        for _ in 0..self.count()? {
            let first = parts.last().map_or(0, |part| part.first + part.count);
            let count = self.small()?;
            let own = frames.get(first as usize..first.checked_add(count)? as usize)?;
            parts.push(Part {
                first,
                count,
                duration: own.iter().try_fold(0u32, |sum, frame| sum.checked_add(frame.duration))?,
                independent: own.first()?.random_access,
            });
        }
        parts.shrink_to_fit();
        Some(Lane { track, start, frames, parts, closed: true })
    }
}

fn kind_code(kind: Kind) -> (u8, u8) {
    match kind {
        Kind::Mpeg2Video => (0, 0),
        Kind::H264 => (1, 0),
        Kind::Hevc => (2, 0),
        Kind::MpegAudio => (3, 0),
        Kind::AacAdts => (4, 0),
        Kind::AacLatm => (5, 0),
        Kind::Ac3 => (6, 0),
        Kind::Eac3 => (7, 0),
        Kind::Teletext => (8, 0),
        Kind::DvbSubtitle => (9, 0),
        Kind::Other(code) => (10, code),
    }
}

fn kind_of(code: u8, other: u8) -> Option<Kind> {
    Some(match code {
        0 => Kind::Mpeg2Video,
        1 => Kind::H264,
        2 => Kind::Hevc,
        3 => Kind::MpegAudio,
        4 => Kind::AacAdts,
        5 => Kind::AacLatm,
        6 => Kind::Ac3,
        7 => Kind::Eac3,
        8 => Kind::Teletext,
        9 => Kind::DvbSubtitle,
        10 => Kind::Other(other),
        _ => return None,
    })
}
