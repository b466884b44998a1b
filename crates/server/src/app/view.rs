//! What the outside may see of a running station: plain values, as the API shows them. No secrets, no handles.
//!
//! Names and units are those of the API (JSON in snake case, seconds unless the name says otherwise, times RFC 3339), so
//! that `web` passes them on as they are.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use telecast_core::access::Profile;
use telecast_core::players::Coding;
use utoipa::ToSchema;

use super::programmes::{ItemAsked, PreparingView, ProgrammeView};

/// What a client can play, as it says itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClientView {
    /// `cmaf`, `ts`; empty: both.
    pub containers: Vec<String>,
    /// Codec strings of pictures that it decodes (`avc1`, `hvc1`); empty: `avc1`.
    pub video: Vec<String>,
    /// Codec strings of sound that it decodes (`mp4a.40.2`, `ac-3`, `ec-3`, `mp2`); empty: AAC.
    pub audio: Vec<String>,
    /// `low_latency`, `standard` or `none`; empty: `low_latency`.
    pub hls: String,
    /// No picture higher than this.
    pub max_height: Option<u32>,
    /// Languages wanted, best first (ISO 639, two or three letters).
    pub languages: Vec<String>,
    /// It shows pictures that are coded as fields without combs.
    pub deinterlaces: bool,
    /// Its viewer wants what every player can play.
    pub compatible: bool,
}

impl ClientView {
    /// Whoever takes the stream as it was broadcast, and plays whatever is in it.
    pub fn raw() -> Self {
        let any = || vec!["*".to_owned()];
        Self {
            containers: vec!["ts".to_owned()],
            video: any(),
            audio: any(),
            hls: "none".to_owned(),
            deinterlaces: true,
            ..Self::default()
        }
    }

    /// Whoever reads one file without end that is made of segments: an MP4 (`mp4`) or a transport stream, coded so, with the sound of the best of `languages`.
    pub fn file(mp4: bool, coding: Coding, languages: Vec<String>) -> Self {
        let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let (video, audio, max_height) = match coding {
            Coding::Pass => (own(&["avc1", "hvc1"]), own(&["mp4a.40.2", "ac-3", "ec-3"]), None),
            Coding::H264(lines) => (own(&["avc1"]), own(&["mp4a.40.2"]), lines),
        };
        Self {
            containers: own(&[if mp4 { "cmaf" } else { "ts" }]),
            video,
            audio,
            hls: "standard".to_owned(),
            max_height,
            languages,
            // What reads files shows fields as they are meant, unless it says that it wants what everything can show.
            deinterlaces: coding == Coding::Pass,
            compatible: false,
        }
    }
}

/// Where to begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum At {
    /// At the live edge.
    #[default]
    Live,
    /// As far back as the tape goes.
    Start,
    /// At a time of day.
    Time(Timestamp),
}

impl At {
    /// Milliseconds since 1970, as early as can be for the start; none: at the live edge.
    pub(super) fn begin_ms(&self) -> Option<i64> {
        match self {
            Self::Live => None,
            Self::Start => Some(i64::MIN),
            Self::Time(time) => Some(time.as_millisecond()),
        }
    }
}

/// How far somebody may see and stay.
#[derive(Clone, Debug, Default)]
pub struct Rights {
    /// What may be seen; none: everything.
    pub profile: Option<Arc<Profile>>,
    /// Programmes that the profile does not admit are opened, for this session.
    pub unlocked: bool,
    /// When the stay of a guest ends (milliseconds since 1970).
    pub until_ms: Option<i64>,
    /// Nobody in particular, where everybody may watch.
    pub anonymous: bool,
}

/// A request to play.
#[derive(Clone, Debug)]
pub struct StartPlayback {
    /// Channel; empty if it is an item.
    pub channel_id: String,
    /// An item of the library instead.
    pub item: Option<ItemAsked>,
    /// Where to begin.
    pub at: At,
    /// What the client can play.
    pub client: ClientView,
    /// Who asks, for other people ("Anna"): stands in refusals.
    pub holder: String,
    /// Whose session it is: idempotency keys count within it, and only its sessions are shown to it.
    pub account: String,
    /// The same key of the same account gives the same session, for a day after that has ended.
    pub idempotency_key: Option<String>,
    /// How far whoever asks may see.
    pub rights: Rights,
}

/// State of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// Made.
    New,
    /// Waits for a tuner and its stream.
    Starting,
    /// The stream runs; the first picture is being waited for.
    Priming,
    /// It can be played.
    Ready,
    /// No more will come; what is there can be played out.
    Draining,
    /// Ended by its client or for want of one.
    Stopped,
    /// Ended by a fault: see the reason.
    Failed,
    /// Ended before it was ready.
    Cancelled,
}

impl SessionState {
    /// Nothing will change any more.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Stopped | Self::Failed | Self::Cancelled)
    }

    /// Its name outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Starting => "starting",
            Self::Priming => "priming",
            Self::Ready => "ready",
            Self::Draining => "draining",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        use SessionState::{Cancelled, Draining, Failed, New, Priming, Ready, Starting, Stopped};
        let all = [New, Starting, Priming, Ready, Draining, Stopped, Failed, Cancelled];
        all.into_iter().find(|state| state.name() == name)
    }
}

/// What a session waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WaitingFor {
    /// A tuner.
    Tuner,
    /// The first bytes.
    Signal,
    /// The programme's map.
    ProgrammeMap,
    /// A key frame.
    KeyFrame,
    /// Sound that covers the picture.
    Audio,
    /// The transcoder's first frame.
    Transcoder,
    /// What is asked for to be prepared.
    Preparation,
}

/// Who holds a tuner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HolderView {
    /// Name of the channel.
    pub channel: String,
    /// Who, and what for.
    pub what: String,
    /// Until when at the latest, unless it goes on.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
}

/// Why a session ended or was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReasonView {
    /// Stable code: `tuners_busy`, `tune_timeout`, `source_ended`, `scrambled`, …
    pub code: String,
    /// What happened, for people.
    pub message: String,
    /// What the receiver or the stream said, if anything.
    pub detail: Option<String>,
    /// When it is worth trying again.
    pub retry_after_s: Option<u64>,
    /// Who stands in the way.
    pub holders: Vec<HolderView>,
}

/// What is done to one track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrackPlanView {
    /// `copy` or `transcode`.
    pub action: String,
    /// Codec string that the client gets.
    pub codec: String,
    /// Language (ISO 639), if known.
    pub language: Option<String>,
    /// Codec that it was made from, if transcoded.
    pub from: Option<String>,
}

/// One reason of a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanReasonView {
    /// Stable code.
    pub code: String,
    /// For people.
    pub text: String,
}

/// How a session is played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanView {
    /// `remux`, `audio_transcode`, `video_transcode`, `direct`.
    pub action: String,
    /// Picture.
    pub video: Option<TrackPlanView>,
    /// Sound, the default first.
    pub audio: Vec<TrackPlanView>,
    /// `cmaf` or `ts`.
    pub container: String,
    /// Guessed from what the channel had last time; the map has not come yet.
    pub provisional: bool,
    /// Why so.
    pub reasons: Vec<PlanReasonView>,
}

/// A session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SessionView {
    /// Who it is.
    pub id: String,
    /// Channel; of an item of the library `item-` and its id.
    pub channel_id: String,
    /// What is played for itself: an item, or what was on a channel; null: the channel as it is broadcast.
    pub programme: Option<ProgrammeView>,
    /// How far the preparation has come of what is played next; null: nothing is waited for.
    pub preparing: Option<PreparingView>,
    /// State.
    pub state: SessionState,
    /// What it waits for.
    pub waiting_for: Option<WaitingFor>,
    /// Why it ended.
    pub reason: Option<ReasonView>,
    /// Why nothing comes just now; the station keeps trying, and the session goes on.
    pub trouble: Option<ReasonView>,
    /// How it is played; null until known.
    pub plan: Option<PlanView>,
    /// Path of the multivariant playlist below the public address (`/play/{key}/main.m3u8`).
    pub playlist_url: String,
    /// Path of the raw transport stream (`/play/{key}/stream.ts`).
    pub stream_url: String,
    /// How often the player should say that it still watches.
    pub heartbeat_s: u64,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Receiver that it comes from; null until one is granted.
    pub receiver_id: Option<String>,
}

/// A track of a channel as last seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrackView {
    /// Name within the channel.
    pub id: u8,
    /// `video`, `audio` or `subtitle`.
    pub kind: String,
    /// Codec string.
    pub codec: String,
    /// Language (ISO 639).
    pub language: Option<String>,
    /// `main`, `clean`, `hearing_impaired`, `commentary`.
    pub role: String,
    /// Channels of sound.
    pub channels: Option<u8>,
    /// Width of the picture in pixels.
    pub width: Option<u32>,
    /// Height of the picture in pixels.
    pub height: Option<u32>,
    /// Frames per second.
    pub frame_rate: Option<f64>,
}

/// State of a receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReceiverState {
    /// Its channels are being read for the first time.
    Loading,
    /// It works.
    Ok,
    /// Nobody answers, or too late.
    Unreachable,
    /// It wants another user name or password.
    Unauthorized,
    /// Something answers, but not an Enigma2 receiver.
    NotAReceiver,
    /// Something else than a list of channels lies there.
    NotAList,
    /// It has no bouquets, or no channels.
    NoBouquets,
}

/// A receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiverView {
    /// Who it is.
    pub id: String,
    /// Name.
    pub name: String,
    /// What it is.
    pub kind: super::settings::ReceiverKind,
    /// Where it is asked, without user name, password and query; empty for whoever does not run the station.
    pub url: String,
    /// State.
    pub state: ReceiverState,
    /// What happened and what to do.
    pub message: String,
    /// Model, if it told.
    pub model: Option<String>,
    /// Tuners that are counted on.
    pub tuners: Option<u32>,
    /// Channels that it has, each counted once however many bouquets it stands in.
    pub channels: usize,
    /// `file` or `store`.
    pub source: String,
}

/// What is on now and next on one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NowNextView {
    /// Channel.
    pub channel_id: String,
    /// On now.
    pub now: Option<telecast_core::guide::Event>,
    /// Next.
    pub next: Option<telecast_core::guide::Event>,
    /// Age of what is known, in seconds.
    pub stale_s: u64,
}

/// Something has changed: what the sockets pass on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// `session:ID`, `channels`, `guide`, `receivers`, `status`.
    pub topic: String,
    /// What kind of change: `changed`, `ended`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The new state, as the API shows it.
    pub data: serde_json::Value,
}
