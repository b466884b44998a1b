//! From a broadcast to a tape: a pure state machine. Bytes of transport stream go in, in any chunks; canonical bytes (one
//! programme, in order of arrival) and an [`Index`] come out.
//!
//! Rules, each a constant or a function here, or in the file that carries it out, and nowhere else:
//! - A run begins at a random access point whose parameter sets can be read; what comes before is dropped, and so are
//!   pictures that come after it but are presented before it.
//! - A segment ends at the first random access point after 2 s, or at any access unit at 4 s.
//! - A part takes the frames that fit into 0.26 s.
//! - The segments of a run's first, incomplete group of pictures are as short as a part ("first segments"), so that a player has
//!   a closed segment long before the second key frame.
//! - A frame of sound belongs to the segment in which it starts. Sound that is missing for 1.5 s counts as late and is
//!   silence until it returns.
//! - The clock may jump by 0.5 s before a new run begins.
//! - A hole in the picture that is longer than a part ends the run; so does sound whose format has changed for some frames.
//! - A picture of H.264 or HEVC of which something is missing is left out; if others may refer to it, so are they, up to the next random access
//!   point. The picture before stands longer; what would be longer than a part ends the run. A frame of sound that fails its checksum is silence.
//! - Sound that is derived is there from the segment on that was not over when it was asked for; what came before is promised ([`crate::past`]).
//! - What the map names and of which nothing comes for 3 s, beside sound that does come, is not waited for.
//! - What has other tracks than the run in force begins a run: with its first random access point, or, where sound cuts, at once.
//! - Sound that the programme map no longer names goes on as silence: playlists are fixed for a session.
//!
//! Times: video is timed by DTS, moved so that the random access point that opens a run is presented when it is
//! decoded; sound is timed by counting samples from the first PES packet of a run, corrected by whole frames.

mod counters;
mod front;
mod input;
mod sound;
mod stream;
mod tables;
mod timeline;

pub use counters::{Counters, PidCounters};
pub use input::Segmenter;
pub use sound::Tapped;
pub(crate) use sound::setup;

use crate::time::HZ;

/// No part is longer (ticks): `PART-TARGET`. At 0.25 s, 23.976p and 32 kHz HE-AAC break the 85 % rule.
pub const PART_TARGET: i64 = HZ * 26 / 100;
/// The very first segment of a run is about this long (ticks), to be there sooner.
pub const FIRST_PART: i64 = HZ * 13 / 100;
/// A segment may end at a random access point from here on (ticks).
pub const SEGMENT_MINIMUM: i64 = 2 * HZ;
/// A segment ends here at the latest (ticks): `TARGETDURATION`.
pub const SEGMENT_MAXIMUM: i64 = 4 * HZ;
/// A larger step of the source's clock begins a new run (ticks).
pub const JUMP: i64 = HZ / 2;
/// Sound further behind the picture than this is late (ticks).
pub const LATE: i64 = HZ * 3 / 2;

/// How a tape begins.
#[derive(Clone, Copy, Debug, Default)]
pub struct Start {
    /// The programme wanted, by its number (service id); else the first whose map arrives.
    pub programme: Option<u16>,
    /// First media sequence number.
    pub sequence: u64,
    /// Offset of the first byte.
    pub offset: u64,
}

/// Why a source gives no picture, as far as the bytes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// No programme map yet.
    ProgrammeMap,
    /// Map known, no random access point yet.
    KeyFrame,
    /// Packets are scrambled.
    Scrambled,
    /// Frames flow.
    Nothing,
}
