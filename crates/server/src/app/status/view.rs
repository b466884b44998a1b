//! What the status page shows: plain values, as the API gives them. Words are the page's; here are codes and figures.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::view::{HolderView, PlanView, ReasonView, ReceiverState, SessionState, WaitingFor};

/// The station at a glance: one picture of it for all who look, at most a second old.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct StatusView {
    /// When it was taken.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Seconds since the start.
    pub uptime_s: u64,
    /// Panics caught since the start: should be 0.
    pub panics: u64,
    /// Sessions that are not over.
    pub sessions: usize,
    /// Receivers, and who holds their tuners.
    pub receivers: Vec<ReceiverStatus>,
    /// Tapes that run.
    pub tapes: Vec<TapeStatus>,
    /// The newest sessions, also those that ended a moment ago; 200 at most.
    pub viewers: Vec<SessionStatus>,
    /// Transcoders that run.
    pub transcoders: Vec<TranscoderStatus>,
    /// The machine's power to code pictures.
    pub coding: CodingStatus,
    /// Child processes of transcoders, those included that have not quite ended.
    pub transcoder_processes: usize,
    /// Where the tapes lie.
    pub disk: DiskStatus,
}

/// A receiver and its tuners.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ReceiverStatus {
    /// Who it is.
    pub id: String,
    /// Name.
    pub name: String,
    /// State.
    pub state: ReceiverState,
    /// What happened and what to do.
    pub message: String,
    /// Model, if it told.
    pub model: Option<String>,
    /// Tuners that are counted on.
    pub tuners: Option<u32>,
    /// Channels that it has.
    pub channels: usize,
    /// Calls that it has answered since the start.
    pub calls: u64,
    /// Calls that it has not.
    pub failed_calls: u64,
    /// Mean time of its last answers (milliseconds); null before the first.
    pub latency_ms: Option<u64>,
    /// `closed` (it is asked), `open` (it is left alone for a while) or `half_open` (it is being tried).
    pub breaker: String,
    /// Tuners in use: one for each transponder that is on.
    pub in_use: Vec<TunerStatus>,
    /// Transponders that it has refused to tune, and is not asked for again for a while.
    pub left_alone: Vec<LeftAloneStatus>,
}

/// A transponder that a receiver has refused to tune.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeftAloneStatus {
    /// The channel that was asked for; what shares its transponder is left alone too.
    pub channel_id: String,
    /// Its name.
    pub channel: String,
    /// Until when, unless a stream of ours that was on then ends before.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
}

/// A tuner in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TunerStatus {
    /// Channels that it gives.
    pub streams: Vec<StreamStatus>,
}

/// A channel that a receiver gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StreamStatus {
    /// Channel.
    pub channel_id: String,
    /// Its name.
    pub channel: String,
    /// Who holds it, and until when at the latest unless it goes on; the first 20.
    pub holders: Vec<HolderView>,
    /// It is kept ready in case somebody wants it, and given up at once for whoever needs the tuner.
    pub kept_ready: bool,
    /// Nobody holds it: when it is given up unless somebody comes.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub idle_until: Option<Timestamp>,
}

/// A tape that runs.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TapeStatus {
    /// Channel.
    pub channel_id: String,
    /// Its name.
    pub channel: String,
    /// Receiver that it comes from.
    pub receiver_id: String,
    /// Sessions on it.
    pub sessions: usize,
    /// What came per second (bits) in the last step of `history`; null at first.
    pub bit_rate_bps: Option<u64>,
    /// The same for each step of the last minutes, oldest first (thousands of bits per second).
    pub history_kbps: Vec<u32>,
    /// Length of a step (seconds).
    pub history_step_s: u64,
    /// Seconds that can be watched.
    pub window_s: f64,
    /// Bytes on disk.
    pub disk_bytes: u64,
    /// Packets missing so far, by continuity counter.
    pub lost_packets: u64,
    /// Bytes that belong to no packet.
    pub junk_bytes: u64,
    /// Packets that came scrambled.
    pub scrambled_packets: u64,
    /// Tables with a wrong checksum.
    pub damaged_sections: u64,
    /// Pictures left out because something of them, or of what they refer to, is missing.
    pub dropped_pictures: u64,
    /// Frames of silence put in for missing sound.
    pub silent_frames: u64,
    /// Times that the broadcast began anew: its clock jumped, its format changed, or it was interrupted.
    pub runs: u64,
    /// The same of each PID that the programme names.
    pub pids: Vec<PidStatus>,
}

/// What was counted of one PID since the programme names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PidStatus {
    /// Its number.
    pub pid: u16,
    /// Codec, or `data`.
    pub codec: String,
    /// Language (ISO 639), if known.
    pub language: Option<String>,
    /// Packets that came.
    pub packets: u64,
    /// Times that the continuity counter did not go on.
    pub breaks: u64,
    /// Packets that the receiver has marked as damaged.
    pub damaged: u64,
    /// Packets that came scrambled.
    pub scrambled: u64,
    /// Pictures or frames of sound that are not delivered because of damage.
    pub dropped: u64,
}

/// A session, as whoever runs the station sees it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SessionStatus {
    /// Which.
    pub id: String,
    /// Channel.
    pub channel_id: String,
    /// Its name.
    pub channel: String,
    /// Who watches.
    pub holder: String,
    /// State.
    pub state: SessionState,
    /// What it waits for.
    pub waiting_for: Option<WaitingFor>,
    /// Why it ended.
    pub reason: Option<ReasonView>,
    /// How it is played; null until known.
    pub plan: Option<PlanView>,
    /// Receiver that it comes from.
    pub receiver_id: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// How its player fares; null if that does not say.
    pub player: Option<PlayerFacts>,
}

/// How a player fares, as it says itself: sums since its session began, so that a report that is lost costs nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PlayerFacts {
    /// From the viewer's wish to the first picture (milliseconds); null: not yet.
    pub first_frame_ms: Option<u32>,
    /// Times that the picture has run out.
    pub stalls: u32,
    /// For how long in all (milliseconds).
    pub stalled_ms: u32,
    /// Pictures shown.
    pub shown_frames: u32,
    /// Pictures left out for want of time.
    pub dropped_frames: u32,
    /// Times that a decoder has failed.
    pub decoder_failures: u32,
    /// Loaded ahead (milliseconds).
    pub ahead_ms: Option<u32>,
    /// Behind the newest part (milliseconds).
    pub behind_ms: Option<u32>,
}

/// A transcoder that runs.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TranscoderStatus {
    /// What it makes of what.
    pub name: String,
    /// `audio` or `video`.
    pub kind: String,
    /// Channel of its tape.
    pub channel_id: String,
    /// The channel's name.
    pub channel: String,
    /// Receiver that the tape comes from.
    pub receiver_id: String,
    /// Seconds made per second, lately: live, 1 keeps up; null at first.
    pub speed: Option<f64>,
}

/// The machine's power to code pictures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CodingStatus {
    /// Pictures that are coded and watched.
    pub running: usize,
    /// Pictures coded at once, at most; 0: none ever.
    pub most: usize,
    /// Of the processor.
    pub processor: BudgetStatus,
    /// Of the graphics processor; null: it does not code.
    pub graphics: Option<BudgetStatus>,
    /// Who can code, the ones that cost the processor least first.
    pub encoders: Vec<EncoderStatus>,
}

/// What was measured of one kind of processor, and what is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BudgetStatus {
    /// Pixels coded per second, as measured.
    pub measured_pixels_per_s: u64,
    /// Of these in use, decoding and deinterlacing included.
    pub used_pixels_per_s: u64,
}

/// One encoder of pictures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EncoderStatus {
    /// `software`, `vaapi` or `nvenc`.
    pub name: String,
    /// `used`, `spare` (it works, and another is better), `set_aside` (it works, and kept failing), `proving` or `none` (no encoder here).
    pub state: String,
    /// Why it is none, for people.
    pub why: Option<String>,
    /// When one that was set aside is tried again.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub again_at: Option<Timestamp>,
}

/// Where the tapes lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DiskStatus {
    /// Bytes of all tapes.
    pub used_bytes: u64,
    /// Bytes that they may have.
    pub budget_bytes: u64,
    /// Bytes free on the file system; null: it does not say.
    pub free_bytes: Option<u64>,
    /// Bytes that are to stay free.
    pub minimum_free_bytes: u64,
    /// How much of the past is kept (seconds).
    pub window_s: u64,
}
