//! What a probe found in a file, and what of it is unusual or wrong.
//!
//! A flaw never hides a file: those that are [`Flaw::is_fatal`] make its item unplayable until the file changes, all others are told and
//! the item can be used. Each flaw has words for people and advice.

use serde::{Deserialize, Serialize};

/// A length that a header claims is believed up to here (milliseconds): beyond it is measured.
pub const CLAIM_MOST_MS: i64 = 12 * 3_600_000;
/// A picture takes more than this (bits a second): a header that claims less claims too long a time.
pub const RATE_LEAST: i64 = 16_000;
/// Chapters, streams and tags that are kept of a file.
pub const LIST_MOST: usize = 200;

/// What is in a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Its container, as ffprobe calls it.
    pub container: String,
    /// Length, milliseconds; none: nobody knows.
    pub length_ms: Option<i64>,
    /// The length was measured, for what the header claims cannot be.
    pub is_measured: bool,
    /// Its picture; none: it has none.
    pub video: Option<Video>,
    /// Its sounds.
    pub audio: Vec<Audio>,
    /// Its subtitles.
    pub subtitles: Vec<Subtitles>,
    /// Pictures that are attached to it, as covers are.
    pub covers: u32,
    /// An attached picture comes before the video.
    pub is_cover_first: bool,
    /// Where its chapters begin, milliseconds, rising.
    pub chapters_ms: Vec<i64>,
    /// What it says of itself: names in small letters, and texts.
    pub tags: Vec<(String, String)>,
    /// Why it could not be probed.
    pub failure: Option<Flaw>,
}

/// A picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Video {
    /// Its codec, as ffprobe calls it.
    pub codec: String,
    /// Its profile.
    pub profile: String,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Pictures a second, in thousandths.
    pub rate_milli: u32,
    /// They do not come evenly.
    pub is_variable: bool,
    /// Bits of a sample.
    pub bits: u8,
    /// Colour is not kept at half width and height (4:2:0).
    pub is_full_chroma: bool,
    /// Degrees by which it is turned when it is shown.
    pub rotation: i32,
    /// It is made of fields.
    pub is_interlaced: bool,
    /// It has a wide range of brightness (PQ or HLG).
    pub is_hdr: bool,
}

/// A sound.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Audio {
    /// Its codec.
    pub codec: String,
    /// Channels.
    pub channels: u32,
    /// Its language, as the file says it.
    pub language: Option<String>,
    /// What the file calls it.
    pub title: Option<String>,
}

/// Subtitles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Subtitles {
    /// Their codec.
    pub codec: String,
    /// Their language.
    pub language: Option<String>,
}

/// What is unusual or wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// It has no bytes.
    Empty,
    /// It cannot be opened.
    Unreadable,
    /// It is no film, or damaged so that nothing can be made of it.
    Damaged,
    /// Probing it took too long.
    TimedOut,
    /// There is no ffprobe.
    NoProbe,
    /// There is neither picture nor sound in it.
    NoPicture,
    /// Nobody knows how long it is.
    NoLength,
    /// Its header claims a length that cannot be; it was measured.
    FalseLength,
    /// It has no sound.
    NoSound,
    /// It is sound alone.
    SoundAlone,
    /// Pictures do not come evenly.
    VariableRate,
    /// More than 8 bits a sample.
    DeepColour,
    /// Colour in more detail than television has.
    FullChroma,
    /// Turned when it is shown.
    Rotated,
    /// Made of fields.
    Interlaced,
    /// A cover comes before the picture.
    CoverFirst,
    /// All of its subtitles are pictures.
    PictureSubtitles,
    /// The same as another item's file.
    Copy,
    /// What tells of it beside the file cannot be read.
    NoteDamaged,
}

impl Flaw {
    /// Nothing can be made of the file.
    pub fn is_fatal(self) -> bool {
        matches!(
            self,
            Self::Empty
                | Self::Unreadable
                | Self::Damaged
                | Self::TimedOut
                | Self::NoProbe
                | Self::NoPicture
                | Self::NoLength
        )
    }

    /// Whether to probe again can help although the file has not changed.
    pub fn may_pass(self) -> bool {
        matches!(self, Self::Unreadable | Self::TimedOut | Self::NoProbe)
    }

    /// What is so, and what can be done about it.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Empty => {
                ("The file is empty.", "Copy it again; it may have been cut off while it was written.")
            }
            Self::Unreadable => (
                "The file cannot be opened.",
                "Let the station's user read it, and look whether its disk is well.",
            ),
            Self::Damaged => (
                "The file is damaged, or is no film.",
                "Play it elsewhere. If it plays, remux it (`ffmpeg -i old -c copy new.mkv`); else fetch it again.",
            ),
            Self::TimedOut => (
                "Looking into the file took too long.",
                "Its disk may be slow or asleep. Probe it again; if that fails, remux it.",
            ),
            Self::NoProbe => ("There is no ffprobe.", "Install ffmpeg on the station's machine."),
            Self::NoPicture => (
                "There is neither picture nor sound in it.",
                "Play it elsewhere. If nothing plays, fetch it again.",
            ),
            Self::NoLength => ("Nobody knows how long it is.", "Remux it: `ffmpeg -i old -c copy new.mkv`."),
            Self::FalseLength => (
                "Its header claims a length that cannot be.",
                "The length was measured. Remux it to be rid of this.",
            ),
            Self::NoSound => ("It has no sound.", "It is aired with silence."),
            Self::SoundAlone => {
                ("It is sound alone.", "It is aired with its cover, or with a plain picture.")
            }
            Self::VariableRate => {
                ("Its pictures do not come evenly.", "It is encoded once before it is aired.")
            }
            Self::DeepColour => {
                ("It has more than 8 bits a colour.", "It is encoded once before it is aired.")
            }
            Self::FullChroma => {
                ("It has finer colour than television shows.", "It is encoded once before it is aired.")
            }
            Self::Rotated => ("Its picture is turned.", "It is turned upright once before it is aired."),
            Self::Interlaced => {
                ("Its pictures are interlaced.", "It is deinterlaced once before it is aired.")
            }
            Self::CoverFirst => ("A cover stands before the picture.", "The film behind it is taken."),
            Self::PictureSubtitles => (
                "Its subtitles are pictures.",
                "Channels show text alone: put a file like `Film.en.srt`, called as the film is, beside it.",
            ),
            Self::Copy => {
                ("Another file holds the same.", "Channels use the other one. Delete or hide one of them.")
            }
            Self::NoteDamaged => {
                ("The NFO beside it cannot be read.", "Have it written anew by whatever made it.")
            }
        }
    }
}

impl Facts {
    /// A file that could not be probed.
    pub fn failed(failure: Flaw) -> Self {
        Self { failure: Some(failure), ..Self::default() }
    }

    /// Whether the claimed length needs to be measured, for a file of `size` bytes.
    pub fn needs_measure(&self, size: u64) -> bool {
        if self.video.is_none() {
            return false;
        }
        match self.length_ms {
            None | Some(i64::MIN..=0) => true,
            Some(length_ms) => {
                let bits = i64::try_from(size).unwrap_or(i64::MAX).saturating_mul(8_000);
                length_ms > CLAIM_MOST_MS && bits / length_ms < RATE_LEAST * 8
                    || bits / length_ms < RATE_LEAST / 4
            }
        }
    }

    /// What is unusual or wrong, the worst first.
    pub fn flaws(&self) -> Vec<Flaw> {
        if let Some(failure) = self.failure {
            return vec![failure];
        }
        let video = self.video.as_ref();
        let is_picture = |subtitles: &Subtitles| super::subtitles::is_picture(&subtitles.codec);
        let of_video = |is: fn(&Video) -> bool| video.is_some_and(is);
        let all = [
            (Flaw::NoPicture, video.is_none() && self.audio.is_empty()),
            (
                Flaw::NoLength,
                (video.is_some() || !self.audio.is_empty())
                    && self.length_ms.is_none_or(|length| length <= 0),
            ),
            (Flaw::FalseLength, self.is_measured),
            (Flaw::NoSound, video.is_some() && self.audio.is_empty()),
            (Flaw::SoundAlone, video.is_none() && !self.audio.is_empty()),
            (Flaw::VariableRate, of_video(|video| video.is_variable)),
            (Flaw::DeepColour, of_video(|video| video.bits > 8)),
            (Flaw::FullChroma, of_video(|video| video.is_full_chroma)),
            (Flaw::Rotated, of_video(|video| video.rotation % 360 != 0)),
            (Flaw::Interlaced, of_video(|video| video.is_interlaced)),
            (Flaw::CoverFirst, self.is_cover_first),
            (Flaw::PictureSubtitles, !self.subtitles.is_empty() && self.subtitles.iter().all(is_picture)),
        ];
        all.into_iter().filter(|(_, is)| *is).map(|(flaw, _)| flaw).collect()
    }

    /// The text that the file gives under one of these names, the first that has any.
    pub fn tag(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| {
            let tag = self.tags.iter().find(|(key, text)| key == name && !text.trim().is_empty());
            tag.map(|(_, text)| text.trim())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn film() -> Facts {
        Facts {
            length_ms: Some(60_000),
            video: Some(Video { bits: 8, ..Video::default() }),
            audio: vec![Audio::default()],
            ..Facts::default()
        }
    }

    #[test]
    fn what_is_unusual_is_told_and_only_what_is_fatal_is() {
        assert_eq!(film().flaws(), []);
        let video = |video: Video| Facts { video: Some(video), ..film() };
        let pictures = Subtitles { codec: "hdmv_pgs_subtitle".into(), language: None };
        let text = Subtitles { codec: "subrip".into(), ..pictures.clone() };
        assert_eq!(Facts { subtitles: vec![pictures.clone(), text], ..film() }.flaws(), []);
        for (facts, flaw) in [
            (Facts::failed(Flaw::Empty), Flaw::Empty),
            (Facts { video: None, audio: vec![], ..film() }, Flaw::NoPicture),
            (Facts { video: None, ..film() }, Flaw::SoundAlone),
            (Facts { length_ms: None, ..film() }, Flaw::NoLength),
            (Facts { length_ms: Some(0), ..film() }, Flaw::NoLength),
            (Facts { audio: vec![], ..film() }, Flaw::NoSound),
            (video(Video { bits: 10, ..Video::default() }), Flaw::DeepColour),
            (video(Video { rotation: -90, ..Video::default() }), Flaw::Rotated),
            (video(Video { is_variable: true, ..Video::default() }), Flaw::VariableRate),
            (video(Video { is_full_chroma: true, ..Video::default() }), Flaw::FullChroma),
            (Facts { is_cover_first: true, ..film() }, Flaw::CoverFirst),
            (Facts { is_measured: true, ..film() }, Flaw::FalseLength),
            (Facts { subtitles: vec![pictures.clone()], ..film() }, Flaw::PictureSubtitles),
        ] {
            assert_eq!(facts.flaws(), [flaw], "{facts:?}");
            let (what, advice) = flaw.words();
            assert!(what.ends_with('.') && advice.ends_with('.'), "{flaw:?}");
        }
    }

    #[test]
    fn a_claim_that_cannot_be_is_measured() {
        let hours = |hours: i64| Facts { length_ms: Some(hours * 3_600_000), ..film() };
        assert!(!hours(2).needs_measure(2 << 30));
        // A real recording of a whole day.
        assert!(!hours(30).needs_measure(40 << 30));
        assert!(hours(30).needs_measure(5 << 20));
        assert!(hours(2).needs_measure(1 << 20));
        assert!(Facts { length_ms: None, ..film() }.needs_measure(1 << 20));
        assert!(!Facts { video: None, length_ms: None, ..film() }.needs_measure(1 << 20));
    }
}
