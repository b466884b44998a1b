//! May this client play this, and how: the one place that decides it.
//!
//! [`decide`] is a pure function of what the source carries, what the client claims, and what the station allows.
//! Its answer is a plan with reasons, a refusal with reasons, or "not known yet": a channel whose tracks nobody has
//! seen has no plan until its programme map has come. Tracks remembered from last time give a provisional plan; the
//! same function, asked again with what is really there, corrects it.
//!
//! Laws (tested over random sources and clients):
//! - A client that can do more never gets a worse plan, and never a refusal instead of a plan.
//! - What a client does not claim, it cannot play: unknown is no.
//! - Every plan that is not a plain remux, and every refusal, has a reason.
//!
//! It does not read bytes (see `media`), start a transcoder or know what a session is.

mod codec;
mod decide;

pub use codec::covers;
pub use decide::{decide, lacks_transcoder, most_lines};

use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// Names a track within a tape.
pub type TrackId = u8;

/// How a picture is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VideoCodec {
    /// H.264 (ISO/IEC 14496-10).
    H264,
    /// HEVC (ISO/IEC 23008-2).
    Hevc,
    /// MPEG-2 video (ISO/IEC 13818-2).
    Mpeg2,
    /// Something else.
    Other,
}

impl VideoCodec {
    /// Its name outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::H264 => "h264",
            Self::Hevc => "hevc",
            Self::Mpeg2 => "mpeg2",
            Self::Other => "unknown",
        }
    }
}

/// How sound is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AudioCodec {
    /// AAC in ADTS frames.
    Aac,
    /// AAC in LOAS/LATM frames.
    Latm,
    /// AC-3.
    Ac3,
    /// E-AC-3.
    Eac3,
    /// MPEG-1/2 audio, mostly layer II.
    MpegAudio,
    /// Something else.
    Other,
}

impl AudioCodec {
    /// Its name outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aac => "aac",
            Self::Latm => "latm",
            Self::Ac3 => "ac3",
            Self::Eac3 => "eac3",
            Self::MpegAudio => "mp2",
            Self::Other => "unknown",
        }
    }
}

/// What a sound is for (the `audio_type` of ISO/IEC 13818-1 §2.6.19 and what DVB adds).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The programme's sound.
    #[default]
    Main,
    /// For the hard of hearing.
    HearingImpaired,
    /// With a description of the picture.
    Described,
}

impl Role {
    /// The role that an `audio_type` stands for.
    pub fn from_audio_type(audio_type: u8) -> Self {
        match audio_type {
            2 => Self::HearingImpaired,
            3 => Self::Described,
            _ => Self::Main,
        }
    }
}

/// The picture of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoTrack {
    /// Track.
    pub id: TrackId,
    /// Codec.
    pub codec: VideoCodec,
    /// RFC 6381 string, once the parameter sets have been seen.
    pub rfc6381: Option<String>,
    /// Width in pixels, if known.
    pub width: Option<u32>,
    /// Height in pixels, if known.
    pub height: Option<u32>,
    /// Frames per second as a fraction, if known.
    pub frame_rate: Option<(u32, u32)>,
    /// Coded as fields.
    pub interlaced: bool,
}

/// One sound of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioTrack {
    /// Track.
    pub id: TrackId,
    /// Codec.
    pub codec: AudioCodec,
    /// RFC 6381 string, once a frame has been seen.
    pub rfc6381: Option<String>,
    /// ISO 639-2 language, as broadcast (`deu`, `ger`).
    pub language: Option<String>,
    /// What it is for.
    pub role: Role,
    /// Channels, if known.
    pub channels: Option<u8>,
}

/// What a channel carries, as seen on air now or the last time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceTracks {
    /// The picture; none on radio.
    pub video: Option<VideoTrack>,
    /// Sounds in the order of the programme map.
    pub audio: Vec<AudioTrack>,
}

impl SourceTracks {
    /// The sound of that name.
    pub fn audio_track(&self, id: TrackId) -> Option<&AudioTrack> {
        self.audio.iter().find(|track| track.id == id)
    }
}

/// How sure we are of what a source carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen<'a> {
    /// Never seen.
    Never,
    /// Remembered from last time.
    Before(&'a SourceTracks),
    /// On air now.
    Now(&'a SourceTracks),
}

/// Packaging that a client can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Container {
    /// Fragmented MP4 (ISO/IEC 23000-19).
    Cmaf,
    /// MPEG transport stream.
    Ts,
}

/// What a client does with HLS. Later is more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hls {
    /// Nothing: it reads one endless transport stream.
    None,
    /// Segments.
    #[default]
    Standard,
    /// Parts and blocking requests.
    LowLatency,
}

/// What a client claims about itself.
///
/// Codecs are RFC 6381 strings: a whole one (`avc1.640028`) claims that profile and level and what lies below; a bare
/// family (`avc1`, `hvc1`, `mp4a`, `ac-3`) claims what broadcasts commonly use of it; `*` claims everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// Containers it can read.
    pub containers: Vec<Container>,
    /// Pictures it can decode.
    pub video: Vec<String>,
    /// Sounds it can decode.
    pub audio: Vec<String>,
    /// What it does with HLS.
    pub hls: Hls,
    /// Highest picture that it wants, in lines.
    pub max_height: Option<u32>,
    /// Languages in order of preference, BCP 47 or ISO 639.
    pub languages: Vec<String>,
    /// It shows pictures that are coded as fields without combs.
    pub deinterlaces: bool,
    /// Its viewer wants what every player can play: H.264 and AAC, made anew.
    pub compatible: bool,
}

impl Client {
    /// A player that takes the stream as it was broadcast: VLC, mpv, Kodi, Plex, a recorder.
    pub fn raw_player() -> Self {
        Self {
            containers: vec![Container::Ts],
            video: vec!["*".into()],
            audio: vec!["*".into()],
            hls: Hls::None,
            ..Self::default()
        }
    }
}

/// What the station can and may do just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// A transcoder for sound is there.
    pub audio_transcode: bool,
    /// What a transcoder for pictures can do for one more viewer of this source.
    pub video_transcode: Offer,
    /// There is enough to spare that pictures coded as fields are deinterlaced for clients that would show them with combs.
    pub deinterlace: bool,
    /// Lines of a transcoded picture, at most.
    pub most_lines: Option<u32>,
    /// Low latency is switched on.
    pub low_latency: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            audio_transcode: true,
            video_transcode: Offer::None,
            deinterlace: false,
            most_lines: None,
            low_latency: true,
        }
    }
}

/// What a transcoder for pictures can do just now. Later is more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// Nothing: there is none.
    #[default]
    None,
    /// Nothing ever: the machine is too slow for this picture.
    TooSlow,
    /// Nothing just now: it has enough to do.
    Busy,
    /// A picture for each frame.
    Frames,
    /// A picture for each field where fields are coded: movement as it was taken.
    Fields,
}

/// The heaviest thing that a plan does. Later is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Everything is passed on as it was broadcast, in another wrapping at most.
    Remux,
    /// Some sound is transcoded.
    AudioTranscode,
    /// The picture is transcoded.
    VideoTranscode,
}

/// What happens to one track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrackAction {
    /// Passed on.
    Copy,
    /// Decoded and coded anew.
    Transcode,
}

/// How a plan reaches the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// HLS with parts.
    LowLatency,
    /// HLS with whole segments.
    Standard,
    /// One endless transport stream.
    Raw,
}

/// How renditions are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// Picture and sound in one playlist: one sound only, or a container that carries them all.
    Muxed,
    /// A playlist for the picture and one for each sound.
    Separate,
}

/// What happens to the picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoPlan {
    /// Which track.
    pub track: TrackId,
    /// Passed on or transcoded.
    pub action: TrackAction,
    /// Codec that the client gets.
    pub codec: VideoCodec,
    /// Codec of the source.
    pub from: VideoCodec,
    /// How it is transcoded, if it is.
    pub recipe: Option<Recipe>,
}

/// How a picture is coded anew. Viewers of one channel with the same recipe share one transcoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Recipe {
    /// Two pictures for each frame that is coded as fields, instead of one.
    pub fields: bool,
    /// Made smaller to so many lines; none leaves it as it is.
    pub lines: Option<u32>,
}

impl Recipe {
    /// Its name: `field` or `frame`, and the lines.
    pub fn name(self) -> String {
        let rate = if self.fields { "field" } else { "frame" };
        self.lines.map_or_else(|| rate.to_owned(), |lines| format!("{rate}-{lines}"))
    }
}

/// What happens to one sound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioPlan {
    /// Which track of the source.
    pub track: TrackId,
    /// Passed on or transcoded.
    pub action: TrackAction,
    /// Codec that the client gets.
    pub codec: AudioCodec,
    /// Codec of the source.
    pub from: AudioCodec,
    /// Language as broadcast.
    pub language: Option<String>,
    /// What it is for.
    pub role: Role,
    /// The one that plays unless the viewer chooses another. At most one of a plan.
    pub default: bool,
}

/// How a source is played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The heaviest thing it does.
    pub action: Action,
    /// Wrapping.
    pub container: Container,
    /// How it reaches the client.
    pub delivery: Delivery,
    /// How renditions are cut.
    pub layout: Layout,
    /// The picture; none on radio.
    pub video: Option<VideoPlan>,
    /// The sounds on offer, in the order of the programme map.
    pub audio: Vec<AudioPlan>,
    /// Why it is so.
    pub reasons: Vec<Reason>,
    /// Made from what was seen last time; the programme map may correct it.
    pub provisional: bool,
}

impl Plan {
    /// Tracks of the source whose sound must be transcoded.
    pub fn transcoded_audio(&self) -> impl Iterator<Item = TrackId> {
        self.audio.iter().filter(|audio| audio.action == TrackAction::Transcode).map(|audio| audio.track)
    }

    /// How the picture is transcoded, if it is.
    pub fn recipe(&self) -> Option<Recipe> {
        self.video.as_ref().and_then(|video| video.recipe)
    }

    /// Something is transcoded.
    pub fn transcodes(&self) -> bool {
        self.action != Action::Remux
    }

    /// The sound that plays unless the viewer chooses another.
    pub fn default_audio(&self) -> Option<&AudioPlan> {
        self.audio.iter().find(|audio| audio.default)
    }

    /// What plans are compared by; less is better: a wish that is not obeyed, a transcoded picture,
    /// sounds that are missing, transcoded sound.
    pub fn cost(&self) -> (bool, bool, Reverse<usize>, bool) {
        let copied = self.video.as_ref().is_some_and(|video| video.action == TrackAction::Copy);
        let wanting = [Reason::HigherThanAsked, Reason::CompatibleAsked];
        (
            copied && self.reasons.iter().any(|reason| wanting.contains(reason)),
            self.action == Action::VideoTranscode,
            Reverse(self.audio.len()),
            self.transcoded_audio().next().is_some(),
        )
    }

    /// The same to the client: differs at most in reasons and in how sure it is.
    pub fn is_same_delivery(&self, other: &Self) -> bool {
        let strip = |plan: &Self| Self { reasons: Vec::new(), provisional: false, ..plan.clone() };
        strip(self) == strip(other)
    }
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing is known of the source yet, or only what would refuse it.
    Unknown,
    /// Play it so.
    Play(Plan),
    /// It cannot be played; at least one reason.
    Refuse(Vec<Reason>),
}

impl Decision {
    /// The plan, if there is one.
    pub fn plan(&self) -> Option<&Plan> {
        match self {
            Self::Play(plan) => Some(plan),
            _ => None,
        }
    }
}

/// Why a decision is as it is. The names never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The client plays everything as it was broadcast.
    PlaysAsBroadcast,
    /// The tracks are those of last time.
    FromMemory,
    /// The client does not decode this sound.
    AudioCodecUnsupported,
    /// The picture's coding is not known here.
    VideoCodecUnknown,
    /// The client does not decode this picture.
    VideoCodecUnsupported,
    /// The client decodes this codec, but not this profile or level of it.
    VideoProfileUnsupported,
    /// The picture has more lines than the client asked for.
    HigherThanAsked,
    /// The picture is coded as fields, which the client would show as combs.
    Interlaced,
    /// The viewer asked for what every player can play.
    CompatibleAsked,
    /// A sound was left out, since the client does not decode it and nothing here can transcode it.
    AudioLeftOut,
    /// Two sounds are the same to a listener; the one that suits the client is offered.
    AudioTwinLeftOut,
    /// No transcoder for sound is there.
    AudioTranscoderMissing,
    /// No transcoder for pictures is there.
    VideoTranscoderMissing,
    /// The transcoder for pictures has enough to do.
    VideoTranscoderBusy,
    /// The machine is too slow to code this picture, however few lines it is given.
    MachineTooSlow,
    /// The client reads none of the containers that can carry this.
    ContainerUnsupported,
    /// There is neither picture nor sound.
    NothingToPlay,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::PlaysAsBroadcast,
        Self::FromMemory,
        Self::AudioCodecUnsupported,
        Self::VideoCodecUnknown,
        Self::VideoCodecUnsupported,
        Self::VideoProfileUnsupported,
        Self::HigherThanAsked,
        Self::Interlaced,
        Self::CompatibleAsked,
        Self::AudioLeftOut,
        Self::AudioTwinLeftOut,
        Self::AudioTranscoderMissing,
        Self::VideoTranscoderMissing,
        Self::VideoTranscoderBusy,
        Self::MachineTooSlow,
        Self::ContainerUnsupported,
        Self::NothingToPlay,
    ];

    /// Its stable code and what it means.
    pub fn entry(self) -> (&'static str, &'static str) {
        match self {
            Self::PlaysAsBroadcast => ("plays_as_broadcast", "The client plays it as it was broadcast."),
            Self::FromMemory => (
                "from_memory",
                "Planned from what this channel carried last time; the programme map decides.",
            ),
            Self::AudioCodecUnsupported => {
                ("audio_codec_unsupported", "The client does not decode this sound, so it is made AAC.")
            }
            Self::VideoCodecUnknown => {
                ("video_codec_unknown", "The coding of the picture is not known here.")
            }
            Self::VideoCodecUnsupported => {
                ("video_codec_unsupported", "The client does not decode this kind of picture.")
            }
            Self::VideoProfileUnsupported => (
                "video_profile_unsupported",
                "The client does not decode this profile or level of the picture.",
            ),
            Self::HigherThanAsked => {
                ("higher_than_asked", "The picture has more lines than the client asked for.")
            }
            Self::Interlaced => {
                ("interlaced", "The picture is coded as fields, which the client would show as combs.")
            }
            Self::CompatibleAsked => ("compatible_asked", "The viewer asked for what every player can play."),
            Self::AudioLeftOut => {
                ("audio_left_out", "A sound that the client does not decode is left out; another is there.")
            }
            Self::AudioTwinLeftOut => (
                "audio_twin_left_out",
                "Of two sounds of the same language and purpose, the better suited is offered.",
            ),
            Self::AudioTranscoderMissing => {
                ("audio_transcoder_missing", "No transcoder for sound is there: install ffmpeg.")
            }
            Self::VideoTranscoderMissing => {
                ("video_transcoder_missing", "No transcoder for pictures is there.")
            }
            Self::VideoTranscoderBusy => (
                "video_transcoder_busy",
                "The station codes as many pictures as it can; another has no room just now.",
            ),
            Self::MachineTooSlow => (
                "machine_too_slow",
                "The station is too slow to code this picture, even made small and with nothing else to do.",
            ),
            Self::ContainerUnsupported => {
                ("container_unsupported", "The client reads no container that can carry this.")
            }
            Self::NothingToPlay => ("nothing_to_play", "The programme has neither picture nor sound."),
        }
    }

    /// Its stable code.
    pub fn code(self) -> &'static str {
        self.entry().0
    }

    /// What it means, in English.
    pub fn text(self) -> &'static str {
        self.entry().1
    }
}

#[cfg(test)]
mod laws;
