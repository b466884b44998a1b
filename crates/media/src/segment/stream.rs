//! What is known of one PID of the programme while its packets come.

use super::counters::PidCounters;
use super::front::Seen;
use super::sound::Sound;
use crate::tape::TrackId;
use crate::ts::psi::Kind;

/// The picture being collected.
pub(super) struct OpenPicture {
    pub(super) begin: u64,
    pub(super) end: u64,
    pub(super) pts: i64,
    pub(super) dts: i64,
    pub(super) front: Vec<u8>,
    pub(super) seen: Option<Seen>,
}

pub(super) struct Video {
    pub(super) track: TrackId,
    pub(super) kind: Kind,
    pub(super) open: Option<OpenPicture>,
    pub(super) last_duration: i64,
    /// Source time of the last frame, unwrapped: the reference for the next.
    pub(super) reference: Option<i64>,
}

pub(super) enum Lane {
    Video(Box<Video>),
    Sound(Box<Sound>),
    /// Passed through: clock, teletext, subtitles.
    Other,
}

pub(super) struct Stream {
    pub(super) pid: u16,
    pub(super) continuity: Option<u8>,
    pub(super) counted: PidCounters,
    pub(super) lane: Lane,
}

impl Stream {
    /// Its sound's continuation as silence.
    pub(super) fn shadow(&self) -> Option<Sound> {
        match &self.lane {
            Lane::Sound(sound) => Some(sound.shadow()),
            _ => None,
        }
    }
}
