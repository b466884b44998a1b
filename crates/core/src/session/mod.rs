//! The life of a playback session: a pure state machine.
//!
//! ```text
//! new → starting → priming → ready → draining → stopped
//!          │          │        │         └──→ cancelled   (stopped before it was ready)
//!          └──────────┴────────┴──→ failed
//! ```
//!
//! Events go in with `now`, effects come out; the owner task carries them out and feeds back what came of it.
//!
//! Laws (tested over random histories):
//! - A stop beats everything: after it the session ends as `stopped` or `cancelled`, whatever else arrives.
//! - An ended session never changes again, and has a reason.
//! - No end without `Release` after the last grant; `Release` may come twice, and the second does nothing.
//! - Every state that is not ended has a deadline, so nothing waits for ever.
//!
//! It does not know tuners, sockets or playlists: see [`crate::tuner`], and the owner in the server.

mod machine;
mod reason;

pub use machine::Session;
pub use reason::{ReasonCode, Words};

use crate::limits;
use crate::playback::{Plan, Recipe, SourceTracks, TrackId};
use crate::tuner::{Cause, Now, Refusal};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Made; nothing was asked for yet.
    New,
    /// Waits for a tuner, or for its first bytes.
    Starting,
    /// Bytes come; waits for programme map, key frame and sound.
    Priming,
    /// There is a segment to play.
    Ready,
    /// Ends: gives back what it holds.
    Draining,
    /// Ended after it was ready.
    Stopped,
    /// Ended by a fault.
    Failed,
    /// Ended before it was ready, because it was stopped.
    Cancelled,
}

impl State {
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

    /// It is over, and will not change any more.
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Stopped | Self::Failed | Self::Cancelled)
    }
}

/// What a session waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitingFor {
    /// A tuner.
    Tuner,
    /// The first bytes.
    Signal,
    /// The programme map.
    ProgrammeMap,
    /// The first key frame.
    KeyFrame,
    /// Sound that covers it.
    Audio,
    /// The first frame of the transcoder.
    Transcoder,
    /// What is asked for to be prepared.
    Preparation,
}

impl WaitingFor {
    /// Its name outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tuner => "tuner",
            Self::Signal => "signal",
            Self::ProgrammeMap => "programme_map",
            Self::KeyFrame => "key_frame",
            Self::Audio => "audio",
            Self::Transcoder => "transcoder",
            Self::Preparation => "preparation",
        }
    }
}

/// Why a session is as it is, with all that helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// For machines.
    pub code: ReasonCode,
    /// What exactly, for people who look closer; never a secret.
    pub detail: Option<String>,
    /// When it is worth trying again.
    pub retry_after: Option<Duration>,
    /// Who stands in the way.
    pub holders: Vec<crate::tuner::Holder>,
}

impl Reason {
    /// A reason that needs no further words.
    pub fn new(code: ReasonCode) -> Self {
        Self { code, detail: None, retry_after: None, holders: Vec::new() }
    }

    /// There is no room for one more, by this bound.
    pub fn full(code: ReasonCode) -> Self {
        Self { retry_after: Some(limits::ADMISSION_RETRY), ..Self::new(code) }
    }

    /// As many pictures are coded as can be, for now.
    pub fn transcoders_busy() -> Self {
        Self { retry_after: Some(limits::TRANSCODER_RETRY), ..Self::new(ReasonCode::TranscodersBusy) }
    }

    /// The same, with what exactly happened.
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }
}

impl From<Refusal> for Reason {
    /// What a refused tuner means to the viewer.
    fn from(refusal: Refusal) -> Self {
        let code = match refusal.cause {
            Cause::NoSource => ReasonCode::NoSource,
            Cause::InUse => ReasonCode::TunersBusy,
            Cause::Refused => ReasonCode::ReceiverRefused,
            Cause::Unreachable => ReasonCode::ReceiverUnreachable,
            Cause::Full => ReasonCode::TooManyOnReceiver,
        };
        let retry_after = (code != ReasonCode::NoSource).then_some(refusal.retry_after);
        Self { code, detail: None, retry_after, holders: refusal.holders }
    }
}

/// What happens to a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It was accepted: begin.
    Begin,
    /// The pool gave a lease.
    Granted,
    /// A descrambling relay is in between, and takes its time to the first byte.
    Relay,
    /// What is asked for is being prepared, and has come further.
    Preparing,
    /// The pool gave none.
    Refused(Refusal),
    /// The stream's first bytes have come (at once, if its tape runs already).
    Bytes,
    /// What the programme map says, now or changed; on a running tape at once.
    Tracks(SourceTracks),
    /// The programme map is there, and before this has come it is not known whether the station can make something playable of it: the key
    /// frame, which tells the size of a picture that must be coded anew, or the proof of the transcoder.
    Undecided(WaitingFor),
    /// A key frame has come.
    KeyFrame,
    /// Sound covers it.
    Audio,
    /// A transcoder was started and has given nothing yet.
    TranscoderStarted,
    /// There is a segment to play.
    Segment,
    /// The stream is scrambled, or is clear again.
    Scrambled(bool),
    /// The source or a filter broke.
    Broken(Reason),
    /// Nothing comes just now for this reason, and the tape goes on trying; none: that is over.
    Trouble(Option<Reason>),
    /// The viewer says that he is there.
    Heartbeat,
    /// The viewer fetched something.
    Consumed,
    /// It shall end; from the viewer, or because the station says so.
    Stop(ReasonCode),
    /// What it held has been given back.
    Released,
    /// Time has passed.
    Tick,
}

/// What the owner must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Get the channel's tape: join it, or acquire a tuner and start it. Answered by `Granted` or `Refused`.
    Acquire,
    /// Keep the lease alive.
    Renew,
    /// Give back lease and transcoders. Answered by `Released`.
    Release,
    /// Have this transcoded, and nothing else.
    Transcode {
        /// The picture; sound is then seen to on the tape that it becomes.
        picture: Option<Recipe>,
        /// The sound of these tracks.
        sound: Vec<TrackId>,
    },
    /// Tell everybody who listens: something visible has changed.
    Publish,
}

/// What a session may show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Where it stands.
    pub state: State,
    /// What it waits for.
    pub waiting_for: Option<WaitingFor>,
    /// Why it ended, or ends.
    pub reason: Option<Reason>,
    /// How it plays; none until it is known.
    pub plan: Option<Plan>,
    /// When it came into this state.
    pub since: Now,
    /// Grows with each visible change.
    pub revision: u64,
}

#[cfg(test)]
mod laws;
