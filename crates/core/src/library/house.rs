//! The house format: what every prepared piece is like, and what is to be done to a file for that.
//!
//! Picture: H.264, 4:2:0, 8 bit, progressive, square pixels, upright, at most [`LINES`] lines and [`FRAMES`] pictures a second. Sound: AAC-LC, two channels, 48 kHz,
//! at [`LOUDNESS`] (EBU R 128) with peaks below [`TRUE_PEAK`]. What is like that is taken as it is, picture and sound each for itself; the rest is made anew.
//!
//! An item has one gain for each of its sounds, measured over the whole of it, so that all stretches of it are equally loud.

use serde::{Deserialize, Serialize};

/// Lines of a picture at most; and twice as many columns.
pub const LINES: u32 = 1080;
/// Pictures a second at most.
pub const FRAMES: u32 = 60;
/// What an hour of a picture that is taken as it is may take at most (bits per second): what a wireless network carries.
pub const COPIED_BPS: u64 = 16_000_000;
/// Key frames of a picture that is taken as it is lie no further apart (seconds).
pub const KEY_FRAMES_S: f64 = 10.0;
/// Loudness of programmes (LUFS, EBU R 128).
pub const LOUDNESS: f64 = -23.0;
/// No peak is above this (dBTP, EBU R 128).
pub const TRUE_PEAK: f64 = -1.0;
/// Sound that is so quiet is silence, and stays so (LUFS).
pub const SILENCE: f64 = -69.0;
/// Sound is made louder by no more (dB): what is quieter is meant to be.
pub const LOUDER_MOST: f64 = 30.0;
/// A sound that is this near to [`LOUDNESS`] is loud enough to stay as it is (LU): what EBU R 128 allows programmes that nobody could measure before.
pub const NEAR: f64 = 1.0;
/// Peaks between samples are higher than the highest sample by no more (dB). Seldom by half of it; where it could matter they are looked for and held down.
pub const BETWEEN_SAMPLES: f64 = 3.0;
/// What an hour of a sound that stays as it is may take at most (bits per second).
pub const SOUND_BPS: u64 = 400_000;
/// A sound that stays as it is begins and ends with its picture, but for so much (seconds).
pub const APART_S: f64 = 0.1;
/// Sounds of a piece at most.
pub const SOUNDS: usize = 8;

/// The picture of a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// Number of its stream in the file.
    pub stream: u32,
    /// Codec, as ffmpeg names it.
    pub codec: String,
    /// Profile, as ffmpeg names it; empty: not known.
    pub profile: String,
    /// Form of its samples, as ffmpeg names it (`yuv420p`).
    pub samples: String,
    /// Columns.
    pub width: u32,
    /// Lines.
    pub height: u32,
    /// Width of a sample by its height.
    pub aspect: (u32, u32),
    /// Pictures a second, as a fraction; (0, 0): not known.
    pub rate: (u32, u32),
    /// Pictures do not come at one rate.
    pub varies: bool,
    /// It may be coded as fields.
    pub interlaced: bool,
    /// It is to be turned by so many degrees, clockwise.
    pub turn: i32,
    /// Its transfer is one of high dynamic range (PQ or HLG).
    pub high_range: bool,
    /// The longest distance of key frames that was seen (seconds); none: not known.
    pub key_frames_s: Option<f64>,
}

/// A sound of a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sound {
    /// Number of its stream in the file.
    pub stream: u32,
    /// Codec, as ffmpeg names it.
    pub codec: String,
    /// Language (ISO 639), if it is told.
    pub language: Option<String>,
    /// Channels.
    pub channels: u32,
    /// It is the one that is to be heard if nobody chooses.
    pub default: bool,
    /// Profile, as ffmpeg names it; empty: not known.
    pub profile: String,
    /// Samples a second.
    pub rate: u32,
    /// Bits per second; 0: not known.
    pub bit_rate: u64,
    /// By how much it begins after the picture, and ends after it (seconds); none: not known.
    pub beside: Option<(f64, f64)>,
}

impl Sound {
    /// It is coded as the house's sounds are, and as long as its picture.
    fn fits(&self) -> bool {
        let is_coded =
            self.codec == "aac" && self.profile == "LC" && self.channels == 2 && self.rate == 48_000;
        let is_beside =
            self.beside.is_some_and(|(begin, end)| begin.abs() <= APART_S / 2.0 && end.abs() <= APART_S);
        is_coded && is_beside && self.bit_rate <= SOUND_BPS
    }
}

/// What preparation needs to know of a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Material {
    /// The picture; none: sound only.
    pub picture: Option<Picture>,
    /// Sounds in the order of the file.
    pub sounds: Vec<Sound>,
    /// Number of the stream of a cover, where there is no other picture.
    pub cover: Option<u32>,
    /// Bits per second of the whole file.
    pub bit_rate: u64,
    /// Its length (seconds), as far as its header can be believed; none: not known.
    pub length_s: Option<f64>,
    /// It is one picture that stands still.
    pub still: bool,
    /// It has no index: places in it are found roughly.
    pub rough: bool,
    /// How long its picture is (seconds), if that is known.
    pub film_s: Option<f64>,
}

/// Why a picture is coded anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Anew {
    /// Another codec.
    Codec,
    /// More than 8 bits, or another form of samples, or a profile that players do not know.
    Samples,
    /// Too large.
    Size,
    /// Its rate varies, is too high or not known.
    Rate,
    /// Coded as fields.
    Fields,
    /// Its samples are not square.
    Aspect,
    /// It lies on its side.
    Turned,
    /// Too many bits.
    Bits,
    /// Key frames lie too far apart.
    KeyFrames,
    /// It lies before the first key frame of a stretch, or behind the last.
    Ends,
}

/// What becomes of the picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum PicturePlan {
    /// It stays as it is.
    Copied {
        /// Number of its stream.
        stream: u32,
    },
    /// It is a stretch of one that stays as it is: what lies before its first key frame and behind its last is coded, as `ends` says.
    Joined {
        /// Number of its stream.
        stream: u32,
        /// How its ends are coded.
        ends: Box<PicturePlan>,
    },
    /// It is coded anew.
    Coded {
        /// Number of its stream.
        stream: u32,
        /// Columns and lines, both even.
        size: (u32, u32),
        /// Pictures a second, as a fraction.
        rate: (u32, u32),
        /// Fields are put together.
        fields: bool,
        /// High dynamic range becomes standard.
        tone: bool,
        /// Why.
        why: Vec<Anew>,
    },
    /// There is none but a cover, which stands still.
    Cover {
        /// Number of its stream.
        stream: u32,
    },
    /// There is none: a plain one stands for it.
    Plain,
}

/// A sound that is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SoundPlan {
    /// Number of its stream.
    pub stream: u32,
    /// Language.
    pub language: Option<String>,
    /// It may stay as it is, if it is as loud as it is to be.
    pub fits: bool,
}

/// What is to be done to a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// To its picture.
    pub picture: PicturePlan,
    /// Sounds that are made, the default first. Empty: silence is made.
    pub sounds: Vec<SoundPlan>,
    /// It is one picture that stands still, as long as is wanted.
    pub still: bool,
    /// Places in it are found roughly: what is coded is read from earlier on.
    pub rough: bool,
    /// Its sounds go on behind its picture, which is as long as that (seconds).
    pub film_s: Option<f64>,
}

/// Rates that displays know, as fractions.
const RATES: [(u32, u32); 8] =
    [(24_000, 1001), (24, 1), (25, 1), (30_000, 1001), (30, 1), (50, 1), (60_000, 1001), (60, 1)];

/// What is to be done to `material`; `stretch`: to a stretch of it that does not begin at its beginning, or does not go to its end. `None`: there is neither picture
/// nor sound.
pub fn plan(material: &Material, stretch: bool) -> Option<Plan> {
    if material.picture.is_none() && material.sounds.is_empty() {
        return None;
    }
    let picture = match &material.picture {
        None => material.cover.map_or(PicturePlan::Plain, |stream| PicturePlan::Cover { stream }),
        Some(picture) => {
            let (why, stream) = (anew(picture, material.bit_rate), picture.stream);
            match (why.is_empty(), stretch) {
                (true, false) => PicturePlan::Copied { stream },
                (true, true) => {
                    PicturePlan::Joined { stream, ends: Box::new(coded(picture, vec![Anew::Ends])) }
                }
                (false, _) => coded(picture, why),
            }
        }
    };
    let mut sounds: Vec<&Sound> = material.sounds.iter().filter(|sound| sound.channels > 0).collect();
    sounds.sort_by_key(|sound| !sound.default);
    let sounds = sounds.into_iter().take(SOUNDS).map(|sound| SoundPlan {
        stream: sound.stream,
        language: sound.language.clone(),
        fits: sound.fits() && !stretch && material.picture.is_some(),
    });
    let is_longer = |sound: &Sound| sound.beside.is_some_and(|(_, end)| end > APART_S);
    let film_s = material.film_s.filter(|_| material.sounds.iter().any(is_longer));
    let sounds = sounds.collect();
    Some(Plan { picture, sounds, still: material.still, rough: material.rough, film_s })
}

fn anew(picture: &Picture, bit_rate: u64) -> Vec<Anew> {
    let usual = ["Baseline", "Constrained Baseline", "Main", "High", ""];
    let is_rate = RATES.iter().any(|rate| is_same(*rate, picture.rate));
    let faults = [
        (picture.codec != "h264", Anew::Codec),
        (
            !matches!(picture.samples.as_str(), "yuv420p" | "yuvj420p")
                || !usual.contains(&picture.profile.as_str()),
            Anew::Samples,
        ),
        (
            picture.height > LINES
                || picture.width > 2 * LINES
                || !picture.width.is_multiple_of(2)
                || !picture.height.is_multiple_of(2),
            Anew::Size,
        ),
        (picture.varies || !is_rate, Anew::Rate),
        (picture.interlaced, Anew::Fields),
        (picture.aspect.0 != picture.aspect.1, Anew::Aspect),
        (picture.turn.rem_euclid(360) != 0, Anew::Turned),
        (bit_rate > COPIED_BPS, Anew::Bits),
        (picture.key_frames_s.is_none_or(|apart| apart > KEY_FRAMES_S), Anew::KeyFrames),
    ];
    faults.into_iter().filter_map(|(is_so, why)| is_so.then_some(why)).collect()
}

fn is_same(one: (u32, u32), other: (u32, u32)) -> bool {
    let value = |(above, below): (u32, u32)| f64::from(above) / f64::from(below.max(1));
    other.1 > 0 && (value(one) - value(other)).abs() < 0.005
}

fn coded(picture: &Picture, why: Vec<Anew>) -> PicturePlan {
    let fields = picture.interlaced;
    PicturePlan::Coded {
        stream: picture.stream,
        size: size(picture),
        rate: rate(picture.rate),
        fields,
        tone: picture.high_range,
        why,
    }
}

/// The size of a picture with square samples, upright, that fits.
fn size(picture: &Picture) -> (u32, u32) {
    let aspect = match picture.aspect {
        (0, _) | (_, 0) => 1.0,
        (wide, high) => f64::from(wide) / f64::from(high),
    };
    let (mut width, mut height) =
        (f64::from(picture.width.max(2)) * aspect, f64::from(picture.height.max(2)));
    if picture.turn.rem_euclid(180) == 90 {
        (width, height) = (height, width);
    }
    let most = (f64::from(LINES) * 16.0 / 9.0, f64::from(LINES));
    let smaller = (most.0 / width).min(most.1 / height).min(1.0);
    let even = |length: f64| ((length * smaller / 2.0).round() as u32 * 2).max(16);
    (even(width), even(height))
}

/// The rate next to one that was seen. What is faster than displays is halved.
fn rate(seen: (u32, u32)) -> (u32, u32) {
    if seen.0 == 0 || seen.1 == 0 {
        return (25, 1);
    }
    let mut value = f64::from(seen.0) / f64::from(seen.1);
    while value > f64::from(FRAMES) + 0.5 {
        value /= 2.0;
    }
    let away = |(above, below): (u32, u32)| (f64::from(above) / f64::from(below) - value).abs();
    RATES.into_iter().min_by(|one, other| away(*one).total_cmp(&away(*other))).unwrap_or((25, 1))
}

/// What was measured of a sound (EBU R 128).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loudness {
    /// Of the whole (LUFS).
    pub integrated: f64,
    /// Highest sample (dBFS); none: not all of it has been looked at.
    pub peak: Option<f64>,
}

/// By how much a sound is made louder.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Gain {
    /// dB; below 0: quieter.
    pub by: f64,
    /// Its peaks must be held down then.
    pub held: bool,
}

impl Gain {
    /// Nothing is to be done.
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// What becomes of a sound that is so loud: nothing, where it is near enough and no peak is too high.
pub fn gain(measured: Loudness) -> Gain {
    let Loudness { integrated, peak } = measured;
    if !integrated.is_finite() || integrated < SILENCE {
        return Gain::default();
    }
    let by = (LOUDNESS - integrated).min(LOUDER_MOST);
    let held = |by: f64| peak.is_none_or(|peak| peak + by + BETWEEN_SAMPLES > TRUE_PEAK);
    if by.abs() <= NEAR && !held(0.0) {
        return Gain::default();
    }
    Gain { by, held: held(by) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn usual() -> Picture {
        Picture {
            codec: "h264".into(),
            profile: "High".into(),
            samples: "yuv420p".into(),
            width: 1920,
            height: 1080,
            aspect: (1, 1),
            rate: (25, 1),
            key_frames_s: Some(2.0),
            ..Picture::default()
        }
    }

    fn of(picture: Picture) -> PicturePlan {
        plan(&Material { picture: Some(picture), ..Material::default() }, false).expect("a plan").picture
    }

    #[test]
    fn what_is_like_the_house_is_copied_and_everything_else_has_its_reason() {
        assert_eq!(of(usual()), PicturePlan::Copied { stream: 0 });
        let stretch = plan(&Material { picture: Some(usual()), ..Material::default() }, true);
        let Some(PicturePlan::Joined { stream: 0, ends }) = stretch.map(|plan| plan.picture) else {
            panic!("a stretch is not joined")
        };
        assert!(matches!(*ends, PicturePlan::Coded { size: (1920, 1080), rate: (25, 1), .. }));
        let cases = [
            ("codec", Picture { codec: "mpeg4".into(), ..usual() }, Anew::Codec, (1920, 1080), (25, 1)),
            (
                "10 bit",
                Picture { samples: "yuv420p10le".into(), ..usual() },
                Anew::Samples,
                (1920, 1080),
                (25, 1),
            ),
            (
                "4:2:2",
                Picture { samples: "yuv422p".into(), profile: "High 4:2:2".into(), ..usual() },
                Anew::Samples,
                (1920, 1080),
                (25, 1),
            ),
            ("4K", Picture { width: 3840, height: 2160, ..usual() }, Anew::Size, (1920, 1080), (25, 1)),
            ("odd rate", Picture { rate: (15, 1), ..usual() }, Anew::Rate, (1920, 1080), (24_000, 1001)),
            ("120", Picture { rate: (120_000, 1001), ..usual() }, Anew::Rate, (1920, 1080), (60_000, 1001)),
            ("fields", Picture { interlaced: true, ..usual() }, Anew::Fields, (1920, 1080), (25, 1)),
            (
                "PAL wide",
                Picture { width: 720, height: 576, aspect: (64, 45), ..usual() },
                Anew::Aspect,
                (1024, 576),
                (25, 1),
            ),
            ("phone", Picture { turn: -90, ..usual() }, Anew::Turned, (608, 1080), (25, 1)),
        ];
        for (name, picture, reason, wanted, at) in cases {
            let PicturePlan::Coded { size, rate, why, .. } = of(picture) else { panic!("{name} is copied") };
            assert_eq!((size, rate), (wanted, at), "{name}");
            assert!(why.contains(&reason), "{name}: {why:?}");
        }
    }

    #[test]
    fn the_default_sound_comes_first_and_a_file_of_nothing_has_no_plan() {
        let sound = |stream, default| Sound { stream, default, channels: 2, ..Sound::default() };
        let material = Material {
            sounds: vec![sound(1, false), sound(2, true), sound(3, false)],
            ..Material::default()
        };
        let plan = plan(&material, false).expect("a plan");
        assert_eq!(plan.picture, PicturePlan::Plain);
        assert_eq!(plan.sounds.iter().map(|sound| sound.stream).collect::<Vec<_>>(), [2, 1, 3]);
        assert_eq!(super::plan(&Material::default(), false), None);
    }

    #[test]
    fn sound_comes_to_the_loudness_of_programmes() {
        for (integrated, peak, by, held) in [
            (-23.9, Some(-4.5), 0.0, false),
            (-23.5, Some(-2.0), 0.5, true),
            (-23.5, None, 0.5, true),
            (-14.0, Some(0.0), -9.0, false),
            (-40.0, Some(-10.0), 17.0, true),
            (-60.0, Some(-50.0), 30.0, false),
            (-70.0, Some(-70.0), 0.0, false),
            (f64::NEG_INFINITY, None, 0.0, false),
        ] {
            assert_eq!(gain(Loudness { integrated, peak }), Gain { by, held }, "{integrated} {peak:?}");
        }
    }

    #[test]
    fn sound_may_stay_as_it_is_where_it_is_coded_so_and_as_long_as_its_picture() {
        let sound = Sound {
            codec: "aac".into(),
            profile: "LC".into(),
            channels: 2,
            rate: 48_000,
            bit_rate: 128_000,
            beside: Some((0.02, -0.03)),
            ..Sound::default()
        };
        let fits = |sound: &Sound, amid| {
            let material =
                Material { picture: Some(usual()), sounds: vec![sound.clone()], ..Material::default() };
            plan(&material, amid).expect("a plan").sounds[0].fits
        };
        assert!(fits(&sound, false));
        assert!(!fits(&sound, true), "it would begin somewhere before its picture");
        for other in [
            Sound { codec: "mp3".into(), ..sound.clone() },
            Sound { profile: "HE-AAC".into(), ..sound.clone() },
            Sound { channels: 6, ..sound.clone() },
            Sound { rate: 44_100, ..sound.clone() },
            Sound { bit_rate: 512_000, ..sound.clone() },
            Sound { beside: None, ..sound.clone() },
            Sound { beside: Some((0.3, 0.0)), ..sound.clone() },
            Sound { beside: Some((0.0, -1.0)), ..sound.clone() },
        ] {
            assert!(!fits(&other, false), "{other:?}");
        }
    }

    proptest! {
        /// Whatever a file says of itself, what is made fits the house and is no larger than it was.
        #[test]
        fn what_is_made_fits(
            width in 1u32..10_000, height in 1u32..10_000, wide in 0u32..200, high in 0u32..200,
            above in any::<u32>(), below in any::<u32>(), turn in -720i32..720,
        ) {
            let picture = Picture { codec: "x".into(), width, height, aspect: (wide, high), rate: (above, below), turn, ..usual() };
            let PicturePlan::Coded { size, rate, .. } = of(picture) else { panic!("copied") };
            prop_assert!(size.0 <= 1920 && size.1 <= 1080 && size.0 >= 16 && size.1 >= 16);
            prop_assert!(size.0 % 2 == 0 && size.1 % 2 == 0);
            prop_assert!(RATES.contains(&rate));
        }
    }
}
