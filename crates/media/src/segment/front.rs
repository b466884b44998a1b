//! What single packets and the fronts of pictures say: continuity, random access, parameter sets.

use crate::codec::{h264, hevc, mpeg2};
use crate::tape::Setup;
use crate::ts::packet::Packet;
use crate::ts::psi::Kind;

/// What the front of a picture said.
pub(super) struct Seen {
    pub(super) random_access: bool,
    /// It is, and pictures that are presented before it may follow: a recovery point of H.264, a CRA or BLA picture of HEVC.
    pub(super) open: bool,
    /// See [`h264::Front::recovery`].
    pub(super) recovery: Option<Vec<u8>>,
    /// See [`h264::Front::reference`].
    pub(super) reference: bool,
    /// See [`hevc::Front::sub_layer`].
    pub(super) sub_layer: u8,
    pub(super) setup: Option<Setup>,
}

pub(super) enum Step {
    Next,
    Duplicate,
    Lost(u64),
}

/// Continuity of one PID: ISO/IEC 13818-1 §2.4.3.3. A packet may come twice; without payload it does not count.
pub(super) fn continuity(last: &mut Option<u8>, packet: &Packet<'_>) -> Step {
    let counter = packet.continuity();
    if !packet.has_payload() {
        return Step::Next;
    }
    let before = last.replace(counter);
    match before {
        Some(before) if before == counter && !packet.discontinuity() => Step::Duplicate,
        Some(before) if (before + 1) & 0x0F != counter && !packet.discontinuity() => {
            Step::Lost(u64::from(counter.wrapping_sub(before + 1) & 0x0F))
        }
        _ => Step::Next,
    }
}

/// Reads the front of a picture; `None` while more bytes are needed, unless this is the `last` chance.
pub(super) fn look(kind: Kind, front: &[u8], last: bool) -> Option<Seen> {
    match kind {
        Kind::H264 => {
            let seen = h264::front(front);
            if !seen.complete && !last {
                return None;
            }
            let setup = if seen.sps.is_empty() {
                None
            } else {
                h264::Config::new(seen.sps, seen.pps).map(Setup::Avc)
            };
            Some(Seen {
                random_access: seen.random_access,
                open: seen.recovery.is_some(),
                recovery: seen.recovery,
                reference: seen.reference,
                sub_layer: 0,
                setup,
            })
        }
        Kind::Mpeg2Video => match mpeg2::front(front) {
            Some(seen) => Some(Seen {
                random_access: seen.random_access,
                setup: seen.picture.map(Setup::Picture),
                ..Seen::NOTHING
            }),
            None => last.then_some(Seen::NOTHING),
        },
        _ => {
            let seen = hevc::front(front);
            if !seen.complete && !last {
                return None;
            }
            let sets = !seen.sps.is_empty();
            // A picture whose sets cannot be read is recorded, and can be transcoded, all the same.
            let config = hevc::Config::new(seen.vps, seen.sps, seen.pps);
            let setup = config.map_or_else(|| Setup::Picture(unknown()), Setup::Hevc);
            Some(Seen {
                random_access: seen.random_access,
                open: seen.open,
                recovery: None,
                reference: seen.reference,
                sub_layer: seen.sub_layer,
                setup: (sets && seen.random_access).then_some(setup),
            })
        }
    }
}

impl Seen {
    /// Of a picture that says nothing.
    const NOTHING: Self = Self {
        random_access: false,
        open: false,
        recovery: None,
        reference: false,
        sub_layer: 0,
        setup: None,
    };
}

/// A picture whose size nobody has read.
fn unknown() -> crate::codec::Picture {
    crate::codec::Picture { width: 0, height: 0, frame_rate: None, interlaced: false }
}
