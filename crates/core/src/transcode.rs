//! How much picture this machine can code at a time, and who may have some of it.
//!
//! Work is measured in pixels per second, of the processor and of the graphics processor apart: with a graphics processor only coding is its work, while
//! decoding and deinterlacing stay with the processor. What each can do was measured by really coding, with some of it kept back for all else that it does.
//!
//! Where a picture does not fit as it is, it is offered with fewer lines. Half as many pictures a second are not offered for what was not coded as fields: they
//! would be decoded all the same, and decoding is what weighs.
//!
//! Laws (tested): what is admitted never exceeds what there is; what is given back can be had again; a smaller job is never refused where a larger one
//! would be admitted; "too slow" is said only of what would not fit if nothing else ran.

mod encoders;

pub use encoders::{Encoders, FAILURES, Known, Proof, REST, STEADY};

use crate::limits;
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

/// Of one kind of processor, in pixels per second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// What was measured.
    pub measured: u64,
    /// What is in use.
    pub used: u64,
}

impl Budget {
    fn holds(self, more: u64, percent: u64) -> bool {
        more == 0 || self.used.saturating_add(more) <= self.measured / 100 * percent
    }
}

/// What a job costs, in pixels per second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Of the processor.
    pub processor: u64,
    /// Of the graphics processor.
    pub graphics: u64,
}

impl std::ops::Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            processor: self.processor.saturating_add(other.processor),
            graphics: self.graphics.saturating_add(other.graphics),
        }
    }
}

impl std::iter::Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), std::ops::Add::add)
    }
}

/// What a job costs. Decoding a pixel costs about 0.6 of coding one, and deinterlacing 0.4
/// (libx264 `veryfast`, 1080i25 to 1080p50 and 576i25 to 576p50, two cores).
pub fn cost(track: &VideoTrack, recipe: Recipe, encoder: Encoder) -> Cost {
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
    let preparing = input * 6 / 10 + deinterlacing;
    match encoder {
        Encoder::Software => Cost { processor: preparing + output, graphics: 0 },
        Encoder::Vaapi | Encoder::Nvenc => Cost { processor: preparing, graphics: output },
    }
}

/// What there is, and what of it is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capacity {
    /// Who codes what begins now; none: nobody.
    pub encoder: Option<Encoder>,
    /// Of the processor.
    pub processor: Budget,
    /// Of the graphics processor.
    pub graphics: Budget,
    /// Jobs that run.
    pub running: usize,
    /// Jobs at once, at most.
    pub most: usize,
}

/// What one more viewer can be offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offered {
    /// Whether, and how many pictures a second.
    pub offer: Offer,
    /// Made smaller to so many lines.
    pub lines: Option<u32>,
    /// There is enough to spare for pictures that could be shown as they are.
    pub spare: bool,
}

impl Capacity {
    /// Whether a job of this cost may begin.
    pub fn admits(&self, cost: Cost) -> bool {
        // Somebody alone may have everything: better a picture that barely keeps up than none.
        let alone = self.processor.used == 0 && self.graphics.used == 0;
        self.fits(cost, if alone { 100 } else { USABLE })
    }

    fn fits(&self, cost: Cost, percent: u64) -> bool {
        self.running < self.most
            && self.processor.holds(cost.processor, percent)
            && self.graphics.holds(cost.graphics, percent)
    }

    /// The same machine with nothing to do.
    fn at_rest(&self) -> Self {
        let free = |budget: Budget| Budget { used: 0, ..budget };
        Self { processor: free(self.processor), graphics: free(self.graphics), running: 0, ..*self }
    }

    /// What one more viewer of `track` can be offered who wants `most` lines at most: as many as fit, and of these as many pictures a second as fit.
    pub fn offer(&self, track: &VideoTrack, most: Option<u32>) -> Offered {
        let Some(encoder) = self.encoder else { return Offered::default() };
        let cost = |fields, lines| cost(track, Recipe { fields, lines }, encoder);
        let first = top(track, most);
        for lines in steps(track, first) {
            for (offer, fields) in [(Offer::Fields, track.interlaced), (Offer::Frames, false)] {
                if self.admits(cost(fields, lines)) {
                    let spare = lines == first && self.fits(cost(fields, lines), SPARE);
                    return Offered { offer, lines, spare };
                }
            }
        }
        let ever = steps(track, first).any(|lines| self.at_rest().admits(cost(false, lines)));
        let offer = if ever { Offer::Busy } else { Offer::TooSlow };
        Offered { offer, lines: first, spare: false }
    }
}

/// Lines that a picture is made smaller to where `most` are wanted; none: as many as it has. Few sizes, so that viewers share them.
pub fn top(track: &VideoTrack, most: Option<u32>) -> Option<u32> {
    let snap = |most| limits::LINES.into_iter().rfind(|lines| *lines <= most).unwrap_or(limits::LINES[0]);
    most.map(snap).filter(|most| track.height.is_none_or(|height| height > *most))
}

/// `first`, and then fewer and fewer.
fn steps(track: &VideoTrack, first: Option<u32>) -> impl Iterator<Item = Option<u32>> {
    let whole = first.or(track.height).unwrap_or(SIZE.1);
    let fewer = limits::LINES.into_iter().rev().filter(move |lines| *lines < whole);
    std::iter::once(first).chain(fewer.map(Some))
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

    fn machine(measured: u64, used: u64) -> Capacity {
        let processor = Budget { measured, used };
        Capacity {
            encoder: Some(Encoder::Software),
            processor,
            graphics: Budget::default(),
            running: 0,
            most: 4,
        }
    }

    fn offered(offer: Offer, lines: Option<u32>, spare: bool) -> Offered {
        Offered { offer, lines, spare }
    }

    #[test]
    fn offers_follow_what_is_left() {
        // Half of what two usual cores were measured at is in use, and so on.
        for (measured, used, height, interlaced, expected) in [
            (250_000_000, 0, 576, true, offered(Offer::Fields, None, true)),
            (250_000_000, 0, 1080, true, offered(Offer::Fields, None, false)),
            (250_000_000, 0, 1080, false, offered(Offer::Fields, None, true)),
            (250_000_000, 60_000_000, 1080, true, offered(Offer::Frames, None, false)),
            (250_000_000, 140_000_000, 576, true, offered(Offer::Fields, None, false)),
            // Fewer lines before nothing, more lines before more pictures a second.
            (250_000_000, 120_000_000, 1080, true, offered(Offer::Frames, Some(720), false)),
            (250_000_000, 140_000_000, 1080, true, offered(Offer::Frames, Some(360), false)),
            (250_000_000, 180_000_000, 1080, true, offered(Offer::Busy, None, false)),
            (100_000_000, 0, 1080, true, offered(Offer::Frames, Some(720), false)),
            (60_000_000, 0, 576, true, offered(Offer::Fields, None, false)),
            (0, 0, 576, true, offered(Offer::TooSlow, None, false)),
        ] {
            assert_eq!(
                machine(measured, used).offer(&track(height, interlaced), None),
                expected,
                "{used} of {measured}, {height}"
            );
        }
        let full = Capacity { running: 4, ..machine(u64::MAX, 0) };
        assert_eq!(
            full.offer(&track(576, false), None),
            offered(Offer::Busy, None, false),
            "no more than so many at once"
        );
        assert_eq!(Capacity::default().offer(&track(576, false), None), Offered::default(), "nobody codes");
    }

    #[test]
    fn a_picture_that_is_too_large_is_made_smaller_and_what_never_fits_is_told_apart() {
        let uhd = VideoTrack { frame_rate: Some((50, 1)), ..track(2160, false) };
        for (measured, used, most, expected) in [
            (600_000_000, 0, Some(1080), offered(Offer::Fields, Some(1080), false)),
            (300_000_000, 0, Some(1080), offered(Offer::Fields, Some(720), false)),
            (280_000_000, 0, None, offered(Offer::Fields, Some(576), false)),
            (262_000_000, 0, Some(1080), offered(Offer::Fields, Some(360), false)),
            (300_000_000, 60_000_000, Some(1080), offered(Offer::Busy, Some(1080), false)),
            // Decoding alone is more than it can.
            (240_000_000, 0, Some(1080), offered(Offer::TooSlow, Some(1080), false)),
            (240_000_000, 100_000_000, Some(360), offered(Offer::TooSlow, Some(360), false)),
        ] {
            assert_eq!(machine(measured, used).offer(&uhd, most), expected, "{used} of {measured}, {most:?}");
        }
    }

    #[test]
    fn a_graphics_processor_codes_what_the_processor_can_decode() {
        let with = |processor, used| Capacity {
            encoder: Some(Encoder::Nvenc),
            processor: Budget { measured: processor, used },
            graphics: Budget { measured: 900_000_000, used: 0 },
            running: 0,
            most: 4,
        };
        let fields = track(1080, true);
        assert_eq!(with(250_000_000, 0).offer(&fields, None).offer, Offer::Fields);
        assert_eq!(with(250_000_000, 120_000_000).offer(&fields, None).offer, Offer::Fields);
        assert_eq!(with(250_000_000, 140_000_000).offer(&fields, None).offer, Offer::Frames);
        assert_eq!(with(250_000_000, 160_000_000).offer(&fields, None).offer, Offer::Busy);
        assert_eq!(with(40_000_000, 0).offer(&fields, None).offer, Offer::TooSlow, "however fast it codes");
        let taken = Capacity {
            graphics: Budget { measured: 900_000_000, used: 700_000_000 },
            ..with(250_000_000, 10_000_000)
        };
        assert_eq!(taken.offer(&fields, None), offered(Offer::Frames, Some(576), false));
    }

    proptest! {
        #[test]
        fn a_smaller_job_is_never_refused_where_a_larger_one_is_admitted(
            measured in 0u64..1_000_000_000, used in 0u64..1_000_000_000, height in 100u32..2200, interlaced: bool,
            lines in 1u32..2200, graphics in prop::option::of(0u64..1_000_000_000)
        ) {
            let mut capacity = Capacity { most: 1, ..machine(measured, used) };
            if let Some(measured) = graphics {
                capacity.encoder = Some(Encoder::Vaapi);
                capacity.graphics.measured = measured;
            }
            let track = track(height, interlaced);
            let (whole, smaller) = (capacity.offer(&track, None), capacity.offer(&track, Some(lines)));
            prop_assert_eq!(whole.offer >= Offer::Frames, smaller.offer >= Offer::Frames, "both end at the fewest lines");
            prop_assert!(smaller.lines.unwrap_or(height) <= whole.lines.unwrap_or(height));
            let encoder = capacity.encoder.unwrap_or(Encoder::Software);
            for given in [whole, smaller] {
                let recipe = Recipe { fields: given.offer == Offer::Fields && interlaced, lines: given.lines };
                let cost = cost(&track, recipe, encoder);
                if given.offer >= Offer::Frames {
                    prop_assert!(capacity.admits(cost));
                    prop_assert!(used + cost.processor <= measured || cost.processor == 0);
                    prop_assert!(cost.graphics <= capacity.graphics.measured);
                }
                if given.offer == Offer::TooSlow {
                    prop_assert!(capacity.at_rest().offer(&track, None).offer == Offer::TooSlow);
                }
            }
        }
    }
}
