//! What a decoder that begins at a recovery point must not be told: anything of pictures before that
//! (see [`h264::recovery`] and [`h264::stand_in`]).

use super::fragment::Elementary;
use crate::codec::h264::{self, recovery, slice, slice::Sets, stand_in::stand_in};
use crate::codec::hevc;
use crate::tape::{Frame, Lane, Origin, Segment, Setup, Track};
use std::ops::Range;

/// The first pictures of a lane, near a recovery point.
pub(super) struct Past {
    /// Pictures of the lane that are near.
    count: usize,
    /// `frame_num` of the recovery point, and what slices are read with; `None` with HEVC, where nothing that stays is changed.
    avc: Option<(u32, Sets)>,
    leading: Leading,
}

/// Leading pictures of HEVC come at once behind their CRA picture; no encoder has more of them between two key frames.
const HEVC_LEADING: usize = 64;

/// Pictures presented before the recovery point, decoded behind it.
enum Leading {
    /// The segmenter has left them out, but for these, of which the place is kept.
    Kept(Range<usize>),
    /// All are there; this is when the recovery point is presented.
    Before(i64),
}

/// What becomes of a picture.
pub(super) enum Picture {
    /// Its units are written, each as [`Past::changed`] says.
    Written {
        /// Only its place is kept.
        stand_in: bool,
        /// Presentation less decoding time.
        composition: i32,
    },
    /// Nothing; the picture before it stands longer.
    LeftOut,
}

impl Past {
    /// Of a run that began at a recovery point, in `segment`'s cutting lane; `None` far from there.
    pub(super) fn of_run(segment: &Segment, lane: &Lane, track: &Track) -> Option<Self> {
        let recovery = segment.recovery?;
        let Some(Setup::Avc(config)) = &track.setup else { return None };
        let first = usize::from(lane.frames.first().is_some_and(|frame| frame.random_access));
        Some(Self {
            count: recovery.count as usize,
            avc: Some((recovery.frame_num, Sets::new(config))),
            leading: Leading::Kept(first..first + recovery.stand_ins as usize),
        })
    }

    /// Of a lane whose first picture is a recovery point, by that picture's packets; `None` if it is no such picture.
    pub(super) fn of_entry(lane: &Lane, track: &Track, packets: &[u8]) -> Option<Self> {
        let Origin::Stream { pid } = track.origin else { return None };
        let first = lane.frames.first().filter(|frame| frame.random_access)?;
        let mut elementary = Elementary::default();
        elementary.collect(packets, pid, first.begin);
        let leading = Leading::Before(lane.start + i64::from(first.composition));
        match &track.setup {
            Some(Setup::Avc(config)) => {
                let sets = Sets::new(config);
                let frame_num = slice::frame_num(&h264::front(&elementary.bytes).recovery?, &sets)?;
                let count = sets.frame_num_period().min(recovery::REACH) as usize;
                Some(Self { count, avc: Some((frame_num, sets)), leading })
            }
            Some(Setup::Hevc(_)) => hevc::front(&elementary.bytes).random_access.then_some(Self {
                count: HEVC_LEADING,
                avc: None,
                leading,
            }),
            _ => None,
        }
    }

    /// What becomes of picture `number` of the lane, decoded at `time`.
    pub(super) fn picture(&self, number: usize, time: i64, frame: &Frame, annex_b: &[u8]) -> Picture {
        let as_it_is = |stand_in| Picture::Written { stand_in, composition: frame.composition };
        match &self.leading {
            Leading::Kept(kept) => as_it_is(kept.contains(&number)),
            Leading::Before(entry) => {
                if number == 0 || number >= self.count || time + i64::from(frame.composition) >= *entry {
                    as_it_is(false)
                } else if self.avc.is_some() && h264::front(annex_b).reference {
                    // In an instant behind the recovery point, each at its own.
                    let composition = (entry + number as i64 - time) as i32;
                    Picture::Written { stand_in: true, composition }
                } else {
                    Picture::LeftOut
                }
            }
        }
    }

    /// What stands for `unit` of picture `number`, if it does not stay.
    pub(super) fn changed(&self, number: usize, stands_in: bool, unit: &[u8]) -> Option<Vec<u8>> {
        let (frame_num, sets) = self.avc.as_ref().filter(|_| number < self.count)?;
        if !stands_in {
            recovery::forget(unit, sets, *frame_num)
        } else if unit[0] & 0x1F == h264::nal::SEI {
            Some(Vec::new())
        } else {
            stand_in(unit, sets, *frame_num)
        }
    }
}
