//! HEVC (Rec. ITU-T H.265) in Annex B form, recognised: random access, no further detail yet.

use super::h264::nals;

/// Whether decoding may begin at this access unit: an intra random access point (types 16 to 21, table 7-1).
/// `None` while no slice has been seen.
pub fn random_access(bytes: &[u8]) -> Option<bool> {
    nals(bytes).map(|unit| unit[0] >> 1 & 0x3F).find(|kind| *kind < 32).map(|kind| (16..=21).contains(&kind))
}
