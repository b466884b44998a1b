//! Time of transcoded sound, counted in samples: `PTS(out k) = PTS(in 0) + k · 1024 − delay`, with the first frame dropped.
//!
//! ffmpeg's own times are never read, so nothing can drift: what goes in without a hole comes out without a hole, and a frame's
//! time is a sum of integers.

use telecast_media::codec::aac;

use crate::adapters::ffmpeg::sound::ENCODER_DELAY;

/// What comes out of one filter for one stretch of frames without a hole.
pub(super) struct Stretch {
    /// Time of the first frame that went in, and the samples per second that it is counted in.
    start: (i64, u32),
    /// Time of the next frame to come out, in samples of what comes out: known once that has come.
    next: i64,
    /// The frame that holds the encoder's delay has been dropped.
    begun: bool,
    /// Bytes of a frame that is not complete.
    rest: Vec<u8>,
}

impl Stretch {
    /// The first frame that goes in is at sample `start` of `rate` a second. What comes out may have another rate: HE-AAC says half of
    /// what it decodes to.
    pub(super) fn new(start: i64, rate: u32) -> Self {
        Self { start: (start, rate), next: 0, begun: false, rest: Vec::new() }
    }

    /// The time of the encoder's delay, in samples of `rate`.
    fn first(&self, rate: u32) -> i64 {
        let (start, from) = self.start;
        let moved = i128::from(start) * i128::from(rate) / i128::from(from.max(1));
        moved as i64 - ENCODER_DELAY
    }

    /// Takes what has come out, in any chunks; gives the whole frames and the time of the first in samples.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Option<(i64, Vec<u8>)> {
        self.rest.extend_from_slice(bytes);
        let (mut skip, mut length, mut time) = (0, 0, self.next);
        while let Some(header) =
            aac::adts(&self.rest[length..]).filter(|header| length + header.length <= self.rest.len())
        {
            length += header.length;
            if !self.begun {
                self.next = self.first(header.rate);
            }
            self.next += i64::from(header.samples);
            if !self.begun {
                self.begun = true;
                skip = length;
                time = self.next;
            }
        }
        let mut frames: Vec<u8> = self.rest.drain(..length).collect();
        frames.drain(..skip);
        (!frames.is_empty()).then_some((time, frames))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An ADTS frame of 9 bytes: AAC LC, 48 kHz, stereo.
    const FRAME: [u8; 9] = [0xFF, 0xF1, 0x4C, 0x80, 0x01, 0x3F, 0xFC, 0, 0];

    #[test]
    fn a_day_of_sound_does_not_drift_by_a_sample() {
        let start = 123_456_789;
        let mut stretch = Stretch::new(start, 48_000);
        let mut expected = start;
        let frames = 86_400 * 48_000 / 1024;
        // Frames come in chunks that do not fit them: seven bytes more or less each time.
        let bytes = FRAME.repeat(1000);
        let mut given = 0i64;
        while given < frames {
            for piece in bytes.chunks(1 + (given as usize * 7) % 4093) {
                if let Some((time, out)) = stretch.take(piece) {
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
        let mut stretch = Stretch::new(5000, 48_000);
        assert_eq!(stretch.take(&FRAME), None);
        assert_eq!(stretch.take(&FRAME), Some((5000, FRAME.to_vec())));
        assert_eq!(stretch.take(&FRAME), Some((6024, FRAME.to_vec())));
    }

    #[test]
    fn what_goes_in_may_be_counted_at_another_rate() {
        // Ten minutes into a tape, HE-AAC with a core of 24 kHz.
        let mut stretch = Stretch::new(600 * 24_000, 24_000);
        assert_eq!(stretch.take(&FRAME.repeat(2)), Some((600 * 48_000, FRAME.to_vec())));
    }
}
