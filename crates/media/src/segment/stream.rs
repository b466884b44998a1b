//! What is known of one PID of the programme while its packets come.

use super::counters::PidCounters;
use super::front::{Seen, continuity};
use super::sound::Sound;
use crate::tape::{Run, TrackId};
use crate::time::HZ;
use crate::ts::packet::Packet;
use crate::ts::psi::Kind;
use std::sync::Arc;

/// The picture being collected.
pub(super) struct OpenPicture {
    pub(super) begin: u64,
    pub(super) end: u64,
    pub(super) pts: i64,
    pub(super) dts: i64,
    pub(super) front: Vec<u8>,
    pub(super) seen: Option<Seen>,
    /// Something of it, or a picture behind it, is missing.
    pub(super) damaged: bool,
    /// Bytes that its PES packet has announced and that have not come, where it announces any and holds no more than one picture.
    pub(super) missing: Option<usize>,
}

pub(super) struct Video {
    pub(super) track: TrackId,
    pub(super) kind: Kind,
    pub(super) open: Option<OpenPicture>,
    pub(super) last_duration: i64,
    /// Source time of the last frame, unwrapped: the reference for the next.
    pub(super) reference: Option<i64>,
    /// A PES packet was as long as it said, so that another length tells something.
    pub(super) exact: bool,
    /// A reference picture was left out: others may refer to it until the next random access point.
    pub(super) broken: bool,
    /// Time (ticks) of the pictures left out since the last one that was not.
    pub(super) left_out: i64,
    /// Pictures left out because of damage.
    pub(super) dropped: u64,
}

impl Video {
    pub(super) fn new(track: TrackId, kind: Kind) -> Self {
        Self {
            track,
            kind,
            open: None,
            last_duration: HZ / 25,
            reference: None,
            exact: false,
            broken: false,
            left_out: 0,
            dropped: 0,
        }
    }
}

pub(super) enum Lane {
    Video(Box<Video>),
    Sound(Box<Sound>),
    /// Passed through: clock, teletext, subtitles.
    Other,
}

impl Lane {
    /// The lane of track `id`: what was `kept` of its PID goes on if it is of that kind; a sound that was on another one is in `shadows`.
    pub(super) fn going_on(id: TrackId, kind: Kind, kept: Option<Self>, shadows: &mut Vec<Sound>) -> Self {
        match kept {
            Some(Self::Video(video)) if video.kind == kind => {
                Self::Video(Box::new(Video { track: id, ..*video }))
            }
            Some(Self::Sound(mut sound)) if sound.kind == kind => {
                sound.track = id;
                Self::Sound(sound)
            }
            _ if kind.is_video() => Self::Video(Box::new(Video::new(id, kind))),
            _ => {
                let known = shadows.iter().position(|sound| sound.track == id && sound.kind == kind);
                let moved = known.map(|at| Sound::moved(shadows.remove(at)));
                Self::Sound(Box::new(moved.unwrap_or_else(|| Sound::new(id, kind))))
            }
        }
    }
}

pub(super) struct Stream {
    pub(super) pid: u16,
    pub(super) continuity: Option<u8>,
    pub(super) lane: Lane,
    pub(super) counters: PidCounters,
    /// More than the clock has come on it since the map in force.
    pub(super) carries: bool,
}

impl Stream {
    pub(super) fn new(pid: u16, lane: Lane) -> Self {
        let counters = PidCounters { pid, ..PidCounters::default() };
        Self { pid, continuity: None, lane, counters, carries: false }
    }

    /// What was counted, in the packets and in what they hold.
    pub(super) fn counted(&self) -> PidCounters {
        let dropped = match &self.lane {
            Lane::Video(video) => video.dropped,
            Lane::Sound(sound) => sound.damaged,
            Lane::Other => 0,
        };
        PidCounters { dropped: self.counters.dropped + dropped, ..self.counters }
    }

    /// Something is missing here.
    pub(super) fn damaged(&mut self) {
        match &mut self.lane {
            Lane::Video(video) => {
                if let Some(open) = &mut video.open {
                    open.damaged = true;
                }
            }
            Lane::Sound(sound) => sound.broken(),
            Lane::Other => {}
        }
    }

    /// A scrambled packet: it counts on, and is missing.
    pub(super) fn scrambled(&mut self, packet: &Packet<'_>) {
        self.counters.scrambled += 1;
        continuity(&mut self.continuity, packet);
        self.damaged();
    }

    /// Whether a frame of its sound has said, in this run, what a decoder must know.
    pub(super) fn is_described(&self, run: Option<&Arc<Run>>) -> bool {
        let Lane::Sound(sound) = &self.lane else { return false };
        run.and_then(|run| run.track(sound.track)).is_some_and(|track| track.setup.is_some())
    }

    /// Its sound's continuation as silence.
    pub(super) fn shadow(&self) -> Option<Sound> {
        match &self.lane {
            Lane::Sound(sound) => Some(sound.shadow()),
            _ => None,
        }
    }
}
