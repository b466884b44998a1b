//! Time of transcoded sound, counted in samples: `PTS(out k) = PTS(in 0) + k · 1024 − delay`, with the first frame dropped.
//!
//! ffmpeg's own times are never read, so nothing can drift: what goes in without a hole comes out without a hole, and a frame's
//! time is a sum of integers. Behind a hole the next stretch has a time of its own; the frame that holds the end of one and the
//! beginning of the next is at the time of the first.

use std::collections::VecDeque;

use telecast_media::codec::aac;

use crate::adapters::ffmpeg::sound::ENCODER_DELAY;

/// What comes out of one filter for stretches of frames, each without a hole.
pub(super) struct Stretches {
    /// Samples per second of what goes in. What comes out may have another rate: HE-AAC says half of what it decodes to.
    rate: u32,
    /// Where stretches begin: samples that went in before, and the time in samples of `rate`. The first is the one that comes out now.
    begins: VecDeque<(i64, i64)>,
    /// Samples that have come out, less the encoder's delay; none before that has come.
    out: Option<i64>,
    /// Bytes of a frame that is not complete.
    rest: Vec<u8>,
}

impl Stretches {
    /// The first frame that goes in is at sample `start` of `rate` a second.
    pub(super) fn new(start: i64, rate: u32) -> Self {
        Self { rate, begins: VecDeque::from([(0, start)]), out: None, rest: Vec::new() }
    }

    /// The next frame that goes in, `fed` samples after the first, is at sample `start`.
    pub(super) fn begin(&mut self, fed: i64, start: i64) {
        self.begins.push_back((fed, start));
    }

    /// Takes what has come out, in any chunks; gives whole frames, those without a hole together, and the time of the first in samples of what comes out.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<(i64, Vec<u8>)> {
        self.rest.extend_from_slice(bytes);
        let mut come: Vec<(i64, Vec<u8>)> = Vec::new();
        let (mut length, mut expected) = (0, None);
        while let Some(header) = aac::adts(&self.rest[length..]) {
            let Some(frame) = self.rest.get(length..length + header.length) else { break };
            let samples = i64::from(header.samples);
            if let Some(out) = self.out {
                let time = time(&mut self.begins, (self.rate, header.rate), out);
                match come.last_mut().filter(|_| expected == Some(time)) {
                    Some((_, frames)) => frames.extend_from_slice(frame),
                    None => come.push((time, frame.to_vec())),
                }
                expected = Some(time + samples);
            }
            self.out = Some(self.out.map_or(samples - ENCODER_DELAY, |out| out + samples));
            length += header.length;
        }
        self.rest.drain(..length);
        come
    }
}

/// The time of what comes out after `out` samples, in samples of the second of `rates`.
fn time(begins: &mut VecDeque<(i64, i64)>, (from, to): (u32, u32), out: i64) -> i64 {
    let moved = |samples: i64| (i128::from(samples) * i128::from(to) / i128::from(from.max(1))) as i64;
    while begins.get(1).is_some_and(|(fed, _)| moved(*fed) <= out) {
        begins.pop_front();
    }
    begins.front().map_or(out, |(fed, start)| moved(*start) + out - moved(*fed))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An ADTS frame of 9 bytes: AAC LC, 48 kHz, stereo.
    const FRAME: [u8; 9] = [0xFF, 0xF1, 0x4C, 0x80, 0x01, 0x3F, 0xFC, 0, 0];

    #[test]
    fn a_day_of_sound_does_not_drift_by_a_sample() {
        let start = 123_456_789;
        let mut stretches = Stretches::new(start, 48_000);
        let mut expected = start;
        let frames = 86_400 * 48_000 / 1024;
        // Frames come in chunks that do not fit them: seven bytes more or less each time.
        let bytes = FRAME.repeat(1000);
        let mut given = 0i64;
        while given < frames {
            for piece in bytes.chunks(1 + (given as usize * 7) % 4093) {
                for (time, out) in stretches.take(piece) {
                    assert_eq!(time, expected);
                    expected += 1024 * (out.len() / FRAME.len()) as i64;
                }
            }
            given += 1000;
        }
        // One frame less came out than went in: the encoder's delay.
        assert_eq!(expected - start, (given - 1) * 1024);
    }

    #[test]
    fn the_encoders_delay_is_dropped_even_if_it_comes_alone() {
        let mut stretches = Stretches::new(5000, 48_000);
        assert_eq!(stretches.take(&FRAME), []);
        assert_eq!(stretches.take(&FRAME), [(5000, FRAME.to_vec())]);
        assert_eq!(stretches.take(&FRAME), [(6024, FRAME.to_vec())]);
    }

    #[test]
    fn what_goes_in_may_be_counted_at_another_rate() {
        // Ten minutes into a tape, HE-AAC with a core of 24 kHz.
        let mut stretches = Stretches::new(600 * 24_000, 24_000);
        assert_eq!(stretches.take(&FRAME.repeat(2)), [(600 * 48_000, FRAME.to_vec())]);
        stretches.begin(512, 700 * 24_000);
        assert_eq!(stretches.take(&FRAME), [(700 * 48_000, FRAME.to_vec())]);
    }

    proptest::proptest! {
        /// Law: chunks change nothing; no frame is lost but the encoder's delay; what stands together has no hole in it.
        #[test]
        fn any_chunks_give_the_same_frames_at_the_same_times(
            begins in proptest::collection::vec((1..9_000i64, -1_000_000..1_000_000_000i64), 0..6),
            frames in 0..40usize,
            cuts in proptest::collection::vec(1..50usize, 1..8),
        ) {
            let made = || {
                let mut stretches = Stretches::new(77, 48_000);
                let mut fed = 0;
                for (length, start) in &begins {
                    fed += length;
                    stretches.begin(fed, *start);
                }
                stretches
            };
            let bytes = FRAME.repeat(frames);
            let singly = |come: Vec<(i64, Vec<u8>)>| {
                let frames = |(time, out): (i64, Vec<u8>)| {
                    (0..out.len() / FRAME.len()).map(move |at| time + 1024 * at as i64)
                };
                come.into_iter().flat_map(frames).collect::<Vec<_>>()
            };
            let whole = singly(made().take(&bytes));
            proptest::prop_assert_eq!(whole.len(), frames.saturating_sub(1));
            let (mut stretches, mut rest, mut apart) = (made(), &bytes[..], Vec::new());
            for cut in cuts.iter().cycle() {
                let (piece, later) = rest.split_at((*cut).min(rest.len()));
                apart.extend(singly(stretches.take(piece)));
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            proptest::prop_assert_eq!(apart, whole);
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let mut stretches = Stretches::new(0, 48_000);
            let come: usize = stretches.take(&[&FRAME[..], &bytes].concat()).iter().map(|(_, out)| out.len()).sum();
            proptest::prop_assert!(come <= bytes.len());
        }
    }

    #[test]
    fn a_stretch_behind_a_hole_has_its_own_time() {
        let mut stretches = Stretches::new(0, 48_000);
        // Two frames of AC-3, a second of nothing, two more, and at once a clock that went back.
        stretches.begin(3072, 48_000);
        stretches.begin(6144, 500);
        let come = stretches.take(&FRAME.repeat(9));
        let times: Vec<(i64, usize)> =
            come.iter().map(|(time, out)| (*time, out.len() / FRAME.len())).collect();
        assert_eq!(times, [(0, 3), (48_000, 3), (500, 2)]);
    }

    #[test]
    fn a_frame_with_the_end_of_one_stretch_is_at_the_time_of_that() {
        let mut stretches = Stretches::new(0, 48_000);
        stretches.begin(1536, 10_000);
        let come = stretches.take(&FRAME.repeat(4));
        let times: Vec<(i64, usize)> =
            come.iter().map(|(time, out)| (*time, out.len() / FRAME.len())).collect();
        assert_eq!(times, [(0, 2), (10_512, 1)]);
    }
}
