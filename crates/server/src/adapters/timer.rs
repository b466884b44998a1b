//! Timers of receivers, whatever kind of receiver it is: what one is, what is wanted of one, and why there is none.
//!
//! Times are Unix seconds of the receiver's clock. A receiver knows a timer by service, begin and end, so one that it moves is another.

use serde::{Deserialize, Serialize};
use telecast_core::lineup::ServiceRef;
use utoipa::ToSchema;

use super::receiver::Trouble;

/// Timers read from one receiver; those of more are not seen.
pub const TIMERS: usize = 2_000;
/// What a receiver does after a recording unless it is told: what it thinks best.
const AUTOMATIC: u8 = 3;

/// Where a timer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimerState {
    /// It is to come.
    Waiting,
    /// It has its tuner and is about to begin.
    Prepared,
    /// It records.
    Recording,
    /// It is over.
    Ended,
    /// Somebody has switched it off.
    Disabled,
}

/// What a receiver knows of a timer besides service, name and times: enough to set it again as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TimerDetails {
    /// Text.
    pub description: String,
    /// Number of the programme in the receiver's guide.
    pub event_id: Option<i64>,
    /// Days on which it is repeated, Monday in the lowest of seven bits; 0: none.
    #[schema(maximum = 127)]
    pub repeated: u8,
    /// It is switched off.
    pub disabled: bool,
    /// It only shows the channel at its time, and records nothing.
    pub only_shows: bool,
    /// It also shows the channel at its time.
    pub shows: bool,
    /// What the receiver does afterwards: 0 nothing, 1 standby, 2 deep standby, 3 what it thinks best.
    #[schema(maximum = 3)]
    pub afterwards: u8,
    /// Folder on the receiver; none: its usual one.
    pub folder: Option<String>,
    /// Marks for the recording, with spaces between them.
    pub tags: String,
}

impl Default for TimerDetails {
    fn default() -> Self {
        Self {
            description: String::new(),
            event_id: None,
            repeated: 0,
            disabled: false,
            only_shows: false,
            shows: false,
            afterwards: AUTOMATIC,
            folder: None,
            tags: String::new(),
        }
    }
}

/// A timer as a receiver lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    /// What it records.
    pub service: ServiceRef,
    /// The same exactly as the receiver writes it: it takes no other.
    pub reference: String,
    /// What the receiver calls the channel.
    pub service_name: String,
    /// What is recorded.
    pub name: String,
    /// From, margins included.
    pub begin_s: i64,
    /// Until, margins included.
    pub end_s: i64,
    /// Where it stands.
    pub state: TimerState,
    /// The rest.
    pub details: TimerDetails,
}

impl Timer {
    /// It needs a tuner at its time.
    pub fn records(&self) -> bool {
        !matches!(self.state, TimerState::Ended | TimerState::Disabled) && !self.details.only_shows
    }

    /// Whether it is the same entry of the receiver's list.
    pub fn is(&self, other: &Self) -> bool {
        (&self.reference, self.begin_s, self.end_s) == (&other.reference, other.begin_s, other.end_s)
    }
}

/// A timer that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTimer {
    /// What to record.
    pub service: ServiceRef,
    /// What it is called.
    pub name: String,
    /// Text.
    pub description: String,
    /// When the programme begins.
    pub start_s: i64,
    /// When it ends.
    pub end_s: i64,
    /// By how much a recording is longer than the programme where the receiver does not say so itself: before and after (seconds).
    pub margins_s: (i64, i64),
    /// Number of the programme in the receiver's guide: with it the receiver takes times and margins from there.
    pub event_id: Option<i64>,
    /// It was there before, and is wanted again exactly so.
    pub again: Option<TimerDetails>,
}

impl NewTimer {
    /// From when until when it is recorded, as far as we say it.
    pub fn span(&self) -> (i64, i64) {
        (self.start_s - self.margins_s.0, self.end_s + self.margins_s.1)
    }

    /// Whether that one does already what is wanted.
    pub fn is_done_by(&self, timer: &Timer) -> bool {
        if timer.service.channel_id() != self.service.channel_id() || timer.state == TimerState::Ended {
            return false;
        }
        match &self.again {
            Some(_) => (timer.begin_s, timer.end_s) == self.span(),
            None => timer.records() && timer.begin_s <= self.start_s && timer.end_s >= self.end_s,
        }
    }
}

/// A timer that is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// As the receiver lists it.
    pub timer: Timer,
    /// It was there before anybody asked.
    pub was_there: bool,
}

/// Another timer that stands in the way of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rival {
    /// What it records.
    pub service: Option<ServiceRef>,
    /// What the receiver calls the channel.
    pub service_name: String,
    /// What is recorded.
    pub name: String,
    /// From.
    pub begin_s: i64,
    /// Until.
    pub end_s: i64,
}

/// Why a timer is not set, or not cancelled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimerTrouble {
    /// The receiver does not work.
    #[error("{0}")]
    Receiver(#[from] Trouble),
    /// It was not asked: it has failed lately.
    #[error("The receiver has failed lately and is left alone for {0} s.")]
    Resting(u64),
    /// It has no tuner beside these.
    #[error("The receiver has no tuner for it at that time.")]
    Conflict(Vec<Rival>),
    /// It does not want to, and says why in its own language.
    #[error("The receiver has refused it: {0}")]
    Refused(String),
    /// It was asked, and nobody knows what came of it.
    #[error(
        "The receiver may have done it, but does not answer any more. Look at its timers before you try again."
    )]
    Unknown,
    /// There is no such timer.
    #[error("There is no such timer on the receiver any more.")]
    Gone,
    /// It cannot record by itself.
    #[error("A list of channels has no timers: only a receiver that records by itself has.")]
    NoTimers,
}
