//! Segments: movie fragments (`moof`) and the samples that they point at.

use super::Header;
use super::boxes::{Fields, boxes, child};
use super::header::Defaults;
use crate::time::to_ticks;

/// Samples that are read of one segment: ten minutes of pictures at 60 Hz and as much sound.
pub const SAMPLES_MOST: usize = 100_000;
/// What a segment gives is so many times longer at most, and [`SLACK`] more: lengths of one byte become start codes, and parameter sets are repeated.
const GROWTH: usize = 3;
const SLACK: usize = 1 << 20;

/// An access unit, or a frame of sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Its track's place in [`Header::streams`].
    pub stream: usize,
    /// When it is decoded (ticks of 90 kHz).
    pub dts: i64,
    /// When it is presented.
    pub pts: i64,
    /// Decoding may begin here, as the container says.
    pub random_access: bool,
    /// As a transport stream carries it.
    pub data: Vec<u8>,
}

/// What the flags of a track fragment and of a run say is there (ISO/IEC 14496-12 §8.8.7, §8.8.8).
mod flag {
    pub(super) const BASE: u32 = 0x1;
    pub(super) const ENTRY: u32 = 0x2;
    pub(super) const DURATION: u32 = 0x8;
    pub(super) const SIZE: u32 = 0x10;
    pub(super) const FLAGS: u32 = 0x20;
    pub(super) const FROM_FRAGMENT: u32 = 0x2_0000;
    pub(super) const RUN_OFFSET: u32 = 0x1;
    pub(super) const RUN_FIRST: u32 = 0x4;
    pub(super) const RUN_DURATION: u32 = 0x100;
    pub(super) const RUN_SIZE: u32 = 0x200;
    pub(super) const RUN_FLAGS: u32 = 0x400;
    pub(super) const RUN_COMPOSITION: u32 = 0x800;
    /// `sample_is_non_sync_sample`.
    pub(super) const NO_SYNC: u32 = 0x1_0000;
}

/// What is left to be read and written of one segment.
struct Budget {
    samples: usize,
    /// Bytes that samples may still take from the segment: each counts once.
    taken: usize,
    given: usize,
}

/// A track fragment while its runs are read.
struct Fragment<'a> {
    segment: &'a [u8],
    stream: usize,
    defaults: Defaults,
    /// Offsets of runs count from here.
    base: i64,
    /// Where the next sample lies, unless its run says it.
    next: i64,
    /// When the next sample is decoded (units of the track).
    time: i64,
}

impl Header {
    /// Calls `each` with every sample of a segment, a track after the other in each fragment. `times`: when the next sample of each track is decoded, in its
    /// own units, for fragments that do not say it (`tfdt`); kept by the caller from segment to segment.
    pub fn samples(&self, segment: &[u8], times: &mut Vec<i64>, mut each: impl FnMut(Sample)) {
        times.resize(self.tracks.len(), 0);
        let given = segment.len().saturating_mul(GROWTH).saturating_add(SLACK);
        let mut budget = Budget { samples: SAMPLES_MOST, taken: segment.len(), given };
        for moof in boxes(segment).filter(|found| found.kind == *b"moof") {
            let mut end = moof.at as i64;
            for traf in boxes(moof.body).filter(|found| found.kind == *b"traf") {
                let read = self.fragment(segment, traf.body, moof.at as i64, end);
                let Some((mut fragment, time)) = read else { continue };
                fragment.time = time.unwrap_or(times[fragment.stream]);
                for run in boxes(traf.body).filter(|found| found.kind == *b"trun") {
                    self.run(&mut fragment, run.body, &mut budget, &mut each);
                }
                times[fragment.stream] = fragment.time;
                end = fragment.next;
            }
        }
    }

    /// The head of a track fragment (§8.8.7), and its time (§8.8.12). `end`: where the data of the one before ends.
    fn fragment<'a>(
        &self,
        segment: &'a [u8],
        traf: &[u8],
        moof: i64,
        end: i64,
    ) -> Option<(Fragment<'a>, Option<i64>)> {
        let mut fields = Fields(child(traf, b"tfhd")?);
        let (_, flags) = fields.full()?;
        let id = fields.u32()?;
        let stream = self.tracks.iter().position(|track| track.id == id)?;
        let mut base = if flags & flag::FROM_FRAGMENT != 0 { moof } else { end };
        if flags & flag::BASE != 0 {
            base = i64::try_from(fields.u64()?).ok()?;
        }
        if flags & flag::ENTRY != 0 {
            fields.u32()?;
        }
        let mut defaults = self.tracks[stream].defaults;
        for (bit, value) in [
            (flag::DURATION, &mut defaults.duration),
            (flag::SIZE, &mut defaults.size),
            (flag::FLAGS, &mut defaults.flags),
        ] {
            if flags & bit != 0 {
                *value = fields.u32()?;
            }
        }
        let time = child(traf, b"tfdt").and_then(|tfdt| {
            let mut fields = Fields(tfdt);
            let (version, _) = fields.full()?;
            fields.wide(version).map(|time| time as i64)
        });
        Some((Fragment { segment, stream, defaults, base, next: base, time: 0 }, time))
    }

    /// A run of samples (§8.8.8).
    fn run(
        &self,
        fragment: &mut Fragment<'_>,
        run: &[u8],
        budget: &mut Budget,
        each: &mut impl FnMut(Sample),
    ) -> Option<()> {
        let mut fields = Fields(run);
        let (_, flags) = fields.full()?;
        let count = fields.u32()?;
        if flags & flag::RUN_OFFSET != 0 {
            fragment.next = fragment.base.saturating_add(i64::from(fields.u32()? as i32));
        }
        let mut first = if flags & flag::RUN_FIRST != 0 { Some(fields.u32()?) } else { None };
        for _ in 0..count {
            budget.samples = budget.samples.checked_sub(1)?;
            let mut said = |bit, default| if flags & bit != 0 { fields.u32() } else { Some(default) };
            let duration = said(flag::RUN_DURATION, fragment.defaults.duration)?;
            let size = said(flag::RUN_SIZE, fragment.defaults.size)?;
            let own = first.take().unwrap_or(fragment.defaults.flags);
            let about = said(flag::RUN_FLAGS, own)?;
            // Signed whatever the version says: offsets above 2³¹ mean nothing.
            let offset = said(flag::RUN_COMPOSITION, 0)? as i32;
            let (from, time) = (fragment.next, fragment.time);
            fragment.next = from.saturating_add(i64::from(size));
            fragment.time = time.saturating_add(i64::from(duration));
            let whole = usize::try_from(from).ok().and_then(|from| {
                let sample = fragment.segment.get(from..from.checked_add(size as usize)?)?;
                budget.taken = budget.taken.checked_sub(sample.len())?;
                Some(sample)
            });
            let Some(sample) = whole.filter(|sample| !sample.is_empty()) else { continue };
            self.give((fragment.stream, time, offset, about & flag::NO_SYNC == 0), sample, budget, each);
        }
        Some(())
    }

    fn give(
        &self,
        (stream, time, offset, sync): (usize, i64, i32, bool),
        sample: &[u8],
        budget: &mut Budget,
        each: &mut impl FnMut(Sample),
    ) {
        let track = &self.tracks[stream];
        // What is not a picture is always a beginning.
        let sync = sync && track.form.kind().is_video();
        let mut data = Vec::with_capacity(sample.len() + 64);
        if !track.form.write(sample, sync, &mut data) {
            return;
        }
        let Some(given) = budget.given.checked_sub(data.len()) else { return };
        budget.given = given;
        let time = time.saturating_add(track.shift);
        let dts = to_ticks(time, track.timescale);
        let pts = to_ticks(time.saturating_add(i64::from(offset)), track.timescale);
        each(Sample { stream, dts, pts, random_access: sync, data });
    }
}
