//! What of a sound is kept for a transcoder: from when it is tapped on, and, should somebody ask, since a little before the segments that are not
//! over. It knows nothing of transcoders: whole frames and the times of the first.

use super::Sound;
use crate::codec::aac;
use crate::codec::audio::FrameHeader;
use crate::past::PRE_ROLL;
use crate::segment::timeline::Timeline;
use crate::time::to_ticks;
use crate::ts::psi::Kind;

/// Elementary frames for a transcoder: a stretch without hole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tapped {
    /// Time of the first frame in samples of `rate`, if a new stretch begins here; else it continues the last.
    pub start: Option<i64>,
    /// Samples per second.
    pub rate: u32,
    /// Samples that the frames hold.
    pub samples: i64,
    /// Whole frames as they were broadcast.
    pub bytes: Vec<u8>,
}

/// A transcoder that does not fetch its frames loses them beyond this (bytes): ten seconds of the fattest codec.
const TAP_LIMIT: usize = 1 << 20;
/// More are not kept for a transcoder that may be started: ten seconds of the shortest frames.
const RECENT_LIMIT: usize = 500;

/// Whether a decoder that knows of nothing before can begin here: of LATM some frames refer to the configuration that others bring.
fn begins_a_stretch(kind: Kind, frame: &[u8]) -> bool {
    kind != Kind::AacLatm || aac::latm(frame).is_some()
}

impl Sound {
    /// From now on frames are kept for a transcoder: also those of the segments that are not over, and what goes before them.
    pub(in crate::segment) fn tap(&mut self, on: bool) {
        if !on {
            self.torn |= self.tap.take().is_some();
            return;
        }
        if self.tap.is_some() {
            self.torn = true;
            return;
        }
        let mut recent = std::mem::take(&mut self.recent);
        while recent.front().is_some_and(|(_, bytes)| !begins_a_stretch(self.kind, bytes)) {
            recent.pop_front();
        }
        let tapped = recent.front().zip(self.header).map(|((start, _), header)| Tapped {
            start: Some(*start),
            rate: header.rate,
            samples: recent.len() as i64 * i64::from(header.samples),
            bytes: recent.iter().flat_map(|(_, bytes)| bytes).copied().collect(),
        });
        self.torn |= tapped.is_none();
        self.tap = Some(tapped.into_iter().collect());
    }

    /// Nobody has asked yet: somebody may while a segment is not over.
    fn remember(&mut self, time: i64, bytes: &[u8], header: FrameHeader, timeline: &Timeline) {
        if std::mem::take(&mut self.torn) {
            self.recent.clear();
        }
        if self.kind == Kind::AacAdts {
            return;
        }
        let start = timeline.open_since(self.track);
        let early = |frame: Option<&(i64, Vec<u8>)>| {
            frame.is_some_and(|(time, _)| to_ticks(*time, header.rate) < start)
        };
        while early(self.recent.get(PRE_ROLL)) {
            self.recent.pop_front();
        }
        if self.recent.len() == RECENT_LIMIT {
            self.recent.pop_front();
        }
        self.recent.push_back((time, bytes.to_vec()));
    }

    /// Its track is tapped or not: a tap that is there goes on.
    pub(in crate::segment) fn keep_tap(&mut self, on: bool) {
        if on != self.tap.is_some() {
            self.tap(on);
        }
    }

    /// What has been kept since the last call.
    pub(in crate::segment) fn take_tapped(&mut self) -> Vec<Tapped> {
        self.tap.as_mut().map(std::mem::take).unwrap_or_default()
    }

    pub(super) fn keep(&mut self, time: i64, bytes: &[u8], header: FrameHeader, timeline: &Timeline) {
        let Some(tap) = &mut self.tap else { return self.remember(time, bytes, header, timeline) };
        let rate = header.rate;
        let goes_on = !self.torn && tap.last().is_none_or(|last| last.rate == rate);
        if !goes_on && !begins_a_stretch(self.kind, bytes) {
            self.torn = true;
            return;
        }
        if self.torn || tap.last().is_some_and(|last| last.rate != rate) {
            tap.push(Tapped { start: Some(time), rate, ..Tapped::default() });
        } else if tap.is_empty() {
            tap.push(Tapped { rate, ..Tapped::default() });
        }
        self.torn = false;
        let held: usize = tap.iter().map(|tapped| tapped.bytes.len()).sum();
        if held > TAP_LIMIT {
            tap.clear();
            self.torn = true;
            return;
        }
        let last = tap.last_mut().expect("just pushed");
        last.bytes.extend_from_slice(bytes);
        last.samples += i64::from(header.samples);
    }
}
