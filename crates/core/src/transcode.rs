//! How much picture this machine can code at a time, and who may have some of it.
//!
//! Work is measured in pixels per second that come out, weighted with what goes in. What the machine can do was measured by really
//! coding, with some of it kept back for all else that it does.
//!
//! Laws (tested): what is admitted never exceeds what there is; what is given back can be had again; a smaller job is never refused where a larger one
//! would be admitted.

mod encoders;

pub use encoders::{Encoders, FAILURES, Known, Proof, REST, STEADY};

use crate::playback::{Offer, Recipe, VideoTrack};

/// Who codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoder {
    /// libx264 on the processor.
    Software,
    /// The graphics processor, by VAAPI.
    Vaapi,
    /// The graphics processor, by NVENC.
    Nvenc,
}

impl Encoder {
    /// All, the ones that cost the processor least first.
    pub const ALL: [Self; 3] = [Self::Nvenc, Self::Vaapi, Self::Software];

    /// Its name outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::Software => "software",
            Self::Vaapi => "vaapi",
            Self::Nvenc => "nvenc",
        }
    }
}

/// Shares of what was measured, in percent: the rest of the program, and everything else on the machine, works too.
const USABLE: u64 = 80;
/// Of that, what beautiful pictures may take that could be shown as they are: others may come who cannot do without.
const SPARE: u64 = 40;
/// Pictures per second where the stream does not say.
const RATE: (u32, u32) = (25, 1);
/// Size where the stream does not say: as large as is usual.
const SIZE: (u32, u32) = (1920, 1080);

/// What a job costs, in pixels per second. Decoding a pixel costs about 0.6 of coding one, and deinterlacing 0.4
/// (libx264 `veryfast`, 1080i25 to 1080p50 and 576i25 to 576p50, two cores).
pub fn cost(track: &VideoTrack, recipe: Recipe) -> u64 {
    let (width, height) = track.width.zip(track.height).unwrap_or(SIZE);
    let (count, seconds) = track.frame_rate.filter(|(_, seconds)| *seconds > 0).unwrap_or(RATE);
    let per_second = |pixels: u64| pixels * u64::from(count) / u64::from(seconds);
    let input = per_second(u64::from(width) * u64::from(height));
    let scaled = recipe.lines.filter(|lines| *lines < height).map_or(input, |lines| {
        let share = |value: u64| value * u64::from(lines) / u64::from(height.max(1));
        share(share(input))
    });
    let output = if recipe.fields { 2 * scaled } else { scaled };
    let full = if recipe.fields { 2 * input } else { input };
    let deinterlacing = if track.interlaced { full * 4 / 10 } else { 0 };
    output + input * 6 / 10 + deinterlacing
}

/// What there is, and what of it is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capacity {
    /// Pixels per second that were measured.
    pub measured: u64,
    /// Pixels per second in use.
    pub used: u64,
    /// Jobs that run.
    pub running: usize,
    /// Jobs at once, at most.
    pub most: usize,
}

impl Capacity {
    /// Whether a job of this cost may begin.
    pub fn admits(&self, cost: u64) -> bool {
        self.fits(cost, USABLE)
    }

    fn fits(&self, cost: u64, percent: u64) -> bool {
        // Somebody alone may have everything: better a picture that barely keeps up than none.
        let percent = if self.used == 0 && percent == USABLE { 100 } else { percent };
        self.running < self.most && self.used.saturating_add(cost) <= self.measured / 100 * percent
    }

    /// What one more viewer of `track` can be offered, and whether there is enough to spare for pictures that could be shown as they are.
    pub fn offer(&self, track: &VideoTrack, lines: Option<u32>) -> (Offer, bool) {
        let cost = |fields| cost(track, Recipe { fields, lines });
        let offer = if self.admits(cost(track.interlaced)) {
            Offer::Fields
        } else if self.admits(cost(false)) {
            Offer::Frames
        } else {
            Offer::Busy
        };
        (offer, self.fits(cost(offer == Offer::Fields && track.interlaced), SPARE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playback::VideoCodec;
    use proptest::prelude::*;

    fn track(height: u32, interlaced: bool) -> VideoTrack {
        VideoTrack {
            id: 0,
            codec: VideoCodec::Mpeg2,
            rfc6381: None,
            width: Some(height * 16 / 9),
            height: Some(height),
            frame_rate: Some((25, 1)),
            interlaced,
        }
    }

    #[test]
    fn offers_follow_what_is_left() {
        // Half of what two usual cores were measured at is in use, and so on.
        for (measured, used, height, interlaced, expected) in [
            (250_000_000, 0, 576, true, (Offer::Fields, true)),
            (250_000_000, 0, 1080, true, (Offer::Fields, false)),
            (250_000_000, 0, 1080, false, (Offer::Fields, true)),
            (250_000_000, 60_000_000, 1080, true, (Offer::Frames, false)),
            (250_000_000, 180_000_000, 1080, true, (Offer::Busy, false)),
            (250_000_000, 140_000_000, 576, true, (Offer::Fields, false)),
            (0, 0, 576, true, (Offer::Busy, false)),
        ] {
            let capacity = Capacity { measured, used, running: 0, most: 4 };
            assert_eq!(
                capacity.offer(&track(height, interlaced), None),
                expected,
                "{used} of {measured}, {height}"
            );
        }
        let alone = Capacity { measured: 60_000_000, used: 0, running: 0, most: 1 };
        assert_eq!(alone.offer(&track(576, true), None), (Offer::Fields, false), "alone one may have it all");
        let full = Capacity { measured: u64::MAX, used: 0, running: 4, most: 4 };
        assert_eq!(
            full.offer(&track(576, false), None),
            (Offer::Busy, false),
            "no more than so many at once"
        );
    }

    proptest! {
        #[test]
        fn a_smaller_job_is_never_refused_where_a_larger_one_is_admitted(
            measured in 0u64..1_000_000_000, used in 0u64..1_000_000_000, height in 100u32..2200, interlaced: bool, lines in 1u32..2200
        ) {
            let capacity = Capacity { measured, used, running: 0, most: 1 };
            let track = track(height, interlaced);
            let (whole, smaller) = (capacity.offer(&track, None).0, capacity.offer(&track, Some(lines)).0);
            prop_assert!(smaller >= whole);
            let recipe = |fields| Recipe { fields, lines: None };
            prop_assert!(cost(&track, recipe(true)) >= cost(&track, recipe(false)));
            prop_assert!(!capacity.admits(cost(&track, recipe(false))) || used + cost(&track, recipe(false)) <= measured);
        }
    }
}
