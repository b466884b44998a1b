//! Fragments of a file that begins when its reader comes: its times count from there, as players expect of a file (ISO/IEC 14496-12 §8.8.12). Everything
//! else of a fragment stays, so it is made once for all.

use crate::tape::{Rendition, Run, Track};
use crate::time::{HZ, to_ticks};
use std::ops::Range;

/// Where a file begins: in tape time (ticks).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beginning(i64);

impl Beginning {
    /// With `fragment`, whose tracks are those of `rendition` in `run`; `None`: it is no fragment of ours.
    pub fn with(fragment: &[u8], run: &Run, rendition: Rendition) -> Option<Self> {
        let scales = scales(run, rendition);
        let begins = times(fragment).into_iter().filter_map(|(track, place)| {
            let time = u64::from_be_bytes(fragment.get(place)?.try_into().ok()?);
            Some(to_ticks(time as i64, *scales.get(track)?))
        });
        begins.min().map(Self)
    }

    /// Makes the times of a fragment count from here.
    pub fn count(self, fragment: &mut [u8], run: &Run, rendition: Rendition) {
        let scales = scales(run, rendition);
        for (track, place) in times(fragment) {
            let Some((scale, bytes)) = scales.get(track).zip(fragment.get_mut(place)) else { continue };
            let Ok(time) = <[u8; 8]>::try_from(&*bytes).map(u64::from_be_bytes) else { continue };
            let begun = self.0.max(0) as u64 * u64::from(*scale) / HZ as u64;
            bytes.copy_from_slice(&time.saturating_sub(begun).to_be_bytes());
        }
    }
}

/// Units per second of each track, as they are numbered.
fn scales(run: &Run, rendition: Rendition) -> Vec<u32> {
    rendition.tracks().map(|id| run.track(id).map_or(HZ as u32, Track::timescale)).collect()
}

/// Which track begins when: (track from 0 on, where the time stands, of 64 bits).
fn times(fragment: &[u8]) -> Vec<(usize, Range<usize>)> {
    let mut found = Vec::new();
    let Some(moof) = boxes(fragment, 0..fragment.len()).find(|(kind, _)| kind == b"moof") else {
        return found;
    };
    for (_, traf) in boxes(fragment, moof.1).filter(|(kind, _)| kind == b"traf") {
        let mut track = None;
        for (kind, inner) in boxes(fragment, traf) {
            match &kind {
                // Behind version and flags.
                b"tfhd" => track = fragment.get(inner.start + 4..inner.start + 8),
                b"tfdt" if fragment.get(inner.start) == Some(&1) => {
                    let number = track.and_then(|track| Some(u32::from_be_bytes(track.try_into().ok()?)));
                    let track = number.and_then(|number| number.checked_sub(1));
                    found.extend(track.map(|track| (track as usize, inner.start + 4..inner.start + 12)));
                }
                _ => {}
            }
        }
    }
    found
}

/// The boxes in a range: kind, and where their contents lie.
fn boxes(bytes: &[u8], within: Range<usize>) -> impl Iterator<Item = ([u8; 4], Range<usize>)> + '_ {
    let mut at = within.start;
    std::iter::from_fn(move || {
        let head = bytes.get(at..at + 8).filter(|_| at + 8 <= within.end)?;
        let length = u32::from_be_bytes(head[..4].try_into().ok()?) as usize;
        let kind = head[4..].try_into().ok()?;
        let end = at.checked_add(length).filter(|end| length >= 8 && *end <= within.end)?;
        let inner = at + 8..end;
        at = end;
        Some((kind, inner))
    })
}

#[cfg(test)]
mod tests {
    use super::super::boxes::Boxes;
    use super::*;
    use crate::tape::Origin;
    use crate::ts::psi::Kind;

    fn fragment(times: &[u64]) -> Vec<u8> {
        let mut b = Boxes::default();
        b.wrap(b"moof", |b| {
            b.full(b"mfhd", 0, 0, |b| b.u32(7));
            for (number, time) in (1..).zip(times) {
                b.wrap(b"traf", |b| {
                    b.full(b"tfhd", 0, 0x2_0000, |b| b.u32(number));
                    b.full(b"tfdt", 1, 0, |b| b.u64(*time));
                    b.full(b"trun", 1, 0, |b| b.u32(0));
                });
            }
        });
        b.wrap(b"mdat", |b| b.bytes(b"traf tfdt"));
        b.out
    }

    fn run() -> (Run, Rendition) {
        let track = |id| Track {
            id,
            kind: Kind::H264,
            origin: Origin::Stream { pid: 0x100 + u16::from(id) },
            language: None,
            audio_type: 0,
            setup: None,
        };
        let tracks = vec![track(3), track(5)];
        let run = Run {
            number: 0,
            start: 0,
            offset: 0,
            tracks,
            tables: Vec::new(),
            texts: crate::tape::Texts::default(),
        };
        (run, Rendition { video: Some(3), audio: Some(5) })
    }

    #[test]
    fn a_file_begins_with_its_first_frame_and_goes_on_from_there() {
        let (run, rendition) = run();
        let beginning = Beginning::with(&fragment(&[900_100, 900_040]), &run, rendition);
        assert_eq!(beginning, Some(Beginning(900_040)));
        for (times, counted) in [([900_100, 900_040], [60, 0]), ([990_100, 990_040], [90_060, 90_000])] {
            let mut made = fragment(&times);
            beginning.unwrap().count(&mut made, &run, rendition);
            assert_eq!(made, fragment(&counted));
        }
    }

    #[test]
    fn what_is_no_fragment_is_left_alone() {
        let (run, rendition) = run();
        let whole = fragment(&[10, 20]);
        for length in 0..whole.len() {
            let mut cut = whole[..length].to_vec();
            let _ = Beginning::with(&cut, &run, rendition);
            Beginning(10).count(&mut cut, &run, rendition);
            assert_eq!(cut.len(), length);
        }
        assert_eq!(Beginning::with(b"no fragment at all", &run, rendition), None);
    }
}
